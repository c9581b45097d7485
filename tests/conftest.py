"""What all tests share: tests that await run on both of anyio's backends."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# A landing is judged by the same examples each time; everybody else's run looks for new ones.
settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name
