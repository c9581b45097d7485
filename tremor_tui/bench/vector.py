"""Vector: a run as an SVG picture, and as PNG where cairosvg is installed.

Two panels: throughput by the clock and per processor second, over n of n:n:1 on a logarithmic axis, with
the range of the rounds at each mark. Schedules differ in mark and dashes as well as in colour.

    python -m tremor_tui.bench.vector < RUN.json > RUN.svg
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from math import log2
from xml.sax.saxutils import escape

from tremor_tui.bench.plot import By, top_of, value_of
from tremor_tui.bench.tables import about, findings, machine
from tremor_tui.control.bench import BenchPoint, BenchRun, Schedule, Spread, decode_run
from tremor_tui.errors import ConfigError, DataError

WIDTH, HEIGHT = 960, 470
PANEL, LEFT, TOP, DEEP = 390, 64, 74, 270
GAP = 470
"""From the left edge of a panel to that of the next one."""
TITLES: dict[By, str] = {"wall": "MB/s by the clock", "cpu": "MB per processor second"}
COLOURS: dict[Schedule, str] = {"async": "#0b6fb8", "threads": "#b8560b", "executors": "#3d7a1f"}
DASHES: dict[Schedule, str] = {"async": "", "threads": "6 4", "executors": "2 3"}
INK, PALE = "#222222", "#d8d8d8"
LINES = 4
"""Of the grid, above the zero."""


def svg(run: BenchRun) -> str:
    """The picture."""
    points = [point for point in run.points if point.done]
    parts = [
        _text(LEFT, 28, f"tremor-tui bench: {run.plan.data} data, script {run.plan.script}", 17, bold=True),
        *_legend(run.plan.schedules),
    ]
    for number, by in enumerate(("wall", "cpu")):
        parts += _panel(points, run.plan.schedules, by, LEFT + number * GAP)  # type: ignore[arg-type]
    notes = [about(run.plan), *findings(run), *machine(run.conditions)]
    parts += [_text(LEFT, TOP + DEEP + 52 + 15 * row, line, 10.5) for row, line in enumerate(notes)]
    body = "\n".join(parts)
    height = max(HEIGHT, TOP + DEEP + 66 + 15 * len(notes))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" font-family="DejaVu Sans, Helvetica, Arial, sans-serif">\n'
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def png(run: BenchRun) -> bytes:
    """The same as PNG, twice as fine. Raises ConfigError where what draws it is not installed."""
    try:
        from cairosvg import svg2png
    except (ImportError, OSError) as error:  # the package, or the C library that it needs
        hint = "pip install 'tremor-tui[plot]' (and the C library cairo), or take --svg"
        raise ConfigError(f"PNG pictures need cairosvg: {error}", hint) from None
    drawn: bytes = svg2png(bytestring=svg(run).encode(), scale=2)
    return drawn


def _panel(points: Sequence[BenchPoint], schedules: Sequence[Schedule], by: By, left: int) -> Iterator[str]:
    top = top_of(max((_spread(point, by).high for point in points), default=1.0))
    flows = sorted({point.flows for point in points}) or [1]
    yield _text(left, TOP - 10, TITLES[by], 13)
    for line in range(LINES + 1):
        y = TOP + DEEP - DEEP * line / LINES
        yield f'<path d="M{left} {y:.1f}H{left + PANEL}" stroke="{INK if line == 0 else PALE}"/>'
        yield _text(left - 8, y + 4, f"{top * line / LINES:.0f}", 11, anchor="end")
    for count in flows:
        yield _text(_x(count, flows, left), TOP + DEEP + 17, str(count), 11, anchor="middle")
    yield _text(left + PANEL / 2, TOP + DEEP + 33, "n of n:n:1", 11, anchor="middle")
    for schedule in schedules:
        own = [point for point in points if point.schedule == schedule]
        yield from _curve(own, schedule, by, top, flows, left)


def _curve(
    points: Sequence[BenchPoint], schedule: Schedule, by: By, top: float, flows: Sequence[int], left: int
) -> Iterator[str]:
    colour = COLOURS[schedule]
    places = [(_x(point.flows, flows, left), _y(value_of(point, by), top)) for point in points]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dash = f' stroke-dasharray="{DASHES[schedule]}"' if DASHES[schedule] else ""
    yield f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.6"{dash}/>'
    for point, (x, y) in zip(points, places, strict=True):
        spread = _spread(point, by)
        low, high = _y(spread.low, top), _y(spread.high, top)
        yield f'<path d="M{x:.1f} {low:.1f}V{high:.1f}" stroke="{colour}" stroke-width="1"/>'
        yield _mark(schedule, x, y)


def _mark(schedule: Schedule, x: float, y: float) -> str:
    colour = COLOURS[schedule]
    if schedule == "async":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
    if schedule == "threads":
        return f'<path d="M{x:.1f} {y - 5:.1f}l5 9h-10z" fill="{colour}"/>'
    return f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" fill="{colour}"/>'


def _legend(schedules: Sequence[Schedule]) -> Iterator[str]:
    for number, schedule in enumerate(schedules):
        x = LEFT + PANEL + 130 + 120 * number
        yield _mark(schedule, x, 23)
        yield _text(x + 10, 28, schedule, 12)


def _text(x: float, y: float, text: str, size: float, anchor: str = "start", bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{INK}" text-anchor="{anchor}"{weight}>'
        f"{escape(''.join(filter(str.isprintable, text)))}</text>"
    )


def _spread(point: BenchPoint, by: By) -> Spread:
    return point.wall if by == "wall" else point.cpu


def _x(count: int, flows: Sequence[int], left: int) -> float:
    low, high = log2(flows[0]), log2(flows[-1])
    share = (log2(count) - low) / (high - low) if high > low else 0.5
    return left + 20 + share * (PANEL - 40)


def _y(value: float, top: float) -> float:
    return TOP + DEEP - DEEP * value / top


if __name__ == "__main__":
    try:
        sys.stdout.write(svg(decode_run(sys.stdin.buffer.read())))
    except DataError as error:
        sys.exit(error.message)
