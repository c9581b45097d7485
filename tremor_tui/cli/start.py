"""The door of the command line: answers `--version` at once, and loads the rest only for the rest."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main() -> None:
    """Runs the command line and exits with its status."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from tremor_tui import __version__

        sys.stdout.write(f"tremor-tui {__version__}\nloop {_loop()}\n")
        return
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Runs a command; its exit status. typer is loaded where the arguments need it."""
    from tremor_tui.cli.plain import plain

    status = plain(arguments)
    if status is None:
        from tremor_tui.cli.main import run as run_any

        status = run_any(arguments)
    return status


def _loop() -> str:
    """What flows run on: `uvloop` where it is installed."""
    from importlib.util import find_spec

    return "uvloop" if find_spec("uvloop") is not None else "asyncio (uvloop is not installed)"
