"""`run --record` and `play`: what ran can be looked at again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tremor_tui.control.recordings.reading import Recording
from tremor_tui.control.snapshots import EngineSnapshot, FlowFiles

SHORT = """
define flow main
flow
  define connector lines from file
  with codec = "json", preprocessors = ["separate"], config = {"path": "in.json", "mode": "read"} end;
  define connector out from file
  with codec = "json", postprocessors = ["separate"], config = {"path": "out.json", "mode": "truncate"} end;
  define pipeline main pipeline select event from in into out; end;
  create connector lines;
  create connector out;
  create pipeline main;
  connect /connector/lines to /pipeline/main;
  connect /pipeline/main to /connector/out;
end;
deploy flow main;
"""


@pytest.fixture
def recorded(folder: Path, cli: Cli) -> Path:
    (folder / "in.json").write_text('{"a": 1}\n{"a": 2}\n')
    (folder / "main.troy").write_text(SHORT)
    ran = cli("run", "--record", "rec", "main.troy")
    assert ran.status == 0, ran.err
    return folder / "rec"


def test_a_run_is_recorded_from_its_begin_to_its_end_with_its_texts(recorded: Path) -> None:
    recording = Recording(recorded)

    records = [record for index in range(len(recording.members)) for record in recording.read(index)]
    pictures = [record for record in records if isinstance(record, EngineSnapshot)]
    (files,) = [record for record in records if isinstance(record, FlowFiles)]
    assert pictures[-1].flows[0].events_in == 2
    assert files.files[0].text == SHORT
    assert recording.damage == ""


def test_play_writes_a_recording_as_lines(recorded: Path, cli: Cli) -> None:
    played = cli("play", "--plain", str(recorded))
    same = cli("workbench", "--plain", "--recording", str(recorded / "0001.ttr"))

    assert played.status == 0
    assert "flow main" in played.out
    assert "deploy: deploy main from main.troy" in played.out
    assert same.out == played.out


def test_play_without_a_terminal_says_how_to_have_lines(recorded: Path, cli: Cli) -> None:
    played = cli("play", str(recorded))

    assert played.status == 2
    assert "tremor-tui play --plain" in played.err


@pytest.mark.parametrize("command", [("play",), ("play", "--plain"), ("workbench", "--recording")])
def test_what_is_no_recording_is_one_error_with_a_hint(
    folder: Path, cli: Cli, command: tuple[str, ...]
) -> None:
    (folder / "x.ttr").write_text("define flow")

    played = cli(*command, "x.ttr")

    assert played.status == 1
    assert played.err == (
        "error: `x.ttr` is no recording of tremor-tui\n"
        "hint: make one with `tremor-tui run --record FOLDER FILE`\n"
    )


def test_a_script_is_not_recorded_and_a_folder_that_cannot_be_written_is_refused(
    folder: Path, cli: Cli
) -> None:
    (folder / "a.tremor").write_text("event")
    (folder / "main.troy").write_text(SHORT)
    (folder / "in.json").write_text('{"a": 1}\n')
    (folder / "file").write_text("")

    script = cli("run", "--record", "rec", "a.tremor", "-i", "in.json")
    refused = cli("run", "--record", "file/rec", "main.troy")

    assert (script.status, "only the flows of a .troy file" in script.err) == (1, True)
    assert "cannot record to" in refused.err
