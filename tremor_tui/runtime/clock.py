"""SystemClock: the only place of the runtime that reads the time."""

from __future__ import annotations

import time

import anyio


class SystemClock:
    """The machine's clocks, and the loop's way of waiting."""

    wall_ns = staticmethod(time.time_ns)
    monotonic_ns = staticmethod(time.monotonic_ns)

    async def sleep(self, seconds: float) -> None:
        """Returns after that many seconds."""
        await anyio.sleep(seconds)
