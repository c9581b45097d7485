"""`tremor::system`: this tremor, its machine, and the time."""

from __future__ import annotations

import tremor_tui
from tremor_tui.functions.contract import Module
from tremor_tui.model.batch import Value
from tremor_tui.model.context import Context

system = Module("system")


@system.function(returns="string", pure=False, context=True)
def hostname(ctx: Context) -> Value:
    """The machine's name."""
    return ctx.hostname


@system.function(returns="integer", pure=False, context=True)
def ingest_ns(ctx: Context) -> Value:
    """When the event was read, in nanoseconds since 1970."""
    return ctx.ingest_ns


@system.function(returns="string", pure=False, context=True)
def instance(ctx: Context) -> Value:
    """The name of this tremor."""
    return ctx.instance


@system.function(returns="integer", pure=False, context=True)
def nanotime(ctx: Context) -> Value:
    """The time now, in nanoseconds since 1970; `ingest_ns` is cheaper and the same all along a pipeline."""
    return ctx.now_ns or ctx.ingest_ns


@system.function(returns="string")
def version() -> Value:
    """The version of tremor-tui."""
    return tremor_tui.__version__
