"""Letters of one flow on their way to the supervisor: what failed, how much is kept, what was sent again.

Where nothing fails this costs a call for each batch. Where all fails it is bounded: beyond `RATE` a second,
or `MAX_BYTES` at once, failures are counted by reason and not kept. Values are made into text when
they are fetched, ten times a second, so that a failure costs its task little.

What is sent again has the source `REPLAY` and its letter's number as id. A letter is *settled* when no task
holds anything of it: each counts as one copy from where it is sent in to the sink that wrote it, or the
node that let it go. Windows and batching take their copies in, as they do with every event.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import lru_cache
from typing import Final

from tremor_tui.connectors.contract import Clock
from tremor_tui.control.letters import CUT, MAX_EVENT, Letter, LetterState, Stage
from tremor_tui.errors import ScriptError, TremorError
from tremor_tui.language.ir.deploy import PipelineIR
from tremor_tui.model.batch import REPLAY, Batch, Meta, Value
from tremor_tui.model.diagnostic import Span
from tremor_tui.model.origin import OriginUri
from tremor_tui.model.packing import pack
from tremor_tui.model.record import dataclass
from tremor_tui.model.values import BadJson, ValueFault, from_json, to_json

RATE: Final = 1000
"""Letters of one flow that are kept each second, and at once."""
MAX_BYTES: Final = 1024 * 1024
LEFT_BYTES: Final = 32 * 1024 * 1024
"""Bytes of letters of one flow that are handed on at once; of what is left over at the end, once."""
MAX_REASONS: Final = 200
LOST: Final = "what failed is the result of a window, and the events in it are not kept"
MIXED: Final = "several events of one id came in together, so it is not known which of them failed"

_NUMBER = re.compile(r"(?<![\w`])[-+]?\d[\d_.,]*")
_QUOTED = re.compile(r'"[^"]*"')
_NAMED = re.compile(r"`([^`]*)`")
_NAME = re.compile(r"[^\s\"{}\[\]]{1,40}")


def reason_of(message: str) -> str:
    """The sentence of a message without the values in it, so that what failed in one way has one reason."""
    return _reason(message[:400])


@lru_cache(4096)
def _reason(message: str) -> str:
    line = next((one for one in message.splitlines() if one.strip()), "failed").strip()
    line = _QUOTED.sub('"…"', _NAMED.sub(_named, line))
    return _NUMBER.sub("N", line)[:120]


def _named(found: re.Match[str]) -> str:
    """What stands in backticks, if it may be a name."""
    return found[0] if _NAME.fullmatch(found[1]) else "`…`"


@dataclass(slots=True)
class Caught:
    """A failure as its task has it; a Letter is made of it when it is fetched.

    `replay_of`: the letter that this is a further failure of. `raw`: the bytes that a source could not read.
    """

    task: str
    stage: Stage
    reason: str
    message: str
    at_ns: int
    version: int
    value: Value = None
    meta: Meta | None = None
    port: str = "in"
    node: str = ""
    hint: str = ""
    span: Span | None = None
    raw: bytes | None = None
    origin: OriginUri | None = None
    ingest_ns: int = 0
    replay_of: int = 0
    lasting: str = ""
    went_on: bool = False
    state: LetterState = "dead"
    also: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Gathered:
    """What became of a flow's letters since it was last asked.

    `again` are further failures of letters, by their numbers. `missed` counts failures that are not kept,
    by reason. `settled` letters are through, `reached` those of them that a sink wrote; `lost` were on their
    way when the flow ended.
    """

    flow: str
    letters: list[Letter] = field(default_factory=list)
    again: list[tuple[int, Letter]] = field(default_factory=list)
    missed: dict[str, int] = field(default_factory=dict)
    settled: list[int] = field(default_factory=list)
    reached: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.letters or self.again or self.missed or self.settled or self.lost)


class FlowLetters:
    """What failed in one flow and was not fetched yet, and which letters are on their way through it."""

    def __init__(self, flow: str, clock: Clock, irs: Mapping[str, PipelineIR]) -> None:
        self.flow = flow
        self.clock = clock
        self.irs = irs
        self.has_ended = False
        self._room = float(RATE)
        self._filled_ns = clock.monotonic_ns()
        self._caught: list[Caught] = []
        self._missed: Counter[str] = Counter()
        self._flying: dict[int, int] = {}
        self._failed: set[int] = set()
        self._reached: set[int] = set()
        self._settled: list[int] = []
        self._lost: list[int] = []

    # -- what fails ----------------------------------------------------------------------------------

    def admits(self, reason: str, replay_of: int = 0) -> bool:
        """Whether one more failure is kept; else it is counted. The first of a replayed letter always is."""
        if replay_of in self._flying and replay_of not in self._failed:
            self._failed.add(replay_of)
            return True
        if self._room < 1:
            self.miss(reason)
            return False
        self._room -= 1
        return True

    def keep(self, caught: Caught) -> None:
        """Keeps a failure that was admitted."""
        self._caught.append(caught)

    def miss(self, reason: str, count: int = 1) -> None:
        """Counts failures that are not kept."""
        known = reason in self._missed or len(self._missed) < MAX_REASONS
        self._missed[reason if known else "others"] += count

    # -- what is sent again --------------------------------------------------------------------------

    def launch(self, ids: Iterable[int], copies: int = 1) -> None:
        """Letters are about to be sent, so many copies of each."""
        for one in ids:
            self._flying[one] = self._flying.get(one, 0) + copies
            self._failed.discard(one)
            self._reached.discard(one)

    @property
    def is_flying(self) -> bool:
        """Whether any letter is on its way."""
        return bool(self._flying)

    def recall(self, ids: Iterable[int]) -> None:
        """They were not sent after all."""
        for one in ids:
            self._flying.pop(one, None)

    def moved(self, batch: Batch, onward: Mapping[int, int]) -> None:
        """A task has taken a batch of them, and has sent so many copies of each on."""
        for one in set(batch.ids):
            copies = self._flying.get(one)
            if copies is None:
                continue
            copies += onward.get(one, 0) - 1
            if copies > 0:
                self._flying[one] = copies
            else:
                del self._flying[one]
                self._settled.append(one)

    def copied(self, batch: Batch, copies: int) -> None:
        """So many more copies of each of a batch are on their way."""
        for one in set(batch.ids):
            if one in self._flying:
                self._flying[one] += copies

    def arrived(self, batch: Batch) -> None:
        """A sink is done with a batch of them."""
        self._reached.update(one for one in batch.ids if one not in self._failed)
        self.moved(batch, {})

    def end(self) -> None:
        """The flow has ended; what is on its way will not arrive."""
        self._lost += self._flying
        self._flying.clear()
        self.has_ended = True

    # -- fetching ------------------------------------------------------------------------------------

    @property
    def is_quiet(self) -> bool:
        """Whether a fetch would find nothing and make no more room."""
        news = self._caught or self._missed or self._settled or self._lost
        return not news and self._room >= RATE

    def fetch(self) -> Gathered:
        """What there is since the last time; from now on there is room for more."""
        self._refill()
        got = Gathered(self.flow)
        caught, self._caught = self._caught, []
        size = 0
        for one in caught:
            if size > (LEFT_BYTES if one.stage == "left" else MAX_BYTES) and not one.replay_of:
                self.miss(one.reason)
                continue
            letter = letter_of(self.flow, one)
            size += len(letter.event) + len(letter.packed) + len(letter.raw)
            if one.replay_of:
                got.again.append((one.replay_of, letter))
            else:
                got.letters.append(letter)
        got.missed, self._missed = dict(self._missed), Counter()
        got.settled, self._settled = self._settled, []
        got.reached = [one for one in got.settled if one in self._reached]
        self._failed.difference_update(got.settled)
        self._reached.difference_update(got.settled)
        got.lost, self._lost = self._lost, []
        return got

    def _refill(self) -> None:
        now = self.clock.monotonic_ns()
        self._room = min(float(RATE), self._room + (now - self._filled_ns) * RATE / 1e9)
        self._filled_ns = now


class LetterBox:
    """The letters of all flows of a runtime."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._flows: list[FlowLetters] = []

    def of(self, flow: str, irs: Mapping[str, PipelineIR]) -> FlowLetters:
        """Where a flow that starts puts its letters. `irs` are its pipelines, kept up to date."""
        for before in self._flows:
            before.has_ended |= before.flow == flow  # one whose flow never came up does not say so itself
        made = FlowLetters(flow, self._clock, irs)
        self._flows.append(made)
        return made

    def fetch(self) -> list[Gathered]:
        """What became of letters since the last time, for each flow where something did."""
        found = [got for flow in self._flows if not flow.is_quiet and (got := flow.fetch())]
        self._flows = [flow for flow in self._flows if not flow.has_ended]
        return found


def told(error: Exception) -> tuple[str, str, Span | None]:
    """What an error says: message, hint and place."""
    span = error.diagnostic.span if isinstance(error, ScriptError) else None
    hint = error.hint if isinstance(error, TremorError) else ""
    return str(error), hint, span


def replayed(batch: Batch, row: int) -> int:
    """The number of the letter that a row is, 0 for live ones."""
    return batch.ids[row] if batch.source == REPLAY else 0


# -- letters of failures -------------------------------------------------------------------------------


def letter_of(flow: str, caught: Caught) -> Letter:
    """The letter of a failure; it has no number yet."""
    try:
        event, meta, packed, raw, is_cut = _texts(caught)
    except (UnicodeError, RecursionError, TypeError) as error:
        event, meta, packed, raw, is_cut = (
            to_json(f"cannot be shown: {_whole(str(error))}"),
            "",
            "",
            "",
            False,
        )
        caught.lasting = caught.lasting or "it holds values that cannot be kept"
    span = caught.span
    message = "\n".join([caught.message, *caught.also])
    lasting = caught.lasting or (f"it is larger than {MAX_EVENT >> 20} MiB and was cut" if is_cut else "")
    return Letter(
        0,
        flow,
        caught.task,
        caught.stage,
        _whole(caught.reason),
        _whole(message[:CUT]),
        caught.node,
        _whole(caught.hint),
        span.file if span else "",
        span.line if span else 0,
        span.column if span else 0,
        caught.at_ns,
        caught.version,
        caught.port,
        state=caught.state,
        event=event,
        meta=meta,
        packed=packed,
        raw=raw,
        origin=str(caught.origin) if caught.origin else "",
        ingest_ns=caught.ingest_ns,
        is_cut=is_cut,
        went_on=caught.went_on,
        lasting=lasting,
    )


def _whole(text: str) -> str:
    """The text without halves of characters, which no frame takes."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _texts(caught: Caught) -> tuple[str, str, str, str, bool]:
    """Event and metadata as JSON, both packed where JSON changes them, raw bytes; whether they were cut."""
    meta, meta_packs = _json(caught.meta or {}) if caught.meta else ("", False)
    if caught.raw is not None:
        raw = caught.raw
        is_cut = len(raw) + len(meta) > MAX_EVENT
        event = raw[:CUT].decode("utf-8", "replace")
        return event, "" if is_cut else meta, "", "" if is_cut else b64encode(raw).decode(), is_cut
    event, packs = _json(caught.value)
    if len(event) + len(meta) > MAX_EVENT:
        return event[:CUT], meta[:CUT], "", "", True
    packed = pack(caught.value, caught.meta) if packs or meta_packs else ""
    if len(packed) > 2 * MAX_EVENT:
        return event[:CUT], meta[:CUT], "", "", True
    return event, meta, packed, "", False


def _json(value: Value) -> tuple[str, bool]:
    """A value as JSON, and whether that says less than the value."""
    try:
        text = to_json(value)
    except ValueFault as fault:
        return to_json(f"cannot be shown: {fault}"), True
    try:
        return text, from_json(text) != value
    except BadJson:
        return text, True
