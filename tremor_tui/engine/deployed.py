"""Deployed: one flow as the supervisor knows it: where it runs, from which texts, and its versions."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import anyio

from tremor_tui.control.snapshots import FileText, FlowSnapshot, FlowState, Receipt
from tremor_tui.engine.compiling.link import FlowPlan
from tremor_tui.engine.executors.executor import Executor
from tremor_tui.engine.executors.link import Texts
from tremor_tui.engine.tally import Lately, Tally
from tremor_tui.engine.trials import Trial

OVER: frozenset[FlowState] = frozenset({"stopped", "failed"})


@dataclass(frozen=True, slots=True)
class Version:
    """What a flow was compiled from."""

    number: int
    plan: FlowPlan
    source: Texts
    files: tuple[FileText, ...]


@dataclass(slots=True)
class Deployed:
    """One flow: where it runs, what it was compiled from, and its last picture.

    `trial`: how the version that runs is watched; `gone`: the version that was taken back last. `stalls`
    counts how often its tasks held their loop for too long. `went_back`: why the version before is to begin
    anew. `is_changing`: its executor is putting a version live. `listens`: it takes part in `metrics`.
    `moving` is set while it goes to another executor, and then `carried` is what it goes on from.
    """

    plan: FlowPlan
    source: Texts
    files: tuple[FileText, ...]
    executor: Executor
    tally: Tally = field(default_factory=Tally)
    stalls: Lately = field(default_factory=Lately)
    version: int = 1
    newest: int = 1
    trial: Trial | None = None
    gone: Version | None = None
    last_apply: Receipt | None = None
    error: str = ""
    note: str = ""
    note_ns: int = 0
    lost: bool = False
    failed: bool = False
    went_back: str = ""
    is_changing: bool = False
    picture: FlowSnapshot | None = None
    listens: bool = False
    carried: bytes = b""
    moving: anyio.Event | None = None

    @property
    def alias(self) -> str:
        """The name it was deployed under."""
        return self.plan.alias

    @property
    def state(self) -> FlowState:
        """What it is doing, as far as the supervisor knows."""
        if self.failed:
            return "failed"
        if self.lost or self.picture is None:
            return "initializing"
        return self.picture.state

    def now(self) -> Version:
        """The version that runs."""
        return Version(self.version, self.plan, self.source, self.files)

    def become(self, version: Version) -> None:
        """Notes that another version runs."""
        self.version, self.plan = version.number, version.plan
        self.source, self.files = version.source, version.files
        self.newest = max(self.newest, version.number)

    def take_back(self, trial: Trial) -> Version:
        """Makes the version before the one on trial the one that counts; returns the one that failed."""
        self.trial, self.gone = None, self.now()
        self.become(trial.earlier)
        return self.gone

    def say(self, note: str) -> None:
        """Keeps a sentence about what happened last."""
        self.note, self.note_ns = note, time.time_ns()
