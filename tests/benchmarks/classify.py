"""How close generated code comes to careful hand-written Python: `python -m tests.benchmarks.classify`.

Prints, for the classifying script with and without its skew, the median over rounds of the ratio of CPU time
hand-written / generated (1.0: as fast as by hand), and nanoseconds per event. What is compared with has the
same meaning on all values; beside it stands what is right for these events alone.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from random import Random
from statistics import median
from typing import Any

from tremor_tui.language.compile import compile_script
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.source import Source
from tremor_tui.model.context import Cell, Context

ROUNDS, REPEATS = 25, 100
RATES = {"app1": 1250, "app2": 2500, "app3": 18750, "app4": 750, "app5": 18750}
FIRST = {"applog_app6": (4500, "logger_name"), "syslog_app1": (2500, "syslog_hostname")}
LAST = {"syslog_app3": 1750, "syslog_app4": 7500, "syslog_app5": 125, "syslog_app6": 3750}
TYPES = [*FIRST, *LAST, "edilog", "sqlserverlog", "applog_app3"]
SHARES = {"app1": 13, "app2": 20, "app3": 16, "app4": 21, "app5": 14, "app6": 16}


def script() -> str:
    """The script, step by step as in tremor's benchmark."""
    first = [
        f'case %{{ application == "{app}" }} => let $class = "applog_app1"; let $rate = {rate}; '
        "let $dimension = event.application; emit event"
        for app, rate in RATES.items()
    ]
    second = [
        f'case %{{ index_type == "{kind}" }} => let $class = "{kind}"; let $rate = {rate}; '
        f"let $dimensions = event.{key}; emit event"
        for kind, (rate, key) in FIRST.items()
    ]
    last = [
        f'case %{{ index_type == "{kind}" }} => let $class = "{kind}"; let $rate = {rate}; '
        "let $dimensions = event.syslog_hostname"
        for kind, rate in LAST.items()
    ]
    return f"""use std::array;
match event of {" ".join(first)} case _ => null end;
match event of {" ".join(second)} case _ => null end;
match array::contains(event.tags, "tag1") of
  case true => let $class = "syslog_app2"; let $rate = 125; let $dimensions = event.syslog_hostname;
    emit event
  case _ => null
end;
match event of {" ".join(last)} case _ => let $class = "default"; let $rate = 250 end;
event
"""


def by_hand(event: Any, meta: Any, cell: Any, ctx: Any) -> Any:
    """What one would write with care: metadata is kept, an event may be any value, and a text binary."""
    fields = event if type(event) is dict else {}
    app = fields.get("application")
    name = _text(app) if type(app) is bytes else app
    if name == "app1":
        return "out", event, _with(meta, {"class": "applog_app1", "rate": 1250, "dimension": app})
    if name == "app2":
        return "out", event, _with(meta, {"class": "applog_app1", "rate": 2500, "dimension": app})
    if name == "app3":
        return "out", event, _with(meta, {"class": "applog_app1", "rate": 18750, "dimension": app})
    if name == "app4":
        return "out", event, _with(meta, {"class": "applog_app1", "rate": 750, "dimension": app})
    if name == "app5":
        return "out", event, _with(meta, {"class": "applog_app1", "rate": 18750, "dimension": app})
    return _rest(event, fields, meta)


def _rest(event: Any, fields: Any, meta: Any) -> Any:
    kind = fields.get("index_type")
    kind = _text(kind) if type(kind) is bytes else kind
    if kind == "applog_app6":
        return "out", event, _with(meta, {"class": kind, "rate": 4500, "dimensions": event["logger_name"]})
    if kind == "syslog_app1":
        host = event["syslog_hostname"]
        return "out", event, _with(meta, {"class": kind, "rate": 2500, "dimensions": host})
    tags = event["tags"]
    if type(tags) is not list:
        raise TypeError("tags is no list")
    if "tag1" in tags:
        host = event["syslog_hostname"]
        return "out", event, _with(meta, {"class": "syslog_app2", "rate": 125, "dimensions": host})
    if type(kind) is str and kind in LAST:
        host = event["syslog_hostname"]
        return "out", event, _with(meta, {"class": kind, "rate": LAST[kind], "dimensions": host})
    return "out", event, _with(meta, {"class": "default", "rate": 250})


def _with(meta: Any, more: dict[str, Any]) -> dict[str, Any]:
    return {**meta, **more} if meta else more


def _text(octets: bytes) -> Any:
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets


def in_haste(event: Any, meta: Any, cell: Any, ctx: Any) -> Any:
    """The same for the very events that are measured, and wrong for others."""
    app = event.get("application")
    if app in RATES:
        return "out", event, {"class": "applog_app1", "rate": RATES[app], "dimension": app}
    kind = event.get("index_type")
    if kind == "applog_app6":
        return "out", event, {"class": kind, "rate": 4500, "dimensions": event["logger_name"]}
    host = event["syslog_hostname"]
    if kind == "syslog_app1":
        return "out", event, {"class": kind, "rate": 2500, "dimensions": host}
    if "tag1" in event["tags"]:
        return "out", event, {"class": "syslog_app2", "rate": 125, "dimensions": host}
    if kind in LAST:
        return "out", event, {"class": kind, "rate": LAST[kind], "dimensions": host}
    return "out", event, {"class": "default", "rate": 250}


def events(shares: dict[str, int], seed: int = 1) -> list[dict[str, Any]]:
    """One hundred events, or so."""
    random = Random(seed)
    apps = [app for app, count in shares.items() for _ in range(count)]
    random.shuffle(apps)
    return [
        {
            "about": "lorem ipsum " * 25,
            "tags": [f"tag{random.randint(1, 5)}" for _ in range(4)],
            "index_type": random.choice(TYPES),
            "logger_name": f"logger{random.randint(1, 3)}",
            "syslog_hostname": f"host{random.randint(1, 6)}",
            "application": app,
        }
        for app in apps
    ]


def seconds(call: Callable[..., Any], rows: list[dict[str, Any]]) -> float:
    """CPU time of all rows, some times over."""
    cell, ctx = Cell(), Context()
    start = time.thread_time()
    for _ in range(REPEATS):
        for row in rows:
            call(row, None, cell, ctx)
    return time.thread_time() - start


def compare(name: str, rows: list[dict[str, Any]]) -> str:
    """One line of the report. Raises AssertionError where the two disagree."""
    generated = compile_script(Source(script(), "classify.tremor"), ModuleLoader([])).call
    for row in rows:
        for meta in (None, {}, {"class": 1, "own": 2}):
            wanted = by_hand(row, meta, None, None)
            assert generated(row, meta, Cell(), Context()) == wanted
        assert in_haste(row, None, None, None) == by_hand(row, None, None, None)
    calls = (by_hand, in_haste, generated)
    rounds = [[seconds(call, rows) for call in calls] for _ in range(ROUNDS)]
    careful, hasty = (median(one[at] / one[2] for one in rounds) for at in (0, 1))
    per_event = 1e9 / (REPEATS * len(rows))
    hand, haste, made = (median(side) * per_event for side in zip(*rounds, strict=True))
    return (
        f"{name:10} {careful:5.2f} of hand-written speed, {hasty:5.2f} of what skips all checks   "
        f"({hand:4.0f} and {haste:4.0f} ns by hand, {made:4.0f} ns generated)"
    )


def main() -> None:
    """Prints the report."""
    gc.collect()
    gc.freeze()
    even = dict.fromkeys([*RATES, "app6", "app7", "app8", "app9"], 11)
    lines = [compare("skewed", events(SHARES)), compare("even", events(even))]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
