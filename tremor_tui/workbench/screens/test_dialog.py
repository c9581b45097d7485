"""The dialogs of tests and documentation: a test that is opened, and lines of Markdown as they are read."""

from __future__ import annotations

import json

from textual.app import ComposeResult
from textual.containers import Vertical

from tremor_tui.control.authoring import Documented, TestResult
from tremor_tui.workbench.ink import Ink
from tremor_tui.workbench.screens.dialogs import Menu
from tremor_tui.workbench.store import named
from tremor_tui.workbench.widgets.painted import Line
from tremor_tui.workbench.widgets.scroll_text import ScrollText, folded, json_lines

HEIGHT = 14
"""Lines of a test, at most, before they scroll."""


def doc_lines(found: Documented, ink: Ink) -> list[Line]:
    """A signature and its Markdown: code stands out, the rest is text."""
    lines = [Line().add(named(found.signature), ink.picked), Line()]
    is_code = False
    for text in found.doc.split("\n"):
        if text.startswith("```"):
            is_code = not is_code
        elif is_code or text.startswith("    "):
            lines.append(Line().add("  " + named(text.removeprefix("    ")), ink.good))
        elif text.startswith("#"):
            lines.append(Line().add(named(text.lstrip("# ")), ink.title))
        else:
            lines.append(_prose(text, ink))
    return lines


def _prose(text: str, ink: Ink) -> Line:
    """A line of text; what stands between backticks is code."""
    line = Line()
    for index, part in enumerate(text.split("`")):
        line.add(named(part), ink.key if index % 2 else ink.text)
    return line


def test_lines(result: TestResult, ink: Ink) -> list[Line]:
    """What a test is about, what differs, what was expected and what came."""
    lines = [Line().add(named(result.subject), ink.dim).add(f"  {named(result.file)}", ink.dim), Line()]
    if result.error:
        return [*lines, Line().add(f"It could not run: {named(result.error)}", ink.hot)]
    if result.is_pass:
        return [*lines, Line().add("It passes.", ink.good), Line(), *_json("came", result.came, ink)]
    lines += [Line().add(named(words), ink.hot) for words in result.differs]
    return [*lines, Line(), *_json("expected", result.expected, ink), *_json("came", result.came, ink)]


test_lines.__test__ = False  # type: ignore[attr-defined]


def _json(title: str, text: str, ink: Ink) -> list[Line]:
    """What left, as JSON; one event without the list around it."""
    found = json.loads(text)
    shown = json.dumps(found[0], ensure_ascii=False) if len(found) == 1 else text
    lines = json_lines(shown, ink) if found else [Line().add("nothing", ink.dim)]
    return [Line().add(title, ink.title), *lines]


class TestOpened(Menu):
    """A test; it may be deleted, or made to expect what came."""

    __test__ = False  # is none of pytest's
    BINDINGS = [  # noqa: RUF012 - Textual's own way
        ("pageup", "scroll(-10)", "earlier lines"),
        ("pagedown", "scroll(10)", "later lines"),
    ]

    def __init__(self, result: TestResult, ink: Ink, read_only: bool) -> None:
        options = [("", "Go back", "")]
        if not read_only and result.differs:
            options.append(("accept", "Expect what came", "the file is written anew"))
        if not read_only:
            options.append(("delete", "Delete the test", "its file is removed"))
        super().__init__(result.name, options)
        self._lines = test_lines(result, ink)
        self._words = ScrollText([])

    def compose(self) -> ComposeResult:
        """The test, then what can be done with it."""
        width = min(100, int(self.app.size.width * 0.96))
        lines = folded(self._lines, width - 6)
        room = max(3, min(len(lines), HEIGHT, self.app.size.height - len(self._options) - 5))
        words = ScrollText(lines)
        words.can_focus = False
        self._words = words
        words.styles.height = room
        box = Vertical(words, self._list, classes="dialog")
        box.border_title = named(self._title)
        box.border_subtitle = "enter takes, esc leaves"
        box.styles.width = width
        box.styles.height = room + len(self._options) + 2
        yield box

    def action_scroll(self, by: int) -> None:
        """Moves the lines."""
        self._words.action_scroll_by(by)

    def on_mount(self) -> None:
        """The options have the keys."""
        self._list.focus()
