"""Why a flow is not moved by itself, in words; empty where it may be."""

from __future__ import annotations

from tremor_tui.engine.deployed import Deployed


def why_unready(flow: Deployed) -> str:
    """What is going on with a flow that no move may come into."""
    if flow.lost or flow.failed or flow.state not in ("running", "paused"):
        return f"it is {flow.state}"
    if flow.is_changing:
        return "a version is being put live"
    if flow.trial is not None:
        return f"v{flow.version} is being watched"
    if flow.picture is not None and flow.picture.breaks:
        return "a break is set in it"
    return ""


def why_stays(flow: Deployed, is_recording: bool) -> str:
    """Why the engine leaves a flow where it is, whatever the load."""
    if unready := why_unready(flow):
        return unready
    if flow.state == "paused":
        return "it is paused"
    if is_recording:
        return "the engine records"
    return flow.picture.fixed if flow.picture is not None else "no picture of it has come yet"
