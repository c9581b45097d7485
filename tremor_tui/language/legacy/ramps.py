"""What an onramp or offramp of tremor 0.9 is today: its connector, its settings, its framing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from tremor_tui.language.ir.deploy import PluginIR
from tremor_tui.model.batch import Value
from tremor_tui.model.record import dataclass

NS_PER_MS = 1_000_000
LINE_LIMIT = 1024 * 1024
"""The longest line that `lines` of tremor 0.9 took."""


@dataclass(frozen=True, slots=True)
class Ramp:
    """A type of ramp. `keys` are its settings: the name it has today, and what its number is multiplied by.

    `fixed` are settings of the connector that 0.9 did not have. `codec` is the default, None where there is
    none to give. `is_framed`: 0.9 cut lines by itself, or wrote them. `port` is where a sink takes events.
    `note` says what is different today.
    """

    kind: str
    codec: str | None = "json"
    keys: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    fixed: Mapping[str, Value] = field(default_factory=dict)
    is_framed: bool = False
    port: str = "in"
    note: str = ""


def _same(*names: str) -> dict[str, tuple[str, int]]:
    return {name: (name, 1) for name in names}


ONRAMPS: Mapping[str, Ramp] = {
    "blaster": Ramp(
        "bench", keys={**_same("iters", "base64"), "source": ("path", 1), "interval": ("interval", 1)}
    ),
    "crononome": Ramp(
        "crononome",
        codec=None,
        keys=_same("entries"),
        note="its events say `connector` where those of tremor 0.9 said `onramp`",
    ),
    "file": Ramp(
        "file",
        keys={"source": ("path", 1), "close_on_done": ("", 1), "sleep_on_done": ("", 1)},
        fixed={"mode": "read"},
        is_framed=True,
    ),
    "metronome": Ramp(
        "metronome",
        codec=None,
        keys={"interval": ("interval", NS_PER_MS)},
        note="its events say `connector` where those of tremor 0.9 said `onramp`",
    ),
    "stdin": Ramp("stdio", codec="string", is_framed=True),
}
OFFRAMPS: Mapping[str, Ramp] = {
    # `bench` wants the file that its source would replay
    "blackhole": Ramp(
        "bench",
        codec=None,
        keys=_same("stop_after_secs", "significant_figures", "warmup_secs"),
        fixed={"path": ""},
    ),
    "debug": Ramp("null", note="it drops its events; tremor 0.9 counted them by their class"),
    "exit": Ramp("exit", codec=None, note="`delay` in its events is nanoseconds, where tremor 0.9 had ms"),
    "file": Ramp("file", keys={"file": ("path", 1)}, fixed={"mode": "truncate"}, is_framed=True),
    "stderr": Ramp("stdio", is_framed=True, port="stderr"),
    "stdout": Ramp("stdio", is_framed=True, port="stdout"),
}
ALL_ONRAMPS = frozenset((*ONRAMPS, "kafka", "postgres", "udp", "tcp", "rest", "ws"))
ALL_OFFRAMPS = frozenset((*OFFRAMPS, "elastic", "kafka", "newrelic", "postgres", "rest", "tcp", "udp", "ws"))
"""All types that tremor 0.9 had; for the others there is no connector yet."""


def _lines(separator: str, buffered: bool = True) -> tuple[PluginIR, ...]:
    config = {"separator": separator, "buffered": buffered, "max_length": LINE_LIMIT}
    return PluginIR("separate", config), PluginIR("remove-empty")


_ALGORITHMS = ("gzip", "zlib", "xz2", "snappy", "lz4")
PREPROCESSORS: Mapping[str, tuple[PluginIR, ...]] = {
    "lines": _lines("\n"),
    "lines-null": _lines("\0"),
    "lines-pipe": _lines("|"),
    "lines-no-buffer": _lines("\n", buffered=False),
    "lines-cr-no-buffer": _lines("\r", buffered=False),
    "gelf-chunking-tcp": _lines("\0"),
    **{name: (PluginIR("decompress", {"algorithm": name}),) for name in _ALGORITHMS},
}
"""What preprocessors are called today, where that is another name."""
POSTPROCESSORS: Mapping[str, tuple[PluginIR, ...]] = {
    "lines": (PluginIR("separate"),),
    **{name: (PluginIR("compress", {"algorithm": name}),) for name in _ALGORITHMS},
}
CUT = PluginIR("separate", {})
"""Cuts lines of any length."""
JOIN = PluginIR("separate")
