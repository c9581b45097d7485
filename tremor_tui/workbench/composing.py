"""Composing: drafts and what the engine makes of them: edits, the picture of a draft, saving, going live.

Edits are made one after the other: what an edit is made after is looked up when its turn comes, so that
keys may come faster than answers.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from tremor_tui.control import commands as do
from tremor_tui.control.company import Saved
from tremor_tui.control.editing import (
    Edit,
    Edited,
    Kind,
    Kinds,
    KindsListed,
    Outline,
    Outlined,
    OutlinedFlow,
    OutlinedNode,
    Step,
)
from tremor_tui.control.snapshots import Applied, Compared, Diagnostic, FlowFiles
from tremor_tui.errors import ControlError, TremorError
from tremor_tui.workbench.draft import Draft
from tremor_tui.workbench.drafts import Drafts
from tremor_tui.workbench.session import Session
from tremor_tui.workbench.store import Store

NEW_FILE = "flow.troy"
COMPARE_AFTER_S = 0.3
"""After the last edit, before the engine is asked what an apply would change."""


class Composing:
    """What the Flow screen needs to change a flow; the app has one. `kinds` is what can be added."""

    def __init__(self, session: Session, store: Store, drafts: Drafts, module_path: tuple[str, ...]) -> None:
        self.session, self.store, self.drafts = session, store, drafts
        self._module_path = module_path
        self.kinds: KindsListed | None = None
        self.diagnostics: tuple[Diagnostic, ...] = ()
        self.copied: tuple[OutlinedNode, str] | None = None
        self._turn = asyncio.Lock()
        self._drawn = -1
        self._compared = -1
        self._asked_at = 0.0

    # What can be added

    async def list_kinds(self) -> KindsListed:
        """What can be added; asked for once. Raises ControlError."""
        if self.kinds is None:
            answer = await self._ask(Kinds())
            self.kinds = answer if isinstance(answer, KindsListed) else KindsListed()
        return self.kinds

    def kind_of(self, node: OutlinedNode) -> Kind | None:
        """The kind of a node, once kinds are known."""
        kinds = self.kinds.kinds if self.kinds else ()
        what = "connector" if node.id.startswith("connector/") else node.kind
        named = next((one for one in kinds if one.what == what and one.name == node.detail), None)
        return named or next((one for one in kinds if one.what == what and one.name == what), None)

    async def _ask(self, request: do.Request) -> object:
        await self.session.is_live.wait()
        return await self.session.ask(request)

    # Which draft is on the canvas

    def begin(self, path: str, text: str = "", words: str = "") -> None:
        """Puts a file that is not there yet on the canvas: an empty one, or `text` made of a template."""
        draft = self.drafts.open(path)
        if text and not draft.text:
            self.drafts.typed(draft, text, words)
        self.drafts.main, self.drafts.flow = path, ""
        self.store.draw_draft(path, OutlinedFlow(""))
        self._drawn = -1

    def free_name(self, name: str = NEW_FILE) -> str:
        """A path in the client's folder for a file of that name which is not there yet."""
        stem, suffix = Path(name).stem, Path(name).suffix or ".troy"
        for number in range(1, 1000):
            path = Path(self.drafts.base, f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}")
            if not path.exists() and self.drafts.find(str(path)) is None:
                return str(path)
        raise TremorError(f"there are too many files called {name}")

    async def open_shown(self) -> None:
        """Opens the files of the flow on the canvas, if they are not. Raises ControlError, TremorError."""
        store, drafts = self.store, self.drafts
        if store.drafted:
            return
        flow = store.flow
        if flow is None:
            raise TremorError("no flow is here", "0 opens one, or begins with an empty canvas")
        if drafts.flow != flow.alias or drafts.find(flow.file) is None:
            answer = await self._ask(do.ListFiles(flow.alias))
            if isinstance(answer, FlowFiles) and answer.files:
                drafts.take(answer.files)
                drafts.main, drafts.flow = answer.files[0].path, flow.alias
        await self._draw(drafts.main or flow.file)

    async def show_refused(self, path: str) -> None:
        """Puts a file that was not deployed on the canvas, where its text can be drawn."""
        async with self._turn:
            version = self.drafts.changed
            request = Outline(path, self.drafts.base, self._module_path, self._texts())
            try:
                answer = await self._ask(request)
            except ControlError:
                return  # what is wrong with the text is shown beside it
            if isinstance(answer, Outlined) and answer.flows:
                self._take(path, answer, version)

    async def _draw(self, path: str, diagnose: bool = False) -> Outlined:
        """Has the draft of a file drawn and puts it on the canvas. Raises ControlError."""
        version = self.drafts.changed
        request = Outline(path, self.drafts.base, self._module_path, self._texts(), diagnose)
        answer = await self._ask(request)
        outlined = answer if isinstance(answer, Outlined) else Outlined()
        if diagnose:
            self.diagnostics = outlined.diagnostics
        self._take(path, outlined, version)
        return outlined

    def _take(self, path: str, outlined: Outlined, version: int) -> None:
        if version == self.drafts.changed:
            self._drawn = version
            self.store.draw_draft(path, self._chosen(outlined))
        self.store.unsaved = len(self.drafts.unsaved())
        self.store.touch()

    def _chosen(self, outlined: Outlined) -> OutlinedFlow:
        """The flow of the picture that is on the canvas, else the first; an empty one for an empty text."""
        flows = outlined.flows
        alias = self.store.flow_alias
        named = next((flow for flow in flows if flow.alias == alias), None)
        return named or (flows[0] if flows else OutlinedFlow(""))

    def _texts(self) -> dict[str, str]:
        """All texts of the user that are open: what the engine draws is exactly what is edited."""
        return {draft.path: draft.text for draft in self.drafts.all if draft.is_writable}

    @property
    def is_behind(self) -> bool:
        """Whether the canvas shows an older text than the drafts."""
        return bool(self.store.drafted) and self._drawn != self.drafts.changed

    @property
    def has_hidden_draft(self) -> bool:
        """Whether the flow on the canvas has a draft that is not drawn: its text was edited."""
        flow = self.store.flow
        if flow is None or self.store.drafted or self.drafts.flow != flow.alias:
            return False
        return bool(self.drafts.unsaved())

    async def follow(self) -> None:
        """Draws what changed in the texts. Raises ControlError, TremorError."""
        async with self._turn:
            if self.has_hidden_draft:
                await self.open_shown()
            elif self.is_behind:
                await self._draw(self.store.drafted)
        if self.store.flow is not None:
            self.drafts.flow = self.store.flow.alias

    async def compare(self) -> Compared | None:
        """What an apply of the drafts would change; None where nothing runs or the engine cannot say."""
        flow = self.store.flow
        if flow is None or not self.store.drafted:
            return None
        try:
            answer = await self._ask(do.Compare(flow.alias, self.drafts.texts()))
        except ControlError:
            return None
        compared = answer if isinstance(answer, Compared) else None
        self.store.compared = compared
        self.store.touch()
        return compared

    # Edits

    async def edit(self, steps: Callable[[], Sequence[Step]], everywhere: bool = False) -> Edited | None:
        """Makes an edit of the draft on the canvas; `steps` are looked up when its turn comes. `everywhere`:
        also where it changes other nodes that have the same definition.

        Raises ControlError where the engine refuses it, and TremorError where there is no draft to edit.
        """
        async with self._turn:
            await self.open_shown()
            made = steps()
            if not made:
                return None
            for _ in range(3):
                version = self.drafts.changed
                edited = await self._edited(made, everywhere)
                if version == self.drafts.changed:
                    self._take_edit(edited)
                    return edited
        raise TremorError("the text was changed meanwhile; do it again")

    async def _edited(self, steps: Sequence[Step], everywhere: bool) -> Edited:
        store = self.store
        request = Edit(
            store.drafted,
            self.drafts.base,
            tuple(steps),
            self._module_path,
            self._texts(),
            store.outline.alias if store.outline else "",
            store.inside,
            everywhere,
        )
        answer = await self._ask(request)
        return answer if isinstance(answer, Edited) else Edited()

    def _take_edit(self, edited: Edited) -> None:
        if not edited.changes:
            return
        self.drafts.edit(edited.changes, edited.words)
        self._take(self.store.drafted, edited.outlined, self.drafts.changed)
        if edited.selected:
            self.store.node, self.store.edge = edited.selected, ""
        self.store.touch()

    async def undo(self, again: bool = False) -> str:
        """Takes the last edit back, or makes it again; answers its words. Raises TremorError."""
        async with self._turn:
            await self.open_shown()
            words = self.drafts.redo() if again else self.drafts.undo()
            await self._draw(self.store.drafted)
            return words

    # Saving and going live

    async def look_through(self) -> Outlined:
        """Draws the draft once more, with the compiler's diagnostics. Raises ControlError."""
        async with self._turn:
            await self.open_shown()
            return await self._draw(self.store.drafted, diagnose=True)

    async def save(self, draft: Draft) -> None:
        """Writes a draft. Raises ChangedOnDisk where somebody else did so, and TremorError."""
        await asyncio.to_thread(draft.save, draft.text)
        self.store.unsaved = len(self.drafts.unsaved())
        self.store.touch()
        try:
            await self.session.ask(Saved((draft.path,), self.drafts.flow))
        except ControlError:
            return  # the file is written, and other workbenches see that when they look at it

    def new_path(self, name: str, own: str = "") -> str:
        """The path of a file to be made, from the client's folder; `own` may be taken. Raises TremorError."""
        path = os.path.normpath(os.path.join(self.drafts.base, os.path.expanduser(name)))
        path += "" if Path(path).suffix else ".troy"
        if path != own and (Path(path).exists() or self.drafts.find(path) is not None):
            raise TremorError(f"there is a file {name} already", "give it another name")
        return path

    def move(self, draft: Draft, name: str) -> None:
        """Gives a file that is not on disk yet another name. Raises TremorError where that one is taken."""
        path = self.new_path(name, draft.path)
        if path == draft.path:
            return
        self.drafts.move(draft, path)
        if self.store.drafted == self.drafts.main:
            self.store.drafted = path
        self.drafts.main = path

    async def deploy_anew(self) -> None:
        """Drains the flow that runs and starts the draft that lies on disk. Raises ControlError."""
        path, base = self.store.drafted, self.drafts.base
        await self._ask(do.Deploy(path, base, self._module_path, replace=True))

    async def put_live(self) -> Applied | None:
        """Applies what lies on disk to the flow that runs; deploys it where none does (None).

        Raises ControlError where the engine refuses it.
        """
        flow = self.store.flow
        if flow is not None:
            answer = await self._ask(do.Apply(flow.alias))
            return answer if isinstance(answer, Applied) else Applied()
        await self._ask(do.Deploy(self.store.drafted, self.drafts.base, self._module_path))
        self.drafts.flow = self.store.flow_alias
        return None
