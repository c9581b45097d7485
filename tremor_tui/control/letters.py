"""Dead letters: events that failed, kept to be looked at, tried through a new version, and sent once more.

A letter is made where an event fails: in a node of a pipeline, where a script or query sends it to `err`, in
the preprocessors or codec of a source, at a sink that cannot write it, or where a flow was ended by force
with events in it. It holds what *entered* the task that failed: the event and metadata at the pipeline's or
sink's input, or the bytes that a source could not read. There it enters again.

    dead ──claim──> sending ──> replayed          reached a sink, or was let go on purpose
      ^                │  └───> uncertain         its executor or engine ended meanwhile: never sent by itself
      └── failed ──────┘                          tries + 1, with the new reason
    dead, uncertain ──> discarded                 stays in the list until its place is needed

A claim is on disk before the event is sent, so no two clients and no crash ever send one letter twice.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from tremor_tui.control.base import Command, Picture
from tremor_tui.model.diagnostic import Diagnostic

MAX_EVENT: Final = 1 << 20
"""Bytes of event and metadata that a letter keeps whole; a larger one is cut and cannot be replayed."""
CUT: Final = 64 * 1024
"""Characters that are left of a cut one."""
MAX_PAGE: Final = 500
MAX_IDS: Final = 10_000

Stage = Literal["node", "emit", "cut", "decode", "encode", "write", "left"]
"""What failed: a node, a script or query that chose `err`, a preprocessor, a source's codec, a sink's codec,
a sink that refused; or nothing did, and a flow was ended by force."""
LetterState = Literal["dead", "sending", "replayed", "discarded", "uncertain"]
OPEN: Final[tuple[LetterState, ...]] = ("dead", "uncertain")
"""States that wait for somebody."""


class Letter(Picture, frozen=True):
    """One event that failed.

    `task` is a task's id, `main/pipeline/parse`; `node` the node's inside it, empty for connectors. `reason`
    is the error's sentence without values, the same for all that failed in the same way; `message` has
    them. `file`, `line`, `column` are where it failed, 0 or empty where that is not known; `file` is a
    FileText's name, `source` the line itself as it stood then. `version` of the flow.
    `port`: of the task, where the event came in. `event`, `meta` are
    JSON texts, for `cut` and `decode` the bytes as text, with `raw` their base64. `packed` is base64 of
    msgpack, where JSON cannot say all of it (binaries, NaN). `is_cut`: too large, only its beginning is
    here. `went_on`: other branches took the event, and would take it again. `tries`: how often it failed.
    `parent`: the letter whose replay made this one too. `lasting`: why it can never be replayed, or empty.
    `note`: what happened to it last, in a sentence.
    """

    id: int
    flow: str
    task: str
    stage: Stage
    reason: str
    message: str
    node: str = ""
    hint: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    at_ns: int = 0
    version: int = 1
    port: str = "in"
    tries: int = 1
    state: LetterState = "dead"
    event: str = ""
    meta: str = ""
    packed: str = ""
    raw: str = ""
    origin: str = ""
    ingest_ns: int = 0
    is_cut: bool = False
    went_on: bool = False
    lasting: str = ""
    parent: int = 0
    note: str = ""
    source: str = ""

    @property
    def place(self) -> str:
        """The node that failed, for people: `parse/clean` of pipeline `parse`, or the connector's name."""
        alias = self.task.rpartition("/")[2]
        return f"{alias}/{self.node}" if self.node and self.node != alias else alias


class LetterLine(Picture, frozen=True):
    """A letter in a list, without its event but for the beginning."""

    id: int
    flow: str
    task: str
    stage: Stage
    reason: str
    node: str = ""
    file: str = ""
    line: int = 0
    at_ns: int = 0
    version: int = 1
    tries: int = 1
    state: LetterState = "dead"
    event: str = ""
    lasting: str = ""

    @property
    def place(self) -> str:
        """As `Letter.place`."""
        alias = self.task.rpartition("/")[2]
        return f"{alias}/{self.node}" if self.node and self.node != alias else alias


class LetterGroup(Picture, frozen=True):
    """Letters that failed in the same way at the same place. `open`: how many wait for somebody."""

    reason: str
    flow: str
    task: str
    node: str = ""
    count: int = 0
    open: int = 0
    missed: int = 0
    newest_ns: int = 0


class LetterCount(Picture, frozen=True):
    """How many letters a flow has: waiting (dead or uncertain), kept in all, and failures ever seen.

    `failed` above `kept` means that some were not kept: too many came at once, or their place was needed.
    """

    open: int = 0
    kept: int = 0
    failed: int = 0
    newest: int = 0


class LetterFilter(Picture, frozen=True):
    """Which letters are meant; every field that is not empty must fit.

    `node` is a node's id or a task's alias or id. `text` is sought in reason, place and event. `open` leaves
    out what was replayed or discarded.
    """

    flow: str = ""
    node: str = ""
    reason: str = ""
    state: LetterState | Literal[""] = ""
    text: str = ""
    open: bool = False


class ListLetters(Command, frozen=True, tag="list_letters"):
    """Asks for letters, newest first, `limit` of them below the id `before` (0: the newest), and for groups;
    answered with `Letters`."""

    which: LetterFilter = msgspec.field(default_factory=LetterFilter)
    before: int = 0
    limit: int = 100


class GetLetter(Command, frozen=True, tag="get_letter"):
    """Asks for a letter with its event; answered with `LetterShown`."""

    id: int


class ExportLetters(Command, frozen=True, tag="export_letters"):
    """Asks for whole letters, oldest first, as many as fit a frame; answered with `LettersExported`.

    `ids`, or those that `which` means. `after`: only larger ids, to go on where an answer ended.
    """

    ids: tuple[int, ...] = ()
    which: LetterFilter | None = None
    after: int = 0


class ReplayLetters(Command, frozen=True, tag="replay_letters"):
    """Sends letters through their flow again, or with `dry_run` only tries what would become of them.

    `ids`, or the open ones that `which` means. A real replay puts each event into the input of the task where
    it failed, between live batches; each is claimed on disk before it is sent, and those that
    somebody else has claimed are left out. Answered with `Replayed`.

    A dry run is made in the compile process with fresh state, through the version that runs or, with `texts`
    in the place of files, a draft of it; nothing reaches a sink. Answered with `Rehearsed`.
    """

    ids: tuple[int, ...] = ()
    which: LetterFilter | None = None
    dry_run: bool = False
    texts: dict[str, str] = msgspec.field(default_factory=dict)


class DiscardLetters(Command, frozen=True, tag="discard_letters"):
    """Marks open letters as not wanted; answered with `Done`."""

    ids: tuple[int, ...] = ()
    which: LetterFilter | None = None


class Letters(Picture, frozen=True, tag="letters"):
    """The answer to `ListLetters`. `total` fit the filter. `note`: what is wrong with the store."""

    lines: tuple[LetterLine, ...] = ()
    total: int = 0
    groups: tuple[LetterGroup, ...] = ()
    count: LetterCount = msgspec.field(default_factory=LetterCount)
    note: str = ""


class LetterShown(Picture, frozen=True, tag="letter"):
    """The answer to `GetLetter`. `now`: the version that runs, 0 where the flow does not.

    `path` is the file that failed, empty where the flow has no such file any more.
    """

    letter: Letter
    now: int = 0
    path: str = ""


class LettersExported(Picture, frozen=True, tag="letters_exported"):
    """The answer to `ExportLetters`. `more`: there are further ones, above the last id here."""

    letters: tuple[Letter, ...] = ()
    more: bool = False


class Exit(Picture, frozen=True):
    """One way by which an event would leave: a port of the task that it entered, and its value as JSON."""

    port: str
    value: str = ""


class Rehearsal(Picture, frozen=True):
    """What a dry run made of one letter.

    `exits` are empty where it would be dropped, or held by a window. `error`, `node`, `file`, `line` tell of
    a failure.
    """

    id: int
    exits: tuple[Exit, ...] = ()
    error: str = ""
    node: str = ""
    file: str = ""
    line: int = 0

    @property
    def passes(self) -> bool:
        """Whether it does not fail."""
        return not self.error


class Rehearsed(Picture, frozen=True, tag="rehearsed"):
    """The answer to a dry run. `text` sums it up; `from_` says where the events entered."""

    results: tuple[Rehearsal, ...] = ()
    text: str = ""
    entered: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()


class Replayed(Picture, frozen=True, tag="replayed"):
    """The answer to a real replay: how it ended for each letter that was claimed.

    `waiting` ones were sent and are on their way still. `refused` were not sent: id and why.
    """

    replayed: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()
    uncertain: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()
    refused: tuple[tuple[int, str], ...] = ()
    text: str = ""
