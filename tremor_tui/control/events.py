"""Looking at events: taps, breaks and paths; the requests, what answers them and what is pushed.

A tap shows some of what passes an edge and never holds a flow up. A break holds one task before an event. A
path (`Trace`) says when one event was where. An expression is one of tremor that gives true or false, such
as `event.cust == null` or `$class == "x" and event.n > 3`; an error of its text is refused with diagnostics,
an error while it runs on an event is no match and is counted.
"""

from __future__ import annotations

from typing import Literal

from tremor_tui.control.base import Command, Picture

TOP_VALUES = 10
"""Values of a field that a top-N shows."""

ENDED = "it was ended"
"""The note of a break that somebody ended."""


# -- taps ----------------------------------------------------------------------------------------------


class OpenTap(Command, frozen=True, tag="open_tap"):
    """Copies up to `per_second` events that pass an edge; answered with `TapOpened`, then `TapSamples`.

    `edge` is the id of an EdgeSnapshot. A tap never slows a flow: copies are dropped rather than waited
    for. It ends with its client. `matching` is an expression: only events for which it is true are copied;
    it looks at as many as 2 ms of each second allow. `top` is a field (`event.a.b`, `$class`) whose most
    frequent values are counted over the events that were looked at. `trace`: the paths of up to
    `per_second` events of the flow are recorded, and those events are copied first.
    """

    edge: str
    per_second: float = 20.0
    matching: str = ""
    top: str = ""
    trace: bool = False


class ChangeTap(Command, frozen=True, tag="change_tap"):
    """Gives an open tap other properties, all of them; answered with `Done`.

    Where `matching` or `top` differ from before, what they counted begins anew.
    """

    tap: int
    per_second: float = 20.0
    matching: str = ""
    top: str = ""
    trace: bool = False


class CloseTap(Command, frozen=True, tag="close_tap"):
    """Ends a tap; answered with `Done`."""

    tap: int


class TapOpened(Picture, frozen=True, tag="tap_opened"):
    """The answer to `OpenTap`: the number that its samples carry."""

    tap: int


class Sample(Picture, frozen=True):
    """One event that a tap saw. `value` and `meta` are JSON texts, cut at 64 KiB with `cut` set.

    `trace`: the number of its path, 0 where none is recorded.
    """

    at_ns: int
    value: str
    meta: str = ""
    cut: bool = False
    trace: int = 0


class TopValue(Picture, frozen=True):
    """A value of a field as JSON text: seen `count` times at most, and `count - error` times at least."""

    value: str
    count: int
    error: int = 0


class Top(Picture, frozen=True):
    """The most frequent values of a field among `counted` events, the first the most frequent.

    `missing` events had no such field; they are not in `counted`.
    """

    values: tuple[TopValue, ...] = ()
    counted: int = 0
    missing: int = 0


class TapSamples(Picture, frozen=True, tag="tap"):
    """What passed an edge since the last frame: `seen` events, of which `samples` were copied.

    Totals are since the tap was opened or its expression changed: of `seen_total` events that passed,
    `looked_total` were looked at, `matched_total` matched, and in `failed_total` the expression failed, the
    last time with `failure`. `note` says what the tap no longer does, and why.
    """

    tap: int
    edge: str
    samples: tuple[Sample, ...] = ()
    seen: int = 0
    seen_total: int = 0
    looked_total: int = 0
    matched_total: int = 0
    failed_total: int = 0
    failure: str = ""
    top: Top | None = None
    note: str = ""


# -- breaks --------------------------------------------------------------------------------------------


class SetBreak(Command, frozen=True, tag="set_break"):
    """Holds the task of a node before the next event that matches; answered with `BreakSet`.

    `node` is a node of the flow's picture (`pipeline/a`, or `connector/b` with a sink), or one inside a
    pipeline (`pipeline/a:NODE`). What is upstream fills its bounded queue and then waits: nothing is lost.
    Inside a pipeline the whole pipeline is held, after the event has been through it, with what it made of
    the event held back; while such a break is set its events go one by one.

    `condition`: an expression; empty: the next event; or `run > 20 ms`: the task took longer than that for
    a batch, whose events are shown. It is run on every event that reaches the node, so it costs the task that
    time while the break is set. After `limit_s` without a command, when more than `max_waiting` events
    wait in its queue (0: however many), or when its client leaves, it lets go by itself and is over.
    """

    flow: str
    node: str
    condition: str = ""
    limit_s: float = 30.0
    max_waiting: int = 0


class StepBreak(Command, frozen=True, tag="step_break"):
    """Lets one event (row) through and holds the next; answered with `Done`."""

    number: int


class GoBreak(Command, frozen=True, tag="go_break"):
    """Lets events through until the next one that matches; answered with `Done`."""

    number: int


class ClearBreak(Command, frozen=True, tag="clear_break"):
    """Ends a break; what it held goes on. Answered with `Done`. `note`: why, for whoever looks on."""

    number: int
    note: str = ENDED


class BreakSet(Picture, frozen=True, tag="break_set"):
    """The answer to `SetBreak`."""

    number: int


class BreakSnapshot(Picture, frozen=True, tag="break"):
    """A break of a flow; pushed to the client that set it when its state changes.

    `waiting` events wait behind it, `passed` went through while it was set, `failed` times its condition
    failed, the last time with `failure`. While it is held: since when (wall clock), how long until it lets
    go by itself, and the `events` it is about. `note` says why it is over.
    """

    number: int
    flow: str
    node: str
    task: str
    condition: str = ""
    state: Literal["set", "held", "over"] = "set"
    since_ns: int = 0
    left_ns: int = 0
    waiting: int = 0
    passed: int = 0
    failed: int = 0
    failure: str = ""
    events: tuple[Sample, ...] = ()
    note: str = ""


# -- paths ---------------------------------------------------------------------------------------------

HopEnd = Literal["", "written", "dropped", "discarded", "failed", "kept"]


class Hop(Picture, frozen=True):
    """One stay of an event at a node: from `at_ns` to `until_ns` after it was read, and how it left.

    `node` is `connector/a`, `pipeline/b`, or `pipeline/b:NODE` inside. `ports` are those it left by. `end`:
    here its way, or this branch of it, ended: written by a sink, dropped on purpose, discarded as a port
    leads nowhere, failed, or kept by a window or a batch. `port` is where it came in.
    """

    node: str
    at_ns: int
    until_ns: int = 0
    port: str = ""
    ports: tuple[str, ...] = ()
    end: HopEnd = ""


class Trace(Picture, frozen=True):
    """The path of one event through a flow, in order of time.

    `read_ns` is the wall clock when its source had read it; `source` the alias of that. `is_over` once
    every branch has ended. `value` is the event as it was read, as JSON text, cut at 16 KiB.
    """

    number: int
    flow: str
    source: str
    read_ns: int = 0
    hops: tuple[Hop, ...] = ()
    is_over: bool = False
    value: str = ""


class GetTrace(Command, frozen=True, tag="get_trace"):
    """The path of an event, by the number in its sample; answered with `Traced`.

    The last few hundred of a flow are kept.
    """

    flow: str
    number: int


class TraceNext(Command, frozen=True, tag="trace_next"):
    """Follows the next event of a flow (of one source, where that is named); answered with `Traced`.

    The answer comes when its way is over, or after `within_s` with what is known then; without a trace
    where no event came.
    """

    flow: str
    source: str = ""
    within_s: float = 2.0


class Traced(Picture, frozen=True, tag="traced"):
    """A path; None where no event was read in time."""

    trace: Trace | None = None


Looking = OpenTap | ChangeTap | CloseTap | SetBreak | StepBreak | GoBreak | ClearBreak | GetTrace | TraceNext
"""Every request about events; the engine sends them on to the executor of their flow."""
LOOKING = (OpenTap, ChangeTap, CloseTap, GetTrace, TraceNext)
"""Those that change nothing."""
REQUESTS = (*LOOKING, SetBreak, StepBreak, GoBreak, ClearBreak)
