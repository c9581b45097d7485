from __future__ import annotations

from typing import Any

from tremor_tui.errors import DataError, ScriptError
from tremor_tui.model.batch import Batch, Meta
from tremor_tui.model.context import Context
from tremor_tui.model.diagnostic import Diagnostic, Span
from tremor_tui.operators.select import GroupedSelect, Select


def above_one(event: Any, meta: Meta | None, ctx: Context) -> bool:
    return number(event) > 1


def number(event: Any) -> int:
    if not isinstance(event, int):
        raise ScriptError(Diagnostic("no number", Span("q.trickle", 1, 1, 1, 2)))
    return event


def double(event: Any, meta: Meta | None, ctx: Context) -> Any:
    return number(event) * 2


def test_without_expressions_the_batch_passes_as_it_is() -> None:
    batch = Batch([1], [0], 0)

    assert Select(Context()).on_batch("in", batch) == (("out", batch),)


def test_where_sees_the_event_and_having_sees_the_result() -> None:
    operator = Select(Context(), double, where=above_one, having=lambda e, m, c: e != 6)

    [(port, left)] = operator.on_batch("in", Batch([1, 2, 3], range(3), 0, metas=[None, {"m": 2}, None]))

    assert (port, left.values, list(left.ids), left.metas) == ("out", [4], [1], [{"m": 2}])
    assert operator.dropped == 2


def test_a_filter_alone_keeps_frames() -> None:
    operator = Select(Context(), where=above_one)

    [(_, left)] = operator.on_batch("in", Batch([1, 2], range(2), 0, raws=[b"1", b"2"]))

    assert (left.values, left.raws) == ([2], [b"2"])


def test_a_row_that_fails_is_gone_counted_and_reported() -> None:
    heard: list[DataError] = []
    operator = Select(Context(), double, report=heard.append)

    [(_, left)] = operator.on_batch("in", Batch(["a", 2], range(2), 0))

    assert left.values == [4]
    assert (operator.errors, operator.dropped, operator.last_error) == (1, 0, heard[0])


def test_where_nothing_stays_nothing_leaves() -> None:
    assert Select(Context(), where=above_one).on_batch("in", Batch([0, 1], range(2), 0)) == ()


def grouped(**more: Any) -> GroupedSelect:
    def target(event: Any, meta: Meta | None, ctx: Context, group: Any = None) -> Any:
        return group

    def groups(event: Any, meta: Meta | None, ctx: Context) -> list[list[Any]]:
        return [[number(key)] for key in event]

    return GroupedSelect(Context(), target, groups, **more)


def test_each_group_gives_one_row_with_its_key() -> None:
    batch = Batch([[1, 2], [3]], range(2), 0, metas=[{"m": 1}, None])

    [(_, left)] = grouped().on_batch("in", batch)

    assert left.values == [[1, "[1]"], [2, "[2]"], [3, "[3]"]]
    assert (list(left.ids), left.metas) == ([0, 0, 1], [{"m": 1}, {"m": 1}, None])


def test_an_event_with_a_group_that_fails_is_gone_as_a_whole() -> None:
    operator = grouped()

    assert operator.on_batch("in", Batch([[1, "x"]], [0], 0)) == ()
    assert (operator.errors, operator.dropped) == (1, 0)


def test_having_lets_groups_go() -> None:
    operator = grouped(where=lambda e, m, c: True, having=lambda e, m, c, group: e[0] > 1)

    [(_, left)] = operator.on_batch("in", Batch([[1, 2], [1]], range(2), 0))

    assert left.values == [[2, "[2]"]]
    assert operator.dropped == 1
