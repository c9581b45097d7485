"""What can be done on the Flow screen's canvas."""

from __future__ import annotations

from tremor_tui.workbench.actions.action import Action

ACTIONS = (
    Action("left", "left,h", "nearest node on the left", "flow"),
    Action("right", "right,l", "nearest node on the right", "flow"),
    Action("up", "up,k", "nearest node above", "flow"),
    Action("down", "down,j", "nearest node below", "flow"),
    Action("upstream", "left_square_bracket", "along the edge, upstream", "flow"),
    Action("downstream", "right_square_bracket", "along the edge, downstream", "flow"),
    Action("unfold", "enter", "look inside the pipeline; esc comes back", "flow", 2, "inside"),
    Action("edge", "v", "select the next edge of the node", "flow", 3, "edges"),
    Action("tap", "t", "tap the selected edge: see its events", "flow", 1, "tap"),
    Action("edit", "e", "edit the script of the selected node", "flow", 4, "edit"),
    Action("bottleneck", "g", "go to the task that limits the flow", "flow", 5, "limit", needs="flow"),
    Action(
        "pause_flow", "P", "pause the flow's sources, or let them go on", "flow", is_change=True, needs="flow"
    ),
    Action("next_flow", "f", "show the next flow", "flow"),
    Action("next_pane", "tab", "next pane", "flow"),
)
