"""Writing: what statements write to their event, and metadata set behind it, where a `return` is."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from tremor_tui.model.batch import Value
from tremor_tui.pipeline.fusing.reading import EVENT, META, names_of, reading_of
from tremor_tui.pipeline.fusing.shaping import Sets, is_field, leaves, meta_of


def lowered(block: list[ast.stmt]) -> list[ast.stmt]:
    """The block with what sets metadata right before the `return`, behind what only writes to the event.

    So that the metadata which a branch sets is known at the `return`.
    """
    for statement in block:
        if isinstance(statement, ast.If) and meta_of(statement) is None:
            statement.body = lowered(statement.body)
            statement.orelse = lowered(statement.orelse)
    if len(block) > 2 and isinstance(block[-1], ast.Return):
        for index in range(len(block) - 2):
            sets = meta_of(block[index])
            between = block[index + 1 : -1]
            if sets is not None and _may_pass(sets, between):
                return [*block[:index], *between, block[index], block[-1]]
    return block


def _may_pass(sets: Sets, statements: Sequence[ast.stmt]) -> bool:
    """Whether metadata is set to the same where these statements come before it."""
    written: set[object] = set()
    for statement in statements:
        if is_copy(statement):
            continue
        key = written_by(statement)
        if key is None or META in set(names_of([statement])):
            return False
        written.add(key)
    for _, value in sets:
        looks = [node for node in ast.walk(value) if isinstance(node, ast.Subscript) and is_field(node)]
        events = [node for node in ast.walk(value) if isinstance(node, ast.Name) and node.id == EVENT]
        keys = {node.slice.value for node in looks if isinstance(node.slice, ast.Constant)}
        if len(events) != len(looks) or len(keys) != len(looks) or not keys.isdisjoint(written):
            return False
    return True


def stay_as_they_came(statements: Sequence[ast.stmt]) -> bool:
    """Whether nothing is written to the events that go on behind these statements."""
    for statement in statements:
        if isinstance(statement, ast.If):
            blocks = [block for block in (statement.body, statement.orelse) if not leaves(block)]
            if not all(map(stay_as_they_came, blocks)):
                return False
        elif reading_of([statement]).written != frozenset():
            return False
    return True


def is_copy(statement: ast.stmt) -> bool:
    """`event = {**event}`."""
    return isinstance(statement, ast.Assign) and ast.unparse(statement) == f"{EVENT} = {{**{EVENT}}}"


def written_by(statement: ast.stmt) -> str | None:
    """The key in `event['key'] = …`."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return None
    target = statement.targets[0]
    if not isinstance(target, ast.Subscript) or not is_field(target):
        return None
    key = target.slice
    return key.value if isinstance(key, ast.Constant) and type(key.value) is str else None


def added_by(statements: Sequence[ast.stmt]) -> dict[str, Value]:
    """The constants that a copy of the event is given by the first of these statements, {} where none is.

    They take as many statements, and the copy before them.
    """
    found: dict[str, Value] = {}
    if not statements or not is_copy(statements[0]):
        return found
    for statement in statements[1:]:
        key = written_by(statement)
        if key is None:
            break
        assert isinstance(statement, ast.Assign)
        value = statement.value
        if key in found or not isinstance(value, ast.Constant) or isinstance(value.value, bytes):
            return {}
        found[key] = value.value
    return found
