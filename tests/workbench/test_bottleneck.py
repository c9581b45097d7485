from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tremor_tui.control.snapshots import EngineSnapshot, FlowSnapshot, Split, TaskSnapshot, Yields
from tremor_tui.testing.fake_plane import FakePlane
from tremor_tui.testing.scenes import LIVE, SLOW, Scene
from tremor_tui.workbench.bottleneck import find_limit


def picture(scene: Scene, **changes: Mapping[str, object]) -> tuple[EngineSnapshot, FlowSnapshot]:
    """The picture of a scene, with some fields of some tasks (by alias) changed."""
    found = FakePlane(scene=scene).picture()
    tasks = tuple(msgspec.structs.replace(t, **changes.get(t.alias, {})) for t in found.tasks)
    return msgspec.structs.replace(found, tasks=tasks), found.flows[0]


def task(found: EngineSnapshot, alias: str) -> TaskSnapshot:
    """A task of a picture."""
    return next(t for t in found.tasks if t.alias == alias)


def test_the_last_busy_task_below_blocked_ones_limits_the_flow() -> None:
    found, flow = picture(SLOW)

    limit = find_limit(flow, found.tasks)

    assert limit.kind == "task"
    assert limit.task == "live/pipeline/classify"
    assert "classify limits the flow: busy 9" in limit.text
    assert "parse, replay blocked" in limit.text


def test_a_busy_task_above_a_full_queue_does_not_limit_the_flow() -> None:
    found, flow = picture(SLOW, parse={"split": Split(96, 2, 2, 0)})

    assert find_limit(flow, found.tasks).task == "live/pipeline/classify"


def test_where_no_task_is_busy_the_source_is_the_limit() -> None:
    found, flow = picture(LIVE)

    limit = find_limit(flow, found.tasks)

    assert limit.kind == "source"
    assert limit.task == "live/source/replay"
    assert "replay is the limit: it brings" in limit.text


def test_a_sink_that_waits_outside_is_named_with_its_share_of_io() -> None:
    waits = Yields(io=9, empty=1, io_ns=900, empty_ns=100)
    blocked = {"split": Split(10, 0, 70, 20)}
    found, flow = picture(LIVE, requests={"yields": waits}, classify=blocked)

    limit = find_limit(flow, found.tasks)

    assert limit.kind == "outside"
    assert limit.text == "requests waits outside (90% of its waiting is io)."


def test_an_idle_sink_with_nothing_blocked_above_it_is_not_blamed() -> None:
    found, flow = picture(LIVE, requests={"yields": Yields(io=9, io_ns=900)})

    assert find_limit(flow, found.tasks).kind == "source"


def test_a_tripped_breaker_is_the_reason() -> None:
    found, flow = picture(LIVE, replay={"breaker": "requests has lost its connection"})

    limit = find_limit(flow, found.tasks)

    assert limit.text == "replay does not pull: requests has lost its connection"


def test_ended_sources_and_no_events_are_said() -> None:
    ended, flow = picture(LIVE, replay={"state": "ended", "out_s": 0.0})
    still, _ = picture(LIVE, replay={"out_s": 0.0})

    assert find_limit(flow, ended.tasks).text == "Every source has ended."
    assert find_limit(flow, still.tasks).text == "Nothing flows yet."


def test_a_circle_of_links_ends() -> None:
    scene = Scene("live", LIVE.parts, (*LIVE.links, ("alerts", "out", "parse")), 1000.0)
    found, flow = picture(scene)

    assert find_limit(flow, found.tasks).kind == "source"


def test_no_tasks_have_no_limit() -> None:
    assert find_limit(FlowSnapshot("empty"), ()).kind == "none"
