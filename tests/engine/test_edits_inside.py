"""Steps inside a pipeline, as texts before and after."""

from __future__ import annotations

import pytest

from tests.engine.canvas import Drawing
from tremor_tui.control.editing import (
    AddNode,
    Configure,
    ConnectPorts,
    DeleteNode,
    Disconnect,
    Duplicate,
    Put,
    Reconnect,
    Rename,
    SetScript,
    Step,
)

HEAD = """\
define flow main
flow
  define connector beat from metronome with config = {"interval": 1} end;
  define connector nowhere from `null`;

"""
TAIL = """
  create connector beat;
  create connector nowhere;
  create pipeline work;
  connect /connector/beat to /pipeline/work;
  connect /pipeline/work to /connector/nowhere;
end;
deploy flow main;
"""
WORK = """\
  define pipeline work
  pipeline
    # the script
    define script clean
    script
      # first
      let event.a = 1; # a
      event
    end;

    create script clean;

    # into it
    select event from in into clean;
    select {"b": event.a} from clean where event.a > 0 into out; # and out
  end;
"""


def work(text: str = WORK) -> Drawing:
    return Drawing(f"{HEAD}{text}{TAIL}")


def body(drawing: Drawing) -> str:
    """The pipeline's definition as it is now."""
    return drawing.text.removeprefix(HEAD).removesuffix(TAIL)


def test_a_script_put_behind_the_input_hands_on_to_what_was_there() -> None:
    drawing = work()
    done = drawing.edit(AddNode("script", edge=drawing.edge("in", "select-19", "work")), inside="work")
    assert body(drawing) == WORK.replace(
        """      event
    end;

    create script clean;

    # into it
    select event from in into clean;
""",
        """      event
    end;

    define script transform
    script
      event
    end;

    create script clean;
    create script transform;

    # into it
    select event from in into transform;
    select event from transform into clean;
""",
    )
    assert done.selected == "transform"


def test_an_operator_put_behind_a_select_that_makes_something_comes_after_it() -> None:
    drawing = work()
    edge = drawing.edge("select-20", "out", "work")
    drawing.edit(AddNode("operator", "generic::counter", edge=edge), inside="work")
    assert '    select {"b": event.a} from clean where event.a > 0 into counter; # and out\n' in drawing.text
    assert "# and out\n    select event from counter into out;\n  end;\n" in drawing.text


def test_an_operator_put_before_a_select_that_makes_something_feeds_it() -> None:
    drawing = work()
    edge = drawing.edge("clean", "select-20", "work")
    drawing.edit(AddNode("operator", "generic::counter", edge=edge), inside="work")
    assert (
        "    select event from clean into counter;\n"
        '    select {"b": event.a} from counter where event.a > 0 into out; # and out\n' in drawing.text
    )


def test_a_select_put_where_events_are_only_handed_on_takes_that_place() -> None:
    drawing = work()
    edge = drawing.edge("in", "select-19", "work")
    done = drawing.edit(AddNode("select", text='{"c": event}', edge=edge), inside="work")
    assert '    # into it\n    select {"c": event} from in into clean;\n' in drawing.text
    assert done.selected == "select-19"


def test_a_select_put_behind_another_gets_a_junction_between() -> None:
    drawing = work()
    edge = drawing.edge("select-20", "out", "work")
    done = drawing.edit(AddNode("select", text="event.b", edge=edge), inside="work")
    assert "    create script clean;\n    create stream junction;\n" in drawing.text
    assert "where event.a > 0 into junction; # and out\n    select event.b from junction into out;\n" in (
        drawing.text
    )
    assert done.selected == "select-22"


def test_a_node_after_another_is_selected_into() -> None:
    drawing = work()
    drawing.edit(AddNode("script", name="late", after="clean", port="err"), inside="work")
    assert "into out; # and out\n    select event from clean/err into late;\n" in drawing.text
    assert drawing.node("late", "work").lacks == ("it is connected to nothing, so its events are lost",)
    drawing.edit(ConnectPorts("late", "err"), inside="work")
    assert "    select event from late into err;\n" in drawing.text
    assert drawing.node("late", "work").lacks == ()


def test_a_node_after_a_select_goes_between_it_and_what_it_leads_to() -> None:
    drawing = work()
    drawing.edit(AddNode("stream", after="select-19"), inside="work")
    assert (
        "    select event from in into junction;\n    select event from junction into clean;\n"
        in drawing.text
    )


def test_what_is_selected_is_created_above() -> None:
    text = """\
  define pipeline work pipeline
    select event from in into out;
    create stream late;
    select event from late into out;
  end;
"""
    drawing = work(text)
    edge = drawing.edge("in", "select-7", "work")
    drawing.edit(Reconnect(edge, "target", "late"), inside="work")
    assert body(drawing) == (
        "  define pipeline work pipeline\n"
        "    create stream late;\n"
        "    select event from in into late;\n"
        "    select event from late into out;\n"
        "  end;\n"
    )


def test_a_select_that_moves_below_what_it_names_takes_its_comments_along() -> None:
    text = """\
  define pipeline work pipeline
    # above
    select event
      from in
      into out; # behind
    create stream late;
    select event from late into out;
  end;
"""
    drawing = work(text)
    drawing.edit(Reconnect(drawing.edge("in", "select-8", "work"), "target", "late"), inside="work")
    for comment in ("# above", "# behind"):
        assert drawing.text.count(comment) == 1
    assert drawing.text.index("create stream late") < drawing.text.index("# above")
    assert not [one for one in drawing.outline(diagnose=True).diagnostics if one.is_error]


def test_deleting_and_reconnecting_keeps_the_select_that_makes_something() -> None:
    drawing = work()
    drawing.edit(DeleteNode("clean", reconnect=True), inside="work")
    assert body(drawing) == (
        "  define pipeline work\n"
        "  pipeline\n"
        '    select {"b": event.a} from in where event.a > 0 into out; # and out\n'
        "  end;\n"
    )


def test_a_script_between_two_selects_that_make_something_becomes_a_stream() -> None:
    drawing = work(WORK.replace("select event from in into clean", "select event.x from in into clean"))
    done = drawing.edit(DeleteNode("clean", reconnect=True), inside="work")
    assert "    create stream clean;\n" in drawing.text
    assert "define script" not in drawing.text
    assert done.words.startswith("made a stream of `clean`")


def test_a_node_goes_with_its_selects() -> None:
    drawing = work()
    drawing.edit(ConnectPorts("in", "out"), inside="work")
    drawing.edit(DeleteNode("clean"), inside="work")
    assert body(drawing) == (
        "  define pipeline work\n  pipeline\n    select event from in into out;\n  end;\n"
    )


def test_a_pipeline_never_gets_empty() -> None:
    text = "  define pipeline work pipeline select event from in into out end;\n"
    drawing = work(text)
    refused = drawing.refused(Disconnect(drawing.edge("in", "select-6", "work")), inside="work")
    assert refused == "a pipeline has at least one statement"


def test_taking_an_edge_away_takes_its_select() -> None:
    drawing = work()
    done = drawing.edit(Disconnect(drawing.edge("in", "select-19", "work")), inside="work")
    assert body(drawing) == WORK.replace("    # into it\n    select event from in into clean;\n", "")
    assert done.words == "disconnected `in` from `clean`"


def test_the_select_of_a_pair_can_be_made_plain_again() -> None:
    drawing = work()
    drawing.edit(DeleteNode("select-20", reconnect=True), inside="work")
    assert "    select event from clean into out; # and out\n" in drawing.text


def test_a_script_is_renamed_wherever_it_is_named() -> None:
    drawing = work()
    drawing.edit(Rename("clean", "tidy"), inside="work")
    assert body(drawing) == WORK.replace("script clean", "script tidy").replace(
        "into clean", "into tidy"
    ).replace("from clean", "from tidy")
    assert (
        drawing.refused(Rename("tidy", "out"), inside="work")
        == "there is a node or port called `out` already"
    )


def test_a_copy_of_a_script_has_its_own_definition_with_its_comments() -> None:
    drawing = work()
    drawing.edit(Duplicate("clean", "other"), inside="work")
    assert (
        """    define script other
    script
      # first
      let event.a = 1; # a
      event
    end;

    create script clean;
    create script other;
"""
        in drawing.text
    )


def test_the_text_of_a_script_is_shown_and_set_as_far_left_as_it_goes() -> None:
    drawing = work()
    shown = drawing.node("clean", "work").text
    assert shown == "# first\nlet event.a = 1; # a\nevent"
    assert drawing.edit(SetScript("clean", shown), inside="work").changes == ()
    drawing.edit(SetScript("clean", 'match event of\n  case _ => drop # "x"\nend'), inside="work")
    assert body(drawing) == WORK.replace(
        "      # first\n      let event.a = 1; # a\n      event\n",
        '      match event of\n        case _ => drop # "x"\n      end\n',
    )


def test_lines_of_a_heredoc_are_never_moved() -> None:
    text = 'let event.t = """\n kept\n  as it is\n""";\nevent'
    drawing = work()
    drawing.edit(SetScript("clean", text), inside="work")
    assert '      let event.t = """\n kept\n  as it is\n""";\n      event\n' in drawing.text
    assert drawing.node("clean", "work").text == text


def test_the_scripts_of_other_ports_are_set_apart() -> None:
    text = WORK.replace(
        "    script\n      # first", "    script from aux\n      drop\n    script\n      # first"
    )
    drawing = work(text)
    node = drawing.node("clean", "work")
    assert node.ports_in == ("in", "aux")
    assert [(one.key, one.text) for one in node.settings][1] == ("aux", "drop")
    drawing.edit(SetScript("clean", 'emit event => "side"', "aux"), inside="work")
    assert body(drawing) == text.replace("      drop\n", '      emit event => "side"\n')
    assert drawing.node("clean", "work").ports_out == ("out", "side", "err")


def test_the_parts_of_a_select_are_set_and_taken_away() -> None:
    drawing = work()
    drawing.edit(
        Configure("select-20", (Put(("where",), remove=True), Put(("having",), text="event.b == 1"))),
        inside="work",
    )
    assert '    select {"b": event.a} from clean into out having event.b == 1; # and out\n' in drawing.text
    drawing.edit(Configure("select-20", (Put(("group by",), text="event.k"),)), inside="work")
    assert "from clean group by event.k into out having" in drawing.text
    drawing.edit(Configure("select-20", (Put(("group by",), remove=True),)), inside="work")
    assert "from clean into out having" in drawing.text
    refused = drawing.refused(Configure("select-20", (Put(("where",), text="a b"),)), inside="work")
    assert refused.startswith("the text would not parse: ")


def test_a_condition_goes_behind_the_windows() -> None:
    text = """\
  define pipeline work
  pipeline
    define window w from tumbling with size = 2 end;
    select aggr::stats::count() from in[w] into out;
  end;
"""
    drawing = work(text)
    drawing.edit(Configure("select-9", (Put(("where",), text="event.a"),)), inside="work")
    assert "from in[w] where event.a into out" in drawing.text


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (AddNode("connector", "file"), "there is no connector called `file` that could be added here"),
        (
            ConnectPorts("out", "clean"),
            "`out` is where events leave the pipeline: nothing comes out of it here",
        ),
        (ConnectPorts("clean", "in"), "`in` is where events enter the pipeline: nothing goes into it here"),
        (ConnectPorts("select-19", "out"), "a select has one way out"),
        (ConnectPorts("in", "clean"), "`in` is connected to `clean` already"),
        (ConnectPorts("clean", "clean"), "events would go round in circles: `clean` leads to `clean`"),
        (DeleteNode("out"), "`out` is a port of the pipeline"),
        (Duplicate("select-19"), "`select-19` is a select: it has no name of its own"),
        (Rename("in", "into_here"), "`in` is a port of the pipeline: it has no name of its own"),
        (SetScript("clean", "let"), "the script does not parse: line 1: "),
        (SetScript("in", "event"), "`in` is no script of this pipeline"),
        (DeleteNode("gone"), "the pipeline has no node `gone`"),
    ],
)
def test_what_cannot_be_done_inside_is_refused_with_a_sentence(step: Step, message: str) -> None:
    assert work().refused(step, inside="work").startswith(message)


# --- pipelines in pipelines, shared ones, modules -----------------------------------------------------

NESTED = """\
  define pipeline work
  pipeline
    define pipeline part
    pipeline
      create stream s;
      select event from in into s;
      select event from s into out;
    end;
    create pipeline part;
    select event from in into part;
    select event from part into out;
  end;
"""


def test_a_nested_pipeline_is_connected_by_its_ports_and_changed_where_it_is_defined() -> None:
    drawing = work(NESTED)
    drawing.edit(ConnectPorts("part/err", "err"), inside="work")
    assert "    select event from part/err into err;\n" in drawing.text
    assert drawing.refused(DeleteNode("part/s"), inside="work") == "`part/s` is a part of the pipeline `part`"
    drawing.edit(Rename("part", "piece"), inside="work")
    assert "define pipeline piece\n" in drawing.text
    assert "from piece/err into err" in drawing.text
    drawing.edit(ConnectPorts("in", "out"), DeleteNode("piece"), inside="work")
    assert body(drawing) == "  define pipeline work\n  pipeline\n    select event from in into out;\n  end;\n"


def test_a_pipeline_that_two_nodes_have_is_changed_only_if_that_is_said() -> None:
    drawing = work()
    drawing.edit(Duplicate("pipeline/work"))  # a definition of its own: nothing is shared
    drawing.edit(AddNode("stream"), inside="work")
    drawing = work()
    drawing.text = drawing.text.replace(
        "create pipeline work;", "create pipeline work;\n  create pipeline twin from work;"
    )
    refused = drawing.refused(AddNode("stream"), inside="twin")
    assert refused == "the pipeline `twin` has the same definition as `work`"
    assert drawing.node("pipeline/twin").shared == ("work",)
    drawing.edit(AddNode("stream"), inside="twin", everywhere=True)
    assert "create stream junction;" in drawing.text


def test_a_pipeline_of_the_library_is_refused() -> None:
    used = "  use tremor::pipelines;\n  create pipeline p from pipelines::passthrough;\n"
    drawing = Drawing(f"{HEAD}{used}end;\ndeploy flow main;\n")
    assert "library" in drawing.refused(AddNode("stream"), inside="p")
    assert drawing.node("pipeline/p").fixed == "it belongs to the library (library/tremor/pipelines.trickle)"


def test_a_pipeline_of_a_module_is_changed_in_the_file_of_the_module() -> None:
    module = "### mine\n\n# a\ndefine pipeline own\npipeline\n  select event from in into out; # b\nend;\n"
    text = f"{HEAD}  use mine;\n  create pipeline p from mine::own;\nend;\ndeploy flow main;\n"
    drawing = Drawing(text, texts={"/nowhere/mine.trickle": module})
    edge = drawing.edge("in", "select-6", "p")
    done = drawing.edit(AddNode("script", edge=edge), inside="p")
    assert drawing.text == text
    assert list(done.texts) == ["/nowhere/mine.trickle"]
    assert drawing.texts["/nowhere/mine.trickle"] == (
        "### mine\n\n# a\ndefine pipeline own\npipeline\n"
        "  define script transform\n  script\n    event\n  end;\n\n"
        "  create script transform;\n"
        "  select event from in into transform; # b\n"
        "  select event from transform into out;\nend;\n"
    )


def test_an_edge_is_never_led_in_a_circle() -> None:
    drawing = work()
    drawing.edit(AddNode("stream", name="late", edge=drawing.edge("select-20", "out", "work")), inside="work")
    edge = drawing.edge("in", "select-20", "work")
    refused = drawing.refused(Reconnect(edge, "source", "late"), inside="work")
    assert refused == "events would go round in circles"
    drawing.edit(Reconnect(edge, "target", "late"), inside="work")
    assert "    select event from in into late;\n" in drawing.text
