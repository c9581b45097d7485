"""Applies under load, the short form: scripts, sinks, pipelines and links change while lines pass.

`python -m tests.benchmarks.applies` is the long form, with a thousand of them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from tests.e2e.applying import run

APPLIES = 32


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    # Not tmp_path: the path of a Unix socket may have 107 bytes only.
    with tempfile.TemporaryDirectory(prefix="tt-") as name:
        monkeypatch.setenv("XDG_RUNTIME_DIR", f"{name}/run")
        monkeypatch.setenv("XDG_STATE_HOME", f"{name}/state")
        yield Path(name)


@pytest.mark.slow
@pytest.mark.timeout(60)
def test_applies_under_load_lose_double_and_reorder_nothing(folder: Path) -> None:
    report = anyio.run(run, folder, "applies", APPLIES, 0.01, 300_000)

    assert report.applies == APPLIES
    assert (report.lost, report.doubled, report.disordered, report.left) == (0, 0, 0, 0)
    assert report.failed == 0
    assert report.ways >= 5
    assert report.more > 100
    # Bounded by what a loaded machine may do; the long form reports what it is.
    assert report.percentile(report.pauses, 0.99) < 200
