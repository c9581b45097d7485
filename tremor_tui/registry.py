"""One table per kind of plug-in, from its name to what it is; files are imported when first asked for.

A plug-in lives in one file of its room, `rooms/<room>/<name>.py`: the last segment of its name with `-`
as `_`. It registers itself with a decorator made by `Registry.register`. Other distributions add plug-ins
by the entry point group `tremor_tui.<room>`. An alias in `ALIASES` of the room's contract gives the file
of a name that is not its file's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from typing import Generic, TypeVar

from tremor_tui.errors import UnknownName

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

    def names(self) -> list[str]:
        """The files, aliases and entry points known, sorted; imports nothing."""
        found = {stem for stem in self._stems if stem not in NOT_PLUGINS}
        found = {
            stem.replace("_", "-") if stem.replace("_", "-") in self._aliases else stem for stem in found
        }
        return sorted(found | set(self._aliases) | set(self._table) | set(self._external))

    def load_all(self) -> dict[str, T]:
        """Imports every file of the room and returns the whole table (for tests and listings)."""
        for stem in self._stems:
            if stem not in NOT_PLUGINS:
                import_module(f"{self.room}.{stem}")
        for name, entry in self._external.items():
            self._table.setdefault(name, entry.load())
        return dict(self._table)

    def _import(self, name: str) -> None:
        stem = self._aliases.get(name, name.rsplit("::", 1)[-1]).replace("-", "_")
        if stem in self._stems and stem not in NOT_PLUGINS:
            import_module(f"{self.room}.{stem}")
        elif entry := self._external.get(name):
            self._table.setdefault(name, entry.load())

    @cached_property
    def _stems(self) -> frozenset[str]:
        return frozenset(f.name[:-3] for f in files(self.room).iterdir() if f.name.endswith(".py"))

    @cached_property
    def _external(self) -> dict[str, EntryPoint]:
        return {entry.name: entry for entry in entry_points(group=self.room)}
