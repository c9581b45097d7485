"""The cells of a layout's wires: which directions each has, which edges pass it; made once per layout."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise

from rich.style import Style

from tremor_tui.workbench.glyphs import DOWN, LEFT, RIGHT, UP, Glyphs
from tremor_tui.workbench.layout import Layout
from tremor_tui.workbench.widgets.node_box import Cells


class WireCells:
    """By row: column, mask of directions, edges."""

    def __init__(self, layout: Layout) -> None:
        masks: dict[tuple[int, int], int] = defaultdict(int)
        self._edges: dict[tuple[int, int], list[str]] = defaultdict(list)
        for wire in layout.wires.values():
            for (x1, y1), (x2, y2) in pairwise(wire.points):
                self._draw(masks, wire.id, x1, y1, x2, y2)
        self._rows: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for (x, y), mask in masks.items():
            self._rows[y].append((x, mask))

    def _draw(self, masks: dict[tuple[int, int], int], wire: str, x1: int, y1: int, x2: int, y2: int) -> None:
        across = y1 == y2
        first, last = (LEFT, RIGHT) if across else (UP, DOWN)
        low, high = (min(x1, x2), max(x1, x2)) if across else (min(y1, y2), max(y1, y2))
        for at in range(low, high + 1):
            cell = (at, y1) if across else (x1, at)
            masks[cell] |= (first if at > low else 0) | (last if at < high else 0)
            if not self._edges[cell] or self._edges[cell][-1] != wire:
                self._edges[cell].append(wire)

    def at(self, x: int, y: int) -> str:
        """The edge at a cell or beside it, or empty."""
        for cell in ((x, y), (x, y - 1), (x, y + 1)):
            if self._edges.get(cell):
                return self._edges[cell][-1]
        return ""

    def paint(
        self,
        cells: Cells,
        glyphs: Glyphs,
        styles: Mapping[str, Style],
        rank: Mapping[str, int],
        thick: set[str],
        dashed: set[str],
    ) -> None:
        """Paints the rows that are in view; where edges share a cell the one of the highest rank shows."""
        left, top = cells.offset
        for y in range(max(0, top), top + cells.height):
            for x, mask in self._rows.get(y, ()):
                if not left <= x < left + cells.width:
                    continue
                edges = self._edges[x, y]
                edge = edges[0] if len(edges) == 1 else max(edges, key=lambda e: rank.get(e, 0))
                table = glyphs.thick if edge in thick else glyphs.dashed if edge in dashed else glyphs.thin
                cells.put(x, y, table[mask], styles.get(edge))
