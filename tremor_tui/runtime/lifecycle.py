"""Lifecycle: the states of a flow, how it may end, and places put to its errors."""

from __future__ import annotations

import traceback

from tremor_tui.errors import CompileError, ConfigError, TremorError
from tremor_tui.language.ir.deploy import ConnectorIR
from tremor_tui.model.diagnostic import Diagnostic, Span
from tremor_tui.model.record import dataclass


@dataclass(frozen=True, slots=True)
class Ending:
    """How a flow, or all of them, ended.

    `status` is a process's exit status: what `exit` said, else 1 where something failed, else 0.
    `drained`: all got out; otherwise `left` events did not. `error` is text for people, or empty.
    """

    status: int = 0
    drained: bool = True
    left: int = 0
    error: str = ""


def placed(error: TremorError, connector: ConnectorIR, file: str) -> CompileError:
    """The error with the place in the text that it is about, as far as that is known."""
    if isinstance(error, CompileError):
        return error
    span = _span(connector, error.key if isinstance(error, ConfigError) else "")
    hint = error.hint
    return CompileError([Diagnostic(error.message, span, hint, file=file)])


def described(error: Exception) -> str:
    """An error as a flow shows it: the sentence and hint of one that users know, else its traceback."""
    if isinstance(error, CompileError):
        return "\n".join(_with_hint(one.short(), one.hint) for one in error.diagnostics)
    if isinstance(error, TremorError):
        return _with_hint(error.message, error.hint)
    return "".join(traceback.format_exception(error)).rstrip()


def _with_hint(text: str, hint: str) -> str:
    return f"{text}\nhint: {hint}" if hint else text


def _span(connector: ConnectorIR, key: str) -> Span | None:
    spans = connector.key_spans
    return spans.get(f"config.{key}") or spans.get(key) or connector.span
