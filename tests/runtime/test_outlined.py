"""The picture of a draft has the nodes and edges of the picture of the flow that runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.canvas import Drawing
from tests.properties.edit_texts import DENSE, ODD, TIDY
from tests.runtime.conftest import Running
from tremor_tui.control.editing import OutlinedGraph
from tremor_tui.control.snapshots import GraphSnapshot
from tremor_tui.engine.sources import Program, compile_flows

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("text", [TIDY, DENSE, ODD], ids=["tidy", "dense", "odd"])
async def test_a_draft_is_drawn_as_the_flow_that_runs(running: Running, base: Path, text: str) -> None:
    drawing = Drawing(text, path=str(base / "main.troy"))
    drawn = drawing.outline().flows[0]
    program = Program.open(base / "main.troy", base, (), {drawing.path: text})
    ir = compile_flows(program).ir.flows[0]

    async with running() as runtime:
        await runtime.start(ir, base=base, file="main.troy")
        picture = runtime.snapshot()[0][0]
        await runtime.stop(ir.alias)

    assert nodes(picture.graph) == nodes(drawn.graph)
    assert edges(picture.graph) == edges(drawn.graph)
    assert set(picture.inside) == set(drawn.inside)
    for alias, graph in picture.inside.items():
        assert nodes(graph) == nodes(drawn.inside[alias])
        assert edges(graph) == edges(drawn.inside[alias])


def nodes(graph: GraphSnapshot | OutlinedGraph) -> set[tuple[str, str, str, str, str, int]]:
    return {
        (node.id, node.kind, node.label, node.detail, node.file, node.line)
        for node in graph.nodes
        if not getattr(node, "is_unused", False)
    }


def edges(graph: GraphSnapshot | OutlinedGraph) -> set[tuple[str, str, str, str, str]]:
    return {
        (edge.id, edge.source, edge.source_port, edge.target, edge.target_port)
        for edge in graph.edges
        if not getattr(edge, "is_unused", False)
    }
