"""Checks windows, and what the target of a select with windows may refer to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from tremor_tui.aggregates.contract import aggregates, find
from tremor_tui.errors import CheckError, CompileError, did_you_mean
from tremor_tui.language.check.arguments import settings, take
from tremor_tui.language.check.expr import const_value
from tremor_tui.language.check.scope import Problems, Scope
from tremor_tui.language.check.script import check_script
from tremor_tui.language.ir.expr import IR, ExprIR, IndexIR, PathIR, RootIR
from tremor_tui.language.ir.query import WindowIR
from tremor_tui.language.ir.script import GroupIR, ScriptIR, SelectIR
from tremor_tui.language.tree.expr import KeywordRoot, Path
from tremor_tui.language.tree.query import DefineWindow, ScriptBody, Setting
from tremor_tui.language.tree.script import Let
from tremor_tui.language.tree.walk import walk
from tremor_tui.model.batch import Value
from tremor_tui.model.diagnostic import Diagnostic, Span

KEYS = ("interval", "max_groups", "size")


def check_window(definition: DefineWindow, scope: Scope, name: str) -> WindowIR:
    """A window that a select names. Raises CheckError."""
    problems = Problems()
    script, tick = _scripts(definition, scope, problems)
    values = settings(definition.settings, scope, None, problems)
    _check_keys(definition.settings, values, problems)
    problems.settle()
    kind, amount = _kind(definition, values)
    if definition.kind == "sliding":
        hint = "tumbling windows are"
        raise CheckError([Diagnostic("sliding windows are not supported", definition.kind_span, hint)])
    state = const_value(definition.state, scope) if definition.state is not None else None
    if kind == "state" and script is None:
        hint = "add `script … ` that says for each event whether to emit"
        message = "a window with `state` needs a script"
        raise CheckError([Diagnostic(message, definition.name.span, hint)])
    limit = values.get("max_groups")
    return WindowIR(name, kind, amount, limit, state, script, tick, definition.span)


def check_definition(definition: DefineWindow, scope: Scope) -> None:
    """A window that nothing uses: its scripts and its state. Raises CheckError."""
    problems = Problems()
    _scripts(definition, scope, problems)
    problems.settle()
    if definition.state is not None:
        const_value(definition.state, scope)


def _kind(definition: DefineWindow, values: dict[str, Value]) -> tuple[Any, int]:
    """What closes the window. Raises CheckError unless that is exactly one thing."""
    given = [key for key in ("size", "interval") if values.get(key) is not None]
    given += ["state"] if definition.state is not None else []
    if len(given) == 1:
        return given[0], values.get(given[0], 0)
    said = "nothing" if not given else " and ".join(f"`{key}`" for key in given)
    message = f"a window has one of `size`, `interval` and `state`; this one has {said}"
    hint = "say when it closes: `with size = 10`, or `with interval = 1000000000` (nanoseconds)"
    raise CheckError([Diagnostic(message, definition.name.span, hint)])


def _check_keys(given: Sequence[Setting], values: dict[str, Value], problems: Problems) -> None:
    for setting in given:
        name, value = setting.name.text, values[setting.name.text]
        if name not in KEYS:
            problems.error(f"a window has no setting `{name}`", setting.name.span, did_you_mean(name, KEYS))
        elif value is not None and (type(value) is not int or value < (name != "interval")):
            problems.error(f"`{name}` of a window is a whole number above 0", setting.value.span)


# -- scripts ------------------------------------------------------------------------------------------


def _scripts(
    definition: DefineWindow, scope: Scope, problems: Problems
) -> tuple[ScriptIR | None, ScriptIR | None]:
    tick = definition.tick
    if tick is not None and tick.port is not None and tick.port.text != "tick":
        hint = "write `script from tick`"
        problems.error("a window has no script but the one for events and `tick`", tick.port.span, hint)
        tick = None
    return _script(definition.script, scope, problems, False), _script(tick, scope, problems, True)


def _script(body: ScriptBody | None, scope: Scope, problems: Problems, is_tick: bool) -> ScriptIR | None:
    if body is None:
        return None
    for statement in body.statements:
        for message in _faults(statement, is_tick):
            span = statement.path.span.to(statement.span) if isinstance(statement, Let) else statement.span
            problems.error(message, span, "a window's script may change `state` alone")
    try:
        return check_script(body.statements, scope, args={}, name="window")
    except CompileError as error:
        take(problems, error)
        return None


def _faults(statement: Any, is_tick: bool) -> Iterator[str]:
    for node in walk(statement):
        if isinstance(node, Let) and (root := _event_root(node.path)):
            yield f"`{root}` cannot be assigned to in a window"
            return
        if is_tick and isinstance(node, Path) and (root := _event_root(node)):
            yield f"there is no `{root}` on a tick"
            return


def _event_root(path: Path) -> str:
    root = path.root
    return root.name if isinstance(root, KeywordRoot) and root.name in ("event", "$") else ""


# -- targets ------------------------------------------------------------------------------------------


def grouped_target(select: SelectIR, problems: Problems) -> SelectIR:
    """The select with the expressions it groups by replaced by `group[n]` in its target.

    It is a problem where the target refers to an event otherwise, as a window has many, and where an
    aggregate is not there.
    """
    keys = list(_keys(select.group_by)) if select.group_by else []
    target = _rewritten(select.target, keys)
    check_aggregates(select, problems)
    for span in _event_spans(target):
        problems.error(
            "here stands a whole window, not a single event",
            span,
            "wrap it in an aggregate, as in `aggr::win::last(…)`, or group by it",
        )
    return replace(select, target=target)


def check_aggregates(select: SelectIR, problems: Problems) -> None:
    """Whether each aggregate is there and takes so many arguments; what it warns of is a warning."""
    for call in select.aggregates:
        found = find(call.path)
        if found is None:
            module = call.path.rpartition("::")[0]
            names = [f"{module}::{name}" for name in _known(module)]
            hint = did_you_mean(call.path, names, "the modules of aggregates are `stats` and `win`")
            problems.error(f"Call to undefined function aggr::{call.path}", call.span, hint)
        elif not found.min_arity <= len(call.args) <= found.max_arity:
            message = f"Bad arity for function aggr::{call.path}: called with {len(call.args)} arguments"
            problems.error(message, call.span.whole_lines(), f"it takes ({', '.join(found.params)})")
        elif found.warning:
            problems.warn(found.warning, call.span, "performance")


def _known(module: str) -> list[str]:
    return sorted(aggregates.get(module)) if module in aggregates else []


def _keys(group: GroupIR) -> Iterator[ExprIR]:
    if group.expr is not None:
        yield group.expr
    for item in group.items:
        yield from _keys(item)


def _rewritten(node: Any, keys: Sequence[ExprIR]) -> Any:
    for number, key in enumerate(keys):
        if same(node, key):
            group = RootIR("group", node.span)
            return PathIR(group, (IndexIR(number, node.span),), node.span)
    if isinstance(node, tuple):
        return tuple(_rewritten(item, keys) for item in node)
    if not isinstance(node, IR):
        return node
    parts = {field.name: getattr(node, field.name) for field in fields(node)}  # type: ignore[arg-type]
    changed = {name: _rewritten(part, keys) for name, part in parts.items()}
    return replace(node, **changed)  # type: ignore[type-var]


def same(left: Any, right: Any) -> bool:
    """Whether two expressions say the same, wherever they stand."""
    if isinstance(left, Span) and isinstance(right, Span):
        return True
    if type(left) is not type(right):
        return False
    if isinstance(left, tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, IR):
        names = [field.name for field in fields(left)]  # type: ignore[arg-type]
        return all(same(getattr(left, name), getattr(right, name)) for name in names)
    return bool(left == right)


def _event_spans(node: Any) -> Iterator[Span]:
    """The places of paths that start at the event or its metadata."""
    if isinstance(node, tuple):
        for item in node:
            yield from _event_spans(item)
    elif _is_event(node) or (isinstance(node, PathIR) and _is_event(node.root)):
        yield node.span
    elif isinstance(node, IR):
        for field in fields(node):  # type: ignore[arg-type]
            yield from _event_spans(getattr(node, field.name))


def _is_event(node: Any) -> bool:
    return isinstance(node, RootIR) and node.name in ("event", "meta")
