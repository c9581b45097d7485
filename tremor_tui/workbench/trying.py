"""Trying: runs the flow's tests against the drafts, and says before an apply which of them fail."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tremor_tui.control.authoring import RunTests, TestResult, TestsRun
from tremor_tui.control.writing import write_whole
from tremor_tui.errors import ControlError, TremorError

if TYPE_CHECKING:
    from tremor_tui.workbench.screens.script import ScriptView


class Gate:
    """Lets an apply through where all tests pass, or where the same texts are to be applied once more."""

    def __init__(self) -> None:
        self._accepted = ""

    def refusal(self, failed: Sequence[TestResult] | None, text: str) -> str:
        """Why an apply may not go on, for people; empty where it may. `text`: the texts' fingerprint."""
        if not failed or text == self._accepted:
            self._accepted = ""
            return ""
        self._accepted = text
        which = failed[0].name if len(failed) == 1 else f"{len(failed)} tests"
        return f"not applied: {which} {'fails' if len(failed) == 1 else 'fail'}; F5 again applies it anyway"


def fingerprint(texts: Iterable[str]) -> str:
    """What is the same for the same texts alone."""
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()


class Trying:
    """Does for a ScriptView what has to do with tests."""

    def __init__(self, view: ScriptView) -> None:
        self._view = view
        self._asked = 0
        self._gate = Gate()
        self._ran_on = ""

    def run_soon(self) -> None:
        """Runs the tests in the background."""
        self._view.desk.work(self.run())

    async def run(self) -> list[TestResult] | None:
        """Runs the tests of the flow; answers those that fail, None where they could not be run."""
        view, flow = self._view, self._view.flow
        if not flow or view.store.flow is None:
            return None
        self._asked += 1
        number, text = self._asked, self._fingerprint()
        view.tests.tell("running" + view.tests.glyphs.more)
        try:
            answer = await view.desk.session.ask(RunTests(flow, view.texts()))
        except ControlError as error:
            if number == self._asked:
                view.tests.show((), str(error))
            return None
        if not isinstance(answer, TestsRun):
            return None
        if number == self._asked:
            self._ran_on = text
            first = next((problem.message for problem in answer.diagnostics if problem.is_error), "")
            view.tests.show(answer.results, first and f"the text does not compile: {first}")
        return [result for result in answer.results if not result.is_pass]

    def text_changed(self) -> None:
        """What is shown is of an earlier text."""
        if self._view.tests.results and self._fingerprint() != self._ran_on:
            self._view.tests.tell("of an earlier text; F7")

    async def allows(self) -> bool:
        """Whether an apply may go on: all tests pass, or it was asked for once more with the same text."""
        failed = await self.run()
        words = self._gate.refusal(failed, self._fingerprint())
        if not words:
            return True
        self._view.desk.say(words, "error")
        self._view.show_tests()
        return False

    def _fingerprint(self) -> str:
        return fingerprint(draft.text for draft in self._view.files.drafts if draft.is_writable)

    # One test

    async def accept(self, result: TestResult) -> None:
        """Makes what came what is expected. Raises TremorError."""
        await asyncio.to_thread(_rewrite, Path(result.file), result.came)
        self._view.desk.say(f"{result.name} expects what came")
        await self.run()

    async def delete(self, result: TestResult) -> None:
        """Deletes a test's file. Raises TremorError."""
        try:
            await asyncio.to_thread(Path(result.file).unlink)
        except OSError as error:
            raise TremorError(f"cannot delete {result.file}: {error.strerror}") from None
        self._view.desk.say(f"deleted {result.name}")
        await self.run()


def _rewrite(file: Path, came: str) -> None:
    """Puts another `out` into a test's file. Raises TremorError."""
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        record["out"] = json.loads(came)
        write_whole(file, json.dumps(record, ensure_ascii=False, indent=2) + "\n")
    except OSError as error:
        raise TremorError(f"cannot write {file}: {error.strerror}") from None
    except (ValueError, TypeError) as error:
        raise TremorError(f"cannot change {file}: {error}", "was it written by hand?") from None
