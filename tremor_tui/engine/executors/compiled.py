"""Compiled: the flows of the file that was compiled last, so that one file of many flows is compiled once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tremor_tui.engine.executors.link import Texts
from tremor_tui.engine.sources import Program, compile_flows
from tremor_tui.errors import UnknownName
from tremor_tui.language.ir.deploy import FlowIR

KEPT_S: Final = 10.0
"""How long after it was last asked for; what runs keeps what it needs itself."""


class Compiled:
    """Flows by the texts they come from. It may be asked by several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._texts: Texts | None = None
        self._flows: Mapping[str, FlowIR] = {}
        self._asked = 0.0

    def flow(self, texts: Texts, alias: str) -> FlowIR:
        """A flow of a file. Raises CompileError, and UnknownName where the file does not deploy it."""
        with self._lock:
            if self._texts != texts:
                self._flows, self._texts = compiled(texts), texts
            self._asked = self._clock()
            flows = self._flows
        if alias not in flows:
            raise UnknownName("flow", alias, flows)
        return flows[alias]

    def forget_old(self) -> None:
        """Lets go of what nobody asked for lately."""
        if self._texts is not None and self._clock() - self._asked > KEPT_S:
            with self._lock:
                self._texts, self._flows = None, {}


def compiled(texts: Texts) -> dict[str, FlowIR]:
    """The flows that a file deploys. Raises CompileError."""
    program = Program.open(Path(texts.path), Path(texts.base), texts.module_path, texts.texts)
    return {flow.alias: flow for flow in compile_flows(program).ir.flows}
