"""What the generated Python of a script does with its event: which fields it reads, and what it hands on.

It looks at the syntax tree of the text that `language/emit` made, and believes only the few forms that it
knows: whatever else stands there makes the script one that needs its events whole, or that is not fused.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from tremor_tui.model.record import dataclass

EVENT = "event"
META = "meta"
USED = "it uses the event as a whole"
MIXED = "it hands some events on as they came and makes others anew"


@dataclass(frozen=True, slots=True)
class Reading:
    """`fields` are the top-level fields that are read, None for the whole event.

    `written` are those that the script gives the event, None where it makes another event of it.
    `sets_meta`: it changes the metadata. `keeps`: a `return` hands the event on. `whole`: why the whole event
    is read, and at which line of the generated text, 0 where it has none.
    """

    fields: frozenset[str] | None
    written: frozenset[str] | None
    sets_meta: bool = False
    keeps: bool = False
    whole: str = ""
    whole_at: int = 0


@dataclass(frozen=True, slots=True)
class Body:
    """A script as statements: the body of its one `try`, and the text before it."""

    head: Sequence[ast.stmt]
    statements: list[ast.stmt]


def body_of(text: str) -> Body | None:
    """The statements of the function `script` in a generated module; None where it is not as expected."""
    module = ast.parse(text)
    *head, script = module.body
    if not isinstance(script, ast.FunctionDef) or script.name != "script" or len(script.body) != 1:
        return None
    guarded = script.body[0]
    return Body(head, guarded.body) if isinstance(guarded, ast.Try) else None


def reading_of(statements: Sequence[ast.stmt]) -> Reading:
    """What statements read of the event and write to it."""
    look = _Look()
    for statement in statements:
        look.visit(statement)
    # where some rows leave as another value, those that leave as they are have to be whole as well
    is_whole = look.is_whole or (look.is_remade and look.keeps)
    return Reading(
        None if is_whole else frozenset(look.fields),
        None if look.is_remade else frozenset(look.written),
        look.sets_meta,
        look.keeps,
        (USED if look.is_whole else MIXED) if is_whole else "",
        look.whole_at if look.is_whole else look.remade_at,
    )


def first_of(statements: Sequence[ast.stmt]) -> int:
    """How many statements there are up to the first `if` by which rows may leave; 0 where there is none."""
    for index, statement in enumerate(statements):
        if isinstance(statement, ast.If):
            leaves = any(isinstance(node, ast.Return) for node in ast.walk(statement))
            return index + 1 if leaves and index + 1 < len(statements) else 0
    return 0


def records_of(statements: Sequence[ast.stmt]) -> list[str]:
    """The names that stand for the event as a record after these statements."""
    look = _Look()
    for statement in statements:
        look.visit(statement)
    return sorted(look.records - {EVENT})


def names_of(statements: Sequence[ast.stmt]) -> Iterator[str]:
    """Every name in them."""
    for statement in statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name):
                yield node.id


class _Look(ast.NodeVisitor):
    """Goes through statements; every use of the event that it does not know counts as the whole of it."""

    def __init__(self) -> None:
        self.fields: set[str] = set()
        self.written: set[str] = set()
        self.is_whole = False
        self.whole_at = 0
        self.remade_at = 0
        self.is_remade = False
        self.sets_meta = False
        self.keeps = False
        self.records: set[str] = {EVENT}

    def visit_Assign(self, node: ast.Assign) -> None:
        """`x = event if type(event) is dict else NO_RECORD`, `event = {**event}`, `event['x'] = …`."""
        if _is_copy(node):
            return
        for target in node.targets:
            key = _key_of(target)
            if key is not None:
                self.written.add(key)
            elif isinstance(target, ast.Name) and target.id == EVENT:
                self.is_remade = True
            else:
                self.visit(target)
        if _is_record_of_event(node.value) and isinstance(node.targets[0], ast.Name):
            self.records.add(node.targets[0].id)
            return
        self.visit(node.value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """`event['x']`."""
        key = _key_of(node)
        if key is None:
            self.generic_visit(node)
        else:
            self.fields.add(key)

    def visit_Call(self, node: ast.Call) -> None:
        """`record.get('x', MISSING)`, `find(event, 'x')`, `type(event)`."""
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr == "get" and self._is_record(function.value):
            key = _text(node.args[0])
            if key is not None:
                self.fields.add(key)
                for rest in node.args[1:]:
                    self.visit(rest)
                return
        if isinstance(function, ast.Name) and node.args and self._is_record(node.args[0]):
            if function.id == "type":
                return
            key = _text(node.args[1]) if function.id == "find" and len(node.args) == 2 else None
            if key is not None:
                self.fields.add(key)
                return
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        """`'x' in event`."""
        key = _text(node.left)
        is_asked = len(node.ops) == 1 and isinstance(node.ops[0], (ast.In, ast.NotIn))
        if key is not None and is_asked and self._is_record(node.comparators[0]):
            self.fields.add(key)
            return
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        """`return port, event, meta`: the event goes on; anything else is read."""
        if isinstance(node.value, ast.Tuple) and len(node.value.elts) == 3:
            port, value, _meta = node.value.elts
            self.visit(port)
            if isinstance(value, ast.Name) and value.id == EVENT:
                self.keeps = True
            else:
                self.is_remade = True
                self.remade_at = self.remade_at or node.lineno
                self.visit(value)
            return
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        """The event as a whole, or something else."""
        if node.id in self.records:
            self._is_used(node)
            self.is_remade |= not isinstance(node.ctx, ast.Load)
        self.sets_meta |= node.id == META and not isinstance(node.ctx, ast.Load)

    def visit_Delete(self, node: ast.Delete) -> None:
        """A field that is taken away."""
        self._is_used(node)
        self.is_remade = True

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """A field that is changed in place."""
        self._is_used(node)
        self.is_remade = True

    def _is_used(self, node: ast.AST) -> None:
        """The event as a whole; where that is first counts."""
        self.is_whole = True
        self.whole_at = self.whole_at or getattr(node, "lineno", 0)

    def _is_record(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self.records


def _is_copy(node: ast.Assign) -> bool:
    """`event = {**event}`."""
    target, value = node.targets[0], node.value
    return (
        len(node.targets) == 1
        and isinstance(target, ast.Name)
        and target.id == EVENT
        and isinstance(value, ast.Dict)
        and value.keys == [None]
        and isinstance(value.values[0], ast.Name)
        and value.values[0].id == EVENT
    )


def _is_record_of_event(node: ast.expr) -> bool:
    """`event if type(event) is dict else NO_RECORD`."""
    return ast.unparse(node) == "event if type(event) is dict else NO_RECORD"


def _key_of(node: ast.expr) -> str | None:
    """The key in `event['key']`."""
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == EVENT:
        return _text(node.slice)
    return None


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
