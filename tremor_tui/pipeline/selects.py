"""Turns the scripts and selects of query IR into operators, by loading their generated code."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from tremor_tui.language.ir.expr import RootIR, walk
from tremor_tui.language.ir.query import ScriptNode, SelectNode
from tremor_tui.language.ir.script import SelectIR
from tremor_tui.language.load.loader import LoadedSelect, load_script, load_select
from tremor_tui.model.context import Context
from tremor_tui.operators.contract import Operator
from tremor_tui.operators.script import Report, ScriptFunction
from tremor_tui.operators.select import GroupedSelect, Select, Target

UNGROUPED = [None, "[null]"]
"""What `group` is without a `group by`."""


def load_scripts(node: ScriptNode) -> Mapping[str, ScriptFunction]:
    """The callable of each input port's script."""
    return {port: load_script(script) for port, script in node.scripts.items()}


def make_select(node: SelectNode, ctx: Context, report: Report) -> Operator:
    """The operator of a select without windows; the checker lets no others through."""
    loaded = load_select(node.select)
    if loaded.groups is not None:
        return GroupedSelect(ctx, loaded.target, loaded.groups, loaded.where, loaded.having, report)
    return Select(ctx, _target(node.select, loaded), loaded.where, loaded.having, report)


def _target(select: SelectIR, loaded: LoadedSelect) -> Target | None:
    if is_identity(select):
        return None
    if any(isinstance(node, RootIR) and node.name == "group" for node in walk(select.target)):
        return partial(loaded.target, group=UNGROUPED)
    return loaded.target


def is_identity(select: SelectIR) -> bool:
    """Whether the target is `event` itself."""
    return isinstance(select.target, RootIR) and select.target.name == "event"
