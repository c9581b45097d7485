"""Names: what a new node may be called."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import count

from tremor_tui.errors import EditError
from tremor_tui.language.lex.tokens import KEYWORDS

_IDENT = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_ODD = re.compile(r"[^A-Za-z0-9_]+")


def unique(wanted: str, taken: Collection[str]) -> str:
    """A name like the one wanted that is free and no word of the language: `file`, `file_2`, …"""
    base = _ODD.sub("_", wanted).strip("_") or "node"
    base = base if _IDENT.match(base) else f"n_{base}"
    if base in KEYWORDS:
        base = f"{base}_1"
    if base not in taken:
        return base
    stem = re.sub(r"_\d+\Z", "", base) or base
    stem = base if stem in KEYWORDS else stem
    return next(name for number in count(2) if (name := f"{stem}_{number}") not in taken)


def checked(name: str, taken: Collection[str], what: str) -> str:
    """A name that somebody chose. Raises EditError where it cannot be one."""
    if not _IDENT.match(name):
        hint = "a name begins with a letter and has letters, digits and `_`"
        raise EditError(f"`{name}` cannot be a name", hint)
    if name in KEYWORDS:
        raise EditError(f"`{name}` is a word of the language", f"as in `{name}_1`")
    if name in taken:
        raise EditError(f"there is a {what} called `{name}` already", f"as in `{unique(name, taken)}`")
    return name
