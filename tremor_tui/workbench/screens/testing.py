"""Testing: what the Script view does with tests: making, running, opening them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tremor_tui.workbench.messages import TestClicked
from tremor_tui.workbench.screens.test_dialog import TestOpened
from tremor_tui.workbench.screens.view import View

if TYPE_CHECKING:
    from tremor_tui.workbench.previewing import Previewing
    from tremor_tui.workbench.trying import Trying
    from tremor_tui.workbench.widgets.editor import Editor
    from tremor_tui.workbench.widgets.tests import TestsPanel


class Testing(View):
    """The Script view is built on it. `testing` among its classes: tests are shown where room is short."""

    __test__ = False  # is none of pytest's
    editor: Editor
    tests: TestsPanel
    trying: Trying
    previewing: Previewing

    def take_text(self) -> bool:
        """The draft becomes what the editor holds."""
        raise NotImplementedError

    def act_sample_test(self) -> None:
        """Makes a test of the sample that is laid out."""
        self.take_text()
        self.previewing.make_test()

    def look_at_tests(self) -> None:
        """Another test was written."""
        self.trying.run_soon()

    def act_tests(self) -> None:
        """Runs the tests and shows them; once more gives them the keys."""
        self.take_text()
        if self.has_class("testing") and not self.tests.has_focus and self.tests.results:
            self.tests.focus()
        self.show_tests()
        self.trying.run_soon()

    def show_tests(self) -> None:
        """Shows the tests where there is no room for them and the problems."""
        self.add_class("testing")
        self.tests.repaint()

    def act_tests_leave(self) -> None:
        """Gives the keys back to the editor, and the problems their room."""
        self.remove_class("testing")
        self.editor.focus()
        self.repaint()

    def act_test_up(self) -> None:
        """The test above."""
        self.tests.move(-1)

    def act_test_down(self) -> None:
        """The test below."""
        self.tests.move(1)

    def on_test_clicked(self, message: TestClicked) -> None:
        """A test was clicked."""
        self.tests.at = message.index
        self.tests.focus()
        if message.twice:
            self.act_test_open()

    def act_test_open(self) -> None:
        """Opens the marked test: what was expected and what came."""
        result = self.tests.picked
        if result is None:
            return

        def answer(chosen: str | None) -> None:
            if chosen == "accept":
                self.desk.work(self.trying.accept(result))
            elif chosen == "delete":
                self.desk.work(self.trying.delete(result))

        self.app.push_screen(TestOpened(result, self.desk.ink, self.store.read_only), answer)
