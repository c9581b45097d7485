"""Opens and checks the files that a user names: one way for the command line, the compile service and the
executors, so that all of them see the same program.

What compiles each kind of file is imported where it is needed: a script needs a third of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tremor_tui.errors import CompileError, ParseError, TremorError
from tremor_tui.language.check.script import declare_all
from tremor_tui.language.compile import compile_script
from tremor_tui.language.modules import LIBRARY, ModuleLoader
from tremor_tui.language.parse.parser import parse
from tremor_tui.language.source import Source
from tremor_tui.model.diagnostic import Diagnostic

if TYPE_CHECKING:
    from tremor_tui.language.compile_deploy import CompiledDeploy
    from tremor_tui.language.compile_yaml import CompiledYaml
    from tremor_tui.language.ir.deploy import DeployIR
    from tremor_tui.language.ir.query import QueryIR

YAML = (".yaml", ".yml")
SUFFIXES = (".tremor", ".trickle", ".troy", *YAML)


@dataclass(frozen=True, slots=True)
class Program:
    """A file to compile and what finds its modules: beside it first, then along the module path.

    `queries` are the pipelines of a YAML file.
    """

    source: Source
    loader: ModuleLoader
    queries: tuple[Program, ...] = ()

    @classmethod
    def open(
        cls,
        path: Path,
        base: Path,
        module_path: Iterable[str | Path] = (),
        texts: Mapping[str, str] | None = None,
        *,
        shown: str = "",
    ) -> Program:
        """Opens a file; `texts` stand in for files. Raises CompileError where it cannot be read.

        `base` is the folder that shown names are relative to; `shown` is the name of the file itself.
        """
        overrides = {Path(name): text for name, text in (texts or {}).items()}
        loader = ModuleLoader([path.parent, *map(Path, module_path)], overrides=overrides, base=base)
        name = shown or loader.shown(path)
        draft = (texts or {}).get(str(path))
        source = Source.read(path, name) if draft is None else Source(draft, name, path)
        if path.suffix not in YAML:
            return cls(source, loader)
        files = queries_of(path, source, texts or {})
        return cls(source, loader, tuple(cls.open(one, base, module_path, texts) for one in files))

    @property
    def kind(self) -> str:
        """`tremor`, `trickle`, `troy` or `yaml`, after the extension. Raises CompileError for another."""
        suffix = Path(self.source.name).suffix
        if suffix not in SUFFIXES:
            message = f"a file is told by its extension, and `{suffix}` is none of " + ", ".join(SUFFIXES)
            raise CompileError([Diagnostic(message, hint="rename it", file=self.source.name)])
        return "yaml" if suffix in YAML else suffix[1:]

    def find(self, name: str) -> Source | None:
        """The source of that name, for drawing diagnostics."""
        own = self.loader.source(name) or (self.source if name == self.source.name else None)
        return own or next((found for one in self.queries if (found := one.find(name))), None)


def texts_of(queries: Iterable[Path]) -> dict[str, str]:
    """The texts of a YAML file's pipelines, as `Program.open` takes them. Raises CompileError."""
    return {str(path.absolute()): Source.read(path).text for path in queries}


def queries_of(path: Path, source: Source, texts: Mapping[str, str]) -> list[Path]:
    """The files of a YAML file's pipelines: those among `texts`, else beside it those of their names.

    Raises CompileError where the YAML cannot be read.
    """
    given = [Path(name) for name in texts if name.endswith(".trickle")]
    if given:
        return given
    from tremor_tui.language.compile_yaml import pipelines_named

    beside = (path.parent / f"{name}.trickle" for name in pipelines_named(source))
    return [one for one in beside if one.is_file()]


def check(program: Program, *, with_graphs: bool = True) -> tuple[Diagnostic, ...]:
    """What is wrong with a file: errors and warnings; () if nothing. Raises nothing for bad texts."""
    try:
        return tuple(_CHECKS[program.kind](program, with_graphs))
    except CompileError as error:
        return error.diagnostics


def compile_flows(program: Program) -> CompiledDeploy | CompiledYaml:
    """The flows of a .troy file, or of a .yaml file of tremor 0.9. Raises CompileError."""
    if program.kind == "yaml":
        from tremor_tui.language.compile_yaml import compile_yaml

        return compile_yaml(program.source, [(query.source, query.loader) for query in program.queries])
    if program.kind != "troy":
        raise CompileError([_no_troy(program)])
    from tremor_tui.language.compile_deploy import compile_deploy

    return compile_deploy(program.source, program.loader)


def build_all(deploy: DeployIR) -> None:
    """Builds every pipeline once, so that what an operator refuses is known before anything runs.

    Raises CompileError.
    """
    for flow in deploy.flows:
        for pipeline in flow.pipelines:
            _build(pipeline.query, "")


def is_library(source: Source) -> bool:
    """Whether a text is part of the library that comes with the program."""
    return source.path is not None and source.path.resolve().is_relative_to(LIBRARY)


def is_module(program: Program) -> bool:
    """Whether a file only defines things, for others to use."""
    parsed = parse(program.loader.keep(program.source), "module")
    return parsed.tree is not None and not parsed.diagnostics and bool(parsed.tree.statements)


def _check_script(program: Program, _: bool) -> Sequence[Diagnostic]:
    try:
        return compile_script(program.source, program.loader).warnings
    except ParseError as error:
        return _check_module(program, error)


def _check_query(program: Program, with_graphs: bool) -> Sequence[Diagnostic]:
    if is_module(program):
        return _check_module(program, None)
    from tremor_tui.language.compile_query import compile_query

    try:
        compiled = compile_query(program.source, program.loader)
    except ParseError as error:
        return _check_module(program, error)
    if with_graphs:
        _build(compiled.query_ir, program.source.name)
    return compiled.warnings


def _check_deploy(program: Program, with_graphs: bool) -> Sequence[Diagnostic]:
    compiled = compile_flows(program)
    if with_graphs:
        build_all(compiled.ir)
    return compiled.warnings


def _check_module(program: Program, otherwise: CompileError | None) -> Sequence[Diagnostic]:
    """The faults of a file that is meant for others to use.

    `otherwise` is what is wrong with it as a program; where the text is neither, what was understood
    further tells what it was meant to be.
    """
    scope = program.loader.main(program.source)
    parsed = parse(program.loader.sources[program.source.name], "module")
    if parsed.tree is not None and not parsed.diagnostics and parsed.tree.statements:
        declare_all(scope, parsed.tree.statements)
        return scope.problems.found
    if otherwise is None or _reach(otherwise.diagnostics) < _reach(parsed.diagnostics):
        return parsed.diagnostics
    raise otherwise


def _reach(diagnostics: Iterable[Diagnostic]) -> int:
    return min((d.span.start for d in diagnostics if d.is_error and d.span), default=-1)


def _build(query: QueryIR, file: str) -> None:
    from tremor_tui.pipeline.build import build

    try:
        build(query)
    except CompileError:
        raise
    except TremorError as error:
        place = next((node.span for node in query.nodes if node.span), None)
        raise CompileError([Diagnostic(error.message, place, error.hint, file=file)]) from None


def _no_troy(program: Program) -> Diagnostic:
    hint = "deploy a .troy file that uses it"
    return Diagnostic("only a .troy file deploys flows", hint=hint, file=program.source.name)


_CHECKS: dict[str, Callable[[Program, bool], Sequence[Diagnostic]]] = {
    "tremor": _check_script,
    "trickle": _check_query,
    "troy": _check_deploy,
    "yaml": _check_deploy,
}
