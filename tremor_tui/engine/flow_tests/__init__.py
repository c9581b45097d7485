"""Tests of a flow: events that were captured, and what a script or a pipeline of the flow makes of them.

`form.py` reads and writes the files, `runs.py` runs a test on the compiled flow, `differ.py` says in words
where what came is not what was expected. They are run by `tremor-tui test` and by the compile process.

A test is one file, `tests/NAME.test.json` beside the file of its flow:

    {
      "name": "no customer",
      "flow": "../orders.troy",         the file that deploys the flow, as seen from the test's folder
      "deployed": "orders",             the name that the flow is deployed under
      "pipeline": "enrich",             one of its pipelines, by its alias
      "node": "enrich/add_note",        one of the pipeline's scripts; without it the whole pipeline is tested
      "tags": ["orders"],               as in tremor's own tests; may be left out
      "in": [{"value": {…}, "meta": {…}, "port": "in", "ingest_ns": 0}],
      "out": [{"port": "err", "value": {…}, "meta": {…}}],
      "ignore": ["value.at", "meta.id"] parts that may differ: times, random numbers; may be left out
    }

The events of `in` enter one after the other; the test begins with fresh state. Everything that leaves is in
`out`, in its order: nothing where events are dropped, `{"error": "…"}` where the script fails and nothing
takes it. Of an entry only what it names is compared: one without `meta` says nothing about metadata. The
clock of the test stands at each event's `ingest_ns`, so that results that hold the time are the same again;
at an event without one it stands as it did.

Time goes on by itself only where `in` says so: `{"tick": 1000000000}` among the events of a whole pipeline
lets so many nanoseconds pass since what stands before it, and then one tick comes, which closes windows and
batches that are due. Without it windows close by events alone. Numbers are told apart as in tremor: `2` is
not `2.0`.
"""
