"""Shaping: the syntax tree of a script in other forms that mean the same and are quicker, or easier to read.

`shaped` and `sunk` come before the returns are replaced by what is to be done with a row, `Merger` after it.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence, Set
from dataclasses import field

from tremor_tui.model.record import dataclass
from tremor_tui.pipeline.fusing.reading import EVENT, META, names_of, records_of

MANY = 6
"""So many cases with different bodies, or more, are found by their text in a dict."""
FEW = 3
"""Up to so many texts are compared one by one, which needs no look whether there is a text at all."""
Sets = list[tuple[str, ast.expr]]
"""Keys of the metadata and what they are set to."""


def shaped(statements: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements with each field of the event set alone, and with lists looked through at once."""
    calls = _Calls()
    made = [one for statement in statements for one in _apart(calls.visit(statement))]
    return [ast.fix_missing_locations(one) for one in made]


class _Calls(ast.NodeTransformer):
    """`array__contains(x, 'text')` looks into a list at once, and calls only where that finds nothing."""

    def __init__(self) -> None:
        self._number = 0

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.func, ast.Name) or node.func.id != "array__contains" or len(node.args) != 2:
            return node
        if not isinstance(node.args[1], ast.Constant) or type(node.args[1].value) is not str:
            return node
        self._number += 1
        name = f"_items{self._number}_"
        text = f"type(({name} := ITEMS)) is list and {node.args[1].value!r} in {name} or FOUND"
        test = ast.parse(text, mode="eval").body
        found = ast.Call(node.func, [ast.Name(name, ast.Load()), node.args[1]], [])
        return _Put({"ITEMS": node.args[0], "FOUND": found}).visit(test)  # type: ignore[no-any-return]


def in_place(statements: Sequence[ast.stmt]) -> list[ast.stmt] | None:
    """The statements without copies of the event, where it may be changed; None where a copy may tell.

    They may be changed themselves. A copy of the whole event tells where the event has a second name, or is
    looked at again.
    """
    before = ast.dump(ast.Module(list(statements), []))
    made: list[ast.stmt] = []
    renamed: set[str] = set()
    for index, statement in enumerate(statements):
        rest = statements[index + 1 :]
        views = set(records_of(statements[:index]))
        if _is_last_copy(statement) and _is_renamed(statement, rest) and views.isdisjoint(names_of(rest)):
            assert isinstance(statement, ast.Assign)
            assert isinstance(statement.value, ast.Dict)
            made.append(ast.Assign(statement.targets, statement.value.values[0]))
            renamed.add(ast.unparse(statement.targets[0]))
        else:
            made += _uncopied(statement)
    made = [ast.fix_missing_locations(one) for one in made]
    return made if before != ast.dump(ast.Module(made, [])) and _has_one_name(made, renamed) else None


def _is_renamed(copy: ast.stmt, rest: Sequence[ast.stmt]) -> bool:
    """Whether the event is looked at no more behind its copy, or not before the copy takes its name."""
    assert isinstance(copy, ast.Assign)
    name = ast.unparse(copy.targets[0])
    for index, statement in enumerate(rest):
        if ast.unparse(statement) == f"{EVENT} = {name}":
            return name not in set(names_of(rest[index + 1 :]))
        if EVENT in set(names_of([statement])):
            return False
    return True


def _is_last_copy(node: ast.stmt) -> bool:
    """`_record5 = {**record(event)}`."""
    return (
        isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id.startswith("_record")
        and isinstance(node.value, ast.Dict)
        and node.value.keys == [None]
        and ast.unparse(node.value.values[0]) == f"record({EVENT})"
    )


def _uncopied(node: ast.stmt) -> list[ast.stmt]:
    if ast.unparse(node) == f"{EVENT} = {{**{EVENT}}}":
        return []
    if isinstance(node, ast.If):
        node.body = [made for inner in node.body for made in _uncopied(inner)] or [ast.Pass()]
        node.orelse = [made for inner in node.orelse for made in _uncopied(inner)]
    return [node]


def _has_one_name(statements: Sequence[ast.stmt], renamed: Set[str]) -> bool:
    """Whether the event as a whole is but looked into, written into, and handed on at the end."""
    return not any(_wholes(statement, renamed) for statement in statements)


def _wholes(statement: ast.stmt, renamed: Set[str]) -> list[ast.AST]:
    """Where the event stands as a whole, but in a `return`, as what is looked into, or asked for its type.

    `renamed` are names that stood for it before it got its own again."""
    known: set[int] = set()
    found: list[ast.AST] = []
    for node in ast.walk(statement):
        parts: list[ast.expr] = []
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and len(node.value.elts) == 3:
            parts = [node.value.elts[1]]
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            parts = [node.value]
        elif isinstance(node, ast.Attribute):
            parts = [node.value] if node.attr == "get" else []
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            parts = node.args[:1] if node.func.id in ("type", "find") else []
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            parts = node.comparators
        elif isinstance(node, ast.Assign):
            is_last = isinstance(node.value, ast.Call) and ast.unparse(node.value) == f"record({EVENT})"
            is_renamed = ast.unparse(node.targets[0]) == EVENT and ast.unparse(node.value) in renamed
            is_view = ast.unparse(node.value) == f"{EVENT} if type({EVENT}) is dict else NO_RECORD"
            if is_last and isinstance(node.value, ast.Call):
                parts = node.value.args
            elif is_view and isinstance(node.value, ast.IfExp):
                parts = [node.value.body]
            elif is_renamed:
                parts = [node.targets[0]]
        known.update(map(id, parts))
        if isinstance(node, ast.Name) and node.id == EVENT:
            found.append(node)
    return [node for node in found if id(node) not in known]


def without_bytes(statements: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements where no value in the event is a binary, and the event stays as it is."""
    look = _Texts(records_of(statements))
    return [look.visit(statement) for statement in statements]


class _Texts(ast.NodeTransformer):
    """A field needs no look whether it is a binary to be taken for text, nor do the items of a list."""

    def __init__(self, records: Sequence[str]) -> None:
        self._gets = tuple(f"{record}.get(" for record in (*records, EVENT))

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        self.generic_visit(node)
        test, other = node.test, node.orelse
        if not isinstance(test, ast.Compare) or not isinstance(test.left, ast.Call) or not test.left.args:
            return node
        named = test.left.args[0]
        if not isinstance(named, ast.NamedExpr) or not ast.unparse(named.value).startswith(self._gets):
            return node
        name = named.target.id
        same = ast.unparse(node.body) == name and ast.unparse(other) == f"plain({name})"
        same = same and ast.unparse(test) == f"type(({ast.unparse(named)})) is str"
        return named if same else node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Or) or len(node.values) != 2 or "_items" not in ast.unparse(node):
            return node
        both, call = node.values
        if not isinstance(both, ast.BoolOp) or not isinstance(call, ast.Call) or len(both.values) != 2:
            return node
        items = [inner for inner in ast.walk(both.values[0]) if isinstance(inner, ast.NamedExpr)]
        if ast.unparse(call.func) != "array__contains" or len(items) != 1 or not is_field(items[0].value):
            return node
        return ast.IfExp(both.values[0], both.values[1], call)


def is_field(node: ast.expr) -> bool:
    """`event['x']`."""
    return isinstance(node, ast.Subscript) and ast.unparse(node.value) == EVENT


class _Put(ast.NodeTransformer):
    """Puts expressions in the place of names."""

    def __init__(self, named: dict[str, ast.expr]) -> None:
        self._named = named

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._named.get(node.id, node)


def _apart(node: ast.stmt) -> list[ast.stmt]:
    """`event = {**record(event), 'a': x}` as a copy and `event['a'] = x`, where x does not read a."""
    for name in ("body", "orelse"):
        block = getattr(node, name, None)
        if isinstance(block, list):
            setattr(node, name, [made for inner in block for made in _apart(inner)])
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Dict):
        return [node]
    keys, values = node.value.keys, node.value.values
    if ast.unparse(node.targets[0]) != EVENT or len(node.targets) > 1 or not keys or keys[0] is not None:
        return [node]
    if ast.unparse(values[0]) != f"record({EVENT})" or not all(
        isinstance(key, ast.Constant) for key in keys[1:]
    ):
        return [node]
    copied = ast.parse(f"{EVENT} = {{**{EVENT}}}").body
    return [
        *copied,
        *(
            ast.Assign([ast.Subscript(ast.Name(EVENT, ast.Load()), key, ast.Store())], value)
            for key, value in zip(keys[1:], values[1:], strict=True)
            if key is not None
        ),
    ]


def sunk(block: list[ast.stmt]) -> list[ast.stmt]:
    """The block with a `return` at its end moved into the branches of the `if` before it.

    So that the metadata which a branch sets is known at the `return`.
    """
    for statement in block:
        if isinstance(statement, ast.If):
            statement.body = sunk(statement.body)
            statement.orelse = sunk(statement.orelse)
    if len(block) < 2 or not isinstance(block[-1], ast.Return) or not _is_simple(block[-1]):
        return block
    before = block[-2]
    if not isinstance(before, ast.If) or meta_of(before) is not None:
        return block
    last = block.pop()
    before.body = sunk([*before.body, last]) if not leaves(before.body) else before.body
    before.orelse = sunk([*before.orelse, last]) if not leaves(before.orelse) else before.orelse
    return block


def leaves(block: Sequence[ast.stmt]) -> bool:
    """Whether nothing comes after it."""
    return bool(block) and isinstance(block[-1], (ast.Return, ast.Raise))


def _is_simple(node: ast.Return) -> bool:
    """Whether it may stand several times."""
    return isinstance(node.value, ast.Tuple) and all(
        isinstance(part, (ast.Name, ast.Constant)) for part in node.value.elts
    )


def meta_of(node: ast.stmt) -> Sets | None:
    """The keys that `if meta: meta = {**meta, k: v} else: meta = {k: v}` sets; None for other statements."""
    if not isinstance(node, ast.If) or not isinstance(node.test, ast.Name) or node.test.id != META:
        return None
    if len(node.body) != 1 or len(node.orelse) != 1:
        return None
    added, alone = (_made(branch[0]) for branch in (node.body, node.orelse))
    if added is None or alone is None or not added.keys or added.keys[0] is not None:
        return None
    keys = [key.value for key in alone.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
    if len(keys) != len(alone.keys):
        return None
    return list(zip(keys, alone.values, strict=True))


def _made(node: ast.stmt) -> ast.Dict | None:
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict) and len(node.targets) == 1:
        target = node.targets[0]
        return node.value if isinstance(target, ast.Name) and target.id == META else None
    return None


# -- tests of one text against several -----------------------------------------------------------------


@dataclass(slots=True)
class _Cases:
    """`if name == 'a': … elif name == 'b': … else: rest`; cases with equal bodies are one."""

    name: str
    first: ast.expr
    texts: list[list[str]] = field(default_factory=list)
    bodies: list[list[ast.stmt]] = field(default_factory=list)
    rest: list[ast.stmt] = field(default_factory=list)


class Merger:
    """Makes chains of tests shorter. `tables` are the dicts that the new tests use, by name."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, int]] = {}

    def merged(self, block: list[ast.stmt]) -> list[ast.stmt]:
        """The block with its chains of tests in fewer steps."""
        made: list[ast.stmt] = []
        for statement in block:
            cases = _cases_of(statement)
            if cases is not None:
                made += self._written(cases)
                continue
            if isinstance(statement, ast.If):
                statement.body = self.merged(statement.body)
                statement.orelse = self.merged(statement.orelse)
            made.append(statement)
        return made

    def _written(self, cases: _Cases) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        if isinstance(cases.first, ast.NamedExpr):
            made += _named(cases.name, cases.first.value)
        bodies = [self.merged(body) for body in cases.bodies]
        rest = self.merged(cases.rest)
        if len(bodies) < MANY:
            for texts, body in reversed(list(zip(cases.texts, bodies, strict=True))):
                rest = [ast.If(_test(cases.name, texts), body, rest)]
            return [*made, *rest]
        table = f"_cases{len(self.tables) + 1}_"
        self.tables[table] = {text: n for n, texts in enumerate(cases.texts, 1) for text in texts}
        found = f"_case_ = {table}.get({cases.name}, 0) if type({cases.name}) is str else 0"
        made += ast.parse(found).body
        if rest:
            none = ast.parse("if _case_ == 0:\n pass\nelse:\n pass").body[0]
            assert isinstance(none, ast.If)
            none.body, none.orelse = rest, _tree(list(enumerate(bodies, 1)))
            return [*made, none]
        some = ast.parse("if _case_:\n pass").body[0]
        assert isinstance(some, ast.If)
        some.body = _tree(list(enumerate(bodies, 1)))
        return [*made, some]


def _cases_of(node: ast.stmt) -> _Cases | None:
    if not isinstance(node, ast.If):
        return None
    found = _case_of(node.test)
    if found is None:
        return None
    cases = _Cases(found[0], found[1] or ast.Name(found[0], ast.Load()))
    dumped: dict[str, int] = {}
    seen: set[str] = set()
    rest: list[ast.stmt] = [node]
    while len(rest) == 1 and isinstance(inner := rest[0], ast.If):
        found = _case_of(inner.test)
        if found is None or found[0] != cases.name or (inner is not node and found[1] is not None):
            break
        if found[2] not in seen:
            seen.add(found[2])
            text = "\n".join(map(ast.dump, inner.body))
            if text not in dumped:
                dumped[text] = len(cases.bodies)
                cases.bodies.append(inner.body)
                cases.texts.append([])
            cases.texts[dumped[text]].append(found[2])
        rest = inner.orelse
    cases.rest = rest
    return cases


def _case_of(test: ast.expr) -> tuple[str, ast.expr | None, str] | None:
    """The name, the expression if it is named there, and the text in `name == 'text'`."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return None
    left, right = test.left, test.comparators[0]
    if not isinstance(right, ast.Constant) or type(right.value) is not str:
        return None
    if isinstance(left, ast.NamedExpr):
        return left.target.id, left, right.value
    return (left.id, None, right.value) if isinstance(left, ast.Name) else None


def _named(name: str, value: ast.expr) -> list[ast.stmt]:
    """`name = value`; a name within the value stands for itself first."""
    if isinstance(value, ast.NamedExpr):
        targets: list[ast.expr] = [ast.Name(value.target.id, ast.Store()), ast.Name(name, ast.Store())]
        return [ast.Assign(targets, value.value)]
    return [ast.Assign([ast.Name(name, ast.Store())], value)]


def _test(name: str, texts: Sequence[str]) -> ast.expr:
    if len(texts) == 1:
        return ast.Compare(ast.Name(name, ast.Load()), [ast.Eq()], [ast.Constant(texts[0])])
    several = ", ".join(map(repr, texts))
    among = (
        f"{name} in ({several})" if len(texts) < FEW else f"type({name}) is str and {name} in {{{several}}}"
    )
    return ast.parse(among, mode="eval").body


def _tree(bodies: Sequence[tuple[int, list[ast.stmt]]]) -> list[ast.stmt]:
    """The body whose number is `_case_`, found by halves."""
    if len(bodies) == 1:
        return bodies[0][1]
    half = len(bodies) // 2
    test = ast.Compare(ast.Name("_case_", ast.Load()), [ast.Lt()], [ast.Constant(bodies[half][0])])
    return [ast.If(test, _tree(bodies[:half]), _tree(bodies[half:]))]
