"""Matches texts in which a regular expression occurs; the result is a record of its named groups."""

from __future__ import annotations

from typing import Any

from tremor_tui.extractors.contract import NO_MATCH, Extract, extractor, with_test
from tremor_tui.model import regex
from tremor_tui.model.batch import Value


@extractor("re")
def re(rule: str) -> Extract:
    """The rule is the expression; groups that took no part are left out of the record."""
    compiled = regex.compile(rule)
    named = compiled.named

    def extract(value: Value, ctx: Any) -> Value:
        if type(value) is not str:
            return NO_MATCH
        found = named(value)
        return NO_MATCH if found is None else found

    return with_test(extract, lambda value, ctx: type(value) is str and compiled.matches(value))
