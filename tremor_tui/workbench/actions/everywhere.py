"""What can be done everywhere."""

from __future__ import annotations

from tremor_tui.workbench.actions.action import Action

ACTIONS = (
    Action("show_flow", "1", "the Flow screen", "all"),
    Action("show_tasks", "2", "the Tasks screen", "all"),
    Action("show_events", "3", "the Events screen", "all"),
    Action("show_script", "4", "the Script screen", "all"),
    Action("show_errors", "5", "the Errors screen", "all"),
    Action("show_history", "6", "the History screen", "all"),
    Action("show_bench", "7", "the Bench screen", "all"),
    Action("show_start", "0", "the start screen: open or attach", "all"),
    Action("zoom", "z", "give the pane the whole screen, or take it back", "all"),
    Action("freeze", "space", "hold the picture; nothing is lost behind it", "all", 7, "freeze"),
    Action("warnings", "w", "list what needs a look", "all"),
    Action("back", "escape", "back", "all"),
    Action("stop_flow", "f6", "drain the flow and stop it", "all", is_change=True, needs="flow"),
    Action("jump", "ctrl+o", "jump: a label on every node, pane and tab; type one", "all"),
    Action("picture", "f8", "save the screen as SVG and as text", "all"),
    Action("text_export", "", "save the screen as text alone", "all"),
    Action("theme", "", "next theme", "all"),
    Action("new_engine", "", "start an engine of its own", "all", is_change=True),
    Action("command_palette", "ctrl+p,colon", "every command", "all", 0, "commands"),
    Action("help", "question_mark,f1", "the keys of this place", "all", 8, "help"),
    Action("leave", "q", "leave", "all", 9, "quit"),
    Action("leave", "ctrl+q", "leave", "all"),
)
