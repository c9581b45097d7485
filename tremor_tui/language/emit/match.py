"""`match` as a chain of `if`, `elif` and `else`.

A pattern becomes tests that are joined by `and`. A record's field is looked up where it is tested first,
and kept for the cases below. Where a test needs lines of its own, the rest of the chain moves into an
`else`. What an arm yields goes to a destination: a name, a `return`, or nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tremor_tui.language.emit import expr as expressions
from tremor_tui.language.emit import paths, statements
from tremor_tui.language.emit.frame import Dest, Frame, Known, Looked
from tremor_tui.language.emit.writer import Block, Code, Site, atom, call, code, joined, unit, within
from tremor_tui.language.ir.expr import (
    AnyIR,
    ArrayPatternIR,
    AssignIR,
    CaseIR,
    CompareFieldIR,
    ConstIR,
    EffectorIR,
    EqualIR,
    ExprIR,
    ExtractFieldIR,
    ExtractIR,
    ExtractorIR,
    FieldIR,
    ItemIR,
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


@dataclass(slots=True)
class Subject:
    """What is matched: its text (a name), its elements where it is a list in the text itself, the name
    of it as a record, and the fields looked up so far, by key."""

    value: Code
    node: ExprIR | None = None
    elements: tuple[Code, ...] | None = None
    record: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bound:
    """A variable and the text of what it is bound to."""

    variable: LocalIR
    value: Code


@dataclass(slots=True)
class Tests:
    """The tests of one case so far. Those that need lines first are cut off into a flag."""

    frame: Frame
    site: Site
    parts: list[Code] = field(default_factory=list)

    def add(self, *pieces: str | Code) -> None:
        """One more test."""
        self.parts.append(code(*pieces))

    def joined(self) -> Code | None:
        """All tests as one expression, None where there are none."""
        if not self.parts:
            return None
        return self.parts[0] if len(self.parts) == 1 else joined(" and ", [within(p) for p in self.parts])

    def flag(self) -> str:
        """The tests so far as a variable; they are one test from here on."""
        name = self.frame.temporary("ok")
        self.frame.put(name, " = ", self.joined() or "True")
        self.parts = [atom(name)]
        return name


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
        frame.put(code("raise no_clause()", site=Site(node.span)))
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
    if variable:
        chain.before.slots.discard(variable.slot)
    return bound


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
    value = frame.held(expressions.expr(frame, node.target, shares), "subject")
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


# --- patterns ---------------------------------------------------------------------------------------


def test(tests: Tests, subject: Subject, pattern: PatternIR, wants: bool) -> Code | None:
    """Adds the tests of a pattern. Gives the text of its result if `wants` says so; None is the subject."""
    if isinstance(pattern, EqualIR):
        return _equal(tests, subject, pattern)
    if isinstance(pattern, ExtractIR):
        return _extract(tests, subject.value, pattern.extractor, wants)
    if isinstance(pattern, RecordPatternIR):
        return _record(tests, subject, pattern, wants)
    if isinstance(pattern, TuplePatternIR):
        return _tuple(tests, subject, pattern, wants)
    if isinstance(pattern, ArrayPatternIR):
        return _array(tests, subject.value, pattern)
    return None


def _equal(tests: Tests, subject: Subject, pattern: EqualIR) -> Code:
    value = _value(tests, pattern.expr)
    tests.parts.append(expressions.equality(subject.node, subject.value, pattern.expr, value))
    return value


def _value(tests: Tests, node: ExprIR) -> Code:
    """An expression within a pattern; evaluated only if the tests before it hold."""
    frame = tests.frame
    with frame.aside() as lines:
        piece = expressions.expr(frame, node, False)
    if not lines:
        return piece
    name, flag = frame.temporary("value"), tests.flag()
    frame.put(name, " = None")
    frame.put("if ", flag, ":")
    with frame.deeper():
        frame.splice(lines)
        frame.put(name, " = ", piece)
    return atom(name)


def _extract(tests: Tests, value: Code, extractor: ExtractorIR, wants: bool) -> Code | None:
    name = tests.frame.program.extractor(extractor.name, extractor.rule)
    found = call(name, value, "ctx", site=Site(extractor.span))
    if not wants:
        tests.add(found, " is not NO_MATCH")
        return None
    result = tests.frame.temporary("found")
    tests.add("(", result, " := ", found, ") is not NO_MATCH")
    return atom(result)


# --- record patterns --------------------------------------------------------------------------------


def _record(tests: Tests, subject: Subject, pattern: RecordPatternIR, wants: bool) -> Code | None:
    if not subject.record:
        name = tests.frame.temporary("record")
        tests.add("type(", name, " := ", subject.value, ") is dict")
        subject = Subject(subject.value, record=name)
    elif all(isinstance(f, PresenceFieldIR) and not f.is_present for f in pattern.fields):
        tests.add(subject.record, " is not NO_RECORD")
    is_reached = not tests.parts
    known = dict(subject.fields), dict(subject.texts)
    results: dict[str, Code] = {}
    for number, item in enumerate(pattern.fields):
        result = _field(tests, subject, item, wants)
        if result is not None:
            results[item.key] = result
        if number == 0 and is_reached:
            known = dict(subject.fields), dict(subject.texts)
    subject.fields, subject.texts = known
    if not wants:
        return None
    items = [code(ascii(key), ": ", value) for key, value in results.items()]
    return unit("{", joined(", ", items), "}")


def _field(tests: Tests, subject: Subject, item: FieldIR, wants: bool) -> Code | None:
    if isinstance(item, PresenceFieldIR):
        return _present(tests, subject, item, wants)
    if isinstance(item, CompareFieldIR):
        _compare(tests, subject, item)
        return None
    if isinstance(item, ExtractFieldIR):
        found = _extract(tests, _looked_up(tests, subject, item.key), item.extractor, wants)
        return found if wants else None
    below = Subject(atom(_name(tests, subject, item.key)))
    return test(tests, below, item.pattern, wants)


def _present(tests: Tests, subject: Subject, item: PresenceFieldIR, wants: bool) -> Code | None:
    if not item.is_present:
        tests.add(ascii(item.key), " not in ", subject.record)
        return None
    if not wants:
        tests.add(ascii(item.key), " in ", subject.record)
        return None
    value = _looked_up(tests, subject, item.key)
    tests.add(within(value), " is not MISSING")
    return atom(subject.fields[item.key])


def _looked_up(tests: Tests, subject: Subject, key: str) -> Code:
    """The field's value or MISSING; looked up here if it was not before."""
    if key in subject.fields:
        return atom(subject.fields[key])
    name = tests.frame.temporary("field")
    subject.fields[key] = name
    return unit("(", name, " := ", subject.record, ".get(", ascii(key), ", MISSING))")


def _name(tests: Tests, subject: Subject, key: str) -> str:
    """The name of the field's value, once it is there."""
    value = _looked_up(tests, subject, key)
    tests.add(value, " is not MISSING")
    return subject.fields[key]


def _compare(tests: Tests, subject: Subject, item: CompareFieldIR) -> None:
    if isinstance(item.value, ConstIR) and item.op == "==":
        _compare_constant(tests, subject, item.key, item.value)
        return
    name = atom(_name(tests, subject, item.key))
    value = _value(tests, item.value)
    if item.op in ("==", "!="):
        tests.parts.append(expressions.equality(None, name, item.value, value, item.op == "=="))
    else:
        tests.parts.append(call(expressions.OPERATORS[item.op], name, value, site=tests.site))


def _compare_constant(tests: Tests, subject: Subject, key: str, constant: ConstIR) -> None:
    if not isinstance(constant.value, str):
        tests.parts.append(expressions.with_constant(_looked_up(tests, subject, key), constant, True))
        return
    if key not in subject.texts:
        value = _looked_up(tests, subject, key)
        name = subject.texts[key] = tests.frame.temporary("text")
        held = subject.fields[key]
        is_string = call("type", value)
        text = unit("(", name, " := ", held, " if ", is_string, " is str else plain(", held, "))")
    else:
        text = atom(subject.texts[key])
    tests.parts.append(expressions.with_constant(text, constant, True, is_string=True))


# --- tuple and array patterns -----------------------------------------------------------------------


def _tuple(tests: Tests, subject: Subject, pattern: TuplePatternIR, wants: bool) -> Code | None:
    size = len(pattern.items)
    if subject.elements is None:
        value = subject.value
        compare = ">=" if pattern.is_open else "=="
        tests.add("type(", value, ") is list and len(", value, f") {compare} {size}")
        elements: tuple[Code, ...] = tuple(unit(value, f"[{number}]") for number in range(size))
    else:
        elements = subject.elements
    pairs = zip(elements, pattern.items, strict=False)
    results = [_item(tests, element, item, wants) for element, item in pairs]
    return unit("[", joined(", ", results), "]") if wants else None


def _item(tests: Tests, element: Code, item: ItemIR, wants: bool) -> Code:
    return test(tests, Subject(element), item, wants) or element


def _array(tests: Tests, value: Code, pattern: ArrayPatternIR) -> Code | None:
    """Each item has to match at least one element; the result lists index and result of every hit."""
    tests.add("type(", value, ") is list")
    hits = [_hits(tests, value, item) for item in pattern.items]
    named = [hit for hit in hits if hit is not None]
    return code(joined(" + ", named)) if named else atom("[]")


def _hits(tests: Tests, value: Code, item: ItemIR) -> Code | None:
    if isinstance(item, AnyIR):
        tests.parts.append(value)
        return None
    name = tests.frame.temporary("hits")
    if isinstance(item, EqualIR):
        found = call("equal_items", value, _value(tests, item.expr))
        tests.add("(", name, " := ", found, ")")
    elif isinstance(item, ExtractIR):
        extractor = tests.frame.program.extractor(item.extractor.name, item.extractor.rule)
        tests.add("(", name, " := ", call("matching_items", value, extractor, "ctx"), ")")
    else:
        _record_hits(tests, value, item, name)
    return atom(name)


def _record_hits(tests: Tests, value: Code, item: RecordPatternIR, name: str) -> None:
    frame, flag = tests.frame, tests.flag()
    index, element = frame.temporary("index"), frame.temporary("element")
    frame.put(name, " = []")
    frame.put("if ", flag, ":")
    with frame.deeper():
        frame.put(f"for {index}, {element} in enumerate(", value, "):")
        with frame.deeper():
            inner = Tests(frame, tests.site)
            result = test(inner, Subject(atom(element)), item, True)
            frame.put("if ", inner.joined() or "True", ":")
            with frame.deeper():
                frame.put(f"{name}.append([{index}, ", result or element, "])")
    tests.parts.append(atom(name))
