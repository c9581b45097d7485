"""What `run` does: `script.py` pumps events through a script or query, `flow.py` runs a .troy file in this
process, `detached.py` hands one to an engine; `speeds.py` says what of a file is on the fast path."""
