"""An action: something that a user can do, with its keys and words."""

from __future__ import annotations

from dataclasses import dataclass

_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "full_stop": ".",
    "comma": ",",
    "colon": ":",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "equals_sign": "=",
    "plus": "+",
    "minus": "-",
    "escape": "esc",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}


def shown(key: str) -> str:
    """A key's name as people write it: `^p`, `F5`, `?`."""
    if key.startswith("ctrl+"):
        return "^" + _NAMES.get(key[5:], key[5:])
    if len(key) > 1 and key[0] == "f" and key[1:].isdigit():
        return key.upper()
    return _NAMES.get(key, key)


NEEDS = {
    "engine": "no engine is connected: 0 opens a file or attaches to one",
    "flow": "no flow runs here: 0 opens a file or attaches to an engine",
    "tap": "no tap is open: t on a node or an edge of the flow opens one",
}
"""What an action may need, and why it is off where that is not there."""


@dataclass(frozen=True, slots=True)
class Action:
    """`id` names the method `act_<id>` of the view or the app. `foot`: rank in the footer, 0 not in it."""

    id: str
    keys: str
    words: str
    place: str
    foot: int = 0
    short: str = ""
    is_change: bool = False
    """Whether it commands the engine, which a read-only workbench may not."""
    needs: str = ""
    """What must be there for it, as `NEEDS` names it; empty: nothing."""

    @property
    def key(self) -> str:
        """The first key as people write it."""
        return shown(self.keys.split(",")[0])
