"""Finding: what of a graph can be fused behind one of its inputs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from tremor_tui.errors import CompileError
from tremor_tui.language.emit.script import emit_script
from tremor_tui.language.ir.script import ScriptIR
from tremor_tui.language.load.loader import load
from tremor_tui.model.port import ERR, IN, OUT, OVERFLOW
from tremor_tui.operators.bucket import BucketGrouper
from tremor_tui.operators.passthrough import Passthrough
from tremor_tui.operators.script import ScriptOperator
from tremor_tui.operators.select import Select
from tremor_tui.pipeline.fusing.chain import Again, Chain, Way, splice
from tremor_tui.pipeline.fusing.reading import Body, Reading, body_of, first_of, names_of, reading_of
from tremor_tui.pipeline.fusing.text import Exit, UnfusableError, Writing, function

if TYPE_CHECKING:
    from tremor_tui.pipeline.graph import Node
    from tremor_tui.pipeline.plan import Plan

UNKNOWN = frozenset({"state", "cell", "ctx"})
"""Names whose use makes a script more than a function of its event and metadata."""


def find_chain(nodes: Sequence[Node], plan: Plan, eager: bool = True) -> Chain | None:
    """The chain that begins at an input, or None. `eager`: who is behind it reads metadata."""
    try:
        return _find(nodes, plan, eager)
    except (UnfusableError, CompileError, RecursionError):  # the last two: it nests too deeply for that
        return None


def _find(nodes: Sequence[Node], plan: Plan, eager: bool) -> Chain:
    start = plan.start
    entry = _way(nodes, nodes[start], OUT)
    node = entry.end
    if node is None or node.script is None or not isinstance(node.operator, ScriptOperator):
        raise UnfusableError("there is no script behind the input")
    body = _body(node.script)
    reading = reading_of(body.statements)
    ways = {IN: entry}
    exits, bucket = _exits(nodes, node, ways)
    writing = _writing(reading, exits, eager)
    first = _first(body, reading, writing)
    emitted = emit_script(node.script)
    text = "\n".join(_head(emitted.text)) + "\n" + function(body.statements, writing)
    call = load(dataclasses.replace(emitted, text=text, defines=("fused",)))["fused"]
    fields = reading.fields
    if fields is not None and reading.written:
        fields |= reading.written
    outputs = _outputs(nodes, plan, ways, exits)
    script = node.operator
    spliced = partial(splice, reading.written or frozenset())
    again = partial(Again, script.scripts[IN])
    return Chain(
        fields, first, nodes[start], node, script, bucket, ways, call, writing, outputs, spliced, again
    )


def _body(ir: ScriptIR) -> Body:
    body = body_of(emit_script(ir).text)
    names = set(names_of(body.statements)) if body is not None else set()
    if body is None or not UNKNOWN.isdisjoint(names) or any(name.startswith("random__") for name in names):
        raise UnfusableError("the script is more than a function of its event")
    return body


def _head(text: str) -> list[str]:
    """The lines before the function `script`."""
    lines = text.split("\n")
    return lines[: lines.index("def script(event, meta, cell, ctx):")]


def _writing(reading: Reading, exits: dict[str, Exit], eager: bool) -> Writing:
    if reading.written is None:
        return Writing(exits, "values", True, reading.sets_meta)
    if reading.written:
        return Writing(exits, "raws", True, reading.sets_meta)
    return Writing(exits, "rows", eager and reading.sets_meta, reading.sets_meta)


def _first(body: Body, reading: Reading, writing: Writing) -> frozenset[str] | None:
    """The fields that the first decision takes, where they are fewer than all; sets where the rest comes."""
    split = first_of(body.statements)
    if not split or reading.fields is None or reading.written:
        return None
    first = reading_of(body.statements[:split]).fields
    if first is None or not first < reading.fields:
        return None
    writing.split = split
    return first


def _exits(nodes: Sequence[Node], node: Node, ways: dict[str, Way]) -> tuple[dict[str, Exit], Node | None]:
    exits: dict[str, Exit] = {}
    bucket: Node | None = None
    for port in {OUT, ERR, *node.routes}:
        way = ways[f"script/{port}"] = _way(nodes, node, port)
        end = way.end
        if end is None or end.is_output:
            exits[port] = Exit(f"_of{len(exits)}")
        elif isinstance(end.operator, BucketGrouper) and bucket is None:
            bucket = end
            exits[port] = Exit("_passed", True, "_over")
        else:
            raise UnfusableError(f"behind `{port}` is what is not known here")
    if bucket is not None:
        _behind_bucket(nodes, bucket, ways)
    return exits, bucket


def _behind_bucket(nodes: Sequence[Node], bucket: Node, ways: dict[str, Way]) -> None:
    for port in (OUT, OVERFLOW):
        way = ways[f"bucket/{port}"] = _way(nodes, bucket, port)
        if way.end is not None and not way.end.is_output:
            raise UnfusableError("behind the bucket is what is not known here")


def _way(nodes: Sequence[Node], node: Node, port: str) -> Way:
    way = Way(node, port)
    while True:
        edges = node.routes.get(port)
        if not edges:
            if node is not way.source:
                raise UnfusableError("a way ends in a junction")
            return way
        if len(edges) > 1 or edges[0].target_port != IN:
            raise UnfusableError("a port has several edges")
        way.edges.append(edges[0])
        node, port = nodes[edges[0].target], OUT
        if node.is_output or not _only_passes(node):
            way.end = node
            return way
        way.nodes.append(node)


def _only_passes(node: Node) -> bool:
    operator = node.operator
    if isinstance(operator, Select):
        return operator.only_passes
    return isinstance(operator, Passthrough)


def _outputs(
    nodes: Sequence[Node], plan: Plan, ways: Mapping[str, Way], exits: Mapping[str, Exit]
) -> list[tuple[Node, list[str]]]:
    """The output nodes as they are handed out, and the buffers of what leaves there."""
    found: dict[int, list[str]] = {}
    for port, leads in exits.items():
        pairs = [(f"script/{port}", leads.name)]
        if leads.bucket:
            pairs = [(f"bucket/{OUT}", leads.name), (f"bucket/{OVERFLOW}", leads.overflow)]
        for key, name in pairs:
            end = ways[key].end
            if end is not None:
                found.setdefault(end.index, []).append(name)
    return [(nodes[index], found[index]) for index in plan.outputs if index in found]
