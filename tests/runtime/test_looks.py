"""A tap with an expression looks within its budget and says how much it saw; top-N keeps its bound."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, strategies

from tests.runtime.conftest import Running, until
from tremor_tui.control.events import TapSamples
from tremor_tui.control.picking import MISSING, field_path, field_paths
from tremor_tui.errors import CompileError, ControlError
from tremor_tui.model.batch import Batch
from tremor_tui.runtime.condition import compile_condition, slowness
from tremor_tui.runtime.tap import LOOKS_S, Tap, Wanted
from tremor_tui.runtime.top import PLACES, Frequent
from tremor_tui.testing.clock import JumpingClock
from tremor_tui.testing.harness import batch_of, flow, of


def tap_of(
    matching: str = "", top: str = "", per_second: float = 20
) -> tuple[Tap, JumpingClock, list[TapSamples]]:
    clock = JumpingClock()
    frames: list[TapSamples] = []
    wanted = Wanted.of(per_second, matching, top)
    return Tap(1, "edge", wanted, frames.append, clock), clock, frames


def values(frames: list[TapSamples]) -> list[object]:
    return [json.loads(sample.value) for frame in frames for sample in frame.samples]


def test_only_events_for_which_the_expression_is_true_are_copied() -> None:
    tap, _, frames = tap_of("event.n > 7")

    tap.see(batch_of([{"n": n} for n in range(10)]))
    tap.flush()

    assert values(frames) == [{"n": 8}, {"n": 9}]
    assert (frames[0].seen_total, frames[0].looked_total, frames[0].matched_total) == (10, 10, 2)


def test_the_expression_sees_metadata() -> None:
    tap, _, frames = tap_of('$class == "x" and event.n == 2')

    tap.see(Batch([{"n": 1}, {"n": 2}, {"n": 2}], range(3), 0, metas=[None, {"class": "y"}, {"class": "x"}]))
    tap.flush()

    assert values(frames) == [{"n": 2}]
    assert frames[0].failed_total == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [("event.gone == 1", "gone"), ("event.n", "int, not true or false"), ('event.n > "a"', "")],
)
def test_an_expression_that_fails_on_an_event_is_no_match_and_counted(text: str, why: str) -> None:
    tap, _, frames = tap_of(text)

    tap.see(batch_of([{"n": 1}, {"n": 2}]))
    tap.flush()

    assert (frames[0].samples, frames[0].matched_total, frames[0].failed_total) == ((), 0, 2)
    assert why in frames[0].failure


def test_an_expression_with_an_error_has_its_place() -> None:
    with pytest.raises(CompileError) as caught:
        tap_of("event.n ==")

    span = caught.value.diagnostics[0].span
    assert span is not None
    assert (span.file, span.line, span.column) == ("filter", 1, 11)


def test_a_script_with_drop_is_no_match() -> None:
    assert not compile_condition("drop").holds(batch_of([1]), 0)


@pytest.mark.anyio
async def test_a_tap_looks_at_no_more_events_than_its_rate_allows() -> None:
    tap, clock, frames = tap_of("event.n == 3")

    for _ in range(20):
        for _ in range(100):
            tap.see(batch_of([{"n": n} for n in range(10)] * 10))
        tap.flush()
        await clock.jump(0.1)

    last = frames[-1]
    assert last.seen_total == 200_000
    assert 0.9 * 2 * LOOKS_S <= last.looked_total <= 1.1 * (2 + 0.5) * LOOKS_S
    assert last.matched_total == pytest.approx(last.looked_total / 10, rel=0.1)


@pytest.mark.anyio
async def test_a_tap_spends_no_more_time_than_its_budget() -> None:
    tap, clock, frames = tap_of("event.n == 3")
    condition = tap.wanted.condition
    assert condition is not None
    call = condition._call

    def slow(*args: object) -> object:
        clock._now_ns += 50_000
        return call(*args)  # type: ignore[arg-type]

    condition._call = slow  # type: ignore[assignment]
    spent = 0
    for _ in range(40):
        before = clock.monotonic_ns()
        for _ in range(50):
            tap.see(batch_of([{"n": 3}] * 100))
        spent += clock.monotonic_ns() - before
        tap.flush()
        await clock.jump(0.1)

    assert spent <= 0.002 * 4e9 * 1.5 + 1e6
    assert 0 < frames[-1].looked_total == frames[-1].matched_total < 400
    assert frames[-1].seen_total == 200_000


def test_an_expression_that_holds_the_loop_is_not_run_again() -> None:
    tap, clock, frames = tap_of("event.n == 3")
    condition = tap.wanted.condition
    assert condition is not None

    def stuck(*args: object) -> object:
        clock._now_ns += 340_000_000
        return "out", True, None

    condition._call = stuck  # type: ignore[assignment]
    for _ in range(3):
        tap.see(batch_of([{"n": 3}] * 10))
        tap.flush()

    assert frames[-1].looked_total == 1
    assert "340 ms" in frames[-1].note


def test_not_only_the_first_rows_of_batches_are_looked_at() -> None:
    tap, _, frames = tap_of("true", top="n")
    tap._looks = 400.0

    for _ in range(100):
        tap._budget_ns = 4 * tap._look_ns
        tap.see(batch_of([{"n": n} for n in range(100)]))
    tap.flush()

    assert frames[0].top is not None
    assert frames[0].top.counted == 400
    assert tap._top is not None
    assert len(tap._top._counts) > 60


def test_other_properties_begin_their_counts_anew() -> None:
    tap, _, frames = tap_of("event.n == 1")

    tap.see(batch_of([{"n": 1}]))
    tap.flush()
    tap.change(Wanted.of(5, "event.n == 2", "n"))
    tap.see(batch_of([{"n": 1}, {"n": 2}]))
    tap.flush()
    tap.change(Wanted.of(50, "event.n == 2", "n"))
    tap.see(batch_of([{"n": 2}]))
    tap.flush()

    assert [(f.seen_total, f.matched_total) for f in frames] == [(1, 1), (2, 1), (3, 2)]
    assert values(frames[1:]) == [{"n": 2}, {"n": 2}]


def test_what_a_tap_has_to_tell_comes_though_nothing_passed() -> None:
    tap, _, frames = tap_of()

    tap.tell("the flow has no such edge any more")
    tap.flush()
    tap.flush()

    assert [(frame.seen, frame.note) for frame in frames] == [(0, "the flow has no such edge any more")]


def test_top_counts_values_over_what_matched_and_says_what_has_no_such_field() -> None:
    tap, _, frames = tap_of("event.n < 5", top="event.user.id")

    tap.see(batch_of([{"n": n, "user": {"id": "ab"[n % 2]}} for n in range(10)] + [{"n": 1}]))
    tap.flush()

    top = frames[0].top
    assert top is not None
    assert [(one.value, one.count, one.error) for one in top.values] == [('"a"', 3, 0), ('"b"', 2, 0)]
    assert (top.counted, top.missing) == (5, 1)


@given(strategies.lists(strategies.integers(0, 400).map(lambda n: n * n // 400), max_size=3000))
def test_top_is_never_too_low_and_too_high_by_its_error_at_most(numbers: list[int]) -> None:
    frequent = Frequent(field_path("n"))
    for number in numbers:
        frequent.add({"n": number}, None)

    true = Counter(numbers)
    shown = frequent.top()
    assert shown.counted == len(numbers)
    for one in shown.values:
        count = true[json.loads(one.value)]
        assert one.count - one.error <= count <= one.count
    often = {n for n, count in true.items() if count > len(numbers) / PLACES}
    assert {str(n) for n in often} <= set(frequent._counts)
    assert len(frequent._counts) <= PLACES


def test_paths_of_fields_are_read_as_people_write_them() -> None:
    event, meta = {"a": {"b": [1, {"c d": 2}]}, "event": 3, "n": None}, {"class": "x", "a": {"b": 5}}
    found = {
        text: field_path(text).of(event, meta)
        for text in (
            "event.a.b[0]",
            "a.b",
            'a.b[1]["c d"]',
            "a.b[1].`c d`",
            "$class",
            "$a.b",
            "n",
            "event.event",
        )
    }
    assert list(found.values()) == [1, [1, {"c d": 2}], 2, 2, "x", 5, None, 3]
    assert field_path("event").of(event, meta) is event
    assert field_path("$").of(event, meta) is meta
    assert [field_path(text).of(event, None) for text in ("a.x", "a.b[9]", "$class", "n.x")] == [MISSING] * 4
    assert [path.text for path in field_paths(" n, a.b  $class ")] == ["n", "a.b", "$class"]


@pytest.mark.parametrize("text", ["", ".", "a..b", "a[", "a[x]", "a b.", "a-b", "$.", "3"])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ControlError):
        field_path(text)


def test_run_longer_is_told_from_an_expression() -> None:
    found = [slowness(text) for text in ("run > 20 ms", " run>1.5s", "run > 20", "event.run > 20")]
    assert found == [20_000_000, 1_500_000_000, None, None]


@pytest.mark.anyio
async def test_an_expression_is_run_on_an_edge_inside_a_pipeline(running: Running, base: Path) -> None:
    ir = flow("main", [of("feed", "test_feed"), of("keep", "test_keep")], ["feed/out>a/in", "a/out>keep/in"])
    frames: list[TapSamples] = []

    async with running() as runtime:
        await runtime.start(ir, base=base)
        wanted = Wanted.of(20, "event.n % 2 == 0")
        tap = runtime.open_tap("main:pipeline/a:in/out>out/in", wanted, frames.append)
        await until(lambda: tap.matched >= 50)
        await runtime.stop("main")

    assert values(frames)
    assert all(value["n"] % 2 == 0 for value in values(frames))  # type: ignore[index]
    assert frames[-1].looked_total <= frames[-1].seen_total
