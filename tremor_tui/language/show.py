"""Trees and IR as text: one node a line, its place behind it. For `dbg ast`, `dbg ir` and tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from tremor_tui.model.diagnostic import Span


def shown(node: object) -> str:
    """The node and all below it."""
    return "\n".join(_lines(node, "", 0))


def _lines(value: object, label: str, depth: int) -> Iterator[str]:
    prefix = "  " * depth + (f"{label}: " if label else "")
    if is_dataclass(value) and not isinstance(value, type):
        yield f"{prefix}{type(value).__name__}{_scalars(value)}{_place(value)}"
        for field in fields(value):
            yield from _below(getattr(value, field.name), field.name, depth + 1)
    elif isinstance(value, tuple):
        yield prefix + "("
        for item in value:
            yield from _lines(item, "", depth + 1)
        yield "  " * depth + ")"
    else:
        yield f"{prefix}{value!r}"


def _below(value: object, label: str, depth: int) -> Iterator[str]:
    if isinstance(value, Mapping) and label == "functions":
        for item in value.values():
            yield from _lines(item, label, depth)
    elif isinstance(value, tuple) and value and not all(isinstance(item, str) for item in value):
        for item in value:
            yield from _lines(item, label, depth)
    elif is_dataclass(value):
        yield from _lines(value, label, depth)


def _scalars(node: object) -> str:
    """What has no place of its own."""
    texts = []
    for field in fields(node):  # type: ignore[arg-type]
        value = getattr(node, field.name)
        is_node = isinstance(value, (Span, tuple)) or is_dataclass(value) or field.name == "functions"
        if not is_node and value is not None and value != "":
            texts.append(f"{field.name}={value!r}")
    return " " + " ".join(texts) if texts else ""


def _place(node: object) -> str:
    span = getattr(node, "span", None)
    if not isinstance(span, Span):
        return ""
    return f"  @{span.line}:{span.column}-{span.end_line}:{span.end_column}"
