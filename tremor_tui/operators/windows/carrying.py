"""Groups as plain data, for the same select in another process: what frames hold, without what they call."""

from __future__ import annotations

from typing import Any

from tremor_tui.model.batch import Value
from tremor_tui.operators.windows.groups import Frame, Group, Groups


def plain_groups(groups: Groups) -> list[Any]:
    """The live groups in the order in which they came."""
    return [(group.values, [_plain_frame(frame) for frame in group.frames]) for group in groups]


def fill_groups(groups: Groups, plain: list[Any]) -> None:
    """Makes the groups again, with frames of the select's own."""
    for values, frames in plain:
        made = Group(values, groups.find(_keys(values)).frames)
        for frame, held in zip(made.frames, frames, strict=True):
            _fill_frame(frame, held)
        groups.keep(made)


def _keys(values: list[Value]) -> list[Value]:
    return values[:-1]


def _plain_frame(frame: Frame) -> Any:
    return _plain(frame.trigger), frame.holds_data, frame.tracks, [_plain(state) for state in frame.states]


def _fill_frame(frame: Frame, held: Any) -> None:
    trigger, frame.holds_data, frame.tracks, states = held
    _fill(frame.trigger, trigger)
    for state, plain in zip(frame.states, states, strict=True):
        _fill(state, plain)


def _plain(made: object) -> dict[str, Any]:
    """What a small object holds, but for what it calls: its like in another process has that itself."""
    names = [name for kind in type(made).__mro__ for name in getattr(kind, "__slots__", ())]
    names += vars(made) if hasattr(made, "__dict__") else ()
    found = {name: getattr(made, name) for name in names if hasattr(made, name)}
    return {name: value for name, value in found.items() if not callable(value)}


def _fill(made: object, plain: dict[str, Any]) -> None:
    """Gives a fresh object what another one held; lists stay the same ones, as methods of theirs are kept."""
    for name, value in plain.items():
        own = getattr(made, name, None)
        if isinstance(own, list) and isinstance(value, list):
            own[:] = value
        else:
            setattr(made, name, value)
