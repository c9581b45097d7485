"""Fusing: a chain of nodes as one function over a whole batch of frames that were not decoded whole.

`reading.py` finds out what a script reads of its event and whether it changes it, `text.py` writes the
function, `rooms.py` is the bucket for a batch, `finding.py` finds a chain in a graph, `chain.py` runs it.

The nodes one by one stay the reference: whatever is out of the ordinary in a batch (a row that fails, a
class that is nearly full, rows of different times) makes `Chain.step` answer None, with nothing changed, and
the nodes do the batch. So an event's way never hangs on whether its pipeline was fused.
"""
