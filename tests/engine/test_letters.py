"""Letters in the supervisor: bounds, the journal over damage and full disks, claims."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import anyio
import msgspec
import pytest

from tremor_tui.control.letters import Exit, Letter, LetterFilter, Rehearsal
from tremor_tui.engine.letters.desk import summed_up
from tremor_tui.engine.letters.journal import Journal
from tremor_tui.engine.letters.keeper import Keeper
from tremor_tui.engine.letters.records import Missed, Moved
from tremor_tui.engine.letters.shelf import Shelf
from tremor_tui.errors import ControlError


def letter(reason: str = "no cust", flow: str = "main", event: str = "{}", **more: object) -> Letter:
    made = Letter(0, flow, f"{flow}/pipeline/p", "node", reason, reason, node="check", event=event)
    return msgspec.structs.replace(made, **more)


def filled(count: int, **limits: int) -> Shelf:
    shelf = Shelf(**limits)
    for n in range(count):
        shelf.apply(shelf.came(letter(event=f'{{"n":{n}}}')))
    return shelf


def keeper(path: Path, said: list[str]) -> Keeper:
    made = Keeper(Shelf(), Journal(path), said.append)
    made.load()
    return made


# -- shelf ---------------------------------------------------------------------------------------------


def test_numbers_grow_over_all_flows_and_counts_are_of_each() -> None:
    shelf = Shelf()
    for flow in ("a", "b", "a"):
        shelf.apply(shelf.came(letter(flow=flow)))
    shelf.apply(Missed("a", {"no cust": 5}))

    assert list(shelf.letters) == [1, 2, 3]
    assert (shelf.count("a").open, shelf.count("a").kept, shelf.count("a").failed) == (2, 2, 7)
    assert (shelf.count("").open, shelf.count("").failed, shelf.count("").newest) == (3, 8, 3)
    assert shelf.count("c").failed == 0


def test_the_oldest_go_first_those_that_are_dealt_with_before_all_and_are_counted() -> None:
    shelf = filled(3, max_letters=3)
    shelf.apply(Moved((2,), "replayed"))
    shelf.apply(shelf.came(letter()))
    shelf.apply(shelf.came(letter()))

    assert list(shelf.letters) == [3, 4, 5]
    assert (shelf.count("main").kept, shelf.count("main").failed) == (3, 5)
    assert [(one.reason, one.missed) for one in shelf.groups("main")] == [("no cust", 0), ("no cust", 1)]


def test_what_is_on_its_way_is_not_let_go_and_bytes_are_bounded_too() -> None:
    shelf = filled(2, max_bytes=3000)
    shelf.apply(Moved((1,), "sending"))
    shelf.apply(shelf.came(letter(event="x" * 1500)))

    assert list(shelf.letters) == [1, 3]
    assert shelf.bytes <= 3000


def test_a_letter_that_fails_again_keeps_its_number_and_a_second_failure_of_it_is_linked() -> None:
    shelf = filled(1)
    shelf.apply(Moved((1,), "sending"))
    shelf.apply(shelf.came_back(1, letter("other")))
    shelf.apply(shelf.came_back(1, letter("third")))

    first, second = shelf.letters.values()
    assert (first.id, first.state, first.tries, first.reason) == (1, "dead", 2, "other")
    assert (second.id, second.parent, second.tries, second.reason) == (2, 1, 2, "third")


@pytest.mark.parametrize(
    ("which", "found"),
    [
        (LetterFilter(), [1, 2, 3, 4]),
        (LetterFilter(open=True), [1, 3, 4]),
        (LetterFilter(state="replayed"), [2]),
        (LetterFilter(reason="no cust"), [1, 2]),
        (LetterFilter(node="check"), [1, 2, 3, 4]),
        (LetterFilter(node="p"), [1, 2, 3, 4]),
        (LetterFilter(node="q"), []),
        (LetterFilter(text="NEEDLE"), [4]),
        (LetterFilter(flow="b"), [3]),
    ],
)
def test_a_filter_means_what_fits_all_of_it(which: LetterFilter, found: list[int]) -> None:
    shelf = Shelf()
    for one in (letter(), letter(), letter("b", "b"), letter("c", event='"a needle"')):
        shelf.apply(shelf.came(one))
    shelf.apply(Moved((2,), "replayed"))

    assert [one.id for one in shelf.matching(which)] == found


# -- journal -------------------------------------------------------------------------------------------


def written(path: Path, count: int = 3) -> None:
    said: list[str] = []
    made = keeper(path, said)
    for n in range(count):
        made.put(made._shelf.came(letter(event=f'{{"n":{n}}}')))
    made.put(Missed("main", {"no cust": 4}))
    made._write_last()
    assert not said


def test_letters_are_there_again_after_a_restart_and_only_their_user_may_read_them(tmp_path: Path) -> None:
    path = tmp_path / "letters"
    written(path)

    shelf = keeper(path, [])._shelf

    assert [one.event for one in shelf.letters.values()] == ['{"n":0}', '{"n":1}', '{"n":2}']
    assert (shelf.count("main").failed, shelf.last_id) == (7, 3)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("cut", [1, 2, 9, 30, 200])
def test_a_torn_end_is_skipped_said_and_does_not_take_what_follows_with_it(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "letters"
    written(path)
    os.truncate(path, path.stat().st_size - cut)
    said: list[str] = []

    made = keeper(path, said)
    made.put(made._shelf.came(letter("after")))
    made._write_last()
    again = keeper(path, [])

    assert any("damaged" in text for text in said)
    assert again._shelf.letters[again._shelf.last_id].reason == "after"
    assert len(again._shelf.letters) >= 3


def test_no_flipped_bit_is_ever_taken_for_a_letter(tmp_path: Path) -> None:
    path = tmp_path / "letters"
    written(path)
    good = path.read_bytes()
    originals = {f'{{"n":{n}}}' for n in range(3)}

    for place in range(0, len(good), 7):
        path.write_bytes(good[:place] + bytes([good[place] ^ 4]) + good[place + 1 :])
        shelf = keeper(path, [])._shelf
        assert {one.event for one in shelf.letters.values()} <= originals
        assert len(shelf.letters) >= 2


def test_what_was_on_its_way_when_the_engine_ended_is_uncertain(tmp_path: Path) -> None:
    path = tmp_path / "letters"
    first = keeper(path, [])
    first.put(first._shelf.came(letter()))
    first.put(Moved((1,), "sending"))
    first._write_last()

    found = keeper(path, [])._shelf.letters[1]

    assert (found.state, found.note) == ("uncertain", "the engine ended while it was on its way")


def test_a_journal_that_is_written_anew_says_the_same(tmp_path: Path) -> None:
    shelf = filled(6, max_letters=4)
    shelf.apply(Moved((4,), "discarded", "by hand"))
    shelf.apply(Missed("main", {"flood": 9}))
    journal = Journal(tmp_path / "letters")
    journal.rewrite(shelf.records())

    again = keeper(tmp_path / "letters", [])._shelf

    assert again.letters == shelf.letters
    assert again.count("main") == shelf.count("main")
    assert again.groups("main") == shelf.groups("main")
    assert again.last_id == 6


class FullDisk(Journal):
    """A journal whose disk is full while `is_full`."""

    is_full = True

    def append(self, records: object) -> None:
        if self.is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        super().append(records)  # type: ignore[arg-type]

    def rewrite(self, records: object) -> None:
        if self.is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        super().rewrite(records)  # type: ignore[arg-type]


@pytest.mark.anyio
async def test_a_full_disk_is_said_once_nothing_can_be_claimed_and_all_is_written_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tremor_tui.engine.letters.keeper.RETRY_S", 0.01)
    said: list[str] = []
    journal = FullDisk(tmp_path / "letters")
    made = Keeper(Shelf(), journal, said.append)
    async with anyio.create_task_group() as group:
        group.start_soon(made.run)
        for _ in range(3):
            made.put(made._shelf.came(letter()))
            with pytest.raises(ControlError, match="No space left"):
                await made.written()
        journal.is_full = False
        while made.trouble:  # noqa: ASYNC110 - a thread writes
            await anyio.sleep(0.01)
        await made.written()
        group.cancel_scope.cancel()

    assert [text for text in said if "cannot be written" in text] == said[:1]
    assert "again" in said[-1]
    assert len(said) == 2
    assert len(keeper(tmp_path / "letters", [])._shelf.letters) == 3


def test_a_short_write_leaves_no_half_of_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path / "letters")
    shelf = filled(2)
    journal.append(shelf.records())
    size = journal.size
    real, calls = os.write, []

    def short(file: int, data: bytes) -> int:
        calls.append(1)
        if len(calls) > 1:
            raise OSError(errno.ENOSPC, "full")
        return real(file, bytes(data)[:10])

    monkeypatch.setattr(os, "write", short)
    with pytest.raises(OSError, match="full"):
        journal.append(shelf.records())
    monkeypatch.undo()

    assert (tmp_path / "letters").stat().st_size == size


def test_a_dry_run_is_summed_up_in_a_sentence() -> None:
    letters = [letter(), letter()]
    back = [Rehearsal(1, (Exit("err"),), "no cust"), Rehearsal(2, (Exit("err"),), "no cust")]
    mixed = [Rehearsal(1, (Exit("out"),)), Rehearsal(2)]

    assert summed_up(letters, back) == "dry run of 2 'no cust': 2 -> err, 0 would be sent"
    assert (
        summed_up(letters, mixed) == "dry run of 2 'no cust': 1 -> out, 1 -> dropped or held, 1 would be sent"
    )
