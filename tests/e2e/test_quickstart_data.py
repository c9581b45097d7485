"""Facts about the quickstart's access log and the program that made it; no engine needed."""

from __future__ import annotations

import importlib.util
import random
import re
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from types import ModuleType

import pytest

QUICKSTART = Path(__file__).parents[2] / "pipelines" / "quickstart"
# The strict form of a line; what parse_line sends to err is what does not match it.
LINE = re.compile(
    r"(?P<client>[0-9.]+) - (?P<user>[^ ]+) \[(?P<time>[^\]]+)\] "
    r'"(?P<method>[A-Z]+) (?P<path>[^ "]+) HTTP/(?P<protocol>[0-9.]+)" '
    r'(?P<status>[1-5][0-9]{2}) (?P<bytes>[0-9]+) "(?P<referer>[^"]*)" "(?P<agent>[^"]*)" '
    r"(?P<request_time>[0-9]+\.[0-9]{3})"
)
# What nginx writes around every request, be it proper or not.
FRAME = re.compile(r'127\.[0-9.]+ - [^ ]+ \[([^\]]+)\] "[^"]*" \d{3} \d+ "[^"]*" "[^"]*" \d+\.\d{3}')


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return (QUICKSTART / "access.log").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def requests(lines: list[str]) -> list[re.Match[str]]:
    return [match for match in map(LINE.fullmatch, lines) if match]


def load_maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_access_log", QUICKSTART / "make_access_log.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up by name
    spec.loader.exec_module(module)
    return module


def seconds(lines: list[str]) -> list[float]:
    frames = [match for match in map(FRAME.fullmatch, lines) if match]
    return [datetime.strptime(match[1], "%d/%b/%Y:%H:%M:%S %z").timestamp() for match in frames]


def test_log_is_long_yet_small_enough_for_git(lines: list[str]) -> None:
    assert len(lines) >= 20_000
    assert (QUICKSTART / "access.log").stat().st_size < 5_000_000


def test_every_line_was_written_by_nginx_and_fits_the_separate_preprocessor(lines: list[str]) -> None:
    assert [line for line in lines if not FRAME.fullmatch(line)] == []
    assert max(len(line.encode()) for line in lines) < 8192


def test_log_spans_ten_minutes_in_order(lines: list[str]) -> None:
    times = seconds(lines)
    assert times == sorted(times)
    assert times[-1] - times[0] >= 600


def test_load_is_quiet_at_times_and_busy_at_others(lines: list[str]) -> None:
    per_ten_seconds = Counter(int(at) // 10 for at in seconds(lines))
    counts = sorted(per_ten_seconds.values())
    assert counts[-2] > 4 * counts[len(counts) // 10]


def test_one_line_in_a_hundred_or_so_is_no_proper_request(
    lines: list[str], requests: list[re.Match[str]]
) -> None:
    assert 0.005 <= 1 - len(requests) / len(lines) <= 0.03


@pytest.mark.parametrize("request_line", ["", "GET /", r"\x16\x03\x01", "SSH-2.0-Go"])
def test_broken_requests_are_of_many_kinds(request_line: str, lines: list[str]) -> None:
    broken = [line.split('"')[1] for line in lines if not LINE.fullmatch(line)]
    if request_line.startswith("\\"):
        assert any(text.startswith(request_line) for text in broken)
    else:
        assert request_line in broken


def test_statuses_of_every_class_occur(lines: list[str]) -> None:
    found = {int(status) for status in re.findall(r'(?m)^[^"]*"[^"]*" (\d{3}) ', "\n".join(lines))}
    assert found >= {200, 201, 204, 206, 301, 302, 304}
    assert found >= {400, 401, 403, 404, 405, 408, 413, 414, 416, 499}
    assert found >= {500, 502, 503, 504}


def test_slow_answers_are_a_minority_and_take_up_to_three_seconds(requests: list[re.Match[str]]) -> None:
    answered = [float(match["request_time"]) for match in requests if match["status"] == "200"]
    assert 100 <= sum(at >= 1.0 for at in answered) <= len(answered) / 20
    assert 2.5 <= max(answered) <= 3.2


def test_refused_uploads_linger_for_five_seconds(requests: list[re.Match[str]]) -> None:
    refused = [float(match["request_time"]) for match in requests if match["status"] == "413"]
    assert refused
    assert all(4.9 <= at <= 5.5 for at in refused)


def test_clients_users_and_agents_vary(requests: list[re.Match[str]]) -> None:
    assert len({match["client"] for match in requests}) >= 100
    assert {match["user"] for match in requests} >= {"-", "anna", "bruno", "chiyo", "ops"}
    assert len({match["agent"] for match in requests}) >= 12
    assert any("Googlebot" in match["agent"] for match in requests)


def test_odd_texts_are_there_to_be_parsed(requests: list[re.Match[str]]) -> None:
    assert any(r"\x22" in match["referer"] and " " in match["referer"] for match in requests)
    assert any(r"\xC3" in match["path"] for match in requests)
    assert any("%C3%" in match["path"] for match in requests)
    assert any(match["bytes"] == "0" for match in requests)
    assert any(int(match["bytes"]) > 100_000 for match in requests)


def test_few_requests_are_both_failed_and_slow(requests: list[re.Match[str]]) -> None:
    alerts = [m for m in requests if m["status"] >= "500" and float(m["request_time"]) >= 1.0]
    assert 10 <= len(alerts) <= 300


def test_readme_tells_the_numbers(lines: list[str], requests: list[re.Match[str]]) -> None:
    readme = (QUICKSTART / "README.md").read_text(encoding="utf-8")
    assert f"{len(lines):,} lines" in readme
    assert f"{len(lines) - len(requests):,} of them" in readme


def test_planned_requests_depend_on_the_seed_alone() -> None:
    maker = load_maker()
    first, again, other = (list(maker.plan(random.Random(seed), 60, 300)) for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_planned_requests_fill_the_run_in_order() -> None:
    starts = [at for at, _, _ in load_maker().plan(random.Random(1), 60, 2000)]
    assert starts == sorted(starts)
    assert 0 <= starts[0] < 6
    assert 54 < starts[-1] <= 60


def test_a_rush_raises_a_share_only_while_it_lasts() -> None:
    maker = load_maker()
    kind = maker.Kind(maker.scan, 2.0, rushes=((0.5, 0.6, 10.0),))
    assert [kind.share_at(fraction) for fraction in (0.49, 0.5, 0.6)] == [2.0, 20.0, 2.0]
