"""Replaying: sends letters through their flow once more, between its live batches.

An event enters the task where it failed, by the port where it had come in: a pipeline or a sink by its
channel, like any batch; what a source could not read goes through its codec (and a new chain of
preprocessors, if one of those refused it) and over the source's links. Where a channel is full this waits,
as every sender does.
Metadata, origin and ingest time are as they were. The rows are not transactional: nobody is told of them.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Sequence

from tremor_tui.control.letters import Letter
from tremor_tui.errors import ChannelClosed, LifecycleError, TremorError
from tremor_tui.model.batch import MAX_BYTES, MAX_ROWS, REPLAY, Batch, Meta, Value
from tremor_tui.model.origin import OriginUri
from tremor_tui.model.packing import unpack
from tremor_tui.model.port import OUT
from tremor_tui.model.values import ValueFault
from tremor_tui.runtime.bell import Bell
from tremor_tui.runtime.catching import catch_frames
from tremor_tui.runtime.flow import Flow
from tremor_tui.runtime.intake import Stage
from tremor_tui.runtime.letters import FlowLetters
from tremor_tui.runtime.outbox import Link
from tremor_tui.runtime.tasks.pipeline import PipelineTask
from tremor_tui.runtime.tasks.sink import SinkTask
from tremor_tui.runtime.tasks.source import SourceTask
from tremor_tui.runtime.tasks.task import Task

Unsent = list[tuple[int, str]]
"""Letters that were not sent, and why."""


async def replay(flow: Flow, letters: Sequence[Letter]) -> Unsent:
    """Sends letters, in order of their numbers; returns those that were not sent.

    The others are followed, and told of as settled once nothing of them is on its way any more.
    """
    if flow.letters is None:
        raise LifecycleError(f"flow `{flow.alias}` keeps no letters")
    unsent: Unsent = []
    for part in _parts(letters):
        try:
            await _send(_taker(flow, part[0].task), part, flow.letters)
        except (TremorError, ValueFault, ValueError) as error:
            flow.letters.recall(one.id for one in part)
            unsent += [(one.id, str(error)) for one in part]
    return unsent


def _parts(letters: Sequence[Letter]) -> Iterator[list[Letter]]:
    """Letters that may make one batch, in order: of one task, port and origin, as large as a source's."""
    part: list[Letter] = []
    size = 0
    for letter in sorted(letters, key=lambda one: one.id):
        same = part and _way(part[0]) == _way(letter) and not letter.raw
        if part and not (same and len(part) < MAX_ROWS and size + len(letter.event) <= MAX_BYTES):
            yield part
            part, size = [], 0
        part.append(letter)
        size += len(letter.event)
    if part:
        yield part


def _way(letter: Letter) -> tuple[str, str, str]:
    return letter.task, letter.port, letter.origin


def _taker(flow: Flow, task: str) -> Task:
    """The task of that id. Raises LifecycleError where it does not run."""
    if flow.state not in ("running", "paused") or flow.is_stopping:
        raise LifecycleError(f"flow `{flow.alias}` is {flow.state}", "deploy it anew")
    found = next((one for one in flow.tasks if one.id == task), None)
    if found is None:
        raise LifecycleError(f"`{task}` is no longer in the flow")
    return found


async def _send(task: Task, letters: list[Letter], kept: FlowLetters) -> None:
    """Sends all of these or none. Raises TremorError, ValueFault or ValueError."""
    port, ids = letters[0].port, [one.id for one in letters]
    if isinstance(task, SourceTask):
        await _send_bytes(task, letters[0], kept)
        return
    assert isinstance(task, (PipelineTask, SinkTask))
    if isinstance(task, PipelineTask) and port not in task.graph.inputs:
        raise LifecycleError(f"`{task.id}` no longer has the input `{port}`")
    values, metas = zip(*map(contents, letters), strict=True)
    batch = _batch(letters, list(values), ids, list(metas))
    kept.launch(ids)
    await task.channel.send(port, batch, Bell())


async def _send_bytes(task: SourceTask, letter: Letter, kept: FlowLetters) -> None:
    stage: Stage = "cut" if letter.stage == "cut" else "decode"
    values, size, bad = task.intake.again(stage, b64decode(letter.raw))
    meta = contents(letter)[1]
    links = task.outbox.links.get(OUT, ()) if values else ()
    count = len(values)
    batch = _batch([letter] * count, values, [letter.id] * count, [meta] * count)
    batch.nbytes = size
    kept.launch([letter.id])
    if bad:
        catch_frames(task, kept, stage, bad, meta, _origin(letter), letter.id)
    for number, link in enumerate(links):
        kept.copied(batch, 1)
        try:
            await _push(link, batch)
        except ChannelClosed:
            if not number and not bad:
                raise  # nothing of it was sent
            kept.moved(batch, {})
    kept.moved(_batch([letter], [None], [letter.id], [None]), {})


async def _push(link: Link, batch: Batch) -> None:
    """Sends over one link, and waits for room. Raises ChannelClosed."""
    bell = Bell()
    while not link.push(batch):
        if link.channel.is_closed:
            raise ChannelClosed("the task that takes these events has ended")
        link.channel.call_when_free(bell)
        await bell.wait()


def _batch(letters: list[Letter], values: list[Value], ids: list[int], metas: list[Meta | None]) -> Batch:
    return Batch(
        values,
        ids,
        [one.ingest_ns for one in letters],
        metas if any(metas) else None,
        nbytes=sum(len(one.event) for one in letters),
        source=REPLAY,
        origin=_origin(letters[0]) if letters else None,
    )


def contents(letter: Letter) -> tuple[Value, Meta | None]:
    """The event and metadata that a letter keeps. Raises ValueError where they are not whole."""
    return unpack("" if letter.raw else letter.event, letter.meta, letter.packed)


def _origin(letter: Letter) -> OriginUri | None:
    return OriginUri.parse(letter.origin) if letter.origin else None
