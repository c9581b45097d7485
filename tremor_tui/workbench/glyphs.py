"""The characters that the workbench draws with: one set for UTF-8 terminals, one in ASCII."""

from __future__ import annotations

from dataclasses import dataclass, field

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8

_THIN = {
    0: " ", 1: "│", 2: "│", 3: "│", 4: "─", 8: "─", 12: "─", 5: "╯", 6: "╮", 9: "╰", 10: "╭",
    7: "┤", 11: "├", 13: "┴", 14: "┬", 15: "┼",
}  # fmt: skip
_THICK = {
    0: " ", 1: "┃", 2: "┃", 3: "┃", 4: "━", 8: "━", 12: "━", 5: "┛", 6: "┓", 9: "┗", 10: "┏",
    7: "┫", 11: "┣", 13: "┻", 14: "┳", 15: "╋",
}  # fmt: skip
_DASHED = {**_THIN, 1: "╎", 2: "╎", 3: "╎", 4: "╌", 8: "╌", 12: "╌"}
_ASCII = dict.fromkeys(range(16), "+") | {0: " ", 1: "|", 2: "|", 3: "|", 4: "-", 8: "-", 12: "-"}
_ASCII_THICK = _ASCII | {4: "=", 8: "=", 12: "="}
_ASCII_DASHED = _ASCII | {1: ":", 2: ":", 3: ":", 4: ".", 8: ".", 12: "."}


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set. `thin`, `thick` and `dashed` map a mask of UP, DOWN, LEFT, RIGHT to a line's character."""

    thin: dict[int, str] = field(default_factory=lambda: _THIN)
    thick: dict[int, str] = field(default_factory=lambda: _THICK)
    dashed: dict[int, str] = field(default_factory=lambda: _DASHED)
    corners: str = "╭╮╰╯"
    level: str = "─"
    upright: str = "│"
    steps: str = "▁▂▃▄▅▆▇█"
    full: str = "█"
    empty: str = "░"
    arrow: str = "▶"
    left: str = "◀"
    up: str = "▲"
    down: str = "▼"
    mark: str = "▌"
    bottleneck: str = "◆"
    warn: str = "⚠"
    good: str = "✔"
    bad: str = "✖"
    dot: str = "·"
    live: str = "●"
    frozen: str = "❚❚"
    more: str = "…"
    split: str = "█▓▒░"
    states: dict[str, str] = field(
        default_factory=lambda: {
            "running": "▶ RUN",
            "ready": "▷ RDY",
            "blocked": "‖ BLK",
            "idle": "○ IDL",
            "waiting": "◌ WAI",
            "paused": "‖ PAU",
            "ended": "■ END",
            "failed": "✖ ERR",
            "initializing": "◌ INI",
            "draining": "▽ DRN",
            "stopped": "■ STP",
        }
    )


UNICODE = Glyphs()
ASCII = Glyphs(
    thin=_ASCII,
    thick=_ASCII_THICK,
    dashed=_ASCII_DASHED,
    corners="++++",
    level="-",
    upright="|",
    steps="_.:-=+*#",
    full="#",
    empty=".",
    arrow=">",
    left="<",
    up="^",
    down="v",
    mark=">",
    bottleneck="*",
    warn="!",
    good="+",
    bad="x",
    dot=".",
    live="*",
    frozen="||",
    more="~",
    split="#=-.",
    states={
        "running": "> RUN",
        "ready": ") RDY",
        "blocked": "# BLK",
        "idle": "o IDL",
        "waiting": ". WAI",
        "paused": "= PAU",
        "ended": "_ END",
        "failed": "x ERR",
        "initializing": ". INI",
        "draining": "v DRN",
        "stopped": "_ STP",
    },
)
