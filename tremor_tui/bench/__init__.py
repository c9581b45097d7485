"""The benchmark: how fast events go through the runtime, from 1 to 64 flows, under each schedule.

    plan ── rounds.measure ── pool ─┬─ worker 0   a process: event loop, Runtime, n sources, n pipelines, sink
              (the driver)          └─ worker 1 … (schedule `executors`: n flows spread over them)

`workload.py`   100 events made from a seed, and the query that classifies and limits them
`topology.py`   the flow n:n:1 as a .troy file over that data; what `--write` leaves for others to run
`worker.py`     a process that runs such a flow in a Runtime and measures it when told to
`pool.py`       starts workers and speaks with them in lines of JSON
`rounds.py`     all points in turn, round by round, to a `BenchRun` of `control/bench.py`
`child.py`      the same as a program: a plan in, a `BenchStep` a line out; the Bench screen reads these
`conditions.py` the machine, versions and load of a run
`hand.py`       the fixed baseline: the same work as a careful hand-written loop over orjson
`peers.py`      other engines for the same work
`compare.py`    that loop, bytewax where it is installed, and the runtime on the same data by turns
`files.py`      the same from file to file, through the real `tremor-tui run`
`cost.py`       what measuring tasks costs: on and off by turns
`tables.py`, `plot.py`, `vector.py`   a run as a table, as a plot of characters, as SVG and PNG
`against.py`    a run beside a saved one, as ratios

**What is measured.** A run goes over the whole runtime: the `bench` connector gives the split lines as
bytes, round and round; its task decodes what the pipeline reads; channels; the pipeline's task with the
script and `grouper::bucket`; channels; one sink that counts bytes and latencies. Nothing is taken apart or
left out, and nothing is remembered by line: all 100 lines are decoded each time they come.

**How.** Each point (schedule, n) is measured once a round, in an order that rotates with the rounds. A
measurement starts the flow anew, lets it warm up, and then reads counters and processor time twice, at the
beginning and at the end of the window. What is shown are medians over rounds and the range. Compare
ratios within one run; figures of two runs on a shared machine differ by far more than most changes do.

**Out and overflow.** The rates of the workload are a few tens of thousands of events a second in all, so at
full speed nearly all events leave by `overflow`. Both ports lead to the sink, and the split is told.

**Where the gain over a hand-written loop comes from.** The source decodes only the fields that the script
reads, and an event that passes unchanged is written as the bytes it came as; the data of the published
benchmark also leave at the first match in 84 of 100 cases, so that one field decides. `even` data have
no such skew, and the scripts `keys` and `change` make new bytes: see them for what these are worth.
"""
