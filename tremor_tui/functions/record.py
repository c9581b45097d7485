"""`std::record`: values by key. Every function returns a new value and leaves its argument alone."""

from __future__ import annotations

from tremor_tui.functions.contract import FunctionError, Module, array_of, record_of, text_of
from tremor_tui.model.batch import Value
from tremor_tui.model.values import to_text

record = Module("record")


@record.function("record", returns="integer", examples=[('record::len({"a": 1})', 1)])
def len_(given: Value) -> Value:
    """How many keys it has."""
    return len(record_of(given, 0))


@record.function("record", returns="bool", examples=[("record::is_empty({})", True)])
def is_empty(given: Value) -> Value:
    """Whether it has no keys."""
    return not record_of(given, 0)


@record.function("record", "key", returns="bool", examples=[('record::contains({"a": null}, "a")', True)])
def contains(given: Value, key: Value) -> Value:
    """Whether it has the key; `present the_record[key]` is quicker."""
    return text_of(key, 1) in record_of(given, 0)


@record.function("record", returns="array", examples=[('record::keys({"a": 1, "b": 2})', ["a", "b"])])
def keys(given: Value) -> Value:
    """Its keys."""
    return list(record_of(given, 0))


@record.function("record", returns="array", examples=[('record::values({"a": 1, "b": 2})', [1, 2])])
def values(given: Value) -> Value:
    """Its values."""
    return list(record_of(given, 0).values())


@record.function("record", returns="array", examples=[('record::to_array({"a": 1})', [["a", 1]])])
def to_array(given: Value) -> Value:
    """Pairs of key and value."""
    return [[key, value] for key, value in record_of(given, 0).items()]


@record.function("array", returns="record", examples=[('record::from_array([["a", 1]])', {"a": 1})])
def from_array(given: Value) -> Value:
    """The record of pairs of key and value."""
    made = {}
    for pair in array_of(given, 0):
        if type(pair) is not list or len(pair) != 2:
            raise FunctionError(f"the array must hold pairs, but holds {to_text(pair)}", 0)
        if type(pair[0]) is not str:
            raise FunctionError(f"the first of a pair must be a string, not {to_text(pair[0])}", 0)
        made[pair[0]] = pair[1]
    return made


@record.function(
    "record",
    "array",
    returns="record",
    examples=[('record::extract({"a": 1, "b": 2, "c": 3}, ["a", "c"])', {"a": 1, "c": 3})],
)
def extract(given: Value, wanted: Value) -> Value:
    """The record with the named keys alone."""
    names = {name for name in array_of(wanted, 1) if type(name) is str}
    return {key: value for key, value in record_of(given, 0).items() if key in names}


@record.function(
    "left",
    "right",
    returns="record",
    examples=[('record::combine({"a": 1, "b": 1}, {"b": 2})', {"a": 1, "b": 2})],
)
def combine(left: Value, right: Value) -> Value:
    """The keys of both; where both have one, the right one counts. `left + right` is quicker."""
    return record_of(left, 0) | record_of(right, 1)


@record.function(
    "target",
    "changes",
    returns="record",
    examples=[('record::rename({"a": 1, "b": 2}, {"a": "c"})', {"c": 1, "b": 2})],
)
def rename(given: Value, changes: Value) -> Value:
    """The record with the keys of `changes` renamed to its values."""
    names = record_of(changes, 1)
    renamed = {}
    for key, value in record_of(given, 0).items():
        name = names.get(key)
        renamed[name if type(name) is str else key] = value
    return renamed
