"""What tests of the workbench share: the app over a fake plane, and its screen as text."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tremor_tui.control.plane import ControlPlane
from tremor_tui.errors import EngineLost
from tremor_tui.testing.fake_plane import FakePlane
from tremor_tui.workbench import journal_files
from tremor_tui.workbench.app import Workbench

SIZES = [(80, 24), (120, 36)]
WITHIN_S = 10.0


@pytest.fixture(autouse=True)
def _state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    yield
    journal_files.HERE.close()


@pytest.fixture
def anyio_backend() -> str:
    """Textual runs on asyncio alone."""
    return "asyncio"


class Bench:
    """The app that is driven, the planes it got, and what is on its screen."""

    def __init__(self, app: Workbench, pilot: Pilot[None], planes: list[FakePlane]) -> None:
        self.app, self.pilot, self.planes = app, pilot, planes

    @property
    def plane(self) -> FakePlane:
        """The plane of the latest connection."""
        return self.planes[-1]

    @property
    def store(self):  # type: ignore[no-untyped-def]
        """The app's store."""
        return self.app.store

    async def press(self, *keys: str) -> None:
        """Presses keys and lets the app work."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, condition: Callable[[], object]) -> None:
        """Waits for a condition."""
        end = time.monotonic() + WITHIN_S
        while not condition():
            assert time.monotonic() < end, "the condition was never met:\n" + "\n".join(self.lines())
            await self.pilot.pause(0.01)

    async def sees(self, text: str) -> None:
        """Waits until a text is on the screen."""
        await self.until(lambda: any(text in line for line in self.lines()))

    def lines(self) -> list[str]:
        """The screen as text."""
        from rich.segment import Segment

        strips = self.app.screen._compositor.render_strips(self.app.size)
        return [
            "".join(segment.text for segment in strip if isinstance(segment, Segment)) for strip in strips
        ]

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.lines())


Opened = Callable[..., AbstractAsyncContextManager[Bench]]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """Opens the app; `planes` are handed out one after the other, an EngineLost is raised."""

    @asynccontextmanager
    async def open_app(
        *planes: FakePlane | EngineLost,
        size: tuple[int, int] = (120, 36),
        engine: str = "local",
        **options: object,
    ) -> AsyncIterator[Bench]:
        given = list(planes) or [FakePlane(base=str(tmp_path))]
        used: list[FakePlane] = []

        async def connect(_engine: str) -> ControlPlane:
            found = given.pop(0) if len(given) > 1 else given[0]
            if isinstance(found, EngineLost):
                raise found
            if found not in used:
                used.append(found)
            return found

        app = Workbench(connect, engine=engine, base=str(tmp_path), **options)  # type: ignore[arg-type]
        async with app.run_test(size=size) as pilot:
            bench = Bench(app, pilot, used)
            if engine:
                await bench.until(lambda: app.store.link != "connecting" or not planes)
            await pilot.pause()
            yield bench

    return open_app
