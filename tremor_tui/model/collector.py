"""Collector: how seldom Python looks for cycles in a process that works on batches.

Batches make and drop hundreds of records at a time, none of which is in a cycle. With Python's own settings
the collector looks through those at hand after every 700 of them, which takes some 5 % of a pipeline's time.
"""

from __future__ import annotations

import gc
from typing import Final

SELDOM: Final = (50_000, 20, 20)
"""Objects made since the last look; looks at the young before the older, and at these before all."""


def collect_seldom() -> None:
    """For the process of a runtime, when what it needs is imported: that is not looked at again."""
    gc.freeze()
    gc.set_threshold(*SELDOM)
