"""What the links of a flow leave out: pipelines without input, sinks without source, the wrong direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tremor_tui.connectors.contract import connectors, sides
from tremor_tui.errors import ConfigError
from tremor_tui.language.check.arguments import advise
from tremor_tui.language.check.scope import Problems
from tremor_tui.language.ir.deploy import ConnectorIR, Endpoint, LinkIR, PipelineIR
from tremor_tui.model.diagnostic import Span
from tremor_tui.model.port import ERR, OUT
from tremor_tui.model.record import dataclass

End = tuple[str, str]
"""`connector` or `pipeline`, and its alias."""


def check_directions(
    links: Sequence[LinkIR], parts: Mapping[str, ConnectorIR | None], problems: Problems
) -> None:
    """It is a problem where events are to come out of a connector that only takes them, or the reverse."""
    for link in links:
        source = parts.get(link.source.alias) if link.source.kind == "connector" else None
        if source is not None and link.source.port == OUT and not _sides(source)[0]:
            message = f"the connector `{source.alias}` only takes events, none come out of it"
            problems.error(message, link.span, f"connect to it: `connect … to /connector/{source.alias}`")
        target = parts.get(link.target.alias) if link.target.kind == "connector" else None
        if target is not None and not _sides(target)[1]:
            message = f"the connector `{target.alias}` only brings events, it takes none"
            problems.error(message, link.span, f"connect from it: `connect /connector/{target.alias} to …`")


def _sides(connector: ConnectorIR) -> tuple[bool, bool]:
    try:
        return sides(connectors.get(connector.kind), connector.config)
    except ConfigError:
        return True, True


@dataclass(frozen=True, slots=True)
class Shape:
    """A flow: what it creates, with places, the pipelines by alias, and its links."""

    created: Mapping[End, Span]
    pipelines: Mapping[str, PipelineIR | None]
    links: Sequence[LinkIR]


def warn_of_ends(shape: Shape, problems: Problems) -> None:
    """Tells of what is created but never connected, or connected so that no event can pass it."""
    above = _reached(shape.links, is_down=True)
    below = _reached(shape.links, is_down=False)
    for (kind, name), span in shape.created.items():
        takes = [link for link in shape.links if _end(link.target) == (kind, name)]
        gives = [link for link in shape.links if _end(link.source) == (kind, name)]
        if not takes and not gives:
            hint = f"connect it, as in `connect /{kind}/{name} to …`, or leave it out"
            advise(problems, f"the {kind} `{name}` is created but never connected", span, hint)
        elif kind == "pipeline":
            _warn_of_pipeline(shape, name, span, (bool(takes), bool(gives)), problems)
        elif takes and (kind, name) not in above:
            text = f"no source leads to the connector `{name}`, so it gets no events"
            hint = "connect a source to the pipeline before it: `connect /connector/… to /pipeline/…`"
            advise(problems, text, span, hint)
        elif gives and not takes and (kind, name) not in below:
            text = f"the connector `{name}` reaches no sink, so it does not start to read"
            hint = "connect the pipeline behind it to a sink: `connect /pipeline/… to /connector/…`"
            advise(problems, text, span, hint)


def _warn_of_pipeline(
    shape: Shape, name: str, span: Span, ends: tuple[bool, bool], problems: Problems
) -> None:
    has_input, has_output = ends
    if not has_input:
        text = f"nothing is connected to the pipeline `{name}`, so it gets no events"
        advise(problems, text, span, f"add `connect /connector/… to /pipeline/{name};`")
        return
    if not has_output:
        text = f"the pipeline `{name}` is connected to nothing, so its events are lost"
        advise(problems, text, span, f"add `connect /pipeline/{name} to /connector/…;`")
        return
    pipeline = shape.pipelines.get(name)
    linked = {link.source.port for link in shape.links if _end(link.source) == ("pipeline", name)}
    fed = {edge.target for edge in pipeline.query.edges} if pipeline else set()
    for port in pipeline.query.outputs if pipeline else ():
        if port != ERR and port in fed and port not in linked:
            short = port.removeprefix(f"{OUT}/")
            text = f"what leaves the pipeline `{name}` by its port `{short}` is lost"
            advise(problems, text, span, f"add `connect /pipeline/{name}/{short} to …;`")


def _end(end: Endpoint) -> End:
    return end.kind, end.alias


def _reached(links: Sequence[LinkIR], *, is_down: bool) -> set[End]:
    """All that lies below a source, or above a sink."""
    pairs = [(_end(link.source), _end(link.target)) for link in links]
    pairs = pairs if is_down else [(target, source) for source, target in pairs]
    takers = {target for _, target in pairs}
    sources = {
        _end(link.source if is_down else link.target)
        for link in links
        if (link.source if is_down else link.target).kind == "connector"
        and (not is_down or link.source.port != ERR or _end(link.source) not in takers)
    }
    reached: set[End] = set()
    todo = list(sources)
    while todo:
        start = todo.pop()
        for source, target in pairs:
            if source == start and target not in reached:
                reached.add(target)
                todo.append(target)
    return reached
