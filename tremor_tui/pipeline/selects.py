"""Turns the scripts and selects of query IR into operators, by loading their generated code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar, cast

from tremor_tui.aggregates.contract import find
from tremor_tui.errors import ConfigError, ScriptError
from tremor_tui.language.ir.expr import ExprIR, RootIR, walk
from tremor_tui.language.ir.query import ScriptNode, SelectNode, WindowIR
from tremor_tui.language.ir.script import AggregateCallIR, SelectIR
from tremor_tui.language.load.loader import LoadedSelect, load_script, load_select
from tremor_tui.model.batch import Meta, Value
from tremor_tui.model.context import Cell, Context
from tremor_tui.model.diagnostic import Diagnostic, Span
from tremor_tui.model.values import to_json
from tremor_tui.operators.contract import Operator
from tremor_tui.operators.script import Report, ScriptFunction
from tremor_tui.operators.select import GroupedSelect, Select, Target
from tremor_tui.operators.windows import (
    Actions,
    BySize,
    ByState,
    ByTime,
    Call,
    Decide,
    Expressions,
    Measure,
    Trigger,
    Window,
    WindowSelect,
)

Made = TypeVar("Made")
UNGROUPED = [None, "[null]"]
"""What `group` is without a `group by`."""


def load_scripts(node: ScriptNode) -> Mapping[str, ScriptFunction]:
    """The callable of each input port's script."""
    return {port: load_script(script) for port, script in node.scripts.items()}


def make_select(node: SelectNode, ctx: Context, report: Report) -> Operator:
    """The operator of a select."""
    loaded = load_select(node.select)
    if node.windows:
        return _windowed(node, loaded, ctx, report)
    if loaded.groups is not None:
        return GroupedSelect(ctx, loaded.target, loaded.groups, loaded.where, loaded.having, report)
    having = _ungrouped(node.select.having, loaded.having)
    return Select(ctx, _target(node.select, loaded), loaded.where, having, report)


def _target(select: SelectIR, loaded: LoadedSelect) -> Target | None:
    if is_identity(select):
        return None
    return _ungrouped(select.target, loaded.target)


def _ungrouped(node: ExprIR | None, call: Made) -> Made:
    """An expression of a select that has no groups, with what `group` is then."""
    if node is None or not any(isinstance(part, RootIR) and part.name == "group" for part in walk(node)):
        return call
    return cast(Made, partial(cast(Callable[..., Any], call), group=UNGROUPED))


def is_identity(select: SelectIR) -> bool:
    """Whether the target is `event` itself."""
    return isinstance(select.target, RootIR) and select.target.name == "event"


# -- windows -------------------------------------------------------------------------------------------


def _windowed(node: SelectNode, loaded: LoadedSelect, ctx: Context, report: Report) -> Operator:
    calls = [_call(call) for call in node.select.aggregates]
    expressions = Expressions(loaded.target, loaded.where, loaded.having, loaded.groups, loaded.arguments)
    windows = [Window(window.name, _trigger(window), window.max_groups) for window in node.windows]
    grouped = node.select.group_by or node.select
    return WindowSelect(ctx, expressions, windows, calls, grouped.span, report)


def _call(call: AggregateCallIR) -> Call:
    found = find(call.path)
    if found is None:
        raise ConfigError(f"there is no aggregate `{call.path}`")
    return Call(call.path, found.init, call.span, len(call.args), found.is_numeric)


def _trigger(window: WindowIR) -> Callable[[], Trigger]:
    script = load_script(window.script) if window.script else None
    tick = load_script(window.tick) if window.tick else None
    span = window.script.span if window.script else window.span
    if window.kind == "state" and script is not None:
        on_tick = _decision(tick, window.tick.span) if tick and window.tick else None
        return partial(ByState, window.state, _decision(script, span), on_tick)
    measure = _measure(script, span) if script else None
    return partial(BySize if window.kind == "size" else ByTime, window.amount, measure)


def _measure(script: ScriptFunction, span: Span | None) -> Measure:
    def measure(event: Value, meta: Meta | None, ctx: Context) -> int:
        result = script(event, meta, Cell(), ctx)
        value = result[1] if result is not None else None
        if type(value) is not int or value < 0:
            message = "Data based window didn't provide a valid value"
            raise ScriptError(Diagnostic(message, span, "its script gives a whole number, not negative"))
        return value

    return measure


def _decision(script: ScriptFunction, span: Span | None) -> Decide:
    def decide(event: Value, meta: Meta | None, cell: Cell, ctx: Context) -> Actions:
        result = script(event, meta, cell, ctx)
        if result is None:
            raise ScriptError(Diagnostic("State based window didn't provide a boolean return", span, REPLY))
        match result[1]:
            case bool(both):
                return both, both
            case [bool(emit), bool(include)]:
                return emit, include
        message = f"Window returned `{to_json(result[1])}` this can't be used as a window reply"
        raise ScriptError(Diagnostic(message, span, REPLY))

    return decide


REPLY = "its script gives `true` (emit, with this event), `false`, or `[emit, include]`"
