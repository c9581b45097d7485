"""What supervisor and executor say to each other, in the frames of `control/wire.py`.

Down go numbered orders, each answered once; up go answers and, between them, pictures, samples and lines
for the log. Only texts, paths and numbers cross: the executor compiles by itself.
"""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec

from tremor_tui.control.events import BreakSnapshot, Looking, Trace
from tremor_tui.control.letters import Letter
from tremor_tui.control.limits import Limits
from tremor_tui.control.snapshots import FlowSnapshot, Receipt, Stopped, TapSamples, TaskSnapshot, Warned
from tremor_tui.control.speed import Speed
from tremor_tui.control.wire import prefixed
from tremor_tui.errors import ControlError
from tremor_tui.model.diagnostic import Diagnostic

PICTURE_RATE: Final = 1.0
"""Pictures a second that an executor sends when nobody watches."""

T = TypeVar("T")


class Texts(msgspec.Struct, frozen=True):
    """A file to compile: its path, where its relative paths start, where modules are, what stands in."""

    path: str
    base: str
    module_path: tuple[str, ...] = ()
    texts: dict[str, str] = {}


class Order(msgspec.Struct, frozen=True, tag_field="do"):
    """Base of what the supervisor wants of an executor."""


class StartFlow(Order, frozen=True, tag="start"):
    """Compile the file and start the flow of that alias; answered with `Started`.

    `carried` is what another executor gave: the flow goes on from there.
    """

    source: Texts
    alias: str
    carried: bytes = b""


class Prepare(Order, frozen=True, tag="prepare"):
    """Compile the file for a flow that will be started soon; answered with `Obeyed`."""

    source: Texts
    alias: str


class GiveFlow(Order, frozen=True, tag="give"):
    """Bring a flow to rest and end it, for another executor to go on; answered with `Given`.

    `Failed` where it cannot be; it goes on then.
    """

    alias: str
    within_s: float


class SwapFlow(Order, frozen=True, tag="swap"):
    """Compile the file and make a running flow what it says; answered with `Swapped`.

    `pipelines` are those that changed, or are new. `version`: how the flow counts from then on, 0 for one
    more.
    """

    source: Texts
    alias: str
    pipelines: tuple[str, ...]
    version: int = 0


class EndFlow(Order, frozen=True, tag="end"):
    """Drain a flow, by force after the deadline, and forget it; answered with `Ended`."""

    alias: str
    deadline_s: float


class PauseFlow(Order, frozen=True, tag="pause"):
    """Pause or resume a flow; answered with `Obeyed`."""

    alias: str
    paused: bool


class Look(Order, frozen=True, tag="look"):
    """Something about events: under which number the supervisor knows the tap or break, and what is asked.

    Answered with `Obeyed`, or `Followed` where a path was asked for.
    """

    number: int
    request: Looking


class TellSpeed(Order, frozen=True, tag="tell_speed"):
    """Say what of a flow is on the fast path; answered with `SpeedTold`."""

    alias: str


class SetRate(Order, frozen=True, tag="rate"):
    """Send this many pictures a second; answered with `Obeyed`."""

    per_second: float


class Picture(Order, frozen=True, tag="picture"):
    """Send a picture now, before the answer `Obeyed`."""


class Quit(Order, frozen=True, tag="quit"):
    """Drain all flows, by force after the deadline, then end; answered with `Ended`."""

    deadline_s: float


class SetLimits(Order, frozen=True, tag="limits"):
    """Warn beyond these limits; answered with `Obeyed`."""

    limits: Limits


class SetStatistics(Order, frozen=True, tag="statistics"):
    """Measure tasks, or no longer; answered with `Obeyed`."""

    on: bool


class SendAgain(Order, frozen=True, tag="send_again"):
    """Send letters through their flow once more; answered with `SentAgain` when they are on their way."""

    flow: str
    letters: tuple[Letter, ...]


Orders = (
    SendAgain
    | SetLimits
    | SetStatistics
    | StartFlow
    | Prepare
    | GiveFlow
    | SwapFlow
    | EndFlow
    | PauseFlow
    | Look
    | TellSpeed
    | SetRate
    | Picture
    | Quit
)


class Command(msgspec.Struct, frozen=True):
    """An order with its number."""

    number: int
    order: Orders


class Obeyed(msgspec.Struct, frozen=True, tag="obeyed"):
    """It was done."""


class Started(msgspec.Struct, frozen=True, tag="started"):
    """The flow runs."""


class Given(msgspec.Struct, frozen=True, tag="given"):
    """The flow has ended here; `carried` is what the next executor is to be told."""

    carried: bytes


class Swapped(msgspec.Struct, frozen=True, tag="swapped"):
    """The flow is what it should be; `taps` are the numbers of those that ended, as their edge is gone."""

    receipt: Receipt
    taps: tuple[int, ...] = ()


class Followed(msgspec.Struct, frozen=True, tag="followed"):
    """The path of an event, where there is one."""

    trace: Trace | None = None


class SentAgain(msgspec.Struct, frozen=True, tag="sent_again"):
    """Letters are on their way, but for those that were not sent: number and why."""

    unsent: tuple[tuple[int, str], ...] = ()


class SpeedTold(msgspec.Struct, frozen=True, tag="speed_told"):
    """What of a flow is on the fast path."""

    speed: Speed


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """Flows have ended; by force where any did not drain."""

    stopped: tuple[Stopped, ...] = ()


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """It was not done, and why."""

    message: str
    hint: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()


Result = Obeyed | Started | Given | Swapped | Followed | SentAgain | SpeedTold | Ended | Failed


class Answered(msgspec.Struct, frozen=True, tag="answered"):
    """The answer to the order of that number."""

    number: int
    result: Result


class Pictured(msgspec.Struct, frozen=True, tag="pictured"):
    """The executor as it is: flows, tasks, warnings, its use of a core, memory, delay of its loop,
    and the part of a core that measuring takes.

    Flows in `same` are as in the picture before and are left out. `is_part`: it tells of these flows alone.
    """

    flows: tuple[FlowSnapshot, ...] = ()
    tasks: tuple[TaskSnapshot, ...] = ()
    warnings: tuple[Warned, ...] = ()
    cpu: float = 0.0
    rss: int = 0
    loop_lag_ns: int = 0
    cost: float = 0.0
    same: tuple[str, ...] = ()
    is_part: bool = False


class Tapped(msgspec.Struct, frozen=True, tag="tapped"):
    """Samples of a tap."""

    samples: TapSamples


class Broke(msgspec.Struct, frozen=True, tag="broke"):
    """A break holds its task, lets it go on, or is over."""

    snapshot: BreakSnapshot


class Logged(msgspec.Struct, frozen=True, tag="logged"):
    """Lines for the engine's log; `left_out` more were not sent."""

    lines: tuple[str, ...]
    left_out: int = 0


class Mailed(msgspec.Struct, frozen=True, tag="mailed"):
    """What failed in a flow, and what became of letters that were sent; as `runtime.letters.Gathered`."""

    flow: str
    letters: tuple[Letter, ...] = ()
    again: tuple[tuple[int, Letter], ...] = ()
    missed: dict[str, int] = msgspec.field(default_factory=dict)
    settled: tuple[int, ...] = ()
    reached: tuple[int, ...] = ()
    lost: tuple[int, ...] = ()


Said = Answered | Pictured | Tapped | Broke | Mailed | Logged

_encoder = msgspec.json.Encoder()
_commands: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)
_said: msgspec.json.Decoder[Answered | Pictured | Tapped | Broke | Mailed | Logged] = msgspec.json.Decoder(
    Said
)


def encode(frame: Command | Said) -> bytes:
    """A frame with its length. Raises ControlError where it is too long."""
    return prefixed(_encoder.encode(frame))


def decode_command(body: bytes) -> Command:
    """What the supervisor sent. Raises ControlError."""
    return _decode(_commands, body)


def decode_said(body: bytes) -> Said:
    """What an executor sent. Raises ControlError."""
    return _decode(_said, body)


def _decode(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ControlError(f"a malformed frame: {error}") from None
