"""The steps of an event: turns of loops and calls of functions, counted so that every script ends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from tremor_tui.language.load.operators import EvalError
from tremor_tui.model.batch import Value
from tremor_tui.model.context import MAX_STEPS, Context


def pairs(value: Value, ctx: Context) -> Iterable[tuple[Value, Value]]:
    """What `for` goes over: keys and values, or indexes and elements; nothing for other values.

    Each of them is one of the event's steps.
    """
    if type(value) is dict:
        spend(ctx, len(value))
        return value.items()
    if type(value) is list:
        spend(ctx, len(value))
        return enumerate(value)
    return ()


def spend(ctx: Context, steps: int = 1) -> None:
    """Takes steps from those that the event has left."""
    ctx.steps -= steps
    if ctx.steps < 0:
        hint = "an event has that many turns of loops and calls of functions; split the work over events"
        raise EvalError(f"The script took more than {MAX_STEPS} steps", None, hint)


NAMES: Final[dict[str, Any]] = {"STEPS": MAX_STEPS, "pairs": pairs, "spend": spend}
"""What of this generated code may name."""
