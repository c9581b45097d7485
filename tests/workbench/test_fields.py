from __future__ import annotations

import pytest

from tremor_tui.control.editing import Kind, OutlinedNode, Put, SettingNow
from tremor_tui.engine.compiling.kinds import kinds
from tremor_tui.errors import TremorError
from tremor_tui.workbench import fields as forms
from tremor_tui.workbench.copying import copied_steps
from tremor_tui.workbench.fields import Field, Unfit, Value, refusal, value_of

LISTED = kinds()


def kind(name: str) -> Kind:
    return next(one for one in LISTED.kinds if one.name == name)


@pytest.mark.parametrize(
    ("types", "text", "value"),
    [
        ("string", "a b", "a b"),
        ("string", " x", " x"),
        ("integer", "1_000", 1000),
        ("float", "1", 1),
        ("integer|string", "7", 7),
        ("integer|string", "seven", "seven"),
        ("bool", "true", True),
        ("array", "[1, 2]", [1, 2]),
        ("record", '{"a": 1}', {"a": 1}),
        ("any", "[true]", [True]),
        ("any", "plain", "plain"),
    ],
)
def test_a_text_is_read_as_its_type(types: str, text: str, value: object) -> None:
    assert value_of(Field(("x",), types, text=text)) == Value(value)


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        (Field(("x",), "integer", text="ten"), "it is no whole number"),
        (Field(("x",), "integer", text="true"), "it is no whole number"),
        (Field(("x",), "bool", text="1"), "it is no true or false"),
        (Field(("x",), "integer", text="0", least=1), "it is at least 1"),
        (Field(("x",), "float", text="1.5", most=1), "it is at most 1"),
        (Field(("x",), is_required=True), "it is needed"),
        (Field(("x",), text="b", choices=("a",)), "there is no `b`: one of a"),
        (Field(("x",), text="a, c", choices=("a",), is_list=True), "there is no `c`: one of a"),
        (Field(("x",), text="= "), "an expression is missing after the `=`"),
        (Field(("x",), "array|record", text="{"), "it is no array or record in JSON"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(field: Field, reason: str) -> None:
    assert refusal(field) == reason
    with pytest.raises(Unfit):
        value_of(field)


def test_an_equals_sign_begins_an_expression() -> None:
    assert value_of(Field(("x",), "integer", text="= args.size")) == Value(text="args.size")


def test_every_kind_has_a_form_whose_defaults_are_taken_or_asks_for_what_is_missing() -> None:
    for one in LISTED.kinds:
        found = forms.for_role(forms.fields_of(one, LISTED), one, "sink")
        assert [field.title for field in found if refusal(field)] == [], one.name
        assert all(field.doc for field in found), one.name


def test_only_what_nobody_can_guess_is_asked_for() -> None:
    assert forms.must_ask(kind("file"))
    assert not forms.must_ask(kind("metronome"))
    assert not forms.must_ask(kind("stdio"))


def test_a_file_is_read_where_nothing_comes_before_and_else_written() -> None:
    fields = forms.fields_of(kind("file"), LISTED)

    source, sink = (
        forms.settings_of(forms.for_role(fields, kind("file"), role))[0] for role in ("source", "sink")
    )

    assert source["config"]["mode"] == "read"
    assert source["preprocessors"] == ["separate"]
    assert sink["config"]["mode"] == "append"
    assert sink["postprocessors"] == ["separate"]


def test_a_form_puts_what_changed_and_takes_away_what_was_emptied() -> None:
    settings = (SettingNow("codec", '"json"', "json"), SettingNow("postprocessors", "args.p", None, False))
    node = OutlinedNode("connector/a", "sink", "a", "file", settings=settings, config={"path": "x"})
    fields = forms.fields_of(kind("file"), LISTED, node)
    texts = {"codec": "string", "path": "y", "postprocessors": ""}

    puts = forms.puts_of([f.with_text(texts.get(f.title, f.text)) for f in fields])

    assert {f.title: f.was for f in fields}["postprocessors"] == "= args.p"
    assert puts == [
        Put(("codec",), "string"),
        Put(("config", "path"), "y"),
        Put(("postprocessors",), remove=True),
    ]


def test_a_pipeline_of_several_nodes_is_not_pasted_into_another_flow() -> None:
    with pytest.raises(TremorError, match="cannot be pasted"):
        copied_steps(OutlinedNode("pipeline/a", "pipeline", "a"), inside=False)
