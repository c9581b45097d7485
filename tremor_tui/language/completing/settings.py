"""What may be written in the `with` of a connector or an operator, and as a port in a `connect`.

The text before the cursor is read by patterns: it is being typed, so that strings are open and records not
closed, where a parser sees one fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tremor_tui.codecs.contract import codecs
from tremor_tui.connectors.contract import connectors
from tremor_tui.errors import ConfigError
from tremor_tui.interceptors.contract import postprocessors, preprocessors
from tremor_tui.model.config import Field
from tremor_tui.model.record import dataclass
from tremor_tui.operators.contract import described

_DEFINE = re.compile(r"\bdefine\s+(connector|operator)\s+\w+\s+from\s+(`?[\w:]+`?)")
_NOISE = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*')
_WITH = re.compile(r"(?:\bwith|,)\s*(\w*)$")
_CODEC = re.compile(r'\bcodec\s*=\s*"([\w-]*)$')
_CHAIN = re.compile(r'\b(pre|post)processors\s*=\s*\[[^\]]*"([\w-]*)$')
_KEY = re.compile(r'[{,]\s*("?)(\w*)$')
_CONFIG = re.compile(r"\bconfig\s*=\s*$")
_PORT = re.compile(r"\b(connect|to)\s+/(?:connector|pipeline)/\w+/(\w*)$")
_KIND = re.compile(r"\b(?:connect|to)\s+/(\w*)$")
CONNECTOR_KEYS = {
    "codec": "how events are read or written: a name, or a record with `name` and `config`",
    "config": "the settings of its kind",
    "metrics_interval_s": "seconds between two metrics events of this connector",
    "postprocessors": "what is done to encoded events before they are written",
    "preprocessors": "what is done to what was read before it is decoded",
    "reconnect": "what is done where the connection is lost",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A name that may stand at the cursor; `typed` of it is there. `insert` takes the place of `typed`."""

    name: str
    typed: str
    insert: str
    kind: str = ""
    doc: str = ""


def settings_at(text: str, offset: int) -> list[Setting] | None:
    """What may stand at an offset of a text; None where that is no place for a setting or a port."""
    before = text[:offset]
    line = before[before.rfind("\n") + 1 :]
    if port := _PORT.search(line):
        names = ("out", "err") if port[1] == "connect" else ("in",)
        return [Setting(name, port[2], name, "port") for name in names]
    if kind := _KIND.search(line):
        return [Setting(name, kind[1], f"{name}/", "kind") for name in ("connector", "pipeline")]
    defines = list(_DEFINE.finditer(before))
    if not defines:
        return None
    what, name = defines[-1][1], defines[-1][2].strip("`")
    return _within(what, name, before[defines[-1].end() :], text[offset : offset + 1])


def _within(what: str, name: str, head: str, after: str) -> list[Setting] | None:
    """What may stand in a definition, `head` of which is written, from behind its kind on."""
    bare = _NOISE.sub(lambda found: '""' if found[0][0] == '"' else "", head)
    if ";" in bare or re.search(r"\bend\b", bare) or not re.search(r"\bwith\b", bare):
        return None
    close = "" if after == '"' else '"'
    if found := _CODEC.search(head):
        return list(_strings(codecs.names(), found[1], close, "codec"))
    if chain := _CHAIN.search(head):
        names = (preprocessors if chain[1] == "pre" else postprocessors).names()
        return list(_strings(names, chain[2], close, f"{chain[1]}processor"))
    opened = _open_braces(bare)
    if len(opened) == 1 and what == "connector" and _CONFIG.search(bare[: opened[0]]):
        return _config_keys(name, head, after)
    if not opened and (key := _WITH.search(bare)):
        fields = CONNECTOR_KEYS if what == "connector" else {f.name: f.doc for f in _operator(name)}
        return [Setting(one, key[1], f"{one} = ", "setting", doc) for one, doc in fields.items()]
    return None


def _open_braces(bare: str) -> list[int]:
    """Where the records and lists begin that are open at the end."""
    opened: list[int] = []
    for at, character in enumerate(bare):
        if character in "{[":
            opened.append(at)
        elif character in "}]" and opened:
            opened.pop()
    return opened


def _strings(names: Iterable[str], typed: str, close: str, kind: str) -> Iterator[Setting]:
    yield from (Setting(name, typed, f"{name}{close}", kind) for name in names)


def _config_keys(name: str, head: str, after: str) -> list[Setting] | None:
    found = _KEY.search(head)
    if found is None:
        return None
    quote, typed = found[1], found[2]
    tail = "" if quote and after == '"' else '": '
    made = []
    for one in _connector(name):
        insert = f"{one.name}{tail}" if quote else f'"{one.name}{tail}'
        made.append(Setting(one.name, typed, insert, _type(one), one.doc))
    return made


def _type(field: Field) -> str:
    words = " or ".join(field.type.split("|")) or "any value"
    return f"{words}, required" if field.required else words


def _connector(name: str) -> tuple[Field, ...]:
    try:
        return connectors.get(name).fields
    except ConfigError:
        return ()


def _operator(name: str) -> tuple[Field, ...]:
    try:
        return described(name).fields
    except ConfigError:
        return ()
