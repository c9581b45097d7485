"""Prints the statements and roots of all dialects, one level at a time (see printer.py)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tremor_tui.language.tree import deploy as troy
from tremor_tui.language.tree import query as trickle
from tremor_tui.language.tree import script as tree
from tremor_tui.language.tree.expr import Expr, Name, Node, QualifiedName
from tremor_tui.language.tree.layout import Mark
from tremor_tui.language.tree.printer_expr import EXPR, STATEMENT, arm
from tremor_tui.language.tree.printer_pieces import (
    Comments,
    Item,
    Sub,
    block,
    closing,
    items,
    listed,
    separated,
    statements,
)

# --- roots ------------------------------------------------------------------------------------------


def root(node: tree.Script | trickle.Query | troy.Deployment | troy.Module) -> list[Item]:
    heads = [lines(getattr(node, "config", ())), docs(getattr(node, "doc", ()), "###")]
    out = [item for head in heads if head for item in [*head[:-1], Mark.BLANK]]
    return [*out, *_first(statements(node.statements)), *closing(node.statements)]


def _first(body: list[Item]) -> list[Item]:
    """A body whose first line has nothing before it."""
    match body:
        case [Comments(before), *rest]:
            return [Comments(before, None, is_first=True), *rest]
    return body


def lines(nodes: Sequence[Node]) -> list[Item]:
    out: list[Item] = []
    for node in nodes:
        out += [Sub(node), Mark.HARD]
    return out


def docs(texts: tuple[str, ...], sign: str = "##") -> list[Item]:
    out: list[Item] = []
    for text in texts:
        out += [f"{sign}{text}", Mark.HARD]
    return out


# --- tremor-script ----------------------------------------------------------------------------------


def let(node: tree.Let) -> list[Item]:
    return ["let ", Sub(node.path), " = ", Sub(node.value, STATEMENT)]


def emit(node: tree.Emit) -> list[Item]:
    value: list[Item] = [] if node.value is None else [" ", Sub(node.value)]
    port: list[Item] = [] if node.port is None else [" => ", Sub(node.port)]
    return ["emit", *value, *port]


def drop(node: tree.Drop) -> list[Item]:
    return ["drop"]


def const(node: tree.Const) -> list[Item]:
    return [*docs(node.doc), "const ", Sub(node.name), " = ", Sub(node.value)]


def _params(params: tuple[Name, ...], is_open: bool) -> list[Item]:
    parts: list[list[Item]] = [[Sub(param)] for param in params]
    return ["(", Mark.OPEN, *separated([*parts, ["..."]] if is_open else parts), Mark.CLOSE, ")"]


def fn(node: tree.Fn) -> list[Item]:
    head = [*docs(node.doc), "fn ", Sub(node.name), *_params(node.params, node.is_open), " with"]
    return [*head, *block(node.body, node.span.end), "end"]


def pattern_fn(node: tree.PatternFn) -> list[Item]:
    out = [*docs(node.doc), "fn ", Sub(node.name), *_params(node.params, False), " of", Mark.IN]
    for case in node.cases:
        out += [Comments(case.span.start, Mark.HARD), *arm(case, True, is_fn=True)]
    return [*out, Mark.OUT, Comments(node.span.end, Mark.HARD), "end"]


def intrinsic_fn(node: tree.IntrinsicFn) -> list[Item]:
    params = _params(node.params, node.is_open)
    return [*docs(node.doc), "intrinsic fn ", Sub(node.name), *params, " as ", Sub(node.target)]


def use(node: tree.Use) -> list[Item]:
    return ["use ", Sub(node.tree)]


def use_tree(node: tree.UseTree) -> list[Item]:
    out: list[Item] = []
    for name in node.names:
        out += ["::", Sub(name)] if out else [Sub(name)]
    if node.branches:
        out += ["::", *items("{", node.branches, "}", node.span.end)]
    return out if node.alias is None else [*out, " as ", Sub(node.alias)]


# --- trickle ----------------------------------------------------------------------------------------


def config(node: trickle.Config) -> list[Item]:
    return ["#!config ", Sub(node.name), " = ", Sub(node.value, EXPR)]


def argument(node: trickle.Argument) -> list[Item]:
    default: list[Item] = [] if node.default is None else [" = ", Sub(node.default, EXPR)]
    return [Sub(node.name), *default]


def setting(node: trickle.Setting) -> list[Item]:
    return [Sub(node.name), " = ", Sub(node.value, EXPR)]


def _clause(word: str, nodes: Sequence[Node]) -> list[Item]:
    """` args a, b`, or its parts on lines of their own; empty without nodes."""
    if not nodes:
        return []
    parts = listed(nodes, Mark.LINE)
    return [Mark.HARD, Mark.OPEN, word, Mark.IN, *parts, Mark.OUT, Mark.CLOSE]


def _closed(nodes: Sequence[Node], end: int) -> list[Item]:
    """` with a = 1 end`, or its parts on lines of their own; empty without nodes."""
    if not nodes:
        return []
    parts = listed(nodes, Mark.LINE)
    tail: list[Item] = [Mark.OUT, Comments(end, Mark.LINE), "end", Mark.CLOSE]
    return [Mark.OPEN, Mark.LINE, "with", Mark.IN, *parts, *tail]


def _defined(word: str, doc: tuple[str, ...], name: Name) -> list[Item]:
    return [*docs(doc), f"define {word} ", Sub(name)]


def _state(state: Expr | None) -> list[Item]:
    return [] if state is None else [Mark.HARD, "state ", Sub(state, EXPR)]


def define_window(node: trickle.DefineWindow) -> list[Item]:
    out = [*_defined("window", node.doc, node.name), f" from {node.kind}"]
    out += [*_clause("with", node.settings), *_state(node.state)]
    for script in (node.tick, node.script):
        out += [] if script is None else [Mark.HARD, Sub(script)]
    return [*out, Comments(node.span.end, Mark.HARD), "end"]


def define_plugin(node: trickle.DefineOperator | troy.DefineConnector) -> list[Item]:
    word = "operator" if isinstance(node, trickle.DefineOperator) else "connector"
    out = [*_defined(word, node.doc, node.name), " from ", Sub(node.kind), *_clause("args", node.args)]
    if node.args:
        return [*out, *_clause("with", node.settings), Comments(node.span.end, Mark.HARD), "end"]
    return [*out, *_closed(node.settings, node.span.end)]


def define_script(node: trickle.DefineScript) -> list[Item]:
    out = [*_defined("script", node.doc, node.name), *_clause("args", node.args), *_state(node.state)]
    for body in (*node.named, node.script):
        out += [Mark.HARD, Sub(body)]
    return [*out, Comments(node.span.end, Mark.HARD), "end"]


def script_body(node: trickle.ScriptBody) -> list[Item]:
    port: list[Item] = [] if node.port is None else [" from ", Sub(node.port)]
    return ["script", *port, Mark.IN, *statements(node.statements), Mark.OUT]


def define_pipeline(node: trickle.DefinePipeline) -> list[Item]:
    out = _defined("pipeline", node.doc, node.name)
    for word, ports in (("from", node.from_ports), ("into", node.into_ports)):
        out += _clause(word, ports or ())
    out += [*_clause("args", node.args), Mark.HARD, "pipeline", Mark.IN]
    for one in node.config:
        out += [Mark.HARD, Sub(one)]
    return [*out, Mark.OUT, *block(node.statements, node.span.end), "end"]


def create_stream(node: trickle.CreateStream) -> list[Item]:
    return ["create stream ", Sub(node.name)]


def _target(target: QualifiedName | None) -> list[Item]:
    return [] if target is None else [" from ", Sub(target)]


def create(node: trickle.Create) -> list[Item]:
    return [
        f"create {node.kind} ",
        Sub(node.name),
        *_target(node.target),
        *_closed(node.settings, node.span.end),
    ]


def stream_port(node: trickle.StreamPort) -> list[Item]:
    port: list[Item] = [] if node.port is None else ["/", Sub(node.port)]
    return [Sub(node.stream), *port]


def select(node: trickle.Select) -> list[Item]:
    out: list[Item] = [Mark.OPEN, "select ", Sub(node.target), Mark.LINE, "from ", Sub(node.source)]
    out += items("[", node.windows, "]", node.windows[-1].span.end) if node.windows else []
    out += _part("where ", node.where)
    out += _part("group by ", node.group)
    out += _part("into ", node.into)
    return [*out, *_part("having ", node.having), Mark.CLOSE]


def _part(word: str, node: Node | None) -> list[Item]:
    return [] if node is None else [Comments(node.span.start, Mark.LINE), word, Sub(node)]


def group_expr(node: trickle.GroupExpr) -> list[Item]:
    return [Sub(node.expr, EXPR)]


def group_set(node: trickle.GroupSet) -> list[Item]:
    return ["set", *items("(", node.items, ")", node.span.end)]


def group_each(node: trickle.GroupEach) -> list[Item]:
    return ["each(", Sub(node.expr, EXPR), ")"]


# --- troy -------------------------------------------------------------------------------------------


def define_flow(node: troy.DefineFlow) -> list[Item]:
    head = [*_defined("flow", node.doc, node.name), *_clause("args", node.args), Mark.HARD, "flow"]
    return [*head, *block(node.statements, node.span.end), "end"]


def connect(node: troy.Connect) -> list[Item]:
    return ["connect ", Sub(node.source), " to ", Sub(node.target)]


def endpoint(node: troy.Endpoint) -> list[Item]:
    port: list[Item] = [] if node.port is None else ["/", Sub(node.port)]
    return [f"/{node.kind}/", Sub(node.name), *port]


def deploy_flow(node: troy.DeployFlow) -> list[Item]:
    name = [*docs(node.doc), "deploy flow ", Sub(node.name)]
    return [*name, *_target(node.target), *_closed(node.settings, node.span.end)]


PRINTERS: dict[type[Any], Callable[[Any], list[Item]]] = {
    tree.Script: root,
    trickle.Query: root,
    troy.Deployment: root,
    troy.Module: root,
    tree.Let: let,
    tree.Emit: emit,
    tree.Drop: drop,
    tree.Const: const,
    tree.Fn: fn,
    tree.PatternFn: pattern_fn,
    tree.IntrinsicFn: intrinsic_fn,
    tree.Use: use,
    tree.UseTree: use_tree,
    trickle.Config: config,
    trickle.Argument: argument,
    trickle.Setting: setting,
    trickle.DefineWindow: define_window,
    trickle.DefineOperator: define_plugin,
    trickle.DefineScript: define_script,
    trickle.ScriptBody: script_body,
    trickle.DefinePipeline: define_pipeline,
    trickle.CreateStream: create_stream,
    trickle.Create: create,
    trickle.StreamPort: stream_port,
    trickle.Select: select,
    trickle.GroupExpr: group_expr,
    trickle.GroupSet: group_set,
    trickle.GroupEach: group_each,
    troy.DefineConnector: define_plugin,
    troy.DefineFlow: define_flow,
    troy.Connect: connect,
    troy.Endpoint: endpoint,
    troy.DeployFlow: deploy_flow,
}
