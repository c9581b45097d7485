"""Limits: beyond which figures an engine warns; a user edits them, the engine keeps them over restarts."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from tremor_tui.control.base import Command, Picture


class Limits(Picture, frozen=True):
    """When something is worth a warning. Each is a figure that must be passed, most for some time.

    `stall_ms`: a task holds its loop. `queue_fill` (0 to 1) for `queue_s`: a queue stays full.
    `error_share` (0 to 1): events that fail, of those seen in the last second, at least five. `blocked_s`:
    a sink waits for the outside while its queue is full. `lag_ms` for 2 s: the loop of an executor is late.
    `cpu_share` (0 to 1) for 60 s: an executor uses its core. `unpolled_s`: a task was never run, or is
    ready and not run. `idle_polls_s`: polls a second that move nothing.
    """

    stall_ms: float = 100.0
    queue_fill: float = 0.85
    queue_s: float = 60.0
    error_share: float = 0.01
    blocked_s: float = 10.0
    lag_ms: float = 100.0
    cpu_share: float = 0.95
    unpolled_s: float = 5.0
    idle_polls_s: float = 200.0


class SetLimits(Command, frozen=True, tag="set_limits"):
    """Warns from now on beyond these limits, over restarts of the engine too; answered with `Done`."""

    limits: Limits


class SetStatistics(Command, frozen=True, tag="set_statistics"):
    """Whether tasks are measured: splits, histograms, yields, hot lines; answered with `Done`.

    Off, events and queues are still counted; what was measured before stays as it was.
    """

    on: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """What a limit is called, when it warns, its unit, and how it may be set; `scale` makes it a fraction."""

    field: str
    words: str
    about: str
    unit: str
    least: float
    most: float
    scale: float = 1.0


RULES = (
    Rule("stall_ms", "no yield for", "a task holds its loop for this many ms", "ms", 5, 60_000),
    Rule("queue_fill", "queue fuller than", "a queue is this full", "%", 1, 100, 100),
    Rule("queue_s", "  for longer than", "it stays so for this many seconds", "s", 0, 3600),
    Rule("error_share", "errors above", "this share of the last second's events fail", "%", 0, 100, 100),
    Rule("blocked_s", "sink waits outside", "a sink with a full queue waits for so long", "s", 1, 3600),
    Rule("lag_ms", "loop late by", "an executor's loop is late by this for 2 s", "ms", 5, 60_000),
    Rule("cpu_share", "core used above", "an executor uses so much of a core for 60 s", "%", 1, 100, 100),
    Rule("unpolled_s", "task not run for", "a task could run and is not for so long", "s", 1, 3600),
    Rule("idle_polls_s", "idle wake-ups above", "a task is woken so often without work", "/s", 1, 1_000_000),
)


def problems(limits: Limits) -> list[str]:
    """What is wrong with them, a sentence for each; empty where all may be set."""
    found = []
    for rule in RULES:
        value = getattr(limits, rule.field) * rule.scale
        if not rule.least <= value <= rule.most:  # NaN fails too
            unit = rule.unit
            found.append(
                f"`{rule.words.strip()}` takes {rule.least:g} to {rule.most:g} {unit}, not {value:g}"
            )
    return found


_decoder: msgspec.json.Decoder[Limits] = msgspec.json.Decoder(Limits)


def decode(text: bytes) -> Limits:
    """Limits from a file. Raises ValueError where it holds none."""
    try:
        limits = _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from None
    wrong = problems(limits)
    if wrong:
        raise ValueError(wrong[0])
    return limits
