"""Process: how the interpreter runs in a process of the workbench's own, so that a key is seen at once."""

from __future__ import annotations

import gc
import sys

TURN_S = 0.0005
"""How long a thread of ours keeps the interpreter from another: what is painted is written by a thread."""
SETTLED_S = 1.5
"""After how long all that the app is made of is there."""


def take_short_turns() -> None:
    """Before the app begins."""
    sys.setswitchinterval(TURN_S)


def settle() -> None:
    """What is there now is not looked through for cycles again: that took 60 to 160 ms, with no key seen."""
    gc.freeze()
