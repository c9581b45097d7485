"""EventsView: events of several edges at once, what is asked of each tap, and what a break holds."""

from __future__ import annotations

import time
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from tremor_tui.control import commands as do
from tremor_tui.control.picking import field_path, field_paths
from tremor_tui.control.writing import write_whole
from tremor_tui.errors import TremorError
from tremor_tui.workbench.actions import bindings
from tremor_tui.workbench.finding import WORDS
from tremor_tui.workbench.messages import EventOpened
from tremor_tui.workbench.screens.breaking import ask_break, move, places
from tremor_tui.workbench.screens.dialogs import Ask, Menu
from tremor_tui.workbench.screens.expressions import ExpressionDialog, checker
from tremor_tui.workbench.screens.opened import open_event, open_next
from tremor_tui.workbench.screens.sending import send_to_script
from tremor_tui.workbench.screens.view import View
from tremor_tui.workbench.store import Store, Tap, named
from tremor_tui.workbench.taps import RATES, exported
from tremor_tui.workbench.widgets.break_banner import BreakBanner
from tremor_tui.workbench.widgets.ring_log import EventLog
from tremor_tui.workbench.widgets.tap_list import TapList, TopBars

FILTER_WORDS = (
    'Such as event.cust == null, or $class == "x" and event.n > 3.',
    "Empty: every event.",
    "An event on which it fails does not match and is counted.",
)


class _Log(EventLog):
    BINDINGS = [*bindings("events")]  # noqa: RUF012 - Textual's own way


class EventsView(View):
    """The break above, where there is one; taps and counted values beside the events."""

    def __init__(self, store: Store, base: str) -> None:
        super().__init__(store, id="events")
        self.base = base
        self.banner = BreakBanner(store, id="banner")
        self.list = TapList(store, id="taplist")
        self.top = TopBars(store, id="topbars")
        self.log_ = _Log(store, id="eventlog")

    def compose(self) -> ComposeResult:
        """Banner, then the two columns."""
        yield self.banner
        with Horizontal(id="seen"):
            with Vertical(id="tapside"):
                yield self.list
                yield self.top
            yield self.log_

    def panes(self) -> list[Widget]:
        """The events alone take keys."""
        return [self.log_]

    def place(self) -> str:
        """The place of its actions."""
        return "events"

    def entered(self) -> None:
        """Taps want the paths of what they show while they are looked at here."""
        super().entered()
        for tap in self.store.taps:
            self._follow(tap)

    def repaint(self) -> None:
        """Draws anew what changed; banner and bars have room only where there is something in them."""
        store = self.store
        shown = self.banner.shown()
        self.set_class(shown is not None, "broken")
        self.set_class(shown is not None and shown.state == "held", "held")
        self.set_class(bool(store.tap and store.tap.top), "counting")
        if store.tap is None and store.taps:
            store.tap = store.taps[0]
        super().repaint()

    def back(self) -> bool:
        """Ends the break of this workbench, else clears the text filter."""
        if self.store.own_break is not None:
            self.desk.work(move(self, do.ClearBreak))
            return True
        tap = self.store.tap
        if tap is not None and tap.wanted:
            tap.wanted = ""
            self.repaint()
            return True
        return False

    def why_off(self, action: str) -> str:
        """Steps need something that is held."""
        own = self.store.own_break
        if action in ("events_step", "events_go", "events_held") and (own is None or own.state != "held"):
            return "nothing is held: b sets a break"
        return ""

    # -- the events --------------------------------------------------------------------------------

    def act_events_up(self) -> None:
        """Selects the event before."""
        self.log_.move(-1)

    def act_events_down(self) -> None:
        """Selects the event after."""
        self.log_.move(1)

    def act_events_first(self) -> None:
        """Selects the oldest."""
        self.log_.move(-1_000_000)

    def act_events_last(self) -> None:
        """Follows the newest."""
        self.log_.picked = None
        self.log_.repaint()

    def act_events_open(self) -> None:
        """Shows one event with all its fields and its path."""
        found = self.log_.chosen_of()
        if found is not None:
            self.desk.work(open_event(self, found[1], found[0].edge))

    def on_event_opened(self, message: EventOpened) -> None:
        """An event was clicked twice."""
        self.act_events_open()

    def act_events_held(self) -> None:
        """Shows the event that is held."""
        own = self.store.own_break
        if own is not None and own.events:
            self.desk.work(open_event(self, own.events[0], f"{own.flow}:"))

    def act_events_trace(self) -> None:
        """Follows the next event."""
        if self.store.flow is not None:
            self.desk.work(open_next(self, self.store.flow.alias))

    def act_events_mark(self) -> None:
        """Marks the event, or takes its mark away; the next one is selected."""
        found = self.log_.chosen_of()
        if found is None:
            return
        tap, sample = found
        if any(one is sample for one in tap.marked):
            tap.marked = [one for one in tap.marked if one is not sample]
        else:
            tap.marked.append(sample)
        self.log_.picked = sample
        self.log_.move(1)

    def act_events_export(self) -> None:
        """Writes events as JSON lines into the client's folder."""
        taps = self.log_.taps()
        lines = exported(taps)
        name = time.strftime("events-%Y%m%d-%H%M%S.jsonl")
        try:
            write_whole(Path(self.base, name), "".join(f"{line}\n" for line in lines))
        except OSError as error:
            self.desk.say(f"cannot write {name}: {error.strerror}", "error")
            return
        marked = "marked " if any(tap.marked for tap in taps) else ""
        self.desk.say(f"{len(lines)} {marked}events are in {name}")

    def act_events_test(self) -> None:
        """Makes a test of the event."""
        found = self.log_.chosen_of()
        if found is not None:
            self.desk.make_test_of(found[1], found[0].edge)

    def act_events_send(self) -> None:
        """Opens the script that the event enters, with the event as its first sample."""
        found = self.log_.chosen_of()
        if found is not None:
            self.desk.work(send_to_script(self, found[1], found[0].edge))

    def act_events_filter(self) -> None:
        """Asks for the text that events must contain."""
        tap = self.store.tap

        def answer(text: str | None) -> None:
            if tap is not None and text is not None:
                tap.wanted = text
                self.repaint()

        if tap is not None:
            self.app.push_screen(Ask("Show events that contain", tap.wanted, WORDS), answer)

    # -- the taps ----------------------------------------------------------------------------------

    def act_events_before(self) -> None:
        """Selects the tap before."""
        self._select(-1)

    def act_events_after(self) -> None:
        """Selects the next tap."""
        self._select(1)

    def act_events_only(self) -> None:
        """Shows the selected tap alone, or all."""
        self.log_.only = not self.log_.only
        self.repaint()

    def act_events_hold(self) -> None:
        """Holds the shown taps; what passes meanwhile is counted."""
        taps = self.log_.taps()
        held = not all(tap.is_held for tap in taps)
        for tap in taps:
            tap.is_held, tap.missed = held, 0
        self.repaint()

    def act_events_add(self) -> None:
        """Offers the edges of the flow."""
        flow = self.store.flow
        if flow is None:
            self.desk.say("no flow runs here: 0 opens a file or attaches to an engine")
            return
        options = []
        for graph, indent in ((flow.graph, ""), *((inside, "   ") for inside in flow.inside.values())):
            options += [(e.id, indent + self._title(e.id), f"{e.rate:,.0f}/s") for e in graph.edges]
        self.app.push_screen(Menu("Tap an edge", options), self._add)

    def act_events_close(self) -> None:
        """Closes the selected tap."""
        self.desk.work(self.desk.session.close_tap())

    def act_events_matching(self) -> None:
        """Asks for the expression of the selected tap."""
        tap = self.store.tap
        if tap is None:
            return

        def answer(text: str | None) -> None:
            if text is not None and text.strip() != tap.matching:
                self._change(tap, matching=text.strip())

        check = checker(self.desk.session)
        title = f"Only events of {named(tap.title)} for which"
        self.app.push_screen(ExpressionDialog(title, tap.matching, check, FILTER_WORDS), answer)

    def act_events_fields(self) -> None:
        """Asks for the fields that are shown as columns."""
        tap = self.store.tap
        if tap is None:
            return

        def answer(text: str | None) -> None:
            if text is not None:
                tap.fields = field_paths(text)
                self.log_.only = bool(tap.fields) or self.log_.only
                self.repaint()

        before = " ".join(path.text for path in tap.fields)
        words = ("Such as status user.id tags[0] $class, with blanks between. Empty: the whole event.",)
        self.app.push_screen(ExpressionDialog("Fields as columns", before, _check_paths, words), answer)

    def act_events_top(self) -> None:
        """Asks for the field whose values are counted."""
        tap = self.store.tap
        if tap is None:
            return

        def answer(text: str | None) -> None:
            if text is not None:
                self._change(tap, top=text.strip())

        words = ("One field, such as status or $class. Empty: none is counted.",)
        self.app.push_screen(ExpressionDialog("Count the values of", tap.top, _check_path, words), answer)

    def act_events_more(self) -> None:
        """More events a second."""
        self._rate(1)

    def act_events_fewer(self) -> None:
        """Fewer events a second."""
        self._rate(-1)

    # -- breaks ------------------------------------------------------------------------------------

    def act_events_break(self) -> None:
        """Asks where to hold events; beside a tap, what it leads into comes first."""
        flow, tap = self.store.flow, self.store.tap
        if flow is None:
            return
        options = places(flow)
        target = _target(tap.edge) if tap is not None else ""
        at = next((index for index, one in enumerate(options) if one[0] == target), 0)
        self.app.push_screen(
            Menu("Hold before", options, at), lambda node: ask_break(self, node) if node else None
        )

    def act_events_step(self) -> None:
        """Lets one event through."""
        self.desk.work(move(self, do.StepBreak))

    def act_events_go(self) -> None:
        """Lets events through until the next match."""
        self.desk.work(move(self, do.GoBreak))

    # -- inside ------------------------------------------------------------------------------------

    def _select(self, by: int) -> None:
        store = self.store
        if store.taps:
            at = store.taps.index(store.tap) if store.tap in store.taps else 0
            store.tap = store.taps[(at + by) % len(store.taps)]
            self.log_.picked = None
            self.repaint()

    def _add(self, edge: str | None) -> None:
        if edge:
            self.desk.work(self._open(edge))

    async def _open(self, edge: str) -> None:
        await self.desk.session.open_tap(edge, self._title(edge))
        if self.store.tap is not None:
            self._follow(self.store.tap)
        self.repaint()

    def _title(self, edge: str) -> str:
        """An edge in words: `parse/err to dead_letters`."""
        source, _, target = edge.partition(":")[2].rpartition(">")
        source = source.rpartition(":")[2]
        node, _, port = source.rpartition("/")
        taker = target.rpartition("/")[0]
        sent = "" if port == "out" else f"/{port}"
        short = (node.rpartition("/")[2], taker.rpartition("/")[2])
        return named(f"{short[0]}{sent} to {short[1]}")

    def _follow(self, tap: Tap) -> None:
        if not tap.trace:
            self._change(tap, trace=True)

    def _rate(self, by: int) -> None:
        tap = self.store.tap
        if tap is None:
            return
        at = min(range(len(RATES)), key=lambda index: abs(RATES[index] - tap.per_second))
        rate = RATES[max(0, min(len(RATES) - 1, at + by))]
        self._change(tap, per_second=rate)
        self.desk.say(f"up to {rate:g} events a second of {tap.title}")

    def _change(self, tap: Tap, **changes: str | float | bool) -> None:
        self.desk.work(self._tell(tap, changes))

    async def _tell(self, tap: Tap, changes: dict[str, str | float | bool]) -> None:
        """Changes a tap at the engine; it stays as it was where that is refused."""
        before = {name: getattr(tap, name) for name in changes}
        for name, value in changes.items():
            setattr(tap, name, value)
        try:
            await self.desk.session.change_tap(tap)
        except TremorError:
            for name, value in before.items():
                setattr(tap, name, value)
            raise
        if "matching" in changes or "top" in changes:
            tap.forget()
        self.repaint()


async def _check_paths(text: str) -> str:
    try:
        field_paths(text)
    except TremorError as error:
        return f"{error} ({error.hint})"
    return ""


async def _check_path(text: str) -> str:
    try:
        if text.strip():
            field_path(text)
    except TremorError as error:
        return f"{error} ({error.hint})"
    return ""


def _target(edge: str) -> str:
    """What an edge leads into, as a break names it."""
    place = edge.partition(":")[2]
    inside, _, rest = (
        place.partition(":") if place.startswith("pipeline/") and ":" in place else ("", "", place)
    )
    node = rest.partition(">")[2].rpartition("/")[0]
    return f"{inside}:{node}" if inside else node
