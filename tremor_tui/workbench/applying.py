"""Applying: what F5 would change, putting it live, and what becomes of a version that goes back by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tremor_tui.control import commands as do
from tremor_tui.control.snapshots import Applied, Compared, FlowFiles, FlowSnapshot, Receipt
from tremor_tui.errors import ControlError
from tremor_tui.workbench import figures

if TYPE_CHECKING:
    from tremor_tui.workbench.draft import Draft
    from tremor_tui.workbench.screens.script import ScriptView


class Applying:
    """Does for a ScriptView what has to do with the version that runs."""

    def __init__(self, view: ScriptView) -> None:
        self._view = view
        self._followed = 0
        self._following = asyncio.Lock()

    async def compare(self, flow: str, texts: dict[str, str]) -> Compared | None:
        """What an apply of these texts would change; None where the engine cannot say."""
        try:
            answer = await self._view.desk.session.ask(do.Compare(flow, texts))
        except ControlError:
            return None
        return answer if isinstance(answer, Compared) else None

    async def apply(self) -> None:
        """Checks, saves and applies; says the receipt, or shows where it was refused. Raises TremorError."""
        view = self._view
        if not await view.diagnosing.now():
            view.desk.say(f"not applied: {self._first_words()}", "error")
            if view.problems.found:
                view.diagnosing.go(0)
            return
        if not await view.trying.allows():
            return
        if not await view.save_all():
            return
        try:
            await self._put_live()
        except ControlError as error:
            if error.diagnostics:
                view.diagnosing.spread(error.diagnostics)
            raise ControlError(f"not applied: {error}", error.hint) from None
        view.diagnosing.soon()

    async def _put_live(self) -> None:
        view = self._view
        if view.flow:
            answer = await view.desk.session.ask(do.Apply(view.flow))
            if isinstance(answer, Applied):
                words = "; ".join(filter(None, (receipt_words(answer.receipts), answer.text)))
                view.desk.say(words or "nothing changed, so nothing was swapped")
            return
        await view.deploy()
        view.desk.say(f"{view.main_file.rsplit('/', 1)[-1]} runs")

    def _first_words(self) -> str:
        problems = self._view.problems
        first = next((p for p in problems.found if p.is_error), None)
        if first is None:
            return problems.state or "the text does not compile"
        place = f"{first.span.line}:{first.span.column} " if first.span else ""
        return f"{place}{first.message}"

    def is_behind(self, flow: FlowSnapshot | None) -> bool:
        """Whether a version went back since the drafts were told."""
        receipt = flow.last_apply if flow else None
        return bool(receipt and receipt.went_back_from and receipt.at_ns != self._followed)

    async def follow_back(self, flow: FlowSnapshot) -> None:
        """After a version went back the editor keeps its text; what counts as saved is what is on disk."""
        async with self._following:
            if not self.is_behind(flow) or flow.last_apply is None:
                return
            answer = await self._view.desk.session.ask(do.ListFiles(flow.alias))
            texts = {file.path: file.text for file in answer.files} if isinstance(answer, FlowFiles) else {}
            for draft in self._view.files.drafts:
                if draft.is_writable and draft.path in texts:
                    await _follow(draft, texts[draft.path])
            self._followed = flow.last_apply.at_ns
        self._view.count()
        self._view.diagnosing.soon()


async def _follow(draft: Draft, runs: str) -> None:
    if draft.saved != runs and await asyncio.to_thread(draft.disk_text) == runs:
        draft.saved = runs


def receipt_words(receipts: Sequence[Receipt]) -> str:
    """What applies did, in words: `v8 live, 240 queued events kept, pause 3ms`."""
    return "; ".join(
        f"v{receipt.version} live, {receipt.events} queued events kept, "
        f"pause {figures.duration(receipt.pause_ns)}"
        for receipt in receipts
    )
