"""ExecutorLine: each executor with its load and its flows, and what the engine decided about them."""

from __future__ import annotations

from tremor_tui.control.snapshots import EngineSnapshot, ExecutorSnapshot
from tremor_tui.control.spreading import flows_on
from tremor_tui.workbench.store import Store, named
from tremor_tui.workbench.widgets.painted import Line, Painted, clip

RECENT_NS = 60 * 10**9
"""How long a move is told here; after that the list of executors has it."""
BUSY, OVER = 0.7, 0.9
MOST = 3
"""Flows of an executor that are named."""


class ExecutorLine(Painted):
    """Seen where an engine has more than one executor."""

    def __init__(self, store: Store) -> None:
        super().__init__(id="executors")
        self.store = store

    @property
    def is_wanted(self) -> bool:
        """Whether there is anything to compare."""
        picture = self.store.picture
        return picture is not None and len(picture.executors) > 1

    def draw(self, width: int, height: int) -> list[Line]:
        """The executors from the left; behind them the last decision, while it is new."""
        line, picture = Line(), self.store.picture
        if picture is None:
            return [line]
        line.add(" executors ", self.ink.dim)
        for executor in picture.executors:
            self._executor(line, picture, executor)
        said = _decision(picture)
        room = width - line.cells - 12
        if said and room > 20:
            line.add(f" {clip(named(said), room, self.glyphs.more)}", self.ink.warn)
        line.right("X lists ", width, self.ink.dim)
        return [line]

    def _executor(self, line: Line, picture: EngineSnapshot, executor: ExecutorSnapshot) -> None:
        line.add(f" {executor.id} ", self.ink.key)
        if executor.state != "running":
            line.add(f"{'no flow yet' if executor.state == 'waiting' else executor.state} ", self.ink.dim)
            return
        used = executor.cpu
        style = self.ink.bad if used >= OVER else self.ink.warn if used >= BUSY else self.ink.good
        line.add(f"{used:>4.0%} ", style)
        flows = flows_on(picture, executor.id)
        more = f" +{len(flows) - MOST}" if len(flows) > MOST else ""
        line.add(f"{named(' '.join(flows[:MOST]))}{more} ", self.ink.text)


def _decision(picture: EngineSnapshot) -> str:
    """Why nothing moves though something should; else the last move, for a minute."""
    placement = picture.placement
    if placement.waits:
        return placement.waits
    moved = placement.moves[-1] if placement.moves else None
    return moved.text if moved is not None and picture.at_ns - moved.at_ns < RECENT_NS else ""
