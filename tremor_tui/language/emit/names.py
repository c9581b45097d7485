"""Names in generated code: tremor's own where Python allows it, and never one that is taken.

Names of globals have a double underscore (`string__len`), temporary ones start with an underscore; a
variable of tremor whose name would look like these, or is taken by Python or the prelude, is changed.
"""

from __future__ import annotations

import builtins
import keyword
import re

from tremor_tui.language.load.prelude import NAMES

_IN_FUNCTIONS = {"event", "meta", "state", "cell", "ctx", "group", "window", "results", "error", "failure"}
_FUNCTIONS = {"script", "target", "where", "having", "groups", "arguments", "constant"}
FIXED = frozenset(_IN_FUNCTIONS | _FUNCTIONS)
TAKEN = FIXED | set(NAMES) | set(dir(builtins)) | set(keyword.kwlist) | set(keyword.softkwlist)


class Names:
    """The names of one generated function: one for each variable, and temporary ones."""

    def __init__(self) -> None:
        self._slots: dict[str, str] = {}
        self._used: set[str] = set()
        self._count = 0

    def of(self, slot: str, name: str) -> str:
        """The Python name of a variable."""
        if slot not in self._slots:
            self._slots[slot] = self._free(plain(name))
        return self._slots[slot]

    def temporary(self, stem: str = "t") -> str:
        """A name that stands for nothing in tremor."""
        self._count += 1
        return f"_{stem}{self._count}"

    def _free(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self._used:
            number += 1
            name = f"{wanted}_{number}"
        self._used.add(name)
        return name


def plain(name: str) -> str:
    """The nearest Python name that no global or temporary name equals."""
    text = re.sub(r"[^A-Za-z0-9_]", "_", name)
    text = re.sub(r"__+", "_", text).lstrip("_") or "v"
    if text[0].isdigit():
        text = "v" + text
    return text + "_" if text in TAKEN or text != name else text


def global_name(*parts: str) -> str:
    """The name of a global: its parts, with a double underscore before the last one."""
    words = [re.sub(r"[^A-Za-z0-9]+", "_", part).strip("_") or "x" for part in parts]
    return "__".join(["_".join(words[:-1]) or "fn", words[-1]])
