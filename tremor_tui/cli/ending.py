"""How a command ends: errors that a user can act on are printed, never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from tremor_tui.errors import TremorError


def status_of(call: Callable[[], int]) -> int:
    """The exit status of a command: its own, 1 after an error that is printed, 130 after ctrl+c."""
    try:
        return unless_unheard(call)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except TremorError as caught:
        from tremor_tui.cli import output

        output.error(caught)
        return 1
    except KeyboardInterrupt:
        return 130


def unless_unheard(call: Callable[[], int]) -> int:
    """Its status; 0 where nobody reads stdout any more (`| head`): nothing is left to do or went wrong."""
    try:
        return call()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
