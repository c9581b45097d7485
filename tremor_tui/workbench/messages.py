"""What widgets post: facts in the past tense."""

from __future__ import annotations

from textual.message import Message


class NodeSelected(Message):
    """A node or an edge of the canvas was selected; `twice` asks to look inside."""

    def __init__(self, twice: bool = False) -> None:
        super().__init__()
        self.twice = twice


class WireDropped(Message):
    """A wire was drawn from a port of a node to another node; or, with `edge`, an edge's end was moved."""

    def __init__(self, source: str, port: str, target: str, edge: str = "") -> None:
        super().__init__()
        self.source, self.port, self.target, self.edge = source, port, target, edge


class WireTaken(Message):
    """Somebody begins to draw a wire."""


class MenuAsked(Message):
    """The right button of the mouse was pressed on the selection."""


class TaskSelected(Message):
    """A task of the table was selected; `twice` asks for its details."""

    def __init__(self, twice: bool = False) -> None:
        super().__init__()
        self.twice = twice


class LetterPicked(Message):
    """A letter of the list was selected; `twice` asks for its line."""

    def __init__(self, twice: bool = False) -> None:
        super().__init__()
        self.twice = twice


class ColumnClicked(Message):
    """A header of the table was clicked."""

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column


class EventOpened(Message):
    """An event of the tap was clicked twice."""


class TabClicked(Message):
    """A tab was clicked."""

    def __init__(self, view: str) -> None:
        super().__init__()
        self.view = view


class ActionClicked(Message):
    """An entry of the footer was clicked."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action


class FileClicked(Message):
    """A file of the list was clicked."""

    def __init__(self, index: int) -> None:
        super().__init__()
        self.index = index


class ProblemClicked(Message):
    """A problem of the list was clicked."""

    def __init__(self, index: int) -> None:
        super().__init__()
        self.index = index


class SuggestionClicked(Message):
    """A suggestion of the editor's popup was clicked."""


class TestClicked(Message):
    """A test of the list was clicked; `twice` opens it."""

    __test__ = False  # is none of pytest's

    def __init__(self, index: int, twice: bool = False) -> None:
        super().__init__()
        self.index = index
        self.twice = twice


class OptionTaken(Message):
    """An option of the start screen was taken."""

    def __init__(self, option: str) -> None:
        super().__init__()
        self.option = option
