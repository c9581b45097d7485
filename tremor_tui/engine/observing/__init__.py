"""Observing: what an engine keeps of its past, when it warns, and what it records.

`part.py`      answers `AskHistory`, `SetLimits`, `SetStatistics`, `StartRecording`, `StopRecording`; looks at
               the engine once a second: into the ring (`control/ring.py`), marks, the recording
`lints.py`     warnings about executors, which only the supervisor can give: a loop that is late, a full core
`keeping.py`   limits in a file, so that they outlive the engine

The ring is bounded (see its module): 3.9 MB for a flow of 100 tasks. A tick of the look costs about 1 ms
then. Stalls are not waited for: the watchdog's notice is marked and pushed when it comes.
"""
