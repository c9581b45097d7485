"""Templates: flows to begin with; each is a file beside this one that runs as it is.

A template may ask for a path: the one that its text has stands in for it, as a string of the language.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Template:
    """`id` is the name of its file, `shape` its nodes in a line; `asks` is the path in the text to be asked
    for (empty: none), `asks_for` what that is."""

    id: str
    title: str
    shape: str
    about: str
    asks: str = ""
    asks_for: str = ""

    def text(self, path: str = "") -> str:
        """The text of the flow, with `path` in the place of the one that it asks for."""
        text = files(__name__).joinpath(f"{self.id}.troy").read_text(encoding="utf-8")
        return text.replace(json.dumps(self.asks), _literal(path)) if path and self.asks else text


def _literal(path: str) -> str:
    """A string of the language: as JSON has it, but that `#{` would begin an interpolation."""
    return json.dumps(path, ensure_ascii=False).replace("#", "\\#")


TEMPLATES = (
    Template(
        "timer",
        "A timer",
        "metronome > script > console",
        "A tick each second, changed by a script and printed: the smallest flow that does something.",
    ),
    Template(
        "read_a_log",
        "Read a log file",
        "file > parse > filter > console",
        "Lines of a web server's log as records; those that failed are printed.",
        "access.log",
        "the log to read",
    ),
    Template(
        "dead_letters",
        "Dead letters",
        "file > validate > console, err > file",
        "Checks events by rules; what breaks one is filed with the reason.",
        "events.jsonl",
        "a file of JSON, one value a line",
    ),
    Template(
        "throttle",
        "Throttle",
        "bench > bucket > null",
        "Replays a file as load; a bucket lets 100 events a second pass and counts what overflows.",
        "events.jsonl",
        "a file of JSON to replay, one value a line",
    ),
    Template(
        "windows",
        "Figures per window",
        "metronome > make > aggregate > console",
        "Count, mean and maximum of each group, every five seconds.",
    ),
    Template(
        "fan_out",
        "Fan out by class",
        "file > route > three files",
        "One stream into several files, by a field of the events.",
        "events.jsonl",
        "a file of JSON, one value a line",
    ),
)
