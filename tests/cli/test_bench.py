from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.bench.pictures import run
from tests.cli.conftest import Cli
from tremor_tui.control.bench import BenchRun, decode_run, encode_run

SHORT = ("--quick", "--rounds", "2", "--seconds", "0.05", "--warm-up", "0")


def short(**changes: object) -> BenchRun:
    """A saved run of one point, with the conditions of some other machine."""
    made = run(("async",))
    plan = msgspec.structs.replace(made.plan, schedules=("async",), flows=(1,), **changes)
    return msgspec.structs.replace(made, plan=plan)


def test_a_quick_run_shows_a_table_and_a_plot_and_writes_what_is_asked_for(cli: Cli) -> None:
    ran = cli("bench", *SHORT, "-n", "1", "-s", "async", "--save", "run.json", "--svg", "run.svg")

    saved = decode_run(Path("run.json").read_bytes())
    assert ran.status == 0
    assert "async     1:1:1" in ran.out
    assert "MB/cpu-s" in ran.out
    assert "n of n:n:1" in ran.out
    assert "\x1b" not in ran.out + ran.err
    assert [(point.schedule, point.flows, point.done) for point in saved.points] == [("async", 1, 2)]
    assert saved.finished
    assert Path("run.svg").read_text().startswith("<svg")


def test_json_on_stdout_is_alone_there_and_a_saved_run_is_compared_with(cli: Cli) -> None:
    first = cli("bench", *SHORT, "-n", "1", "-s", "async", "--json", "-")
    Path("saved.json").write_text(first.out)

    second = cli("bench", *SHORT, "-n", "1", "-s", "async", "--against", "saved.json")

    assert first.out == encode_run(decode_run(first.out.encode())).decode()
    assert second.status == 0
    assert "this run / saved.json" in second.out


def test_a_run_of_other_data_is_not_compared_but_told(cli: Cli) -> None:
    Path("saved.json").write_bytes(encode_run(short(data="even")))
    arguments = ("bench", *SHORT, "-n", "1", "-s", "async", "--against", "saved.json")

    refused, forced = cli(*arguments), cli(*arguments, "--anyway")

    assert refused.status == 1
    assert "the data was even, and is skewed" in refused.err
    assert "--anyway" in refused.err
    assert forced.status == 0
    assert "not the same: the data was even, and is skewed" in forced.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-s", "fibers"), "async, threads, executors or all"),
        (("-n", "one"), "such as 1,8,64"),
        (("-n", "0"), "flows are 1 to 512"),
        (("--data", "odd"), "skewed, even, text"),
        (("--script", "odd"), "classify, keys, change"),
        (("--by", "odd"), "wall, cpu"),
        (("--save", "none/run.json"), "no folder `none`"),
        (("--against", "none.json"), "cannot read `none.json`"),
        (("compare", "--data", "odd"), "skewed, even, text or all"),
        (("compare", "--json", "none/run.json"), "no folder `none`"),
        (("write", "/dev/null/folder"), "cannot write to"),
    ],
)
def test_mistakes_are_told_before_anything_is_measured(
    cli: Cli, arguments: tuple[str, ...], words: str
) -> None:
    ran = cli("bench", *arguments)

    assert ran.status in (1, 2)
    assert words in " ".join(ran.err.split())
    assert "Traceback" not in ran.err


def test_what_is_no_saved_run_is_told(cli: Cli) -> None:
    Path("saved.json").write_text("{}")

    ran = cli("bench", "--against", "saved.json")

    assert ran.status == 1
    assert "no saved run of the benchmark" in ran.err


def test_sides_are_compared(cli: Cli) -> None:
    options = ("--data", "text", "--script", "classify", "--quick", "--rounds", "1", "--seconds", "0.05")
    ran = cli("bench", "compare", *options, "--json", "made.json")

    made = msgspec.json.decode(Path("made.json").read_bytes())
    assert ran.status == 0
    assert "hand" in ran.out
    assert "2.5x" in ran.out
    assert [side["side"] for side in made["cells"][0]["sides"]][:2] == ["tremor-tui", "hand"]


def test_the_cost_of_statistics_is_shown(cli: Cli) -> None:
    ran = cli("bench", "statistics", "-n", "1", "--rounds", "1", "--seconds", "0.05", "--warm-up", "0")

    assert ran.status == 0
    assert "on/off" in ran.out


def test_the_workload_can_be_written_and_run_by_the_ordinary_commands(cli: Cli) -> None:
    written = cli("bench", "write", "load", "--events", "300", "--data", "text", "-n", "2")
    checked = cli("check", "load/bench.troy")
    ran = cli("run", "load/classify.trickle", "-i", "load/events.jsonl")

    events = Path("load/events.jsonl").read_bytes()
    assert written.out.split() == ["load/events.jsonl", "load/classify.trickle", "load/bench.troy"]
    assert checked.status == 0
    assert ran.out.encode() == events
    assert events.count(b"\n") == 300
