"""YAML with places: what a text says, and where each key and value of it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from tremor_tui.errors import ParseError
from tremor_tui.language.source import Source
from tremor_tui.model.diagnostic import Diagnostic, Span
from tremor_tui.model.record import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """A value: its place, and what it is. `keys` are the places of a mapping's keys.

    `value` is a scalar, a list of Items, or a dict from text to Item.
    """

    value: Any
    span: Span
    keys: Mapping[str, Span] = field(default_factory=dict)

    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: item.plain() for key, item in self.value.items()}
        if isinstance(self.value, list):
            return [item.plain() for item in self.value]
        return self.value

    def spans(self, prefix: str = "") -> Iterator[tuple[str, Span]]:
        """The places of all keys below, by their way: `config.path`."""
        for key, span in self.keys.items():
            yield f"{prefix}{key}", span
            yield from self.value[key].spans(f"{prefix}{key}.")


def parse_yaml(source: Source) -> Item:
    """What a YAML text says. Raises ParseError, also where the library that reads YAML is missing."""
    try:
        import yaml  # an extra: only those who deploy the old form need it
    except ImportError:
        hint = "install it: `pip install 'tremor-tui[yaml]'`"
        raise ParseError(
            [Diagnostic("reading YAML needs the package PyYAML", None, hint, file=source.name)]
        ) from None
    try:
        loader = yaml.SafeLoader(source.text)
        node = loader.get_single_node()
        if node is None:
            return Item({}, source.span(0, 0))
        return _Reader(source, loader, yaml).item(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = min(mark.index, len(source.text)) if mark else 0
        span = source.span(place, min(place + 1, len(source.text)))
        raise ParseError([Diagnostic(error.problem or "this is no YAML", span, error.note or "")]) from None
    except yaml.reader.ReaderError as error:
        span = source.span(error.position, min(error.position + 1, len(source.text)))
        raise ParseError([Diagnostic(f"this is no YAML: {error.reason}", span)]) from None


class _Reader:
    """Turns the library's nodes into Items; a node that an alias repeats is made once."""

    def __init__(self, source: Source, loader: Any, yaml: Any) -> None:
        self._source = source
        self._loader = loader
        self._yaml = yaml
        self._made: dict[int, Item | None] = {}

    def item(self, node: Any) -> Item:
        """The Item of a node. Raises ParseError where it contains itself."""
        key = id(node)
        if key in self._made:
            made = self._made[key]
            if made is None:
                raise ParseError([Diagnostic("this value is a part of itself", self._span(node))])
            return made
        self._made[key] = None
        made = self._made[key] = self._item(node)
        return made

    def _item(self, node: Any) -> Item:
        span = self._span(node)
        if isinstance(node, self._yaml.SequenceNode):
            return Item([self.item(one) for one in node.value], span)
        if isinstance(node, self._yaml.MappingNode):
            return self._mapping(node, span)
        try:
            value = self._loader.construct_object(node)
        except (ValueError, self._yaml.constructor.ConstructorError):
            value = node.value
        # dates, bytes and whatever else a tag makes are the text that is written
        return Item(value if isinstance(value, (str, int, float, type(None))) else node.value, span)

    def _mapping(self, node: Any, span: Span) -> Item:
        self._loader.flatten_mapping(node)
        values: dict[str, Item] = {}
        keys: dict[str, Span] = {}
        for key, value in node.value:
            text = key.value
            if not isinstance(text, str):
                raise ParseError([Diagnostic("a key is a text", self._span(key))])
            if text in values:
                hint = "leave one of them out"
                raise ParseError([Diagnostic(f"the key `{text}` is there twice", self._span(key), hint)])
            values[text] = self.item(value)
            keys[text] = self._span(key)
        return Item(values, span, keys)

    def _span(self, node: Any) -> Span:
        end = min(node.end_mark.index, len(self._source.text))
        text = self._source.text[node.start_mark.index : end]
        return self._source.span(node.start_mark.index, node.start_mark.index + len(text.rstrip()))
