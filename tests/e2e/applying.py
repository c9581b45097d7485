"""Applies, of scripts and of the shape, to a real engine's flow while numbered lines pass at a set rate.

Each line is written by the sink `written` with the way it took. What the applies did is judged from the files
alone: every number once, in order; and from the flow's own clock: each line carries the time at which it was
read, so that a gap between two lines shows a pause, whatever caused it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle, pairwise
from pathlib import Path

import anyio

from tremor_tui.control.client import Client, connect, end_engine
from tremor_tui.control.commands import Apply, Deploy, StopFlow
from tremor_tui.control.launch import start_engine
from tremor_tui.control.snapshots import Applied, Stopped

PER_SECOND = 5_000
NS = 10**9

MARK = """  define pipeline {name} pipeline define script tag script
    use tremor::system;
    let $v = {version};
    {{"n": match event of case %{{present n}} => event.n case _ => event end,
     "t": match event of case %{{present n}} => event.t case _ => system::ingest_ns() end,
     "way": match event of case %{{present n}} => event.way + "{name}" case _ => "{name}" end}}
  end; create script tag; select event from in into tag; select event from tag into out;
  select event from tag/err into err; end;
"""
FLOW = """define flow numbered
flow
  define connector numbers from bench
  with codec = "string", config = {{"path": "numbers.txt", "interval": {interval}, "iters": 1}} end;
  define connector written from file with codec = "json", postprocessors = ["separate"],
  config = {{"path": "written.jsonl", "mode": "append"}} end;
  define connector letters from file with codec = "json", postprocessors = ["separate"],
  config = {{"path": "letters.jsonl", "mode": "append"}} end;
  define connector more from file with codec = "json", postprocessors = ["separate"],
  config = {{"path": "more.jsonl", "mode": "append"}} end;
{pipelines}
  create connector numbers; create connector written; create connector letters;
  {creates}
  {connects}
end;
deploy flow numbered;
"""


@dataclass(frozen=True, slots=True)
class Form:
    """A shape of the flow: the pipelines from source to sink, whether `more` gets events too, a version."""

    through: tuple[str, ...] = ("a",)
    has_more: bool = False
    version: int = 0

    def text(self) -> str:
        """The .troy text of it."""
        steps = ["/connector/numbers", *(f"/pipeline/{one}" for one in self.through), "/connector/written"]
        links = [f"connect {one} to {other};" for one, other in pairwise(steps)]
        links += [f"connect /pipeline/{one}/err to /connector/letters;" for one in self.through]
        if self.has_more:
            links.append(f"connect /pipeline/{self.through[-1]} to /connector/more;")
        return FLOW.format(
            interval=NS // PER_SECOND,
            pipelines="".join(MARK.format(name=one, version=self.version) for one in "abc"),
            creates=" ".join(
                [f"create pipeline {one};" for one in self.through]
                + (["create connector more;"] if self.has_more else [])
            ),
            connects="\n  ".join(links),
        )


def forms() -> Iterator[Form]:
    """Scripts, a sink more and less, a pipeline put into an edge and taken out, links moved; for ever."""
    shapes = [
        (("a",), False),
        (("a",), True),
        (("a",), False),
        (("a", "b"), False),
        (("a", "b"), True),
        (("b",), False),
        (("c", "b"), False),
        (("b", "c"), False),
    ]
    for version, (through, has_more) in enumerate(cycle(shapes), 1):
        yield Form(through, has_more, version)
        yield Form(through, has_more, version * 10_000)


@dataclass(slots=True)
class Report:
    """What applies did: pauses as receipts say them, and as gaps between lines show them, in ns."""

    applies: int = 0
    lines: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    failed: int = 0
    left: int = 0
    ways: int = 0
    more: int = 0
    pauses: list[int] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)

    def percentile(self, values: list[int], part: float) -> float:
        """A percentile in milliseconds."""
        return sorted(values)[min(len(values) - 1, int(part * len(values)))] / 1e6 if values else 0.0


async def run(folder: Path, engine: str, applies: int, pause_s: float, lines: int) -> Report:
    """Runs the flow on an engine of its own, applies one form after the other, and reads what came of it."""
    (folder / "numbers.txt").write_text("".join(f"{n}\n" for n in range(lines)))
    path = folder / "flow.troy"
    path.write_text(Form().text())
    await start_engine(engine, within_s=30.0)
    async with connect(engine, kind="test", timeout_s=60.0) as plane:
        await plane.submit(Deploy(str(path), str(folder)))
        report = await _apply_all(plane, path, applies, pause_s)
        stopped = await plane.submit(StopFlow("numbered", 10.0))
        assert stopped == Stopped("numbered"), stopped
        await end_engine(plane, 5.0)
    return _judged(folder, report)


async def _apply_all(plane: Client, path: Path, applies: int, pause_s: float) -> Report:
    report = Report()
    for _, form in zip(range(applies), forms(), strict=False):
        applied = await plane.submit(Apply("numbered", {str(path): form.text()}, accept=True))
        assert isinstance(applied, Applied)
        for receipt in applied.receipts:
            report.applies += 1
            report.pauses.append(receipt.pause_ns)
            report.left += receipt.left
        await anyio.sleep(pause_s)
    return report


def _judged(folder: Path, report: Report) -> Report:
    rows = [json.loads(line) for line in (folder / "written.jsonl").read_bytes().splitlines()]
    numbers = [int(row["n"]) for row in rows]
    report.lines = len(numbers)
    report.lost = max(numbers) + 1 - len(set(numbers))
    report.doubled = len(numbers) - len(set(numbers))
    report.disordered = sum(one > other for one, other in pairwise(numbers))
    report.failed = (folder / "letters.jsonl").read_bytes().count(b"\n")
    report.ways = len({row["way"] for row in rows})
    report.gaps = [other["t"] - one["t"] for one, other in pairwise(rows) if other["t"] > one["t"]]
    more = [int(json.loads(line)["n"]) for line in (folder / "more.jsonl").read_bytes().splitlines()]
    report.more = len(more)
    report.disordered += sum(one >= other for one, other in pairwise(more))
    return report
