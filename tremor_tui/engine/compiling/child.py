"""The compile process: takes a job, answers, takes the next; ends with its supervisor.

Its first frame says that the compiler is loaded.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import traceback

from tremor_tui.control.wire import Splitter, prefixed
from tremor_tui.engine.compiling.authoring import reply
from tremor_tui.engine.compiling.drafts import draft
from tremor_tui.engine.compiling.edits import on_canvas
from tremor_tui.engine.compiling.link import (
    Broken,
    Canvas,
    Diagnose,
    Draft,
    Found,
    Job,
    Outcome,
    Plan,
    Rehearse,
    decode_job,
    encode,
)
from tremor_tui.engine.compiling.plan import open_texts, plan
from tremor_tui.engine.compiling.rehearse import rehearse
from tremor_tui.engine.executors.link import Texts
from tremor_tui.engine.sources import check
from tremor_tui.errors import CompileError
from tremor_tui.model.diagnostic import Diagnostic

READ_SIZE = 1 << 16
NICE = 3
"""It answers before executors work (5), but a key that is typed comes first."""


def main() -> None:
    """Works until the socket ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICE)
    with socket.socket(fileno=int(sys.argv[1])) as ours:
        ours.sendall(prefixed(b"{}"))
        splitter = Splitter()
        while data := ours.recv(READ_SIZE):
            for body in splitter.feed(data):
                ours.sendall(encode(outcome(decode_job(body))))


def outcome(job: Job) -> Outcome:
    """The outcome of a job; a failure of the compiler itself is one of them."""
    try:
        match job:
            case Plan(source):
                return plan(source)
            case Diagnose(source, flow):
                return Found(_diagnose(source, flow))
            case Draft():
                return draft(job)
            case Canvas():
                return on_canvas(job)
            case Rehearse():
                return rehearse(job)
            case _:
                return reply(job)
    except Exception as error:  # a bug: the process goes on, the supervisor logs it
        return Broken(f"{type(error).__name__}: {error}", traceback.format_exc())


def _diagnose(source: Texts, flow: Texts | None) -> tuple[Diagnostic, ...]:
    """The faults of the file and, where it has no errors of its own, those of the flow that uses it."""
    found = dict.fromkeys(_check(source))
    if flow and not any(diagnostic.is_error for diagnostic in found):
        found.update(dict.fromkeys(_check(flow)))
    return tuple(found)


def _check(texts: Texts) -> tuple[Diagnostic, ...]:
    try:
        return check(open_texts(texts))
    except CompileError as error:
        return error.diagnostics


if __name__ == "__main__":
    main()
