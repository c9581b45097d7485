"""Editing: requests that turn what is done on a canvas into changes of a `.troy` text, and draw a draft.

The file is the single truth. A client keeps its drafts (path to text) and asks `Edit` for the changes that
a few steps make; it applies them (`applied`) and keeps their `inverse` for undo. `Outline` is the picture of
a draft, also where it does not compile yet; `Kinds` is what can be added. None of them changes a file, nor
anything that runs.

Node and edge ids are those of `NodeSnapshot` and `EdgeSnapshot`: `connector/a` and `pipeline/b` in a flow,
`in`, `out`, `enrich`, `select-12` inside a pipeline; `FLOW:connector/a/out>pipeline/b/in` and
`FLOW:pipeline/b:in/out>select-12/in`. Values are JSON values (`Json`); what is no constant in the text
(`args.path`) has only its text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from tremor_tui.control.base import Command, Picture
from tremor_tui.model.diagnostic import Diagnostic

Json = Any
"""A JSON value: None, bool, int, float, str, list or dict of them."""
What = Literal["connector", "operator", "script", "select", "pipeline", "stream"]
"""What can be added. A `stream` is a junction inside a pipeline; a `pipeline` passes everything on."""
CodecRule = Literal["required", "optional", "structured", "none"]


# --- what can be added --------------------------------------------------------------------------------


class Kinds(Command, frozen=True, tag="kinds"):
    """Asks what can be added; answered with `KindsListed`."""


class KindField(Picture, frozen=True):
    """One setting of a kind, for a form.

    `type`: type names joined by `|` (`string`, `integer`, `float`, `bool`, `array`, `record`, `any`).
    `example` is a value that is right; it is the default where there is one.
    """

    name: str
    type: str
    doc: str = ""
    default: Json = None
    required: bool = False
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: float | None = None
    example: Json = None


class Kind(Picture, frozen=True):
    """A connector, an operator or a statement that can be added.

    `name` is the kind as the text names it (`file`, `generic::batch`), else the same as `what`. `words` are
    others that it may be looked for by. `alias` is what a new one is called where no name is given. `codec`
    is "none" where there is none to choose, "structured" where a codec would be an error. `example` is a
    whole `with` that checks, as `AddNode.settings`. `sides` depend on the settings where `is_source` and
    `is_sink` are both set. `place`: where it can be added; `flow` puts scripts and operators into a
    pipeline of their own.
    """

    what: What
    name: str
    doc: str = ""
    words: tuple[str, ...] = ()
    alias: str = ""
    fields: tuple[KindField, ...] = ()
    is_source: bool = False
    is_sink: bool = False
    codec: CodecRule = "none"
    default_codec: str = ""
    ports_in: tuple[str, ...] = ("in",)
    ports_out: tuple[str, ...] = ("out", "err")
    example: dict[str, Json] = msgspec.field(default_factory=dict)
    place: Literal["flow", "pipeline", "both"] = "both"


class KindsListed(Picture, frozen=True, tag="kinds_listed"):
    """The answer to `Kinds`, with the names that `codec` and the interceptor chains of a connector take."""

    kinds: tuple[Kind, ...] = ()
    codecs: tuple[str, ...] = ()
    preprocessors: tuple[str, ...] = ()
    postprocessors: tuple[str, ...] = ()


# --- the picture of a draft ---------------------------------------------------------------------------


class Outline(Command, frozen=True, tag="outline"):
    """Draws a draft, also one that does not compile; answered with `Outlined`. As `Diagnose`.

    A file that is not there is taken as empty. `diagnose` False leaves the compiler out, which is faster.
    """

    path: str
    base: str
    module_path: tuple[str, ...] = ()
    texts: dict[str, str] = msgspec.field(default_factory=dict)
    diagnose: bool = True


class Place(Picture, frozen=True):
    """A piece of a text: the file's absolute path and its shown name, lines from 1, character offsets."""

    path: str
    file: str
    line: int
    column: int
    end_line: int
    start: int
    end: int


class SettingNow(Picture, frozen=True):
    """A setting as it stands: `text` of the expression; `value` where it `is_constant`."""

    key: str
    text: str
    value: Json = None
    is_constant: bool = True


class OutlinedNode(Picture, frozen=True):
    """One node. `id`, `kind`, `label`, `detail`, `file` and `line` are those of its `NodeSnapshot`.

    `settings`: the keys of the definition's `with` (of a connector `codec`, `config` as a record, …; of a
    select `select`, `from`, `where`, `group by`, `into`, `having`; of a script its bodies by port);
    `config` is the record of a connector or the settings of an operator, as far as they are constants.
    `given`: what `create … with` gives at this instance, `args` the names it could give.
    `text` is the body of a script, or a whole select. `created` and `defined` are its statements; a node
    has no `defined` where it needs no definition or that is not found. `shared` names the other nodes that
    the same definition makes. `fixed` says why its definition cannot be changed; empty where it can.
    `is_unused`: a running flow leaves it out, as nothing passes it. `lacks`: what must be done before it
    runs, `lints`: what should be. `ports_in` and `ports_out` are those that may be connected: none of a
    select, which has one way in and one way out.
    """

    id: str
    kind: str
    label: str = ""
    detail: str = ""
    definition: str = ""
    file: str = ""
    line: int = 0
    ports_in: tuple[str, ...] = ()
    ports_out: tuple[str, ...] = ()
    settings: tuple[SettingNow, ...] = ()
    config: dict[str, Json] = msgspec.field(default_factory=dict)
    args: tuple[str, ...] = ()
    given: tuple[SettingNow, ...] = ()
    text: str = ""
    created: Place | None = None
    defined: Place | None = None
    shared: tuple[str, ...] = ()
    fixed: str = ""
    is_unused: bool = False
    lacks: tuple[str, ...] = ()
    lints: tuple[str, ...] = ()


class OutlinedEdge(Picture, frozen=True):
    """One edge, as in its `EdgeSnapshot`. `is_unused`: as of a node. `fault`: what is wrong with it."""

    id: str
    source: str
    source_port: str
    target: str
    target_port: str
    place: Place | None = None
    is_unused: bool = False
    fault: str = ""


class OutlinedGraph(Picture, frozen=True):
    """Nodes and edges, in the order of the text."""

    nodes: tuple[OutlinedNode, ...] = ()
    edges: tuple[OutlinedEdge, ...] = ()


class OutlinedFlow(Picture, frozen=True):
    """One flow: each that is deployed, by its alias, then each that is only defined, by its name.

    `inside` maps a pipeline's alias to the graph inside it. `args` and `given` are as of a node.
    """

    alias: str
    definition: str = ""
    is_deployed: bool = True
    graph: OutlinedGraph = msgspec.field(default_factory=OutlinedGraph)
    inside: dict[str, OutlinedGraph] = msgspec.field(default_factory=dict)
    args: tuple[str, ...] = ()
    given: tuple[SettingNow, ...] = ()
    place: Place | None = None
    fixed: str = ""


class Outlined(Picture, frozen=True, tag="outlined"):
    """The answer to `Outline`: no flows for an empty text. `diagnostics` are those of the whole file.

    `files` are the absolute paths of all texts that the file is made of and that belong to the user.
    """

    flows: tuple[OutlinedFlow, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    files: tuple[str, ...] = ()


# --- steps --------------------------------------------------------------------------------------------


class EditStep(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="step"):
    """Base of the steps. Nodes and edges are named by their ids in the picture before the step.

    Later steps of one `Edit` see what earlier ones made; `$new` is the node that the last one added.
    """


class AddNode(EditStep, frozen=True, tag="add"):
    """Adds a node; at flow level a script or operator comes with a pipeline around it.

    `of` is the kind of a connector or operator. `settings` are its `with` (of a connector `codec`, `config`,
    …). `text` is the body of a script, or what a select makes (`event` where it is empty). With `fill`,
    what is required and not given gets its example. `after` connects it to that node's port (`out` where
    `port` is empty), `edge` puts it into an edge, neither leaves it unconnected. From connector to connector
    a pipeline is written between.
    """

    what: What
    of: str = ""
    name: str = ""
    settings: dict[str, Json] = msgspec.field(default_factory=dict)
    text: str = ""
    after: str = ""
    port: str = ""
    edge: str = ""
    fill: bool = True


class ConnectPorts(EditStep, frozen=True, tag="connect"):
    """Connects a port to a port: empty ports are `out` and `in`."""

    source: str
    target: str
    source_port: str = ""
    target_port: str = ""


class Disconnect(EditStep, frozen=True, tag="disconnect"):
    """Takes an edge away. Inside a pipeline that is the select that makes it."""

    edge: str


class Reconnect(EditStep, frozen=True, tag="reconnect"):
    """Moves one end of an edge to another node or port; an empty port is the usual one of the new node."""

    edge: str
    end: Literal["source", "target"]
    node: str
    port: str = ""


class DeleteNode(EditStep, frozen=True, tag="delete"):
    """Takes a node away with its edges, and its definition where nothing else uses it.

    `reconnect` joins what led to it to what it led to. A comment directly above a statement goes with it.
    """

    node: str
    reconnect: bool = False


class Duplicate(EditStep, frozen=True, tag="duplicate"):
    """A second node beside the first, not connected, called `name` or much as the first.

    It gets a definition of its own where the first one's stands in the same flow or pipeline.
    """

    node: str
    name: str = ""


class Rename(EditStep, frozen=True, tag="rename"):
    """Gives a node another name, wherever the flow or pipeline names it."""

    node: str
    name: str


class Put(msgspec.Struct, frozen=True, omit_defaults=True):
    """One setting to set or remove, at `key`: `("codec",)`, `("config", "path")`, of an operator `("size",)`.

    `("with", "path")` is what this instance gives (`create … with`). Of a select the parts `select`, `from`,
    `where`, `group by`, `into`, `having`, by `text`. `text` is an expression, and wins over `value`.
    """

    key: tuple[str, ...]
    value: Json = None
    text: str = ""
    remove: bool = False


class Configure(EditStep, frozen=True, tag="configure"):
    """Sets and removes settings of a node at their place.

    A setting that the definition takes from an argument is given at this instance, in its `create … with`.
    """

    node: str
    puts: tuple[Put, ...]


class SetScript(EditStep, frozen=True, tag="script"):
    """Sets the body of a script node, for events that arrive on `port`."""

    node: str
    text: str
    port: str = "in"


Step = (
    AddNode | ConnectPorts | Disconnect | Reconnect | DeleteNode | Duplicate | Rename | Configure | SetScript
)


class Edit(Command, frozen=True, tag="edit"):
    """Makes steps on a draft; answered with `Edited`, or `Refused` where one of them cannot be made.

    As `Outline`. `flow` is an alias (or a definition's name); empty is the first, and where there is none
    the first step writes it (`main`). `inside` is the alias of a pipeline whose inside is edited.

    What would change other nodes too, as they have the same definition, is refused unless `everywhere`.
    """

    path: str
    base: str
    steps: tuple[Step, ...]
    module_path: tuple[str, ...] = ()
    texts: dict[str, str] = msgspec.field(default_factory=dict)
    flow: str = ""
    inside: str = ""
    everywhere: bool = False


class TextChange(Picture, frozen=True):
    """The characters from `start` up to, not including, `end` of the text before become `text`."""

    path: str
    start: int
    end: int
    text: str


class Edited(Picture, frozen=True, tag="edited"):
    """The answer to `Edit`.

    `changes` of one file are sorted, do not overlap, and all count in the text before the edit. `texts` are
    the changed files after it. `selected` is the node to select in the new picture (empty: none), `words`
    what was done, for the undo list. `outlined` is the new picture, without diagnostics.
    """

    changes: tuple[TextChange, ...] = ()
    texts: dict[str, str] = msgspec.field(default_factory=dict)
    selected: str = ""
    words: str = ""
    outlined: Outlined = msgspec.field(default_factory=Outlined)


# --- changes ------------------------------------------------------------------------------------------


def applied(text: str, changes: Iterable[TextChange]) -> str:
    """The text of one file after changes, which are sorted and do not overlap. Raises ValueError."""
    made: list[str] = []
    place = 0
    for change in changes:
        if not place <= change.start <= change.end <= len(text):
            raise ValueError(f"a change from {change.start} to {change.end} does not fit")
        made += [text[place : change.start], change.text]
        place = change.end
    return "".join([*made, text[place:]])


def inverse(text: str, changes: Iterable[TextChange]) -> tuple[TextChange, ...]:
    """What turns `applied(text, changes)` into `text` again, to the byte."""
    shift = 0
    made = []
    for change in changes:
        start = change.start + shift
        end = start + len(change.text)
        made.append(TextChange(change.path, start, end, text[change.start : change.end]))
        shift += len(change.text) - (change.end - change.start)
    return tuple(made)
