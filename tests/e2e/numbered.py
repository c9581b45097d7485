"""A flow that passes numbered lines at a chosen rate, for tests of what is lost on the way."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

from tremor_tui.testing.terminal import Terminal

LINES = 200_000
PER_SECOND = 10_000

MODULE = """\
define pipeline stage pipeline define script tag script let $v = 0
; {"n": event, "v": $v} end; create script tag;
select event from in into tag; select event from tag into out; select event from tag/err into err;
end;
"""

FLOW = """\
define flow numbered
flow
  use stage;
  define connector numbers from bench
  with codec = "string", config = {{"path": "numbers.txt", "interval": {interval}, "iters": 1}}
  end;
  define connector written from file
  with codec = "json", postprocessors = ["separate"], config = {{"path": "written.jsonl", "mode": "truncate"}}
  end;
  define connector letters from file
  with codec = "json", postprocessors = ["separate"], config = {{"path": "letters.jsonl", "mode": "truncate"}}
  end;
  create connector numbers;
  create connector written;
  create connector letters;
  create pipeline stage from stage::stage;
  connect /connector/numbers to /pipeline/stage;
  connect /pipeline/stage to /connector/written;
  connect /pipeline/stage/err to /connector/letters;
end;
deploy flow numbered;
"""


def write_flow(folder: Path, lines: int = LINES, per_second: int = PER_SECOND) -> None:
    """Writes the flow, its module and the lines that it reads."""
    (folder / "numbers.txt").write_text("".join(f"{n}\n" for n in range(lines)))
    (folder / "stage.trickle").write_text(MODULE)
    (folder / "flow.troy").write_text(FLOW.format(interval=1_000_000_000 // per_second))


def places(folder: Path) -> dict[str, str]:
    """An environment whose logs and undo files are in the folder, and whose engines are nobody else's.

    The path of a socket has 107 bytes at most, which pytest's folders leave too few of.
    """
    sockets = Path(tempfile.gettempdir()) / f"tt-{sha256(str(folder).encode()).hexdigest()[:12]}"
    sockets.mkdir(mode=0o700, exist_ok=True)
    own = {"XDG_RUNTIME_DIR": str(sockets), "XDG_STATE_HOME": str(folder / "state")}
    return {**os.environ, **own}


def command(*arguments: str) -> list[str]:
    """The real command line."""
    return [sys.executable, "-m", "tremor_tui", *arguments]


def open_terminal(folder: Path, arguments: list[str], columns: int, rows: int) -> Terminal:
    """A command in a terminal of its own, in the folder."""
    return Terminal(arguments, columns, rows, places(folder), folder)


def count_written(folder: Path) -> int:
    """How many lines the flow has written so far."""
    path = folder / "written.jsonl"
    return path.read_bytes().count(b"\n") if path.exists() else 0


def written(folder: Path) -> list[dict[str, int]]:
    """What the flow wrote."""
    return [json.loads(line) for line in (folder / "written.jsonl").read_bytes().splitlines()]
