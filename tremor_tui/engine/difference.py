"""Difference: what an apply would change, node by node and link by link, and that in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from tremor_tui.control.snapshots import Compared, PipelineChange
from tremor_tui.engine.compiling.link import FlowPlan, NodePlan
from tremor_tui.engine.shape import Shape, shape_of
from tremor_tui.model.matching import match_nodes

Nodes = Mapping[str, NodePlan]


def compare(old: FlowPlan, new: FlowPlan) -> Compared:
    """What differs between the version that runs and a draft of it."""
    shape = shape_of(old, new)
    changes = tuple(
        _change(alias, old.nodes.get(alias, {}), new.nodes.get(alias, {}), _edges(old, new, alias))
        for alias, mark in new.pipelines.items()
        if old.pipelines.get(alias, mark) != mark
    )
    anew = tuple(_anew(new, alias, is_new=False) for alias in shape.replaced)
    anew += tuple(_anew(new, alias, is_new=True) for alias in shape.added_connectors if new.parts[alias].anew)
    return Compared(
        new.alias,
        changes,
        (),
        "; ".join(filter(None, (*_of_shape(shape, old), *_of_pipelines(changes, shape), *anew))),
        added=shape.added,
        changed=tuple(f"connector/{alias}" for alias in shape.replaced),
        removed=shape.removed,
        linked=shape.linked,
        unlinked=shape.unlinked,
        anew=anew,
    )


def _edges(old: FlowPlan, new: FlowPlan, alias: str) -> bool:
    return old.wiring.get(alias) != new.wiring.get(alias)


def _change(alias: str, old: Nodes, new: Nodes, is_rewired: bool) -> PipelineChange:
    """Nodes that do the same under another name (selects are named by their line) count as unchanged."""
    same = Counter(node.mark for node in old.values()) & Counter(node.mark for node in new.values())
    before, after = _others(old, same), _others(new, same)
    both = before.keys() & after.keys()
    changed = [new[name].label for name in new if name in both]
    if is_rewired and not changed and before.keys() == after.keys():
        changed.append("connections")
    kept = _kept(old, new)
    return PipelineChange(
        alias,
        tuple(after[name].label for name in after if name not in both),
        tuple(changed),
        tuple(before[name].label for name in before if name not in both),
        tuple(new[name].label for name in new if name in kept),
        tuple(node.label for name, node in old.items() if node.holds_state and name not in kept.values()),
    )


def _kept(old: Nodes, new: Nodes) -> dict[str, str]:
    """The nodes that go on with the state of one before, as `Graph.adopt` has it."""
    goes_on = match_nodes(
        {name: (node.kind, node.mark) for name, node in old.items()},
        {name: (node.kind, node.mark) for name, node in new.items()},
    )
    return {
        name: former
        for name, former in goes_on.items()
        if old[former].holds_state and old[former].state_key == new[name].state_key
    }


def _others(nodes: Nodes, same: Counter[str]) -> dict[str, NodePlan]:
    """The nodes without as many of each mark as both versions have."""
    left, others = Counter(same), {}
    for name, node in nodes.items():
        if left[node.mark]:
            left[node.mark] -= 1
        else:
            others[name] = node
    return others


def _anew(new: FlowPlan, alias: str, *, is_new: bool) -> str:
    """What it means that a connector is new, or takes the place of another."""
    part = new.parts[alias]
    does = part.anew or ("begins anew" if part.is_source else "goes on with the new settings")
    return f"{alias} {does}" if is_new or part.anew else f"{alias}, which has other settings, {does}"


def _of_shape(shape: Shape, old: FlowPlan) -> Iterable[str]:
    """The nodes and links that come and go; a link of a node that comes or goes is not told of."""
    lost = [
        f"{alias}/{node.label}"
        for alias in shape.removed_pipelines
        for node in old.nodes.get(alias, {}).values()
        if node.holds_state
    ]
    yield _listed("adds", shape.added)
    yield _listed("removes", shape.removed) + (f" (state of {', '.join(lost)} lost)" if lost else "")
    yield _listed("replaces", [f"connector/{alias}" for alias in shape.replaced])
    yield _listed("measures otherwise", [f"connector/{alias}" for alias in shape.measured])
    yield _listed("links", shape.between(shape.linked))
    yield _listed("unlinks", shape.between(shape.unlinked))


def _listed(verb: str, names: Iterable[str]) -> str:
    text = ", ".join(names)
    return f"{verb} {text}" if text else ""


def _of_pipelines(changes: Iterable[PipelineChange], shape: Shape) -> Iterable[str]:
    words = [text for text in map(_of_pipeline, changes) if text]
    if words or shape:
        return words
    moved = ", ".join(change.alias for change in changes)
    return [f"moves {moved} in the text, no more"] if moved else []


def _of_pipeline(change: PipelineChange) -> str:
    """Empty where only its place in the text changes and no state is lost by that."""
    parts = [
        f"{verb} {_named(change.alias, names)}"
        for verb, names in (
            ("changes", change.changed),
            ("adds", change.added),
            ("removes", change.removed),
        )
        if names
    ]
    if not parts and not change.lost:
        return ""
    text = ", ".join(parts) or f"moves {change.alias} in the text"
    state = [f"state of {', '.join(change.lost)} lost"] if change.lost else []
    state += ["other state kept" if change.lost else "state kept"] if change.kept else []
    return f"{text} ({', '.join(state)})" if state else text


def _named(alias: str, names: Iterable[str]) -> str:
    return ", ".join(f"{alias}/{name}" for name in names)
