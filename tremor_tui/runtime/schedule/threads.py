"""Threads: each task in an OS thread with a loop of its own, as tremor 0.8 had it; for comparison.

What is a task's own is touched in its thread alone. Others reach it by its channel and bell, which have
locks, or have something done in its loop (`tell`). Who waits for a thread never holds a lock.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.util import find_spec
from typing import Any, Final

import anyio
import anyio.lowlevel
from anyio import CancelScope, Event

from tremor_tui.connectors.contract import ConnectorContext
from tremor_tui.errors import ConnectionLost
from tremor_tui.metrics.instruments import Recent
from tremor_tui.model.batch import Batch
from tremor_tui.model.insight import Ack, Drained, Fail
from tremor_tui.model.signal import Signal
from tremor_tui.pipeline.fusing.alone import ALONE
from tremor_tui.runtime.bell import Bell
from tremor_tui.runtime.channel import Channel, Message
from tremor_tui.runtime.complaints import Complaints
from tremor_tui.runtime.letters import FlowLetters
from tremor_tui.runtime.meter import IO, Current, Meter
from tremor_tui.runtime.tasks.task import Host, Task
from tremor_tui.runtime.turns import NoTurns, Turns

END_S: Final = 3.0
"""How long a thread that is cancelled may take; one that blocks for longer is left behind."""

Do = Callable[[], object]
Post = Callable[[Do], None]


def poster() -> Post:
    """What has something done in the loop that runs now, from any thread and without waiting."""
    loop = anyio.lowlevel.current_token().native_token
    call: Post = getattr(loop, "run_sync_soon", None) or loop.call_soon_threadsafe  # type: ignore[attr-defined]
    return partial(_post, call)


def _post(call: Callable[..., object], do: Do) -> None:
    try:
        call(do)
    except RuntimeError:  # its loop is over: nobody is there to be told
        return


class ThreadBell(Bell):
    """A bell that may be rung from any thread."""

    __slots__ = ("_call", "_lock")

    def __init__(self, meter: Meter | None = None) -> None:
        super().__init__(meter)
        self._lock = threading.Lock()
        self._call: Post = _post_nothing

    def ring(self) -> None:
        """Wakes the task in its own loop."""
        with self._lock:
            if self._is_rung:
                return
            self._is_rung = True
            event, call = self._event, self._call
        if event is not None:
            if self._meter is not None:
                self._meter.note_woken()
            call(event.set)

    async def wait(self, reason: int = IO) -> None:
        """Returns once rung, at once if that has happened since the last wait."""
        if self._call is _post_nothing:
            self._call = poster()
        if self._meter is not None:
            self._meter.reason = reason
        with self._lock:
            was_rung, self._is_rung = self._is_rung, False
            event = None if was_rung else Event()
            self._event = event
        if event is None:
            # another thread may ring again and again, and what is posted here must be done all the same
            await anyio.lowlevel.checkpoint()
            return
        try:
            await event.wait()
        finally:
            with self._lock:
                self._event, self._is_rung = None, False


def _post_nothing(do: Do) -> None:
    """Of a bell that nobody has waited on."""


class ThreadChannel(Channel):
    """A channel with a lock. One that was closed takes nothing: who sends learns of it later."""

    __slots__ = ("_lock",)

    def __init__(self, capacity: int, byte_capacity: int, now: Callable[[], int]) -> None:
        super().__init__(capacity, byte_capacity, now)
        self._lock = threading.RLock()

    def send_nowait(self, port: str, batch: Batch) -> bool:
        """As ever; False where it was closed in this moment."""
        with self._lock:
            return not self._closed and super().send_nowait(port, batch)

    def send_signal(self, signal: Signal) -> None:
        """As ever; lost where it was closed in this moment."""
        with self._lock:
            if not self._closed:
                super().send_signal(signal)

    def call_when_free(self, bell: Bell) -> None:
        """Rings at once where there is room by now; one that is closed will never have any."""
        with self._lock:
            super().call_when_free(bell)
            if not self._closed:
                self._free()

    def receive_nowait(self) -> Message | None:
        """As ever."""
        with self._lock:
            return super().receive_nowait()

    def waiting(self) -> list[tuple[str, Batch]]:
        """As ever."""
        with self._lock:
            return super().waiting()

    def close(self) -> None:
        """As ever."""
        with self._lock:
            super().close()


class ThreadCurrent(Current):
    """The meter of the task that runs in this thread."""

    __slots__ = ("_here",)

    def __init__(self) -> None:
        self._here = threading.local()
        super().__init__()

    @property
    def meter(self) -> Meter | None:
        """Of this thread."""
        found: Meter | None = getattr(self._here, "meter", None)
        return found

    @meter.setter
    def meter(self, meter: Meter | None) -> None:
        self._here.meter = meter


class ThreadComplaints(Complaints):
    """Complaints with a lock; lines are written where the runtime runs."""

    def __init__(self, log: Callable[[str], None], now: Callable[[], int]) -> None:
        self._lock = threading.Lock()
        super().__init__(log, now)

    def say(self, kind: str, text: str, count: int = 1) -> None:
        """As ever."""
        with self._lock:
            super().say(kind, text, count)

    def flush(self, final: bool = False) -> None:
        """As ever."""
        with self._lock:
            super().flush(final)


class ThreadHost:
    """A flow, as tasks in threads see it: what they tell it is done in its loop, in order."""

    def __init__(self, flow: Host, post: Post) -> None:
        self._flow = flow
        self._post = post
        self.lag: Recent = flow.lag
        self.letters: FlowLetters | None = None
        self.is_reshaping = False
        self.is_held = False

    def note_opened(self, task: Task) -> None:
        """Tells the flow, but not of one that fails right now: with that its first attempt is over too.

        Else the flow could count as up in the moment between the two.
        """
        if isinstance(sys.exc_info()[1], (ConnectionLost, type(None))):
            self._post(partial(self._flow.note_opened, task))

    def note_failed(self, task: Task, error: Exception) -> None:
        """Tells the flow."""
        self._post(partial(self._flow.note_failed, task, error))

    def note_ended(self, task: Task) -> None:
        """Tells the flow."""
        self._post(partial(self._flow.note_ended, task))

    def note_news(self) -> None:
        """Tells the flow."""
        self._post(self._flow.note_news)

    def settle(self, insight: Ack | Fail | Drained) -> None:
        """Tells the flow."""
        self._post(partial(self._flow.settle, insight))


@dataclass(slots=True)
class Place:
    """Where a task runs: its loop, once it has one, and what is to be done there first."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    call: Post | None = None
    first: deque[Do] = field(default_factory=deque)

    def post(self, do: Do) -> None:
        """Has something done there, after all that was posted before."""
        with self.lock:
            if self.call is None:
                self.first.append(do)
            else:
                self.call(do)

    def open(self, call: Post) -> None:
        """Its loop runs from now on."""
        with self.lock:
            self.call = call
            while self.first:
                call(self.first.popleft())


class Threads:
    """The schedule. One serves a runtime; its loop is the one that first asks for a `host`."""

    channel: type[Channel] = ThreadChannel
    bell: type[Bell] = ThreadBell
    is_one_loop = False

    def __init__(self) -> None:
        self.turns: Turns = NoTurns()
        if isinstance(ALONE.lock, nullcontext):
            ALONE.lock = threading.RLock()
        self._places: dict[Task, Place] = {}
        self._call: Post = _post_nothing
        self._backend = "asyncio"

    def current(self) -> Current:
        """Who runs now, thread by thread."""
        return ThreadCurrent()

    def complaints(self, log: Callable[[str], None], now: Callable[[], int]) -> Complaints:
        """What tasks complain to."""
        return ThreadComplaints(log, now)

    def host(self, flow: Host) -> Host:
        """The flow at a distance."""
        self._call = poster()
        name = type(anyio.lowlevel.current_token().native_token).__name__
        self._backend = "trio" if name == "TrioToken" else "asyncio"
        return ThreadHost(flow, self._call)

    def context(self, ctx: ConnectorContext) -> ConnectorContext:
        """Connectors log, and ask for the end, in the runtime's loop."""
        call, log, stop = self._call, ctx.log, ctx.request_stop
        return replace(
            ctx,
            log=lambda text: call(partial(log, text)),
            request_stop=lambda status, force: call(partial(stop, status, force)),
        )

    def tell(self, task: Task, do: Callable[..., None], *args: Any) -> None:
        """Has it done in the task's thread; nothing happens where that is over."""
        self._place(task).post(partial(do, *args))

    async def live(self, task: Task, scope: CancelScope) -> None:
        """Runs the task in a thread of its own, and waits for its end."""
        over = Event()
        call = poster()
        options = {"use_uvloop": find_spec("uvloop") is not None} if self._backend == "asyncio" else {}

        def thread() -> None:
            try:
                anyio.run(self._inside, task, scope, backend=self._backend, backend_options=options)
            finally:
                call(over.set)

        made = threading.Thread(target=thread, name=task.id, daemon=True)
        made.start()
        try:
            await over.wait()
        finally:
            await self._end(task, scope, over)
            if over.is_set():
                made.join()  # it has nothing more to do

    async def _inside(self, task: Task, scope: CancelScope) -> None:
        self._place(task).open(poster())
        with scope:
            await task.main()

    async def _end(self, task: Task, scope: CancelScope, over: Event) -> None:
        if not over.is_set():
            self._place(task).post(scope.cancel)
            with anyio.move_on_after(END_S, shield=True):
                await over.wait()
        if not over.is_set():
            task.complain("blocked", f"`{task.id}` blocks its thread, which is left behind")
        self._places.pop(task, None)

    def _place(self, task: Task) -> Place:
        return self._places.setdefault(task, Place())
