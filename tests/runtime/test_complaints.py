"""A million equal troubles make a few lines, which say how many they stand for."""

from __future__ import annotations

from tremor_tui.runtime.complaints import PAUSE_NS, Complaints


class Time:
    now = PAUSE_NS

    def __call__(self) -> int:
        return self.now


def test_the_first_of_a_kind_is_logged_and_the_rest_counted() -> None:
    lines: list[str] = []
    time = Time()
    complaints = Complaints(lines.append, time)

    for _ in range(1000):
        complaints.say("a", "bad frame")
    complaints.say("b", "other")
    complaints.flush()
    early = list(lines)
    time.now += PAUSE_NS
    complaints.flush()

    assert early == ["bad frame", "other"]
    assert lines[2:] == ["bad frame (and 998 more like it)"]


def test_a_later_one_stands_for_those_held_back() -> None:
    lines: list[str] = []
    time = Time()
    complaints = Complaints(lines.append, time)

    complaints.say("a", "first", 3)
    complaints.say("a", "second", 5)
    time.now += PAUSE_NS
    complaints.say("a", "third")

    assert lines == ["first (and 2 more like it)", "third (and 5 more like it)"]


def test_what_was_held_back_is_logged_at_the_end() -> None:
    lines: list[str] = []
    complaints = Complaints(lines.append, Time())

    complaints.say("a", "first")
    complaints.say("a", "second")
    complaints.flush(final=True)
    complaints.flush(final=True)

    assert lines == ["first", "second"]
