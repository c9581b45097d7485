"""Compiles trickle: text to a pipeline's graph as data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from tremor_tui.errors import ParseError
from tremor_tui.language.check.query import check_query
from tremor_tui.language.check.script import declare_all
from tremor_tui.language.depth import deep
from tremor_tui.language.ir.query import QueryIR
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.parse.parser import parse
from tremor_tui.language.source import Source
from tremor_tui.language.tree.query import Query
from tremor_tui.model.batch import Value
from tremor_tui.model.diagnostic import Diagnostic
from tremor_tui.model.record import dataclass


@dataclass(frozen=True, slots=True)
class CompiledQuery:
    """A pipeline ready to build, its warnings, and all texts it comes from by name."""

    query_ir: QueryIR
    warnings: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]
    tree: Query


@deep
def compile_query(
    source: Source, loader: ModuleLoader, *, args: dict[str, Value] | None = None, name: str = ""
) -> CompiledQuery:
    """Compiles a stand-alone query. `args` are what `args` stands for in it.

    Its name is `name`, else its `#!config id`, else its file's. Raises CompileError with every diagnostic.
    """
    scope = loader.main(source)
    parsed = parse(loader.sources[source.name], "query")
    if parsed.tree is None:
        raise ParseError(parsed.diagnostics)
    declare_all(scope, parsed.tree.statements)
    checked = check_query(parsed.tree, scope, name=name or PurePath(source.name).stem, args=args)
    return CompiledQuery(checked.query, tuple(checked.warnings), loader.sources, parsed.tree)
