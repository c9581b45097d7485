"""How many cores this process may use."""

from __future__ import annotations

import os


def usable_cores() -> int:
    """Those that the scheduler may put it on, where the system tells; at least one."""
    ask = getattr(os, "sched_getaffinity", None)
    return max(1, len(ask(0)) if ask is not None else os.cpu_count() or 1)
