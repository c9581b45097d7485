"""Report: what of a pipeline is fused behind an input, and what keeps the rest of it off, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING

from tremor_tui.model.port import ERR, IN
from tremor_tui.model.record import dataclass
from tremor_tui.operators.passthrough import Passthrough
from tremor_tui.operators.select import Select
from tremor_tui.pipeline.fusing.chain import Chain
from tremor_tui.pipeline.fusing.finding import FORMS, Found, Why
from tremor_tui.pipeline.fusing.outline import outline_of
from tremor_tui.pipeline.fusing.places import place_of
from tremor_tui.pipeline.fusing.stage import Form
from tremor_tui.pipeline.fusing.text import UnfusableError

if TYPE_CHECKING:
    from tremor_tui.pipeline.graph import Node
    from tremor_tui.pipeline.plan import Plan

PASSING = frozenset({"grouper::bucket", "qos::backpressure", "qos::percentile", "qos::roundrobin"})
"""Operators that hand events on as they come."""


@dataclass(frozen=True, slots=True)
class Report:
    """`fused` are the nodes in the chain, `fields` what events are decoded for, None for all of them.

    `forms`: how events leave by each output that they reach. `slow`: why nodes are not in it; an id
    that is empty means all of them. `behind` are not in it as what is before them is not. `whole`: what of
    the chain takes events whole. `rests`: the chain does nothing just now, as its last batches were out of
    the ordinary.
    """

    fused: tuple[str, ...] = ()
    fields: frozenset[str] | None = None
    forms: Mapping[str, Form] = field(default_factory=dict)
    slow: tuple[Why, ...] = ()
    behind: tuple[str, ...] = ()
    whole: tuple[Why, ...] = ()
    rests: bool = False


def report_of(nodes: Sequence[Node], plan: Plan, found: Found) -> Report:
    """The report on what was found behind an input."""
    chain = found.chain
    fused = tuple(_fused(chain)) if chain is not None else ()
    if any(not why.node for why in found.reasons):
        return Report(forms=_forms(nodes, plan, None), slow=tuple(found.reasons))
    slow, behind = list(found.reasons), list[str]()
    known = {why.node for why in slow} | set(fused)
    for index in plan.reach:
        node = nodes[index]
        if not node.is_output and not _only_passes(node) and node.stats.id not in known:
            why = _why_apart(nodes, node, {one.node for one in slow} | set(behind))
            if why is None:
                behind.append(node.stats.id)
            else:
                slow.append(why)
    return Report(
        fused,
        chain.fields if chain is not None else None,
        _forms(nodes, plan, chain),
        tuple(slow),
        tuple(behind),
        tuple(found.whole),
        chain is not None and chain.resting > 0,
    )


def _fused(chain: Chain) -> Iterator[str]:
    for stage in chain.stages:
        yield stage.node.stats.id
        if stage.bucket is not None:
            yield stage.bucket.stats.id


def _why_apart(nodes: Sequence[Node], node: Node, apart: set[str]) -> Why | None:
    """Why a node that could be fused is not; None where it stands behind one that is not."""
    origins = list(_origins(nodes, node))
    if any(source.stats.id in apart for source, _ in origins):
        return None
    failing = next((source for source, port in origins if port == ERR), None)
    entries = sorted({port for _, port in _arrivals(nodes, node, by_target=True)} - {IN})
    if failing is not None:
        text = f"it takes what fails in `{failing.stats.id}`"
    elif entries:
        text = f"events come in by its port `{entries[0]}`"
    else:
        text = "several ways lead to it, and an event may take more than one of them"
    return Why(node.stats.id, text, *place_of(node))


def _arrivals(nodes: Sequence[Node], node: Node, *, by_target: bool = False) -> Iterator[tuple[Node, str]]:
    """The nodes that send to a node, with the ports by which that leaves, or comes in."""
    for source in nodes:
        for port, edges in source.routes.items():
            for edge in edges:
                if edge.target == node.index:
                    yield source, edge.target_port if by_target else port


def _origins(nodes: Sequence[Node], node: Node) -> Iterator[tuple[Node, str]]:
    """The same, with the nodes before those that only pass in place of these."""
    for source, port in _arrivals(nodes, node):
        if _only_passes(source) and source.stats.kind != "input":
            yield from _origins(nodes, source)
        else:
            yield source, port


def _forms(nodes: Sequence[Node], plan: Plan, chain: Chain | None) -> dict[str, Form]:
    """How events leave by each output; of several ways the costliest counts, and what fails does not."""
    leaves = {stage.node.index: stage.leaves for stage in chain.stages} if chain is not None else {}
    comes: dict[int, Form] = {plan.start: "same"}
    for index in plan.reach:
        node = nodes[index]
        if index not in comes:
            continue
        form = leaves.get(index) or _costlier(comes[index], _own(node))
        for port, edges in node.routes.items():
            for edge in edges:
                if port != ERR:
                    comes[edge.target] = _costlier(comes.get(edge.target, "same"), form)
    return {nodes[index].stats.id: comes[index] for index in plan.outputs if index in comes}


def _own(node: Node) -> Form:
    """What a node that runs by itself makes of events."""
    if node.is_output or _only_passes(node) or node.stats.kind in PASSING:
        return "same"
    try:
        written = outline_of(node).reading.written
    except UnfusableError:
        return "made"
    return "same" if not written and written is not None else "made"


def _costlier(one: Form, other: Form) -> Form:
    return max(one, other, key=FORMS.index)


def _only_passes(node: Node) -> bool:
    operator = node.operator
    return operator.only_passes if isinstance(operator, Select) else isinstance(operator, Passthrough)
