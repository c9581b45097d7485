"""Why: the split of a task's time, its yields, and sentences on why it is slow."""

from __future__ import annotations

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
        if task is None or self.store.picture is None:
            return [Line().add("No task is selected.", self.ink.dim)]
        lines = [*self.split(task, width, height > 7), *self.yields(task, width)]
        if height > 8:
            lines.append(Line())
        flows = self.store.picture.flows
        flow = next((flow for flow in flows if flow.alias == task.flow), None)
        for number, text in enumerate(why_slow(self.store.picture, flow, task), 1):
            for index, part in enumerate(wrap(named(text), width - 2)):
                lines.append(
                    Line().add(f"{number} " if index == 0 else "  ", self.ink.key).add(part, self.ink.text)
                )
        return lines
