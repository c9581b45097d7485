"""Expressions: from tree to IR, with names resolved and constants folded.

`check_expr(tree, env)` is the entry. A fault is reported and checked on; what is faulty becomes a
variable of no name, so that it is no constant and raises no further faults.
"""

from __future__ import annotations

from functools import singledispatch

from tremor_tui.errors import did_you_mean
from tremor_tui.functions.contract import find
from tremor_tui.language import fold
from tremor_tui.language.check import match as matches
from tremor_tui.language.check import segments
from tremor_tui.language.check.env import Env
from tremor_tui.language.check.scope import Problems, Scope
from tremor_tui.language.depth import deep
from tremor_tui.language.ir.expr import (
    AggregateIR,
    BinaryIR,
    BytesIR,
    BytesPartIR,
    CallIR,
    ConstIR,
    ExprIR,
    ListIR,
    LocalIR,
    LogicIR,
    MergeIR,
    PatchIR,
    PatchOpIR,
    PathIR,
    PresenceIR,
    RecordIR,
    RecurIR,
    RootIR,
    RootName,
    StringIR,
    UnaryIR,
)
from tremor_tui.language.ir.script import AggregateCallIR, FunctionIR
from tremor_tui.language.tree import expr as tree
from tremor_tui.model.batch import Value
from tremor_tui.model.diagnostic import Span

MAX_INT = 2**63


def check_expr(node: tree.Expr, env: Env) -> ExprIR:
    """The IR of an expression."""
    leaves = isinstance(node, (tree.Recur, tree.Match))
    with env.leaf(leaves):
        return _check(node, env)


@deep
def const_value(
    node: tree.Expr, scope: Scope, args: dict[str, Value] | None = None, *, is_exact: bool = False
) -> Value:
    """The value of an expression that has to be known at compile time.

    `args` are what `args` stands for; without them it is not constant. `is_exact` underlines
    the expression alone where it is not constant. Raises CheckError.
    """
    problems = Problems()
    env = Env(scope, problems, "constant", args)
    value = constant(check_expr(node, env), problems, is_exact=is_exact)
    problems.settle()
    return value


def constant(node: ExprIR, problems: Problems, *, is_exact: bool = False) -> Value:
    """The value of a checked expression. One that is not constant is a problem."""
    if isinstance(node, ConstIR):
        return node.value
    if not problems.has_errors:
        message = "The expression isn't constant and can't be evaluated at compile time"
        # Tremor underlines all that stands before the expression in its line, too.
        hint = "use literals, constants, `args` and pure functions alone"
        problems.error(message, node.span if is_exact else node.span.whole_lines(), hint)
    return None


def faulty(span: Span) -> ExprIR:
    """What stands for an expression that was refused."""
    return LocalIR("", "", span)


def fold_in(node: ExprIR, env: Env) -> ExprIR:
    """The node or its value; faults of its evaluation are problems."""
    return fold.folded(node, env.calls, env.problems.add)


@singledispatch
def _check(node: tree.Expr, env: Env) -> ExprIR:
    env.problems.error(f"{type(node).__name__} is not supported yet", node.span)
    return faulty(node.span)


# --- values -----------------------------------------------------------------------------------------


@_check.register
def _scalar(node: tree.Scalar, env: Env) -> ExprIR:
    return ConstIR(node.value, node.span)


@_check.register
def _string(node: tree.String, env: Env) -> ExprIR:
    if node.constant is not None:
        return ConstIR(node.constant, node.span)
    parts = [
        ConstIR(part.value, part.span) if isinstance(part, tree.Text) else check_expr(part.expr, env)
        for part in node.parts
    ]
    return fold_in(StringIR(tuple(parts), node.span), env)


@_check.register
def _list(node: tree.List, env: Env) -> ExprIR:
    return fold_in(ListIR(tuple(check_expr(item, env) for item in node.items), node.span), env)


@_check.register
def _record(node: tree.Record, env: Env) -> ExprIR:
    items = [(check_expr(item.key, env), check_expr(item.value, env)) for item in node.fields]
    return fold_in(RecordIR(tuple(items), node.span), env)


_SIGNED = frozenset({"signed_integer", "big_signed_integer", "little_signed_integer"})
_UNSIGNED = frozenset(
    {"", "integer", "big", "unsigned", "unsigned_integer", "big_integer", "big_unsigned_integer"}
    | {"little", "little_integer", "little_unsigned_integer"}
)


@_check.register
def _bytes(node: tree.Bytes, env: Env) -> ExprIR:
    return fold_in(BytesIR(tuple(_bytes_part(part, env) for part in node.parts), node.span), env)


def _bytes_part(node: tree.BytesPart, env: Env) -> BytesPartIR:
    value, name = check_expr(node.value, env), node.kind.text if node.kind else ""
    if name != "binary" and name not in _SIGNED | _UNSIGNED:
        kinds = ["binary", *sorted(_SIGNED | _UNSIGNED - {""})]
        env.problems.error(f"Not a valid data type: '{name}'", node.span, did_you_mean(name, kinds))
    if node.bits is not None and not 1 <= node.bits <= 64:
        message = f"negative bits or bits > 64 are are not allowed: {node.bits}"
        env.problems.error(message, node.span, "give 1 up to 64")
    bits = node.bits if node.bits is not None else 0 if name == "binary" else 8
    kind = "binary" if name == "binary" else "signed" if name in _SIGNED else "unsigned"
    return BytesPartIR(value, kind, name.startswith("little"), min(bits, 64), node.span)  # type: ignore[arg-type]


# --- operators --------------------------------------------------------------------------------------


@_check.register
def _unary(node: tree.Unary, env: Env) -> ExprIR:
    operand = check_expr(node.operand, env)
    if node.op == "-" and isinstance(operand, ConstIR) and operand.value == MAX_INT:
        return ConstIR(-MAX_INT, node.span)
    return fold_in(UnaryIR(node.op, operand, node.span), env)


@_check.register
def _binary(node: tree.Binary, env: Env) -> ExprIR:
    left, right = check_expr(node.left, env), check_expr(node.right, env)
    if node.op == "and" or node.op == "or" or node.op == "xor":
        return fold_in(LogicIR(node.op, left, right, node.span), env)
    return fold_in(BinaryIR(node.op, left, right, node.span), env)


@_check.register
def _presence(node: tree.Presence, env: Env) -> ExprIR:
    path = _path_ir(node.path, env)
    return fold_in(PresenceIR(node.is_present, path, node.span), env)


# --- calls ------------------------------------------------------------------------------------------


@_check.register
def _call(node: tree.Call, env: Env) -> ExprIR:
    path = [part.text for part in node.function.module]
    if env.kind == "select" and path[:1] == ["aggr"] and len(path) == 2:
        return _aggregate(node, env)
    args = tuple(check_expr(arg, env) for arg in node.args)
    if path[:1] == ["core"] and len(path) == 2:
        return _native(node, f"{path[1]}::{node.function.name.text}", args, env)
    function = env.scope.function(node.function)
    if function is None:
        _no_function(node, env)
        return faulty(node.span)
    if function.native:
        return _native(node, function.native, args, env)
    env.calls[function.id] = function
    if not function.accepts(len(args)):
        low, high = len(function.params), "" if function.rest else len(function.params)
        _arity(node, node.function.text, f"{low}..={high}", len(args), env)
        return faulty(node.span)
    return fold_in(CallIR(function.id, False, args, node.function.text, node.span), env)


def _native(node: tree.Call, path: str, args: tuple[ExprIR, ...], env: Env) -> ExprIR:
    function = find(path)
    if function is None:
        env.problems.error(f"The native function `{path}` is not supported yet", node.span)
        return faulty(node.span)
    _warn(node, path, env)
    low, high = function.min_arity, function.max_arity
    if len(args) < low or (high is not None and len(args) > high):
        _arity(node, path, f"{low}..={high if high is not None else ''}", len(args), env)
        return faulty(node.span)
    return fold_in(CallIR(path, True, args, path, node.span), env)


_WARNINGS = {
    "array::push": "`array::push(the_array, element)` can be replaced by `the_array + [element]`",
    "array::concatenate": "`array::concatenate(one, two)` can be replaced by `one + two`",
    "record::contains": '`record::contains(record, "key")` can be replaced by `present record.key`',
    "record::combine": "`record::combine(one, two)` can be replaced by `merge one of two end`",
    "system::nanotime": "`system::nanotime()` is another time at each call; `system::ingest_ns()` is not",
}
"""Native functions for which there is something better, and what."""


def _warn(node: tree.Call, path: str, env: Env) -> None:
    message = _WARNINGS.get(path)
    if message:
        env.problems.warn(message, node.span, "performance")


def _arity(node: tree.Call, name: str, arity: str, given: int, env: Env) -> None:
    message = f"Bad arity for function {name}/{arity} but was called with {given} arguments"
    env.problems.error(message, node.span)


def _no_function(node: tree.Call, env: Env) -> None:
    name = node.function
    scope = env.scope.module(name.module)
    if scope is None:
        hint = env.scope.module_hint(name.module)
    else:
        hint = did_you_mean(name.name.text, sorted(scope.functions), "functions are defined before use")
    env.problems.error(f"Call to undefined function {name.text}", node.span, hint)


def _aggregate(node: tree.Call, env: Env) -> ExprIR:
    """An aggregate's call in a select's target: its arguments see the event."""
    if env.in_aggregate:
        env.problems.error("Aggregates can not be called inside of aggregates", node.span.whole_lines())
        return faulty(node.span)
    env.in_aggregate = True
    args = tuple(check_expr(arg, env) for arg in node.args)
    env.in_aggregate = False
    path = "::".join([*(part.text for part in node.function.module[1:]), node.function.name.text])
    if env.aggregates is None:
        hint = "aggregates stand in the target of a select with windows"
        env.problems.error(f"There is no window for aggr::{path}", node.span, hint)
        return faulty(node.span)
    env.aggregates.append(AggregateCallIR(path, args, node.span))
    return AggregateIR(len(env.aggregates) - 1, node.span)


@_check.register
def _recur(node: tree.Recur, env: Env) -> ExprIR:
    if not env.is_leaf:
        message = "Can not recur from this location"
        env.problems.error(message, node.span, "`recur` has to be the last thing that the function does")
    given, wanted = len(node.args), len(env.params)
    if env.is_leaf and (given != wanted if env.rest is None else given > wanted):
        env.problems.error(f"Wrong number of arguments {wanted} != {given}", node.span)
    with env.leaf(False):
        return RecurIR(tuple(check_expr(arg, env) for arg in node.args), node.span)


# --- paths ------------------------------------------------------------------------------------------


@_check.register
def _path(node: tree.Path, env: Env) -> ExprIR:
    return fold_in(_path_ir(node, env), env)


def _path_ir(node: tree.Path, env: Env) -> ExprIR:
    root = _root(node.root, env, node.span)
    if not node.segments:
        return root
    return PathIR(root, tuple(segments.segment(part, env) for part in node.segments), node.span)


def _root(node: tree.PathRoot, env: Env, whole: Span) -> ExprIR:
    """The root of a path. `whole` is the path: all of it is underlined where its root is not there."""
    if isinstance(node, tree.ExprRoot):
        return check_expr(node.expr, env)
    if isinstance(node, tree.ConstRoot):
        return _module_const(node, env, whole)
    if isinstance(node, tree.LocalRoot):
        const = env.scope.consts.get(node.name.text)
        return ConstIR(const.value, node.span) if const else _variable(node, env, whole)
    return _keyword(node, env)


def _module_const(node: tree.ConstRoot, env: Env, whole: Span) -> ExprIR:
    const = env.scope.const(node.name)
    if const is not None:
        return ConstIR(const.value, node.span)
    scope = env.scope.module(node.name.module)
    hint = env.scope.module_hint(node.name.module)
    if scope is not None:
        hint = did_you_mean(node.name.name.text, sorted(scope.consts))
    message = f"The constant {node.name.text} (absolute path) is not defined."
    env.problems.error(message, whole, hint)
    return faulty(node.span)


def _variable(node: tree.LocalRoot, env: Env, whole: Span) -> ExprIR:
    variable = env.local(node.name.text, whole)
    if env.kind == "select" and " " not in variable.slot:
        hint = did_you_mean(node.name.text, ["event", "group", "window", "args", *env.scope.consts], " ")
        env.problems.error("Local variables are not allowed here", node.span, hint.strip())
        return faulty(node.span)
    return variable


_ROOTS: dict[str, RootName] = {
    "event": "event", "$": "meta", "state": "state", "group": "group", "window": "window",
}  # fmt: skip


def _keyword(node: tree.KeywordRoot, env: Env) -> ExprIR:
    name = node.name
    if name == "args":
        return _args(node, env)
    if name in ("group", "window") and env.kind != "select":
        return ConstIR(None, node.span)
    if name == "state" and env.kind == "select":
        return ConstIR(None, node.span)
    return RootIR(_ROOTS[name], node.span)


def _args(node: tree.KeywordRoot, env: Env) -> ExprIR:
    if env.kind == "function":
        return env.rest if env.rest else ConstIR([], node.span)
    return faulty(node.span) if env.args is None else ConstIR(env.args, node.span)


# --- patch, merge, match, for -----------------------------------------------------------------------


@_check.register
def _patch(node: tree.Patch, env: Env) -> ExprIR:
    operations = tuple(_operation(operation, env) for operation in node.operations)
    return PatchIR(check_expr(node.target, env), operations, node.span)


def _operation(node: tree.PatchOperation, env: Env) -> PatchOpIR:
    key = check_expr(node.key, env) if node.key else None
    value = check_expr(node.value, env) if node.value else None
    return PatchOpIR(node.op, key, value, node.span)


@_check.register
def _merge(node: tree.Merge, env: Env) -> ExprIR:
    return MergeIR(check_expr(node.target, env), check_expr(node.value, env), node.span)


@_check.register
def _match(node: tree.Match, env: Env) -> ExprIR:
    return matches.check_match(node, env)


@_check.register
def _for(node: tree.For, env: Env) -> ExprIR:
    return matches.check_for(node, env)


def calls_of(env: Env) -> tuple[FunctionIR, ...]:
    """The functions that were called, in order of their first call."""
    return tuple(env.calls.values())
