"""What to do where a module is not there: the nearest one in scope, or the one to import."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tremor_tui.errors import did_you_mean

LIBRARY = Path(__file__).parent.parent.parent / "library"


@cache
def library() -> dict[str, str]:
    """The modules of our library by their last name: `string` is `std::string`. Earlier folders win."""
    found: dict[str, str] = {}
    for file in sorted(LIBRARY.rglob("*.*"), key=lambda file: (len(file.parts), file)):
        if file.suffix in (".tremor", ".trickle", ".troy"):
            found.setdefault(file.stem, "::".join(file.relative_to(LIBRARY).with_suffix("").parts))
    return found


def import_hint(path: Sequence[str], at: int, known: Sequence[str]) -> str:
    """What to do where the name at an index of a path is no module; `known` are those in scope there."""
    name = path[at]
    near = did_you_mean(name, known, " ").strip()
    if near or at:
        return near
    whole = library().get(name)
    if whole is not None:
        return f"add `use {whole};` before it"
    near = did_you_mean(name, list(library()), " ").strip()
    if near:
        other = near.split("`")[1]
        return f"did you mean `{other}`? then add `use {library()[other]};` before it"
    return f"add `use {'::'.join(path)};` before it, once there is such a module"
