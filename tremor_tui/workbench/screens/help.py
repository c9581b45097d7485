"""The help screen: the keys of the place, then those of everywhere, and what the signs mean."""

from __future__ import annotations

from tremor_tui.workbench.actions import PLACES, Action, of, shown
from tremor_tui.workbench.glyphs import Glyphs
from tremor_tui.workbench.ink import Ink
from tremor_tui.workbench.widgets.painted import Line

_SIGNS = {
    "running": "in a poll now",
    "ready": "could run, waits for the loop",
    "blocked": "waits for room in the queue below it",
    "idle": "waits for events",
    "waiting": "waits for the outside or a timer",
    "failed": "ended by an error",
}


def help_lines(place: str, ink: Ink, glyphs: Glyphs) -> list[Line]:
    """The lines of the help for a place."""
    lines = _keys(place, ink)
    if place == "flow":
        lines += _signs(ink, glyphs)
    return [*lines, Line(), *_keys("all", ink)]


def _keys(place: str, ink: Ink) -> list[Line]:
    lines = [Line().add(PLACES[place], ink.picked)]
    seen: set[str] = set()
    for action in of(place):
        if action.keys and action.id not in seen:
            seen.add(action.id)
            lines.append(_key(action, place, ink))
    return lines


def _key(action: Action, place: str, ink: Ink) -> Line:
    keys = [shown(key) for other in of(place) if other.id == action.id for key in other.keys.split(",")]
    return Line().add(f"  {' '.join(keys):<14}", ink.key).add(action.words, ink.text)


def _signs(ink: Ink, glyphs: Glyphs) -> list[Line]:
    lines = [Line(), Line().add("Signs", ink.picked)]
    for state, words in _SIGNS.items():
        lines.append(Line().add(f"  {glyphs.states[state]:<14}", ink.state(state)).add(words, ink.text))
    thick = glyphs.thick[12] * 3
    lines += [
        Line().add(f"  {glyphs.bottleneck:<14}", ink.hot).add("limits the flow", ink.text),
        Line().add(f"  {thick:<14}", ink.warn).add("the queue at the end is above 60 %", ink.text),
        Line().add(f"  {thick:<14}", ink.hot).add("the queue at the end is above 85 %", ink.text),
        Line().add(f"  {glyphs.dashed[12] * 3:<14}", ink.warn).add("events that left by err", ink.text),
    ]
    return lines
