"""What the keywords of the language mean, each with an example, for whoever stands on one."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import dedent

_TEXT = """
absent: absent PATH
    True where the path is missing.

        match event of case %{ absent id } => drop
and: LEFT and RIGHT
    True where both are; the right side is looked at only where the left is true.
args: args.NAME
    An argument of this definition, as `with` gives it or by its default.
as: use PATH as NAME
    The module under another name.

        use std::datetime as dt;
by: group by EXPR
    Keeps a window for each value of the expression.

        group by event.host
case: case PATTERN when GUARD => EXPR
    The first case that fits decides.

        case %{ level == "error" } when event.code > 499 => event
connect: connect SOURCE to TARGET
    A link of a flow; ports may be named.

        connect /connector/in to /pipeline/main;
connector: define connector NAME from KIND with … end
    A door to the outside.
const: const NAME = EXPR
    A value that is known when the text is compiled.

        const LIMIT = 5;
copy: copy "KEY" => "KEY"
    In a `patch`: the second key gets the value of the first.
create: create KIND NAME from DEFINITION with … end
    Makes what was defined a part of this graph.
default: default "KEY" => VALUE
    In a `patch` the value where the key is missing; in a match `case _`.
define: define KIND NAME …
    Describes a connector, pipeline, operator, script, window or flow.
deploy: deploy flow NAME from DEFINITION
    Starts a flow under a name.
drop: drop
    Ends with this event: nothing leaves.

        match event of case %{ absent id } => drop
each: group by each(EXPR)
    A group for each element of the list.
emit: emit EXPR => "PORT"
    Ends here: the value, or the event as it is, leaves by a port.

        emit event => "err"
erase: erase "KEY"
    In a `patch`: the record without the key.
event: event
    The event at hand. A path below it that is missing is an error: `present` tests for it.
flow: define flow NAME flow … end
    What is deployed: connectors, pipelines and the links between.
fn: fn NAME(ARGS) with … end
    A function of this text.

        fn double(a) with a * 2 end;
for: for EXPR of case (KEY, VALUE) => EXPR end
    Goes over a list or record; gives a list.

        for event.tags of case (i, tag) => tag end
from: select EXPR from STREAM
    Where events come from, or what a thing is made from.
group: group
    The groups that a windowed select is at, as a list.
having: having EXPR
    Lets only those results of a `select` go on for which this is true.
insert: insert "KEY" => VALUE
    In a `patch`: a key that must not be there yet.
into: into STREAM/PORT
    Where results of a `select` go; in a `for`, what is begun with.
intrinsic: intrinsic fn NAME(ARGS) as PATH
    A function that the host provides.
let: let PATH = EXPR
    Assigns a variable, or a part of the event, of `$` or of the state.
match: match EXPR of case … end
    Gives the value of the first case that fits; have a `case _` for what is left.

        match event of
          case %{ present id } => event
          case _ => emit event => "err"
        end
merge: merge EXPR of RECORD end
    Puts the second record over the first; null takes a key away.
mod: mod NAME with … end
    A module within this text.
move: move "KEY" => "KEY"
    In a `patch`: another name for a key.
not: not EXPR
    True where the expression is false.
of: match EXPR of
    Begins the cases of a match, a `for`, a `patch`.
operator: define operator NAME from KIND with … end
    A node that is none of ours to write: batching, throttling, breakers.
or: LEFT or RIGHT
    True where one is; the right side is looked at only where the left is false.
patch: patch EXPR of insert "KEY" => VALUE end
    A changed copy of a record.

        patch event of erase "secret" end
pipeline: define pipeline NAME pipeline … end
    A graph that events pass, from `in` to `out`.
present: present PATH
    True where the path is there.

        case _ when present event.user.id => event
recur: recur(ARGS)
    Calls the function that this stands in once more, as its last step.
script: define script NAME script … end
    Statements that are run for each event of a pipeline.
select: select EXPR from STREAM[WINDOW] where … group by … into STREAM having …
    Moves events on, changed, filtered or summed up.

        select event from in into out;
set: set { … }
    Groups by several values.
sliding: define window NAME from sliding
    Not supported by tremor yet: use `tumbling`.
state: state
    What this script keeps from event to event; null at first.

        let state = event.id;
stream: create stream NAME
    A named junction of a pipeline.
to: connect SOURCE to TARGET
    Names the end of a link.
tumbling: define window NAME from tumbling with size = N end
    Windows that follow each other without a gap: by `size` in events or `interval` in nanoseconds.
update: update "KEY" => VALUE
    In a `patch`: another value for a key that must be there.
upsert: upsert "KEY" => VALUE
    In a `patch`: a value for a key, there or not.
use: use PATH
    Makes a module known by its last name.

        use std::string;
when: case PATTERN when GUARD
    Lets a case fit only where the guard is true, too.
where: where EXPR
    Lets only those events into a `select` for which this is true.
window: define window NAME from tumbling with … end
    The span that aggregates of a `select` cover.
with: with KEY = VALUE, … end
    Settings of what is defined; of a function, its body.
xor: LEFT xor RIGHT
    True where exactly one is.
true: true
    The truth value.
false: false
    The other truth value.
null: null
    The value of nothing; a path that is null is there.
$: $.NAME
    The metadata of the event; it goes with it from node to node.
"""


def _entries() -> Iterator[tuple[str, tuple[str, str]]]:
    heads = [line for line in _TEXT.splitlines() if line and not line.startswith(" ")]
    for head in heads:
        word, _, form = head.partition(": ")
        rest = _TEXT.partition(f"\n{head}\n")[2].splitlines()
        end = next((at for at, line in enumerate(rest) if line and not line.startswith(" ")), len(rest))
        yield word, (form, dedent("\n".join(rest[:end])).strip())


WORDS = dict(_entries())
"""Each word: its form, and what it does as Markdown."""
