"""`check --speed`: what of a file is on the fast path, and which line keeps the rest off it."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Cli

TROY = """define flow main
flow
  define connector a from file with codec = "{codec}", preprocessors = ["separate"],
    config = {{"path": "in.json", "mode": "read"}} end;
  define connector b from file with codec = "json", config = {{"path": "out.json", "mode": "truncate"}} end;
  define pipeline first
  pipeline
    select event from in where event.kind == "x" into out;
  end;
  define pipeline second
  pipeline
    define script s
    script
      {body}
    end;
    create script s;
    select event from in into s;
    select event from s into out;
  end;
  create connector a;
  create connector b;
  create pipeline first;
  create pipeline second;
  connect /connector/a to /pipeline/first;
  connect /pipeline/first to /pipeline/second;
  connect /pipeline/second to /connector/b;
end;
deploy flow main;
"""


def lines(cli: Cli, folder: Path, name: str, text: str) -> list[str]:
    (folder / name).write_text(text)
    ran = cli("check", "--speed", name)
    assert ran.status == 0, ran.err
    return ran.out.splitlines()


def test_a_flow_that_only_adds_a_field_is_on_the_fast_path_to_its_sink(cli: Cli, folder: Path) -> None:
    text = TROY.format(codec="json", body="let event.seen = 1;\n      event")
    assert lines(cli, folder, "a.troy", text) == [
        "source a: decodes 1 field of each event: kind",
        "pipeline first: on the fast path",
        "    select-8: as one function over a batch",
        "    events by `out` keep the bytes that they came in",
        "pipeline second: on the fast path",
        "    s: as one function over a batch",
        "    events by `out` keep the bytes that they came in, with fields added to them",
        "sink b: writes the bytes of events that kept them",
    ]


def test_the_line_that_takes_events_whole_is_named(cli: Cli, folder: Path) -> None:
    text = TROY.format(codec="json", body="use std::record;\n      record::keys(event)")
    found = lines(cli, folder, "a.troy", text)
    assert "    `s`: it uses the event as a whole (a.troy:15)" in found
    assert "pipeline second: partly on the fast path" in found
    assert "sink b: its codec `json` encodes every event" in found


def test_a_codec_that_decodes_events_whole_is_named_and_nothing_is_said_of_bytes(
    cli: Cli, folder: Path
) -> None:
    text = TROY.format(codec="string", body="let event.seen = 1;\n      event")
    found = lines(cli, folder, "a.troy", text)
    assert found[:2] == [
        "source a: decodes events whole",
        "    its codec `string` cannot decode some fields alone",
    ]
    assert not any("bytes" in line for line in found)


def test_where_events_are_decoded_whole_added_fields_are_no_gain(cli: Cli, folder: Path) -> None:
    whole = (
        "define window w from tumbling with size = 2 end;\n"
        "select aggr::stats::count() from in[w] into out;\n"
        "define script s script let event.a = 1; event end; create script s;\n"
        "select event from in into s; select event from s into out;"
    )
    found = lines(cli, folder, "q.trickle", whole)
    assert found[:3] == [
        "source run: decodes events whole",
        "    `q` takes them whole",
        "pipeline q: not on the fast path",
    ]
    assert "    `select-2`: it has a window or a `group by` (q.trickle:2)" in found
    assert "    events by `out` are written anew" in found


def test_a_query_names_the_fields_that_it_reads(cli: Cli, folder: Path) -> None:
    found = lines(cli, folder, "q.trickle", 'select {"k": event.kind} from in where event.n > 1 into out;')
    assert found[0] == "source run: decodes 2 fields of each event: kind, n"
    assert found[-1] == "    events by `out` are written anew"


def test_a_script_and_a_module_say_what_to_ask_instead(cli: Cli, folder: Path) -> None:
    assert "event by event" in lines(cli, folder, "s.tremor", "event")[0]
    assert "name the file that uses it" in lines(cli, folder, "m.tremor", "fn f(x) with x end;")[0]


def test_what_does_not_compile_says_only_that(cli: Cli, folder: Path) -> None:
    (folder / "q.trickle").write_text("select event from in into nowhere;")
    ran = cli("check", "--speed", "q.trickle")
    assert (ran.status, ran.out) == (1, "")
    assert "nowhere" in ran.err
