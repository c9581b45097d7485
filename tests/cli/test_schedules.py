"""`run --schedule`: the same flows on one loop, in threads, and spread over processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tremor_tui.cli.running.spread import groups, share
from tremor_tui.cli.start import run
from tremor_tui.testing.harness import flow, of

LINES = 2000
COPY = """define flow NAME
flow
  define pipeline main
  pipeline
    select event from in into out;
  end;
  define connector lines from SOURCE
  with codec = "json", preprocessors = ["separate"]CONFIG end;
  define connector kept from SINK;
  create connector lines;
  create connector kept;
  create pipeline main;
  connect /connector/lines to /pipeline/main;
  connect /pipeline/main to /connector/kept;
end;
deploy flow NAME;
"""
KEEP = """file
  with codec = "json", postprocessors = ["separate"], config = {"path": "NAME.out", "mode": "write"} end"""


def copying(name: str, source: str = "in.jsonl", sink: str = KEEP) -> str:
    config = f', config = {{"path": "{source}", "mode": "read"}}' if source else ""
    text = COPY.replace("SINK", sink).replace("SOURCE", "file" if source else "stdio")
    return text.replace("CONFIG", config).replace("NAME", name)


def written(folder: Path, *flows: str) -> Path:
    (folder / "in.jsonl").write_text("".join(f'{{"n":{n}}}\n' for n in range(LINES)))
    (folder / "flows.troy").write_text("\n".join(flows))
    return folder / "flows.troy"


def ran(file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tremor_tui", "run", *options, file.name]
    return subprocess.run(command, cwd=file.parent, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "options", [["threads"], ["executors", "--executors", "2"]], ids=["threads", "executors"]
)
def test_flows_write_the_same_under_every_schedule(tmp_path: Path, options: list[str]) -> None:
    names = ["a", "b", "c"]
    done = ran(written(tmp_path, *map(copying, names)), "--schedule", *options)
    assert done.returncode == 0, done.stderr
    for name in names:
        assert (tmp_path / f"{name}.out").read_text() == (tmp_path / "in.jsonl").read_text()
        assert f"{name}: {LINES:,} in, {LINES:,} out, 0 to err, 0 left" in done.stderr


def test_an_exit_in_one_process_ends_the_others_with_its_status(tmp_path: Path) -> None:
    beats = (
        copying("beats")
        .replace(
            'file\n  with codec = "json", preprocessors = ["separate"], config', "metronome\n  with config"
        )
        .replace('{"path": "in.jsonl", "mode": "read"}', '{"interval": 1000000}')
    )
    (tmp_path / "end.jsonl").write_text('{"exit": 7}\n')
    file = written(tmp_path, beats, copying("ends", "end.jsonl", "exit"))
    done = ran(file, "--executors", "2")
    assert done.returncode == 7, done.stderr
    assert "0 left" in done.stderr


def test_a_flow_that_cannot_start_is_shown_at_its_place_and_ends_the_others(tmp_path: Path) -> None:
    beats = copying("beats", "")
    file = written(tmp_path, copying("bad", "none.jsonl"), beats)
    reader, writer = os.pipe()
    command = [
        sys.executable,
        "-m",
        "tremor_tui",
        "run",
        "--executors",
        "2",
        "--error-format",
        "short",
        file.name,
    ]
    done = subprocess.run(command, cwd=tmp_path, stdin=reader, capture_output=True, text=True, check=False)
    os.close(writer)
    os.close(reader)
    assert done.returncode == 1
    assert "flows.troy:" in done.stderr
    assert "no such file" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_drains_every_process(tmp_path: Path, number: signal.Signals) -> None:
    endless = ', config = {"path": "in.jsonl", "interval": 100000}'
    texts = [
        copying(name)
        .replace("from file", "from bench", 1)
        .replace(', preprocessors = ["separate"]', "")
        .replace(', config = {"path": "in.jsonl", "mode": "read"}', endless)
        for name in ("a", "b")
    ]
    file = written(tmp_path, *texts)
    command = [sys.executable, "-m", "tremor_tui", "run", "--executors", "2", file.name]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        while not all((tmp_path / f"{name}.out").exists() for name in ("a", "b")):
            time.sleep(0.01)
        process.send_signal(number)
        _, told = process.communicate(timeout=15)
    assert process.returncode == 0, told
    assert told.count(" 0 left") == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--schedule", "threads", "some.tremor"], "a script or a query runs on one loop"),
        (["run", "--schedule", "threads", "--record", "x", "some.troy"], "--record does not go with"),
        (["run", "--detach", "--schedule", "threads", "some.troy"], "an engine runs no threads"),
        (["server", "run", "--schedule", "threads"], "an engine runs no threads"),
    ],
)
def test_a_schedule_that_is_not_for_what_is_run_is_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "some.tremor").write_text("event\n")
    (tmp_path / "some.troy").write_text(copying("a"))
    assert run(arguments) == 1
    assert message in capsys.readouterr().err


def test_flows_that_share_something_stay_together() -> None:
    plain = [flow(name, [of("a", "null"), of("b", "null")], ["a/out>b/in"]) for name in ("one", "two")]
    reading = [
        flow(name, [of("a", "stdio", codec="json"), of("b", "null")], ["a/out>b/in"]) for name in ("s", "t")
    ]
    listening = flow("m", [of("a", "metrics"), of("b", "null")], ["a/out>b/in"])
    assert groups([*plain, *reading]) == [["s", "t"], ["one"], ["two"]]
    assert [[one.alias for one in part] for part in share([*plain, *reading], 2)] == [
        ["s", "t"],
        ["one", "two"],
    ]
    assert groups([*plain, listening]) == [["one", "two", "m"]]
