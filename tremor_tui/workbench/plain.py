"""The workbench without a screen: the same data as lines, one per change, for screen readers and logs."""

from __future__ import annotations

import asyncio
import os
import sys

from tremor_tui.control import commands as do
from tremor_tui.control.letters import LetterFilter, Letters, ListLetters
from tremor_tui.control.plane import ControlPlane
from tremor_tui.control.snapshots import EngineSnapshot, FlowSnapshot, Notice, Receipt
from tremor_tui.errors import ControlError, TremorError
from tremor_tui.workbench import figures
from tremor_tui.workbench.bottleneck import find_limit
from tremor_tui.workbench.session import Connect
from tremor_tui.workbench.terminal import clean

LETTERS_EVERY_NS = 10**9
"""Between two lines about the dead letters of a flow."""


def run_plain(
    connect: Connect, *, file: str | None, engine: str, base: str, module_path: tuple[str, ...]
) -> int:
    """Writes lines until ctrl+c or until the engine is lost; answers the exit code."""
    path = os.path.normpath(os.path.join(base, file)) if file else ""
    try:
        return asyncio.run(_follow(connect, path, engine, base, module_path))
    except KeyboardInterrupt:
        return 0


async def _follow(connect: Connect, path: str, engine: str, base: str, modules: tuple[str, ...]) -> int:
    said: dict[str, str] = {}
    try:
        plane = await connect(engine)
        if path:
            await plane.submit(do.Deploy(path, base, modules))
        await plane.submit(do.Watch(per_second=1.0))
        letters = _LetterLines(plane)
        async for pushed in plane.pushed():
            if isinstance(pushed, EngineSnapshot):
                _write_changes(_lines(pushed), said)
                await letters.follow(pushed)
            elif isinstance(pushed, Notice):
                _write(f"{pushed.severity}: {pushed.text}")
    except TremorError as error:
        for problem in getattr(error, "diagnostics", ()):
            _write(problem.short())
        _write(f"error: {error}" + (f"\nhint: {error.hint}" if error.hint else ""))
        return 1
    return 0


def _write_changes(lines: dict[str, str], said: dict[str, str]) -> None:
    """Writes what is new or other than before, and what is over, each in a line."""
    for key, text in lines.items():
        if said.get(key) != text:
            said[key] = text
            _write(text)
    for key in said.keys() - lines.keys():
        over = said.pop(key)
        if key.startswith(("flow ", "warning ", "break ")):
            _write(f"over: {over}")


class _LetterLines:
    """Says how many dead letters of a flow wait, when that changes."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane
        self._said: dict[str, tuple[int, int]] = {}

    async def follow(self, picture: EngineSnapshot) -> None:
        """Writes a line for each flow where another number waits than was said."""
        for flow in picture.flows:
            count = flow.letters.open
            before, at_ns = self._said.get(flow.alias, (0, picture.at_ns - LETTERS_EVERY_NS))
            if count != before and picture.at_ns - at_ns >= LETTERS_EVERY_NS:
                self._said[flow.alias] = count, picture.at_ns
                _write(f"flow {flow.alias}: dead letters that wait: {count}{await self._newest(flow.alias)}")

    async def _newest(self, flow: str) -> str:
        """Why the newest of them failed; empty where none waits or that is not known."""
        try:
            answer = await self._plane.submit(ListLetters(LetterFilter(flow=flow, open=True), limit=1))
        except ControlError:
            return ""  # the count stands without a reason
        lines = answer.lines if isinstance(answer, Letters) else ()
        return f", the newest: {lines[0].place}: {lines[0].reason}" if lines else ""


def _write(text: str) -> None:
    sys.stdout.write("\n".join(clean(line) for line in text.split("\n")) + "\n")
    sys.stdout.flush()


def _lines(picture: EngineSnapshot) -> dict[str, str]:
    lines: dict[str, str] = {}
    for flow in picture.flows:
        lines |= _flow_lines(flow, picture)
    for task in picture.tasks:
        lines[f"task {task.id}"] = f"task {task.id} {task.state} busy {round(task.split.busy, -1):.0f}%"
        if task.breaker:
            lines[f"breaker {task.id}"] = f"task {task.id} does not pull: {task.breaker}"
        if task.held:
            lines[f"break {task.id}"] = f"task {task.id} is held by a break"
    for warned in picture.warnings:
        if warned.active:
            where = f" at {warned.file}:{warned.line}" if warned.line else ""
            words = f"warning: {warned.text}{where} {warned.hint}".rstrip()
            lines[f"warning {warned.kind} {warned.task} {warned.text}"] = words
    if picture.recording:
        lines["recording"] = f"recording to {picture.recording}"
    return lines


def _flow_lines(flow: FlowSnapshot, picture: EngineSnapshot) -> dict[str, str]:
    name = f"flow {flow.alias}"
    rates = f"in {figures.rate(flow.in_s)}/s out {figures.rate(flow.out_s)}/s"
    rates += f" err {figures.rate(flow.err_s)}/s"
    lines = {
        name: f"{name} {flow.state} {rates}",
        f"limit {flow.alias}": f"{name}: {find_limit(flow, picture.tasks).text}",
        f"version {flow.alias}": f"{name} runs v{flow.version}",
    }
    if flow.error:
        lines[f"error {flow.alias}"] = f"error: {name}: {flow.error}"
    if flow.note:
        lines[f"note {flow.alias}"] = f"{name}: {flow.note}"
    if flow.last_apply is not None:
        lines[f"apply {flow.alias}"] = f"{name}: {_receipt(flow.last_apply)}"
    return lines


def _receipt(receipt: Receipt) -> str:
    went_back = f"v{receipt.went_back_from} went back, " if receipt.went_back_from else ""
    kept, pause = f"{receipt.events} queued events kept", figures.duration(receipt.pause_ns)
    return f"{went_back}v{receipt.version} live, {kept}, pause {pause}"
