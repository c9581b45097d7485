"""Every event that fails is kept with what is needed to understand it and to send it again, within bounds."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.runtime.conftest import Running, until
from tremor_tui.control.letters import MAX_EVENT, Letter
from tremor_tui.language.compile_query import compile_query
from tremor_tui.language.ir.deploy import FlowIR, PipelineIR
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.source import Source
from tremor_tui.model.batch import REPLAY
from tremor_tui.runtime.letters import RATE, Caught, FlowLetters, Gathered, letter_of, reason_of
from tremor_tui.runtime.replaying import contents
from tremor_tui.runtime.runtime import Runtime
from tremor_tui.runtime.settings import Settings
from tremor_tui.testing.clock import JumpingClock
from tremor_tui.testing.harness import FEEDS, KEPT, flow, of

pytestmark = pytest.mark.anyio

SCRIPT = """define script check
script
  match event.n of
    case 3 => emit {"error": "three is odd", "n": event.n} => "err"
    case 5 => emit "five" => "err"
    case 7 => emit event => "err"
    case 9 => event.n + "nine"
    case _ => event
  end
end;
create script check;
select event from in into check;
select event from check into out;
"""


def pipeline(text: str, alias: str = "p") -> PipelineIR:
    return PipelineIR(alias, compile_query(Source(text, f"{alias}.trickle"), ModuleLoader()).query_ir)


def checking(count: int, text: str = SCRIPT, *links: str, **feed: Any) -> FlowIR:
    parts = [
        of("feed", "test_feed", {"count": count, "stays": True, **feed}),
        of("keep", "test_keep"),
        of("bad", "test_keep", {"name": "bad"}),
    ]
    return flow("main", parts, ["feed/out>p/in", "p/out>keep/in", *links], [pipeline(text)])


def fetched(runtime: Runtime) -> Gathered:
    assert runtime.letters is not None
    found = runtime.letters.fetch()
    return found[0] if found else Gathered("main")


async def letters_of(runtime: Runtime, count: int) -> list[Letter]:
    """So many letters, in the order they came, numbered from 1."""
    found: list[Letter] = []

    def have() -> bool:
        found.extend(fetched(runtime).letters)
        return len(found) >= count

    await until(have)
    return [msgspec.structs.replace(one, id=n) for n, one in enumerate(found, 1)]


async def test_a_row_that_fails_and_those_a_script_sends_to_err_are_letters_with_what_came_in(
    running: Running, base: Path
) -> None:
    async with running(letters=True) as runtime:
        await runtime.start(checking(10), base=base)
        found = await letters_of(runtime, 4)

    assert [one.reason for one in found] == [
        "three is odd",
        "five",
        "emitted to `err` at line 4 or 5 or 6",
        "The binary operation `+` is not defined for the type `integer` and `string`",
    ]
    assert [json.loads(one.event)["n"] for one in found] == [3, 5, 7, 9]
    assert [one.stage for one in found] == ["emit", "emit", "emit", "node"]
    assert [one.line for one in found] == [4, 4, 4, 7]
    assert {(one.task, one.node, one.port, one.file) for one in found} == {
        ("main/pipeline/p", "check", "in", "p.trickle")
    }


async def test_an_event_is_kept_as_it_entered_the_pipeline_not_as_a_script_made_it(
    running: Running, base: Path
) -> None:
    text = """define script one script let event.n = "changed"; event end;
    define script two script event.n + 1 end;
    create script one; create script two;
    select event from in into one; select event from one into two; select event from two into out;
    select event from two/err into err;"""

    async with running(letters=True) as runtime:
        await runtime.start(checking(1, text, "p/err>bad/in"), base=base)
        found = await letters_of(runtime, 1)
        await until(lambda: len(KEPT["bad"].values) == 1)
        further = fetched(runtime)

    assert (found[0].node, json.loads(found[0].event)) == ("two", {"from": "feed", "n": 0})
    assert not further.letters


async def test_what_fails_in_two_branches_is_one_letter_that_names_both_and_says_that_a_third_went_on(
    running: Running, base: Path
) -> None:
    text = """select event.n.a from in into out; select event.n.b from in into out;
    select event from in into out;"""

    async with running(letters=True) as runtime:
        await runtime.start(checking(2, text), base=base)
        found = await letters_of(runtime, 2)

    assert len(found) == 2
    assert all(one.went_on and "and in `" in one.message for one in found)


async def test_what_the_query_itself_sends_to_err_is_a_letter(running: Running, base: Path) -> None:
    text = (
        "select event from in where event.n == 1 into err; select event from in where event.n == 0 into out;"
    )

    async with running(letters=True) as runtime:
        await runtime.start(checking(2, text, "p/err>bad/in"), base=base)
        found = await letters_of(runtime, 1)

    assert [(one.reason, one.went_on) for one in found] == [("sent to `err` by the query", False)]
    assert json.loads(found[0].event)["n"] == 1


async def test_a_window_whose_result_fails_is_a_letter_that_cannot_be_sent_again(
    running: Running, base: Path
) -> None:
    text = """define window two from tumbling with size = 2 end;
    select aggr::stats::sum(event.n) + "x" from in[two] into out;"""

    async with running(letters=True) as runtime:
        await runtime.start(checking(2, text), base=base)
        found = await letters_of(runtime, 1)

    assert len(found) == 1
    assert "result of a window" in found[0].lasting


async def test_a_bucket_without_a_class_is_a_letter(running: Running, base: Path) -> None:
    text = """define operator limit from grouper::bucket; create operator limit;
    select event from in into limit; select event from limit into out;"""

    async with running(letters=True) as runtime:
        await runtime.start(checking(1, text), base=base)
        found = await letters_of(runtime, 1)

    assert found[0].reason == "the event has no class or no rate"


def reading(*links: str, pre: Sequence[str] = ("separate",)) -> FlowIR:
    parts = [
        of("read", "file", {"path": "in", "mode": "read"}, codec="json", pre=pre),
        of("hold", "test_feed", {"count": 0, "stays": True}),
        of("keep", "test_keep"),
        of("out", "file", {"path": "out", "mode": "write"}, codec="csv", post=["separate"]),
    ]
    return flow("main", parts, ["hold/out>q/in", "q/out>keep/in", *links])


async def test_a_frame_that_does_not_decode_is_a_letter_with_its_bytes(running: Running, base: Path) -> None:
    (base / "in").write_bytes(b'{"n":1}\n{"n":\xff\n{"n":3}')

    async with running(letters=True) as runtime:
        await runtime.start(reading("read/out>p/in", "p/out>keep/in"), base=base)
        found = await letters_of(runtime, 1)

    assert (found[0].task, found[0].stage) == ("main/source/read", "decode")
    assert base64.b64decode(found[0].raw) == b'{"n":\xff'
    assert json.loads(found[0].meta) == {"file": {"path": "in"}}
    assert found[0].origin.startswith("tremor-file://")


async def test_bytes_that_a_preprocessor_refuses_are_a_letter(running: Running, base: Path) -> None:
    (base / "in").write_bytes(b"!!!")

    async with running(letters=True) as runtime:
        await runtime.start(reading("read/out>p/in", "p/out>keep/in", pre=["base64"]), base=base)
        found = await letters_of(runtime, 1)

    assert (found[0].stage, base64.b64decode(found[0].raw)) == ("cut", b"!!!")


async def test_an_event_that_a_sink_cannot_encode_is_a_letter_of_the_sink(
    running: Running, base: Path
) -> None:
    (base / "in").write_bytes(b'["a"]\n5\n["c"]\n')

    async with running(letters=True) as runtime:
        await runtime.start(reading("read/out>p/in", "p/out>out/in"), base=base)
        found = await letters_of(runtime, 1)

    assert [(one.task, one.stage, one.event) for one in found] == [("main/sink/out", "encode", "5")]


async def test_what_is_left_when_a_flow_is_ended_by_force_are_letters(running: Running, base: Path) -> None:
    parts = [of("feed", "test_feed", {"count": 300, "stays": True}), of("keep", "test_keep", {"gated": True})]

    async with running(letters=True) as runtime:
        await runtime.start(flow("main", parts, ["feed/out>p/in", "p/out>keep/in"]), base=base)
        await until(lambda: FEEDS["feed"].given == 300)
        stopped = await runtime.stop("main", deadline_s=0.1)
        found = await letters_of(runtime, stopped.left)

    assert stopped.left == 300
    assert sorted(json.loads(one.event)["n"] for one in found) == list(range(300))
    assert sum(one.state == "uncertain" for one in found) == 100  # the sink may have written them
    assert {one.reason for one in found} == {"left over when the flow was ended by force"}


async def test_too_many_at_once_are_counted_by_reason_and_there_is_room_again_later(
    running: Running, base: Path
) -> None:
    clock = JumpingClock()
    async with running(Settings(), clock=clock, letters=True) as runtime:
        text = "select event.n.a from in into out;"
        await runtime.start(checking(RATE + 500, text), base=base)
        flow_letters = runtime.flows["main"].letters
        assert flow_letters is not None
        await until(lambda: FEEDS["feed"].given == RATE + 500)
        await until(lambda: runtime.snapshot()[1][1].failed == RATE + 500)
        got = fetched(runtime)
        reason = got.letters[0].reason
        await clock.jump(0.5)
        fetched(runtime)
        admitted = sum(flow_letters.admits(reason) for _ in range(RATE))

    assert (len(got.letters), got.missed) == (RATE, {reason: 500})
    assert admitted == pytest.approx(RATE / 2, abs=RATE / 10)


async def test_a_letter_beyond_the_limit_is_cut_and_says_so() -> None:
    made = letter_of("main", Caught("main/pipeline/p", "node", "r", "m", 1, 1, {"t": "x" * MAX_EVENT}))
    bytes_ = letter_of("main", Caught("main/source/s", "decode", "r", "m", 1, 1, raw=b"x" * (MAX_EVENT + 1)))

    for one in (made, bytes_):
        assert one.is_cut
        assert "larger than 1 MiB" in one.lasting
        assert (len(one.event), one.packed, one.raw) == (64 * 1024, "", "")


# -- sending again -------------------------------------------------------------------------------------


async def settled(runtime: Runtime, count: int) -> Gathered:
    """What came of so many letters."""
    got = Gathered("main")

    def have() -> bool:
        more = fetched(runtime)
        for name in ("letters", "again", "settled", "reached", "lost"):
            getattr(got, name).extend(getattr(more, name))
        return len(got.settled) >= count

    await until(have)
    return got


async def test_letters_that_are_sent_again_arrive_once_with_their_metadata_and_are_told_of(
    running: Running, base: Path
) -> None:
    async with running(letters=True) as runtime:
        await runtime.start(checking(10), base=base)
        found = await letters_of(runtime, 4)
        fixed = pipeline("select event from in into out;")
        await runtime.swap("main", {"p": runtime.build("main", fixed)}, {"p": fixed})
        found[0] = msgspec.structs.replace(found[0], meta='{"kept":true}', ingest_ns=77)
        unsent = await runtime.replay("main", found)
        got = await settled(runtime, 4)

        lag_ns = runtime.snapshot()[0][0].lag_p99_ns

    batch = KEPT["keep"].batches[-1]
    assert lag_ns < 60 * 10**9  # what was sent again is no measure of how fast the flow is
    assert not unsent
    assert [value["n"] for value in batch.values] == [3, 5, 7, 9]
    assert (batch.source, batch.transactional, batch.meta(0), batch.ingest(0)) == (
        REPLAY, False, {"kept": True}, 77,
    )  # fmt: skip
    assert (got.settled, got.reached, got.again) == ([1, 2, 3, 4], [1, 2, 3, 4], [])


async def test_a_letter_that_fails_again_says_so_before_it_is_settled(running: Running, base: Path) -> None:
    async with running(letters=True) as runtime:
        await runtime.start(checking(10, SCRIPT, "p/err>bad/in"), base=base)
        found = await letters_of(runtime, 4)
        await runtime.replay("main", found[3:])
        got = await settled(runtime, 1)

    assert [(number, one.reason) for number, one in got.again] == [(4, found[3].reason)]
    assert (got.settled, got.reached) == ([4], [])


async def test_a_letter_that_is_dropped_is_settled_without_having_reached_a_sink(
    running: Running, base: Path
) -> None:
    async with running(letters=True) as runtime:
        await runtime.start(checking(10), base=base)
        found = await letters_of(runtime, 4)
        fixed = pipeline("select event from in where false into out;")
        await runtime.swap("main", {"p": runtime.build("main", fixed)}, {"p": fixed})
        await runtime.replay("main", found)
        got = await settled(runtime, 4)

    assert (sorted(got.settled), got.reached, got.again) == ([1, 2, 3, 4], [], [])


async def test_a_letter_of_a_source_goes_through_its_codec_and_over_its_links(
    running: Running, base: Path
) -> None:
    (base / "in").write_bytes(b'{"n":\n')

    async with running(letters=True) as runtime:
        await runtime.start(reading("read/out>p/in", "p/out>keep/in"), base=base)
        found = await letters_of(runtime, 1)
        mended = msgspec.structs.replace(found[0], raw=base64.b64encode(b'{"n":4}').decode())
        await runtime.replay("main", [mended])
        first = await settled(runtime, 1)
        await runtime.replay("main", found)
        second = await settled(runtime, 1)

    assert KEPT["keep"].values == [{"n": 4}]
    assert (first.settled, first.reached) == ([1], [1])
    assert ([number for number, _ in second.again], second.reached) == ([1], [])


async def test_a_letter_of_a_sink_enters_the_sink(running: Running, base: Path) -> None:
    (base / "in").write_bytes(b"5\n")

    async with running(letters=True) as runtime:
        await runtime.start(reading("read/out>p/in", "p/out>out/in"), base=base)
        found = await letters_of(runtime, 1)
        await runtime.replay("main", [msgspec.structs.replace(found[0], event='["a"]')])
        got = await settled(runtime, 1)

    assert got.reached == [1]
    assert (base / "out").read_bytes() == b"a\n"


async def test_letters_whose_task_is_gone_are_not_sent_and_it_is_said_why(
    running: Running, base: Path
) -> None:
    async with running(letters=True) as runtime:
        await runtime.start(checking(10), base=base)
        found = await letters_of(runtime, 4)
        moved = [msgspec.structs.replace(one, task="main/pipeline/gone") for one in found]
        unsent = await runtime.replay("main", moved)
        got = fetched(runtime)

    assert unsent == [(n, "`main/pipeline/gone` is no longer in the flow") for n in (1, 2, 3, 4)]
    assert not got


async def test_letters_on_their_way_when_the_flow_ends_are_lost_and_told_of(
    running: Running, base: Path
) -> None:
    ir = checking(10)
    gated = of("keep", "test_keep", {"gated": True})
    ir = FlowIR(ir.alias, ir.definition, (ir.connectors[0], gated, ir.connectors[2]), ir.pipelines, ir.links)

    async with running(letters=True) as runtime:
        await runtime.start(ir, base=base)
        found = await letters_of(runtime, 4)
        fixed = pipeline("select event from in into out;")
        await runtime.swap("main", {"p": runtime.build("main", fixed)}, {"p": fixed})
        await runtime.replay("main", found)
        await runtime.stop("main", deadline_s=0.1)
        got = fetched(runtime)

    assert sorted(got.lost) == [1, 2, 3, 4]
    assert not any(one.event in {found[n].event for n in range(4)} for one in got.letters)


# -- pieces --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("no customer 4711 in `orders`", "no customer N in `orders`"),
        ('unexpected "x y" at line 1 column 7 (char 6)', 'unexpected "…" at line N column N (char N)'),
        ("key `a b c` is missing\nsecond line", "key `…` is missing"),
        ("\n\n  indented", "indented"),
        ("", "failed"),
        ("field1 of v2 is -3.5", "field1 of v2 is N"),
    ],
)
def test_a_reason_is_the_sentence_without_values(message: str, reason: str) -> None:
    assert reason_of(message) == reason


def test_values_that_json_cannot_say_come_back_as_they_were() -> None:
    value = {"bytes": b"\x00\xff", "n": 2**64 - 1, "f": 1.0, "deep": [{"x": None}]}
    caught = Caught("main/pipeline/p", "node", "r", "m", 1, 1, value, {"m": float("inf")})
    made = letter_of("main", caught)

    assert made.packed
    assert contents(made) == (value, {"m": float("inf")})


def test_neither_halves_of_characters_nor_deep_values_keep_a_letter_from_being_made() -> None:
    deep: Any = 1
    for _ in range(600):
        deep = [deep]
    for value in ({"half": "\ud800"}, deep, {"fine": 1}):
        made = letter_of("main", Caught("main/pipeline/p", "node", "r\ud800", "m\udfff", 1, 1, value))
        assert msgspec.json.decode(msgspec.json.encode(made), type=Letter) == made
        assert made.lasting or contents(made)[0] == value


def test_the_first_failure_of_a_replayed_letter_is_kept_however_many_there_are() -> None:
    letters = FlowLetters("main", JumpingClock(), {})
    while letters.admits("reason"):
        pass
    letters.launch([5])

    assert letters.admits("reason", 5)
    assert not letters.admits("reason", 5)
