"""Events per second and memory of a select with windows over many groups.

    python -m tests.benchmarks.groups [EVENTS] [GROUPS]

Each event goes to one of GROUPS groups (200,000) in a window of ten, drawn with the same seed each time; a
tenth of the groups gets half of the events, as few keys are frequent and many are rare. Measured twice, each
in a process of its own: with the limit of groups that holds where no window sets one, and with `max_groups`
high enough. The time is that of the processor in the pipeline's graph, from batches of 100 decoded events to
results, without connectors; memory is what the process has resident above what it had before.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from dataclasses import dataclass
from random import Random

import psutil

from tests.language.query_texts import query
from tremor_tui.model.batch import MAX_ROWS, Batch
from tremor_tui.operators.windows import MAX_GROUPS, WindowSelect
from tremor_tui.pipeline.build import build

EVENTS, GROUPS = 1_000_000, 200_000
SKEW = 10 / 3
"""A group's rank is a random share to this power: a tenth of the ranks gets half of the events."""
QUERY = """
define window ten from tumbling with size = 10{limit} end;
select {{ "key": group[0], "count": aggr::stats::count(), "mean": aggr::stats::mean(event.value) }}
from in[ten] group by event.key into out;
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run. `resident` are bytes above those before the first event; `emitted` results."""

    seconds: float
    resident: int
    groups: int
    emitted: int
    evicted: int


def measure(events: int, groups: int, max_groups: int | None) -> Measured:
    """Runs the events through the select."""
    limit = f", max_groups = {max_groups}" if max_groups else ""
    graph = build(query(QUERY.format(limit=limit)).query_ir)
    select = next(node.operator for node in graph.nodes if node.kind == "select")
    assert isinstance(select, WindowSelect)
    process, draw = psutil.Process(), Random(1).random
    before, seconds, emitted = process.memory_info().rss, 0.0, 0
    for first in range(0, events, MAX_ROWS):
        ids = range(first, min(first + MAX_ROWS, events))
        keys = [int(groups * draw() ** SKEW) for _ in ids]
        values = [{"key": f"key-{key}", "value": key % 100} for key in keys]
        batch = Batch(list(values), ids, first)
        start = time.process_time()
        left = graph.step("in", batch, first)
        seconds += time.process_time() - start
        emitted += sum(len(made) for _, made in left)
    resident = process.memory_info().rss - before
    return Measured(seconds, resident, len(select.groups), emitted, select.evicted)


def main() -> None:
    """Prints both runs."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    groups = int(sys.argv[2]) if len(sys.argv) > 2 else GROUPS
    sys.stdout.write(f"{events:,} events over {groups:,} groups, window of 10\n")
    for title, limit in ((f"default limit ({MAX_GROUPS:,})", None), (f"max_groups = {groups:,}", groups)):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            made = pool.apply(measure, (events, groups, limit))
        rate, size = events / made.seconds, made.resident / 2**20
        sys.stdout.write(
            f"{title:28} {rate:10,.0f} events/s  {size:6.0f} MiB  {made.groups:8,} groups alive  "
            f"{made.emitted:8,} results, {made.evicted:,} of them early\n"
        )


if __name__ == "__main__":
    main()
