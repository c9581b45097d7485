"""The workbench's door and its app: owns the session, the store and the views; draws nothing itself.

    run_workbench(
        connect,            # async (engine: str) -> ControlPlane; "" starts an engine of this workbench
        find=find_engines,  # async () -> Sequence[str]: names of engines that run; for the start screen
        file="x.troy",      # opened and deployed at once; None: the start screen
        engine="",          # attach to this engine at once and deploy nothing
        base="/abs/folder", # the client's folder, absolute
        module_path=(),     # folders that modules are sought in, absolute
        read_only=False,    # look, never command
        ascii_only=False,   # draw with ASCII alone
        mouse=True,
        plain=False,        # the same data as lines on stdout, one per change, until ctrl+c
    ) -> int

`connect` is called in the workbench's own event loop, in the background, and again with the engine's name
whenever the connection broke. It raises ControlError (EngineLost while nothing answers). The exit code is
0, or 1 where no engine could be reached in plain mode, or 128 + n after signal n. The caller has checked
that stdin and stdout are terminals.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Coroutine, Iterable
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen
from textual.worker import Worker

from tremor_tui.errors import TremorError
from tremor_tui.workbench.actions import ACTIONS, Action, Keys, bindings
from tremor_tui.workbench.composing import Composing
from tremor_tui.workbench.draft import keep
from tremor_tui.workbench.drafts import Drafts
from tremor_tui.workbench.glyphs import ASCII, UNICODE
from tremor_tui.workbench.ink import LIGHT, STEADY, THEMES, ink_of
from tremor_tui.workbench.keyboard import Keyboard
from tremor_tui.workbench.messages import ActionClicked, OptionTaken, TabClicked
from tremor_tui.workbench.opening import open_file, place_of_task, tap_started
from tremor_tui.workbench.palette import Commands
from tremor_tui.workbench.process import SETTLED_S, settle, take_short_turns
from tremor_tui.workbench.screens.catalogue import SCREENS, Means
from tremor_tui.workbench.screens.everywhere import Everywhere
from tremor_tui.workbench.screens.flow import FlowView
from tremor_tui.workbench.screens.jump import Target
from tremor_tui.workbench.screens.keeping import Keeping
from tremor_tui.workbench.screens.script import ScriptView
from tremor_tui.workbench.screens.start import StartView
from tremor_tui.workbench.screens.starting import Starting
from tremor_tui.workbench.screens.view import View
from tremor_tui.workbench.session import Connect, Find, Session
from tremor_tui.workbench.settings import Settings, config_path, read_settings
from tremor_tui.workbench.store import Store
from tremor_tui.workbench.terminal import guarded, wants_ascii
from tremor_tui.workbench.widgets.bars import AlertLine, Footer, StatusBar, Tab, TabBar
from tremor_tui.workbench.widgets.painted import Painted

FRAME_S = 0.1
UNFOCUSED_FRAMES = 3
"""Every how many frames an unfocused terminal is painted."""
Severity = Literal["info", "warning", "error"]
V = TypeVar("V", bound=View)


def run_workbench(
    connect: Connect,
    *,
    find: Find | None = None,
    file: str | None = None,
    engine: str = "",
    base: str,
    module_path: tuple[str, ...] = (),
    read_only: bool = False,
    ascii_only: bool = False,
    mouse: bool = True,
    plain: bool = False,
) -> int:
    """Runs the workbench until its user leaves; answers the exit code of the process."""
    if plain:
        from tremor_tui.workbench.plain import run_plain

        return run_plain(connect, file=file, engine=engine, base=base, module_path=module_path)
    settings = read_settings(config_path())
    app = Workbench(
        connect,
        find=find,
        file=file,
        engine=engine,
        base=base,
        module_path=module_path,
        read_only=read_only,
        ascii_only=ascii_only,
        settings=settings,
    )
    take_short_turns()
    app.is_alone = True
    with guarded(app.leave_by_signal):
        app.run(mouse=mouse and settings.mouse)
    code = app.return_code or 0
    if code:
        keep(app.drafts.all)
    return code


class Workbench(Everywhere):
    """The app. Views reach it as `screens.view.Desk`."""

    CSS_PATH = Path(__file__).with_name("app.tcss")
    TITLE = "tremor-tui"
    COMMANDS = {Commands}  # noqa: RUF012 - Textual's own way
    BINDINGS = [*bindings("all")]  # noqa: RUF012
    is_alone = False
    """Whether the process is the app's own."""
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"

    def __init__(
        self,
        connect: Connect,
        *,
        find: Find | None = None,
        file: str | None = None,
        engine: str = "",
        base: str = "",
        module_path: tuple[str, ...] = (),
        read_only: bool = False,
        ascii_only: bool = False,
        settings: Settings | None = None,
    ) -> None:
        super().__init__()
        self.base = os.path.abspath(base or ".")
        self.store = Store(base=self.base, read_only=read_only)
        self.session = Session(connect, self.store)
        self.drafts = Drafts(self.base, self.say)
        self.composing = Composing(self.session, self.store, self.drafts, module_path)
        self._settings = settings or Settings()
        self.keys = Keys(ACTIONS, self._settings.keymap)
        self.columns = self._settings.columns
        self.keeping = Keeping(self)
        self.starting = Starting(self, self)
        self.keyboard = Keyboard(self, super().on_event)
        chosen = self._settings.ascii if self._settings.ascii is not None else wants_ascii(os.environ)
        self.glyphs = ASCII if ascii_only or chosen else UNICODE
        self.register_theme(STEADY)
        self.register_theme(LIGHT)
        self.theme = THEMES[0]
        self.ink = ink_of(self.theme_variables or self.get_css_variables())
        self._find, self._file, self._engine, self._module_path = find, file, engine, module_path
        self._view = ""
        self._views: dict[str, View | StartView] = {}
        self._drawn = -1
        self._frames = 0
        self._link: Worker[None] | None = None
        self._loop_now: asyncio.AbstractEventLoop | None = None

    def compose(self) -> ComposeResult:
        """Status, tabs, views, alert and footer."""
        self.status = StatusBar(self.store)
        self.tabs = TabBar(self.store, lambda: self._view, self._tabs)
        self.alert = AlertLine(self.store)
        self.foot = Footer(self._footer, lambda: self.place_now == "script")
        self.start = StartView(self.store)
        means = Means(self.store, self.base, self._module_path, self.drafts, self.composing)
        self._views = {"start": self.start, **{screen.view: screen.make(means) for screen in SCREENS}}
        yield self.status
        yield self.tabs
        with Container(id="views"):
            yield from self._views.values()
        yield self.alert
        yield self.foot

    def on_mount(self) -> None:
        """Opens what was asked for."""
        self._loop_now = asyncio.get_running_loop()
        self._main: Screen[Any] = self.screen
        self.store.listeners.append(self.hear)
        self.theme_changed_signal.subscribe(self, lambda _theme: self._dress())
        self._dress()
        self.fit()
        self.set_interval(FRAME_S, self._frame)
        if self.is_alone:
            self.set_timer(SETTLED_S, settle)
        self.run_worker(self.keyboard.run(), group="keys")
        if self._engine or self._file:
            self.attach(self._engine)
        if self._file:
            self.work(self.deploy(self._file))
        self.keeping.begin(self._settings.theme)
        for node in (self, *self.query("*")):
            node._bindings.apply_keymap(self.keys.given)
        for complaint in self._settings.complaints:
            self.say(complaint, "warning")
        self.is_first = bool(self._engine and not self._file)
        self.show("flow" if self._engine or self._file else "start")

    # Drawing

    def _frame(self) -> None:
        self._frames += 1
        if not self.app_focus and self._frames % UNFOCUSED_FRAMES:
            return
        if self.store.changed != self._drawn or self.store.link == "lost" or self._frames % 10 == 0:
            self._drawn = self.store.changed
            self._main.set_class(self.store.link == "lost", "-lost")
            self._paint()

    def _paint(self) -> None:
        for bar in (self.status, self.tabs, self.alert, self.foot):
            bar.repaint()
        shown = self.shown()
        if shown is not None:
            shown.repaint()

    def shown(self) -> View | StartView | None:
        """The view that is on the screen."""
        return self._views.get(self._view)

    def _dress(self) -> None:
        self.ink = ink_of(self.theme_variables)
        self.script.editor.dress(self.ink)
        for screen in self.screen_stack:
            for widget in screen.query(Painted):
                widget.repaint()
                widget.refresh()

    async def on_event(self, event: events.Event) -> None:
        """Keys act one after the other; everything else as it comes."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            self.keyboard.take(event)
        else:
            await super().on_event(event)

    def on_resize(self, event: events.Resize) -> None:
        """The size decides what is shown; a terminal forgets it, also where its size came back."""
        self.fit(event.size.width, event.size.height)
        self.screen.refresh()

    def fit(self, width: int = 0, height: int = 0) -> None:
        """Chooses what is shown at this size."""
        width, height = width or self.size.width, height or self.size.height
        if not hasattr(self, "_main"):
            return
        tiny = width < 60 or height < 16
        self._main.set_class(width < 100, "-narrow")
        self._main.set_class(height < 30, "-low")
        self._main.set_class(tiny, "-tiny")
        for view in self._views.values():
            view.set_class(tiny or view.has_class("zoom"), "single")
        self.call_after_refresh(self._paint)

    # Views

    def show(self, view: str) -> None:
        """Shows another view."""
        self._view = view
        for name, widget in self._views.items():
            widget.set_class(name != view, "hidden")
        shown = self.shown()
        if isinstance(shown, View):
            shown.entered()
        else:
            self.start.focus()
            self.work(self._look_for_engines())
        self.store.touch()
        self.call_after_refresh(self._paint)

    async def _look_for_engines(self) -> None:
        if self._find is not None:
            found = await self._find()
            self.start.engines = [name for name in found if name != self.store.engine]
            self.start.repaint()

    @property
    def place_now(self) -> str:
        """The place whose actions are valid."""
        shown = self.shown()
        return shown.place() if isinstance(shown, View) else "start"

    def view_of(self, kind: type[V]) -> V:
        """The view of a kind; there is one of each."""
        return next(view for view in self._views.values() if isinstance(view, kind))

    @property
    def flow(self) -> FlowView:
        """The Flow view."""
        return self.view_of(FlowView)

    @property
    def script(self) -> ScriptView:
        """The Script view."""
        return self.view_of(ScriptView)

    def views(self) -> Iterable[View | StartView]:
        """All views."""
        return self._views.values()

    def view_named(self, view: str) -> View | StartView | None:
        """The view of that id."""
        return self._views.get(view)

    async def open_tap(self, edge: str) -> None:
        """Opens a tap on an edge and shows it. Raises ControlError."""
        found = self.store.any_edge(edge)
        title = (
            f"{self.store.node_title(found.source)} to {self.store.node_title(found.target)}"
            if found
            else edge
        )
        await self.flow.open_tap(edge, title)

    def on_unmount(self) -> None:
        """What is to be as it is now is kept on every way out that passes here."""
        self.keeping.save()

    def _tabs(self) -> list[Tab]:
        counted = ((screen, screen.count(self.store)) for screen in SCREENS)
        return [Tab(s.view, s.key, f"{s.title}({count})" if count else s.title) for s, count in counted]

    def _footer(self) -> list[Action]:
        return self.keys.footer(self.place_now, self._view, self.why_off)

    def on_action_clicked(self, message: ActionClicked) -> None:
        """An entry of the footer was clicked."""
        self.action_act(message.action)

    def on_tab_clicked(self, message: TabClicked) -> None:
        """A tab was clicked."""
        self.show(message.view)

    # Work

    def work(self, coroutine: Coroutine[Any, Any, object]) -> None:
        """Runs something in the background; a TremorError in it becomes a sentence on the alert line."""
        self.run_worker(self._guard(coroutine))

    async def _guard(self, coroutine: Coroutine[Any, Any, object]) -> None:
        try:
            await coroutine
        except TremorError as error:
            self.say(f"{error}" + (f" ({error.hint})" if error.hint else ""), "error")

    def say(self, text: str, severity: Severity = "info") -> None:
        """Puts a sentence on the alert line."""
        self.store.say(text, severity, time.monotonic())
        self.alert.repaint()

    def attach(self, engine: str) -> None:
        """Connects to an engine, "" for one of its own; ends the connection that is open."""
        if self._link is not None:
            self._link.cancel()
        self.store.latest = self.store.frozen = None
        self._link = self.run_worker(self._guard(self.session.run(engine)), group="link")

    async def deploy(self, file: str) -> None:
        """Deploys a file on the engine; shows its flow, or what is wrong with it."""
        await open_file(self, file, self._module_path)

    @property
    def is_attached(self) -> bool:
        """Whether an engine is connected, or being connected to."""
        return self._link is not None

    def edit_task(self, task_id: str) -> None:
        """Opens the file of a task in the Script view."""
        self.show("script")
        place = place_of_task(self.store, task_id)
        if place is not None:
            self.work(self.script.load(*place))

    def tab_targets(self) -> list[Target]:
        """Where the tabs are, and what shows them."""
        row, places = self.tabs.region.y, self.tabs.places()
        return [Target(f"tab {view}", x, row, "", partial(self.show, view)) for x, view in places]

    def edit_place(self, path: str, line: int) -> None:
        """Opens a text that is a draft at a line in the Script view."""
        self.show("script")
        self.script.open(self.drafts.open(path), line)

    async def first_tap(self, file: str) -> None:
        """Waits until the flow of a file runs, and taps the busiest edge into a sink."""
        await tap_started(self, file)

    def on_option_taken(self, message: OptionTaken) -> None:
        """An option of the start screen was taken."""
        self.starting.take(message.option, self.start.engines)

    def leave_by_signal(self, number: int) -> None:
        """Leaves as soon as the loop turns; for signal handlers."""
        if self._loop_now is not None:
            self._loop_now.call_soon_threadsafe(lambda: self.exit(return_code=128 + number))
