"""The text of a fused function: a node's statements in a loop over a batch, and a bucket's in place.

    def fused(_steps, _count, _raws, _ids, _given, _more, _failed, _gone, ctx, cell, …):
        for _row, event in _steps:
            try:
                meta = _given
                …the script's statements; where it returned, the row goes to where its port leads, `continue`
            except Exception as _error:
                _failed(_row, _error)

A row that fails is told to `_failed`, which asks the node's own function what is wrong with it. So nothing in
the loop has an effect that outlives it, but on what it is given. Names of ours begin with an underscore and
do not end in a digit, so that no name of a script is among them.

It is long because the loop, its parameters and the statements in it are one text.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import field
from typing import Any, Final

from tremor_tui.model.port import ERR
from tremor_tui.model.record import dataclass
from tremor_tui.pipeline.fusing.reading import EVENT, META, names_of, records_of
from tremor_tui.pipeline.fusing.shaping import Merger, Sets, in_place, leaves, meta_of, sunk, without_bytes
from tremor_tui.pipeline.fusing.splicing import Tail, tail_of
from tremor_tui.pipeline.fusing.writing import added_by, lowered, stay_as_they_came

BUCKET_KEYS: Final = ("class", "rate", "dimensions", "cardinality", "time_range", "windows")


class UnfusableError(Exception):
    """A node does something that is not known here; it runs by itself. Its text says what.

    `is_of_bucket`: that it is so is no matter but for the bucket behind it. `line`: where that is in the
    generated text, 0 where it has no place there.
    """

    is_of_bucket = False

    def __init__(self, text: str, at: ast.AST | None = None) -> None:
        super().__init__(text)
        self.line: int = getattr(at, "lineno", 0)


class UnaskableError(UnfusableError):
    """It is not known beforehand what a bucket is asked for."""

    is_of_bucket = True


@dataclass(frozen=True, slots=True)
class Slot:
    """What is kept of the rows that leave somewhere: their numbers, and perhaps events and metadata.

    `is_rest`: nothing is kept of them, as they are all rows but those that are told to `_gone`.
    """

    name: str
    has_event: bool = False
    has_meta: bool = False
    is_rest: bool = False

    @property
    def columns(self) -> list[str]:
        """The lists, in their order."""
        if self.is_rest:
            return []
        return [
            f"{self.name}_row",
            *([f"{self.name}_event"] if self.has_event else []),
            *([f"{self.name}_meta"] if self.has_meta else []),
        ]


@dataclass(frozen=True, slots=True)
class Exit:
    """Where rows go that leave by a port: into a slot, or nowhere. `counter` counts them, where it is set."""

    slot: Slot | None
    counter: str = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """A port that leads to a bucket: where rows go that it lets pass, and those that are too many.

    `is_one`: both go the same way, so nobody has to know of a single row whether it passed.
    """

    passed: Exit
    over: Exit

    @property
    def is_one(self) -> bool:
        return self.passed.slot == self.over.slot


@dataclass(slots=True)
class Group:
    """A class of a bucket that a script names: the places where it is asked for, as they are told.

    `single` is the one key that all of them ask for, where it is the same constant.
    """

    name: str
    told: list[dict[str, Any]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    is_fixed: bool = True

    @property
    def is_single(self) -> bool:
        return self.is_fixed and len(self.keys) == 1


@dataclass(slots=True)
class Writing:
    """What the text is made with, and what is found out meanwhile.

    `exits` by the node's ports. `split`: after so many statements the rest of the fields are decoded, where
    `more` is given; 0 where all are decoded at first. `is_first`: its rows are those of the batch;
    `is_mixed`: each has its own metadata. `is_json`: its events come straight out of JSON;
    `is_owned`: and may be changed. `is_spliced`: fields that are added to an event will be put into its
    frame, so that constants are kept as a `Tail` in place of the event. `gone`: rows that
    do not leave by a slot that keeps none are told.

    Then, what was found: `numbered`: the loop's steps have rows' numbers. `results` are what the function
    returns beside the rows that were dropped and those that came late; `columns` the lists that it fills.
    """

    exits: Mapping[str, Exit | Asking]
    split: int = 0
    is_first: bool = True
    is_mixed: bool = False
    is_json: bool = False
    is_owned: bool = False
    is_spliced: bool = False
    gone: bool = False
    groups: dict[str, Group] = field(default_factory=dict)
    numbered: bool = True
    results: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    tails: dict[str, Tail] = field(default_factory=dict)

    @property
    def is_one(self) -> bool:
        """Whether nobody has to know of a row which way it left the bucket."""
        return any(isinstance(leads, Asking) and leads.is_one for leads in self.exits.values())


def script_text(statements: Sequence[ast.stmt], writing: Writing) -> str:
    """The text of `fused` for a script. Raises UnfusableError."""
    if writing.is_owned:
        statements = in_place(statements) or statements
    if writing.is_json:
        statements = without_bytes(statements)
    split = writing.split
    whole = lowered(sunk([*statements[:split], *_more(statements, writing), *statements[split:]]))
    if any(isinstance(leads, Asking) for leads in writing.exits.values()):
        _Rewriter(writing, is_looking=True).block(deepcopy(whole))
    return _written(_Rewriter(writing).block(whole), writing)


@dataclass(frozen=True, slots=True)
class Parts:
    """The statements of a select's functions; each ends with its one `return`."""

    where: Sequence[ast.stmt] = ()
    target: Sequence[ast.stmt] = ()
    having: Sequence[ast.stmt] = ()


def select_text(parts: Parts, writing: Writing) -> str:
    """The text of `fused` for a select without windows. Raises UnfusableError."""
    leads = writing.exits["out"]
    assert isinstance(leads, Exit)
    body = _unless(parts.where, writing)
    value: ast.expr = ast.Name(EVENT, ast.Load())
    if parts.target:
        *before, last = parts.target
        assert isinstance(last, ast.Return)
        assert last.value is not None
        body += [*before, ast.Assign([ast.Name(EVENT, ast.Store())], last.value)]
    body += _unless(parts.having, writing)
    return _written([*body, *_Rewriter(writing).keep(leads, value)], writing)


def _unless(statements: Sequence[ast.stmt], writing: Writing) -> list[ast.stmt]:
    """Lets a row go whose condition does not hold."""
    if not statements:
        return []
    *before, last = statements
    assert isinstance(last, ast.Return)
    assert last.value is not None
    return [*before, ast.If(ast.UnaryOp(ast.Not(), last.value), _dropped(writing), [])]


def _dropped(writing: Writing) -> list[ast.stmt]:
    return _lines("_dropped += 1", *(["_gone(_row)"] if writing.gone else []), "continue")


# -- the loop around it --------------------------------------------------------------------------------


def _written(body: list[ast.stmt], writing: Writing) -> str:
    merger = Merger()
    body = merger.merged(body)
    used = set(names_of(body))
    writing.numbered = "_row" in used or "ctx" in used or not writing.is_first
    body, failing = _around(body, used, writing)
    numbers = _numbers(writing)
    writing.columns = [name for slot in slots_of(writing) for name in slot.columns]
    lines = (
        f"def fused({', '.join(_params(writing))}):",
        f" {' = '.join(['_dropped', '_late', *numbers['zero']])} = 0",
        f" for {_step(used, writing)} in _steps:",
        "  try:",
        "   pass",
        "  except Exception as _error:",
        *(f"   {line}" for line in failing),
        f" return {', '.join(['_dropped', '_late', *numbers['zero'], *numbers['given']])}",
    )
    writing.results = [*numbers["zero"], *numbers["given"]]
    tree = ast.parse("\n".join(lines))
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    loop = function.body[1]
    assert isinstance(loop, ast.For)
    guarded = loop.body[0]
    assert isinstance(guarded, ast.Try)
    guarded.body = body
    tables = [f"{name} = {table!r}" for name, table in (*merger.tables.items(), *writing.tails.items())]
    return "\n".join((*tables, ast.unparse(ast.fix_missing_locations(tree))))


def _numbers(writing: Writing) -> dict[str, list[str]]:
    """The names that count: those that begin at zero, and those that are given."""
    single = [number for number, group in enumerate(writing.groups.values()) if group.is_single]
    counters = sorted({leads.counter for leads in _plain(writing) if leads.counter})
    overs = [] if writing.is_one else [f"_over{number}_" for number in single]
    return {"zero": [*counters, *overs], "given": [f"_left{number}_" for number in single]}


def _params(writing: Writing) -> list[str]:
    several = [(number, group) for number, group in enumerate(writing.groups.values()) if not group.is_single]
    return [
        *("_steps", "_count", "_raws", "_ids", "_given", "_more", "_failed", "_gone", "ctx", "cell"),
        *(f"{name}_" for name in writing.columns),
        *(f"_keys{number}_" if writing.is_one else f"_get{number}_" for number, _ in several),
        *(
            f"_open{number}at{place}_"
            for number, group in several
            for place in range(0 if writing.is_one else len(group.told))
        ),
        *_numbers(writing)["given"],
    ]


def _step(used: set[str], writing: Writing) -> str:
    if writing.is_mixed:
        return "_row, event, meta"
    return "_row, event" if writing.numbered else "event"


def _around(body: list[ast.stmt], used: set[str], writing: Writing) -> tuple[list[ast.stmt], list[str]]:
    """The body with what comes before it, and the lines for a row that fails."""
    failing = ["_failed(_row, _error)"]
    if not (writing.numbered or writing.is_mixed):
        failing.insert(0, "_row = _count - _steps.__length_hint__() - 1")
    before: list[str] = []
    if META in used and not writing.is_mixed:
        before.append("meta = _given")
    if "ctx" in used:
        before.append("ctx.event_id = _ids[_row]")
    if "cell" in used:
        before.append("_before = cell.state")
        failing.insert(0, "cell.state = _before")
    if writing.gone:
        failing.append("_gone(_row)")
    return [*_lines(*before), *body], failing


def _plain(writing: Writing) -> list[Exit]:
    """The exits, and those of a bucket behind them."""
    found: list[Exit] = []
    for leads in writing.exits.values():
        found += [leads.passed, leads.over] if isinstance(leads, Asking) else [leads]
    return found


def slots_of(writing: Writing) -> list[Slot]:
    """The slots that rows may go to, each once."""
    return list(dict.fromkeys(leads.slot for leads in _plain(writing) if leads.slot is not None))


def _more(statements: Sequence[ast.stmt], writing: Writing) -> list[ast.stmt]:
    """Decodes what the rest of the script reads, for rows that have not left by then."""
    if not writing.split:
        return []
    lines = ["_late += 1", "if _more is not None:", "    event = _more(_raws[_row])"]
    records = records_of(statements[: writing.split])
    lines += [f"    {name} = event if type(event) is dict else NO_RECORD" for name in records]
    return ast.parse("\n".join(lines)).body


# -- the statements in it ------------------------------------------------------------------------------


class _Rewriter:
    """Puts what is to be done with a row in the place of each `return`.

    `is_looking`: it only finds out what the bucket is asked for.
    """

    def __init__(self, writing: Writing, is_looking: bool = False) -> None:
        self._writing = writing
        self._is_looking = is_looking
        self._number = 0
        self._asked: dict[str, int] = {}
        self._told = False

    def block(
        self, statements: Sequence[ast.stmt], told: bool = False, changed: bool = False
    ) -> list[ast.stmt]:
        """The block rewritten. `told`: what comes before it may have set what a bucket is told; `changed`: or
        written to the event."""
        made: list[ast.stmt] = []
        self._told = told
        for index, statement in enumerate(statements):
            following = statements[index + 1] if index + 1 < len(statements) else None
            meta = meta_of(statement)
            if meta is not None and isinstance(following, ast.Return) and not _drops(following):
                made += self._leave(following, meta)
                return made
            added = None if changed else self._added(statements[index:])
            if added is not None:
                made += added
                return made
            made += self._statement(statement, told, changed)
            self._told = told = told or _tells(statement)
            changed = changed or not stay_as_they_came([statement])
        return made or [ast.Pass()]

    def _added(self, statements: Sequence[ast.stmt]) -> list[ast.stmt] | None:
        """What is done with a row whose event gets constants and leaves: they are a tail of its frame."""
        added = added_by(statements) if self._writing.is_spliced else {}
        rest = statements[len(added) + 1 :]
        meta = meta_of(rest[0]) if len(rest) == 2 else None
        last = rest[-1] if rest else None
        if not added or (meta is None and len(rest) != 1) or not isinstance(last, ast.Return) or _drops(last):
            return None
        tail = tail_of(added)
        if tail is None or not isinstance(last.value, ast.Tuple) or ast.unparse(last.value.elts[1]) != EVENT:
            return None
        tails = self._writing.tails
        same = (name for name, known in tails.items() if repr(known) == repr(tail))  # 1 is not 1.0
        name = next(same, f"_tail{len(tails)}_")
        tails[name] = tail
        absent = "".join(f" and {key!r} not in {EVENT}" for key in added)
        whole = ", ".join(f"{key!r}: {value!r}" for key, value in added.items())
        text = f"{name} if {EVENT} and type({EVENT}) is dict{absent} else {{**{EVENT}, {whole}}}"
        value = ast.parse(text, mode="eval").body
        changed = ast.Return(ast.Tuple([last.value.elts[0], value, last.value.elts[2]], ast.Load()))
        return self._leave(ast.copy_location(changed, last), meta)

    def _statement(self, node: ast.stmt, told: bool, changed: bool) -> list[ast.stmt]:
        if isinstance(node, ast.Return):
            return self._leave(node, None)
        if isinstance(node, ast.If):
            body = self.block(node.body, told, changed)
            other = self.block(node.orelse, told, changed) if node.orelse else []
            return [ast.If(node.test, body, other)]
        if any(isinstance(inner, ast.Return) for inner in ast.walk(node)):
            raise UnfusableError("it ends an event from within a `for`", node)
        return [node]

    def _leave(self, node: ast.Return, meta: Sets | None) -> list[ast.stmt]:
        if _drops(node):
            return _dropped(self._writing)
        if not isinstance(node.value, ast.Tuple) or len(node.value.elts) != 3:
            raise UnfusableError("it ends an event in an unknown way", node)
        port, value, given = node.value.elts
        if not isinstance(port, ast.Constant) or not isinstance(given, ast.Name) or given.id != META:
            raise UnfusableError("it works out the port that it emits to", node)
        if port.value == ERR:  # the node's own function says what it is that leaves there
            return _lines("raise Exception")
        leads = self._writing.exits[str(port.value)]
        return [*self._go(leads, value, meta), ast.Continue()]

    def _go(self, leads: Exit | Asking, value: ast.expr, meta: Sets | None) -> list[ast.stmt]:
        sets: list[ast.stmt] = []
        self._number = 0
        known = {key: self._held(given, sets) for key, given in meta} if meta is not None else None
        ends = (leads.passed, leads.over) if isinstance(leads, Asking) else (leads,)
        if known is not None and any(end.slot is not None and end.slot.has_meta for end in ends):
            made = ast.Dict([ast.Constant(key) for key in known], list(known.values()))
            more = ast.Dict([None, *made.keys], [ast.Name(META, ast.Load()), *made.values])
            either = ast.IfExp(ast.Name(META, ast.Load()), more, made)
            sets.append(ast.Assign([ast.Name(META, ast.Store())], either))
        if not _is_set(value):
            sets.append(ast.Assign([ast.Name("_value", ast.Store())], value))
            value = ast.Name("_value", ast.Load())
        if isinstance(leads, Exit):
            return [*sets, *self.keep(leads, value)]
        if known is None or self._told:
            raise UnaskableError("it does not say in one place what class and rate its events have", value)
        return [*sets, *self._ask(leads, known, value)]

    def _held(self, value: ast.expr, sets: list[ast.stmt]) -> ast.expr:
        """The value, under a name where it may fail or takes time."""
        if _is_set(value):
            return value
        self._number += 1
        name = f"_held{self._number}_"
        sets.append(ast.Assign([ast.Name(name, ast.Store())], value))
        return ast.Name(name, ast.Load())

    def _ask(self, leads: Asking, known: dict[str, ast.expr], value: ast.expr) -> list[ast.stmt]:
        """Asks the bucket: `_room` is what is left, the last row that asked, and what came too much."""
        told = _told(known)
        dimensions = known.get("dimensions", ast.Constant(None))
        name = known["class"]
        assert isinstance(name, ast.Constant)
        class_name = str(name.value)
        group = self._writing.groups.setdefault(class_name, Group(class_name))
        if self._is_looking:
            group.told.append(told)
            group.keys.add(ast.unparse(dimensions))
            group.is_fixed &= isinstance(dimensions, ast.Constant)
            return []
        number = list(self._writing.groups).index(class_name)
        if group.is_single:
            text = f"_left{number}_ += 1" if leads.is_one else ONE.format(number=number)
        else:
            place = self._asked[class_name] = self._asked.get(class_name, -1) + 1
            key = ast.unparse(dimensions)
            test = "" if isinstance(dimensions, ast.Constant) else f"type({key}) is not str or "
            text = f"_keys{number}_({key})"
            if not leads.is_one:
                text = ROOM.format(number=number, place=place, key=key, test=test) + LEFT
        tree = ast.parse(text).body
        if leads.is_one:
            return [*tree, *self.keep(leads.passed, value)]
        choice = tree[-1]
        assert isinstance(choice, ast.If)
        choice.body += self.keep(leads.passed, value)
        choice.orelse += self.keep(leads.over, value)
        return tree

    def keep(self, leads: Exit, value: ast.expr) -> list[ast.stmt]:
        """Keeps what is wanted of a row."""
        slot = leads.slot
        lines = [f"{leads.counter} += 1"] if leads.counter else []
        if slot is None or not slot.is_rest:
            lines += ["_gone(_row)"] if self._writing.gone else []
        if slot is not None and not slot.is_rest:
            given = {"row": "_row", "event": ast.unparse(value), "meta": META}
            lines += [f"{name}_({given[name.rpartition('_')[2]]})" for name in slot.columns]
        return _lines(*lines)


NO_META: Final = ast.dump(ast.parse("meta is None", mode="eval").body)
ONE: Final = """
if _left{number}_ > 0:
    _left{number}_ -= 1
else:
    _over{number}_ += 1
"""
ROOM: Final = """
if {test}(_room := _get{number}_({key})) is None:
    _room = _open{number}at{place}_({key})
_room[1] = _row
"""
LEFT: Final = """if _room[0] > 0:
    _room[0] -= 1
else:
    _room[2] += 1
"""


def _tells(statement: ast.stmt) -> bool:
    """Whether it may set metadata that a bucket looks at."""
    if isinstance(statement, ast.If) and ast.dump(statement.test) == NO_META:
        return False
    sets = meta_of(statement)
    if sets is not None:
        return not set(BUCKET_KEYS).isdisjoint(key for key, _ in sets)
    if isinstance(statement, ast.If):
        goes_on = [block for block in (statement.body, statement.orelse) if not leaves(block)]
        return any(_tells(inner) for block in goes_on for inner in block)
    return any(
        isinstance(node, ast.Name) and node.id == META and not isinstance(node.ctx, ast.Load)
        for node in ast.walk(statement)
    )


def _told(known: Mapping[str, ast.expr]) -> dict[str, Any]:
    """What the bucket is told beside the class and the dimensions."""
    name = known.get("class")
    if not isinstance(name, ast.Constant) or type(name.value) is not str:
        raise UnaskableError("its `$class` is no text that it names right before it ends an event", name)
    told: dict[str, Any] = {}
    for key in BUCKET_KEYS:
        given = known.get(key)
        if key in ("class", "dimensions") or given is None:
            continue
        if not isinstance(given, ast.Constant):
            raise UnaskableError(f"it works out `${key}`, which has to be a constant", given)
        told[key] = given.value
    return told


def _is_set(node: ast.expr) -> bool:
    """Whether it is a constant, or a name of which it is certain that it stands for something."""
    return isinstance(node, ast.Constant) or (
        isinstance(node, ast.Name) and (node.id in (EVENT, META) or node.id.startswith("_"))
    )


def _drops(node: ast.Return) -> bool:
    return node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None)


def _lines(*texts: str) -> list[ast.stmt]:
    """Statements; `continue` may stand last, where there is no loop yet."""
    made: list[ast.stmt] = []
    for text in texts:
        made += [ast.Continue()] if text == "continue" else ast.parse(text).body
    return made
