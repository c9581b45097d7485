"""An executor without a runtime: it obeys, sends pictures, and can be told to crash by its flow's alias."""

from __future__ import annotations

import os
import socket
import sys

from tremor_tui.control.snapshots import FlowSnapshot, Receipt, Sample, Stopped, TapSamples
from tremor_tui.control.wire import Splitter
from tremor_tui.engine.executors import link

flows: list[str] = []


def picture() -> link.Pictured:
    return link.Pictured(tuple(FlowSnapshot(alias, "running", in_s=7.0) for alias in flows), rss=os.getpid())


def obey(order: link.Orders, ours: socket.socket) -> link.Result:
    match order:
        case link.StartFlow(_, "crash"):
            os._exit(3)
        case link.StartFlow(_, "refuse"):
            return link.Failed("it will not start", "let it be")
        case link.StartFlow(_, alias):
            flows.append(alias)
            return link.Started()
        case link.SwapFlow(_, alias, pipelines):
            return link.Swapped(Receipt(alias, 1, pipelines, pause_ns=5))
        case link.EndFlow(alias):
            flows.remove(alias)
            return link.Ended((Stopped(alias),))
        case link.OpenTap(tap, edge):
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
