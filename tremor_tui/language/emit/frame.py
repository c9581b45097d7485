"""Frame: what is known while one Python function is generated, and the lines made so far.

Two things are known of every point of the text: which variables are certainly set, and which records are
*owned*: made by this very call, and reached by nothing but one path, so that an assignment below that
path may write into them. A record that is not owned is copied first (`paths.py`), and a value that is
read as a whole is owned no more, as it has a second name from then on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from typing import Any, Final, Literal

from tremor_tui.language.emit.names import Names, global_name
from tremor_tui.language.emit.writer import (
    Binding,
    Block,
    Code,
    Line,
    atom,
    code,
    indented,
    is_long,
    literal,
)
from tremor_tui.language.ir.script import FunctionIR
from tremor_tui.model.record import dataclass

Place = tuple[str, ...]
"""A root (`event`, or a variable's slot) and the keys down from it."""


@dataclass(frozen=True, slots=True)
class Dest:
    """Where a value goes: into the variable `name`, out of the script or function, or nowhere."""

    kind: Literal["name", "return", "none"]
    name: str = ""


NOWHERE: Final = Dest("none")
RETURN: Final = Dest("return")


@dataclass(slots=True)
class Program:
    """What all functions of one generated module share."""

    functions: Mapping[str, FunctionIR]
    bindings: dict[str, Binding] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def native(self, path: str) -> str:
        """The name of a native function."""
        return self._bind(global_name(*path.split("::")), Binding("native", path))

    def extractor(self, name: str, rule: str) -> str:
        """The name of a prepared extractor."""
        return self._bind(global_name(name, "1"), Binding("extractor", name, rule))

    def _bind(self, wanted: str, binding: Binding) -> str:
        for name, other in self.bindings.items():
            if other == binding:
                return name
        stem, number, name = wanted.rstrip("0123456789"), 1, wanted
        while name in self.bindings:
            number += 1
            name = f"{stem}{number}"
        self.bindings[name] = binding
        return name

    def constant(self, value: Any) -> str:
        """The name of a constant list or record."""
        if is_long(value):
            name = f"const__large_{len(self.bindings) + 1}"
            return self._bind(name, Binding("value", name, value=value))
        text = literal(value)
        return self.constants.setdefault(text, f"const__{len(self.constants) + 1}")

    def function(self, identity: str) -> str:
        """The name of a function written in tremor."""
        if identity not in self.names:
            wanted = name = global_name("fn", *identity.split("::"))
            number = 1
            while name in self.names.values():
                number += 1
                name = f"{wanted}_{number}"
            self.names[identity] = name
        return self.names[identity]


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked up in a record already: its name, and those of fields and of fields as text."""

    record: str
    fields: Mapping[str, str]
    texts: Mapping[str, str]


@dataclass(slots=True)
class Known:
    """What is known at a point: variables that are set, owned records, and what was looked up where.

    `found` has the names of values that are certainly there, by place.
    """

    slots: set[str] = field(default_factory=set)
    owned: set[Place] = field(default_factory=set)
    looked: dict[Place, Looked] = field(default_factory=dict)
    found: dict[Place, str] = field(default_factory=dict)

    def copy(self) -> Known:
        """The same knowledge, to go on from separately."""
        return Known(set(self.slots), set(self.owned), dict(self.looked), dict(self.found))

    def meet(self, other: Known) -> Known:
        """What is known whichever of the two ways was taken."""
        looked = {place: seen for place, seen in self.looked.items() if other.looked.get(place) is seen}
        found = {place: name for place, name in self.found.items() if other.found.get(place) == name}
        return Known(self.slots & other.slots, self.owned & other.owned, looked, found)

    def forget(self) -> None:
        """Nothing that was looked up holds any more."""
        self.looked.clear()
        self.found.clear()


class Frame:
    """One function being generated. `kind` is `script`, `select` or `function`."""

    def __init__(self, program: Program, kind: str) -> None:
        self.program = program
        self.kind = kind
        self.names = Names()
        self.known = Known()
        self.optional: frozenset[str] = frozenset()
        self.meta_is_record = kind != "script"
        self.function: FunctionIR | None = None
        self.flags: dict[Place, str] = {}
        """In a loop: the variable that says whether the record at a place was copied in it already."""
        self.line = 0
        self._block: Block = []
        self._depth = 0

    # --- lines --------------------------------------------------------------------------------------

    def put(self, *pieces: str | Code) -> None:
        """A line at the current depth."""
        self._block.append(Line(self._depth, code(*pieces), self.line))

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Lines inside are one level deeper; there is at least one."""
        self._depth += 1
        size = len(self._block)
        try:
            yield
            if len(self._block) == size:
                self.put("pass")
        finally:
            self._depth -= 1

    def enter(self) -> None:
        """Lines from here on are one level deeper, until `leave`."""
        self._depth += 1

    def leave(self) -> None:
        """Ends what `enter` began."""
        self._depth -= 1

    @contextmanager
    def aside(self) -> Iterator[Block]:
        """Lines inside go into a block of their own, at depth 0."""
        before = self._block, self._depth
        self._block, self._depth = [], 0
        try:
            yield self._block
        finally:
            self._block, self._depth = before

    def splice(self, block: Block) -> None:
        """Lines that were put aside, at the current depth."""
        self._block.extend(indented(block, self._depth))

    def take(self) -> Block:
        """All lines."""
        return self._block

    # --- values -------------------------------------------------------------------------------------

    def temporary(self, stem: str = "t") -> str:
        """A new name."""
        return self.names.temporary(stem)

    def held(self, piece: Code, stem: str = "t") -> Code:
        """The piece's value under a name, if it is not a name or literal already."""
        if piece.is_atom and piece.site is None:
            return piece
        name = self.temporary(stem)
        self.put(name, " = ", piece)
        return atom(name)

    def named(self, piece: Code, stem: str) -> Code:
        """The piece's value under a name of its own, so that what else is assigned does not change it."""
        if piece.is_atom and str(piece).startswith("_"):
            return piece
        name = self.temporary(stem)
        self.put(name, " = ", piece)
        return atom(name)

    def constant(self, value: Any) -> Code:
        """A constant: a literal, or the name of a list or record."""
        if isinstance(value, (list, dict)):
            return atom(self.program.constant(value))
        text = literal(value)
        return Code((text,), None, True, not text.startswith("-"))

    # --- what is known ------------------------------------------------------------------------------

    def share(self, place: Place, below: bool = False) -> None:
        """The value at a place (`below`: any value below it) gets a second name."""
        size = len(place)
        owned = self.known.owned
        owned.difference_update([p for p in owned if p[:size] == place and (len(p) > size or not below)])

    def write(self, root: str) -> None:
        """What a root or variable stands for is about to change: what was looked up there is stale."""
        known = self.known
        known.looked = {place: seen for place, seen in known.looked.items() if place[0] != root}
        known.found = {place: name for place, name in known.found.items() if place[0] != root}

    def own(self, place: Place) -> None:
        """The record at a place was just made."""
        self.known.owned.add(place)

    def owns(self, place: Place) -> bool:
        """Whether the record at a place may be written into."""
        return place in self.known.owned
