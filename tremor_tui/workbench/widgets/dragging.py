"""Dragging: a wire that is drawn with the mouse from a port to a node, or an edge whose end is moved.

Nodes are not dragged: their order in a layer follows from the order of the text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tremor_tui.workbench.glyphs import Glyphs
from tremor_tui.workbench.ink import Ink
from tremor_tui.workbench.layout import Box, Form, Layout
from tremor_tui.workbench.widgets.node_box import Cells

REACH = 2
"""Cells before its arrow at which an edge's end is taken hold of."""
Refusal = Callable[[str, str, str], str]
"""Why a port of a node cannot be connected to another node; empty where it can."""


@dataclass(frozen=True, slots=True)
class Drag:
    """What is dragged: from a port of `node`, or the end of `edge`; `x` and `y` are cells of the layout."""

    node: str
    port: str
    x: int
    y: int
    edge: str = ""
    has_moved: bool = False

    def to(self, x: int, y: int) -> Drag:
        """The same with the mouse elsewhere."""
        return replace(self, x=x, y=y, has_moved=True)


def box_at(layout: Layout, x: int, y: int) -> Box | None:
    """The box at a cell."""
    found = (b for b in layout.boxes.values() if b.x <= x < b.x + b.width and b.y <= y < b.y + b.height)
    return next(found, None)


def grabbed(
    layout: Layout, form: Form, sources: Mapping[str, tuple[str, str]], x: int, y: int
) -> Drag | None:
    """What is taken hold of at a cell: a port on the right side of a box, or the end of a wire.

    `sources` are the node and port at which each edge begins.
    """
    box = box_at(layout, x, y)
    if box is not None:
        row = y - box.y
        is_port = x == box.x + box.width - 1 and row in (form.row, form.err_row)
        return Drag(box.id, "err" if row == form.err_row else "out", x, y) if is_port else None
    for wire in layout.wires.values():
        end_x, end_y = wire.points[-1]
        if y == end_y and end_x - REACH <= x <= end_x and wire.id in sources:
            node, port = sources[wire.id]
            return Drag(node, port, x, y, wire.id)
    return None


def paint(
    cells: Cells, layout: Layout, form: Form, drag: Drag, refusal: Refusal, look: tuple[Ink, Glyphs]
) -> None:
    """The wire as it is now; nodes that it may not lead to are dim, and the one beneath says why."""
    ink, glyphs = look
    for box in layout.boxes.values():
        if box.id != drag.node and refusal(drag.node, drag.port, box.id):
            cells.shade(box.x, box.y, box.width, box.height, ink.faint)
    start = layout.boxes.get(drag.node)
    if start is None:
        return
    y = start.y + (form.err_row if drag.port == "err" else form.row)
    x = start.x + start.width
    middle = (x + drag.x) // 2
    for at in range(min(x, middle), max(x, middle) + 1):
        cells.put(at, y, glyphs.dot, ink.picked)
    for at in range(min(y, drag.y), max(y, drag.y) + 1):
        cells.put(middle, at, glyphs.dot, ink.picked)
    for at in range(min(middle, drag.x), max(middle, drag.x) + 1):
        cells.put(at, drag.y, glyphs.dot, ink.picked)
    under = box_at(layout, drag.x, drag.y)
    why = refusal(drag.node, drag.port, under.id) if under and under.id != drag.node else ""
    cells.write(drag.x, drag.y, glyphs.bad if why else glyphs.arrow, ink.hot if why else ink.picked)
    if why:
        cells.write(drag.x + 2, drag.y, why, ink.hot)
