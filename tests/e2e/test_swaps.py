"""Scripts swapped from the real workbench while numbered lines pass: nothing lost, nothing doubled."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from tremor_tui.testing.terminal import Terminal

LINES = 200_000
PER_SECOND = 10_000
SWAPS = 20

MODULE = """\
define pipeline stage pipeline define script tag script let $v = 0
; {"n": event, "v": $v} end; create script tag;
select event from in into tag; select event from tag into out; select event from tag/err into err;
end;
"""

FLOW = """\
define flow numbered
flow
  use stage;
  define connector numbers from bench
  with codec = "string", config = {{"path": "numbers.txt", "interval": {interval}, "iters": 1}}
  end;
  define connector written from file
  with codec = "json", postprocessors = ["separate"], config = {{"path": "written.jsonl", "mode": "truncate"}}
  end;
  define connector letters from file
  with codec = "json", postprocessors = ["separate"], config = {{"path": "letters.jsonl", "mode": "truncate"}}
  end;
  create connector numbers;
  create connector written;
  create connector letters;
  create pipeline stage from stage::stage;
  connect /connector/numbers to /pipeline/stage;
  connect /pipeline/stage to /connector/written;
  connect /pipeline/stage/err to /connector/letters;
end;
deploy flow numbered;
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    numbers = "".join(f"{n}\n" for n in range(LINES))
    (tmp_path / "numbers.txt").write_text(numbers)
    (tmp_path / "stage.trickle").write_text(MODULE)
    (tmp_path / "flow.troy").write_text(FLOW.format(interval=1_000_000_000 // PER_SECOND))
    return tmp_path


def workbench(folder: Path, columns: int, rows: int) -> Terminal:
    places = {"XDG_RUNTIME_DIR": str(folder / "run"), "XDG_STATE_HOME": str(folder / "state")}
    command = [sys.executable, "-m", "tremor_tui", "workbench", "flow.troy"]
    return Terminal(command, columns, rows, places, folder)


def swap(terminal: Terminal, version: int) -> None:
    """Types another number at the end of the first line, and applies it."""
    terminal.send("home", "end", *["\x7f"] * len(str(version - 1)), str(version), "f5")
    terminal.wait_for(f"v{version + 1} live", 15)


def written(folder: Path) -> list[dict[str, int]]:
    return [json.loads(line) for line in (folder / "written.jsonl").read_bytes().splitlines()]


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_twenty_swaps_under_load_lose_double_and_reorder_nothing(folder: Path) -> None:
    with workbench(folder, 80, 24) as terminal:
        terminal.wait_for("RUN", 15)
        terminal.send("3")
        terminal.wait_for("stage.tri")
        terminal.send("f3")
        terminal.wait_for("Files of the flow")
        terminal.send("down", "enter")
        terminal.wait_for("define pipeline stage")
        for version in range(1, SWAPS + 1):
            swap(terminal, version)
        lines_at_last_swap = len((folder / "written.jsonl").read_bytes().splitlines())
        end = time.monotonic() + 60
        while len((folder / "written.jsonl").read_bytes().splitlines()) < LINES:
            assert time.monotonic() < end, terminal.text
            terminal.pump(0.1)
        terminal.send("esc")

    rows = written(folder)
    assert lines_at_last_swap < LINES, "the swaps must happen while events pass"
    assert [int(row["n"]) for row in rows] == list(range(LINES))
    versions = [row["v"] for row in rows]
    assert versions == sorted(versions)
    assert set(versions) == set(range(SWAPS + 1))
    assert (folder / "letters.jsonl").read_bytes() == b""
