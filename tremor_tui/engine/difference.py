"""Difference: what an apply would change, node by node, and that in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from tremor_tui.control.snapshots import Compared, PipelineChange
from tremor_tui.engine.compiling.link import FlowPlan, NodePlan
from tremor_tui.engine.shape import differences

Nodes = Mapping[str, NodePlan]


def compare(old: FlowPlan, new: FlowPlan) -> Compared:
    """What differs between the version that runs and a draft of it."""
    refused = tuple(differences(old, new))
    changes = tuple(
        _change(alias, old.nodes.get(alias, {}), new.nodes.get(alias, {}), _edges(old, new, alias))
        for alias, mark in new.pipelines.items()
        if old.pipelines.get(alias, mark) != mark
    )
    return Compared(new.alias, changes, refused, _words(changes, refused))


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
    held = {name: node for name, node in old.items() if node.holds_state}
    kept = [n.label for name, n in held.items() if name in new and new[name].kind == n.kind]
    lost = [n.label for name, n in held.items() if name not in new or new[name].kind != n.kind]
    return PipelineChange(
        alias,
        tuple(after[name].label for name in after if name not in both),
        tuple(changed),
        tuple(before[name].label for name in before if name not in both),
        tuple(kept),
        tuple(lost),
    )


def _others(nodes: Nodes, same: Counter[str]) -> dict[str, NodePlan]:
    """The nodes without as many of each mark as both versions have."""
    left, others = Counter(same), {}
    for name, node in nodes.items():
        if left[node.mark]:
            left[node.mark] -= 1
        else:
            others[name] = node
    return others


def _words(changes: Iterable[PipelineChange], refused: tuple[str, ...]) -> str:
    if refused:
        return "; ".join(refused)
    words = [text for text in map(_of_pipeline, changes) if text]
    moved = ", ".join(change.alias for change in changes)
    return "; ".join(words) or (f"moves {moved} in the text, no more" if moved else "")


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
