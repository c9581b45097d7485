"""What the word at a place means: a function, a module, a definition, a plug-in or a keyword."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tremor_tui.aggregates.contract import aggregates
from tremor_tui.connectors.contract import connectors
from tremor_tui.errors import ConfigError
from tremor_tui.language.completing.place import Place
from tremor_tui.language.completing.words import WORDS
from tremor_tui.language.depth import room
from tremor_tui.language.documentation import Help, aggregate_help, definition_help, function_help
from tremor_tui.language.lex.lexer import lex
from tremor_tui.language.lex.tokens import KEYWORDS
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.source import Source
from tremor_tui.model.config import Field
from tremor_tui.model.values import to_json
from tremor_tui.operators.contract import described, operators

DESCRIBED = frozenset(KEYWORDS.values()) | {"IDENT", "DOLLAR"}
MAX_VALUE = 60


def help_for(path: Sequence[str], place: Place) -> Help | None:
    """What there is to say about a function or aggregate by its path, as seen from a place."""
    *modules, name = path
    if modules[:1] == ["aggr"]:
        return next((known for known in aggregates_in(modules[1:]) if known.name == name), None)
    if not modules and name in place.functions:
        return place.functions[name]
    scope = place.module(modules)
    function = scope.functions.get(name) if scope else None
    return function_help(function) if function else None


def aggregates_in(path: Sequence[str]) -> Iterable[Help]:
    """The aggregates of a module below `aggr`."""
    if len(path) != 1:
        return ()
    try:
        table = aggregates.get(path[0])
    except ConfigError:
        return ()
    return [aggregate_help(aggregate) for aggregate in table.values()]


def described_at(source: Source, offset: int, loader: ModuleLoader) -> Help | None:
    """What there is to say about the word that an offset is in or at the end of; None for nothing."""
    tokens = lex(source).tokens
    token = next((t for t in tokens if t.start <= offset <= t.end and t.kind in DESCRIBED), None)
    if token is None:
        return None
    word = source.text[token.start : token.end]
    if token.kind != "IDENT":
        form, doc = WORDS.get(word, ("", ""))
        return Help(word, (), form, doc) if form else None
    place = Place.at(source, token.end, loader)
    with room():
        return _described(str(token.value), place)


def _described(name: str, place: Place) -> Help | None:
    path = place.modules()
    known = help_for((*path, name), place)
    if known is not None:
        return known
    if place.is_use or name in place.scope.modules:
        return _module_help((*place.used(), name) if place.is_use else (*path, name), place)
    definition = next((one for (_, own), one in place.scope.definitions.items() if own == name), None)
    if definition is not None and not path:
        return definition_help(definition)
    doc = dict(place.constants()).get(name)
    if doc is not None:
        return Help(name, (), f"const {name}", doc)
    return _member_help(name, path, place) or _plugin_help(name, path)


def _member_help(name: str, path: Sequence[str], place: Place) -> Help | None:
    scope = place.module(path) if path else None
    if scope is None:
        return None
    if name in scope.consts:
        return Help(name, (), f"const {name} = {shortened(to_json(scope.consts[name].value))}", "")
    definition = next((one for (_, own), one in scope.definitions.items() if own == name), None)
    return definition_help(definition) if definition is not None else None


def _module_help(path: Sequence[str], place: Place) -> Help | None:
    scope = place.module(path[-1:])
    file = place.loader.find(path)
    if file is None and scope is None:
        return None
    names = sorted(scope.functions) if scope else []
    doc = ", ".join(names[:40]) + (", …" if len(names) > 40 else "")
    return Help(path[-1], (), f"module {'::'.join(path)}", doc)


def _plugin_help(name: str, path: Sequence[str]) -> Help | None:
    """A connector's or an operator's kind, with its settings."""
    whole = "::".join([*path, name])
    if path and whole in operators.names():
        kind = described(whole)
        return Help(whole, (), f"operator from {whole}", _with_fields(kind.doc, kind.fields))
    if not path and name in connectors.names():
        connector = connectors.get(name)
        return Help(name, (), f"connector from {name}", _with_fields(connector.doc, connector.fields))
    return None


def _with_fields(doc: str, fields: Iterable[Field]) -> str:
    return "\n".join([doc, "", *(f"- `{one.name}`: {one.doc}" for one in fields)]).strip()


def shortened(text: str) -> str:
    """A value's JSON, cut where it is long."""
    return text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 1]}…"
