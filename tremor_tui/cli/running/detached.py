"""Hands the flows of a .troy file to an engine, which goes on without this process."""

from __future__ import annotations

from pathlib import Path

import anyio

from tremor_tui.cli import output
from tremor_tui.cli.modules import module_path
from tremor_tui.control.client import connect, end_engine
from tremor_tui.control.commands import Deploy, StartRecording
from tremor_tui.control.launch import EngineInfo, ask_engine, start_engine
from tremor_tui.control.snapshots import Done
from tremor_tui.errors import EngineLost


def run_detached(
    file: Path,
    name: str,
    executors: int,
    texts: dict[str, str],
    recording: StartRecording | None = None,
) -> int:
    """Deploys a file on the engine of that name, which is started if need be; 0. Raises ControlError."""
    return anyio.run(_run, file.absolute(), name, executors, texts, recording)


async def _run(
    file: Path, name: str, executors: int, texts: dict[str, str], recording: StartRecording | None
) -> int:
    base = Path.cwd()
    engine, started = await _engine(name, executors, base)
    async with connect(Path(engine.socket)) as plane:
        try:
            if recording is not None:
                await plane.submit(recording)
            answer = await plane.submit(Deploy(str(file), str(base), module_path(), texts))
        except BaseException:
            if started:
                await end_engine(plane, 0.0)  # nobody asked for an engine without flows
            raise
        assert isinstance(answer, Done)
    output.talk(f"{answer.text} on a new engine" if started else answer.text)
    output.data(f"engine {engine.name}")
    output.data(f"pid {engine.pid}")
    output.data(f"socket {engine.socket}")
    return 0


async def _engine(name: str, executors: int, base: Path) -> tuple[EngineInfo, bool]:
    try:
        return await ask_engine(name), False
    except EngineLost:
        return await start_engine(name, kept=True, executors=executors, base=base), True
