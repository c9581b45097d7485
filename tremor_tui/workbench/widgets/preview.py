"""PreviewPanel: what a draft makes of each live sample, and how that differs from the version that runs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from textual import events

from tremor_tui.control.snapshots import Previewed, PreviewResult, Sample
from tremor_tui.workbench import figures
from tremor_tui.workbench.store import named
from tremor_tui.workbench.widgets.painted import Line, Panel, clip, wrap
from tremor_tui.workbench.widgets.scroll_text import folded, json_lines

WIDE = 54
"""From so many columns on what runs is laid out, too, where it makes the same."""
ROOMY = 14
"""From so many lines on there is a header, and the difference in words."""
LAID = 60
"""Columns that are kept."""
NOTE = 23
"""The column at which the note of a row begins."""


class PreviewPanel(Panel):
    """`samples` and what was made of them; `selected` is laid out. `was_asked`: samples were asked for.

    `version` is the one that runs, which the draft is compared with.
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.samples: list[Sample] = []
        self.selected = 0
        self.was_asked = False
        self._title = ""
        self._state = ""
        self._made: Previewed | None = None
        self._first = 0
        self._rows = 0
        self._top = 0
        self._laid: dict[tuple[str, str, int, int, int], list[Line]] = {}
        self.version = 0

    @property
    def was_run(self) -> bool:
        """Whether a draft was run on these samples."""
        return self._made is not None

    def clear(self, title: str) -> None:
        """Another script, with no samples yet."""
        self.samples, self._made, self.selected = [], None, 0
        self._title, self._state, self.was_asked = title, "", False
        self.repaint()

    def take(self, samples: list[Sample]) -> None:
        """Shows new samples, with nothing made of them yet."""
        self.samples, self._made, self.selected = samples, None, 0
        self._state = ""
        self.repaint()

    def show(self, made: Previewed) -> None:
        """Shows what was made of the samples."""
        self._made, self._state = made, ""
        self.repaint()

    def tell(self, state: str) -> None:
        """Says what goes on; what was shown stays."""
        self._state = state
        self.repaint()

    def step(self, by: int) -> None:
        """Selects another sample, round and round."""
        if self.samples:
            self.selected = (self.selected + by) % len(self.samples)
            self.repaint()

    def heading(self) -> tuple[str, str]:
        """The script, and the totals or what goes on."""
        title, right = named(self._title), named(self._state) or self._totals()
        if len(title) + len(right) + 19 > self.size.width:
            title = title.rpartition("/")[2]
        return f"Preview  {title}".rstrip(), right

    def _totals(self) -> str:
        if self._made is None:
            return ""
        ports = [result.port for result in self._made.results]
        others = sorted({port for port in ports if port not in ("", "out", "err")})
        words = [f"{ports.count(port)} {port}" for port in ("out", "err", *others)]
        return named("  ".join([*words, f"{ports.count('')} dropped"]))

    def body(self, width: int, height: int) -> list[Line]:
        """A row for each sample, the selected one laid out, and the difference to what runs in words."""
        if not self._title:
            words = "Put the cursor into a `define script` of a flow that runs."
            return [Line().add(clip(words, width, self.glyphs.more), self.ink.dim)]
        if not self.samples:
            words = "What this draft makes of live events shows here; F3 takes samples."
            return [Line().add(clip(words, width, self.glyphs.more), self.ink.dim)]
        lines = self._head(width) if height >= ROOMY else []
        tail = self._tail(width) if height >= ROOMY else []
        self._top = len(lines)
        self._rows = max(2, min(len(self.samples), height // 3))
        self._first = max(0, min(self._first, self.selected, len(self.samples) - self._rows))
        self._first = max(self._first, self.selected - self._rows + 1)
        shown = range(self._first, min(len(self.samples), self._first + self._rows))
        lines += [self._row(index, width) for index in shown]
        room = height - len(lines) - len(tail)
        laid = self._columns(width, room)
        return [*lines, *laid, *(Line() for _ in range(room - len(laid))), *tail]

    def _head(self, width: int) -> list[Line]:
        line = Line().to(3).add("# result      time", self.ink.title).to(NOTE).add("note", self.ink.title)
        return [line.right("F3 new samples", width, self.ink.dim)]

    def _tail(self, width: int) -> list[Line]:
        words = summary(self._made) if self._made else ""
        more = self.glyphs.more
        lines = [Line().add(clip(named(words), width, more), self.ink.accent)] if words else []
        return [*lines, Line().add(clip("Nothing of it reaches a sink.", width, more), self.ink.dim)]

    def _row(self, index: int, width: int) -> Line:
        ink, glyphs, is_picked = self.ink, self.glyphs, index == self.selected
        line = Line().add(glyphs.mark if is_picked else " ", ink.picked)
        line.add(f"{index + 1:>3} ", ink.picked if is_picked else ink.dim)
        result = self._result(index)
        if result is None:
            return line.add(clip(named(self.samples[index].value), width - line.cells, glyphs.more), ink.dim)
        sign, style = _sign(result, glyphs.good, glyphs.bad, glyphs.arrow, glyphs.dot), ink.good
        if result.port != "out" or result.error:
            style = ink.warn if result.port and not result.error else ink.hot if result.error else ink.dim
        line.add(f"{sign} {clip(named(result.port or 'dropped'), 8, glyphs.more):<9}", style)
        line.add(f"{figures.duration(result.run_ns):>6}", ink.dim).to(NOTE)
        note, is_change = note_of(result, self._now(index))
        return line.add(
            clip(named(note), width - line.cells, glyphs.more), ink.accent if is_change else ink.dim
        )

    def _result(self, index: int) -> PreviewResult | None:
        made = self._made.results if self._made else ()
        return made[index] if index < len(made) else None

    def _now(self, index: int) -> PreviewResult | None:
        made = self._made.running if self._made else ()
        return made[index] if index < len(made) else None

    def _columns(self, width: int, height: int) -> list[Line]:
        """The selected sample, side by side; short of room, what runs only where it makes something else."""
        result, running = self._result(self.selected), self._now(self.selected)
        columns = [("in", self.samples[self.selected].value)]
        if result is not None:
            columns.append((self._title_of("draft", result), result.value or result.error))
        if result is not None and running is not None and (width >= WIDE or note_of(result, running)[1]):
            live = f"live v{self.version}" if self.version else "live"
            columns.append((self._title_of(live, running), running.value or running.error))
        room = max(8, (width - 2 * (len(columns) - 1)) // len(columns))
        laid = [self._column(title, text, room, height) for title, text in columns]
        lines = []
        for row in range(max(map(len, laid))):
            line = Line()
            for number, column in enumerate(laid):
                line.to(number * (room + 2))
                if row < len(column):
                    line.extend(column[row])
            lines.append(line)
        return lines[:height]

    def _title_of(self, name: str, result: PreviewResult) -> str:
        glyphs = self.glyphs
        if result.error:
            return f"{name} {glyphs.bad} failed"
        return f"{name} {glyphs.arrow} {result.port}" if result.port else f"{name} {glyphs.dot} dropped"

    def _column(self, title: str, text: str, width: int, height: int) -> list[Line]:
        """A column as it was laid out last, as it is asked for with every frame."""
        key = title, text, width, height, id(self.ink)
        if key not in self._laid:
            if len(self._laid) >= LAID:
                self._laid.clear()
            self._laid[key] = self._lay(title, text, width, height)
        return self._laid[key]

    def _lay(self, title: str, text: str, width: int, height: int) -> list[Line]:
        lines = [Line().add(clip(named(title), width, self.glyphs.more), self.ink.title)]
        laid = folded(json_lines(text, self.ink), width) if text[:1] in '{["' else self._plain(text, width)
        return [*lines, *(line.fit(width) for line in laid[: max(0, height - 1)])]

    def _plain(self, text: str, width: int) -> list[Line]:
        return [Line().add(part, self.ink.text) for part in wrap(named(text), width)]

    def on_click(self, event: events.Click) -> None:
        """A sample was clicked."""
        row = event.y - 1 - self._top
        if 0 <= row < self._rows and self._first + row < len(self.samples):
            self.selected = self._first + row
            self.repaint()


def _sign(result: PreviewResult, good: str, bad: str, away: str, dropped: str) -> str:
    if result.error:
        return bad
    return good if result.port == "out" else away if result.port else dropped


def summary(made: Previewed) -> str:
    """How the draft differs from what runs, over all samples: `20 events: 1 from out to err, 2 changed`."""
    if not made.running:
        return ""
    moved: Counter[tuple[str, str]] = Counter()
    changed = 0
    for result, running in zip(made.results, made.running, strict=False):
        before, after = _way(running), _way(result)
        if before != after:
            moved[before, after] += 1
        elif note_of(result, running)[1]:
            changed += 1
    words = [f"{count} from {before} to {after}" for (before, after), count in moved.items()]
    words += [f"{changed} changed"] if changed else []
    same = "all as in the running version"
    return f"{len(made.results)} events: {', '.join(words) or same}"


def _way(result: PreviewResult) -> str:
    return "failed" if result.error else result.port or "dropped"


def note_of(result: PreviewResult, running: PreviewResult | None) -> tuple[str, bool]:
    """What is to be said about a result, and whether it differs from what runs."""
    if result.error:
        words = f"line {result.line}: {result.error}" if result.line else result.error
        return words, running is not None and running.error != result.error
    if running is None:
        return "", False
    if running.error:
        return f"failed before: {running.error}", True
    if running.port != result.port:
        return f"was {running.port or 'dropped'}", True
    if running.value != result.value:
        return f"was {fields_changed(running.value, result.value)}", True
    return ("other metadata", True) if running.meta != result.meta else ("", False)


def fields_changed(old: str, new: str) -> str:
    """What the fields that differ were before: `note: "ok  ", total: missing`."""
    before, after = json.loads(old), json.loads(new)
    if not isinstance(before, dict) or not isinstance(after, dict):
        return old
    names: Sequence[str] = list(dict.fromkeys([*after, *before]))
    missing = object()
    return ", ".join(
        f"{name}: {json.dumps(before[name], ensure_ascii=False) if name in before else 'missing'}"
        for name in names
        if before.get(name, missing) != after.get(name, missing)
    )
