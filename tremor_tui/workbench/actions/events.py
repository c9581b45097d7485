"""What can be done on the Events screen."""

from __future__ import annotations

from tremor_tui.workbench.actions.action import Action

ACTIONS = (
    Action("events_add", "a", "tap another edge", "events", 1, "tap"),
    Action(
        "events_matching",
        "f",
        "only events for which an expression is true",
        "events",
        2,
        "only",
        needs="tap",
    ),
    Action("events_fields", "p", "pick fields and show them as columns", "events", 3, "fields", needs="tap"),
    Action("events_top", "n", "count the most frequent values of a field", "events", 4, "top", needs="tap"),
    Action("events_open", "enter", "open the event, with its path", "events", 5, "open", needs="tap"),
    Action(
        "events_break", "b", "hold a task before an event", "events", 6, "break", is_change=True, needs="flow"
    ),
    Action("events_up", "up,k", "earlier event", "events", needs="tap"),
    Action("events_down", "down,j", "later event", "events", needs="tap"),
    Action("events_first", "home", "the first event that is kept", "events", needs="tap"),
    Action("events_last", "end", "follow the newest event", "events", needs="tap"),
    Action("events_before", "left,h", "the tap before", "events", needs="tap"),
    Action("events_after", "right,l", "the next tap", "events", needs="tap"),
    Action("events_only", "o", "the selected tap alone, or all of them", "events", needs="tap"),
    Action("events_hold", "space", "hold the events; what passes is counted", "events", needs="tap"),
    Action("events_filter", "slash", "show only kept events with this text", "events", needs="tap"),
    Action("events_more", "plus,equals_sign", "copy more events a second", "events", needs="tap"),
    Action("events_fewer", "minus", "copy fewer events a second", "events", needs="tap"),
    Action("events_mark", "m", "mark the event for export", "events", needs="tap"),
    Action(
        "events_export",
        "E",
        "export marked events, or all that are shown, as JSON lines",
        "events",
        needs="tap",
    ),
    Action("events_test", "T", "make a test of the event", "events", needs="tap"),
    Action(
        "events_send",
        "S",
        "open the script that the event enters, with it as a sample",
        "events",
        needs="tap",
    ),
    Action("events_trace", "t", "follow the next event through the flow", "events", needs="flow"),
    Action("events_close", "x", "close the selected tap", "events", needs="tap"),
    Action("events_step", "s", "let one held event through", "events", is_change=True),
    Action("events_go", "g", "let events through until the next match", "events", is_change=True),
    Action("events_held", "v", "open the event that is held", "events"),
    Action("next_pane", "tab", "next pane", "events"),
)
