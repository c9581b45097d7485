"""The path of an event as lines: where it was, how long, what lay between, where each branch ended."""

from __future__ import annotations

from tremor_tui.control.events import Hop, Trace
from tremor_tui.workbench import figures
from tremor_tui.workbench.glyphs import Glyphs
from tremor_tui.workbench.ink import Ink
from tremor_tui.workbench.store import named
from tremor_tui.workbench.widgets.painted import Line

ENDS = {
    "written": "written",
    "dropped": "dropped on purpose",
    "discarded": "leads nowhere: discarded",
    "failed": "failed here",
    "kept": "kept by a window or batch",
}


def path_lines(trace: Trace, ink: Ink, glyphs: Glyphs) -> list[Line]:
    """A line for each hop: time after the read, wait before it, node, stay, and how it left."""
    over = "" if trace.is_over else "   still on its way"
    lines = [
        Line().add("path", ink.dim).add(f"   read by {named(trace.source)} at ", ink.dim)
        .add(figures.clock(trace.read_ns, millis=True), ink.text).add(over, ink.warn)
    ]  # fmt: skip
    left = 0
    for hop in trace.hops:
        lines.append(_hop(hop, max(0, hop.at_ns - left), ink, glyphs))
        left = hop.until_ns if hop.until_ns and ":" not in hop.node else max(left, hop.at_ns)
    return lines


def _hop(hop: Hop, waited: int, ink: Ink, glyphs: Glyphs) -> Line:
    place, _, inner = hop.node.partition(":")
    name = inner or place.partition("/")[2]
    line = Line().right(_after(hop.at_ns), 9, ink.dim)
    line.add("  " + ("   " + glyphs.dot + " " if inner else glyphs.arrow + " "), ink.frame)
    line.add(named(name), ink.text if inner else ink.strong)
    stayed = hop.until_ns - hop.at_ns if hop.until_ns else 0
    words = f"  {figures.duration(stayed)}" if stayed > 0 else ""
    line.add(words, ink.dim)
    if not inner and waited > 0:
        line.add(f"  waited {figures.duration(waited)}", ink.dim)
    others = [port for port in hop.ports if port != "out"]
    if others:
        line.add(f"  by {', '.join(map(named, others))}", ink.warn)
    if hop.end:
        good = hop.end == "written"
        mark = glyphs.good if good else glyphs.bad if hop.end == "failed" else glyphs.dot
        line.add(f"  {mark} {ENDS[hop.end]}", ink.good if good else ink.warn)
    return line


def _after(ns: int) -> str:
    return "+0" if ns <= 0 else f"+{figures.duration(ns)}"
