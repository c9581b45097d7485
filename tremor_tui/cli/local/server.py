"""`server run`: an engine in the foreground."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tremor_tui.cli import output
from tremor_tui.cli.command import add
from tremor_tui.cli.diagnose import read, show
from tremor_tui.cli.modules import module_path
from tremor_tui.cli.options import (
    DrainSeconds,
    Executors,
    Format,
    Name,
    Record,
    RecordMB,
    Schedule,
)
from tremor_tui.control.commands import Deploy, StartRecording
from tremor_tui.control.cores import usable_cores
from tremor_tui.engine.engine import Settings
from tremor_tui.engine.serving import serve
from tremor_tui.engine.sources import YAML, texts_of
from tremor_tui.errors import ConfigError, ControlError


def register(app: typer.Typer) -> None:
    """Enters the group of commands."""
    group = typer.Typer(help="Run an engine that clients can look at.", rich_markup_mode=None)
    group.callback()(lambda: None)
    add(group, "run", run)
    app.add_typer(group, name="server")


def run(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            readable=False, metavar="FILE...", help=".troy files; .yaml files and their .trickle files."
        ),
    ] = None,
    name: Name = "local",
    executors: Executors = None,
    schedule: Schedule = None,
    drain_seconds: DrainSeconds = 5.0,
    stall_ms: Annotated[
        float, typer.Option("--stall-ms", min=1, metavar="MS", help="When a task has held its loop too long.")
    ] = 100.0,
    record: Record = None,
    record_mb: RecordMB = 256,
    error_format: Format = "full",
) -> int:
    """Run an engine in the foreground and deploy files on it.

    Clients (`workbench`, `attach`, `top`, …) find it by its name. It goes on without them until ctrl+c,
    SIGTERM or `tremor-tui stop`; then all flows are drained. A second signal ends it at once, and the
    exit code is 75 if events were left.
    """
    if schedule == "threads":
        raise ConfigError(
            "an engine runs no threads: its flows are looked into while they run",
            "use `--schedule executors`, or `async` for one process",
        )
    count = 1 if schedule == "async" else executors or usable_cores()
    settings = Settings(name, count, True, stall_ms=stall_ms, drain_s=drain_seconds)
    base = str(Path.cwd())
    has_yaml = any(file.suffix in YAML for file in files or ())
    texts = texts_of(file for file in files or () if has_yaml and file.suffix == ".trickle")
    deploys = [
        Deploy(str(file.absolute()), base, module_path(), texts if file.suffix in YAML else {})
        for file in files or ()
        if str(file.absolute()) not in texts
    ]
    recording = StartRecording(str(record.absolute()), record_mb) if record else None
    try:
        return serve(settings, deploys=deploys, recording=recording, echo=True, began=_began)
    except ControlError as error:
        if not error.diagnostics:
            raise
        show(error.diagnostics, read, error_format)
        return 1


def _began(socket: str) -> None:
    output.talk(f"ready on {socket}")
