"""The shipped pipelines with an `expected` folder, as somebody runs them: the real command, in a copy."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NAMES = sorted(folder.parent.name for folder in (ROOT / "pipelines").glob("*/expected"))
FLOWS = (ROOT / "pipelines").glob("*/*.troy")
OTHERS = sorted(str(file.relative_to(ROOT)) for file in FLOWS if file.name != "main.troy")
DEAD = {"fanout": "second.jsonl"}
"""Outputs that are pipes which nobody reads, as the README says to make them."""
FULL = Path("/dev/full")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "pipelines", tmp_path / "pipelines", ignore=_written)
    return tmp_path


def _written(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if Path(folder).name == "out" and name != ".gitignore"]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tremor_tui", *arguments]


def run(checkout: Path, name: str) -> Path:
    """Runs a pipeline to its end; the folder that it wrote to."""
    done = subprocess.run(
        command("run", f"pipelines/{name}/main.troy"),
        cwd=checkout,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return checkout / "pipelines" / name / "out"


@contextmanager
def running(checkout: Path, file: str) -> Iterator[subprocess.Popen[str]]:
    """A run that goes on; it is killed if the test leaves it so."""
    started = subprocess.Popen(
        command("run", "--drain-seconds", "0.2", file), cwd=checkout, stderr=subprocess.PIPE, text=True
    )
    with started:
        try:
            yield started
        finally:
            started.kill()


def wait_for_line(process: subprocess.Popen[str], part: str) -> None:
    assert process.stderr is not None
    assert any(part in line for line in process.stderr), f"it never said `{part}`"


def values(file: Path) -> list[Any]:
    return [json.loads(line) for line in file.read_bytes().splitlines()]


def orders(out: Path) -> list[int]:
    files = [file for file in out.glob("*.jsonl") if file.is_file()]
    return sorted(order["order"] for file in files for order in values(file))


def test_four_pipelines_are_shipped_beside_the_quickstart() -> None:
    assert len(NAMES) >= 4


@pytest.mark.timeout(90)
@pytest.mark.parametrize("name", NAMES)
def test_a_run_writes_what_is_expected_line_by_line(checkout: Path, name: str) -> None:
    expected = checkout / "pipelines" / name / "expected"
    dead = DEAD.get(name)
    if dead is not None:
        os.mkfifo(checkout / "pipelines" / name / "out" / dead)

    out = run(checkout, name)

    assert {file.name for file in out.glob("*.jsonl")} - {dead} == {file.name for file in expected.iterdir()}
    for file in expected.iterdir():
        assert values(out / file.name) == values(file), file.name


@pytest.mark.timeout(60)
@pytest.mark.parametrize("file", OTHERS)
def test_what_is_shipped_to_be_watched_or_stopped_compiles_without_a_warning(file: str) -> None:
    done = subprocess.run(command("check", file), cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


# -- windows: figures made in another way ---------------------------------------------------------------

LINE = re.compile(r'\S+ - .*? \[([^]]*)\] "\S+ (.*?) HTTP/[^ "]*" (\d+) \d+ ".*?" ".*?" (\d+\.\d+)')
Request = tuple[str, bool, float]
"""Minute, whether it failed, milliseconds."""


def read_log() -> dict[str, list[Request]]:
    """The requests of each section, and of all."""
    found = defaultdict(list)
    for line in (ROOT / "pipelines/quickstart/access.log").read_text().splitlines():
        match = LINE.fullmatch(line)
        if match is None:
            continue
        time, path, status, seconds = match.groups()
        request = time[12:17], int(status) >= 500, float(seconds) * 1000
        section = re.match("/[^/?]+/", path)
        found[section[0] if section else "/"].append(request)
        found["all"].append(request)
    return found


def by_minute(requests: list[Request]) -> dict[str, list[Request]]:
    minutes = defaultdict(list)
    for request in requests:
        minutes[request[0]].append(request)
    return minutes


def check_figures(line: dict[str, Any], requests: list[Request]) -> None:
    assert line["requests"] == len(requests)
    assert line["error_share"] == round(sum(failed for _, failed, _ in requests) / len(requests), 3)
    p99 = sorted(millis for _, _, millis in requests)[ceil(0.99 * len(requests)) - 1]
    assert line["p99_ms"] == pytest.approx(p99, rel=0.01, abs=1)


def test_each_minute_of_each_section_but_the_last_has_its_figures() -> None:
    lines = values(ROOT / "pipelines/windows/expected/minutes.jsonl")
    written = {(line["section"], line["from"][11:]): line for line in lines}
    sections = {section: by_minute(requests) for section, requests in read_log().items()}

    closed = {(section, one) for section, minutes in sections.items() for one in sorted(minutes)[:-1]}
    assert set(written) == closed
    assert len(lines) == len(closed)
    for (section, minute), line in written.items():
        check_figures(line, sections[section][minute])


def test_five_frames_of_a_minute_make_one_of_five() -> None:
    sections = {section: by_minute(requests) for section, requests in read_log().items()}
    lines = values(ROOT / "pipelines/windows/expected/five_minutes.jsonl")

    for line in lines:
        minutes = sections[line["section"]]
        first = sorted(minutes).index(line["from"][11:])
        assert first % 5 == 0
        check_figures(line, [one for name in sorted(minutes)[first : first + 5] for one in minutes[name]])
    assert len(lines) == sum((len(minutes) - 1) // 5 for minutes in sections.values())


# -- throttle -------------------------------------------------------------------------------------------

RATES = {"error": 20, "info": 50, "debug": 100}


def kind(message: dict[str, Any]) -> tuple[str, str] | None:
    level, client = message.get("level"), message.get("client")
    return (level, client) if level in RATES and client else None


def test_each_class_of_each_client_gets_its_rate_and_the_rest_is_kept_and_numbered() -> None:
    folder = ROOT / "pipelines/throttle"
    messages = values(folder / "messages.jsonl")
    passed = values(folder / "expected/passed.jsonl")
    over = values(folder / "expected/overflow.jsonl")
    rest = values(folder / "expected/unclassified.jsonl")

    came = Counter(map(kind, messages))
    went = Counter(map(kind, passed))
    assert [one for one in messages if kind(one) is None] == rest
    assert {one: went[one] for one in went} == {
        one: min(count, RATES[one[0]]) for one, count in came.items() if one is not None
    }
    assert Counter(kind(line["message"]) for line in over) == came - went - Counter({None: len(rest)})
    for number, line in numbered(over):
        assert line["number"] == number
    assert sorted(passed + [line["message"] for line in over] + rest, key=by_number) == messages


def by_number(message: dict[str, Any]) -> int:
    number: int = message["n"]
    return number


def numbered(lines: list[dict[str, Any]]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each line and which of its class and client it is."""
    counts: Counter[str] = Counter()
    for line in lines:
        counts[line["overflow"]] += 1
        yield counts[line["overflow"]], line


# -- fan-out --------------------------------------------------------------------------------------------


@pytest.mark.timeout(90)
def test_three_sinks_that_live_get_a_third_each(checkout: Path) -> None:
    out = run(checkout, "fanout")

    sizes = {file.stem: len(values(file)) for file in out.glob("*.jsonl")}
    assert sizes == {"first": 200, "second": 200, "third": 200, "overflow": 0}
    assert orders(out) == list(range(1, 601))


@pytest.mark.timeout(90)
def test_a_dead_sink_that_comes_back_leaves_no_order_out_and_doubles_none(checkout: Path) -> None:
    out = checkout / "pipelines/fanout/out"
    os.mkfifo(out / "second.jsonl")
    with running(checkout, "pipelines/fanout/main.troy") as process:
        wait_for_line(process, "cannot write `pipelines/fanout/out/second.jsonl`")
        with open(os.open(out / "second.jsonl", os.O_RDONLY | os.O_NONBLOCK), "rb") as pipe:
            assert process.wait(60) == 0
            late = [json.loads(line)["order"] for line in pipe]

    assert sorted(orders(out) + late) == list(range(1, 601))


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")
@pytest.mark.timeout(90)
def test_a_sink_that_trips_on_the_way_keeps_what_it_has_and_that_is_counted(checkout: Path) -> None:
    out = checkout / "pipelines/fanout/out"
    with running(checkout, "pipelines/fanout/full.troy") as process:
        wait_for_line(process, "cannot write `/dev/full`: no space left on device")
        while not (out / "third.jsonl").exists() or len((out / "third.jsonl").read_bytes()) < 10_000:
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        told = process.stderr.read()
        assert process.wait(60) == 75

    counts = re.search(r"main: (\d+) in, (\d+) out, 0 to err, (\d+) left", told)
    assert counts is not None, told
    came, went, left = map(int, counts.groups())
    written = orders(out)
    assert came == went + left
    assert len(written) == len(set(written)) == went
    assert set(written) <= set(range(1, came + 1))
    assert 0 < left < 100
