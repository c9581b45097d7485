"""The picture of a draft: also of one that is not finished."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.canvas import Drawing
from tremor_tui.control.editing import AddNode, Kinds, KindsListed
from tremor_tui.engine.compiling.edits import on_canvas
from tremor_tui.engine.compiling.kinds import kinds
from tremor_tui.engine.compiling.link import Canvas
from tremor_tui.engine.sources import Program, check

FLOW = """\
define flow main
flow
  define connector beat from metronome with config = {"interval": 5} end;
  define connector lines from file with codec = "json" end;
  define connector nowhere from `null`;
  define pipeline work
  pipeline
    define script clean script emit event => "odd" end;
    define operator batch from generic::batch;
    create script clean;
    create operator batch;
    create script missing;
    select event from in into clean;
    select event from clean into out;
    select event from clean into nobody;
  end;
  create connector beat;
  create connector lines;
  create connector nowhere;
  create connector strange from no::module;
  create pipeline work;
  connect /connector/beat to /pipeline/work;
  connect /pipeline/work to /connector/nowhere;
  connect /pipeline/work to /connector/lines;
  connect /pipeline/work/side to /connector/nowhere;
end;
deploy flow main;
"""


def test_a_connector_says_what_it_lacks() -> None:
    drawing = Drawing(FLOW)
    assert drawing.node("connector/lines").lacks == (
        "it needs `path`: the file; `.xz` is decompressed when read",
        "it needs `mode`: reads it, or opens it for writing: from empty, at its end, or over what is there",
    )
    assert drawing.node("connector/strange").lacks == (
        "there is no connector definition called `no::module`",
    )
    assert drawing.node("connector/beat").lacks == ()
    assert drawing.node("connector/nowhere").lacks == ("the pipeline `work` has no output port `side`",)


def test_a_pipeline_says_what_it_should_have() -> None:
    node = Drawing(FLOW).node("pipeline/work")
    assert node.lacks == ("the pipeline `work` has no output port `side`",)
    assert node.lints == (
        "2 nodes are connected to its port `out`: each gets every event",
        "what fails in it is lost: its port `err` leads nowhere",
    )


def test_nodes_inside_say_what_they_lack() -> None:
    drawing = Drawing(FLOW)
    assert drawing.node("missing", "work").lacks[0] == "there is no script definition called `missing`"
    assert drawing.node("batch", "work").lacks[0] == "it needs `count`: how many events make a list"
    assert drawing.node("batch", "work").is_unused
    assert drawing.node("select-15", "work").lacks == (
        "there is no stream, node or port called `nobody` before it",
    )
    assert drawing.node("clean", "work").ports_out == ("out", "odd", "err")
    assert drawing.node("clean", "work").text == 'emit event => "odd"'


def test_a_flow_that_leads_nowhere_says_so() -> None:
    drawing = Drawing()
    drawing.edit(AddNode("connector", "metronome"))
    assert drawing.node("connector/metronome").lacks == ("it is connected to nothing",)
    drawing.edit(AddNode("script", after="connector/metronome"))
    assert drawing.node("connector/metronome").lacks == ("it reaches no sink, so it does not start to read",)
    assert drawing.node("pipeline/transform").lacks == ("it is connected to nothing, so its events are lost",)


def test_the_diagnostics_are_those_of_the_whole_file() -> None:
    drawn = Drawing(FLOW).outline(diagnose=True)
    assert any("there is no connector called `no::module`" in one.message for one in drawn.diagnostics)


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing yet\n", "### what it will be\n"])
def test_an_empty_text_is_an_empty_flow_and_no_error(text: str) -> None:
    drawn = Drawing(text).outline(diagnose=True)
    assert drawn.flows == ()
    assert drawn.diagnostics == ()


def test_a_file_that_is_not_there_is_an_empty_flow(tmp_path: Path) -> None:
    drawing = Drawing(path=str(tmp_path / "new.troy"))
    drawing.texts = {}
    assert drawing.outline(diagnose=True).flows == ()


def test_every_beginning_of_a_text_has_a_picture() -> None:
    for end in range(0, len(FLOW), 7):
        Drawing(FLOW[:end]).outline()


def test_flows_that_are_only_defined_come_last() -> None:
    text = FLOW.replace("deploy flow main;\n", "deploy flow a from main;\ndeploy flow b from main;\n")
    spare = "define flow spare flow define connector x from `null`; create connector x end;\n"
    flows = Drawing(spare + text).outline().flows
    assert [(flow.alias, flow.definition, flow.is_deployed) for flow in flows] == [
        ("a", "main", True),
        ("b", "main", True),
        ("spare", "spare", False),
    ]


def test_a_place_is_where_the_statement_stands() -> None:
    drawing = Drawing(FLOW)
    node = drawing.node("connector/beat")
    assert node.created is not None
    assert node.defined is not None
    assert drawing.text[node.created.start : node.created.end] == "create connector beat"
    assert drawing.text[node.defined.start : node.defined.end].startswith("define connector beat from")
    assert (node.created.path, node.created.line) == (drawing.path, 17)


# --- kinds --------------------------------------------------------------------------------------------


def test_every_connector_and_operator_is_listed_with_an_example_that_checks(tmp_path: Path) -> None:
    listed = on_canvas(Canvas(Kinds())).answer
    assert isinstance(listed, KindsListed)
    for kind in listed.kinds:
        inner = kind.place == "pipeline"
        drawing = Drawing(path=str(tmp_path / "main.troy"))
        drawing.edit(AddNode("pipeline", name="work"))
        drawing.edit(AddNode(kind.what, kind.name), inside="work" if inner else "")
        found = drawing.outline(diagnose=True).diagnostics
        assert not [one for one in found if one.is_error], (kind, found)


def test_the_kinds_tell_sources_from_sinks() -> None:
    found = {kind.name: (kind.is_source, kind.is_sink) for kind in kinds().kinds if kind.what == "connector"}
    assert found["metronome"] == (True, False)
    assert found["exit"] == (False, True)
    assert found["file"] == (True, True)
    assert {"json", "string"} <= set(kinds().codecs)
    assert "separate" in kinds().preprocessors


def test_fields_carry_what_a_form_needs() -> None:
    batch = next(kind for kind in kinds().kinds if kind.name == "generic::batch")
    count = batch.fields[0]
    assert (count.name, count.type, count.required, count.minimum, count.example) == (
        "count", "integer", True, 1, 100
    )  # fmt: skip
    assert batch.doc == "Collects events into lists."
    mode = next(kind for kind in kinds().kinds if kind.name == "file").fields[1]
    assert mode.choices == ("read", "write", "append", "truncate", "overwrite")


def test_an_example_of_each_kind_is_a_flow_that_compiles(tmp_path: Path) -> None:
    drawing = Drawing(path=str(tmp_path / "main.troy"))
    drawing.edit(AddNode("connector", "file", name="in_file"))
    drawing.edit(AddNode("operator", "generic::batch", after="connector/in_file"))
    drawing.edit(AddNode("connector", "file", after="pipeline/batch"))
    path = Path(drawing.path)
    program = Program.open(path, tmp_path, (), {drawing.path: drawing.text})
    assert not [one for one in check(program) if one.is_error]
    assert drawing.node("connector/in_file").config["mode"] == "read"
    assert drawing.node("connector/file").config["mode"] == "append"
