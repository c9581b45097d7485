"""Executor processes: `process.py` starts one, `restart.py` decides after its end, `link.py` is what they
say to each other, `executor.py` is the supervisor's picture of one, `child.py` and `body.py` run in it."""
