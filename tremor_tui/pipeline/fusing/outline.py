"""Outline: what a script, or a select without windows, does: its statements, what they read and write."""

from __future__ import annotations

import ast
import dataclasses
import pickle
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tremor_tui.language.depth import deep
from tremor_tui.language.emit.script import emit_script, emit_select
from tremor_tui.language.emit.writer import Emitted
from tremor_tui.language.ir.script import SelectIR
from tremor_tui.language.load.loader import SHARED, key_of, load
from tremor_tui.model.port import IN
from tremor_tui.model.record import dataclass
from tremor_tui.operators.script import ScriptOperator
from tremor_tui.operators.select import Select
from tremor_tui.pipeline.fusing.reading import META, Reading, body_of, first_of, names_of, reading_of
from tremor_tui.pipeline.fusing.shaping import shaped
from tremor_tui.pipeline.fusing.text import Parts, UnfusableError, Writing, script_text, select_text
from tremor_tui.pipeline.fusing.writing import stay_as_they_came
from tremor_tui.pipeline.selects import is_identity

if TYPE_CHECKING:
    from tremor_tui.pipeline.graph import Node

Fused = tuple[Callable[..., tuple[Any, ...]], Writing]
DEFINED = ("def where(", "def target(", "def having(")
GROUPED = frozenset({"group", "window", "results"})


@dataclass(frozen=True, slots=True)
class Outline:
    """What a node does. `parts` are a select's functions, None for a script with its `statements`.

    `reading` is of the event that comes in. `split` as in `Writing`; `first`: the fields read before it.
    `uses_meta`: what leaves hangs on the metadata, beside the metadata itself. `is_pure`: it is no more than
    a function of event and metadata.
    """

    head: Sequence[str]
    emitted: Emitted
    statements: Sequence[ast.stmt]
    parts: Parts | None
    reading: Reading
    uses_meta: bool
    is_pure: bool
    split: int = 0
    first: frozenset[str] | None = None
    made: dict[str, Fused] = field(default_factory=dict)

    @property
    def is_repeatable(self) -> bool:
        """Whether it makes of an event that it made the same metadata once more."""
        fields, written = self.reading.fields, self.reading.written
        return written is not None and (not written or (fields is not None and fields.isdisjoint(written)))

    def function(self, writing: Writing) -> Fused:
        """The fused function, and `writing` with what was found out; one for all nodes that do the same.

        Raises UnfusableError, and CheckError where Python refuses it.
        """
        key = repr(writing)
        if key not in self.made:
            self.made[key] = self._function(writing), writing
        return self.made[key]

    def _function(self, writing: Writing) -> Callable[..., tuple[Any, ...]]:
        body = script_text(deepcopy(list(self.statements)), writing) if self.parts is None else ""
        if self.parts is not None:
            body = select_text(deepcopy(self.parts), writing)
        text = "\n".join((*self.head, body))
        made: Callable[..., tuple[Any, ...]]
        made = load(dataclasses.replace(self.emitted, text=text, defines=("fused",)))["fused"]
        return made


def outline_of(node: Node) -> Outline:
    """What a node does. Raises UnfusableError with the reason why it is not known."""
    if node.script is not None and isinstance(node.operator, ScriptOperator):
        return _script(key_of(node.script))
    if node.select is not None and isinstance(node.operator, Select):
        return _select(key_of(node.select))
    raise UnfusableError(_what(node))


def _what(node: Node) -> str:
    if node.stats.kind == "select":
        return "it has a window or a `group by`"
    if node.stats.kind == "script":
        return f"it has scripts for other ports than `{IN}`"
    return f"`{node.stats.kind}` is an operator that runs by itself"


@lru_cache(SHARED)
@deep
def _script(key: bytes) -> Outline:
    emitted = emit_script(pickle.loads(key))
    body = body_of(emitted.text)
    if body is None:
        raise UnfusableError("its generated text is not as expected")
    statements = shaped(body.statements)
    reading = reading_of(statements)
    names = set(names_of(statements))
    if any(name.startswith("test__") for name in names):
        raise UnfusableError("it uses a function of `test`")
    lines = emitted.text.split("\n")
    head = lines[: lines.index("def script(event, meta, cell, ctx):")]
    split = first_of(statements)
    first = reading_of(statements[:split]).fields if split else None
    if first is None or reading.fields is None or reading.written is None or not first < reading.fields:
        split, first = 0, None
    if first is not None and reading.written:
        # who goes on is decoded anew, so nothing may have been written to it
        may = stay_as_they_came(statements[:split])
        split, first = (split, first | reading.written) if may else (0, None)
    return Outline(
        head,
        emitted,
        statements,
        None,
        reading,
        _reads_meta(statements),
        names.isdisjoint({"cell", "ctx"}),
        split,
        first,
    )


def _reads_meta(statements: Sequence[ast.stmt]) -> bool:
    """Whether metadata is read but to hand it on or to add to it."""
    kept = 0
    for statement in statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
                kept += 1
            elif isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == META:
                kept += 2
    loads = sum(
        isinstance(node, ast.Name) and node.id == META and isinstance(node.ctx, ast.Load)
        for statement in statements
        for node in ast.walk(statement)
    )
    return loads > kept


@lru_cache(SHARED)
@deep
def _select(key: bytes) -> Outline:
    select: SelectIR = pickle.loads(key)
    emitted = emit_select(select)
    module = ast.parse(emitted.text)
    found: dict[str, Sequence[ast.stmt]] = {}
    for made in module.body:
        if isinstance(made, ast.FunctionDef) and made.name in ("where", "target", "having"):
            guarded = made.body[0]
            assert isinstance(guarded, ast.Try)
            found[made.name] = shaped(guarded.body)
    target = () if is_identity(select) else found["target"]
    parts = Parts(found.get("where", ()), target, found.get("having", ()))
    statements = [*parts.where, *parts.target, *parts.having]
    names = set(names_of(statements))
    if not GROUPED.isdisjoint(names):
        raise UnfusableError("it uses `group` or `window`")
    for part in (parts.where, parts.target, parts.having):
        if any(isinstance(inner, ast.Return) for one in part[:-1] for inner in ast.walk(one)):
            raise UnfusableError("its generated text is not as expected")
    looked = reading_of([*parts.where, *(target or parts.having)])
    written = None if target else frozenset[str]()
    reading = Reading(looked.fields, written, False, False, looked.whole, looked.whole_at)
    lines = emitted.text.split("\n")
    start = min(
        n for n, line in enumerate(lines) if line.startswith(("def where(", "def target(", "def having("))
    )
    return Outline(
        lines[:start],
        emitted,
        statements,
        parts,
        reading,
        META in names,
        names.isdisjoint({"cell", "ctx"}),
    )
