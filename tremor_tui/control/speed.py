"""Speed: which parts of a flow are on the fast path, what keeps the others off; the request and its answer.

On the fast path a source decodes only the fields that are read, the nodes of a pipeline are one function over
a batch (`pipeline/fusing`), and a sink writes the bytes that came. It is asked for when somebody looks, and
never part of a picture.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from tremor_tui.control.base import Command, Picture


class AskSpeed(Command, frozen=True, tag="ask_speed"):
    """What of a running flow is on the fast path; answered with `Speed`."""

    flow: str


class Slow(Picture, frozen=True):
    """A sentence about a node that is not on the fast path, or keeps others off, with its place if known."""

    text: str
    node: str = ""
    file: str = ""
    line: int = 0


class SourceSpeed(Picture, frozen=True):
    """What a source decodes: those fields of each event, or all of it (None) and why.

    `is_bytes` False: its events are no bytes, so there is nothing to decode.
    """

    alias: str
    fields: tuple[str, ...] | None = None
    slow: tuple[Slow, ...] = ()
    is_bytes: bool = True


class PipelineSpeed(Picture, frozen=True):
    """What of a pipeline is fused behind its input `port`.

    `fused` are the nodes that run as one, `slow` why others do not, `behind` those that do not as what is
    before them does not, `whole` what makes its sources decode whole events. `forms`: how events leave by its
    outputs: as they came, with fields added to their bytes, or made anew. `rests`: just now nothing of it is
    used, as the last batches were out of the ordinary.
    """

    alias: str
    port: str = "in"
    fused: tuple[str, ...] = ()
    slow: tuple[Slow, ...] = ()
    behind: tuple[str, ...] = ()
    whole: tuple[Slow, ...] = ()
    forms: dict[str, Literal["same", "added", "made"]] = msgspec.field(default_factory=dict)
    rests: bool = False


class SinkSpeed(Picture, frozen=True):
    """Whether a sink can write the bytes that came; otherwise its codec encodes every event."""

    alias: str
    writes_bytes: bool = True
    codec: str = ""


class Speed(Picture, frozen=True, tag="speed"):
    """The answer to `AskSpeed`, for one version of a flow. `off`: why nothing of it is, or empty."""

    flow: str
    sources: tuple[SourceSpeed, ...] = ()
    pipelines: tuple[PipelineSpeed, ...] = ()
    sinks: tuple[SinkSpeed, ...] = ()
    off: str = ""
