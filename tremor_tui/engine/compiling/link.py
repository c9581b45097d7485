"""Jobs of the compile service and their results, in the frames of `control/wire.py`; one at a time."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from tremor_tui.control.editing import Edit, Edited, Kinds, KindsListed, Outline, Outlined
from tremor_tui.control.letters import Letter, Rehearsal
from tremor_tui.control.snapshots import FileText, PreviewResult
from tremor_tui.control.wire import prefixed
from tremor_tui.engine.compiling.questions import Question, Reply
from tremor_tui.engine.executors.link import Texts
from tremor_tui.errors import ControlError
from tremor_tui.model.diagnostic import Diagnostic

T = TypeVar("T")


class Plan(msgspec.Struct, frozen=True, tag="plan"):
    """What does this .troy file deploy? Answered with `Planned`."""

    source: Texts


class Diagnose(msgspec.Struct, frozen=True, tag="diagnose"):
    """What is wrong with this file, and with `flow`'s if given? Answered with `Found`."""

    source: Texts
    flow: Texts | None = None


class Where(msgspec.Struct, frozen=True):
    """A script node of a flow that a file deploys."""

    source: Texts
    flow: str
    pipeline: str
    node: str


class Draft(msgspec.Struct, frozen=True, tag="draft"):
    """Run a script, `text` or the one that `where` names, on samples; answered with `Drafted`."""

    text: str
    samples: tuple[str, ...]
    limit_ms: int
    module_path: tuple[str, ...] = ()
    metas: tuple[str, ...] = ()
    where: Where | None = None


class Canvas(msgspec.Struct, frozen=True, tag="canvas"):
    """A request of a canvas; answered with `Drawn`."""

    request: Kinds | Outline | Edit


class NodePlan(msgspec.Struct, frozen=True):
    """A node of a pipeline: its name for people, what it is, and a fingerprint of what it does.

    Where it stands in the text is not in the fingerprint. `holds_state`: between events; `state_key` is what
    that state hangs on, beside the node.
    """

    label: str
    kind: str
    mark: str
    holds_state: bool = False
    state_key: str = ""


class ConnectorPlan(msgspec.Struct, frozen=True):
    """A connector of a flow: its kind, what links make of it, and a fingerprint of what it is made of.

    How often it is measured is not in the fingerprint. `anew` says what it means that one with other settings
    takes its place.
    """

    kind: str
    mark: str
    is_source: bool = False
    is_sink: bool = False
    anew: str = ""


class FlowPlan(msgspec.Struct, frozen=True):
    """The shape of a flow, with a fingerprint of each connector and pipeline, and `parts`: its connectors.

    `nodes` are those of each pipeline by their ids, but for ports and streams; `wiring` is a fingerprint of
    its edges. `lines` maps a line of generated Python to file and line of tremor, by the generated file's
    name.
    """

    alias: str
    definition: str = ""
    connectors: dict[str, str] = {}
    links: tuple[str, ...] = ()
    pipelines: dict[str, str] = {}
    nodes: dict[str, dict[str, NodePlan]] = {}
    wiring: dict[str, str] = {}
    lines: dict[str, list[tuple[int, str, int]]] = {}
    parts: dict[str, ConnectorPlan] = {}


class Planned(msgspec.Struct, frozen=True, tag="planned"):
    """The flows of a file and every text that it is made of; flows are missing where it did not compile."""

    flows: tuple[FlowPlan, ...] = ()
    files: tuple[FileText, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


class Found(msgspec.Struct, frozen=True, tag="found"):
    """Diagnostics; none means fine."""

    diagnostics: tuple[Diagnostic, ...] = ()


class Drafted(msgspec.Struct, frozen=True, tag="drafted"):
    """What a draft made of its samples."""

    results: tuple[PreviewResult, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


class Unmade(msgspec.Struct, frozen=True, tag="unmade"):
    """An edit that cannot be made, and what to do instead."""

    message: str
    hint: str = ""


class Drawn(msgspec.Struct, frozen=True, tag="drawn"):
    """The answer to a request of a canvas."""

    answer: KindsListed | Outlined | Edited | Unmade


class Broken(msgspec.Struct, frozen=True, tag="broken"):
    """The compiler itself failed: a bug, with its traceback for the log."""

    message: str
    traceback: str = ""


class Rehearse(msgspec.Struct, frozen=True, tag="rehearse"):
    """What would become of letters of this flow? Answered with `Tried`."""

    source: Texts
    flow: str
    letters: tuple[Letter, ...]


class Tried(msgspec.Struct, frozen=True, tag="tried"):
    """What would become of each letter."""

    results: tuple[Rehearsal, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


Job = Plan | Diagnose | Draft | Canvas | Rehearse | Question
Outcome = Planned | Found | Drafted | Drawn | Tried | Broken | Reply

_encoder = msgspec.json.Encoder()
_jobs: msgspec.json.Decoder[Job] = msgspec.json.Decoder(Job)
_outcomes: msgspec.json.Decoder[Outcome] = msgspec.json.Decoder(Outcome)


def encode(frame: Job | Outcome) -> bytes:
    """A frame with its length. Raises ControlError where it is too long."""
    return prefixed(_encoder.encode(frame))


def decode_job(body: bytes) -> Job:
    """What the supervisor sent. Raises ControlError."""
    return _decode(_jobs, body)


def decode_outcome(body: bytes) -> Outcome:
    """What the compile service sent. Raises ControlError."""
    return _decode(_outcomes, body)


def _decode(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ControlError(f"a malformed frame: {error}") from None
