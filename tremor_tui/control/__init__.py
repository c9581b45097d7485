"""The control plane: all that a client may import to talk to an engine.

`base.py`       the bases of requests, answers and what is pushed
`commands.py`   every request, each a frozen struct; its docstring says what it answers
`snapshots.py`  every answer and every picture that is pushed
`authoring.py`  what an editor asks: completion, documentation, tests of captured events
`editing.py`    what a canvas asks: kinds, the picture of a draft, steps as changes of its text
`events.py`     looking at events: taps, breaks, paths
`limits.py`     beyond which figures an engine warns
`history.py`    the last ten minutes; `ring.py` keeps them, `marks.py` says what was changed
`bench.py`      the benchmark: its plan, its progress, a run that can be saved
`benching.py`   the runs that an engine keeps
`speed.py`      what is on the fast path, and why not more; `speed_words.py` says it
`playing.py`    recordings: begin, end, play
`stages.py`     the picture of one compilation, as plain text with spans
`wire.py`       frames of a length and JSON; the same on every socket; checks shape and size
`plane.py`      the ControlPlane protocol: submit, watch, tap
`client.py`     a ControlPlane over a socket; reconnects, shows the age of its data
`templates/`    flows to begin with, as texts that run
`launch.py`     finds this user's engines; starts one as a process of its own
`loops.py`      a peculiarity of asyncio that clients need not see
`places.py`     where sockets, logs and undo files live (XDG)
`writing.py`    writes a text file in one step

A connection starts with `Hello`, answered by `Welcome` or a refusal: client and engine compare
`PROTOCOL`. Then requests, answered in any order by number, and pushed frames (snapshots at the watched
rate, latest wins; tap samples; notices) go side by side.
"""
