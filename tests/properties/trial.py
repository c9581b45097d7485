"""One program on trial: what it may do, whatever its text is."""

from __future__ import annotations

import re
import signal
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.language.reference import Failed, Reference
from tests.properties.strategies_mutants import PIECE
from tremor_tui.engine.sources import Program, check
from tremor_tui.errors import CompileError, ScriptError
from tremor_tui.language.compile import CompiledScript, compile_script
from tremor_tui.language.compile_query import compile_query
from tremor_tui.language.diagnostics import render
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.parse.parser import Start, parse
from tremor_tui.language.source import Source
from tremor_tui.language.tree.printer import print_tree
from tremor_tui.language.tree.walk import same
from tremor_tui.model.batch import Batch
from tremor_tui.model.context import Cell, Context
from tremor_tui.model.diagnostic import Diagnostic, Span
from tremor_tui.pipeline.build import build

LIMIT = 1.0
"""Seconds of CPU time for the check of a program, and for its run on one event."""
HANGS = 8.0
"""Seconds of CPU time after which a program is taken to hang."""
SUFFIXES = {"script": ".tremor", "query": ".trickle", "deploy": ".troy", "module": ".trickle"}
BUG = "The evaluation failed"
"""How a message starts that says no more than what Python said."""
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, 2, -1, 2**63, 2**64 - 1, -(2**63), 1.0, -0.0, 2.5, float("inf"), float("nan"),
    "", "a", "12", "a=1 b=2", '{"a":1}', "10.0.0.1", "é😀", b"\xff", [], [1, 2, 3], ["a", None], {}, {"a": 1},
)  # fmt: skip
KEYS = ("a", "b", "c", "d", "list", "text", "number", "let", "an odd key")


@dataclass(frozen=True, slots=True)
class Fault:
    """What a program did that no program may do; `kind` stays the same while the program is made smaller."""

    kind: str
    detail: str


def event(random: Random, depth: int = 2) -> Any:
    """A random value; a record, mostly."""
    pick = random.random()
    if depth == 0 or pick < 0.2:
        return deepcopy(random.choice(VALUES))
    if pick < 0.3:
        return [event(random, depth - 1) for _ in range(random.randint(0, 3))]
    return {key: event(random, depth - 1) for key in KEYS if random.random() < 0.7}


class Trial:
    """Puts programs on trial; modules are read once for all of them."""

    def __init__(self) -> None:
        self.loader = ModuleLoader()
        self.compiled = 0
        self.ran = 0

    def __call__(self, text: str, start: Start, seed: int = 0) -> Fault | None:
        """The first thing that is wrong, or None. `seed` picks the events."""
        source = Source(text, f"trial{SUFFIXES[start]}")
        try:
            with warnings.catch_warnings(), _watched():
                warnings.simplefilter("error")
                return next(self._faults(source, start, Random(seed)), None)
        except (Exception, Hung) as error:
            return Fault(f"raised {type(error).__name__} in {_place(error)}", f"{error}")

    def _faults(self, source: Source, start: Start, random: Random) -> Iterator[Fault]:
        began = time.thread_time()
        yield from self._diagnosed(self._checked(source, start, random), source)
        took = time.thread_time() - began
        if took > LIMIT:
            yield Fault("slow to check", f"{took:.1f} s")
        yield from _printed(source, start)

    def _checked(self, source: Source, start: Start, random: Random) -> Sequence[Diagnostic]:
        try:
            if start == "script":
                script = compile_script(source, self.loader)
                self.compiled += 1
                self._run(script, random)
                return script.warnings
            if start == "query":
                return self._query(source, random)
        except CompileError as error:
            return error.diagnostics
        found = check(Program(source, self.loader))
        self.compiled += not any(diagnostic.is_error for diagnostic in found)
        return found

    def _run(self, script: CompiledScript, random: Random) -> None:
        cell, slow = Cell(), Cell()
        for _ in range(3):
            value = event(random)
            self.ran += 1
            expected = _slowly(script, value, slow)
            before = repr(value)
            got = _run_once(script, value, cell)
            if repr(value) != before:
                raise Broken("changed its event", before)
            if got != expected:
                raise Broken("differs from the slow evaluator", f"{before}: {got}, slowly {expected}")

    def _query(self, source: Source, random: Random) -> Sequence[Diagnostic]:
        compiled = compile_query(source, self.loader)
        graph = build(compiled.query_ir, on_error=lambda node, error: _no_bug(error.message))
        self.compiled += 1
        for at in range(3):
            self.ran += 1
            port = next(iter(compiled.query_ir.inputs), "in")
            graph.step(port, Batch([event(random)], range(at, at + 1), at), at)
        return compiled.warnings

    def _diagnosed(self, found: Sequence[Diagnostic], source: Source) -> Iterator[Fault]:
        for diagnostic in found:
            text = diagnostic.short() + render(diagnostic, self.loader.source)
            if not diagnostic.message or CONTROLS.search(text):
                yield Fault("a message does not show", repr(text))
            for span in (diagnostic.span, diagnostic.context):
                where = self.loader.source(span.file) if span else None
                if span is None:
                    continue
                if where is None:
                    yield Fault("a diagnostic's file is not known", span.file)
                elif not 0 <= span.start <= span.end <= len(where.text):
                    yield Fault("a diagnostic is outside of its text", diagnostic.short())
                elif span is diagnostic.span and span not in _places(where, span):
                    yield Fault("a diagnostic's lines and offsets differ", diagnostic.short())
            if diagnostic.is_error and diagnostic.span is None:
                yield Fault("an error has no place", diagnostic.short())


class Hung(BaseException):
    """A program takes far too long; no `except Exception` may catch it."""


@contextmanager
def _watched() -> Iterator[None]:
    before = signal.signal(signal.SIGVTALRM, _hung)
    signal.setitimer(signal.ITIMER_VIRTUAL, HANGS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _hung(number: int, frame: object) -> None:
    raise Hung


class Broken(Exception):  # noqa: N818 - not the program's fault
    """A run that did what none may do."""


def _place(error: BaseException) -> str:
    """Where our code raised it."""
    frame = error.__traceback__
    place = ""
    while frame is not None:
        code = frame.tb_frame.f_code
        place = (
            f"{code.co_filename.rsplit('/', 1)[-1]} {code.co_name}" if "tremor" in code.co_filename else place
        )
        frame = frame.tb_next
    return f"{place}: {error.args[0]}" if isinstance(error, Broken) else place


def _no_bug(message: str) -> None:
    if message.startswith(BUG):
        raise Broken("failed without a reason", message)


def _run_once(script: CompiledScript, value: Any, cell: Cell) -> str:
    """What a script does with an event, as text."""
    began = time.thread_time()
    try:
        result = script.call(value, None, cell, Context())
        shown = repr((result[0], result[1], result[2] or {}) if result else None)
    except ScriptError as error:
        _no_bug(error.message)
        shown = "failed"
    took = time.thread_time() - began
    if took > LIMIT:
        raise Broken("slow to run", f"{took:.1f} s")
    return f"{shown}, state {cell.state!r}"


def _slowly(script: CompiledScript, value: Any, cell: Cell) -> str:
    """What a script should do with an event."""
    try:
        slow = Reference(script.ir.functions, deepcopy(value), {}, cell, Context())
        shown = repr(slow.script(script.ir))
    except Failed:
        shown = "failed"
    return f"{shown}, state {cell.state!r}"


def _printed(source: Source, start: Start) -> Iterator[Fault]:
    """A text that parses, printed and parsed again, is the same tree; printed once more, the same text."""
    parsed = parse(source, start)
    if parsed.tree is None:
        return
    text = print_tree(parsed.tree, parsed.comments, source.text)
    again = parse(Source(text, source.name), start)
    if again.tree is None:
        yield Fault("printed, it does not parse", f"{again.diagnostics[0].short()}\n{text}")
    elif not same(parsed.tree, again.tree):
        yield Fault("printed, it is another tree", text)
    elif print_tree(again.tree, again.comments, text) != text:
        yield Fault("printed twice, it is another text", text)


def smaller(text: str, start: Start, kind: str, seed: int, trial: Trial, tries: int = 2000) -> str:
    """A shorter text that fails in the same way: pieces are left out as long as it does."""
    pieces = PIECE.findall(text)
    width = max(1, len(pieces) // 2)
    while width and tries > 0:
        index, before = 0, len(pieces)
        while index < len(pieces) and tries > 0:
            tries -= 1
            fewer = pieces[:index] + pieces[index + width :]
            fault = trial("".join(fewer), start, seed)
            if fault is not None and fault.kind == kind:
                pieces = fewer
            else:
                index += width
        width = width if len(pieces) < before else width // 2
    return "".join(pieces)


def _places(source: Source, span: Span) -> tuple[Span, Span]:
    """The lines and columns of a span's offsets; an escaped line feed also counts as part of its line."""
    exact = source.span(span.start, span.end)
    on_line = source.span(span.start, max(span.start, span.end - 1))
    wider = Span(
        span.file,
        on_line.line,
        on_line.column,
        on_line.end_line,
        on_line.end_column + 1,
        span.start,
        span.end,
    )
    return exact, wider if source.text[span.end - 1 : span.end] == "\n" else exact
