"""The file of a flow test: what stands in it, where it lies, and reading and writing it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tremor_tui.errors import ConfigError, did_you_mean
from tremor_tui.model.batch import Value
from tremor_tui.model.values import BadJson, from_json, to_json_pretty

SUFFIX = ".test.json"
FOLDER = "tests"
KEYS = ("name", "flow", "deployed", "pipeline", "node", "tags", "in", "out", "ignore")
IN_KEYS = ("value", "meta", "port", "ingest_ns")
TICK_KEYS = ("tick",)
OUT_KEYS = ("port", "value", "meta", "error")


@dataclass(frozen=True, slots=True)
class Entering:
    """An event that enters; `ingest_ns` is when it was read, and the test's clock: 0 leaves that as it is."""

    value: Value
    meta: dict[str, Value]
    port: str = "in"
    ingest_ns: int = 0


@dataclass(frozen=True, slots=True)
class Passing:
    """Time goes on by `ns`, then a tick comes."""

    ns: int


@dataclass(frozen=True, slots=True)
class FlowTest:
    """A test. `file` is where it was read from; `out` are records as they stand in the file."""

    name: str
    flow: str
    deployed: str
    pipeline: str
    node: str = ""
    tags: tuple[str, ...] = ()
    entering: tuple[Entering | Passing, ...] = ()
    out: tuple[dict[str, Value], ...] = ()
    ignore: tuple[str, ...] = ()
    file: Path = Path()

    @property
    def flow_file(self) -> Path:
        """The file that deploys the flow."""
        return Path(os.path.normpath(self.file.parent / self.flow))

    @property
    def subject(self) -> str:
        """What is tested, for people: `enrich/add_note`, or `enrich`."""
        return self.node if self.node.startswith(f"{self.pipeline}/") else f"{self.pipeline}/{self.node}"


def tests_of(flow: Path) -> list[Path]:
    """The files of tests in the folder beside a flow's file, whichever flow they are of."""
    folder = flow.parent / FOLDER
    return find_tests(folder) if folder.is_dir() else []


def find_tests(folder: Path) -> list[Path]:
    """The files of flow tests in a folder and below."""
    return sorted(path for path in folder.rglob(f"*{SUFFIX}") if path.is_file())


def read_test(file: Path) -> FlowTest:
    """The test in a file. Raises ConfigError with the file's name and what is wrong."""
    try:
        found = from_json(file.read_bytes())
    except OSError as error:
        raise ConfigError(f"cannot read `{file}`: {(error.strerror or str(error)).lower()}") from None
    except BadJson as error:
        raise ConfigError(f"{file}: the test is not JSON: {error}", "compare it with one that runs") from None
    return _test(found, file)


def _test(found: Value, file: Path) -> FlowTest:
    record = _record(found, KEYS, f"{file}: the test")
    texts = {key: _text(record, key, file) for key in ("name", "flow", "deployed", "pipeline", "node")}
    for key in ("flow", "pipeline"):
        if not texts[key]:
            raise ConfigError(f"{file}: `{key}` is missing", "it says what is tested", key)
    entering = tuple(_entering(one, file) for one in _list(record, "in", file))
    if not any(isinstance(one, Entering) for one in entering):
        raise ConfigError(f"{file}: `in` has no event", "a test gives at least one", "in")
    out = tuple(_record(one, OUT_KEYS, f"{file}: an entry of `out`") for one in _list(record, "out", file))
    tags, ignore = (tuple(_words(record, key, file)) for key in ("tags", "ignore"))
    texts["name"] = texts["name"] or file.name.removesuffix(SUFFIX)
    return FlowTest(**texts, tags=tags, entering=entering, out=out, ignore=ignore, file=file)


def _entering(found: Value, file: Path) -> Entering | Passing:
    if isinstance(found, dict) and "tick" in found:
        return _passing(_record(found, TICK_KEYS, f"{file}: a tick of `in`")["tick"], file)
    record = _record(found, IN_KEYS, f"{file}: an event of `in`")
    if "value" not in record:
        raise ConfigError(f"{file}: an event of `in` has no `value`", 'write `{"value": …}`', "in")
    meta, ingest = record.get("meta") or {}, record.get("ingest_ns", 0)
    if not isinstance(meta, dict) or type(ingest) is not int:
        raise ConfigError(f"{file}: `meta` is a record and `ingest_ns` an integer", "", "in")
    return Entering(record["value"], meta, _text(record, "port", file) or "in", ingest)


def _passing(ns: Value, file: Path) -> Passing:
    if type(ns) is not int or ns < 0:
        raise ConfigError(
            f"{file}: `tick` is how many nanoseconds pass", 'write `{"tick": 1000000000}`', "in"
        )
    return Passing(ns)


def _record(found: Value, keys: tuple[str, ...], what: str) -> dict[str, Value]:
    if not isinstance(found, dict):
        raise ConfigError(f"{what} is a record", "as in `{…}`")
    for key in found:
        if key not in keys:
            hint = did_you_mean(key, keys, f"known are {', '.join(keys)}")
            raise ConfigError(f"{what} has no key `{key}`", hint, key)
    return found


def _text(record: Mapping[str, Value], key: str, file: Path) -> str:
    value = record.get(key, "")
    if not isinstance(value, str):
        raise ConfigError(f"{file}: `{key}` is a text", "", key)
    return value


def _list(record: Mapping[str, Value], key: str, file: Path) -> list[Value]:
    value = record.get(key, [])
    if not isinstance(value, list):
        raise ConfigError(f"{file}: `{key}` is a list", "", key)
    return value


def _words(record: Mapping[str, Value], key: str, file: Path) -> list[str]:
    found = _list(record, key, file)
    if not all(isinstance(word, str) for word in found):
        raise ConfigError(f"{file}: `{key}` is a list of texts", "", key)
    return found


def written(test: FlowTest, out: tuple[dict[str, Value], ...]) -> str:
    """The text of a test's file that expects `out`; `"name"` is its first key. Raises ValueFault."""
    record: dict[str, Any] = {
        "name": test.name,
        "flow": test.flow,
        "deployed": test.deployed,
        "pipeline": test.pipeline,
        **({"node": test.node} if test.node else {}),
        **({"tags": list(test.tags)} if test.tags else {}),
        "in": [_written(one) for one in test.entering],
        "out": [*out],
    }
    return to_json_pretty(record) + "\n"


def _written(one: Entering | Passing) -> dict[str, Value]:
    if isinstance(one, Passing):
        return {"tick": one.ns}
    port = {"port": one.port} if one.port != "in" else {}
    ingest = {"ingest_ns": one.ingest_ns} if one.ingest_ns else {}
    return {"value": one.value, "meta": one.meta, **port, **ingest}
