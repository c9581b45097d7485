"""Marks: fingerprints of what a node of a pipeline does, wherever that is written."""

from __future__ import annotations

import dataclasses
import re
from hashlib import blake2b

from tremor_tui.language.ir.query import Node, SelectNode

_SPAN = re.compile(r"Span\(file='(?:[^'\\]|\\.)*', [a-z0-9_=, ]*\)")


def mark_of(node: Node) -> str:
    """A node's mark. A select has no name of its own but its line; everything else keeps its name."""
    return fingerprint(placeless(_nameless(node) if isinstance(node, SelectNode) else node))


def state_of(node: Node) -> str:
    """What the state of a select hangs on: its windows and aggregates, by name; else nothing."""
    if not isinstance(node, SelectNode):
        return ""
    windows = [window.name for window in node.windows]
    return repr((windows, [call.path for call in node.select.aggregates]))


def placeless(value: object) -> str:
    """All that something is made of, but not where that is written."""
    return _SPAN.sub("", repr(value))


def fingerprint(value: object) -> str:
    """A short text that differs where values do."""
    return blake2b(repr(value).encode(), digest_size=16).hexdigest()


def _nameless(node: SelectNode) -> SelectNode:
    return dataclasses.replace(node, id="", select=dataclasses.replace(node.select, name=""))
