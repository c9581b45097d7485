"""Making a test of a captured event: what comes of it, a name for it, and the file."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from tremor_tui.control.authoring import Expectation, MakeTest, TestMade
from tremor_tui.control.snapshots import FlowSnapshot, GraphSnapshot
from tremor_tui.control.writing import write_whole
from tremor_tui.errors import TremorError
from tremor_tui.workbench.store import named
from tremor_tui.workbench.widgets.painted import Line, Painted, clip

if TYPE_CHECKING:
    from tremor_tui.workbench.screens.everywhere import Everywhere

SUFFIX = ".test.json"
NAMELESS = '"name": ""'


def subject_of(flow: FlowSnapshot, edge: str) -> tuple[str, str]:
    """The pipeline and script that events on an edge go into; no script means the whole pipeline.

    Raises TremorError where they go into neither.
    """
    link = next((one for one in flow.graph.edges if one.id == edge), None)
    if link is not None:
        kind, _, alias = link.target.partition("/")
        if kind == "pipeline":
            return alias, ""
        raise TremorError(f"this edge leads into {alias}, which has no script", "tap an edge into a pipeline")
    for alias, inside in flow.inside.items():
        found = next((one for one in inside.edges if one.id == edge), None)
        if found is not None:
            return alias, _script(inside, found.source, found.target)
    raise TremorError("the edge is not there any more")


def _script(inside: GraphSnapshot, source: str, target: str) -> str:
    """The script that an edge leads into, or nothing where the edge begins the pipeline."""
    kinds = {node.id: node.kind for node in inside.nodes}
    if kinds.get(target) == "script":
        return target
    if kinds.get(source) == "input":
        return ""
    name = target.rpartition("/")[2]
    raise TremorError(f"this edge leads into {name}, which is no script", "tap an edge into a script")


async def make(app: Everywhere, request: MakeTest) -> None:
    """Asks for the expectation, shows it, and keeps the test under the name that is typed."""
    made = await app.session.ask(request)
    if not isinstance(made, TestMade):
        return

    def answer(chosen: tuple[str, Expectation] | None) -> None:
        if chosen is not None:
            app.work(_keep(app, made.folder, chosen[0].strip() or made.name, chosen[1]))

    app.push_screen(TestDialog(made), answer)


async def _keep(app: Everywhere, folder: str, name: str, expected: Expectation) -> None:
    text = expected.text.replace(NAMELESS, f'"name": {json.dumps(name, ensure_ascii=False)}', 1)
    path = await asyncio.to_thread(write_test, Path(folder), name, text)
    app.say(f"kept tests/{path.name}; F7 in Script runs it, and so does `tremor-tui test {path.parent.name}`")
    app.test_was_made()


def write_test(folder: Path, name: str, text: str) -> Path:
    """Writes a test into a file that is not there yet. Raises TremorError."""
    try:
        folder.mkdir(exist_ok=True)
        path = next(path for path in _paths(folder, name) if not path.exists())
        write_whole(path, text)
    except (OSError, UnicodeEncodeError) as error:
        reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        raise TremorError(f"cannot write the test into {folder}: {reason}") from None
    return path


def _paths(folder: Path, name: str) -> Iterator[Path]:
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:60] or "test"
    yield folder / f"{slug}{SUFFIX}"
    number = 1
    while True:
        number += 1
        yield folder / f"{slug}_{number}{SUFFIX}"


class _Outcomes(Painted):
    """What the test may expect, one of which is marked."""

    def __init__(self, made: TestMade) -> None:
        super().__init__()
        self.at = 0
        self.options: list[tuple[str, Expectation]] = [("draft", made.draft)] if made.draft else []
        self.options.append(("running version" if made.draft else "result", made.running))
        self._problem = made.problem

    def draw(self, width: int, height: int) -> list[Line]:
        lines = []
        for index, (title, expected) in enumerate(self.options):
            picked = index == self.at
            line = Line().add(self.glyphs.mark if picked else " ", self.ink.picked)
            line.add(f" {title}: ", self.ink.picked if picked else self.ink.dim)
            outcome = clip(named(expected.outcome), width - line.cells, self.glyphs.more)
            lines.append(line.add(outcome, self.ink.text if picked else self.ink.dim))
        if self._problem:
            words = f"  the draft makes none: {named(self._problem)}"
            lines.append(Line().add(clip(words, width, self.glyphs.more), self.ink.warn))
        return lines


class TestDialog(ModalScreen[tuple[str, Expectation] | None]):
    """A name to type and, where draft and running version differ, which of them is right."""

    __test__ = False  # is none of pytest's
    BINDINGS = [  # noqa: RUF012
        ("escape", "leave", "leave"),
        ("up", "move(-1)", "the other"),
        ("down", "move(1)", "the other"),
    ]

    def __init__(self, made: TestMade) -> None:
        super().__init__()
        self._made = made
        self._outcomes = _Outcomes(made)

    def compose(self) -> ComposeResult:
        """The outcomes above the name."""
        several = len(self._outcomes.options) > 1
        self._outcomes.styles.height = len(self._outcomes.options) + bool(self._made.problem) + 1
        box = Vertical(self._outcomes, Input(self._made.name, compact=True), classes="dialog")
        box.border_title = "Make a test that expects"
        box.border_subtitle = ("up and down choose, " if several else "") + "enter keeps it, esc leaves"
        box.styles.width = 90
        box.styles.height = len(self._outcomes.options) + bool(self._made.problem) + 4
        yield box

    def on_mount(self) -> None:
        """The name is typed over where another is wanted."""
        name = self.query_one(Input)
        name.focus()
        name.select_all()

    def action_move(self, by: int) -> None:
        """Marks the other outcome."""
        self._outcomes.at = (self._outcomes.at + by) % len(self._outcomes.options)
        self._outcomes.repaint()

    def action_leave(self) -> None:
        """Keeps nothing."""
        self.dismiss(None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answers the name and what is expected."""
        self.dismiss((event.value, self._outcomes.options[self._outcomes.at][1]))
