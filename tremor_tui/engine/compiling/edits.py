"""Answers the requests of a canvas, with the functions of `language/editing`."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tremor_tui.control.editing import Edit, Kinds, Outline, Outlined
from tremor_tui.engine.compiling.kinds import kinds
from tremor_tui.engine.compiling.link import Canvas, Drawn, Unmade
from tremor_tui.engine.compiling.plan import open_texts
from tremor_tui.engine.executors.link import Texts
from tremor_tui.engine.sources import check
from tremor_tui.errors import CompileError, TremorError
from tremor_tui.language.depth import room
from tremor_tui.language.editing.draft import Draft
from tremor_tui.language.editing.outline import outline
from tremor_tui.model.diagnostic import Diagnostic


def on_canvas(job: Canvas) -> Drawn:
    """The answer to a request of a canvas."""
    try:
        with room():
            match job.request:
                case Kinds():
                    return Drawn(kinds())
                case Outline() as request:
                    return Drawn(_outlined(request))
                case Edit():
                    return Drawn(Unmade("edits cannot be made yet"))
    except TremorError as error:
        return Drawn(Unmade(error.message, error.hint))


def _open(request: Outline | Edit) -> Draft:
    return Draft.open(Path(request.path), Path(request.base), request.module_path, request.texts)


def drawn(draft: Draft, diagnostics: tuple[Diagnostic, ...] = ()) -> Outlined:
    """The picture of a draft."""
    made: Outlined = msgspec.convert(outline(draft), Outlined, from_attributes=True)
    return msgspec.structs.replace(made, diagnostics=diagnostics)


def _outlined(request: Outline) -> Outlined:
    draft = _open(request)
    if not request.diagnose or draft.main.text.is_empty:
        return drawn(draft)
    return drawn(draft, _diagnostics(request))


def _diagnostics(request: Outline) -> tuple[Diagnostic, ...]:
    texts = Texts(request.path, request.base, request.module_path, request.texts)
    try:
        return check(open_texts(texts))
    except CompileError as error:
        return error.diagnostics
