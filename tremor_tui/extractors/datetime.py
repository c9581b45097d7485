"""Matches dates and times of a format; the result is nanoseconds since 1970. The rule is the format."""

from __future__ import annotations

from typing import Any

from tremor_tui.extractors.contract import NO_MATCH, Extract, extractor
from tremor_tui.model.batch import Value
from tremor_tui.model.strptime import BadTime, reader


@extractor("datetime")
def datetime(rule: str) -> Extract:
    """Raises ConfigError for an unknown directive."""
    read = reader(rule)

    def extract(value: Value, ctx: Any) -> Value:
        if type(value) is not str:
            return NO_MATCH
        try:
            return read(value)
        except BadTime:
            return NO_MATCH

    return extract
