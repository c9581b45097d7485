"""`google::cloud::logging`: identifiers of spans and traces, drawn by the event's ingest time."""

from __future__ import annotations

from tremor_tui.functions.contract import Module
from tremor_tui.model.batch import Value
from tremor_tui.model.context import Context
from tremor_tui.model.rng import SmallRng

google_logging = Module("google_logging")


@google_logging.function(returns="string", pure=False, context=True)
def gen_span_id_string(ctx: Context) -> Value:
    """A span id as 16 hexadecimal digits."""
    return SmallRng(ctx.ingest_ns).octets(8).hex()


@google_logging.function(returns="string", pure=False, context=True)
def gen_trace_id_string(ctx: Context) -> Value:
    """A trace id as 32 hexadecimal digits."""
    return SmallRng(ctx.ingest_ns).octets(16).hex()
