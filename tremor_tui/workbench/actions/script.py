"""What can be done on the Script screen, and in its list of tests."""

from __future__ import annotations

from tremor_tui.workbench.actions.action import Action

ACTIONS = (
    Action("apply", "f5", "check, test, save and put it live", "script", 1, "apply", is_change=True),
    Action("tests", "f7", "run the flow's tests on the draft; again: go to them", "script", 2, "test"),
    Action("complete", "ctrl+space,ctrl+@", "what may be written here", "script", 3, "words"),
    Action("next_problem", "f2", "next problem", "script", 4, "next"),
    Action("describe", "f4", "what the word at the cursor means", "script", 5, "doc"),
    Action("save", "ctrl+s", "save the file", "script"),
    Action("mend", "f12", "write what the problem's hint names", "script"),
    Action("files", "ctrl+g", "go to another file of the flow", "script"),
    Action("preview", "f9", "show or hide what the draft makes of live events", "script", 6, "live"),
    Action("samples", "f3", "take new samples for the preview", "script"),
    Action("next_sample", "ctrl+down,ctrl+n", "next sample of the preview", "script"),
    Action("previous_sample", "ctrl+up", "previous sample of the preview", "script"),
    Action("sample_test", "ctrl+t", "make a test of the sample", "script"),
    Action("undo", "ctrl+z", "undo", "script"),
    Action("redo", "ctrl+y", "redo", "script"),
    Action("reload", "ctrl+r", "take the file as it is on disk", "script"),
    Action("leave_script", "escape", "back to the flow", "script", 7, "flow"),
)
TESTS = (
    Action("test_up", "up,k", "test above", "tests"),
    Action("test_down", "down,j", "test below", "tests"),
    Action("test_open", "enter", "what was expected, and what came", "tests", 1, "open"),
    Action("tests", "f7", "run the tests again", "tests", 2, "run"),
    Action("apply", "f5", "check, test, save and put it live", "tests", 3, "apply", is_change=True),
    Action("tests_leave", "escape,tab", "back to the editor", "tests", 4, "editor"),
)
