"""How long a typed letter takes to be seen in a script of 500 lines in the real workbench.

    python tests/benchmarks/key_in_script.py [--keys 300] [--columns 120] [--rows 36]

The program runs in a pseudo-terminal on its Script screen with live samples: words are offered, problems
looked for and the draft run on the samples while the letters come. A key byte is written, and the time stops
when the letter has come back at its place.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tremor_tui.testing.terminal import Terminal

LINES = 500
HEAD = """define flow long
flow
  define connector tick from metronome with config = {"interval": 50000000} end;
  define connector nowhere from `null` with codec = "json" end;
  define pipeline work
  pipeline
    define script many
    script
"""
TAIL = """      event
    end;
    create script many;
    select event from in into many;
    select event from many into out;
    select event from many/err into err;
  end;
  create connector tick;
  create connector nowhere;
  create pipeline work;
  connect /connector/tick to /pipeline/work;
  connect /pipeline/work to /connector/nowhere;
end;
deploy flow long;
"""
TEXT = "let_value=event.id+string::len(17);#remark\n"


def main() -> None:
    """Measures and prints p50, p99 and the slowest, in ms."""
    options = arguments()
    took = measure(options.keys, options.columns, options.rows)
    cuts = statistics.quantiles(took, n=100)
    print(f"{len(took)} keys  p50 {cuts[49]:.1f} ms  p99 {cuts[98]:.1f} ms  max {max(took):.1f} ms")  # noqa: T201


def arguments() -> argparse.Namespace:
    """What to measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--keys", type=int, default=300)
    parser.add_argument("--columns", type=int, default=120)
    parser.add_argument("--rows", type=int, default=36)
    return parser.parse_args()


def measure(keys: int, columns: int, rows: int) -> list[float]:
    """The milliseconds that each key took."""
    with tempfile.TemporaryDirectory() as folder:
        body = "".join(
            f'      let a{number} = {{"n": {number}, "t": "text"}};\n' for number in range(LINES - 27)
        )
        Path(folder, "long.troy").write_text(HEAD + body + TAIL)
        places = {"XDG_RUNTIME_DIR": f"{folder}/run", "XDG_STATE_HOME": f"{folder}/state"}
        command = [sys.executable, "-m", "tremor_tui", "workbench", "long.troy"]
        with Terminal(command, columns, rows, places, folder) as terminal:
            terminal.wait_for("RUN", 20)
            terminal.send("4")
            terminal.wait_for("define script many")
            terminal.send(*["down"] * 20, "end", "enter")
            terminal.settle(3.0)
            return [press(terminal, TEXT[number % len(TEXT)], number) for number in range(keys)]


def press(terminal: Terminal, letter: str, number: int) -> float:
    """Types one letter; a line feed is pressed as enter."""
    before = content(terminal)
    start = time.perf_counter()
    terminal.send("enter" if letter == "\n" else letter)
    while content(terminal) == before:
        terminal.pump(0.5)
        if time.perf_counter() - start > 5:
            raise TimeoutError(terminal.text)
    took = (time.perf_counter() - start) * 1000
    terminal.settle(0.06 + (number % 7) * 0.02)
    return took


def content(terminal: Terminal) -> str:
    """The editor's lines."""
    lines = terminal.screen.display[2 : terminal.screen.lines - 8]
    return "\n".join(line[: terminal.screen.columns // 2 - 6] for line in lines)


if __name__ == "__main__":
    main()
