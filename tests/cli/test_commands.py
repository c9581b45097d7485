from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, completed
from tremor_tui import __version__
from tremor_tui.cli import output
from tremor_tui.cli.main import COMMANDS

FLOW = """
define flow main
flow
  define connector lines from file
  with codec = "json", preprocessors = ["separate"], config = {"path": "in.json", "mode": "read"} end;
  define connector out from file
  with codec = "json", postprocessors = ["separate"], config = {"path": "out.json", "mode": "truncate"} end;
  define pipeline main pipeline select event + 1 from in into out; end;
  create connector lines;
  create connector out;
  create pipeline main;
  connect /connector/lines to /pipeline/main;
  connect /pipeline/main to /connector/out;
end;
deploy flow main;
"""


def test_every_command_has_help(cli: Cli) -> None:
    whole = cli("--help")
    for name in COMMANDS:
        assert name in whole.out
        ran = cli(name, "--help")
        assert (ran.status, ran.err) == (0, "")
        assert len(ran.out.splitlines()) > 4
        assert "\x1b" not in ran.out


@pytest.mark.parametrize("arguments", [["nothing"], ["run"], ["run", "a", "b"], ["ls", "--no"], ["dbg", "x"]])
def test_wrong_usage_is_exit_2(cli: Cli, arguments: list[str]) -> None:
    ran = cli(*arguments)

    assert (ran.status, ran.out) == (2, "")
    assert "Usage" in ran.err


def test_the_version_is_answered_without_loading_anything() -> None:
    code = """
import sys, time
sys.argv = ["tremor-tui", "--version"]
from tremor_tui.cli.start import main
main()
print(time.process_time(), *sorted(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    first, loop, second = done.stdout.splitlines()
    seconds, *modules = second.split()
    assert first == f"tremor-tui {__version__}"
    assert loop.startswith("loop ")
    assert not {"typer", "textual", "anyio", "msgspec", "orjson", "asyncio"} & set(modules)
    assert float(seconds) < 0.06


def test_running_loads_no_drawing_library(folder: Path) -> None:
    (folder / "a.tremor").write_text("event")
    (folder / "in.json").write_text("1\n")
    code = """
import sys, json
from tremor_tui.cli.main import run
run(["run", "a.tremor", "-i", "in.json"])
print(json.dumps([name for name in sys.modules]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    loaded = json.loads(done.stdout.splitlines()[-1])
    assert not [name for name in loaded if name.split(".")[0] in ("textual", "rich", "asyncio", "anyio")]


def test_client_commands_load_no_runtime_and_no_compiler() -> None:
    code = """
import sys, json
from tremor_tui.cli.main import run
run(["ls"])
print(json.dumps([name for name in sys.modules]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    loaded = json.loads(done.stdout.splitlines()[-1])
    rooms = ("runtime", "pipeline", "operators", "codecs", "language", "engine", "workbench")
    assert not [name for name in loaded for room in rooms if name.startswith(f"tremor_tui.{room}")]


@pytest.mark.parametrize("stage", ["lex", "ast", "ir", "python"])
def test_each_stage_of_a_script_is_shown(cli: Cli, folder: Path, stage: str) -> None:
    (folder / "a.tremor").write_text("event.a + 1")

    ran = cli("dbg", stage, "a.tremor")

    assert (ran.status, ran.err) == (0, "")
    assert ran.out


@pytest.mark.parametrize("stage", ["lex", "ast", "ir", "python", "dot", "graph"])
def test_each_stage_of_a_flow_is_shown(cli: Cli, folder: Path, stage: str) -> None:
    (folder / "main.troy").write_text(FLOW)

    ran = cli("dbg", stage, "main.troy")

    assert (ran.status, ran.err) == (0, "")
    assert ran.out


def test_a_script_has_no_graph(cli: Cli, folder: Path) -> None:
    (folder / "a.tremor").write_text("event")

    ran = cli("dbg", "dot", "a.tremor")

    assert ran.status == 1
    assert "a script has no graph" in ran.err


def test_warnings_do_not_fail_a_check(cli: Cli, folder: Path) -> None:
    (folder / "a.tremor").write_text("const lower = 1;\nlower")

    ran = cli("check", "a.tremor", "--error-format", "short")

    assert ran.status == 0
    assert "a.tremor:1:1-1:16: warning[consistency]: " in ran.err


def test_a_module_is_checked_as_one(cli: Cli, folder: Path) -> None:
    (folder / "good.tremor").write_text("fn f(x) with x + 1 end;")
    (folder / "bad.tremor").write_text("const ONE = 1;\nfn f(x) with nope::g(x) end;")

    assert cli("check", "good.tremor").status == 0
    bad = cli("check", "bad.tremor", "--error-format", "short")
    assert bad.status == 1
    assert bad.err.startswith("bad.tremor:2:")


def test_modules_are_found_beside_the_file_and_along_the_path(
    cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "lib").mkdir()
    (folder / "sub").mkdir()
    (folder / "lib" / "far.tremor").write_text("const FAR = 2;")
    (folder / "sub" / "near.tremor").write_text("const NEAR = 1;")
    (folder / "sub" / "a.tremor").write_text("use near;\nuse far;\nnear::NEAR + far::FAR")
    monkeypatch.setenv("TREMOR_PATH", "lib")

    assert cli("check", "sub/a.tremor").status == 0


def test_diagnostics_are_drawn_under_their_source(cli: Cli, folder: Path) -> None:
    (folder / "a.tremor").write_text("let x = 1;\nlet = 2;\n3")

    ran = cli("check", "a.tremor")

    assert "    2 | let = 2;\n" in ran.err
    assert "^" in ran.err
    assert "\x1b" not in ran.err


def test_control_characters_are_never_printed_as_they_are(cli: Cli) -> None:
    ran = cli("check", "a\x1b[2J.tremor")

    assert ran.status == 1
    assert "\x1b" not in ran.err
    assert "␛[2J" in ran.err


def test_a_flow_runs_to_the_end_of_its_sources(cli: Cli, folder: Path) -> None:
    (folder / "main.troy").write_text(FLOW)
    (folder / "in.json").write_text("1\n2\nnope\n3\n")

    ran = cli("run", "main.troy")

    assert (ran.status, ran.out) == (0, "")
    assert (folder / "out.json").read_text() == "2\n3\n4\n"
    assert " 3 out, " in ran.err
    assert " 0 left, " in ran.err


def test_bad_frames_fail_a_flow_only_where_that_is_asked_for(cli: Cli, folder: Path) -> None:
    (folder / "main.troy").write_text(FLOW)
    (folder / "in.json").write_text("1\nnope\n")

    assert cli("run", "main.troy", "--fail-on-error").status == 1


def test_a_flow_whose_input_is_missing_is_one_diagnostic_with_its_place(cli: Cli, folder: Path) -> None:
    (folder / "main.troy").write_text(FLOW)

    ran = cli("run", "main.troy", "--error-format", "short")

    assert (ran.status, ran.out) == (1, "")
    assert "main.troy:5:" in ran.err
    assert "Traceback" not in ran.err


def test_a_file_that_deploys_nothing_is_refused(cli: Cli, folder: Path) -> None:
    (folder / "main.troy").write_text(FLOW.replace("deploy flow main;", ""))

    ran = cli("run", "main.troy")

    assert ran.status == 1
    assert "deploys no flow" in ran.err


def test_scripts_do_not_run_on_an_engine(cli: Cli, folder: Path) -> None:
    (folder / "a.tremor").write_text("event")

    ran = cli("run", "--detach", "a.tremor")

    assert ran.status == 1
    assert "only a .troy or .yaml file" in ran.err


@pytest.mark.parametrize(
    "command", [["status"], ["top"], ["tap", "x"], ["attach"], ["stop"], ["stop", "main"]]
)
def test_clients_say_that_no_engine_runs(cli: Cli, command: list[str]) -> None:
    ran = cli(*command)

    assert (ran.status, ran.out) == (1, "")
    assert "error: no engine runs\nhint: start one:" in ran.err
    assert "hint: start one" in ran.err


def test_an_engines_name_cannot_lead_elsewhere(cli: Cli) -> None:
    ran = cli("status", "--name", "../x")

    assert ran.status == 1
    assert "cannot be called `../x`" in ran.err


@pytest.mark.parametrize("arguments", [[], ["workbench"], ["workbench", "main.troy"]])
def test_without_a_terminal_the_workbench_says_what_to_run_instead(
    folder: Path, arguments: list[str]
) -> None:
    (folder / "main.troy").write_text(FLOW)

    ran = completed(*arguments)

    assert (ran.status, ran.out) == (2, "")
    assert "tremor-tui run " in ran.err
    assert "tremor-tui top --plain" in ran.err


def test_colour_is_for_terminals_that_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "is_terminal", lambda stream: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert output._coloured("x", output.RED) == "\x1b[31mx\x1b[0m"

    monkeypatch.setenv("NO_COLOR", "1")
    assert output._coloured("x", output.RED) == "x"


def test_nothing_is_left_in_the_folder_of_sockets(cli: Cli, folder: Path) -> None:
    cli("ls")

    assert os.listdir(folder.parent / "run" / "tremor-tui") == []
