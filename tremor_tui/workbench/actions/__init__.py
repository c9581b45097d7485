"""Every action of the workbench: its id, keys and words. Bindings, footer, help and palette come from it.

`action.py` says what an action is; each place has a module with its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tremor_tui.workbench.actions import (
    bench,
    errors,
    events,
    everywhere,
    flow,
    history,
    script,
    start,
    tap,
    tasks,
)
from tremor_tui.workbench.actions.action import NEEDS as NEEDS
from tremor_tui.workbench.actions.action import Action as Action
from tremor_tui.workbench.actions.action import shown as shown
from tremor_tui.workbench.actions.keys import Keys as Keys
from tremor_tui.workbench.actions.keys import full_id as full_id

if TYPE_CHECKING:
    from textual.binding import Binding

PLACES = {
    "all": "Everywhere",
    "start": "Start",
    "flow": "Flow",
    "tap": "Tap",
    "tasks": "Tasks",
    "events": "Events",
    "script": "Script",
    "tests": "Tests",
    "errors": "Errors",
    "history": "History",
    "bench": "Bench",
}
ACTIONS: tuple[Action, ...] = (
    *start.ACTIONS,
    *flow.ACTIONS,
    *tap.ACTIONS,
    *tasks.ACTIONS,
    *events.ACTIONS,
    *script.ACTIONS,
    *script.TESTS,
    *errors.ACTIONS,
    *history.ACTIONS,
    *bench.ACTIONS,
    *everywhere.ACTIONS,
)


def of(place: str) -> list[Action]:
    """The actions of a place."""
    return [action for action in ACTIONS if action.place == place]


def bindings(place: str) -> list[Binding | tuple[str, str] | tuple[str, str, str]]:
    """Textual's bindings for a place; ids allow a keymap of the user's own."""
    from textual.binding import Binding

    found: list[Binding | tuple[str, str] | tuple[str, str, str]] = []
    seen: set[str] = set()
    for action in of(place):
        if not action.keys:
            continue
        # Each id but once: a keymap gives an action one set of keys, and takes away what else it had.
        name = full_id(action) if full_id(action) not in seen else f"{full_id(action)}.more"
        seen.add(name)
        found.append(
            Binding(action.keys, f"app.act('{action.id}', '{place}')", action.words, show=False, id=name)
        )
    return found
