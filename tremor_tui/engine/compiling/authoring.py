"""Answers an editor's questions in the compile process."""

from __future__ import annotations

from tremor_tui.control.authoring import Completed, Documented
from tremor_tui.engine.compiling.completing import Completing, samples_of
from tremor_tui.engine.compiling.link import Found
from tremor_tui.engine.compiling.questions import (
    CheckPaths,
    Complete,
    Document,
    MakeTest,
    Question,
    Reply,
    RunTests,
)
from tremor_tui.engine.compiling.testing import make_test, run_tests
from tremor_tui.errors import CompileError
from tremor_tui.language.completing.missing import missing_paths

_completing = Completing()
"""One for the process: it keeps the modules that it read."""


def reply(question: Question) -> Reply | Found:
    """The answer to a question; where a file cannot be read there is nothing to say."""
    match question:
        case MakeTest():
            return make_test(question)
        case RunTests():
            return run_tests(question)
        case Complete():
            return _complete(question)
        case Document():
            return _document(question)
        case CheckPaths():
            return _check_paths(question)


def _complete(question: Complete) -> Completed:
    try:
        return _completing.complete(question)
    except CompileError:
        return Completed(start=question.offset, end=question.offset)


def _document(question: Document) -> Documented:
    try:
        return _completing.document(question)
    except CompileError:
        return Documented()


def _check_paths(question: CheckPaths) -> Found:
    try:
        source, _ = _completing.open(question.source)
        return Found(tuple(missing_paths(source, question.line, samples_of(question.samples))))
    except CompileError:
        return Found()
