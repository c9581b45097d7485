"""A select's expressions as callables."""

from __future__ import annotations

from typing import Any

import pytest

from tremor_tui.errors import CheckError, ScriptError
from tremor_tui.language.check.script import check_select, declare_all
from tremor_tui.language.load.loader import LoadedSelect, load_select
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.parse.parser import parse
from tremor_tui.language.source import Source
from tremor_tui.language.tree.query import Select
from tremor_tui.model.context import Context


def loaded(text: str, args: Any = None) -> LoadedSelect:
    loader = ModuleLoader([])
    source = Source(text, "q.trickle")
    scope = loader.main(source)
    tree = parse(source, "query").tree
    assert tree is not None
    declare_all(scope, tree.statements)
    select = next(node for node in tree.statements if isinstance(node, Select))
    return load_select(check_select(select, scope, args=args))


def test_where_target_and_having_see_event_and_metadata() -> None:
    select = loaded(
        'select {"a": event.a, "m": $m} from in where event.a > args.low into out having event.m == 1',
        {"low": 2},
    )
    assert select.where is not None
    assert select.having is not None
    assert [select.where({"a": n}, None, Context()) for n in (2, 3)] == [False, True]
    result = select.target({"a": 3}, {"m": 1}, Context())
    assert result == {"a": 3, "m": 1}
    assert select.having(result, None, Context()) is True


def test_what_is_not_written_is_none() -> None:
    select = loaded("select event from in into out")
    assert (select.where, select.having, select.groups, select.arguments) == (None, None, None, None)
    assert select.target(5, None, Context()) == 5


def test_a_where_that_is_no_bool_is_an_error_at_its_place() -> None:
    select = loaded("select event from in where event.a into out")
    assert select.where is not None
    with pytest.raises(ScriptError, match="expected bool") as info:
        select.where({"a": 1}, None, Context())
    assert str(info.value.diagnostic.span) == "q.trickle:1:28-1:35"


def test_groups_are_the_product_of_their_parts() -> None:
    select = loaded("select event from in group by set(event.k, each(event.l), each($m)) into out")
    assert select.groups is not None
    groups = select.groups({"k": 1, "l": ["a", "b"]}, {"m": [7, 8]}, Context())
    assert groups == [[1, "a", 7], [1, "a", 8], [1, "b", 7], [1, "b", 8]]


def test_each_wants_a_list() -> None:
    select = loaded("select event from in group by each(event) into out")
    assert select.groups is not None
    with pytest.raises(ScriptError, match="expected array"):
        select.groups(1, None, Context())


def test_aggregates_are_numbered_and_their_arguments_see_the_event() -> None:
    select = loaded(
        """define window w from tumbling with size = 2 end;
        select {"n": aggr::stats::count(), "s": aggr::stats::sum(event.x), "g": group[0], "w": window}
        from in[w] group by event.k into out"""
    )
    assert select.arguments is not None
    assert select.arguments({"x": 4, "k": 1}, None, Context()) == ((), (4,))
    result = select.target(None, None, Context(), group=[1, "[1]"], window="w", results=(2, 9))
    assert result == {"n": 2, "s": 9, "g": 1, "w": "w"}


def test_state_is_null_in_a_select() -> None:
    assert loaded("select [state] from in into out").target(1, None, Context()) == [None]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("select x from in into out", "Local variables are not allowed"),
        (
            """define window w from tumbling with size = 2 end;
            select aggr::stats::sum(aggr::stats::sum(event)) from in[w] into out""",
            "inside of aggregates",
        ),
    ],
)
def test_a_select_is_refused(text: str, message: str) -> None:
    with pytest.raises(CheckError, match=message):
        loaded(text)
