"""The shape of a flow, and how two shapes differ, in words."""

from __future__ import annotations

from collections.abc import Collection

from tremor_tui.engine.compiling.link import FlowPlan


def differences(old: FlowPlan, new: FlowPlan) -> list[str]:
    """What would be added, removed or made otherwise but for the insides of pipelines; [] if nothing."""
    found = _sets("connector", old.connectors, new.connectors)
    found += [
        f"connector `{alias}` has other settings"
        for alias in old.connectors
        if alias in new.connectors and old.connectors[alias] != new.connectors[alias]
    ]
    found += _sets("pipeline", old.pipelines, new.pipelines)
    return found + _sets("link", old.links, new.links)


def _sets(kind: str, old: Collection[str], new: Collection[str]) -> list[str]:
    added = [f"{kind} `{name}` is new" for name in new if name not in old]
    return added + [f"{kind} `{name}` is gone" for name in old if name not in new]
