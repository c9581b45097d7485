"""Bodies: the texts of scripts in a definition, as a form or an editor shows and sets them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tremor_tui.language.editing.file import Text
from tremor_tui.language.editing.writing import dedented
from tremor_tui.language.tree.expr import Node
from tremor_tui.language.tree.query import DefineScript, ScriptBody
from tremor_tui.language.tree.script import Emit
from tremor_tui.language.tree.walk import walk
from tremor_tui.model.port import ERR, IN, OUT, OVERFLOW
from tremor_tui.operators.contract import OUTPUTS


def bodies_of(definition: DefineScript) -> Mapping[str, ScriptBody]:
    """The bodies of a script by input port, `in` first."""
    named = {body.port.text: body for body in definition.named if body.port is not None}
    return {IN: definition.script, **named}


def stretch(text: Text, definition: DefineScript, body: ScriptBody) -> tuple[int, int]:
    """Where a body is written: from behind `script` or `script from port` up to what follows it."""
    head = text.token_at(body.port.span.end if body.port else body.span.start)
    start = body.port.span.end if body.port else head.end if head else body.span.start
    later = [one.span.start for one in bodies_of(definition).values() if one.span.start > body.span.start]
    closing = text.token_before(definition.span.end)
    stop = closing.start if closing is not None else definition.span.end
    return start, min([*later, stop])


def body_text(text: Text, definition: DefineScript, body: ScriptBody) -> str:
    """The text of a body, with its comments, as far to the left as it goes."""
    start, end = stretch(text, definition, body)
    return dedented(_first_line(text.text[start:end].replace("\r\n", "\n")))


def _first_line(text: str) -> str:
    """Without the space before what stands on the line of the keyword."""
    head, newline, rest = text.partition("\n")
    return head.strip() + newline + rest if head.strip() else rest


def script_ports(definition: DefineScript) -> tuple[str, ...]:
    """The ports that a script's events may leave by: `out`, `err` and those that it names."""
    ports = {OUT: None}
    for body in bodies_of(definition).values():
        for emit in _emits(body.statements):
            if emit.port is not None and emit.port.constant:
                ports[emit.port.constant] = None
    return tuple({**ports, ERR: None})


def _emits(statements: Sequence[Node]) -> Iterator[Emit]:
    for statement in statements:
        yield from (node for node in walk(statement) if isinstance(node, Emit))


def operator_ports(kind: str, config: Mapping[str, object]) -> tuple[str, ...]:
    """The ports that an operator's events may leave by."""
    if kind == "qos::roundrobin":
        named = config.get("outputs")
        outputs = [name for name in named if isinstance(name, str)] if isinstance(named, list) else [OUT]
        return tuple(dict.fromkeys([*outputs, OVERFLOW, ERR]))
    return (*OUTPUTS.get(kind, (OUT,)), ERR)
