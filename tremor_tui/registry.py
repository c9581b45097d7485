"""One table per kind of plug-in, from its name to what it is; files are imported when first asked for.

A plug-in lives in one file of its room, `rooms/<room>/<name>.py`: the last segment of its name with `-`
as `_`. It registers itself with a decorator made by `Registry.register`. Other distributions add plug-ins
by the entry point group `tremor_tui.<room>`. An alias in `ALIASES` of the room's contract gives the file
of a name that is not its file's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Generic, TypeVar

from tremor_tui.errors import UnknownName

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

T = TypeVar("T")
NOT_PLUGINS = frozenset({"__init__", "contract", "shared"})


class Registry(Generic[T]):
    """The plug-ins of one room. `kind` is what a message calls one: "codec", "connector" …"""

    def __init__(self, room: str, kind: str, aliases: Mapping[str, str] | None = None) -> None:
        self.room = room
        self.kind = kind
        self._aliases = dict(aliases or {})
        self._table: dict[str, T] = {}

    def register(self, name: str) -> Callable[[T], T]:
        """A decorator that enters what it decorates under `name`, once."""

        def enter(plugin: T) -> T:
            if name in self._table:
                raise ValueError(f"two {self.kind}s are called {name}")
            self._table[name] = plugin
            return plugin

        return enter

    def get(self, name: str) -> T:
        """The plug-in of that name; imports its file alone. Raises UnknownName."""
        if name not in self._table:
            self._import(name)
        try:
            return self._table[name]
        except KeyError:
            raise UnknownName(self.kind, name, self.names()) from None

    def __contains__(self, name: object) -> bool:
        """Whether a plug-in is called so; imports nothing, and looks at other distributions last."""
        is_file = name in self._stems and name not in NOT_PLUGINS
        return is_file or name in self._table or name in self._aliases or name in self._external

    def names(self) -> list[str]:
        """The files, aliases and entry points known, sorted; imports nothing."""
        found = {stem for stem in self._stems if stem not in NOT_PLUGINS}
        found = {
            stem.replace("_", "-") if stem.replace("_", "-") in self._aliases else stem for stem in found
        }
        return sorted(found | set(self._aliases) | set(self._table) | set(self._external))

    def load_all(self) -> dict[str, T]:
        """Imports every file of the room and returns the whole table (for tests and listings)."""
        for stem in sorted(self._stems):
            if stem not in NOT_PLUGINS:
                import_module(f"{self.room}.{stem}")
        for name, entry in self._external.items():
            self._table.setdefault(name, entry.load())
        return dict(sorted(self._table.items()))

    def _import(self, name: str) -> None:
        stem = self._aliases.get(name, name.rsplit("::", 1)[-1]).replace("-", "_")
        if stem in self._stems and stem not in NOT_PLUGINS:
            import_module(f"{self.room}.{stem}")
        elif entry := self._external.get(name):
            self._table.setdefault(name, entry.load())

    @cached_property
    def _stems(self) -> frozenset[str]:
        return frozenset(name[:-3] for name in _files(self.room) if name.endswith(".py"))

    @cached_property
    def _external(self) -> dict[str, EntryPoint]:
        from importlib.metadata import entry_points  # slow, and nearly all names are files of ours

        return {entry.name: entry for entry in entry_points(group=self.room)}


def _files(room: str) -> Iterable[str]:
    """The names of a package's files, wherever it was imported from."""
    (folder,) = import_module(room).__path__
    if os.path.isdir(folder):
        return os.listdir(folder)
    from importlib.resources import files  # it is in an archive

    return [file.name for file in files(room).iterdir()]
