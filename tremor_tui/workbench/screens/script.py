"""ScriptView: the texts behind a flow: edit, see what is wrong as you type, put the change live.

Long because every action of the screen is a method of it; `applying.py` and `previewing.py` do the work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import TextArea

from tremor_tui.control import commands as do
from tremor_tui.control.snapshots import Diagnosed, Diagnostic, FileText, FlowFiles
from tremor_tui.errors import ControlError, TremorError
from tremor_tui.workbench.applying import Applying
from tremor_tui.workbench.company import tell_saved
from tremor_tui.workbench.draft import ChangedOnDisk, Draft, forget, kept
from tremor_tui.workbench.drafts import Drafts
from tremor_tui.workbench.journal import difference
from tremor_tui.workbench.messages import FileClicked, ProblemClicked
from tremor_tui.workbench.previewing import Previewing
from tremor_tui.workbench.screens.dialogs import Menu, Question
from tremor_tui.workbench.screens.view import View
from tremor_tui.workbench.scripts import line_of
from tremor_tui.workbench.store import Store, named
from tremor_tui.workbench.widgets.change_line import ChangeLine
from tremor_tui.workbench.widgets.editor import Editor
from tremor_tui.workbench.widgets.preview import PreviewPanel
from tremor_tui.workbench.widgets.side import FileList, Problems

PAUSE_S = 0.15
"""After the last key, before the text is diagnosed."""


class ScriptView(View):
    """The editor with the flow's files on the left and the problems below."""

    def __init__(self, store: Store, base: str, module_path: tuple[str, ...], drafts: Drafts) -> None:
        super().__init__(store, id="script")
        self.editor = Editor(id="editor")
        self.drafts = drafts
        self.files = FileList(drafts, id="files")
        self.problems = Problems(id="problems")
        self.change = ChangeLine(store)
        self.applying = Applying(self)
        self.preview = PreviewPanel(id="preview")
        self.previewing = Previewing(self, self.preview)
        self.base, self._module_path = base, module_path
        self._timer: Timer | None = None
        self._asked = 0
        self._seen = 0

    def compose(self) -> ComposeResult:
        """Files, editor, problems, and what F5 would change."""
        with Horizontal(id="desk"):
            yield self.files
            yield self.editor
            yield self.preview
        yield self.problems
        yield self.change

    def panes(self) -> list[Widget]:
        """The editor alone takes keys."""
        return [self.editor]

    def place(self) -> str:
        """The place of its actions."""
        return "script"

    def entered(self) -> None:
        """Dresses the editor and loads the files of the flow that is shown."""
        self.editor.dress(self.desk.ink)
        super().entered()
        flow = self.store.flow
        if flow is not None:
            self.desk.work(self.load(flow.alias))

    def repaint(self) -> None:
        """Draws anew what changed; drafts follow a version that went back."""
        super().repaint()
        self._follow_drafts()
        self.previewing.look()
        flow = self.store.flow
        if flow is not None and flow.alias == self.flow and self.applying.is_behind(flow):
            self.desk.work(self.applying.follow_back(flow))

    def on_text_area_selection_changed(self, message: TextArea.SelectionChanged) -> None:
        """The cursor may be in another script now."""
        self.previewing.look()

    def act_preview(self) -> None:
        """Shows or hides the preview."""
        self.previewing.toggle()

    def act_samples(self) -> None:
        """Takes new samples."""
        self.previewing.sample()

    def act_next_sample(self) -> None:
        """The next sample."""
        self.preview.step(1)

    def act_previous_sample(self) -> None:
        """The previous sample."""
        self.preview.step(-1)

    def back(self) -> bool:
        """Leaves to the flow."""
        self.desk.show("flow")
        return True

    act_leave_script = back

    def _follow_drafts(self) -> None:
        """The canvas and undo change drafts too: the editor shows what they are now."""
        draft = self.draft
        if self.drafts.changed == self._seen or draft is None:
            return
        self._seen = self.drafts.changed
        for change in difference(self.editor.text, draft.text):
            place = self.editor.document.get_location_from_index
            self.editor.replace(
                change.text, place(change.start), place(change.end), maintain_selection_offset=False
            )
        self.count()
        self.ask_soon()

    @property
    def main_file(self) -> str:
        """The path of the deployed file."""
        return self.drafts.main

    @property
    def flow(self) -> str:
        """The flow whose files these are, or the one that is shown; empty for a file that does not run."""
        if self.drafts.flow or self.main_file:
            return self.drafts.flow
        return self.store.flow.alias if self.store.flow else ""

    @property
    def pipeline(self) -> str:
        """The pipeline that is selected in the flow, empty for a connector."""
        kind, _, alias = self.store.node.partition("/")
        return self.store.inside or (alias if kind == "pipeline" else "")

    @property
    def draft(self) -> Draft | None:
        """The draft in the editor."""
        return self.files.current

    # Files

    async def load(self, flow: str, path: str = "", line: int = 0, script: str = "") -> None:
        """Takes the texts of a flow from the engine, and shows one of them. Raises ControlError.

        The cursor goes to the definition of `script` where the text has one, else to `line`. Drafts that
        are not saved stay as they are.
        """
        answer = await self.desk.session.ask(do.ListFiles(flow))
        if isinstance(answer, FlowFiles):
            self.drafts.flow = flow
            if self.store.flow is not None and self.store.flow.alias == flow:
                await self.applying.follow_back(self.store.flow)
            self.drafts.main = answer.files[0].path if answer.files else self.main_file
            self.take_files(answer.files)
            draft = self._wanted(path)
            self.open(draft, line_of(draft.text, script) or line if draft else 0)
            await self._offer_kept()

    async def _offer_kept(self) -> None:
        """Offers a text that was not saved when an earlier workbench was ended."""
        writable = [draft for draft in self.files.drafts if draft.is_writable and not draft.is_unsaved]
        for draft in writable:
            text = await asyncio.to_thread(kept, draft)
            if text:
                self._ask_kept(draft, text)
                return

    def _ask_kept(self, draft: Draft, text: str) -> None:
        words = f"{draft.name} held text that was not saved when the workbench was ended."
        options = [
            ("take", "Take it into the editor", "ctrl+z brings the saved text back"),
            ("drop", "Throw it away", ""),
            ("", "Decide later", ""),
        ]

        def answer(chosen: str | None) -> None:
            if chosen:
                forget(draft)
            if chosen == "take":
                self.open(draft)
                self._replace(text)

        self.app.push_screen(Question("Not saved", [words], options), answer)

    def _replace(self, text: str) -> None:
        self.editor.replace(text, (0, 0), self.editor.document.end, maintain_selection_offset=False)

    def take_files(self, files: Sequence[FileText]) -> None:
        """Sets the list of files; drafts that are unsaved, or of the same text, stay what they are."""
        self.drafts.take(files)
        self.count()

    def _wanted(self, path: str) -> Draft | None:
        drafts = self.files.drafts
        named_so = next((draft for draft in drafts if draft.names(path, self.base)), None) if path else None
        before = self.draft.path if self.draft else ""
        same = next((draft for draft in drafts if draft.path == before), None)
        return named_so or same or (drafts[0] if drafts else None)

    def open(self, draft: Draft | None, line: int = 0, column: int = 1) -> None:
        """Puts a draft into the editor."""
        if draft is not None and draft is not self.draft:
            self.files.current = draft
            self.problems.has_file = True
            self.editor.show(draft.text, draft.is_writable and not self.store.read_only)
            self._show_problems(draft.diagnostics)
            self.ask_soon()
        if line:
            self.editor.jump(line, column)
        self.editor.focus()
        self.repaint()

    def act_files(self) -> None:
        """Offers the files."""
        drafts = self.files.drafts
        if not drafts:
            return
        remarks = [("unsaved" if d.is_unsaved else "" if d.is_writable else "read only") for d in drafts]
        options = [(str(i), named(d.name), remarks[i]) for i, d in enumerate(drafts)]
        at = drafts.index(self.draft) if self.draft in drafts else 0
        self.app.push_screen(Menu("Files of the flow", options, at), self._go)

    def _go(self, chosen: str | None) -> None:
        if chosen:
            self.open(self.files.drafts[int(chosen)])

    def on_file_clicked(self, message: FileClicked) -> None:
        """A file of the list was clicked."""
        self.open(self.files.drafts[message.index])

    # Diagnostics as you type

    def on_text_area_changed(self, message: TextArea.Changed) -> None:
        """The draft follows the editor; its problems follow a moment later."""
        self._take_text()

    def _take_text(self) -> None:
        """Also called before a text is used: a key may come before the message about the letter before it."""
        draft = self.draft
        if draft is not None and self.editor.text != draft.text:
            self.drafts.typed(draft, self.editor.text)
            self._seen = self.drafts.changed
            self.count()
            self.ask_soon()

    def count(self) -> None:
        """Counts and shows what is not saved."""
        self.store.unsaved = sum(draft.is_unsaved for draft in self.files.drafts)
        self.store.touch()
        self.files.repaint()

    def ask_soon(self) -> None:
        """Has the text diagnosed in a moment."""
        if self._timer is not None:
            self._timer.stop()
        self.problems.state = "looking" + self.problems.glyphs.more
        self._timer = self.set_timer(PAUSE_S, lambda: self.desk.work(self.diagnose()))

    async def diagnose(self) -> bool:
        """Asks the engine what is wrong; the answer to the latest text wins. Answers whether it compiles."""
        draft = self.draft
        if draft is None:
            return True
        self._asked += 1
        number = self._asked
        request = do.Diagnose(draft.path, self.base, self._module_path, self.texts(), self.drafts.flow)
        try:
            answer = await self.desk.session.ask(request)
        except ControlError as error:
            self.problems.state = f"not checked: {error}"
            self.problems.repaint()
            return False
        found = answer.diagnostics if isinstance(answer, Diagnosed) else ()
        is_good = not any(problem.is_error for problem in found)
        if number == self._asked and draft is self.draft:
            self.spread(found)
            self.desk.work(self._follow_text(number, is_good))
        return is_good

    async def _follow_text(self, number: int, is_good: bool) -> None:
        if is_good:
            await self.previewing.run()
        else:
            self.previewing.spoil()
        flow = self.drafts.flow
        change = await self.applying.compare(flow, self.texts()) if is_good and flow else None
        if number == self._asked:
            self.change.change = change
            self.change.repaint()

    def texts(self) -> dict[str, str]:
        """The texts that are not saved, by path."""
        return self.drafts.texts()

    def spread(self, found: Sequence[Diagnostic]) -> None:
        """Gives each draft its problems; what belongs to none of them shows with the current one."""
        for draft in self.files.drafts:
            draft.diagnostics = tuple(p for p in found if draft.names(self._file(p), self.base))
        known = [p for draft in self.files.drafts for p in draft.diagnostics]
        current = self.draft
        if current is not None:
            current.diagnostics += tuple(p for p in found if p not in known)
            self._show_problems(current.diagnostics)
        self.files.repaint()

    @staticmethod
    def _file(problem: Diagnostic) -> str:
        return problem.span.file if problem.span else problem.file

    def _show_problems(self, found: tuple[Diagnostic, ...]) -> None:
        draft = self.draft
        shown = tuple(sorted(found, key=lambda p: (not p.is_error, p.span.start if p.span else -1)))
        self.problems.found, self.problems.current, self.problems.state = shown, -1, ""
        own = [p for p in shown if draft and draft.names(self._file(p), self.base)]
        self.editor.mark(own, self.desk.ink)
        self.problems.repaint()

    def act_next_problem(self) -> None:
        """Puts the cursor on the next problem, in whichever file it is."""
        found = self.problems.found
        if not found:
            wrong = next((d for d in self.files.drafts if d.diagnostics and d is not self.draft), None)
            if wrong is None:
                self.desk.say("no problem to go to")
            else:
                self.open(wrong)
            return
        self._to((self.problems.current + 1) % len(found))

    def on_problem_clicked(self, message: ProblemClicked) -> None:
        """A problem of the list was clicked."""
        self._to(message.index)

    def _to(self, index: int) -> None:
        problem = self.problems.found[index]
        self.problems.current = index
        self.problems.repaint()
        draft = next((d for d in self.files.drafts if d.names(self._file(problem), self.base)), None)
        if problem.span is not None:
            self.open(draft or self.draft, problem.span.line, problem.span.column)

    # Saving and applying

    def act_save(self) -> None:
        """Saves the file in the editor."""
        self._take_text()
        draft = self.draft
        if draft is not None and self._may_write(draft):
            self.desk.work(self._save(draft))

    def _may_write(self, draft: Draft) -> bool:
        if self.store.read_only:
            self.desk.say("this workbench may only look", "warning")
        elif not draft.is_writable:
            self.desk.say(f"{draft.name} belongs to the library and cannot be changed", "warning")
        return draft.is_writable and not self.store.read_only

    async def _save(self, draft: Draft) -> bool:
        text = draft.text
        try:
            await asyncio.to_thread(draft.save, text)
        except ChangedOnDisk as error:
            self._ask_overwrite(draft, str(error))
            return False
        self.desk.say(f"saved {draft.name}")
        self.count()
        await tell_saved(self, draft.path)
        return True

    def _ask_overwrite(self, draft: Draft, words: str) -> None:
        options = [
            ("", "Go back to the editor", "nothing is written"),
            ("take", "Take the version on disk", "ctrl+z brings yours back"),
            ("write", "Overwrite it with yours", "theirs is lost"),
        ]

        def answer(chosen: str | None) -> None:
            if chosen == "write":
                self.desk.work(self._overwrite(draft))
            elif chosen == "take":
                self.desk.work(self._reload(draft))

        self.app.push_screen(Question("Changed on disk", [words + "."], options), answer)

    async def _overwrite(self, draft: Draft) -> None:
        await asyncio.to_thread(draft.overwrite, draft.text)
        self.desk.say(f"saved {draft.name}")
        self.count()
        await tell_saved(self, draft.path)

    def act_reload(self) -> None:
        """Takes the text that lies on disk; undo brings the other back."""
        if self.draft is not None:
            self.desk.work(self._reload(self.draft))

    async def _reload(self, draft: Draft) -> None:
        found = await asyncio.to_thread(draft.disk_text)
        if found is None:
            raise TremorError(f"{draft.name} is not on disk any more", "ctrl+s writes it again")
        draft.saved = found
        if draft is self.draft and found != self.editor.text:
            self._replace(found)
        self.count()
        self.desk.say(f"{draft.name} is as it is on disk")

    def act_undo(self) -> None:
        """Takes the last edit back."""
        self._step(self.drafts.undo)

    def act_redo(self) -> None:
        """Does the last edit that was taken back again."""
        self._step(self.drafts.redo)

    def _step(self, step: Callable[[Draft], str]) -> None:
        self._take_text()
        draft = self.draft
        if draft is None or not self._may_write(draft):
            return
        try:
            step(draft)
        except TremorError as error:
            self.desk.say(str(error))
        self._follow_drafts()

    def act_apply(self) -> None:
        """Checks, saves and puts the text live."""
        self._take_text()
        if not self.store.read_only:
            self.desk.work(self.applying.apply())

    def look_at_tests(self) -> None:
        """Another test was written."""

    def show_first_problem(self) -> None:
        """Puts the cursor on the first problem, if there is one."""
        if self.problems.found:
            self._to(0)

    async def save_all(self) -> bool:
        """Saves what is not; answers whether all of it could be. Raises TremorError."""
        for draft in [draft for draft in self.files.drafts if draft.is_unsaved]:
            if not await self._save(draft):
                return False
        return True

    async def deploy(self) -> None:
        """Deploys the file that does not run yet. Raises ControlError."""
        await self.desk.session.ask(do.Deploy(self.main_file, self.base, self._module_path))

    # A file that does not run yet

    def show_refused(self, path: str, text: str, diagnostics: Sequence[Diagnostic]) -> None:
        """Shows a file that was not deployed with what is wrong in it."""
        self.drafts.flow, self.drafts.main = "", path
        if not any(draft.path == path for draft in self.files.drafts):
            self.take_files((FileText(path.rsplit("/", 1)[-1], path, text),))
        self.open(self._wanted(path))
        self.spread(diagnostics)
