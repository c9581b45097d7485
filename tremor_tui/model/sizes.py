"""How large a string or list may be that a script makes: one that grows without end stops there."""

from __future__ import annotations

from typing import Any, Final

MAX_TEXT: Final = 64 << 20
"""Characters of a string that a script makes."""
MAX_ITEMS: Final = 4 << 20
"""Elements of a list that a script makes."""


def is_small(value: Any) -> bool:
    """Whether a string, binary or list is of a size that a script may make."""
    return len(value) <= (MAX_ITEMS if type(value) is list else MAX_TEXT)


def too_large(value: Any) -> str:
    """What is wrong with the size of a value that is not small."""
    if type(value) is list:
        return f"{len(value)} elements, where {MAX_ITEMS} are allowed"
    return f"{len(value)} characters, where {MAX_TEXT} are allowed"
