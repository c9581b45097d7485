"""The loops of a flow: one file per kind of task, and what they share in `task.py`."""
