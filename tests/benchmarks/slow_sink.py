"""Memory while sinks are slow: flows at full speed into pipes whose readers take little, sampled each second.

    python -m tests.benchmarks.slow_sink [--seconds 600] [--rate 1.0] [--engine]

Five flows: small events, events of 600 B that pass and that are changed, events of 1 MB, and one source to a
slow and to a fast sink. Each reader takes `rate` MB a second. `--only dense` has events that are twenty times
as large decoded as in bytes, which is what channels count: there memory swings with what is decoded. Without
`--engine` one `run` has all of them, with it an engine and its executors.

After the warm-up (a tenth of the time, at most 60 s) the peak of no later tenth may be more than 10 MB above
the first one's.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psutil

LIMIT_MB: Final = 10.0
SAMPLE_S: Final = 1.0
READ: Final = 16 * 1024
SINKS: Final = ("small", "pass", "change", "large", "slow", "dense")
USUAL: Final = SINKS[:-1]
FLOW: Final = """\
define flow {name}
flow
  define connector feed from bench with codec = "json", config = {{"path": "{data}"}} end;
  define connector pipe from file
  with codec = "json", postprocessors = ["separate"], config = {{"path": "{pipe}", "mode": "write"}} end;
  define connector nowhere from `null` with codec = "json" end;
  define pipeline main pipeline
    define script work script {script} end; create script work;
    select event from in into work; select event from work into out;
  end;
  create connector feed; create connector pipe; create pipeline main;
  connect /connector/feed to /pipeline/main;
  connect /pipeline/main to /connector/pipe;
{more}end;
deploy flow {name};
"""
FAST: Final = "  create connector nowhere; connect /pipeline/main to /connector/nowhere;\n"


def write_folder(folder: Path, sinks: Sequence[str]) -> None:
    """The data, the pipes and the flows."""
    text = "tremor " * 80
    data: dict[str, list[object]] = {
        "small": [{"n": n} for n in range(1000)],
        "normal": [{"n": n, "text": text, "tags": ["a", "b"]} for n in range(1000)],
        "large": [{"n": n, "text": text * 1800} for n in range(4)],
        "dense": [{"n": n, "all": [[k] for k in range(1000)]} for n in range(100)],
    }
    for name, events in data.items():
        lines = (json.dumps(event, separators=(",", ":")) for event in events)
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
    change = 'let event.text = event.text + "!"; event'
    script = {"change": change, "dense": "let event.all = [event.all, 1]; event"}
    inputs = {"small": "small", "large": "large", "dense": "dense"}
    texts = []
    for name in sinks:
        os.mkfifo(folder / f"{name}.pipe")
        source = inputs.get(name, "normal")
        more = FAST if name == "slow" else ""
        body = script.get(name, "event")
        texts.append(
            FLOW.format(name=name, data=f"{source}.jsonl", pipe=f"{name}.pipe", script=body, more=more)
        )
    (folder / "main.troy").write_text("".join(texts))


class Reader(threading.Thread):
    """Takes so many bytes a second of a pipe."""

    def __init__(self, path: Path, bytes_s: float) -> None:
        super().__init__(daemon=True)
        self.taken = 0
        self._file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        self._bytes_s = bytes_s

    def run(self) -> None:
        """Until the program ends."""
        os.set_blocking(self._file, True)
        began = time.monotonic()
        while True:
            due = began + self.taken / self._bytes_s - time.monotonic()
            if due > 0:
                time.sleep(due)
            data = os.read(self._file, READ)
            if data:
                self.taken += len(data)
            else:
                time.sleep(0.05)  # nobody writes yet, or any more


@contextmanager
def running(folder: Path, in_engine: bool) -> Iterator[list[psutil.Process]]:
    """The processes of the program, once they run."""
    places = {"XDG_RUNTIME_DIR": f"{folder}/run", "XDG_STATE_HOME": f"{folder}/state"}
    command = ["server", "run", "main.troy"] if in_engine else ["run", "main.troy"]
    with (folder / "log").open("wb") as log:
        program = subprocess.Popen(
            [sys.executable, "-m", "tremor_tui", *command],
            cwd=folder,
            env=os.environ | places,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        process = psutil.Process(program.pid)
        if in_engine:
            _wait_ready(folder / "log", program)
        yield [process, *process.children(recursive=True)]
    finally:
        program.terminate()
        try:
            program.wait(15)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()


def _wait_ready(log: Path, program: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while b"deployed" not in log.read_bytes():
        if program.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"the engine did not start: {log.read_text()[-2000:]}")
        time.sleep(0.1)


def role(process: psutil.Process) -> str:
    """What a process is, by its command line."""
    words = " ".join(process.cmdline())
    return next((word for word in ("executors", "compiling") if word in words), "main")


def sample(
    processes: Sequence[psutil.Process], seconds: float, tell_s: float
) -> dict[str, list[tuple[float, float]]]:
    """The resident memory (MB) of each process by the second."""
    curves: dict[str, list[tuple[float, float]]] = {}
    names = {one.pid: f"{role(one)} {number}" for number, one in enumerate(processes)}
    began = time.monotonic()
    told = began
    while (now := time.monotonic()) - began < seconds:
        for one in processes:
            rss = one.memory_info().rss / 1e6
            curves.setdefault(names[one.pid], []).append((now - began, rss))
        if now - told >= tell_s:
            told = now
            last = ", ".join(f"{name} {curve[-1][1]:.1f}" for name, curve in curves.items())
            sys.stdout.write(f"{now - began:6.0f} s  {last} MB\n")
            sys.stdout.flush()
        time.sleep(SAMPLE_S)
    return curves


def peaks(curve: Sequence[tuple[float, float]], after_s: float, span_s: float) -> list[float]:
    """The highest memory of each span after the warm-up; the last one may be shorter."""
    found: dict[int, float] = {}
    for at, rss in curve:
        if at >= after_s:
            span = int((at - after_s) // span_s)
            found[span] = max(found.get(span, 0.0), rss)
    return list(found.values())


def growth(curve: Sequence[tuple[float, float]], after_s: float, span_s: float) -> float:
    """By how many MB a later span's peak is above that of the first span."""
    first, *later = peaks(curve, after_s, span_s)
    return max(later, default=first) - first


def measure(
    seconds: float, rate_mb: float, in_engine: bool, tell_s: float, sinks: Sequence[str] = USUAL
) -> tuple[float, int]:
    """The largest growth of a process in MB, and the bytes that came through. Prints the curves."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_folder(folder, sinks)
        readers = [Reader(folder / f"{sink}.pipe", rate_mb * 1e6) for sink in sinks]
        for reader in readers:
            reader.start()
        with running(folder, in_engine) as processes:
            curves = sample(processes, seconds, tell_s)
            cpu = sum(sum(one.cpu_times()[:2]) for one in processes)
    warm_s = span_s = min(60.0, seconds / 10)
    for process, curve in curves.items():
        after = [rss for at, rss in curve if at >= warm_s]
        tops = " ".join(f"{top:.1f}" for top in peaks(curve, warm_s, span_s))
        sys.stdout.write(f"{process:12} {min(after):.1f} to {max(after):.1f} MB; peaks {tops}\n")
    taken = {sink: reader.taken for sink, reader in zip(sinks, readers, strict=True)}
    through = ", ".join(f"{sink} {count / 1e6:.1f}" for sink, count in taken.items())
    sys.stdout.write(f"through {through} MB; {cpu:.1f} s of CPU in {seconds:.0f} s\n")
    grown = max(growth(curve, warm_s, span_s) for curve in curves.values())
    sys.stdout.write(f"grown {grown:+.1f} MB\n")
    return grown, min(taken.values())


def main() -> int:
    """Measures and prints; 1 where memory was not flat."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--rate", type=float, default=1.0, help="MB a second that each reader takes")
    parser.add_argument("--engine", action="store_true")
    parser.add_argument("--tell", type=float, default=30.0, help="seconds between two lines")
    parser.add_argument("--only", choices=SINKS, nargs="+", default=USUAL, metavar="FLOW")
    options = parser.parse_args()
    grown, least = measure(options.seconds, options.rate, options.engine, options.tell, options.only)
    if not least:
        sys.stdout.write("a sink got nothing\n")
    return int(grown > LIMIT_MB or not least)


if __name__ == "__main__":
    sys.exit(main())
