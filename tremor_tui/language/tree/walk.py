"""Goes over trees without knowing their nodes, and without recursion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from tremor_tui.language.tree.expr import Node
from tremor_tui.model.diagnostic import Span

_PARTS: dict[type[Node], tuple[str, ...]] = {}


def parts(kind: type[Node]) -> tuple[str, ...]:
    """The names of a node's fields that are no spans."""
    if kind not in _PARTS:
        names = (field.name for field in fields(kind))  # type: ignore[arg-type]
        _PARTS[kind] = tuple(name for name in names if name != "span" and not name.endswith("_span"))
    return _PARTS[kind]


def children(node: Node) -> list[Node]:
    """The nodes right below a node, in the order of its fields."""
    found: list[Node] = []
    for name in parts(type(node)):
        value = getattr(node, name)
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            found.extend(item for item in value if isinstance(item, Node))
    return found


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, each before its children."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(children(current)))


def first_deeper(node: Node, limit: int) -> Node | None:
    """A node with more than `limit - 1` nodes above it, or None if the tree is flatter than that."""
    level = [node]
    for _ in range(limit):
        level = [child for parent in level for child in children(parent)]
        if not level:
            return None
    return level[0]


def at(node: Node, offset: int) -> list[Node]:
    """The nodes whose text holds the character at an offset, from the outermost to the innermost."""
    path: list[Node] = []
    current: Node | None = node if node.span.start <= offset < node.span.end else None
    while current is not None:
        path.append(current)
        current = next((c for c in children(current) if c.span.start <= offset < c.span.end), None)
    return path


def same(a: Any, b: Any) -> bool:
    """Whether two trees say the same: equal up to spans, `1`, `1.0` and `true` told apart."""
    stack = [(a, b)]
    while stack:
        left, right = stack.pop()
        if type(left) is not type(right):
            return False
        if isinstance(left, Node):
            stack.extend((getattr(left, name), getattr(right, name)) for name in parts(type(left)))
        elif isinstance(left, tuple):
            if len(left) != len(right):
                return False
            stack.extend(zip(left, right, strict=True))
        elif not isinstance(left, Span) and left != right:
            return False
    return True
