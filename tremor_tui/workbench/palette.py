"""Fills the command palette from the list of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tremor_tui.workbench.actions import ACTIONS, PLACES, Action

if TYPE_CHECKING:
    from collections.abc import Iterator


class Commands(Provider):
    """Every action that is valid in the place where the palette was opened."""

    def _valid(self) -> Iterator[Action]:
        places = ("all", getattr(self.app, "place_now", "all"))
        seen: set[str] = set()
        for action in ACTIONS:
            if action.place in places and action.id not in seen:
                seen.add(action.id)
                yield action

    async def discover(self) -> Hits:
        """All of them."""
        for action in self._valid():
            yield DiscoveryHit(_title(action), self._run(action), help=_help(action))

    async def search(self, query: str) -> Hits:
        """Those that match what is typed."""
        matcher = self.matcher(query)
        for action in self._valid():
            score = matcher.match(_title(action))
            if score > 0:
                yield Hit(score, matcher.highlight(_title(action)), self._run(action), help=_help(action))

    def _run(self, action: Action):  # type: ignore[no-untyped-def]
        async def run() -> None:
            await self.app.run_action(f"app.act('{action.id}')")

        return run


def _title(action: Action) -> str:
    return action.words[0].upper() + action.words[1:]


def _help(action: Action) -> str:
    return f"{PLACES[action.place]}   {action.key}"
