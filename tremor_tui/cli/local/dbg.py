"""`dbg`: shows what one stage of the compiler makes of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import typer

from tremor_tui.cli import output
from tremor_tui.cli.command import add
from tremor_tui.cli.diagnose import show
from tremor_tui.cli.modules import module_path
from tremor_tui.cli.options import File, Format
from tremor_tui.engine.sources import Program, compile_flows, is_module
from tremor_tui.errors import CompileError, ParseError
from tremor_tui.language.compile import compile_script
from tremor_tui.language.compile_query import compile_query
from tremor_tui.language.emit.script import emit_script, emit_select
from tremor_tui.language.emit.writer import Emitted
from tremor_tui.language.ir.query import QueryIR, ScriptNode, SelectNode
from tremor_tui.language.lex.lexer import lex
from tremor_tui.language.parse.parser import Start, parse
from tremor_tui.language.show import shown
from tremor_tui.model.diagnostic import Diagnostic
from tremor_tui.pipeline import draw

STARTS: dict[str, Start] = {"tremor": "script", "trickle": "query", "troy": "deploy"}


def register(app: typer.Typer) -> None:
    """Enters the group of commands."""
    group = typer.Typer(help="Show what one stage of the compiler makes of a file.", rich_markup_mode=None)
    for function in (dbg_lex, dbg_ast, dbg_ir, dbg_python, dbg_dot, dbg_graph):
        add(group, function.__name__.removeprefix("dbg_"), function)
    app.add_typer(group, name="dbg")


def dbg_lex(file: File, error_format: Format = "full") -> int:
    """Show the tokens of a file, each with its place."""
    return _show(file, error_format, _tokens)


def dbg_ast(file: File, error_format: Format = "full") -> int:
    """Show the syntax tree of a file."""
    return _show(file, error_format, _tree)


def dbg_ir(file: File, error_format: Format = "full") -> int:
    """Show the checked program, with names resolved and constants folded."""
    return _show(file, error_format, _checked)


def dbg_python(file: File, error_format: Format = "full") -> int:
    """Show the Python that the scripts and selects of a file become."""
    return _show(file, error_format, _python)


def dbg_dot(file: File, error_format: Format = "full") -> int:
    """Draw the graph of a .trickle file, or the flows of a .troy file, for Graphviz."""
    return _show(file, error_format, _dot)


def dbg_graph(file: File, error_format: Format = "full") -> int:
    """Draw the graph of a .trickle file, or the pipelines of a .troy file, as text."""
    return _show(file, error_format, _graph)


def _show(file: Path, style: output.ErrorFormat, stage: Callable[[Program], Iterable[str]]) -> int:
    program: Program | None = None
    try:
        program = Program.open(file, Path.cwd(), module_path(), shown=str(file))
        for text in stage(program):
            output.data(text)
    except CompileError as error:
        show(error.diagnostics, program.find if program else lambda name: None, style)
        return 1
    return 0


def _tokens(program: Program) -> Iterable[str]:
    lexed = lex(program.source)
    for token in lexed.tokens:
        span = program.source.span(token.start, token.end)
        value = "" if token.value is None else f"  {token.value!r}"
        yield f"{span.line}:{span.column}-{span.end_line}:{span.end_column}  {token.kind}{value}"
    if lexed.diagnostics:
        raise ParseError(lexed.diagnostics)


def _tree(program: Program) -> Iterable[str]:
    if program.kind == "yaml":
        message, hint = "a YAML file has no syntax tree of its own", "use `dbg ir`, or name a .trickle file"
        raise CompileError([Diagnostic(message, hint=hint, file=program.source.name)])
    parsed = parse(program.source, "module" if is_module(program) else STARTS[program.kind])
    if parsed.tree is None:
        raise ParseError(parsed.diagnostics)
    yield shown(parsed.tree)


def _checked(program: Program) -> Iterable[str]:
    _refuse_module(program)
    match program.kind:
        case "tremor":
            yield shown(compile_script(program.source, program.loader).ir)
        case "trickle":
            yield shown(compile_query(program.source, program.loader).query_ir)
        case _:
            yield shown(compile_flows(program).ir)


def _python(program: Program) -> Iterable[str]:
    _refuse_module(program)
    if program.kind == "tremor":
        yield compile_script(program.source, program.loader).emitted.text
        return
    for query in _queries(program):
        for node, emitted in _programs(query):
            yield f"# {query.name}/{node}\n{emitted.text}"


def _programs(query: QueryIR) -> Iterable[tuple[str, Emitted]]:
    for node in query.nodes:
        if isinstance(node, ScriptNode):
            for ir in node.scripts.values():
                yield node.id, emit_script(ir)
        elif isinstance(node, SelectNode):
            yield node.id, emit_select(node.select)


def _queries(program: Program) -> Iterable[QueryIR]:
    if program.kind == "trickle":
        return [compile_query(program.source, program.loader).query_ir]
    flows = compile_flows(program).ir.flows
    return [pipeline.query for flow in flows for pipeline in flow.pipelines]


def _dot(program: Program) -> Iterable[str]:
    _refuse_script(program)
    if program.kind == "trickle":
        return map(draw.dot, _queries(program))
    return map(draw.dot_flow, compile_flows(program).ir.flows)


def _graph(program: Program) -> Iterable[str]:
    _refuse_script(program)
    for query in _queries(program):
        yield "\n".join([f"{query.name}:", *draw.lines(query)])


def _refuse_script(program: Program) -> None:
    _refuse_module(program)
    if program.kind == "tremor":
        hint = "name a .trickle or .troy file"
        raise CompileError([Diagnostic("a script has no graph", hint=hint, file=program.source.name)])


def _refuse_module(program: Program) -> None:
    """A file of definitions makes no program by itself."""
    if program.kind != "yaml" and is_module(program):
        hint = "name a file that uses it, for example the .troy file"
        message = "the file only defines things for others to use"
        raise CompileError([Diagnostic(message, hint=hint, file=program.source.name)])
