"""Wiring: who sends to whom in a flow, worked out as data first, then given to the tasks in one go.

`plan_wiring` changes nothing and refuses what cannot be; `wire` gives each task its links, the tasks above
it, how many Drains of each source come, and the sinks behind each port. Links that were there before are the
same objects afterwards, so that their counts and taps go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Literal

from tremor_tui.connectors.contract import connectors
from tremor_tui.errors import CompileError, did_you_mean
from tremor_tui.language.ir.deploy import Endpoint, FlowIR, LinkIR
from tremor_tui.model.diagnostic import Diagnostic
from tremor_tui.model.port import ERR, IN, OUT
from tremor_tui.model.record import dataclass
from tremor_tui.runtime.channel import Channel
from tremor_tui.runtime.outbox import Link
from tremor_tui.runtime.tasks.pipeline import PipelineTask
from tremor_tui.runtime.tasks.sink import SinkTask
from tremor_tui.runtime.tasks.source import SourceTask
from tremor_tui.runtime.tasks.task import Task

Ports = Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
"""The inputs and outputs that pipelines have, by alias, where their graphs are not the ones that run."""


@dataclass(slots=True)
class Made:
    """The tasks of a flow, by what a link's ends call them."""

    sources: dict[str, SourceTask] = field(default_factory=dict)
    sinks: dict[str, SinkTask] = field(default_factory=dict)
    pipelines: dict[str, PipelineTask] = field(default_factory=dict)

    def every(self) -> list[Task]:
        """All of them, sources first."""
        return [*self.sources.values(), *self.pipelines.values(), *self.sinks.values()]

    def senders(self, end: Endpoint) -> list[Task]:
        """The tasks that send by this end; a connector's `err` may be both of its parts'."""
        if end.kind == "pipeline":
            return [self.pipelines[end.alias]]
        both: list[Task | None] = [self.sources.get(end.alias)]
        if end.port != "out":
            both.append(self.sinks.get(end.alias))
        return [task for task in both if task is not None]

    def taker(self, end: Endpoint) -> PipelineTask | SinkTask:
        """The task that takes what is sent to this end."""
        return self.pipelines[end.alias] if end.kind == "pipeline" else self.sinks[end.alias]


@dataclass(slots=True)
class Wiring:
    """`outs` has the links of each sender and where they lead; `backs` are those that close circles."""

    links: list[Link] = field(default_factory=list)
    outs: dict[Task, list[tuple[Link, Task]]] = field(default_factory=dict)
    ports: dict[Task, dict[str, list[Link]]] = field(default_factory=dict)
    backs: set[Link] = field(default_factory=set)

    def downs(self) -> dict[Task, list[Task]]:
        """The tasks right below each, but for those that a circle leads back to."""
        return {
            task: list(dict.fromkeys(taker for link, taker in links if link not in self.backs))
            for task, links in self.outs.items()
        }


def edge_id(flow: str, link: LinkIR) -> str:
    """The id of a link in pictures."""
    source, target = link.source, link.target
    return f"{flow}:{source.kind}/{source.alias}/{source.port}>{target.kind}/{target.alias}/{target.port}"


def plan_wiring(
    made: Made,
    ir: FlowIR,
    file: str,
    old: Wiring | None = None,
    ports: Ports | None = None,
    channels: Mapping[Task, Channel] | None = None,
) -> Wiring:
    """How these tasks are linked. Raises CompileError, at the link, where a port does not exist.

    `old` lends its links where they stay; `channels` are those that tasks will take from others.
    """
    known = {(link.id, id(task), link.channel): link for task, link in _sent(old)} if old else {}
    wiring = Wiring()
    for one in ir.links:
        _check_ports(made, ir, file, one, ports or {})
        taker = made.taker(one.target)
        channel = (channels or {}).get(taker, taker.channel)
        name = edge_id(ir.alias, one)
        for sender in made.senders(one.source):
            link = known.get((name, id(sender), channel)) or Link(name, channel, one.target.port)
            wiring.links.append(link)
            wiring.outs.setdefault(sender, []).append((link, taker))
            wiring.ports.setdefault(sender, {}).setdefault(one.source.port, []).append(link)
    _mark_circles(made, wiring)
    return wiring


def wire(made: Made, wiring: Wiring) -> None:
    """Gives the tasks their links, and tells each what it must know of those above and below."""
    for link in wiring.links:
        link.is_back = link in wiring.backs
    for task in made.every():
        task.relink(wiring.ports.get(task, {}))
        task.above, task.expected, task.hears = [], {}, frozenset()
    downs = wiring.downs()
    for task, takers in downs.items():
        for taker in takers:
            taker.above.append(task)
    for source in made.sources.values():
        reached = below(source, downs)
        for task in reached:
            if not source.has_ended:
                task.expected[source.key] = sum(1 for one in task.above if one is source or one in reached)
            task.hears |= {source.intake.number}
        source.sinks = frozenset(task.alias for task in reached if task.kind == "sink")
        source.takers = [(link.port, taker) for link, taker in _outs(source, wiring)]
    for pipeline in made.pipelines.values():
        _lead(pipeline, wiring, downs)


def _outs(source: SourceTask, wiring: Wiring) -> list[tuple[Link, PipelineTask | None]]:
    """The links that a source's events take, and the pipelines that they lead to."""
    outgoing = set(source.outbox.links.get(OUT, ()))
    return [
        (link, taker if isinstance(taker, PipelineTask) else None)
        for link, taker in wiring.outs.get(source, ())
        if link in outgoing
    ]


def is_wanted(flow: FlowIR, alias: str, side: Literal["source", "target"], port: str = "") -> bool:
    """Whether a link begins, or ends, at this connector."""
    ends = [link.source if side == "source" else link.target for link in flow.links]
    return any(end.kind == "connector" and end.alias == alias and port in ("", end.port) for end in ends)


def below(task: Task, downs: Mapping[Task, Iterable[Task]]) -> set[Task]:
    """All that can be reached from a task."""
    reached: set[Task] = set()
    todo = [task]
    while todo:
        for taker in downs.get(todo.pop(), ()):
            if taker not in reached:
                reached.add(taker)
                todo.append(taker)
    return reached


def _sent(wiring: Wiring) -> Iterable[tuple[Task, Link]]:
    return [(task, link) for task, links in wiring.outs.items() for link, _ in links]


def _check_ports(made: Made, ir: FlowIR, file: str, link: LinkIR, given: Ports) -> None:
    kinds = {one.alias: one.kind for one in ir.connectors}
    for end, side in ((link.source, "out of"), (link.target, "into")):
        is_source = end is link.source
        if end.kind == "pipeline":
            graph = made.pipelines[end.alias].graph
            inputs, outputs = given.get(end.alias, (graph.inputs, graph.outputs))
            ports = outputs if is_source else inputs
        elif is_source:
            ports = (OUT, ERR)
        else:
            ports = (IN, *connectors.get(kinds[end.alias]).sink_ports)
        if end.port not in ports:
            text = f"no port `{end.port}` leads {side} {end.kind} `{end.alias}`"
            hint = did_you_mean(end.port, ports)
            raise CompileError([Diagnostic(text, link.span, hint, file=file)])


def _mark_circles(made: Made, wiring: Wiring) -> None:
    """Finds the links that close a circle, by walking down from each task."""
    done: set[Task] = set()
    walk: set[Task] = set()

    def visit(task: Task) -> None:
        walk.add(task)
        for link, taker in wiring.outs.get(task, ()):
            if taker in walk:
                wiring.backs.add(link)
            elif taker not in done:
                visit(taker)
        walk.discard(task)
        done.add(task)

    for task in made.every():
        if task not in done:
            visit(task)


def _lead(pipeline: PipelineTask, wiring: Wiring, downs: Mapping[Task, list[Task]]) -> None:
    """Tells a pipeline the sinks behind each of its ports."""
    takers = {link: taker for link, taker in wiring.outs.get(pipeline, ()) if link not in wiring.backs}
    pipeline.sinks = {}
    for port, outgoing in pipeline.outbox.links.items():
        behind: set[Task] = set()
        for link in outgoing:
            if (taker := takers.get(link)) is not None:
                behind |= {taker, *below(taker, downs)}
        pipeline.sinks[port] = frozenset(task.alias for task in behind if task.kind == "sink")
    pipeline.graph.lead(pipeline.sinks)
    pipeline.graph.serve(eager=any(isinstance(taker, PipelineTask) for taker in takers.values()))
