"""Runs what `run` names: a script or a query over events, the flows of a .troy file, or a conversation.

It knows nothing of typer, so that `cli/plain.py` can come here without it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tremor_tui.cli.diagnose import read, show
from tremor_tui.cli.modules import module_path
from tremor_tui.cli.output import ErrorFormat
from tremor_tui.control.cores import usable_cores
from tremor_tui.engine.sources import Program, texts_of
from tremor_tui.errors import CompileError, ConfigError, ControlError

if TYPE_CHECKING:
    from tremor_tui.cli.running.flow import ScheduleName
    from tremor_tui.control.commands import StartRecording

ENGINES = "use `--schedule executors`, or `async` for one process"


def run(
    file: Path | None,
    *,
    queries: list[Path] | None = None,
    infile: Path = Path("-"),
    outfile: Path = Path("-"),
    decoder: str = "json",
    encoder: str = "json",
    preprocessor: str = "separate",
    postprocessor: str = "separate",
    ingest_ns_step: int | None = None,
    origin_uri: str = "",
    fail_on_error: bool = False,
    instance: str = "tremor",
    drain_seconds: float = 5.0,
    detach: bool = False,
    name: str = "local",
    executors: int | None = None,
    schedule: ScheduleName | None = None,
    interactive: bool = False,
    record: Path | None = None,
    record_mb: int = 256,
    whole_events: bool = False,
    error_format: ErrorFormat = "full",
) -> int:
    """Does what the options of `run` say; its exit status. Raises TremorError where it cannot begin."""
    if interactive or file is None:
        return _interact(file, instance, error_format)
    try:
        texts = texts_of(queries or ())
        program = Program.open(file, Path.cwd(), module_path(), texts, shown=str(file))
    except CompileError as error:
        show(error.diagnostics, read, error_format)
        return 1
    try:
        _check_schedule(program, schedule, detach, record)
        if detach:
            count = 1 if schedule == "async" else executors or 0
            return _detach(program, file, name, count, texts, _recording(record, record_mb))
        if program.kind in ("troy", "yaml"):
            from tremor_tui.cli.running import flow

            how = drain_seconds, instance, fail_on_error, error_format, record, record_mb, whole_events
            count = executors or usable_cores()
            named = schedule or ("executors" if (executors or 1) > 1 and not record else "async")
            return flow.run_flows(program, flow.Options(*how, named, count))
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


def _check_schedule(program: Program, schedule: str | None, detach: bool, record: Path | None) -> None:
    """Raises ConfigError where a schedule is not for what is run."""
    if schedule in (None, "async"):
        return
    if program.kind not in ("troy", "yaml"):
        raise ConfigError("a script or a query runs on one loop", "leave --schedule out")
    if detach and schedule == "threads":
        raise ConfigError("an engine runs no threads: its flows are looked into while they run", ENGINES)
    if record and not detach:
        raise ConfigError(f"--record does not go with --schedule {schedule}", "leave one of them out")


def _interact(file: Path | None, instance: str, style: ErrorFormat) -> int:
    from tremor_tui.cli.running.repl import interact

    try:
        program = Program.open(file, Path.cwd(), module_path(), shown=str(file)) if file else None
        return interact(program, instance, style)
    except CompileError as error:
        show(error.diagnostics, read, style)
        return 1


def _recording(record: Path | None, record_mb: int) -> StartRecording | None:
    from tremor_tui.control.commands import StartRecording

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
