"""What can be done on the Bench screen."""

from __future__ import annotations

from tremor_tui.workbench.actions.action import Action

ACTIONS = (
    Action(
        "start_bench", "enter", "start the benchmark", "bench", 1, "start", is_change=True, needs="engine"
    ),
    Action("stop_bench", "s", "stop it; what was measured stays", "bench", 1, "stop", is_change=True),
    Action("axis", "y", "another axis: events/s, MB/s, MB per CPU-second, p99", "bench", 2, "axis"),
    Action("compare", "c", "lay a run that was kept over it", "bench", 3, "compare", needs="engine"),
    Action("export", "E", "save the run as JSON, as SVG, or as text", "bench", 4, "export"),
    Action("full", "f", "a quick look, or a full run", "bench", 5, "length"),
    Action("choose", "o", "choose schedules, sizes, rounds and more in a form", "bench", 6, "choose"),
    Action("variant", "v", "which data and script are measured", "bench", 7, "variant"),
    Action("fewer_flows", "left,h", "the figures of fewer flows", "bench"),
    Action("more_flows", "right,l", "the figures of more flows", "bench"),
    Action("all_sizes", "t", "the table of one size, or of all", "bench"),
    Action("forget", "C", "take the run that was laid over away", "bench"),
)
