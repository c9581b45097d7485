"""The commands that are clients, against an engine that `server run` or `run --detach` started."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, process
from tests.engine.texts import flow

pytestmark = [pytest.mark.slow, pytest.mark.timeout(60)]


@pytest.fixture
def server(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """An engine in a process of its own that runs the flow `one`."""
    (folder / "one.troy").write_text(flow(script='{"n": 1}'))
    with process("server", "run", "one.troy") as started:
        assert started.stderr
        while "ready on" not in (line := started.stderr.readline()):
            assert line, "it ended before it was ready"
        yield started
        if started.poll() is None:
            started.send_signal(signal.SIGTERM)
        started.communicate(timeout=20)


def test_an_engine_can_be_looked_at_and_stopped(cli: Cli, server: subprocess.Popen[str]) -> None:
    listed = cli("ls")
    assert listed.out.splitlines()[1].split()[:4] == ["local", str(server.pid), "one", "running"]

    status = cli("status")
    assert status.status == 0
    assert "executor 0: running" in status.out
    assert "pipeline main" not in status.out
    fast = cli("status", "--speed").out
    assert "  pipeline main: on the fast path" in fast.splitlines()

    top = cli("top", "--count", "2", "--interval", "0.2")
    assert top.status == 0
    assert top.out.count("one/pipeline/main") == 2
    assert "\x1b" not in top.out

    tapped = cli("tap", "main/out", "--count", "3")
    assert [json.loads(line) for line in tapped.out.splitlines()] == [{"n": 1}] * 3
    with_meta = cli("tap", "main/out", "--count", "1", "--meta")
    assert json.loads(with_meta.out)["value"] == {"n": 1}

    filtered = cli("tap", "main/out", "--count", "2", "--filter", "event.n == 1", "--fields", "n,gone")
    assert filtered.out.splitlines() == ["1\t-"] * 2
    assert "matched" in filtered.err
    counted = cli("tap", "main/out", "--count", "3", "--top", "n", "--json")
    counts = json.loads(counted.out.splitlines()[-1])
    assert counts["values"][0]["value"] == 1
    assert counts["values"][0]["count"] == counts["counted"] >= 3
    wrong = cli("tap", "main/out", "--filter", "event.n ==")
    assert wrong.status == 1
    assert "filter:1:11" in wrong.err
    missing = cli("tap", "elsewhere")
    assert missing.status == 1
    assert "no edge called `elsewhere`" in missing.err

    assert cli("stop", "nobody").status == 1
    stopped = cli("stop", "one")
    assert (stopped.status, stopped.err) == (0, "one: drained\n")

    assert cli("stop").status == 0
    assert server.wait(20) == 0
    assert cli("status").status == 1


def test_a_flow_is_made_what_its_file_says_now(cli: Cli, folder: Path, server: subprocess.Popen[str]) -> None:
    path = folder / "one.troy"
    same = cli("apply", "one")
    sink = 'define connector two from file with codec = "json", config = {"path": "two", "mode": "append"}'
    more = f"{sink} end; create connector two; connect /pipeline/main to /connector/two;"
    path.write_text(flow(script='{"n": 2}', extra=more))
    dry = cli("apply", "one.troy", "--dry-run")
    path.write_text(flow(script='{"n": 2}', extra=more) + flow("other"))
    done = cli("apply", "one.troy", "--accept")
    path.write_text(flow("other"))
    refused = cli("apply", "one")
    path.write_text(flow(script="let = 1"))
    wrong = cli("apply", "one")
    unknown = cli("apply", "nobody")

    assert (same.status, same.out) == (
        0,
        "one: nothing that runs would change\none: nothing that runs has changed\n",
    )
    words = "one: adds connector/two; changes main/work; two writes on at the end of `two`\n"
    assert (dry.status, dry.out) == (0, words), dry.err
    assert done.status == 0
    assert done.out.startswith(words + "one: version 2 runs, ")
    assert "`other` of the same file does not run" in done.out
    assert (refused.status, refused.out) == (1, "one: the file no longer deploys `one`\n")
    assert (wrong.status, wrong.out) == (1, "")
    assert "one.troy" in wrong.err
    assert (unknown.status, "no flow called `nobody`" in unknown.err) == (1, True)
    assert (folder / "two").exists()


def test_a_second_server_of_the_name_is_refused(cli: Cli, server: subprocess.Popen[str]) -> None:
    ran = cli("server", "run", "one.troy")

    assert (ran.status, ran.out) == (1, "")
    assert ran.err.splitlines()[-2].startswith("error: an engine called `local` runs already")
    assert ran.err.splitlines()[-1].startswith("hint: ")


def test_a_detached_flow_outlives_its_command(cli: Cli, folder: Path) -> None:
    (folder / "one.troy").write_text(flow())

    ran = cli("run", "--detach", "one.troy", "--name", "back")

    said = dict(line.split(" ", 1) for line in ran.out.splitlines())
    assert ran.status == 0
    assert said["engine"] == "back"
    assert Path(said["socket"]).exists()
    again = cli("run", "--detach", "one.troy", "--name", "back")
    assert again.status == 1
    assert "runs already" in again.err
    assert cli("stop", "--name", "back").status == 0
    assert not Path(said["socket"]).exists()


def test_a_detached_flow_that_does_not_compile_leaves_no_engine(cli: Cli, folder: Path) -> None:
    (folder / "one.troy").write_text(flow(script="let = 1"))

    ran = cli("run", "--detach", "one.troy", "--error-format", "short")

    assert (ran.status, ran.out) == (1, "")
    assert "one.troy:10:" in ran.err
    assert cli("ls").out == ""


def test_a_server_whose_file_does_not_compile_ends_with_the_diagnostic(cli: Cli, folder: Path) -> None:
    (folder / "one.troy").write_text(flow(script="let = 1"))

    with process("server", "run", "one.troy", "--error-format", "short") as started:
        out, err = started.communicate(timeout=30)

    assert (started.returncode, out) == (1, "")
    assert "one.troy:10:" in err
    assert "Traceback" not in err
