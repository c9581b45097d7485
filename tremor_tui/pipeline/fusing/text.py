"""The text of a fused function: a script's statements in a loop over a batch, and the bucket's in place.

    def fused(views, raws, ctx, meta_of_all, rows_NAME…, open_NAME…):
        for row, event in enumerate(views):
            meta = meta_of_all
            …the script's statements; where it returned, the row goes to where its port leads, and `continue`

The script's exceptions are not caught: a batch with a row that fails is done again by the nodes one by one,
which say what went wrong. So nothing in the loop has an effect that outlives it, but on what it is given.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from tremor_tui.model.port import ERR
from tremor_tui.pipeline.fusing.reading import EVENT, records_of

Kind = Literal["rows", "raws", "values"]
"""What is kept of a row that leaves: its number; its number and new JSON; or its number and new value."""
META: Final = "meta"
BUCKET_KEYS: Final = ("class", "rate", "dimensions", "cardinality", "time_range", "windows")


class UnfusableError(Exception):
    """The script does something that is not known here; it runs as a node."""


@dataclass(slots=True)
class Exit:
    """The buffers of rows on a port of the script: one, or one for each port of the bucket in between."""

    name: str
    bucket: bool = False
    overflow: str = ""


@dataclass(slots=True)
class Writing:
    """What the text is made with, and what is found out meanwhile.

    `exits` by the script's ports. `kind` of what leaves. `keeps_meta`: rows leave with their metadata;
    `sets_meta`: the script changes it. `split`: after so many statements the rest of the fields are decoded,
    where `more` is given; 0 where all are decoded at first.
    `asked` has for each place where a bucket is asked the class and what else it is told; `classes` are those
    classes. `used` are the buffers that rows may go to.
    """

    exits: Mapping[str, Exit]
    kind: Kind
    keeps_meta: bool
    sets_meta: bool = False
    split: int = 0
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    classes: list[str] = field(default_factory=list)

    def group(self, name: str) -> int:
        """The number of a class."""
        if name not in self.classes:
            self.classes.append(name)
        return self.classes.index(name)


def function(statements: Sequence[ast.stmt], writing: Writing) -> str:
    """The text of `fused`. Raises UnfusableError."""
    split = writing.split
    whole = [*statements[:split], *_more(statements, writing), *statements[split:]]
    body = _Rewriter(writing).block(_sunk(whole))
    params = [f"{name}_{suffix}" for name in sorted(writing.used) for suffix in suffixes(writing)]
    params += [f"rooms{group}_get" for group in range(len(writing.classes))]
    params += [f"open{number}" for number in range(len(writing.asked))]
    head = f"def fused(views, raws, ctx, given, splice, more, {', '.join(params)}):"
    lines = (" dropped = late = 0", " for row, event in enumerate(views):", "  meta, view = given, event")
    loop = ast.parse("\n".join((head, *lines, " return dropped, late")))
    made = loop.body[0]
    assert isinstance(made, ast.FunctionDef)
    assert isinstance(made.body[1], ast.For)
    made.body[1].body += body
    return ast.unparse(ast.fix_missing_locations(loop))


def _more(statements: Sequence[ast.stmt], writing: Writing) -> list[ast.stmt]:
    """Decodes what the rest of the script reads, for rows that have not left by then."""
    if not writing.split:
        return []
    lines = ["late += 1", "if more is not None:", "    event = view = more(raws[row])"]
    records = records_of(statements[: writing.split])
    lines += [f"    {name} = event if type(event) is dict else NO_RECORD" for name in records]
    return ast.parse("\n".join(lines)).body


def suffixes(writing: Writing) -> list[str]:
    """What is kept of each row that leaves, in the order of the parameters of `fused`."""
    kept = {"rows": ["row"], "raws": ["row", "raw"], "values": ["row", "value"]}[writing.kind]
    return [*kept, "meta"] if writing.keeps_meta else kept


def _sunk(block: list[ast.stmt]) -> list[ast.stmt]:
    """The block with a `return` at its end moved into the branches of the `if` before it.

    So that the metadata which a branch sets is known at the `return`.
    """
    for statement in block:
        if isinstance(statement, ast.If):
            statement.body = _sunk(statement.body)
            statement.orelse = _sunk(statement.orelse)
    if len(block) < 2 or not isinstance(block[-1], ast.Return) or not _is_simple(block[-1]):
        return block
    before = block[-2]
    if not isinstance(before, ast.If) or _meta_of(before) is not None:
        return block
    last = block.pop()
    before.body = _sunk([*before.body, last]) if not _leaves(before.body) else before.body
    before.orelse = _sunk([*before.orelse, last]) if not _leaves(before.orelse) else before.orelse
    return block


def _drops(node: ast.Return) -> bool:
    return node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None)


def _leaves(block: Sequence[ast.stmt]) -> bool:
    return bool(block) and isinstance(block[-1], (ast.Return, ast.Raise))


def _is_simple(node: ast.Return) -> bool:
    """Whether it may stand several times."""
    return isinstance(node.value, ast.Tuple) and all(
        isinstance(part, (ast.Name, ast.Constant)) for part in node.value.elts
    )


def _meta_of(node: ast.stmt) -> list[tuple[str, ast.expr]] | None:
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


class _Rewriter:
    """Puts what is to be done with a row in the place of each `return`."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._number = 0

    def block(self, statements: Sequence[ast.stmt]) -> list[ast.stmt]:
        """The block rewritten."""
        made: list[ast.stmt] = []
        for index, statement in enumerate(statements):
            following = statements[index + 1] if index + 1 < len(statements) else None
            meta = _meta_of(statement)
            if meta is not None and isinstance(following, ast.Return) and not _drops(following):
                made += self._leave(following, meta)
                return made
            made += self._statement(statement)
        return made or [ast.Pass()]

    def _statement(self, node: ast.stmt) -> list[ast.stmt]:
        if isinstance(node, ast.Return):
            return self._leave(node, None)
        if isinstance(node, ast.If):
            body, other = self.block(node.body), self.block(node.orelse) if node.orelse else []
            return [ast.If(node.test, body, other)]
        if any(isinstance(inner, (ast.Return, ast.Continue)) for inner in ast.walk(node)):
            raise UnfusableError("it leaves from within a loop")
        return [node]

    def _leave(self, node: ast.Return, meta: list[tuple[str, ast.expr]] | None) -> list[ast.stmt]:
        if _drops(node):
            return _lines("dropped += 1", "continue")
        if not isinstance(node.value, ast.Tuple) or len(node.value.elts) != 3:
            raise UnfusableError("an unknown return")
        port, value, given = node.value.elts
        if not isinstance(port, ast.Constant) or not isinstance(given, ast.Name) or given.id != META:
            raise UnfusableError("its port is not known beforehand")
        leads = self._writing.exits.get(str(port.value))
        if leads is None:
            raise UnfusableError("its port leads to what is not known here")
        if port.value == ERR:  # whoever asks why wants to know more than a fused function does
            return _lines("raise Exception")
        lines: list[ast.stmt] = []
        if self._writing.kind == "values":
            lines.append(ast.Assign([ast.Name("value", ast.Store())], value))
        elif not (isinstance(value, ast.Name) and value.id == EVENT):
            raise UnfusableError("it makes another event")
        return [*lines, *self._go(leads, meta), ast.Continue()]

    def _go(self, leads: Exit, meta: list[tuple[str, ast.expr]] | None) -> list[ast.stmt]:
        sets: list[ast.stmt] = []
        known: dict[str, ast.expr] | None = None
        if meta is not None:
            known = {}
            for key, value in meta:
                known[key] = self._held(value, sets)
        if self._writing.keeps_meta and meta is not None and known is not None:
            made = ast.Dict([ast.Constant(key) for key in known], list(known.values()))
            more = ast.Dict([None, *made.keys], [ast.Name(META, ast.Load()), *made.values])
            made_meta = ast.IfExp(ast.Name(META, ast.Load()), more, made)
            sets.append(ast.Assign([ast.Name(META, ast.Store())], made_meta))
        if not leads.bucket:
            return [*sets, *self._keep(leads.name)]
        if known is None:
            raise UnfusableError("what the bucket is asked for is not known beforehand")
        return [*sets, *self._ask(leads, known)]

    def _held(self, value: ast.expr, sets: list[ast.stmt]) -> ast.expr:
        """The value, under a name where it may fail or takes time."""
        if isinstance(value, (ast.Constant, ast.Name)):
            return value
        self._number += 1
        name = f"_held{self._number}"
        sets.append(ast.Assign([ast.Name(name, ast.Store())], value))
        return ast.Name(name, ast.Load())

    def _ask(self, leads: Exit, known: dict[str, ast.expr]) -> list[ast.stmt]:
        """Asks the bucket: `room` is what is left, the last row that asked, and what came too much."""
        name = known.get("class")
        if not isinstance(name, ast.Constant) or type(name.value) is not str:
            raise UnfusableError("its class is not known beforehand")
        told: dict[str, Any] = {}
        for key in BUCKET_KEYS:
            if key in ("class", "dimensions") or key not in known:
                continue
            given = known[key]
            if not isinstance(given, ast.Constant):
                raise UnfusableError(f"its ${key} is not known beforehand")
            told[key] = given.value
        number = len(self._writing.asked)
        self._writing.asked.append((name.value, told))
        group = self._writing.group(name.value)
        dimensions = known.get("dimensions", ast.Constant(None))
        key = ast.unparse(dimensions)
        fixed = isinstance(dimensions, ast.Constant)
        test = "" if fixed else f"type({key}) is not str or "
        text = f"""
if {test}(room := rooms{group}_get({key})) is None:
    room = open{number}({key})
room[1] = row
if room[0] > 0:
    room[0] -= 1
    KEEP
else:
    room[2] += 1
    OVER
"""
        tree = ast.parse(text).body
        choice = tree[-1]
        assert isinstance(choice, ast.If)
        choice.body[-1:] = self._keep(leads.name)
        choice.orelse[-1:] = self._keep(leads.overflow)
        return tree

    def _keep(self, name: str) -> list[ast.stmt]:
        self._writing.used.add(name)
        lines = [f"{name}_row(row)"]
        if self._writing.kind == "values":
            lines.append(f"{name}_value(value)")
        elif self._writing.kind == "raws":
            lines.append(f"{name}_raw(splice(raws[row], event, view))")
        if self._writing.keeps_meta:
            lines.append(f"{name}_meta(meta)")
        return _lines(*lines)


def _lines(*texts: str) -> list[ast.stmt]:
    """Statements; `continue` may stand last, where there is no loop yet."""
    made: list[ast.stmt] = []
    for text in texts:
        made += [ast.Continue()] if text == "continue" else ast.parse(text).body
    return made
