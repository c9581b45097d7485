"""Asks what of a flow is on the fast path: once for each version that is looked at, and when F is pressed."""

from __future__ import annotations

from tremor_tui.control import commands as do
from tremor_tui.control.snapshots import FlowSnapshot
from tremor_tui.control.speed import Speed
from tremor_tui.control.speed_words import words_of
from tremor_tui.errors import ControlError
from tremor_tui.workbench.screens.dialogs import TextDialog
from tremor_tui.workbench.screens.view import View
from tremor_tui.workbench.store import named
from tremor_tui.workbench.widgets.painted import Line
from tremor_tui.workbench.widgets.why import told_lines


def want_speed(view: View, alias: str) -> None:
    """Has the answer for a flow fetched where the store has none for the version that runs."""
    store = view.store
    flow = next((one for one in store.latest.flows if one.alias == alias), None) if store.latest else None
    if flow is None or flow.state not in ("running", "paused") or store.past.playing is not None:
        return
    key = _key(flow)
    if store.speeds.get(alias, (None, None))[0] != key:
        store.speeds[alias] = key, None
        view.desk.work(_fetch(view, alias, key))


async def show_speed(view: View, alias: str) -> None:
    """All parts of a flow, in a dialog. Raises ControlError where the engine cannot say."""
    answer = await view.desk.session.ask(do.AskSpeed(alias))
    if isinstance(answer, Speed):
        width = max(24, min(96, int(view.app.size.width * 0.96) - 6))
        view.app.push_screen(TextDialog(f"Fast path  {named(alias)}", _lines(view, answer, width)))


def _key(flow: FlowSnapshot) -> object:
    return flow.version, flow.executor, flow.since_ns


async def _fetch(view: View, alias: str, key: object) -> None:
    try:
        answer = await view.desk.session.ask(do.AskSpeed(alias))
    except ControlError:  # it has gone meanwhile, or the engine is older: then nothing is shown
        return
    if isinstance(answer, Speed):
        view.store.speeds[alias] = key, answer
        view.store.touch()


def _lines(view: View, speed: Speed, width: int) -> list[Line]:
    ink = view.desk.ink
    if speed.off:
        return [Line().add(speed.off, ink.warn)]
    lines: list[Line] = []
    parts = [("source", one.alias) for one in speed.sources]
    parts += list(dict.fromkeys(("pipeline", one.alias) for one in speed.pipelines))
    parts += [("sink", one.alias) for one in speed.sinks]
    for kind, alias in parts:
        first, *rest = words_of(speed, kind, alias)
        head = Line().add(f"{kind} ", ink.dim).add(f"{named(alias)}  ", ink.strong)
        lines.append(head.extend(told_lines(first, 0, 10_000, ink)[0]))
        lines += [line for told in rest for line in told_lines(told, 1, width, ink)]
    return lines or [Line().add("nothing of this flow takes events", ink.dim)]
