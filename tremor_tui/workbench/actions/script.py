"""What can be done on the Script screen."""

from __future__ import annotations

from tremor_tui.workbench.actions.action import Action

ACTIONS = (
    Action("save", "ctrl+s", "save the file", "script", 2, "save"),
    Action("apply", "f5", "check, save and put it live", "script", 1, "apply", is_change=True),
    Action("next_problem", "f2", "next problem", "script", 3, "problem"),
    Action("files", "f3,ctrl+g", "go to another file of the flow", "script", 5, "files"),
    Action("preview", "f4", "show or hide what the draft makes of live events", "script", 4, "preview"),
    Action("samples", "f9", "take new samples for the preview", "script"),
    Action("next_sample", "ctrl+down,ctrl+n", "next sample of the preview", "script"),
    Action("previous_sample", "ctrl+up", "previous sample of the preview", "script"),
    Action("undo", "ctrl+z", "undo", "script"),
    Action("redo", "ctrl+y", "redo", "script"),
    Action("reload", "f7", "take the file as it is on disk", "script"),
    Action("leave_script", "escape", "back to the flow", "script", 6, "flow"),
)
