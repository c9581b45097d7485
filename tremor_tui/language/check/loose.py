"""Loose ends of a query's graph: what is created and leads nowhere, and ports that nothing uses.

Tremor leaves such nodes out without a word, so these are warnings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tremor_tui.errors import did_you_mean
from tremor_tui.language.check.arguments import advise
from tremor_tui.language.check.scope import Problems
from tremor_tui.language.ir.expr import ConstIR, walk
from tremor_tui.language.ir.query import Edge, Node, OperatorNode, PassNode, ScriptNode
from tremor_tui.language.ir.script import EmitIR, ScriptIR
from tremor_tui.model.diagnostic import Span
from tremor_tui.model.port import ERR, OUT, OVERFLOW
from tremor_tui.operators.contract import OUTPUTS


def warn_of_nodes(
    created: Mapping[str, Span], nodes: Mapping[str, Node], edges: Sequence[Edge], kept: Mapping[str, Node],
    problems: Problems,
) -> None:  # fmt: skip
    """Tells of each created node that is left out, as nothing feeds it or nothing takes what it makes.

    `created` are the names with their places, those of nested pipelines too; `kept` are the nodes left.
    """
    fed = {edge.target for edge in edges}
    read = {edge.source for edge in edges}
    for name, span in created.items():
        own = [node for node in nodes if node == name or node.startswith(f"{name}/")]
        if not own or any(node in kept for node in own):
            continue
        if not fed.intersection(own) and not read.intersection(own):
            advise(problems, f"`{name}` is created but never used", span, "select into it, or leave it out")
        elif not _is_entered(own, edges):
            hint = f"add `select … into {name};`, or leave it out"
            advise(problems, f"nothing is selected into `{name}`", span, hint)
        elif not _is_left(own, edges):
            hint = f"add `select event from {name} into …;`, or leave it out"
            advise(problems, f"nothing is selected from `{name}`, so its events are lost", span, hint)
        else:
            hint = "select from what is behind it into `out`, and into what is before it from `in`"
            advise(problems, f"`{name}` does not lie on a way from an input to an output", span, hint)


def _is_entered(own: Sequence[str], edges: Sequence[Edge]) -> bool:
    return any(edge.target in own and edge.source not in own for edge in edges)


def _is_left(own: Sequence[str], edges: Sequence[Edge]) -> bool:
    return any(edge.source in own and edge.target not in own for edge in edges)


def warn_of_ports(
    nodes: Mapping[str, Node], edges: Sequence[Edge], declared: frozenset[str], problems: Problems
) -> None:
    """Tells of ports that no event comes from, goes to, or passes.

    `declared` are the ports that the text names itself; nobody has to use `err` or the other usual ones.
    """
    for edge in edges:
        source, target = nodes[edge.source], nodes[edge.target]
        outputs = outputs_of(source)
        if outputs is not None and edge.source_port not in outputs:
            text = f"nothing leaves `{source.id}` by `{edge.source_port}`"
            advise(problems, text, edge.span, did_you_mean(edge.source_port, sorted(outputs)))
        if isinstance(target, ScriptNode) and edge.target_port not in target.scripts:
            text = f"the script `{target.id}` has no part for the port `{edge.target_port}`"
            hint = f"add `script from {edge.target_port} …`; without it each event goes to its `err`"
            advise(problems, text, edge.span, hint)
    used = {edge.source for edge in edges} | {edge.target for edge in edges}
    inputs = [node for node in nodes.values() if isinstance(node, PassNode) and node.role == "input"]
    if inputs and edges and not any(node.id in used for node in inputs):
        hint = f"add `select … from {inputs[0].id} into …;`"
        advise(problems, "nothing is selected from its input, so no event enters", inputs[0].span, hint)
    for node in nodes.values():
        if node.id in declared and node.id not in used and isinstance(node, PassNode):
            side, hint = ("from", "select from it") if node.role == "input" else ("into", "select into it")
            text = f"nothing is selected {side} the port `{node.id}`"
            advise(problems, text, node.span, f"{hint}, or leave the port out")


def outputs_of(node: Node) -> frozenset[str] | None:
    """The ports that events may leave a node by; None where that is not known."""
    match node:
        case ScriptNode():
            ports: set[str] = {ERR}
            for script in node.scripts.values():
                found = _emitted(script)
                if found is None:
                    return None
                ports |= found
            return frozenset(ports)
        case OperatorNode() if node.kind == "qos::roundrobin":
            return frozenset((*node.config.get("outputs", [OUT]), OVERFLOW, ERR))
        case OperatorNode() if node.kind in OUTPUTS:
            return frozenset((*OUTPUTS[node.kind], ERR))
        case OperatorNode():
            return None
    return frozenset((OUT,))


def _emitted(script: ScriptIR) -> set[str] | None:
    """The ports that a script names; `out` is one, as that is where its last value goes."""
    ports = {OUT}
    for emit in _emits(script):
        if isinstance(emit.port, ConstIR) and isinstance(emit.port.value, str):
            ports.add(emit.port.value)
        elif emit.port is not None:
            return None
    return ports


def _emits(script: ScriptIR) -> Iterator[EmitIR]:
    for statement in script.body:
        yield from (node for node in walk(statement) if isinstance(node, EmitIR))
