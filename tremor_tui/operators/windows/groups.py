"""Groups: what a select with windows holds, a chain of frames for each group that is alive."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence

from tremor_tui.aggregates.contract import State
from tremor_tui.model.batch import Tracks, Value, absorb
from tremor_tui.model.diagnostic import Span
from tremor_tui.model.record import dataclass
from tremor_tui.model.values import key_text
from tremor_tui.operators.windows.triggers import Trigger

MAX_GROUPS = 100_000
"""How many groups live where no window sets `max_groups`; with one more the oldest is let go."""


@dataclass(frozen=True, slots=True)
class Window:
    """A window's name, what makes its trigger, and its limit of groups."""

    name: str
    trigger: Callable[[], Trigger]
    max_groups: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """An aggregate call: what makes its state, where it stands, and how many arguments it has.

    `is_numeric`: it refuses a first argument that is no number.
    """

    path: str
    init: Callable[[], State]
    span: Span
    arity: int
    is_numeric: bool = False


@dataclass(slots=True)
class Frame:
    """One window of one group, and what it aggregated.

    `tracks` are the events in it that want to be settled.
    """

    window: Window
    trigger: Trigger
    states: list[State]
    holds_data: bool = False
    tracks: Tracks | None = None

    def take(self, rows: Sequence[Sequence[Value]], tracks: Tracks | None) -> None:
        """Takes the arguments of one event. Raises AggregateError."""
        self.holds_data = True
        for state, row in zip(self.states, rows, strict=True):
            state.accumulate(*row)
        if tracks is not None:
            self.tracks = absorb(self.tracks, tracks)

    def merge(self, earlier: Frame) -> None:
        """Takes what a narrower frame aggregated, if that is anything."""
        if not earlier.holds_data:
            return
        self.holds_data = True
        for state, other in zip(self.states, earlier.states, strict=True):
            state.merge(other)
        if earlier.tracks is not None:
            self.tracks = absorb(self.tracks, earlier.tracks)

    def start_over(self, states: list[State]) -> None:
        """Begins the next window with fresh states."""
        self.states = states
        self.holds_data = False
        self.tracks = None


@dataclass(slots=True)
class Group:
    """A group: its values with their JSON, and its frames from the narrowest window to the widest."""

    values: list[Value]
    frames: list[Frame]
    is_kept: bool = False

    @property
    def key(self) -> str:
        """The JSON of its values."""
        text: str = self.values[-1]
        return text

    @property
    def text(self) -> str | None:
        """Its value, where it has one and that is a string: such groups are found without JSON."""
        first = self.values[0]
        return first if len(self.values) == 2 and type(first) is str else None

    @property
    def holds_data(self) -> bool:
        """Whether any of its frames does."""
        return any(frame.holds_data for frame in self.frames)


class Groups:
    """The live groups, by the JSON of their values, in the order in which they came."""

    def __init__(self, windows: Sequence[Window], calls: Sequence[Call]) -> None:
        self._windows = windows
        self._calls = calls
        self.live: dict[str, Group] = {}
        self._texts: dict[str, Group] = {}
        self._order: deque[Group] = deque()

    def __len__(self) -> int:
        return len(self.live)

    def find(self, values: list[Value]) -> Group:
        """The group of these values; a new one is not kept yet."""
        if len(values) == 1 and type(values[0]) is str:
            found = self._texts.get(values[0])
            if found is not None:
                return found
        key = key_text(values)
        found = self.live.get(key)
        return found or Group([*values, key], [self._frame(window) for window in self._windows])

    def keep(self, group: Group) -> None:
        """Enters a group that holds data."""
        self.live[group.key] = group
        group.is_kept = True
        self._order.append(group)
        if group.text is not None:
            self._texts[group.text] = group

    def remove(self, group: Group) -> None:
        """Forgets a group."""
        group.is_kept = False
        self.live.pop(group.key, None)
        if group.text is not None:
            self._texts.pop(group.text, None)
        if len(self._order) > 2 * len(self.live) + 64:
            self._order = deque(group for group in self._order if group.is_kept)

    def oldest(self) -> Group:
        """The group that came first; there must be one.

        In a dict that is slow to find, as it passes the places of all that were removed.
        """
        while not self._order[0].is_kept:
            self._order.popleft()
        return self._order[0]

    def due(self, now_ns: int) -> list[Group]:
        """The groups that a tick at that time may close."""
        return [group for group in self.live.values() if group.frames[0].trigger.due_ns <= now_ns]

    def adopt(self, live: Mapping[str, Group]) -> None:
        """Goes on with the groups of another version of the same select."""
        self.live, self._texts = {}, {}
        self._order.clear()
        for group in live.values():
            self.keep(group)

    def states(self) -> list[State]:
        """Fresh states of all aggregates."""
        return [call.init() for call in self._calls]

    def _frame(self, window: Window) -> Frame:
        return Frame(window, window.trigger(), self.states())

    def __iter__(self) -> Iterator[Group]:
        return iter(self.live.values())
