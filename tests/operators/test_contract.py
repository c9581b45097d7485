"""What operators say of their settings is what they check."""

from __future__ import annotations

import pytest

from tremor_tui.errors import ConfigError
from tremor_tui.model.batch import Value
from tremor_tui.model.context import Context
from tremor_tui.operators.contract import ALIASES, described, operators


def example(kind: str) -> dict[str, Value]:
    return {field.name: field.example for field in described(kind).fields if field.required}


@pytest.mark.parametrize("kind", sorted(ALIASES))
def test_an_operator_takes_the_examples_and_defaults_of_its_fields(kind: str) -> None:
    make = operators.get(kind)
    defaults = {field.name: field.default for field in described(kind).fields if field.default is not None}

    make(example(kind), Context())
    make({**example(kind), **defaults}, Context())
    assert described(kind).doc.endswith(".")
    assert all(field.doc.endswith(".") for field in described(kind).fields)


@pytest.mark.parametrize("kind", sorted(ALIASES))
def test_an_operator_refuses_what_its_fields_do_not_allow(kind: str) -> None:
    make = operators.get(kind)
    with pytest.raises(ConfigError, match=f"`{kind}` has no setting `no_such_key`"):
        make({**example(kind), "no_such_key": 1}, Context())
    for field in described(kind).fields:
        with pytest.raises(ConfigError) as caught:
            make({**example(kind), field.name: {"a": "record"}}, Context())
        assert caught.value.key == field.name
        if field.required:
            rest = {key: value for key, value in example(kind).items() if key != field.name}
            with pytest.raises(ConfigError, match=f"`{kind}` needs the setting `{field.name}`"):
                make(rest, Context())
        if field.minimum is not None:
            with pytest.raises(ConfigError):
                make({**example(kind), field.name: field.minimum - 1}, Context())
        if field.maximum is not None:
            with pytest.raises(ConfigError, match="a number from"):
                make({**example(kind), field.name: field.maximum + 1}, Context())


@pytest.mark.parametrize(
    ("kind", "config", "message"),
    [
        ("generic::batch", {"count": 0}, "`count` of `generic::batch` is at least 1"),
        ("generic::batch", {"count": -1}, "`count` of `generic::batch` is a whole number, not negative"),
        ("generic::batch", {"count": 1, "timeout": None}, ""),
        ("qos::percentile", {"timeout": 1, "step_up": 2},
         "`step_up` of `qos::percentile` is a number from 0 to 1"),
        ("qos::backpressure", {"timeout": 1, "method": "stop"},
         "`method` of `qos::backpressure` is `discard` or `pause`"),
        ("debug::history", {"op": 1, "name": "n"}, "`op` of `debug::history` is a string"),
        ("qos::roundrobin", {"outputs": []}, "`outputs` of `qos::roundrobin` is an array of port names"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_setting_is_said_in_a_sentence(
    kind: str, config: dict[str, Value], message: str
) -> None:
    if not message:
        operators.get(kind)(config, Context())
        return
    with pytest.raises(ConfigError) as caught:
        operators.get(kind)(config, Context())
    assert caught.value.message == message
