"""The shape of a flow: its connectors, pipelines and links, and how two shapes differ."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tremor_tui.engine.compiling.link import FlowPlan


@dataclass(frozen=True, slots=True)
class Shape:
    """What comes and goes between two versions; nodes as `connector/a` and `pipeline/b`.

    `replaced` are connectors that have other settings, `measured` those that only are measured otherwise.
    `linked` and `unlinked` are links as `/connector/a/out to /pipeline/b/in`.
    """

    added_connectors: tuple[str, ...] = ()
    added_pipelines: tuple[str, ...] = ()
    removed_connectors: tuple[str, ...] = ()
    removed_pipelines: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    measured: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    unlinked: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self != Shape()

    @property
    def added(self) -> tuple[str, ...]:
        """The nodes that come."""
        return _nodes(self.added_connectors, self.added_pipelines)

    @property
    def removed(self) -> tuple[str, ...]:
        """The nodes that go."""
        return _nodes(self.removed_connectors, self.removed_pipelines)

    def between(self, links: Iterable[str]) -> list[str]:
        """Those links that join two nodes which are there before and after."""
        nodes = {*self.added, *self.removed}
        return [link for link in links if not nodes & set(_ends(link))]

    def touched(self) -> set[str]:
        """The nodes that come, are replaced, or have other links."""
        ends = {end for link in (*self.linked, *self.unlinked) for end in _ends(link)}
        return {*self.added, *(f"connector/{alias}" for alias in self.replaced), *ends}


def shape_of(old: FlowPlan, new: FlowPlan) -> Shape:
    """How two versions differ, but for the insides of pipelines."""
    both = [alias for alias in new.connectors if alias in old.connectors]
    replaced = tuple(alias for alias in both if _core(old, alias) != _core(new, alias))
    return Shape(
        _more(new.connectors, old.connectors),
        _more(new.pipelines, old.pipelines),
        _more(old.connectors, new.connectors),
        _more(old.pipelines, new.pipelines),
        replaced,
        tuple(a for a in both if a not in replaced and old.connectors[a] != new.connectors[a]),
        _more(new.links, old.links),
        _more(old.links, new.links),
    )


def _core(plan: FlowPlan, alias: str) -> str:
    return plan.parts[alias].mark if alias in plan.parts else plan.connectors[alias]


def _more(one: Collection[str], other: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in one if name not in other)


def _nodes(connectors: Iterable[str], pipelines: Iterable[str]) -> tuple[str, ...]:
    return (*(f"connector/{alias}" for alias in connectors), *(f"pipeline/{alias}" for alias in pipelines))


def _ends(link: str) -> tuple[str, str]:
    source, _, target = link.partition(" to ")
    return source.strip("/").rpartition("/")[0], target.strip("/").rpartition("/")[0]
