"""Matching: which node of a new version of a pipeline goes on where which node of the old one stopped.

Most nodes have a name. A select has none but its line, so one that moved in the text is known by its mark: a
fingerprint of what it does. The runtime and whoever says what an apply would keep both ask here.
"""

from __future__ import annotations

from collections.abc import Mapping

Known = tuple[str, str]
"""A node's kind and mark; an empty mark is like no other."""


def match_nodes(old: Mapping[str, Known], new: Mapping[str, Known]) -> dict[str, str]:
    """The old node's id for each new one that goes on, by its id: what is the same first, then by name."""
    found = {name: name for name, node in new.items() if node[1] and old.get(name) == node}
    free = {name: node for name, node in old.items() if name not in found}
    for name, node in new.items():
        same = next((one for one, other in free.items() if node[1] and other == node), None)
        if name not in found and same is not None:
            found[name] = same
            del free[same]
    for name, (kind, _) in new.items():
        if name not in found and name in free and free[name][0] == kind:
            found[name] = name
    return found
