from __future__ import annotations

import math

import msgspec
import pytest

from tests.control.pictures import START, S, picture
from tremor_tui.control.history import PAGE, Mark
from tremor_tui.control.ring import MOST_MARKS, MOST_SHAPES, Ring
from tremor_tui.control.wire import MAX_FRAME, Reply, encode


def filled(seconds: int, **options: object) -> Ring:
    ring = Ring()
    for second in range(seconds):
        ring.add(picture(second, **options))  # type: ignore[arg-type]
    return ring


def copy(ring: Ring, since_ns: int = 0, into: Ring | None = None) -> Ring:
    into, first = into or Ring(), 0
    while True:
        page = ring.page(since_ns, first)
        into.take(page)
        first += PAGE
        if first >= page.total:
            return into


def test_a_value_is_kept_for_each_second_and_nothing_between() -> None:
    ring = filled(3)
    assert not ring.add(picture(2))  # the same second again

    ring.add(picture(5))

    seen = ring.column("flow", "one", "in", START, START + 5)
    assert seen[:3] == [0.0, 1.0, 2.0]
    assert math.isnan(seen[3])
    assert seen[5] == 5.0
    assert math.isnan(ring.value("flow", "other", "in", START))


def test_ten_minutes_are_kept_and_no_more_memory_is_taken() -> None:
    ring = filled(600)
    size = ring.size

    for second in range(600, 1500):
        ring.add(picture(second))

    assert ring.size == size
    assert (len(ring), ring.first_s) == (600, START + 900)
    assert math.isnan(ring.value("flow", "one", "in", START + 899))
    assert ring.value("flow", "one", "in", START + 900) == 900.0


def test_a_hundred_tasks_take_four_megabytes_and_pages_that_a_frame_holds() -> None:
    ring = filled(3, tasks=100)

    assert ring.size < 4_000_000
    assert ring.size > 3_000_000
    full = Ring()
    for second in range(0, 600, 10):
        full.add(picture(second, tasks=100))
    assert max(len(encode(Reply(1, full.page(0, first)))) for first in range(0, 201, PAGE)) < MAX_FRAME / 4


def test_tracks_of_what_is_gone_are_forgotten_with_their_last_point() -> None:
    ring = filled(2, tasks=5)
    for second in range(2, 603):
        ring.add(picture(second, tasks=2))

    assert ring.tracks("task") == ["one/pipeline/t0", "one/pipeline/t1"]


def test_tracks_beyond_the_most_are_counted_and_left_out() -> None:
    ring = Ring(most=10)

    ring.add(picture(0, tasks=20))

    assert len(ring.tracks("flow")) + len(ring.tracks("task")) + len(ring.tracks("edge")) == 10
    assert ring.left_out == 30


def test_a_clock_that_jumps_far_begins_anew() -> None:
    ring = filled(10)

    ring.add(picture(-5000))

    assert len(ring) == 1
    assert ring.value("flow", "one", "in", START - 5000) == -5000.0


def test_pages_make_the_same_ring_elsewhere() -> None:
    ring = filled(700, tasks=100)
    ring.mark(Mark(START * S + 650 * S, "apply", "apply v2", "one"))

    other = copy(ring)

    assert other.marks == ring.marks
    assert (other.first_s, other.last_s) == (ring.first_s, ring.last_s)
    for name in ring.tracks("task"):
        span = ring.first_s, ring.last_s
        assert other.column("task", name, "in", *span) == ring.column("task", name, "in", *span)


def test_a_client_that_was_away_asks_for_what_it_missed() -> None:
    ring = filled(20)
    client = copy(ring)
    for second in range(20, 50):
        ring.add(picture(second))

    copy(ring, client.last_s * S, into=client)

    assert client.column("flow", "one", "in", START, START + 49) == [float(s) for s in range(50)]


def test_a_page_that_does_not_fit_is_refused() -> None:
    page = filled(5).page()
    track = msgspec.structs.replace(page.tracks[0], values=b"123")

    with pytest.raises(ValueError, match="3 bytes for 5 seconds"):
        Ring().take(msgspec.structs.replace(page, tracks=(track,)))


def test_a_moment_is_drawn_from_figures_and_the_shape_of_then() -> None:
    ring = Ring()
    ring.add(picture(0, busy=20.0, tasks=2))
    ring.add(picture(1, busy=30.0, tasks=3, version=2))
    ring.add(picture(2, busy=40.0, tasks=3, version=2))

    then, later = ring.picture_at(START), ring.picture_at(START + 2)

    assert then is not None
    assert later is not None
    assert (len(then.tasks), then.flows[0].version, then.tasks[0].split.busy) == (2, 1, 20.0)
    assert (len(later.tasks), later.flows[0].version, later.tasks[0].split.busy) == (3, 2, 40.0)
    assert later.tasks[2].queue is not None
    assert (later.tasks[2].queue.fill, later.tasks[2].queue.batches) == (0.5, 32)
    assert later.tasks[2].run.p99 == 9_000_000
    assert (later.flows[0].graph.edges[1].rate, later.flows[0].graph.edges[1].fill) == (12.5, 0.5)
    assert later.tasks[0].state == "running"
    assert ring.picture_at(START + 3) is None


def test_shapes_and_marks_are_bounded() -> None:
    ring = Ring()
    for second in range(500):
        ring.add(picture(second, version=second + 1))
        ring.mark(Mark((START + second) * S, "apply", f"apply v{second + 1}", "one"))
        ring.mark(Mark((START + second) * S, "pause", "p", "one"))

    assert len(ring.shapes) == MOST_SHAPES
    assert len(ring.marks) == MOST_MARKS


def test_a_warning_that_ended_takes_the_place_of_its_mark() -> None:
    ring = filled(5)
    begun = Mark((START + 1) * S, "warning", "slow", "one", "one/pipeline/t0", lint="stall")
    ring.mark(begun)

    ring.mark(msgspec.structs.replace(begun, until_ns=(START + 2) * S))

    assert len(ring.marks) == 1
    during, after = ring.picture_at(START + 2), ring.picture_at(START + 4)
    assert during is not None
    assert after is not None
    assert [warned.text for warned in during.warnings] == ["slow"]
    assert after.warnings == ()
