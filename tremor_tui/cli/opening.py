"""Opens the workbench, where there is a terminal, and starts an engine for it, where there is none."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tremor_tui.cli import output
from tremor_tui.cli.browser import is_served
from tremor_tui.cli.modules import module_path
from tremor_tui.control.client import open_plane
from tremor_tui.control.launch import find_engines, start_engine
from tremor_tui.control.plane import ControlPlane
from tremor_tui.errors import ControlError

NO_TERMINAL = 2


@dataclass(frozen=True, slots=True)
class Looks:
    """How the workbench is to look and behave."""

    ascii_only: bool = False
    mouse: bool = True
    plain: bool = False
    read_only: bool = False


def open_workbench(file: Path | None, engine: str, looks: Looks) -> int:
    """Runs the workbench; its exit status. 2 where stdin or stdout is no terminal."""
    if file and not file.is_file():
        reason = "is a folder" if file.is_dir() else "is not there"
        raise ControlError(f"the file `{file}` {reason}", "name a .troy file")
    is_shown = output.is_terminal(sys.stdin) and output.is_terminal(sys.stdout)
    if not looks.plain and not is_shown and not is_served():
        return _no_terminal(file)
    from tremor_tui.workbench.app import run_workbench  # loads the drawing library

    return run_workbench(
        partial(_connect, read_only=looks.read_only),
        find=_find,
        file=str(file.absolute()) if file else None,
        engine=engine,
        base=os.getcwd(),
        module_path=module_path(),
        read_only=looks.read_only,
        ascii_only=looks.ascii_only,
        mouse=looks.mouse,
        plain=looks.plain,
    )


async def _connect(engine: str, *, read_only: bool) -> ControlPlane:
    name = engine or f"workbench-{os.getpid()}"
    if not engine:
        info = await start_engine(name, kept=False, base=Path.cwd())
        return await open_plane(Path(info.socket), read_only=read_only)
    return await open_plane(name, read_only=read_only)


async def _find() -> Sequence[str]:
    return [engine.name for engine in await find_engines()]


def _no_terminal(file: Path | None) -> int:
    shown = str(file) if file else "FILE"
    output.failure("the workbench needs a terminal, and stdin or stdout is none")
    output.talk(f"run it without one:       tremor-tui run {shown}")
    output.talk(f"or in the background:     tremor-tui run --detach {shown}")
    output.talk("and look at the engine:   tremor-tui top --plain")
    return NO_TERMINAL
