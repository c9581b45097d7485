"""`tap`: copies of events that pass an edge, as JSON lines."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Annotated

import anyio
import msgspec
import typer

from tremor_tui.cli import output
from tremor_tui.cli.command import add
from tremor_tui.cli.options import Name
from tremor_tui.control.client import Client, connect
from tremor_tui.control.commands import OpenTap, Snapshot
from tremor_tui.control.events import Sample
from tremor_tui.control.launch import running_engine
from tremor_tui.control.picking import MISSING, FieldPath, field_paths
from tremor_tui.control.snapshots import EngineSnapshot, Notice, TapSamples
from tremor_tui.errors import UnknownName


def register(app: typer.Typer) -> None:
    """Enters the command."""
    add(app, "tap", tap)


def tap(
    edge: Annotated[str, typer.Argument(metavar="EDGE", help="FLOW:SOURCE/PORT>TARGET/PORT, or part of it.")],
    name: Name = "",
    count: Annotated[int, typer.Option("--count", min=0, metavar="N", help="Events; 0: without end.")] = 0,
    rate: Annotated[
        float, typer.Option("--rate", min=0.1, max=1000, metavar="N", help="Events a second.")
    ] = 20.0,
    with_meta: Annotated[bool, typer.Option("--meta", help='Lines of {"value": …, "meta": …}.')] = False,
    matching: Annotated[
        str, typer.Option("--filter", metavar="EXPR", help="Only events for which this is true.")
    ] = "",
    fields: Annotated[
        str, typer.Option("--fields", metavar="A,B", help="Only these fields, as columns or a record.")
    ] = "",
    top: Annotated[
        str, typer.Option("--top", metavar="FIELD", help="The most frequent values of a field, at the end.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Fields and counts as JSON.")] = False,
) -> int:
    """Print copies of events that pass an edge, one JSON value a line.

    A tap never slows a flow: it copies up to --rate events a second and lets the others pass. --filter takes
    an expression such as 'event.n > 3'; it and --top look at as many events as 2 ms of each second allow, and
    the last line on stderr says at how many. With --top alone no events are printed, but the counts each
    second, or at the end of --count events that were looked at. Without an exact match EDGE may be any part
    of the id of just one edge.
    """
    picked = field_paths(fields)
    wanted = OpenTap("", rate, matching, top)
    printer = Printer(picked, with_meta, as_json, bool(top) and not fields)
    try:
        return anyio.run(_tap, name, edge, count, wanted, printer)
    except KeyboardInterrupt:
        return 0
    finally:
        printer.end()


@dataclass
class Printer:
    """Prints what a tap copies: values, picked fields, or counts alone."""

    fields: tuple[FieldPath, ...]
    with_meta: bool
    as_json: bool
    counts_only: bool
    printed: int = 0
    last: TapSamples | None = None
    told_s: float = 0.0

    def take(self, frame: TapSamples, count: int) -> bool:
        """Prints a frame; True once `count` events were printed, or looked at where only counts are."""
        self.last = frame
        if frame.note:
            output.talk(frame.note)
        if self.counts_only:
            is_last = bool(count) and frame.looked_total >= count
            if not is_last and time.monotonic() - self.told_s >= 1.0:
                self.told_s = time.monotonic()
                self.counts(frame)
            return is_last
        for sample in frame.samples:
            output.data(self.line(sample))
            self.printed += 1
            if self.printed == count:
                return True
        return False

    def line(self, sample: Sample) -> str:
        """An event as a line."""
        if self.fields:
            return self._picked(sample)
        meta = sample.meta or "{}"
        return f'{{"value": {sample.value}, "meta": {meta}}}' if self.with_meta else sample.value

    def counts(self, frame: TapSamples) -> None:
        """The most frequent values: a line each, or one of JSON."""
        top = frame.top
        if top is None:
            return
        if self.as_json:
            values = [{"value": json.loads(v.value), "count": v.count, "error": v.error} for v in top.values]
            output.data(json.dumps({"counted": top.counted, "missing": top.missing, "values": values}))
            return
        for one in top.values:
            bound = f" (-{one.error})" if one.error else ""
            output.data(f"{one.count:>9}{bound}  {100 * one.count / max(1, top.counted):5.1f} %  {one.value}")

    def end(self) -> None:
        """The counts at the end, and how many events were looked at."""
        frame = self.last
        if frame is None:
            return
        self.counts(frame)
        if frame.failed_total:
            output.talk(f"the filter failed on {frame.failed_total:,} events, as in: {frame.failure}")
        looked = f"matched {frame.matched_total:,} of {frame.looked_total:,} looked at; "
        words = looked if frame.looked_total else ""
        output.talk(f"{words}printed {self.printed:,} of {frame.seen_total:,} that passed")

    def _picked(self, sample: Sample) -> str:
        try:
            value = json.loads(sample.value)
            meta = json.loads(sample.meta) if sample.meta else {}
        except ValueError:  # cut at 64 KiB
            return "{}" if self.as_json else "?"
        found = {path.text: path.of(value, meta) for path in self.fields}
        if self.as_json:
            return json.dumps({name: one for name, one in found.items() if one is not MISSING})
        return "\t".join("-" if one is MISSING else _cell(one) for one in found.values())


def _cell(value: object) -> str:
    return value.replace("\t", " ").replace("\n", " ") if isinstance(value, str) else json.dumps(value)


async def _tap(name: str, edge: str, count: int, wanted: OpenTap, printer: Printer) -> int:
    name = await running_engine(name)
    async with connect(name) as plane:
        found = await _find(plane, edge)
        await plane.submit(msgspec.structs.replace(wanted, edge=found))
        output.talk(f"tapping {found}")
        async for pushed in plane.pushed():
            if isinstance(pushed, Notice):
                output.talk(pushed.text)
            elif isinstance(pushed, TapSamples) and printer.take(pushed, count):
                return 0
    return 0


async def _find(plane: Client, wanted: str) -> str:
    picture = await plane.submit(Snapshot())
    assert isinstance(picture, EngineSnapshot)
    known = [edge.id for flow in picture.flows for edge in flow.graph.edges]
    known += [e.id for flow in picture.flows for inside in flow.inside.values() for e in inside.edges]
    matching = [edge for edge in known if wanted in edge]
    if wanted in known:
        return wanted
    if len(matching) == 1:
        return matching[0]
    raise UnknownName("edge" if not matching else "single edge", wanted, matching or known)
