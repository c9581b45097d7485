"""Topology: the flow n:n:1 as a .troy text over the workload, and the files it needs.

n sources of kind `bench` replay the same file, each into a pipeline of its own, and `out` and `overflow` of
all of them lead to one sink of kind `bench`, which counts.
"""

from __future__ import annotations

import json
from pathlib import Path

from tremor_tui.bench.workload import lines, query
from tremor_tui.control.bench import Data, Script
from tremor_tui.engine.sources import Program, compile_flows
from tremor_tui.errors import ConfigError
from tremor_tui.language.ir.deploy import FlowIR

NAME = "bench"
SINK = "sink"
EVENTS = "events.jsonl"
FLOW = "bench.troy"
QUERY = "classify.trickle"


def troy(flows: int, script: Script, events: Path) -> str:
    """The flow, as a text to deploy."""
    pipelines = "\n".join(f"  create pipeline p{n} from classify;" for n in range(1, flows + 1))
    sources = "\n".join(f"  create connector s{n} from events;" for n in range(1, flows + 1))
    links = "\n".join(
        f"  connect /connector/s{n} to /pipeline/p{n};\n"
        f"  connect /pipeline/p{n}/out to /connector/{SINK}/in;\n"
        f"  connect /pipeline/p{n}/overflow to /connector/{SINK}/in;"
        for n in range(1, flows + 1)
    )
    return f"""define flow {NAME}
flow
  define connector events from bench
  with
    codec = "json",
    config = {{"path": {json.dumps(str(events))}}}
  end;
  define connector counter from bench
  with
    codec = "json",
    config = {{"path": {json.dumps(str(events))}}}
  end;
  define pipeline classify
  into out, err, overflow
  pipeline
{_indented(query(script), 4)}
  end;
{sources}
{pipelines}
  create connector {SINK} from counter;
{links}
end;
deploy flow {NAME};
"""


def compiled(flows: int, script: Script, events: Path) -> FlowIR:
    """The flow, compiled as any other is."""
    path = events.with_name(f"{flows}-{script}.troy")
    program = Program.open(path, path.parent, texts={str(path): troy(flows, script, events)})
    return compile_flows(program).ir.flows[0]


def write_events(folder: Path, data: Data, seed: int) -> Path:
    """Writes the events to a file in that folder; its path."""
    path = folder / EVENTS
    path.write_bytes(b"".join(line + b"\n" for line in lines(data, seed)))
    return path


def write_all(folder: Path, flows: int, data: Data, script: Script, events: int, seed: int = 1) -> list[Path]:
    """Writes events, query and flow for others to run; their paths. Raises ConfigError."""
    held = lines(data, seed)
    count = max(1, round(events / len(held)))
    written = {
        EVENTS: "".join(f"{line.decode()}\n" for line in held) * count,
        QUERY: query(script, "out, out"),
        FLOW: troy(flows, script, Path(EVENTS)),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in written.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot write to `{folder}`: {error.strerror}") from None
    return [folder / name for name in written]


def _indented(text: str, by: int) -> str:
    return "\n".join(f"{' ' * by}{line}" if line else line for line in text.rstrip("\n").split("\n"))
