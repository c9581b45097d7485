"""Splicing: the fields that scripts gave events, put into the frames that these came as."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import orjson

from tremor_tui.model.batch import Value

Splice = Callable[[Sequence[bytes], Sequence[Value], Sequence[int], Sequence[Value]], list[bytes]]
"""Frames and views of a batch, numbers of rows and their events: the frames of these."""
One = Callable[[bytes, Value, Value], bytes]
"""Frame, event and view: the event's frame."""
CLOSED = ord("}")
Tail = tuple[bytes, dict[str, Value]]
"""In place of an event that only got constants: the end of its frame, and the constants themselves.

It stands for no event that is empty, has one of those fields already, or is no record.
"""


def tail_of(added: dict[str, Value]) -> Tail | None:
    """The tail for these constants; None where JSON has none of them."""
    try:
        return b"," + orjson.dumps(added)[1:], added
    except TypeError:
        return None


def splicer(written: frozenset[str]) -> Splice:
    """For events of which at most these fields were written, by scripts that keep the rest as it came."""
    if len(written) == 1:
        return partial(_all, _single(*written))
    return partial(_all, partial(splice, written))


def _all(
    one: One, raws: Sequence[bytes], views: Sequence[Value], numbers: Sequence[int], events: Sequence[Value]
) -> list[bytes]:
    made: list[bytes] = []
    keep = made.append
    for row, event in zip(numbers, events, strict=True):
        raw = raws[row]
        if type(event) is tuple:
            if raw[-1] == CLOSED:
                keep(raw[:-1] + event[0])
                continue
            event = {**views[row], **event[1]}
        keep(raw if event is views[row] else one(raw, event, views[row]))
    return made


def _single(key: str) -> One:
    """For one field: it is encoded alone."""
    prefix = b"," + orjson.dumps(key) + b":"
    dumps, missing = orjson.dumps, object()
    otherwise = partial(splice, frozenset({key}))

    def one(raw: bytes, event: Value, view: Value) -> bytes:
        value = event.get(key, missing)
        if value is missing or key in view or not view or raw[-1] != CLOSED:
            return otherwise(raw, event, view)
        return raw[:-1] + prefix + dumps(value) + b"}"

    return one


def splice(written: frozenset[str], raw: bytes, event: Value, view: Value) -> bytes:
    """The frame with the fields that a script gave its event; encoded as a whole where it has one already."""
    if event is view:
        return raw
    changes = {key: event[key] for key in written if key in event and event[key] is not view.get(key, event)}
    if not changes:
        return raw
    if not changes.keys().isdisjoint(view):
        # a copy: orjson gives thousands of bytes room to what it made, and a channel may hold this for long
        return b"%b" % orjson.dumps({**orjson.loads(raw), **changes})
    if raw[-1] == CLOSED and view:
        return raw[:-1] + b"," + orjson.dumps(changes)[1:]
    raw = raw.strip()
    text = orjson.dumps(changes)
    return b"%b" % text if raw[1:-1].isspace() or len(raw) == 2 else raw[:-1] + b"," + text[1:]
