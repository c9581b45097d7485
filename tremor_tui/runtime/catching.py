"""Catching: how each kind of task tells of what failed in it, with the event that came in.

In a pipeline a node that fails is told of by the graph, with the row's id; the row that entered is found by
that id in the batch that the pipeline is stepping. An event that fails in two branches is one letter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from tremor_tui.control.letters import Stage
from tremor_tui.errors import DataError
from tremor_tui.model.batch import REPLAY, Batch, Meta, Value
from tremor_tui.model.diagnostic import Span
from tremor_tui.model.origin import OriginUri
from tremor_tui.model.port import ERR
from tremor_tui.pipeline.emits import emitting, said
from tremor_tui.runtime.letters import LOST, MIXED, Caught, FlowLetters, reason_of, replayed, told

if TYPE_CHECKING:
    from tremor_tui.pipeline.graph import Graph
    from tremor_tui.runtime.tasks.task import Task

LEFT = "left over when the flow was ended by force"


class Catcher:
    """Hears of what fails in one pipeline while it steps."""

    def __init__(self, task: Task, letters: FlowLetters) -> None:
        self._task = task
        self._letters = letters
        self._graph: Graph | None = None
        self._port = ""
        self._batch: Batch | None = None
        self._caught: dict[int, Caught | None] = {}
        self._places: dict[int, int] = {}
        self._emits: dict[str, tuple[Span | None, str]] = {}

    def enter(self, graph: Graph, port: str, batch: Batch | None) -> None:
        """A step begins: with a batch, or with a signal."""
        if graph is not self._graph:
            self._graph = graph
            self._emits.clear()
            graph.catch(self._note)
        self._port, self._batch = port, batch
        if self._caught:
            self._caught = {}
        if self._places:
            self._places = {}

    def leave(self, emissions: Sequence[tuple[str, Batch]]) -> None:
        """A step is over; these are what it sent out."""
        for port, batch in emissions:
            if port == ERR:
                self._send_to_err(batch)
        if not self._caught or self._batch is None:
            return
        ids = self._batch.ids
        gone = {one for port, batch in emissions if port != ERR for one in batch.ids}
        for row, caught in self._caught.items():
            if caught is not None and ids[row] in gone:
                caught.went_on = True

    def passed_on(
        self, batch: Batch, emissions: Iterable[tuple[str, Batch]], links: Mapping[str, Sequence[object]]
    ) -> None:
        """Counts the copies of letters that went on."""
        onward: Counter[int] = Counter()
        for port, made in emissions:
            if made.source == REPLAY:
                onward.update(dict.fromkeys(made.ids, len(links.get(port, ()))))
        self._letters.moved(batch, onward)

    def _send_to_err(self, batch: Batch) -> None:
        """Tells of rows that leave by `err` though nothing failed: the query sent them there."""
        for event_id, value in zip(batch.ids, batch.values, strict=True):
            row = self._row(event_id, value)
            if row is None or row not in self._caught:
                self._note("", None, event_id, value, None, value)

    def _note(
        self,
        node: str,
        error: DataError | None,
        event_id: int | None,
        event: Value,
        meta: Meta | None,
        sent: Value,
    ) -> None:
        row = self._row(event_id, event) if event_id is not None else None
        message, hint, span = told(error) if error is not None else self._chosen(node, sent)
        if row is not None and row in self._caught:
            first = self._caught[row]
            if first is not None:
                first.also.append(f"and in `{node}`: {message}")
            return
        batch, ours = self._batch, error is None and message == self._emits[node][1]
        reason = message if ours else reason_of(message)
        replay_of = self._replay_of(row, event_id)
        if not self._letters.admits(reason, replay_of):
            if row is not None:
                self._caught[row] = None
            return
        task = self._task
        caught = Caught(
            task.id,
            "emit" if error is None else "node",
            reason,
            message,
            self._letters.clock.wall_ns(),
            task.version,
            event,
            meta,
            self._port,
            node,
            hint,
            span,
            replay_of=replay_of,
        )
        if batch is not None and row is not None:
            caught.value, caught.meta = batch.values[row], batch.meta(row)
            caught.origin, caught.ingest_ns = batch.origin, batch.ingest(row)
            self._caught[row] = caught
        else:
            caught.lasting = MIXED if event_id is not None and batch is not None else LOST
        self._letters.keep(caught)

    def _replay_of(self, row: int | None, event_id: int | None) -> int:
        batch = self._batch
        if batch is None or batch.source != REPLAY:
            return 0
        return batch.ids[row] if row is not None else event_id or 0

    def _row(self, event_id: int, event: Value) -> int | None:
        """The row of an id in the batch that entered; of several, the one that is this very value."""
        batch = self._batch
        if batch is None:
            return None
        ids = batch.ids
        if isinstance(ids, range):
            row = event_id - ids.start
            return row if 0 <= row < len(ids) else None
        if not self._places:
            for place, one in enumerate(ids):
                self._places[one] = -1 if one in self._places else place
        row = self._places.get(event_id, -2)
        if row == -1:
            row = next((n for n, v in enumerate(batch.values) if v is event and ids[n] == event_id), -1)
        return row if row >= 0 else None

    def _chosen(self, node: str, sent: Value) -> tuple[str, str, Span | None]:
        """What is to be said of an event that was sent to `err` on purpose."""
        if node not in self._emits:
            ir = self._letters.irs.get(self._task.alias)
            self._emits[node] = emitting(ir.query if ir else None, node)
        span, text = self._emits[node]
        return said(sent, text), "", span


# -- sources and sinks ---------------------------------------------------------------------------------


def catch_frames(
    task: Task,
    letters: FlowLetters,
    stage: Literal["cut", "decode"],
    errors: Sequence[tuple[bytes, Exception, int]],
    meta: Meta | None,
    origin: OriginUri | None,
    replay_of: int = 0,
) -> None:
    """Keeps frames that a source could not read; once more, if they were the letter `replay_of`."""
    now_ns = letters.clock.wall_ns()
    for frame, error, _ in errors:
        message, hint, span = told(error)
        reason = reason_of(message)
        if letters.admits(reason, replay_of):
            caught = Caught(task.id, stage, reason, message, now_ns, task.version, meta=meta, port="out")
            caught.hint, caught.span, caught.raw, caught.origin = hint, span, frame, origin
            caught.ingest_ns, caught.replay_of = now_ns, replay_of
            letters.keep(caught)


def catch_rows(
    task: Task,
    letters: FlowLetters,
    stage: Literal["encode", "write"],
    port: str,
    batch: Batch,
    refused: Iterable[tuple[int, Exception]],
) -> None:
    """Keeps rows that a sink could not write."""
    now_ns = letters.clock.wall_ns()
    for row, error in refused:
        message, hint, span = told(error)
        reason, replay_of = reason_of(message), replayed(batch, row)
        if letters.admits(reason, replay_of):
            caught = _of_row(task, stage, reason, port, batch, row, now_ns)
            caught.message, caught.hint, caught.span, caught.replay_of = message, hint, span, replay_of
            letters.keep(caught)


def catch_left(tasks: Sequence[Task], letters: FlowLetters) -> None:
    """Keeps what is left in a flow that was ended by force: in channels, on the way, in sinks' hands.

    Of transactional sources nothing is kept, as those give their events again.
    """
    takers = {id(task.channel): task for task in tasks if task.channel is not None}
    for task in tasks:
        for port, batch in task.channel.waiting() if task.channel is not None else ():
            _keep_left(task, letters, port, batch, "dead")
        for link, batch in task.unsent():
            _keep_left(takers[id(link.channel)], letters, link.port, batch, "dead")
        hand = task.in_hand()
        if hand is not None:
            _keep_left(task, letters, *hand, "uncertain")


def _keep_left(
    task: Task, letters: FlowLetters, port: str, batch: Batch, state: Literal["dead", "uncertain"]
) -> None:
    if batch.transactional or batch.source == REPLAY:  # the latter are letters already, and lost ones
        return
    now_ns = letters.clock.wall_ns()
    for row in range(len(batch)):
        caught = _of_row(task, "left", LEFT, port, batch, row, now_ns)
        caught.state = state
        if state == "uncertain":
            caught.hint = "it was being written and may have arrived"
        letters.keep(caught)


def _of_row(task: Task, stage: Stage, reason: str, port: str, batch: Batch, row: int, now_ns: int) -> Caught:
    return Caught(
        task.id,
        stage,
        reason,
        reason,
        now_ns,
        task.version,
        batch.values[row],
        batch.meta(row),
        port,
        origin=batch.origin,
        ingest_ns=batch.ingest(row),
    )
