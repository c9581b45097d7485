"""Keys: the keys of the actions as their user has them: the workbench's own, but for a keymap's entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from tremor_tui.workbench.actions.action import Action, shown

MERGED = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+j": "a line feed"}
"""What terminals cannot tell apart without a protocol that few of them have."""
LAST = ("help", "leave")
"""They end the footer, where there is room for few others, too."""
FOOTER = 8


def full_id(action: Action) -> str:
    """What a keymap calls an action: `flow.tap`."""
    return f"{action.place}.{action.id}"


class Keys:
    """Every action with its keys. `given` maps full ids to keys, comma between them; `wrong` says why not."""

    def __init__(self, actions: tuple[Action, ...], given: Mapping[str, str] | None = None) -> None:
        self.given: dict[str, str] = {}
        self.wrong: dict[str, str] = {}
        self._actions = actions
        for name, keys in (given or {}).items():
            reason = self._why_not(name, keys)
            if reason:
                self.wrong[name] = reason
            else:
                self.given[name] = keys.replace(" ", "")
        self.actions = self._mapped()

    def _mapped(self) -> tuple[Action, ...]:
        found, seen = [], set()
        for action in self._actions:
            name = full_id(action)
            if name not in self.given:
                found.append(action)
            elif name not in seen:  # an action may be listed once more for more keys
                found.append(replace(action, keys=self.given[name]))
            seen.add(name)
        return tuple(found)

    def of(self, place: str) -> list[Action]:
        """The actions of a place."""
        return [action for action in self.actions if action.place == place]

    def footer(self, place: str, view: str, is_off: Callable[[Action], object]) -> list[Action]:
        """The actions that matter at a place of a view, eight at most; the last ones stay."""
        own = sorted((a for a in self.of(place) if a.foot), key=lambda a: a.foot)
        common = sorted((a for a in self.of("all") if a.foot and a.keys), key=lambda a: a.foot)
        if place == "script":  # every other key is text there
            common = [next(a for a in self.of("all") if a.id == name) for name in ("command_palette", "help")]
        elif view == "start":
            common = [action for action in common if action.id in LAST]
        chosen = [action for action in (*own, *common) if not is_off(action)]
        last = [action for action in chosen if action.id in LAST]
        others = [action for action in chosen if action not in last]
        return [*others[: FOOTER - len(last)], *last]

    def _why_not(self, name: str, keys: str) -> str:
        action = next((a for a in self._actions if full_id(a) == name), None)
        if action is None:
            return f"there is no action `{name}`; the palette and the help name them"
        for key in keys.replace(" ", "").split(","):
            if not key or key != key.strip():
                return "keys are names with commas between, as in `t` or `ctrl+t,f2`"
            if key in MERGED:
                return f"`{shown(key)}` is {MERGED[key]} to most terminals"
            taken = self._taken(key, action)
            if taken:
                return f"`{shown(key)}` is the key of `{taken}`; give that another one first"
        return ""

    def _taken(self, key: str, action: Action) -> str:
        places = {action.place, "all"} if action.place != "all" else {a.place for a in self._actions}
        for other in self._actions:
            keys = self.given.get(full_id(other), other.keys)
            if other.place in places and full_id(other) != full_id(action) and key in keys.split(","):
                return full_id(other)
        return ""
