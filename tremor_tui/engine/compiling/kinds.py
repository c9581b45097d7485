"""Lists what can be added to a flow, from the contracts of the plug-ins themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final, Literal

from tremor_tui.codecs.contract import codecs
from tremor_tui.connectors.contract import Connector, Field, connectors, sides
from tremor_tui.control.editing import Json, Kind, KindField, KindsListed, What
from tremor_tui.interceptors.contract import postprocessors, preprocessors
from tremor_tui.model.port import ERR, IN, OUT
from tremor_tui.operators.contract import OUTPUTS, described, operators

Role = Literal["source", "sink"]
ALIASES: Final = {"null": "nowhere", "stdio": "console", "exit": "the_end"}
"""What a new connector is called where its kind would be no good name."""
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "bench": ("load", "replay", "measure"),
    "crononome": ("cron", "timer", "schedule"),
    "exit": ("stop", "end", "quit"),
    "file": ("read", "write", "log", "jsonl"),
    "metronome": ("timer", "tick", "interval", "test"),
    "metrics": ("measurements", "statistics"),
    "null": ("nothing", "discard", "drop", "blackhole"),
    "stdio": ("console", "terminal", "stdin", "stdout", "print"),
    "generic::batch": ("collect", "chunk"),
    "generic::counter": ("number", "count"),
    "grouper::bucket": ("rate", "limit", "throttle"),
    "debug::history": ("trace",),
    "qos::backpressure": ("shed", "overload"),
    "qos::percentile": ("shed", "overload", "latency"),
    "qos::roundrobin": ("balance", "distribute"),
}
STATEMENTS: Final[tuple[tuple[What, str, str, tuple[str, ...]], ...]] = (
    ("script", "transform", "Changes events, sends them to ports or drops them.", ("code", "map", "filter")),
    ("select", "", "Makes, filters and groups events, over windows.", ("where", "group", "aggregate")),
    ("pipeline", "passthrough", "Hands events on; made to have scripts and operators put in.", ("empty",)),
    ("stream", "junction", "Joins and parts the ways of events inside a pipeline.", ("merge", "split")),
)


@cache
def kinds() -> KindsListed:
    """All that can be added, and the names of codecs and interceptors."""
    return KindsListed(
        (*map(_connector, connectors.names()), *map(_operator, _nameable()), *_statements()),
        tuple(codecs.names()),
        tuple(preprocessors.names()),
        tuple(postprocessors.names()),
    )


def kind_of(what: What, name: str) -> Kind | None:
    """The kind of that name; None where there is none."""
    return next((kind for kind in kinds().kinds if kind.what == what and kind.name in (name, what)), None)


def filled(what: What, name: str, given: Mapping[str, Json], role: Role | None) -> dict[str, Json]:
    """The settings of a new node, with examples for what is required and not given.

    `role`: what a connector is to be, None where it may be either.
    """
    if what == "connector" and name in connectors.names():
        return _filled_connector(connectors.get(name), given, role)
    if what == "operator" and name in operators.names():
        return {**_examples(described(name).fields, given), **given}
    return dict(given)


def _nameable() -> list[str]:
    """The operators that a query can name: `module::name`."""
    return [name for name in operators.names() if "::" in name]


def _connector(name: str) -> Kind:
    kind = connectors.get(name)
    example = _filled_connector(kind, {}, None)
    is_source, is_sink = _ever(kind)
    return Kind(
        "connector",
        name,
        kind.doc,
        WORDS.get(name, ()),
        ALIASES.get(name, name),
        tuple(map(_field, kind.fields)),
        is_source=is_source,
        is_sink=is_sink,
        codec=kind.codec,
        default_codec=kind.default_codec or "",
        ports_in=(IN, *kind.sink_ports) if is_sink else (),
        ports_out=(OUT, ERR) if is_source else (ERR,),
        example=example,
        place="flow",
    )


def _ever(kind: type[Connector]) -> tuple[bool, bool]:
    """Whether it is a source, and whether it is a sink, with some settings."""
    choices = [field for field in kind.fields if field.choices]
    tried = [sides(kind, {})]
    tried += [sides(kind, {field.name: choice}) for field in choices for choice in field.choices]
    return any(source for source, _ in tried), any(sink for _, sink in tried)


def _filled_connector(kind: type[Connector], given: Mapping[str, Json], role: Role | None) -> dict[str, Json]:
    made: dict[str, Json] = dict(given)
    config: Any = given.get("config")
    if isinstance(config, dict) or config is None:
        made["config"] = {**_examples(kind.fields, config or {}, role), **(config or {})}
        config = made["config"]
        if not made["config"]:
            del made["config"]
    if kind.codec == "required" and "codec" not in given:
        is_source, is_sink = sides(kind, config if isinstance(config, dict) else {})
        made["codec"] = "json"
        if is_source and role != "sink":
            made.setdefault("preprocessors", ["separate"])
        if is_sink and role != "source":
            made.setdefault("postprocessors", ["separate"])
    order = ("codec", "preprocessors", "postprocessors", "config")
    return {key: made[key] for key in sorted(made, key=lambda key: order.index(key) if key in order else 9)}


def _examples(
    fields: Iterable[Field], given: Mapping[str, Json], role: Role | None = None
) -> dict[str, Json]:
    return {
        field.name: _for_role(field, role)
        for field in fields
        if field.required and given.get(field.name) is None
    }


def _for_role(field: Field, role: Role | None) -> Json:
    """The example, but `read` where a mode is asked of a source."""
    return "read" if role == "source" and "read" in field.choices else _example(field)


def _example(field: Field) -> Json:
    if field.example is not None or field.default is not None:
        return field.default if field.example is None else field.example
    if field.choices:
        return field.choices[0]
    first = field.type.replace(" ", "").split("|")[0]
    plain: dict[str, Json] = {"integer": field.minimum or 0, "float": 0.0, "bool": False, "string": ""}
    return plain.get(first, [] if first == "array" else {} if first == "record" else None)


def _field(field: Field) -> KindField:
    return KindField(
        field.name,
        field.type.replace(" ", ""),
        field.doc,
        field.default,
        field.required,
        field.choices,
        field.minimum,
        field.maximum,
        _example(field),
    )


def _operator(name: str) -> Kind:
    kind = described(name)
    ports = OUTPUTS.get(name, (OUT,))
    return Kind(
        "operator",
        name,
        kind.doc,
        WORDS.get(name, ()),
        name.rpartition("::")[2],
        tuple(map(_field, kind.fields)),
        ports_out=(*ports, ERR),
        example=_examples(kind.fields, {}),
    )


def _statements() -> Iterator[Kind]:
    for what, alias, doc, words in STATEMENTS:
        is_inner = what in ("select", "stream")
        ports = (OUT,) if is_inner else (OUT, ERR)
        yield Kind(what, what, doc, words, alias, ports_out=ports, place="pipeline" if is_inner else "both")
