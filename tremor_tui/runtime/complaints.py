"""Complaints: log lines about things that may happen a million times; a few are written, all are counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

PAUSE_NS: Final = 10 * 10**9
"""Between two lines of the same kind."""


class Complaints:
    """`log` takes a line. Kinds are few: one per task and sort of trouble."""

    def __init__(self, log: Callable[[str], None], now: Callable[[], int]) -> None:
        self._log = log
        self._now = now
        self._held: dict[str, tuple[int, int, str]] = {}

    def say(self, kind: str, text: str, count: int = 1) -> None:
        """Logs the first of a kind, and later ones at most every 10 s, with how many they stand for."""
        now = self._now()
        since, held, _ = self._held.get(kind, (now - PAUSE_NS, 0, ""))
        if now - since < PAUSE_NS:
            self._held[kind] = (since, held + count, text)
            return
        self._held[kind] = (now, 0, "")
        self._write(text, held + count)

    def flush(self, final: bool = False) -> None:
        """Logs what was held back for long enough, or all of it at the end."""
        now = self._now()
        for kind, (since, held, text) in list(self._held.items()):
            if held and (final or now - since >= PAUSE_NS):
                self._held[kind] = (now, 0, "")
                self._write(text, held)

    def _write(self, text: str, count: int) -> None:
        more = f" (and {count - 1:,} more like it)" if count > 1 else ""
        self._log(text + more)
