"""The executor process: nice by 5, one event loop, one Runtime; ends with the supervisor.

It is started with its socket's number, its own number, and the paths of its board and its stack. A loop
that stands still cannot notice that the supervisor is gone, so the kernel is asked to say so by a signal.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import socket
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import anyio

from tremor_tui.engine.executors.body import Body
from tremor_tui.metrics.board import Board
from tremor_tui.model.collector import collect_seldom

NICE = 5
PR_SET_PDEATHSIG = 1
ORPHAN_S = 3
"""How long an executor may drain once its supervisor is gone."""


def main() -> None:
    """Runs the executor until its socket ends or it is told to quit."""
    number, executor = int(sys.argv[1]), int(sys.argv[2])
    board, stack = Path(sys.argv[3]), Path(sys.argv[4])
    os.nice(NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _follow_parent()
    with stack.open("ab") as dump:
        faulthandler.register(signal.SIGUSR1, file=dump, all_threads=False)
        ours = socket.socket(fileno=number)
        ours.setblocking(False)
        body = Body(ours, executor, Board.create(board), orphan_s=ORPHAN_S - 1)
        collect_seldom()
        anyio.run(body.run, backend_options=_loop())


def _loop() -> dict[str, Any]:
    return {"use_uvloop": find_spec("uvloop") is not None}


def _follow_parent() -> None:
    """Asks Linux for SIGHUP at the parent's end; elsewhere the end of the socket has to do."""
    parent = os.getppid()

    def orphaned(*_: object) -> None:
        if os.getppid() != parent:
            # SIGALRM is left at its default: it ends the process even where no Python code runs any more.
            signal.alarm(ORPHAN_S)

    signal.signal(signal.SIGHUP, orphaned)
    if sys.platform == "linux":
        from ctypes import CDLL  # nothing else needs it

        with suppress(OSError, AttributeError):
            CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGHUP), 0, 0, 0)
        orphaned()


if __name__ == "__main__":
    main()
