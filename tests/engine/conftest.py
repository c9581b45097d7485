"""Folders of their own for each test, and an engine whose executors are `fake_executor.py`."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import anyio
import pytest

from tremor_tui.engine.engine import Engine, Settings
from tremor_tui.engine.executors import executor
from tremor_tui.engine.executors.restart import RestartPolicy

ROOT = Path(__file__).parents[2]
Running = Callable[..., AbstractAsyncContextManager[Engine]]


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    # Not tmp_path: the path of a Unix socket may have 107 bytes only.
    folder = Path(tempfile.mkdtemp(prefix="tt-"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder / "run"))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def log() -> list[str]:
    return []


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch, log: list[str]) -> Running:
    monkeypatch.setattr(executor, "CHILD", "tests.engine.fake_executor")

    @asynccontextmanager
    async def run(**settings: object) -> AsyncIterator[Engine]:
        settings = {"policy": lambda: RestartPolicy(first_pause_s=0.001), "drain_s": 1.0, **settings}
        engine = Engine(Settings(**settings), log.append)  # type: ignore[arg-type]
        async with anyio.create_task_group() as group:
            group.start_soon(engine.run)
            with anyio.fail_after(10):
                await engine.began.wait()
            yield engine
            engine.end(1.0)

    return run
