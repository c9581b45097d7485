"""Editor: edits tremor source with its colours; what is wrong is underlined where it is.

It is Textual's TextArea with three changes: lines get their colours from `colour.py` (no tree-sitter),
`get_line`, which TextArea documents as the place for own styles, underlines the diagnostics, and after a key
only the rows are drawn that look otherwise than before: TextArea draws all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Sequence

from rich.style import Style
from rich.text import Text
from textual import events
from textual.cache import LRUCache
from textual.geometry import Region
from textual.reactive import Reactive, reactive
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import Selection, TextAreaTheme

from tremor_tui.control.snapshots import Diagnostic
from tremor_tui.workbench.actions import bindings
from tremor_tui.workbench.colour import Colours, Ink
from tremor_tui.workbench.ink import Ink as Styles

Mark = tuple[int, int | None, Style]


class Editor(TextArea):
    """`mark` shows problems until the next are set; lines and columns of theirs count from 1.

    `offered` is asked about each key first, and answers whether the key was meant for what is offered.
    """

    BINDINGS = [*bindings("script")]  # noqa: RUF012 - Textual's own way

    selection: Reactive[Selection] = reactive(Selection(), init=False, always_update=True, repaint=False)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        # TextArea builds the colours of its first, empty text while it is made.
        self._colours = Colours()
        self._inks: dict[Ink, Style] = {}
        self._marks: dict[int, list[Mark]] = defaultdict(list)
        self._strips: LRUCache[Hashable, Strip] = LRUCache(2_000)
        self._drawn: dict[int, Hashable] = {}
        self._unseen: tuple[int, int] | None = None
        self.offered: Callable[[str], bool] = lambda _key: False
        super().__init__(
            id=id, show_line_numbers=True, tab_behavior="indent", soft_wrap=False, max_checkpoints=10_000
        )
        self.indent_width = 2

    def dress(self, styles: Styles) -> None:
        """Takes on the theme's colours."""
        self._inks = {
            "comment": styles.dim + Style(italic=True),
            "doc": styles.good + Style(italic=True),
            "keyword": styles.picked,
            "string": styles.warn,
            "number": styles.key + Style(bold=False),
            "constant": styles.key + Style(bold=False),
            "function": styles.good,
            "operator": styles.dim,
            "extractor": styles.key,
            "meta": styles.hot,
            "name": styles.text,
            "interpolation": styles.accent,
        }
        self.register_theme(
            TextAreaTheme(
                "tremor",
                base_style=styles.text,
                gutter_style=styles.faint,
                cursor_style=Style(reverse=True),
                cursor_line_style=styles.marked_back + Style(bold=False),
                cursor_line_gutter_style=styles.accent,
                bracket_matching_style=Style(bold=True, underline=True),
                selection_style=Style(reverse=True),
            )
        )
        self.theme = "tremor"
        self._strips.clear()
        self._line_cache.clear()
        self.refresh()

    def show(self, text: str, is_writable: bool) -> None:
        """Shows another text; its undo history begins anew."""
        self._marks.clear()
        self.load_text(text)
        self.read_only = not is_writable

    def mark(self, problems: Sequence[Diagnostic], styles: Styles) -> None:
        """Underlines the places of `problems`."""
        before = dict(self._marks)
        self._marks.clear()
        for problem in problems:
            span = problem.span
            if span is None:
                continue
            style = {"error": styles.hot, "warning": styles.warn}.get(problem.severity, styles.accent)
            for line in range(span.line, min(span.end_line, span.line + 200) + 1):
                start = span.column - 1 if line == span.line else 0
                end = span.end_column - 1 if line == span.end_line else None
                self._marks[line - 1].append((start, end, style + Style(underline=True)))
        if self._marks != before:
            self._line_cache.clear()
            self.refresh()

    def get_line(self, line_index: int) -> Text:
        """The line with its colours and underlines."""
        line = super().get_line(line_index)
        for start, end, ink in self._colours.of(line_index):
            style = self._inks.get(ink)
            if style is not None:
                line.stylize(style, start, end)
        for first, last, style in self._marks.get(line_index, ()):
            last = len(line) if last is None else last
            line.stylize(style, max(0, min(first, len(line) - 1)), max(last, first + 1))
        return line

    def render_line(self, y: int) -> Strip:
        """A line as it was drawn before, where nothing of it changed."""
        look = self._look(y, self._lively_lines())
        self._drawn[y] = look
        if look is None or look[0]:
            return super().render_line(y)
        strip = self._strips.get(look)
        if strip is None:
            strip = self._strips[look] = super().render_line(y)
        return strip

    def _look(self, y: int, lively: Collection[int]) -> tuple[Hashable, ...] | None:
        """All that a row looks like; None of one below the text. It begins with what is lively about it."""
        index = self.scroll_offset.y + y
        if index >= self.document.line_count:
            return None
        marks = tuple(self._marks.get(index, ()))
        place = index, self.scroll_offset.x, self.size.width, self.gutter_width
        cursor = (self.selection, self._matching_bracket_location) if index in lively else ()
        return cursor, place, self.document.get_line(index), self._colours.of(index), marks

    def _draw_changed(self) -> None:
        """Has those rows drawn that look otherwise than when they were drawn last."""
        lively = self._lively_lines()
        rows = [y for y in range(self.size.height) if self._look(y, lively) != self._drawn.get(y, ())]
        if rows:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in rows))

    def _watch_selection(self, previous_selection: Selection, selection: Selection) -> None:
        super()._watch_selection(previous_selection, selection)
        self._draw_changed()

    def _lively_lines(self) -> Collection[int]:
        """The lines that hold the cursor, the selection or a bracket that belongs to the cursor's."""
        first, last = sorted((self.selection.start[0], self.selection.end[0]))
        bracket = self._matching_bracket_location
        lines = range(first, last + 1)
        return lines if bracket is None else {*lines, bracket[0]}

    def _build_highlight_map(self) -> None:
        super()._build_highlight_map()
        self._colours.update(self.document.lines)
        self._draw_changed()

    def jump(self, line: int, column: int) -> None:
        """Puts the cursor at a place that counts from 1."""
        row = max(0, min(line - 1, self.document.line_count - 1))
        self.move_cursor((row, max(0, min(column - 1, len(self.document.get_line(row))))), center=True)
        self._unseen = None if self.size.height else self.cursor_location

    def on_resize(self) -> None:
        """A place that was gone to before there was room to show it comes into the middle."""
        if self._unseen == self.cursor_location:
            self.scroll_cursor_visible(center=True)
        self._unseen = None

    @property
    def offset_now(self) -> int:
        """The characters before the cursor."""
        row, column = self.cursor_location
        lines = self.document.lines[:row]
        return sum(map(len, lines)) + len(lines) * len(self.document.newline) + column

    def write(self, text: str, start: int, end: int) -> None:
        """Puts `text` in the place of what is between two offsets; the cursor goes behind it."""
        self.replace(text, self._place(start), self._place(end), maintain_selection_offset=False)

    def _place(self, offset: int) -> tuple[int, int]:
        newline = len(self.document.newline)
        for row, line in enumerate(self.document.lines):
            if offset <= len(line):
                return row, offset
            offset -= len(line) + newline
        return self.document.end

    async def _on_key(self, event: events.Key) -> None:
        if self.offered(event.key):
            event.stop()
            event.prevent_default()
            return
        if await self._moved_or_deleted(event):
            return
        if event.key == "enter" and not self.read_only:
            event.stop()
            event.prevent_default()
            self._break_line()
            return
        # TextArea takes escape to leave itself; here it leaves the screen, as everywhere.
        if event.key == "escape":
            event.prevent_default()

    def _break_line(self) -> None:
        """A new line begins below the text of the one before."""
        start, end = sorted((self.selection.start, self.selection.end))
        line = self.document.get_line(start[0])[: start[1]]
        indent = line[: len(line) - len(line.lstrip(" \t"))]
        self.replace("\n" + indent, start, end, maintain_selection_offset=False)
        if len(indent) < self.size.width // 2:
            self.scroll_to(x=0, animate=False, force=True)  # else the indent stays out of view

    async def _moved_or_deleted(self, event: events.Key) -> bool:
        """Runs the editor's own binding of a key, at its place among the letters.

        Textual lets a bound key bubble up to the app before it acts, so letters that arrive in the same
        read would be typed first, at the wrong place.
        """
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            event.stop()
            event.prevent_default()
            await self.run_action(binding.action)
            return True
        return False
