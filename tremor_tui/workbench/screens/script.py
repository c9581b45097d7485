"""ScriptView: the texts behind a flow: edit, see what is wrong as you type, test it, put it live.

The view owns the panes and the draft in the editor. What it does is in modules of their own: `saving.py`
writes files, `diagnosing.py` finds problems, `completing.py` offers what may be written, `previewing.py` runs
the draft on samples, `trying.py` runs tests, `applying.py` puts it live.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import TextArea

from tremor_tui.control import commands as do
from tremor_tui.control.authoring import Document, Documented
from tremor_tui.control.snapshots import Diagnostic, FileText, FlowFiles
from tremor_tui.workbench.applying import Applying
from tremor_tui.workbench.completing import Completing
from tremor_tui.workbench.diagnosing import Diagnosing
from tremor_tui.workbench.draft import Draft
from tremor_tui.workbench.drafts import Drafts
from tremor_tui.workbench.journal import difference
from tremor_tui.workbench.messages import FileClicked, ProblemClicked, SuggestionClicked
from tremor_tui.workbench.previewing import Previewing
from tremor_tui.workbench.screens.dialogs import Menu, TextDialog
from tremor_tui.workbench.screens.saving import Saving
from tremor_tui.workbench.screens.test_dialog import doc_lines
from tremor_tui.workbench.screens.testing import Testing
from tremor_tui.workbench.scripts import line_of
from tremor_tui.workbench.store import Store, named
from tremor_tui.workbench.trying import Trying
from tremor_tui.workbench.widgets.change_line import ChangeLine
from tremor_tui.workbench.widgets.editor import Editor
from tremor_tui.workbench.widgets.popup import HintLine, Popup
from tremor_tui.workbench.widgets.preview import PreviewPanel
from tremor_tui.workbench.widgets.side import FileList, Problems
from tremor_tui.workbench.widgets.tests import TestsPanel


class ScriptView(Testing):
    """The editor with the flow's files on the left, problems and tests below."""

    def __init__(self, store: Store, base: str, module_path: tuple[str, ...], drafts: Drafts) -> None:
        super().__init__(store, id="script")
        self.drafts = drafts
        self.base, self.module_path = base, module_path
        self.editor = Editor(id="editor")
        self.files = FileList(drafts, id="files")
        self.problems = Problems(id="problems")
        self.tests = TestsPanel(id="tests")
        self.change = ChangeLine(store)
        self.preview = PreviewPanel(id="preview")
        self.popup = Popup(id="popup")
        self.hint = HintLine(id="hint")
        self.saving = Saving(self)
        self.diagnosing = Diagnosing(self)
        self.completing = Completing(self)
        self.previewing = Previewing(self, self.preview)
        self.trying = Trying(self)
        self.applying = Applying(self)
        self.editor.offered = self._offered
        self._seen = 0

    def compose(self) -> ComposeResult:
        """Files, editor and preview; problems and tests; what F5 would change."""
        with Horizontal(id="desk"):
            yield self.files
            yield self.editor
            yield self.preview
        with Horizontal(id="checks"):
            yield self.problems
            yield self.tests
        yield self.change
        yield self.popup
        yield self.hint

    def panes(self) -> list[Widget]:
        """The editor, then the tests."""
        return [self.editor, self.tests]

    def place(self) -> str:
        """The place of its actions."""
        return "tests" if self.tests.has_focus else "script"

    def pane_of(self, place: str) -> Widget | None:
        """The tests have keys of their own."""
        return self.tests if place == "tests" else super().pane_of(place)

    def entered(self) -> None:
        """Dresses the editor and loads the files of the flow that is shown."""
        self.editor.dress(self.desk.ink)
        super().entered()
        flow = self.store.flow
        if flow is not None:
            self.desk.work(self._enter(flow.alias))

    async def _enter(self, flow: str) -> None:
        await self.load(flow)
        await self.trying.run()

    def repaint(self) -> None:
        """Draws anew what changed; drafts follow a version that went back."""
        super().repaint()
        self.follow_drafts()
        self.previewing.look()
        flow = self.store.flow
        if flow is not None and flow.alias == self.flow and self.applying.is_behind(flow):
            self.desk.work(self.applying.follow_back(flow))

    def back(self) -> bool:
        """Leaves to the flow."""
        self.completing.leave()
        self.desk.show("flow")
        return True

    act_leave_script = back

    # What it is about

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

    def texts(self) -> dict[str, str]:
        """The texts that are not saved, by path."""
        return self.drafts.texts()

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
            await self.saving.offer_kept()

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
            self.completing.leave()
            self.files.current = draft
            self.problems.has_file = True
            self.editor.show(draft.text, draft.is_writable and not self.store.read_only)
            self.diagnosing.show(draft)
            self.diagnosing.soon()
        if line:
            self.editor.jump(line, column)
        self.editor.focus()
        self.repaint()

    def show_refused(self, path: str, text: str, diagnostics: Sequence[Diagnostic]) -> None:
        """Shows a file that was not deployed with what is wrong in it."""
        self.drafts.flow, self.drafts.main = "", path
        if not any(draft.path == path for draft in self.files.drafts):
            self.take_files((FileText(path.rsplit("/", 1)[-1], path, text),))
        self.open(self._wanted(path))
        self.diagnosing.spread(diagnostics)

    async def deploy(self) -> None:
        """Deploys the file that does not run yet. Raises ControlError."""
        await self.desk.session.ask(do.Deploy(self.main_file, self.base, self.module_path))

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

    # Editor and drafts

    def on_text_area_changed(self, message: TextArea.Changed) -> None:
        """The draft follows the editor; its problems follow a moment later."""
        if self.take_text():
            self.completing.typed()

    def on_text_area_selection_changed(self, message: TextArea.SelectionChanged) -> None:
        """The cursor may be in another script now."""
        self.completing.moved()
        self.previewing.look()

    def take_text(self) -> bool:
        """The draft becomes what the editor holds; answers whether that was something else.

        Also called before a text is used: a key may come before the message about the letter before it.
        """
        draft = self.draft
        if draft is None or self.editor.text == draft.text:
            return False
        self.drafts.typed(draft, self.editor.text)
        self._seen = self.drafts.changed
        self.count()
        self.text_changed()
        return True

    def follow_drafts(self) -> None:
        """The canvas and undo change drafts too: the editor shows what they are now."""
        draft = self.draft
        if self.drafts.changed == self._seen or draft is None:
            return
        self._seen = self.drafts.changed
        for change in difference(self.editor.text, draft.text):
            self.editor.write(change.text, change.start, change.end)
        self.count()
        self.text_changed()

    def replace_text(self, text: str) -> None:
        """Puts another text into the editor, as one edit."""
        self.editor.replace(text, (0, 0), self.editor.document.end, maintain_selection_offset=False)

    def text_changed(self) -> None:
        """What is known of the text is to be looked at again."""
        self.diagnosing.soon()
        self.trying.text_changed()

    def count(self) -> None:
        """Counts and shows what is not saved."""
        self.store.unsaved = sum(draft.is_unsaved for draft in self.files.drafts)
        self.store.touch()
        self.files.repaint()

    def act_undo(self) -> None:
        """Takes the last edit back."""
        self.saving.step(self.drafts.undo)

    def act_redo(self) -> None:
        """Does the last edit that was taken back again."""
        self.saving.step(self.drafts.redo)

    # Completion and documentation

    def _offered(self, key: str) -> bool:
        """A key of the editor while the popup is open; answers whether it was meant for that."""
        if not self.popup.display:
            return key == "escape" and self._hint_left()
        match key:
            case "up" | "down":
                self.popup.move(1 if key == "down" else -1)
            case "pageup" | "pagedown":
                self.popup.move(7 if key == "pagedown" else -7)
            case "enter" if self.completing.is_written:
                self.completing.close()
                return False
            case "tab" | "enter":
                return self.completing.take()
            case "escape":
                self.completing.close()
            case _:
                return False
        return True

    def _hint_left(self) -> bool:
        was_shown = self.hint.display
        self.completing.leave()
        return was_shown

    def on_suggestion_clicked(self, message: SuggestionClicked) -> None:
        """A suggestion that is clicked is taken."""
        self.completing.take()
        self.editor.focus()

    def act_complete(self) -> None:
        """Shows what may be written here."""
        self.completing.ask()

    def act_describe(self) -> None:
        """Shows what there is to say about the word at the cursor."""
        self.desk.work(self._describe())

    async def _describe(self) -> None:
        self.take_text()
        draft = self.draft
        if draft is None:
            return
        request = Document(draft.path, self.base, self.editor.offset_now, self.module_path, self.texts())
        answer = await self.desk.session.ask(request)
        if not isinstance(answer, Documented) or not answer.signature:
            self.desk.say("nothing is known of the word at the cursor")
            return
        self.completing.leave()
        self.app.push_screen(TextDialog(named(answer.name), doc_lines(answer, self.desk.ink)))

    # Problems

    def act_next_problem(self) -> None:
        """Puts the cursor on the next problem, in whichever file it is."""
        self.diagnosing.next()

    def act_mend(self) -> None:
        """Writes what a problem's hint says."""
        self.diagnosing.mend()

    def on_problem_clicked(self, message: ProblemClicked) -> None:
        """A problem of the list was clicked."""
        self.diagnosing.go(message.index)

    # Samples

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

    # Saving and applying

    def act_save(self) -> None:
        """Saves the file in the editor."""
        self.take_text()
        draft = self.draft
        if draft is not None and self.saving.may_write(draft):
            self.desk.work(self.saving.save(draft))

    async def save_all(self) -> bool:
        """Saves what is not; answers whether all of it could be. Raises TremorError."""
        return await self.saving.save_all()

    def act_reload(self) -> None:
        """Takes the text that lies on disk; undo brings the other back."""
        if self.draft is not None:
            self.desk.work(self.saving.reload(self.draft))

    def act_apply(self) -> None:
        """Checks, saves and puts the text live."""
        self.take_text()
        if not self.store.read_only:
            self.desk.work(self.applying.apply())
