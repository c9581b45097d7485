"""Tap: an open tap as the workbench keeps it: the last events, what of them is shown, and how many passed."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from tremor_tui.control.events import OpenTap, Sample, TapSamples, Top
from tremor_tui.control.picking import MISSING, FieldPath
from tremor_tui.workbench.finding import json_fields, wanted
from tremor_tui.workbench.terminal import clean

RING = 500
"""Events that a tap keeps."""
PER_SECOND = 20.0
RATES = (1.0, 5.0, 20.0, 50.0, 100.0)
"""What `+` and `-` go through, in events a second."""


@dataclass(slots=True)
class Tap:
    """An open tap: its edge, the last events, and how many passed.

    `wanted` says what of it is shown, in the grammar of `finding`; `matching`, `top`, `per_second` and
    `trace` are as in `control.events.OpenTap`. `fields` are shown as columns in place of the event.
    `marked` events are exported alone.
    """

    edge: str
    title: str
    number: int = 0
    ring: deque[Sample] = field(default_factory=lambda: deque(maxlen=RING))
    sampled: int = 0
    seen: int = 0
    is_held: bool = False
    missed: int = 0
    wanted: str = ""
    per_second: float = PER_SECOND
    matching: str = ""
    top: str = ""
    trace: bool = False
    fields: tuple[FieldPath, ...] = ()
    looked: int = 0
    matched: int = 0
    failed: int = 0
    failure: str = ""
    note: str = ""
    counts: Top | None = None
    marked: list[Sample] = field(default_factory=list)

    def shown(self) -> list[Sample]:
        """The kept events that are wanted, by event and metadata, oldest first."""
        asked = wanted(self.wanted)
        return [
            sample
            for sample in self.ring
            if asked.finds(f"{sample.value} {sample.meta}", json_fields(sample.value, sample.meta))
        ]

    def take(self, samples: TapSamples) -> None:
        """Takes in what an engine pushed of it."""
        self.seen = samples.seen_total or self.seen + samples.seen
        self.sampled += len(samples.samples)
        self.looked, self.matched = samples.looked_total, samples.matched_total
        self.failed, self.failure = samples.failed_total, samples.failure
        self.counts, self.note = samples.top, samples.note
        if self.is_held:
            self.missed += len(samples.samples)
        else:
            self.ring.extend(samples.samples)

    def forget(self) -> None:
        """What it counted is of another expression: it begins anew."""
        self.ring.clear()
        self.marked.clear()
        self.sampled = self.seen = self.looked = self.matched = self.failed = self.missed = 0
        self.failure, self.note, self.counts = "", "", None

    def request(self) -> OpenTap:
        """What opens it."""
        return OpenTap(self.edge, self.per_second, self.matching, self.top, self.trace)

    def cells(self, sample: Sample) -> list[str]:
        """The picked fields of an event as texts; `-` where it has none, `?` where it was cut."""
        try:
            value = json.loads(sample.value)
            meta = json.loads(sample.meta) if sample.meta else {}
        except (ValueError, RecursionError):
            return ["?"] * len(self.fields)
        return [_cell(path.of(value, meta)) for path in self.fields]


def exported(taps: Iterable[Tap]) -> list[str]:
    """The marked events of taps as lines of JSON, or all that are shown where none is marked."""
    taps = list(taps)
    is_marked = any(tap.marked for tap in taps)
    lines = []
    for tap in taps:
        for sample in tap.marked if is_marked else tap.shown():
            meta = sample.meta or "{}"
            edge = json.dumps(tap.edge)
            value = sample.value if not sample.cut else json.dumps(sample.value)
            lines.append(f'{{"at_ns":{sample.at_ns},"edge":{edge},"meta":{meta},"value":{value}}}')
    return lines


def _cell(found: object) -> str:
    if found is MISSING:
        return "-"
    return clean(found if isinstance(found, str) else json.dumps(found, ensure_ascii=False))
