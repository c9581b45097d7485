"""Matches JSON texts; the result is their value. The rule is empty."""

from __future__ import annotations

from typing import Any

from tremor_tui.extractors.contract import NO_MATCH, Extract, extractor
from tremor_tui.model.batch import Value
from tremor_tui.model.values import BadJson, from_json


@extractor("json")
def json(rule: str) -> Extract:
    """Whatever the rule says, as upstream does."""

    def extract(value: Value, ctx: Any) -> Value:
        if type(value) is not str:
            return NO_MATCH
        try:
            return from_json(value)
        except BadJson:
            return NO_MATCH

    return extract
