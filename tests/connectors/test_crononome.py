"""Cron expressions name the times they should, and crononome emits at them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tremor_tui.connectors.contract import Values
from tremor_tui.connectors.shared.cron import parse
from tremor_tui.errors import ConfigError
from tremor_tui.testing.clock import JumpingClock
from tremor_tui.testing.harness import context, make, source_of


@pytest.mark.parametrize(
    ("expr", "after", "found"),
    [
        ("* * * * * *", "2024-05-05 10:00:00", "2024-05-05 10:00:01"),
        ("0 * * * * *", "2024-05-05 10:00:00", "2024-05-05 10:01:00"),
        ("*/15 * * * * *", "2024-05-05 10:00:44", "2024-05-05 10:00:45"),
        ("30 5-6 4 * * *", "2024-05-05 04:06:30", "2024-05-06 04:05:30"),
        ("0 0 0 29 2 *", "2024-03-01 00:00:00", "2028-02-29 00:00:00"),
        ("0 0 0 31 * *", "2024-05-31 00:00:00", "2024-07-31 00:00:00"),
        ("0 0 12 * * MON-FRI", "2024-05-03 12:00:00", "2024-05-06 12:00:00"),
        ("0 0 0 * * 1", "2024-05-05 00:00:00", "2024-05-12 00:00:00"),
        ("0 0 0 1 JAN,Jul ?", "2024-05-05 00:00:00", "2024-07-01 00:00:00"),
        ("0 0 0 1 1 * 2030", "2024-05-05 00:00:00", "2030-01-01 00:00:00"),
        ("@daily", "2024-12-31 23:59:59", "2025-01-01 00:00:00"),
        ("0 0 0 13 * FRI", "2024-05-05 00:00:00", "2024-09-13 00:00:00"),
    ],
)
def test_the_next_time_of_an_expression(expr: str, after: str, found: str) -> None:
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)

    assert parse(expr).after(moment) == datetime.fromisoformat(found).replace(tzinfo=UTC)


def test_a_time_that_never_comes_again_is_none() -> None:
    moment = datetime(2024, 1, 1, tzinfo=UTC)

    assert parse("0 0 0 1 1 * 2020").after(moment) is None
    assert parse("0 0 0 30 2 *").after(moment) is None


@given(st.integers(0, 59), st.integers(0, 23), st.integers(10**9, 2 * 10**9))
def test_the_next_time_is_the_first_that_fits(minute: int, hour: int, second: int) -> None:
    moment = datetime.fromtimestamp(second, UTC)

    found = parse(f"0 {minute} {hour} * * *").after(moment)

    assert found is not None
    assert moment < found <= moment + timedelta(days=1)
    assert (found.hour, found.minute, found.second) == (hour, minute, 0)


@pytest.mark.parametrize(
    ("expr", "words"),
    [
        ("* * * * *", "5 fields"),
        ("60 * * * * *", "`60` is no second"),
        ("0 5-1 * * * *", "`5-1` is no minute"),
        ("0 0 */0 * * *", "is no hour"),
        ("0 0 0 x * *", "is no day of month"),
        ("0 0 0 * FOO *", "is no month"),
        ("0 0 0 * * 8", "is no day of week"),
    ],
)
def test_a_wrong_expression_names_its_field(expr: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        make("crononome", {"entries": [{"name": "a", "expr": expr}]})

    assert caught.value.key == "entries"


@pytest.mark.anyio
async def test_entries_that_are_due_come_together_with_name_and_payload() -> None:
    clock = JumpingClock()
    entries = [
        {"name": "often", "expr": "*/10 * * * * *"},
        {"name": "seldom", "expr": "0 * * * * *", "payload": {"n": 1}},
    ]
    source = source_of(make("crononome", {"entries": entries}, context(clock=clock)))
    await source.open()
    got: list[Values] = []

    async def pull() -> None:
        while isinstance(pulled := await source.pull(), Values):
            got.append(pulled)

    async with anyio.create_task_group() as group:
        group.start_soon(pull)
        await clock.jump(60.0)
        group.cancel_scope.cancel()

    names = [value["trigger"]["name"] for pulled in got for value in pulled.values]
    assert sorted(names) == ["often"] * 6 + ["seldom"]
    both = next(pulled for pulled in got if len(pulled.values) == 2)
    assert both.values[1]["trigger"] == {"name": "seldom", "payload": {"n": 1}}
    assert both.metas is not None
    assert both.metas[0] == {"crononome": {"trigger": {"name": "often"}}}
    assert [value["id"] for pulled in got for value in pulled.values] == list(range(7))
