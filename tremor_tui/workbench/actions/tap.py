"""What can be done in the tap of the Flow screen."""

from __future__ import annotations

from tremor_tui.workbench.actions.action import Action

ACTIONS = (
    Action("next_pane", "tab", "next pane", "tap"),
    Action("tap_up", "up,k", "earlier event", "tap", needs="tap"),
    Action("tap_down", "down,j", "later event", "tap", needs="tap"),
    Action("tap_open", "enter", "open the event", "tap", 1, "open", needs="tap"),
    Action("tap_pause", "p", "hold the tap, or let it go on", "tap", 2, "hold", needs="tap"),
    Action("tap_filter", "slash", "show only events with this text", "tap", 3, "filter", needs="tap"),
    Action("tap_test", "T", "make a test of the event", "tap", 4, "test", is_change=True, needs="tap"),
    Action("tap_close", "x", "close the tap", "tap", 5, "close", needs="tap"),
)
