"""Random syntax trees of tremor-script: every node in every place that the grammar has, mostly with sense.

A tree is grown from a `Random`, so that a seed says which tree it is. Every second one is without deliberate
mistakes and does most of its work on the event, so that it compiles; the others get names, arities and places
wrong here and there.

Long because it is a plain list of nodes, as the syntax tree is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from random import Random
from typing import Any, TypeVar, get_args

from tremor_tui.language.modules import LIBRARY
from tremor_tui.language.parse.parser import parse
from tremor_tui.language.source import Source
from tremor_tui.language.tree import expr as tree
from tremor_tui.language.tree import script as statements
from tremor_tui.language.tree.expr import Expr, Name, QualifiedName
from tremor_tui.model.diagnostic import Span

T = TypeVar("T")
SPAN = Span("grown", 1, 1, 1, 1)
KEYS = ("a", "b", "c", "d", "list", "text", "number", "let", "an odd key")
NAMES = ("x", "y", "z", "value", "größe", "default", "_u")
TEXTS = ("", "a", "b", "x y", 'quote " and \\', "tab\tline\nend", "#{ #", "é😀\u2028", "12", "[1]", "a=1 b=2")
HEREDOCS = ('a\n "b" "" \\ #{ c\n', "\n", 'x"', '""')
INTS = (0, 1, 2, 3, 7, 63, 64, 255, 2**31, 2**63 - 1, 2**63, 2**64 - 1)
FLOATS = (0.0, 0.5, 1.0, 2.5, 1e300, 1e-7, 1.0e22)
OPS: tuple[Any, ...] = tuple(op for part in get_args(tree.BinaryOp) for op in get_args(part) or (part,))
FOLDS: tuple[Any, ...] = get_args(tree.FoldOp)
COMPARISONS: tuple[Any, ...] = get_args(tree.ComparisonOp)
ROOTS: tuple[Any, ...] = ("event", "$", "state", "args", "group", "window")
KINDS = ("integer", "binary", "signed_integer", "little", "big", "little_signed_integer")
RULES = {
    "json": ("",),
    "re": ("a", "(?P<n>\\w+) ", "^[^=]+=(?P<v>.*)$", "a|b"),
    "rerg": ("(?P<n>\\d)", "x*"),
    "glob": ("a*", "*b", "?", "[a-c]x", ""),
    "kv": ("", "%{key}=%{val} "),
    "dissect": ("%{a} %{b}", "%{a:int}", "  %{x}", "%{a|b}"),
    "grok": ("%{INT:n}",),
    "base64": ("",),
    "cidr": ("", "10.0.0.0/8"),
    "influx": ("",),
    "datetime": ("%Y-%m-%d",),
}


def name(text: str) -> Name:
    """An identifier."""
    return Name(text, SPAN)


def spanned(node: Callable[..., T], /, **given: Any) -> T:
    """A node with the same span wherever it has one."""
    spans = {field.name: SPAN for field in fields(node) if field.name.endswith("span")}  # type: ignore[arg-type]
    return node(**{**spans, **given})


def qualified(*names: str) -> QualifiedName:
    """A name in a module."""
    return QualifiedName(tuple(map(name, names[:-1])), name(names[-1]), SPAN)


def _library() -> dict[str, tuple[list[tuple[str, int]], list[str]]]:
    """The functions (name, parameters) and constants of the modules in `std` and beside it, by module."""
    found = {}
    for file in [*LIBRARY.glob("std/*.tremor"), *LIBRARY.glob("tremor/*.tremor")]:
        module: Any = parse(Source(file.read_text(), file.name), "module").tree
        calls = [(n.name.text, len(n.params)) for n in module.statements if hasattr(n, "params")]
        constants = [n.name.text for n in module.statements if isinstance(n, statements.Const)]
        found["::".join(file.relative_to(LIBRARY).with_suffix("").parts)] = (calls, constants)
    return found


MODULES = _library()


class Grower:
    """Grows trees of scripts. `depth` bounds how deep expressions go; 0 for any usual depth."""

    def __init__(self, random: Random, depth: int = 0) -> None:
        self.random = random
        self.depth = depth or random.choice((1, 2, 2, 2, 3))
        self.wrong = random.choice((0.0, 0.05))
        self.locals: list[str] = []
        self.constants: list[str] = []
        self.functions: list[tuple[str, int]] = []
        self.used: list[str] = []
        self.params: int | None = None
        self.events = True

    # --- choices ------------------------------------------------------------------------------------

    def one(self, options: Any) -> Any:
        """One of them."""
        return self.random.choice(options)

    def often(self, chance: float = 0.9) -> bool:
        """Whether it happens."""
        return self.random.random() < chance

    def slips(self) -> bool:
        """Whether a mistake is made here."""
        return self.wrong > 0 and self.often(self.wrong)

    def some(self, make: Callable[[], T], least: int = 0, most: int = 3) -> tuple[T, ...]:
        """A few."""
        return tuple(make() for _ in range(self.random.randint(least, most)))

    def fresh(self) -> Name:
        """Any identifier."""
        return name(self.one(NAMES))

    # --- scripts ------------------------------------------------------------------------------------

    def script(self) -> statements.Script:
        """A whole script."""
        return statements.Script(self.docs(), self.body(), SPAN)

    def body(self) -> tuple[Any, ...]:
        """Imports, declarations and statements of a script."""
        head = [*self.some(self.use, 0, 2), *self.some(self.declaration, 0, 1)]
        return (*head, *self.some(self.effector, 1, 3))

    def docs(self) -> tuple[str, ...]:
        return self.some(lambda: self.one((" A doc.", "", ' `x` \\ "y"')), 0, 2) if self.often(0.1) else ()

    def use(self) -> statements.Use:
        module = self.one([*MODULES])
        self.used.append(module)
        names = tuple(map(name, module.split("::")))
        if self.often(0.2):
            branch = statements.UseTree(names[1:], None, (), SPAN)
            return statements.Use(statements.UseTree(names[:1], None, (branch,), SPAN), SPAN)
        alias = name(names[-1].text) if self.often(0.1) else None
        return statements.Use(statements.UseTree(names, alias, (), SPAN), SPAN)

    def declaration(self) -> Any:
        return self.one((self.const, self.fn, self.fn, self.pattern_fn, self.intrinsic))()

    def const(self) -> statements.Const:
        value = self.inside(False, None, lambda: self.complex(2) if self.slips() else self.value(2))
        label = self._label("C", [*self.constants])
        self.constants.append(label)
        return statements.Const(name(label), value, self.docs(), SPAN)

    def _label(self, stem: str, taken: list[str]) -> str:
        return f"{stem}0" if self.slips() else f"{stem}{len(taken)}"

    def inside(self, events: bool, params: list[str] | None, grow: Callable[[], T]) -> T:
        """What is grown where `event` is known or not, with parameters as the only locals."""
        before = self.events, self.locals, self.params
        self.events, self.locals = events, list(params or ())
        self.params = None if params is None else len(params)
        made = grow()
        self.events, self.locals, self.params = before
        return made

    def fn(self) -> statements.Fn:
        label, params = self._label("f", [f for f, _ in self.functions]), self._params()
        is_open = self.often(0.1)
        body = self.inside(False, params, lambda: self.some(self.effector, 1, 3))
        self.functions.append((label, len(params)))
        return statements.Fn(name(label), tuple(map(name, params)), is_open, body, self.docs(), SPAN)

    def _params(self) -> list[str]:
        return self.random.sample(["p", "q", "r"], self.random.randint(0, 3))

    def pattern_fn(self) -> statements.PatternFn:
        label, params = self._label("f", [f for f, _ in self.functions]), self._params()
        cases = self.inside(False, params, lambda: self._fn_cases(len(params)))
        self.functions.append((label, len(params)))
        return statements.PatternFn(name(label), tuple(map(name, params)), cases, self.docs(), SPAN)

    def _fn_cases(self, count: int) -> tuple[tree.Case, ...]:
        last = tree.Case(tree.Wildcard(SPAN), None, self.some(self.effector, 1, 2), SPAN)
        return (*(self._fn_case(count) for _ in range(self.random.randint(0, 2)) if count), last)

    def _fn_case(self, count: int) -> tree.Case:
        size = count + 1 if self.slips() else count
        items = tuple(self.item_pattern(1) for _ in range(size))
        guard = self.guard(2)
        pattern = tree.TuplePattern(items, False, SPAN)
        return tree.Case(pattern, guard, self.some(self.effector, 1, 2), SPAN)

    def intrinsic(self) -> statements.IntrinsicFn:
        label = self._label("f", [f for f, _ in self.functions])
        self.functions.append((label, 1))
        target = ("no", "such") if self.slips() else self.one((("string", "len"), ("type", "is_null")))
        return statements.IntrinsicFn(
            name(label), (name("s"),), self.often(0.1), qualified(*target), self.docs(), SPAN
        )

    # --- statements ---------------------------------------------------------------------------------

    def effector(self, depth: int | None = None) -> Any:
        """A statement."""
        depth = self.depth if depth is None else depth
        pick = self.random.random()
        if pick < 0.4:
            return self.let(depth)
        if pick < 0.5 and self.events:
            return self.one((self.emit, self.drop))()
        if pick < 0.7 and depth > 0:
            return self.match(depth, True)
        if pick < 0.85 and depth > 0:
            return self.loop(depth, True)
        return self.complex(depth)

    def let(self, depth: int) -> statements.Let:
        value = self.effector(depth - 1) if self.often(0.2) and depth > 1 else self.complex(depth - 1)
        if self.events and self.often(0.5):
            root: Any = tree.KeywordRoot(self.one(ROOTS if self.slips() else ("event", "$", "state")), SPAN)
            is_whole = root.name != "$" and self.often(0.3)
            path = tree.Path(root, () if is_whole else self._keys(), SPAN)
        else:
            path = tree.Path(tree.LocalRoot(self._variable(), SPAN), self._keys(0.2), SPAN)
        if self.slips():
            path = self._segments(path.root, 2, 0.9)
        return statements.Let(path, value, SPAN, SPAN)

    def _variable(self) -> Name:
        label = self.one(NAMES)
        self.locals.append(label)
        return name(label)

    def _keys(self, chance: float = 1.0) -> tuple[tree.Segment, ...]:
        keys = [tree.KeySegment(name(self.one(KEYS)), SPAN)] if self.often(chance) else []
        return (*keys, *self.some(lambda: tree.KeySegment(name(self.one(KEYS)), SPAN), 0, 1)) if keys else ()

    def emit(self) -> statements.Emit:
        value = self.complex(2) if self.often(0.6) else None
        return statements.Emit(value, self.string(1) if self.often(0.3) else None, SPAN)

    def drop(self) -> statements.Drop:
        return statements.Drop(SPAN)

    def effectors(self, depth: int, is_mutable: bool) -> tuple[Any, ...]:
        make = self.effector if is_mutable else self.complex
        return self.some(lambda: make(depth - 1), 1, 2)

    # --- expressions --------------------------------------------------------------------------------

    def complex(self, depth: int) -> Expr:
        """Any expression."""
        if depth > 0 and self.often(0.12):
            made: Expr = self.one((self.match, self.loop))(depth, False)
            return made
        return self.expr(depth)

    def expr(self, depth: int) -> Expr:
        """An expression; simple ones where it is deep."""
        if depth <= 0 or self.often(0.25):
            made: Expr = self.one((self.scalar, self.path, self.path, lambda _: self.string(0)))(depth)
            return made
        grow = self.one(
            (self.binary, self.binary, self.call, self.call, self.path, self.string, *self._kinds)
        )
        result: Expr = grow(depth)
        return result

    @property
    def _kinds(self) -> tuple[Callable[[int], Expr], ...]:
        return (
            self.unary,
            self.presence,
            self.list_,
            self.record,
            self.bytes_,
            self.patch,
            self.merge,
            self.complex,
        )

    def value(self, depth: int) -> Expr:
        """A constant."""
        if depth > 0 and self.often(0.3):
            return tree.List(self.some(lambda: self.value(depth - 1)), SPAN)
        if depth > 0 and self.often(0.3):
            key = tree.String((tree.Text(self.one(KEYS), SPAN),), False, SPAN)
            return tree.Record(self.some(lambda: tree.Field(key, self.value(depth - 1), SPAN)), SPAN)
        return self.scalar() if self.often(0.6) else self.string(0)

    def operand(self, depth: int) -> Expr:
        """An expression that only an event or a call gives its value, mostly."""
        if (self.events or self.locals) and not self.slips() and (depth <= 0 or self.often(0.6)):
            return self.variable()
        return self.expr(depth)

    def variable(self) -> tree.Path:
        """A part of the event or a variable."""
        if self.locals and (not self.events or self.often(0.4)):
            return tree.Path(tree.LocalRoot(name(self.one(self.locals)), SPAN), (), SPAN)
        return tree.Path(tree.KeywordRoot("event", SPAN), self._keys(0.9), SPAN)

    def scalar(self, depth: int = 0) -> tree.Scalar:
        return tree.Scalar(self.one((None, True, False, *INTS, *FLOATS, 1, 2, 3)), SPAN)

    def string(self, depth: int) -> tree.String:
        is_heredoc = self.often(0.1)
        first = self.one(HEREDOCS if is_heredoc else TEXTS)
        parts: list[Any] = [tree.Text(first, SPAN)] if first else []
        if depth > 0 and self.often(0.3):
            parts.append(tree.Interpolation(self.expr(depth - 2), SPAN))
            parts += [tree.Text("!", SPAN)] if self.often(0.5) else []
        return tree.String(tuple(parts), is_heredoc, SPAN)

    def list_(self, depth: int) -> tree.List:
        return tree.List(self.some(lambda: self.complex(depth - 1)), SPAN)

    def record(self, depth: int) -> tree.Record:
        return tree.Record(self.some(lambda: self.field(depth)), SPAN)

    def field(self, depth: int) -> tree.Field:
        return tree.Field(self.key(depth), self.complex(depth - 1), SPAN)

    def key(self, depth: int) -> tree.String:
        if self.often(0.8):
            return tree.String((tree.Text(self.one(KEYS), SPAN),), False, SPAN)
        return self.string(depth - 1)

    def bytes_(self, depth: int) -> tree.Bytes:
        return tree.Bytes(self.some(lambda: self.bytes_part(depth)), SPAN)

    def bytes_part(self, depth: int) -> tree.BytesPart:
        bits = self.one((1, 3, 8, 16, 64)) if self.often(0.5) else None
        bits = 65 if self.slips() else bits
        kind = name("no_such" if self.slips() else self.one(KINDS)) if self.often(0.5) else None
        return tree.BytesPart(self.operand(depth - 2), bits, None if bits is None else SPAN, kind, SPAN)

    def unary(self, depth: int) -> tree.Unary:
        return tree.Unary(self.one(get_args(tree.UnaryOp)), self.operand(depth - 1), SPAN, SPAN)

    def binary(self, depth: int) -> tree.Binary:
        return tree.Binary(self.one(OPS), self.operand(depth - 1), self.expr(depth - 1), SPAN, SPAN)

    def presence(self, depth: int) -> tree.Presence:
        return tree.Presence(self.often(0.5), self.path(depth - 1), SPAN)

    def call(self, depth: int) -> Expr:
        if self.params is not None and self.slips():
            return tree.Recur(tuple(self.complex(depth - 1) for _ in range(self.params)), SPAN)
        if self.functions and self.often(0.4):
            label, count = self.one(self.functions)
            return self._called(depth, count, label)
        modules = [*MODULES] if self.slips() else [m for m in self.used if MODULES[m][0]]
        if not modules:
            return self.operand(depth)
        module = self.one(modules)
        label, count = self.one(MODULES[module][0] or [("no_such", 0)])
        return self._called(depth, count, module.rsplit("::", 1)[-1], label)

    def _called(self, depth: int, count: int, *names: str) -> tree.Call:
        count += 1 if self.slips() else 0
        args = tuple(self.operand(depth - 1) for _ in range(count))
        return tree.Call(qualified(*names), args, SPAN)

    # --- paths --------------------------------------------------------------------------------------

    def path(self, depth: int) -> tree.Path:
        """A path that is read."""
        pick = self.random.random()
        if pick < 0.45 and self.events:
            root = self.one(ROOTS if self.slips() else ("event", "event", "$", "state"))
            return self._segments(tree.KeywordRoot(root, SPAN), depth, 0.8)
        if pick < 0.55 and depth > 0:
            return self._segments(tree.ExprRoot(self.operand(depth - 1), SPAN), depth, 1.0)
        if pick < 0.65 and self.used:
            module = self.one(self.used)
            if constants := MODULES[module][1]:
                names = module.rsplit("::", 1)[-1], self.one(constants)
                return tree.Path(tree.ConstRoot(qualified(*names), SPAN), (), SPAN)
        known = [*self.locals, *self.constants]
        if not known and self.events and not self.slips():
            return self.variable()
        label = self.one(known) if known and not self.slips() else self.one(NAMES)
        chance = 0.2 if label in self.locals else 0.0
        return self._segments(tree.LocalRoot(name(label), SPAN), depth, chance)

    def _segments(self, root: Any, depth: int, chance: float) -> tree.Path:
        found: list[Any] = []
        while len(found) < 4 and self.often(chance):
            chance *= 0.6
            found.append(self.segment(depth))
        if isinstance(root, tree.KeywordRoot) and root.name == "$" and found:
            found[0] = tree.KeySegment(name(self.one(KEYS)), SPAN)
        return tree.Path(root, tuple(found), SPAN)

    def segment(self, depth: int) -> tree.Segment:
        if self.often(0.7):
            return tree.KeySegment(name(self.one(KEYS)), SPAN)
        if self.often(0.7):
            index = tree.Scalar(self.one((0, 1)), SPAN) if self.often(0.5) else self.operand(depth - 2)
            return tree.IndexSegment(index, SPAN)
        return tree.RangeSegment(self.operand(depth - 2), self.operand(depth - 2), SPAN)

    # --- match, for, patch, merge -------------------------------------------------------------------

    def guard(self, depth: int) -> Expr | None:
        return self._condition(depth) if self.often(0.2) else None

    def _condition(self, depth: int) -> Expr:
        if self.slips():
            return self.complex(depth - 1)
        op = self.one(COMPARISONS)
        return tree.Binary(op, self.operand(depth - 1), self.expr(depth - 1), SPAN, SPAN)

    def match(self, depth: int, is_mutable: bool) -> tree.Match:
        target = self.operand(depth - 1)
        cases = self.some(lambda: self.case(depth, is_mutable), 1, 3)
        if self.often(0.9):
            last = self.effectors(depth, is_mutable)
            cases = (*cases, tree.Case(tree.Wildcard(SPAN), None, last, SPAN))
        return tree.Match(target, cases, is_mutable, SPAN)

    def case(self, depth: int, is_mutable: bool) -> tree.Case:
        kept = list(self.locals)
        pattern = self.pattern(depth - 1)
        if isinstance(pattern, tree.AssignPattern):
            self.locals.append(pattern.name.text)
        made = tree.Case(pattern, self.guard(depth), self.effectors(depth, is_mutable), SPAN)
        self.locals = kept
        return made

    def loop(self, depth: int, is_mutable: bool) -> tree.For:
        target = self.operand(depth - 1)
        cases = self.some(lambda: self.for_case(depth, is_mutable), 1, 2)
        initial = self.complex(depth - 1) if self.often(0.4) else None
        fold = self.one(FOLDS) if initial is not None and self.often(0.5) else None
        return tree.For(target, cases, initial, fold, SPAN if fold else None, is_mutable, SPAN)

    def for_case(self, depth: int, is_mutable: bool) -> tree.ForCase:
        kept = list(self.locals)
        key, value = self.fresh(), self.fresh()
        self.locals += [key.text, value.text]
        guard, effectors = self.guard(depth), self.effectors(depth, is_mutable)
        made = spanned(tree.ForCase, key=key, value=value, guard=guard, effectors=effectors)
        self.locals = kept
        return made

    def patch(self, depth: int) -> tree.Patch:
        operations = self.some(lambda: self.operation(depth), 1, 3)
        return tree.Patch(self.operand(depth - 1), operations, SPAN)

    def operation(self, depth: int) -> tree.PatchOperation:
        op = self.one(get_args(tree.PatchOp))
        key: tree.String | None = self.key(depth)
        value: Expr | None = None if op == "erase" else self.complex(depth - 1)
        if op in ("copy", "move"):
            value = self.key(depth)
        if op in ("merge", "default") and self.often(0.5):
            key = None
            value = self.operand(depth - 1)
        return tree.PatchOperation(op, key, value, SPAN, SPAN)

    def merge(self, depth: int) -> tree.Merge:
        return tree.Merge(self.operand(depth - 1), self.operand(depth - 1), SPAN)

    # --- patterns -----------------------------------------------------------------------------------

    def pattern(self, depth: int) -> tree.Pattern:
        if self.often(0.2):
            return tree.AssignPattern(self.fresh(), self.plain_pattern(depth), SPAN)
        return self.plain_pattern(depth)

    def plain_pattern(self, depth: int) -> tree.Pattern:
        pick = self.random.random()
        if pick < 0.15:
            return self.array_pattern(depth)
        return self.tuple_pattern(depth) if pick < 0.3 else self.item_pattern(depth)

    def item_pattern(self, depth: int) -> tree.ItemPattern:
        pick = self.random.random()
        if pick < 0.1:
            return tree.Wildcard(SPAN)
        if pick < 0.3:
            return tree.ExtractPattern(self.extractor(), SPAN)
        if pick < 0.6 and depth > 0:
            return self.record_pattern(depth)
        return tree.ValuePattern(self.complex(depth - 1), SPAN)

    def extractor(self) -> tree.Extractor:
        if self.slips():
            return tree.Extractor(name(self.one(("re", "dissect", "no_such"))), "%{", SPAN, SPAN)
        kind = self.one([*RULES])
        return tree.Extractor(name(kind), self.one(RULES[kind]), SPAN, SPAN)

    def record_pattern(self, depth: int) -> tree.RecordPattern:
        return tree.RecordPattern(self.some(lambda: self.field_test(depth)), SPAN)

    def array_pattern(self, depth: int) -> tree.ArrayPattern:
        return tree.ArrayPattern(self.some(lambda: self.item_pattern(depth - 1)), SPAN)

    def tuple_pattern(self, depth: int) -> tree.TuplePattern:
        return tree.TuplePattern(self.some(lambda: self.item_pattern(depth - 1)), self.often(0.3), SPAN)

    def field_test(self, depth: int) -> tree.FieldTest:
        field, pick = name(self.one(KEYS)), self.random.random()
        if pick < 0.4:
            return tree.FieldComparison(field, self.one(COMPARISONS), self.complex(depth - 1), SPAN, SPAN)
        if pick < 0.6:
            alias = self.fresh() if self.often(0.1) else None
            return tree.FieldExtract(field, alias, self.extractor(), SPAN)
        if pick < 0.8 or depth <= 0:
            return tree.FieldPresence(self.often(0.5), field, SPAN)
        grow = self.one((self.record_pattern, self.array_pattern, self.tuple_pattern))
        return tree.FieldPattern(field, grow(depth - 1), SPAN)
