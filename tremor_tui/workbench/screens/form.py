"""Form: the settings of a node, a line for each, checked as they are typed; made from the kind's contract."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from tremor_tui.workbench.fields import Field, refusal
from tremor_tui.workbench.screens.pick import Option, Pick, Picked
from tremor_tui.workbench.screens.typed import LineEdit, TypedScreen
from tremor_tui.workbench.store import named
from tremor_tui.workbench.widgets.painted import Line, Painted, clip, wrap

WIDTH = 84
HELP_ROWS = 4


class _Lines(Painted):
    def __init__(self, form: Form) -> None:
        super().__init__()
        self._form = form

    def draw(self, width: int, height: int) -> list[Line]:
        return self._form.lines(width, height)


class Form(TypedScreen[list[Field] | None]):
    """Answers the fields as they were filled in, or None. `fixed` says why nothing can be changed.

    `proposed`: what the fields have is an example, so that what is typed takes its place.
    """

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        about: str = "",
        fixed: str = "",
        *,
        proposed: bool = False,
    ) -> None:
        super().__init__()
        self._title, self._about, self._fixed = title, about, fixed
        self.fields = list(fields)
        self._first = 0
        self._is_tried = False
        self._rows = 1
        # What must be filled in comes first to the cursor: enter takes the rest as it is.
        missing = (index for index, field in enumerate(self.fields) if field.is_required and not field.text)
        self.at = next(missing, min(1, len(self.fields) - 1))
        self._examples = [field.text if proposed else "" for field in self.fields]
        self._typed = self._line_of(self.at)
        self._box = _Lines(self)

    def compose(self) -> ComposeResult:
        """The fields, and below them what the one with the cursor is."""
        box = Vertical(self._box, classes="dialog form")
        box.border_title = self._title
        box.border_subtitle = "esc leaves" if self._fixed else "enter takes, ↑↓ or tab next, esc leaves"
        width, height = self.app.size
        box.styles.width = min(WIDTH, max(30, width - 4))
        box.styles.height = max(7, min(height - 2, len(self.fields) + HELP_ROWS + 4))
        yield box

    # Drawing

    def lines(self, width: int, height: int) -> list[Line]:
        """Fields in view, then help."""
        ink, glyphs = self._box.ink, self._box.glyphs
        self._rows = rows = max(1, height - HELP_ROWS - 1)
        self._first = max(0, min(self._first, self.at), self.at - rows + 1)
        names = min(max((len(field.title) for field in self.fields), default=4) + 3, max(12, width // 3))
        shown = list(enumerate(self.fields))[self._first : self._first + rows]
        lines = [self._row(index, field, width, names) for index, field in shown]
        lines += [Line()] * (rows - len(lines))
        hidden = len(self.fields) - len(shown)
        words = f" {self._first + 1}-{self._first + len(shown)} of {len(self.fields)} " if hidden else ""
        rule = Line().add(glyphs.level * max(0, width - len(words)), ink.faint).add(words, ink.dim)
        return [*lines, rule, *self._help(width)]

    def _row(self, index: int, field: Field, width: int, names: int) -> Line:
        ink, glyphs = self._box.ink, self._box.glyphs
        here, wrong = index == self.at, self._wrong(index)
        line = Line().add(glyphs.mark if here else " ", ink.picked)
        sign = glyphs.bad if wrong else "*" if field.is_required else "~" if field.has_changed else " "
        line.add(f"{sign} ", ink.hot if wrong else ink.key)
        line.add(clip(field.title, names - 1, glyphs.more), ink.picked if here else ink.text).to(names + 2)
        room = max(4, width - line.cells - 1)
        if here and not self._fixed:
            line.extend(self._typed.line(room, ink, True))
        elif field.text:
            line.add(clip(named(field.text.replace("\n", "⏎")), room, glyphs.more), ink.strong)
        if not (self._typed.text if here else field.text):
            line.add(clip(self._empty(field), max(0, width - line.cells), glyphs.more), ink.faint)
        return line.fit(width).over(ink.marked_back) if here else line

    def _empty(self, field: Field) -> str:
        if field.default:
            return f" {named(field.default)} (default)"
        return " needed" if field.is_required else " not set"

    def _help(self, width: int) -> list[Line]:
        ink, field = self._box.ink, self.fields[self.at]
        wrong = self._wrong(self.at)
        if self._fixed:
            texts = [(f"It cannot be changed here: {self._fixed}", ink.warn)]
        elif wrong:
            texts = [(f"{self._box.glyphs.bad} {field.title}: {wrong}", ink.hot)]
        else:
            texts = [(field.doc or self._about or field.title, ink.text)]
        texts.append((self._rule_of(field), ink.dim))
        lines = [Line().add(part, style) for text, style in texts for part in wrap(named(text), width - 1)]
        return [*lines, *[Line()] * HELP_ROWS][:HELP_ROWS]

    def _rule_of(self, field: Field) -> str:
        if field.types == "text":
            return ""
        if field.is_expression:
            return "an expression of the language"
        if field.is_list:
            return "names, separated by commas; F2 offers them"
        if field.choices:
            return f"{', '.join(field.choices[:9])}{', …' if len(field.choices) > 9 else ''}; F2 offers them"
        types = field.types.replace("|", " or ").replace("any", "any JSON value")
        least = f", at least {field.least:g}" if field.least is not None else ""
        most = f", at most {field.most:g}" if field.most is not None else ""
        return f"{types}{least}{most}; = begins an expression"

    def _wrong(self, index: int) -> str:
        """Why a field is not taken; what is only missing still is said once it was tried."""
        field = self.fields[index]
        if not field.text.strip() and not self._is_tried:
            return ""
        return refusal(field)

    # Keys

    def take_key(self, event: events.Key) -> None:
        """Letters go to the field, enter takes the form."""
        match event.key:
            case "escape":
                self.answer(None)
            case "enter" | "ctrl+s":
                self._take()
            case "down" | "tab":
                self._go(self.at + 1)
            case "up" | "shift+tab":
                self._go(self.at - 1)
            case "pagedown" | "pageup":
                step = self._rows if event.key == "pagedown" else -self._rows
                self._go(max(0, min(len(self.fields) - 1, self.at + step)))
            case "f2" | "ctrl+n":
                self._offer()
            case _:
                if not self._fixed and self._typed.take(event):
                    self._changed()

    def on_paste(self, event: events.Paste) -> None:
        """A pasted text goes to the field."""
        if not self._fixed:
            self._typed.insert(event.text)
            self._changed()

    def _changed(self) -> None:
        self.fields[self.at] = self.fields[self.at].with_text(self._typed.text)
        self._box.repaint()

    def _go(self, at: int) -> None:
        self.at = at % len(self.fields)
        self._typed = self._line_of(self.at)
        self._box.repaint()

    def _line_of(self, at: int) -> LineEdit:
        text = self.fields[at].text
        return LineEdit(text, is_proposed=text == self._examples[at])

    def _take(self) -> None:
        self._is_tried = True
        if self._fixed:
            self.answer(None)
            return
        wrong = next((index for index, field in enumerate(self.fields) if refusal(field)), None)
        if wrong is None:
            self.answer(self.fields)
        else:
            self._go(wrong)

    def _offer(self) -> None:
        """The choices of the field as a list; `true` and `false` of a bool."""
        field = self.fields[self.at]
        choices = field.choices or (("true", "false") if field.types == "bool" else ())
        if choices and not self._fixed:
            options = [Option(name, name) for name in choices]
            self.app.push_screen(Pick(field.title, options), self._chosen)

    def _chosen(self, picked: Picked | None) -> None:
        if picked is None:
            return
        field, before = self.fields[self.at], self._typed.text.strip().rstrip(",")
        self._typed = LineEdit(f"{before}, {picked.id}" if field.is_list and before else picked.id)
        self._changed()

    def on_click(self, event: events.Click) -> None:
        """A field that is clicked gets the cursor; twice offers its choices."""
        row = event.screen_y - self._box.region.y
        is_inside = self._box.region.contains(event.screen_x, event.screen_y) and row < self._rows
        if is_inside and self._first + row < len(self.fields):
            self._go(self._first + row)
            if event.chain > 1:
                self._offer()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel goes on."""
        self._go(min(len(self.fields) - 1, self.at + 1))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel goes back."""
        self._go(max(0, self.at - 1))
