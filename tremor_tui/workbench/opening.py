"""Opening: a file is deployed and its flow shown, with a tap where a newcomer sees events at once."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Protocol

from tremor_tui.control import commands as do
from tremor_tui.control.snapshots import FlowSnapshot
from tremor_tui.errors import ControlError, TremorError
from tremor_tui.workbench.causes import guilty_place
from tremor_tui.workbench.screens.flow import FlowView
from tremor_tui.workbench.screens.keeping import Keeping, of_file
from tremor_tui.workbench.screens.script import ScriptView
from tremor_tui.workbench.session import Session
from tremor_tui.workbench.store import Store


class Room(Protocol):
    """What opening a file needs of the app."""

    base: str
    store: Store
    session: Session
    keeping: Keeping

    @property
    def is_attached(self) -> bool: ...
    @property
    def flow(self) -> FlowView: ...
    @property
    def script(self) -> ScriptView: ...
    def attach(self, engine: str) -> None: ...
    async def open_tap(self, edge: str) -> None: ...
    def show(self, view: str) -> None: ...


async def open_file(app: Room, file: str, module_path: tuple[str, ...]) -> None:
    """Deploys a file on the engine; shows its flow, or what is wrong with it. Raises TremorError."""
    if app.store.read_only:
        raise ControlError("this workbench may only look: it deploys nothing", "0 attaches to an engine")
    path = absolute(app.base, file)
    text = await asyncio.to_thread(_read, path)
    if not app.is_attached:
        app.attach("")
    await app.session.is_live.wait()
    try:
        await app.session.ask(do.Deploy(path, app.base, module_path))
    except ControlError as error:
        if error.diagnostics:
            app.show("script")
            app.script.show_refused(path, text, error.diagnostics)
            await app.flow.composing.show_refused(path)
        raise
    app.show("flow")
    kept = app.keeping.open(of_file(path))
    await _first_tap(app, path, kept)


async def _first_tap(app: Room, path: str, kept: dict[str, object]) -> None:
    """Shows what was shown before; a newcomer sees events at once: a tap on the busiest edge into a sink."""
    store = app.store
    flow = await _running(store, path)
    if flow is None:
        return
    store.choose_flow(flow.alias)
    if store.latest is not None and kept:
        app.keeping.show(kept, store.latest)
        before = app.keeping.tap_edge(kept, flow)
        if before:
            await app.open_tap(before)
        return
    await _tap_busiest(app, flow)


async def tap_started(app: Room, path: str) -> None:
    """A flow that was composed here runs: its busiest edge into a sink is tapped. Raises ControlError."""
    flow = await _running(app.store, path)
    if flow is not None:
        await _tap_busiest(app, flow)


async def _running(store: Store, path: str) -> FlowSnapshot | None:
    """The flow of a file once it runs; None where it does not within 5 s."""
    for _ in range(100):
        flow = next((f for f in (store.latest.flows if store.latest else ()) if f.file == path), None)
        if flow is not None and flow.graph.edges:
            return flow
        await asyncio.sleep(0.05)
    return None


async def _tap_busiest(app: Room, flow: FlowSnapshot) -> None:
    sinks = {node.id for node in flow.graph.nodes if node.kind in ("sink", "both")}
    edges = [e for e in flow.graph.edges if e.target in sinks and e.source_port == "out"]
    edge = max(edges or flow.graph.edges, key=lambda e: e.rate)
    await app.open_tap(edge.id)


def absolute(base: str, file: str) -> str:
    """`file` as seen from `base`."""
    return os.path.normpath(os.path.join(base, file))


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise TremorError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise TremorError(f"{path} is not UTF-8") from None


def place_of_task(store: Store, task_id: str) -> tuple[str, str, int, str] | None:
    """The flow, file, line and name of what a task is made of: the line that makes it slow, else its script.

    The file is "" where none is known; None where the task is not in the picture.
    """
    task, flow = store.task_of(task_id), store.flow
    if task is None or flow is None:
        return None
    guilty = guilty_place(store.picture, flow, task, store.speed_of(flow.alias)) if store.picture else None
    if guilty:
        return (flow.alias, *guilty, "")
    nodes = flow.inside[task.alias].nodes if task.alias in flow.inside else ()
    own = next((node for node in flow.graph.nodes if node.task == task_id), None)
    found = next((node for node in nodes if node.kind == "script" and node.file), own)
    return (flow.alias, found.file, found.line, found.label) if found else (flow.alias, "", 0, "")
