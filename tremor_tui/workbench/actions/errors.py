"""What can be done on the Errors screen."""

from __future__ import annotations

from tremor_tui.workbench.actions.action import Action

ACTIONS = (
    Action("letter_open", "enter,e", "open the line that failed", "errors", 1, "open line"),
    Action(
        "letter_try",
        "R",
        "dry run: what becomes of it",
        "errors",
        2,
        "dry run",
    ),
    Action(
        "letter_send",
        "ctrl+r",
        "replay for real, each exactly once",
        "errors",
        3,
        "replay",
        is_change=True,
        needs="engine",
    ),
    Action("letter_test", "T", "make a test of the event", "errors", 4, "test"),
    Action("letter_draft", "S", "open the script that the event enters, with it as a sample", "errors"),
    Action("letter_mark", "space", "mark, or take the mark away", "errors", 5, "mark"),
    Action("letter_group", "G", "by reason, or one by one", "errors", 6, "group"),
    Action("letter_filter", "slash", "show only letters with this text", "errors", 7, "filter"),
    Action("letter_discard", "x", "discard: nobody needs it", "errors", is_change=True, needs="engine"),
    Action(
        "letter_export", "E", "write those marked to a file, a JSON record a line", "errors", needs="engine"
    ),
    Action("letter_all", "A", "also what was replayed or discarded, or not", "errors"),
    Action("letter_none", "M", "take all marks away", "errors"),
    Action("letter_freeze", "f9", "hold the picture; nothing is lost behind it", "errors"),
    Action("letter_up", "up,k", "letter above", "errors"),
    Action("letter_down", "down,j", "letter below", "errors"),
    Action("letter_page_up", "pageup", "a page above", "errors"),
    Action("letter_page_down", "pagedown", "a page below", "errors"),
    Action("letter_first", "home", "the newest", "errors"),
    Action("letter_last", "end", "the oldest that is shown", "errors"),
)
