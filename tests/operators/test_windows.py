"""What the model in tests/properties does not say: limits, atomicity, what is settled, many groups."""

from __future__ import annotations

from unittest.mock import patch

from tests.language.query_texts import Run
from tremor_tui.model.batch import Batch
from tremor_tui.model.signal import Tick
from tremor_tui.operators.windows import MAX_GROUPS, WindowSelect, select

GROUPED = """
define window w from tumbling with size = 2 end;
select {"k": group[0], "n": aggr::stats::count(), "s": aggr::stats::sum(event.v)}
from in[w] group by event.k into out;
"""


def event(key: str, value: object = 1) -> dict[str, object]:
    return {"k": key, "v": value}


def operator(run: Run) -> WindowSelect:
    found = next(node.operator for node in run.graph.nodes if node.kind == "select")
    assert isinstance(found, WindowSelect)
    return found


def test_without_a_limit_the_oldest_of_too_many_groups_is_emitted_and_counted() -> None:
    with patch.object(select, "MAX_GROUPS", 2):
        run = Run(GROUPED)

    left = run(event("a"), event("b"), event("c"), event("b", 5))

    assert left == {"out": [{"k": "a", "n": 1, "s": 1.0}, {"k": "b", "n": 2, "s": 6.0}]}
    assert (run.errors, operator(run).evicted, len(operator(run).groups)) == ([], 1, 1)


def test_a_group_that_is_emitted_early_has_no_metadata() -> None:
    with patch.object(select, "MAX_GROUPS", 1):
        run = Run(GROUPED)
    batch = Batch([event("a"), event("b"), event("b")], [0, 1, 2], 0, [{"m": 0}, {"m": 1}, {"m": 2}])

    [(_, left)] = run.graph.step("in", batch, 0)

    assert [left.meta(row) for row in range(len(left))] == [{}, {"m": 2}]


def test_the_limit_is_a_hundred_thousand_groups() -> None:
    run = Run(GROUPED)
    emitted = sum(len(run(event(f"{group}")).get("out", ())) for group in range(MAX_GROUPS + 20))

    assert MAX_GROUPS == 100_000
    assert (emitted, operator(run).evicted, len(operator(run).groups)) == (20, 20, MAX_GROUPS)


def test_groups_that_go_by_themselves_leave_no_trace() -> None:
    run = Run(GROUPED)
    for number in range(1000):
        run(event(f"{number}"), event(f"{number}"))

    assert len(operator(run).groups._order) <= 65


def test_an_event_that_one_aggregate_refuses_is_in_none() -> None:
    run = Run(
        "define window w from tumbling with size = 2 end;\n"
        'select {"n": aggr::stats::count(), "f": aggr::win::first(event.v), "s": aggr::stats::sum(event.v)}'
        " from in[w] into out;"
    )

    assert run(event("a", 1), event("a", "text"), event("a", 2)) == {"out": [{"n": 2, "f": 1, "s": 3.0}]}
    assert [str(error) for _, error in run.errors] == [
        "Runtime error in function aggr::stats::sum: needs a number, not a string"
    ]


def test_percentiles_that_are_none_keep_an_event_out_of_all_aggregates() -> None:
    run = Run(
        "define window w from tumbling with size = 1 end;\n"
        'select {"n": aggr::stats::count(), "h": aggr::stats::hdr(event.v, [event.p])} from in[w] into out;'
    )

    left = run({"v": 1, "p": "x"}, {"v": 1, "p": "0.5"})

    assert [made["n"] for made in left["out"]] == [1]
    assert len(run.errors) == 1


def test_a_target_that_fails_ends_its_window() -> None:
    run = Run(
        "define window w from tumbling with size = 2 end;\n"
        'select {"n": aggr::stats::count(), "x": [0, 1][aggr::win::first(event.v)]} from in[w] into out;'
    )

    left = run(event("a", 9), event("a", 1), event("a", 1), event("a", 9))

    assert left == {"out": [{"n": 2, "x": 1}]}
    assert len(run.errors) == 1


def test_windows_know_the_number_of_groups() -> None:
    run = Run("use std::win;\n" + GROUPED.replace('"n": aggr', '"c": win::cardinality("now"), "n": aggr'))

    left = run(event("a"), event("b"), event("c"), event("a"), event("b"))

    assert [made["c"] for made in left["out"]] == [3, 2]


def test_a_tick_that_closes_nothing_visits_no_window_of_a_size() -> None:
    run = Run(GROUPED)
    run(event("a"))

    assert operator(run).groups.due(2**63) == []
    assert run.graph.signal(Tick(2**63)) == []


def test_only_what_wants_to_be_settled_is_settled_with_a_window() -> None:
    run = Run(GROUPED)
    run.graph.step("in", Batch([event("a")], [7], 0, source=1, stream=2, transactional=True), 0)

    [(_, left)] = run.graph.step("in", Batch([event("a")], [9], 0, source=3), 0)
    [(_, next_left)] = run.graph.step("in", Batch([event("a"), event("a")], [10, 11], 0, source=3), 0)

    assert (left.transactional, left.tracks) == (True, [{(1, 2): (7, 7)}])
    assert (next_left.transactional, next_left.tracks) == (False, None)
