"""Placing: which executor runs a flow, and when a flow goes to another one.

`rules.py`   pure: the executor for a new flow, and which flow goes where, with the reason in words
`stays.py`   why a flow is not moved by itself
`loads.py`   what executors and flows take, read from the last pictures
`moving.py`  one flow on its way
`mover.py`   the part of the engine that looks once a second, keeps the last moves, and obeys `MoveFlow`

All tasks of a flow run on one executor, so no event crosses a process inside a flow. There is one executor
for each usable core; its process begins with the first flow that is placed on it.

**Placing.** A new flow goes to the executor with the least load, at equal load to the one with the fewest
flows; what was placed in the last two seconds counts though no picture shows its load yet. Flows of a file
with a `metrics` connector stay together, as measurements do not leave their executor.

**Moving.** Only where one executor has been overloaded (90 % of a core) and another idle (below 50 %) for
5 s, where that helps: of the flows that may go, the one that leaves the two most equal, and only if the
busier of them is then 10 % below what the overloaded one was. After a move nothing moves for 30 s, and that
flow not for two minutes. So a flow that needs a whole core by itself never wanders.

**What does not move by itself:** a flow that is not running, whose new version is watched or is being put
live, in which a break is set, while the engine records, and one with a part that cannot be handed over.
The reason is in every picture. `MoveFlow` moves what stands still only because of the recording or the times.

**How.** The old executor holds the sources and waits until all that was read has left the sinks. In one turn
of its loop it then takes down where each source and sink is, what preprocessors hold of an unfinished frame,
ids, counters, and the state of each node (`runtime/handing.py`); the flow ends there, and its sinks close.
The supervisor keeps what was taken down until the new executor says that the flow runs. If that cannot start
it, it begins again where it was; if it dies, the flow begins with what was taken down. So an event is
neither lost nor doubled, but for what a crash itself would lose or double.

A part goes on elsewhere if it says how (`Movable` in `connectors/contract.py`): files (regular ones; a
compressed one does not, as its decompressor cannot be handed over), `bench` as a source, `metronome`,
`crononome`, `null`, `exit`, and the log of an engine. Standard input, the meter of a `bench` sink and
`metrics` stay. Every operator's state goes along, windows with their groups included.
"""
