from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Any

import pytest

from tests.language.query_texts import loader
from tremor_tui.errors import CompileError
from tremor_tui.language.compile_yaml import CompiledYaml, compile_yaml, pipelines_named
from tremor_tui.language.ir.deploy import FlowIR, PluginIR
from tremor_tui.language.source import Source
from tremor_tui.model.diagnostic import Diagnostic

PASS = "select event from in into out;"
TEXT = """
onramp:
  - id: lines
    type: file
    preprocessors: [base64]
    config: { source: in.json, close_on_done: true }
  - id: beat
    type: metronome
    config:
      interval: 50
offramp:
  - id: result
    type: file
    codec: string
    config:
      file: out.txt
  - id: screen
    type: stdout
binding:
  - id: main
    links:
      "/onramp/lines/{instance}/out": ["/pipeline/pass/{instance}/in"]
      tremor://localhost/onramp/beat/{instance}: /pipeline/pass/{instance}
      "/pipeline/pass/{instance}/out":
        - "/offramp/result/{instance}/in"
        - "/offramp/screen/{where}/in"
mapping:
  /binding/main/01:
    instance: "01"
    where: here
"""


def compiled(text: str, queries: Mapping[str, str] | None = None) -> CompiledYaml:
    texts = {"pass.trickle": PASS} if queries is None else queries
    return compile_yaml(
        Source(text, "d.yaml"), [(Source(query, name), loader()) for name, query in texts.items()]
    )


def only(text: str, **more: Any) -> FlowIR:
    [flow] = compiled(text, **more).ir.flows
    return flow


def faults(text: str, queries: Mapping[str, str] | None = None) -> list[Diagnostic]:
    with pytest.raises(CompileError) as caught:
        compiled(text, queries)
    return [fault for fault in caught.value.diagnostics if fault.is_error]


def told(text: str, queries: Mapping[str, str] | None = None) -> list[str]:
    return [
        f"{fault.span.line}:{fault.span.column} {fault.message}" if fault.span else fault.message
        for fault in faults(text, queries)
    ]


def changed(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new)


def test_each_entry_of_the_mapping_becomes_a_flow() -> None:
    flow = only(TEXT)

    assert (flow.alias, flow.definition) == ("main-01", "main")
    assert [(one.alias, one.kind) for one in flow.connectors] == [
        ("onramp-lines-01", "file"),
        ("onramp-beat-01", "metronome"),
        ("offramp-result-01", "file"),
        ("offramp-screen-here", "stdio"),
    ]
    assert [(one.alias, one.query.name) for one in flow.pipelines] == [("pass-01", "pass-01")]
    assert [(link.source.alias, link.target.alias, link.target.port) for link in flow.links] == [
        ("onramp-lines-01", "pass-01", "in"),
        ("onramp-beat-01", "pass-01", "in"),
        ("pass-01", "offramp-result-01", "in"),
        ("pass-01", "offramp-screen-here", "stdout"),
    ]


def test_ramps_have_the_codecs_and_framing_that_they_had() -> None:
    lines, beat, result, screen = only(TEXT).connectors

    assert (lines.codec, [one.name for one in lines.preprocessors]) == (
        PluginIR("json"),
        ["separate", "base64"],
    )
    assert lines.config == {"mode": "read", "path": "in.json"}
    assert (beat.codec, beat.config) == (None, {"interval": 50_000_000})
    assert (result.codec, result.config) == (PluginIR("string"), {"mode": "truncate", "path": "out.txt"})
    assert [one.name for one in result.postprocessors] == ["separate"]
    assert screen.codec == PluginIR("json")


def test_lines_of_the_old_name_are_cut_as_they_were() -> None:
    lines = only(changed("preprocessors: [base64]", "preprocessors: [lines-null, gzip]")).connectors[0]

    assert [(one.name, one.config) for one in lines.preprocessors[1:]] == [
        ("separate", {"separator": "\0", "buffered": True, "max_length": 1024 * 1024}),
        ("remove-empty", None),
        ("decompress", {"algorithm": "gzip"}),
    ]


def test_two_instances_are_two_flows_and_a_shared_one_makes_them_one() -> None:
    second = TEXT + '  /binding/main/02: {instance: "02", where: there}\n'
    shared = TEXT + '  /binding/main/02: {instance: "02", where: here}\n'

    assert [flow.alias for flow in compiled(second).ir.flows] == ["main-01", "main-02"]
    one = only(shared)
    assert [c.alias for c in one.connectors if c.kind == "stdio"] == ["offramp-screen-here"]
    assert len(one.links) == 8


def test_pipelines_go_by_their_own_id_or_their_file() -> None:
    flow = only(TEXT, queries={"other.trickle": f'#!config id = "pass"\n{PASS}'})

    assert [one.query.name for one in flow.pipelines] == ["pass-01"]
    assert pipelines_named(Source(TEXT, "d.yaml")) == ["pass"]


def test_what_was_built_in_still_is() -> None:
    text = TEXT.replace("/pipeline/pass/{instance}", "/pipeline/system::passthrough/system")
    flow = only(text.replace("/offramp/screen/{where}", "/offramp/system::stderr/system"), queries={})

    assert [one.alias for one in flow.pipelines] == ["system::passthrough-system"]
    assert [link.target.port for link in flow.links][-1] == "stderr"


def test_what_is_not_as_it_was_is_a_warning_with_its_place() -> None:
    found = compiled(changed("close_on_done: true", "sleep_on_done: 5")).warnings

    assert [(one.span.line, one.span.column) for one in found if one.span] == [(6, 32), (8, 5)]
    assert "drained" in found[0].message
    assert "`connector`" in found[1].message


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("codec: string", "codecc: string", "14:5 an offramp has no key `codecc`"),
        ("\nmapping:", "\nmappings:", "27:1 a file of artefacts has no key `mappings`"),
        ("interval: 50", "intervall: 50", "10:7 the onramp `metronome` has no setting `intervall`"),
        ("interval: 50", "interval: 1.5",
         "10:7 `interval` of connector metronome must be integer, not float"),
        ("type: metronome", "type: kafka", "8:5 no connector does yet what the onramp `kafka` did"),
        ("type: metronome", "type: metro", "8:5 there is no onramp of type `metro`"),
        ("codec: string", "codec: nope", "14:5 there is no codec called `nope`"),
        ("[base64]", "[nope]", "5:5 there is no preprocessor called `nope`"),
        ("[base64]", "base64", "5:5 `preprocessors` is a list of names"),
        ("    codec: string", "    linked: true", "14:5 linked ramps are not supported"),
        ("  - id: screen", "  - id: result", "17:5 there are two of the name `result` under `offramp`"),
        ("    where: here", "    were: here", "26:11 the mapping has no value for `{where}`"),
        ("/binding/main/01", "/binding/mian/01", "28:3 there is no binding called `mian`"),
        ("/binding/main/01", "/pipeline/main/01", "28:3 `/pipeline/main/01` is no instance of a binding"),
        ("/offramp/screen/", "/offramp/scren/", "26:11 there is no offramp called `scren`"),
        ("/offramp/screen/", "/oframp/screen/", "26:11 there is no type of artefact called `oframp`"),
        ("/pass/{instance}/out", "/pass/{instance}/side",
         "24:7 the pipeline `pass` has no port `side` on this side"),
        ("/onramp/lines/{instance}/out", "/onramp/lines/{instance}/metrics",
         "22:7 ramps have no port `metrics` any more"),
        ("/offramp/screen/{where}/in", "/onramp/lines/{where}/in",
         "26:11 no link leads from an artefact of type pipeline to one of type onramp"),
    ],
)  # fmt: skip
def test_faults_have_their_place(old: str, new: str, fault: str) -> None:
    assert told(changed(old, new))[0] == fault


def test_a_pipeline_that_is_not_there_is_asked_for() -> None:
    [fault] = faults(TEXT, {})

    assert fault.message == "there is no pipeline called `pass`"
    assert fault.hint == "name `pass.trickle` after the YAML file"


def test_a_binding_that_is_mapped_nowhere_is_a_warning() -> None:
    text = TEXT.partition("mapping:")[0]
    made = compiled(text)

    assert made.ir.flows == ()
    assert [one.message for one in made.warnings] == [
        "the binding `main` is mapped nowhere, so nothing of it runs"
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: [1", "1:6 expected ',' or ']'"),
        ("onramp: &a [*a]", "part of itself"),
        ("onramp: []\nonramp: []", "2:1 the key `onramp` is there twice"),
        ("- 1", "1:1 a file of artefacts is a mapping"),
        ("onramp: 5", "1:9 `onramp` is a list"),
        ("onramp: [5]", "1:10 each onramp is a mapping"),
        ("onramp: [{id: a}]", "1:10 an onramp needs the key `type`"),
        ("binding: [{id: a}]", "1:11 a binding needs `links`"),
        ("a: \x07", "1:4 this is no YAML: special characters are not allowed"),
        ("onramp: !!python/object:os.system {}", "1:9 `onramp` is a list"),
    ],
)
def test_yaml_that_is_none_is_refused_with_its_place(text: str, fault: str) -> None:
    assert any(fault in one for one in told(text)), told(text)


def test_an_empty_file_deploys_nothing() -> None:
    assert compiled("").ir.flows == ()


def test_anchors_may_be_used_again() -> None:
    text = changed("codec: string", "codec: &c string").replace("type: stdout", "type: stdout\n    codec: *c")

    assert [one.codec for one in only(text).connectors][2:] == [PluginIR("string"), PluginIR("string")]


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("define tumbling window w with size = 1 end;\n" + PASS, "define window NAME from tumbling"),
        ("define generic::batch operator b with count = 1 end;\n" + PASS, "define operator NAME from"),
        ("define script s script match event of default => 1 end end;\n" + PASS, "case _ =>"),
    ],
)
def test_forms_of_the_old_language_are_refused_with_those_of_today(query: str, hint: str) -> None:
    [fault] = faults(TEXT, {"pass.trickle": query})

    assert hint in fault.hint


def test_strings_that_are_not_filled_in_any_more_are_warned_of() -> None:
    query = 'select "a { event.b } c" from in into out;'

    found = [one for one in compiled(TEXT, {"pass.trickle": query}).warnings if one.span]

    assert ("pass.trickle", 8, "write `#{…}`") in [
        (one.span.file, one.span.column, one.hint) for one in found if one.span
    ]


def test_without_the_library_one_is_told_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any) -> Any:
        if name == "yaml":
            raise ImportError(name)
        return real(name, *args)

    monkeypatch.setattr(builtins, "__import__", without)

    [fault] = faults(TEXT)

    assert fault.hint == "install it: `pip install 'tremor-tui[yaml]'`"
