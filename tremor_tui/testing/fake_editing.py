"""Editing for the fake plane: drafts are drawn and edited by the functions of the compile process itself."""

from __future__ import annotations

from tremor_tui.control.editing import Edit, Kinds, Outline
from tremor_tui.control.snapshots import Answer
from tremor_tui.engine.compiling.edits import on_canvas
from tremor_tui.engine.compiling.link import Canvas, Unmade
from tremor_tui.errors import ControlError

CANVAS = (Kinds, Outline, Edit)


def answer(request: Kinds | Outline | Edit) -> Answer:
    """What an engine would answer. Raises ControlError where an edit cannot be made."""
    drawn = on_canvas(Canvas(request)).answer
    if isinstance(drawn, Unmade):
        raise ControlError(drawn.message, drawn.hint)
    return drawn
