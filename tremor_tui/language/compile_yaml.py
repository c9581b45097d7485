"""Compiles the YAML of tremor 0.9 and its pipelines: texts to what a deployment creates and links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tremor_tui.errors import CompileError
from tremor_tui.language.check.scope import Problems
from tremor_tui.language.compile_query import CompiledQuery, compile_query
from tremor_tui.language.ir.deploy import DeployIR
from tremor_tui.language.legacy.artefacts import Artefacts, read_artefacts
from tremor_tui.language.legacy.deployment import Queries, make_flows
from tremor_tui.language.legacy.scripts import explained, warnings
from tremor_tui.language.legacy.urls import parse_url
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.parse.yaml import parse_yaml
from tremor_tui.language.source import Source
from tremor_tui.model.diagnostic import Diagnostic
from tremor_tui.model.record import dataclass

Opened = tuple[Source, ModuleLoader]
"""A pipeline's text and what finds its modules."""


@dataclass(frozen=True, slots=True)
class CompiledYaml:
    """The flows to deploy, the warnings, and all texts they come from by name."""

    ir: DeployIR
    warnings: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]


def compile_yaml(source: Source, queries: Sequence[Opened]) -> CompiledYaml:
    """Compiles a YAML file with the pipelines that it names. Raises CompileError with every fault."""
    problems = Problems()
    artefacts = read_artefacts(parse_yaml(source), problems)
    sources = {source.name: source}
    compiled: Queries = {}
    for text, loader in queries:
        made = _compiled(text, loader, problems)
        sources.update(loader.sources)
        if made is not None:
            files = tuple(made.sources)
            compiled = {**compiled, made.query_ir.name: (made.query_ir, files)}
    wanted = pipelines_of(artefacts)
    flows = (
        DeployIR(()) if _is_missing(wanted, compiled, problems) else make_flows(artefacts, compiled, problems)
    )
    problems.settle()
    return CompiledYaml(flows, tuple(problems.found), sources)


def _is_missing(wanted: Sequence[str], compiled: Queries, problems: Problems) -> bool:
    """Whether a pipeline did not compile, so that its absence is no news."""
    return problems.has_errors and any(name not in compiled for name in wanted)


def _compiled(source: Source, loader: ModuleLoader, problems: Problems) -> CompiledQuery | None:
    for warning in warnings(source):
        problems.add(warning)
    try:
        made = compile_query(source, loader)
    except CompileError as error:
        for fault in explained(error.diagnostics, source):
            problems.add(fault)
        return None
    for warning in made.warnings:
        problems.add(warning)
    return made


def pipelines_of(artefacts: Artefacts) -> list[str]:
    """The names of the pipelines that bindings link."""
    names = []
    for binding in artefacts.bindings.values():
        for link in binding.links:
            for text, span in link:
                try:
                    url = parse_url(text, span)
                except CompileError:
                    continue  # told of where links are made
                if url.type == "pipeline" and not url.artefact.startswith("system::"):
                    names.append(url.artefact)
    return list(dict.fromkeys(names))


def pipelines_named(source: Source) -> list[str]:
    """The names of the pipelines that a YAML text links. Raises ParseError."""
    return pipelines_of(read_artefacts(parse_yaml(source), Problems()))
