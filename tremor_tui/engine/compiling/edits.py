"""Answers the requests of a canvas, with the functions of `language/editing`."""

from __future__ import annotations

from tremor_tui.control.editing import Kinds
from tremor_tui.engine.compiling.kinds import kinds
from tremor_tui.engine.compiling.link import Canvas, Drawn, Unmade


def on_canvas(job: Canvas) -> Drawn:
    """The answer to a request of a canvas."""
    match job.request:
        case Kinds():
            return Drawn(kinds())
        case _:
            return Drawn(Unmade("this cannot be drawn yet"))
