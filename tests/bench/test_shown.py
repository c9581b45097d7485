from __future__ import annotations

import sys
from dataclasses import replace
from xml.etree import ElementTree

import msgspec
import pytest

from tests.bench.pictures import CONDITIONS, point, run
from tremor_tui.bench import vector
from tremor_tui.bench.against import changes, refusals, warnings
from tremor_tui.bench.plot import ASCII, FINE, plot, top_of
from tremor_tui.bench.tables import about, findings, latencies, machine, throughput, time_of
from tremor_tui.control.bench import BenchRun
from tremor_tui.errors import ConfigError

PLOT = """\
       MB/s over n of n:n:1   o async   ^ threads   # executors
  800 +                        # . . . . . . . . . .  #
      |                    . .
      |                  .
      |              . .
      |          . .
      |        .
      |    . .       . . . . . o . . . . .
  400 + #o^. . . . .                       . . . . .  o
      |      . . . .
      |              . . . .
      |                      . ^ .
      |                            . . . .
      |                                    . . . .
      |                                            .  ^
    0 +---------------------------------------------------
         1                     8                     64"""


def test_the_plot_of_characters() -> None:
    drawn = plot(run(), 60, ASCII)

    assert "\n".join(drawn) == PLOT


def test_a_plot_is_as_wide_as_it_may_be_and_marks_every_point() -> None:
    drawn = plot(run(), 80, FINE)
    sheet = "".join(drawn[1:])

    assert max(map(len, drawn)) <= 80
    assert [sheet.count(mark) for mark in FINE.marks.values()] == [3, 3, 3]


def test_nothing_is_drawn_of_a_run_without_a_measurement() -> None:
    empty = msgspec.structs.replace(run(), points=(point("async", 1, 0.0, 0),))

    assert plot(empty) == []
    assert throughput(empty).rows == ()
    assert findings(empty) == []


@pytest.mark.parametrize(("value", "top"), [(0.0, 1.0), (430.0, 500.0), (80.0, 80.0), (1010.0, 1500.0)])
def test_the_top_of_the_axis_is_round(value: float, top: float) -> None:
    assert top_of(value) == top


def test_the_tables_have_medians_and_ranges() -> None:
    table = throughput(run(("async",)))

    assert table.rows[1] == (
        "async", "8:8:1", "440", "396-462", "440", "396-462", "698,413", "1.00", "90%"
    )  # fmt: skip
    assert latencies(run(("async",))).rows[0][2:] == (
        "900 us",
        "1.5 ms",
        "3.0 ms",
        "12 ms",
        "2.5 s",
        "3 of 3",
    )
    assert len(table.header) == len(table.right) == len(table.rows[0])


def test_what_is_said_of_a_run_are_ratios_within_its_rounds() -> None:
    flat, threads, executors, two, note = findings(run())

    assert "async: 64:64:1 has 0.91 of its best per processor second (8:8:1)" in flat
    assert "threads: 64:64:1 has 0.11 of its best" in threads
    assert "0.97 by the clock (8:8:1)" in executors
    assert two.startswith("2 executors: 1.95x one at 64:64:1 by the clock (1.82x to 1.95x over all), 0.97x")
    assert "as many processes as there are flows" in note


def test_a_busy_machine_is_told() -> None:
    busy = msgspec.structs.replace(CONDITIONS, load=(1.7, 2.0))

    assert "busy" not in "".join(machine(CONDITIONS))
    assert "the machine was busy: only ratios within this run say something" in machine(busy)


def test_switches_of_a_run_are_told() -> None:
    plan = msgspec.structs.replace(run().plan, whole_events=True, statistics=False, batch_rows=10)

    assert "skewed data, script classify, whole events, no statistics, batches of 10;" in about(plan)


@pytest.mark.parametrize(
    ("ns", "text"), [(5, "5 ns"), (1500, "1.5 us"), (12_000_000, "12 ms"), (3 * 10**9, "3.0 s")]
)
def test_times_have_a_unit(ns: int, text: str) -> None:
    assert time_of(ns) == text


# -- against a saved run -------------------------------------------------------------------------------


def test_a_run_beside_a_slower_one_is_faster_by_their_ratio() -> None:
    found = changes(run(("async",), 2.0), run(("async",)))

    assert [(one.flows, one.wall, one.cpu, one.beyond) for one in found] == [
        (1, 2.0, 2.0, True),
        (8, 2.0, 2.0, True),
        (64, 2.0, 2.0, True),
    ]


def test_what_lies_within_the_ranges_is_no_change() -> None:
    assert not any(one.beyond for one in changes(run(factor=1.05), run()))


def test_runs_of_other_data_scripts_or_machines_are_not_compared() -> None:
    now = run()
    other = msgspec.structs.replace(
        now,
        plan=msgspec.structs.replace(now.plan, data="even", script="change"),
        conditions=msgspec.structs.replace(CONDITIONS, cores=64, processor="Another"),
    )

    assert refusals(now, now) == []
    assert refusals(now, other) == [
        "the data was even, and is skewed",
        "the script was change, and is classify",
        "the processor was Another, and is A processor",
        "the number of cores was 64, and is 2",
    ]
    assert refusals(run(("async",)), run(("threads",))) == ["they have no point in common"]


def test_other_versions_and_loads_are_told() -> None:
    now = run()
    then = msgspec.structs.replace(
        now,
        conditions=msgspec.structs.replace(
            CONDITIONS, python="CPython 3.12.0", libraries={"orjson": "3.9", "uvloop": "1"}, load=(1.5, 0.0)
        ),
        finished=False,
    )

    assert warnings(now, now) == []
    assert warnings(now, then) == [
        "Python: CPython 3.12.0 then, CPython 3.11.7 now",
        "orjson: 3.9 then, 3.10 now",
        "uvloop: 1 then, none now",
        "the machine was busy then: load 1.50 before and 0.00 after, 2 cores",
        "the saved run was ended before its end",
    ]


# -- pictures ------------------------------------------------------------------------------------------


def shapes(made: BenchRun) -> list[str]:
    root = ElementTree.fromstring(vector.svg(made))
    return [element.tag.rpartition("}")[2] for element in root]


def test_a_picture_has_a_curve_for_each_schedule_in_both_panels() -> None:
    assert shapes(run()).count("polyline") == 6
    assert shapes(run(("async",))).count("circle") == 2 * 3 + 1


def test_nothing_in_a_run_can_write_into_the_picture() -> None:
    odd = msgspec.structs.replace(CONDITIONS, processor="<script>&\x1b[31m")

    text = vector.svg(msgspec.structs.replace(run(), conditions=odd))

    assert "<script>" not in text
    assert "\x1b" not in text
    ElementTree.fromstring(text)


def test_png_without_its_library_is_refused_with_the_way_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cairosvg", None)

    with pytest.raises(ConfigError) as caught:
        vector.png(run())

    assert "tremor-tui[plot]" in caught.value.hint


def test_a_signs_set_has_a_mark_for_each_schedule() -> None:
    assert len(set(FINE.marks.values())) == len(set(ASCII.marks.values())) == 3
    assert replace(ASCII, dot=":").dot == ":"
