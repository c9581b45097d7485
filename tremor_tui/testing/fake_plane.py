"""A ControlPlane that answers from generated pictures: a flow of the quickstart's shape that moves.

Pictures follow from `step` alone, so that two runs show the same. `push()` sends the next one; with `live`
they are sent by themselves at the watched rate. `lose()` breaks the connection as a dead engine would.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tremor_tui.control import commands as do
from tremor_tui.control import snapshots as see
from tremor_tui.control.events import REQUESTS
from tremor_tui.control.ring import Ring
from tremor_tui.errors import ControlError, EngineLost
from tremor_tui.model.diagnostic import Diagnostic, Span
from tremor_tui.testing import fake_editing, fake_letters
from tremor_tui.testing.fake_authoring import QUESTIONS, FakeAuthoring
from tremor_tui.testing.fake_bench import QUESTIONS as ABOUT_BENCH
from tremor_tui.testing.fake_bench import FakeBench
from tremor_tui.testing.fake_events import FakeEvents
from tremor_tui.testing.fake_letters import FakeLetters
from tremor_tui.testing.scenes import LIVE, SAMPLES, SPEED, TRICKLE, TROY, Part, Scene

START_NS = 1_795_456_800_000_000_000
TICK_NS = 100_000_000
CHANGE = see.Compared(
    "live",
    (see.PipelineChange("parse", changed=("parse_line",), kept=("parse_line",)),),
    text="changes parse/parse_line (state kept)",
)


@dataclass
class FakePlane:
    """Answers every command; `asked` is what it was asked. `refuse` may refuse a request."""

    scene: Scene = LIVE
    live: bool = False
    name: str = "local#4711"
    files: dict[str, str] = field(default_factory=lambda: {"live.troy": TROY, "access_log.trickle": TRICKLE})
    library: dict[str, str] = field(
        default_factory=lambda: {"tremor::connectors": "define connector exit from exit;\n"}
    )
    base: str = "/flows"
    deployed: bool = True
    refuse: Callable[[do.Request], ControlError | None] = lambda request: None
    diagnose: Callable[[str, str], Sequence[Diagnostic]] = lambda path, text: ()
    asked: list[do.Request] = field(default_factory=list)
    step: int = 100
    version: int = 7
    restarts: int = 0
    note: str = ""
    warnings: tuple[see.Warned, ...] = ()
    preview: Callable[[Sequence[str], bool], see.Previewed] = lambda samples, _: previewed(samples)
    difference: see.Compared = field(default_factory=lambda: CHANGE)
    last_apply: see.Receipt | None = None
    history: Ring | None = None
    watched_until_ns: int = 0
    speed: see.Speed = SPEED

    def __post_init__(self) -> None:
        self.welcome = see.Welcome(do.PROTOCOL, self.name, "0.1.0", 4711)
        self._out: asyncio.Queue[see.Pushed | None] = asyncio.Queue()
        self._per_second = 0.0
        self._ticker: asyncio.Task[None] | None = None
        self._lost = False
        self._live = self._on_disk()
        self.events = FakeEvents(self._sample, self._out.put_nowait, self.scene.alias, read_ns=START_NS)
        self.authoring = FakeAuthoring(f"{self.base}/tests")
        self.bench = FakeBench(self._out.put_nowait)
        self.letters = FakeLetters(self.scene.alias, f"{self.base}/access_log.trickle")

    async def submit(self, request: do.Request) -> see.Answer:
        """Answers as an engine would. Raises ControlError where `refuse` says so, EngineLost when lost."""
        if self._lost:
            raise EngineLost("the engine cannot be reached")
        self.asked.append(request)
        refused = self.refuse(request)
        if refused is not None:
            raise refused
        if isinstance(request, fake_editing.CANVAS):
            return fake_editing.answer(request)
        if isinstance(request, REQUESTS):
            return self.events.answer(request)
        if isinstance(request, fake_letters.QUESTIONS):
            return self.letters.answer(request)
        if isinstance(request, QUESTIONS):
            return self.authoring.answer(request)
        if isinstance(request, ABOUT_BENCH):
            return self.bench.answer(request)
        if isinstance(request, do.AskHistory):
            return self.history.page(request.since_ns, request.first) if self.history else see.HistoryPage()
        return self._answer(request)

    def _answer(self, request: do.Request) -> see.Answer:
        match request:
            case do.Watch(per_second=rate):
                self._watch(rate)
            case do.Snapshot():
                return self.picture()
            case do.AskSpeed(flow=flow):
                return self.speed
            case do.ListFiles(flow=flow):
                return see.FlowFiles(flow, self._texts())
            case do.Diagnose(path=path, texts=texts):
                return see.Diagnosed(tuple(self.diagnose(path, texts.get(path, ""))))
            case do.Apply(flow=flow):
                return self._apply(flow)
            case do.Compare(flow=flow, texts=texts):
                is_live = not texts and self._on_disk() == self._live
                return see.Compared(flow) if is_live else self.difference
            case do.Preview(samples=samples, texts=texts):
                return self.preview(samples, bool(texts))
            case do.StopFlow(flow=flow):
                self.deployed = False
                return see.Stopped(flow)
            case do.Deploy():
                self.deployed = True
        return see.Done()

    def _on_disk(self) -> list[str]:
        paths = [Path(self.base, name) for name in self.files]
        return [path.read_text() for path in paths if path.exists()]

    def _apply(self, flow: str) -> see.Applied:
        """The same texts again accept what is watched; others are watched for 10 s."""
        if self.watched_until_ns and self._on_disk() == self._live:
            self.watched_until_ns = 0
            self.note = f"v{self.version} was accepted"
            return see.Applied((), f"v{self.version} is accepted")
        self.version += 1
        self._live, self.note = self._on_disk(), f"v{self.version} was applied and is watched"
        self.watched_until_ns = self.now + 10 * 10**9
        kept = ("classify_request",)
        self.last_apply = see.Receipt(flow, self.version, ("parse",), kept, 240, 3_000_000, self.now)
        return see.Applied((self.last_apply,))

    def go_back(self, texts: dict[str, str]) -> None:
        """Takes the version back as an engine does by itself, and puts `texts` on disk."""
        failed, self.version = self.version, self.version - 1
        self.watched_until_ns = 0
        for name, text in texts.items():
            Path(self.base, name).write_text(text)
        self.files |= texts
        self._live = self._on_disk()
        self.note = f"v{failed} went back to v{self.version}: 12 % of events failed, 0 % before"
        self.last_apply = see.Receipt(self.scene.alias, self.version, at_ns=self.now, went_back_from=failed)
        self.notice(f"{self.scene.alias} {self.note}")
        self.push()

    def _texts(self) -> tuple[see.FileText, ...]:
        own = [see.FileText(name, f"{self.base}/{name}", text) for name, text in self.files.items()]
        shipped = [see.FileText(name, f"/library/{name}", text, False) for name, text in self.library.items()]
        return (*own, *shipped)

    def _watch(self, rate: float) -> None:
        self._per_second = rate
        if self._ticker is not None:
            self._ticker.cancel()
            self._ticker = None
        self.push()
        if self.live and rate > 0:
            self._ticker = asyncio.get_running_loop().create_task(self._tick(1 / rate))

    async def _tick(self, pause: float) -> None:
        while True:
            await asyncio.sleep(pause)
            self.push()

    async def pushed(self) -> AsyncIterator[see.Pushed]:
        """Every frame that is pushed. Raises EngineLost after `lose()`."""
        while True:
            frame = await self._out.get()
            if frame is None:
                raise EngineLost("the connection to the engine broke")
            yield frame

    async def close(self) -> None:
        """Ends the pictures."""
        if self._ticker is not None:
            self._ticker.cancel()

    def lose(self) -> None:
        """Breaks the connection."""
        self._lost = True
        if self._ticker is not None:
            self._ticker.cancel()
        self._out.put_nowait(None)

    def notice(self, text: str, severity: str = "warning") -> None:
        """Pushes a sentence for every client."""
        self._out.put_nowait(see.Notice(text, severity, self.now, self.scene.alias))  # type: ignore[arg-type]

    def tell(self, text: str, by: str, *files: str) -> None:
        """Pushes a sentence about what another client did."""
        self._out.put_nowait(see.Notice(text, "info", self.now, self.scene.alias, by, files))

    @property
    def now(self) -> int:
        """The time of the next picture."""
        return START_NS + self.step * TICK_NS

    def push(self, steps: int = 1) -> None:
        """Sends the picture after `steps` steps, and what the open taps saw meanwhile."""
        self.step += steps
        self._out.put_nowait(self.picture())
        for frame in self.events.tap_frames(self.step, steps):
            self._out.put_nowait(frame)

    def _sample(self, step: int) -> see.Sample:
        value = SAMPLES[step % len(SAMPLES)] | {"time": f"23/Nov/2026:16:46:{step % 60:02d} +0000"}
        return see.Sample(self.now, json.dumps(value), '{"class":"ok"}')

    def picture(self) -> see.EngineSnapshot:
        """The whole engine at this step."""
        tasks = tuple(self._task(index, part) for index, part in enumerate(self.scene.parts))
        executor = see.ExecutorSnapshot(
            0, 4712, "running", 0.42, 61_000_000, 400_000, self.restarts, START_NS
        )
        flows = (self._flow(tasks),) if self.deployed else ()
        return see.EngineSnapshot(
            self.name, self.now, START_NS, (executor,), flows, tasks if flows else (), self.warnings, 1
        )

    def _wave(self, index: int, width: float) -> float:
        return (
            1.0 + width * math.sin(self.step / 9 + index) + width / 2 * math.sin(self.step / 2.3 + 2 * index)
        )

    def _task(self, index: int, part: Part) -> see.TaskSnapshot:
        rate = self.scene.rate * part.share * self._wave(index, 0.03)
        busy = min(99.0, part.busy * self._wave(index, 0.06))
        blocked = min(100 - busy, part.blocked * self._wave(index, 0.05))
        ready = min(100 - busy - blocked, busy * 0.06)
        err = rate * 0.03 if part.alias in ("parse", "classify") else 0.0
        seen = int(self.scene.rate * part.share * self.step / 10)
        into = part.kind != "source"
        out = part.kind != "sink"
        state = "blocked" if blocked > 30 else "running" if busy > 25 else "idle"
        fill = min(1.0, part.fill * self._wave(index, 0.04))
        per_poll = int(busy * 1e7 / max(1.0, rate / 12))
        return see.TaskSnapshot(
            f"{self.scene.alias}/{part.kind}/{part.alias}",
            self.scene.alias,
            part.alias,
            part.kind,
            part.detail,
            state="paused" if self.events.holds(part.kind, part.alias) else state,  # type: ignore[arg-type]
            since_ns=START_NS,
            split=see.Split(busy, ready, blocked, 100 - busy - ready - blocked),
            events_in=seen if into else 0,
            events_out=seen if out else 0,
            events_err=int(seen * 0.03) if err else 0,
            in_s=rate if into else 0.0,
            out_s=(rate - err) if out else 0.0,
            err_s=err,
            bytes_in_s=rate * 180,
            bytes_out_s=rate * 240,
            polls=int(seen / 12),
            polls_s=rate / 12,
            yields=see.Yields(seen // 120, seen // 900, 0, 0, seen // 400, 10**9, 10**8, 0, 0, 10**7),
            yields_s=(rate / 120, blocked / 3, 0.0, 0.0, busy / 8),
            run=_histogram(per_poll, self.step),
            longest_run_ns=per_poll * 9,
            ready_p50_ns=60_000,
            ready_p99_ns=900_000,
            queue=see.ChannelSnapshot(int(fill * 64), 64, int(fill * 8e6), 8 * 2**20, 40, fill)
            if into
            else None,
            version=self.version if part.kind == "pipeline" else 1,
        )

    def _flow(self, tasks: tuple[see.TaskSnapshot, ...]) -> see.FlowSnapshot:
        by_alias = {task.alias: task for task in tasks}
        nodes = tuple(
            see.NodeSnapshot(
                _node(task), task.kind, task.alias, task.detail, task.id, task.events_in, task.events_out
            )
            for task in tasks
        )
        edges = tuple(self._edge(by_alias, link) for link in self.scene.links)
        inside = {part.alias: self._inside(part) for part in self.scene.parts if part.kind == "pipeline"}
        rate = self.scene.rate
        return see.FlowSnapshot(
            self.scene.alias, "running", f"{self.base}/live.troy", 0, START_NS, self.version,
            rate, rate * 0.97, rate * 0.03, int(rate * self.step / 10), int(rate * self.step / 10.4), 12,
            4_000_000, 11_000_000,
            see.GraphSnapshot(nodes, edges), inside, last_apply=self.last_apply,
            note=self.note, note_ns=self.now if self.note else 0, watching_until_ns=self.watched_until_ns,
            breaks=(self.events.broken,) if self.events.broken else (),
            letters=self.letters.shelf.count(self.scene.alias),
        )  # fmt: skip

    def _edge(self, tasks: dict[str, see.TaskSnapshot], link: tuple[str, str, str]) -> see.EdgeSnapshot:
        source, target = tasks[link[0]], tasks[link[2]]
        rate = source.err_s if link[1] == "err" else source.out_s
        name = f"{self.scene.alias}:{_node(source)}/{link[1]}>{_node(target)}/in"
        fill = target.queue.fill if target.queue else None
        return see.EdgeSnapshot(
            name, _node(source), link[1], _node(target), "in", int(rate * self.step / 10), rate, fill
        )

    def _inside(self, part: Part) -> see.GraphSnapshot:
        script = f"{part.alias}_line" if part.alias == "parse" else f"{part.alias}_request"
        kinds = (("in", "input"), (script, "script"), ("out", "output"), ("err", "output"))
        nodes = tuple(
            see.NodeSnapshot(
                f"{part.alias}/{name}", kind, name, share=0.9 if kind == "script" else 0.03, line=12
            )
            for name, kind in kinds
        )
        rate = self.scene.rate * part.share
        links = (
            ("in", "out", script, rate),
            (script, "out", "out", rate * 0.97),
            (script, "err", "err", rate * 0.03),
        )
        edges = tuple(
            see.EdgeSnapshot(
                f"{self.scene.alias}:pipeline/{part.alias}:{a}/{port}>{b}/in",
                f"{part.alias}/{a}", port, f"{part.alias}/{b}", "in", int(r * self.step / 10), r,
            )
            for a, port, b, r in links
        )  # fmt: skip
        return see.GraphSnapshot(nodes, edges)


def _node(task: see.TaskSnapshot) -> str:
    return f"pipeline/{task.alias}" if task.kind == "pipeline" else f"connector/{task.alias}"


def _histogram(middle_ns: int, step: int) -> see.Histogram:
    """Run times round `middle_ns` with a long tail."""
    steps = see.HISTOGRAM_STEPS
    at = max(4.0, math.log2(max(2, middle_ns)) * steps)
    counts = tuple(
        int((step + 50) * (40 * math.exp(-(((i - at) / 5) ** 2)) + (0.9 if at < i < at + 22 else 0)))
        for i in range(int(at) + 24)
    )
    return see.Histogram(counts, middle_ns, middle_ns * 2, middle_ns * 6, middle_ns * 8, middle_ns * 9)


def previewed(samples: Sequence[str]) -> see.Previewed:
    """The draft says `big` of every seventh sample, and sends every fifth to `err`, where nothing went."""
    running = [
        see.PreviewResult("out", json.dumps(json.loads(sample) | {"class": "ok"}), run_ns=88_000 + 1000 * i)
        for i, sample in enumerate(samples)
    ]
    made = [
        see.PreviewResult("err", '{"error": "no cust"}', run_ns=102_000)
        if i % 5 == 2
        else see.PreviewResult("out", one.value.replace('"ok"', '"big"'), run_ns=91_000)
        if i % 7 == 4
        else one
        for i, one in enumerate(running)
    ]
    return see.Previewed(tuple(made), running=tuple(running))


def unknown_name(path: str, text: str) -> Sequence[Diagnostic]:
    """A diagnosis that knows one mistake: the word `evnt`."""
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        at = line.find("evnt")
        if at >= 0:
            span = Span(path, number, at + 1, number, at + 5)
            found.append(Diagnostic("there is no variable `evnt`", span, "did you mean `event`?"))
    return found
