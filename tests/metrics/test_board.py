"""The board tells another process what runs and since when."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tremor_tui.metrics.board import SLOTS, Board


def test_a_reader_of_the_file_sees_what_the_writer_entered(tmp_path: Path) -> None:
    writer = Board.create(tmp_path / "board")
    slot = writer.enroll("main/pipeline/parse")
    reader = Board.open(tmp_path / "board")

    writer.enter(slot, 12345)
    running = reader.read()
    writer.leave()

    assert running is not None
    assert (running.task, running.start_ns, running.pid) == ("main/pipeline/parse", 12345, os.getpid())
    assert reader.read() is None


def test_each_poll_has_a_number_of_its_own() -> None:
    board = Board()
    slot = board.enroll("a")

    board.enter(slot, 1)
    first = board.read()
    board.leave()
    board.enter(slot, 1)
    second = board.read()

    assert first is not None
    assert second is not None
    assert first.sequence != second.sequence


def test_only_its_user_may_read_the_file(tmp_path: Path) -> None:
    Board.create(tmp_path / "board")

    assert stat.S_IMODE((tmp_path / "board").stat().st_mode) == 0o600


def test_a_file_that_is_no_board_is_refused(tmp_path: Path) -> None:
    (tmp_path / "board").write_bytes(bytes(200_000))

    with pytest.raises(ValueError, match="no board"):
        Board.open(tmp_path / "board")


def test_slots_are_used_again_and_never_run_out() -> None:
    board = Board()
    slots = [board.enroll(f"task {n}") for n in range(SLOTS + 5)]

    for slot in set(slots):
        board.release(slot)

    assert len({board.enroll(f"again {n}") for n in range(SLOTS - 1)}) == SLOTS - 1
