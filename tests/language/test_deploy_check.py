from __future__ import annotations

from tests.language.query_texts import deploy, faults, found, hints
from tremor_tui.language.ir.deploy import Endpoint, PluginIR
from tremor_tui.language.ir.query import ScriptNode
from tremor_tui.pipeline.draw import dot_flow

MODULE = """
define connector lines from file
args path, mode = "truncate"
with
  codec = "json",
  postprocessors = ["separate"],
  config = {"path": args.path, "mode": args.mode}
end;
define pipeline pass into out, err, side args k = 1
pipeline
  define script s args k script args.k end;
  create script s with k = args.k end;
  select event from in into s;
  select event from s into out;
  select event from in into side;
end;
"""

FLOW = """define flow main args dir, name = "x"
flow
  use m;
  define connector source from metronome with config = {"interval": 1000000} end;
  create connector source;
  create connector out from m::lines with path = "#{args.dir}/#{args.name}.json" end;
  create pipeline p from m::pass with k = 1 + 1 end;
  connect /connector/source to /pipeline/p;
  connect /pipeline/p to /connector/out;
  connect /pipeline/p/side to /connector/out/in;
end;
deploy flow main with dir = "/d" end;
deploy flow second from main with dir = "/e", name = "y" end;
"""


def flow(body: str, *, args: str = "", more: str = "deploy flow f;") -> str:
    """A flow whose body starts on line 2."""
    return f"define flow f {args} flow\n{body}\nend;\n{more}"


def inside(body: str, **more: str) -> list[str]:
    return faults(flow(body, **more), is_flow=True, modules={"m.troy": MODULE})


def test_flows_are_made_with_their_arguments_folded_in() -> None:
    first, second = deploy(FLOW, {"m.troy": MODULE}).ir.flows

    assert (first.alias, first.definition, second.alias, second.definition) == (
        "main",
        "main",
        "second",
        "main",
    )
    assert [c.config.get("path") for c in (first.connectors[1], second.connectors[1])] == [
        "/d/x.json",
        "/e/y.json",
    ]


def test_connectors_carry_their_settings_and_the_places_of_these() -> None:
    source, out = deploy(FLOW, {"m.troy": MODULE}).ir.flows[0].connectors

    assert (source.kind, source.codec, source.config) == ("metronome", None, {"interval": 1000000})
    assert (out.alias, out.codec, out.postprocessors) == ("out", PluginIR("json"), (PluginIR("separate"),))
    assert out.config == {"path": "/d/x.json", "mode": "truncate"}
    assert {"codec", "config", "config.path", "config.mode"} <= set(out.key_spans)


def test_pipelines_carry_their_graph_and_the_files_they_come_from() -> None:
    [pipeline] = deploy(FLOW, {"m.troy": MODULE}).ir.flows[0].pipelines

    assert (pipeline.alias, pipeline.query.name, pipeline.query.outputs) == ("p", "p", ("out", "err", "side"))
    assert any(isinstance(node, ScriptNode) for node in pipeline.query.nodes)
    assert [name.rpartition("/")[2] for name in pipeline.files] == ["m.troy"]


def test_links_name_both_ends_with_their_ports() -> None:
    links = deploy(FLOW, {"m.troy": MODULE}).ir.flows[0].links

    assert [(link.source, link.target) for link in links] == [
        (Endpoint("connector", "source", "out"), Endpoint("pipeline", "p", "in")),
        (Endpoint("pipeline", "p", "out"), Endpoint("connector", "out", "in")),
        (Endpoint("pipeline", "p", "side"), Endpoint("connector", "out", "in")),
    ]


def test_a_flow_draws_itself() -> None:
    drawn = dot_flow(deploy(FLOW, {"m.troy": MODULE}).ir.flows[0])

    assert '"connector/source" -> "pipeline/p";' in drawn
    assert '"pipeline/p" -> "connector/out" [taillabel = "side"];' in drawn


def test_what_is_created_and_never_connected_is_warned_of() -> None:
    text = flow(
        'use m;\ncreate connector c from m::lines with path = "x" end;\ncreate pipeline p from m::pass;'
    )

    assert [w.message for w in deploy(text, {"m.troy": MODULE}).warnings] == [
        "the connector `c` is created but never connected",
        "the pipeline `p` is created but never connected",
    ]


def test_ports_below_in_and_out_are_linked_by_their_last_name() -> None:
    body = (
        "define pipeline p pipeline select event from in/aux into out/side; end;\n"
        "create pipeline p; create pipeline q from p;\nconnect /pipeline/p/side to /pipeline/q/aux;"
    )
    [link] = deploy(flow(body)).ir.flows[0].links

    assert (link.source.port, link.target.port) == ("out/side", "in/aux")


# -- faults ---------------------------------------------------------------------------------------------


def test_flows_are_defined_before_they_are_deployed_and_deployed_once() -> None:
    assert faults("deploy flow nope;", is_flow=True) == ["1:13-1:17 there is no flow called `nope`"]
    assert faults("deploy flow f;\ndefine flow f flow use std::string; end;", is_flow=True) == [
        "1:13-1:14 the flow `f` is defined after it is used"
    ]
    assert faults(
        "define flow f flow use std::string; end;\ndeploy flow f;\ndeploy flow f;", is_flow=True
    ) == ["3:13-3:14 the flow `f` is deployed twice"]


def test_arguments_of_flows_are_checked() -> None:
    text = "define flow f args a flow use std::string; end;\ndeploy flow f with b = 1 end;"

    assert faults(text, is_flow=True) == [
        "2:20-2:21 the flow `f` has no argument `b`",
        "1:20-1:21 the flow `f` needs a value for its argument `a`",
    ]


def test_creations_name_definitions_that_stand_before_them() -> None:
    assert inside("create connector c;\ncreate pipeline p;") == [
        "2:18-2:19 there is no connector called `c`",
        "3:17-3:18 there is no pipeline called `p`",
    ]


def test_unknown_arguments_of_creations_are_underlined() -> None:
    assert inside('use m;\ncreate connector c from m::lines with path = "x", mood = 1 end;') == [
        "3:51-3:55 the connector `lines` has no argument `mood`"
    ]


def test_creations_have_distinct_names() -> None:
    assert inside("use m; create pipeline p from m::pass;\ncreate pipeline p from m::pass;") == [
        "3:17-3:18 the pipeline `p` is created twice"
    ]


def test_unknown_kinds_settings_and_plugins_are_told_together() -> None:
    body = """define connector a from metronom with codec = "json" end;
define connector b from file with codec = "jsn", preprocessors = ["separat"],
config = {"path": "x", "mode": "read", "compress": 1} end;
define connector c from file with kodec = "json" end;
create connector a; create connector b;"""

    assert inside(body) == [
        "5:35-5:40 a connector has no setting `kodec`",
        "2:25-2:33 there is no connector called `metronom`",
        "3:43-3:48 there is no codec called `jsn`",
        "3:66-3:77 there is no preprocessor called `separat`",
        "4:40-4:50 a `file` connector has no setting `compress`",
    ]


def test_settings_are_checked_by_type_choice_and_presence() -> None:
    body = """define connector c from file with codec = "json", config = {"mode": "red"} end;
create connector c;"""

    told = inside(body)

    assert told[0].startswith("2:61-2:67 `mode` is one of ")
    assert told[1] == "2:51-2:57 a `file` connector needs `path` in its `config`"


def test_a_connector_that_needs_a_codec_says_so() -> None:
    body = (
        'define connector c from file with config = {"path": "x", "mode": "read"} end;\ncreate connector c;'
    )

    assert inside(body) == ["2:25-2:29 a `file` connector needs a codec"]
    assert hints(flow(body), is_flow=True) == ['add `codec = "json"` to its `with`']


def test_settings_of_the_wrong_shape_are_refused() -> None:
    body = """define connector c from `null` with codec = 1, preprocessors = "separate", config = [],
reconnect = 1, metrics_interval_s = 0 end;
create connector c;"""

    assert inside(body) == [
        "2:85-2:87 `config` is a record, not an array",
        "2:45-2:46 in `codec` stands an integer",
        "2:64-2:74 `preprocessors` is an array, not a string",
        "3:13-3:14 `reconnect` is a record, not an integer",
        "3:37-3:38 `metrics_interval_s` is a whole number of seconds above 0",
    ]


def test_links_name_what_was_created_and_ports_that_exist() -> None:
    body = """use m;
create connector c from m::lines with path = "x" end; create pipeline pipe from m::pass;
connect /connector/pipe to /pipeline/pip;
connect /pipeline/pipe/nope to /connector/c/stdout;
connect /connector/c/side to /pipeline/pipe/aux;"""

    assert inside(body) == [
        "4:20-4:24 the flow has no connector called `pipe`",
        "4:38-4:41 the flow has no pipeline called `pip`",
        "5:24-5:28 the pipeline `pipe` has no output port `nope`",
        "5:45-5:51 the connector `c` has no input port `stdout`",
        "6:22-6:26 the connector `c` has no output port `side`",
        "6:45-6:48 the pipeline `pipe` has no input port `aux`",
    ]
    assert "there is a pipeline of that name: /pipeline/pipe" in hints_of(body)


def hints_of(body: str) -> list[str]:
    return [fault.hint for fault in found(flow(body), True, {"m.troy": MODULE})]


def test_a_flow_that_nothing_deploys_is_checked_as_far_as_it_can_be() -> None:
    body = (
        "use m;\ncreate connector c from m::lines with mood = args.x end;\n"
        "connect /connector/d to /pipeline/p;"
    )

    assert inside(body, args="args x", more="") == [
        "3:39-3:43 the connector `lines` has no argument `mood`",
        "4:20-4:21 the flow has no connector called `d`",
        "4:35-4:36 the flow has no pipeline called `p`",
    ]


def test_faults_of_a_pipeline_in_a_module_are_at_their_place_in_it() -> None:
    broken = "define pipeline p pipeline select event from nowhere into out; end;"
    body = "use m; create pipeline p from m::p;"

    assert faults(flow(body), is_flow=True, modules={"m.troy": broken}) == [
        "1:46-1:53 there is no stream, node or port called `nowhere`"
    ]


# -- links ----------------------------------------------------------------------------------------------

PARTS = """define connector beat from metronome with config = {"interval": 1000} end; create connector beat;
define connector sink from file
with codec = "json", config = {"path": "x", "mode": "write"} end; create connector sink;
define pipeline p pipeline select event from in into out; end; create pipeline p;
"""


def advice(links: str) -> list[str]:
    return [w.message for w in deploy(flow(PARTS + links)).warnings]


def test_a_flow_whose_parts_are_linked_is_not_warned_of() -> None:
    assert advice("connect /connector/beat to /pipeline/p; connect /pipeline/p to /connector/sink;") == []


def test_a_pipeline_without_input_starves_the_sink_behind_it() -> None:
    assert advice("connect /pipeline/p to /connector/sink;") == [
        "the connector `beat` is created but never connected",
        "no source leads to the connector `sink`, so it gets no events",
        "nothing is connected to the pipeline `p`, so it gets no events",
    ]


def test_a_pipeline_without_output_keeps_its_source_from_reading() -> None:
    assert advice("connect /connector/beat to /pipeline/p;") == [
        "the connector `beat` reaches no sink, so it does not start to read",
        "the connector `sink` is created but never connected",
        "the pipeline `p` is connected to nothing, so its events are lost",
    ]


def test_a_port_with_events_that_leads_nowhere_is_warned_of() -> None:
    text = PARTS.replace("into out;", "into out; select event from in into out/aux;")
    links = "connect /connector/beat to /pipeline/p; connect /pipeline/p to /connector/sink;"

    [warning] = deploy(flow(text + links)).warnings

    assert warning.message == "what leaves the pipeline `p` by its port `aux` is lost"
    assert warning.hint == "add `connect /pipeline/p/aux to …;`"


def test_links_in_the_wrong_direction_are_faults_at_their_place() -> None:
    links = "connect /pipeline/p to /connector/beat;\nconnect /connector/sink to /pipeline/p;"

    assert faults(flow(PARTS + links), is_flow=True) == [
        "6:1-6:39 the connector `beat` only brings events, it takes none",
        "7:1-7:39 the connector `sink` only takes events, none come out of it",
    ]
