"""Where a script sends events to `err`, for those who have to say so."""

from __future__ import annotations

from tremor_tui.language.ir.expr import IR, ConstIR, walk
from tremor_tui.language.ir.query import QueryIR, ScriptNode
from tremor_tui.language.ir.script import EmitIR
from tremor_tui.model.batch import Value
from tremor_tui.model.diagnostic import Span
from tremor_tui.model.port import ERR


def emitting(query: QueryIR | None, node: str) -> tuple[Span | None, str]:
    """The place where a node sends to `err`, the first of several, and that in words."""
    found = next((one for one in query.nodes if one.id == node), None) if query else None
    if not isinstance(found, ScriptNode):
        return None, "sent to `err` by the query"
    bodies: list[IR] = [part for script in found.scripts.values() for part in script.body]
    emits = [one for body in bodies for one in walk(body) if isinstance(one, EmitIR) and _is_err(one)]
    spans = sorted((one.span for one in emits), key=lambda span: span.start)
    if not spans:
        return found.span, "emitted to `err`"
    lines = " or ".join(str(line) for line in dict.fromkeys(span.line for span in spans))
    return spans[0], f"emitted to `err` at line {lines}"


def said(sent: Value, otherwise: str) -> str:
    """What an event on `err` says of itself: its `error`, or itself where it is a text."""
    text = sent.get("error") if isinstance(sent, dict) else sent
    return text if isinstance(text, str) and text else otherwise


def _is_err(emit: EmitIR) -> bool:
    return isinstance(emit.port, ConstIR) and emit.port.value == ERR
