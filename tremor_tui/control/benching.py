"""Runs of the benchmark that an engine keeps: which there are, and one of them.

An engine keeps what it has measured in the user's state folder, a file a run, as `bench.encode_run` writes
it. What is asked of a run that goes on is in `bench.py`.
"""

from __future__ import annotations

from tremor_tui.control.base import Command, Picture
from tremor_tui.control.bench import BenchPlan, BenchRun


class ListBenches(Command, frozen=True, tag="list_benches"):
    """Which runs are kept; answered with `BenchesListed`."""


class ReadBench(Command, frozen=True, tag="read_bench"):
    """A run that is kept, by its name in the list; answered with `BenchRead`."""

    name: str


class DrawBench(Command, frozen=True, tag="draw_bench"):
    """The curves of a run as a picture; answered with `BenchDrawn`."""

    run: BenchRun


class KeptBench(Picture, frozen=True):
    """A run that is kept. `best` is its highest throughput in MB/s, `points` how many were measured."""

    name: str
    plan: BenchPlan
    began_ns: int = 0
    points: int = 0
    best: float = 0.0
    finished: bool = False

    @classmethod
    def of(cls, name: str, run: BenchRun) -> KeptBench:
        """What a list says of a run."""
        measured = [point for point in run.points if point.done]
        best = max((point.wall.median for point in measured), default=0.0)
        return cls(name, run.plan, run.began_ns, len(measured), best, run.finished)


class BenchesListed(Picture, frozen=True, tag="benches"):
    """The answer to `ListBenches`, the latest first. `damaged` files could not be read."""

    runs: tuple[KeptBench, ...] = ()
    damaged: tuple[str, ...] = ()


class BenchDrawn(Picture, frozen=True, tag="bench_drawn"):
    """The answer to `DrawBench`: an SVG."""

    svg: str


class BenchRead(Picture, frozen=True, tag="bench"):
    """The answer to `ReadBench`."""

    name: str
    run: BenchRun
