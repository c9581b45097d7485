"""What can be done on the History screen."""

from __future__ import annotations

from tremor_tui.workbench.actions.action import Action

ACTIONS = (
    Action("earlier", "left,h", "the cursor earlier", "history", 1, "earlier"),
    Action("later", "right,l", "the cursor later", "history", 2, "later"),
    Action("much_earlier", "pageup", "the cursor much earlier", "history"),
    Action("much_later", "pagedown", "the cursor much later", "history"),
    Action("earliest", "home", "the first moment that is kept", "history"),
    Action("past_live", "L,end", "follow the latest moment; other screens too", "history", 4, "live"),
    Action("zoom_in", "right_square_bracket", "cover less: 10 min, 60 s, 10 s", "history"),
    Action("zoom_out", "left_square_bracket", "cover more", "history", 5, "zoom"),
    Action("next_mark", "m", "the next change", "history", 3, "next change"),
    Action("previous_mark", "M", "the change before", "history"),
    Action("view_then", "enter", "show the other screens as they were then", "history", 6, "view then"),
    Action("subject_up", "up,k", "the task or edge above", "history"),
    Action("subject_down", "down,j", "the task or edge below", "history"),
    Action("symbols", "g", "draw with blocks, ASCII or braille", "history"),
    Action("play", "p", "play the recording, or pause it", "history"),
    Action("step_on", "full_stop", "a picture on in the recording", "history"),
    Action("step_back", "comma", "a picture back in the recording", "history"),
    Action("faster", "greater_than_sign", "play the recording twice as fast", "history"),
    Action("slower", "less_than_sign", "play the recording half as fast", "history"),
    Action("jump_time", "J", "go to a time of the recording", "history"),
)
