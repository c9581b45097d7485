"""From a Python failure in generated code to a diagnostic at the tremor source.

Python keeps line and columns of every instruction; the generated text's map (`emit/writer.py`) says what
stands there. So a script that runs pays nothing for its error messages. What was wrong with a failed
lookup is found by evaluating its two sides again, which are plain names and lookups.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from types import TracebackType
from typing import Any

from tremor_tui.errors import ScriptError, did_you_mean
from tremor_tui.functions.contract import FunctionError
from tremor_tui.language.emit.writer import Emitted, Site
from tremor_tui.language.load.operators import EvalError, conflict
from tremor_tui.language.load.prelude import decreasing, natural
from tremor_tui.model.batch import Value
from tremor_tui.model.diagnostic import Diagnostic, Span
from tremor_tui.model.values import ValueFault

FILE = "<tremor {}>"
"""The file name of generated code, by the script's name."""


class Failures:
    """Makes a ScriptError of what a generated program raises."""

    def __init__(self, emitted: Emitted) -> None:
        self._emitted = emitted
        self.file = FILE.format(emitted.name)

    def __call__(self, error: Exception) -> ScriptError:
        """The error to raise instead. A ScriptError stays what it is."""
        if isinstance(error, ScriptError):
            return error
        told = self._told(error)
        # A look at a frame's names keeps them with it (before Python 3.13), the error among them.
        error.__traceback__ = None
        return ScriptError(told)

    def _told(self, error: Exception) -> Diagnostic:
        for frame in reversed(list(self._frames(error.__traceback__))):
            site = self._site(frame)
            if site is not None:
                return _explain(error, site, frame)
        return _unknown(error, self._emitted.module)

    def _frames(self, traceback: TracebackType | None) -> Iterator[TracebackType]:
        """The levels that run generated code of this program, outermost first."""
        while traceback:
            if traceback.tb_frame.f_code.co_filename == self.file:
                yield traceback
            traceback = traceback.tb_next

    def _site(self, traceback: TracebackType) -> Site | None:
        positions = traceback.tb_frame.f_code.co_positions()
        line, _, start, end = next(islice(positions, traceback.tb_lasti // 2, None))
        if line is None or start is None or end is None:
            return None
        return self._emitted.site(line, start, end)


def _explain(error: Exception, site: Site, traceback: TracebackType) -> Diagnostic:
    if isinstance(error, EvalError):
        return _diagnostic(error, site)
    if isinstance(error, FunctionError) and site.kind == "call":
        message, hint = error.told(site.name)
        return _diagnostic(EvalError(message, None, hint), site)
    if site.kind == "local" and isinstance(error, NameError):
        return _diagnostic(EvalError(_no_key("local", site.name), None, site.hint), site)
    if site.kind in ("lookup", "range", "assign") and isinstance(error, (LookupError, TypeError)):
        return _lookup(site, traceback)
    return _unknown(error, site.span, site.context)


def _diagnostic(error: EvalError, site: Site) -> Diagnostic:
    span = site.span if error.part is None or error.part >= len(site.parts) else site.parts[error.part]
    return Diagnostic(error.message, span, error.hint, context=site.context)


def _unknown(error: Exception, span: Span, context: Span | None = None) -> Diagnostic:
    if isinstance(error, ValueFault):
        return Diagnostic(f"Not possible with this value: {error}", span, context=context)
    if isinstance(error, RecursionError):
        return Diagnostic("The value nests too deeply", span, context=context)
    if isinstance(error, MemoryError):
        return Diagnostic("There is not enough memory for this value", span, context=context)
    return Diagnostic(f"The evaluation failed: {error or type(error).__name__}", span, context=context)


# --- lookups ----------------------------------------------------------------------------------------


def _lookup(site: Site, traceback: TracebackType) -> Diagnostic:
    if site.kind == "assign":
        return _diagnostic(conflict(_not_record(site, traceback), "record"), site)
    container = _again(site.container, traceback)
    key = _again(site.key, traceback)
    if site.kind == "range":
        return _diagnostic(range_fault(container, *key), site)
    return _diagnostic(lookup_fault(container, key, site.path), site)


def _not_record(site: Site, traceback: TracebackType) -> Value:
    """What an assignment found on its way; what it was looked up in, if it is that already."""
    try:
        return _again(site.container, traceback)
    except (LookupError, TypeError):
        return _again(site.key, traceback)


def _again(text: str, traceback: TracebackType) -> Any:
    """The value of a lookup's side; it is made of names, literals and lookups that succeeded."""
    frame = traceback.tb_frame
    return eval(text, frame.f_globals, dict(frame.f_locals))


def lookup_fault(container: Value, key: Value, path: str) -> EvalError:
    """Why `container[key]` fails."""
    if type(container) is dict:
        if type(key) is not str:
            return conflict(key, "string")
        return EvalError(_no_key(path, key), None, did_you_mean(key, list(container)))
    if type(container) is list:
        return _index_fault(container, key)
    if type(key) is str:
        return conflict(container, "record")
    if type(key) is int and key >= 0:
        return conflict(container, "array")
    return conflict(key, "integer", "string")


def _no_key(path: str, key: str) -> str:
    return f"Trying to access a non existing {path} key `{key}`"


def _index_fault(items: list[Value], key: Value) -> EvalError:
    if type(key) is str:
        return conflict(items, "record") if not isinstance(key, int) else conflict(key, "integer")
    try:
        index = natural(key, items)
    except EvalError as error:
        return error
    return EvalError(
        f"Array index out of bounds, got index {index} but expected an index in the range 0:{len(items)}"
    )


def range_fault(container: Value, start: Value, end: Value) -> EvalError:
    """Why `container[start:end]` fails. Parts are the two ends."""
    if type(container) is not list:
        return conflict(container, "array")
    try:
        first, last = natural(start, container, 0), natural(end, container, 1)
    except EvalError as error:
        return error
    if last < first:
        return decreasing(first, last)
    return EvalError(
        f"Array index out of bounds, got index range {first}:{last} "
        f"but expected a subrange of 0:{len(container)}"
    )
