"""The rules of placing, as tables."""

from __future__ import annotations

import pytest

from tremor_tui.engine.placing.rules import Balance, FlowLoad, Load, Wish, choose, spread


def load(number: int, cpu: float, *flows: tuple[str, float] | FlowLoad, fresh: int = 0) -> Load:
    made = tuple(one if isinstance(one, FlowLoad) else FlowLoad(*one) for one in flows)
    return Load(number, cpu, made, len(made), fresh)


BUSY = (("a", 0.5), ("b", 0.45))


@pytest.mark.parametrize(
    ("loads", "expected"),
    [
        ([load(0, 0.0), load(1, 0.0)], 0),
        ([load(0, 0.6), load(1, 0.0)], 0),
        ([load(0, 0.0, ("a", 0.0)), load(1, 0.0)], 1),
        ([load(0, 0.9, ("a", 0.9)), load(1, 0.1, ("b", 0.0), ("c", 0.0))], 1),
        ([load(0, 0.32, ("a", 0.3)), load(1, 0.34, ("b", 0.1), ("c", 0.2))], 0),
        ([load(0, 0.0, fresh=3), load(1, 0.1, ("b", 0.1), fresh=1)], 1),
        ([Load(0, is_usable=False), load(1, 1.0, ("a", 1.0))], 1),
        ([Load(0, is_usable=False), Load(1, is_usable=False)], 0),
    ],
)
def test_a_new_flow_goes_where_there_is_least_load_and_then_where_there_are_fewest(
    loads: list[Load], expected: int
) -> None:
    assert choose(loads) == expected


def look(balance: Balance, loads: list[Load], *times: float) -> Wish | None:
    found = None
    for now in times:
        found = balance.look(now, loads)
    return found


def test_the_flow_moves_that_leaves_the_two_most_equal_and_says_why() -> None:
    loads = [load(0, 0.98, ("a", 0.2), ("b", 0.5), ("c", 0.25)), load(1, 0.03)]
    wish = look(Balance(), loads, 0.0, 4.9, 5.0)
    assert wish == Wish("b", 0, 1, "from executor 0 (98% for 5 s) to 1 (3%)")


@pytest.mark.parametrize(
    ("loads", "waits"),
    [
        ([load(0, 0.89, *BUSY), load(1, 0.0)], ""),
        ([load(0, 0.98, *BUSY), load(1, 0.6)], ""),
        ([load(0, 0.98, ("a", 0.97)), load(1, 0.0)], "a stays: it is alone there"),
        ([load(0, 0.98, ("a", 0.95), ("b", 0.01)), load(1, 0.0)], "with its 95% a move would gain nothing"),
        ([load(0, 0.98, ("a", 0.0), ("b", 0.0)), load(1, 0.0)], "b stays: with its 0%"),
        (
            [
                load(0, 0.98, FlowLoad("a", 0.5, "a break is set in it"), FlowLoad("b", 0.4, "stdin")),
                load(1, 0),
            ],
            "executor 0 is at 98% and 1 at 0%, but a stays: a break is set in it; b stays: stdin",
        ),
        ([load(0, 0.98, *BUSY), load(1, 0.0, fresh=1)], ""),
    ],
)
def test_nothing_moves_where_it_does_not_help_and_the_reason_is_given(loads: list[Load], waits: str) -> None:
    balance = Balance()
    assert look(balance, loads, 0.0, 10.0) is None
    assert waits in balance.waits
    assert bool(waits) == bool(balance.waits)


def test_a_load_that_comes_and_goes_moves_nothing() -> None:
    balance, busy, calm = Balance(), [load(0, 0.98, *BUSY), load(1, 0.0)], [load(0, 0.5, *BUSY), load(1, 0.0)]
    for second in range(0, 60, 2):
        assert balance.look(float(second), busy if second % 4 else calm) is None


def test_moves_are_30_s_apart_and_the_same_flow_stays_for_two_minutes() -> None:
    balance = Balance()
    first = [load(0, 0.98, ("a", 0.5), ("b", 0.3), ("c", 0.15)), load(1, 0.0)]
    assert look(balance, first, 0.0, 5.0) is not None
    balance.moved("a", 5.0)
    back = [load(0, 0.2, ("b", 0.2)), load(1, 0.98, ("a", 0.5), ("d", 0.4))]
    assert look(balance, back, 6.0, 20.0) is None
    assert balance.waits == "executor 1 is at 98% and 0 at 20%; the next move is 15 s away"
    wish = look(balance, back, 36.0)
    assert wish is not None
    assert wish.flow == "d"
    alone = [load(0, 0.2, ("b", 0.2)), load(1, 0.98, ("a", 0.5), ("e", 0.0))]
    assert look(balance, alone, 37.0) is None
    assert "a stays: it was moved 32 s ago" in balance.waits


@pytest.mark.parametrize(
    ("groups", "count", "expected"),
    [
        ([["a"], ["b"], ["c"]], 2, [["a", "c"], ["b"]]),
        ([["a"], ["b", "c"]], 2, [["b", "c"], ["a"]]),
        ([["a"]], 4, [["a"]]),
        ([["a"], ["b"]], 1, [["a", "b"]]),
    ],
)
def test_flows_are_spread_evenly_and_groups_stay_together(
    groups: list[list[str]], count: int, expected: list[list[str]]
) -> None:
    assert spread(groups, count) == expected
