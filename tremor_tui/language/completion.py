"""Completion for editors: what may be written at an offset, and whose argument it is.

    complete(source, offset, loader, samples=[…]) -> [Completion, …]
    signature_at(source, offset, loader) -> Signature | None
    described_at(source, offset, loader) -> Help | None

What fits comes from the parser's tables, names from the scopes and registries that the checker uses. Broken
texts are completed as far as they are understood; nothing here raises for a text. Keep the loader: it
remembers the modules that it read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from tremor_tui.aggregates.contract import aggregates
from tremor_tui.connectors.contract import connectors
from tremor_tui.extractors.contract import extractors
from tremor_tui.language.completing.meaning import aggregates_in, described_at, help_for, shortened
from tremor_tui.language.completing.place import Place
from tremor_tui.language.completing.samples import Seen, keys_at
from tremor_tui.language.completing.settings import Setting, settings_at
from tremor_tui.language.depth import room
from tremor_tui.language.documentation import Help, function_help, modules_below
from tremor_tui.language.lex.tokens import KEYWORDS
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.source import Source
from tremor_tui.language.tree.deploy import DefineConnector, DefineFlow
from tremor_tui.language.tree.expr import Node
from tremor_tui.language.tree.query import (
    DefineOperator,
    DefinePipeline,
    DefineScript,
    DefineWindow,
)
from tremor_tui.model.batch import Value
from tremor_tui.model.record import dataclass
from tremor_tui.model.values import to_json
from tremor_tui.operators.contract import operators

__all__ = ["Completion", "Signature", "complete", "described_at", "signature_at"]

Kind = Literal[
    "keyword", "variable", "key", "function", "aggregate", "constant", "module", "extractor", "definition",
    "plug-in", "stream", "setting",
]  # fmt: skip
WORDS = {kind: word for word, kind in KEYWORDS.items()}
DEFINITIONS: dict[str, type[Node]] = {
    "WINDOW": DefineWindow,
    "OPERATOR": DefineOperator,
    "SCRIPT": DefineScript,
    "PIPELINE": DefinePipeline,
    "CONNECTOR": DefineConnector,
    "FLOW": DefineFlow,
}
ROOTS = frozenset({"event", "state", "args", "group", "window"})


@dataclass(frozen=True, slots=True)
class Completion:
    """One thing that may be written. `insert` replaces the text from offset `start` up to `end`.

    `signature` is one line, such as `len(input) -> integer`; `doc` is Markdown. Both may be empty.
    """

    label: str
    kind: Kind
    signature: str
    doc: str
    insert: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Signature:
    """The call that the cursor stands in, and which of its parameters; `active` is its index."""

    label: str
    params: tuple[str, ...]
    active: int
    doc: str


@dataclass(frozen=True, slots=True)
class Events:
    """The values and the metadata of samples."""

    values: Sequence[Value]
    metas: Sequence[Value]


@dataclass(frozen=True, slots=True)
class _Found:
    label: str
    kind: Kind
    signature: str = ""
    doc: str = ""
    insert: str = ""


def complete(
    source: Source,
    offset: int,
    loader: ModuleLoader,
    *,
    samples: Sequence[Value] = (),
    metas: Sequence[Value] = (),
) -> list[Completion]:
    """What may stand at an offset of a text, the likeliest first; one entry for each label and kind.

    A word that reaches up to the offset is what has been typed so far: only what begins with it is given.
    `samples` are events whose keys complete paths that start with `event`, `metas` are for those with `$`.
    """
    offset = max(0, min(offset, len(source.text)))
    settings = settings_at(source.text, offset)
    if settings is not None:
        return [_setting(one, offset) for one in settings if _begins(one.name, one.typed.lower())]
    place = Place.at(source, offset, loader)
    if place.is_inert:
        return []
    typed = place.typed.lower()
    with room():
        fitting = [item for item in _found(place, Events(samples, metas)) if _begins(item.label, typed)]
    found = {(item.label, item.kind): item for item in fitting}
    ordered = sorted(found.values(), key=lambda item: (_RANKS[item.kind], item.label.lower(), item.label))
    return [
        Completion(
            item.label, item.kind, item.signature, item.doc, item.insert or item.label, place.start, place.end
        )
        for item in ordered
    ]


def _setting(one: Setting, offset: int) -> Completion:
    return Completion(one.name, "setting", one.kind, one.doc, one.insert, offset - len(one.typed), offset)


_RANKS: dict[Kind, int] = {
    "key": 0, "setting": 0, "variable": 1, "stream": 1, "definition": 1, "constant": 2, "function": 2,
    "aggregate": 2, "extractor": 2, "plug-in": 2, "module": 3, "keyword": 4,
}  # fmt: skip


def _begins(label: str, typed: str) -> bool:
    return label.lower().startswith(typed) or label.lower().startswith(f"`{typed}")


def signature_at(source: Source, offset: int, loader: ModuleLoader) -> Signature | None:
    """The innermost call around an offset; None outside of calls, and where its function is unknown."""
    place = Place.at(source, max(0, min(offset, len(source.text))), loader)
    call = place.call()
    if call is None:
        return None
    path, active = call
    known = help_for(path, place)
    if known is None:
        return None
    last = len(known.params) - 1
    if active > last and known.params and known.params[-1].endswith("..."):
        active = last
    return Signature(known.signature, known.params, active, known.doc)


# --- by what stands before --------------------------------------------------------------------------


def _found(place: Place, samples: Events) -> Iterator[_Found]:
    before = place.before(1)
    if before == "SCOPE":
        yield from _members(place)
    elif before == "DOT":
        yield from _keys(place, samples)
    elif before == "DOLLAR":
        yield from _as_keys(keys_at(samples.metas, ()))
    elif before in ("TILDE", "TILDE_EQ"):
        yield from (
            _Found(name, "extractor", f"{name}|…|", insert=f"{name}||") for name in extractors.names()
        )
    elif place.is_use:
        yield from (_Found(name, "module") for name in modules_below(place.loader, place.used()))
    else:
        yield from _by_grammar(place, samples)


def _by_grammar(place: Place, samples: Events) -> Iterator[_Found]:
    kinds = place.kinds
    if "IDENT" in kinds:
        yield from _names(place, kinds, samples)
    hidden = _hidden(place, kinds)
    for word in (WORDS[kind] for kind in kinds if kind in WORDS):
        if word not in hidden:
            yield _Found(word, "variable" if word in ROOTS and "EVENT" in kinds else "keyword")
    if "DOLLAR" in kinds and not place.typed:
        yield _Found("$", "variable", "the metadata of the event")


def _hidden(place: Place, kinds: set[str]) -> frozenset[str]:
    """The roots that the grammar takes here, but that are nothing here, or not to be assigned to."""
    if "EVENT" not in kinds:
        return frozenset()
    if "INT" not in kinds:
        return frozenset({"args", "group", "window"})
    return frozenset() if place.in_select else frozenset({"group", "window"})


def _names(place: Place, kinds: set[str], samples: Events) -> Iterator[_Found]:
    """Names where a name fits: in an expression, in a pattern, after `from`, `into`, `create` …"""
    if "INT" in kinds:
        yield from _in_expression(place)
    elif "PRESENT" in kinds and "ABSENT" in kinds:
        target = place.matched()
        yield from _as_keys(keys_at(samples.values, target)) if target is not None else ()
    elif "EVENT" in kinds:
        yield from (_Found(name, "variable") for name in place.variables())
    elif place.in_list_of_windows:
        yield from _definitions(place, DefineWindow)
    elif (definition := place.wanted_definition()) is not None:
        yield from _definitions(place, DEFINITIONS[definition])
    elif (plugin := place.wanted_plugin()) is not None:
        names = connectors.names() if plugin == "CONNECTOR" else operators.names()
        yield from (_Found(name, "plug-in") for name in names if plugin == "CONNECTOR" or "::" in name)
    else:
        yield from (_Found(name, "stream") for name in place.streams())


def _in_expression(place: Place) -> Iterator[_Found]:
    yield from (_Found(name, "variable") for name in place.variables())
    yield from (_function(known) for known in place.functions.values())
    yield from (_Found(name, "constant", doc=doc) for name, doc in place.constants())
    yield from (_Found(name, "module", insert=f"{name}::") for name in place.scope.modules)
    if place.in_target:
        yield _Found("aggr", "module", "aggregates over a window", insert="aggr::")


def _definitions(place: Place, kind: type[Node]) -> Iterator[_Found]:
    yield from (_Found(name, "definition") for name in place.scope.names(kind))


# --- modules ----------------------------------------------------------------------------------------


def _members(place: Place) -> Iterator[_Found]:
    path = place.modules()
    if place.is_use:
        yield from (_Found(name, "module") for name in modules_below(place.loader, place.used()))
        return
    if place.wanted_plugin(2 * len(path)) == "OPERATOR":
        names = (name.partition("::") for name in operators.names())
        yield from (_Found(name, "plug-in") for module, _, name in names if [module] == path)
        return
    if path[:1] == ["aggr"] and place.in_target:
        if len(path) == 1:
            yield from (_Found(name, "module", insert=f"{name}::") for name in aggregates.names())
        yield from (_function(known, "aggregate") for known in aggregates_in(path[1:]))
        return
    scope = place.module(path)
    if scope is None:
        return
    yield from (_function(function_help(function)) for function in scope.functions.values())
    for name, const in scope.consts.items():
        yield _Found(name, "constant", f"= {shortened(to_json(const.value))}")
    yield from (_Found(name, "definition") for _, name in scope.definitions)
    yield from (_Found(name, "module", insert=f"{name}::") for name in scope.modules)


def _function(known: Help, kind: Kind = "function") -> _Found:
    return _Found(known.name, kind, known.signature, known.doc, f"{known.name}(")


# --- keys -------------------------------------------------------------------------------------------


def _keys(place: Place, samples: Events) -> Iterator[_Found]:
    root, path = place.path_before()
    if path is not None:
        yield from _as_keys(keys_at(samples.metas if root == "$" else samples.values, path))


def _as_keys(keys: dict[str, Seen]) -> Iterator[_Found]:
    for name, seen in keys.items():
        written = name if name.isidentifier() and name not in KEYWORDS and name[0] != "_" else f"`{name}`"
        if "`" not in name and "\n" not in name:
            doc = f"{shortened(to_json(seen.first))}  in {seen.count} of {seen.total}"
            yield _Found(written, "key", " or ".join(seen.kinds), doc)
