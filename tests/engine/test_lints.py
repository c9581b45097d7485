from __future__ import annotations

from tremor_tui.control.limits import Limits
from tremor_tui.control.snapshots import ExecutorSnapshot
from tremor_tui.engine.observing.lints import ExecutorLints

S = 10**9


def look(
    lints: ExecutorLints, second: int, *, lag_ms: int = 0, cpu: float = 0.1
) -> list[tuple[str, bool, int]]:
    executor = ExecutorSnapshot(0, 1, cpu=cpu, loop_lag_ns=lag_ms * 10**6)
    lints.look([executor], Limits(), second * S)
    return [(one.kind, one.active, one.count) for one in lints.warned(second * S)]


def test_a_loop_that_is_late_for_two_seconds_is_told_with_its_figure() -> None:
    lints = ExecutorLints()

    assert look(lints, 10, lag_ms=300) == []
    assert look(lints, 11, lag_ms=300) == []
    assert look(lints, 12, lag_ms=340) == [("lag", True, 1)]
    assert lints.warned(12 * S)[0].text == "the loop of executor 0 is 340 ms late (limit 100 ms)"
    assert look(lints, 13) == [("lag", False, 1)]
    assert look(lints, 80) == []


def test_a_core_that_is_used_up_for_a_minute_is_told_and_counted_again_later() -> None:
    lints = ExecutorLints()
    seen = [look(lints, second, cpu=0.99) for second in range(100, 161)]

    assert seen[59] == []
    assert seen[60] == [("cpu", True, 1)]
    look(lints, 161)
    again = [look(lints, second, cpu=0.99) for second in range(162, 223)]
    assert again[-1] == [("cpu", True, 2)]


def test_a_short_peak_is_worth_no_warning() -> None:
    lints = ExecutorLints()

    assert [look(lints, second, lag_ms=500 * (second % 2)) for second in range(10)] == [[]] * 10
