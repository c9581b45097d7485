"""How long it takes to lay out and to draw a flow of 100 nodes and 150 edges, by the canvas itself.

    python tests/benchmarks/draw.py [--nodes 100] [--edges 150] [--runs 30]

The goal is 30 ms for both together (median, CPU time of this process). "Draw" is the whole canvas at 120x36;
a frame in which values changed draws as much.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import time
from collections.abc import Callable

from tremor_tui.control.plane import ControlPlane
from tremor_tui.testing.fake_plane import FakePlane
from tremor_tui.testing.scenes import Part, Scene
from tremor_tui.workbench.app import Workbench
from tremor_tui.workbench.layout import Arc, Place, place
from tremor_tui.workbench.widgets.canvas import FOLDED, ROOMY

GOAL_MS = 30.0


def scene(nodes: int, edges: int, seed: int = 7) -> Scene:
    """A random flow: sources, pipelines in layers, sinks; every node is connected."""
    chance = random.Random(seed)
    many = max(2, nodes // 10)
    sources = [Part(f"source_{n}", "source", "generated", 1.0, 20) for n in range(many)]
    sinks = [Part(f"sink_{n}", "sink", "generated", 1.0, 20, 0.3) for n in range(many)]
    middle = [Part(f"stage_{n}", "pipeline", "generated", 1.0, 40, 0.3) for n in range(nodes - 2 * many)]
    parts = [*sources, *middle, *sinks]
    links: dict[tuple[str, str, str], None] = {}
    for at, part in enumerate(parts):
        if part.kind != "source":
            first = max(0, min(at, len(parts) - many) - 25)
            before = chance.choice([p for p in parts[first:at] if p.kind != "sink"] or sources)
            links[before.alias, "out", part.alias] = None
    while len(links) < edges:
        one, two = sorted(chance.sample(range(len(parts) - many), 2))
        if parts[two].kind == "pipeline" and two - one < 25:
            links[parts[one].alias, "out", parts[two].alias] = None
    return Scene("large", tuple(parts), tuple(links), 12_000.0)


def took_ms(do: Callable[[], object], runs: int) -> tuple[float, float]:
    """Median and greatest CPU time of a call, in ms."""
    times = []
    for _ in range(runs):
        began = time.process_time()
        do()
        times.append((time.process_time() - began) * 1000)
    return statistics.median(times), max(times)


async def measure(nodes: int, edges: int, runs: int) -> dict[str, tuple[float, float]]:
    """The times of each part of the work."""
    plane = FakePlane(scene(nodes, edges))

    async def connect(_engine: str) -> ControlPlane:
        return plane

    app = Workbench(connect, engine="local")
    async with app.run_test(size=(120, 36)) as pilot:
        while not (app.store.graph and app.store.graph.nodes):
            await pilot.pause(0.02)
        await pilot.pause(0.2)
        graph, canvas = app.store.graph, app.flow.canvas
        arcs = [Arc(e.id, e.source, e.target, e.source_port) for e in graph.edges]
        width, height = canvas.size

        def lay_out(form: object = FOLDED) -> None:
            place([Place(n.id, 12) for n in graph.nodes], arcs, form, None)  # type: ignore[arg-type]

        def again() -> None:
            canvas._key = None
            canvas.draw(width, height)

        return {
            "layout, folded": took_ms(lay_out, runs),
            "layout, roomy": took_ms(lambda: lay_out(ROOMY), runs),
            "draw": took_ms(lambda: canvas.draw(width, height), runs),
            "layout of what fits, and draw": took_ms(again, runs),
        }


def main() -> int:
    """Prints the times; 1 where the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=100)
    parser.add_argument("--edges", type=int, default=150)
    parser.add_argument("--runs", type=int, default=30)
    options = parser.parse_args()
    found = asyncio.run(measure(options.nodes, options.edges, options.runs))
    for name, (median, most) in found.items():
        sys.stdout.write(f"{name:32} median {median:6.1f} ms   most {most:6.1f} ms\n")
    total = found["layout of what fits, and draw"][0]
    sys.stdout.write(f"goal {GOAL_MS:.0f} ms: {'reached' if total < GOAL_MS else 'missed'}\n")
    return 0 if total < GOAL_MS else 1


if __name__ == "__main__":
    sys.exit(main())
