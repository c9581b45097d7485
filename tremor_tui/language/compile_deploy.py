"""Compiles troy: text to what a deployment creates and links, as data."""

from __future__ import annotations

from collections.abc import Mapping

from tremor_tui.errors import ParseError
from tremor_tui.language.check.deploy import check_deploy
from tremor_tui.language.check.script import declare_all
from tremor_tui.language.depth import deep
from tremor_tui.language.ir.deploy import DeployIR
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.parse.parser import parse
from tremor_tui.language.source import Source
from tremor_tui.language.tree.deploy import Deployment
from tremor_tui.model.diagnostic import Diagnostic
from tremor_tui.model.record import dataclass


@dataclass(frozen=True, slots=True)
class CompiledDeploy:
    """The flows to deploy, the warnings, and all texts they come from by name."""

    ir: DeployIR
    warnings: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]
    tree: Deployment


@deep
def compile_deploy(source: Source, loader: ModuleLoader) -> CompiledDeploy:
    """Compiles a troy file. Raises CompileError with every diagnostic found."""
    scope = loader.main(source)
    parsed = parse(loader.sources[source.name], "deploy")
    if parsed.tree is None:
        raise ParseError(parsed.diagnostics)
    declare_all(scope, parsed.tree.statements)
    checked = check_deploy(parsed.tree, scope)
    return CompiledDeploy(checked.deploy, tuple(checked.warnings), loader.sources, parsed.tree)
