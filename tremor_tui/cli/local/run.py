"""`run`: runs a script or a query over events, or the flows of a .troy file, in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tremor_tui.cli.command import add
from tremor_tui.cli.diagnose import read, show
from tremor_tui.cli.options import (
    DrainSeconds,
    Executors,
    Format,
    Instance,
    Name,
    Queries,
    Record,
    RecordMB,
    module_path,
    refuse_queries,
)
from tremor_tui.cli.output import ErrorFormat
from tremor_tui.control.commands import StartRecording
from tremor_tui.engine.sources import Program, texts_of
from tremor_tui.errors import CompileError, ConfigError, ControlError

Infile = Annotated[
    Path, typer.Option("--infile", "-i", readable=False, metavar="FILE", help="Events to read; - is stdin.")
]
Outfile = Annotated[Path, typer.Option("--outfile", "-o", metavar="FILE", help="Where to; - is stdout.")]
Decoder = Annotated[str, typer.Option("--decoder", "-d", metavar="CODEC", help="From frame to event.")]
Encoder = Annotated[str, typer.Option("--encoder", "-e", metavar="CODEC", help="From event to frame.")]
Pre = Annotated[str, typer.Option("--preprocessor", metavar="NAME", help="From bytes to frames.")]
Post = Annotated[str, typer.Option("--postprocessor", metavar="NAME", help="From frames to bytes.")]
Step = Annotated[
    int | None, typer.Option("--ingest-ns-step", min=0, metavar="NS", help="Event k is ingested at k*NS.")
]
Origin = Annotated[str, typer.Option("--origin-uri", metavar="URI", help="Where the events come from.")]
FailOnError = Annotated[bool, typer.Option("--fail-on-error", help="Exit with 1 if any event failed.")]
Detach = Annotated[bool, typer.Option("--detach", help="Run a .troy file on an engine in the background.")]


WholeEvents = Annotated[
    bool,
    typer.Option("--whole-events", help="Decode every event whole and run node by node: slower, the same."),
]
Interactive = Annotated[bool, typer.Option("--interactive", help="Evaluate statements from stdin.")]
OptionalFile = Annotated[
    Path | None,
    typer.Argument(
        readable=False, metavar="FILE", help="A .tremor, .trickle or .troy file.", show_default=False
    ),
]


def register(app: typer.Typer) -> None:
    """Enters the command."""
    add(app, "run", run)


def run(
    file: OptionalFile = None,
    queries: Queries = None,
    infile: Infile = Path("-"),
    outfile: Outfile = Path("-"),
    decoder: Decoder = "json",
    encoder: Encoder = "json",
    preprocessor: Pre = "separate",
    postprocessor: Post = "separate",
    ingest_ns_step: Step = None,
    origin_uri: Origin = "",
    fail_on_error: FailOnError = False,
    instance: Instance = "tremor",
    drain_seconds: DrainSeconds = 5.0,
    detach: Detach = False,
    name: Name = "local",
    executors: Executors = 1,
    interactive: Interactive = False,
    record: Record = None,
    record_mb: RecordMB = 256,
    whole_events: WholeEvents = False,
    error_format: Format = "full",
) -> int:
    """Run a script, a query or the flows of a .troy file.

    A .tremor or .trickle file reads events from --infile and writes what it emits to --outfile. A .troy
    file runs until its sources are over and all is drained, an `exit` connector ends it, or ctrl+c; in
    one process, or with --detach on an engine (--name, --executors) that goes on by itself. With
    --interactive statements of tremor-script are read from stdin; the definitions of FILE are known to them.

    Exit codes: 0 done or drained, 1 failure, 75 ended by force with events left.
    """
    if interactive:
        return _interact(file, instance, error_format)
    if file is None:
        raise typer.BadParameter("name a .tremor, .trickle or .troy file, or give --interactive")
    refuse_queries(file, queries)
    try:
        texts = texts_of(queries or ())
        program = Program.open(file, Path.cwd(), module_path(), texts, shown=str(file))
    except CompileError as error:
        show(error.diagnostics, read, error_format)
        return 1
    try:
        if detach:
            return _detach(program, file, name, executors, texts, _recording(record, record_mb))
        if program.kind in ("troy", "yaml"):
            from tremor_tui.cli.running import flow

            how = drain_seconds, instance, fail_on_error, error_format, record, record_mb, whole_events
            return flow.run_flows(program, flow.Options(*how))
        if record:
            raise ConfigError("only the flows of a .troy file can be recorded", "leave --record out")
        from tremor_tui.cli.running import script

        events = infile, outfile, decoder, encoder, preprocessor, postprocessor
        how_told = fail_on_error, error_format, whole_events
        options = script.Options(*events, ingest_ns_step, origin_uri, instance, *how_told)
        return script.run_script(program, options)
    except CompileError as error:
        show(error.diagnostics, program.find, error_format)
    except ControlError as error:
        if not error.diagnostics:
            raise
        show(error.diagnostics, read, error_format)
    return 1


def _interact(file: Path | None, instance: str, style: ErrorFormat) -> int:
    from tremor_tui.cli.running.repl import interact

    try:
        program = Program.open(file, Path.cwd(), module_path(), shown=str(file)) if file else None
        return interact(program, instance, style)
    except CompileError as error:
        show(error.diagnostics, read, style)
        return 1


def _recording(record: Path | None, record_mb: int) -> StartRecording | None:
    return StartRecording(str(record.absolute()), record_mb) if record else None


def _detach(
    program: Program,
    file: Path,
    name: str,
    executors: int,
    texts: dict[str, str],
    recording: StartRecording | None,
) -> int:
    if program.kind not in ("troy", "yaml"):
        raise ConfigError("only a .troy or .yaml file runs on an engine", "leave --detach out")
    from tremor_tui.cli.running.detached import run_detached

    return run_detached(file, name, executors, texts, recording)
