"""An event that is opened: all of its fields, its metadata, and its path with times."""

from __future__ import annotations

import asyncio

from tremor_tui.control import commands as do
from tremor_tui.control.events import Sample, Trace, Traced
from tremor_tui.errors import TremorError
from tremor_tui.workbench import figures
from tremor_tui.workbench.glyphs import UNICODE
from tremor_tui.workbench.screens.dialogs import TextDialog
from tremor_tui.workbench.screens.view import View
from tremor_tui.workbench.terminal import clean
from tremor_tui.workbench.widgets.painted import Line
from tremor_tui.workbench.widgets.path_lines import path_lines
from tremor_tui.workbench.widgets.scroll_text import json_lines

WITHIN_S = 2.0
"""How long an event that was asked for is followed."""


async def open_event(view: View, sample: Sample, edge: str) -> None:
    """Shows a sample of an edge, with its path where one was recorded."""
    trace = await _trace(view, edge.partition(":")[0], sample.trace)
    lines = [*event_lines(view, sample), Line(), *_path(view, trace, sample.trace)]
    view.app.push_screen(TextDialog(f"Event  {figures.clock(sample.at_ns, millis=True)}", lines))


async def open_next(view: View, flow: str) -> None:
    """Follows the next event of a flow and shows it. Raises TremorError where none came."""
    view.desk.say(f"following the next event, for {WITHIN_S:g} s at most")
    answer = await view.desk.session.ask(do.TraceNext(flow, within_s=WITHIN_S))
    trace = answer.trace if isinstance(answer, Traced) else None
    if trace is None:
        raise TremorError(f"no event was read within {WITHIN_S:g} s")
    lines = [*_path(view, trace, trace.number), Line(), *json_lines(trace.value, view.desk.ink)]
    view.app.push_screen(TextDialog(f"Event of {clean(trace.source)}", lines))


def event_lines(view: View, sample: Sample) -> list[Line]:
    """The fields and the metadata of an event."""
    ink = view.desk.ink
    lines = json_lines(sample.value, ink)
    if sample.cut:
        lines.append(Line().add("the event is longer than 64 KiB and was cut", ink.warn))
    if sample.meta:
        lines += [Line(), Line().add("$ metadata", ink.dim), *json_lines(sample.meta, ink)]
    return lines


async def _trace(view: View, flow: str, number: int) -> Trace | None:
    """The path; one that is still on its way is asked for once more."""
    trace: Trace | None = None
    for pause in (0.0, 0.2):
        if not number or (trace is not None and trace.is_over):
            break
        await asyncio.sleep(pause)
        try:
            answer = await view.desk.session.ask(do.GetTrace(flow, number))
        except TremorError:  # the flow may be gone; the event can be shown all the same
            return None
        trace = answer.trace if isinstance(answer, Traced) else None
    return trace


def _path(view: View, trace: Trace | None, number: int) -> list[Line]:
    ink = view.desk.ink
    if trace is not None:
        return path_lines(trace, ink, getattr(view.app, "glyphs", UNICODE))
    words = "its path is not kept any more" if number else "no path: it was not among the events followed"
    return [Line().add("path", ink.dim).add(f"   {words}", ink.dim)]
