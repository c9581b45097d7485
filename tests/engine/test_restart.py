from __future__ import annotations

from tremor_tui.engine.executors.restart import RestartPolicy


def test_pauses_double_from_100_ms() -> None:
    policy = RestartPolicy()

    pauses = [policy.crashed(at) for at in (0.0, 1.0, 2.0, 3.0)]

    assert pauses == [0.1, 0.2, 0.4, 0.8]


def test_the_fifth_crash_within_a_minute_is_the_last() -> None:
    policy = RestartPolicy()

    pauses = [policy.crashed(at) for at in (0.0, 10.0, 20.0, 30.0, 59.9)]

    assert pauses[-1] is None


def test_a_crash_is_forgotten_after_a_minute() -> None:
    policy = RestartPolicy()
    for at in (0.0, 10.0, 20.0, 30.0):
        policy.crashed(at)

    assert policy.crashed(60.0) == 0.8
    assert policy.crashed(1000.0) == 0.1


def test_forgiving_forgets_all_crashes() -> None:
    policy = RestartPolicy(crashes=2)
    policy.crashed(0.0)

    policy.forgive()

    assert policy.crashed(0.1) == 0.1
