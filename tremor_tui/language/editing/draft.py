"""Draft: the texts that a flow is made of, as they are being edited, and what the names in them stand for.

Names are looked up in the trees alone, without checking anything, so that a draft that does not compile has
a picture too. As in `check/scope.py`, a body sees what itself defines and uses, and nothing around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Generic, TypeVar

from tremor_tui.errors import CompileError, EditError
from tremor_tui.language.editing.file import File
from tremor_tui.language.modules import LIBRARY, ModuleLoader
from tremor_tui.language.source import Source
from tremor_tui.language.tree.deploy import DefineConnector, DefineFlow, DeployFlow
from tremor_tui.language.tree.expr import Node, QualifiedName
from tremor_tui.language.tree.query import Create, DefineOperator, DefinePipeline, DefineScript, DefineWindow
from tremor_tui.language.tree.script import Use
from tremor_tui.model.record import dataclass

D = TypeVar("D", bound=Node)
D_co = TypeVar("D_co", bound=Node, covariant=True)
DEFINITIONS = (DefineConnector, DefineFlow, DefineOperator, DefinePipeline, DefineScript, DefineWindow)
KINDS: Mapping[str, type[Node]] = {
    "connector": DefineConnector,
    "operator": DefineOperator,
    "pipeline": DefinePipeline,
    "script": DefineScript,
}
"""What a `create` of each kind makes one of."""


class Draft:
    """The deployed file and, as they are asked for, the modules it uses."""

    def __init__(self, main: File, loader: ModuleLoader, texts: Mapping[Path, str]) -> None:
        self.main = main
        self.files: dict[Path, File] = {main.path: main}
        self._loader = loader
        self._texts = texts
        self._modules: dict[tuple[str, ...], File | None] = {}

    @classmethod
    def open(
        cls, path: Path, base: Path, module_path: Iterable[str] = (), texts: Mapping[str, str] | None = None
    ) -> Draft:
        """A .troy file, empty where it is not there. `texts` stand in for files, by their absolute paths.

        Raises CompileError where it cannot be read, EditError where it is no .troy file.
        """
        if path.suffix != ".troy":
            raise EditError(f"`{path.name}` is no .troy file", "flows are in files that end in .troy")
        given = {Path(name).resolve(): text for name, text in (texts or {}).items()}
        overrides = {Path(name): text for name, text in (texts or {}).items()}
        loader = ModuleLoader([path.parent, *map(Path, module_path)], overrides=overrides, base=base)
        text = given.get(path.resolve())
        name = loader.shown(path)
        if text is None:
            text = Source.read(path, name).text if path.exists() else ""
        return cls(File(path, name, text, "deploy"), loader, given)

    def module(self, names: Sequence[str]) -> File | None:
        """The file of a module; None where there is none that can be read."""
        key = tuple(names)
        if key not in self._modules:
            self._modules[key] = self._found(key)
        return self._modules[key]

    def _found(self, names: Sequence[str]) -> File | None:
        path = self._loader.find(names)
        if path is None:
            return None
        known = next((file for file in self.files.values() if file.path.resolve() == path.resolve()), None)
        return known or self._read(path)

    def _read(self, path: Path) -> File | None:
        text = self._texts.get(path.resolve())
        name = self._loader.shown(path)
        try:
            text = Source.read(path, name).text if text is None else text
        except CompileError:  # what uses it says so
            return None
        is_library = path.resolve().is_relative_to(LIBRARY)
        self.files[path] = made = File(path, name, text, "module", is_library=is_library)
        return made

    def names(self) -> Names:
        """What the deployed file defines and uses."""
        tree = self.main.text.tree
        return Names(self, self.main, tree.statements if tree else ())


@dataclass(frozen=True, slots=True)
class Found(Generic[D_co]):
    """A definition, the file it stands in, and the names around it."""

    node: D_co
    file: File
    names: Names

    @property
    def key(self) -> tuple[Path, int]:
        """What tells it from others."""
        return self.file.path, self.node.span.start


class Names:
    """What a body of statements defines and uses."""

    def __init__(self, draft: Draft, file: File, statements: Sequence[Node]) -> None:
        self.draft = draft
        self.file = file
        self.statements = statements

    @cached_property
    def own(self) -> dict[tuple[type[Node], str], Node]:
        """Its definitions by kind and name, the first of each."""
        made: dict[tuple[type[Node], str], Node] = {}
        for statement in self.statements:
            if isinstance(statement, DEFINITIONS):
                made.setdefault((type(statement), statement.name.text), statement)
        return made

    @cached_property
    def uses(self) -> dict[str, tuple[str, ...]]:
        """The modules it uses, by alias."""
        made = {}
        for statement in self.statements:
            if isinstance(statement, Use):
                for path, alias in statement.tree.targets():
                    made[(alias or path[-1]).text] = tuple(name.text for name in path)
        return made

    def inside(self, definition: Node) -> Names:
        """The names in the body of a definition of this scope's file."""
        return Names(self.draft, self.file, getattr(definition, "statements", ()))

    def find(self, kind: type[D], name: QualifiedName) -> Found[D] | None:
        """The definition that a name stands for here; None where there is none."""
        scope: Names | None = self
        for part in name.module:
            scope = scope.module(part.text) if scope else None
        found = scope.own.get((kind, name.name.text)) if scope else None
        return Found(found, scope.file, scope) if scope and isinstance(found, kind) else None

    def module(self, alias: str) -> Names | None:
        """The names of a module that is used here."""
        path = self.uses.get(alias)
        file = self.draft.module(path) if path else None
        if file is None:
            return None
        tree = file.text.tree
        return Names(self.draft, file, tree.statements if tree else ())

    def made_by(self, create: Create | DeployFlow) -> Found[Node] | None:
        """The definition that a statement names, by itself or as it has the same name."""
        kind = DefineFlow if isinstance(create, DeployFlow) else KINDS[create.kind]
        target = create.target or QualifiedName((), create.name, create.name.span)
        return self.find(kind, target)

    def creates(self) -> Iterator[Create]:
        """The `create` statements of this body, but for streams."""
        return (statement for statement in self.statements if isinstance(statement, Create))

    def taken(self, kind: type[Node]) -> set[str]:
        """The names that definitions of a kind have."""
        return {name for found, name in self.own if found is kind}
