"""`run`: runs a script or a query over events, or the flows of a .troy file; what typer is told of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tremor_tui.cli.command import add
from tremor_tui.cli.options import (
    DrainSeconds,
    Executors,
    Format,
    Instance,
    Name,
    Queries,
    Record,
    RecordMB,
    Schedule,
    refuse_queries,
)
from tremor_tui.cli.running import entry

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
    executors: Executors = None,
    schedule: Schedule = None,
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

    --schedule says how the flows of a .troy file share the machine: `async`, all on one loop (what happens if
    nothing is said); `executors`, spread over --executors processes; `threads`, a thread for each source,
    pipeline and sink, as tremor 0.8 did it, for comparison and for connectors that block.

    Exit codes: 0 done or drained, 1 failure, 75 ended by force with events left.
    """
    if file is None and not interactive:
        raise typer.BadParameter("name a .tremor, .trickle or .troy file, or give --interactive")
    if file is not None and not interactive:
        refuse_queries(file, queries)
    return entry.run(
        file,
        queries=queries,
        infile=infile,
        outfile=outfile,
        decoder=decoder,
        encoder=encoder,
        preprocessor=preprocessor,
        postprocessor=postprocessor,
        ingest_ns_step=ingest_ns_step,
        origin_uri=origin_uri,
        fail_on_error=fail_on_error,
        instance=instance,
        drain_seconds=drain_seconds,
        detach=detach,
        name=name,
        executors=executors,
        schedule=schedule,
        interactive=interactive,
        record=record,
        record_mb=record_mb,
        whole_events=whole_events,
        error_format=error_format,
    )
