"""Settings: what a user chose for every workbench: theme, glyphs, mouse, columns, and keys.

`config.toml` in `$XDG_CONFIG_HOME/tremor-tui`, else `~/.config/tremor-tui`:

    theme = "nord"
    ascii = true                          # else as the terminal can
    mouse = false

    [keymap]                              # the help and the palette name the actions
    "flow.tap" = "ctrl+t"
    "all.leave" = "q,ctrl+q"

    [columns]                             # of the table of tasks, from left to right, as many as fit
    tasks = ["state", "task", "busy", "in", "out"]

What is wrong in it is said with its line, and passed over; the rest counts.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tremor_tui.workbench.actions import ACTIONS, Keys
from tremor_tui.workbench.ink import THEMES
from tremor_tui.workbench.widgets.table import BY_ID

MAX_BYTES = 256 * 1024
TABLES = {"tasks": tuple(BY_ID)}
"""The columns that each table has."""
KNOWN = {"theme": str, "ascii": bool, "mouse": bool, "keymap": dict, "columns": dict}


@dataclass(frozen=True, slots=True)
class Settings:
    """What was chosen; `ascii` None is left to the terminal. `complaints` say what is wrong and where."""

    theme: str = ""
    ascii: bool | None = None
    mouse: bool = True
    keymap: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()


def config_path() -> Path:
    """Where the settings are."""
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home, "tremor-tui", "config.toml")


def read_settings(path: Path, themes: Sequence[str] = THEMES) -> Settings:
    """The settings of a file; without one those of the workbench."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES).decode("utf-8")
        found = tomllib.loads(text)
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        return Settings(complaints=(f"{path} cannot be read: {error.strerror}",))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        return Settings(complaints=(f"{path} is passed over: {error}",))
    return _Reader(path, text, themes).read(found)


class _Reader:
    """Checks the entries one by one."""

    def __init__(self, path: Path, text: str, themes: Sequence[str]) -> None:
        self._path, self._lines, self._themes = path, text.split("\n"), themes
        self._complaints: list[str] = []

    def read(self, found: dict[str, object]) -> Settings:
        """The settings, with what could not be taken in words."""
        given = {name: value for name, value in found.items() if self._is_known(name, value)}
        theme, keymap, columns = given.get("theme", ""), given.get("keymap"), given.get("columns")
        if theme and theme not in self._themes:
            self._complain("theme", f"there is no theme `{theme}`; there are {', '.join(self._themes)}")
            theme = ""
        ascii_only, mouse = given.get("ascii"), given.get("mouse", True)
        return Settings(
            str(theme),
            ascii_only if isinstance(ascii_only, bool) else None,
            bool(mouse),
            self._keymap(keymap if isinstance(keymap, dict) else {}),
            self._columns(columns if isinstance(columns, dict) else {}),
            tuple(self._complaints),
        )

    def _is_known(self, name: str, value: object) -> bool:
        wanted = KNOWN.get(name)
        if wanted is None:
            self._complain(name, f"there is no setting `{name}`; there are {', '.join(KNOWN)}")
        elif not isinstance(value, wanted):
            words = {str: "a text", bool: "true or false", dict: "a table"}[wanted]
            self._complain(name, f"`{name}` is {words}")
        return wanted is not None and isinstance(value, wanted)

    def _keymap(self, found: dict[str, object]) -> dict[str, str]:
        given: dict[str, str] = {}
        for name, keys in _flat(found):
            if isinstance(keys, str):
                given[name] = keys
            else:
                self._complain(name, f'the keys of `{name}` are a text, as in "ctrl+t,f2"')
        checked = Keys(ACTIONS, given)
        for name, reason in checked.wrong.items():
            self._complain(name, reason)
        return checked.given

    def _columns(self, found: dict[str, object]) -> dict[str, tuple[str, ...]]:
        taken: dict[str, tuple[str, ...]] = {}
        for name, columns in found.items():
            known = TABLES.get(name)
            if known is None:
                self._complain(name, f"no table `{name}` has columns to choose; there is {', '.join(TABLES)}")
            elif not (isinstance(columns, list) and columns and all(isinstance(one, str) for one in columns)):
                self._complain(name, f"the columns of `{name}` are a list of their names")
            elif wrong := [one for one in columns if one not in known]:
                words = f"`{name}` has no column `{wrong[0]}`; there are {', '.join(known)}"
                self._complain(name, words)
            else:
                taken[name] = tuple(dict.fromkeys(columns))
        return taken

    def _complain(self, name: str, words: str) -> None:
        line = self._line(name)
        self._complaints.append(f"{self._path.name}{f':{line}' if line else ''}: {words}")

    def _line(self, name: str) -> int:
        """The line of an entry, by its whole name or, in a table of its own, by its last part."""
        for wanted in (name, name.rsplit(".", 1)[-1]):
            parts = r"\s*\.\s*".join(f"[\"']?{re.escape(part)}[\"']?" for part in wanted.split("."))
            entry = re.compile(rf"\s*\[?\s*{parts}\s*[=\]]")
            for number, line in enumerate(self._lines, 1):
                if entry.match(line):
                    return number
        return 0


def _flat(found: dict[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    """The entries of nested tables, for TOML reads `flow.tap` without quotes as a table `flow`."""
    for name, value in found.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value
