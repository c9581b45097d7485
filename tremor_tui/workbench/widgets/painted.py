"""The base of hand-drawn widgets: lines of styled text, of which only those that changed are repainted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tremor_tui.workbench.glyphs import UNICODE, Glyphs
from tremor_tui.workbench.ink import STEADY, Ink, ink_of

if TYPE_CHECKING:
    from textual import events

_DEFAULT_INK = ink_of(STEADY.to_color_system().generate())


class Line:
    """One line that is being written from left to right."""

    __slots__ = ("cells", "segments")

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self.cells = 0

    def add(self, text: str, style: Style | None = None) -> Line:
        """Writes `text`."""
        if text:
            self.segments.append(Segment(text, style))
            self.cells += len(text) if text.isascii() else cell_len(text)
        return self

    def to(self, column: int, style: Style | None = None, fill: str = " ") -> Line:
        """Fills up to a column."""
        return self.add(fill * (column - self.cells), style)

    def right(self, text: str, width: int, style: Style | None = None) -> Line:
        """Writes `text` so that it ends at column `width`."""
        return self.to(width - cell_len(text)).add(text, style)

    def extend(self, other: Line) -> Line:
        """Writes what another line holds."""
        self.segments += other.segments
        self.cells += other.cells
        return self

    def fit(self, width: int) -> Line:
        """Cuts at `width`, and fills up to it."""
        if self.cells > width:
            strip = Strip(self.segments, self.cells).crop(0, width)
            self.segments, self.cells = list(strip), strip.cell_length
        return self.to(width)

    def over(self, style: Style) -> Line:
        """Puts a style over all of the line."""
        self.segments = [Segment(text, (own or Style.null()) + style) for text, own, _ in self.segments]
        return self

    def strip(self, width: int) -> Strip:
        """The line as Textual wants it, exactly `width` cells."""
        self.fit(width)
        return Strip(self.segments, self.cells)

    @property
    def plain(self) -> str:
        """The text alone."""
        return "".join(segment.text for segment in self.segments)


def clip(text: str, width: int, more: str = "…") -> str:
    """`text` in at most `width` cells; what was cut shows as `more`."""
    if len(text) <= width and text.isascii():
        return text
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + more if width > 0 else ""


def wrap(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` cells, broken at blanks where possible."""
    lines, rest = [], text
    while cell_len(rest) > width > 0:
        cut = rest.rfind(" ", 0, width + 1)
        cut = cut if cut > width // 3 else width
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*lines, rest]


@dataclass(frozen=True, slots=True)
class _Look:
    """What a widget's lines get when they go to the screen; found out once for each drawing.

    `is_bare`: there is no border, padding, tint or opacity, which are Textual's to draw.
    """

    is_bare: bool
    style: Style
    background: Color
    filters: Sequence[LineFilter]

    @classmethod
    def of(cls, widget: Widget) -> _Look:
        """How a widget looks now."""
        styles = widget.styles
        is_bare = not any(widget.gutter) and not styles.tint.a and widget.opacity == 1.0
        is_bare = is_bare and not any(kind for kind, _ in styles.outline)
        return cls(is_bare, widget.rich_style, widget.background_colors[1], widget.get_line_filters())

    def finish(self, strip: Strip) -> Strip:
        """The line as it goes to the screen; lines remember what was made of them."""
        strip = strip.apply_style(self.style)
        for one in self.filters:
            strip = strip.apply_filter(one, self.background)
        return strip


class Painted(Widget):
    """A widget that `draw`s all its lines; `repaint` sends on what differs from the last time."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._strips: list[Strip] = []
        self._look: _Look | None = None

    @property
    def ink(self) -> Ink:
        """The styles of the theme."""
        return getattr(self.app, "ink", _DEFAULT_INK)

    @property
    def glyphs(self) -> Glyphs:
        """The characters to draw with."""
        return getattr(self.app, "glyphs", UNICODE)

    def draw(self, width: int, height: int) -> list[Line]:
        """The widget's lines."""
        raise NotImplementedError

    def repaint(self) -> None:
        """Draws anew; asks Textual for the lines that changed."""
        width, height = self.size
        if not width or not height or not self.display:
            return
        strips = [line.strip(width) for line in self.draw(width, height)[:height]]
        self._look = None
        old, self._strips = self._strips, strips
        rows = []
        for y, strip in enumerate(strips):
            if y < len(old) and old[y] == strip:
                strips[y] = old[y]  # it knows already how it looks on the screen
            else:
                rows.append(y)
        if len(old) > len(strips) or len(rows) > 12:
            self.refresh()
        elif rows:
            self.refresh(*[Region(0, y, width, 1) for y in rows])

    def render_line(self, y: int) -> Strip:
        """A line as it was drawn last."""
        if y < len(self._strips):
            return self._strips[y].apply_style(self.rich_style)
        return Strip.blank(self.size.width, self.rich_style)

    def notify_style_update(self) -> None:
        """Other styles make it look otherwise."""
        super().notify_style_update()
        self._look = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a region, as drawn; Textual's own way is for frames, tints and the like alone."""
        look = self._look
        if look is None:
            look = self._look = _Look.of(self)
        if not look.is_bare:
            return super().render_lines(crop)
        width = self.size.width
        first, last = crop.column_span
        lines = [look.finish(self._strip(y, width)) for y in crop.line_range]
        return lines if (first, last) == (0, width) else [line.crop(first, last) for line in lines]

    def _strip(self, y: int, width: int) -> Strip:
        return self._strips[y] if y < len(self._strips) else Strip.blank(width)

    def on_resize(self, event: events.Resize) -> None:
        """A new size is drawn at once."""
        self._strips = []
        self.repaint()

    def on_focus(self) -> None:
        """The frame shows who has the keys."""
        self.repaint()

    def on_blur(self) -> None:
        """The frame shows who has the keys."""
        self.repaint()


class Panel(Painted):
    """A painted widget with a frame: a box where there is room, else a line with the title above."""

    def heading(self) -> tuple[str, str]:
        """The title, and what stands at the right end of its line."""
        raise NotImplementedError

    def body(self, width: int, height: int) -> list[Line]:
        """The lines within the frame."""
        raise NotImplementedError

    @property
    def is_boxed(self) -> bool:
        """Whether the frame has all four sides."""
        width, height = self.app.size
        return width >= 100 and height >= 30 and not self.has_class("plain")

    @property
    def inset(self) -> int:
        """The column at which the body begins."""
        return 2 if self.is_boxed else 1

    def draw(self, width: int, height: int) -> list[Line]:
        """The frame with the body in it."""
        style = self.ink.focus if self.has_focus else self.ink.frame
        if not self.is_boxed:
            body = self.body(max(0, width - 1), height - 1)[: height - 1]
            return [self._title_line(width, style, "", ""), *(Line().add(" ").extend(line) for line in body)]
        glyphs = self.glyphs
        body = self.body(max(0, width - 4), height - 2)[: height - 2]
        body += [Line() for _ in range(height - 2 - len(body))]
        lines = [self._title_line(width, style, glyphs.corners[0], glyphs.corners[1])]
        for line in body:
            framed = Line().add(glyphs.upright, style).add(" ").extend(line.fit(max(0, width - 4)))
            lines.append(framed.add(" ").add(glyphs.upright, style))
        bottom = glyphs.corners[2] + glyphs.level * max(0, width - 2) + glyphs.corners[3]
        return [*lines, Line().add(bottom, style)]

    def _title_line(self, width: int, style: Style, first: str, last: str) -> Line:
        title, right = self.heading()
        level = self.glyphs.level
        room = width - len(first) - len(last) - 4
        title = clip(title, room, self.glyphs.more)
        line = Line().add(first + level, style)
        if title:
            line.add(f" {title} ", self.ink.picked if self.has_focus else self.ink.title)
        room = width - line.cells - len(last) - 4
        if right and room > 6:
            right = clip(right, room, self.glyphs.more)
            line.to(width - len(last) - cell_len(right) - 3, style, level)
            line.add(f" {right} ", self.ink.dim)
        return line.to(width - len(last), style, level).add(last, style)
