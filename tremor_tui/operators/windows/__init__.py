"""A select with windows: aggregates over groups of events, let go as the windows say.

Each group has a chain of frames, one per window. Events reach the first; what a frame aggregated when it
closes is merged into the next, wider one. So a window of `size = 3` behind another counts frames. A group
lives as long as one of its frames holds data. Read `triggers.py` (when a window closes), `groups.py` (what
is held), `select.py` (the operator).

An event is in all groups' windows with all its aggregates, or, where one of these refuses it, in none.
Where no window sets `max_groups`, the oldest of more than 100,000 groups is emitted and forgotten.
"""

from tremor_tui.operators.windows.groups import MAX_GROUPS, Call, Frame, Group, Groups, Window
from tremor_tui.operators.windows.select import Expressions, WindowSelect
from tremor_tui.operators.windows.triggers import (
    Actions,
    BySize,
    ByState,
    ByTime,
    Decide,
    Measure,
    Trigger,
)

__all__ = [
    "MAX_GROUPS",
    "Actions",
    "BySize",
    "ByState",
    "ByTime",
    "Call",
    "Decide",
    "Expressions",
    "Frame",
    "Group",
    "Groups",
    "Measure",
    "Trigger",
    "Window",
    "WindowSelect",
]
