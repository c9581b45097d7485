"""Matches lines of Influx's protocol; the result is `{measurement, tags, fields, timestamp}`."""

from __future__ import annotations

from typing import Any

from tremor_tui.extractors.contract import NO_MATCH, Extract, extractor
from tremor_tui.model import line_protocol
from tremor_tui.model.batch import Value


@extractor("influx")
def influx(rule: str) -> Extract:
    """A line without a timestamp gets the event's ingest time. Empty lines and comments do not match."""

    def extract(value: Value, ctx: Any) -> Value:
        if type(value) is not str:
            return NO_MATCH
        try:
            found = line_protocol.read(value, ctx.ingest_ns if ctx is not None else 0)
        except line_protocol.BadLine:
            return NO_MATCH
        return NO_MATCH if found is None else found

    return extract
