"""LetterList: the events that failed, newest first, or how many failed in the same way."""

from __future__ import annotations

from rich.style import Style
from textual import events

from tremor_tui.control.letters import LetterGroup, LetterLine
from tremor_tui.workbench import figures
from tremor_tui.workbench.letters import Mail, key_of
from tremor_tui.workbench.messages import LetterPicked
from tremor_tui.workbench.store import named
from tremor_tui.workbench.widgets.painted import Line, Panel, clip


class LetterList(Panel, can_focus=True):
    """Draws what `mail` holds; keeps the selected row in view."""

    def __init__(self, mail: Mail, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.mail = mail
        self._top = 0
        self.page = 1

    def heading(self) -> tuple[str, str]:
        """How many wait; what is filtered, marked or held."""
        mail = self.mail
        many = mail.shown_count
        title = f"Errors ({many.open})" + ("" if mail.only_open else "  all states")
        if many.failed > many.kept:
            title += f"  kept {figures.count(many.kept)} of {figures.count(many.failed)}"
        words = [f"filter: {named(mail.wanted)}"] if mail.wanted else []
        words += [f"{len(mail.marks)} marked"] if mail.marks else []
        words += ["HELD (F9)"] if mail.is_held else []
        return title, "  ".join(words)

    def body(self, width: int, height: int) -> list[Line]:
        """The header, the rows in view, and the reasons in a line."""
        mail = self.mail
        keys = mail.keys()
        if not keys:
            return self._empty(width)
        room = max(1, height - 2)
        self.page = room
        at = max(0, mail.index())
        self._top = max(0, min(self._top, at, len(keys) - room), at - room + 1)
        end = self._top + room
        if mail.is_grouped:
            rows = [self._group(one, width) for one in mail.groups[self._top : end]]
        else:
            rows = [self._letter(one, width) for one in mail.lines[self._top : end]]
        rows += [Line() for _ in range(room - len(rows))]
        return [self._header(width), *rows, self._sums(width)]

    def _empty(self, width: int) -> list[Line]:
        mail, dim = self.mail, self.ink.dim
        if mail.wanted:
            words = [f"No letter has `{named(mail.wanted)}`; esc clears the filter."]
        else:
            words = [
                "No event has failed and waits here.",
                "Events that fail are kept with their reason: look, try, replay.",
                "A shows what was replayed or discarded.",
            ]
        return [Line(), *(Line().add(clip("  " + one, width), dim) for one in words)]

    def _header(self, width: int) -> Line:
        if self.mail.is_grouped:
            texts = f"{'':3}{'waiting':>7} {'all':>6}  {'last':8}  {'node':<16}  reason"
        else:
            texts = f"{'':3}{'#':>5}  {'time':8}  {'node':<{_node(width)}}  "
            texts += f"{'reason':<{_reason(width)}} {'tries':>5}  state"
        return Line().add(clip(texts, width), self.ink.dim)

    def _letter(self, one: LetterLine, width: int) -> Line:
        mail, ink = self.mail, self.ink
        line = self._begin(one.id == mail.selected, one.id in mail.marks)
        line.add(f"{one.id:>5}  ", ink.dim).add(f"{figures.clock(one.at_ns)}  ", ink.text)
        node, reason = _node(width), _reason(width)
        _cell(line, named(one.place), node, ink.strong, self.glyphs.more)
        line.add("  ")
        _cell(line, named(one.reason), reason, ink.text, self.glyphs.more)
        line.add(f" {one.tries:>5}  ", ink.warn if one.tries > 1 else ink.dim)
        line.add(one.state, self._style(one.state))
        line = line.fit(width)
        return line.over(ink.marked_back) if one.id == mail.selected else line

    def _group(self, one: LetterGroup, width: int) -> Line:
        ink, picked = self.ink, key_of(one) == self.mail.selected
        line = self._begin(picked, False)
        line.add(f"{one.open:>7} ", ink.hot if one.open else ink.dim).add(f"{one.count:>6}  ", ink.dim)
        line.add(f"{figures.clock(one.newest_ns)}  ", ink.text)
        alias = one.task.rpartition("/")[2]
        place = f"{alias}/{one.node}" if one.node and one.node != alias else alias
        _cell(line, named(place), 16, ink.strong, self.glyphs.more)
        line.add("  ")
        line.add(clip(named(one.reason), max(4, width - line.cells), self.glyphs.more), ink.text)
        line = line.fit(width)
        return line.over(ink.marked_back) if picked else line

    def _begin(self, picked: bool, marked: bool) -> Line:
        line = Line().add(self.glyphs.mark if picked else " ", self.ink.picked)
        return line.add("* " if marked else "  ", self.ink.accent)

    def _sums(self, width: int) -> Line:
        mail = self.mail
        reasons: dict[str, int] = {}
        for one in mail.groups:
            reasons[one.reason] = reasons.get(one.reason, 0) + (one.open or one.count)
        most = sorted(reasons.items(), key=lambda pair: -pair[1])
        words = f"{len(most)} reason{'s' * (len(most) != 1)}: "
        words += " | ".join(f"{named(reason)} {count}" for reason, count in most)
        end = f"  {len(mail.lines)} of {mail.total} listed" if mail.total > len(mail.lines) else ""
        line = Line().add(" " * 3).add(clip(words, width - 4 - len(end), self.glyphs.more), self.ink.dim)
        return line.add(end, self.ink.warn)

    def _style(self, state: str) -> Style:
        ink = self.ink
        styles = {"dead": ink.hot, "uncertain": ink.warn, "sending": ink.accent, "replayed": ink.good}
        return styles.get(state, ink.dim)

    def on_click(self, event: events.Click) -> None:
        """A row is selected; a second click opens its line."""
        row = self._top + event.y - 2
        if event.y >= 2 and row < len(self.mail.keys()):
            self.mail.pick(row)
            self.post_message(LetterPicked(event.chain > 1))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the selection."""
        self.mail.move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves the selection."""
        self.mail.move(-1)


def _node(width: int) -> int:
    return 16 if width < 100 else 22


def _reason(width: int) -> int:
    return max(8, width - 39 - _node(width))


def _cell(line: Line, text: str, width: int, style: Style, more: str) -> None:
    at = line.cells
    line.add(clip(text, width, more), style).to(at + width)
