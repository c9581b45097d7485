"""What `run` does: `script.py` pumps events through a script or query, `flow.py` runs a .troy file in this
process, `detached.py` hands one to an engine; `speeds.py` says how much of a file would be on the fast path."""
