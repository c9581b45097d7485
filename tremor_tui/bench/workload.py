"""The workload: 100 log events made from a seed, and the query that classifies and limits them.

The events have the shape of those of tremor's json-throughput benchmark, and the query its meaning; both are
our own. A class is found in four steps, of which the first that matches decides:

1. `application` app1 to app5: one class with a rate for each; it sets `$dimension`
2. `index_type` applog_app6 or syslog_app1
3. `tags` has "tag1"
4. `index_type` syslog_app3 to 6; else the class "default"

The bucket reads `$dimensions`, so app1 to app5 share one window and whichever of them makes it fixes its
rate. That is a slip of the published benchmark, and kept.

Skewed data leave 84 of 100 events at step 1, as published. Even data spread over all 13 branches. Text is
skewed, and `about` is not ASCII. Each has 63,000 bytes within 1,000, and the counts are asserted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from random import Random
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import orjson

from tremor_tui.control.bench import Data, Script

Event = dict[str, Any]
Lines = tuple[bytes, ...]

COUNT: Final = 100
BYTES: Final = 63_000
WITHIN: Final = 1_000
SHORT, LONG = 100, 560
"""Characters of `about`; bytes where it is not ASCII."""
APPS: Final[Mapping[str, int]] = MappingProxyType(
    {"app1": 1250, "app2": 2500, "app3": 18750, "app4": 750, "app5": 18750}
)
"""Step 1, with the rates."""
KINDS: Final[Mapping[str, tuple[int, str]]] = MappingProxyType(
    {"applog_app6": (4500, "logger_name"), "syslog_app1": (2500, "syslog_hostname")}
)
"""Step 2, with the rates and what `$dimensions` are."""
TAG, TAG_RATE = "tag1", 125
LATE: Final[Mapping[str, int]] = MappingProxyType(
    {"syslog_app3": 1750, "syslog_app4": 7500, "syslog_app5": 125, "syslog_app6": 3750}
)
"""Step 4."""
DEFAULT_RATE: Final = 250
OTHERS = ("applog_app3", "applog_app4", "applog_app5", "edilog", "sqlserverlog")
TYPES = (*KINDS, *LATE, *OTHERS)
BRANCHES = (*APPS, *KINDS, TAG, *LATE, "default")
SKEWED: Final[Mapping[str, int]] = MappingProxyType(
    {"app1": 13, "app2": 20, "app3": 16, "app4": 21, "app5": 14}
    | {"applog_app6": 2, "syslog_app1": 3, TAG: 8, "syslog_app4": 1, "default": 2}
)
"""How many events leave by which branch."""
EVEN: Final[Mapping[str, int]] = MappingProxyType(dict(Counter(BRANCHES[n % 13] for n in range(COUNT))))
LATIN: Final = """
lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore
magna aliqua enim ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea
"""
WORLD: Final = """
größer naïve façade señor Übermaß δίκτυο καλημέρα данные журнал событие データ 処理 記録 日志 事件 שלום سجل
ログ – … € 🚀 lorem ipsum dolor
"""


@cache
def lines(data: Data = "skewed", seed: int = 1) -> Lines:
    """The events as compact JSON, one to a line, without line feeds."""
    made = tuple(orjson.dumps(event) for event in events(data, seed))
    assert abs(sum(map(len, made)) - BYTES) <= WITHIN
    return made


def events(data: Data, seed: int) -> list[Event]:
    """The events, shuffled by the seed; their branches are asserted."""
    random = Random(f"{data} {seed}")
    counts = EVEN if data == "even" else SKEWED
    branches = [branch for branch, count in counts.items() for _ in range(count)]
    random.shuffle(branches)
    made = [_event(branch, random) for branch in branches]
    _write_about(made, (WORLD if data == "text" else LATIN).split(), random)
    assert Counter(map(branch_of, made)) == counts
    return made


def branch_of(event: Event) -> str:
    """The branch by which an event leaves: an application, an index type, "tag1" or "default"."""
    if event["application"] in APPS:
        return str(event["application"])
    kind = str(event["index_type"])
    if kind in KINDS:
        return kind
    if TAG in event["tags"]:
        return TAG
    return kind if kind in LATE else "default"


def _event(branch: str, random: Random) -> Event:
    return {
        "about": "",
        "guid": str(UUID(int=random.getrandbits(128), version=4)),
        "abool": random.random() < 0.5,
        "aint": random.randint(20, 40),
        "short_message": random.choice(("INFO", "info", "ERROR", "error", "warn")),
        "tags": _tags(branch, random),
        "array": list(range(10)),
        "index_type": _index_type(branch, random),
        "logger_name": f"logger{random.randint(1, 3)}",
        "syslog_hostname": f"host{random.randint(1, 6)}",
        "application": branch if branch in APPS else f"app{random.randint(6, 10)}",
        "type": random.choice(("syslog", "sillylog", "applog")),
        "doc-type": "doc",
    }


def _tags(branch: str, random: Random) -> list[str]:
    first = 1 if branch in APPS or branch in KINDS else 2
    tags = [f"tag{random.randint(first, 5)}" for _ in range(random.randint(3, 5))]
    if branch == TAG:
        tags[random.randrange(len(tags))] = TAG
    return tags


def _index_type(branch: str, random: Random) -> str:
    if branch in TYPES:
        return branch
    if branch in APPS:
        return random.choice(TYPES)
    return random.choice(OTHERS if branch == "default" else (*LATE, *OTHERS))


def _write_about(made: Sequence[Event], words: Sequence[str], random: Random) -> None:
    """Gives each event a text, such that all events together have the size that they should have."""
    wanted = BYTES - sum(len(orjson.dumps(event)) for event in made)
    sizes = [random.uniform(SHORT, LONG) for _ in made]
    scale = (wanted - SHORT * len(made)) / (sum(sizes) - SHORT * len(made))
    for event, size in zip(made, sizes, strict=True):
        event["about"] = _sentences(min(LONG, SHORT + (size - SHORT) * scale), words, random)


def _sentences(size: float, words: Sequence[str], random: Random) -> str:
    """Sentences of about so many bytes."""
    text = ""
    while len(text.encode()) < size - 4:
        sentence = " ".join(random.choice(words) for _ in range(random.randint(5, 12))).capitalize()
        text += f"{sentence}. "
    cut = text.encode()[: int(size)].decode(errors="ignore").rstrip(" .")
    return f"{cut}."


# -- the query -----------------------------------------------------------------------------------------

HEAD: Final[Mapping[Script, str]] = MappingProxyType(
    {
        "classify": "",
        "keys": "",
        "change": """    let event = patch event of
      erase "array";
      move "short_message" => "level";
      insert "place" => {"host": event.syslog_hostname, "logger": event.logger_name}
    end;
""",
    }
)
"""What each script does before it classifies."""


@cache
def query(script: Script = "classify", ports: str = "out, overflow") -> str:
    """A pipeline's statements: the script, the bucket, and both of its ports led out.

    `ports` names where what passes and what is over go: `out, overflow`, or `out, out`.
    """
    passed, over = ports.split(", ")
    return f"""define script classify
script
{_script(script)}
end;
define operator limit from grouper::bucket;
create script classify;
create operator limit;
select event from in into classify;
select event from classify into limit;
select event from limit into {passed};
select event from limit/overflow into {over};
"""


def _script(script: Script) -> str:
    adds = script == "keys"
    first = [
        _case("application", app, "applog_app1", rate, "dimension", "application", adds)
        for app, rate in APPS.items()
    ]
    second = [
        _case("index_type", kind, kind, rate, "dimensions", key, adds) for kind, (rate, key) in KINDS.items()
    ]
    last = [
        _case("index_type", kind, kind, rate, "dimensions", "syslog_hostname", adds, ends=False)
        for kind, rate in LATE.items()
    ]
    tag = _set("syslog_app2", TAG_RATE, "dimensions", "syslog_hostname", adds)
    rest = _set("default", DEFAULT_RATE, "", "", adds, ends=False)
    return f"""    use std::array;
{HEAD[script]}    match event of
{"".join(first)}      case _ => null
    end;
    match event of
{"".join(second)}      case _ => null
    end;
    match array::contains(event.tags, "{TAG}") of
      case true =>
{tag}      case _ => null
    end;
    match event of
{"".join(last)}      case _ =>
{rest}    end;
    event"""


def _case(
    field: str, value: str, name: str, rate: int, meta: str, key: str, adds: bool, ends: bool = True
) -> str:
    return f'      case %{{ {field} == "{value}" }} =>\n{_set(name, rate, meta, key, adds, ends)}'


def _set(name: str, rate: int, meta: str, key: str, adds: bool, ends: bool = True) -> str:
    statements = [f'let $class = "{name}"', f"let $rate = {rate}"]
    if meta:
        statements.append(f"let ${meta} = event.{key}")
    if adds:
        statements += [f'let event.class = "{name}"', f"let event.rate = {rate}"]
    if ends:
        statements.append("emit event")
    return ";\n".join(f"        {statement}" for statement in statements) + "\n"
