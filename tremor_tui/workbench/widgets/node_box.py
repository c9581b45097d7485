"""Paints nodes of the canvas into a grid of cells: boxes of five lines, or folded ones of two."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style

from tremor_tui.control.snapshots import NodeSnapshot, TaskSnapshot
from tremor_tui.workbench import figures
from tremor_tui.workbench.glyphs import Glyphs
from tremor_tui.workbench.ink import Ink
from tremor_tui.workbench.layout import Box
from tremor_tui.workbench.sketch import Mark
from tremor_tui.workbench.widgets.painted import Line, clip


class Cells:
    """A grid of characters with styles; `offset` is what of the layout its first cell shows."""

    def __init__(self, width: int, height: int, offset: tuple[int, int]) -> None:
        self.width, self.height, self.offset = width, height, offset
        self._chars = [[" "] * width for _ in range(height)]
        self._styles: list[list[Style | None]] = [[None] * width for _ in range(height)]

    def put(self, x: int, y: int, char: str, style: Style | None) -> None:
        """Sets one cell, if it is in view."""
        x, y = x - self.offset[0], y - self.offset[1]
        if 0 <= x < self.width and 0 <= y < self.height:
            self._chars[y][x] = char
            self._styles[y][x] = style

    def write(self, x: int, y: int, text: str, style: Style | None) -> None:
        """Sets the cells of a text; of a wide character the second cell is left to it."""
        if text.isascii() or cell_len(text) == len(text):
            for at, char in enumerate(text):
                self.put(x + at, y, char, style)
            return
        for char in text:
            width = cell_len(char)
            self.put(x, y, char, style)
            if width == 2:
                self.put(x + 1, y, "", style)
            x += max(1, width)

    def shade(self, x: int, y: int, width: int, height: int, style: Style | None) -> None:
        """Gives what is written in a stretch another style."""
        for row in range(max(0, y - self.offset[1]), min(self.height, y - self.offset[1] + height)):
            for at in range(max(0, x - self.offset[0]), min(self.width, x - self.offset[0] + width)):
                self._styles[row][at] = style

    def lines(self) -> list[Line]:
        """The rows as lines; neighbours of one style become one piece."""
        lines = []
        for chars, styles in zip(self._chars, self._styles, strict=True):
            line, start = Line(), 0
            for at in range(1, self.width + 1):
                if at == self.width or styles[at] is not styles[start]:
                    line.add("".join(chars[start:at]), styles[start])
                    start = at
            lines.append(line)
        return lines


class BoxPainter:
    """Paints one node after another: `begin`, then `task` or `node`."""

    def __init__(self, cells: Cells, ink: Ink, glyphs: Glyphs, is_tall: bool) -> None:
        self._cells, self._ink, self._glyphs, self._is_tall = cells, ink, glyphs, is_tall
        self._box = Box("", 0, 0, 0, 0, 0)
        self._is_picked = self.limits = self.warns = False
        self._mark = Mark()

    def begin(self, box: Box, is_picked: bool, mark: Mark) -> None:
        """The node that is painted next."""
        self._box, self._is_picked, self._mark = box, is_picked, mark
        self.limits = self.warns = False

    def task(self, label: str, task: TaskSnapshot, busy: Sequence[float]) -> None:
        """A node of a flow, with the state of its task."""
        ink, glyphs = self._ink, self._glyphs
        state = glyphs.states.get(task.state, task.state)
        share = figures.percent(task.split.busy).strip()
        sign = glyphs.bottleneck if self.limits else glyphs.warn if self.warns else ""
        if not self._is_tall:
            self._folded(label, state, share, sign, task)
            return
        detail = task.detail.rsplit("::", 1)[-1] if task.kind != "pipeline" else f"v{task.version}"
        word, hue = self._word()
        inner = self._box.width - 2
        self._frame(label, sign, self._border(task))
        self._text(1, [(f" {word}", hue)] if word else [(f" {task.kind}", ink.dim), (detail, ink.dim)])
        graph = figures.spark(busy, inner - 6, glyphs.steps, 100.0)
        self._text(2, [(" " + graph, ink.by_share(task.split.busy)), (share, ink.by_share(task.split.busy))])
        blocked = f"{task.split.blocked:.0f}%" if task.split.blocked >= 0.5 else ""
        self._text(3, self._lack() or [(f" {state}", ink.state(task.state)), (blocked, ink.warn)])

    def _word(self) -> tuple[str, Style]:
        """What the node is to the version that runs, as a sign and a word."""
        ink, glyphs = self._ink, self._glyphs
        signs = {
            "new": ("+", ink.good),
            "changed": ("~", ink.accent),
            "removed": (glyphs.bad, ink.hot),
            "unused": (glyphs.dot, ink.dim),
        }
        sign, style = signs.get(self._mark.state, ("", ink.dim))
        return f"{sign} {self._mark.state}" if sign else "", style

    def _lack(self) -> list[tuple[str, Style]]:
        """What must be done before the node runs."""
        lacks = self._mark.lacks
        return [(f" {self._glyphs.warn} {lacks[0]}", self._ink.hot)] if lacks else []

    def _border(self, task: TaskSnapshot) -> Style:
        ink = self._ink
        if self._is_picked:
            return ink.picked
        if self._mark.state:
            return self._word()[1]
        if task.state == "failed":
            return ink.bad
        if task.split.blocked >= 20:
            return ink.warn
        return ink.by_share(task.split.busy) if task.split.busy >= 60 else ink.bar

    def _folded(self, label: str, state: str, share: str, sign: str, task: TaskSnapshot) -> None:
        ink, box = self._ink, self._box
        style = ink.picked if self._is_picked else ink.strong
        mark = self._glyphs.mark if self._is_picked else " "
        name = clip(label, box.width - 1, self._glyphs.more)
        self._cells.write(box.x, box.y, mark + name, style)
        self._cells.write(box.x, box.y + 1, mark, style)
        if self._mark.state or self._mark.lacks:
            self._folded_mark()
            return
        self._cells.write(box.x + 1, box.y + 1, state[0], ink.state(task.state))
        self._cells.write(box.x + 3, box.y + 1, share, ink.by_share(task.split.busy))
        if sign:
            self._cells.write(box.x + 3 + len(share), box.y + 1, f" {sign}", ink.hot)

    def _folded_mark(self) -> None:
        word, hue = self._word()
        text, style = (self._lack() or [(word, hue)])[0]
        text = clip(text.strip(), self._box.width - 1, self._glyphs.more)
        self._cells.write(self._box.x + 1, self._box.y + 1, text, style)

    def node(self, label: str, node: NodeSnapshot) -> None:
        """A node inside a pipeline, or one of a draft that does not run."""
        ink, box = self._ink, self._box
        word, hue = self._word()
        share = f"{node.share * 100:.0f}%" if node.share >= 0.005 else ""
        if not self._is_tall:
            style = ink.picked if self._is_picked else ink.strong
            mark = self._glyphs.mark if self._is_picked else " "
            self._cells.write(box.x, box.y, mark + clip(label, box.width - 1, self._glyphs.more), style)
            self._cells.write(box.x, box.y + 1, mark, style)
            if word or self._mark.lacks:
                self._folded_mark()
                return
            self._cells.write(
                box.x + 1, box.y + 1, clip(f"{node.kind} {share}".strip(), box.width - 1), ink.dim
            )
            return
        sign = self._glyphs.warn if self._mark.lints and not self._mark.lacks else ""
        self._frame(label, sign, ink.picked if self._is_picked else hue if word else ink.bar)
        detail = node.detail.rsplit("::", 1)[-1] if node.detail != label else ""
        self._text(1, [(f" {node.kind}", ink.dim), (detail, ink.dim)])
        bar = figures.bar(node.share, max(0, box.width - 9), self._glyphs.full, " ")
        many = node.events_in or node.events_out
        events = f"{figures.count(many)} {'in' if node.events_in else 'out'}" if many else ""
        second = [(f" {bar}", ink.accent), (share, ink.text)] if share else [(f" {events}", ink.text)]
        self._text(2, [(f" {word}", hue)] if word else second)
        lost = f"{figures.count(node.dropped)} dropped" if node.dropped else ""
        wrong = f"{figures.count(node.errors)} errors" if node.errors else lost
        at = f"line {node.line}" if node.line else ""
        self._text(3, self._lack() or [(f" {wrong}", ink.warn) if wrong else (f" {at}", ink.dim)])

    def _frame(self, label: str, sign: str, style: Style) -> None:
        box, glyphs, cells = self._box, self._glyphs, self._cells
        lines = glyphs.thick if self._is_picked else glyphs.thin
        corners = "".join(lines[mask] for mask in (10, 6, 9, 5)) if self._is_picked else glyphs.corners
        level, upright = lines[12], lines[3]
        name = clip(label, box.width - 4 - (2 if sign else 0), glyphs.more)
        cells.write(box.x, box.y, corners[0] + level * (box.width - 2) + corners[1], style)
        cells.write(box.x + 1, box.y, f" {name} ", self._ink.picked if self._is_picked else self._ink.strong)
        if sign:
            cells.write(box.x + box.width - 3, box.y, f"{sign} ", self._ink.hot)
        for row in range(1, box.height - 1):
            cells.write(box.x, box.y + row, upright + " " * (box.width - 2) + upright, style)
        bottom = corners[2] + level * (box.width - 2) + corners[3]
        cells.write(box.x, box.y + box.height - 1, bottom, style)

    def _text(self, row: int, pieces: list[tuple[str, Style]]) -> None:
        """The first piece on the left, the second, if there is room, on the right."""
        box = self._box
        x, y, inner = box.x + 1, box.y + row, box.width - 2
        first = clip(pieces[0][0], inner, self._glyphs.more)
        self._cells.write(x, y, first, pieces[0][1])
        if len(pieces) > 1 and pieces[1][0]:
            second = pieces[1][0]
            room = inner - cell_len(first) - 2
            if room >= min(5, cell_len(second)):
                second = clip(second, room, self._glyphs.more)
                self._cells.write(x + inner - 1 - cell_len(second), y, second, pieces[1][1])
