"""A slow executor that moves one event at a time as tremor does, to compare the graph with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Emission = tuple[str, Any]
Step = Callable[[str, Any], list[Emission]]
"""(input port, value) to (output port, value) pairs; may keep state."""


@dataclass
class Reference:
    """`steps` says what each node does; `routes` are (node, port) to (node, port) pairs in order."""

    steps: Mapping[str, Step]
    outputs: Sequence[str]
    routes: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)

    def connect(self, source: str, port: str, target: str, target_port: str) -> None:
        self.routes.setdefault((source, port), []).append((target, target_port))

    def send(self, port: str, value: Any) -> list[Emission]:
        """What one event makes leave, in order."""
        stack = [(port, port, value)]
        returns: list[Emission] = []
        while stack:
            node, arrived, event = stack.pop()
            if node in self.outputs:
                returns.append((node, event))
                continue
            for out, made in self.steps[node](arrived, event):
                stack += [(target, into, made) for target, into in self.routes.get((node, out), [])]
        return returns[::-1]
