"""Answers the requests of a canvas, with the functions of `language/editing`."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tremor_tui.control.editing import (
    AddNode,
    Configure,
    ConnectPorts,
    DeleteNode,
    Disconnect,
    Duplicate,
    Edit,
    Edited,
    Kinds,
    Outline,
    Outlined,
    Reconnect,
    Rename,
    SetScript,
    Step,
    TextChange,
)
from tremor_tui.engine.compiling.kinds import Role, filled, kind_of, kinds
from tremor_tui.engine.compiling.link import Canvas, Drawn, Unmade
from tremor_tui.engine.compiling.plan import open_texts
from tremor_tui.engine.executors.link import Texts
from tremor_tui.engine.sources import check
from tremor_tui.errors import CompileError, EditError, TremorError
from tremor_tui.language.depth import room
from tremor_tui.language.editing import (
    configure,
    flow_add,
    flow_links,
    flow_nodes,
    inner_add,
    inner_links,
    inner_nodes,
)
from tremor_tui.language.editing.draft import Draft
from tremor_tui.language.editing.editor import Done, Editor, named
from tremor_tui.language.editing.flow_add import NewNode
from tremor_tui.language.editing.outline import outline
from tremor_tui.language.editing.settings import Put
from tremor_tui.model.diagnostic import Diagnostic

NEW = "$new"
"""Stands for the node that the last step added."""
MAX_STEPS = 1000


def on_canvas(job: Canvas) -> Drawn:
    """The answer to a request of a canvas."""
    try:
        with room():
            match job.request:
                case Kinds():
                    return Drawn(kinds())
                case Outline() as request:
                    return Drawn(_outlined(request))
                case Edit() as request:
                    return Drawn(_edited(request))
    except TremorError as error:
        return Drawn(Unmade(error.message, error.hint))
    except RecursionError:
        return Drawn(Unmade("the text nests too deeply"))


def _open(request: Outline | Edit) -> Draft:
    return Draft.open(Path(request.path), Path(request.base), request.module_path, request.texts)


# --- pictures -----------------------------------------------------------------------------------------


def drawn(draft: Draft, diagnostics: tuple[Diagnostic, ...] = ()) -> Outlined:
    """The picture of a draft."""
    made: Outlined = msgspec.convert(outline(draft), Outlined, from_attributes=True)
    return msgspec.structs.replace(made, diagnostics=diagnostics)


def _outlined(request: Outline) -> Outlined:
    draft = _open(request)
    if not request.diagnose or draft.main.text.is_empty:
        return drawn(draft)
    return drawn(draft, _diagnostics(request))


def _diagnostics(request: Outline) -> tuple[Diagnostic, ...]:
    texts = Texts(request.path, request.base, request.module_path, request.texts)
    try:
        return check(open_texts(texts))
    except CompileError as error:
        return error.diagnostics


# --- edits --------------------------------------------------------------------------------------------


def _edited(request: Edit) -> Edited:
    if not 0 < len(request.steps) <= MAX_STEPS:
        raise EditError(f"an edit has from 1 to {MAX_STEPS} steps")
    draft = _open(request)
    editor = Editor(draft, request.flow, request.inside, everywhere=request.everywhere)
    new, words = "", []
    selected = ""
    for step in request.steps:
        done = _make(editor, step, new)
        words.append(done.words)
        selected = done.selected
        if isinstance(step, (AddNode, Duplicate)):
            new = done.selected
    changed = [file for file in draft.files.values() if file.changes]
    changes = tuple(
        TextChange(str(file.path), one.start, one.end, one.text) for file in changed for one in file.changes
    )
    texts = {str(file.path): file.text.text for file in changed}
    said = "; ".join(words)
    if changes and (twins := editor.twins()):
        said += f" (in {named(twins)} too, which has the same definition)"
    return Edited(changes, texts, selected, said, drawn(draft))


def _make(editor: Editor, step: Step, new: str) -> Done:
    """Makes one step; `new` is the node that the last one added."""

    def node(name: str) -> str:
        return new if name == NEW else name

    match step:
        case AddNode():
            add = inner_add.add if editor.inside else flow_add.add
            return add(editor, _new_node(step, node(step.after), inside=bool(editor.inside)))
        case Configure(name, puts):
            made = [Put(one.key, one.value, one.text, one.remove) for one in puts]
            return configure.configure(editor, node(name), made)
        case SetScript(name, text, port):
            return configure.set_script(editor, node(name), text, port)
        case DeleteNode(name, rejoin):
            delete = inner_nodes.delete if editor.inside else flow_nodes.delete
            return delete(editor, node(name), rejoin=rejoin)
        case Duplicate(name, wanted):
            duplicate = inner_nodes.duplicate if editor.inside else flow_nodes.duplicate
            return duplicate(editor, node(name), wanted)
        case Rename(name, wanted):
            rename = inner_nodes.rename if editor.inside else flow_nodes.rename
            return rename(editor, node(name), wanted)
        case ConnectPorts(source, target, source_port, target_port):
            connect = inner_links.connect if editor.inside else flow_links.connect
            return connect(editor, node(source), node(target), source_port, target_port)
        case Disconnect(edge):
            disconnect = inner_links.disconnect if editor.inside else flow_links.disconnect
            return disconnect(editor, edge)
        case Reconnect(edge, end, to, port):
            reconnect = inner_links.reconnect if editor.inside else flow_links.reconnect
            return reconnect(editor, edge, end, node(to), port)


def _new_node(step: AddNode, after: str, *, inside: bool) -> NewNode:
    kind = kind_of(step.what, step.of)
    if kind is None or (inside and kind.place == "flow"):
        what = f"{step.what} called `{step.of}`" if step.of else step.what
        raise EditError(f"there is no {what} that could be added here")
    role: Role | None = "sink" if after or step.edge else "source" if kind.is_source else None
    settings = filled(step.what, step.of, step.settings, role) if step.fill else dict(step.settings)
    return NewNode(
        step.what, step.of, step.name, kind.alias, settings, step.text, after, step.port, step.edge
    )
