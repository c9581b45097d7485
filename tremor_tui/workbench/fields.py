"""Fields: the settings of a node as lines of a form: what they are called, may be, and are. Pure.

A text that begins with `=` is an expression of the language (`= args.path`); any other is a value as it is,
of a string without quotes, of an array or record as JSON. An empty text is a setting that is not given.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tremor_tui.control.editing import Json, Kind, KindField, KindsListed, OutlinedNode, Put

NAME = ("name",)
SELECT_PARTS = (
    ("select", "the new event; `event` is the one that came", "event"),
    ("from", "the node that it takes events from, as `in` or `parse/err`", ""),
    ("where", "which events it takes, before they are grouped", ""),
    ("group by", "one window for each value: `each(event.list)`, `set(event.a, event.b)`", ""),
    ("into", "the node that gets its events", ""),
    ("having", "which of the new events go on", ""),
)


@dataclass(frozen=True, slots=True)
class Field:
    """One line. `key` is that of a `Put`; `was` is the text as it stands in the draft.

    `types` are names of types, joined by `|`, or `text` for what is no setting of the language.
    `is_list`: several of `choices`, separated by commas.
    """

    key: tuple[str, ...]
    types: str = "string"
    doc: str = ""
    default: str = ""
    is_required: bool = False
    choices: tuple[str, ...] = ()
    is_list: bool = False
    least: float | None = None
    most: float | None = None
    text: str = ""
    was: str = ""
    is_expression: bool = False

    @property
    def title(self) -> str:
        """What it is called."""
        return self.key[-1]

    @property
    def has_changed(self) -> bool:
        """Whether the form has another text than the draft."""
        return self.text != self.was

    def with_text(self, text: str) -> Field:
        """The field with another text."""
        return replace(self, text=text)


class Unfit(ValueError):  # noqa: N818 - reads as what the text is
    """A text that is no value of its field; says why."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value, or an expression where `text` is not empty."""

    value: Json = None
    text: str = ""


def value_of(field: Field) -> Value | None:
    """The value of a field, None where none is given. Raises Unfit with the reason."""
    text = field.text.strip() if field.types != "string" else field.text
    if not text.strip():
        if field.is_required:
            raise Unfit("it is needed")
        return None
    if field.types == "text":
        return Value(text.strip())
    if field.is_expression:
        return Value(text=text.strip())
    if text.lstrip().startswith("="):
        expression = text.lstrip()[1:].strip()
        if not expression:
            raise Unfit("an expression is missing after the `=`")
        return Value(text=expression)
    if field.is_list:
        return Value(_list_of(field, text))
    return Value(_checked(field, _typed(field.types, text)))


def _list_of(field: Field, text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    wrong = next((name for name in names if name not in field.choices), None)
    if wrong is not None:
        raise Unfit(f"there is no `{wrong}`: {_some(field.choices)}")
    return names


def _typed(types: str, text: str) -> Json:
    kinds = types.split("|")
    if "any" in kinds:
        kinds = ["json", "string"]
    for kind in sorted(kinds, key=lambda one: one == "string"):
        value = _read(kind, text)
        if value is not None:
            return value
    raise Unfit(f"it is no {' or '.join(_WORDS.get(kind, kind) for kind in kinds)}")


_WORDS = {"bool": "true or false", "integer": "whole number", "float": "number", "record": "record in JSON"}
_SHAPES: dict[str, type | tuple[type, ...]] = {
    "integer": int,
    "float": (int, float),
    "bool": bool,
    "array": list,
    "record": dict,
}


def _read(kind: str, text: str) -> Json:
    if kind == "string":
        return text
    try:
        value = json.loads(text.replace("_", "") if kind in ("integer", "float") else text)
    except (ValueError, RecursionError):
        return None
    if kind == "json":
        return value
    is_number = kind in ("integer", "float")
    fits = isinstance(value, _SHAPES.get(kind, ())) and not (is_number and isinstance(value, bool))
    return value if fits else None


def _checked(field: Field, value: Json) -> Json:
    if field.choices and isinstance(value, str) and value not in field.choices:
        raise Unfit(f"there is no `{value}`: {_some(field.choices)}")
    if isinstance(value, int | float) and not isinstance(value, bool):
        if field.least is not None and value < field.least:
            raise Unfit(f"it is at least {field.least:g}")
        if field.most is not None and value > field.most:
            raise Unfit(f"it is at most {field.most:g}")
    return value


def _some(choices: Sequence[str]) -> str:
    return "one of " + ", ".join(choices[:8]) + (", …" if len(choices) > 8 else "")


def shown(value: Json) -> str:
    """A value as the text of a field."""
    if value is None:
        return ""
    if isinstance(value, str):
        return "= " + json.dumps(value, ensure_ascii=False) if value.lstrip().startswith("=") else value
    return json.dumps(value, ensure_ascii=False)


def refusal(field: Field) -> str:
    """Why the text of a field is not taken; empty where it is."""
    try:
        value_of(field)
    except Unfit as error:
        return str(error)
    return ""


# --- the fields of a kind and of a node ------------------------------------------------------------------


def fields_of(kind: Kind | None, listed: KindsListed, node: OutlinedNode | None = None) -> list[Field]:
    """The lines of the form for a new node of a kind, or for one that there is.

    A node without a kind, as a pipeline, has its name and what its instance gives to its definition.
    """
    name = node.label or node.id.rsplit("/", 1)[-1] if node else ""
    first = Field(
        NAME,
        "text",
        "what it is called in this flow",
        default=kind.alias if kind else "",
        text=name,
        was=name,
    )
    first = replace(first, is_required=node is not None)
    own = _own_fields(kind, listed, node) if kind else []
    own.sort(key=lambda field: not field.is_required)
    return [first, *(_given(name, node) for name in node.args), *own] if node else [first, *own]


def must_ask(kind: Kind) -> bool:
    """Whether a new node of a kind needs an answer that nobody can guess, as a path."""
    return any(
        one.required and one.default is None and not one.choices and "string" in one.type.split("|")
        for one in kind.fields
    )


def for_role(fields: Sequence[Field], kind: Kind, role: str) -> list[Field]:
    """The fields of a new connector with what is usual for a source or a sink: lines of JSON."""
    if not (kind.is_source and kind.is_sink):
        role = "source" if kind.is_source else "sink"
    usual = {"codec": kind.default_codec or "json"} if kind.codec == "required" else {}
    if usual:
        usual["preprocessors" if role == "source" else "postprocessors"] = "separate"
    found = [field.with_text(usual.get(field.title, field.text)) for field in fields]
    return [
        field.with_text("read") if role == "source" and "read" in field.choices else field for field in found
    ]


def _given(name: str, node: OutlinedNode) -> Field:
    """What this instance gives for an argument of its definition."""
    now = next((one for one in node.given if one.key == name), None)
    text = "" if now is None else shown(now.value) if now.is_constant else f"= {now.text}"
    doc = "an argument of its definition, given where it is created"
    return Field(("with", name), "any", doc, text=text, was=text)


def _own_fields(kind: Kind, listed: KindsListed, node: OutlinedNode | None) -> list[Field]:
    if kind.what == "connector":
        return [*_formats(kind, listed, node), *(_of_kind(one, ("config",), node) for one in kind.fields)]
    if kind.what == "select":
        return [_part(name, doc, default, node) for name, doc, default in SELECT_PARTS]
    return [_of_kind(one, (), node) for one in kind.fields]


def _formats(kind: Kind, listed: KindsListed, node: OutlinedNode | None) -> Iterable[Field]:
    if kind.codec in ("required", "optional"):
        text = kind.default_codec if node is None and kind.codec == "required" else ""
        field = Field(("codec",), "string", "how bytes become values and back", kind.default_codec)
        yield _filled(
            replace(field, is_required=kind.codec == "required", choices=listed.codecs, text=text), node
        )
    if kind.is_source and kind.codec != "structured":
        doc = "what cuts the bytes that come in into messages, one after the other"
        field = Field(("preprocessors",), "array", doc, choices=listed.preprocessors, is_list=True)
        yield _filled(field, node)
    if kind.is_sink and kind.codec != "structured":
        doc = "what is done with the bytes before they go out, one after the other"
        field = Field(("postprocessors",), "array", doc, choices=listed.postprocessors, is_list=True)
        yield _filled(field, node)


def _of_kind(own: KindField, above: tuple[str, ...], node: OutlinedNode | None) -> Field:
    text = shown(own.example if own.example is not None else own.default) if own.required else ""
    field = Field(
        (*above, own.name),
        own.type,
        own.doc,
        shown(own.default),
        own.required,
        own.choices,
        False,
        own.minimum,
        own.maximum,
        text if node is None else "",
    )
    return _filled(field, node)


def _part(name: str, doc: str, default: str, node: OutlinedNode | None) -> Field:
    needed = name in ("select", "from", "into")
    field = Field((name,), "expression", doc, default, needed, is_expression=True)
    if node is None:
        return replace(field, text=default, is_required=name == "select")
    now = next((one for one in node.settings if one.key == name), None)
    return replace(field, text=now.text if now else "", was=now.text if now else "")


def _filled(field: Field, node: OutlinedNode | None) -> Field:
    """The field with what the node has of it."""
    if node is None:
        return field
    text = _now(field, node)
    return replace(field, text=text, was=text)


def _now(field: Field, node: OutlinedNode) -> str:
    if len(field.key) > 1 or field.title in node.config:
        found = node.config.get(field.title)
        if found is not None:
            return _as_list(found) if field.is_list else shown(found)
        return ""
    setting = next((one for one in node.settings if one.key == field.title), None)
    if setting is None:
        return ""
    if not setting.is_constant:
        return f"= {setting.text}"
    return _as_list(setting.value) if field.is_list else shown(setting.value)


def _as_list(value: Json) -> str:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return "= " + json.dumps(value, ensure_ascii=False)


def settings_of(fields: Sequence[Field]) -> tuple[dict[str, Json], list[Put]]:
    """What a form says of a new node: settings that are values, and those that are expressions."""
    values: dict[str, Json] = {}
    puts: list[Put] = []
    for field in fields:
        value = value_of(field) if field.key != NAME else None
        if value is None:
            continue
        if value.text:
            puts.append(Put(field.key, text=value.text))
            continue
        at = values
        for part in field.key[:-1]:
            at = at.setdefault(part, {})
        at[field.title] = value.value
    return values, puts


def puts_of(fields: Sequence[Field]) -> list[Put]:
    """What a form changes of a node that there is."""
    puts = []
    for field in fields:
        if field.key == NAME or not field.has_changed:
            continue
        value = value_of(field)
        if value is None:
            puts.append(Put(field.key, remove=True))
        else:
            puts.append(Put(field.key, value.value, value.text))
    return puts


def name_of(fields: Sequence[Field]) -> str:
    """What the node is to be called; empty where nothing is said."""
    return next((field.text.strip() for field in fields if field.key == NAME), "")
