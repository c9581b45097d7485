"""What is on the fast path, in lines of text for all that show it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tremor_tui.control.speed import PipelineSpeed, SinkSpeed, Slow, SourceSpeed, Speed

SHOWN = 8
"""Names that are listed."""
FORMS = {
    "same": "keep the bytes that they came in",
    "added": "keep the bytes that they came in, with fields added to them",
    "made": "are written anew",
}
Verdict = Literal["fast", "partly", "slow"]
WORDS: dict[Verdict, str] = {
    "fast": "on the fast path",
    "partly": "partly on the fast path",
    "slow": "not on the fast path",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence on a part of a flow; `is_slow` where it says what keeps something off the fast path.

    `follows`: it is so for the reasons that were said before.
    """

    text: str
    is_slow: bool = False
    file: str = ""
    line: int = 0
    follows: bool = False


def verdict(part: PipelineSpeed) -> Verdict:
    """How much of a pipeline is fused."""
    if part.rests or (not part.fused and (part.slow or part.behind)):
        return "slow"
    return "partly" if part.slow or part.behind or part.whole else "fast"


def source_words(part: SourceSpeed) -> Iterator[Told]:
    """What a source decodes, and why not less."""
    if not part.is_bytes:
        yield Told("its events are values already: there is nothing to decode")
    elif part.fields is None:
        yield Told("decodes events whole", is_slow=bool(part.slow))
        yield from map(_reason, part.slow)
    elif part.fields:
        count = f"{len(part.fields)} field{'s' if len(part.fields) > 1 else ''}"
        yield Told(f"decodes {count} of each event: {_names(part.fields)}")
    else:
        yield Told("decodes nothing of its events: none of their fields is read")


def pipeline_words(part: PipelineSpeed) -> Iterator[Told]:
    """What of a pipeline is fused, what is not and why, and how events leave it."""
    found = verdict(part)
    yield Told(WORDS[found], is_slow=found != "fast")
    if part.rests:
        yield Told("just now not: its last batches were out of the ordinary, so the nodes did them", True)
    yield from map(_reason, part.slow)
    if part.behind:
        yield Told(f"{_names(part.behind)}: behind these, so one by one as well", is_slow=True, follows=True)
    yield from map(_reason, part.whole)
    if part.fused:
        yield Told(f"{_names(part.fused)}: as one function over a batch")
    for form in FORMS:
        ports = [port for port, one in part.forms.items() if one == form]
        if ports:
            yield Told(f"events by `{'`, `'.join(ports)}` {FORMS[form]}")


def sink_words(part: SinkSpeed) -> Iterator[Told]:
    """How a sink writes."""
    if part.writes_bytes:
        yield Told("writes the bytes of events that kept them")
    elif part.codec:
        yield Told(f"its codec `{part.codec}` encodes every event")
    else:
        yield Told("takes values: there is nothing to encode")


def words_of(speed: Speed, kind: str, alias: str) -> list[Told]:
    """What there is to say of one part of a flow (`source`, `pipeline`, `sink`); the verdict comes first."""
    if speed.off:
        return [Told(speed.off, is_slow=True)]
    match kind:
        case "source":
            return [told for one in speed.sources if one.alias == alias for told in source_words(one)]
        case "pipeline":
            return [told for one in speed.pipelines if one.alias == alias for told in pipeline_words(one)]
    return [told for one in speed.sinks if one.alias == alias for told in sink_words(one)]


def brief(speed: Speed, kind: str, alias: str) -> str:
    """One part of a flow in a few words, empty where nothing is known of it."""
    parts = [one for one in speed.pipelines if one.alias == alias] if kind == "pipeline" else []
    if parts and not speed.off:
        found = max((verdict(one) for one in parts), key=list(WORDS).index)
        return {"fast": "yes", "partly": "in part", "slow": "no"}[found]
    words = words_of(speed, kind, alias)
    return words[0].text if words else ""


def speed_lines(speed: Speed) -> Iterator[str]:
    """All of a flow, a line for each part and one for each reason."""
    if speed.off:
        yield speed.off
    for kind, parts in (
        ("source", [(one.alias, list(source_words(one))) for one in speed.sources]),
        ("pipeline", [(_named(one), list(pipeline_words(one))) for one in speed.pipelines]),
        ("sink", [(one.alias, list(sink_words(one))) for one in speed.sinks]),
    ):
        for alias, words in parts:
            for number, told in enumerate(words):
                start = f"{kind} {alias}: " if number == 0 else "    "
                place = f" ({told.file}:{told.line})" if told.line else ""
                yield start + told.text + place


def _named(part: PipelineSpeed) -> str:
    return part.alias if part.port == "in" else f"{part.alias}/{part.port}"


def _reason(slow: Slow) -> Told:
    text = f"`{slow.node}`: {slow.text}" if slow.node else slow.text
    return Told(text, True, slow.file, slow.line)


def _names(names: tuple[str, ...]) -> str:
    rest = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + rest
