"""The errors that a user can meet, sorted by what the stream can still do afterwards.

    TremorError
      CompileError     carries diagnostics; nothing was started
        ParseError     the text does not parse
        CheckError     it parses, but means nothing
      EditError        a change cannot be made on this text; nothing was changed
      ConfigError      a plug-in refuses its configuration; names the key
        UnknownName    no plug-in, module or flow of that name; names the nearest known one
      DataError        one frame or event is bad; the stream goes on (to `err`, counted once)
        FrameError     the framing is lost: this stream ends, the connector goes on
        DecodeError    a frame is not in the codec's format
        EncodeError    a value cannot be written in the codec's format
        ScriptError    a script failed on an event; points at the tremor source
      ConnectionLost   the retry policy decides; the breaker trips
      ChannelClosed    the other end is gone
      ControlError     a malformed, unauthorised or late command; the plane goes on
        EngineLost     the engine cannot be reached; the client reconnects
        VersionMismatch  client and engine speak different protocol versions
      LifecycleError   this command is not allowed in this state

Anything else that is raised is a bug: it leaves its task, ends its flow as *failed* and shows with
its traceback in the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tremor_tui.model.diagnostic import Diagnostic


class TremorError(Exception):
    """Something that a user can act on: a sentence, and a hint of what to do.

    `hint` is a sentence or empty. `str(error)` is the sentence alone.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class CompileError(TremorError):
    """Texts did not compile. `diagnostics` has at least one of severity `error`."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        first = next((d for d in diagnostics if d.is_error), diagnostics[0])
        super().__init__(first.message, first.hint)
        self.diagnostics = tuple(diagnostics)


class ParseError(CompileError):
    """The text is not in the language."""


class CheckError(CompileError):
    """The text parses, but a name, type, port or argument in it is wrong."""


class EditError(TremorError):
    """A change cannot be made on this text: it would not parse, or mean something else. It stays."""


class ConfigError(TremorError):
    """A plug-in refuses its configuration. `key` is the setting that is at fault, or empty."""

    def __init__(self, message: str, hint: str = "", key: str = "") -> None:
        super().__init__(message, hint)
        self.key = key


class UnknownName(ConfigError):  # noqa: N818 - reads as what happened
    """No plug-in, module or flow has this name."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        super().__init__(f"there is no {kind} called `{name}`", did_you_mean(name, names), name)


class DataError(TremorError):
    """One frame or event is bad. It goes to `err`, is counted once, and the stream goes on."""


class FrameError(DataError):
    """The framing is lost: this stream ends, its connector goes on."""


class DecodeError(DataError):
    """A frame is not in the codec's format."""


class EncodeError(DataError):
    """A value cannot be written in the codec's format."""


class ScriptError(DataError):
    """A script failed on an event. `diagnostic` points at the tremor source."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message, diagnostic.hint)
        self.diagnostic = diagnostic

    def bare(self) -> ScriptError:
        """Itself without the frames it came through, for who keeps it.

        Those lead back to the batch that keeps it: some 25 objects for each event that failed, and its whole
        batch, which wait for the collector of cycles. It took 300 to 500 ms at a time over them.
        """
        self.__traceback__ = self.__context__ = None
        return self


class ConnectionLost(TremorError):  # noqa: N818 - reads as what happened
    """The outside is gone or refuses. The retry policy decides; the breaker trips."""


class ChannelClosed(TremorError):  # noqa: N818 - reads as what happened
    """The other end of a channel is gone; what could not be sent is still with the caller."""


class ControlError(TremorError):
    """A command is malformed, unauthorised or late. The control plane goes on.

    `diagnostics` is not empty where the command's texts did not compile.
    """

    def __init__(self, message: str, hint: str = "", diagnostics: Sequence[Diagnostic] = ()) -> None:
        super().__init__(message, hint)
        self.diagnostics = tuple(diagnostics)


class EngineLost(ControlError):  # noqa: N818 - reads as what happened
    """The engine cannot be reached, or its connection broke."""


class VersionMismatch(ControlError):  # noqa: N818 - reads as what happened
    """Client and engine speak different protocol versions."""


class LifecycleError(TremorError):
    """This command is not allowed in this state."""


def did_you_mean(name: str, known: Sequence[str], otherwise: str = "") -> str:
    """A hint that names the nearest known name, or lists a few of them, or `otherwise`."""
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f"did you mean `{near[0]}`?"
    if known and not otherwise:
        return "known: " + ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
    return otherwise
