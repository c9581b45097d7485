"""Outlet: batches through codec and postprocessors, as pieces of bytes for a sink to write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field

from tremor_tui.codecs.contract import Codec, Projecting
from tremor_tui.interceptors.contract import Postprocessor
from tremor_tui.model.batch import Batch, Meta, Value
from tremor_tui.model.record import dataclass

Refused = list[tuple[int, Exception]]
"""Row and error of what does not encode."""


@dataclass(slots=True)
class Outlet:
    """Makes pieces of batches; one chain of postprocessors for each port. No codec: pieces are empty."""

    codec: Codec | None
    make_chain: Callable[[], list[Postprocessor]]
    _writes_json: bool = False
    _chains: dict[str, list[Postprocessor]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._writes_json = isinstance(self.codec, Projecting) and self.codec.is_plain

    def encode(self, port: str, batch: Batch) -> tuple[list[bytes], Batch, Refused]:
        """The pieces, the batch of the rows in them, and the rows that were refused."""
        if self.codec is None:
            return [], batch, []
        if batch.raws is not None and self._writes_json:
            return self._process(port, batch.raws), batch, []
        frames, bad = self.codec.encode_batch(batch.values)
        if bad:
            wrong = {row for row, _ in bad}
            batch = batch.take([row for row in range(len(batch)) if row not in wrong])
        return self._process(port, frames), batch, bad

    def finish(self) -> list[tuple[str, list[bytes]]]:
        """What postprocessors still hold, by port, at the end of the sink."""
        held = []
        for port, chain in self._chains.items():
            frames: list[bytes] = []
            for one in chain:
                frames = [*(one.process(frames) if frames else ()), *one.finish()]
            if frames:
                held.append((port, frames))
        return held

    def _process(self, port: str, frames: Sequence[bytes]) -> list[bytes]:
        chain = self._chains.get(port)
        if chain is None:
            chain = self._chains[port] = self.make_chain()
        made = list(frames)
        for one in chain:
            made = one.process(made)
        return made


def unfold(batch: Batch) -> Batch:
    """The events inside the rows of an `inner` batch, one row each; others as they are."""
    if not batch.inner:
        return batch
    values: list[Value] = []
    rows: list[int] = []
    for row, value in enumerate(batch.values):
        events = value if isinstance(value, list) else [value]
        values.extend(events)
        rows.extend([row] * len(events))
    metas: list[Meta | None] | None = [batch.metas[row] for row in rows] if batch.metas else None
    flat = batch.replace(rows, values, metas)
    flat.inner = False
    flat.nbytes = batch.nbytes
    return flat
