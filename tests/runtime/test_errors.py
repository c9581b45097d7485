"""Bad frames and events that cannot be written go to err, are counted once and logged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.runtime.conftest import Running
from tremor_tui.language.ir.deploy import FlowIR
from tremor_tui.testing.harness import KEPT, flow, of

pytestmark = pytest.mark.anyio


def reader(*links: str) -> FlowIR:
    return flow(
        "main",
        [
            of("read", "file", {"path": "in", "mode": "read"}, codec="json", pre=["separate"]),
            of("good", "test_keep", {"name": "good"}),
            of("bad", "test_keep", {"name": "bad"}),
            of("out", "file", {"path": "out", "mode": "write"}, codec="csv", post=["separate"]),
        ],
        links,
    )


async def test_a_bad_line_goes_to_err_and_the_others_to_out(
    running: Running, base: Path, logged: list[str]
) -> None:
    (base / "in").write_bytes(b'{"n":1}\n{"n":\n{"n":3}')

    async with running() as runtime:
        await runtime.start(
            reader("read/out>p/in", "p/out>good/in", "read/err>q/in", "q/out>bad/in"), base=base
        )
        await runtime.wait_ended()
        source = runtime.snapshot()[1][0]

    assert KEPT["good"].numbers == [1, 3]
    assert [(value["data"], value["pull_id"]) for value in KEPT["bad"].values] == [('{"n":', 1)]
    assert KEPT["bad"].batches[0].meta(0)["error"] == KEPT["bad"].values[0]["error"]
    assert KEPT["good"].batches[0].meta(0) == {"file": {"path": "in"}}
    assert (source.events_out, source.events_err, source.failed) == (2, 1, 0)
    assert sum("a frame was refused" in line for line in logged) == 1


async def test_where_err_leads_nowhere_a_bad_line_is_counted_once_and_logged(
    running: Running, base: Path, logged: list[str]
) -> None:
    (base / "in").write_bytes(b"{\n" * 500 + b'{"n":1}\n')

    async with running() as runtime:
        await runtime.start(reader("read/out>p/in", "p/out>good/in"), base=base)
        await runtime.wait_ended()
        source = runtime.snapshot()[1][0]

    assert KEPT["good"].numbers == [1]
    assert (source.events_err, source.discarded, source.failed) == (500, 500, 0)
    assert 1 <= sum("a frame was refused" in line for line in logged) <= 3


async def test_an_event_that_cannot_be_written_goes_to_the_err_of_its_sink(
    running: Running, base: Path, logged: list[str]
) -> None:
    (base / "in").write_bytes(b'["a"]\n5\n["c"]\n')

    async with running() as runtime:
        await runtime.start(
            reader("read/out>p/in", "p/out>out/in", "out/err>q/in", "q/out>bad/in"), base=base
        )
        ending = await runtime.wait_ended()
        sink = next(task for task in runtime.snapshot()[1] if task.id == "main/sink/out")

    assert ending.drained
    assert (base / "out").read_bytes() == b"a\nc\n"
    assert [(value["data"], value["pull_id"]) for value in KEPT["bad"].values] == [(5, 1)]
    assert (sink.events_in, sink.events_out, sink.events_err, sink.failed) == (3, 2, 1, 0)
    assert any("cannot write an event" in line for line in logged)


async def test_an_event_that_cannot_be_written_is_counted_where_no_err_is_linked(
    running: Running, base: Path, logged: list[str]
) -> None:
    (base / "in").write_bytes(b'["a"]\n5\n["c"]\n')

    async with running() as runtime:
        await runtime.start(reader("read/out>p/in", "p/out>out/in"), base=base)
        ending = await runtime.wait_ended()
        sink = next(task for task in runtime.snapshot()[1] if task.id == "main/sink/out")

    assert (ending.drained, sink.failed) == (True, 1)
    assert any("cannot write an event" in line for line in logged)


async def test_a_file_copied_line_by_line_is_the_same_file(running: Running, base: Path) -> None:
    lines = [json.dumps({"n": n, "text": "x" * (n % 200)}, separators=(",", ":")) for n in range(5000)]
    (base / "in").write_text("\n".join(lines) + "\n")
    ir = flow(
        "main",
        [
            of("read", "file", {"path": "in", "mode": "read"}, codec="json", pre=["separate"]),
            of("out", "file", {"path": "out", "mode": "truncate"}, codec="json", post=["separate"]),
        ],
        ["read/out>p/in", "p/out>out/in"],
    )

    async with running() as runtime:
        await runtime.start(ir, base=base)
        ending = await runtime.wait_ended()

    assert ending.drained
    assert (base / "out").read_bytes() == (base / "in").read_bytes()
