"""Finds the engines of this user, and starts one as a process of its own that outlives its starter."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

import anyio
import msgspec

import tremor_tui
from tremor_tui.control.client import connect
from tremor_tui.control.places import checked_name, log_path, run_dir, socket_path
from tremor_tui.errors import ControlError, EngineLost

TAIL_LINES = 8
POLL_S = 0.02


class EngineInfo(msgspec.Struct, frozen=True):
    """An engine that answers: its name, process, socket, program version and log."""

    name: str
    pid: int
    socket: str
    version: str
    log: str = ""


async def find_engines(*, timeout_s: float = 1.0) -> list[EngineInfo]:
    """Every engine of this user that answers, by name. Sockets of dead ones are passed over."""
    found: list[EngineInfo] = []
    for path in sorted(run_dir().glob("*.sock")):
        with suppress(ControlError):
            found.append(await ask_engine(path, timeout_s=timeout_s))
    return found


async def running_engine(name: str = "") -> str:
    """The name of the engine to talk to: the one asked for, else the only one, else `local`.

    Raises ControlError where none runs, or several and none of them is called `local`.
    """
    if name:
        return name
    names = [engine.name for engine in await find_engines()]
    if not names:
        hint = "start one: `tremor-tui server run FILE` or `tremor-tui run --detach FILE`"
        raise ControlError("no engine runs", hint)
    if len(names) > 1 and "local" not in names:
        raise ControlError(f"{len(names)} engines run: {', '.join(names)}", "say which with `--name NAME`")
    return names[0] if len(names) == 1 else "local"


async def ask_engine(engine: str | Path, *, timeout_s: float = 1.0) -> EngineInfo:
    """What an engine says of itself. Raises EngineLost, VersionMismatch or ControlError."""
    path = engine if isinstance(engine, Path) else socket_path(engine)
    async with connect(path, timeout_s=timeout_s) as plane:
        said = plane.welcome
    return EngineInfo(said.engine, said.pid, str(path), said.version, said.log)


async def start_engine(
    name: str = "local",
    *,
    kept: bool = False,
    executors: int = 0,
    base: Path | None = None,
    within_s: float = 10.0,
) -> EngineInfo:
    """Starts an engine of that name in a session of its own and waits until it answers.

    `executors`: at most so many processes that run flows, 0 for one for each core. `kept`: whether it goes on
    without clients. `base` is the folder it runs in. Raises ControlError with the end of its log where it
    ends at once, EngineLost where it does not answer within `within_s`.
    """
    options = ["--name", checked_name(name), "--executors", str(executors)]
    if kept:
        options.append("--kept")
    if base:
        options += ["--base", str(base)]
    log = log_path(name)
    pid = _spawn(python_command("tremor_tui.engine", *options), log)
    with anyio.move_on_after(within_s):
        return await _first_answer(pid, name, log)
    raise EngineLost(f"the engine `{name}` did not answer within {within_s:g} s", f"see its log `{log}`")


def python_command(module: str, *options: str) -> list[str]:
    """The command that runs a module of this package, whatever the current folder holds."""
    return [sys.executable, "-P", "-m", module, *options]


def python_environment() -> dict[str, str]:
    """The environment for `python_command`: this package is found even where it is not installed."""
    root = Path(tremor_tui.__file__).resolve().parents[1]
    if root.name in {"site-packages", "dist-packages"}:
        return dict(os.environ)
    others = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{others}" if others else str(root)}


def _spawn(command: list[str], log: Path) -> int:
    # Not subprocess: a Popen (or an event loop's transport) wants to own the child's end, and this
    # child is meant to live on.
    append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(log), append, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    try:
        return os.posix_spawn(command[0], command, python_environment(), file_actions=actions, setsid=True)
    except OSError as error:
        raise ControlError(f"cannot start an engine: {error.strerror or error}", f"log: `{log}`") from None


async def _first_answer(pid: int, name: str, log: Path) -> EngineInfo:
    while True:
        with suppress(EngineLost):
            info = await ask_engine(name, timeout_s=2.0)
            if info.pid == pid:
                return info
        if _has_ended(pid):
            raise _failed(name, log)
        await anyio.sleep(POLL_S)


def _has_ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def _failed(name: str, log: Path) -> ControlError:
    said = _tail(log)
    reason = next((line for line in reversed(said) if "error: " in line), "")
    message = reason.partition("error: ")[2] or "it ended at once"
    return ControlError(f"the engine `{name}` did not start: {message}", f"see its log `{log}`")


def _tail(log: Path) -> list[str]:
    try:
        return log.read_text("utf-8", "replace").splitlines()[-TAIL_LINES:]
    except OSError:
        return []
