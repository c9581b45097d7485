"""Builders of the statements of trickle and troy and of their roots (see build.py for the signature)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tremor_tui.language.lex.tokens import EXPECTED_NAMES
from tremor_tui.language.tree import deploy as troy
from tremor_tui.language.tree import query as tree
from tremor_tui.language.tree.expr import QualifiedName

if TYPE_CHECKING:
    from tremor_tui.language.parse.build import Context


def _word(token: Any) -> Any:
    return EXPECTED_NAMES[token.kind]


def query(c: Context, v: list[Any], s: list[int], end: int) -> tree.Query:
    return tree.Query(tuple(v[0]), v[1], c.span(s[0], end))


def deployment(c: Context, v: list[Any], s: list[int], end: int) -> troy.Deployment:
    return troy.Deployment(tuple(v[0]), tuple(v[1]), v[2], c.span(s[0], end))


def module(c: Context, v: list[Any], s: list[int], end: int) -> troy.Module:
    return troy.Module(tuple(v[0]), v[1], c.span(s[0], end))


def config(c: Context, v: list[Any], s: list[int], end: int) -> tree.Config:
    return tree.Config(v[1], v[3], c.span(s[0], end))


# --- definitions ------------------------------------------------------------------------------------


def define_window(c: Context, v: list[Any], s: list[int], end: int) -> tree.DefineWindow:
    tick, script = v[8]
    kind = _word(v[5])
    doc, span = tuple(v[0]), c.span(s[1], end)
    return tree.DefineWindow(v[3], kind, v[6], v[7], tick, script, doc, c.of(v[5]), span)


def no_scripts(c: Context, v: list[Any], s: list[int], end: int) -> tuple[Any, Any]:
    return None, None


def tick_script(c: Context, v: list[Any], s: list[int], end: int) -> tuple[Any, Any]:
    return v[0], None


def only_script(c: Context, v: list[Any], s: list[int], end: int) -> tuple[Any, Any]:
    return None, v[0]


def both_scripts(c: Context, v: list[Any], s: list[int], end: int) -> tuple[Any, Any]:
    return v[0], v[1]


def define_operator(c: Context, v: list[Any], s: list[int], end: int) -> tree.DefineOperator:
    args, settings = v[6]
    return tree.DefineOperator(v[3], v[5], args, settings, tuple(v[0]), c.span(s[1], end))


def operator_kind(c: Context, v: list[Any], s: list[int], end: int) -> QualifiedName:
    return QualifiedName((v[0],), v[2], c.span(s[0], end))


def define_script(c: Context, v: list[Any], s: list[int], end: int) -> tree.DefineScript:
    named = tuple(v[6]) if len(v) == 9 else ()
    return tree.DefineScript(v[3], v[4], v[5], named, v[-2], tuple(v[0]), c.span(s[1], end))


def port_script(c: Context, v: list[Any], s: list[int], end: int) -> tree.ScriptBody:
    return tree.ScriptBody(v[2], v[3], c.span(s[0], end))


def main_script(c: Context, v: list[Any], s: list[int], end: int) -> tree.ScriptBody:
    return tree.ScriptBody(None, v[1], c.span(s[0], end))


def define_pipeline(c: Context, v: list[Any], s: list[int], end: int) -> tree.DefinePipeline:
    config, statements = v[7]
    doc, span = tuple(v[0]), c.span(s[1], end)
    return tree.DefinePipeline(v[3], v[4], v[5], v[6], config, statements, doc, span)


def pipeline_body(c: Context, v: list[Any], s: list[int], end: int) -> tuple[Any, Any]:
    return tuple(v[1]), v[2]


def define_flow(c: Context, v: list[Any], s: list[int], end: int) -> troy.DefineFlow:
    return troy.DefineFlow(v[3], v[4], v[6], tuple(v[0]), c.span(s[1], end))


def define_connector(c: Context, v: list[Any], s: list[int], end: int) -> troy.DefineConnector:
    args, settings = v[6]
    return troy.DefineConnector(v[3], v[5], args, settings, tuple(v[0]), c.span(s[1], end))


def argument(c: Context, v: list[Any], s: list[int], end: int) -> tree.Argument:
    return tree.Argument(v[0], v[2] if len(v) == 3 else None, c.span(s[0], end))


def setting(c: Context, v: list[Any], s: list[int], end: int) -> tree.Setting:
    return tree.Setting(v[0], v[2], c.span(s[0], end))


def no_args_settings(c: Context, v: list[Any], s: list[int], end: int) -> tuple[Any, Any]:
    return (), ()


def only_settings(c: Context, v: list[Any], s: list[int], end: int) -> tuple[Any, Any]:
    return (), v[1]


def args_settings(c: Context, v: list[Any], s: list[int], end: int) -> tuple[Any, Any]:
    return v[1], v[3]


# --- create, select, connect, deploy ----------------------------------------------------------------


def create_stream(c: Context, v: list[Any], s: list[int], end: int) -> tree.CreateStream:
    return tree.CreateStream(v[2], c.span(s[0], end))


def create(c: Context, v: list[Any], s: list[int], end: int) -> tree.Create:
    clause = c.span(s[4], v[4][-1].span.end) if v[4] else None
    return tree.Create(_word(v[1]), v[2], v[3], v[4], clause, c.of(v[1]), c.span(s[0], end))


def select(c: Context, v: list[Any], s: list[int], end: int) -> tree.Select:
    target, source, windows, where, group, into, having = v[1], v[3], v[4], v[5], v[6], v[8], v[9]
    return tree.Select(target, source, windows, where, group, into, having, c.span(s[0], end))


def stream_port(c: Context, v: list[Any], s: list[int], end: int) -> tree.StreamPort:
    return tree.StreamPort(v[0], v[2] if len(v) == 3 else None, c.span(s[0], end))


def group_expr(c: Context, v: list[Any], s: list[int], end: int) -> tree.GroupExpr:
    return tree.GroupExpr(v[0], c.span(s[0], end))


def group_set(c: Context, v: list[Any], s: list[int], end: int) -> tree.GroupSet:
    return tree.GroupSet(v[2], c.span(s[0], end))


def group_each(c: Context, v: list[Any], s: list[int], end: int) -> tree.GroupEach:
    return tree.GroupEach(v[2], c.span(s[0], end))


def connect(c: Context, v: list[Any], s: list[int], end: int) -> troy.Connect:
    return troy.Connect(v[2], v[5], c.span(s[0], end))


def endpoint(c: Context, v: list[Any], s: list[int], end: int) -> troy.Endpoint:
    port = v[4] if len(v) == 5 else None
    return troy.Endpoint(_word(v[0]), v[2], port, c.span(s[0], end))


def deploy_flow(c: Context, v: list[Any], s: list[int], end: int) -> troy.DeployFlow:
    return troy.DeployFlow(v[3], v[4], v[5], tuple(v[0]), c.span(s[1], end))


BUILDERS = (
    *(query, deployment, module, config, define_window, no_scripts, tick_script, only_script),
    *(both_scripts, define_operator, operator_kind, define_script, port_script, main_script),
    *(define_pipeline, pipeline_body, define_flow, define_connector, argument, setting),
    *(no_args_settings, only_settings, args_settings, create_stream, create, select, stream_port),
    *(group_expr, group_set, group_each, connect, endpoint, deploy_flow),
)
