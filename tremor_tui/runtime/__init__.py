"""What runs in one process: flows, their tasks, and the bounded channels between them.

Read in this order: `channel.py` (what joins tasks), `bell.py` (what a task sleeps on), `meter.py` (what is
known of a task, and how long a turn may be), `outbox.py` (a task's links), `intake.py` and `outlet.py`
(bytes to batches and back), `tasks/source.py`, `tasks/pipeline.py`, `tasks/sink.py` (the three loops),
`flow.py` (one flow's life), `deploy.py` (what makes its tasks of IR), `wiring.py` (who sends to whom),
`runtime.py` (all flows of this process), `swap.py`, `reshape.py`, `drain.py`, `tap.py`, `snapshot.py`,
`watch.py` (rates and warnings, of which
`lints.py` says what is worth one), `cost.py` (what measuring takes), `speed.py` (what of a flow is on the
fast path, asked for on demand).

    runtime = Runtime(Settings(), clock=…, log=…, board=…, executor=0, in_engine=False)
    async with create_task_group() as group:
        await group.start(runtime.run)              # owns the tasks until `close`
        await runtime.start(flow_ir, base=…, file=…)     # sinks first; returns once it runs, or raises
        graph = runtime.build("main", pipeline_ir)  # for a swap; its failures are logged as the flow's
        receipt = await runtime.swap("main", {"classify": graph})   # between two batches
        receipt = await runtime.reshape(new_ir, {"classify": graph})    # all else too: adds, removes, relinks
    runtime.pause("main", paused=True)
        stopped = await runtime.stop("main", deadline_s=5.0)        # drain, then force
        stopped = await runtime.stop_all(5.0)       # all of them; they stay in the pictures
        flows, tasks, warned = runtime.snapshot()   # pictures of control/snapshots.py
        tap = runtime.open_tap(edge_id, per_second, deliver); runtime.close_tap(tap)
        ending = await runtime.wait_ended()         # all sources over and drained, or `exit` spoke
        await runtime.close()

**Tasks.** One per source, per pipeline and per sink (`connector/a` with both parts has two), all on one
event loop, in one task group per flow. A connector's task opens it, notices loss and opens it again
(`retry.py`). A failure that is not a TremorError fails its flow alone and shows with its traceback.

**Channels.** Each pipeline and each sink has one input channel: a deque of (port, Batch | Signal), bounded
by batches (64) and bytes (8 MiB). `send_nowait` first; only when it is full does the sender wait, and that
wait is *blocked*. What could not be sent stays with the sender. Signals go in order with the batches.
Insights go up through an unbounded list per task, so that contraflow cannot deadlock.

**Taps.** A tap (`tap.py`) copies references of some events where a batch passes a link or an edge inside a
pipeline. With an expression (`condition.py`) or a counted field (`top.py`) it looks at events for at most
2 ms of a second and says how many it looked at; nothing ever waits for it.

**Breaks.** A `Gate` (`gate.py`) between a task and its channel holds the task before an event; `breaks.py`
knows which are set and when they let go by themselves. What is held stays in the gate and the channel.

**Paths.** A source marks one event a second (`tracing.py`); its batch carries a `Path` (`path.py`), and each
task that takes such a batch notes when the event came, when and by which port it left, and where it ended.

**Turns.** The fast path never yields by itself, so a task that has used its budget (2 ms) gives the loop
back explicitly; that is a *budget* yield. No task sleeps to fill a batch: a source sends what one read
gave, cut at 100 rows or 64 KiB.

**Meter.** `meter.py` steps each task's coroutine (`coro.send`) and reads the clock twice per poll: run
time, longest run, yields by reason, time between wake-up and resumption (*ready*; the waker notes the
time), the rest of the wait by the reason the task gave before it (*blocked* for full, else *idle*). It
writes the running task and its start to the board.

**Turns.** `turns.py`: of the sources of a loop one at a time decodes and sends, and lets those below run
before it gives the turn on, so that what it made is worked off while it is in the processor's cache.

**Breaker.** A sink that loses its outside keeps its batch, sends `Trigger` up, waits as the retry policy
says, resumes what was half written, and sends `Restore`. Sources below a tripped sink do not pull. A
source starts pulling only once every sink that its events can reach is `Started`, that is, has tried to
open. One that is away from the start trips first; with nothing to write it does not hold the end up. Each
pipeline knows the sinks behind its ports, so that `qos::roundrobin` closes the outputs of a tripped one.

**Stopping.** Sources stop pulling and send `Drain`, which follows their last batch through every path; a
sink that has had it from all its inputs flushes and answers `Drained`. Three quarters of the deadline are
for that; then tasks are cancelled and what is left (rows in channels and in a sink's hand) is counted.

A flow whose sources are all over drains and ends by itself; it stays in the pictures until `stop`. A source
that users can mend (a file that vanished) drains what it sent before its flow fails; a sink that gives up,
and any bug, end their flow at once, and what is left is counted.

**Letters.** An event that fails, anywhere, is kept with what came in (`letters.py`, `catching.py`) for the
supervisor to fetch, and can enter the task where it failed again (`replaying.py`), between live batches.

**Swap.** `swap` puts new Graphs into pipeline tasks. A graph steps in one go, so whenever another task runs
every pipeline is between two batches: the swap needs no request and takes effect for all of them at once.
The new graph adopts the state of nodes that do the same, or else have the same id and kind; taps move over,
channels and connectors are not touched, and what a task could not send yet stays with it.

**Reshape.** `reshape` makes a flow what new IR says: `reshape.py` tells the five steps. Until all that is
new is open the flow is as it was. What a task had not sent over any link takes the new links, what it had
begun to send the rest of the old ones, so an event goes the whole way that one shape has for it. Where
links are replaced by others the pipelines behind the old ones run empty first, while what sends to them
stands still: that is the pause. Sources that stay keep their connection and their place. A Drain belongs to
one shape; a source that was draining sends another one into the next. Acks go to their source, whatever is
between.
"""
