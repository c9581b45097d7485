"""What fails must not wait for Python's collector of cycles: it stops everything while it looks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

RUN = """
import gc, sys
gc.disable()
gc.enable = gc.set_threshold = lambda *_: None
from tremor_tui.cli.start import main
sys.argv = ["tremor-tui", "run", *sys.argv[1:]]
try:
    main()
except SystemExit:
    pass
sys.stdout.write(f"left {gc.collect()}")
"""
"""Runs a flow without the collector; says how many objects in cycles it left."""
FLOW = """
define flow main
flow
  define connector lines from file
  with
    codec = "json", preprocessors = ["separate"],
    config = {"path": "lines.json", "mode": "read"}
  end;
  define connector nowhere from `null` with codec = "json" end;
  define pipeline work
  pipeline
    BODY
  end;
  create connector lines;
  create connector nowhere;
  create pipeline work;
  connect /connector/lines to /pipeline/work;
  connect /pipeline/work to /connector/nowhere;
end;
deploy flow main;
"""
SCRIPT = """
    define script twice
    script
      patch event of insert "n" => 1 end
    end;
    create script twice;
    select event from in into twice;
    select event from twice into out;
    select event from twice/err into err;
"""
SELECT = "select event.missing from in into out;"
WINDOW = """
    define window four from tumbling with size = 4 end;
    select aggr::stats::sum(event.missing) from in[four] into out;
"""
EVENTS, FEW = 3_000, 1_500
"""Each that failed once left 25."""


@pytest.mark.parametrize("body", [SCRIPT, SELECT, WINDOW], ids=["script", "select", "window"])
@pytest.mark.parametrize("way", [(), ("--whole-events",)], ids=["fast", "whole"])
def test_events_that_fail_leave_no_cycles(body: str, way: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "main.troy").write_text(FLOW.replace("BODY", body))
    (tmp_path / "lines.json").write_text("".join(f'{{"n":{n}}}\n' for n in range(EVENTS)))

    done = subprocess.run(
        [sys.executable, "-c", RUN, "main.troy", *way],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert f"{EVENTS:,} to err" in done.stdout + done.stderr
    assert int(done.stdout.rpartition("left ")[2]) < FEW
