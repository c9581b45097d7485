"""Sending an event to the Script screen: the script that it enters is opened with it as the first sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from tremor_tui.control.events import Sample
from tremor_tui.control.snapshots import FlowSnapshot, NodeSnapshot
from tremor_tui.errors import TremorError
from tremor_tui.workbench.screens.making import subject_of
from tremor_tui.workbench.screens.view import View

if TYPE_CHECKING:
    from tremor_tui.workbench.screens.script import ScriptView


class _HasScript(Protocol):
    @property
    def script(self) -> ScriptView: ...


async def send_to_script(view: View, sample: Sample, edge: str) -> None:
    """Raises TremorError where what the edge leads into has no script, or the event was cut."""
    flow = view.store.flow
    if flow is None or sample.cut:
        raise TremorError("the event was cut, as it is long" if sample.cut else "no flow runs here")
    alias, name = subject_of(flow, edge)
    await open_with(view, flow.alias, alias, sample, name)


async def open_with(view: View, flow_alias: str, alias: str, sample: Sample, name: str = "") -> None:
    """Opens a script of a pipeline, its first where none is named, with an event as the first sample.

    Raises TremorError where there is none, or the flow does not run.
    """
    flows = view.store.latest.flows if view.store.latest else ()
    flow = next((one for one in flows if one.alias == flow_alias), None)
    if flow is None:
        raise TremorError(f"the flow {flow_alias} does not run")
    node = script_of(flow, alias, name)
    script = cast(_HasScript, view.app).script
    script.previewing.offer(sample, alias)
    view.desk.show("script")
    await script.load(flow.alias, node.file, node.line, node.label)


def script_of(flow: FlowSnapshot, alias: str, name: str) -> NodeSnapshot:
    """A script of a pipeline by its id, else its first. Raises TremorError where there is none."""
    inside = flow.inside.get(alias)
    scripts = [node for node in inside.nodes if node.kind == "script"] if inside else []
    found = next((node for node in scripts if node.id == name), scripts[0] if scripts else None)
    if found is None:
        raise TremorError(f"pipeline {alias} has no script", "tap an edge into one that has")
    return found
