"""Generated flows for the fake plane: the quickstart at ease and at its limit; wide ones for measuring."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from tremor_tui.control import snapshots as see
from tremor_tui.control.speed import PipelineSpeed, SinkSpeed, Slow, SourceSpeed


@dataclass(frozen=True, slots=True)
class Part:
    """A task of the generated flow and what it typically does; `share` is its part of the events."""

    alias: str
    kind: see.TaskKind
    detail: str
    share: float
    busy: float
    fill: float = 0.0
    blocked: float = 0.0


@dataclass(frozen=True, slots=True)
class Scene:
    """A flow to be shown: parts, and links as (source, port, target)."""

    alias: str
    parts: tuple[Part, ...]
    links: tuple[tuple[str, str, str], ...]
    rate: float = 2000.0


LIVE = Scene(
    "live",
    (
        Part("replay", "source", "bench", 1.0, 11),
        Part("parse", "pipeline", "access_log::parse", 1.0, 34, 0.02),
        Part("classify", "pipeline", "access_log::classify", 0.97, 41, 0.05),
        Part("slow_failures", "pipeline", "access_log::alerts", 0.97, 8, 0.0),
        Part("requests", "sink", "null", 0.97, 6, 0.0),
        Part("dead_letters", "sink", "null", 0.03, 1, 0.0),
        Part("alerts", "sink", "null", 0.004, 0.4, 0.0),
    ),
    (
        ("replay", "out", "parse"),
        ("parse", "out", "classify"),
        ("classify", "out", "requests"),
        ("parse", "err", "dead_letters"),
        ("classify", "err", "dead_letters"),
        ("classify", "out", "slow_failures"),
        ("slow_failures", "out", "alerts"),
    ),
)
"""The quickstart under light load."""

SLOW = Scene(
    "live",
    (
        Part("replay", "source", "bench", 1.0, 14, 0.0, 71),
        Part("parse", "pipeline", "access_log::parse", 1.0, 38, 0.92, 58),
        Part("classify", "pipeline", "access_log::classify", 0.97, 96, 0.97),
        *LIVE.parts[3:],
    ),
    LIVE.links,
    41_200.0,
)
"""The same with `classify` at its limit: what is above it is blocked."""

SAMPLES = (
    {"client": "127.0.157.65", "method": "GET", "path": "/actuator/health", "status": 404, "bytes": 146},
    {"client": "127.0.249.159", "method": "GET", "path": "/style.css", "status": 200, "bytes": 9120},
    {"client": "127.0.133.73", "method": "GET", "path": "/docs/na%C3%AFvet%C3%A9.html", "status": 200},
    {"client": "127.0.48.186", "method": "POST", "path": "/cart", "status": 502, "request_time": 1.204},
)

TROY = """define flow live
flow
  use access_log;

  # Replays the lines of the log, over and over.
  define connector replay from bench
  with
    codec = "string",
    config = { "path": "access.log", "interval": 500000 }
  end;

  create connector replay;
  create pipeline parse from access_log::parse;
  connect /connector/replay to /pipeline/parse;
end;

deploy flow live;
"""
TRICKLE = """## Turns one line of the log (a string) into a record with typed fields.
define pipeline parse
pipeline
  define script parse_line
  script
    match event of
      case request = ~ dissect|%{client} - %{user} [%{time}] "%{method} %{path}"| => request
      case _ => emit {"error": "not a line of the access log", "event": event} => "err"
    end
  end;
  create script parse_line;
  select event from in into parse_line;
  select event from parse_line into out;
  select event from parse_line/err into err;
end;
"""


SPEED = see.Speed(
    "live",
    (SourceSpeed("replay", None, (Slow("its codec `string` cannot decode some fields alone"),)),),
    (
        PipelineSpeed("parse", fused=("parse_line",)),
        PipelineSpeed(
            "classify",
            fused=("classify_request",),
            slow=(
                Slow("`generic::batch` is an operator that runs by itself", "batch", "access_log.trickle", 9),
            ),
            behind=("select-12",),
        ),
        PipelineSpeed("slow_failures", fused=("select-72",)),
    ),
    (
        SinkSpeed("requests", False, "json"),
        SinkSpeed("dead_letters", False, "json"),
        SinkSpeed("alerts", False, "json"),
    ),
)
"""What of the quickstart is on the fast path, with an operator in `classify` that is not."""


def wide_scene(tasks: int) -> Scene:
    """A flow of `tasks` tasks in rows of a source, three pipelines and a sink; for measuring."""
    parts: list[Part] = []
    links: list[tuple[str, str, str]] = []
    for row in range(max(1, tasks // 5)):
        names = [f"{word}_{row}" for word in ("source", "parse", "enrich", "route", "sink")]
        kinds: list[see.TaskKind] = ["source", "pipeline", "pipeline", "pipeline", "sink"]
        parts += [
            Part(n, k, "generated", 1.0, 20 + 7 * i, 0.3)
            for i, (n, k) in enumerate(zip(names, kinds, strict=True))
        ]
        links += [(a, "out", b) for a, b in pairwise(names)]
    return Scene("wide", tuple(parts), tuple(links), 12_000.0)
