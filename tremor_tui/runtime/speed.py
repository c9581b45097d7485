"""Speed: what of a flow is on the fast path, from its IR, graphs and codecs, whether it runs or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tremor_tui.codecs.contract import Codec, Projecting
from tremor_tui.control.speed import PipelineSpeed, SinkSpeed, Slow, SourceSpeed, Speed
from tremor_tui.language.ir.deploy import Endpoint, FlowIR, LinkIR
from tremor_tui.model.port import OUT

if TYPE_CHECKING:
    from tremor_tui.pipeline.fusing.finding import Why
    from tremor_tui.pipeline.fusing.report import Report
    from tremor_tui.pipeline.graph import Graph
    from tremor_tui.runtime.flow import Flow

OFF = "nothing is on the fast path: `--whole-events` turns it off"
Entry = tuple[str, str]
"""A pipeline's alias and one of its inputs."""
Form = Literal["same", "added", "made"]
Kept = Literal["none", "beside", "alone"]
"""What events have of their bytes: nothing, bytes beside what was decoded of them whole, or bytes alone."""
KEPT: tuple[Kept, ...] = ("none", "beside", "alone")
Bytes = dict[LinkIR, Kept]


def speed_of(flow: Flow) -> Speed:
    """The answer for a flow that runs."""
    graphs = {alias: task.graph for alias, task in flow.pipelines.items()}
    codecs = {alias: one.codec for alias, one in flow.installed.items()}
    return Looked(flow.ir, graphs, codecs).speed(flow.settings.fuses)


def query_speed(name: str, graph: Graph, port: str = "in") -> Speed:
    """The answer for a query that `run` feeds with lines of JSON."""
    report = graph.report(port)
    fields = None if report.fields is None else tuple(sorted(report.fields))
    slow = () if fields is not None else (Slow(f"`{name}` takes them whole"),)
    return Speed(
        name,
        (SourceSpeed("run", fields, slow),),
        (_pipeline(name, port, report, "alone" if slow == () else "beside"),),
    )


@dataclass(slots=True)
class Looked:
    """A flow that is looked at."""

    ir: FlowIR
    graphs: Mapping[str, Graph]
    codecs: Mapping[str, Codec | None]

    def speed(self, fuses: bool = True) -> Speed:
        """What of it is on the fast path."""
        if not fuses:
            return Speed(self.ir.alias, off=OFF)
        reports = {
            (end.alias, end.port): self.graphs[end.alias].report(end.port)
            for end in (link.target for link in self.ir.links)
            if end.kind == "pipeline" and end.alias in self.graphs
        }
        sources = {alias: self._source(alias, reports) for alias in self._connectors("source")}
        known = self._bytes(sources, reports)
        return Speed(
            self.ir.alias,
            tuple(sources.values()),
            tuple(
                _pipeline(*entry, report, self._kept("pipeline", *entry, known))
                for entry, report in reports.items()
            ),
            tuple(self._sink(alias, known) for alias in self._connectors("sink")),
        )

    def _connectors(self, side: str) -> list[str]:
        ends = [
            link.source if side == "source" else link.target
            for link in self.ir.links
            if side == "sink" or link.source.port == OUT
        ]
        linked = {end.alias for end in ends if end.kind == "connector"}
        return [one.alias for one in self.ir.connectors if one.alias in linked]

    def _into(self, kind: str, alias: str, port: str = "") -> list[LinkIR]:
        return [
            link
            for link in self.ir.links
            if (link.target.kind, link.target.alias) == (kind, alias) and port in ("", link.target.port)
        ]

    def _bytes(self, sources: Mapping[str, SourceSpeed], reports: Mapping[Entry, Report]) -> Bytes:
        """The links over which events come with the JSON that they were decoded from, or not yet were."""
        found: Bytes = {}
        while True:
            made = {link: self._bytes_of(link, sources, reports, found) for link in self.ir.links}
            if made == found:
                return found
            found = made

    def _bytes_of(
        self,
        link: LinkIR,
        sources: Mapping[str, SourceSpeed],
        reports: Mapping[Entry, Report],
        known: Bytes,
    ) -> Kept:
        end = link.source
        if end.kind == "connector":
            is_json = end.port == OUT and isinstance(self.codecs.get(end.alias), Projecting)
            return "none" if not is_json else "beside" if sources[end.alias].fields is None else "alone"
        kept = [
            after(report.forms[end.port], self._kept("pipeline", alias, port, known))
            for (alias, port), report in reports.items()
            if alias == end.alias and end.port in report.forms
        ]
        return min(kept, key=KEPT.index, default="none")

    def _kept(self, kind: str, alias: str, port: str, known: Bytes) -> Kept:
        """What all events have that come in there; where several links lead there, the least of them."""
        into = [known.get(link, "none") for link in self._into(kind, alias, port)]
        return min(into, key=KEPT.index, default="none")

    def _source(self, alias: str, reports: Mapping[Entry, Report]) -> SourceSpeed:
        codec = self.codecs.get(alias)
        if codec is None:
            return SourceSpeed(alias, is_bytes=False)
        if not isinstance(codec, Projecting):
            name = self._codec_name(alias)
            return SourceSpeed(alias, slow=(Slow(f"its codec `{name}` cannot decode some fields alone"),))
        own = Endpoint("connector", alias, OUT)
        targets = [link.target for link in self.ir.links if link.source == own]
        slow: list[Slow] = []
        fields: set[str] = set()
        for end in targets:
            report = reports.get((end.alias, end.port)) if end.kind == "pipeline" else None
            if report is None:
                slow.append(Slow(f"it is linked to connector `{end.alias}` with no pipeline between"))
            elif report.fields is None:
                slow.append(Slow(f"pipeline `{end.alias}` takes them whole"))
            else:
                fields |= report.fields
        return SourceSpeed(alias, None if slow else tuple(sorted(fields)), tuple(slow))

    def _sink(self, alias: str, known: Bytes) -> SinkSpeed:
        codec = self.codecs.get(alias)
        if codec is None:
            return SinkSpeed(alias, False)
        is_plain = isinstance(codec, Projecting) and codec.is_plain
        writes = is_plain and any(known[link] != "none" for link in self._into("connector", alias))
        return SinkSpeed(alias, writes, self._codec_name(alias))

    def _codec_name(self, alias: str) -> str:
        codec = next((one.codec for one in self.ir.connectors if one.alias == alias), None)
        return codec.name if codec is not None else "json"


def after(form: Form, kept: Kept) -> Kept:
    """What is kept of an event's bytes where it leaves in that form."""
    return kept if form == "same" else "alone" if form == "added" and kept == "alone" else "none"


def _pipeline(alias: str, port: str, report: Report, kept: Kept) -> PipelineSpeed:
    forms: dict[str, Form] = {
        name: "made" if after(form, kept) == "none" else form for name, form in report.forms.items()
    }
    return PipelineSpeed(
        alias,
        port,
        report.fused,
        tuple(map(_slow, report.slow)),
        report.behind,
        tuple(map(_slow, report.whole)) if kept != "none" else (),
        forms if kept != "none" else {},
        report.rests,
    )


def _slow(why: Why) -> Slow:
    return Slow(why.text, why.node, why.file, why.line)
