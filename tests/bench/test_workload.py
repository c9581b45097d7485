from __future__ import annotations

from collections import Counter

import orjson
import pytest

from tremor_tui.bench.workload import BRANCHES, EVEN, SKEWED, branch_of, events, lines, query
from tremor_tui.control.bench import DATA, SCRIPTS, Data, Script
from tremor_tui.language.compile_query import compile_query
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.source import Source

KEYS = [
    "about", "guid", "abool", "aint", "short_message", "tags", "array", "index_type", "logger_name",
    "syslog_hostname", "application", "type", "doc-type",
]  # fmt: skip


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("seed", [1, 2, 77])
def test_a_hundred_events_have_their_size_and_leave_by_the_branches_that_are_meant(
    data: Data, seed: int
) -> None:
    made = lines(data, seed)

    branches = Counter(branch_of(orjson.loads(line)) for line in made)
    assert len(made) == 100
    assert abs(sum(map(len, made)) - 63_000) <= 1_000
    assert branches == (EVEN if data == "even" else SKEWED)
    assert all(list(orjson.loads(line)) == KEYS and b"\n" not in line for line in made)


def test_skewed_data_leave_at_the_first_match_in_84_of_100_cases() -> None:
    assert sum(count for name, count in SKEWED.items() if name.startswith("app") and name[3].isdigit()) == 84
    assert sum(SKEWED.values()) == 100


def test_even_data_take_every_branch_about_equally_often() -> None:
    assert set(EVEN) == set(BRANCHES)
    assert set(EVEN.values()) == {7, 8}


def test_only_the_data_called_text_are_not_ascii() -> None:
    assert all(line.isascii() and b"\\" not in line for line in (*lines("skewed"), *lines("even")))
    assert not all(line.isascii() for line in lines("text"))


def test_the_same_seed_makes_the_same_events_and_another_one_others() -> None:
    assert events("skewed", 3) == events("skewed", 3) != events("skewed", 4)


@pytest.mark.parametrize("script", SCRIPTS)
def test_each_query_compiles_without_a_warning(script: Script) -> None:
    compiled = compile_query(Source(query(script, "out, out"), "q.trickle"), ModuleLoader())

    assert compiled.warnings == ()
