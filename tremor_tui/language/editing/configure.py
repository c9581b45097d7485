"""Configure: sets what a node is made with, in its definition or where it is created; and its script."""

from __future__ import annotations

from collections.abc import Sequence

from tremor_tui.errors import EditError, did_you_mean
from tremor_tui.language.editing.batch import Batch
from tremor_tui.language.editing.bodies import bodies_of, body_text, stretch
from tremor_tui.language.editing.constants import argument
from tremor_tui.language.editing.draft import Found
from tremor_tui.language.editing.editor import Done, Editor
from tremor_tui.language.editing.file import File, Text
from tremor_tui.language.editing.flow_links import check_node
from tremor_tui.language.editing.settings import Clause, Put, find, put
from tremor_tui.language.editing.writing import indented, script_of
from tremor_tui.language.tree.deploy import DefineConnector
from tremor_tui.language.tree.expr import Node
from tremor_tui.language.tree.query import (
    Create,
    DefineOperator,
    DefineScript,
    Select,
)

WITH = "with"
KEYS = ("codec", "config", "metrics_interval_s", "postprocessors", "preprocessors", "reconnect")
PARTS = ("select", "from", "where", "group by", "into", "having")


def configure(editor: Editor, node: str, puts: Sequence[Put]) -> Done:
    """Sets and removes settings of a node, one after the other. Raises EditError."""
    for one in puts:
        if not one.key or not all(one.key):
            raise EditError("a setting has a name")
        _put(editor, node, one)
        editor.make()
    shown = ", ".join(dict.fromkeys(".".join(one.key) for one in puts))
    return Done(node, f"configured `{node.partition('/')[2] if not editor.inside else node}`: {shown}")


def _put(editor: Editor, node: str, one: Put) -> None:
    if editor.inside:
        inner = editor.inner()
        if node in inner.selects:
            _put_part(editor, inner.selects[node], one)
            return
        create, file = inner.create_of(node), inner.file
        found = inner.nodes[node].found if node in inner.nodes else None
        if node in inner.nested:
            found = inner.nested[node].found
    else:
        view = editor.view()
        check_node(view, node)
        create, file, found = view.creates[node], view.file, view.found[node]
    if not isinstance(create, Create):
        raise EditError(f"`{node}` has no settings")
    _put_at(editor, create, file, found, one)


def _put_at(editor: Editor, create: Create, file: File, found: Found[Node] | None, one: Put) -> None:
    """Sets it where it stands: in the definition, or at the instance where that gives the value."""
    what = f"`{create.name.text}`"
    if found is None:
        raise EditError(f"{what} has no definition", "define it first")
    args = [argument.name.text for argument in getattr(found.node, "args", ())]
    if one.key[0] == WITH and len(one.key) == 2:
        _give(editor, create, file, args, Put(one.key[1:], one.value, one.text, one.remove))
        return
    if not isinstance(found.node, (DefineConnector, DefineOperator)):
        hint = "its arguments are set at `with`" if args else "its script is set as a text"
        raise EditError(f"{what} has no setting `{'.'.join(one.key)}`", hint)
    if isinstance(found.node, DefineConnector) and one.key[0] not in KEYS:
        raise EditError(f"a connector has no setting `{one.key[0]}`", did_you_mean(one.key[0], KEYS))
    now = find(found.node.settings, one.key)
    given = argument(now) if now is not None else None
    if given is not None and given in args:
        _give(editor, create, file, args, Put((given,), one.value, one.text, one.remove))
        return
    editor.allow(found, (file.path, create.span.start), what)
    put(editor.batch(found.file), definition_clause(found.node), one)


def definition_clause(node: DefineConnector | DefineOperator) -> Clause:
    """The `with` of a definition."""
    behind = node.args[-1].span.end if node.args else node.kind.span.end
    return Clause(node, node.settings, behind, is_needed=bool(node.args))


def _give(editor: Editor, create: Create, file: File, args: Sequence[str], one: Put) -> None:
    """Sets an argument where the node is created."""
    if one.key[0] not in args:
        hint = did_you_mean(one.key[0], args, "its definition takes none")
        raise EditError(f"`{create.name.text}` takes no argument `{one.key[0]}`", hint)
    if editor.inside:
        editor.open_inside()
    behind = create.target.span.end if create.target else create.name.span.end
    put(editor.batch(file), Clause(create, create.settings, behind), one)


# --- selects ------------------------------------------------------------------------------------------


def _put_part(editor: Editor, select: Select, one: Put) -> None:
    part = one.key[0]
    if part not in PARTS or len(one.key) != 1:
        raise EditError(f"a select has no part `{'.'.join(one.key)}`", f"it has {', '.join(PARTS)}")
    inner = editor.open_inside()
    batch = editor.batch(inner.file)
    node = _part(select, part)
    if one.remove:
        _remove_part(batch, select, part, node)
        return
    text = one.text.strip()
    if not text:
        raise EditError(f"`{part}` is given as a text")
    if node is not None:
        batch.over(node, text)
    else:
        before = _behind(batch.file.text, select, part)
        batch.replace(before, before, f" {part} {text}")


def _part(select: Select, part: str) -> Node | None:
    parts: dict[str, Node | None] = {
        "select": select.target,
        "from": select.source,
        "where": select.where,
        "group by": select.group,
        "into": select.into,
        "having": select.having,
    }
    return parts[part]


def _behind(text: Text, select: Select, part: str) -> int:
    """Where a part goes that is not written: behind the part before it."""
    if part == "having":
        return select.into.span.end
    if part == "group by" and select.where is not None:
        return select.where.span.end
    if not select.windows:
        return select.source.span.end
    bracket = text.token_at(select.windows[-1].span.end)
    while bracket is not None and bracket.kind != "RBRACKET":
        bracket = text.token_at(bracket.end)
    return bracket.end if bracket is not None else select.source.span.end


def _remove_part(batch: Batch, select: Select, part: str, node: Node | None) -> None:
    if part in ("select", "from", "into"):
        raise EditError(f"a select has a part `{part}` at least")
    if node is None:
        return
    text = batch.file.text
    word = text.token_before(node.span.start)
    assert word is not None
    if part == "group by":
        word = text.token_before(word.start)
        assert word is not None
    begin = len(text.text[: word.start].rstrip())
    if text.comments_in(text.line_start(begin), begin):
        begin = word.start
    batch.replace(begin, node.span.end, "")


# --- scripts ------------------------------------------------------------------------------------------


def set_script(editor: Editor, node: str, text: str, port: str) -> Done:
    """Sets the body of a script. Raises EditError where it does not parse."""
    inner = editor.inner()
    found = inner.nodes[node].found if node in inner.nodes else None
    create = inner.create_of(node)
    if found is None or create is None or not isinstance(found.node, DefineScript):
        raise EditError(f"`{node}` is no script of this pipeline")
    definition = found.node
    bodies = bodies_of(definition)
    if port not in bodies:
        hint = did_you_mean(port, list(bodies))
        raise EditError(f"the script `{node}` has no part for the port `{port}`", hint)
    editor.open_inside()
    editor.allow(found, (inner.file.path, create.span.start), f"`{node}`")
    file = found.file
    if body_text(file.text, definition, bodies[port]) != script_of(text):
        start, end = stretch(file.text, definition, bodies[port])
        _write_body(editor.batch(file), definition, start, end, script_of(text))
    editor.make()
    return Done(node, f"changed the script `{node}`")


def _write_body(batch: Batch, definition: Node, start: int, end: int, body: str) -> None:
    """Writes a body between two words; on lines of its own, further to the right than its definition."""
    text = batch.file.text
    indent = text.depth(definition)
    batch.replace(start, end, f"\n{indented(body, indent + text.unit)}\n{indent}")
