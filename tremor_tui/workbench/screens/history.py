"""HistoryView: scrubs through the last ten minutes, or through a recording; other screens can follow."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from textual.app import ComposeResult
from textual.containers import Container
from textual.widget import Widget

from tremor_tui.control import commands as do
from tremor_tui.control.history import PAGE, AskHistory, HistoryPage, Mark, Marked
from tremor_tui.control.playing import Play, Playing
from tremor_tui.control.ring import SECOND
from tremor_tui.control.snapshots import Pushed
from tremor_tui.errors import ControlError
from tremor_tui.workbench import figures
from tremor_tui.workbench.actions import bindings
from tremor_tui.workbench.past import Past, Subject
from tremor_tui.workbench.screens.dialogs import Ask
from tremor_tui.workbench.screens.view import View
from tremor_tui.workbench.store import Store, named
from tremor_tui.workbench.widgets.graph import SYMBOLS
from tremor_tui.workbench.widgets.moments import Graphs, Moment

BELL_S = 10.0
"""Between two bells."""
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_STEP = re.compile(r"([+-])(\d{1,6})")


class _Graphs(Graphs):
    BINDINGS = [*bindings("history")]  # noqa: RUF012 - Textual's own way


class HistoryView(View):
    """Graphs, and what was at the cursor. It keeps the store's past up to date, shown or not."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, id="history")
        self.graphs = _Graphs(store, id="graphs")
        self.moment = Moment(store, id="moment")
        self._fetching = False
        self._rang = -BELL_S
        store.listeners.append(self._listen)

    def compose(self) -> ComposeResult:
        """The graphs, then the moment beside or below them."""
        with Container(id="past"):
            yield self.graphs
            yield self.moment

    def panes(self) -> list[Widget]:
        """The graphs alone take keys."""
        return [self.graphs]

    def place(self) -> str:
        """The place of its actions."""
        return "history"

    @property
    def past(self) -> Past:
        """What it shows."""
        return self.store.past

    def entered(self) -> None:
        """It begins with the task or edge that is selected elsewhere."""
        self.past.subject = self._chosen() or self.past.subject
        super().entered()

    def repaint(self) -> None:
        """Draws anew what changed; something is always chosen."""
        if self.past.subject not in self._subjects():
            subjects = self._subjects()
            self.past.subject = subjects[0] if subjects else None
        super().repaint()

    def back(self) -> bool:
        """Back to the latest moment."""
        if not self.past.cursor and self.store.frozen is None:
            return False
        self.act_past_live()
        return True

    # --- what is kept

    def _tell(self, mark: Mark, now: float) -> None:
        """What begins to be wrong is said when it is seen, with a bell now and then."""
        if mark.kind not in ("warning", "fail") or mark.until_ns:
            return
        self.store.say(mark.text, "warning" if mark.kind == "warning" else "error", now, mark.at_ns)
        if now - self._rang >= BELL_S:
            self._rang = now
            self.app.bell()

    def _listen(self, pushed: Pushed, now: float) -> None:
        self.past.take(pushed)
        if isinstance(pushed, Marked):
            self._tell(pushed.mark, now)
        if isinstance(pushed, Playing) and pushed.jumped:
            self.store.frozen = None
        if self.past.missing_since_ns >= 0 and not self._fetching:
            self._fetching = True
            self.desk.work(self._fetch())

    async def _fetch(self) -> None:
        """Asks for what is missing, page by page; what is pushed meanwhile is taken in beside it."""
        try:
            while self.past.missing_since_ns >= 0:
                since, self.past.missing_since_ns, first = self.past.missing_since_ns, -1, 0
                ring = self.past.ring
                while True:
                    page = await self.desk.session.ask(AskHistory(since, first))
                    if not isinstance(page, HistoryPage) or ring is not self.past.ring:
                        break
                    ring.take(page)
                    first += PAGE
                    if first >= page.total:
                        break
        except ValueError as error:
            raise ControlError(f"the history that the engine sent is damaged: {error}") from None
        finally:
            self._fetching = False
            self.store.touch()

    # --- tasks and edges

    def _subjects(self) -> list[Subject]:
        """Every task and edge of the flow that is shown."""
        flow, ring = self.store.flow, self.past.ring
        prefix = flow.alias if flow else ""
        tasks: list[Subject] = [("task", n) for n in ring.tracks("task") if n.startswith(f"{prefix}/")]
        return [*tasks, *(("edge", n) for n in ring.tracks("edge") if n.startswith(f"{prefix}:"))]

    def _chosen(self) -> Subject | None:
        store = self.store
        found: Subject = ("edge", store.edge) if store.edge else ("task", store.task)
        return found if found in self._subjects() else None

    def _choose(self, by: int) -> None:
        subjects = self._subjects()
        if not subjects:
            return
        at = subjects.index(self.past.subject) if self.past.subject in subjects else 0
        self.past.subject = kind, name = subjects[(at + by) % len(subjects)]
        if kind == "task":
            self.store.task = name
        self.repaint()

    def act_subject_up(self) -> None:
        """The task or edge before."""
        self._choose(-1)

    def act_subject_down(self) -> None:
        """The task or edge after."""
        self._choose(1)

    # --- the cursor

    def _moved(self) -> None:
        """Other screens that show the moment follow it."""
        if self.past.cursor == 0:
            self.store.frozen = None if self.is_viewing else self.store.frozen
        elif self.is_viewing:
            self._view(self.past.cursor)
        self.repaint()

    def act_earlier(self) -> None:
        """A column earlier."""
        self.past.move(-self.graphs.step)
        self._moved()

    def act_later(self) -> None:
        """A column later."""
        self.past.move(self.graphs.step)
        self._moved()

    def act_much_earlier(self) -> None:
        """A quarter of the span earlier."""
        self.past.move(-max(1, self.past.span // 4))
        self._moved()

    def act_much_later(self) -> None:
        """A quarter of the span later."""
        self.past.move(max(1, self.past.span // 4))
        self._moved()

    def act_earliest(self) -> None:
        """The first second that is kept."""
        self.past.go(self.past.ring.first_s)
        self._moved()

    def act_past_live(self) -> None:
        """The latest second; the other screens are live again."""
        self.past.live()
        self.store.frozen = None
        self.store.missed = 0
        self.store.touch()
        self.repaint()

    def act_zoom_in(self) -> None:
        """Covers less."""
        self.past.zoom(1)
        self.repaint()

    def act_zoom_out(self) -> None:
        """Covers more."""
        self.past.zoom(-1)
        self.repaint()

    def act_next_mark(self) -> None:
        """The next change."""
        self._to_mark(1)

    def act_previous_mark(self) -> None:
        """The change before."""
        self._to_mark(-1)

    def _to_mark(self, step: int) -> None:
        mark = self.past.mark(1 if step > 0 else -1)
        if mark is None:
            self.desk.say("no change after this moment" if step > 0 else "no change before this moment")
            return
        self.desk.say(f"{figures.clock(mark.at_ns)} {named(mark.text)}")
        self._moved()

    def act_symbols(self) -> None:
        """Other characters to draw with."""
        at = SYMBOLS.index(self.graphs.symbols)
        self.graphs.symbols = SYMBOLS[(at + 1) % len(SYMBOLS)]
        self.repaint()

    # --- the other screens

    @property
    def is_viewing(self) -> bool:
        """Whether the other screens show a moment of the past."""
        return self.store.frozen is not None and self.store.is_then

    def act_view_then(self) -> None:
        """Shows the moment on the other screens, or lets them go on."""
        if self.is_viewing or not self.past.cursor:
            if not self.is_viewing:
                self.desk.say("put the cursor on a moment first: arrows, m, or a click", "warning")
            self.act_past_live()
            return
        if self._view(self.past.cursor):
            moment = figures.clock(self.past.cursor * SECOND)
            self.desk.say(f"all screens show {moment}: 1 flow, 2 tasks; L comes back to live")

    def _view(self, second: int) -> bool:
        picture = self.past.ring.picture_at(second, self.store.latest)
        if picture is None:
            self.desk.say("the shape of the flow at that moment is not kept any more", "warning")
            return False
        self.store.show_then(picture)
        return True

    # --- recordings

    def _play(self, request: Play) -> None:
        if self.past.playing is None:
            self.desk.say("this is live: these keys play a recording (r on Tasks records)", "warning")
            return
        self.desk.work(self.desk.session.ask(request))

    def act_play(self) -> None:
        """Plays, or pauses."""
        playing = self.past.playing
        self.past.live()
        self._play(Play(paused=not playing.paused if playing else None))

    def act_step_on(self) -> None:
        """A picture on."""
        self._play(Play(steps=1))

    def act_step_back(self) -> None:
        """A picture back."""
        self._play(Play(steps=-1))

    def act_faster(self) -> None:
        """Twice as fast."""
        self._play(Play(speed=self.past.playing.speed * 2 if self.past.playing else 0))

    def act_slower(self) -> None:
        """Half as fast."""
        self._play(Play(speed=self.past.playing.speed / 2 if self.past.playing else 0))

    def act_jump_time(self) -> None:
        """Asks where to go."""
        if self.past.playing is None:
            self._play(do.Play())
            return
        self.app.push_screen(Ask("Go to a time of the recording", "", "12:33:10, or +60, -60 s"), self._jump)

    def _jump(self, text: str | None) -> None:
        playing = self.past.playing
        if not text or playing is None:
            return
        at_ns = moment_of(text.strip(), playing)
        if at_ns is None:
            self.desk.say(f"`{text}` is no time: write 12:33:10, +60 or -60", "error")
        else:
            self._play(Play(at_ns=at_ns))


def moment_of(text: str, playing: Playing) -> int | None:
    """The time (ns) that a user means: a clock time on or after the begin, or seconds from here."""
    step, clock = _STEP.fullmatch(text), _CLOCK.fullmatch(text)
    if step:
        return max(1, playing.at_ns + int(step[1] + step[2]) * SECOND)
    if not clock or int(clock[1]) > 23 or int(clock[2]) > 59 or int(clock[3] or 0) > 59:
        return None
    begin = datetime.fromtimestamp(playing.begin_ns / SECOND).astimezone()
    hour, minute, second = (int(part or 0) for part in clock.groups())
    at = begin.replace(hour=hour, minute=minute, second=second, microsecond=0)
    if at < begin.replace(microsecond=0):
        at += timedelta(days=1)
    return int(at.timestamp()) * SECOND
