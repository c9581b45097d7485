"""Finds, reads and keeps modules, and every source text of a program by name.

`a::b` is `a/b.tremor`, else `a/b.trickle`, else `a/b.troy`, along the paths, and then in our own
`library/`. Texts may stand in for files (`overrides`), as the editor's drafts do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tremor_tui.errors import CompileError, did_you_mean
from tremor_tui.language.check.scope import Scope
from tremor_tui.language.parse.parser import parse
from tremor_tui.language.source import Source
from tremor_tui.language.tree.expr import Name
from tremor_tui.language.tree.script import Use
from tremor_tui.model.diagnostic import Diagnostic, Span

LIBRARY = Path(__file__).parent.parent / "library"
SUFFIXES = (".tremor", ".trickle", ".troy")


class ModuleLoader:
    """The modules of a program. One loader may serve many programs; a module is read and checked once.

    `base` is the folder that shown names are relative to where files are below it.
    """

    def __init__(
        self,
        paths: Sequence[Path] = (),
        read: Callable[[Path, str | None], Source] = Source.read,
        overrides: Mapping[Path, str] | None = None,
        base: Path | None = None,
    ) -> None:
        self.paths = [*paths, LIBRARY]
        self.sources: dict[str, Source] = {}
        self._read = read
        self._overrides = {path.resolve(): text for path, text in (overrides or {}).items()}
        self._base = (base or Path.cwd()).resolve()
        self._scopes: dict[Path, Scope] = {}
        self._open: list[Path] = []
        self._first: Span | None = None

    def keep(self, source: Source) -> Source:
        """Keeps a source, so that diagnostics can show its text; its draft, if it has one."""
        if source.path is not None and source.path.resolve() in self._overrides:
            source = Source(self._overrides[source.path.resolve()], source.name, source.path)
        self.sources[source.name] = source
        return source

    def source(self, name: str) -> Source | None:
        """The source of that name, for `diagnostics.render`."""
        return self.sources.get(name)

    def main(self, source: Source) -> Scope:
        """An empty scope for a main file."""
        kept = self.keep(source)
        return Scope("", self, files=[kept.name])

    def find(self, module: Sequence[str]) -> Path | None:
        """The file of a module."""
        for folder in self.paths:
            for suffix in SUFFIXES:
                path = folder.joinpath(*module[:-1], module[-1] + suffix)
                if path.is_file() or path.resolve() in self._overrides:
                    return path
        return None

    def shown(self, path: Path) -> str:
        """The name of a file in diagnostics."""
        whole = path.resolve()
        if whole.is_relative_to(LIBRARY):
            return str(Path("library") / whole.relative_to(LIBRARY))
        return str(whole.relative_to(self._base)) if whole.is_relative_to(self._base) else str(path)

    # --- use ----------------------------------------------------------------------------------------

    def use(self, scope: Scope, node: Use) -> None:
        """Enters the modules that a `use` names into a scope. Faults are problems of the scope."""
        for path, alias in node.tree.targets():
            module = self._module(scope, path, node)
            if module is not None:
                scope.modules[(alias or path[-1]).text] = module

    def _module(self, scope: Scope, path: Sequence[Name], node: Use) -> Scope | None:
        names = [name.text for name in path]
        file = self.find(names)
        if file is None:
            alone = len(node.tree.names) == 1 and not node.tree.branches
            self._not_found(scope, names, path[0].span if alone else node.tree.span)
            return None
        key = file.resolve()
        if len(self._open) == 1:
            self._first = node.span
        if key in self._open:
            files = " -> ".join(self.shown(other) for other in [*self._open, key])
            # Tremor underlines the `use` in the first module on the way.
            place = self._first or node.span
            scope.problems.error(f"Cyclic dependency detected: {files}", place, "leave one `use` out")
            return None
        if key not in self._scopes:
            self._scopes[key] = self._load(names, file)
        return self._joined(scope, self._scopes[key])

    def _joined(self, scope: Scope, module: Scope) -> Scope:
        """A module's faults are those of whoever uses it; its warnings are not."""
        for diagnostic in module.problems.found:
            if diagnostic.is_error:
                scope.problems.add(diagnostic)
        scope.files.extend(file for file in module.files if file not in scope.files)
        return module

    def _load(self, names: list[str], file: Path) -> Scope:
        from tremor_tui.language.check.script import declare_all

        scope = Scope("::".join(names), self)
        try:
            source = self._text(file)
        except CompileError as error:
            for diagnostic in error.diagnostics:
                scope.problems.add(diagnostic)
            return scope
        self.sources[source.name] = source
        scope.files.append(source.name)
        parsed = parse(source, "module")
        for diagnostic in parsed.diagnostics:
            scope.problems.add(diagnostic)
        if parsed.tree is not None:
            self._open.append(file.resolve())
            try:
                declare_all(scope, parsed.tree.statements)
            finally:
                self._open.pop()
        return scope

    def _text(self, file: Path) -> Source:
        text = self._overrides.get(file.resolve())
        name = self.shown(file)
        return self._read(file, name) if text is None else Source(text, name, file)

    def _not_found(self, scope: Scope, names: list[str], span: Span) -> None:
        searched = ", ".join(str(path) for path in self.paths[:-1])
        hint = did_you_mean(names[-1], self._neighbours(names), f"looked in: {searched or 'the library'}")
        message = f"Module `{'::'.join(names)}` not found or not readable error in module path"
        scope.problems.add(Diagnostic(message, span, hint))

    def _neighbours(self, names: list[str]) -> list[str]:
        """The modules that are where this one was looked for."""
        folders = [path.joinpath(*names[:-1]) for path in self.paths]
        files = [file for folder in folders if folder.is_dir() for file in folder.iterdir()]
        return sorted({file.stem for file in files if file.suffix in SUFFIXES})
