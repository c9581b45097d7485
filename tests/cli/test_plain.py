"""The plain forms of `run` are what typer would have made of them, and load little."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from tests.cli.conftest import Cli
from tests.cli.test_commands import FLOW
from tremor_tui.cli.local import run as local
from tremor_tui.cli.main import build
from tremor_tui.cli.plain import PLAIN, plain, read_run
from tremor_tui.cli.running import entry

ENTRY = inspect.signature(entry.run)
HEAVY = {
    "typer",
    "rich",
    "pydantic",
    "textual",
    "click",
    "importlib.metadata",
    "multiprocessing",
    "ssl",
    "email",
    "lark",
    "yaml",
}
"""What no form of `run` may load."""


def given_by_typer(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> dict[str, Any]:
    seen: list[dict[str, Any]] = []

    def run(file: Path | None, **given: Any) -> int:
        seen.append({"file": file, **given})
        return 0

    monkeypatch.setattr(entry, "run", run)
    build(["run"])(args=["run", *arguments], standalone_mode=False)
    return seen[0]


@pytest.mark.parametrize("word", sorted(PLAIN))
def test_each_option_of_the_table_is_what_typer_makes_of_it(
    monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    arguments = ["a.troy", word] if PLAIN[word][1] is None else [word, "some/name", "a.troy"]

    plainly = read_run(arguments)

    assert plainly is not None
    typed = given_by_typer(monkeypatch, arguments)
    file, given = plainly
    assert {**typed, "file": file, **given} == typed
    assert given[PLAIN[word][0]] != ENTRY.parameters[PLAIN[word][0]].default


def test_every_option_without_limits_is_in_the_table() -> None:
    command = typer.main.get_command(build(["run"])).commands["run"]  # type: ignore[attr-defined]
    left = {one.name for one in command.params} - {name for name, _ in PLAIN.values()}
    assert left <= {
        "file", "queries", "ingest_ns_step", "drain_seconds", "detach", "name", "executors", "interactive",
        "record", "record_mb", "error_format", "help", "schedule",
    }  # fmt: skip


def test_what_is_left_out_has_one_default() -> None:
    ours, typed = inspect.signature(entry.run).parameters, inspect.signature(local.run).parameters
    assert list(ours) == list(typed)
    assert {name: one.default for name, one in ours.items() if name != "file"} == {
        name: one.default for name, one in typed.items() if name != "file"
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "a.tremor"],
        ["--help"],
        ["run"],
        ["run", "--help"],
        ["run", "a", "b"],
        ["run", "-"],
        ["run", "a", "--infile"],
        ["run", "a", "--infile=b"],
        ["run", "a", "-i", "--outfile"],
        ["run", "a", "-i", ""],
        ["run", "a", "--drain-seconds", "3"],
        ["run", "a", "--", "b"],
        ["run", ""],
    ],
)
def test_what_is_not_plain_is_left_to_typer(arguments: list[str]) -> None:
    assert plain(arguments) is None


def test_stdin_and_stdout_are_plain() -> None:
    assert read_run(["a.tremor", "-i", "-", "-o", "-"]) == (
        Path("a.tremor"),
        {"infile": Path("-"), "outfile": Path("-")},
    )


def loaded_by(*arguments: str) -> set[str]:
    code = f"""
import sys, json
from tremor_tui.cli.start import run
status = run({list(arguments)!r})
print(json.dumps([name for name in sys.modules]))
sys.exit(status)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = json.loads(done.stdout.splitlines()[-1])
    return set(loaded) | {name.partition(".")[0] for name in loaded}


def test_a_script_loads_what_it_needs(folder: Path) -> None:
    (folder / "a.tremor").write_text("event")
    (folder / "in.json").write_text("1\n")

    loaded = loaded_by("run", "a.tremor", "-i", "in.json")

    assert not loaded & (HEAVY | {"anyio", "asyncio", "uvloop"})
    rooms = {"runtime", "connectors", "workbench", "pipeline", "operators", "engine.engine"}
    assert not [name for name in rooms if f"tremor_tui.{name}" in loaded]


def test_a_query_loads_what_it_needs(folder: Path) -> None:
    (folder / "a.trickle").write_text("select event from in into out")
    (folder / "in.json").write_text("1\n")

    loaded = loaded_by("run", "a.trickle", "-i", "in.json")

    assert not loaded & (HEAVY | {"anyio", "asyncio", "uvloop"})
    rooms = {"runtime", "connectors.file", "workbench", "engine.engine", "language.compile_yaml"}
    assert not [name for name in rooms if f"tremor_tui.{name}" in loaded]


def test_a_flow_loads_what_it_needs(folder: Path) -> None:
    (folder / "main.troy").write_text(FLOW)
    (folder / "in.json").write_text("1\n")

    loaded = loaded_by("run", "main.troy")

    assert not loaded & (HEAVY - {"ssl"})  # asyncio wants it
    rooms = {"workbench", "engine.engine", "engine.plane", "language.compile_yaml", "codecs.msgpack"}
    assert not [name for name in rooms if f"tremor_tui.{name}" in loaded]


def test_a_mistake_reads_the_same_either_way(cli: Cli, folder: Path) -> None:
    (folder / "a.tremor").write_text("let = 1")

    plainly, typed = cli("run", "a.tremor"), cli("run", "a.tremor", "--error-format", "full")

    assert plainly == typed
    assert (plainly.status, plainly.out) == (1, "")
