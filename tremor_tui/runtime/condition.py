"""Condition: a tremor expression that is true or false of an event; compiled once, run row by row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tremor_tui.errors import ControlError, ScriptError
from tremor_tui.model.batch import Batch
from tremor_tui.model.context import Cell, Context

if TYPE_CHECKING:
    from tremor_tui.operators.script import ScriptFunction

MAX_LENGTH: Final = 4000
_SLOW = re.compile(r"\s*run\s*>\s*(\d+(?:\.\d+)?)\s*(us|ms|s)\s*")
_UNITS: Final = {"us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}


class Condition:
    """What `compile_condition` makes. `failed` counts the events on which it failed, with `failure`.

    A result that is neither true nor false is a failure too.
    """

    __slots__ = ("_call", "_cell", "_ctx", "failed", "failure", "text")

    def __init__(self, text: str, call: ScriptFunction) -> None:
        self.text = text
        self.failed = 0
        self.failure = ""
        self._call = call
        self._cell = Cell()
        self._ctx = Context()

    def holds(self, batch: Batch, row: int) -> bool:
        """Whether it is true of the row; a failure is no match."""
        ctx = self._ctx
        ctx.ingest_ns, ctx.event_id, ctx.origin = batch.ingest(row), batch.ids[row], batch.origin
        ctx.now_ns = ctx.ingest_ns
        meta = batch.metas[row] if batch.metas else None
        try:
            result = self._call(batch.values[row], meta, self._cell, ctx)
        except ScriptError as error:
            return self._fail(error.diagnostic.message)
        found = result[1] if result is not None else False
        if found is True or found is False:
            return found
        return self._fail(f"it gives {type(found).__name__}, not true or false")

    def _fail(self, text: str) -> bool:
        self.failed += 1
        self.failure = text
        return False


def compile_condition(text: str, name: str = "filter") -> Condition:
    """Compiles an expression. Raises CompileError with places in the text, which is called `name` there."""
    # here, so that a runtime that nobody looks at loads no compiler
    from tremor_tui.language.compile import compile_script
    from tremor_tui.language.modules import ModuleLoader
    from tremor_tui.language.source import Source

    if len(text) > MAX_LENGTH:
        raise ControlError(f"an expression has at most {MAX_LENGTH} characters, not {len(text)}")
    return Condition(text, compile_script(Source(text, name), ModuleLoader()).call)


def slowness(text: str) -> int | None:
    """The limit in ns of `run > 20 ms`; None where the text is something else."""
    match = _SLOW.fullmatch(text)
    return int(float(match[1]) * _UNITS[match[2]]) if match else None
