"""The help screen: the keys of the place, then those of everywhere, and what the signs mean."""

from __future__ import annotations

from tremor_tui.workbench.actions import PLACES, Action, Keys, shown
from tremor_tui.workbench.finding import GRAMMAR
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


def help_lines(place: str, keys: Keys, ink: Ink, glyphs: Glyphs) -> list[Line]:
    """The lines of the help for a place."""
    lines = _keys(place, keys, ink)
    if place == "flow":
        lines += _signs(ink, glyphs)
    if any("slash" in action.keys.split(",") for action in keys.of(place)):
        lines += _grammar(ink)
    return [*lines, Line(), *_keys("all", keys, ink)]


def _keys(place: str, keys: Keys, ink: Ink) -> list[Line]:
    lines = [Line().add(PLACES[place], ink.picked)]
    seen: set[str] = set()
    for action in keys.of(place):
        if action.keys and action.id not in seen:
            seen.add(action.id)
            lines.append(_key(action, keys, ink))
    return lines


def _key(action: Action, keys: Keys, ink: Ink) -> Line:
    """An action's keys; of those that terminals need, the ones that people press come first."""
    same = [other for other in keys.of(action.place) if other.id == action.id]
    words = " ".join(shown(key) for other in same for key in other.keys.split(","))
    return Line().add(f"  {words:<14} ", ink.key).add(action.words, ink.text)


def _grammar(ink: Ink) -> list[Line]:
    lines = [Line(), Line().add("What / finds", ink.picked)]
    return lines + [Line().add(f"  {form:<14} ", ink.key).add(meaning, ink.text) for form, meaning in GRAMMAR]


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
