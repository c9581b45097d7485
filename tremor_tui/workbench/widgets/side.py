"""The lists beside the editor: the files of the flow, and what is wrong in them."""

from __future__ import annotations

from textual import events

from tremor_tui.control.snapshots import Diagnostic
from tremor_tui.workbench.draft import Draft
from tremor_tui.workbench.drafts import Drafts
from tremor_tui.workbench.messages import FileClicked, ProblemClicked
from tremor_tui.workbench.store import named
from tremor_tui.workbench.widgets.painted import Line, Panel, clip, wrap


class FileList(Panel):
    """Draws the drafts: a column where there is room, else one line."""

    def __init__(self, opened: Drafts, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._opened = opened
        self.current: Draft | None = None
        self._spans: list[tuple[int, int, int]] = []

    @property
    def drafts(self) -> list[Draft]:
        """The open texts."""
        return self._opened.all

    def heading(self) -> tuple[str, str]:
        """What it lists."""
        return "Files", ""

    def draw(self, width: int, height: int) -> list[Line]:
        """A panel, or one line of names."""
        return super().draw(width, height) if height > 2 else [self._row(width)]

    def _row(self, width: int) -> Line:
        line = Line()
        self._spans = []
        for index, draft in enumerate(self.drafts):
            start = line.cells
            style = (
                self.ink.tab
                if draft is self.current
                else self.ink.text
                if draft.is_writable
                else self.ink.dim
            )
            line.add(f" {self._label(draft)} ", style).add(" ")
            self._spans.append((start, line.cells, index))
        return line.fit(width)

    def _label(self, draft: Draft) -> str:
        return named(draft.name.rsplit("/", 1)[-1]) + (" *" if draft.is_unsaved else "")

    def body(self, width: int, height: int) -> list[Line]:
        """The user's files, then the library's."""
        lines = []
        for draft in self.drafts:
            picked = draft is self.current
            wrong = sum(problem.is_error for problem in draft.diagnostics)
            line = Line().add(self.glyphs.mark if picked else " ", self.ink.picked)
            style = self.ink.picked if picked else self.ink.text if draft.is_writable else self.ink.dim
            line.add(clip(self._label(draft), width - (5 if wrong else 1), self.glyphs.more), style)
            if wrong:
                line.right(f"{self.glyphs.bad} {wrong}", width, self.ink.hot)
            lines.append(line)
        if any(not draft.is_writable for draft in self.drafts):
            lines += [Line(), Line().add(clip(" grey: read only", width), self.ink.dim)]
        return lines

    def on_click(self, event: events.Click) -> None:
        """A file was clicked."""
        if self.size.height <= 2:
            found = next((i for start, end, i in self._spans if start <= event.x < end), None)
        else:
            found = event.y - 1 if 0 < event.y <= len(self.drafts) else None
        if found is not None:
            self.post_message(FileClicked(found))


class Problems(Panel):
    """Draws diagnostics: place, sentence and hint; `state` is what the editor is doing."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.found: tuple[Diagnostic, ...] = ()
        self.current = -1
        self.has_file = False
        self.state = ""
        self._rows: list[int] = []

    def heading(self) -> tuple[str, str]:
        """How many there are."""
        errors = sum(problem.is_error for problem in self.found)
        others = len(self.found) - errors
        words = [f"{errors} error{'s' if errors != 1 else ''}"] if errors else []
        words += [f"{others} warning{'s' if others != 1 else ''}"] if others else []
        return "Problems  " + (", ".join(words) or "none"), self.state

    def body(self, width: int, height: int) -> list[Line]:
        """From the current one on."""
        if not self.has_file:
            return [Line().add("No file yet: those of a flow show here once it runs.", self.ink.dim)]
        if not self.found:
            return [Line().add(self.glyphs.good, self.ink.good).add(" The text compiles.", self.ink.dim)]
        lines: list[Line] = []
        self._rows = []
        first = max(0, self.current)
        for index in range(first, len(self.found)):
            for line in self._problem(self.found[index], index == self.current, width):
                lines.append(line)
                self._rows.append(index)
            if len(lines) >= height:
                break
        return lines

    def _problem(self, problem: Diagnostic, is_current: bool, width: int) -> list[Line]:
        ink, glyphs = self.ink, self.glyphs
        style = {"error": ink.hot, "warning": ink.warn}.get(problem.severity, ink.accent)
        span = problem.span
        where = f"{span.line}:{span.column}" if span else "-"
        sign = {"error": glyphs.bad, "warning": glyphs.warn}.get(problem.severity, glyphs.dot)
        start = Line().add(glyphs.mark if is_current else " ", ink.picked).add(f"{sign} ", style)
        start.add(f"{where:<8}", ink.dim)
        indent = start.cells
        words = wrap(named(problem.message), max(8, width - indent))
        lines = [start.add(words[0], style)]
        lines += [Line().to(indent).add(part, style) for part in words[1:]]
        if problem.hint:
            hint = wrap(named(problem.hint), max(8, width - indent))
            lines += [Line().to(indent).add(part, ink.dim) for part in hint]
        return lines

    def on_click(self, event: events.Click) -> None:
        """A problem was clicked."""
        row = event.y - 1
        if 0 <= row < len(self._rows):
            self.post_message(ProblemClicked(self._rows[row]))
