"""Compiles and runs queries that stand in tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tremor_tui.errors import CompileError, DataError
from tremor_tui.language.compile_deploy import CompiledDeploy, compile_deploy
from tremor_tui.language.compile_query import CompiledQuery, compile_query
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.source import Source
from tremor_tui.model.batch import Batch
from tremor_tui.model.diagnostic import Diagnostic
from tremor_tui.pipeline.build import build
from tremor_tui.pipeline.graph import Graph

HERE = Path(__file__).parent


def loader(modules: Mapping[str, str] | None = None) -> ModuleLoader:
    """A loader that finds modules by file name, without files."""
    return ModuleLoader([HERE], overrides={HERE / name: text for name, text in (modules or {}).items()})


def query(text: str, modules: Mapping[str, str] | None = None, **more: Any) -> CompiledQuery:
    return compile_query(Source(text, "q.trickle"), loader(modules), **more)


def deploy(text: str, modules: Mapping[str, str] | None = None) -> CompiledDeploy:
    return compile_deploy(Source(text, "f.troy"), loader(modules))


def faults(text: str, *, is_flow: bool = False, modules: Mapping[str, str] | None = None) -> list[str]:
    """`LINE:COLUMN-LINE:COLUMN message` of each error."""
    return [f"{where(fault)} {fault.message}" for fault in found(text, is_flow, modules) if fault.is_error]


def hints(text: str, *, is_flow: bool = False) -> list[str]:
    return [fault.hint for fault in found(text, is_flow, None) if fault.is_error]


def found(text: str, is_flow: bool, modules: Mapping[str, str] | None) -> tuple[Diagnostic, ...]:
    with pytest.raises(CompileError) as caught:
        deploy(text, modules) if is_flow else query(text, modules)
    return caught.value.diagnostics


def where(fault: Diagnostic) -> str:
    span = fault.span
    return f"{span.line}:{span.column}-{span.end_line}:{span.end_column}" if span else "-"


class Run:
    """A query that runs; `errors` are what nothing in it took."""

    def __init__(self, text: str, modules: Mapping[str, str] | None = None, **more: Any) -> None:
        self.errors: list[tuple[str, DataError]] = []
        self.graph: Graph = build(
            query(text, modules).query_ir, on_error=lambda *e: self.errors.append(e), **more
        )
        self._sent = 0

    def batch(self, *values: Any, port: str = "in", times: list[int] | None = None) -> dict[str, Batch]:
        ids = range(self._sent, self._sent + len(values))
        self._sent += len(values)
        return dict(self.graph.step(port, Batch(list(values), ids, times or 0), 0))

    def __call__(
        self, *values: Any, port: str = "in", times: list[int] | None = None
    ) -> dict[str, list[Any]]:
        return {name: made.values for name, made in self.batch(*values, port=port, times=times).items()}
