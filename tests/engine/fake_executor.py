"""An executor without a runtime: it obeys, sends pictures, and can be told to crash by its flow's alias.

In each picture 100 more events have passed; a quarter of them failed while the texts hold the word FAILS.
"""

from __future__ import annotations

import os
import socket
import sys
from collections import Counter

from tremor_tui.control.events import OpenTap
from tremor_tui.control.snapshots import (
    FlowSnapshot,
    Receipt,
    Sample,
    Stopped,
    TapSamples,
    TaskSnapshot,
)
from tremor_tui.control.wire import Splitter
from tremor_tui.engine.executors import link

flows: list[str] = []
failing: set[str] = set()
seen: Counter[str] = Counter()
failed: Counter[str] = Counter()


def picture() -> link.Pictured:
    running = tuple(FlowSnapshot(alias, "running", in_s=7.0) for alias in flows)
    return link.Pictured(running, tuple(map(task, flows)), rss=os.getpid())


def task(alias: str) -> TaskSnapshot:
    seen[alias] += 100
    failed[alias] += 25 if alias in failing else 0
    return TaskSnapshot(
        f"{alias}/pipeline/main",
        alias,
        "main",
        "pipeline",
        events_in=seen[alias],
        events_err=failed[alias],
    )


def read(source: link.Texts, alias: str) -> None:
    failing.discard(alias)
    if any("FAILS" in text for text in source.texts.values()):
        failing.add(alias)


def obey(order: link.Orders, ours: socket.socket) -> link.Result:
    match order:
        case link.StartFlow(_, "crash"):
            os._exit(3)
        case link.StartFlow(_, "refuse"):
            return link.Failed("it will not start", "let it be")
        case link.StartFlow(source, alias):
            flows.append(alias)
            read(source, alias)
            return link.Started()
        case link.SwapFlow(source, alias, pipelines):
            read(source, alias)
            return link.Swapped(Receipt(alias, 1, pipelines, pause_ns=5))
        case link.GiveFlow("stays"):
            return link.Failed("flow `stays` stays: its source cannot be handed over")
        case link.GiveFlow(alias):
            flows.remove(alias)
            return link.Given(b"what it held")
        case link.EndFlow(alias):
            flows.remove(alias)
            return link.Ended((Stopped(alias),))
        case link.Look(tap, OpenTap(edge)):
            ours.sendall(link.encode(link.Tapped(TapSamples(tap, edge, (Sample(1, "42"),), 1, 1))))
        case link.Quit():
            return link.Ended(tuple(Stopped(alias) for alias in flows))
        case link.Picture():
            ours.sendall(link.encode(picture()))
    return link.Obeyed()


def main() -> None:
    ours = socket.socket(fileno=int(sys.argv[1]))
    splitter = Splitter()
    ours.sendall(link.encode(picture()))
    while data := ours.recv(65536):
        for body in splitter.feed(data):
            command = link.decode_command(body)
            result = obey(command.order, ours)
            ours.sendall(link.encode(picture()) + link.encode(link.Answered(command.number, result)))
            if isinstance(command.order, link.Quit):
                return


if __name__ == "__main__":
    main()
