"""Breaking: asks where and when a task is to be held, and sends what lets it go on."""

from __future__ import annotations

import re

from tremor_tui.control import commands as do
from tremor_tui.control.snapshots import BreakSet, FlowSnapshot
from tremor_tui.errors import TremorError
from tremor_tui.workbench.screens.expressions import ExpressionDialog, checker
from tremor_tui.workbench.screens.view import View
from tremor_tui.workbench.store import named

LIMIT_S = 30.0
SLOW = re.compile(r"\s*run\s*>\s*\d+(\.\d+)?\s*(us|ms|s)\s*")
WORDS = (
    'Such as event.n > 3, or $class == "x". Empty: the next event.',
    "run > 20 ms: after a batch that took longer.",
    "It lets go by itself after 30 s; what is upstream waits, nothing is lost.",
)


def places(flow: FlowSnapshot) -> list[tuple[str, str, str]]:
    """Every node of a flow before which events can be held: id, title, remark."""
    found = []
    targets = {edge.target for edge in flow.graph.edges}
    for node in flow.graph.nodes:
        if node.id not in targets:
            continue
        found.append((node.id, named(node.label or node.id), node.kind if node.kind != "both" else "sink"))
        alias = node.id.partition("/")[2]
        inside = flow.inside.get(alias) if node.kind == "pipeline" else None
        for one in inside.nodes if inside else ():
            if one.kind not in ("input", "output"):
                title = f"   {named(one.label or one.id)}"
                found.append((f"{node.id}:{one.id}", title, f"{one.kind}, holds the whole pipeline"))
    return found


def node_here(view: View) -> str:
    """The selected node of the canvas as a break names it; empty where it takes no events."""
    store = view.store
    flow, node = store.flow, store.node
    if flow is None or not node:
        return ""
    name = f"pipeline/{store.inside}:{node}" if store.inside else node
    inputs = {one.id for one in flow.inside[store.inside].nodes} if store.inside in flow.inside else set()
    known = {place for place, _, _ in places(flow)}
    if name in known or (store.inside and node in inputs):
        return name
    return ""


def ask_break(view: View, node: str, text: str = "") -> None:
    """Asks for the condition of a break before a node."""
    flow = view.store.flow
    own = view.store.own_break
    if flow is None:
        return
    if not node:
        view.desk.say("a source takes no events: set the break on what it sends to", "warning")
        return
    if own is not None:
        view.desk.say(f"a break before {named(own.node)} is set already: 3, then esc ends it", "warning")
        return
    alias = flow.alias

    def answer(text: str | None) -> None:
        if text is not None:
            view.desk.work(_set(view, alias, node, text))

    check = checker(view.desk.session, lambda text: SLOW.fullmatch(text) is not None)
    view.app.push_screen(ExpressionDialog(f"Hold before {named(node)} when", text, check, WORDS), answer)


async def _set(view: View, flow: str, node: str, condition: str) -> None:
    answer = await view.desk.session.ask(do.SetBreak(flow, node, condition.strip(), LIMIT_S))
    if isinstance(answer, BreakSet):
        view.store.own_breaks.add(answer.number)
        words = "the next event" if not condition.strip() else condition.strip()
        view.desk.say(f"a break is set before {named(node)}: {named(words)}")
        view.store.touch()


async def move(view: View, what: type[do.StepBreak] | type[do.GoBreak] | type[do.ClearBreak]) -> None:
    """Lets one event through, lets events through until the next match, or ends the break."""
    one = view.store.own_break
    if one is None:
        raise TremorError("this workbench has set no break", "b sets one")
    if what is not do.ClearBreak and one.state != "held":
        raise TremorError("nothing is held yet")
    await view.desk.session.ask(what(one.number))
    view.store.touch()
