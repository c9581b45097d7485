"""Ring: the last ten minutes of an engine as columns of numbers, a point a second; bounded.

Engine and clients hold one each. A track (a flow, a task or an edge) is one array of float32: 600 seconds
times its columns, 31 KiB for a task, 5 KiB for an edge. A flow of 100 tasks and 150 edges takes 3.9 MB;
`MOST_TRACKS` tracks are the most that is kept, so no ring is larger than 22 MB, and one of tasks and edges
as they come together not above 12 MB.

What cannot be drawn from numbers, the shape of flows, is kept once per change, packed. `picture_at` makes an
EngineSnapshot of a moment from both: rates, splits, run times (p99 and longest), queues and lags are those
of the moment; totals are not kept and read 0.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeVar, get_args

import msgspec

from tremor_tui.control.history import PAGE, POINTS, HistoryPage, Mark, Shape, Track, TrackKind
from tremor_tui.control.snapshots import (
    ChannelSnapshot,
    EdgeSnapshot,
    EngineSnapshot,
    FlowSnapshot,
    FlowState,
    GraphSnapshot,
    Histogram,
    Split,
    TaskSnapshot,
    TaskState,
    Warned,
)

SECOND: Final = 1_000_000_000
MOST_TRACKS: Final = 700
MOST_MARKS: Final = 400
MOST_SHAPES: Final = 32
NAN: Final = float("nan")
COLUMNS: Final[dict[TrackKind, tuple[str, ...]]] = {
    "flow": ("in", "out", "err", "lag50", "lag99", "state"),
    "task": (
        "busy", "ready", "blocked", "in", "out", "err", "polls", "run99", "longest", "ready99", "fill",
        "state", "discarded",
    ),
    "edge": ("rate", "fill"),
}  # fmt: skip
S = TypeVar("S")
_FLOW_STATES: Final = get_args(FlowState)
_TASK_STATES: Final = get_args(TaskState)
_shapes: msgspec.json.Decoder[EngineSnapshot] = msgspec.json.Decoder(EngineSnapshot)


class Ring:
    """Ten minutes of pictures. `first_s` to `last_s` (seconds since 1970, both in it) is what it covers."""

    def __init__(self, points: int = POINTS, most: int = MOST_TRACKS) -> None:
        self.points = points
        self.last_s = 0
        self.first_s = 0
        self.left_out = 0
        self.marks: list[Mark] = []
        self.shapes: list[Shape] = []
        self._most = most
        self._tracks: dict[str, tuple[TrackKind, array[float], list[int]]] = {}
        self._shape: object = None

    def __len__(self) -> int:
        """How many seconds it covers."""
        return self.last_s - self.first_s + 1 if self.last_s else 0

    @property
    def size(self) -> int:
        """Bytes of its figures and shapes."""
        figures = sum(len(values) * 4 for _, values, _ in self._tracks.values())
        return figures + sum(len(shape.packed) for shape in self.shapes)

    def tracks(self, kind: TrackKind) -> list[str]:
        """The ids that it has figures of."""
        return [name[len(kind) + 1 :] for name, (held, *_) in self._tracks.items() if held == kind]

    def add(self, picture: EngineSnapshot) -> bool:
        """Takes in a picture, unless its second has one already; answers whether it did."""
        second = picture.at_ns // SECOND
        if second <= self.last_s and self.last_s - second < self.points:
            return False
        self._go_to(second)
        slot = second % self.points
        for flow in picture.flows:
            self._put("flow", flow.alias, slot, _flow_figures(flow))
            for edge in flow.graph.edges:
                fill = NAN if edge.fill is None else edge.fill
                self._put("edge", edge.id, slot, (edge.rate, fill))
        for task in picture.tasks:
            self._put("task", task.id, slot, _task_figures(task))
        self._note_shape(picture)
        return True

    def mark(self, mark: Mark) -> None:
        """Takes in a mark; one of the same time, kind and place takes the earlier one's place."""
        key = _key(mark)
        for index in range(len(self.marks) - 1, -1, -1):
            if _key(self.marks[index]) == key:
                self.marks[index] = mark
                return
        self.marks.append(mark)
        self.marks.sort(key=lambda one: one.at_ns)
        if len(self.marks) > MOST_MARKS:  # there may be many warnings: changes are kept longer
            oldest = next((i for i, one in enumerate(self.marks) if one.kind == "warning"), 0)
            del self.marks[oldest]

    def column(self, kind: TrackKind, name: str, column: str, first_s: int, last_s: int) -> list[float]:
        """A value per second from `first_s` to `last_s`, NaN where there is none."""
        held = self._tracks.get(f"{kind}:{name}")
        seconds = range(first_s, last_s + 1)
        if held is None:
            return [NAN] * len(seconds)
        values, base = held[1], COLUMNS[kind].index(column) * self.points
        low, high = self.first_s, self.last_s
        return [values[base + s % self.points] if low <= s <= high and high else NAN for s in seconds]

    def value(self, kind: TrackKind, name: str, column: str, second: int) -> float:
        """One value; NaN where there is none."""
        return self.column(kind, name, column, second, second)[0]

    # --- across a socket

    def page(self, since_ns: int = 0, first: int = 0) -> HistoryPage:
        """A page of what is kept since then."""
        start = max(self.first_s, min(self.last_s + 1, since_ns // SECOND + 1))
        seconds = self.last_s - start + 1 if self.last_s else 0
        names = list(self._tracks)[first : first + PAGE]
        tracks = tuple(self._pack(name, start, seconds) for name in names) if seconds else ()
        page = HistoryPage(start, seconds, len(self._tracks), tracks)
        if first:
            return page
        return msgspec.structs.replace(page, marks=tuple(self.marks), shapes=tuple(self.shapes))

    def take(self, page: HistoryPage) -> None:
        """Takes in a page. Raises ValueError where it does not fit."""
        if not 0 <= page.seconds <= self.points:
            raise ValueError(f"a page of {page.seconds} seconds")
        if page.seconds:
            self._widen(page.first_s, page.first_s + page.seconds - 1)
        for track in page.tracks:
            self._unpack(track, page.first_s, page.seconds)
        for mark in page.marks:
            self.mark(mark)
        if page.shapes:
            known = {shape.at_ns: shape for shape in (*self.shapes, *page.shapes)}
            self.shapes = sorted(known.values(), key=lambda shape: shape.at_ns)[-MOST_SHAPES:]

    # --- a moment

    def picture_at(self, second: int, latest: EngineSnapshot | None = None) -> EngineSnapshot | None:
        """The engine as it was in that second, as far as it is kept; None where nothing is."""
        starts = [shape.at_ns // SECOND for shape in self.shapes]
        at = bisect_right(starts, second) - 1
        if at < 0 or not self.first_s <= second <= self.last_s:
            return None
        shape = _shapes.decode(zlib.decompress(self.shapes[at].packed))
        at_ns = second * SECOND
        return msgspec.structs.replace(
            shape,
            at_ns=at_ns,
            flows=tuple(self._flow_at(flow, second) for flow in shape.flows),
            tasks=tuple(self._task_at(task, second) for task in shape.tasks),
            warnings=tuple(_warnings_at(self.marks, at_ns)),
            executors=latest.executors if latest else shape.executors,
            clients=latest.clients if latest else shape.clients,
        )

    def _flow_at(self, flow: FlowSnapshot, second: int) -> FlowSnapshot:
        read = self._reader("flow", flow.alias, second)
        edges = tuple(self._edge_at(edge, second) for edge in flow.graph.edges)
        return msgspec.structs.replace(
            flow,
            state=_state(_FLOW_STATES, read("state"), flow.state),
            in_s=_number(read("in")),
            out_s=_number(read("out")),
            err_s=_number(read("err")),
            lag_p50_ns=int(_number(read("lag50"))),
            lag_p99_ns=int(_number(read("lag99"))),
            graph=GraphSnapshot(flow.graph.nodes, edges),
        )

    def _edge_at(self, edge: EdgeSnapshot, second: int) -> EdgeSnapshot:
        read = self._reader("edge", edge.id, second)
        fill = read("fill")
        return msgspec.structs.replace(edge, rate=_number(read("rate")), fill=None if fill != fill else fill)

    def _task_at(self, task: TaskSnapshot, second: int) -> TaskSnapshot:
        read = self._reader("task", task.id, second)
        busy, ready, blocked = (_number(read(name)) for name in ("busy", "ready", "blocked"))
        fill = read("fill")
        queue = task.queue or ChannelSnapshot()
        held = msgspec.structs.replace(queue, batches=round(_number(fill) * queue.capacity), fill=fill)
        return msgspec.structs.replace(
            task,
            state=_state(_TASK_STATES, read("state"), task.state),
            split=Split(busy, ready, blocked, max(0.0, 100.0 - busy - ready - blocked)),
            in_s=_number(read("in")),
            out_s=_number(read("out")),
            err_s=_number(read("err")),
            polls_s=_number(read("polls")),
            run=Histogram(p99=int(_number(read("run99")))),
            longest_run_ns=int(_number(read("longest"))),
            ready_p99_ns=int(_number(read("ready99"))),
            queue=None if fill != fill else held,
        )

    def _reader(self, kind: TrackKind, name: str, second: int):  # type: ignore[no-untyped-def]
        return lambda column: self.value(kind, name, column, second)

    # --- inside

    def _go_to(self, second: int) -> None:
        """Moves on to a second; those between hold nothing, and what is too old is forgotten."""
        if not self.last_s or abs(second - self.last_s) >= self.points:
            self._forget_all(second)
            return
        slots = [s % self.points for s in range(self.last_s + 1, second + 1)]
        for kind, values, _ in self._tracks.values():
            for base in range(0, len(COLUMNS[kind]) * self.points, self.points):
                for slot in slots:
                    values[base + slot] = NAN
        self.last_s = second
        self.first_s = max(self.first_s, second - self.points + 1)
        self._forget_old()

    def _forget_all(self, second: int) -> None:
        self._tracks.clear()
        self.first_s = self.last_s = second
        self._forget_old()

    def _forget_old(self) -> None:
        begin = self.first_s * SECOND
        for name in [name for name, (*_, seen) in self._tracks.items() if seen[0] < self.first_s]:
            del self._tracks[name]
        if self.marks and self.marks[0].at_ns < begin:
            self.marks = [mark for mark in self.marks if max(mark.at_ns, mark.until_ns) >= begin]
        while len(self.shapes) > 1 and self.shapes[1].at_ns <= begin:
            del self.shapes[0]

    def _track(self, kind: TrackKind, name: str) -> tuple[TrackKind, array[float], list[int]] | None:
        held = self._tracks.get(f"{kind}:{name}")
        if held is None:
            if len(self._tracks) >= self._most:
                self.left_out += 1
                return None
            values = array("f", [NAN]) * (self.points * len(COLUMNS[kind]))
            held = self._tracks[f"{kind}:{name}"] = (kind, values, [0])
        return held

    def _put(self, kind: TrackKind, name: str, slot: int, figures: Iterable[float]) -> None:
        held = self._track(kind, name)
        if held is None:
            return
        values = held[1]
        for figure in figures:
            values[slot] = figure
            slot += self.points
        held[2][0] = self.last_s

    def _note_shape(self, picture: EngineSnapshot) -> None:
        """Keeps the shape where it is another than the last one."""
        key = tuple(map(_shape_key, picture.flows)), tuple(task.id for task in picture.tasks)
        if key == self._shape and self.shapes:
            return
        self._shape = key
        packed = zlib.compress(msgspec.json.encode(_bare(picture)), 1)
        self.shapes.append(Shape(picture.at_ns, packed))
        del self.shapes[: max(0, len(self.shapes) - MOST_SHAPES)]

    def _widen(self, first_s: int, last_s: int) -> None:
        if last_s > self.last_s:
            self._go_to(last_s)
        self.first_s = max(self.last_s - self.points + 1, min(self.first_s, first_s))

    def _runs(self, first_s: int, seconds: int) -> Iterator[tuple[int, int, int]]:
        """The slots of those seconds as (offset in the page, slot, how many): the ring turns once at most."""
        start = first_s % self.points
        head = min(seconds, self.points - start)
        yield 0, start, head
        if seconds > head:
            yield head, 0, seconds - head

    def _pack(self, name: str, first_s: int, seconds: int) -> Track:
        kind, values, _ = self._tracks[name]
        out = array("f")
        for base in range(0, len(values), self.points):
            for _, slot, many in self._runs(first_s, seconds):
                out += values[base + slot : base + slot + many]
        if sys.byteorder == "big":
            out.byteswap()
        return Track(name.partition(":")[2], kind, out.tobytes())

    def _unpack(self, track: Track, first_s: int, seconds: int) -> None:
        columns = len(COLUMNS[track.kind])
        if len(track.values) != columns * seconds * 4:
            raise ValueError(f"`{track.id}` has {len(track.values)} bytes for {seconds} seconds")
        held = self._track(track.kind, track.id)
        if held is None:
            return
        came = array("f")
        came.frombytes(track.values)
        if sys.byteorder == "big":
            came.byteswap()
        for column in range(columns):
            for offset, slot, many in self._runs(first_s, seconds):
                at = column * seconds + offset
                base = column * self.points + slot
                held[1][base : base + many] = came[at : at + many]
        held[2][0] = max(held[2][0], first_s + seconds - 1)


def _key(mark: Mark) -> tuple[int, str, str, str, str]:
    return mark.at_ns, mark.kind, mark.flow, mark.task, mark.lint


def _flow_figures(flow: FlowSnapshot) -> tuple[float, ...]:
    state = _FLOW_STATES.index(flow.state)
    return flow.in_s, flow.out_s, flow.err_s, flow.lag_p50_ns, flow.lag_p99_ns, state


def _task_figures(task: TaskSnapshot) -> tuple[float, ...]:
    split, queue = task.split, task.queue
    return (
        split.busy, split.ready, split.blocked, task.in_s, task.out_s, task.err_s, task.polls_s,
        task.run.p99, task.longest_run_ns, task.ready_p99_ns, queue.fill if queue else NAN,
        _TASK_STATES.index(task.state), task.discarded,
    )  # fmt: skip


def _shape_key(flow: FlowSnapshot) -> tuple[object, ...]:
    ids = tuple(node.id for node in flow.graph.nodes), tuple(edge.id for edge in flow.graph.edges)
    return flow.alias, flow.version, flow.since_ns, flow.executor, *ids


def _bare(picture: EngineSnapshot) -> EngineSnapshot:
    """The picture without its figures."""
    replace = msgspec.structs.replace
    flows = tuple(
        replace(
            flow,
            graph=_bare_graph(flow.graph),
            inside={alias: _bare_graph(graph) for alias, graph in flow.inside.items()},
            events_in=0, events_out=0, events_err=0, error="", watching_until_ns=0,
        )
        for flow in picture.flows
    )  # fmt: skip
    tasks = tuple(
        TaskSnapshot(
            task.id, task.flow, task.alias, task.kind, task.detail, task.executor, since_ns=task.since_ns,
            version=task.version, queue=ChannelSnapshot(capacity=task.queue.capacity) if task.queue else None,
        )
        for task in picture.tasks
    )  # fmt: skip
    return replace(picture, flows=flows, tasks=tasks, warnings=())


def _bare_graph(graph: GraphSnapshot) -> GraphSnapshot:
    replace = msgspec.structs.replace
    nodes = tuple(replace(n, events_in=0, events_out=0, dropped=0, errors=0, share=0.0) for n in graph.nodes)
    return GraphSnapshot(nodes, tuple(replace(e, events=0, rate=0.0, trend=0.0) for e in graph.edges))


def _warnings_at(marks: Iterable[Mark], at_ns: int) -> Iterator[Warned]:
    for mark in marks:
        if mark.kind == "warning" and mark.at_ns <= at_ns <= (mark.until_ns or at_ns):
            lint = mark.lint or "warning"
            yield Warned(lint, mark.text, mark.task, mark.flow, mark.at_ns, 1, True, hint=mark.hint)


def _number(value: float) -> float:
    return 0.0 if value != value else value


def _state(states: Sequence[S], value: float, other: S) -> S:
    index = int(value) if value == value else -1
    return states[index] if 0 <= index < len(states) else other
