"""The supervisor process: its control server, its executors, and what it survives.

    clients ── Unix socket (0600 in a 0700 folder, peer uid checked) ── supervisor
                                                                          ├─ socket pair ─ executor 0
                                                                          └─ socket pair ─ executor 1 …

`engine.py`     owns the task group; starts and ends server and executors in order
`plane.py`      what each command of `control/commands.py` does
`server.py`     the Unix socket; one `clients.py` object per connection, with a latest-wins outbox
`compiling.py`  compiles, diagnoses and lists files for clients; touches no event
`previewing.py` runs drafts on samples in a child process with a time limit
`executors/process.py`  starts an executor, sees it end; `restart.py` decides what then
`executors/link.py`     commands down and pictures up, in the frames of `control/wire.py`
`executors/child.py`    the body of an executor: one event loop, one Runtime; it compiles by itself
`merge.py`      one EngineSnapshot of the executors' pictures
`watchdog.py`   reads each executor's board and names a task that has not yielded, while it lasts

The supervisor imports no runtime. An executor is sent source texts and paths, never objects; it compiles
them itself. When the supervisor dies its socket pair closes and the executor ends itself; the stale
socket of a dead supervisor is replaced at the next start, a living one is never taken over.

A crashed executor is started again after a pause that doubles from 100 ms; its flows begin anew and say so
(`note`). Five crashes in 60 s make its flows *failed*. An engine that a workbench started ends 30 s after
its last client unless it is kept.
"""
