"""The styles that hand-drawn widgets use, made from the theme; and the themes that the workbench brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.style import Style
from textual.theme import Theme

STEADY = Theme(
    name="tremor",
    primary="#56b4e9",
    secondary="#0072b2",
    warning="#e69f00",
    error="#ff7043",
    success="#7fd1b9",
    accent="#f0c674",
    foreground="#d6dbe0",
    background="#12161b",
    surface="#171c22",
    panel="#222a33",
)
"""The default: blue, amber and orange-red on grey, told apart with any kind of colour sight."""

LIGHT = Theme(
    name="tremor-light",
    primary="#005a9c",
    secondary="#0072b2",
    warning="#9a5b00",
    error="#b3360b",
    success="#00664f",
    accent="#7a4f00",
    foreground="#1c2126",
    background="#f7f7f4",
    surface="#efefea",
    panel="#dfe3e6",
    dark=False,
)
THEMES = ("tremor", "tremor-light", "textual-dark", "nord", "gruvbox", "dracula", "ansi-dark", "ansi-light")


@dataclass(frozen=True, slots=True)
class Ink:
    """Styles by what they say, never by colour."""

    text: Style
    strong: Style
    dim: Style
    faint: Style
    frame: Style
    focus: Style
    title: Style
    key: Style
    good: Style
    accent: Style
    warn: Style
    hot: Style
    bad: Style
    picked: Style
    marked_back: Style
    bar: Style
    tab: Style

    def by_share(self, percent: float) -> Style:
        """Below 60 plain, to 85 warning, above hot."""
        return self.text if percent < 60 else self.warn if percent <= 85 else self.hot

    def state(self, state: str) -> Style:
        """The style of a task's or flow's state."""
        match state:
            case "running":
                return self.good
            case "ready":
                return self.accent
            case "blocked" | "paused" | "draining":
                return self.warn
            case "failed":
                return self.bad
            case _:
                return self.dim


def ink_of(colours: Mapping[str, str]) -> Ink:
    """The styles of a theme's variables."""

    def style(name: str, back: str = "", bold: bool = False) -> Style:
        fore, under = colours.get(name, ""), colours.get(back, "")
        return Style(color=_plain(fore), bgcolor=_plain(under), bold=bold or None)

    grey = _mix(colours, 0.52)
    return Ink(
        text=style("foreground"),
        strong=style("foreground", bold=True),
        dim=Style(color=_mix(colours, 0.68)),
        faint=Style(color=_mix(colours, 0.36)),
        frame=Style(color=_mix(colours, 0.36)),
        focus=style("primary"),
        title=style("foreground", bold=True),
        key=style("accent", bold=True),
        good=style("success"),
        accent=style("primary"),
        warn=style("warning"),
        hot=style("error"),
        bad=style("error", bold=True),
        picked=style("primary", bold=True),
        marked_back=Style(bgcolor=_plain(colours.get("panel", "")), bold=True),
        bar=Style(color=grey),
        tab=style("background", "primary", bold=True),
    )


def _plain(colour: str) -> str | None:
    """A colour that rich knows, or None for the terminal's own."""
    if colour.startswith("#"):
        return colour[:7]
    if colour.startswith("ansi_"):
        name = colour[5:]
        return None if name == "default" else name
    return None


def _mix(colours: Mapping[str, str], share: float) -> str | None:
    """A grey between background and foreground; `share` is the foreground's part."""
    front, back = colours.get("foreground", ""), colours.get("background", "")
    if not (front.startswith("#") and back.startswith("#")):
        return None if share > 0.5 else "bright_black"
    parts = [
        round(int(back[at : at + 2], 16) * (1 - share) + int(front[at : at + 2], 16) * share)
        for at in (1, 3, 5)
    ]
    return "#" + "".join(f"{part:02x}" for part in parts)
