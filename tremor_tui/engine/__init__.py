"""The supervisor process: its control server, its executors, and what it survives.

    clients ── Unix socket (0600 in a 0700 folder, peer uid checked) ── supervisor
                                                                          ├─ socket pair ─ executor 0
                                                                          └─ socket pair ─ executor 1 …

`serving.py`    an engine as the main thing of a process: log, signals, first flows, exit status
`engine.py`     owns the task group; starts and ends server and executors in order
`plane.py`      what each command of `control/commands.py` does; `part.py`: what answers some of them
`events.py`     taps, breaks and paths: whose they are, and where what is asked of them goes
`speeding.py`   asks an executor what of a flow is on the fast path (`runtime/speed.py`), when a client does
`flows.py`      which flow runs where, from which texts; deploy, apply, stop, begin anew; `deployed.py` is
                one flow, `applying.py` puts versions live and takes them back; `shape.py` says how two
                versions of a flow differ, `difference.py` what an apply would change in words
`trials.py`     watches a version that was applied and takes it back where more events fail; `tally.py`
                counts them
`letters/`      events that failed, kept in a journal until they were replayed or discarded
`server.py`     the Unix socket; one `clients.py` object per connection, with a latest-wins outbox
`sources.py`    opens and checks the files that a user names; the command line uses it too
`compiling/`    a warm process that compiles, diagnoses and runs drafts in forks; touches no event
`children.py`   a process of the engine and the socket to it
`executors/executor.py`  starts an executor, sees it end, starts it again as `restart.py` says
`executors/link.py`      orders down and pictures up, in the frames of `control/wire.py`
`executors/looking.py`   the taps and breaks of one executor
`executors/child.py`     the process; `body.py` serves the orders with one event loop and one Runtime
`merge.py`      one EngineSnapshot of the executors' pictures
`watchdog.py`   reads each executor's board and names a task that has not yielded, while it lasts; samples
                which line a busy task is in; `stacks.py` reads the stacks
`observing/`    ten minutes of history, limits of warnings, recordings
`logs.py`       the engine's log

The supervisor imports neither runtime nor compiler. An executor is sent source texts and paths, never
objects; it compiles them itself. When the supervisor dies its socket pair closes and the executor ends
itself; the stale socket of a dead supervisor is replaced at the next start, a living one is never taken
over.

A crashed executor is started again after a pause that doubles from 100 ms; its flows begin anew and say so
(`note`). Five crashes in 60 s make its flows *failed*. An engine that a workbench started ends 30 s after
its last client unless it is kept.
"""
