"""`std::win`: the groups of a windowed select."""

from __future__ import annotations

from tremor_tui.functions.contract import Module
from tremor_tui.model.batch import Value
from tremor_tui.model.context import Context

win = Module("win")


@win.function("str", returns="integer", pure=False, context=True)
def cardinality(ctx: Context, ignored: Value) -> Value:
    """How many groups are alive; the argument says nothing."""
    return ctx.cardinality
