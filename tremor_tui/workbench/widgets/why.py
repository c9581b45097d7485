"""Why: what slows a task, the likeliest cause first, with the line of the script and what to try."""

from __future__ import annotations

from tremor_tui.control.snapshots import FlowSnapshot, TaskSnapshot
from tremor_tui.control.speed_words import Told, brief, words_of
from tremor_tui.workbench.causes import Cause, find_causes
from tremor_tui.workbench.ink import Ink
from tremor_tui.workbench.store import Store, named
from tremor_tui.workbench.widgets.inspector import Inspector
from tremor_tui.workbench.widgets.painted import Line, clip, wrap

TRIALS = {
    "line": ("e", "open {place}"),
    "break": ("B", "hold it after a long run"),
    "blocker": ("b", "go to what blocks it"),
    "limits": ("W", "edit the limits"),
    "history": ("6", "see since when"),
    "tap": ("t", "show it in its flow"),
}


def told_lines(told: Told, number: int, width: int, ink: Ink) -> list[Line]:
    """A sentence on the fast path, broken at `width`; all but the first are set in."""
    place = f" ({told.file.rsplit('/', 1)[-1]} line {told.line})" if told.line else ""
    start = "  " if number else ""
    style = ink.warn if told.is_slow else ink.text
    parts = wrap(named(told.text + place), width - len(start))
    return [Line().add(start).add(part, style) for part in parts]


class Why(Inspector):
    """Draws what slows the store's selected task."""

    def __init__(self, store: Store, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(store, id=id)

    def heading(self) -> tuple[str, str]:
        """The question."""
        task = self.store.task_of(self.store.task)
        return "Why is it slow?", named(task.alias) if task else ""

    def body(self, width: int, height: int) -> list[Line]:
        """The split, then causes, the likeliest first, then what to try."""
        task = self.store.task_of(self.store.task)
        if task is None:
            return [Line().add("No task is selected.", self.ink.dim)]
        causes = self.causes(task)
        lines = [*self.split(task, width, height > 9)]
        trials = self.trials(causes, width)
        sentences = self.sentences(causes, width)
        room = height - len(lines) - len(trials)
        if len(sentences) > room:
            sentences = sentences[:room]
            if sentences:  # the rest of it is with enter
                sentences[-1] = sentences[-1].fit(width - 2).add(f" {self.glyphs.more}", self.ink.dim)
        fast = self.fast(task, width) if room > len(sentences) else []
        blank = [Line()] if room > len(sentences) + len(fast) else []
        return [*lines, *sentences, *fast, *blank, *trials]

    def causes(self, task: TaskSnapshot) -> list[Cause]:
        """Why the task is slow, by the picture that is shown."""
        picture = self.store.picture
        if picture is None:
            return []
        soon, speed = self.store.past.full_in("task", task.id), self.store.speed_of(task.flow)
        return find_causes(picture, self._flow(task), task, soon, speed)

    def _flow(self, task: TaskSnapshot) -> FlowSnapshot | None:
        flows = self.store.picture.flows if self.store.picture else ()
        return next((flow for flow in flows if flow.alias == task.flow), None)

    def sentences(self, causes: list[Cause], width: int) -> list[Line]:
        """The numbered causes, broken at `width`."""
        lines = []
        for number, cause in enumerate(causes, 1):
            style = self.ink.strong if cause.line else self.ink.text
            for index, part in enumerate(wrap(named(cause.text), width - 2)):
                first = f"{number} " if index == 0 else "  "
                lines.append(Line().add(first, self.ink.key).add(part, style))
        return lines

    def fast(self, task: TaskSnapshot, width: int) -> list[Line]:
        """Whether it is on the fast path, in a line."""
        speed = self.store.speed_of(task.flow)
        words = brief(speed, task.kind, task.alias) if speed else ""
        if not words:
            return []
        line = Line().add("Fast path ", self.ink.dim)
        line.add(clip(named(words), max(8, width - 20), self.glyphs.more), self.ink.text)
        return [line.add("  F", self.ink.key).add(" tells", self.ink.dim)]

    def fast_lines(self, task: TaskSnapshot, width: int) -> list[Line]:
        """All that is to be said of it and the fast path."""
        speed = self.store.speed_of(task.flow)
        lines = []
        for number, told in enumerate(words_of(speed, task.kind, task.alias) if speed else []):
            lines += told_lines(told, number, width, self.ink)
        return lines

    def trials(self, causes: list[Cause], width: int) -> list[Line]:
        """The keys to press, each once."""
        found: dict[str, str] = {}
        for cause in causes:
            if cause.trial:
                key, words = TRIALS[cause.trial]
                name = named(cause.file.rsplit("/", 1)[-1])
                place = f"{name}:{cause.line}" if name else f"line {cause.line}"
                found.setdefault(key, words.format(place=place))
        if not found:
            return []
        lines, line = [], Line().add("Try ", self.ink.dim)
        for key, words in found.items():
            if line.cells > 4 and line.cells + len(words) + 4 > width:
                lines.append(line)
                line = Line().add("    ")
            line.add(key, self.ink.key)
            line.add(f" {clip(words, max(4, width - line.cells - 2), self.glyphs.more)}  ", self.ink.text)
        return [*lines, line]
