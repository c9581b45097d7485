"""Everywhere: the actions that every view has; the app is built on it."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.segment import Segment
from textual.app import App

from tremor_tui.control import commands as do
from tremor_tui.control.authoring import MakeTest
from tremor_tui.control.snapshots import EngineSnapshot, Notice, Pushed, Sample
from tremor_tui.errors import TremorError
from tremor_tui.workbench import figures
from tremor_tui.workbench.actions import NEEDS, Action, Keys
from tremor_tui.workbench.company import follow_files
from tremor_tui.workbench.glyphs import Glyphs
from tremor_tui.workbench.ink import THEMES, Ink
from tremor_tui.workbench.screens.dialogs import Question, TextDialog
from tremor_tui.workbench.screens.help import help_lines
from tremor_tui.workbench.screens.jump import Jump, Target
from tremor_tui.workbench.screens.keeping import Keeping, of_engine
from tremor_tui.workbench.screens.making import make, subject_of
from tremor_tui.workbench.screens.script import ScriptView
from tremor_tui.workbench.screens.start import StartView
from tremor_tui.workbench.screens.view import Severity, View
from tremor_tui.workbench.session import Session
from tremor_tui.workbench.store import Store, named
from tremor_tui.workbench.widgets.painted import Line


def screen_text(app: App[Any]) -> str:
    """What is on the screen, as lines of text."""
    strips = app.screen._compositor.render_strips(app.size)
    lines = ["".join(part.text for part in strip if isinstance(part, Segment)).rstrip() for strip in strips]
    return "\n".join(lines) + "\n"


class Everywhere(App[None]):
    """What the actions need of the app, and the actions."""

    base: str
    store: Store
    session: Session
    ink: Ink
    glyphs: Glyphs
    keys: Keys
    keeping: Keeping
    is_first = False
    """Whether an engine was attached to of which there is no picture yet."""

    @property
    def script(self) -> ScriptView:
        """The Script view."""
        raise NotImplementedError

    def shown(self) -> View | StartView | None:
        """The view that is on the screen."""
        raise NotImplementedError

    def show(self, view: str) -> None:
        """Shows another view."""
        raise NotImplementedError

    def fit(self, width: int = 0, height: int = 0) -> None:
        """Chooses what is shown at this size."""
        raise NotImplementedError

    @property
    def place_now(self) -> str:
        """The place whose actions are valid."""
        raise NotImplementedError

    def work(self, coroutine: Coroutine[Any, Any, object]) -> None:
        """Runs something in the background; a TremorError in it becomes a sentence on the alert line."""
        raise NotImplementedError

    def say(self, text: str, severity: Severity = "info") -> None:
        """Puts a sentence on the alert line."""
        raise NotImplementedError

    def attach(self, engine: str) -> None:
        """Connects to an engine, "" for one of its own."""
        raise NotImplementedError

    def view_named(self, view: str) -> View | StartView | None:
        """The view of that id."""
        raise NotImplementedError

    def views(self) -> Iterable[View | StartView]:
        """All views."""
        raise NotImplementedError

    def hear(self, pushed: Pushed, now: float) -> None:
        """Follows what other clients of the engine write; an engine without flows begins with a choice."""
        if isinstance(pushed, Notice) and pushed.by and pushed.files:
            self.work(follow_files(self.script, pushed.files, pushed.by))
        if isinstance(pushed, EngineSnapshot) and self.is_first:
            self.is_first = False
            if not pushed.flows:
                self.show("start")
            else:
                self.work(self._as_before(pushed))

    async def _as_before(self, picture: EngineSnapshot) -> None:
        """Shows what was shown when the engine was left, its tap too."""
        kept = self.keeping.open(of_engine(self.store.engine))
        self.keeping.show(kept, picture)
        flow = self.store.flow
        edge = self.keeping.tap_edge(kept, flow) if flow else ""
        if edge and self.store.tap is None:
            await self.open_tap(edge)

    async def open_tap(self, edge: str) -> None:
        """Opens a tap on an edge and shows it. Raises ControlError."""
        raise NotImplementedError

    def action_act(self, name: str, place: str = "") -> None:
        """Does an action of a place, or says why it cannot be done now."""
        action = self.action_named(name, place)
        reason = self.why_off(action)
        if reason:
            self.say(f"{action.words}: {reason}", "warning")
            return
        found: Callable[[], object] | None = getattr(self.shown(), f"act_{name}", None)
        found = found or getattr(self, f"act_{name}", None)
        if found is not None:
            found()
            self.store.touch()
        elif self.view_named(name.removeprefix("show_")) is not None:
            self.show(name.removeprefix("show_"))
        else:
            self.say(f"{action.words}: not on this screen", "warning")

    def action_named(self, name: str, place: str = "") -> Action:
        """The action of that id in a place, else where the keys are now, else anywhere."""
        found = [action for action in self.keys.actions if action.id == name]
        for wanted in (place, self.place_now, "all"):
            for action in found:
                if action.place == wanted:
                    return action
        return found[0]

    def why_off(self, action: Action) -> str:
        """Why an action cannot be done now; empty where it can."""
        store = self.store
        if action.is_change and store.read_only:
            return "this workbench may only look"
        there = {
            "engine": store.link == "live",
            "flow": store.flow is not None,
            "tap": store.tap is not None,
        }
        if not there.get(action.needs, True):
            return NEEDS[action.needs]
        shown = self.shown()
        return shown.why_off(action.id) if isinstance(shown, View) and self._is_here(action) else ""

    def _is_here(self, action: Action) -> bool:
        return action.place == self.place_now

    def act_there(self, action: Action) -> None:
        """Goes where an action belongs, and does it there."""
        if action.place in ("all", self.place_now):
            self.action_act(action.id, action.place)
            return
        reason = self.why_off(action)
        if reason:
            self.say(f"{action.words}: {reason}", "warning")
            return
        for view in self.views():
            pane = view.pane_of(action.place) if isinstance(view, View) else None
            if pane is not None or (isinstance(view, StartView) and action.place == "start"):
                self.show(str(view.id))
                (pane or view).focus()
                self.call_after_refresh(self.action_act, action.id, action.place)
                return
        self.say(f"{action.words}: no screen has it", "warning")

    def make_test(
        self,
        event_json: str,
        meta_json: str,
        flow: str,
        pipeline: str,
        node: str = "",
        *,
        port: str = "in",
        ingest_ns: int = 0,
    ) -> None:
        """Makes a test of an event that entered a pipeline, or one of its scripts."""
        texts = self.script.texts() if self.script.flow == flow else {}
        request = MakeTest(flow, pipeline, event_json, meta_json, node, port, ingest_ns, texts)
        if self.store.read_only:
            self.say("making a test: this workbench may only look", "warning")
        else:
            self.work(make(self, request))

    def make_test_of(self, sample: Sample, edge: str) -> None:
        """Makes a test of an event that passed an edge, for what the edge leads into."""
        flow = self.store.flow
        if flow is None or sample.cut:
            words = "the event was cut, as it is long" if sample.cut else "no flow runs here"
            self.say(f"no test: {words}", "warning")
            return
        try:
            pipeline, node = subject_of(flow, edge)
        except TremorError as error:
            self.say(f"no test: {error} ({error.hint})" if error.hint else f"no test: {error}", "warning")
            return
        self.make_test(sample.value, sample.meta, flow.alias, pipeline, node, ingest_ns=sample.at_ns)

    def test_was_made(self) -> None:
        """A file was written that the Script view lists."""
        self.script.look_at_tests()

    def act_next_pane(self) -> None:
        """The next pane gets the keys."""
        shown = self.shown()
        if isinstance(shown, View):
            shown.next_pane()

    def act_zoom(self) -> None:
        """Gives the pane the whole screen, or takes it back."""
        shown = self.shown()
        if isinstance(shown, View):
            shown.toggle_class("zoom")
            self.fit()

    def act_freeze(self) -> None:
        """Holds the picture, or lets it go on."""
        self.store.freeze()

    def act_back(self) -> None:
        """Leaves what is passing: an edge, an inside, a filter, a zoom."""
        shown = self.shown()
        if isinstance(shown, View) and shown.has_class("zoom"):
            self.act_zoom()
        elif isinstance(shown, View):
            shown.back()
        elif self.store.flow is not None:
            self.show("flow")

    def act_warnings(self) -> None:
        """Lists what needs a look, and what was said."""
        ink, lines = self.ink, []
        for warned in self.store.warnings:
            style = ink.hot if warned.active else ink.dim
            lines.append(Line().add(f"{self.glyphs.warn} {named(warned.text)}", style))
            where = f"{named(warned.file)}:{warned.line}  " if warned.line else ""
            times = f"{warned.count} times" if warned.count > 1 else "once"
            since = f"{'since' if warned.active else 'at'} {figures.clock(warned.at_ns)}"
            more = f"{since}  {where}{times}  {named(warned.hint)}"
            lines.append(Line().add(f"    {more}", ink.dim))
        if lines:
            words = "W on the Tasks screen edits the limits, e there opens the line."
            lines += [Line(), Line().add(words, ink.dim)]
        said = [Line().add(f"  {entry.text}", ink.text) for entry in list(self.store.said)[-12:]]
        lines = lines or [Line().add("Nothing needs a look.", ink.good)]
        if said:
            lines += [Line(), Line().add("Said before", ink.picked), *said]
        self.push_screen(TextDialog("Warnings", lines))

    def act_stop_flow(self) -> None:
        """Asks, then drains and stops the flow."""
        flow = self.store.flow
        if flow is None:
            self.say("no flow runs here")
            return
        queued = sum(t.queue.batches for t in self.store.latest.tasks if t.queue) if self.store.latest else 0
        words = [f"{flow.alias} stops pulling; {queued} queued batches are worked off first."]
        options = [("", "Let it run", ""), ("stop", "Drain and stop it", "")]

        def answer(chosen: str | None) -> None:
            if chosen == "stop":
                self.work(self._stop(flow.alias))

        self.push_screen(Question(f"Stop {named(flow.alias)}?", words, options), answer)

    async def _stop(self, alias: str) -> None:
        await self.session.ask(do.StopFlow(alias))
        self.say(f"{alias} has stopped")

    def act_jump(self) -> None:
        """Puts a label on every tab, pane and node; typing it goes there."""
        shown = self.shown()
        targets = self.tab_targets()
        if isinstance(shown, View):
            targets = [*targets, *shown.jumps()]
        self.push_screen(Jump("jump to", targets))

    def tab_targets(self) -> Sequence[Target]:
        """Where the tabs are, and what shows them."""
        raise NotImplementedError

    def act_picture(self) -> None:
        """Saves the screen as SVG and as text in the client's folder."""
        name = time.strftime("tremor-tui-%Y%m%d-%H%M%S")
        self.write_file(f"{name}.svg", self.export_screenshot(title="tremor-tui"))
        self.write_file(f"{name}.txt", screen_text(self))

    def act_text_export(self) -> None:
        """Saves the screen as text in the client's folder."""
        self.write_file(time.strftime("tremor-tui-%Y%m%d-%H%M%S.txt"), screen_text(self))

    def write_file(self, name: str, text: str) -> None:
        """Writes a file of this name; a browser gets it as a download."""
        if self.is_web:
            self.deliver_text(io.StringIO(text), save_filename=name, open_method="download")
            return
        try:
            Path(self.base, name).write_text(text, encoding="utf-8")
        except OSError as error:
            self.say(f"cannot write {name}: {error.strerror}", "error")
        else:
            self.say(f"saved {name}")

    def act_theme(self) -> None:
        """The next theme."""
        names = [name for name in THEMES if name in self.available_themes]
        at = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(at + 1) % len(names)]
        self.say(f"theme {self.theme}")

    def act_new_engine(self) -> None:
        """Starts an engine of its own, as where the old one does not come back."""
        self.attach("")

    def act_command_palette(self) -> None:
        """Every command."""
        self.action_command_palette()

    def act_help(self) -> None:
        """The keys of this place."""
        self.push_screen(TextDialog("Keys", help_lines(self.place_now, self.keys, self.ink, self.glyphs)))

    def act_leave(self) -> None:
        """Leaves; asks where something would be lost."""
        words, options = [], [("", "Stay", "")]
        if self.store.unsaved:
            words.append(f"Text that is not saved: {self._unsaved()}.")
        ends = self._would_end()
        if ends:
            words += ends
            options.append(
                ("keep", "Leave and keep it running", f"attach {named(self.store.engine)} comes back")
            )
        if not words:
            self.exit()
            return
        options.append(("leave", "Leave", "text that is not saved is lost" if self.store.unsaved else ""))
        self.push_screen(Question("Leave?", words, options), self._leave)

    def _unsaved(self) -> str:
        return ", ".join(named(draft.name) for draft in self.script.files.drafts if draft.is_unsaved)

    def _would_end(self) -> list[str]:
        """What the end of the engine would end, in sentences; none where it would end nothing, or go on."""
        picture = self.store.latest
        if self.store.link != "live" or picture is None or picture.kept or picture.clients > 1:
            return []
        lost = [words for view in self.views() if isinstance(view, View) and (words := view.loses())]
        if not picture.flows and not lost:
            return []
        flows = ", and its flows with it" if picture.flows else ""
        return [f"The engine ends 30 s after its last workbench left{flows}.", *lost]

    def _leave(self, chosen: str | None) -> None:
        if chosen == "keep":
            self.work(self._keep())
        elif chosen == "leave":
            self.exit()

    async def _keep(self) -> None:
        await self.session.ask(do.Keep(True))
        self.exit()
