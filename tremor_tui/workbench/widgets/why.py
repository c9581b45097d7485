"""Why: the split of a task's time, its yields, and sentences on why it is slow."""

from __future__ import annotations

from tremor_tui.control.snapshots import TaskSnapshot
from tremor_tui.workbench.bottleneck import why_slow
from tremor_tui.workbench.store import Store, named
from tremor_tui.workbench.widgets.inspector import Inspector
from tremor_tui.workbench.widgets.painted import Line, wrap


class Why(Inspector):
    """Draws what slows the store's selected task."""

    def __init__(self, store: Store, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(store, id=id)

    def heading(self) -> tuple[str, str]:
        """The question."""
        task = self.store.task_of(self.store.task)
        return "Why is it slow?", named(task.alias) if task else ""

    def body(self, width: int, height: int) -> list[Line]:
        """The split, yields by reason, then causes, the likeliest first."""
        task = self.store.task_of(self.store.task)
        if task is None:
            return [Line().add("No task is selected.", self.ink.dim)]
        lines = [*self.split(task, width, height > 7), *self.yields(task, width)]
        if height > 8:
            lines.append(Line())
        return lines + self.sentences(task, width)

    def sentences(self, task: TaskSnapshot, width: int) -> list[Line]:
        """The numbered causes, broken at `width`."""
        picture = self.store.picture
        if picture is None:
            return []
        flow = next((flow for flow in picture.flows if flow.alias == task.flow), None)
        lines = []
        for number, text in enumerate(why_slow(picture, flow, task), 1):
            for index, part in enumerate(wrap(named(text), width - 2)):
                first = f"{number} " if index == 0 else "  "
                lines.append(Line().add(first, self.ink.key).add(part, self.ink.text))
        return lines
