"""Patterns as tests that are joined by `and`, and the text of what a pattern yields.

A record's field is looked up where it is tested first, and kept for the tests below. A test that needs
lines of its own cuts the tests before it off into a variable, and runs under an `if` of that.
"""

from __future__ import annotations

from dataclasses import field

from tremor_tui.language.emit import expr as expressions
from tremor_tui.language.emit.frame import Frame
from tremor_tui.language.emit.writer import Code, Site, atom, call, code, joined, unit, within
from tremor_tui.language.ir.expr import (
    AnyIR,
    ArrayPatternIR,
    CompareFieldIR,
    ConstIR,
    EqualIR,
    ExprIR,
    ExtractFieldIR,
    ExtractIR,
    ExtractorIR,
    FieldIR,
    ItemIR,
    PatternIR,
    PresenceFieldIR,
    RecordPatternIR,
    TuplePatternIR,
)
from tremor_tui.model.record import dataclass


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
        tests.parts.append(value)
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
