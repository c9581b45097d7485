"""Schedules: how the tasks of a flow share the machine. `cooperative.py` is the one that counts.

`cooperative`: all tasks of a process on one event loop; they give way by themselves. Executors are several
such processes (`engine/placing`, `cli/running/spread.py`).

`threads`: the model of tremor 0.8, kept for comparison and for connectors that block. Every source, pipeline
and sink runs in an OS thread with a loop of its own; threads meet in channels with a lock (`ThreadChannel`)
and wake each other through their loops (`ThreadBell`). What goes up (insights) and what is told to the flow
is posted to the loop of whoever it is for, in order, and never waited for. It is slower: each batch crosses
threads that take turns at the interpreter, and the more tasks there are the slower it gets. With it a flow
can be paused, drained and stopped, but neither tapped, held, recorded, swapped nor moved: all of that lives
off every other task standing still while one runs. So only `run` and `bench` have it. Connectors that share
something within a loop are refused: `metrics`, and a second `stdio` source.

A task of a thread is built as ever; only its channel, its bell and its neighbours are other ones. The flow
itself, its ticker and its pictures stay on the loop of the runtime.
"""
