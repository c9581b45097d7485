"""What is worth a warning about a task, and what is not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from tremor_tui.control.limits import Limits
from tremor_tui.runtime.lints import HINTS, Finding, Lints
from tremor_tui.runtime.meter import EMPTY, IO
from tremor_tui.runtime.tasks.task import Task

S = 10**9
STILL = (0,) * 15
"""Five counters, polls, yields by five reasons, and four times: nothing grew."""


def task(
    *,
    kind: str = "pipeline",
    fill: float = 0.0,
    discarded: int = 0,
    reason: int = EMPTY,
    ready_s: float = 0.0,
) -> Task:
    meter = SimpleNamespace(reason=reason, polls=3, waited_ready_ns=lambda now: int(ready_s * S))
    channel = SimpleNamespace(fill=fill, batches=int(fill * 64), capacity=64)
    lent = SimpleNamespace(host=SimpleNamespace(is_held=False))
    counters = SimpleNamespace(discarded=discarded)
    made = SimpleNamespace(
        id="f/t",
        kind=kind,
        meter=meter,
        channel=channel,
        counters=counters,
        breaker="",
        has_ended=False,
        lent=lent,
    )
    return cast(Task, made)


def grown(*, seen: int = 0, errors: int = 0, polls: int = 0, idle_ns: int = 0) -> tuple[int, ...]:
    return (seen, 0, errors, 0, 0, polls, 0, 0, 0, 0, 0, 0, 0, 0, idle_ns)


def found(
    lints: Lints, one: Task, totals: tuple[int, ...] = STILL, limits: Limits | None = None
) -> dict[str, Finding]:
    return {f.kind: f for f in lints.of(one, limits or Limits(), S, totals, 0) if f.holds}


def test_a_quiet_task_is_worth_no_warning_and_every_kind_has_a_hint() -> None:
    every = {finding.kind for finding in Lints().of(task(kind="sink"), Limits(), S, STILL, 0)}

    assert found(Lints(), task(kind="sink")) == {}
    assert every | {"groups"} == set(HINTS)


@pytest.mark.parametrize(("fill", "holds"), [(0.85, False), (0.9, True)])
def test_a_queue_above_85_percent_is_told_after_60_s(fill: float, holds: bool) -> None:
    seen = found(Lints(), task(fill=fill))

    assert ("queue" in seen) == holds
    if holds:
        assert seen["queue"].after_ns == 60 * S
        assert "limit 85 % for 60 s" in seen["queue"].text


@pytest.mark.parametrize(("errors", "holds"), [(4, False), (10, False), (11, True)])
def test_more_than_one_percent_of_errors_is_told_at_once(errors: int, holds: bool) -> None:
    seen = found(Lints(), task(), grown(seen=1000, errors=errors))

    assert ("errors" in seen) == holds


def test_a_sink_that_waits_for_the_outside_while_its_queue_is_full_is_blocked() -> None:
    waits = grown(seen=10, idle_ns=9 * S // 10)

    assert "blocked" in found(Lints(), task(kind="sink", fill=1.0, reason=IO), waits)
    assert "blocked" not in found(Lints(), task(kind="sink", fill=0.1, reason=IO), waits)
    assert "blocked" not in found(Lints(), task(kind="pipeline", fill=1.0, reason=IO), waits)
    assert "blocked" not in found(Lints(), task(kind="sink", fill=1.0, reason=IO), grown(seen=10))


def test_discarded_events_are_told_for_a_second() -> None:
    lints = Lints()
    assert "discarded" not in found(lints, task(discarded=7))  # before anybody looked

    assert "9 events were discarded" in found(lints, task(discarded=9))["discarded"].text
    for _ in range(4):
        assert "discarded" in found(lints, task(discarded=9))
    assert "discarded" not in found(lints, task(discarded=9))


def test_a_task_that_is_ready_and_not_run_is_told() -> None:
    assert "is ready and was not run for 6 s" in found(Lints(), task(ready_s=6))["unpolled"].text
    assert "unpolled" not in found(Lints(), task(ready_s=4))


def test_wake_ups_that_move_nothing_are_told_after_5_s() -> None:
    seen = found(Lints(), task(), grown(polls=500))

    assert (seen["wakeups"].after_ns, "500 times a second" in seen["wakeups"].text) == (5 * S, True)
    assert "wakeups" not in found(Lints(), task(), grown(polls=500, seen=1))
    assert "wakeups" not in found(Lints(), task(), grown(polls=100))


def test_limits_that_were_set_decide() -> None:
    strict = Limits(queue_fill=0.5, queue_s=1, error_share=0.5)

    seen = found(Lints(), task(fill=0.6), grown(seen=100, errors=20), strict)

    assert seen["queue"].after_ns == S
    assert "errors" not in seen
