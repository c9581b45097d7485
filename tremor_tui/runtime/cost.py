"""Cost: what measuring takes: how much longer a measured poll is on this machine, times their number."""

from __future__ import annotations

import time
from typing import Final

from tremor_tui.metrics.board import Board
from tremor_tui.runtime.meter import Current, Meter

POLLS: Final = 2000
LEAST_NS: Final = 100_000_000


def poll_cost_ns() -> float:
    """What measuring adds to one poll: two readings of the clock, the board, a histogram; measured."""
    board, current = Board(), Current()
    meter = Meter("cost", time.monotonic_ns, board, current, 0)
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter_ns()
        for _ in range(POLLS):
            board.enter(1, meter._begin())
            board.leave()
            meter._finish()
        measured = time.perf_counter_ns() - start
        start = time.perf_counter_ns()
        for _ in range(POLLS):
            meter._pass()
        best = min(best, (measured - (time.perf_counter_ns() - start)) / POLLS)
    return max(0.0, best)


class Cost:
    """The share of a core; what a poll costs is measured when it is first wanted (about 20 ms)."""

    def __init__(self) -> None:
        self._poll_ns = 0.0
        self._polls = self._at_ns = 0
        self._last = 0.0

    def share(self, polls: int, now_ns: int, is_measuring: bool) -> float:
        """The share since it was last asked, given how many polls there were in all; 0 while off."""
        if not is_measuring:
            self._at_ns, self._polls, self._last = now_ns, polls, 0.0
        elif now_ns - self._at_ns >= LEAST_NS:
            self._poll_ns = self._poll_ns or poll_cost_ns()
            more, span = max(0, polls - self._polls), now_ns - self._at_ns
            self._last = more * self._poll_ns / span if self._at_ns else 0.0
            self._at_ns, self._polls = now_ns, polls
        return self._last
