"""Reads the YAML of tremor 0.9: ramps, bindings and mappings with their places. Unknown keys are faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from tremor_tui.errors import did_you_mean
from tremor_tui.language.check.scope import Problems
from tremor_tui.language.parse.yaml import Item
from tremor_tui.model.diagnostic import Span
from tremor_tui.model.record import dataclass

TOP = ("onramp", "offramp", "binding", "mapping")
RAMP = (
    "id", "type", "description", "linked", "codec", "codec_map", "preprocessors", "postprocessors",
    "metrics_interval_s", "config",
)  # fmt: skip
BINDING = ("id", "description", "links")


@dataclass(frozen=True, slots=True)
class RampItem:
    """An onramp or offramp as written. `item` has all of it; `spans` the places of its keys."""

    id: str
    type: str
    item: Item
    spans: Mapping[str, Span]

    def get(self, key: str) -> Any:
        """A setting without places; None where it is absent."""
        found = self.item.value.get(key)
        return None if found is None else found.plain()

    def place(self, key: str) -> Span:
        """Where a key stands, or the ramp."""
        return self.spans.get(key, self.item.span)


@dataclass(frozen=True, slots=True)
class BindingItem:
    """A binding: its links as text, with places."""

    id: str
    links: Sequence[tuple[tuple[str, Span], tuple[str, Span]]]
    span: Span


@dataclass(frozen=True, slots=True)
class MappingItem:
    """An entry of the mapping: the URL of a binding's instance, and what its placeholders stand for."""

    url: str
    values: Mapping[str, str]
    span: Span


@dataclass(slots=True)
class Artefacts:
    """All that a file says."""

    onramps: dict[str, RampItem] = field(default_factory=dict)
    offramps: dict[str, RampItem] = field(default_factory=dict)
    bindings: dict[str, BindingItem] = field(default_factory=dict)
    mappings: list[MappingItem] = field(default_factory=list)


def read_artefacts(top: Item, problems: Problems) -> Artefacts:
    """What a file says; what is wrong goes to `problems`."""
    made = Artefacts()
    if not _is(top, dict, "a file of artefacts is a mapping", problems):
        return made
    _check_keys(top, TOP, "a file of artefacts", problems)
    for kind, into in (("onramp", made.onramps), ("offramp", made.offramps)):
        for item in _items(top, kind, problems):
            ramp = _ramp(item, kind, problems)
            if ramp is not None and _is_new(ramp.id, into, kind, ramp.place("id"), problems):
                into[ramp.id] = ramp
    for item in _items(top, "binding", problems):
        binding = _binding(item, problems)
        if binding is not None and _is_new(binding.id, made.bindings, "binding", binding.span, problems):
            made.bindings[binding.id] = binding
    made.mappings = _mappings(top, problems)
    return made


def _items(top: Item, key: str, problems: Problems) -> list[Item]:
    found = top.value.get(key)
    if found is None or found.value is None:
        return []
    if not _is(found, list, f"`{key}` is a list", problems):
        return []
    return [one for one in found.value if _is(one, dict, f"each {key} is a mapping", problems)]


def _is(item: Item, kind: type, message: str, problems: Problems) -> bool:
    if not isinstance(item.value, kind):
        problems.error(message, item.span)
        return False
    return True


def _is_new(name: str, known: Mapping[str, object], kind: str, span: Span, problems: Problems) -> bool:
    if name in known:
        problems.error(f"there are two of the name `{name}` under `{kind}`", span, "rename one of them")
    return name not in known


def _check_keys(item: Item, known: Sequence[str], what: str, problems: Problems) -> None:
    for key, span in item.keys.items():
        if key not in known:
            problems.error(f"{what} has no key `{key}`", span, did_you_mean(key, known))


def _text(item: Item, key: str, what: str, problems: Problems) -> str | None:
    found = item.value.get(key)
    if found is None:
        problems.error(f"{what} needs the key `{key}`", item.span, f"add `{key}: …`")
        return None
    if isinstance(found.value, (str, int)) and not isinstance(found.value, bool):
        return str(found.value)
    problems.error(f"`{key}` is a text", found.span)
    return None


def _ramp(item: Item, kind: str, problems: Problems) -> RampItem | None:
    what = f"an {kind}"
    _check_keys(item, RAMP, what, problems)
    name, type_ = _text(item, "id", what, problems), _text(item, "type", what, problems)
    if name is None or type_ is None:
        return None
    return RampItem(name, type_, item, dict(item.spans()))


def _binding(item: Item, problems: Problems) -> BindingItem | None:
    _check_keys(item, BINDING, "a binding", problems)
    name, links = _text(item, "id", "a binding", problems), item.value.get("links")
    if name is None:
        return None
    if links is None or not isinstance(links.value, dict):
        problems.error("a binding needs `links`, a mapping from an end to a list of ends", item.span)
        return None
    made = [
        ((source, links.keys[source]), (end.value, end.span))
        for source, targets in links.value.items()
        for end in (targets.value if isinstance(targets.value, list) else [targets])
        if _is(end, str, "an end is a text, as in `/pipeline/main/{instance}/in`", problems)
    ]
    return BindingItem(name, made, item.keys.get("id", item.span))


def _mappings(top: Item, problems: Problems) -> list[MappingItem]:
    found = top.value.get("mapping")
    if found is None or found.value is None:
        return []
    if not _is(found, dict, "`mapping` is a mapping from `/binding/ID/INSTANCE` to values", problems):
        return []
    made = []
    for url, values in found.value.items():
        plain = {} if values.value is None else values.plain()
        if not isinstance(plain, dict) or any(isinstance(one, (dict, list)) for one in plain.values()):
            problems.error("the values of a mapping are `name: text`", values.span)
            continue
        texts = {name: str(value) for name, value in plain.items()}
        made.append(MappingItem(url, texts, found.keys[url]))
    return made
