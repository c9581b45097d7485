"""Where an engine's socket, its logs and a client's undo files live, after the XDG rules."""

from __future__ import annotations

import os
import re
import stat
import tempfile
from pathlib import Path

from tremor_tui.errors import ControlError

APP = "tremor-tui"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,47}")
SOCKET_PATH_LIMIT = 107
"""Bytes that Linux allows in the path of a Unix socket."""


def run_dir() -> Path:
    """The folder of sockets: `$XDG_RUNTIME_DIR/tremor-tui`, else one in the temporary folder; 0700.

    Raises ControlError where it belongs to somebody else or others may enter it.
    """
    home = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(home, APP) if home else Path(tempfile.gettempdir(), f"{APP}-{os.getuid()}")
    return _private(folder)


def state_dir() -> Path:
    """The folder of logs and undo files: `$XDG_STATE_HOME/tremor-tui`, else below `~/.local/state`."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return _private(Path(home, APP))


def socket_path(engine: str) -> Path:
    """The socket of an engine of that name. Raises ControlError where the name or the path will not do."""
    path = run_dir() / f"{checked_name(engine)}.sock"
    if len(os.fsencode(path)) > SOCKET_PATH_LIMIT:
        raise ControlError(
            f"the path of the socket `{path}` is longer than {SOCKET_PATH_LIMIT} bytes",
            "set XDG_RUNTIME_DIR to a folder with a shorter path",
        )
    return path


def checked_name(engine: str) -> str:
    """The name, if an engine may be called so; it becomes part of file names. Raises ControlError."""
    if not NAME.fullmatch(engine):
        raise ControlError(
            f"an engine cannot be called `{engine}`",
            "use up to 48 letters, digits, `.`, `_` and `-`, a letter or digit first",
        )
    return engine


def log_path(engine: str) -> Path:
    """The log of an engine of that name."""
    return state_dir() / f"{checked_name(engine)}.log"


def letters_path(engine: str) -> Path:
    """The journal of dead letters of an engine of that name."""
    return state_dir() / f"{checked_name(engine)}.letters"


def benches_dir() -> Path:
    """The folder of runs of the benchmark that were measured by an engine."""
    return _private(state_dir() / "bench")


def _private(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = folder.lstat()
    except OSError as error:
        raise ControlError(f"cannot make the folder `{folder}`: {error.strerror}") from None
    if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode):
        raise ControlError(f"the folder `{folder}` belongs to somebody else")
    if stat.S_IMODE(found.st_mode) & 0o077:
        folder.chmod(0o700)
    return folder
