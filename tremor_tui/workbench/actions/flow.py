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
    Action("unfold", "enter", "look inside the pipeline (esc comes back); the settings of others", "flow"),
    Action("edge", "v", "select the next edge of the node", "flow"),
    Action("tap", "t", "tap the selected edge: see its events", "flow", 5, "tap"),
    Action("break", "b", "hold the node's task before an event", "flow", is_change=True, needs="flow"),
    Action("edit", "e", "edit the script or the settings of the selected node", "flow", 4, "edit"),
    Action("add", "a", "add a node after the selected one and connect it", "flow", 1, "add", is_change=True),
    Action("add_apart", "A", "add a node, not connected", "flow", is_change=True),
    Action("insert", "i", "put a node into the selected edge", "flow", 2, "insert", is_change=True),
    Action(
        "connect",
        "c",
        "connect the node to a port, or move an end of the edge: type a label",
        "flow",
        3,
        "connect",
        is_change=True,
    ),
    Action("delete", "x,delete", "delete the node or edge", "flow", is_change=True),
    Action("delete_join", "X", "delete the node, join what led to and from it", "flow", is_change=True),
    Action("duplicate", "d", "a second node like this one", "flow", is_change=True),
    Action("copy", "y", "copy the node", "flow"),
    Action("paste", "p", "paste what was copied, also into another flow", "flow", is_change=True),
    Action("rename", "n", "rename the node", "flow", is_change=True),
    Action("form", "o", "the settings of the node as a form", "flow", is_change=True),
    Action("flow_undo", "u,ctrl+z", "undo the last edit", "flow", is_change=True),
    Action("flow_redo", "U,ctrl+y", "make the undone edit again", "flow", is_change=True),
    Action("flow_save", "ctrl+s", "save the draft", "flow", is_change=True),
    Action("flow_apply", "f5", "show what changes, save and apply it, or start it", "flow", 6, "apply", True),
    Action("menu", "M", "what can be done with the node, as a list", "flow"),
    Action("bottleneck", "g", "go to the task that limits the flow", "flow", needs="flow"),
    Action(
        "pause_flow", "P", "pause the flow's sources, or let them go on", "flow", is_change=True, needs="flow"
    ),
    Action("find_node", "slash", "find a node by name, kind or detail", "flow"),
    Action("next_match", "full_stop", "the next node that was found", "flow"),
    Action("previous_match", "comma", "the node that was found before this one", "flow"),
    Action("next_flow", "f", "show the next flow", "flow"),
    Action("next_pane", "tab", "next pane", "flow"),
)
