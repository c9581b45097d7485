"""Scripts swapped from the real workbench while numbered lines pass: nothing lost, nothing doubled."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.e2e.numbered import LINES, command, count_written, open_terminal, write_flow, written
from tremor_tui.testing.terminal import Terminal

SWAPS = 20


def swap(terminal: Terminal, version: int) -> None:
    """Types another number at the end of the first line, and applies it."""
    terminal.send("home", "end", *["\x7f"] * len(str(version - 1)), str(version), "f5")
    terminal.wait_for(f"v{version + 1} live", 15)


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_twenty_swaps_under_load_lose_double_and_reorder_nothing(tmp_path: Path) -> None:
    write_flow(tmp_path)

    with open_terminal(tmp_path, command("workbench", "flow.troy"), 80, 24) as terminal:
        terminal.wait_for("RUN", 15)
        terminal.send("4")
        terminal.wait_for("stage.tri")
        terminal.send("ctrl+g")
        terminal.wait_for("Files of the flow")
        terminal.send("down", "enter")
        terminal.wait_for("define pipeline stage")
        for version in range(1, SWAPS + 1):
            swap(terminal, version)
        lines_at_last_swap = count_written(tmp_path)
        end = time.monotonic() + 60
        while count_written(tmp_path) < LINES:
            assert time.monotonic() < end, terminal.text
            terminal.pump(0.1)

    rows = written(tmp_path)
    assert lines_at_last_swap < LINES, "the swaps must happen while events pass"
    assert [int(row["n"]) for row in rows] == list(range(LINES))
    versions = [row["v"] for row in rows]
    assert versions == sorted(versions)
    assert set(versions) == set(range(SWAPS + 1))
    assert (tmp_path / "letters.jsonl").read_bytes() == b""
