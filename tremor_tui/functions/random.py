"""`std::random`: chance, decided by the event's ingest time: within one event each call gives the same."""

from __future__ import annotations

from tremor_tui.functions.contract import FunctionError, Module, integer_of, number_of
from tremor_tui.model.batch import Value
from tremor_tui.model.context import Context
from tremor_tui.model.rng import SmallRng
from tremor_tui.model.values import INT_MAX, INT_MIN

random = Module("random")
MAX_LENGTH = 1 << 20
"""Characters of a random string."""


@random.function(returns="bool", pure=False, context=True)
def bool_(ctx: Context) -> Value:
    """True or false."""
    return SmallRng(ctx.ingest_ns).bool()


@random.function("length", returns="string", pure=False, context=True)
def string(ctx: Context, length: Value) -> Value:
    """A string of so many ASCII letters and digits."""
    return SmallRng(ctx.ingest_ns).letters(integer_of(length, 0, 0, MAX_LENGTH))


@random.function("low?", "high?", returns="integer", pure=False, context=True)
def integer(ctx: Context, *bounds: Value) -> Value:
    """Any integer of 64 bits; or one from 0 up to `low`; or one from `low` up to `high`, not included."""
    rng = SmallRng(ctx.ingest_ns)
    match bounds:
        case ():
            drawn = rng.u64()
            return drawn - (1 << 64) if drawn > INT_MAX else drawn
        case (high,):
            return rng.below(integer_of(high, 0, 1))
        case _:
            low = integer_of(bounds[0], 0, INT_MIN, INT_MAX)
            high = integer_of(bounds[1], 1, INT_MIN, INT_MAX)
            if low >= high:
                raise FunctionError(f"the low end {low} must be below the high end {high}")
            return low + rng.below(high - low)


@random.function("low?", "high?", returns="float", pure=False, context=True)
def float_(ctx: Context, *bounds: Value) -> Value:
    """A float from 0 up to 1; or from 0 up to `low`; or from `low` up to `high`, not included."""
    rng = SmallRng(ctx.ingest_ns)
    if not bounds:
        return rng.unit()
    ends = [float(number_of(bound, index)) for index, bound in enumerate(bounds)]
    low, high = (0.0, ends[0]) if len(ends) == 1 else (ends[0], ends[1])
    if not low < high or not abs(high - low) < float("inf"):
        raise FunctionError(f"the low end {low} must be below the high end {high}, both finite")
    return rng.between(low, high)
