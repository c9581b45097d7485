"""Runs an engine as the main thing of a process: signals, log, first flows, exit status.

The first SIGINT, SIGTERM or SIGHUP drains, the second forces.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from contextlib import ExitStack

import anyio

from tremor_tui.control.commands import Deploy, StartRecording
from tremor_tui.control.places import log_path
from tremor_tui.engine.engine import Engine, Settings
from tremor_tui.engine.logs import open_log
from tremor_tui.errors import ControlError, TremorError

DRAINED, FAILED, FORCED = 0, 1, 75


def serve(
    settings: Settings,
    *,
    deploys: Sequence[Deploy] = (),
    recording: StartRecording | None = None,
    echo: bool = False,
    began: Callable[[str], None] | None = None,
) -> int:
    """Runs an engine until it is ended; the exit status: 0 drained, 75 forced with work left.

    `deploys` are started first, while `recording` is made if it is given; `began` is called with the
    socket's path once they run. Raises ControlError where an engine of that name runs already, where one of
    them cannot be started, or where the recording cannot be written.
    """
    path = log_path(settings.name)
    with ExitStack() as stack:
        try:
            log = stack.enter_context(open_log(path, echo=echo))
        except OSError as error:
            raise ControlError(f"cannot write the log `{path}`: {error.strerror}") from None
        engine = Engine(settings, log)
        if recording is not None:
            engine.observing.start(recording)
        return anyio.run(_serve, engine, deploys, began)


async def _serve(engine: Engine, deploys: Sequence[Deploy], began: Callable[[str], None] | None) -> int:
    failures: list[TremorError] = []
    async with anyio.create_task_group() as group:
        group.start_soon(_obey_signals, engine)
        group.start_soon(_deploy, engine, deploys, began, failures)
        try:
            await engine.run()
        except TremorError as error:
            failures.insert(0, error)
        group.cancel_scope.cancel()
    if failures:
        raise failures[0]
    return FORCED if engine.left_over else DRAINED


async def _deploy(
    engine: Engine,
    deploys: Sequence[Deploy],
    began: Callable[[str], None] | None,
    failures: list[TremorError],
) -> None:
    """Starts the first flows; where one cannot start, the engine ends again."""
    await engine.began.wait()
    try:
        for deploy in deploys:
            await engine.flows.deploy(deploy)
    except TremorError as error:
        failures.append(error)
        engine.end(0.0)
        return
    if began:
        began(str(engine.socket))


async def _obey_signals(engine: Engine) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as seen:
        async for number in seen:
            engine.log(f"got {number.name}")
            if engine.is_ending:
                engine.abort()
            else:
                engine.end(engine.settings.drain_s)
