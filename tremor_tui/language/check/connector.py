"""Checks a connector's settings against what its kind says of itself, without starting anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tremor_tui.codecs.contract import codecs
from tremor_tui.connectors.contract import Connector, Field, connectors
from tremor_tui.errors import ConfigError, did_you_mean
from tremor_tui.interceptors.contract import postprocessors, preprocessors
from tremor_tui.language.check.scope import Problems
from tremor_tui.language.ir.deploy import ConnectorIR, PluginIR
from tremor_tui.language.tree.deploy import DefineConnector
from tremor_tui.language.tree.expr import Expr, Record
from tremor_tui.model.batch import Value
from tremor_tui.model.diagnostic import Span
from tremor_tui.model.values import type_name

KEYS = ("codec", "config", "metrics_interval_s", "postprocessors", "preprocessors", "reconnect")
Make = Callable[[PluginIR], object]


def make_connector(
    definition: DefineConnector, values: Mapping[str, Value], alias: str, span: Span, problems: Problems
) -> ConnectorIR:
    """The connector as data. `values` are its settings, evaluated; what is wrong goes to `problems`."""
    spans = dict(key_spans(definition))
    check = _Checker(definition, spans, problems)
    kind = check.kind()
    config = check.record("config", values.get("config"))
    made = ConnectorIR(
        alias,
        definition.kind.text,
        check.codec(kind, values.get("codec")),
        config or {},
        check.plugins("preprocessors", values.get("preprocessors"), _make_preprocessor),
        check.plugins("postprocessors", values.get("postprocessors"), _make_postprocessor),
        check.record("reconnect", values.get("reconnect")),
        check.interval(values.get("metrics_interval_s")),
        span,
        spans,
    )
    if kind is not None and config is not None:
        check.fields(kind.fields, config)
    elif kind is not None and values.get("config") is None:
        check.fields(kind.fields, {})
    return made


def check_keys(definition: DefineConnector, problems: Problems) -> None:
    """Whether its `with` has only the keys that all connectors have."""
    for setting in definition.settings:
        if setting.name.text not in KEYS:
            name = setting.name.text
            message = f"a connector has no setting `{name}`"
            hint = did_you_mean(name, KEYS)
            problems.error(message, setting.name.span, hint or f"put `{name}` into `config`")


def key_spans(definition: DefineConnector) -> Iterator[tuple[str, Span]]:
    """The place of each setting, and of each key of a record that stands in the text: `config.path`."""
    for setting in definition.settings:
        yield setting.name.text, setting.name.span
        yield from _inner_spans(setting.name.text, setting.value)


def _inner_spans(path: str, expr: Expr) -> Iterator[tuple[str, Span]]:
    if isinstance(expr, Record):
        for field in expr.fields:
            key = field.key.constant
            if key is not None:
                yield f"{path}.{key}", field.key.span
                yield from _inner_spans(f"{path}.{key}", field.value)


class _Checker:
    """The definition at hand, the places in it, and where problems go."""

    def __init__(self, definition: DefineConnector, spans: Mapping[str, Span], problems: Problems) -> None:
        self._definition = definition
        self._spans = spans
        self._problems = problems
        self._values = {setting.name.text: setting.value.span for setting in definition.settings}

    def kind(self) -> type[Connector] | None:
        """The connector's class, None and a problem where there is none."""
        try:
            return connectors.get(self._definition.kind.text)
        except ConfigError as error:
            self._problems.error(error.message, self._definition.kind.span, error.hint)
            return None

    def record(self, key: str, value: Value) -> dict[str, Any] | None:
        """A setting that is a record; None where it is absent or not one."""
        if value is None or type(value) is dict:
            return value
        self._wrong(key, f"`{key}` is a record, not {_kind(value)}", f'{key} = {{ "key": value }}')
        return None

    def interval(self, value: Value) -> int | None:
        """`metrics_interval_s`, a number of seconds above 0."""
        if value is None or (type(value) is int and value > 0):
            return value
        self._wrong("metrics_interval_s", "`metrics_interval_s` is a whole number of seconds above 0", "")
        return None

    def codec(self, kind: type[Connector] | None, value: Value) -> PluginIR | None:
        """The codec, checked against what the kind says of codecs."""
        if value is None:
            if kind is not None and kind.codec == "required":
                message = f"a `{self._definition.kind.text}` connector needs a codec"
                self._problems.error(
                    message, self._definition.kind.span, 'add `codec = "json"` to its `with`'
                )
            return None
        if kind is not None and kind.codec == "structured":
            message = f"a `{self._definition.kind.text}` connector has no codec: its events are ready made"
            self._wrong("codec", message, "leave out `codec`")
        return self._plugin("codec", value, lambda plugin: codecs.get(plugin.name)(plugin.config or {}))

    def plugins(self, key: str, value: Value, make: Make) -> tuple[PluginIR, ...]:
        """A chain of interceptors."""
        if value is None:
            return ()
        if type(value) is not list:
            self._wrong(key, f"`{key}` is an array, not {_kind(value)}", f'{key} = ["separate"]')
            return ()
        return tuple(plugin for item in value if (plugin := self._plugin(key, item, make)) is not None)

    def _plugin(self, key: str, value: Value, make: Make) -> PluginIR | None:
        plugin = _plugin_ir(value)
        if plugin is None:
            self._wrong(key, f"in `{key}` stands {_kind(value)}", '"name" or {"name": "…", "config": {…}}')
            return None
        try:
            make(plugin)
        except ConfigError as error:
            self._wrong(key, error.message, error.hint)
        return plugin

    def _wrong(self, key: str, message: str, hint: str) -> None:
        self._problems.error(message, self._values.get(key), hint)

    def fields(self, fields: Sequence[Field], config: Mapping[str, Value]) -> None:
        """The keys of `config` against those that the kind has."""
        known = {field.name: field for field in fields}
        kind = self._definition.kind.text
        for key, value in config.items():
            span = self._spans.get(f"config.{key}", self._values.get("config"))
            if key not in known:
                hint = did_you_mean(key, sorted(known), "" if known else "it has no settings of its own")
                self._problems.error(f"a `{kind}` connector has no setting `{key}`", span, hint)
            elif fault := _fault(known[key], value):
                self._problems.error(fault, span, known[key].doc)
        for field in fields:
            if field.required and config.get(field.name) is None:
                span = self._spans.get("config", self._definition.kind.span)
                message = f"a `{kind}` connector needs `{field.name}` in its `config`"
                self._problems.error(message, span, field.doc)


def _plugin_ir(value: Value) -> PluginIR | None:
    if type(value) is str:
        return PluginIR(value)
    if type(value) is not dict or type(value.get("name")) is not str:
        return None
    config = value.get("config")
    if config is not None and type(config) is not dict:
        return None
    return PluginIR(value["name"], config) if set(value) <= {"name", "config"} else None


def _make_preprocessor(plugin: PluginIR) -> object:
    return preprocessors.get(plugin.name)(plugin.config)


def _make_postprocessor(plugin: PluginIR) -> object:
    return postprocessors.get(plugin.name)(plugin.config)


def _fault(field: Field, value: Value) -> str:
    """What is wrong with a value of a field; empty where nothing is."""
    if not field.fits(value) and not (value is None and not field.required):
        kinds = field.type.replace(" ", "").split("|")
        return f"`{field.name}` is {' or '.join(kinds)}, not {_kind(value)}"
    if field.choices and type(value) is str and value not in field.choices:
        return f"`{field.name}` is one of {', '.join(field.choices)}, not `{value}`"
    if field.minimum is not None and type(value) in (int, float) and value < field.minimum:
        return f"`{field.name}` is at least {field.minimum}, not {value}"
    return ""


def _kind(value: Value) -> str:
    name = type_name(value)
    return name if name == "null" else f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
