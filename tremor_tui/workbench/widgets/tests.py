"""TestsPanel: the tests of the flow: which of them pass, and what was expected where one does not."""

from __future__ import annotations

from textual import events

from tremor_tui.control.authoring import TestResult
from tremor_tui.workbench.actions import bindings
from tremor_tui.workbench.messages import TestClicked
from tremor_tui.workbench.store import named
from tremor_tui.workbench.widgets.painted import Line, Panel, wrap


class TestsPanel(Panel, can_focus=True):
    """`results` are those of the last run; `state` says what goes on, or how old they are."""

    __test__ = False  # is none of pytest's
    BINDINGS = [*bindings("tests")]  # noqa: RUF012 - Textual's own way

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.results: tuple[TestResult, ...] = ()
        self.problem = ""
        self.state = ""
        self.at = 0
        self._first = 0
        self._rows: list[int] = []

    @property
    def picked(self) -> TestResult | None:
        """The test that has the mark."""
        return self.results[self.at] if self.at < len(self.results) else None

    @property
    def failed(self) -> list[TestResult]:
        """The tests that did not pass."""
        return [result for result in self.results if not result.is_pass]

    def show(self, results: tuple[TestResult, ...], problem: str = "") -> None:
        """Shows what came of a run; `problem` says why none was run."""
        self.results, self.problem, self.state = results, problem, ""
        failed = next((at for at, result in enumerate(results) if not result.is_pass), 0)
        self.at = failed if self.at >= len(results) or failed else self.at
        self.repaint()

    def tell(self, state: str) -> None:
        """Says what goes on; what was shown stays."""
        if state != self.state:
            self.state = state
            self.repaint()

    def move(self, by: int) -> None:
        """Marks another test, round and round."""
        if self.results:
            self.at = (self.at + by) % len(self.results)
            self.repaint()

    def heading(self) -> tuple[str, str]:
        """How many there are, and how many pass."""
        failed, glyphs = len(self.failed), self.glyphs
        passed = len(self.results) - failed
        words = f"  {glyphs.good} {passed}" + (f"  {glyphs.bad} {failed}" if failed else "")
        title = f"Tests ({len(self.results)})" + (words if self.results else "")
        return title, self.state or "F7 runs them"

    def body(self, width: int, height: int) -> list[Line]:
        """A line for each test."""
        if self.problem:
            words = f"not run: {named(self.problem)}"
            return [Line().add(part, self.ink.warn) for part in wrap(words, width)][:height]
        if not self.results:
            words = "No test yet: ^t makes one of the sample, T of an event of a tap."
            return [Line().add(part, self.ink.dim) for part in wrap(words, width)][:height]
        laid = [self._row(index, width) for index in range(len(self.results))]
        self._first = max(0, min(self._first, self.at))
        while self._first < self.at and sum(map(len, laid[self._first : self.at + 1])) > height:
            self._first += 1
        self._rows = [index for index in range(self._first, len(laid)) for _ in laid[index]][:height]
        return [line for lines in laid[self._first :] for line in lines][:height]

    def _row(self, index: int, width: int) -> list[Line]:
        """A test that passes is a line; of one that does not, all of what differs first is shown."""
        ink, glyphs, result = self.ink, self.glyphs, self.results[index]
        picked = index == self.at and self.has_focus
        line = Line().add(glyphs.mark if picked else " ", ink.picked)
        good = result.is_pass
        line.add(f"{glyphs.good if good else glyphs.bad} ", ink.good if good else ink.hot)
        name = ink.picked if picked else ink.text
        if good:
            lines = [line.add(named(result.name), name).add(f"  {named(result.subject)}", ink.dim)]
        else:
            more = f" and {len(result.differs) - 1} more" if len(result.differs) > 1 else ""
            words = f"{named(result.name)}: {named(result.error or result.differs[0])}{more}"
            first, *rest = wrap(words, max(8, width - line.cells))
            cut = min(len(first), len(named(result.name)) + 1)
            lines = [line.add(first[:cut], name).add(first[cut:], ink.hot)]
            lines += [Line().to(3).add(part, ink.hot) for part in rest]
        return [one.fit(width).over(ink.marked_back) if picked else one.fit(width) for one in lines]

    def on_click(self, event: events.Click) -> None:
        """A test was clicked."""
        row = event.y - 1
        if 0 <= row < len(self._rows):
            self.post_message(TestClicked(self._rows[row], event.chain > 1))
