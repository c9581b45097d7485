"""Takes the pictures of the README: drives the real workbench over a real engine and writes SVGs.

    python screenshots/take.py [--fake] [--out FOLDER]

From the root of the repository. Each picture is taken at 80x24 and at 120x36. `--fake` uses the recorded
plane of the test kit instead of an engine.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.pilot import Pilot

from tremor_tui.control.plane import ControlPlane
from tremor_tui.errors import ControlError
from tremor_tui.testing.pictures import plain
from tremor_tui.workbench.app import Workbench

ROOT = Path(__file__).resolve().parent.parent
SIZES = ((80, 24), (120, 36))
FILE = "pipelines/quickstart/live.troy"
WARM_UP_S = 8.0
"""Until the sparklines have something to show."""
Condition = Callable[[Workbench], bool]


async def fake(engine: str) -> ControlPlane:
    """A plane that answers from generated pictures, faster than a clock would."""
    from tremor_tui.testing.fake_plane import FakePlane

    texts = {
        name: (ROOT / "pipelines/quickstart" / name).read_text()
        for name in ("live.troy", "access_log.trickle")
    }
    return FakePlane(live=True, files=texts, base=str(ROOT / "pipelines/quickstart"))


async def real(engine: str) -> ControlPlane:
    """An engine's plane; without a name an engine is started for these pictures."""
    from tremor_tui.control.client import open_plane
    from tremor_tui.control.launch import start_engine

    name = engine or f"pictures-{time.time_ns() % 100_000}"
    if not engine:
        await start_engine(name)
    return await open_plane(name, kind="workbench")


async def until(pilot: Pilot[None], condition: Condition, what: str, seconds: float = 15.0) -> None:
    """Waits until the app is as wanted. Raises ControlError where that takes too long."""
    end = time.monotonic() + seconds
    while not condition(app := pilot.app):  # type: ignore[arg-type]
        if time.monotonic() > end:
            raise ControlError(f"no {what} within {seconds:.0f} s")
        await pilot.pause(0.05)
    assert app


class Camera:
    """Writes one SVG after another for one size."""

    def __init__(self, pilot: Pilot[None], out: Path, size: tuple[int, int]) -> None:
        self._pilot, self._out, self._size = pilot, out, f"{size[0]}x{size[1]}"

    async def take(self, name: str) -> None:
        """Writes the screen as it is."""
        await self._pilot.pause(0.25)
        svg = self._pilot.app.export_screenshot(title=f"tremor-tui {self._size}")
        (self._out / f"{name}-{self._size}.svg").write_text(plain(svg))

    async def press(self, *keys: str) -> None:
        """Presses keys."""
        await self._pilot.press(*keys)
        await self._pilot.pause()


async def take(connect: Callable[[str], Awaitable[ControlPlane]], out: Path, size: tuple[int, int]) -> None:
    """Drives the workbench through its screens."""
    app = Workbench(connect, base=str(ROOT))
    async with app.run_test(size=size) as pilot:
        camera = Camera(pilot, out, size)
        await camera.take("start")
        await camera.press("1")
        await until(pilot, lambda a: a.store.tap is not None and len(a.store.tap.ring) > 8, "events")
        await until(pilot, lambda a: _age(a) > WARM_UP_S, "history", 60)
        await camera.take("flow")
        await camera.press("v")
        await camera.take("flow-edge")
        await camera.press("escape", "enter")
        await camera.take("flow-inside")
        await camera.press("escape", "tab", "up", "enter")
        await camera.take("tap")
        await camera.press("escape", "escape", "2")
        await camera.take("tasks")
        await camera.press("4")
        await until(pilot, lambda a: len(a.script.files.drafts) > 1, "files")
        app.script.open(next(d for d in app.script.files.drafts if d.name.endswith(".trickle")), 12)
        await until(pilot, lambda a: not a.script.problems.state, "diagnosis")
        await camera.take("script")
        await camera.press(*([] if size[0] >= 100 else ["f9"]))
        await until(pilot, lambda a: a.script.preview.was_run, "preview")
        await camera.take("script-preview")
        await camera.press("escape", "question_mark")
        await camera.take("help")


def _age(app: Workbench) -> float:
    histories = app.store.histories.values()
    return min((len(history.busy) for history in histories), default=0) / 4


def main() -> int:
    """Takes all pictures; answers the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fake", action="store_true")
    parser.add_argument("--out", type=Path, default=ROOT / "screenshots")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        for size in SIZES:
            asyncio.run(take(fake if options.fake else real, options.out, size))
    except ControlError as error:
        print(f"error: {error}\nhint: {error.hint}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
