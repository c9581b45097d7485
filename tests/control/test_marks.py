from __future__ import annotations

import msgspec

from tests.control.pictures import START, S, picture
from tremor_tui.control.limits import Limits
from tremor_tui.control.marks import changes
from tremor_tui.control.snapshots import EngineSnapshot, ExecutorSnapshot, Receipt, Warned


def flow_with(second: int, **changed: object) -> EngineSnapshot:
    made = picture(second)
    return msgspec.structs.replace(made, flows=(msgspec.structs.replace(made.flows[0], **changed),))


def texts(before: EngineSnapshot | None, after: EngineSnapshot) -> list[tuple[str, str]]:
    return [(mark.kind, mark.text) for mark in changes(before, after)]


def test_nothing_changed_is_no_mark() -> None:
    assert changes(picture(0), picture(1)) == []


def test_a_flow_that_is_new_or_gone_is_marked() -> None:
    none = picture(1, flows=(), tasks=0)

    assert texts(None, picture(0)) == [("deploy", "deploy one from one.troy")]
    assert texts(none, picture(2)) == [("deploy", "deploy one from one.troy")]
    assert texts(picture(0), none) == [("stop", "one was stopped")]


def test_an_apply_is_marked_with_its_words_and_at_its_time() -> None:
    receipt = Receipt("one", 7, ("enrich",), events=240, pause_ns=3_000_000, at_ns=START * S + 5)

    (mark,) = changes(picture(0), flow_with(1, last_apply=receipt, version=7))

    assert (mark.at_ns, mark.kind) == (START * S + 5, "apply")
    assert mark.text == "apply v7 (enrich): 240 queued events carried over, pause 3.0 ms"

    receipt = msgspec.structs.replace(receipt, words="changes enrich/trim (state kept)")
    (mark,) = changes(picture(0), flow_with(1, last_apply=receipt, version=7))
    assert mark.text.startswith("apply v7 (changes enrich/trim (state kept)): 240")


def test_a_version_that_went_back_is_marked() -> None:
    receipt = Receipt("one", 6, at_ns=START * S, went_back_from=7)
    why = flow_with(1, last_apply=receipt, note="v7 went back to v6: 12 % of events failed")

    assert texts(picture(0), why) == [("back", "one v7 went back to v6: 12 % of events failed")]
    assert texts(picture(0), flow_with(1, last_apply=receipt)) == [("back", "one v7 went back to v6")]


def test_pauses_and_failures_are_marked() -> None:
    paused = flow_with(1, state="paused")

    assert texts(picture(0), paused) == [("pause", "one was paused")]
    assert texts(paused, picture(2)) == [("resume", "one went on")]
    assert texts(picture(0), flow_with(1, state="failed", error="boom\nmore")) == [
        ("fail", "one failed: boom")
    ]


def test_a_restart_of_an_executor_is_marked() -> None:
    first = picture(0, executors=(ExecutorSnapshot(0, 1),))
    again = picture(1, executors=(ExecutorSnapshot(0, 2, restarts=1),))

    assert texts(first, again) == [("executor", "executor 0 ended and was started again (1 times so far)")]


def test_a_warning_is_marked_when_it_begins_and_again_with_its_end() -> None:
    warned = Warned("stall", "it stalls", "one/pipeline/t0", "one", START * S, active=True, hint="do less")
    during = picture(1, warnings=(warned,))
    over = picture(2, warnings=(msgspec.structs.replace(warned, active=False),))

    (begun,), (ended,) = changes(picture(0), during), changes(during, over)

    assert (begun.kind, begun.lint, begun.until_ns, begun.hint) == ("warning", "stall", 0, "do less")
    assert msgspec.structs.replace(ended, until_ns=0) == begun
    assert ended.until_ns == over.at_ns


def test_settings_and_recordings_are_marked() -> None:
    changed = picture(1, limits=Limits(stall_ms=20), statistics=False, recording="/r")

    assert [kind for kind, _ in texts(picture(0), changed)] == ["settings", "settings", "record"]
