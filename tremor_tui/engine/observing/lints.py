"""Lints about executors: a loop that is late again and again, a core that is used up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from tremor_tui.control.limits import Limits
from tremor_tui.control.snapshots import ExecutorSnapshot, Warned

LAG_S = 2
CPU_S = 60
KEEP_NS = 60 * 10**9
"""How long a warning that is over is still told of."""


@dataclass(frozen=True, slots=True)
class _Trouble:
    """One lint's state: since when its condition holds (0: it does not), how often it was warned of."""

    since_ns: int = 0
    at_ns: int = 0
    count: int = 0
    active: bool = False
    ended_ns: int = 0
    text: str = ""


_HINTS = {
    "lag": "its tasks run too long at a time: see their longest run; fewer flows on this executor help",
    "cpu": "run more executors and spread the flows, or make the busiest script do less",
}


@dataclass
class ExecutorLints:
    """Looks at executors once a second."""

    _troubles: dict[tuple[str, int], _Trouble] = field(default_factory=dict)

    def look(self, executors: Iterable[ExecutorSnapshot], limits: Limits, now_ns: int) -> None:
        """Finds warnings that begin or end."""
        for executor in executors:
            late, cpu = executor.loop_lag_ns, executor.cpu
            name = f"the loop of executor {executor.id}"
            text = f"{name} is {late / 1e6:.0f} ms late (limit {limits.lag_ms:g} ms)"
            self._judge("lag", executor.id, late > limits.lag_ms * 1e6, LAG_S, text, now_ns)
            share = f"{cpu * 100:.0f} % of its core for {CPU_S} s (limit {limits.cpu_share * 100:g} %)"
            text = f"executor {executor.id} uses {share}"
            self._judge("cpu", executor.id, cpu > limits.cpu_share, CPU_S, text, now_ns)

    def warned(self, now_ns: int) -> list[Warned]:
        """What holds now, or did within the last minute."""
        return [
            Warned(kind, one.text, at_ns=one.at_ns, count=one.count, active=one.active, hint=_HINTS[kind])
            for (kind, _), one in self._troubles.items()
            if one.active or (one.count and now_ns - one.ended_ns < KEEP_NS)
        ]

    def _judge(self, kind: str, number: int, holds: bool, after_s: int, text: str, now_ns: int) -> None:
        old = self._troubles.get((kind, number), _Trouble())
        if not holds:
            ended = now_ns if old.active else old.ended_ns
            self._troubles[kind, number] = replace(old, since_ns=0, active=False, ended_ns=ended)
            return
        new = replace(old, since_ns=old.since_ns or now_ns)
        if now_ns - new.since_ns >= after_s * 10**9:
            began = not old.active
            new = replace(
                new,
                active=True,
                text=text,
                count=old.count + began,
                at_ns=now_ns if began else old.at_ns,
            )
        self._troubles[kind, number] = new
