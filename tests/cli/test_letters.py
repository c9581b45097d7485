"""Dead letters on the command line: listed, grouped, tried, replayed."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, process
from tests.engine.test_letters_real import BROKEN, FIXED, text

pytestmark = [pytest.mark.slow, pytest.mark.timeout(60)]


@pytest.fixture
def server(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """An engine that runs a flow in which three events fail."""
    (folder / "main.troy").write_text(text(BROKEN))
    (folder / "in").write_text("".join(f'{{"n":{n}}}\n' for n in range(3)))
    with process("server", "run", "main.troy") as started:
        assert started.stderr
        while "ready on" not in (line := started.stderr.readline()):
            assert line, "it ended before it was ready"
        yield started
        started.terminate()
        started.communicate(timeout=20)


def test_letters_are_listed_tried_fixed_and_replayed(
    cli: Cli, folder: Path, server: subprocess.Popen[str]
) -> None:
    end = time.monotonic() + 20
    while len((listed := cli("letters", "main")).out.splitlines()) < 4:
        assert time.monotonic() < end, listed
    grouped = cli("letters", "--group")
    whole = [json.loads(line) for line in cli("letters", "--json").out.splitlines()]
    before = cli("replay", "main", "--dry-run")
    unasked = cli("replay", "main")
    again = cli("replay", "main", "--yes", "--id", "1")
    (folder / "main.troy").write_text(text(FIXED))
    assert cli("apply", "main", "--accept").status == 0
    after = cli("replay", "main", "--dry-run", "--node", "check")
    done = cli("replay", "main", "--yes", "--reason", whole[0]["reason"])
    empty = cli("replay", "main", "--yes")
    left = cli("letters")

    assert [row.split()[0] for row in listed.out.splitlines()[1:]] == ["3", "2", "1"]
    assert grouped.out.splitlines()[1].split()[:5] == ["3", "3", "0", "main", "p/check"]
    assert [json.loads(one["event"]) for one in whole] == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert before.status == 1
    assert before.out.count("fails at line") == 3
    assert (unasked.status, "--yes" in unasked.err) == (1, True)
    assert (again.status, again.err) == (1, "1 failed again\n")
    assert after.status == 0
    assert after.out.splitlines()[0] == '1: -> out {"n":0}'
    assert (done.status, done.err) == (0, "3 replayed\n")
    assert sorted((folder / "out").read_text().split()) == ['{"n":0}', '{"n":1}', '{"n":2}']
    assert empty.err == "no event that failed in `main` waits and fits\n"
    assert left.err == "no event that failed waits\n"
