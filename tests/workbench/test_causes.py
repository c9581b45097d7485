"""Why a task is slow: sentences in order, with the place in the script."""

from __future__ import annotations

import msgspec
import pytest

from tests.workbench.test_bottleneck import picture, task
from tremor_tui.control.limits import Limits
from tremor_tui.control.snapshots import (
    EngineSnapshot,
    FlowSnapshot,
    HotLine,
    Split,
    TaskSnapshot,
    Warned,
    Yields,
)
from tremor_tui.testing.scenes import LIVE, SLOW, SPEED
from tremor_tui.workbench.causes import find_causes, guilty_place


def why(
    found: EngineSnapshot, flow: FlowSnapshot | None, one: TaskSnapshot, full_in_s: float | None = None
) -> list[str]:
    """The sentences."""
    return [cause.text for cause in find_causes(found, flow, one, full_in_s)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"error": "division by zero"}, "It failed: division by zero"),
        ({"running_ns": 410_000_000}, "It has not yielded for 410ms (limit 100 ms)."),
        ({"split": Split(10, 60, 0, 30)}, "waits for the loop: executor x0 is full"),
        ({"split": Split(10, 0, 60, 30)}, "It is blocked 60% of the time on pipeline classify"),
        ({"longest_run_ns": 300_000_000}, "It held executor x0 for 300ms once (limit 100 ms)."),
    ],
)
def test_each_cause_has_its_sentence(changes: dict[str, object], words: str) -> None:
    found, flow = picture(LIVE, parse=changes)

    assert any(words in sentence for sentence in why(found, flow, task(found, "parse")))


def test_a_stall_is_explained_with_its_place() -> None:
    found, flow = picture(LIVE)
    stall = Warned("stall", "has not yielded", "live/pipeline/parse", count=3, file="a.trickle", line=7)

    sentences = why(msgspec.structs.replace(found, warnings=(stall,)), flow, task(found, "parse"))

    assert "has not yielded at a.trickle:7 (3 times)." in sentences


def test_a_healthy_task_is_told_so() -> None:
    found, flow = picture(LIVE, alerts={"longest_run_ns": 1000})

    assert why(found, flow, task(found, "alerts")) == [
        "Nothing slows it: it takes what comes and waits for more."
    ]


SAMPLED = (
    HotLine(0.94, 210, "/x/access_log.trickle", 14),
    HotLine(0.04, 210, what="codecs/json"),
)


def test_the_limiting_task_is_explained_in_order_limit_then_line_then_how_often_it_held_the_loop() -> None:
    found, flow = picture(SLOW, classify={"hot": SAMPLED, "longest_run_ns": 300_000_000})

    first, second, third, *_ = why(found, flow, task(found, "classify"))

    assert first.startswith("classify limits the flow: busy 9")
    assert second == "access_log.trickle line 14 takes 94% of its busy time (210 samples)."
    assert third == "It held executor x0 for 300ms once (limit 100 ms)."


def test_the_place_to_open_is_the_stall_else_the_line_with_most_of_the_time() -> None:
    found, flow = picture(SLOW, classify={"hot": SAMPLED})
    stall = Warned("stall", "x", "live/pipeline/classify", active=True, file="b.tremor", line=3)
    stalled = msgspec.structs.replace(found, warnings=(stall,))

    assert guilty_place(found, flow, task(found, "classify")) == ("/x/access_log.trickle", 14)
    assert guilty_place(stalled, flow, task(stalled, "classify")) == ("b.tremor", 3)
    assert guilty_place(found, flow, task(found, "requests")) is None


def test_without_samples_the_node_that_takes_most_is_named_and_said_to_be_no_line() -> None:
    found, flow = picture(SLOW)

    sentences = why(found, flow, task(found, "classify"))

    assert "classify_request takes 90% of its busy time (nodes are timed; no line yet)." in sentences


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("codecs/json", "Codec json takes 61% of its busy time (50 samples)."),
        ("interceptors/separate", "Interceptor separate takes 61%"),
        ("moving batches", "Moving batches takes 61%"),
    ],
)
def test_what_is_no_script_is_named_by_what_it_does(what: str, words: str) -> None:
    found, flow = picture(LIVE, replay={"hot": (HotLine(0.61, 50, what=what),)})

    assert any(sentence.startswith(words) for sentence in why(found, flow, task(found, "replay")))


def test_a_task_is_blocked_on_a_sink_that_waits_for_the_outside() -> None:
    waits = Yields(io=9, empty=1, io_ns=900, empty_ns=100)
    found, flow = picture(LIVE, requests={"yields": waits}, classify={"split": Split(10, 0, 70, 20)})

    causes = find_causes(found, flow, task(found, "classify"))
    blocked = next(cause for cause in causes if cause.trial == "blocker")

    assert blocked.text.endswith("on sink requests, which waits for the outside (null).")
    assert blocked.task == "live/sink/requests"


def test_a_queue_that_grows_is_told_with_the_time_until_it_is_full() -> None:
    found, flow = picture(LIVE)

    assert "Its queue grows: full in 40 s if it goes on so." in why(found, flow, task(found, "parse"), 40.2)


def test_limits_of_the_engine_decide_what_is_long_and_full() -> None:
    found, flow = picture(LIVE, parse={"longest_run_ns": 30_000_000})
    strict = msgspec.structs.replace(found, limits=Limits(stall_ms=20))

    assert not any("held executor" in sentence for sentence in why(found, flow, task(found, "parse")))
    assert any("held executor" in sentence for sentence in why(strict, flow, task(found, "parse")))


def test_what_keeps_a_busy_pipeline_off_the_fast_path_is_a_cause_with_its_line() -> None:
    found, flow = picture(SLOW)
    busy, idle = task(found, "classify"), task(found, "slow_failures")
    causes = find_causes(found, flow, busy, speed=SPEED)
    text = "Off the fast path: `batch`: `generic::batch` is an operator that runs by itself"
    cause = next(cause for cause in causes if cause.text.startswith(text))
    assert cause.text == f"{text} (access_log.trickle line 9)."
    assert (cause.file, cause.line, cause.trial) == ("access_log.trickle", 9, "line")
    assert sum(one.text.startswith("Off the fast path") for one in causes) == 1
    assert not any(
        "fast path" in text for text in (c.text for c in find_causes(found, flow, idle, speed=SPEED))
    )
