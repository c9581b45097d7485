"""Steps at flow level, as texts before and after."""

from __future__ import annotations

import pytest

from tests.engine.canvas import Drawing
from tremor_tui.control.editing import (
    AddNode,
    ConnectPorts,
    DeleteNode,
    Disconnect,
    Duplicate,
    Reconnect,
    Rename,
    SetScript,
)
from tremor_tui.language.canonical import canonical
from tremor_tui.language.source import Source

FLOW = """\
define flow main
flow
  # the beat
  define connector beat from metronome with config = {"interval": 1000000000} end;

  define connector nowhere from `null`; # takes all

  define pipeline pass
  pipeline
    select event from in into out;
  end;

  create connector beat;
  create connector nowhere;
  create pipeline pass;

  # the way
  connect /connector/beat to /pipeline/pass;
  connect /pipeline/pass to /connector/nowhere; # out
end;

deploy flow main;
"""


def flow(**changes: str) -> str:
    """The flow above with lines replaced; the keys are for reading."""
    text = FLOW
    for change in changes.values():
        before, after = change.split(" ==> ")
        assert before in text
        text = text.replace(before, after)
    return text


def test_the_first_node_writes_a_whole_flow() -> None:
    drawing = Drawing()
    done = drawing.edit(AddNode("connector", "metronome"))
    assert drawing.text == (
        "define flow main\n"
        "flow\n"
        '  define connector metronome from metronome with config = {"interval": 1000000000} end;\n'
        "\n"
        "  create connector metronome;\n"
        "end;\n"
        "\n"
        "deploy flow main;\n"
    )
    assert done.selected == "connector/metronome"


def test_a_flow_from_nothing_has_the_form_of_fmt() -> None:
    drawing = Drawing()
    drawing.edit(AddNode("connector", "metronome"))
    drawing.edit(AddNode("script", text="let event.x = 1;\nevent", after="connector/metronome"))
    drawing.edit(AddNode("connector", "stdio", after="pipeline/transform"))
    drawing.edit(AddNode("connector", "file", name="dead_letters", after="pipeline/transform", port="err"))
    assert drawing.text == canonical(Source(drawing.text, "main.troy"))
    assert not [one for one in drawing.outline(diagnose=True).diagnostics if one.is_error]
    assert all(not node.lacks for node in drawing.outline().flows[0].graph.nodes)


def test_a_file_of_comments_keeps_them_above_its_first_flow() -> None:
    drawing = Drawing("### what it is\n\n# a note\n")
    drawing.edit(AddNode("connector", "null"))
    assert drawing.text.startswith("### what it is\n\n# a note\n\ndefine flow main\nflow\n")
    drawing = Drawing("use std")
    drawing.edit(AddNode("connector", "null"))
    assert drawing.text.startswith("use std;\n\ndefine flow main\n")


def test_a_flow_at_a_crlf_file_has_such_line_ends() -> None:
    drawing = Drawing("# a note\r\n")
    drawing.edit(AddNode("connector", "null"))
    assert drawing.text.count("\n") == drawing.text.count("\r\n")


def test_steps_of_one_edit_see_what_earlier_ones_made() -> None:
    drawing = Drawing()
    drawing.edit(
        AddNode("connector", "metronome"),
        AddNode("script", after="$new"),
        AddNode("connector", "null", after="$new"),
    )
    edges = [edge.id for edge in drawing.outline().flows[0].graph.edges]
    assert edges == [
        "main:connector/metronome/out>pipeline/transform/in",
        "main:pipeline/transform/out>connector/nowhere/in",
    ]


def test_a_connector_after_a_pipeline_is_connected() -> None:
    drawing = Drawing(FLOW)
    done = drawing.edit(AddNode("connector", "file", after="pipeline/pass", port="err"))
    assert drawing.text == flow(
        define="""  define pipeline pass
  pipeline
    select event from in into out;
  end;
 ==>   define pipeline pass
  pipeline
    select event from in into out;
  end;

  define connector file from file
  with
    codec = "json",
    postprocessors = ["separate"],
    config = {"path": "events.jsonl", "mode": "append"}
  end;
""",
        create="""  create connector nowhere;
 ==>   create connector nowhere;
  create connector file;
""",
        connect="""/connector/nowhere; # out
 ==> /connector/nowhere; # out
  connect /pipeline/pass/err to /connector/file;
""",
    )
    assert done.words == "added `file` after `pass`"


def test_a_connector_after_a_connector_gets_a_pipeline_between() -> None:
    drawing = Drawing(FLOW)
    drawing.edit(AddNode("connector", "file", after="connector/beat"))
    edges = [edge.id for edge in drawing.outline().flows[0].graph.edges]
    assert "main:connector/beat/out>pipeline/passthrough/in" in edges
    assert "main:pipeline/passthrough/out>connector/file/in" in edges


def test_a_source_after_a_node_is_not_connected_and_the_words_say_so() -> None:
    drawing = Drawing(FLOW)
    done = drawing.edit(AddNode("connector", "metronome", after="pipeline/pass"))
    assert done.words == "added `metronome`, which is not connected"
    assert drawing.edit(AddNode("script", after="connector/nowhere")).words.endswith("not connected")


def test_a_node_put_into_a_link_takes_its_place() -> None:
    drawing = Drawing(FLOW)
    edge = drawing.edge("connector/beat", "pipeline/pass")
    done = drawing.edit(AddNode("operator", "generic::counter", edge=edge))
    assert (
        """  # the way
  connect /connector/beat to /pipeline/counter;
  connect /pipeline/counter to /pipeline/pass;
  connect /pipeline/pass to /connector/nowhere; # out
"""
        in drawing.text
    )
    assert done.words == "put `counter` between `beat` and `pass`"


def test_a_connector_that_only_takes_events_does_not_fit_into_a_link() -> None:
    drawing = Drawing(FLOW)
    edge = drawing.edge("pipeline/pass", "connector/nowhere")
    refused = drawing.refused(AddNode("connector", "file", edge=edge))
    assert refused == "a `file` does not take events and give them too"


def test_names_are_unique_and_no_words_of_the_language() -> None:
    drawing = Drawing(FLOW)
    for _ in range(3):
        drawing.edit(AddNode("connector", "null"))
    names = [node.label for node in drawing.outline().flows[0].graph.nodes]
    assert names == ["beat", "nowhere", "nowhere_2", "nowhere_3", "nowhere_4", "pass"]
    assert drawing.refused(AddNode("script", name="select")) == "`select` is a word of the language"
    assert drawing.refused(AddNode("script", name="a b")) == "`a b` cannot be a name"
    assert drawing.refused(AddNode("script", name="pass")) == "there is a node called `pass` already"


def test_settings_that_are_given_are_not_filled() -> None:
    drawing = Drawing(FLOW)
    given = {"codec": "string", "config": {"path": "ü #{x}", "mode": "read"}}
    drawing.edit(AddNode("connector", "file", name="log", settings=given))
    node = drawing.node("connector/log")
    assert node.config == {"path": "ü #{x}", "mode": "read"}
    assert [one.key for one in node.settings] == ["codec", "config"]
    bare = drawing.edit(AddNode("connector", "file", name="bare", fill=False))
    assert bare.selected == "connector/bare"
    assert drawing.node("connector/bare").lacks[:2] == (
        "it needs a codec",
        "it needs `path`: the file; `.xz` is decompressed when read",
    )


def test_a_script_that_does_not_parse_is_refused_with_its_line() -> None:
    refused = Drawing(FLOW).refused(AddNode("script", text="let a = 1;\nlet = 2"))
    assert refused.startswith("the script does not parse: line 2: ")


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (AddNode("connector", "fiel"), "there is no connector called `fiel` that could be added here"),
        (AddNode("operator", "nope::no"), "there is no operator called `nope::no` that could be added here"),
        (AddNode("script", after="pipeline/gone"), "the flow has no node `pipeline/gone`"),
        (AddNode("script", edge="main:a>b"), "the flow has no edge `main:a>b`"),
        (ConnectPorts("pipeline/pass", "connector/beat"), "`beat` only brings events, it takes none"),
        (ConnectPorts("pipeline/pass", "pipeline/pass", "odd"), "`pass` has no output port `odd`"),
        (ConnectPorts("connector/beat", "pipeline/pass"), "`beat` is connected to `pass` already"),
        (DeleteNode("pipeline/gone"), "the flow has no node `pipeline/gone`"),
        (DeleteNode("connector/beat", reconnect=True), "nothing leads into `beat`"),
        (Rename("pipeline/pass", "flow"), "`flow` is a word of the language"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(step: AddNode, message: str) -> None:
    assert Drawing(FLOW).refused(step) == message


def test_ports_are_connected_below_the_last_link() -> None:
    drawing = Drawing(FLOW)
    drawing.edit(ConnectPorts("pipeline/pass", "connector/nowhere", "err"))
    assert drawing.text == flow(
        connect="""nowhere; # out
 ==> nowhere; # out
  connect /pipeline/pass/err to /connector/nowhere;
"""
    )


def test_the_first_link_stands_apart() -> None:
    text = FLOW[: FLOW.index("\n  # the way")] + "end;\n"
    drawing = Drawing(text)
    drawing.edit(ConnectPorts("connector/beat", "pipeline/pass"))
    assert drawing.text == text.replace(
        "  create pipeline pass;\n",
        "  create pipeline pass;\n\n  connect /connector/beat to /pipeline/pass;\n",
    )


def test_a_link_goes_with_its_comments() -> None:
    drawing = Drawing(FLOW)
    drawing.edit(Disconnect(drawing.edge("connector/beat", "pipeline/pass")))
    assert drawing.text == flow(gone="  # the way\n  connect /connector/beat to /pipeline/pass;\n ==> ")
    drawing.edit(Disconnect(drawing.edge("pipeline/pass", "connector/nowhere")))
    assert drawing.text.endswith("  create pipeline pass;\nend;\n\ndeploy flow main;\n")


def test_a_link_is_led_to_another_node_where_it_stands() -> None:
    drawing = Drawing(FLOW)
    drawing.edit(Duplicate("connector/nowhere", "elsewhere"))
    drawing.edit(
        Reconnect(drawing.edge("pipeline/pass", "connector/nowhere"), "target", "connector/elsewhere")
    )
    assert "  connect /pipeline/pass to /connector/elsewhere; # out\n" in drawing.text
    drawing.edit(
        Reconnect(drawing.edge("pipeline/pass", "connector/elsewhere"), "source", "pipeline/pass", "err")
    )
    assert "  connect /pipeline/pass/err to /connector/elsewhere; # out\n" in drawing.text


def test_a_node_goes_with_its_links_its_definition_and_what_stands_above_them() -> None:
    drawing = Drawing(FLOW)
    done = drawing.edit(DeleteNode("connector/beat"))
    assert drawing.text == flow(
        define="""  # the beat
  define connector beat from metronome with config = {"interval": 1000000000} end;

 ==> """,
        create="  create connector beat;\n ==> ",
        connect="  # the way\n  connect /connector/beat to /pipeline/pass;\n ==> ",
    )
    assert done.selected == "pipeline/pass"


def test_a_definition_that_makes_another_node_stays() -> None:
    text = FLOW.replace("create pipeline pass;", "create pipeline pass;\n  create pipeline more from pass;")
    drawing = Drawing(text)
    drawing.edit(DeleteNode("pipeline/more"))
    assert drawing.text == FLOW


def test_the_last_node_leaves_its_definition_so_that_the_text_parses() -> None:
    drawing = Drawing(FLOW)
    for node in ("connector/beat", "pipeline/pass", "connector/nowhere"):
        drawing.edit(DeleteNode(node))
    assert drawing.text == (
        "define flow main\nflow\n  define connector nowhere from `null`; # takes all\nend;\n"
        "\ndeploy flow main;\n"
    )
    assert drawing.outline().flows[0].graph.nodes == ()
    drawing.edit(AddNode("connector", "null"))
    assert drawing.outline().flows[0].graph.nodes[0].id == "connector/nowhere_2"


def test_deleting_and_reconnecting_between_connectors_leaves_a_pipeline() -> None:
    drawing = Drawing(FLOW)
    done = drawing.edit(DeleteNode("pipeline/pass", reconnect=True))
    assert "connect /connector/beat to /pipeline/passthrough;" in drawing.text
    assert "connect /pipeline/passthrough to /connector/nowhere; # out" in drawing.text
    assert done.selected == "pipeline/passthrough"
    assert not [one for one in drawing.outline(diagnose=True).diagnostics if one.is_error]


def test_deleting_and_reconnecting_joins_what_was_around() -> None:
    drawing = Drawing(FLOW)
    edge = drawing.edge("connector/beat", "pipeline/pass")
    before = drawing.text
    drawing.edit(AddNode("script", edge=edge))
    drawing.edit(DeleteNode("pipeline/transform", reconnect=True))
    assert drawing.text == before


def test_a_copy_has_a_definition_of_its_own() -> None:
    drawing = Drawing(FLOW)
    done = drawing.edit(Duplicate("connector/beat"))
    assert drawing.text == flow(
        define="""{"interval": 1000000000} end;
 ==> {"interval": 1000000000} end;

  define connector beat_2 from metronome with config = {"interval": 1000000000} end;
""",
        create="  create connector beat;\n ==>   create connector beat;\n  create connector beat_2;\n",
    )
    assert done.selected == "connector/beat_2"
    assert drawing.node("connector/beat_2").lacks == ()
    assert drawing.node("connector/beat_2").lints == ("it is connected to nothing",)


def test_a_name_is_changed_wherever_the_flow_has_it() -> None:
    drawing = Drawing(FLOW)
    done = drawing.edit(Rename("pipeline/pass", "clean"))
    assert drawing.text == FLOW.replace("pipeline pass", "pipeline clean").replace(
        "pipeline/pass", "pipeline/clean"
    )
    assert done.selected == "pipeline/clean"


def test_a_definition_that_others_use_keeps_its_name() -> None:
    text = FLOW.replace("create pipeline pass;", "create pipeline pass;\n  create pipeline more from pass;")
    drawing = Drawing(text)
    drawing.edit(Rename("pipeline/pass", "clean"))
    assert "create pipeline clean from pass;\n  create pipeline more from pass;" in drawing.text
    assert "define pipeline pass\n" in drawing.text


def test_a_flow_on_one_line_can_be_edited() -> None:
    drawing = Drawing(
        'define flow a flow define connector x from metronome with config = {"interval": 1} end; '
        "create connector x end; deploy flow a"
    )
    drawing.edit(AddNode("script", after="connector/x"))
    drawing.edit(AddNode("connector", "null", after="pipeline/transform"))
    drawing.edit(DeleteNode("connector/x"))
    nodes = {node.id for node in drawing.outline().flows[0].graph.nodes}
    assert nodes == {"pipeline/transform", "connector/nowhere"}


def test_a_text_that_does_not_parse_is_drawn_and_not_edited() -> None:
    drawing = Drawing(FLOW.replace("create pipeline pass;", "create pipeline pass"))
    assert len(drawing.outline().flows[0].graph.nodes) == 3
    assert "does not parse, so it cannot be edited here" in drawing.refused(AddNode("script"))


def test_a_flow_that_is_not_there_is_refused_by_name() -> None:
    assert Drawing(FLOW).refused(AddNode("script"), flow="mian") == "there is no flow called `mian`"
    assert Drawing().refused(DeleteNode("connector/a")) == "there is no flow yet"


@pytest.mark.parametrize("unit", ["\t", "    ", " "])
def test_new_text_is_indented_as_what_is_around_it(unit: str) -> None:
    text = "\n".join(line.replace("  ", unit) if line.startswith("  ") else line for line in FLOW.split("\n"))
    drawing = Drawing(text)
    drawing.edit(AddNode("script", text="match event of case _ => drop end", after="connector/beat"))
    assert (
        """
define pipeline transform
pipeline
@define script transform
@script
@@match event of
@@@case _ => drop
@@end
@end;

@create script transform;
""".replace("\n", f"\n{unit}")
        .replace("@", unit)
        .replace(f"\n{unit}\n", "\n\n")
        .rstrip(unit)
        in drawing.text
    )
    drawing.edit(SetScript("transform", "event"), inside="transform")
    assert f"\n{unit * 2}script\n{unit * 3}event\n{unit * 2}end;\n" in drawing.text


def test_a_flow_that_is_deployed_twice_says_that_both_change() -> None:
    drawing = Drawing(FLOW.replace("deploy flow main;", "deploy flow main;\ndeploy flow twin from main;"))
    done = drawing.edit(Duplicate("connector/nowhere"), flow="main")
    assert done.words == (
        "duplicated `nowhere` as `nowhere_2` (in `twin` too, which has the same definition)"
    )
