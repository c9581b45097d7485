"""Finds every match of a regular expression; the result is a record of lists, one for each named group.

Where the result is wanted, a text without any match still matches, with `{}`; the test alone does not.
"""

from __future__ import annotations

from typing import Any

from tremor_tui.extractors.contract import NO_MATCH, Extract, extractor, with_test
from tremor_tui.model import regex
from tremor_tui.model.batch import Value


@extractor("rerg")
def rerg(rule: str) -> Extract:
    """The rule is the expression."""
    compiled = regex.compile(rule)

    def extract(value: Value, ctx: Any) -> Value:
        return compiled.named_all(value) if type(value) is str else NO_MATCH

    return with_test(extract, lambda value, ctx: type(value) is str and compiled.matches(value))
