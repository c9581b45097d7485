from __future__ import annotations

from typing import Any

import pytest

from tremor_tui.errors import ConfigError
from tremor_tui.model.batch import Batch
from tremor_tui.model.context import Context
from tremor_tui.model.insight import Ack, Fail, Restore, Trigger
from tremor_tui.model.signal import Drain, Tick
from tremor_tui.operators.contract import ALIASES, Calling, Operator, operators

MS = 1_000_000


def make(kind: str, **config: Any) -> Operator:
    return operators.get(kind)(config, Context())


def values(operator: Operator, batch: Batch) -> dict[str, list[Any]]:
    return {port: made.values for port, made in operator.on_batch("in", batch)}


def numbers(count: int, ingest_ns: int | list[int] = 0) -> Batch:
    return Batch(list(range(count)), range(count), ingest_ns)


@pytest.mark.parametrize("kind", sorted(ALIASES))
def test_every_kind_is_registered_under_its_name(kind: str) -> None:
    assert callable(operators.get(kind))


@pytest.mark.parametrize("kind", sorted(ALIASES))
def test_every_kind_refuses_settings_that_it_does_not_have(kind: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make(kind, nonsense=1)

    assert caught.value.key == "nonsense"


def test_passthrough_hands_the_same_batch_on() -> None:
    batch = numbers(2)

    assert list(make("passthrough").on_batch("side", batch)) == [("out", batch)]


def test_counter_counts_on_over_batches() -> None:
    counter = make("generic::counter")
    values(counter, numbers(2))

    assert values(counter, numbers(1)) == {"out": [{"count": 3, "event": 0}]}


def item(value: Any, ingest_ns: int = 0) -> dict[str, Any]:
    data = {"value": value, "meta": {}, "ingest_ns": ingest_ns, "kind": None, "is_batch": False}
    return {"data": data}


def test_a_batch_leaves_when_it_has_its_count_with_the_id_of_its_last_event() -> None:
    [(port, made)] = make("generic::batch", count=2).on_batch("in", numbers(5))

    assert (port, list(made.ids), made.inner) == ("out", [1, 3], True)
    assert made.values == [[item(0), item(1)], [item(2), item(3)]]


def test_what_is_left_of_a_batch_waits_for_the_next_events() -> None:
    batcher = make("generic::batch", count=2)
    values(batcher, numbers(1))

    assert values(batcher, numbers(1)) == {"out": [[item(0), item(0)]]}


def test_a_batch_leaves_with_the_event_that_is_too_late() -> None:
    batcher = make("generic::batch", count=9, timeout=10)

    [(_, made)] = batcher.on_batch("in", numbers(3, [5, 15, 16]))

    assert (made.values, made.ingest_ns) == ([[item(0, 5), item(1, 15), item(2, 16)]], [5])


def test_a_batch_leaves_on_the_first_tick_after_its_timeout() -> None:
    batcher = make("generic::batch", count=9, timeout=10)
    values(batcher, numbers(1, 5))

    assert batcher.on_signal(Tick(15)) == ()
    [(_, made)] = batcher.on_signal(Tick(16))

    assert (made.values, made.ids, made.ingest_ns, made.inner) == ([[item(0, 5)]], [0], 5, True)
    assert batcher.on_signal(Tick(99)) == ()


def test_a_batch_in_the_making_is_carried_over() -> None:
    old, new = make("generic::batch", count=2), make("generic::batch", count=2)
    values(old, numbers(1))

    new.restore(old.state())

    assert values(new, numbers(1)) == {"out": [[item(0), item(0)]]}


@pytest.mark.parametrize("config", [{}, {"count": 0}, {"count": "x"}, {"count": 1, "timeout": -1}])
def test_batch_needs_a_count(config: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        make("generic::batch", **config)


def test_history_adds_a_note_to_the_metadata_and_changes_no_other() -> None:
    meta = {"log": ["first"]}
    batch = Batch(["a", "b"], [3, 4], 0, metas=[meta, {"log": "text"}], raws=[b"a", b"b"])

    [(_, made)] = make("debug::history", op="here", name="log").on_batch("in", batch)

    assert made.metas == [{"log": ["first", "evt: here(0:0:3:3)"]}, {"log": "text"}]
    assert (meta, made.raws) == ({"log": ["first"]}, [b"a", b"b"])


def test_round_robin_takes_turns_over_batches() -> None:
    robin = make("qos::roundrobin", outputs=["a", "b", "c"])

    assert values(robin, numbers(4)) == {"a": [0, 3], "b": [1], "c": [2]}
    assert values(robin, numbers(2)) == {"b": [0], "c": [1]}


@pytest.mark.parametrize("outputs", [[], "a", [1], ["a", "a"]])
def test_round_robin_needs_names_of_ports(outputs: Any) -> None:
    with pytest.raises(ConfigError, match="outputs"):
        make("qos::roundrobin", outputs=outputs)


def test_percentile_passes_less_after_failures_and_more_after_acks() -> None:
    percentile = make("qos::percentile", timeout=100, step_down=0.5, step_up=0.25)
    half = [0, 0xFFFF * 3 // 4, 0xFFFF // 4]
    percentile.on_insight(Fail(0, 0, 0, 0))

    assert values(percentile, numbers(3, half)) == {"out": [0, 2], "overflow": [1]}
    percentile.on_insight(Ack(0, 0, 0, 0, time_ns=100))
    percentile.on_insight(Ack(0, 0, 0, 0, time_ns=100))
    assert values(percentile, numbers(3, half)) == {"out": [0, 1, 2]}


def test_shedding_operators_ask_for_acks() -> None:
    for kind in ("qos::percentile", "qos::backpressure"):
        [(_, made)] = make(kind, timeout=1).on_batch("in", numbers(1))
        assert made.transactional


def test_backpressure_sheds_for_a_step_after_a_slow_ack() -> None:
    operator = make("qos::backpressure", timeout=10, steps=[1, 5])
    values(operator, numbers(1, 100))
    operator.on_insight(Ack(0, 0, 0, 0, time_ns=11))

    assert values(operator, numbers(2, [100 + MS - 1, 100 + MS])) == {"overflow": [0], "out": [1]}


def test_backpressure_goes_a_step_further_with_each_failure() -> None:
    operator = make("qos::backpressure", timeout=10, steps=[1, 5])
    for _ in range(3):
        operator.on_insight(Fail(0, 0, 0, 0))

    assert values(operator, numbers(2, [5 * MS - 1, 5 * MS])) == {"overflow": [0], "out": [1]}


def test_backpressure_ends_with_an_ack_in_time_and_with_a_late_tick() -> None:
    operator = make("qos::backpressure", timeout=10, steps=[1])
    operator.on_insight(Fail(0, 0, 0, 0))
    operator.on_insight(Ack(0, 0, 0, 0, time_ns=10))
    assert values(operator, numbers(1)) == {"out": [0]}

    operator.on_insight(Fail(0, 0, 0, 0))
    operator.on_signal(Drain("x"))
    operator.on_signal(Tick(MS))
    assert values(operator, numbers(2)) == {"out": [0, 1]}


def test_backpressure_keeps_triggers_to_itself() -> None:
    operator = make("generic::backpressure", timeout=10)

    assert list(operator.on_insight(Trigger("sink"))) == []
    assert list(operator.on_insight(Restore("sink"))) == [Restore("sink")]


def test_backpressure_that_pauses_sheds_nothing_and_trips_its_sources_once() -> None:
    operator = make("qos::backpressure", timeout=10, steps=[1, 5], method="pause")

    first = operator.on_insight(Fail(0, 0, 0, 0))
    second = operator.on_insight(Trigger("sink"))

    assert [type(one) for one in first] == [Fail, Trigger]
    assert list(second) == []
    assert values(operator, numbers(2)) == {"out": [0, 1]}


def test_backpressure_that_pauses_lets_sources_go_on_after_an_ack_in_time() -> None:
    operator = make("qos::backpressure", timeout=10, steps=[1], method="pause")
    operator.on_insight(Fail(0, 0, 0, 0))

    assert list(operator.on_insight(Ack(0, 0, 0, 0, time_ns=10))) == [Ack(0, 0, 0, 0, 10), Restore("")]


def test_backpressure_that_pauses_lets_sources_go_on_once_its_time_is_over() -> None:
    operator = make("qos::backpressure", timeout=10, steps=[1], method="pause")
    assert isinstance(operator, Calling)
    operator.on_insight(Fail(0, 0, 0, 0))

    operator.on_signal(Tick(MS - 1))
    early = operator.calls()
    operator.on_signal(Tick(MS))

    assert (list(early), list(operator.calls()), list(operator.calls())) == ([], [Restore("")], [])


def test_backpressure_knows_no_other_method() -> None:
    with pytest.raises(ConfigError, match="`discard` or `pause`"):
        make("qos::backpressure", timeout=1, method="wait")


def test_backing_off_is_carried_over() -> None:
    old, new = (make("qos::backpressure", timeout=10, steps=[1]) for _ in range(2))
    old.on_insight(Fail(0, 0, 0, 0))

    new.restore(old.state())

    assert values(new, numbers(1)) == {"overflow": [0]}


def test_a_batch_asks_for_acks_for_all_that_is_in_it() -> None:
    batcher = make("generic::batch", count=3)
    batcher.on_batch("in", Batch(["a", "b"], [4, 5], 0, source=1, stream=2, transactional=True))

    [(_, made)] = batcher.on_batch("in", Batch(["c"], [0], 0, source=3))

    assert made.transactional
    assert made.tracks == [{(1, 2): (4, 5)}]
