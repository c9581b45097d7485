"""Fills the command palette from the list of actions: those that can be done here first, then all others."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tremor_tui.workbench.actions import PLACES, Action, Keys, shown

if TYPE_CHECKING:
    from collections.abc import Iterator


class Doing(Protocol):
    """What the palette needs of the app."""

    keys: Keys

    @property
    def place_now(self) -> str: ...
    def why_off(self, action: Action) -> str: ...
    def act_there(self, action: Action) -> None: ...


class Commands(Provider):
    """Every action of every place with its keys; one of another place goes there first."""

    @property
    def _desk(self) -> Doing:
        return cast("Doing", self.app)

    def _all(self) -> Iterator[Action]:
        """Those of this place, those of everywhere, the others; each once."""
        here = self._desk.place_now
        places = [here, "all", *(place for place in PLACES if place not in (here, "all"))]
        seen: set[tuple[str, str]] = set()
        for place in places:
            for action in self._desk.keys.of(place):
                if (place, action.id) not in seen:
                    seen.add((place, action.id))
                    yield action

    async def discover(self) -> Hits:
        """All of them."""
        for action in self._all():
            yield DiscoveryHit(_title(action), self._run(action), help=self._help(action))

    async def search(self, query: str) -> Hits:
        """Those that match what is typed; those of this place a little before the others."""
        matcher = self.matcher(query)
        here = (self._desk.place_now, "all")
        for action in self._all():
            score = matcher.match(_title(action))
            if score > 0:
                score *= 1.0 if action.place in here else 0.9
                yield Hit(
                    score, matcher.highlight(_title(action)), self._run(action), help=self._help(action)
                )

    def _run(self, action: Action) -> partial[None]:
        return partial(self._desk.act_there, action)

    def _help(self, action: Action) -> str:
        same = [a for a in self._desk.keys.of(action.place) if a.id == action.id]
        keys = " ".join(shown(key) for a in same for key in a.keys.split(",") if key)
        reason = self._desk.why_off(action)
        return f"{PLACES[action.place]}   {keys}" + (f"   off: {reason}" if reason else "")


def _title(action: Action) -> str:
    return action.words[0].upper() + action.words[1:]
