"""Frozen pictures of an engine: what it answers, and what it pushes to clients that watch.

Times are nanoseconds; `_ns` fields of the wall clock count from 1970, durations from nothing. Counters are
totals since the task began, so that a client that missed a picture loses nothing; rates are per second
over the last second or so and are made by the executor.

Long because every answer is here, for a client to look up in one place.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from tremor_tui.control.authoring import Completed, Documented, TestMade, TestsRun
from tremor_tui.control.base import Picture as Picture
from tremor_tui.control.bench import BenchStep as BenchStep
from tremor_tui.control.benching import BenchDrawn, BenchesListed, BenchRead
from tremor_tui.control.editing import Edited, KindsListed, Outlined
from tremor_tui.control.events import BreakSet as BreakSet
from tremor_tui.control.events import BreakSnapshot as BreakSnapshot
from tremor_tui.control.events import Sample as Sample
from tremor_tui.control.events import TapOpened as TapOpened
from tremor_tui.control.events import TapSamples as TapSamples
from tremor_tui.control.events import Traced as Traced
from tremor_tui.control.executors import Moved as Moved
from tremor_tui.control.executors import Placement as Placement
from tremor_tui.control.history import HistoryPage as HistoryPage
from tremor_tui.control.history import Marked as Marked
from tremor_tui.control.letters import LetterCount, Letters, LettersExported, LetterShown, Rehearsed, Replayed
from tremor_tui.control.limits import Limits as Limits
from tremor_tui.control.playing import Playing as Playing
from tremor_tui.control.speed import Speed as Speed
from tremor_tui.model.diagnostic import Diagnostic as Diagnostic  # clients take it from here

FlowState = Literal["initializing", "running", "paused", "draining", "stopped", "failed"]
TaskKind = Literal["source", "pipeline", "sink", "system"]
TaskState = Literal["running", "ready", "blocked", "idle", "waiting", "paused", "ended", "failed"]
YIELD_REASONS = ("empty", "full", "io", "timer", "budget")
HISTOGRAM_STEPS = 4
"""Steps per power of two: bucket i holds run times from about 2**(i/4) ns up."""


class Yields(Picture, frozen=True):
    """How often a task gave the loop back, by what it waited for, and how long it then waited (ns)."""

    empty: int = 0
    full: int = 0
    io: int = 0
    timer: int = 0
    budget: int = 0
    empty_ns: int = 0
    full_ns: int = 0
    io_ns: int = 0
    timer_ns: int = 0
    budget_ns: int = 0


class Split(Picture, frozen=True):
    """Where a task's time went over the last second, in percent; the four sum to 100.

    busy: in polls. ready: could run, waited for the loop. blocked: on a full output channel. idle: for
    input, the outside or a timer.
    """

    busy: float = 0.0
    ready: float = 0.0
    blocked: float = 0.0
    idle: float = 100.0


class Histogram(Picture, frozen=True):
    """Run times of polls: `counts[i]` polls took from 2**(i/4) up to 2**((i+1)/4) ns; percentiles in ns."""

    counts: tuple[int, ...] = ()
    p50: int = 0
    p90: int = 0
    p99: int = 0
    p999: int = 0
    max: int = 0


class TaskSnapshot(Picture, frozen=True):
    """One task: a source, a pipeline or a sink of a flow.

    `id` is `FLOW/KIND/ALIAS`, for example `main/pipeline/parse`; `detail` is the connector's kind or the
    pipeline's definition. `state` is what it is doing now. `yields_s` are per second, in the order of
    YIELD_REASONS. `queue`: its input channel, for a source None. `running_ns`: how long the poll that is
    on now has taken, 0 if none. `breaker`: why a source does not pull, or empty. `held`: the break that holds
    the task (`state` is then `paused`), or empty.
    `hot`: where its busy time goes, the most first.
    """

    id: str
    flow: str
    alias: str
    kind: TaskKind
    detail: str = ""
    executor: int = 0
    state: TaskState = "idle"
    since_ns: int = 0
    split: Split = msgspec.field(default_factory=Split)
    events_in: int = 0
    events_out: int = 0
    events_err: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    dropped: int = 0
    discarded: int = 0
    failed: int = 0
    in_s: float = 0.0
    out_s: float = 0.0
    err_s: float = 0.0
    bytes_in_s: float = 0.0
    bytes_out_s: float = 0.0
    polls: int = 0
    polls_s: float = 0.0
    yields: Yields = msgspec.field(default_factory=Yields)
    yields_s: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)
    run: Histogram = msgspec.field(default_factory=Histogram)
    longest_run_ns: int = 0
    ready_p50_ns: int = 0
    ready_p99_ns: int = 0
    running_ns: int = 0
    queue: ChannelSnapshot | None = None
    breaker: str = ""
    version: int = 1
    error: str = ""
    held: str = ""
    hot: tuple[HotLine, ...] = ()


class HotLine(Picture, frozen=True):
    """Where a task was seen while it ran: a line of a script, or else `what` it did (`codecs/json`).

    `share` (0 to 1) of `samples`: stacks that the engine took of this task in the last minute.
    """

    share: float
    samples: int
    file: str = ""
    line: int = 0
    what: str = ""


class ChannelSnapshot(Picture, frozen=True):
    """The input channel of a pipeline or sink: batches and bytes in it, its limits, its high mark."""

    batches: int = 0
    capacity: int = 64
    bytes: int = 0
    byte_capacity: int = 8 * 1024 * 1024
    high: int = 0
    fill: float = 0.0
    full_ns: int = 0


class EdgeSnapshot(Picture, frozen=True):
    """One link of a flow, or one edge inside a pipeline.

    `id` is `FLOW:SOURCE/PORT>TARGET/PORT` with task aliases as `connector/a`, `pipeline/b`; inside a
    pipeline `FLOW:pipeline/b:NODE/PORT>NODE/PORT`. `source` and `target` are node ids of the same
    picture. `fill`: how full (0 to 1) the target's channel is; None inside a pipeline. `trend` is the
    rate's change over 10 s, in percent.
    """

    id: str
    source: str
    source_port: str
    target: str
    target_port: str
    events: int = 0
    rate: float = 0.0
    fill: float | None = None
    trend: float = 0.0


class NodeSnapshot(Picture, frozen=True):
    """One node of a flow's picture (`connector/a`, `pipeline/b`), or of a pipeline's inside.

    `kind`: source, sink, both, pipeline; inside: input, output, stream, script, operator, select.
    `task` names its task. `share` is a node's part of its pipeline's busy time, 0 to 1 (inside only).
    """

    id: str
    kind: str
    label: str = ""
    detail: str = ""
    task: str = ""
    events_in: int = 0
    events_out: int = 0
    dropped: int = 0
    errors: int = 0
    share: float = 0.0
    file: str = ""
    line: int = 0


class GraphSnapshot(Picture, frozen=True):
    """Nodes and edges; changes only when the flow does, but for the counters in it."""

    nodes: tuple[NodeSnapshot, ...] = ()
    edges: tuple[EdgeSnapshot, ...] = ()


class Receipt(Picture, frozen=True):
    """What an apply did: which version runs, in which pipelines, what was carried over, how long it took.

    `kept` names the nodes whose state lives on; `events` were queued and not lost; `pause_ns` is how long
    the slowest pipeline took no batch, or a source that stays could not send. `left`: events that a part
    which was removed could not deliver, so that it ended by force. `went_back_from`: the version that failed
    and was taken back, so that `version` runs again; 0 where a client asked for it. `words`: what it changed.
    """

    flow: str
    version: int
    pipelines: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    events: int = 0
    pause_ns: int = 0
    at_ns: int = 0
    went_back_from: int = 0
    left: int = 0
    words: str = ""


class FlowSnapshot(Picture, frozen=True):
    """One deployed flow. `inside` maps a pipeline's alias to the graph inside it.

    `lag_p50_ns`, `lag_p99_ns`: from a source's read to a sink's write, by sampled events. `note` is the
    last thing that happened to it, in a sentence ("began anew after executor 1 ended"). `watching_until_ns`:
    when a version that was just applied counts as good, 0 where none is watched. `fixed`: what of it cannot
    be handed over to another executor, or empty.
    """

    alias: str
    state: FlowState = "initializing"
    file: str = ""
    executor: int = 0
    since_ns: int = 0
    version: int = 1
    in_s: float = 0.0
    out_s: float = 0.0
    err_s: float = 0.0
    events_in: int = 0
    events_out: int = 0
    events_err: int = 0
    lag_p50_ns: int = 0
    lag_p99_ns: int = 0
    graph: GraphSnapshot = msgspec.field(default_factory=GraphSnapshot)
    inside: dict[str, GraphSnapshot] = msgspec.field(default_factory=dict)
    last_apply: Receipt | None = None
    error: str = ""
    note: str = ""
    note_ns: int = 0
    watching_until_ns: int = 0
    breaks: tuple[BreakSnapshot, ...] = ()
    letters: LetterCount = msgspec.field(default_factory=LetterCount)
    fixed: str = ""


class ExecutorSnapshot(Picture, frozen=True):
    """One executor process. `cpu` is its use of one core, 0 to 1; `restarts` since the engine began.

    One that is `waiting` has no process yet: the first flow that is placed on it starts one.

    `cost`: the part of a core that measuring its tasks takes, 0 to 1.
    """

    id: int
    pid: int
    state: Literal["waiting", "starting", "running", "ended", "failed"] = "running"
    cpu: float = 0.0
    rss: int = 0
    loop_lag_ns: int = 0
    restarts: int = 0
    since_ns: int = 0
    cost: float = 0.0


class Warned(Picture, frozen=True):
    """Something that somebody should look at: a lint with limit, count, time, place and a way out.

    `kind`: `stall`, `queue`, `errors`, `groups`, `breaker`, `executor`. `active` while it lasts.
    """

    kind: str
    text: str
    task: str = ""
    flow: str = ""
    at_ns: int = 0
    count: int = 1
    active: bool = False
    file: str = ""
    line: int = 0
    hint: str = ""


class EngineSnapshot(Picture, frozen=True, tag="snapshot"):
    """The whole engine at `at_ns`.

    `limits`: beyond which it warns. `statistics`: whether tasks are measured. `recording`: the folder that it
    records to, or empty. `placement`: how flows are spread over the executors, and why.
    """

    engine: str
    at_ns: int
    since_ns: int = 0
    executors: tuple[ExecutorSnapshot, ...] = ()
    flows: tuple[FlowSnapshot, ...] = ()
    tasks: tuple[TaskSnapshot, ...] = ()
    warnings: tuple[Warned, ...] = ()
    clients: int = 0
    kept: bool = False
    limits: Limits = msgspec.field(default_factory=Limits)
    statistics: bool = True
    recording: str = ""
    placement: Placement = msgspec.field(default_factory=Placement)


Severity = Literal["info", "warning", "error"]


class Notice(Picture, frozen=True, tag="notice"):
    """A sentence for every client: an executor was restarted, a flow failed, the engine ends.

    `by`: the client that did it, where one did; it is not told itself. `files`: absolute paths of what was
    written.
    """

    text: str
    severity: Severity = "info"
    at_ns: int = 0
    flow: str = ""
    by: str = ""
    files: tuple[str, ...] = ()


class Welcome(Picture, frozen=True, tag="welcome"):
    """The answer to `Hello`."""

    protocol: int
    engine: str
    version: str
    pid: int
    log: str = ""


class Done(Picture, frozen=True, tag="done"):
    """A command was carried out."""

    text: str = ""


class Refused(Picture, frozen=True, tag="refused"):
    """A command was not carried out: a sentence, a hint, and diagnostics where texts did not compile."""

    message: str
    hint: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()


class Diagnosed(Picture, frozen=True, tag="diagnosed"):
    """The answer to `Diagnose`, for every file that was looked at. Empty means fine."""

    diagnostics: tuple[Diagnostic, ...] = ()


class FileText(Picture, frozen=True):
    """A file of a flow. `writable` files belong to the user; others are the library's."""

    name: str
    path: str
    text: str
    writable: bool = True


class FlowFiles(Picture, frozen=True, tag="files"):
    """The answer to `ListFiles`: the deployed file first, then each module that it uses."""

    flow: str
    files: tuple[FileText, ...] = ()


class Applied(Picture, frozen=True, tag="applied"):
    """The answer to `Apply`. A receipt for each flow that changed; none where the text changes nothing."""

    receipts: tuple[Receipt, ...] = ()
    text: str = ""


class PipelineChange(Picture, frozen=True):
    """What an apply would change in one pipeline: nodes by name.

    `kept` hold state that lives on, `lost` state that does not. All empty: only its place in the text.
    """

    alias: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


class Compared(Picture, frozen=True, tag="compared"):
    """The answer to `Compare`: the pipelines that would be swapped, and all of it in words.

    `refused`: why no apply can be made of it, in words. `added`, `changed` (replaced, as they have other
    settings) and `removed` are nodes of the flow (`connector/a`, `pipeline/b`); `linked` and `unlinked` are
    links as `/connector/a/out to /pipeline/b/in`. `anew`: sentences about connectors that begin, as that a
    source reads its file from the start or a sink empties it.
    """

    flow: str
    pipelines: tuple[PipelineChange, ...] = ()
    refused: tuple[str, ...] = ()
    text: str = ""
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    unlinked: tuple[str, ...] = ()
    anew: tuple[str, ...] = ()


class Previewed(Picture, frozen=True, tag="previewed"):
    """The answer to `Preview`: for each sample the port it left by (empty: dropped), value and time.

    `running` is what the version that runs makes of them; empty where no flow was named.
    """

    results: tuple[PreviewResult, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    running: tuple[PreviewResult, ...] = ()


class PreviewResult(Picture, frozen=True):
    """What the draft made of one sample. `value` is JSON text; `error` is set where the script failed."""

    port: str = ""
    value: str = ""
    meta: str = ""
    error: str = ""
    line: int = 0
    run_ns: int = 0


class Stopped(Picture, frozen=True, tag="stopped"):
    """The answer to `StopFlow`: whether it drained, or was forced at the deadline with `left` events."""

    flow: str
    drained: bool = True
    left: int = 0


Answer = (
    Welcome
    | Done
    | Refused
    | Diagnosed
    | FlowFiles
    | Applied
    | Compared
    | Previewed
    | TapOpened
    | BreakSet
    | Traced
    | Stopped
    | EngineSnapshot
    | Speed
    | HistoryPage
    | KindsListed
    | Outlined
    | Edited
    | Completed
    | Documented
    | TestMade
    | TestsRun
    | Letters
    | LetterShown
    | LettersExported
    | Replayed
    | Rehearsed
    | BenchesListed
    | BenchRead
    | BenchDrawn
)
Pushed = EngineSnapshot | TapSamples | BreakSnapshot | Notice | Marked | Playing | BenchStep
