"""The five main flows of the workbench, each driven by keys in the real program, in both sizes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.numbered import command, open_terminal, places, write_flow

ROOT = Path(__file__).parents[2]
SIZES = [(80, 24), (120, 36)]
SLOW = """\
define flow slow
flow
  define connector lines from bench
  with codec = "json", config = {"path": "lines.jsonl"}
  end;
  define connector nowhere from `null` with codec = "json" end;
  define pipeline grind
  pipeline
    use std::range;
    define script heavy
    script
      use std::range;
      let $all = for range::range(0, 60) of
        case (i, n) => n * event.n
      end;
      event
    end;
    create script heavy;
    select event from in into heavy;
    select event from heavy into out;
    select event from heavy/err into err;
  end;
  create connector lines;
  create connector nowhere;
  create pipeline grind;
  connect /connector/lines to /pipeline/grind;
  connect /pipeline/grind to /connector/nowhere;
end;
deploy flow slow;
"""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(60), pytest.mark.parametrize("size", SIZES)]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder to work in, with nothing of an earlier session; its engines are ended afterwards."""
    yield tmp_path
    listed = subprocess.run(command("ls"), env=places(tmp_path), capture_output=True, text=True, check=False)
    for line in listed.stdout.splitlines()[1:]:
        name = line.split()[0]
        subprocess.run(
            command("stop", "--name", name), env=places(tmp_path), capture_output=True, check=False
        )


def test_a_first_run_shows_events_after_two_keys(folder: Path, size: tuple[int, int]) -> None:
    shutil.copytree(ROOT / "pipelines/quickstart", folder / "pipelines/quickstart")
    began = time.monotonic()
    with open_terminal(folder, command("workbench"), *size) as terminal:
        terminal.wait_for("Pick a start", 20)
        seen = time.monotonic()
        terminal.send("enter")  # one action; opening the program was the other

        terminal.wait_until(lambda t: '"client"' in t.text or '{"bytes"' in t.text or '"path"' in t.text, 20)
        first_event = time.monotonic()
        terminal.wait_for("RUN")

    limit = float(os.environ.get("TREMOR_TUI_FIRST_EVENT_S", "12"))  # 2 s on a machine of one's own
    assert first_event - began < limit, f"start {seen - began:.2f} s, first event {first_event - began:.2f} s"


def test_b_a_flow_of_three_nodes_is_made_from_nothing_in_twenty_keys(
    folder: Path, size: tuple[int, int]
) -> None:
    keys = 0
    with open_terminal(folder, command("workbench"), *size) as terminal:
        terminal.wait_for("Pick a start", 20)

        def press(*pressed: str) -> None:
            nonlocal keys
            keys += len(pressed)
            terminal.send(*pressed)

        press("7")
        terminal.wait_for("a adds the first node")
        for number, (kind, node) in enumerate(
            (("met", "metronome"), ("scr", "transform"), ("con", "console"))
        ):
            press("a")
            terminal.wait_for("enter adds it")
            press(*kind, "enter")
            terminal.wait_for(f"{number + 1} nodes")
            terminal.wait_for(node)
        press("f5")
        terminal.wait_for("3 nodes")
        terminal.wait_for("saves and starts it")
        press("enter")
        terminal.wait_for("RUN")

    assert keys <= 20
    text = (folder / "flow.troy").read_text()
    assert text.count("connect /") == 2
    assert "deploy flow main" in text


def test_c_what_makes_a_flow_slow_is_two_keys_away(folder: Path, size: tuple[int, int]) -> None:
    (folder / "lines.jsonl").write_text("".join(json.dumps({"n": n}) + "\n" for n in range(1000)))
    (folder / "slow.troy").write_text(SLOW)
    with open_terminal(folder, command("workbench", "slow.troy"), *size) as terminal:
        terminal.wait_for("limits the flow", 25)

        terminal.send("2")
        terminal.wait_for("Why")
        terminal.wait_until(lambda t: "grind" in t.text and "limits the flow" in t.text)
        terminal.send("e")

        terminal.wait_for("for range::range(0, 60)", 30.0)


def test_d_a_script_is_mended_on_live_events_and_put_live(folder: Path, size: tuple[int, int]) -> None:
    write_flow(folder, 200_000, 1_000)
    with open_terminal(folder, command("workbench", "flow.troy"), *size) as terminal:
        terminal.wait_for("RUN", 20)
        terminal.wait_until(lambda t: '{"n"' in t.text or '"n":' in t.text, 20)
        terminal.send("e")
        terminal.wait_for("script tag")
        if size[0] < 100:  # where there is less room the preview is shown when it is asked for
            terminal.send("\x1b[20~")  # F9
        terminal.wait_for("20 out", 20)

        terminal.send("up", "up", "up", "end", "\x7f", "1")  # wherever it opened
        terminal.wait_for("was v: 0", 20)
        terminal.send("f5")

        terminal.wait_for("v2 live", 20)
        terminal.wait_until(lambda _: b'"v":1' in (folder / "written.jsonl").read_bytes(), 20)
    numbers = [json.loads(line)["n"] for line in (folder / "written.jsonl").read_bytes().splitlines()]
    assert numbers == [str(n) for n in range(len(numbers))], "nothing is lost, doubled or out of its order"


def test_e_a_flow_runs_without_a_screen_and_is_looked_at_later(folder: Path, size: tuple[int, int]) -> None:
    write_flow(folder, 200_000, 1_000)
    ran = run(folder, "run", "flow.troy", "--detach", "--name", "back", "--record", "rec")
    said = dict(line.split(" ", 1) for line in ran.splitlines())
    assert said["engine"] == "back"
    assert Path(said["socket"]).exists()

    assert "back" in run(folder, "ls")
    assert "numbered/pipeline/stage" in run(folder, "top", "--name", "back", "--count", "1")
    assert '"n":' in run(folder, "tap", "stage/out", "--name", "back", "--count", "1")
    with open_terminal(folder, command("attach", "--name", "back", "--read-only"), *size) as looks:
        looks.wait_for("RUN", 20)
        looks.wait_for("read only")
    with open_terminal(folder, command("attach", "--name", "back"), *size) as terminal:
        terminal.wait_for("RUN", 20)
        terminal.send("q")
        assert terminal.wait_ended() == 0, "leaving asks nothing, for the engine goes on"
    run(folder, "stop", "--name", "back")
    assert any((folder / "rec").rglob("*"))


def run(folder: Path, *arguments: str) -> str:
    """Runs a command to its end; what it printed."""
    done = subprocess.run(
        command(*arguments),
        cwd=folder,
        env=places(folder),
        capture_output=True,
        text=True,
        check=False,
        timeout=40,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
