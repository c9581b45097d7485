"""Fusing: the nodes behind an input as functions over a whole batch, of frames that were not decoded whole.

`finding.py` finds the chain: scripts (with a state or without), selects that filter and make one event of
one, nodes that only pass, and a `grouper::bucket` right behind a script that names its classes.
`outline.py` says what a node does, `reading.py` what of its event that reads and whether it changes it.
`shaping.py`, `writing.py` and `text.py` write its function, `rooms.py` is the bucket for a batch,
`stage.py` runs one function, `chain.py` all of them, and `splicing.py` puts added fields into frames.
Whatever stands behind a chain (a window, an operator, what `err` leads to) gets its rows as ever.
`Graph.why_not` says why a node is not in its chain, `report.py` the whole of it to people, `places.py`
where in the text that is.

The nodes one by one stay the reference. A row that fails is asked about alone, by its node's own function;
whatever else is out of the ordinary in a batch (a class that is nearly full, the first event of a class, rows
of different times) makes `Chain.step` answer None, with nothing changed, and the nodes do the batch. So an
event's way never hangs on whether its pipeline was fused.
"""
