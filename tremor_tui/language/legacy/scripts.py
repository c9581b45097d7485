"""What trickle and scripts of tremor 0.9 wrote otherwise, and how to write it today."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import structs

from tremor_tui.language.source import Source
from tremor_tui.model.diagnostic import Diagnostic

_OLD = (
    (
        r"\bdefine\s+(tumbling|sliding)\s+window\b",
        "today: `define window NAME from tumbling with size = 1 end`",
    ),
    (r"\bdefine\s+\w+::\w+\s+operator\b", "today: `define operator NAME from MODULE::KIND with … end`"),
    (r"\bdefine\s+script\s+\w+\s+with\b", "today the parameters of a script are `args name = value`"),
    (r"\bdefault\s*=>", "today: `case _ => …`"),
    (r"\beviction_period\b", "groups go by themselves when they are empty; leave it out"),
    (r"^\s*end\s*$", "today `;` stands between statements"),
)
OLD = tuple((re.compile(pattern, re.MULTILINE), hint) for pattern, hint in _OLD)
INTERPOLATED = re.compile(r'"[^"\n#]*(?<![#\\{])\{\s*(?:event|state|args|\$)[\w.\s]*\}[^"\n]*"')


def explained(diagnostics: Sequence[Diagnostic], source: Source) -> list[Diagnostic]:
    """The faults of a text, with today's form where one stands at a form of tremor 0.9."""
    return [_explained(one, source) for one in diagnostics]


def _explained(fault: Diagnostic, source: Source) -> Diagnostic:
    if not fault.is_error or fault.span is None or fault.span.file != source.name:
        return fault
    for pattern, hint in OLD:
        for found in pattern.finditer(source.text):
            first = source.position(found.start())[0]
            last = source.position(found.end())[0]
            if first <= fault.span.line <= last + 1:
                return structs.replace(fault, hint=hint)
    return fault


def warnings(source: Source) -> Iterator[Diagnostic]:
    """Strings that tremor 0.9 filled in and that stand for themselves today."""
    for found in INTERPOLATED.finditer(source.text):
        span = source.span(found.start(), found.end())
        message = "this string is not filled in: tremor 0.9 wrote `{…}` where `#{…}` stands today"
        yield Diagnostic(message, span, "write `#{…}`", "warning", "behaviour")
