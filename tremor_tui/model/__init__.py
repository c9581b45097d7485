"""The data that flows and what is said about it: plain, without I/O, clocks or tasks.

Read `batch.py` first: it is what every channel carries. `signal.py` and `insight.py` are the two kinds
of control that travel beside it. `context.py` is what a running script may know about its event.
`values.py` says what a value is, when two are equal and how they sort. `diagnostic.py` holds the places
and messages about texts. `regex.py` is the only importer of RE2.
"""
