"""The quickstart as a newcomer runs it: the real command, from the root of a checkout."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BROKEN = 299
ALERTS = 32


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "pipelines", tmp_path / "pipelines", ignore=shutil.ignore_patterns("*.jsonl"))
    return tmp_path


def run(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tremor_tui", "run", *arguments]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.timeout(90)
def test_every_line_of_the_log_is_written_or_kept_as_a_dead_letter(checkout: Path) -> None:
    read = (checkout / "pipelines/quickstart/access.log").read_bytes().count(b"\n")

    done = run(checkout, "pipelines/quickstart/main.troy")

    assert done.returncode == 0, done.stderr
    out = checkout / "pipelines/quickstart/out"
    requests = [json.loads(line) for line in (out / "requests.jsonl").read_bytes().splitlines()]
    letters = [json.loads(line) for line in (out / "dead_letters.jsonl").read_bytes().splitlines()]
    assert len(requests) + len(letters) == read
    assert len(letters) == BROKEN
    assert len(done.stdout.splitlines()) == ALERTS
    assert all({"class", "slow", "status"} <= set(request) for request in requests)


@pytest.mark.timeout(90)
def test_requests_keep_the_order_of_the_log(checkout: Path) -> None:
    lines = (checkout / "pipelines/quickstart/access.log").read_text().splitlines()

    run(checkout, "pipelines/quickstart/main.troy")

    written = (checkout / "pipelines/quickstart/out/requests.jsonl").read_bytes().splitlines()
    paths = iter(lines)
    for request in map(json.loads, written):
        assert any(request["path"] in line and request["time"] in line for line in paths)
