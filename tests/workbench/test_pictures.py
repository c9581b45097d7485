"""Every screen in both sizes against the picture of it that is stored: its text, and the styles of each line.

    TREMOR_TUI_PICTURES=write pytest tests/workbench/test_pictures.py    # takes them anew; look at the diff

A stored line is a mark and the text; the mark is made of the line's styles, so that a change of colour alone
shows too. The engine is the test kit's: what it shows follows from its step alone.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from rich.segment import Segment

from tests.workbench.conftest import SIZES, Bench, Opened
from tests.workbench.test_composing import drawn
from tremor_tui.control.bench import SCHEDULES, BenchPlan, StartBench
from tremor_tui.control.snapshots import Warned
from tremor_tui.testing.fake_history import past_of
from tremor_tui.testing.fake_plane import FakePlane
from tremor_tui.testing.scenes import SLOW

pytestmark = pytest.mark.anyio
AT_NS = 1_795_456_800_000_000_000
STORED = Path(__file__).with_name("pictures")
IS_WRITING = os.environ.get("TREMOR_TUI_PICTURES") == "write"


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.delenv("NO_COLOR", raising=False)
    time.tzset()


Drive = Callable[[Bench], Awaitable[None]]


def keys(*pressed: str, sees: str = "") -> Drive:
    """Presses keys and waits for a text."""

    async def drive(bench: Bench) -> None:
        for key in pressed:
            await bench.press(key)
        if sees:
            await bench.sees(sees)

    return drive


async def _start(bench: Bench) -> None:
    bench.app.show("start")
    await bench.sees("Pick another start")


async def _tap(bench: Bench) -> None:
    await bench.app.open_tap("live:pipeline/classify/out>connector/requests/in")
    for _ in range(6):
        bench.plane.push(0)
    await bench.until(lambda: bench.store.tap and len(bench.store.tap.ring) == 6)


async def _event(bench: Bench) -> None:
    await _tap(bench)
    await bench.press("tab", "up", "enter")
    await bench.sees("esc closes")


async def _inside(bench: Bench) -> None:
    bench.app.flow.canvas.select("pipeline/parse")
    await bench.press("enter")
    await bench.sees("parse_line")


async def _script(bench: Bench) -> None:
    await bench.press("4")
    await bench.until(lambda: len(bench.app.drafts.all) > 1 and not bench.app.script.problems.state)


async def _errors(bench: Bench) -> None:
    bench.plane.letters.fail(count=22)
    bench.plane.letters.fail("connection lost", 4, tries=5)
    bench.plane.push(0)
    await bench.sees("Errors")
    await bench.press("5")
    await bench.sees("Event 26")


async def _bench(bench: Bench) -> None:
    await bench.press("7")
    await bench.sees("takes in")


async def _bench_running(bench: Bench) -> None:
    await _bench(bench)
    bench.plane.bench.answer(StartBench(BenchPlan(SCHEDULES)))
    bench.plane.bench.go_on(40, beside="flow live of this engine, 41200 events/s")
    await bench.sees("41 of 105")


async def _bench_compared(bench: Bench) -> None:
    await _bench(bench)
    bench.plane.bench.answer(StartBench(BenchPlan(SCHEDULES)))
    bench.plane.bench.go_on()
    await bench.press("c")
    await bench.sees("Lay a run")
    await bench.press("enter")
    await bench.sees("x1.25")


async def _history(bench: Bench) -> None:
    await bench.press("6")
    await bench.until(lambda: len(bench.store.past.ring) == 600)


def drafting(*pressed: str, sees: str = "") -> Drive:
    """Puts a draft on the canvas first."""

    async def drive(bench: Bench) -> None:
        await drawn(bench)
        await keys(*pressed, sees=sees)(bench)

    return drive


PICTURES: dict[str, Drive] = {
    "start": _start,
    "flow": keys("1", sees="classify"),
    "flow-edge": keys("1", "v"),
    "flow-tap": _tap,
    "inside": _inside,
    "event": _event,
    "tasks": keys("2", "home", sees="Busy%"),
    "task": keys("2", "home", "enter", sees="esc closes"),
    "speed": keys("2", "home", "F", sees="Fast path"),
    "events": keys("3"),
    "history": _history,
    "bench": _bench,
    "bench-running": _bench_running,
    "bench-compared": _bench_compared,
    "draft": drafting(),
    "script": _script,
    "errors": _errors,
    "warnings": keys("w", sees="Warnings"),
    "help": keys("question_mark", sees="Keys"),
    "palette": keys("ctrl+p", sees="Nearest"),
    "leave": keys("q", sees="Leave?"),
    "stop": keys("f6", sees="Let it run"),
    "add": drafting("a", sees="enter adds it"),
    "connect": drafting("c", sees="type a label"),
    "form": drafting("o", sees="enter takes"),
    "apply": drafting("f5"),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PICTURES)
async def test_a_screen_is_as_it_was(
    opened: Opened, name: str, size: tuple[int, int], tmp_path: Path
) -> None:
    task = "live/pipeline/"
    stalls, full = "classify has not yielded for 41 ms (limit 20 ms)", "the queue of parse is above 85 %"
    warned = (
        Warned("stall", stalls, f"{task}classify", at_ns=AT_NS, count=12),
        Warned("queue", full, f"{task}parse", at_ns=AT_NS, active=True, hint="2 says why"),
    )
    plane = FakePlane(SLOW, warnings=warned, base=str(tmp_path))
    plane.history = past_of(plane)
    plane.push(0)
    async with opened(plane, size=size) as bench:
        await bench.until(lambda: bench.store.flow)
        await PICTURES[name](bench)
        bench.store.said.clear()
        await bench.pilot.pause(0.15)
        bench.app._paint()
        await bench.pilot.pause()
        taken = picture(bench)

    path = STORED / f"{name}-{size[0]}x{size[1]}.txt"
    if IS_WRITING:
        STORED.mkdir(exist_ok=True)
        path.write_text(taken)
    assert taken == path.read_text(), f"{path.name} differs; look at it, then take it anew"


def picture(bench: Bench) -> str:
    """The screen: for each line a mark of its styles, and its text."""
    lines = []
    for strip in bench.app.screen._compositor.render_strips(bench.app.size):
        parts = [part for part in strip if isinstance(part, Segment)]
        styles = "".join(f"{len(part.text)}{part.style}" for part in Segment.simplify(parts))
        mark = hashlib.sha256(styles.encode()).hexdigest()[:4]
        lines.append(f"{mark} {''.join(part.text for part in parts).rstrip()}".rstrip())
    return "\n".join(lines) + "\n"


def test_every_stored_picture_is_taken() -> None:
    wanted = {f"{name}-{width}x{height}.txt" for name in PICTURES for width, height in SIZES}

    assert {path.name for path in STORED.iterdir()} == wanted
