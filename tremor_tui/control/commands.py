"""Every request a client can make of an engine, each a frozen struct. `Refused` may answer any of them."""

from __future__ import annotations

from typing import Literal

import msgspec

from tremor_tui.control.authoring import CheckPaths, Complete, Document, MakeTest, RunTests
from tremor_tui.control.base import Command as Command
from tremor_tui.control.bench import StartBench, StopBench, WatchBench
from tremor_tui.control.benching import DrawBench, ListBenches, ReadBench
from tremor_tui.control.company import Saved
from tremor_tui.control.editing import Edit, Kinds, Outline
from tremor_tui.control.events import ChangeTap as ChangeTap
from tremor_tui.control.events import ClearBreak as ClearBreak
from tremor_tui.control.events import CloseTap as CloseTap
from tremor_tui.control.events import GetTrace as GetTrace
from tremor_tui.control.events import GoBreak as GoBreak
from tremor_tui.control.events import OpenTap as OpenTap
from tremor_tui.control.events import SetBreak as SetBreak
from tremor_tui.control.events import StepBreak as StepBreak
from tremor_tui.control.events import TraceNext as TraceNext
from tremor_tui.control.executors import MoveFlow as MoveFlow
from tremor_tui.control.history import AskHistory as AskHistory
from tremor_tui.control.letters import DiscardLetters, ExportLetters, GetLetter, ListLetters, ReplayLetters
from tremor_tui.control.limits import SetLimits as SetLimits
from tremor_tui.control.limits import SetStatistics as SetStatistics
from tremor_tui.control.playing import Play as Play
from tremor_tui.control.playing import StartRecording as StartRecording
from tremor_tui.control.playing import StopRecording as StopRecording
from tremor_tui.control.speed import AskSpeed as AskSpeed

PROTOCOL = 3
"""Client and engine must agree on it; it changes with every change that an older one would misread."""


class Hello(Command, frozen=True, tag="hello"):
    """The first frame of a client; answered with `Welcome`. `read_only` clients may only look."""

    protocol: int
    version: str
    client: Literal["workbench", "command", "executor", "test"] = "command"
    pid: int = 0
    read_only: bool = False


class Snapshot(Command, frozen=True, tag="snapshot"):
    """Asks for one picture now; answered with `EngineSnapshot`."""


class Watch(Command, frozen=True, tag="watch"):
    """Asks for a picture `per_second` times a second (0 ends it), latest wins; answered with `Done`.

    `tasks` False leaves tasks and the insides of pipelines out, for clients that only list flows.
    """

    per_second: float = 4.0
    tasks: bool = True


class Deploy(Command, frozen=True, tag="deploy"):
    """Starts every flow that a file deploys; answered with `Done` once they run.

    `path` is absolute; relative paths in the file resolve against `base`, the client's directory; modules
    are sought beside the file, then along `module_path`. `texts` stand in for files on disk (path to
    text). A flow of that alias that runs already is refused unless `replace`, which drains it first.
    """

    path: str
    base: str
    module_path: tuple[str, ...] = ()
    texts: dict[str, str] = msgspec.field(default_factory=dict)
    replace: bool = False


class Diagnose(Command, frozen=True, tag="diagnose"):
    """Compiles a file and what it uses without running it; answered with `Diagnosed`.

    As `Deploy`; `path` may be .tremor, .trickle or .troy. A .tremor or .trickle file that a running flow
    uses is checked as part of that flow's file too, where `flow` names it.
    """

    path: str
    base: str
    module_path: tuple[str, ...] = ()
    texts: dict[str, str] = msgspec.field(default_factory=dict)
    flow: str = ""


class Apply(Command, frozen=True, tag="apply"):
    """Compiles the file of a running flow anew and makes the flow what it says; answered with `Applied`.

    Pipelines that changed are swapped between two batches; connectors, pipelines and links come and go.
    Queues and the state of nodes that go on stay, nothing is lost. Where something new cannot be made or
    opened the flow stays as it was.

    The new version is watched for a while (`FlowSnapshot.watching_until_ns`) and goes back by itself where
    more events leave by `err` than before, where it stalls its executor again and again, or where that ends.
    Applying the same texts again while they are watched, or after they went back, accepts them, as `accept`
    does at once. An apply is for one flow: what else the file deploys is named in the answer, and started
    where it does not run and `start_others` says so.
    """

    flow: str
    texts: dict[str, str] = msgspec.field(default_factory=dict)
    accept: bool = False
    start_others: bool = False


class Compare(Command, frozen=True, tag="compare"):
    """What `Apply` with these texts would change; nothing is changed. Answered with `Compared`."""

    flow: str
    texts: dict[str, str] = msgspec.field(default_factory=dict)


class ListFiles(Command, frozen=True, tag="list_files"):
    """Asks for the texts behind a flow; answered with `FlowFiles`."""

    flow: str


class StopFlow(Command, frozen=True, tag="stop_flow"):
    """Drains a flow and removes it, by force after `deadline_s`; answered with `Stopped`."""

    flow: str
    deadline_s: float = 5.0


class PauseFlow(Command, frozen=True, tag="pause_flow"):
    """Makes a flow's sources stop pulling (`paused` False: go on); answered with `Done`."""

    flow: str
    paused: bool = True


class Preview(Command, frozen=True, tag="preview"):
    """Runs a draft script on samples in a process with a time limit; nothing reaches a sink.

    `text` is tremor-script; or `flow`, `pipeline` and `node` name a script of a running flow, which is run
    as it would be with `texts` in the place of files, and beside it as it is now. `samples` and their
    `metas` are JSON texts; `limit_ms` is for each of them. Answered with `Previewed`.
    """

    samples: tuple[str, ...]
    text: str = ""
    limit_ms: int = 100
    module_path: tuple[str, ...] = ()
    metas: tuple[str, ...] = ()
    flow: str = ""
    pipeline: str = ""
    node: str = ""
    texts: dict[str, str] = msgspec.field(default_factory=dict)


class Keep(Command, frozen=True, tag="keep"):
    """Whether the engine goes on without clients (True) or ends 30 s after the last; answered `Done`."""

    keep: bool = True


class Shutdown(Command, frozen=True, tag="shutdown"):
    """Drains every flow and ends the engine; answered with `Done` before it goes."""

    deadline_s: float = 5.0


Request = (
    Hello
    | AskHistory
    | SetLimits
    | SetStatistics
    | StartRecording
    | StopRecording
    | Play
    | Snapshot
    | Watch
    | Deploy
    | Diagnose
    | Apply
    | Compare
    | ListFiles
    | StopFlow
    | PauseFlow
    | OpenTap
    | ChangeTap
    | CloseTap
    | SetBreak
    | StepBreak
    | GoBreak
    | ClearBreak
    | GetTrace
    | TraceNext
    | Preview
    | Keep
    | Shutdown
    | Saved
    | Kinds
    | Outline
    | Edit
    | Complete
    | Document
    | CheckPaths
    | MakeTest
    | RunTests
    | ListLetters
    | GetLetter
    | ExportLetters
    | ReplayLetters
    | DiscardLetters
    | StartBench
    | StopBench
    | WatchBench
    | ListBenches
    | ReadBench
    | DrawBench
    | MoveFlow
    | AskSpeed
)
