"""Opening: a file is deployed and its flow shown, with a tap where a newcomer sees events at once."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Protocol

from tremor_tui.control import commands as do
from tremor_tui.errors import ControlError, TremorError
from tremor_tui.workbench.screens.flow import FlowView
from tremor_tui.workbench.screens.script import ScriptView
from tremor_tui.workbench.session import Session
from tremor_tui.workbench.store import Store


class Room(Protocol):
    """What opening a file needs of the app."""

    base: str
    store: Store
    session: Session

    @property
    def is_attached(self) -> bool: ...
    @property
    def flow(self) -> FlowView: ...
    @property
    def script(self) -> ScriptView: ...
    def attach(self, engine: str) -> None: ...
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
        raise
    app.show("flow")
    await _first_tap(app, path)


async def _first_tap(app: Room, path: str) -> None:
    """A newcomer sees events at once: a tap on the busiest edge into a sink."""
    store = app.store
    for _ in range(100):
        flow = next((f for f in (store.latest.flows if store.latest else ()) if f.file == path), None)
        if flow is not None and flow.graph.edges:
            break
        await asyncio.sleep(0.05)
    else:
        return
    store.choose_flow(flow.alias)
    sinks = {node.id for node in flow.graph.nodes if node.kind in ("sink", "both")}
    edges = [e for e in flow.graph.edges if e.target in sinks and e.source_port == "out"]
    edge = max(edges or flow.graph.edges, key=lambda e: e.rate)
    title = f"{store.node_title(edge.source)} to {store.node_title(edge.target)}"
    await app.flow.open_tap(edge.id, title)


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
