"""`cncf::otel`: identifiers of spans and traces, drawn by the event's ingest time."""

from __future__ import annotations

from tremor_tui.functions.contract import Module
from tremor_tui.model.batch import Value
from tremor_tui.model.context import Context
from tremor_tui.model.rng import SmallRng

cncf_otel = Module("cncf_otel")
SPAN = 8
TRACE = 16


@cncf_otel.function(returns="string", pure=False, context=True)
def gen_span_id_string(ctx: Context) -> Value:
    """A span id as 16 hexadecimal digits."""
    return SmallRng(ctx.ingest_ns).octets(SPAN).hex()


@cncf_otel.function(returns="binary", pure=False, context=True)
def gen_span_id_bytes(ctx: Context) -> Value:
    """A span id as a binary."""
    return SmallRng(ctx.ingest_ns).octets(SPAN)


@cncf_otel.function(returns="array", pure=False, context=True)
def gen_span_id_array(ctx: Context) -> Value:
    """A span id as 8 integers."""
    return list(SmallRng(ctx.ingest_ns).octets(SPAN))


@cncf_otel.function(returns="string", pure=False, context=True)
def gen_trace_id_string(ctx: Context) -> Value:
    """A trace id as 32 hexadecimal digits."""
    return SmallRng(ctx.ingest_ns).octets(TRACE).hex()


@cncf_otel.function(returns="binary", pure=False, context=True)
def gen_trace_id_bytes(ctx: Context) -> Value:
    """A trace id as a binary."""
    return SmallRng(ctx.ingest_ns).octets(TRACE)


@cncf_otel.function(returns="array", pure=False, context=True)
def gen_trace_id_array(ctx: Context) -> Value:
    """A trace id as 16 integers."""
    return list(SmallRng(ctx.ingest_ns).octets(TRACE))
