"""What can be done on the start screen."""

from __future__ import annotations

from tremor_tui.workbench.actions.action import Action

ACTIONS = (
    Action("start_move_up", "up,k", "previous option", "start"),
    Action("start_move_down", "down,j", "next option", "start"),
    Action("start_take", "enter", "take the marked option", "start", 1, "open"),
    Action("theme", "T", "next theme", "start"),
)
