"""Runs the stages in order and keeps every result; what other rooms call.

The part for scripts:

* `compile_script(source, loader, *, args=None, name="") -> CompiledScript`
* `stages(source, loader, *, args=None) -> Stages`: what each stage makes of a script, as text
* `check_script(statements, scope, *, args, name, span) -> ScriptIR` in `check/script.py`
* `check_select(select, scope, *, args, name) -> SelectIR` in `check/script.py`
* `load_script(ir) -> Script`, `load_select(ir) -> LoadedSelect` in `load/loader.py`

All of them raise CompileError with every diagnostic found, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping

from tremor_tui.errors import CheckError, CompileError, ParseError
from tremor_tui.language.check.scope import Scope
from tremor_tui.language.check.script import check_script
from tremor_tui.language.depth import deep
from tremor_tui.language.emit.script import emit_script
from tremor_tui.language.emit.writer import Emitted
from tremor_tui.language.ir.script import ScriptIR
from tremor_tui.language.load.loader import Script, load, load_script, load_select
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.parse.parser import parse
from tremor_tui.language.show import shown
from tremor_tui.language.source import Source
from tremor_tui.language.tree.script import Script as ScriptTree
from tremor_tui.model.batch import Value
from tremor_tui.model.diagnostic import Diagnostic
from tremor_tui.model.record import dataclass

__all__ = ["CompiledScript", "Stages", "compile_script", "load_script", "load_select", "stages"]


@dataclass(frozen=True, slots=True)
class CompiledScript:
    """A script that can run: `call(event, meta, cell, ctx)`, and what the stages made on the way.

    `warnings` are sorted by place. `sources` are all texts it comes from, by name.
    """

    call: Script
    ir: ScriptIR
    emitted: Emitted
    warnings: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]


@dataclass(frozen=True, slots=True)
class Stages:
    """What each stage made of a script, as text; empty from the first stage on that failed."""

    tokens: str = ""
    ast: str = ""
    ir: str = ""
    python: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()


def parse_script(source: Source) -> ScriptTree:
    """Stages 1 and 2. Raises ParseError."""
    parsed = parse(source, "script")
    if parsed.tree is None or any(diagnostic.is_error for diagnostic in parsed.diagnostics):
        raise ParseError(parsed.diagnostics)
    return parsed.tree


@deep
def compile_script(
    source: Source, loader: ModuleLoader, *, args: dict[str, Value] | None = None, name: str = ""
) -> CompiledScript:
    """All stages. `args` is what `args` stands for, {} if None. Raises CompileError."""
    scope = loader.main(source)
    source = loader.sources[source.name]
    tree = parse_script(source)
    ir = _checked(tree, scope, source, args, name)
    emitted = emit_script(ir)
    call: Script = load(emitted)["script"]
    return CompiledScript(call, ir, emitted, _warnings(scope), dict(loader.sources))


def _checked(
    tree: ScriptTree, scope: Scope, source: Source, args: dict[str, Value] | None, name: str
) -> ScriptIR:
    try:
        given = {} if args is None else args
        return check_script(tree.statements, scope, args=given, name=name or source.name, span=tree.span)
    except RecursionError:
        raise CheckError([Diagnostic("the script nests too deeply", tree.span)]) from None


def _warnings(scope: Scope) -> tuple[Diagnostic, ...]:
    found = [diagnostic for diagnostic in scope.problems.found if not diagnostic.is_error]
    return tuple(sorted(found, key=lambda d: (d.span is None, d.span)))


@deep
def stages(source: Source, loader: ModuleLoader, *, args: dict[str, Value] | None = None) -> Stages:
    """What each stage makes of a script, as far as it gets."""
    loader.keep(source)
    parsed = parse(loader.sources[source.name], "script")
    tokens = "\n".join(map(str, parsed.tokens))
    if parsed.tree is None:
        return Stages(tokens, diagnostics=tuple(parsed.diagnostics))
    ast = shown(parsed.tree)
    try:
        compiled = compile_script(source, loader, args=args)
    except CompileError as error:
        return Stages(tokens, ast, diagnostics=error.diagnostics)
    return Stages(tokens, ast, shown(compiled.ir), compiled.emitted.text, compiled.warnings)
