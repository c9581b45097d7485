"""Settings: sets and removes what stands in a `with`, and in the records in it, at its place."""

from __future__ import annotations

from collections.abc import Sequence

from tremor_tui.errors import EditError
from tremor_tui.language.editing.batch import Batch
from tremor_tui.language.editing.file import Text
from tremor_tui.language.editing.writing import expression, indented, key_text, name, stretched
from tremor_tui.language.tree.expr import Expr, Field, Node, Record
from tremor_tui.language.tree.query import Setting
from tremor_tui.model.batch import Value
from tremor_tui.model.record import dataclass

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Put:
    """One setting to set or remove, as `control.editing.Put`."""

    key: Key
    value: Value = None
    text: str = ""
    remove: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """The `with … end` of a statement. `behind` is what it stands behind where there is none yet.

    `is_needed`: the statement does not parse without one.
    """

    owner: Node
    settings: Sequence[Setting]
    behind: int
    is_needed: bool = False


def find(settings: Sequence[Setting], key: Key) -> Expr | None:
    """The expression at a key; None where there is none."""
    value = next((one.value for one in settings if one.name.text == key[0]), None)
    for part in key[1:]:
        field = _field(value, part) if isinstance(value, Record) else None
        value = field.value if field else None
    return value


def _field(record: Record, key: str) -> Field | None:
    return next((one for one in record.fields if one.key.constant == key), None)


def put(batch: Batch, clause: Clause, one: Put) -> None:
    """Sets or removes one setting. Raises EditError where the text there is no record to change."""
    if one.remove:
        _remove(batch, clause, one.key)
        return
    found = find(clause.settings, one.key)
    if found is not None:
        _over(batch, found, expression(one.value, one.text))
        return
    for depth in range(len(one.key) - 1, 0, -1):
        around = find(clause.settings, one.key[:depth])
        if around is not None:
            _add_field(batch, around, one, depth)
            return
    _add_setting(batch, clause, f"{name(one.key[0])} = {_nested(one, 1)}")


def _nested(one: Put, depth: int) -> str:
    """The value with the records around it that are not there yet."""
    value = expression(one.value, one.text)
    for key in reversed(one.key[depth:]):
        value = f"{{{key_text(key)}: {value}}}"
    return value


def _over(batch: Batch, node: Node, value: str) -> None:
    text: Text = batch.file.text
    if text.text[node.span.start : node.span.end].replace("\r\n", "\n") != value:
        batch.over(node, _hung(value, text.indent(node.span.start)))


def _hung(value: str, indent: str) -> str:
    """A value whose lines after the first are indented as the line that it begins on."""
    return indented(value, indent).removeprefix(indent)


def _add_field(batch: Batch, record: Expr, one: Put, depth: int) -> None:
    if not isinstance(record, Record):
        shown = ".".join(one.key[:depth])
        raise EditError(f"`{shown}` is no record here that could be changed", "change it in the text")
    written = f"{key_text(one.key[depth])}: {_nested(one, depth + 1)}"
    if record.fields:
        _append(batch, record.fields, written)
        return
    start = record.span.start + 1
    batch.replace(start, start, written)


def _append(batch: Batch, items: Sequence[Node], written: str) -> None:
    """Writes one more item behind the last one of a list with commas."""
    text, last = batch.file.text, items[-1]
    end = last.span.end
    comma = text.token_at(end)
    has_comma = comma is not None and comma.kind == "COMMA"
    if has_comma and comma is not None:
        end = comma.end
    else:
        batch.replace(end, end, ",")
    tail = "," if has_comma else ""
    if not text.starts_line(last.span.start):
        batch.replace(end, end, f" {written}{tail}")
        return
    indent = text.indent(last.span.start)
    place = text.line_end(end) if text.ends_line(end) else end
    batch.replace(place, place, f"\n{indented(written, indent)}{tail}")


def _add_setting(batch: Batch, clause: Clause, written: str) -> None:
    if clause.settings:
        _append(batch, clause.settings, written)
        return
    text = batch.file.text
    indent = text.indent(clause.owner.span.start)
    body = indented(stretched(written, text.unit), indent + text.unit)
    batch.replace(clause.behind, clause.behind, f"\n{indent}with\n{body}\n{indent}end")


# --- removing -----------------------------------------------------------------------------------------


def _remove(batch: Batch, clause: Clause, key: Key) -> None:
    if len(key) == 1:
        item = next((one for one in clause.settings if one.name.text == key[0]), None)
        if item is None:
            return
        if len(clause.settings) == 1:
            _remove_clause(batch, clause)
            return
        _remove_item(batch, clause.settings, item)
        return
    record = find(clause.settings, key[:-1])
    if isinstance(record, Record):
        field = _field(record, key[-1])
        if field is not None:
            _remove_item(batch, record.fields, field)
    elif record is not None:
        raise EditError(
            f"`{'.'.join(key[:-1])}` is no record here that could be changed", "change it in the text"
        )


def _remove_item(batch: Batch, items: Sequence[Node], item: Node) -> None:
    """Takes an item away with its comma, the comments right above it and the one at its end."""
    text = batch.file.text
    start, end = text.start_of(item.span.start), item.span.end
    comma = text.token_at(end)
    is_last = item is items[-1]
    if comma is not None and comma.kind == "COMMA":
        end = comma.end
    elif is_last and len(items) > 1:
        before = text.token_before(item.span.start)
        if before is not None and before.kind == "COMMA":
            batch.replace(before.start, before.end, "")
    if text.starts_line(start) and text.ends_line(end):
        batch.replace(text.line_start(start), text.next_line(end), "")
        return
    follows = text.text[end:]
    stop = end + len(follows) - len(follows.lstrip(" \t")) if not is_last else end
    before_text = text.text[:start]
    begin = start if not is_last else len(before_text.rstrip(" \t"))
    if text.starts_line(start):
        begin = start
    batch.replace(begin, stop, "")


def _remove_clause(batch: Batch, clause: Clause) -> None:
    """Takes the last setting away, and with it `with` and `end`; other comments in between stay."""
    if clause.is_needed:
        hint = "set another one first"
        raise EditError("a definition with `args` has at least one setting", hint)
    text, item = batch.file.text, clause.settings[0]
    word = text.token_before(item.span.start)
    closing = text.token_before(clause.owner.span.end)
    assert word is not None
    assert closing is not None
    start = text.start_of(item.span.start)
    own = {one.start for one in text.comments_in(start, item.span.end)}
    others = [one for one in text.comments_in(clause.behind, closing.start) if one.start not in own]
    if not others:
        begin = len(text.text[: word.start].rstrip())
        batch.replace(begin, closing.end, "")
        return
    comma = text.token_at(item.span.end)
    end = comma.end if comma is not None and comma.kind == "COMMA" else item.span.end
    for first, last in ((word.start, word.end), (start, end)):
        is_alone = text.starts_line(first) and not text.text[last : text.line_end(last)].strip()
        if is_alone:
            first, last = text.line_start(first), text.next_line(last)
        batch.replace(first, last, "")
    batch.replace(closing.start, closing.end, "")
