"""The compile service: a warm child process that compiles for the supervisor, which touches no compiler.

`service.py` (supervisor) hands it one job at a time, with a time limit; `link.py` is what they say to each
other; `child.py` is the process; `plan.py` says what a file deploys; `drafts.py` runs drafts on
samples, in a fork with limits of its own (`fork.py`).

`authoring.py` answers editors: `questions.py` is what they ask, `completing.py` keeps what completion
needs, `testing.py` makes and runs tests of captured events.
"""
