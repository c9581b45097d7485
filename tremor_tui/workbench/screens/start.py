"""StartView: pick a start: the quickstart, a template, a .troy file, a running engine, an empty canvas."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual import events

from tremor_tui.workbench.actions import bindings
from tremor_tui.workbench.messages import OptionTaken
from tremor_tui.workbench.store import Store, named
from tremor_tui.workbench.widgets.painted import Line, Panel, clip, wrap

QUICKSTART = "pipelines/quickstart/live.troy"
KEYS = {"quit": "q", "back": "-"}
"""What leads to an option that has no number."""


class StartView(Panel, can_focus=True):
    """Draws the options; `engines` are those that were found."""

    BINDINGS = [*bindings("start")]  # noqa: RUF012 - Textual's own way

    def __init__(self, store: Store) -> None:
        super().__init__(id="start")
        self.store = store
        self.engines: Sequence[str] = ()
        self.marked = 0
        self._first_row = 0
        self._per_option = 1

    @property
    def options(self) -> list[tuple[str, str, str]]:
        """Id, title and remark of each option; their numbers stay the same wherever the workbench starts."""
        arrow, more = self.glyphs.arrow, self.glyphs.more
        first = ("template:timer", f"Try it: metronome {arrow} script {arrow} console", "no set-up")
        if Path(self.store.base, QUICKSTART).is_file():
            first = ("quickstart", "Try it: a web server's log, live", "no set-up, one key")
        found = [
            first,
            (
                "template:read_a_log",
                f"Log: file {arrow} parse {arrow} filter {arrow} console",
                "asks for a path",
            ),
            ("template:dead_letters", "Validate a file, errors to dead letters", "asks for a path"),
            ("template:throttle", f"Throttle: bench {arrow} bucket {arrow} null", "load test"),
            ("open", "Open a .troy file" + more, "asks for its path"),
            self._attaching(),
            ("empty", "Empty canvas", "press a to add the first node"),
            ("templates", "More templates" + more, "windows, fan out and others"),
        ]
        found.append(("bench", "Measure how fast it is here", "the Bench screen"))
        if self.store.picture is not None and self.store.link == "live":
            found.append(("back", "Back to the flow", named(self.store.engine)))
        return [*found, ("quit", "Quit", "")]

    def _attaching(self) -> tuple[str, str, str]:
        if len(self.engines) == 1:
            name = named(self.engines[0])
            return f"attach:{self.engines[0]}", f"Attach to {name}", "an engine that runs already"
        words = (
            f"{len(self.engines)} found: {', '.join(map(named, self.engines))}"
            if self.engines
            else "none found"
        )
        return "attach:", "Attach to a running engine" + self.glyphs.more, words

    def heading(self) -> tuple[str, str]:
        """Where we are."""
        return "Start", ""

    def body(self, width: int, height: int) -> list[Line]:
        """A greeting, the options with their numbers, and how to go on."""
        ink = self.ink
        greeting = "Nothing is running yet. Pick a start."
        if self.store.flow is not None:
            greeting = "A flow is running. Pick another start, or go back to it."
        lines = [Line(), Line().add(f"  {greeting}", ink.text), Line()]
        roomy = height >= 26
        self._first_row, self._per_option = len(lines) + 1, 2 if roomy else 1
        for index, (name, title, remark) in enumerate(self.options):
            picked = index == self.marked
            line = Line().add(f" {self.glyphs.mark if picked else ' '} ", ink.picked)
            line.add(KEYS.get(name, str(index + 1)), ink.key).to(4)
            line.add(f"  {title:<42}", ink.picked if picked else ink.text)
            line.add(clip(remark, max(0, width - line.cells), self.glyphs.more), ink.dim)
            lines.append(line.fit(width).over(ink.marked_back) if picked else line)
            if roomy:
                lines.append(Line())
        about = self._about(width) if height - len(lines) >= 12 else []
        return [*lines, Line(), *about, *self._advice(width)]

    def _about(self, width: int) -> list[Line]:
        rows = (
            ("Flow", "the graph, live: rates, queues, and the events of any edge"),
            ("Tasks", "where the time of every task goes, and why it is slow"),
            ("Script", "the text behind it; F5 swaps a change in, nothing is lost"),
            ("Bench", "events a second, from one flow to 64, while they are measured"),
        )
        lines = [
            Line()
            .add(f"  {name:<10}", self.ink.picked)
            .add(clip(words, width - 14, self.glyphs.more), self.ink.text)
            for name, words in rows
        ]
        return [Line(), *lines, Line()]

    def _advice(self, width: int) -> list[Line]:
        texts = (
            "Arrows and enter, or the number; the mouse works too. ? shows the keys of the place you are in.",
            "An engine starts with the first flow. It ends 30 s after you leave, unless you keep it.",
        )
        return [Line().add(f"  {part}", self.ink.dim) for text in texts for part in wrap(text, width - 4)]

    def move(self, by: int) -> None:
        """Marks another option."""
        self.marked = (self.marked + by) % len(self.options)
        self.repaint()

    def act_start_move_up(self) -> None:
        """Marks the option above."""
        self.move(-1)

    def act_start_move_down(self) -> None:
        """Marks the option below."""
        self.move(1)

    def act_start_take(self) -> None:
        """Takes the marked option."""
        self.take(min(self.marked, len(self.options) - 1))

    def take(self, index: int) -> None:
        """Takes an option by its place."""
        self.marked = index
        self.repaint()
        self.post_message(OptionTaken(self.options[index][0]))

    def on_key(self, event: events.Key) -> None:
        """The numbers of the options."""
        names = [name for name, _, _ in self.options]
        key = event.character or ""
        found = next((n for n in names if KEYS.get(n) == key and n != "quit"), "")
        if not found and key.isdigit() and 0 < int(key) <= len(names):
            found = names[int(key) - 1] if names[int(key) - 1] not in KEYS else ""
        if found:
            event.stop()
            event.prevent_default()
            self.take(names.index(found))

    def on_click(self, event: events.Click) -> None:
        """An option was clicked."""
        row, rest = divmod(event.y - self._first_row, self._per_option)
        if rest == 0 and 0 <= row < len(self.options):
            self.take(row)
