"""Hand: the work of the benchmark as a careful hand-written loop; the fixed baseline of `bench compare`.

It does what somebody would write who needs this one thing and cares for speed: `orjson.loads`, a chain of
ifs, a counter in a dict with a window of one second, `orjson.dumps`, and the size of what comes out. It
asks the clock once for each hundred lines. It must not be changed to make anything else look better: what
is faster and does the same belongs in here.

    python -m tremor_tui.bench.hand SCRIPT INFILE OUTFILE        # the same from file to file
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import orjson

from tremor_tui.control.bench import Script

STEP = 100
"""Lines at a time."""
Made = tuple[int, int, int]
"""Events that passed, events over the limit, and bytes."""
Batch = Callable[[Sequence[bytes]], Made]

RATES = {"app1": 1250, "app2": 2500, "app3": 18750, "app4": 750, "app5": 18750}
FIRST = {"applog_app6": (4500, "logger_name"), "syslog_app1": (2500, "syslog_hostname")}
LAST = {"syslog_app3": 1750, "syslog_app4": 7500, "syslog_app5": 125, "syslog_app6": 3750}


def loop(  # noqa: C901 - in one piece, as one writes it for speed
    script: Script,
    now: Callable[[], float] = time.monotonic,
    write: Callable[[bytes], object] | None = None,
) -> Batch:
    """A function over some lines that remembers its counters; `write` is given each event that is made.

    Lines that are no JSON are left out.
    """
    counts: dict[tuple[Any, Any], int] = {}
    until = 0.0
    adds, changes = script == "keys", script == "change"
    loads, dumps = orjson.loads, orjson.dumps

    def run(lines: Sequence[bytes]) -> Made:
        nonlocal until
        passed = over = size = 0
        time_s = now()
        if time_s >= until:
            counts.clear()
            until = time_s + 1.0
        for line in lines:
            try:
                event = loads(line)
            except ValueError:
                continue
            if changes:
                change(event)
            name = event.get("application")
            dimension: Any = None
            if name in RATES:
                rate = RATES[name]
                name = "applog_app1"
            else:
                name = event.get("index_type")
                if name in FIRST:
                    rate, key = FIRST[name]
                    dimension = event[key]
                elif "tag1" in event["tags"]:
                    name, rate, dimension = "syslog_app2", 125, event["syslog_hostname"]
                elif name in LAST:
                    rate, dimension = LAST[name], event["syslog_hostname"]
                else:
                    name, rate = "default", 250
            bucket = name, dimension
            count = counts.get(bucket, 0)
            if count < rate:
                counts[bucket] = count + 1
                passed += 1
            else:
                over += 1
            if adds:
                event["class"] = name
                event["rate"] = rate
            made = dumps(event)
            size += len(made)
            if write is not None:
                write(made)
        return passed, over, size

    return run


def change(event: dict[str, Any]) -> None:
    """What the script `change` does to an event before it is classified."""
    event.pop("array", None)
    event["level"] = event.pop("short_message")
    event["place"] = {"host": event["syslog_hostname"], "logger": event["logger_name"]}


def from_file_to_file(script: Script, infile: str, outfile: str) -> Made:
    """The same over the lines of a file, a line for each event; what was made."""
    passed = over = size = 0
    with open(infile, "rb", buffering=1 << 20) as source, open(outfile, "wb", buffering=1 << 20) as sink:
        put = sink.write

        def write(made: bytes) -> None:
            put(made)  # at once: what orjson makes has thousands of bytes room, too many to keep a hundred
            put(b"\n")

        run = loop(script, write=write)
        while lines := list(islice(source, STEP)):
            one = run(lines)
            passed, over, size = passed + one[0], over + one[1], size + one[2]
    return passed, over, size


if __name__ == "__main__":
    wanted: Any = sys.argv[1]
    from_file_to_file(wanted, *sys.argv[2:4])
