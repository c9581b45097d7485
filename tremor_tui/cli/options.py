"""Options that several commands have, each written once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from tremor_tui.cli.output import ErrorFormat

File = Annotated[
    Path,
    typer.Argument(
        readable=False, metavar="FILE", help="A .tremor, .trickle, .troy or .yaml file.", show_default=False
    ),
]
Queries = Annotated[
    list[Path] | None,
    typer.Argument(
        readable=False,
        metavar="[QUERY...]",
        help="The .trickle files of a .yaml file's pipelines.",
        show_default=False,
    ),
]
Format = Annotated[
    ErrorFormat,
    typer.Option("--error-format", help="`full` draws the place; `short` is one line FILE:L:C-L:C: error: …"),
]
Name = Annotated[
    str,
    typer.Option(
        "--name",
        "-n",
        metavar="NAME",
        envvar="TREMOR_TUI_ENGINE",
        help="The engine's name; where one alone runs, it.",
    ),
]
Instance = Annotated[
    str, typer.Option("--instance", metavar="NAME", help="The name that `system::instance()` gives.")
]
DrainSeconds = Annotated[
    float,
    typer.Option(
        "--drain-seconds", min=0, max=3600, metavar="S", help="How long a stop may drain before force."
    ),
]
Record = Annotated[
    Path | None,
    typer.Option(
        "--record", metavar="DIR", help="Record to files in this folder, for `play`.", show_default=False
    ),
]
RecordMB = Annotated[
    int,
    typer.Option("--record-mb", min=1, max=100_000, metavar="MB", help="Beyond it the oldest files go."),
]
Executors = Annotated[
    int | None,
    typer.Option(
        "--executors",
        min=1,
        max=256,
        metavar="N",
        help="Processes that run flows; where not said, one for each core.",
        show_default=False,
    ),
]
Schedule = Annotated[
    Literal["async", "threads", "executors"] | None,
    typer.Option(
        "--schedule",
        help="One loop, a thread for each task, or flows spread over processes.",
        show_default=False,
    ),
]


def refuse_queries(file: Path, queries: list[Path] | None) -> None:
    """Files may follow a .yaml file alone. Raises BadParameter."""
    if queries and file.suffix not in (".yaml", ".yml"):
        raise typer.BadParameter("only a .yaml file is followed by .trickle files")
