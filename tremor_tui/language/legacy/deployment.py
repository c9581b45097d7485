"""Makes flows of what the YAML of tremor 0.9 says, one for each entry of its mapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace

from tremor_tui.codecs.contract import codecs
from tremor_tui.connectors.contract import complete, connectors
from tremor_tui.errors import CheckError, CompileError, ConfigError, did_you_mean
from tremor_tui.interceptors.contract import postprocessors, preprocessors
from tremor_tui.language.check.arguments import advise, take
from tremor_tui.language.check.links import Shape, check_directions, warn_of_ends
from tremor_tui.language.check.scope import Problems
from tremor_tui.language.ir.deploy import (
    ConnectorIR,
    DeployIR,
    Endpoint,
    FlowIR,
    LinkIR,
    PipelineIR,
    PluginIR,
)
from tremor_tui.language.ir.query import Edge, PassNode, QueryIR
from tremor_tui.language.legacy import ramps
from tremor_tui.language.legacy.artefacts import Artefacts, BindingItem, MappingItem, RampItem
from tremor_tui.language.legacy.ramps import Ramp
from tremor_tui.language.legacy.urls import Url, fill, parse_url
from tremor_tui.model.batch import Value
from tremor_tui.model.diagnostic import Diagnostic, Span
from tremor_tui.model.port import ERR, IN, OUT
from tremor_tui.model.record import dataclass

BUILT_IN_SINKS = {"system::stdout": "stdout", "system::stderr": "stderr"}
PASSTHROUGH = "system::passthrough"
Queries = Mapping[str, tuple[QueryIR, tuple[str, ...]]]
"""Pipelines by their id, each with the names of its files."""


def make_flows(artefacts: Artefacts, queries: Queries, problems: Problems) -> DeployIR:
    """The flows; what is wrong goes to `problems`."""
    wires: list[tuple[MappingItem, Url, list[tuple[Url, Url]]]] = []
    for mapping in artefacts.mappings:
        try:
            binding, url = _binding(artefacts, mapping)
            wires.append((mapping, url, _wires(binding, mapping)))
        except CompileError as error:
            take(problems, error)
    mapped = {url.artefact for _, url, _ in wires}
    for name, item in artefacts.bindings.items():
        if name not in mapped:
            hint = f"add `/binding/{name}/1: {{}}` to the `mapping`"
            advise(
                problems, f"the binding `{name}` is mapped nowhere, so nothing of it runs", item.span, hint
            )
    groups = _shared([{end.key for pair in pairs for end in pair} for _, _, pairs in wires])
    return DeployIR(
        tuple(_flow([wires[number] for number in group], artefacts, queries, problems) for group in groups)
    )


def _binding(artefacts: Artefacts, mapping: MappingItem) -> tuple[BindingItem, Url]:
    url = parse_url(mapping.url, mapping.span)
    if url.type != "binding" or not url.instance or url.port:
        hint = "write `/binding/ID/INSTANCE`"
        raise CheckError([Diagnostic(f"`{mapping.url}` is no instance of a binding", mapping.span, hint)])
    found = artefacts.bindings.get(url.artefact)
    if found is None:
        hint = did_you_mean(url.artefact, sorted(artefacts.bindings))
        raise CheckError([Diagnostic(f"there is no binding called `{url.artefact}`", mapping.span, hint)])
    return found, url


def _wires(binding: BindingItem, mapping: MappingItem) -> list[tuple[Url, Url]]:
    values = {"instance": parse_url(mapping.url, mapping.span).instance, **mapping.values}
    made = []
    for (source, source_span), (target, target_span) in binding.links:
        first = parse_url(fill(source, values, source_span), source_span)
        made.append((first, parse_url(fill(target, values, target_span), target_span)))
    return made


def _shared(sets: Sequence[set[tuple[str, str, str]]]) -> list[list[int]]:
    """The numbers of sets that have something in common, directly or not, in order."""
    groups: list[tuple[list[int], set[tuple[str, str, str]]]] = []
    for number, keys in enumerate(sets):
        joined = [group for group in groups if group[1] & keys]
        groups = [group for group in groups if not group[1] & keys]
        numbers = sorted(one for group in joined for one in group[0])
        groups.append(([*numbers, number], keys.union(*(group[1] for group in joined))))
    return sorted(numbers for numbers, _ in groups)


def _flow(
    parts: Sequence[tuple[MappingItem, Url, list[tuple[Url, Url]]]],
    artefacts: Artefacts,
    queries: Queries,
    problems: Problems,
) -> FlowIR:
    mapping, url, _ = parts[0]
    maker = _Maker(artefacts, queries, problems)
    for _, _, pairs in parts:
        for source, target in pairs:
            maker.link(source, target)
    made = tuple(one for one in maker.connectors.values() if one is not None)
    check_directions(maker.links, {one.alias: one for one in made}, problems)
    pipelines = tuple(one for one in maker.pipelines.values() if one is not None)
    if not problems.has_errors:
        shape = Shape(maker.created, {one.alias: one for one in pipelines}, maker.links)
        warn_of_ends(shape, problems)
    alias = f"{url.artefact}-{url.instance}"
    return FlowIR(alias, url.artefact, made, pipelines, tuple(maker.links), mapping.span)


@dataclass(slots=True)
class _Maker:
    """Makes one flow. What did not check is None, so that it is faulted once."""

    artefacts: Artefacts
    queries: Queries
    problems: Problems
    connectors: dict[str, ConnectorIR | None] = field(default_factory=dict)
    pipelines: dict[str, PipelineIR | None] = field(default_factory=dict)
    links: list[LinkIR] = field(default_factory=list)
    created: dict[tuple[str, str], Span] = field(default_factory=dict)

    def link(self, source: Url, target: Url) -> None:
        """One link, with the artefacts at its ends."""
        try:
            _check_types(source, target)
            first, second = self._end(source, OUT), self._end(target, IN)
        except CompileError as error:
            take(self.problems, error)
            return
        if first is not None and second is not None:
            self.links.append(LinkIR(first, second, source.span))

    def _end(self, url: Url, default: str) -> Endpoint | None:
        alias = _alias(url)
        port = url.port or default
        if url.type == "pipeline":
            if alias not in self.pipelines:
                self.pipelines[alias] = self._pipeline(url, alias)
                self.created["pipeline", alias] = url.span
            pipeline = self.pipelines[alias]
            return Endpoint("pipeline", alias, _port(url, default, pipeline)) if pipeline else None
        if port == "metrics":
            hint = "set `metrics_interval_s`; metrics come by the connector `metrics`"
            raise CheckError([Diagnostic("ramps have no port `metrics` any more", url.span, hint)])
        alias = f"{url.type}-{alias}"
        if alias not in self.connectors:
            self.connectors[alias] = self._connector(url, alias)
            self.created["connector", alias] = url.span
        connector = self.connectors[alias]
        if connector is None:
            return None
        return Endpoint("connector", alias, self._sink_port(url) if default == IN else port)

    def _sink_port(self, url: Url) -> str:
        if url.port not in ("", IN):
            raise CheckError([Diagnostic(f"an offramp has no port `{url.port}`", url.span, "write `in`")])
        if url.artefact in BUILT_IN_SINKS:
            return BUILT_IN_SINKS[url.artefact]
        return ramps.OFFRAMPS[self.artefacts.offramps[url.artefact].type].port

    def _pipeline(self, url: Url, alias: str) -> PipelineIR | None:
        if url.artefact == PASSTHROUGH:
            return PipelineIR(alias, _passing(alias), url.span)
        found = self.queries.get(url.artefact)
        if found is None:
            known = sorted(self.queries)
            hint = did_you_mean(url.artefact, known, f"name `{url.artefact}.trickle` after the YAML file")
            self.problems.error(f"there is no pipeline called `{url.artefact}`", url.span, hint)
            return None
        return PipelineIR(alias, replace(found[0], name=alias), url.span, found[1])

    def _connector(self, url: Url, alias: str) -> ConnectorIR | None:
        if url.type == "offramp" and url.artefact in BUILT_IN_SINKS:
            return ConnectorIR(alias, "stdio", PluginIR("json"), postprocessors=(ramps.JOIN,), span=url.span)
        known = self.artefacts.onramps if url.type == "onramp" else self.artefacts.offramps
        ramp = known.get(url.artefact)
        if ramp is None:
            hint = did_you_mean(url.artefact, sorted(known))
            self.problems.error(f"there is no {url.type} called `{url.artefact}`", url.span, hint)
            return None
        inner = Problems()
        made = make_connector(ramp, url.type, alias, inner)
        for one in inner.found:
            self.problems.add(one)
        return None if inner.has_errors else made


def _check_types(source: Url, target: Url) -> None:
    pair = source.type, target.type
    if pair not in (("onramp", "pipeline"), ("pipeline", "pipeline"), ("pipeline", "offramp")):
        hint = "links lead from onramps to pipelines, from these to pipelines or offramps"
        message = f"no link leads from an artefact of type {source.type} to one of type {target.type}"
        raise CheckError([Diagnostic(message, target.span, hint)])


def _alias(url: Url) -> str:
    return f"{url.artefact}-{url.instance}" if url.instance else url.artefact


def _port(url: Url, default: str, pipeline: PipelineIR) -> str:
    wanted = url.port or default
    known = pipeline.query.outputs if default == OUT else pipeline.query.inputs
    for name in (wanted, f"{default}/{wanted}"):
        if name in known:
            return name
    message = f"the pipeline `{url.artefact}` has no port `{wanted}` on this side"
    raise CheckError([Diagnostic(message, url.span, did_you_mean(wanted, known))])


def _passing(name: str) -> QueryIR:
    nodes = (PassNode(IN, "input"), PassNode(OUT, "output"), PassNode(ERR, "output"))
    return QueryIR(name, nodes, (Edge(IN, OUT, OUT, IN),))


# -- ramps --------------------------------------------------------------------------------------------


def make_connector(item: RampItem, side: str, alias: str, problems: Problems) -> ConnectorIR | None:
    """The connector that a ramp is today; what is wrong goes to `problems`."""
    ramp = _type(item, side, problems)
    _refuse(item, problems)
    if ramp is None:
        return None
    if ramp.note:
        advise(
            problems, f"the {side} `{item.id}` is not quite what it was: {ramp.note}", item.place("type"), ""
        )
    config, spans = _config(item, ramp, side, problems)
    before, after = (
        _chain(item, side, "preprocessors", problems),
        _chain(item, side, "postprocessors", problems),
    )
    made = ConnectorIR(
        alias,
        ramp.kind,
        _codec(item, ramp, problems),
        config,
        ((ramps.CUT,) if ramp.is_framed and side == "onramp" else ()) + before,
        after + ((ramps.JOIN,) if ramp.is_framed and side == "offramp" else ()),
        metrics_interval_s=item.get("metrics_interval_s"),
        span=item.place("id"),
        key_spans=spans,
    )
    _try(made, problems)
    return made


def _type(item: RampItem, side: str, problems: Problems) -> Ramp | None:
    known, every = (
        (ramps.ONRAMPS, ramps.ALL_ONRAMPS) if side == "onramp" else (ramps.OFFRAMPS, ramps.ALL_OFFRAMPS)
    )
    if item.type in known:
        return known[item.type]
    if item.type in every:
        message, hint = f"no connector does yet what the {side} `{item.type}` did", "use another type"
    else:
        message = f"there is no {side} of type `{item.type}`"
        hint = did_you_mean(item.type, sorted(known))
    problems.error(message, item.place("type"), hint)
    return None


def _refuse(item: RampItem, problems: Problems) -> None:
    """Settings that mean nothing for the types that there are."""
    if item.get("linked"):
        message, hint = "linked ramps are not supported", "connect the answers by a flow of their own"
        problems.error(message, item.place("linked"), hint)
    if item.get("codec_map"):
        problems.error("codecs by MIME type are not supported", item.place("codec_map"), "set `codec` alone")
    interval = item.get("metrics_interval_s")
    if interval is not None and (type(interval) is not int or interval < 1):
        message = "`metrics_interval_s` is a whole number of seconds above 0"
        problems.error(message, item.place("metrics_interval_s"))


def _config(
    item: RampItem, ramp: Ramp, side: str, problems: Problems
) -> tuple[dict[str, Value], dict[str, Span]]:
    """The settings under today's names, and their places."""
    given = item.get("config")
    config, spans = dict(ramp.fixed), {key: span for key, span in item.spans.items() if "." not in key}
    spans["type"] = item.place("type")
    if given is not None and not isinstance(given, dict):
        problems.error("`config` is a mapping", item.place("config"))
        return config, spans
    for key, value in (given or {}).items():
        place = item.place(f"config.{key}")
        if key not in ramp.keys:
            hint = did_you_mean(key, sorted(ramp.keys), "" if ramp.keys else "it has none")
            problems.error(f"the {side} `{item.type}` has no setting `{key}`", place, hint)
            continue
        name, factor = ramp.keys[key]
        if not name:
            _note_ending(key, value, place, problems)
            continue
        config[name] = value * factor if type(value) is int else value
        spans[f"config.{name}"] = place
    return config, spans


def _note_ending(key: str, value: Value, place: Span, problems: Problems) -> None:
    """A flow ends, drained, when all its files are read: that is what `close_on_done` asked for."""
    if key == "close_on_done" and value is True:
        return
    advise(
        problems,
        f"`{key}` has no meaning: a flow ends when its files are read, drained",
        place,
        "leave it out",
    )


def _codec(item: RampItem, ramp: Ramp, problems: Problems) -> PluginIR | None:
    name = item.get("codec")
    if name is not None and connectors.get(ramp.kind).codec == "structured":
        advise(problems, f"a `{item.type}` has no codec", item.place("codec"), "leave it out")
        return None
    name = ramp.codec if name is None else name
    return None if name is None else PluginIR(str(name))


def _chain(item: RampItem, side: str, key: str, problems: Problems) -> tuple[PluginIR, ...]:
    given = item.get(key)
    if given is None:
        return ()
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        problems.error(f"`{key}` is a list of names", item.place(key))
        return ()
    if given and (key == "preprocessors") != (side == "onramp"):
        problems.error(f"an {side} that is not linked has no {key}", item.place(key), "leave them out")
    table = ramps.PREPROCESSORS if key == "preprocessors" else ramps.POSTPROCESSORS
    return tuple(one for name in given for one in table.get(name, (PluginIR(name),)))


def _try(made: ConnectorIR, problems: Problems) -> None:
    """Whether connector, codec and chain take their settings."""
    try:
        complete(made.kind, connectors.get(made.kind).fields, made.config)
    except ConfigError as error:
        place = made.key_spans.get(f"config.{error.key}") or made.key_spans.get("config", made.span)
        problems.error(error.message, place, error.hint)
    try:
        if made.codec is not None:
            codecs.get(made.codec.name)(made.codec.config or {})
    except ConfigError as error:
        problems.error(error.message, made.key_spans.get("codec", made.span), error.hint)
    for key, plugins in (("preprocessors", made.preprocessors), ("postprocessors", made.postprocessors)):
        for plugin in plugins:
            try:
                (preprocessors if key == "preprocessors" else postprocessors).get(plugin.name)(plugin.config)
            except ConfigError as error:
                problems.error(error.message, made.key_spans.get(key, made.span), error.hint)
