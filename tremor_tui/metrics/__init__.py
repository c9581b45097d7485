"""Measurement: what is counted, and the board on which an executor writes what it is doing.

`instruments.py` has the histogram (64 powers of two, 4 steps each, one integer addition per value) and
rates. `board.py` is a small table in shared memory: which task runs since when, so that somebody outside
the loop can see a stall while it lasts.
"""
