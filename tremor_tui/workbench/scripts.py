"""Finds the scripts that a text defines, without a parser: texts that are being typed need not be whole."""

from __future__ import annotations

import re
from functools import lru_cache

_DEFINE = re.compile(r"^[^#\n\"]*?\bdefine\s+script\s+(\w+)", re.MULTILINE)


@lru_cache(maxsize=8)
def scripts_in(text: str) -> list[tuple[str, int]]:
    """The names of the scripts that a text defines, and the lines (from 1) on which each begins."""
    return [(found[1], text.count("\n", 0, found.start(1)) + 1) for found in _DEFINE.finditer(text)]


@lru_cache(maxsize=8)
def names_of(text: str, script: str) -> set[str]:
    """What a script is called where it runs: its own name, and those that `create script … from` gives it."""
    made = rf"\bcreate\s+script\s+(\w+)\s+from\s+(?:\w+::)*{re.escape(script)}\b"
    return {script, *re.findall(made, text)} if script else set()


def line_of(text: str, script: str) -> int:
    """The line that defines a script, 0 where none does."""
    return next((line for name, line in scripts_in(text) if name == script), 0)


def script_at(text: str, line: int) -> str:
    """The script that a line is in: the last that begins before it, else the first; empty without one."""
    found = scripts_in(text)
    before = [name for name, start in found if start <= line]
    return before[-1] if before else found[0][0] if found else ""
