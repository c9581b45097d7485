"""Recordings: what is written comes back, also after a crash; what is no recording is said to be none."""

from __future__ import annotations

import gzip
import random
from pathlib import Path
from typing import TypeVar

import anyio
import pytest

from tests.control.pictures import START, S, picture
from tremor_tui.control import commands as do
from tremor_tui.control.events import Sample, TapSamples
from tremor_tui.control.history import HistoryPage, Mark, Marked
from tremor_tui.control.playing import Play, Playing
from tremor_tui.control.recordings.player import Player
from tremor_tui.control.recordings.reading import Recording
from tremor_tui.control.recordings.writing import RecordingWriter
from tremor_tui.control.snapshots import EngineSnapshot, FileText, FlowFiles, Pushed, TapOpened
from tremor_tui.errors import ControlError, EngineLost

pytestmark = pytest.mark.anyio
P = TypeVar("P", bound=Pushed)
EDGE = "one:t0>t1"


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def record(
    folder: Path, seconds: int, first: int = 0, noise: int = 0, limit_mb: int = 256
) -> RecordingWriter:
    writer = RecordingWriter(folder, "x", limit_mb)
    for second in range(first, first + seconds):
        writer.picture(picture(second))
        at_ns = (START + second) * S
        writer.more(
            TapSamples(9, EDGE, (Sample(at_ns, f"{second}{random.randbytes(noise).hex()}"),), 5, 5 * second)
        )
        if second == 3:
            writer.files(FlowFiles("one", (FileText("one.troy", "/x/one.troy", "text"),)))
            writer.more(Marked(Mark(at_ns, "apply", "apply v2", "one")))
    return writer


def seconds_in(recording: Recording) -> list[int]:
    return [
        record.at_ns // S - START
        for index in range(len(recording.members))
        for record in recording.read(index)
        if isinstance(record, EngineSnapshot)
    ]


def test_what_was_recorded_comes_back(tmp_path: Path) -> None:
    record(tmp_path / "rec", 100).close()

    recording = Recording(tmp_path / "rec")

    assert seconds_in(recording) == list(range(100))
    assert recording.read(0)[1] == picture(0)
    assert (recording.begin_ns, recording.end_ns) == (START * S, (START + 99) * S)
    assert (recording.header.engine, recording.damage) == ("x", "")
    assert len(recording.members) == 4


def test_a_file_is_lines_for_zcat(tmp_path: Path) -> None:
    record(tmp_path, 40).close()

    lines = gzip.decompress((tmp_path / "0001.ttr").read_bytes()).splitlines()

    assert lines[0].startswith(b'{"type":"recording"')
    assert len(lines) == 1 + 40 + 40 + 2
    assert (tmp_path / "0001.ttr").stat().st_size < 8_000


def test_what_a_crash_left_is_read_to_its_last_whole_line(tmp_path: Path) -> None:
    record(tmp_path, 50)  # not closed
    file = tmp_path / "0001.ttr"
    whole = file.read_bytes()

    for cut in (0, 1, 7, 300):
        file.write_bytes(whole[: len(whole) - cut])
        recording = Recording(tmp_path)
        assert seconds_in(recording)[:40] == list(range(40))
        assert "it was not ended" in recording.damage


def test_a_damaged_place_hides_half_a_minute_at_most(tmp_path: Path) -> None:
    record(tmp_path, 120).close()
    file = tmp_path / "0001.ttr"
    data = bytearray(file.read_bytes())
    middle = Recording(tmp_path).members[1]
    data[middle.start + 40 : middle.start + 60] = bytes(20)
    file.write_bytes(data)

    recording = Recording(file)
    seen = seconds_in(recording)

    assert seen[:30] == list(range(30))
    assert seen[-60:] == list(range(60, 120))
    assert recording.damage == "0001.ttr: a part is damaged and left out"


def test_the_oldest_files_go_where_there_are_too_many(tmp_path: Path) -> None:
    record(tmp_path, 1000, noise=2000, limit_mb=1).close()

    files = sorted(tmp_path.glob("*.ttr"))
    recording = Recording(tmp_path)

    assert sum(file.stat().st_size for file in files) <= 1_100_000
    assert files[0].name != "0001.ttr"
    assert recording.end_ns == (START + 999) * S
    assert len(seconds_in(recording)) > 300
    assert any(isinstance(record, FlowFiles) for record in recording.read(0))


def test_a_further_recording_comes_after_what_is_there(tmp_path: Path) -> None:
    record(tmp_path, 5).close()
    record(tmp_path, 5, first=60).close()

    assert seconds_in(Recording(tmp_path)) == [*range(5), *range(60, 65)]


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ControlError, match="cannot record to"):
        record(tmp_path / "file" / "rec", 1)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"define flow", "is no recording of tremor-tui"),
        (gzip.compress(b"{}", mtime=0), "is no recording of tremor-tui"),
        (None, "is not there"),
    ],
)
def test_what_is_no_recording_is_said_to_be_none(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "x.ttr"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ControlError, match=words) as caught:
        Recording(path)

    assert caught.value.hint


def test_a_damaged_beginning_and_an_empty_folder_are_one_sentence_each(tmp_path: Path) -> None:
    record(tmp_path / "r", 3).close()
    file = tmp_path / "r" / "0001.ttr"
    file.write_bytes(file.read_bytes()[:30] + b"rubbish")

    with pytest.raises(ControlError, match="damaged at its beginning"):
        Recording(file)
    with pytest.raises(ControlError, match="there is no recording in"):
        Recording(tmp_path)


# --- the plane


def player(folder: Path, seconds: int = 40, **options: object) -> Player:
    record(folder, seconds).close()
    return Player(Recording(folder), **options)  # type: ignore[arg-type]


async def next_picture(plane: Player) -> int:
    return (await next_of(plane, EngineSnapshot)).at_ns // S - START


async def next_of(plane: Player, kind: type[P]) -> P:
    with anyio.fail_after(5):
        async for pushed in plane.pushed():
            if isinstance(pushed, kind):
                return pushed
    raise AssertionError("a plane pushes until it is lost")


async def listen(plane: Player, into: list[Pushed]) -> None:
    async for pushed in plane.pushed():
        into.append(pushed)  # noqa: PERF401 - until the end is raised


async def test_a_recording_plays_from_its_begin_with_marks_and_ends(tmp_path: Path) -> None:
    plane = player(tmp_path, 10, speed=1000.0, ends=True)
    seen: list[Pushed] = []

    with pytest.raises(EngineLost, match="is over"):
        await listen(plane, seen)

    pictures = [p.at_ns // S - START for p in seen if isinstance(p, EngineSnapshot)]
    assert pictures == list(range(10))
    assert [p.mark.text for p in seen if isinstance(p, Marked)] == ["apply v2"]
    assert [p for p in seen if isinstance(p, TapSamples)] == []


async def test_a_paused_recording_steps_and_jumps(tmp_path: Path) -> None:
    plane = player(tmp_path, 100, paused=True)
    assert await next_picture(plane) == 0

    await plane.submit(Play(steps=1))
    assert await next_picture(plane) == 1
    await plane.submit(Play(at_ns=(START + 70) * S))
    assert await next_picture(plane) == 70
    assert (await next_of(plane, Playing)).jumped
    await plane.submit(Play(steps=-2))
    assert await next_picture(plane) == 68
    await plane.submit(Play(at_ns=1))
    assert await next_picture(plane) == 0
    await plane.submit(Play(at_ns=2**62))
    assert await next_picture(plane) == 99


async def test_it_goes_on_at_the_wanted_speed(tmp_path: Path) -> None:
    plane = player(tmp_path, 30, paused=True)
    await next_picture(plane)

    await plane.submit(Play(paused=False, speed=500.0))
    assert [await next_picture(plane) for _ in range(20)] == list(range(1, 21))
    await plane.submit(Play(paused=True))

    said = await next_of(plane, Playing)
    while not said.paused:
        said = await next_of(plane, Playing)
    assert (said.speed, said.end_ns) == (500.0, (START + 29) * S)


async def test_it_answers_what_looks_and_refuses_what_changes(tmp_path: Path) -> None:
    plane = player(tmp_path, 20, paused=True)
    await next_picture(plane)
    await plane.submit(Play(at_ns=(START + 10) * S))

    page = await plane.submit(do.AskHistory())
    files = await plane.submit(do.ListFiles("one"))
    tap = await plane.submit(do.OpenTap(EDGE))
    await plane.submit(Play(steps=2))
    samples = await next_of(plane, TapSamples)

    assert isinstance(page, HistoryPage)
    assert (page.seconds, [mark.text for mark in page.marks]) == (11, ["apply v2"])
    assert isinstance(files, FlowFiles)
    assert isinstance(tap, TapOpened)
    assert (samples.tap, samples.samples[0].value) == (tap.tap, "11")
    for request in (do.StopFlow("one"), do.Shutdown(), do.Apply("one"), do.Keep()):
        with pytest.raises(ControlError, match="can only be looked at"):
            await plane.submit(request)


async def test_closing_it_ends_whoever_waits(tmp_path: Path) -> None:
    plane = player(tmp_path, 3, paused=True)
    await next_picture(plane)

    await plane.close()

    with pytest.raises(EngineLost, match="closed"):
        await next_of(plane, Marked)
