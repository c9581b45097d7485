"""Events of the fake plane: taps that filter and count, a break that holds at once, a path."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tremor_tui.control import events as ask
from tremor_tui.control.base import Command
from tremor_tui.control.picking import MISSING, field_path
from tremor_tui.control.snapshots import Answer, Done
from tremor_tui.errors import ControlError

PASSED = 200
"""Events that pass an edge in a step."""
HOPS = (
    ask.Hop("connector/replay", 0, 210_000, ports=("out",)),
    ask.Hop("pipeline/parse", 1_900_000, 2_020_000, "in", ("out",)),
    ask.Hop("pipeline/parse:in", 1_910_000, 1_912_000, "in", ("out",)),
    ask.Hop("pipeline/parse:parse_line", 1_915_000, 2_001_000, "in", ("out",)),
    ask.Hop("pipeline/classify", 6_400_000, 6_610_000, "in", ("out",)),
    ask.Hop("pipeline/slow_failures", 6_900_000, 6_930_000, "in", (), "dropped"),
    ask.Hop("connector/requests", 7_010_000, 7_100_000, "in", (), "written"),
)


@dataclass
class FakeEvents:
    """Answers requests about events. `sample` makes the event of a step, `push` sends what is told."""

    sample: Callable[[int], ask.Sample]
    push: Callable[[ask.TapSamples | ask.BreakSnapshot], None]
    flow: str = "live"
    taps: dict[int, ask.OpenTap] = field(default_factory=dict)
    seen: Counter[int] = field(default_factory=Counter)
    matched: Counter[int] = field(default_factory=Counter)
    broken: ask.BreakSnapshot | None = None
    read_ns: int = 0
    opened: int = 0

    def holds(self, kind: str, alias: str) -> bool:
        """Whether the break holds that task."""
        place = f"{'pipeline' if kind == 'pipeline' else 'connector'}/{alias}"
        broken = self.broken
        return broken is not None and broken.state == "held" and broken.node.partition(":")[0] == place

    def answer(self, request: ask.Looking) -> Answer:
        """The answer. Raises ControlError."""
        match request:
            case ask.OpenTap():
                self.opened += 1
                number = self.opened
                self.taps[number] = request
                return ask.TapOpened(number)
            case ask.ChangeTap(tap, rate, matching, top, trace):
                if tap not in self.taps:
                    raise ControlError(f"there is no tap {tap}")
                if matching != self.taps[tap].matching:
                    self.seen[tap] = self.matched[tap] = 0
                self.taps[tap] = ask.OpenTap(self.taps[tap].edge, rate, matching, top, trace)
            case ask.SetBreak(flow, node, condition):
                event = self.sample(7)
                task = f"{flow}/{node.partition(':')[0]}"
                self._tell(
                    ask.BreakSnapshot(
                        11,
                        flow,
                        node,
                        task,
                        condition,
                        "held",
                        self.read_ns,
                        28 * 10**9,
                        270,
                        3120,
                        0,
                        "",
                        (event,),
                    )
                )
                return ask.BreakSet(11)
            case ask.GetTrace(flow, number):
                return ask.Traced(self._trace(flow, number))
            case ask.TraceNext(flow):
                return ask.Traced(self._trace(flow, 5))
            case ask.CloseTap(tap):
                self.taps.pop(tap, None)
            case _:
                self._move(request)
        return Done()

    def tap_frames(self, step: int, steps: int) -> list[ask.TapSamples]:
        """What the open taps saw in so many steps."""
        return [self._frame(number, step, steps) for number in self.taps]

    def _move(self, request: Command) -> None:
        broken = self.broken
        if broken is None:
            return
        held = {"state": "held", "passed": broken.passed + 1, "waiting": broken.waiting - 1}
        match request:
            case ask.StepBreak():
                self._tell(_like(broken, events=(self.sample(broken.passed),), **held))
            case ask.GoBreak():
                self._tell(_like(broken, state="set", events=(), left_ns=0))
            case ask.ClearBreak():
                self._tell(_like(broken, state="over", note=ask.ENDED))
                self.broken = None

    def _tell(self, snapshot: ask.BreakSnapshot) -> None:
        self.broken = snapshot
        self.push(snapshot)

    def _trace(self, flow: str, number: int) -> ask.Trace:
        return ask.Trace(number, flow, "replay", self.read_ns, HOPS, True, self.sample(number).value)

    def _frame(self, number: int, step: int, steps: int) -> ask.TapSamples:
        tap = self.taps[number]
        many = 20 if tap.per_second > 50 else 1
        samples = tuple(self._numbered(self.sample(step + at), step + at) for at in range(many))
        matching = tap.matching
        if matching and step % 3:
            samples = ()
        self.seen[number] += PASSED * steps
        self.matched[number] += len(samples)
        looked = self.seen[number] // 4 if matching or tap.top else 0
        return ask.TapSamples(
            number,
            tap.edge,
            samples,
            PASSED * steps,
            self.seen[number],
            looked,
            self.matched[number] if matching else looked,
            top=self._top(tap.top, looked) if tap.top else None,
        )

    def _numbered(self, sample: ask.Sample, step: int) -> ask.Sample:
        return ask.Sample(sample.at_ns, sample.value, sample.meta, trace=step)

    def _top(self, text: str, looked: int) -> ask.Top:
        path, counts, missing = field_path(text), Counter[str](), 0
        for at in range(40):
            one = self.sample(at)
            found = path.of(json.loads(one.value), json.loads(one.meta or "{}"))
            if found is MISSING:
                missing += looked // 40
            else:
                counts[json.dumps(found)] += looked // 40
        values = [
            ask.TopValue(text, count, index) for index, (text, count) in enumerate(counts.most_common(10))
        ]
        return ask.Top(tuple(values), sum(counts.values()), missing)


def _like(broken: ask.BreakSnapshot, **changes: object) -> ask.BreakSnapshot:
    kept = {name: getattr(broken, name) for name in broken.__struct_fields__}
    return ask.BreakSnapshot(**(kept | changes))
