"""The templates of the start screen, run by the real command: each does what it says of itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tremor_tui.control.templates import TEMPLATES

ODD = 'odd # "name" #{1}.jsonl'
LINES = (
    '{"id": 1, "total": 3, "level": "error"}',
    '{"id": 2, "level": "warning"}',
    '{"id": 3, "total": -1}',
    '127.0.0.1 - - [23/Nov/2026:16:46:01 +0000] "GET /a HTTP/1.1" 502 12',
    '127.0.0.1 - - [23/Nov/2026:16:46:02 +0000] "GET /b HTTP/1.1" 200 12',
)
BY_NAME = {template.id: template for template in TEMPLATES}


def run(folder: Path, name: str, text: str) -> list[dict[str, object]]:
    """What a flow prints until it ends by itself."""
    (folder / f"{name}.troy").write_text(text)
    (folder / ODD).write_text("\n".join(LINES) + "\n")
    command = [sys.executable, "-m", "tremor_tui", "run", f"{name}.troy"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=15, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def first_lines(folder: Path, name: str, text: str, many: int) -> list[dict[str, object]]:
    """The first lines that a flow without an end prints."""
    (folder / f"{name}.troy").write_text(text)
    command = [sys.executable, "-m", "tremor_tui", "run", f"{name}.troy"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        found = [json.loads(running.stdout.readline()) for _ in range(many)]
        running.terminate()
        running.communicate()
    return found


def lines_of(path: Path) -> list[object]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("name", BY_NAME)
def test_a_template_checks_and_is_in_canonical_form(tmp_path: Path, name: str) -> None:
    file = tmp_path / f"{name}.troy"
    file.write_text(BY_NAME[name].text())
    for command in (["check", file.name], ["fmt", "--check", file.name]):
        whole = [sys.executable, "-m", "tremor_tui", *command]
        done = subprocess.run(whole, cwd=tmp_path, capture_output=True, text=True, timeout=15, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_log_is_read_and_what_failed_is_printed(tmp_path: Path) -> None:
    printed = run(tmp_path, "read_a_log", BY_NAME["read_a_log"].text(ODD))

    assert [line["status"] for line in printed if "status" in line] == [502]
    assert sum("error" in line for line in printed) == 3


def test_events_that_break_a_rule_are_filed_with_the_reason(tmp_path: Path) -> None:
    printed = run(tmp_path, "dead_letters", BY_NAME["dead_letters"].text(ODD))

    letters = lines_of(tmp_path / "dead_letters.jsonl")
    assert [line["id"] for line in printed] == [1]
    assert [letter["error"] for letter in letters][:2] == ["no total", "a total below zero"]  # type: ignore[index]
    assert len(letters) == 4


def test_events_are_written_to_the_file_of_their_class(tmp_path: Path) -> None:
    run(tmp_path, "fan_out", BY_NAME["fan_out"].text(ODD))

    ids = {
        name: [line["id"] for line in lines_of(tmp_path / f"{name}.jsonl")]  # type: ignore[index]
        for name in ("errors", "warnings", "others")
    }
    assert ids == {"errors": [1], "warnings": [2], "others": [3]}


def test_a_bucket_lets_a_hundred_pass_and_counts_the_rest(tmp_path: Path) -> None:
    (tmp_path / "load.jsonl").write_text('{"a": 1}\n' * 150)
    text = BY_NAME["throttle"].text("load.jsonl").replace("1000000}", '1000, "iters": 1}')
    shown = text.replace("passed from nowhere", "passed from console").replace(
        "  create connector load;",
        '  define connector console from stdio with codec = "json", postprocessors = ["separate"] end;\n'
        "  create connector load;",
    )

    printed = run(tmp_path, "throttle", shown)

    assert 100 <= len(printed) < 150


def test_a_timer_and_windows_print_as_long_as_they_run(tmp_path: Path) -> None:
    ticks = first_lines(tmp_path, "timer", BY_NAME["timer"].text(), 1)
    quick = BY_NAME["windows"].text().replace("5000000000", "300000000").replace("100000000}", "10000000}")
    figures = first_lines(tmp_path, "windows", quick, 3)

    assert ticks[0]["hello"] == "world"
    assert {"kind", "count", "mean", "most"} <= set(figures[0])
