"""Every action of the workbench: its id, keys and words. Bindings, footer, help and palette come from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.binding import Binding

PLACES = {
    "all": "Everywhere",
    "start": "Start",
    "flow": "Flow",
    "tap": "Tap",
    "tasks": "Tasks",
    "script": "Script",
}


@dataclass(frozen=True, slots=True)
class Action:
    """`id` names the method `act_<id>` of the view or the app. `foot`: rank in the footer, 0 not in it."""

    id: str
    keys: str
    words: str
    place: str
    foot: int = 0
    short: str = ""
    is_change: bool = False
    """Whether it commands the engine, which a read-only workbench may not."""

    @property
    def key(self) -> str:
        """The first key as people write it."""
        return shown(self.keys.split(",")[0])


ACTIONS = (
    Action("start_move_up", "up,k", "previous option", "start"),
    Action("start_move_down", "down,j", "next option", "start"),
    Action("start_take", "enter", "take the marked option", "start", 1, "open"),
    Action("left", "left,h", "nearest node on the left", "flow"),
    Action("right", "right,l", "nearest node on the right", "flow"),
    Action("up", "up,k", "nearest node above", "flow"),
    Action("down", "down,j", "nearest node below", "flow"),
    Action("upstream", "left_square_bracket", "along the edge, upstream", "flow"),
    Action("downstream", "right_square_bracket", "along the edge, downstream", "flow"),
    Action("unfold", "enter", "look inside the pipeline; esc comes back", "flow", 2, "inside"),
    Action("edge", "v", "select the next edge of the node", "flow", 3, "edges"),
    Action("tap", "t", "tap the selected edge: see its events", "flow", 1, "tap"),
    Action("edit", "e", "edit the script of the selected node", "flow", 4, "edit"),
    Action("bottleneck", "g", "go to the task that limits the flow", "flow", 5, "limit"),
    Action("pause_flow", "P", "pause the flow's sources, or let them go on", "flow", is_change=True),
    Action("next_flow", "f", "show the next flow", "flow"),
    Action("next_pane", "tab", "next pane", "flow"),
    Action("next_pane", "tab", "next pane", "tap"),
    Action("tap_up", "up,k", "earlier event", "tap"),
    Action("tap_down", "down,j", "later event", "tap"),
    Action("tap_open", "enter", "open the event", "tap", 1, "open"),
    Action("tap_pause", "p", "hold the tap, or let it go on", "tap", 2, "hold"),
    Action("tap_filter", "slash", "show only events with this text", "tap", 3, "filter"),
    Action("tap_close", "x", "close the tap", "tap", 4, "close"),
    Action("task_up", "up,k", "task above", "tasks"),
    Action("task_down", "down,j", "task below", "tasks"),
    Action("task_first", "home", "first task", "tasks"),
    Action("task_last", "end", "last task", "tasks"),
    Action("task_open", "enter", "every figure of the task", "tasks", 1, "details"),
    Action("sort", "o", "sort by a column", "tasks", 2, "sort"),
    Action("turn", "r", "turn the order round", "tasks"),
    Action("task_filter", "slash", "show only tasks with this text", "tasks", 3, "filter"),
    Action("task_flow", "t", "show the task in its flow", "tasks", 4, "in flow"),
    Action("task_edit", "e", "edit the task's script", "tasks", 5, "edit"),
    Action("save", "ctrl+s", "save the file", "script", 2, "save"),
    Action("apply", "f5", "check, save and put it live", "script", 1, "apply", is_change=True),
    Action("next_problem", "f2", "next problem", "script", 3, "problem"),
    Action("files", "f3,ctrl+g", "go to another file of the flow", "script", 5, "files"),
    Action("preview", "f4", "show or hide what the draft makes of live events", "script", 4, "preview"),
    Action("samples", "f9", "take new samples for the preview", "script"),
    Action("next_sample", "ctrl+down,ctrl+n", "next sample of the preview", "script"),
    Action("previous_sample", "ctrl+up", "previous sample of the preview", "script"),
    Action("undo", "ctrl+z", "undo", "script"),
    Action("redo", "ctrl+y", "redo", "script"),
    Action("reload", "f7", "take the file as it is on disk", "script"),
    Action("leave_script", "escape", "back to the flow", "script", 6, "flow"),
    Action("show_flow", "1", "the Flow screen", "all"),
    Action("show_tasks", "2", "the Tasks screen", "all"),
    Action("show_script", "3,4", "the Script screen", "all"),
    Action("show_start", "0", "the start screen: open or attach", "all"),
    Action("zoom", "z", "give the pane the whole screen, or take it back", "all"),
    Action("freeze", "space", "hold the picture; nothing is lost behind it", "all", 7, "freeze"),
    Action("warnings", "w", "list what needs a look", "all"),
    Action("back", "escape", "back", "all"),
    Action("stop_flow", "f6", "drain the flow and stop it", "all", is_change=True),
    Action("picture", "f8", "save the screen as SVG", "all"),
    Action("theme", "T", "next theme", "all"),
    Action("new_engine", "", "start an engine of its own", "all", is_change=True),
    Action("command_palette", "ctrl+p,colon", "every command", "all", 0, "commands"),
    Action("help", "question_mark,f1", "the keys of this place", "all", 8, "help"),
    Action("leave", "q", "leave", "all", 9, "quit"),
    Action("leave", "ctrl+q", "leave", "all"),
)

_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "esc",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}


def shown(key: str) -> str:
    """A key's name as people write it: `^p`, `F5`, `?`."""
    if key.startswith("ctrl+"):
        return "^" + key[5:]
    if len(key) > 1 and key[0] == "f" and key[1:].isdigit():
        return key.upper()
    return _NAMES.get(key, key)


def of(place: str) -> list[Action]:
    """The actions of a place."""
    return [action for action in ACTIONS if action.place == place]


def bindings(place: str) -> list[Binding | tuple[str, str] | tuple[str, str, str]]:
    """Textual's bindings for a place; ids allow a keymap of the user's own."""
    from textual.binding import Binding

    return [
        Binding(
            action.keys,
            f"app.act('{action.id}')",
            action.words,
            show=False,
            id=f"{place}.{action.id}.{action.keys[:6]}",
        )
        for action in of(place)
        if action.keys
    ]
