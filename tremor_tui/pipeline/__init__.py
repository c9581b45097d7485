"""The graph of a pipeline and how batches move through it: no tasks, no clock, no I/O.

`graph.py` is the data, `build.py` makes a Graph of query IR, compiled scripts and operators (`selects.py`
loads these), `plan.py` works out in which order branches meet, `execute.py` moves batches and signals
down, `draw.py` draws it as DOT and as text. `fusing/` makes one function of a chain of nodes, for batches of
JSON frames of which only the fields that are read were decoded.

    graph = build(query_ir, instance="tremor")           # compiles and loads its scripts
    for port, batch in graph.step("in", batch, now_ns):  # output ports in order, each at most once
        ...
    graph.signal(Tick(now_ns)) -> the same               # ticks may make windows and batches emit
    graph.insight(Trigger("sink")) -> insights that leave at the top
    graph.adopt(old) -> list[str]                        # takes the state of nodes with the same id and
                                                         # kind; returns the ids that kept it
    graph.nodes: list[NodeStats], graph.edges: list[EdgeStats]   # live counters, read by snapshots
    graph.listen(edge_id, callback) / graph.unlisten(...)        # taps: called with each passing batch

**How a batch moves.** Nodes are visited once per step, in topological order, with all rows that reach
them. Where branches meet, their batches are merged in order of row id (`model.batch.merge`), the branch
that single events would have come by first going first. That is the order in which tremor, which sends
one event at a time depth first and last edge first, would have delivered them; and it keeps one call per
node and batch instead of one per event. Rows of one event leave an output in the reverse of that order,
as in tremor. Branches share values: nothing changes a value in place. Where no order of branches gives
tremor's (`plan.py` says when), and for what a signal makes, rows move one by one.

Events that reach an output port, or any port without an edge, are counted; those on a port without an
edge are *discarded* and counted as such. Failures that nothing takes, in a select or in a script whose
`err` leads nowhere, go to `build`'s `on_error` as well, with the node's id.
"""
