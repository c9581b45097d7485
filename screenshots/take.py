"""Takes the pictures of the README: drives the real workbench over a real engine and writes SVGs.

    python screenshots/take.py [--all] [--out FOLDER]

From the root of the repository. The quickstart runs in a copy of `pipelines/`, is edited on the canvas,
applied, looked at on every screen, and thrown away. Each picture is taken at 120x36, those of
`SMALL` at 80x24 too; `--all` takes each in both sizes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from rich.segment import Segment
from textual.pilot import Pilot

from tremor_tui.control.bench import SCHEDULES, BenchPlan
from tremor_tui.control.client import open_plane
from tremor_tui.control.commands import StopFlow
from tremor_tui.control.launch import start_engine
from tremor_tui.control.plane import ControlPlane
from tremor_tui.errors import ControlError
from tremor_tui.testing.pictures import plain
from tremor_tui.workbench.app import Workbench
from tremor_tui.workbench.screens.bench import BenchView
from tremor_tui.workbench.screens.errors import ErrorsView

ROOT = Path(__file__).resolve().parent.parent
SIZES = ((120, 36), (80, 24))
SMALL = ("flow", "flow-draft", "tasks", "script", "bench")
"""What is kept in the small size too: one of each kind of screen."""
WARM_UP_S = 5.0
"""Until the sparklines have something to show."""
CLASSIFY = "pipeline/classify"
Condition = Callable[[Workbench], object]


class Camera:
    """Drives the workbench and writes one SVG after another for one size."""

    def __init__(self, pilot: Pilot[None], out: Path, size: tuple[int, int], takes_all: bool) -> None:
        assert isinstance(pilot.app, Workbench)
        self.app, self._pilot, self._out = pilot.app, pilot, out
        self._size, self._takes_all = f"{size[0]}x{size[1]}", takes_all or size == SIZES[0]

    async def take(self, name: str) -> None:
        """Writes the screen as it is."""
        if not self._takes_all and name not in SMALL:
            return
        self.app.store.said.clear()
        await self._pilot.pause(0.35)
        svg = self.app.export_screenshot(title=f"tremor-tui {self._size}")
        (self._out / f"{name}-{self._size}.svg").write_text(plain(svg))

    async def press(self, *keys: str) -> None:
        """Presses keys."""
        await self._pilot.press(*keys)
        await self._pilot.pause(0.05)

    async def write(self, text: str, then: str = "enter") -> None:
        """Replaces the text of a dialog's field, or begins it; then a key."""
        await self.press("ctrl+u", *(_KEYS.get(letter, letter) for letter in text), then)

    async def until(self, condition: Condition, what: str, seconds: float = 20.0) -> None:
        """Waits until the app is as wanted. Raises ControlError where that takes too long."""
        end = time.monotonic() + seconds
        while not condition(self.app):
            if time.monotonic() > end:
                raise ControlError(f"no {what} within {seconds:.0f} s; on the screen:\n{self.text}")
            await self._pilot.pause(0.05)

    async def sees(self, text: str, seconds: float = 20.0) -> None:
        """Waits until a text is on the screen."""
        await self.until(lambda _: text in self.text, f"`{text}`", seconds)

    @property
    def text(self) -> str:
        """The screen as text."""
        strips = self.app.screen._compositor.render_strips(self.app.size)
        lines = ["".join(part.text for part in strip if isinstance(part, Segment)) for strip in strips]
        return "\n".join(lines)


_KEYS = {
    " ": "space",
    "=": "equals_sign",
    ">": "greater_than_sign",
    '"': "quotation_mark",
    ".": "full_stop",
    "_": "underscore",
    "$": "dollar_sign",
    ";": "semicolon",
    ":": "colon",
}


async def starts(camera: Camera) -> None:
    """The start screen, then the quickstart."""
    await camera.take("start")
    await camera.press("1")
    await camera.until(lambda a: a.store.tap is not None and len(a.store.tap.ring) > 8, "events")
    await camera.until(lambda a: _age(a) > WARM_UP_S, "history", 60)
    await camera.take("flow")
    camera.app.flow.canvas.select("pipeline/parse")
    await camera.press("enter")
    await camera.sees("parse_line")
    await camera.take("flow-inside")
    await camera.press("escape")


async def composes(camera: Camera) -> None:
    """A draft on the canvas: the list of what can be added, jump labels, a form."""
    canvas = camera.app.flow.canvas
    canvas.select("pipeline/slow_failures")
    await camera.press("a")
    await camera.sees("enter adds it")
    await camera.write("bat", then="down")
    await camera.press("up")
    await camera.take("flow-add")
    await camera.press("escape", "escape")
    while "alerts" not in camera.app.store.edge:
        await camera.press("v")
    await camera.press("i")
    await camera.write("bat")
    await camera.until(lambda a: a.store.outline is not None, "draft")
    await camera.sees("+ new")
    await camera.take("flow-draft")
    await camera.press("ctrl+o")
    await camera.take("flow-jump")
    await camera.press("escape")
    canvas.select("connector/replay")
    await camera.press("o")
    await camera.sees("enter takes")
    await camera.take("flow-form")
    await camera.press("escape")


async def applies(camera: Camera) -> None:
    """What one pipeline more changes; it is applied, and the tasks are looked at."""
    camera.app.flow.canvas.select(CLASSIFY)
    await camera.press("f5")
    await camera.sees("enter or F5")
    await camera.take("flow-apply")
    await camera.press("enter")
    await camera.until(lambda a: a.store.flow and "batch" in str(a.store.flow.graph), "apply", 30)
    await camera.press("2")
    await camera.press("home")
    await camera.take("tasks")


async def watches(camera: Camera) -> None:
    """Events that are picked by an expression and counted; then one that is held before a task."""
    await camera.press("3")
    await camera.until(lambda a: a.store.tap is not None, "tap")
    await camera.press("f")
    await camera.write("event.status >= 500")
    await camera.press("p")
    await camera.write("status class method path")
    await camera.press("n")
    await camera.write("path")
    await camera.until(lambda a: a.store.tap and len(a.store.tap.ring) > 12, "events")
    await camera.take("events")
    await camera.press("b")
    await camera.press("enter")
    await camera.write("event.status >= 500")
    await camera.until(lambda a: a.store.own_break and a.store.own_break.state == "held", "held event")
    await camera.take("events-break")
    await camera.press("escape")


async def edits(camera: Camera) -> None:
    """A script with its preview; its keys are given back."""
    app = camera.app
    await camera.press("4")
    await camera.until(lambda a: len(list(a.drafts.all)) > 1, "files")
    app.script.open(next(d for d in app.drafts.all if d.name.endswith(".trickle")), 51, 20)
    await camera.until(lambda a: not a.script.problems.state, "diagnosis")
    await camera.take("script")
    await camera.press("escape")
    app.show("flow")


async def fails(camera: Camera) -> None:
    """What failed; then a dry run of it."""
    await camera.press("5")
    await camera.until(lambda a: a.store.picture and a.view_of(ErrorsView).mail.keys(), "letters")
    await camera.take("errors")
    await camera.press("R")
    await camera.until(lambda a: a.view_of(ErrorsView).mail.tried, "dry run")
    await camera.take("errors-dry-run")


async def looks_back(camera: Camera) -> None:
    """The last minutes, with what was changed in them; help and palette."""
    await camera.press("6")
    await camera.until(lambda a: len(a.store.past.ring) > 8, "history")
    await camera.press("right_square_bracket")
    await camera.take("history")
    await camera.press("1", "question_mark")
    await camera.sees("Keys")
    await camera.take("help")
    await camera.press("escape", "ctrl+p")
    await camera.take("palette")
    await camera.press("escape")


async def measures(camera: Camera) -> None:
    """A short benchmark, with nothing beside it, while it runs and when it is done."""
    app = camera.app
    await app.session.ask(StopFlow("live", 1.0))
    await camera.until(lambda a: a.store.flow is None, "end of the flow")
    app.show("bench")
    view = app.view_of(BenchView)
    view.shown.plan = BenchPlan(SCHEDULES, rounds=3, seconds=0.25, warmup=0.1)
    await camera.sees("starts a quick look")
    await camera.press("enter")
    await camera.until(lambda _: view.shown.step and view.shown.step.done > 30, "curves", 90)
    await camera.take("bench-running")
    await camera.until(lambda _: view.shown.step and view.shown.step.over, "end of the benchmark", 90)
    await camera.press("left")
    await camera.take("bench")


STEPS = (starts, composes, applies, watches, edits, fails, looks_back, measures)


async def take(out: Path, size: tuple[int, int], takes_all: bool) -> None:
    """Drives the workbench through its screens."""
    name = f"pictures-{time.time_ns() % 100_000}"

    async def connect(engine: str) -> ControlPlane:
        if not engine:
            await start_engine(name)
        return await open_plane(engine or name, kind="workbench")

    app = Workbench(connect, base=os.getcwd())
    async with app.run_test(size=size) as pilot:
        camera = Camera(pilot, out, size, takes_all)
        try:
            for step in STEPS:
                await step(camera)
        finally:
            with suppress(ControlError):  # an engine without a flow ends soon
                await app.session.ask(StopFlow("live", 1.0))


def _age(app: Workbench) -> float:
    histories = app.store.histories.values()
    return min((len(history.busy) for history in histories), default=0) / 4


def main() -> int:
    """Takes all pictures; answers the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--out", type=Path, default=ROOT / "screenshots")
    options = parser.parse_args()
    out = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    try:
        for size in SIZES:
            with tempfile.TemporaryDirectory() as folder:
                shutil.copytree(ROOT / "pipelines", Path(folder, "pipelines"))
                os.environ["XDG_STATE_HOME"] = str(Path(folder, "state"))
                os.chdir(folder)
                asyncio.run(take(out, size, options.all))
                os.chdir(ROOT)
    except ControlError as error:
        print(f"error: {error}\nhint: {error.hint}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
