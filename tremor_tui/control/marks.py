"""Marks: what was changed between two pictures of an engine, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tremor_tui.control.history import Mark
from tremor_tui.control.snapshots import EngineSnapshot, FlowSnapshot, Receipt, Warned


def changes(before: EngineSnapshot | None, after: EngineSnapshot) -> list[Mark]:
    """The marks of what became different; of all flows that run where there is no earlier picture."""
    found = [*_flows(before, after), *_executors(before, after), *_warnings(before, after)]
    found += [*_settings(before, after), *_moves(before, after)]
    return sorted(found, key=lambda mark: mark.at_ns)


def _flows(before: EngineSnapshot | None, after: EngineSnapshot) -> Iterator[Mark]:
    old = {flow.alias: flow for flow in before.flows} if before else {}
    for flow in after.flows:
        yield from _flow(old.pop(flow.alias, None), flow, after.at_ns)
    for flow in old.values():
        yield Mark(after.at_ns, "stop", f"{flow.alias} was stopped", flow.alias)


def _flow(old: FlowSnapshot | None, flow: FlowSnapshot, at_ns: int) -> Iterator[Mark]:
    name = flow.alias
    if old is None:
        file = flow.file.rsplit("/", 1)[-1]
        words = f"deploy {name}" + (f" from {file}" if file else "")
        yield Mark(flow.since_ns or at_ns, "deploy", words, name)
        return
    receipt = flow.last_apply
    if receipt is not None and receipt != old.last_apply:
        yield _applied(receipt, flow, at_ns)
    if flow.state != old.state:
        yield from _states(old, flow, at_ns)
    elif flow.note and flow.note != old.note and "began anew" in flow.note:
        yield Mark(flow.note_ns or at_ns, "executor", f"{name} {flow.note}", name)


def _applied(receipt: Receipt, flow: FlowSnapshot, at_ns: int) -> Mark:
    at_ns = receipt.at_ns or at_ns
    if receipt.went_back_from:
        words = f"v{receipt.went_back_from} went back to v{receipt.version}"
        words = flow.note if flow.note.startswith(words) else words
        return Mark(at_ns, "back", f"{receipt.flow} {words}", receipt.flow)
    what = receipt.words or ", ".join(receipt.pipelines)
    text = f"apply v{receipt.version}" + (f" ({what})" if what else "")
    text += f": {receipt.events} queued events carried over, pause {receipt.pause_ns / 1e6:.1f} ms"
    return Mark(at_ns, "apply", text, receipt.flow)


def _states(old: FlowSnapshot, flow: FlowSnapshot, at_ns: int) -> Iterator[Mark]:
    name = flow.alias
    if flow.state == "paused":
        yield Mark(at_ns, "pause", f"{name} was paused", name)
    elif old.state == "paused" and flow.state == "running":
        yield Mark(at_ns, "resume", f"{name} went on", name)
    elif flow.state == "failed":
        yield Mark(at_ns, "fail", f"{name} failed: {flow.error.partition(chr(10))[0]}", name)
    elif flow.state in ("stopped", "draining"):
        yield Mark(at_ns, "stop", f"{name} is {flow.state}", name)


def _executors(before: EngineSnapshot | None, after: EngineSnapshot) -> Iterator[Mark]:
    restarts = {executor.id: executor.restarts for executor in before.executors} if before else {}
    for executor in after.executors:
        if executor.restarts > restarts.get(executor.id, executor.restarts):
            text = f"executor {executor.id} ended and was started again ({executor.restarts} times so far)"
            yield Mark(after.at_ns, "executor", text)


def _moves(before: EngineSnapshot | None, after: EngineSnapshot) -> Iterator[Mark]:
    if before is not None:
        for moved in after.placement.moves:
            if moved not in before.placement.moves:
                yield Mark(moved.at_ns, "executor", moved.text, moved.flow)


def _warnings(before: EngineSnapshot | None, after: EngineSnapshot) -> Iterator[Mark]:
    """One mark for each time a warning begins; it is said again, with its end, when it is over."""
    old = _active(before.warnings) if before else {}
    now = _active(after.warnings)
    for key, warned in now.items():
        if key not in old:
            yield _warning(warned, 0)
    for key, warned in old.items():
        if key not in now:
            yield _warning(warned, after.at_ns)


def _active(warnings: Iterable[Warned]) -> dict[tuple[str, str], Warned]:
    return {(warned.kind, warned.task): warned for warned in warnings if warned.active}


def _warning(warned: Warned, until_ns: int) -> Mark:
    place = f" at {warned.file}:{warned.line}" if warned.line and warned.file not in warned.text else ""
    return Mark(
        warned.at_ns, "warning", warned.text + place, warned.flow, warned.task, until_ns, warned.hint,
        warned.kind,
    )  # fmt: skip


def _settings(before: EngineSnapshot | None, after: EngineSnapshot) -> Iterator[Mark]:
    if before is None:
        return
    if before.limits != after.limits:
        yield Mark(after.at_ns, "settings", "the limits of warnings were changed")
    if before.statistics != after.statistics:
        yield Mark(after.at_ns, "settings", f"statistics {'on' if after.statistics else 'off'}")
    if before.recording != after.recording:
        words = f"recording to {after.recording}" if after.recording else "the recording ended"
        yield Mark(after.at_ns, "record", words)
