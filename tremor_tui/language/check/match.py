"""`match` and `for`, with their patterns."""

from __future__ import annotations

from tremor_tui.errors import ConfigError, did_you_mean
from tremor_tui.extractors.contract import extractors
from tremor_tui.language.check import expr as expressions
from tremor_tui.language.check.env import Env
from tremor_tui.language.ir.expr import (
    AnyIR,
    ArrayPatternIR,
    AssignIR,
    CaseIR,
    CompareFieldIR,
    ConstIR,
    EffectorIR,
    EqualIR,
    ExtractFieldIR,
    ExtractIR,
    ExtractorIR,
    FieldIR,
    ForCaseIR,
    ForIR,
    ItemIR,
    MatchIR,
    PatternFieldIR,
    PatternIR,
    PresenceFieldIR,
    RecordPatternIR,
    TuplePatternIR,
)
from tremor_tui.language.tree import expr as tree
from tremor_tui.model.diagnostic import Span

NO_DEFAULT = (
    "This match expression has no default clause, if the other clauses do not cover all possibilities "
    "this will lead to events being discarded with runtime errors."
)
MANY_DEFAULTS = "Any but the first `case _` statement are unreachable and will be ignored."


def check_match(node: tree.Match, env: Env) -> MatchIR:
    """A `match`, as expression or statement."""
    with env.leaf(False):
        target = expressions.check_expr(node.target, env)
    cases = [_case(case, env, node.is_mutable) for case in node.cases]
    warn_defaults(cases, node.span, env)
    default = None
    if cases and is_default(cases[-1]):
        default = cases.pop().effectors
    return MatchIR(target, tuple(cases), default, node.is_mutable, node.span)


def is_default(case: CaseIR) -> bool:
    """Whether it is `case _` without a guard."""
    return isinstance(case.pattern, AnyIR) and case.guard is None


def warn_defaults(cases: list[CaseIR], span: Span, env: Env) -> None:
    """Warns where there is no `case _`, or more than one."""
    defaults = [case for case in cases if is_default(case)]
    if not defaults:
        env.problems.warn(NO_DEFAULT, span, "behaviour")
    for case in defaults[1:]:
        env.problems.warn(MANY_DEFAULTS, case.span, "behaviour")


def _case(node: tree.Case, env: Env, is_mutable: bool) -> CaseIR:
    names = (
        [(node.pattern.name.text, node.pattern.name.span)]
        if isinstance(node.pattern, tree.AssignPattern)
        else []
    )
    with env.shadow(*names) as variables:
        with env.leaf(False):
            pattern = check_pattern(node.pattern, env)
            if isinstance(node.pattern, tree.AssignPattern):
                pattern = AssignIR(variables[0], pattern, node.pattern.span)
            guard = expressions.check_expr(node.guard, env) if node.guard else None
        return CaseIR(pattern, guard, effectors(node.effectors, env, is_mutable), node.span)


def effectors(nodes: tuple[tree.Effector, ...], env: Env, is_mutable: bool) -> tuple[EffectorIR, ...]:
    """The effectors of a case. In an expression only the last one is ever evaluated."""
    from tremor_tui.language.check.script import check_effector

    checked = []
    for node in nodes:
        with env.leaf(node is nodes[-1]):
            checked.append(check_effector(node, env))
    return tuple(checked if is_mutable else checked[-1:])


# --- patterns ---------------------------------------------------------------------------------------


def check_pattern(node: tree.Pattern, env: Env) -> PatternIR:
    """A pattern; of `name = pattern` only the inner one."""
    if isinstance(node, tree.AssignPattern):
        if isinstance(node.pattern, tree.AssignPattern):
            hint = "name the value once"
            env.problems.error("A pattern can not be assigned twice", node.pattern.span, hint)
        return check_pattern(node.pattern, env)
    if isinstance(node, tree.ArrayPattern):
        return ArrayPatternIR(tuple(_item(item, env) for item in node.items), node.span)
    if isinstance(node, tree.TuplePattern):
        return TuplePatternIR(tuple(_item(item, env) for item in node.items), node.is_open, node.span)
    return _item(node, env)


def _item(node: tree.ItemPattern, env: Env) -> ItemIR:
    if isinstance(node, tree.Wildcard):
        return AnyIR(node.span)
    if isinstance(node, tree.ValuePattern):
        return EqualIR(expressions.check_expr(node.expr, env), node.span)
    if isinstance(node, tree.ExtractPattern):
        return ExtractIR(_extractor(node.extractor, env), node.span)
    return _record(node, env)


def _record(node: tree.RecordPattern, env: Env) -> RecordPatternIR:
    fields = tuple(_field(item, env) for item in node.fields)
    for item in fields:
        if isinstance(item, PresenceFieldIR) and any(
            other.key == item.key and not _same_presence(item, other) for other in fields
        ):
            env.problems.warn(_redundant(item), node.span, "behaviour")
    return RecordPatternIR(fields, node.span)


def _same_presence(item: PresenceFieldIR, other: FieldIR) -> bool:
    return isinstance(other, PresenceFieldIR) and other.is_present == item.is_present


def _redundant(item: PresenceFieldIR) -> str:
    if item.is_present:
        return (
            f"The field {item.key} is checked with both present and another extractor, this is redundant "
            "as extractors imply presence. It may also overwrite the result of the extractor."
        )
    return (
        f"The field {item.key} is checked with both absence and another extractor, this test can never "
        "be true."
    )


def _field(node: tree.FieldTest, env: Env) -> FieldIR:
    key = node.field.text
    if isinstance(node, tree.FieldComparison):
        return CompareFieldIR(key, node.op, expressions.check_expr(node.value, env), node.span)
    if isinstance(node, tree.FieldExtract):
        return ExtractFieldIR(key, _extractor(node.extractor, env), node.span)
    if isinstance(node, tree.FieldPresence):
        return PresenceFieldIR(node.is_present, key, node.span)
    pattern = check_pattern(node.pattern, env)
    if not isinstance(pattern, (RecordPatternIR, ArrayPatternIR, TuplePatternIR)):
        raise TypeError("only record, array and tuple patterns stand behind a field")
    return PatternFieldIR(key, pattern, node.span)


def _extractor(node: tree.Extractor, env: Env) -> ExtractorIR:
    """Prepares the rule once, so that a bad one is refused here."""
    name = node.name.text.lower()
    if name not in extractors:
        hint = did_you_mean(name, extractors.names())
        env.problems.error(f"There is no extractor called `{node.name.text}`", node.span, hint)
        return ExtractorIR(name, node.rule, node.span)
    try:
        extractors.get(name)(node.rule)
    except ConfigError as error:
        message = f"Invalid tilde predicate pattern: {error.message}"
        env.problems.error(message, node.span, error.hint)
    return ExtractorIR(name, node.rule, node.span)


# --- for --------------------------------------------------------------------------------------------


def check_for(node: tree.For, env: Env) -> ForIR:
    """A `for`, as expression or statement."""
    if node.fold is not None:
        message = "The `use <op>` syntax is experimental and may be deprecated or replaced"
        env.problems.warn(message, node.span, "general")
    with env.leaf(False):
        target = expressions.check_expr(node.target, env)
        initial = expressions.check_expr(node.initial, env) if node.initial else ConstIR([], node.span)
        cases = tuple(_for_case(case, env, node.is_mutable) for case in node.cases)
    return ForIR(target, cases, initial, node.fold or "+", node.is_mutable, node.span)


def _for_case(node: tree.ForCase, env: Env, is_mutable: bool) -> ForCaseIR:
    names = ((node.key.text, node.key.span), (node.value.text, node.value.span))
    with env.shadow(*names) as (key, value):
        guard = expressions.check_expr(node.guard, env) if node.guard else None
        body = effectors(node.effectors, env, is_mutable)
        return ForCaseIR(key, value, guard, body, node.names_span)
