"""GoingLive: what F5 on the canvas does: looks through the draft, shows the difference, saves, applies."""

from __future__ import annotations

import time
from collections.abc import Sequence

from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from tremor_tui.control.authoring import RunTests, TestsRun
from tremor_tui.control.editing import OutlinedFlow
from tremor_tui.control.snapshots import Compared, Diagnostic, PipelineChange
from tremor_tui.errors import ControlError
from tremor_tui.workbench.applying import receipt_words
from tremor_tui.workbench.composing import COMPARE_AFTER_S
from tremor_tui.workbench.draft import ChangedOnDisk, Draft
from tremor_tui.workbench.ink import Ink
from tremor_tui.workbench.screens.configuring import Configuring
from tremor_tui.workbench.screens.conflicts import LOOK_S, Conflicts
from tremor_tui.workbench.screens.dialogs import Ask
from tremor_tui.workbench.screens.typed import TypedScreen
from tremor_tui.workbench.sketch import Sketch, incomplete, lints
from tremor_tui.workbench.store import named
from tremor_tui.workbench.trying import Gate, fingerprint
from tremor_tui.workbench.widgets.painted import Line
from tremor_tui.workbench.widgets.scroll_text import ScrollText, folded

SHOWN = 12
"""Lines of one kind in the dialog; it counts the rest."""


class Difference(TypedScreen[str]):
    """What an apply changes; answers `go`, `anew` (drain it and start it again) or nothing."""

    def __init__(self, title: str, lines: Sequence[Line], go: str, anew: str = "") -> None:
        super().__init__()
        self._title, self._lines, self._go, self._anew = title, list(lines), go, anew
        self._text = ScrollText([])
        self._text.can_focus = False

    def compose(self) -> ComposeResult:
        """The lines in a box as large as they need."""
        width, height = self.app.size
        lines = folded(self._lines, max(20, min(96, int(width * 0.96) - 5)))
        self._text.texts = lines
        box = Vertical(self._text, classes="dialog")
        box.border_title = self._title
        anew = f"   R {self._anew}" if self._anew else ""
        going = f"enter or F5 {self._go}" if self._go else ""
        box.border_subtitle = f"{going}{anew}   esc leaves".strip()
        widest = max((line.cells for line in lines), default=20)
        box.styles.width = min(width - 2, max(46, widest + 5, len(str(box.border_subtitle)) + 6))
        box.styles.height = max(3, min(height - 2, len(lines) + 2))
        yield box

    def take_key(self, event: events.Key) -> None:
        """One key goes on."""
        match event.key:
            case "enter" | "f5" if self._go:
                self.answer("go")
            case "R" if self._anew:
                self.answer("anew")
            case "escape" | "q":
                self.answer("")
            case "up" | "down" | "pageup" | "pagedown":
                self._text.action_scroll_by({"up": -1, "down": 1, "pageup": -8, "pagedown": 8}[event.key])
            case _:
                pass


class GoingLive(Configuring):
    """What F5 and ctrl+s do on the canvas, and how it follows the drafts."""

    _follows = False
    _edited_at = 0.0
    _compared_at = -1

    def on_mount(self) -> None:
        """Looks at the files from time to time."""
        self.conflicts = Conflicts(self)
        self._gate = Gate()
        self.set_interval(LOOK_S, self.conflicts.look)

    # The canvas follows the drafts

    def follow_drafts(self) -> None:
        """Draws drafts that were changed elsewhere, and asks a moment later what an apply would change."""
        composing, now = self.composing, time.monotonic()
        if composing.is_behind or composing.has_hidden_draft:
            self._edited_at = now
            if not self._follows:
                self._follows = True
                self.desk.work(self._follow())
        elif self._compared_at != composing.drafts.changed and now - self._edited_at > COMPARE_AFTER_S:
            self._compared_at = composing.drafts.changed
            if self.store.drafted and self.store.flow is not None:
                self.desk.work(composing.compare())

    async def _follow(self) -> None:
        try:
            await self.composing.follow()
        finally:
            self._follows = False
        self.repaint()

    # Saving

    def act_flow_save(self) -> None:
        """Writes the drafts; asks for the name of a new file."""
        self.desk.work(self._save())

    async def _save(self) -> None:
        drafts = self.composing.drafts
        if not drafts.unsaved():
            self.desk.say("everything is saved")
            return
        main = drafts.find(self.store.drafted)
        if main is not None and main.is_new:
            name = await self.app.push_screen_wait(Ask("Save as", main.name, "a file name, from this folder"))
            if not name or not name.strip():
                return
            self.composing.move(main, name.strip())
        if await self._save_all():
            self.desk.say("saved " + ", ".join(named(draft.name) for draft in self._saved))

    async def _save_all(self) -> bool:
        """Writes every draft; answers whether all of them could be. Raises TremorError."""
        self._saved: list[Draft] = []
        for draft in self.composing.drafts.unsaved():
            try:
                await self.composing.save(draft)
            except ChangedOnDisk:
                self.conflicts.forget(draft)
                if not await self.conflicts.settle(draft):
                    return False
                await self.composing.save(draft)
            self._saved.append(draft)
        return True

    # Going live

    def act_flow_apply(self) -> None:
        """Shows what would change, then saves and applies the draft, or deploys it where nothing runs."""
        self.desk.work(self._go_live())

    async def _go_live(self) -> None:
        outlined = await self.composing.look_through()
        outline = self.store.outline
        if outline is None or not outline.graph.nodes:
            self.desk.say("there is nothing to start yet: a adds the first node")
            return
        lacks = incomplete(outline)
        wrong = [problem for problem in outlined.diagnostics if problem.is_error]
        if lacks or wrong:
            await self._refuse(lacks, wrong)
            return
        await self._show_and_go(outline)

    async def _refuse(self, lacks: Sequence[str], wrong: Sequence[Diagnostic]) -> None:
        """Says what must be done first; enter goes to the first fault of the text."""
        lines = [Line().add(named(words), self.desk.ink.hot) for words in lacks]
        lines += [Line().add(_words(problem), self.desk.ink.hot) for problem in wrong] if not lacks else []
        ends = Line().add("The draft can be saved (ctrl+s) and finished later.", self.desk.ink.dim)
        go = "shows it in the text" if wrong else ""
        screen = Difference("Not applied: the flow is not complete", [*lines, Line(), ends], go)
        if await self.app.push_screen_wait(screen) == "go":
            span = wrong[0].span
            all_ = self.composing.drafts.all
            draft = next((one for one in all_ if span and one.names(span.file, self._base)), None)
            self.desk.edit_place(draft.path if draft else self.store.drafted, span.line if span else 1)

    @property
    def _base(self) -> str:
        return self.composing.drafts.base

    async def _show_and_go(self, outline: OutlinedFlow) -> None:
        flow = self.store.flow
        is_watched = bool(flow and flow.watching_until_ns)
        compared = await self.composing.compare()
        unsaved = self.composing.drafts.unsaved()
        if flow is not None and not unsaved and not is_watched and not (compared and compared.text):
            self.desk.say("nothing to apply: what runs is what is drawn")
            return
        tested = await self._tested(flow.alias) if flow is not None else ""
        if tested is None:
            return
        if not is_watched or unsaved:
            screen = self._difference(outline, compared, unsaved, tested)
            answer = await self.app.push_screen_wait(screen)
            if not answer:
                return
            if not await self._save_all():
                return
            if answer == "anew":
                await self._anew()
                return
        await self._put_live()

    async def _tested(self, flow: str) -> str | None:
        """Runs the flow's tests on the drafts; answers what came of them, None where that stops the apply."""
        drafts = self.composing.drafts
        try:
            answer = await self.desk.session.ask(RunTests(flow, drafts.texts()))
        except ControlError as error:
            return f"tests were not run: {error}"
        results = answer.results if isinstance(answer, TestsRun) else ()
        failed = [result for result in results if not result.is_pass]
        texts = fingerprint(draft.text for draft in drafts.all if draft.is_writable)
        words = self._gate.refusal(failed, texts)
        if words:
            self.desk.say(named(words), "error")
            return None
        if failed:
            return f"{len(failed)} of {len(results)} tests fail: {', '.join(one.name for one in failed)}"
        return f"tests that pass: {len(results)}" if results else ""

    def _difference(
        self, outline: OutlinedFlow, compared: Compared | None, unsaved: Sequence[Draft], tested: str | None
    ) -> Difference:
        flow, ink = self.store.flow, self.desk.ink
        file = named(self.store.drafted.rsplit("/", 1)[-1])
        lines = _file_lines(unsaved, ink)
        if flow is None:
            many = len(outline.graph.nodes)
            lines.append(Line().add(f"starts {named(outline.alias)}: {many} nodes", ink.text))
            lines += _advice(outline, ink)
            return Difference(f"Start {file}", lines, "saves and starts it")
        lines += [Line().add(named(tested), ink.dim)] if tested else []
        lines += change_lines(self.store.flow_sketch, compared, ink)
        lines += _advice(outline, ink)
        refused = compared.refused if compared else ()
        if refused:
            lines += [Line().add(f"no apply does this: {named(words)}", ink.hot) for words in refused]
        anew = "drains it and starts it anew" if refused else ""
        title = f"Apply {file} to {named(flow.alias)} v{flow.version}"
        return Difference(title, lines, "" if refused else "saves and applies", anew)

    async def _put_live(self) -> None:
        try:
            applied = await self.composing.put_live()
        except ControlError as error:
            raise ControlError(f"not applied: {error}", error.hint) from None
        if applied is None:
            self.desk.say(f"{named(self.store.drafted.rsplit('/', 1)[-1])} runs")
            self.desk.work(self.desk.first_tap(self.store.drafted))
        else:
            words = "; ".join(filter(None, (receipt_words(applied.receipts), applied.text)))
            self.desk.say(words or "nothing changed, so nothing was swapped")
        self._compared_at = -1

    async def _anew(self) -> None:
        await self.composing.deploy_anew()
        self.desk.say(f"{named(self.store.flow_alias)} was drained and started anew")


def _words(problem: Diagnostic) -> str:
    place = f"{problem.span.file}:{problem.span.line}: " if problem.span else ""
    return named(f"{place}{problem.message}")


def _file_lines(unsaved: Sequence[Draft], ink: Ink) -> list[Line]:
    return [
        Line().add(f"writes {named(draft.name)}" + (" (a new file)" if draft.is_new else ""), ink.dim)
        for draft in unsaved
    ]


def _advice(outline: OutlinedFlow, ink: Ink) -> list[Line]:
    """What should be looked at, one line each."""
    return _some([f"look at {named(words)}" for words in lints(outline)], "!", ink.warn)


def _some(texts: Sequence[str], sign: str, style: Style) -> list[Line]:
    lines = [Line().add(f"{sign} {text}", style) for text in texts[:SHOWN]]
    if len(texts) > SHOWN:
        lines.append(Line().add(f"{sign} and {len(texts) - SHOWN} more", style))
    return lines


def change_lines(sketch: Sketch, compared: Compared | None, ink: Ink) -> list[Line]:
    """Nodes and links that come and go, what changes in pipelines, and what becomes of their state.

    The sketch knows them as they are drawn; the engine as they would run, which may be more.
    """
    compared = compared or Compared("")
    lines: list[Line] = []
    for state, names, links, sign, style in (
        ("new", compared.added, compared.linked, "+", ink.good),
        ("removed", compared.removed, compared.unlinked, "-", ink.hot),
    ):
        word = "added" if state == "new" else "removed"
        texts = [f"{text} is {word}" for text in _nodes(sketch, state, names)]
        lines += _some([*texts, *(f"link {text}" for text in _links(sketch, state, links))], sign, style)
    changed = [f"{_alias(one)} is replaced: it has other settings" for one in compared.changed]
    lines += _some(changed, "~", ink.accent)
    for one in compared.pipelines:
        lines += _pipeline_lines(one.alias, one, ink)
    lines += _some([named(words) for words in compared.anew], "!", ink.warn)
    if not lines and compared.text:
        lines.append(Line().add(named(compared.text), ink.text))
    return lines


def _nodes(sketch: Sketch, state: str, told: Sequence[str]) -> list[str]:
    labels = {node.id: named(node.label or _alias(node.id)) for node in sketch.graph.nodes}
    drawn = [one for one, mark in sketch.marks.items() if mark.state == state]
    return [labels.get(one) or _alias(one) for one in dict.fromkeys((*drawn, *told))]


def _links(sketch: Sketch, state: str, told: Sequence[str]) -> list[str]:
    edges = {edge.id: edge for edge in sketch.graph.edges}
    found = [edges[one] for one, is_now in sketch.edges.items() if is_now == state]
    drawn = [f"/{e.source}/{e.source_port} to /{e.target}/{e.target_port}" for e in found]
    return [
        named(one.replace("/connector/", "").replace("/pipeline/", ""))
        for one in dict.fromkeys((*drawn, *told))
    ]


def _alias(node: str) -> str:
    return named(node.rsplit("/", 1)[-1])


def _pipeline_lines(alias: str, one: PipelineChange, ink: Ink) -> list[Line]:
    parts = (
        ("~", "changed", one.changed, ink.accent),
        ("+", "added", one.added, ink.good),
        ("-", "removed", one.removed, ink.hot),
        (" ", "keeps the state of", one.kept, ink.dim),
        ("!", "begins anew, its state is lost:", one.lost, ink.warn),
    )
    lines = [
        Line().add(f"{sign} {named(alias)}: {word} {named(', '.join(names))}", style)
        for sign, word, names, style in parts
        if names
    ]
    return lines or [Line().add(f"~ {named(alias)}: moved in the text, works as before", ink.dim)]
