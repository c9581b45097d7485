"""`tremor::origin`: where the event came from; null where that is not known."""

from __future__ import annotations

from tremor_tui.functions.contract import Module
from tremor_tui.model.batch import Value
from tremor_tui.model.context import Context

origin = Module("origin")


@origin.function(returns="string", pure=False, context=True)
def scheme(ctx: Context) -> Value:
    """The kind of source, such as `tremor-file`."""
    return ctx.origin.scheme if ctx.origin else None


@origin.function(returns="string", pure=False, context=True)
def host(ctx: Context) -> Value:
    """The host it came from."""
    return ctx.origin.host if ctx.origin else None


@origin.function(returns="integer", pure=False, context=True)
def port(ctx: Context) -> Value:
    """The port it came from."""
    return ctx.origin.port if ctx.origin else None


@origin.function(returns="array", pure=False, context=True)
def path(ctx: Context) -> Value:
    """The pieces of the path it came from."""
    return list(ctx.origin.path) if ctx.origin else None


@origin.function(returns="string", pure=False, context=True)
def as_uri_string(ctx: Context) -> Value:
    """All of it as a URI."""
    return str(ctx.origin) if ctx.origin else None


@origin.function(returns="record", pure=False, context=True)
def as_uri_record(ctx: Context) -> Value:
    """All of it as a record of `scheme`, `host`, `port` and `path`."""
    if not ctx.origin:
        return None
    uri = ctx.origin
    return {"scheme": uri.scheme, "host": uri.host, "port": uri.port, "path": list(uri.path)}
