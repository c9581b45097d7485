"""`match` as a chain of `if`, `elif` and `else`.

A case's test is that of its pattern (`patterns.py`) and its guard. Where a test needs lines of its own,
the rest of the chain moves into an `else`. What an arm yields goes to a destination: a name, a `return`,
or nowhere.
"""

from __future__ import annotations

from keyword import iskeyword

from tremor_tui.language.emit import expr as expressions
from tremor_tui.language.emit import paths, statements
from tremor_tui.language.emit.frame import Dest, Frame, Known, Looked
from tremor_tui.language.emit.patterns import Subject, Tests, test
from tremor_tui.language.emit.writer import Block, Code, Site, code, joined, unit
from tremor_tui.language.ir.expr import (
    AnyIR,
    AssignIR,
    CaseIR,
    ConstIR,
    EffectorIR,
    ExprIR,
    ListIR,
    LocalIR,
    MatchIR,
    PathIR,
    PatternIR,
    PresenceFieldIR,
    RecordPatternIR,
    RootIR,
    TuplePatternIR,
)
from tremor_tui.model.record import dataclass


@dataclass(frozen=True, slots=True)
class Bound:
    """A variable and the text of what it is bound to."""

    variable: LocalIR
    value: Code


def match(frame: Frame, node: MatchIR, dest: Dest) -> bool:
    """The lines of a `match`. Says whether none of its arms goes on after it."""
    subject = _subject(frame, node)
    chain = _Chain(frame)
    for case in node.cases:
        bound = _case(frame, node, subject, case, chain)
        if case is node.cases[0]:
            _keep(frame, node.target, subject, chain)
        _arm(frame, case.effectors, dest, chain, bound)
        if chain.is_closed:
            return chain.finish()
    if node.default is not None and dest.kind == "none" and _is_idle(node.default):
        chain.ends.append(frame.known)
        return chain.finish()
    chain.begin([], None)
    if node.default is not None:
        _arm(frame, node.default, dest, chain)
        return chain.finish()
    with frame.deeper():
        frame.put(code("raise no_clause()", site=Site(node.span, context=node.span.with_lines(2))))
    return chain.finish()


def _is_idle(effectors: tuple[EffectorIR, ...]) -> bool:
    """Whether effectors do nothing where no value is wanted."""
    return all(isinstance(effector, (ConstIR, PathIR, LocalIR, RootIR)) for effector in effectors)


def _keep(frame: Frame, node: ExprIR, subject: Subject, chain: _Chain) -> None:
    """Remembers what the first test looked up, for a later match on the same value."""
    place = paths.place_of(node)
    if place is not None and place[1] and subject.record:
        seen = Looked(subject.record, dict(subject.fields), dict(subject.texts))
        frame.known.looked[place[0]] = seen
        chain.before.looked[place[0]] = seen


class _Chain:
    """The `if` chain under construction. `ends` is what is known at the end of the arms that have one."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.ends: list[Known] = []
        self.before = frame.known
        self.is_closed = False
        self._is_first = True
        self._nesting = 0

    def begin(self, lines: Block, test: Code | None) -> None:
        """Starts a case, after the lines that its test needs. `test` None matches always."""
        if lines and not self._is_first:
            self.frame.put("else:")
            self.frame.enter()
            self._nesting += 1
            self._is_first = True
        self.frame.splice(lines)
        if test is None:
            self.frame.put("if True:" if self._is_first else "else:")
            self.is_closed = True
        else:
            self.frame.put("if " if self._is_first else "elif ", test, ":")
        self._is_first = False
        self.before = self.frame.known.copy()

    def finish(self) -> bool:
        """Ends the chain: what holds after it holds at the end of every arm. True if no arm has one."""
        for _ in range(self._nesting):
            self.frame.leave()
        if not self.ends:
            return True
        known = self.ends[0]
        for other in self.ends[1:]:
            known = known.meet(other)
        self.frame.known = known
        return False


def _arm(
    frame: Frame,
    effectors: tuple[EffectorIR, ...],
    dest: Dest,
    chain: _Chain,
    bound: Bound | None = None,
) -> None:
    with frame.deeper():
        if bound:
            frame.put(frame.names.of(bound.variable.slot, bound.variable.name), " = ", bound.value)
        if not statements.effectors(frame, effectors, dest):
            chain.ends.append(frame.known)
    frame.known = chain.before


def _case(frame: Frame, node: MatchIR, subject: Subject, case: CaseIR, chain: _Chain) -> Bound | None:
    """Begins the lines of one case, up to its `if`. Gives what is to be bound in its arm."""
    with frame.aside() as lines:
        tests = Tests(frame, Site(node.span))
        variable = case.pattern.variable if isinstance(case.pattern, AssignIR) else None
        pattern = _inner(case.pattern)
        result = test(tests, subject, pattern, wants=variable is not None)
        bound = Bound(variable, result or subject.value) if variable else None
        if bound:
            frame.known.slots.add(bound.variable.slot)
        if case.guard is not None:
            _bind(tests, bound)
            bound = None
            _guard(frame, tests, case.guard)
    chain.begin(lines, tests.joined())
    _note_found(frame, node.target, subject, pattern)
    if variable:
        chain.before.slots.discard(variable.slot)
    return bound


def _note_found(frame: Frame, target: ExprIR, subject: Subject, pattern: PatternIR) -> None:
    """Remembers, for the arm, the fields that are there if the pattern matches."""
    place = paths.place_of(target)
    if place is None or not place[1] or not isinstance(pattern, RecordPatternIR):
        return
    for item in pattern.fields:
        is_there = not isinstance(item, PresenceFieldIR) or item.is_present
        if is_there and item.key in subject.fields:
            frame.known.found[(*place[0], item.key)] = subject.fields[item.key]


def _bind(tests: Tests, bound: Bound | None) -> None:
    """Assigns within the test, so that a guard sees it."""
    if bound is None:
        return
    name = tests.frame.names.of(bound.variable.slot, bound.variable.name)
    if tests.parts:
        tests.add("((", name, " := ", bound.value, "),)")
    else:
        tests.frame.put(name, " = ", bound.value)


def _guard(frame: Frame, tests: Tests, guard: ExprIR) -> None:
    with frame.aside() as lines:
        piece = expressions.condition(frame, guard)
    if lines:
        flag = tests.flag()
        frame.put("if ", flag, ":")
        with frame.deeper():
            frame.splice(lines)
            frame.put(flag, " = ", piece)
    else:
        tests.parts.append(piece)


# --- the subject ------------------------------------------------------------------------------------


def _subject(frame: Frame, node: MatchIR) -> Subject:
    patterns = [_inner(case.pattern) for case in node.cases]
    shares = any(isinstance(case.pattern, AssignIR) for case in node.cases)
    if isinstance(node.target, ListIR) and all(_fits(p, len(node.target.items)) for p in patterns):
        elements = tuple(frame.held(expressions.expr(frame, item), "item") for item in node.target.items)
        whole = unit("[", joined(", ", elements), "]")
        return Subject(whole, node.target, elements)
    value = expressions.expr(frame, node.target, shares)
    is_name = str(value).isidentifier() and not iskeyword(str(value))
    value = frame.held(value, "subject") if is_name else frame.named(value, "subject")
    subject = Subject(value, node.target)
    place = paths.place_of(node.target)
    seen = frame.known.looked.get(place[0]) if place and place[1] else None
    if seen is not None:
        subject.record = seen.record
        subject.fields, subject.texts = dict(seen.fields), dict(seen.texts)
    elif any(isinstance(pattern, RecordPatternIR) for pattern in patterns):
        subject.record = frame.temporary("record")
        frame.put(subject.record, " = ", value, " if type(", value, ") is dict else NO_RECORD")
    return subject


def _inner(pattern: PatternIR) -> PatternIR:
    return pattern.pattern if isinstance(pattern, AssignIR) else pattern


def _fits(pattern: PatternIR, size: int) -> bool:
    """Whether a pattern may be tested against the elements of a list in the text, one by one."""
    if isinstance(pattern, TuplePatternIR):
        return len(pattern.items) <= size if pattern.is_open else len(pattern.items) == size
    return isinstance(pattern, AnyIR)
