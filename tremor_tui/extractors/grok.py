"""Matches texts by named patterns, as in `%{IP:client} %{WORD:method}`; the result is a record of strings.

The patterns are those of `model/grok_patterns.py`. What has an alias is in the record; what took no part
is left out. Everything else in a rule is a regular expression, where `(?<name>...)` captures too.
"""

from __future__ import annotations

from typing import Any

from tremor_tui.errors import ConfigError, did_you_mean
from tremor_tui.extractors.contract import NO_MATCH, Extract, extractor, with_test
from tremor_tui.model import regex
from tremor_tui.model.batch import Value
from tremor_tui.model.grok_patterns import PATTERNS

MAX_DEPTH = 20
MAX_LENGTH = 32 << 10


@extractor("grok")
def grok(rule: str) -> Extract:
    """Raises ConfigError for an unknown pattern, or one that RE2 cannot run."""
    expansion = _Expansion()
    compiled = regex.compile(expansion.expand(rule))
    aliases = expansion.aliases

    def extract(value: Value, ctx: Any) -> Value:
        if type(value) is not str:
            return NO_MATCH
        found = compiled.named(value)
        if found is None:
            return NO_MATCH
        return {aliases.get(name, name): text for name, text in found.items()}

    return with_test(extract, lambda value, ctx: type(value) is str and compiled.matches(value))


class _Expansion:
    """Replaces `%{NAME:alias}` until none is left, and remembers which group is which alias."""

    def __init__(self) -> None:
        self.aliases: dict[str, str] = {}
        self.length = 0

    def expand(self, text: str, depth: int = 0) -> str:
        if depth > MAX_DEPTH:
            raise ConfigError(f"the grok patterns refer to each other more than {MAX_DEPTH} levels deep")
        pieces = []
        at = 0
        while (start := text.find("%{", at)) >= 0:
            close = text.find("}", start)
            if close < 0:
                raise ConfigError(f"`%{{` at offset {start} of the grok pattern is not closed")
            pieces.append(text[at:start])
            pieces.append(self.reference(text[start + 2 : close], depth))
            at = close + 1
        pieces.append(text[at:])
        return self.measured("".join(pieces))

    def measured(self, text: str) -> str:
        if len(text) > MAX_LENGTH:
            raise ConfigError(f"the grok pattern grows beyond {MAX_LENGTH} characters")
        return text

    def reference(self, body: str, depth: int) -> str:
        reference, _, definition = body.partition("=")
        name, _, alias = reference.partition(":")
        pattern = definition or PATTERNS.get(name)
        if pattern is None:
            raise ConfigError(f"there is no grok pattern `{name}`", did_you_mean(name, list(PATTERNS)))
        inner = self.expand(pattern, depth + 1)
        if not alias:
            return f"(?:{inner})"
        group = f"g{len(self.aliases)}"
        self.aliases[group] = alias
        return f"(?P<{group}>{inner})"
