"""The door of the command line: answers `--version` at once, and loads the rest only for the rest."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line and exits with its status."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from tremor_tui import __version__

        sys.stdout.write(f"tremor-tui {__version__}\n")
        return
    from tremor_tui.cli.main import run

    sys.exit(run(sys.argv[1:]))
