"""Texts of flows for the tests of this room."""

from __future__ import annotations

from pathlib import Path


def flow(alias: str = "one", *, script: str = "event", extra: str = "") -> str:
    """A metronome through a script into nothing."""
    return f"""
define flow {alias}
flow
  define connector tick from metronome with config = {{"interval": 10000000}} end;
  define connector nowhere from `null` with codec = "json" end;
  define pipeline main
  pipeline
    define script work
    script
      {script}
    end;
    create script work;
    select event from in into work;
    select event from work into out;
  end;
  create connector tick;
  create connector nowhere;
  create pipeline main;
  connect /connector/tick to /pipeline/main;
  connect /pipeline/main to /connector/nowhere;
  {extra}
end;
deploy flow {alias};
"""


def write_flow(folder: Path, alias: str = "one", **options: str) -> Path:
    """Such a flow in a file."""
    path = folder / f"{alias}.troy"
    path.write_text(flow(alias, **options))
    return path
