"""What can be done on the Tasks screen."""

from __future__ import annotations

from tremor_tui.workbench.actions.action import Action

ACTIONS = (
    Action("task_up", "up,k", "task above", "tasks"),
    Action("task_down", "down,j", "task below", "tasks"),
    Action("task_first", "home", "first task", "tasks"),
    Action("task_last", "end", "last task", "tasks"),
    Action("task_open", "enter", "every figure of the task", "tasks", 1, "details"),
    Action("task_break", "B", "hold the task, as after a run that is too long", "tasks", is_change=True),
    Action("task_edit", "e", "open the line that takes the time", "tasks", 2, "open line"),
    Action("sort", "o", "sort by a column", "tasks", 3, "sort"),
    Action("turn", "O", "turn the order round", "tasks"),
    Action("task_filter", "slash", "show only tasks with this text", "tasks", 4, "filter"),
    Action("task_flow", "t", "show the task in its flow", "tasks", 6, "in flow"),
    Action("blocker", "b", "go to the task that blocks this one", "tasks"),
    Action("window", "H", "run times of the last 10 s, 60 s, or all", "tasks"),
    Action("limits", "W", "edit the limits of warnings", "tasks", 5, "limits", needs="engine"),
    Action("record", "r", "record to files, or end that", "tasks", is_change=True, needs="engine"),
    Action("executors", "X", "where flows run, what was moved and why", "tasks", needs="engine"),
    Action("speed", "F", "what of the flow is on the fast path, and why not more", "tasks", needs="flow"),
    Action("flow_move", "m", "move the flow to another executor", "tasks", is_change=True, needs="engine"),
    Action("statistics", "D", "measure tasks, or do not", "tasks", is_change=True, needs="engine"),
)
