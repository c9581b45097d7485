from __future__ import annotations

import time
from pathlib import Path
from typing import cast

import pytest

from tremor_tui.engine.compiling.link import FlowPlan
from tremor_tui.engine.executors.executor import Executor, Places
from tremor_tui.engine.executors.link import Texts
from tremor_tui.engine.flows import Deployed
from tremor_tui.engine.watchdog import Watchdog, find_place
from tremor_tui.metrics.board import Board

MS = 10**6
LINES = {"<tremor work>": [(3, "a.troy", 10), (7, "a.troy", 12)]}
STACK = """Current thread 0x00007f (most recent call first):
  File "/lib/helper.py", line 99 in helper
  File "<tremor work>", line 8 in script
  File "<tremor work>", line 4 in outer
"""


class FakeExecutor:
    """What a watchdog looks at of an executor; a signal makes it dump a stack."""

    def __init__(self, folder: Path) -> None:
        self.number = 0
        self.pid = 17
        self.places = Places.of(folder, "x", 0)
        self.signals = 0

    def signal(self, number: int) -> None:
        self.signals += 1
        self.places.stack.write_text(STACK)


@pytest.fixture
def executor(tmp_path: Path) -> FakeExecutor:
    return FakeExecutor(tmp_path)


@pytest.fixture
def board(executor: FakeExecutor) -> Board:
    return Board.create(executor.places.board)


@pytest.fixture
def log() -> list[str]:
    return []


@pytest.fixture
def watchdog(executor: FakeExecutor, board: Board, log: list[str]) -> Watchdog:
    held = cast(Executor, executor)
    flow = Deployed(FlowPlan("one", lines=LINES), Texts("/a.troy", "/"), (), held)
    return Watchdog([held], lambda: [flow], log.append, limit_ms=100)


def look(watchdog: Watchdog, now_ns: int) -> None:
    watchdog.look(watchdog.executors[0], now_ns)


def test_a_poll_within_the_limit_is_no_stall(watchdog: Watchdog, board: Board) -> None:
    board.enter(board.enroll("one/pipeline/main"), 1000 * MS)

    look(watchdog, 1099 * MS)

    assert watchdog.warnings(time.time_ns()) == []


def test_a_poll_beyond_the_limit_is_a_stall_with_its_line(
    watchdog: Watchdog, board: Board, executor: FakeExecutor
) -> None:
    board.enter(board.enroll("one/pipeline/main"), 1000 * MS)

    look(watchdog, 1150 * MS)
    look(watchdog, 1170 * MS)

    (warned,) = watchdog.warnings(time.time_ns())
    assert (warned.task, warned.flow, warned.active) == ("one/pipeline/main", "one", True)
    assert (warned.file, warned.line, warned.count) == ("a.troy", 12, 1)
    assert "has not yielded for 170 ms (limit 100 ms), at a.troy:12" in warned.text
    assert watchdog.stuck() == {"one/pipeline/main": 170 * MS}
    assert executor.signals == 1


def test_a_stall_is_over_when_the_task_yields(watchdog: Watchdog, board: Board, log: list[str]) -> None:
    board.enter(board.enroll("one/pipeline/main"), 1000 * MS)
    look(watchdog, 1150 * MS)

    board.leave()
    look(watchdog, 1160 * MS)

    (warned,) = watchdog.warnings(time.time_ns())
    assert not warned.active
    assert watchdog.stuck() == {}
    assert len(log) == 1
    assert watchdog.warnings(time.time_ns() + 61 * 10**9) == []


def test_another_poll_of_the_same_task_is_another_stall(
    watchdog: Watchdog, board: Board, log: list[str]
) -> None:
    slot = board.enroll("one/pipeline/main")
    for start in (1000, 2000, 3000):
        board.enter(slot, start * MS)
        look(watchdog, (start + 150) * MS)

    (warned,) = watchdog.warnings(time.time_ns())
    assert (warned.count, warned.active) == (3, True)
    assert len(log) == 1  # the next is logged after a pause only


def test_an_executor_that_ended_in_a_stall_is_no_longer_stuck(
    watchdog: Watchdog, board: Board, executor: FakeExecutor
) -> None:
    board.enter(board.enroll("one/pipeline/main"), 1000 * MS)
    look(watchdog, 1150 * MS)

    executor.pid = 0
    look(watchdog, 1200 * MS)

    assert watchdog.stuck() == {}


def test_a_missing_board_is_not_an_error(watchdog: Watchdog, executor: FakeExecutor) -> None:
    executor.places.board.unlink()

    look(watchdog, 1000 * MS)

    assert watchdog.warnings(time.time_ns()) == []


def test_the_innermost_tremor_code_of_a_stack_counts() -> None:
    assert find_place(STACK, LINES) == ("a.troy", 12)
    assert find_place("nothing of ours", LINES) is None
    assert find_place('  File "<tremor other>", line 3 in script', LINES) is None


def test_a_stall_is_told_once_with_its_line_and_once_with_its_end(watchdog: Watchdog, board: Board) -> None:
    told: list[tuple[str, bool, int]] = []
    watchdog.told = lambda warned, until_ns: told.append((warned.text, warned.active, until_ns))
    board.enter(board.enroll("one/pipeline/main"), 1000 * MS)

    for now in (1110, 1130, 1150, 1200):
        look(watchdog, now * MS)
    board.leave()
    look(watchdog, 1220 * MS)

    (begin, during, no_end), (_, after, end) = told
    assert begin == "one/pipeline/main has not yielded for 130 ms (limit 100 ms), at a.troy:12"
    assert (during, no_end) == (True, 0)
    assert not after
    assert end > 0


def test_a_stall_without_a_stack_is_told_without_its_line(
    watchdog: Watchdog, board: Board, executor: FakeExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    watchdog.told = lambda warned, until_ns: told.append(warned.text)
    monkeypatch.setattr(executor, "signal", lambda number: None)
    board.enter(board.enroll("one/pipeline/main"), 1000 * MS)

    for now in (1110, 1130, 1150):
        look(watchdog, now * MS)

    assert told == ["one/pipeline/main has not yielded for 150 ms (limit 100 ms)"]


def test_samples_say_where_the_busy_time_of_a_task_goes(
    watchdog: Watchdog, board: Board, executor: FakeExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_task = '  File "/x/tremor_tui/runtime/tasks/pipeline.py", line 90 in _step\n'
    stacks = [STACK + in_task] * 3 + ['  File "/x/tremor_tui/codecs/json.py", line 9 in decode\n' + in_task]
    stacks.append('  File "/x/tremor_tui/runtime/tasks/sink.py", line 90 in run\n')  # another task by then
    monkeypatch.setattr(executor, "signal", lambda n: executor.places.stack.write_text(stacks[0]))
    board.enter(board.enroll("one/pipeline/main"), time.monotonic_ns())

    for _ in range(20):
        for _ in range(5):
            look(watchdog, time.monotonic_ns())
        stacks.append(stacks.pop(0))

    (lines,) = watchdog.hot().values()
    assert [(hot.file, hot.line, hot.what, hot.share) for hot in lines] == [
        ("a.troy", 12, "", 0.75),
        ("", 0, "codecs/json", 0.25),
    ]
    assert lines[0].samples in (15, 16)


def test_nothing_is_sampled_while_statistics_are_off(
    watchdog: Watchdog, board: Board, executor: FakeExecutor
) -> None:
    watchdog.samples = False
    board.enter(board.enroll("one/pipeline/main"), time.monotonic_ns())

    for _ in range(20):
        look(watchdog, time.monotonic_ns())

    assert executor.signals == 0
