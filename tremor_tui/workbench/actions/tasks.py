"""What can be done on the Tasks screen."""

from __future__ import annotations

from tremor_tui.workbench.actions.action import Action

ACTIONS = (
    Action("task_up", "up,k", "task above", "tasks"),
    Action("task_down", "down,j", "task below", "tasks"),
    Action("task_first", "home", "first task", "tasks"),
    Action("task_last", "end", "last task", "tasks"),
    Action("task_open", "enter", "every figure of the task", "tasks", 1, "details"),
    Action("sort", "o", "sort by a column", "tasks", 2, "sort"),
    Action("turn", "r", "turn the order round", "tasks"),
    Action("task_filter", "slash", "show only tasks with this text", "tasks", 3, "filter"),
    Action("task_flow", "t", "show the task in its flow", "tasks", 4, "in flow"),
    Action("task_edit", "e", "edit the task's script", "tasks", 5, "edit"),
)
