"""Runs the flows of a .troy file in several processes: forks of this one, each with some of the flows.

All is compiled before, once. The parent passes signals on, and waits; where an `exit` connector speaks in
one process, the others are drained too, and where a flow cannot start they end. Flows that share something
stay together: those that read standard input, and all of them where one takes part in `metrics`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from tremor_tui.cli import output
from tremor_tui.engine.placing.rules import spread
from tremor_tui.language.ir.deploy import FlowIR
from tremor_tui.runtime.wiring import is_wanted

FORCED: Final = 75
EXITED: Final = b"x"
"""An `exit` connector ended this process's flows: the others end too."""
UNSTARTED: Final = b"f"
"""A flow could not start: the others end at once."""
PR_SET_PDEATHSIG: Final = 1

Part = Callable[[Sequence[FlowIR]], tuple[int, bytes]]
"""Runs flows in a child: its exit status, and what the others have to be told, or nothing."""


def share(flows: Sequence[FlowIR], count: int) -> list[list[FlowIR]]:
    """The flows of each process."""
    by_alias = {flow.alias: flow for flow in flows}
    return [[by_alias[alias] for alias in part] for part in spread(groups(flows), count)]


def groups(flows: Sequence[FlowIR]) -> list[list[str]]:
    """The flows that must stay together, by alias."""
    if any(connector.kind == "metrics" for flow in flows for connector in flow.connectors):
        return [[flow.alias for flow in flows]]
    readers = [flow.alias for flow in flows if _reads_stdin(flow)]
    others = [[flow.alias] for flow in flows if flow.alias not in readers]
    return [readers, *others] if readers else others


def _reads_stdin(flow: FlowIR) -> bool:
    return any(one.kind == "stdio" and is_wanted(flow, one.alias, "source") for one in flow.connectors)


def run_spread(parts: Sequence[Sequence[FlowIR]], run: Part) -> int:
    """Runs each part in a process of its own; the exit status of all."""
    return _Processes([_Child(part, run) for part in parts]).wait()


class _Child:
    """A process with some of the flows."""

    def __init__(self, flows: Sequence[FlowIR], run: Part) -> None:
        self.names = ", ".join(flow.alias for flow in flows)
        self._reader, writer = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._reader)
            _live(flows, run, writer, parent)
        os.close(writer)

    def word(self) -> bytes:
        """What it said at its end."""
        said = os.read(self._reader, 1)
        os.close(self._reader)
        return said

    def end(self) -> None:
        """Asks it to drain; the second time to end at once."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)


def _live(flows: Sequence[FlowIR], run: Part, writer: int, parent: int) -> None:
    """The body of a child; it never returns."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all: the parent passes it on
        _follow(parent)
        status, word = run(flows)
        os.write(writer, word)
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException as error:  # whatever it was, the parent's own cleaning up is not this process's
        output.failure(f"the process of {', '.join(flow.alias for flow in flows)} failed: {error!r}")
    finally:
        os._exit(status)


def _follow(parent: int) -> None:
    """Asks Linux for SIGTERM at the parent's end."""
    if sys.platform == "linux":
        from ctypes import CDLL  # nothing else needs it

        with suppress(OSError, AttributeError):
            CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


class _Processes:
    """All of them, until the last has ended."""

    def __init__(self, children: Sequence[_Child]) -> None:
        self._alive = {child.pid: child for child in children}
        self._statuses: list[int] = []
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._pass_on)

    def wait(self) -> int:
        """The exit status: the highest of those that are no 75, else 75 where there is one."""
        while self._alive:
            pid, status = os.wait()
            child = self._alive.pop(pid, None)
            if child is not None:
                self._ended(child, os.waitstatus_to_exitcode(status))
        own = [status for status in self._statuses if status != FORCED]
        return max(own, default=0) or (FORCED if FORCED in self._statuses else 0)

    def _ended(self, child: _Child, status: int) -> None:
        word = child.word()
        if status < 0:
            output.failure(f"the process of {child.names} was killed by signal {-status}")
        self._statuses.append(status if status >= 0 else 1)
        for _ in range({EXITED: 1, UNSTARTED: 2}.get(word, 0)):
            self._pass_on()

    def _pass_on(self, *_: object) -> None:
        for child in self._alive.values():
            child.end()
