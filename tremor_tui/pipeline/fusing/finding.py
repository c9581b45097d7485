"""Finding: what of a graph can be fused behind one of its inputs, and why the rest of it cannot.

It is long because a chain's slots, ways and what is read of its events hang on each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import field
from functools import partial
from typing import TYPE_CHECKING

import orjson

from tremor_tui.errors import CheckError, CompileError
from tremor_tui.model.batch import Value
from tremor_tui.model.port import ERR, IN, OUT, OVERFLOW
from tremor_tui.model.record import dataclass
from tremor_tui.operators.bucket import BucketGrouper
from tremor_tui.operators.passthrough import Passthrough
from tremor_tui.operators.script import ScriptOperator
from tremor_tui.operators.select import Select
from tremor_tui.pipeline.fusing.alone import ALONE
from tremor_tui.pipeline.fusing.chain import Again, Chain, End
from tremor_tui.pipeline.fusing.outline import Outline, outline_of
from tremor_tui.pipeline.fusing.places import Place, line_of, place_of
from tremor_tui.pipeline.fusing.rooms import Rooms
from tremor_tui.pipeline.fusing.shaping import in_place
from tremor_tui.pipeline.fusing.splicing import splicer
from tremor_tui.pipeline.fusing.stage import Came, Compiled, Form, Stage, Way
from tremor_tui.pipeline.fusing.text import Asking, Exit, Slot, UnfusableError, Writing, slots_of

if TYPE_CHECKING:
    from tremor_tui.pipeline.graph import Edge, Node
    from tremor_tui.pipeline.plan import Plan

FORMS: tuple[Form, ...] = ("same", "added", "made")


@dataclass(frozen=True, slots=True)
class Why:
    """Why a node is not fused, or why it needs events whole: its id, what about it, and where, if known."""

    node: str
    text: str
    file: str = ""
    line: int = 0


@dataclass(slots=True)
class Found:
    """The chain, if there is one, why nodes are not in it, and which of those in it take events whole."""

    chain: Chain | None
    reasons: list[Why]
    whole: list[Why] = field(default_factory=list)


class _NotThisError(Exception):
    """A node turned out not to be one that can be fused."""

    def __init__(self, index: int, text: str, place: Place | None = None) -> None:
        super().__init__(text)
        self.index = index
        self.text = text
        self.place = place


def find_chain(nodes: Sequence[Node], plan: Plan, eager: bool = True, is_strict: bool = False) -> Found:
    """The chain that begins at an input. `eager`: who is behind it reads metadata."""
    if plan.is_by_event:
        return Found(None, [Why("", "branches meet again, so that events have to go one by one")])
    excluded: dict[int, str] = {}
    places: dict[int, Place] = {}
    while True:
        finder = _Finder(nodes, plan, eager, is_strict, excluded)
        try:
            chain = finder.chain()
            break
        except _NotThisError as error:
            excluded[error.index] = error.text
            if error.place is not None:
                places[error.index] = error.place
        except (CompileError, CheckError, RecursionError):  # it nests too deeply for that
            return Found(None, [Why("", "a script nests too deeply")])
    reasons = [
        Why(nodes[index].stats.id, text, *(places.get(index) or place_of(nodes[index])))
        for index, text in sorted(excluded.items())
    ]
    return Found(chain, reasons, finder.whole() if chain is not None and chain.fields is None else [])


@dataclass(slots=True)
class _Finder:
    """Looks for a chain in a graph without the nodes in `excluded`."""

    nodes: Sequence[Node]
    plan: Plan
    eager: bool
    is_strict: bool
    excluded: dict[int, str]
    passing: set[int] = field(default_factory=set)
    staged: list[int] = field(default_factory=list)
    buckets: dict[int, int] = field(default_factory=dict)
    outlines: dict[int, Outline] = field(default_factory=dict)
    ways: dict[int, dict[str, Way]] = field(default_factory=dict)
    comes: dict[int, Form] = field(default_factory=dict)
    leaves: dict[int, Form] = field(default_factory=dict)
    sets: dict[int, bool] = field(default_factory=dict)

    def chain(self) -> Chain | None:
        """The chain; None where there is nothing in it, and nodes behind it that are not known."""
        self._region()
        start = self.nodes[self.plan.start]
        entry = self._way(start, OUT)
        for index in self.staged:
            self.ways[index] = self._ways(index)
        if not self.staged and any(not self.nodes[edge.target].is_output for edge in entry.ends):
            return None
        self._check_strict(entry)
        slots = {index: self._slots(index) for index in self.staged}
        fields, first = self._fields(entry)
        stages = [self._stage(index, slots[index]) for index in self.staged]
        ends = [end for n, index in enumerate(self.staged) for end in self._ends(n, index, slots[index])]
        inputs = [self._inputs(index, slots) for index in self.staged]
        splice = splicer(self._written())
        for stage in stages:
            if stage.comes == "added":
                stage.event_at = partial(_added, splice)
        cache: dict[tuple[bool, bool, bool], list[Compiled]] = {}
        compiled = partial(self._compiled, cache, stages, slots)
        chain = Chain(
            self.nodes,
            self.plan,
            fields,
            first,
            entry,
            [edge for edge in entry.ends if edge.target not in self.staged],
            stages,
            inputs,
            ends,
            compiled,
            splice,
            self._later(),
            self.is_strict and self.plan.branches,
            fields is None and self._is_owner(entry),
            self.eager,
        )
        compiled(False, True, chain.takes_all)
        return chain

    def whole(self) -> list[Why]:
        """The nodes that take events whole, so that nothing less is decoded."""
        found = []
        for index in self.staged:
            node, outline = self.nodes[index], self.outlines[index]
            if self.comes[index] != "made" and outline.reading.fields is None:
                place = line_of(outline.emitted, outline.reading.whole_at) or place_of(node)
                found.append(Why(node.stats.id, outline.reading.whole, *place))
        return found

    def _written(self) -> frozenset[str]:
        """The fields that scripts give events which else stay as they came."""
        return frozenset().union(*(one.reading.written or () for one in self.outlines.values()))

    # -- the region ------------------------------------------------------------------------------------

    def _region(self) -> None:
        """Which nodes are in the chain: those whose every way from the input goes through such nodes."""
        plan, incoming = self.plan, self._incoming()
        self.passing.add(plan.start)
        for index in plan.reach:
            node, arrivals = self.nodes[index], incoming[index]
            if index == plan.start or node.is_output:
                continue
            if self._is_apart(arrivals):
                continue
            if _only_passes(node):
                self.passing.add(index)
            elif isinstance(node.operator, BucketGrouper):
                self._add_bucket(index, arrivals)
            elif index not in self.excluded:
                try:
                    self.outlines[index] = outline_of(node)
                except UnfusableError as error:
                    self.excluded[index] = str(error)
                else:
                    self.staged.append(index)

    def _incoming(self) -> dict[int, list[tuple[int, str, Edge]]]:
        """The edges to each node: number and port of the node before it, and the edge."""
        incoming: dict[int, list[tuple[int, str, Edge]]] = {index: [] for index in self.plan.reach}
        for index in self.plan.reach:
            if self.nodes[index].is_output:  # a select from `out` gets nothing that leaves by it
                continue
            for port, edges in self.nodes[index].routes.items():
                for edge in edges:
                    incoming[edge.target].append((index, port, edge))
        return incoming

    def _is_apart(self, arrivals: list[tuple[int, str, Edge]]) -> bool:
        known = self.passing | set(self.staged) | set(self.buckets)
        return (
            any(source not in known or edge.target_port != IN for source, _, edge in arrivals)
            or any(port == ERR and source not in self.passing for source, port, _ in arrivals)
            or (len(arrivals) > 1 and self.plan.branches)
        )

    def _add_bucket(self, index: int, arrivals: list[tuple[int, str, Edge]]) -> None:
        """A bucket belongs to the one script before it."""
        if index in self.excluded:
            return
        sources = {source for source, _, _ in arrivals}
        behind = {self._stage_before(source) for source in sources}
        stage = behind.pop() if len(behind) == 1 else None
        if len(arrivals) != 1 or stage is None or self.nodes[stage].script is None:
            self.excluded[index] = "it is not right behind the one script that sets its classes"
        elif stage in self.buckets.values():
            self.excluded[index] = "the script before it has another one behind it"
        else:
            self.buckets[index] = stage

    def _stage_before(self, index: int) -> int | None:
        """The stage whose rows come to a node through nodes that only pass, without branching."""
        while index in self.passing and index != self.plan.start:
            sources = [
                (node.index, edges)
                for node in self.nodes
                for edges in node.routes.values()
                if any(edge.target == index for edge in edges)
            ]
            if len(sources) != 1 or len(sources[0][1]) != 1:
                return None
            index = sources[0][0]
        return index if index in self.staged else None

    def _check_strict(self, entry: Way) -> None:
        """Where a failure ends an event's other branches, nothing behind the chain may fail."""
        if not (self.is_strict and self.plan.branches):
            return
        inside = self.passing | set(self.staged) | set(self.buckets)
        for index in self.plan.reach:
            node = self.nodes[index]
            if index not in inside and not node.is_output and not _only_passes(node):
                raise _NotThisError(self._culprit(), "what fails behind it ends an event's other branches")

    def _culprit(self) -> int:
        if not self.staged:
            raise CompileError([])
        return self.staged[0]

    # -- ways ------------------------------------------------------------------------------------------

    def _way(self, node: Node, port: str) -> Way:
        way = Way(node, port)
        edges = list(node.routes.get(port, ()))
        while edges:
            edge = edges.pop(0)
            way.edges.append(edge)
            if edge.target in self.passing:
                way.nodes.append(self.nodes[edge.target])
                onwards = self.nodes[edge.target].routes.get(OUT, ())
                if not onwards:
                    raise _NotThisError(self._culprit(), "a way behind it ends in a junction")
                edges += onwards
            else:
                way.ends.append(edge)
        return way

    def _ways(self, index: int) -> dict[str, Way]:
        node = self.nodes[index]
        ports = {OUT, *node.routes} - {ERR}
        ways = {port: self._way(node, port) for port in sorted(ports)}
        bucket = self._bucket_of(index)
        if bucket is not None:
            for port in (OUT, OVERFLOW):
                ways[f"bucket/{port}"] = self._way(self.nodes[bucket], port)
        return ways

    def _bucket_of(self, index: int) -> int | None:
        return next((bucket for bucket, stage in self.buckets.items() if stage == index), None)

    def _is_asking(self, way: Way) -> bool:
        return any(edge.target in self.buckets for edge in way.ends)

    # -- what events are -------------------------------------------------------------------------------

    def _fields(self, entry: Way) -> tuple[frozenset[str] | None, frozenset[str] | None]:
        """The fields that are read, or written, in the whole chain; and those of its first decision."""
        fields: frozenset[str] | None = frozenset()
        rest = [edge for edge in entry.ends if edge.target not in self.staged]
        for index in self.staged:
            reading = self.outlines[index].reading
            if self.comes[index] != "made" and fields is not None:
                fields = None if reading.fields is None else fields | reading.fields
                if fields is not None and reading.written is not None:
                    fields |= reading.written
            rest += [
                edge
                for port, way in self.ways[index].items()
                for edge in way.ends
                if edge.target not in self.staged and edge.target not in self.buckets
            ]
        if any(not self.nodes[edge.target].is_output for edge in rest):
            fields = None
        only = self.outlines[self.staged[0]] if len(self.staged) == 1 else None
        first = only.first if only is not None and fields is not None else None
        return fields, first

    def _slots(self, index: int) -> dict[str, Slot]:
        """The slot of each port that leads anywhere; ports whose rows go the same way share one."""
        outline = self.outlines[index]
        self.comes.setdefault(index, "same")
        reading = outline.reading
        own: Form = "made" if reading.written is None else "added" if reading.written else "same"
        self.leaves[index] = form = max(self.comes[index], own, key=FORMS.index)
        self.sets[index] = self.sets.get(index, False) or reading.sets_meta
        keys: dict[str, tuple[object, ...]] = {}
        for port, way in self.ways[index].items():
            if not way.ends or self._is_asking(way):
                continue
            if self.plan.branches:
                keys[port] = tuple(edge.index for edge in way.ends)
            else:
                keys[port] = tuple((edge.target, edge.target_port) for edge in way.ends)
        names = {
            key: f"_slot{chr(97 + number)}_{index}" for number, key in enumerate(dict.fromkeys(keys.values()))
        }
        made: dict[str, Slot] = {}
        for port, key in keys.items():
            staged = [edge.target for edge in self.ways[index][port].ends if edge.target in self.staged]
            for target in staged:
                self._before(target, form, self.sets[index])
            has_event = bool(staged) or form != "same"
            made[port] = Slot(names[key], has_event)
        if len(names) == 1 and len(self.staged) == 1 and not any(slot.has_event for slot in made.values()):
            made = {port: Slot(slot.name, is_rest=True) for port, slot in made.items()}
        return made

    def _before(self, index: int, form: Form, sets_meta: bool) -> None:
        self.comes[index] = max(self.comes.get(index, "same"), form, key=FORMS.index)
        self.sets[index] = self.sets.get(index, False) or sets_meta

    def _needs_meta(self, index: int, lazy: bool) -> bool:
        """Whether the metadata that a stage is handed is looked at by it or behind it.

        `lazy`: it can be made again for who looks at what leaves.
        """
        return self.outlines[index].uses_meta or any(
            self._wants_meta(way, lazy) for way in self.ways[index].values()
        )

    def _wants_meta(self, way: Way, lazy: bool) -> bool:
        for edge in way.ends:
            if edge.target in self.staged:
                if self._needs_meta(edge.target, lazy):
                    return True
            elif edge.target not in self.buckets and (
                self.eager or not lazy or self._later() is None or not self.nodes[edge.target].is_output
            ):
                return True
        return False

    def _later(self) -> partial[Again] | None:
        """What makes metadata again: of one script that is a function of its event and hands it on."""
        if self.eager or len(self.staged) != 1:
            return None
        index = self.staged[0]
        operator, outline = self.nodes[index].operator, self.outlines[index]
        if not outline.is_pure or not outline.is_repeatable or not outline.reading.sets_meta:
            return None
        return partial(Again, operator.scripts[IN]) if isinstance(operator, ScriptOperator) else None

    def _is_owner(self, entry: Way) -> bool:
        """Whether the input leads to one script that gains from events that it may change."""
        if len(entry.ends) != 1 or entry.ends[0].target not in self.staged:
            return False
        index = entry.ends[0].target
        outline = self.outlines[index]
        if outline.parts is not None or self.leaves[index] != "made":
            return False
        return in_place(deepcopy(list(outline.statements))) is not None

    # -- the parts of the chain ------------------------------------------------------------------------

    def _stage(self, index: int, slots: dict[str, Slot]) -> Stage:
        node, ways = self.nodes[index], self.ways[index]
        bucket = self._bucket_of(index)
        slot_of = {port: slot.name for port, slot in slots.items()}
        return Stage(
            node,
            ways,
            self.comes[index],
            self.leaves[index],
            slot_of,
            self._counters(index, slots),
            self.nodes[bucket] if bucket is not None else None,
            next((port for port, way in ways.items() if self._is_asking(way)), ""),
            is_timeless=self.outlines[index].is_pure,
        )

    def _counters(self, index: int, slots: dict[str, Slot]) -> dict[str, str]:
        """The ports whose rows are to be counted one by one: all that the slots do not tell."""
        shared = list(slots.values())
        counted: dict[str, str] = {}
        open_ports = 0
        for number, (port, way) in enumerate(self.ways[index].items()):
            if port.startswith("bucket/") or self._is_asking(way):
                continue
            slot = slots.get(port)
            if slot is not None and (not slot.is_rest and shared.count(slot) == 1):
                continue
            open_ports += 1
            if slot is None or open_ports > 1 or not slot.is_rest or self.ways[index] is None:
                counted[port] = f"_count{number}_"
        return counted

    def _ends(self, number: int, index: int, slots: dict[str, Slot]) -> list[End]:
        ends: list[End] = []
        seen: set[str] = set()
        for port, slot in slots.items():
            edges = [edge for edge in self.ways[index][port].ends if edge.target not in self.staged]
            if edges and slot.name not in seen:
                seen.add(slot.name)
                keeps = self.eager or self._later() is None
                ends.append(End(number, slot.name, self.leaves[index], edges, keeps))
        return ends

    def _inputs(self, index: int, slots: dict[int, dict[str, Slot]]) -> list[tuple[int, str]]:
        found: dict[tuple[int, str], None] = {}
        for number, source in enumerate(self.staged):
            for port, slot in slots[source].items():
                if any(edge.target == index for edge in self.ways[source][port].ends):
                    found[number, slot.name] = None
        return list(found)

    def _compiled(
        self,
        cache: dict[tuple[bool, bool, bool], list[Compiled]],
        stages: Sequence[Stage],
        slots: dict[int, dict[str, Slot]],
        mixed: bool,
        framed: bool,
        owned: bool,
    ) -> list[Compiled]:
        """The functions for batches whose rows have different metadata or not, and have frames or not."""
        if (mixed, framed, owned) not in cache:
            with ALONE:
                cache[mixed, framed, owned] = [
                    self._compile(index, stage, slots[index], mixed, framed, owned)
                    for index, stage in zip(self.staged, stages, strict=True)
                ]
        return cache[mixed, framed, owned]

    def _compile(
        self, index: int, stage: Stage, slots: dict[str, Slot], mixed: bool, framed: bool, owned: bool
    ) -> Compiled:
        outline = self.outlines[index]
        is_first = not self._has_stage_before(index)
        wants = {slot.name: False for slot in slots.values()}
        for port, slot in slots.items():
            wants[slot.name] |= self.sets[index] and self._wants_meta(
                self.ways[index][port], framed and not mixed
            )
        made = {
            port: Slot(slot.name, slot.has_event, wants[slot.name], slot.is_rest and not wants[slot.name])
            for port, slot in slots.items()
        }
        exits = self._exits(index, stage, made)
        writing = Writing(
            exits,
            outline.split if len(self.staged) == 1 else 0,
            is_first,
            mixed or (not is_first and self._had_meta(index, framed and not mixed)),
            is_owned=owned and is_first,
            is_json=framed and is_first and self.leaves[index] == "same",
            is_spliced=framed and is_first and self.leaves[index] == "added" and not self._leads_on(index),
            gone=any(slot.is_rest for slot in made.values()),
        )
        try:
            call, writing = outline.function(writing)
        except UnfusableError as error:
            culprit = index
            if stage.bucket is not None and error.is_of_bucket:
                culprit = stage.bucket.index
            raise _NotThisError(culprit, str(error), line_of(outline.emitted, error.line)) from None
        except KeyError as error:
            raise _NotThisError(index, f"it emits to `{error.args[0]}`, which is no port of it") from None
        if stage.bucket is not None and stage.rooms is None:
            operator = stage.bucket.operator
            assert isinstance(operator, BucketGrouper)
            stage.rooms = Rooms(operator, list(writing.groups.values()), writing.is_one)
        return Compiled(
            call, slots_of(writing), writing.results, writing.numbered, is_first, writing.is_mixed
        )

    def _exits(self, index: int, stage: Stage, made: dict[str, Slot]) -> dict[str, Exit | Asking]:
        exits: dict[str, Exit | Asking] = {
            port: Exit(made.get(port), stage.counters.get(port, ""))
            for port, way in self.ways[index].items()
            if not port.startswith("bucket/") and not self._is_asking(way)
        }
        if stage.bucket is not None:
            passed, over = (Exit(made.get(f"bucket/{port}")) for port in (OUT, OVERFLOW))
            exits[stage.asking] = Asking(passed, over)
        return exits

    def _has_stage_before(self, index: int) -> bool:
        return any(
            edge.target == index
            for source in self.staged
            for way in self.ways[source].values()
            for edge in way.ends
        )

    def _leads_on(self, index: int) -> bool:
        """Whether another stage stands behind it."""
        return any(edge.target in self.staged for way in self.ways[index].values() for edge in way.ends)

    def _had_meta(self, index: int, lazy: bool) -> bool:
        """Whether its rows come with metadata of their own."""
        return any(
            self.sets[source] and self._wants_meta(way, lazy)
            for source in self.staged
            for way in self.ways[source].values()
            if any(edge.target == index for edge in way.ends)
        )


def _added(splice: object, came: Came, row: int, event: Value) -> Value:
    """The whole event of a row to which fields were added."""
    batch = came.batch
    if not came.is_framed or batch.raws is None:
        return event
    assert callable(splice)
    return orjson.loads(splice([batch.raws[row]], [came.views[row]], [0], [event])[0])


def _only_passes(node: Node) -> bool:
    operator = node.operator
    if isinstance(operator, Select):
        return operator.only_passes
    return isinstance(operator, Passthrough)
