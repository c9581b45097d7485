from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, process


@pytest.fixture
def script(folder: Path) -> Path:
    path = folder / "plus.tremor"
    path.write_text("event.a + 1")
    return path


def test_each_emitted_event_is_a_line(cli: Cli, script: Path, folder: Path) -> None:
    (folder / "in.json").write_text('{"a": 1}\n{"a": 2.0}\n\n{"a": 3}')

    ran = cli("run", str(script), "-i", "in.json")

    assert (ran.status, ran.out, ran.err) == (0, "2\n3.0\n4\n", "")


def test_a_failing_event_is_told_and_the_run_goes_on(cli: Cli, script: Path, folder: Path) -> None:
    (folder / "in.json").write_text('{"a": 1}\n{"b": 1}\n{"a": 2}\n')

    ran = cli("run", str(script), "-i", "in.json", "--error-format", "short")

    assert (ran.status, ran.out) == (0, "2\n3\n")
    assert ran.err.splitlines()[0].startswith(f"{script}:1:7-1:8: error: ")


def test_failing_events_fail_the_run_only_where_that_is_asked_for(
    cli: Cli, script: Path, folder: Path
) -> None:
    (folder / "in.json").write_text('{"b": 1}\n{"a": 1}\n')

    ran = cli("run", str(script), "-i", "in.json", "--fail-on-error")

    assert (ran.status, ran.out) == (1, "2\n")


def test_a_frame_that_is_not_json_is_told_with_its_line(cli: Cli, script: Path, folder: Path) -> None:
    (folder / "in.json").write_bytes(b'{"a": 1}\n{"a": \xff}\nnope\n{"a": 2}\n')

    ran = cli("run", str(script), "-i", "in.json", "--error-format", "short")

    assert (ran.status, ran.out) == (0, "2\n3\n")
    assert [line.split(" ")[0] for line in ran.err.splitlines()] == ["in.json:2:1-2:9:", "in.json:3:1-3:5:"]


def test_output_and_errors_are_in_the_order_of_the_events(script: Path, folder: Path) -> None:
    (folder / "in.json").write_text('{"a": 1}\nno\n{"b": 1}\n{"a": 2}\n')
    both = folder / "both"
    with both.open("w") as file:
        command = ["run", str(script), "-i", "in.json", "--error-format", "short"]
        import sys

        subprocess.run([sys.executable, "-m", "tremor_tui", *command], stdout=file, stderr=file, check=True)

    first, second, third, *_, last = both.read_text().splitlines()
    assert (first, last) == ("2", "3")
    assert second.startswith("in.json:2")
    assert third.startswith(str(script))


def test_the_kth_event_is_ingested_at_k_steps(cli: Cli, folder: Path) -> None:
    (folder / "t.tremor").write_text("use tremor::system;\nsystem::ingest_ns()")
    (folder / "in.json").write_text("1\n2\n3\n")

    ran = cli("run", "t.tremor", "-i", "in.json", "--ingest-ns-step", "7")

    assert ran.err == ""
    assert ran.out == "0\n7\n14\n"


def test_a_script_keeps_its_state_from_event_to_event(cli: Cli, folder: Path) -> None:
    text = "let state = match state of case null => 1 case _ => state + 1 end;\nstate"
    (folder / "s.tremor").write_text(text)
    (folder / "in.json").write_text("0\n" * 250)

    ran = cli("run", "s.tremor", "-i", "in.json")

    assert ran.out.splitlines() == [str(n) for n in range(1, 251)]


def test_a_query_prints_what_leaves_by_all_its_ports(cli: Cli, folder: Path) -> None:
    text = """
    define script sort
    script match event of case _ when event % 2 == 0 => emit event => "even" case _ => event end end;
    create script sort;
    select event from in into sort;
    select {"odd": event} from sort into out;
    select {"even": event} from sort/even into err;
    """
    (folder / "q.trickle").write_text(text)
    (folder / "in.json").write_text("1\n2\n3\n4\n")

    ran = cli("run", "q.trickle", "-i", "in.json")

    assert ran.err == ""
    assert ran.out == '{"odd":1}\n{"even":2}\n{"odd":3}\n{"even":4}\n'


def test_the_outfile_gets_what_stdout_would(cli: Cli, script: Path, folder: Path) -> None:
    (folder / "in.json").write_text('{"a": 1}\n')

    ran = cli("run", str(script), "-i", "in.json", "-o", "out.json")

    assert (ran.out, (folder / "out.json").read_text()) == ("", "2\n")


def test_strings_can_be_read_and_written_as_they_are(cli: Cli, folder: Path) -> None:
    (folder / "up.tremor").write_text("use std::string;\nstring::uppercase(event)")
    (folder / "in.txt").write_text("one\n\ntwo")

    ran = cli("run", "up.tremor", "-i", "in.txt", "-d", "string", "-e", "string")

    assert ran.out == "ONE\n\nTWO\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-i", "nothing"], "cannot read `nothing`: no such file"),
        (["-i", "."], "it is a folder"),
        (["-o", "no/where"], "cannot write `no/where`"),
        (["-d", "jsn"], "did you mean `json`?"),
        (["--preprocessor", "nope"], "no preprocessor called `nope`"),
        (["--origin-uri", "nowhere"], "is not a URI"),
    ],
)
def test_what_cannot_be_opened_is_one_error(cli: Cli, script: Path, arguments: list[str], words: str) -> None:
    ran = cli("run", str(script), *arguments)

    assert (ran.status, ran.out) == (1, "")
    assert words in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("bad.tremor", b"let = 1"),
        ("bad.trickle", b"select from into"),
        ("bad.troy", b"define flow x flow end"),
        ("utf.tremor", b'"\xff"'),
        ("name.text", b"1"),
    ],
)
@pytest.mark.parametrize("command", ["run", "check"])
def test_a_bad_program_is_one_diagnostic_with_its_place(
    cli: Cli, folder: Path, name: str, text: bytes, command: str
) -> None:
    (folder / name).write_bytes(text)

    ran = cli(command, name, "--error-format", "short")

    assert (ran.status, ran.out) == (1, "")
    assert len([line for line in ran.err.splitlines() if ": error: " in line]) == 1
    assert ran.err.startswith(f"{name}:")


@pytest.mark.parametrize("command", ["run", "check"])
def test_a_missing_program_is_one_diagnostic(cli: Cli, command: str) -> None:
    ran = cli(command, "missing.tremor", "--error-format", "short")

    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("missing.tremor: error: cannot read")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_program_without_rights_is_one_diagnostic(cli: Cli, script: Path) -> None:
    script.chmod(0)

    ran = cli("run", str(script))

    assert ran.status == 1
    assert "permission denied" in ran.err


def test_a_pipe_gets_its_answer_before_more_is_sent(script: Path) -> None:
    with process("run", str(script), stdin=subprocess.PIPE) as started:
        assert started.stdin
        assert started.stdout
        for n in range(3):
            started.stdin.write(f'{{"a": {n}}}\n')
            started.stdin.flush()
            assert started.stdout.readline() == f"{n + 1}\n"
        started.stdin.close()
        assert started.wait(10) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_in_good_order(script: Path, number: signal.Signals) -> None:
    with process("run", str(script), stdin=subprocess.PIPE) as started:
        assert started.stdin
        assert started.stdout
        assert started.stderr
        started.stdin.write('{"a": 1}\n')
        started.stdin.flush()
        assert started.stdout.readline() == "2\n"

        started.send_signal(number)

        assert started.wait(10) == 0
        assert started.stderr.read() == ""


def test_a_reader_that_leaves_ends_a_run_quietly(script: Path, folder: Path) -> None:
    (folder / "in.json").write_text('{"a": 1}\n' * 200_000)
    with process("run", str(script), "-i", "in.json") as started:
        assert started.stdout
        assert started.stderr
        assert started.stdout.readline() == "2\n"
        started.stdout.close()

        assert started.wait(20) == 0
        assert started.stderr.read() == ""


def test_a_full_disk_is_one_error(cli: Cli, script: Path, folder: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    (folder / "in.json").write_text('{"a": 1}\n')

    ran = cli("run", str(script), "-i", "in.json", "-o", "/dev/full")

    assert ran.status == 1
    assert "no space left" in ran.err
