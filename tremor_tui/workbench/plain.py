"""The workbench without a screen: the same data as lines, one per change, for screen readers and logs."""

from __future__ import annotations

import asyncio
import os
import sys

from tremor_tui.control import commands as do
from tremor_tui.control.snapshots import EngineSnapshot, Notice
from tremor_tui.errors import TremorError
from tremor_tui.workbench import figures
from tremor_tui.workbench.bottleneck import find_limit
from tremor_tui.workbench.session import Connect
from tremor_tui.workbench.terminal import clean


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
        async for pushed in plane.pushed():
            if isinstance(pushed, EngineSnapshot):
                _write_changes(_lines(pushed), said)
            elif isinstance(pushed, Notice):
                _write(f"{pushed.severity}: {pushed.text}")
    except TremorError as error:
        for problem in getattr(error, "diagnostics", ()):
            _write(problem.short())
        _write(f"error: {error}" + (f"\nhint: {error.hint}" if error.hint else ""))
        return 1
    return 0


def _write_changes(lines: dict[str, str], said: dict[str, str]) -> None:
    for key, text in lines.items():
        if said.get(key) != text:
            said[key] = text
            _write(text)


def _write(text: str) -> None:
    sys.stdout.write("\n".join(clean(line) for line in text.split("\n")) + "\n")
    sys.stdout.flush()


def _lines(picture: EngineSnapshot) -> dict[str, str]:
    lines: dict[str, str] = {}
    for flow in picture.flows:
        rates = f"in {figures.rate(flow.in_s)}/s out {figures.rate(flow.out_s)}/s"
        rates += f" err {figures.rate(flow.err_s)}/s"
        lines[f"flow {flow.alias}"] = f"flow {flow.alias} {flow.state} {rates}"
        lines[f"limit {flow.alias}"] = f"flow {flow.alias}: {find_limit(flow, picture.tasks).text}"
    for task in picture.tasks:
        lines[task.id] = f"task {task.id} {task.state} busy {round(task.split.busy, -1):.0f}%"
    for warned in picture.warnings:
        lines[f"{warned.kind} {warned.task}"] = f"warning: {warned.text} {warned.hint}".rstrip()
    return lines
