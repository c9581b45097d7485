"""Statements: the texts of new statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tremor_tui.errors import EditError, did_you_mean
from tremor_tui.language.editing.file import File, Text
from tremor_tui.language.editing.flow import FlowEnd
from tremor_tui.language.editing.writing import (
    expression,
    flow_statement,
    inner_statement,
    listed,
    name,
    script_of,
    unindented,
)
from tremor_tui.language.tree.deploy import Module
from tremor_tui.language.tree.expr import Name, Node
from tremor_tui.language.tree.query import Create
from tremor_tui.model.batch import Value
from tremor_tui.model.port import ERR, IN, OUT
from tremor_tui.operators.contract import operators

Settings = Mapping[str, Value]


def define_connector(alias: str, kind: str, settings: Settings) -> str:
    """`define connector alias from kind with … end`."""
    return flow_statement(f"define connector {alias} from {name(kind)}{_with(settings)}")


def _with(settings: Settings) -> str:
    given = (f"{name(key)} = {expression(value)}" for key, value in settings.items())
    return f" with {listed(given)} end" if settings else ""


def create(kind: str, alias: str) -> str:
    """`create kind alias`."""
    return f"create {kind} {alias}"


def connect(source: FlowEnd, target: FlowEnd) -> str:
    """`connect source to target`."""
    return f"connect {end_text(source, OUT)} to {end_text(target, IN)}"


def end_text(end: FlowEnd, usual: str) -> str:
    """An end of a link; the usual port is not written."""
    port = end.port.removeprefix(f"{usual}/")
    return f"/{end.kind}/{name(end.alias)}" + ("" if port == usual else f"/{name(port)}")


# --- inside a pipeline --------------------------------------------------------------------------------


def select(source: str, target: str, what: str = "") -> str:
    """`select what from source into target`, where the ends are as a select writes them."""
    return f"select {what.strip() or 'event'} from {source} into {target}"


def define_script(alias: str, text: str) -> str:
    """`define script alias script … end`."""
    return f"define script {alias}\nscript\n{script_of(text)}\nend"


def define_operator(alias: str, kind: str, settings: Settings) -> str:
    """`define operator alias from kind with … end`. Raises EditError where there is no such operator."""
    module, _, last = kind.rpartition("::")
    if kind not in operators.names() or not module:
        known = [name for name in operators.names() if "::" in name]
        raise EditError(f"there is no operator called `{kind}`", did_you_mean(kind, known))
    return f"define operator {alias} from {name(module)}::{name(last)}{_with(settings)}"


def define_node(what: str, alias: str, of: str, settings: Settings, text: str) -> str:
    """The definition of a script, operator or pipeline; empty for a stream, which needs none."""
    match what:
        case "script":
            return define_script(alias, text)
        case "operator":
            return define_operator(alias, of, settings)
        case "pipeline":
            return f"define pipeline {alias}\npipeline\n{select(IN, OUT)}\nend"
    return ""


def pipeline_of(what: str, alias: str, inner: str, of: str, settings: Settings, text: str) -> str:
    """A pipeline with one node in it, called `inner`; what fails in that leaves by `err`."""
    if what not in ("script", "operator"):
        body = select(IN, OUT, text if what == "select" else "")
        return flow_statement(f"define pipeline {alias}\npipeline\n{body}\nend")
    parts = [
        define_node(what, inner, of, settings, text),
        f"create {what} {inner}",
        select(IN, inner),
        select(inner, OUT),
        select(f"{inner}/{ERR}", ERR),
    ]
    body = ";\n".join(parts)
    return flow_statement(f"define pipeline {alias}\npipeline\n{body}\nend")


def inner_text(text: str, file: File) -> str:
    """A statement of a pipeline of a file as `fmt` writes it: in a module it is one step less indented."""
    return inner_statement(text, 1 if isinstance(file.text.tree, Module) else 2)


# --- copies -------------------------------------------------------------------------------------------


def renamed_copy(text: Text, node: Node, alias: str) -> str:
    """A definition as it stands, with another name."""
    name: Name = node.name  # type: ignore[attr-defined]
    return lifted(text, node, [(name.span.start, name.span.end, alias)])


def create_copy(text: Text, node: Create, alias: str, target: str) -> str:
    """A `create` as it stands, of another name and definition."""
    end = node.target.span.end if node.target else node.name.span.end
    written = alias if target == alias else f"{alias} from {target}"
    return lifted(text, node, [(node.name.span.start, end, written)])


def lifted(text: Text, node: Node, changes: Sequence[tuple[int, int, str]] = ()) -> str:
    """A statement as it stands but for some stretches, as far to the left as its first line goes."""
    made, place = "", node.span.start
    for start, end, new in changes:
        made += text.text[place:start] + new
        place = end
    made += text.text[place : node.span.end]
    return unindented(made.replace("\r\n", "\n"), text.indent(node.span.start))
