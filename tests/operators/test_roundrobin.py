"""Turns, past the outputs whose sinks are away."""

from __future__ import annotations

from typing import Any

import pytest

from tremor_tui.model.batch import Batch
from tremor_tui.model.context import Context
from tremor_tui.model.insight import Ack, Insight, Restore, Trigger
from tremor_tui.operators.roundrobin import RoundRobin, make

SINKS = {"a": frozenset({"disk"}), "b": frozenset({"tape", "spare"}), "c": frozenset({"net"})}


@pytest.fixture
def robin() -> RoundRobin:
    made = make({"outputs": ["a", "b", "c"]}, Context())
    assert isinstance(made, RoundRobin)
    made.leads(SINKS)
    return made


def values(robin: RoundRobin, count: int) -> dict[str, list[Any]]:
    batch = Batch(list(range(count)), range(count), 0)
    return {port: made.values for port, made in robin.on_batch("in", batch)}


def told(robin: RoundRobin, *insights: Insight) -> list[Insight]:
    return [up for insight in insights for up in robin.on_insight(insight)]


def test_an_output_is_left_out_from_the_trigger_of_a_sink_behind_it_to_its_restore(robin: RoundRobin) -> None:
    assert told(robin, Trigger("tape")) == []
    assert values(robin, 5) == {"a": [0, 2, 4], "c": [1, 3]}

    assert told(robin, Restore("tape")) == []
    assert values(robin, 3) == {"b": [0], "c": [1], "a": [2]}


def test_an_output_opens_only_when_all_sinks_behind_it_are_back(robin: RoundRobin) -> None:
    told(robin, Trigger("tape"), Trigger("spare"), Restore("tape"))

    assert "b" not in values(robin, 6)
    told(robin, Restore("spare"))
    assert "b" in values(robin, 6)


def test_the_last_output_that_closes_triggers_and_the_first_that_opens_restores(robin: RoundRobin) -> None:
    last = Trigger("disk", "full")

    assert told(robin, Trigger("net"), Trigger("tape"), last, Trigger("spare")) == [last]
    assert values(robin, 2) == {"overflow": [0, 1]}
    assert told(robin, Restore("net"), Restore("disk")) == [Restore("disk")]
    assert values(robin, 2) == {"a": [0], "c": [1]}


def test_insights_of_others_pass(robin: RoundRobin) -> None:
    others: list[Insight] = [Trigger("elsewhere"), Restore("elsewhere"), Ack(0, 0, 0, 9), Restore("disk")]

    assert told(robin, *others) == others


def test_turns_go_on_over_batches_of_one(robin: RoundRobin) -> None:
    told(robin, Trigger("disk"))

    assert [list(values(robin, 1)) for _ in range(4)] == [["b"], ["c"], ["b"], ["c"]]
    assert values(robin, 0) == {}


def test_a_new_version_knows_who_is_away(robin: RoundRobin) -> None:
    told(robin, Trigger("net"), Trigger("tape"), Trigger("disk"))
    new = RoundRobin(["a", "b", "c"])

    new.restore(robin.state())
    new.leads(SINKS)

    assert values(new, 1) == {"overflow": [0]}
    assert told(new, Restore("tape")) == [Restore("disk")]
    assert values(new, 1) == {"b": [0]}
