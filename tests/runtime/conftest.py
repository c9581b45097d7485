"""What tests of the runtime share: a runtime on a loop, and connectors in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from tremor_tui.runtime.runtime import Runtime
from tremor_tui.testing import harness

Running = Callable[..., AbstractAsyncContextManager[Runtime]]


@pytest.fixture(autouse=True)
def _connectors() -> None:
    harness.enroll()
    harness.KEPT.clear()
    harness.FEEDS.clear()


@pytest.fixture
def logged() -> list[str]:
    return []


@pytest.fixture
def running(logged: list[str]) -> Running:
    """`async with running(settings…) as runtime` gives one that runs, and closes it."""

    @asynccontextmanager
    async def run(*args: Any, **kwargs: Any) -> AsyncIterator[Runtime]:
        runtime = Runtime(*args, log=logged.append, **kwargs)
        async with anyio.create_task_group() as group:
            await group.start(runtime.run)
            try:
                yield runtime
            finally:
                await runtime.close()

    return run


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tmp_path


async def until(condition: Callable[[], bool]) -> None:
    """Returns once the condition holds; the test's time limit bounds it."""
    while not condition():
        await anyio.lowlevel.checkpoint()
