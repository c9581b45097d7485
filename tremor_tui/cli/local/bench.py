"""`bench`: measures how fast events go through the runtime, and compares that with others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

import msgspec
import typer

from tremor_tui.cli import output
from tremor_tui.cli.command import add, obeying
from tremor_tui.control.bench import (
    DATA,
    FLOWS,
    MOST_FLOWS,
    QUICK,
    SCHEDULES,
    SCRIPTS,
    BenchPlan,
    BenchRun,
    BenchStep,
    Data,
    Script,
    encode_run,
)

T = TypeVar("T")
By = Literal["wall", "cpu"]
ALL = "all"

Schedules = Annotated[
    str, typer.Option("--schedule", "-s", metavar="LIST", help="async, threads, executors; or all.")
]
Flows = Annotated[
    str,
    typer.Option("--flows", "-n", metavar="LIST", help="The n of n:n:1, such as 1,8,64.", show_default=False),
]
DataName = Annotated[str, typer.Option("--data", metavar="KIND", help="skewed, even, or text (not ASCII).")]
ScriptName = Annotated[
    str,
    typer.Option("--script", metavar="KIND", help="classify (unchanged), keys (added), or change (at will)."),
]
Rounds = Annotated[
    int | None, typer.Option("--rounds", min=1, max=1000, metavar="N", help="How often each is measured.")
]
Seconds = Annotated[
    float | None, typer.Option("--seconds", min=0.01, max=600, metavar="S", help="How long each time.")
]
WarmUp = Annotated[
    float | None, typer.Option("--warm-up", min=0, max=600, metavar="S", help="Before each measurement.")
]
Executors = Annotated[
    int, typer.Option("--executors", min=1, max=64, metavar="N", help="Processes of schedule executors.")
]
BatchRows = Annotated[
    int, typer.Option("--batch", min=0, max=100_000, metavar="N", help="Events of a batch; 0 leaves it.")
]
Whole = Annotated[bool, typer.Option("--whole-events", help="Decode every event whole and run node by node.")]
Quick = Annotated[bool, typer.Option("--quick", help="A first look: few flows, short, three rounds.")]
Json = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write the result as JSON; - is stdout, alone.")
]
Save = Annotated[Path | None, typer.Option("--save", metavar="FILE", help="Keep the run for --against.")]
Against = Annotated[
    Path | None, typer.Option("--against", metavar="FILE", help="Show ratios to a run that was saved.")
]
Anyway = Annotated[
    bool, typer.Option("--anyway", help="Show the ratios of runs that say little about each other.")
]
Svg = Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="Draw the run as a picture.")]
Png = Annotated[Path | None, typer.Option("--png", metavar="FILE", help="The same as PNG; needs cairosvg.")]
ByWhat = Annotated[str, typer.Option("--by", metavar="WHAT", help="What the plot shows: wall, or cpu.")]
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to; it is made if need be.")]


def register(app: typer.Typer) -> None:
    """Enters the group of commands; without one of them the curve is measured."""
    group = typer.Typer(help=bench.__doc__, rich_markup_mode=None, invoke_without_command=True)
    group.callback()(obeying(bench))
    add(group, "compare", compare)
    add(group, "statistics", statistics)
    add(group, "write", write)
    app.add_typer(group, name="bench")


def bench(
    context: typer.Context,
    schedule: Schedules = ALL,
    flows: Flows = "",
    data: DataName = "skewed",
    script: ScriptName = "classify",
    rounds: Rounds = None,
    seconds: Seconds = None,
    warm_up: WarmUp = None,
    executors: Executors = 2,
    batch: BatchRows = 0,
    whole_events: Whole = False,
    quick: Quick = False,
    json: Json = None,
    save: Save = None,
    against: Against = None,
    anyway: Anyway = False,
    svg: Svg = None,
    png: Png = None,
    by: ByWhat = "wall",
) -> int:
    """Measure how fast events go through the runtime, from 1:1:1 to 64:64:1 (sources:pipelines:sinks).

    A hundred log events are classified by a script and limited by `grouper::bucket`. Each point is measured
    once a round; shown are medians over the rounds and the range. Under `executors` the flows are spread
    over --executors processes, each with a sink of its own.
    """
    if context.invoked_subcommand is not None:
        return 0
    plan = msgspec.structs.replace(
        QUICK if quick else BenchPlan(),
        schedules=_names(schedule, SCHEDULES, "--schedule"),
        flows=_numbers(flows, QUICK.flows if quick else FLOWS),
        data=_one(data, Data, "--data"),
        script=_one(script, Script, "--script"),
        executors=executors,
        batch_rows=batch,
        whole_events=whole_events,
    )
    plan = _timed(plan, rounds, seconds, warm_up)
    wanted = _one(by, By, "--by")
    from tremor_tui.bench.rounds import checked
    from tremor_tui.cli.running import measuring

    measuring.writable(json, save, svg, png)
    saved = measuring.read_saved(against) if against else None
    run = _measured(checked(plan))
    if json != measuring.STDOUT:
        measuring.show_run(run, wanted)
    _write(run, {json: encode_run, save: encode_run}, svg, png)
    if saved is not None and not measuring.show_against(run, saved, str(against), anyway):
        return 1
    return 0 if run.finished else 130


def compare(
    data: Annotated[
        str, typer.Option("--data", metavar="LIST", help="skewed, even, text; or all.")
    ] = "skewed,even",
    script: Annotated[
        str, typer.Option("--script", metavar="LIST", help="classify, keys, change; or all.")
    ] = ALL,
    rounds: Rounds = None,
    seconds: Seconds = None,
    warm_up: WarmUp = None,
    files: Annotated[
        bool, typer.Option("--files", help="From file to file through `tremor-tui run`, start-up subtracted.")
    ] = False,
    events: Annotated[
        int, typer.Option("--events", min=100, max=10_000_000, metavar="N", help="Events of a file.")
    ] = 200_000,
    whole_events: Whole = False,
    quick: Quick = False,
    json: Json = None,
) -> int:
    """Compare with a hand-written orjson loop and, where it is installed, bytewax.

    All do the same work on the same data on one core by turns. A ratio says how many times as fast as the
    hand-written loop in the same round a side is, in processor time.
    """
    from tremor_tui.bench.compare import ComparePlan, compare, encode
    from tremor_tui.bench.files import compare_files
    from tremor_tui.cli.running import measuring

    plan = ComparePlan(
        data=_names(data, DATA, "--data"),
        scripts=_names(script, SCRIPTS, "--script"),
        files=files,
        events=min(events, 20_000) if quick else events,
        whole_events=whole_events,
    )
    plan = _timed(
        msgspec.structs.replace(plan, rounds=3, seconds=0.1, warmup=0.05) if quick else plan,
        rounds,
        seconds,
        warm_up,
    )
    measuring.writable(json)
    with measuring.progress("comparing") as tell:
        made = (compare_files if files else compare)(plan, tell)
    if json != measuring.STDOUT:
        measuring.show_comparison(made)
    if json:
        measuring.write(json, encode(made))
    return 0


def statistics(
    flows: Flows = "1,8",
    data: DataName = "skewed",
    script: ScriptName = "classify",
    rounds: Rounds = None,
    seconds: Seconds = None,
    warm_up: WarmUp = None,
    json: Json = None,
) -> int:
    """Measure what the statistics of tasks cost: throughput with them on and off, by turns."""
    from tremor_tui.bench.cost import measure_cost
    from tremor_tui.bench.rounds import checked
    from tremor_tui.cli.running import measuring

    plan = BenchPlan(
        flows=_numbers(flows, (1, 8)),
        data=_one(data, Data, "--data"),
        script=_one(script, Script, "--script"),
        rounds=11,
    )
    measuring.writable(json)
    with measuring.progress("measuring with statistics on and off") as tell:
        made = measure_cost(checked(_timed(plan, rounds, seconds, warm_up)), tell)
    if json != measuring.STDOUT:
        measuring.show_costs(made)
    if json:
        measuring.write(json, msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n")
    return 0


def write(
    folder: Folder,
    flows: Annotated[int, typer.Option("--flows", "-n", min=1, max=MOST_FLOWS, help="The n of n:n:1.")] = 1,
    data: DataName = "skewed",
    script: ScriptName = "classify",
    events: Annotated[
        int, typer.Option("--events", min=100, max=10_000_000, metavar="N", help="Events of the file.")
    ] = 100,
) -> int:
    """Write the workload to a folder: the events, the query for `run`, and the flow n:n:1."""
    from tremor_tui.bench.topology import write_all

    for path in write_all(
        folder, flows, _one(data, Data, "--data"), _one(script, Script, "--script"), events
    ):
        output.data(str(path))
    return 0


# -- inside --------------------------------------------------------------------------------------------


def _measured(plan: BenchPlan) -> BenchRun:
    """The run; as far as it came where it is interrupted."""
    from tremor_tui.bench.rounds import measure
    from tremor_tui.cli.running import measuring

    steps: list[BenchStep] = []
    with measuring.progress(f"measuring for about {plan.expected_s:.0f} s") as tell:

        def hear(step: BenchStep) -> None:
            steps[:] = [step]
            tell(step.done, step.of, step.now)

        try:
            return measure(plan, hear)
        except KeyboardInterrupt:
            if not steps or not steps[0].done:
                raise
            return steps[0].run


def _write(
    run: BenchRun, texts: dict[Path | None, Callable[[BenchRun], bytes]], svg: Path | None, png: Path | None
) -> None:
    from tremor_tui.bench import vector
    from tremor_tui.cli.running import measuring

    for path, encoded in texts.items():
        if path is not None:
            measuring.write(path, encoded(run))
    if svg is not None:
        measuring.write(svg, vector.svg(run).encode())
    if png is not None:
        measuring.write(png, vector.png(run))


P = TypeVar("P", bound=msgspec.Struct)


def _timed(plan: P, rounds: int | None, seconds: float | None, warm_up: float | None) -> P:
    """The plan with what was given on the command line."""
    given = {"rounds": rounds, "seconds": seconds, "warmup": warm_up}
    return msgspec.structs.replace(
        plan, **{name: value for name, value in given.items() if value is not None}
    )


def _names(text: str, known: tuple[T, ...], option: str) -> tuple[T, ...]:
    """The names of a list with commas; all of them for `all`."""
    if text == ALL:
        return known
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise typer.BadParameter(f"{option} takes {', '.join(map(str, known))} or all, not `{name}`")
    return tuple(one for one in known if one in names)


def _one(text: str, kind: Any, option: str) -> Any:
    known = get_args(kind)
    if text not in known:
        raise typer.BadParameter(f"{option} takes one of {', '.join(known)}, not `{text}`")
    return text


def _numbers(text: str, otherwise: tuple[int, ...]) -> tuple[int, ...]:
    if not text:
        return otherwise
    try:
        numbers = sorted({int(part) for part in text.split(",") if part.strip()})
    except ValueError:
        raise typer.BadParameter(f"--flows takes numbers with commas, such as 1,8,64, not `{text}`") from None
    return tuple(numbers)
