"""Matches base64; the result is the text that it stands for. The rule is empty."""

from __future__ import annotations

from typing import Any

from tremor_tui.extractors.contract import NO_MATCH, Extract, extractor, with_test
from tremor_tui.model.batch import Value
from tremor_tui.model.octets import from_base64


@extractor("base64")
def base64(rule: str) -> Extract:
    """Bytes that are not UTF-8 match only where the result is not wanted."""

    def extract(value: Value, ctx: Any) -> Value:
        if type(value) is not str:
            return NO_MATCH
        try:
            return from_base64(value).decode()
        except ValueError:
            return NO_MATCH

    return with_test(extract, _is_base64)


def _is_base64(value: Value, ctx: Any) -> bool:
    if type(value) is not str:
        return False
    try:
        from_base64(value)
    except ValueError:
        return False
    return True
