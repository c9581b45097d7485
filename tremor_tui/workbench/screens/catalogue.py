"""The screens that have a number, in the order of their keys; the app makes its tabs and views of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tremor_tui.workbench.composing import Composing
from tremor_tui.workbench.drafts import Drafts
from tremor_tui.workbench.screens.bench import BenchView
from tremor_tui.workbench.screens.errors import ErrorsView, waiting
from tremor_tui.workbench.screens.events import EventsView
from tremor_tui.workbench.screens.flow import FlowView
from tremor_tui.workbench.screens.history import HistoryView
from tremor_tui.workbench.screens.script import ScriptView
from tremor_tui.workbench.screens.tasks import TasksView
from tremor_tui.workbench.screens.view import View
from tremor_tui.workbench.store import Store


@dataclass(frozen=True, slots=True)
class Means:
    """What a screen may be made of: the store, the open texts, and where the client's files are."""

    store: Store
    base: str
    module_path: tuple[str, ...]
    drafts: Drafts
    composing: Composing


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen: its view's id, its key, its title, how it is made, and a count for its title (0: none)."""

    view: str
    key: str
    title: str
    make: Callable[[Means], View]
    count: Callable[[Store], int] = lambda _store: 0


SCREENS = (
    Screen("flow", "1", "Flow", lambda means: FlowView(means.store, means.composing)),
    Screen("tasks", "2", "Tasks", lambda means: TasksView(means.store)),
    Screen("events", "3", "Events", lambda means: EventsView(means.store, means.base)),
    Screen(
        "script",
        "4",
        "Script",
        lambda means: ScriptView(means.store, means.base, means.module_path, means.drafts),
    ),
    Screen(
        "errors",
        "5",
        "Errors",
        lambda means: ErrorsView(means.store, means.drafts),
        waiting,
    ),
    Screen("history", "6", "History", lambda means: HistoryView(means.store)),
    Screen("bench", "7", "Bench", lambda means: BenchView(means.store, means.base)),
)
