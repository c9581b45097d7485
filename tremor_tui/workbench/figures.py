"""Numbers as the workbench writes them: three digits, `-` for zero, widths that do not change."""

from __future__ import annotations

import time
from collections.abc import Sequence

SECOND_NS = 1_000_000_000


def rate(value: float) -> str:
    """A count or rate in at most five characters: `-`, `0.31`, `12.3`, `412`, `41.2k`, `1.20M`."""
    if value < 0.005:
        return "-"
    for unit in ("", "k", "M", "G", "T"):
        if value < 999.5:
            return _three(value) + unit
        value /= 1000
    return _three(value) + "P"


def _three(value: float) -> str:
    if value < 9.995:
        return f"{value:.2f}"
    return f"{value:.1f}" if value < 99.95 else f"{value:.0f}"


def count(value: float) -> str:
    """A number of things: whole below a thousand, else like a rate."""
    return "-" if value == 0 else f"{value:.0f}" if value < 1000 else rate(value)


def percent(value: float) -> str:
    """A percentage (0 to 100) in four characters, right-aligned."""
    return f"{min(value, 999):3.0f}%"


def duration(ns: float) -> str:
    """Nanoseconds in at most five characters: `850ns`, `110us`, `9.8ms`, `1.2s`, `3m20`."""
    if ns <= 0:
        return "-"
    for unit, step in (("ns", 1e3), ("us", 1e3), ("ms", 1e3)):
        if ns < 999.5:
            return f"{ns:.1f}{unit}" if ns < 9.95 and unit != "ns" else f"{ns:.0f}{unit}"
        ns /= step
    if ns < 99.5:
        return f"{ns:.1f}s" if ns < 9.95 else f"{ns:.0f}s"
    minutes, seconds = divmod(int(ns), 60)
    return f"{minutes}m{seconds:02d}" if minutes < 60 else f"{minutes // 60}h{minutes % 60:02d}"


def size(value: float) -> str:
    """Bytes in at most six characters: `-`, `512B`, `8.0KiB`-like as `8.0K`, `12M`."""
    if value < 0.5:
        return "-"
    for unit in ("B", "K", "M", "G"):
        if value < 999.5:
            return f"{value:.1f}{unit}" if value < 9.95 and unit != "B" else f"{value:.0f}{unit}"
        value /= 1024
    return f"{value:.0f}T"


def elapsed(ns: int) -> str:
    """How long something has run, as `00:12:41`."""
    seconds = max(0, ns) // SECOND_NS
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def clock(at_ns: int, millis: bool = False) -> str:
    """The local time of day of a wall-clock time."""
    text = time.strftime("%H:%M:%S", time.localtime(at_ns / SECOND_NS))
    return f"{text}.{at_ns // 1_000_000 % 1000:03d}" if millis else text


def spark(values: Sequence[float], width: int, steps: str, top: float = 0.0) -> str:
    """The last `width` values as a sparkline, right-aligned; `top` is the value of a full block."""
    shown = list(values[-width:])
    highest = max(top, max(shown, default=0.0)) or 1.0
    last = len(steps) - 1
    marks = [
        steps[min(last, int(value / highest * last + 0.5))] if value > 0 else steps[0] for value in shown
    ]
    return "".join(marks).rjust(width, " ")


def bar(share: float, width: int, full: str, empty: str) -> str:
    """A bar of `width` cells, `share` (0 to 1) of it full."""
    filled = min(width, max(0, round(share * width)))
    return full * filled + empty * (width - filled)


def parts(shares: Sequence[float], width: int) -> list[int]:
    """Whole cells for shares that sum to about 100, `width` in all; the largest remainders get the rest."""
    total = sum(shares) or 1.0
    exact = [share / total * width for share in shares]
    cells = [int(value) for value in exact]
    for index in sorted(range(len(exact)), key=lambda i: cells[i] - exact[i])[: width - sum(cells)]:
        cells[index] += 1
    return cells
