"""BenchView: measures the runtime from one flow to many, and shows the curves while they grow."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from textual.app import ComposeResult
from textual.containers import Container
from textual.widget import Widget

from tremor_tui.control.bench import (
    BenchPlan,
    BenchRun,
    BenchStep,
    StartBench,
    StopBench,
    WatchBench,
    decode_run,
    encode_run,
    problems,
)
from tremor_tui.control.benching import (
    BenchDrawn,
    BenchesListed,
    BenchRead,
    DrawBench,
    KeptBench,
    ListBenches,
    ReadBench,
)
from tremor_tui.control.snapshots import Done, EngineSnapshot, Pushed
from tremor_tui.errors import ControlError, DataError
from tremor_tui.workbench.actions import bindings
from tremor_tui.workbench.benched import (
    AXES,
    CHOICES,
    VARIANTS,
    Benched,
    beside,
    called,
    megabytes,
    of_plan,
    other_length,
    plan_of,
    takes,
)
from tremor_tui.workbench.fields import Field, value_of
from tremor_tui.workbench.memory import text_of
from tremor_tui.workbench.screens.dialogs import Ask, Menu
from tremor_tui.workbench.screens.form import Form
from tremor_tui.workbench.screens.view import View
from tremor_tui.workbench.store import Store, named
from tremor_tui.workbench.widgets.scaling import AllSizes, AtSize, Scaling

FIELDS = (
    ("data", "string", "84 of 100 events leave at the first match; all branches alike; texts not ASCII"),
    ("script", "string", "events pass unchanged; keys are added; events are changed at will"),
    ("schedules", "array", "tasks of one loop; a thread for each; tasks over several processes"),
    ("flows", "array", "how many flows side by side: n sources, n pipelines and one sink"),
    ("rounds", "integer", "how often each point is measured; its figures are medians"),
    ("seconds", "float", "how long a measurement takes"),
    ("warmup", "float", "how long a flow runs before it is measured, in seconds"),
    ("executors", "integer", "the processes of the schedule of that name"),
    ("whole_events", "bool", "decode events whole and encode them whole, as `run --whole-events`"),
)
LISTS = ("schedules", "flows")


class _Scaling(Scaling):
    BINDINGS = [*bindings("bench")]  # noqa: RUF012 - Textual's own way


class _AtSize(AtSize):
    BINDINGS = [*bindings("bench")]  # noqa: RUF012


class _AllSizes(AllSizes):
    BINDINGS = [*bindings("bench")]  # noqa: RUF012


class BenchView(View):
    """The curves, the figures of one size, and those of all. It listens to the engine once it was shown."""

    def __init__(self, store: Store, base: str) -> None:
        super().__init__(store, id="bench")
        self.base = base
        self.shown = Benched()
        self.plot = _Scaling(store, self.shown, id="scaling")
        self.at_size = _AtSize(store, self.shown, id="atsize")
        self.all_sizes = _AllSizes(store, self.shown, id="allsizes")
        self._watched = 0
        self._was_entered = False
        store.listeners.append(self._listen)

    def compose(self) -> ComposeResult:
        """The curves above; below them the tables, of which a narrow terminal shows one."""
        yield self.plot
        with Container(id="measured"):
            yield self.at_size
            yield self.all_sizes

    def panes(self) -> list[Widget]:
        """The curves, then the table that is shown."""
        return [self.plot, self.all_sizes if self.has_class("all") else self.at_size]

    def place(self) -> str:
        """The place of its actions."""
        return "bench"

    def entered(self) -> None:
        """From now on it follows what the engine measures."""
        self._was_entered = True
        self._follow()
        super().entered()

    def repaint(self) -> None:
        """Draws anew what changed; before anything was measured there are no tables."""
        self.set_class(not self.shown.sizes, "empty")
        super().repaint()

    def back(self) -> bool:
        """Takes away what is laid over."""
        if self.shown.over is None:
            return False
        self.act_forget()
        return True

    def why_off(self, action: str) -> str:
        """One run at a time; some need a run."""
        shown = self.shown
        if action == "start_bench" and shown.is_running:
            return "a benchmark runs; s stops it"
        if action == "stop_bench" and not shown.is_running:
            return "no benchmark runs"
        if action in ("axis", "export", "fewer_flows", "more_flows", "all_sizes") and not shown.runs:
            return "nothing was measured yet"
        if action == "forget" and shown.over is None:
            return "no run is laid over"
        return ""

    def loses(self) -> str:
        """The run that goes on."""
        step = self.shown.step
        if step is None or not self.shown.is_running:
            return ""
        return f"A benchmark runs ({step.done} of {step.of}): where the engine ends it is lost."

    def remember(self) -> dict[str, object]:
        """The axis, and what is measured next."""
        return {"axis": self.shown.axis.id, "plan": msgspec.json.encode(self.shown.plan).decode()}

    def recall(self, kept: dict[str, object]) -> None:
        """The axis and the plan of before, if there are such."""
        self.shown.axis = next((one for one in AXES if one.id == text_of(kept, "axis")), self.shown.axis)
        try:
            plan = msgspec.json.decode(text_of(kept, "plan"), type=BenchPlan)
        except msgspec.DecodeError:
            return
        self.shown.plan = self.shown.plan if problems(plan) else plan

    # --- what the engine tells

    def _follow(self) -> None:
        """Asks an engine, once for each connection, to tell what it measures."""
        session = self.desk.session
        if self.store.link == "live" and self._watched != session.attached:
            self._watched = session.attached
            if self.store.past.playing is None:
                self.shown.step = None
                self.desk.work(session.ask(WatchBench()))

    def _listen(self, pushed: Pushed, _now: float) -> None:
        if isinstance(pushed, BenchStep):
            self.shown.step = pushed
        elif isinstance(pushed, EngineSnapshot) and self._was_entered:
            self._follow()

    # --- running

    def act_start_bench(self) -> None:
        """Starts what is planned."""
        self.desk.work(self._start())

    async def _start(self) -> None:
        busy = beside(self.store.latest)
        answer = await self.desk.session.ask(StartBench(self.shown.plan))
        words = answer.text if isinstance(answer, Done) else "started"
        if busy:
            self.desk.say(f"{words}; {busy}, which takes time from what is measured", "warning")
        else:
            self.desk.say(words)

    def act_stop_bench(self) -> None:
        """Stops it."""
        self.desk.work(self._stop())

    async def _stop(self) -> None:
        answer = await self.desk.session.ask(StopBench())
        self.desk.say(answer.text if isinstance(answer, Done) else "stopped", "warning")

    def act_full(self) -> None:
        """A quick look, or a full run."""
        self._planned(other_length(self.shown.plan))

    def _planned(self, plan: BenchPlan) -> None:
        self.shown.plan = plan
        self.desk.say(f"next: {of_plan(plan)}, about {takes(plan)}; enter starts it")
        self.store.touch()

    def act_variant(self) -> None:
        """Offers data and scripts."""
        plan, names = self.shown.plan, list(VARIANTS)
        options = [
            (f"{data} {script}", f"{data:<7}{script:<8}", VARIANTS[data, script]) for data, script in names
        ]
        at = names.index((plan.data, plan.script)) if (plan.data, plan.script) in names else 0

        def take(chosen: str | None) -> None:
            if chosen:
                data, script = chosen.split()
                self._planned(plan_of((("data", data), ("script", script)), plan))

        self.app.push_screen(Menu("What is measured next", options, at), take)

    def act_choose(self) -> None:
        """The whole plan as a form."""
        self.app.push_screen(Form("What is measured next", fields_of(self.shown.plan)), self._chosen)

    def _chosen(self, fields: list[Field] | None) -> None:
        if fields is None:
            return
        try:
            plan = plan_in(fields, self.shown.plan)
        except ValueError as error:
            self.desk.say(f"the plan is as before: {error}", "error")
        else:
            self._planned(plan)

    # --- looking

    def act_axis(self) -> None:
        """Other figures."""
        self.shown.turn()
        self.repaint()

    def act_fewer_flows(self) -> None:
        """A smaller size."""
        self.shown.choose(-1)
        self.repaint()

    def act_more_flows(self) -> None:
        """A larger size."""
        self.shown.choose(1)
        self.repaint()

    def act_all_sizes(self) -> None:
        """The other table, where there is room for one."""
        self.toggle_class("all")
        self.call_after_refresh(self.repaint)

    # --- runs that were kept

    def act_compare(self) -> None:
        """Offers the runs that the engine keeps, and files."""
        self.desk.work(self._offer())

    async def _offer(self) -> None:
        listed = await self.desk.session.ask(ListBenches())
        if not isinstance(listed, BenchesListed):
            return
        if listed.damaged:
            self.desk.say(f"damaged and passed over: {', '.join(listed.damaged)}", "warning")
        options = [(f"={one.name}", called_kept(one.began_ns, one.name), _about(one)) for one in listed.runs]
        options.append(("file", "a file …", "that `tremor-tui bench --save` or E wrote"))
        if self.shown.over is not None:
            options.append(("none", "nothing", "takes away what is laid over"))
        chosen = await self.app.push_screen_wait(Menu("Lay a run over this one", options))
        if chosen == "none":
            self.act_forget()
        elif chosen == "file":
            name = await self.app.push_screen_wait(Ask("A saved run", "", "bench.json"))
            if name:
                self._lay(read_run(self.base, name), Path(name).name)
        elif chosen:
            found = await self.desk.session.ask(ReadBench(chosen.removeprefix("=")))
            if isinstance(found, BenchRead):
                self._lay(found.run, found.name)

    def _lay(self, run: BenchRun, name: str) -> None:
        self.shown.over, self.shown.over_name = run, name
        self.desk.say(f"capital letters: {called(run, named(name))}, {of_plan(run.plan)}")
        self.store.touch()

    def act_forget(self) -> None:
        """Takes away what is laid over."""
        self.shown.over, self.shown.over_name = None, ""
        self.store.touch()

    # --- files

    def act_export(self) -> None:
        """Offers what to write."""
        options = [
            ("json", "JSON", "every figure; `bench --against` and c read it"),
            ("svg", "SVG ", "the curves as a picture"),
            ("txt", "text", "curves and tables in characters"),
        ]
        self.app.push_screen(Menu("Export", options), self._export)

    def _export(self, kind: str | None) -> None:
        run = self.shown.run or self.shown.over
        if not kind or run is None:
            return
        stem = time.strftime("bench-%Y%m%d-%H%M%S", time.localtime(run.began_ns / 1e9))
        if kind == "json":
            self.desk.write_file(f"{stem}.json", encode_run(run).decode())
        elif kind == "svg":
            self.desk.work(self._draw(f"{stem}.svg", run))
        else:
            self.desk.write_file(f"{stem}.txt", self._text())

    async def _draw(self, name: str, run: BenchRun) -> None:
        answer = await self.desk.session.ask(DrawBench(run))
        if isinstance(answer, BenchDrawn):
            self.desk.write_file(name, answer.svg)

    def _text(self) -> str:
        panels = (self.plot, self.at_size, self.all_sizes)
        lines = [line.plain.rstrip() for panel in panels for line in panel.body(100, 24)]
        return "\n".join(lines) + "\n"


def called_kept(began_ns: int, name: str) -> str:
    """What a run is called in the list."""
    return time.strftime("%d %b %H:%M", time.localtime(began_ns / 1e9)) if began_ns else name


def _about(one: KeptBench) -> str:
    state = "" if one.finished else "  stopped"
    return f"{of_plan(one.plan)}  best {megabytes(one.best)} MB/s{state}"


def read_run(base: str, name: str) -> BenchRun:
    """A saved run. Raises ControlError where there is none in that file."""
    path = Path(base, Path(name).expanduser())
    try:
        return decode_run(path.read_bytes())
    except OSError as error:
        raise ControlError(f"cannot read {path.name}: {error.strerror}") from None
    except DataError as error:
        raise ControlError(f"{path.name}: {error}", error.hint) from None


def fields_of(plan: BenchPlan) -> list[Field]:
    """A plan as the lines of a form."""
    found = []
    for name, types, doc in FIELDS:
        value = getattr(plan, name)
        text = ", ".join(map(str, value)) if name in LISTS else str(value)
        text = text.lower() if types == "bool" else text
        found.append(
            Field(
                (name,), types, doc, is_required=True, choices=CHOICES.get(name, ()), is_list=name in LISTS,
                text=text, was=text,
            )
        )  # fmt: skip
    return found


def plan_in(fields: Sequence[Field], before: BenchPlan) -> BenchPlan:
    """The plan that a form was filled in with. Raises ValueError with the reason."""
    values: list[tuple[str, object]] = []
    for field in fields:
        found = value_of(field)
        value = found.value if found else None
        if field.title == "flows" and isinstance(value, list):
            value = sorted({int(str(one)) for one in value})
        values.append((field.title, value))
    plan = plan_of(values, before)
    wrong = problems(plan)
    if wrong:
        raise ValueError(wrong[0])
    return plan
