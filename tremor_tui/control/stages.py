"""The picture of one compilation, stage by stage, as plain text; clients see no compiler types."""

from __future__ import annotations

from typing import Literal

import msgspec

from tremor_tui.model.diagnostic import Diagnostic

STAGES = ("lex", "ast", "ir", "python", "dot", "graph")


class Stage(msgspec.Struct, frozen=True):
    """One stage's result as text."""

    name: Literal["lex", "ast", "ir", "python", "dot", "graph"]
    text: str


class Stages(msgspec.Struct, frozen=True):
    """What was made of a text; later stages are missing where an earlier one failed."""

    file: str
    stages: tuple[Stage, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
