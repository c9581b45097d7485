"""Integers of 64 bits go through the codec and a script of the real command without a change."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

LARGEST, SMALLEST = "18446744073709551615", "-9223372036854775808"
SAME = [
    LARGEST,
    SMALLEST,
    "9223372036854775807",
    "9223372036854775808",
    "9007199254740993",
    "-9007199254740993",
    "0",
]


def run(folder: Path, script: str, *lines: str) -> tuple[list[str], str]:
    """What the command prints for some lines of JSON, and what it says."""
    file = folder / "numbers.tremor"
    file.write_text(script)
    command = [sys.executable, "-m", "tremor_tui", "run", str(file), "--error-format", "short"]
    environment = {**os.environ, "TREMOR_PATH": ""}
    done = subprocess.run(
        command, input="\n".join(lines) + "\n", capture_output=True, text=True, env=environment
    )
    return done.stdout.splitlines(), done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("numbers")


def test_integers_are_not_rounded(folder: Path) -> None:
    lines = [f'{{"n":{number},"l":[{number}]}}' for number in SAME]

    out, said = run(folder, "let event.k = event.n; event", *lines)

    assert out == [f'{{"n":{n},"l":[{n}],"k":{n}}}' for n in SAME]
    assert said == ""


EXACT = [
    ("event + 1", "18446744073709551614", LARGEST),
    ("event - 1", LARGEST, "18446744073709551614"),
    ("event - 1", "-9223372036854775807", SMALLEST),
    ("event * 2", "9223372036854775807", "18446744073709551614"),
    ("event % 10", LARGEST, "5"),
    ("-event", "9223372036854775807", "-9223372036854775807"),
    ('"#{event}"', LARGEST, f'"{LARGEST}"'),
    ("18446744073709551615", "1", LARGEST),
    ("-9223372036854775808", "1", SMALLEST),
    ("0xffffffffffffffff", "1", LARGEST),
    ("event + 0", "2.0", "2.0"),
    ("event / 2", "4", "2.0"),
    ("event & 18446744073709551615", LARGEST, LARGEST),
]


def test_integers_are_computed_exactly(folder: Path) -> None:
    cases = "\n".join(f"case {at} => let event = event.v; {text}" for at, (text, _, _) in enumerate(EXACT))
    lines = [f'{{"at":{at},"v":{value}}}' for at, (_, value, _) in enumerate(EXACT)]

    out, said = run(folder, f"match event.at of {cases} case _ => null end", *lines)

    assert out == [expected for _, _, expected in EXACT]
    assert said == ""


OVERFLOWS = [
    ("event + 1", LARGEST),
    ("event - 1", SMALLEST),
    ("event * 2", LARGEST),
    ("-event", LARGEST),
    ("event * event", "4294967296"),
    ("event - 18446744073709551615", "0"),
]


def test_what_does_not_fit_is_an_error_with_a_place(folder: Path) -> None:
    cases = "\n".join(f"case {at} => let event = event.v; {text}" for at, (text, _) in enumerate(OVERFLOWS))
    lines = [f'{{"at":{at},"v":{value}}}' for at, (_, value) in enumerate(OVERFLOWS)]

    out, said = run(folder, f"match event.at of {cases} case _ => null end", *lines)

    assert out == []
    errors = said.splitlines()
    assert len(errors) == len(OVERFLOWS)
    for at, error in enumerate(errors):
        assert f"numbers.tremor:{at + 1}:" in error
        assert "error: " in error


def test_numbers_that_no_integer_holds_are_refused(folder: Path) -> None:
    out, said = run(folder, "event", "18446744073709551616", "-9223372036854775809", "1")

    assert out == ["1"]
    assert len(said.splitlines()) == 2
    assert "Traceback" not in said
