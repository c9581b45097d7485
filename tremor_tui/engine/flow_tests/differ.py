"""Says where what came of a test is not what was expected: one short sentence, and lines with the places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from tremor_tui.model.batch import Value
from tremor_tui.model.values import key_text

Entry = dict[str, Value]
MISSING = object()
"""Stands for what is not there."""
MAX_LINES = 12
WIDTH = 120


def differences(expected: Sequence[Entry], came: Sequence[Entry], ignore: Iterable[str] = ()) -> list[str]:
    """Lines that say what differs, the first of them the shortest way to say it; none where all is as it was.

    `ignore` are paths (`value.at`, `meta.id`) whose values may differ.
    """
    lines = list(_lines(expected, came, frozenset(ignore)))
    return lines if len(lines) <= MAX_LINES else [*lines[:MAX_LINES], f"and {len(lines) - MAX_LINES} more"]


def _lines(expected: Sequence[Entry], came: Sequence[Entry], ignore: frozenset[str]) -> Iterator[str]:
    if len(expected) != len(came):
        yield f"expected {_count(expected)}, got {_count(came)}"
    for number, (wanted, got) in enumerate(zip_longest(expected, came), 1):
        where = f"event {number}: " if max(len(expected), len(came)) > 1 else ""
        if wanted is None or got is None:
            entry, word = (wanted, "missing") if got is None else (got, "not expected")
            yield f"{where}{word}: {shown(entry or {})}"
        else:
            yield from (f"{where}{line}" for line in _entry(wanted, got, ignore))


def _count(entries: Sequence[Entry]) -> str:
    return {0: "no event", 1: "1 event"}.get(len(entries), f"{len(entries)} events")


def shown(entry: Entry) -> str:
    """An entry of `out` in a few words: `out {"id":1}`."""
    if "error" in entry:
        return f"failed: {entry['error']}"
    return f"{entry.get('port', 'out')} {_short(entry.get('value'))}"


def _entry(wanted: Entry, got: Entry, ignore: frozenset[str]) -> Iterator[str]:
    if "error" in wanted or "error" in got:
        if wanted.get("error") != got.get("error"):
            yield f"expected {_end(wanted)}, got {_end(got)}"
        return
    if "port" in wanted and wanted["port"] != got.get("port"):
        yield f"expected port {wanted['port']}, got {got.get('port')}"
    for part in ("value", "meta"):
        if part in wanted:
            yield from _value(part, wanted[part], got.get(part, MISSING), ignore)


def _end(entry: Entry) -> str:
    return f"the failure `{entry['error']}`" if "error" in entry else f"port {entry.get('port', 'out')}"


def _value(path: str, wanted: Value, got: Value, ignore: frozenset[str]) -> Iterator[str]:
    """What differs below a path, by its innermost places."""
    if path in ignore or (wanted is not MISSING and got is not MISSING and _same(wanted, got)):
        return
    if isinstance(wanted, dict) and isinstance(got, dict):
        for key in dict.fromkeys([*wanted, *got]):
            yield from _value(f"{path}.{key}", wanted.get(key, MISSING), got.get(key, MISSING), ignore)
    elif isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        for index, (one, other) in enumerate(zip(wanted, got, strict=True)):
            yield from _value(f"{path}[{index}]", one, other, ignore)
    else:
        yield f"{path}: expected {_short(wanted)}, got {_short(got)}"


def _same(wanted: Value, got: Value) -> bool:
    return key_text(wanted) == key_text(got)


def _short(value: Value) -> str:
    if value is MISSING:
        return "nothing"
    text = key_text(value)
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"
