"""Pictures of a small engine for the tests of this room."""

from __future__ import annotations

from itertools import pairwise

from tremor_tui.control.snapshots import (
    ChannelSnapshot,
    EdgeSnapshot,
    EngineSnapshot,
    FlowSnapshot,
    GraphSnapshot,
    Histogram,
    NodeSnapshot,
    Split,
    TaskSnapshot,
)

S = 10**9
START = 1_795_456_800


def picture(
    second: int, *, busy: float = 50.0, version: int = 1, tasks: int = 2, **more: object
) -> EngineSnapshot:
    """The engine `second` seconds after START; a flow `one` of so many tasks in a row."""
    names = [f"t{number}" for number in range(tasks)]
    every = tuple(
        TaskSnapshot(
            f"one/pipeline/{name}", "one", name, "pipeline", "d", state="running", events_in=7,
            split=Split(busy, 5.0, 10.0, 85.0 - busy), in_s=float(second), run=Histogram(p99=9_000_000),
            queue=ChannelSnapshot(32, 64, fill=0.5),
        )
        for name in names
    )  # fmt: skip
    nodes = tuple(NodeSnapshot(f"pipeline/{n}", "pipeline", n, task=f"one/pipeline/{n}") for n in names)
    edges = tuple(
        EdgeSnapshot(f"one:{a}>{b}", f"pipeline/{a}", "out", f"pipeline/{b}", "in", 9, 12.5, 0.5)
        for a, b in pairwise(names)
    )
    flow = FlowSnapshot(
        "one", "running", "/x/one.troy", since_ns=START * S, version=version, in_s=float(second),
        lag_p99_ns=5_000_000, graph=GraphSnapshot(nodes, edges),
    )  # fmt: skip
    at_ns = (START + second) * S
    given = {"flows": (flow,), "tasks": every, **more}
    return EngineSnapshot("x", at_ns, START * S, **given)  # type: ignore[arg-type]
