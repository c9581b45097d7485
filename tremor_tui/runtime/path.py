"""Path: where one event was and when, from its source's read to the end of each branch of its way.

A batch that may hold the event carries its path (`Batch.trace`); each task that takes one asks for the row.
All other batches cost a look at that field. In a pipeline's step with such a batch each operator has a
stand-in that notes the event's row coming and going, as for `shares.py`.

Copies: `live` counts how many rows of the event are on their way between tasks; with none left its way is
over. A window or a batch that keeps the event ends its way: what it makes of it later is another event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from sys import intern
from typing import TYPE_CHECKING, Any, Final

import orjson

from tremor_tui.control.events import Hop, HopEnd, Trace
from tremor_tui.model.batch import Batch, Value
from tremor_tui.model.record import dataclass
from tremor_tui.model.values import ValueFault, to_json

if TYPE_CHECKING:
    from tremor_tui.operators.contract import Operator, Outputs
    from tremor_tui.pipeline.graph import Graph, Node

MAX_HOPS: Final = 200
MAX_VALUE: Final = 16 * 1024
Emissions = list[tuple[str, Batch]]


@dataclass(frozen=True, slots=True)
class Shown:
    """What is kept to show an event: its frame, its value, or of a large one the beginning of its text.

    `nbytes` is about what it weighs.
    """

    kept: Value
    is_frame: bool
    is_text: bool
    nbytes: int

    @classmethod
    def of(cls, batch: Batch) -> Shown:
        """The first event of a batch. A framed batch stays so."""
        if batch.raws is not None:
            frame = batch.raws[0]
            is_whole = len(frame) <= MAX_VALUE
            return cls(
                frame if is_whole else frame[:MAX_VALUE], True, not is_whole, min(len(frame), MAX_VALUE)
            )
        nbytes = batch.nbytes // len(batch)
        if nbytes <= MAX_VALUE:
            return cls(batch.values[0], False, False, nbytes)
        text = _text(batch.values[0])
        return cls(text, False, True, len(text))

    @property
    def text(self) -> str:
        """JSON, cut where it is too long."""
        if self.is_frame:
            frame: bytes = self.kept
            return frame.decode("utf-8", "ignore") if self.is_text else _text_of_frame(frame)
        return str(self.kept) if self.is_text else _text(self.kept)


@dataclass(slots=True)
class Stay:
    """A hop that is being written; times by the wall clock."""

    node: str
    at_ns: int
    port: str = ""
    until_ns: int = 0
    ports: list[str] = field(default_factory=list)
    end: HopEnd = ""


@dataclass(slots=True, eq=False)
class Path:
    """One event's way. `batch_source` and `stream` are its batch's, `event_id` its row's."""

    number: int
    flow: str
    source: str
    batch_source: int
    stream: int
    event_id: int
    read_ns: int
    shown: Shown
    now: Callable[[], int]
    stays: list[Stay] = field(default_factory=list)
    live: int = 1
    on_over: Callable[[], None] | None = None

    @property
    def nbytes(self) -> int:
        """About what keeping it takes."""
        return self.shown.nbytes

    def row(self, batch: Batch) -> int:
        """Where the event is in a batch, -1 where it is not."""
        if (batch.source, batch.stream) != (self.batch_source, self.stream):
            return -1
        try:
            return batch.ids.index(self.event_id)
        except ValueError:
            return -1

    def is_row(self, batch: Batch, row: int) -> bool:
        """Whether a row is the event's."""
        mine = (batch.source, batch.stream) == (self.batch_source, self.stream)
        return mine and batch.ids[row] == self.event_id

    def copies(self, batch: Batch) -> int:
        """How many rows of a batch are the event's."""
        if (batch.source, batch.stream) != (self.batch_source, self.stream):
            return 0
        return batch.ids.count(self.event_id)

    def enter(self, node: str, port: str = "") -> Stay:
        """The event has come to a node."""
        stay = Stay(intern(node), self.now(), port)  # the same few names, again and again
        if len(self.stays) < MAX_HOPS:
            self.stays.append(stay)
        return stay

    def leave(self, stay: Stay, ports: Iterable[str], end: HopEnd = "") -> None:
        """It has left, or its way has ended there."""
        stay.until_ns = self.now()
        stay.ports += ports
        stay.end = end

    def settle(self, by: int) -> None:
        """So many more rows of it, or fewer, are on their way."""
        self.live += by
        if self.live <= 0 and self.on_over is not None:
            tell, self.on_over = self.on_over, None
            tell()

    def sent(self, stay: Stay, emissions: Emissions, links: Mapping[str, Sequence[Any]], took: int) -> None:
        """A task that took so many rows of it has sent these batches; those with the event keep its path."""
        going, gone = 0, []
        for port, batch in emissions:
            copies = self.copies(batch)
            batch.trace = self if copies else None
            if copies:
                stay.ports.append(port)
                gone.append(port)
                going += copies * len(links.get(port, ()))
        if gone and not going:
            stay.end = "discarded"
        stay.until_ns = self.now()
        self.settle(going - took)

    def picture(self) -> Trace:
        """It as it is now."""
        hops = tuple(
            Hop(
                one.node,
                max(0, one.at_ns - self.read_ns),
                max(0, one.until_ns - self.read_ns) if one.until_ns else 0,
                one.port,
                tuple(dict.fromkeys(one.ports)),
                one.end,
            )
            for one in self.stays
        )
        return Trace(self.number, self.flow, self.source, self.read_ns, hops, self.live <= 0, self.shown.text)


def step_followed(
    path: Path, alias: str, graph: Graph, port: str, batch: Batch, now_ns: int, links: Mapping[str, Any]
) -> Emissions:
    """A graph's step with a batch whose path is recorded."""
    took = path.copies(batch)
    if not took:
        batch.trace = None
        return graph.step(port, batch, now_ns)
    if graph.is_fused:
        graph.chain(port)  # what is fused is found of the operators, not of what stands in for them here
    stay = path.enter(f"pipeline/{alias}", port)
    nodes = graph._nodes
    operators = [node.operator for node in nodes]
    first = len(path.stays)
    for node in nodes:
        node.operator = Followed(node, path, f"pipeline/{alias}:{node.stats.id}")
    try:
        made = graph.step(port, batch, now_ns)
    finally:
        for node, operator in zip(nodes, operators, strict=True):
            node.operator = operator
    if not any(path.copies(one) for _, one in made):
        stay.end = next((one.end for one in reversed(path.stays[first:]) if one.end), "kept")
    path.sent(stay, made, links, took)
    return made


class Followed:
    """Stands in for an operator during one step; notes the row of the event."""

    def __init__(self, node: Node, path: Path, name: str) -> None:
        self._node = node
        self._operator: Operator = node.operator
        self._path = path
        self._name = name

    def on_batch(self, port: str, batch: Batch) -> Outputs:
        """Calls the operator; notes when the event came, when and by which ports it left."""
        path = self._path
        if not path.copies(batch):
            return self._operator.on_batch(port, batch)
        stay = path.enter(self._name, port)
        dropped, errors = self._operator.dropped, self._operator.errors
        outputs = self._operator.on_batch(port, batch)
        ports = []
        for name, made in outputs:
            if path.copies(made):
                made.trace = path
                ports.append(name)
        path.leave(stay, ports, self._end(ports, dropped, errors))
        return outputs

    def _end(self, ports: list[str], dropped: int, errors: int) -> HopEnd:
        if ports:
            return "" if any(port in self._node.routes for port in ports) else "discarded"
        if self._operator.errors > errors:
            return "failed"
        return "dropped" if self._operator.dropped > dropped else "kept"

    def __getattr__(self, name: str) -> Any:
        return getattr(self._operator, name)


def _text_of_frame(frame: bytes) -> str:
    try:
        return _text(orjson.loads(frame))
    except orjson.JSONDecodeError:  # what the codec could read in its own way
        return frame.decode("utf-8", "ignore")


def _text(value: Value) -> str:
    try:
        return to_json(value)[:MAX_VALUE]
    except ValueFault:
        return '"cannot be shown"'
