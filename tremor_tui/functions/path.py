"""`std::path`: looking up what may be missing."""

from __future__ import annotations

from tremor_tui.functions.contract import Module, array_of, refuse
from tremor_tui.model.batch import Value

path = Module("path")


@path.function(
    "base",
    "segments",
    "otherwise",
    returns="any",
    examples=[
        ('path::try_default({"a": [1, 2]}, ["a", 1], 0)', 2),
        ('path::try_default({"a": [1, 2]}, ["b", 1], 0)', 0),
    ],
)
def try_default(base: Value, segments: Value, otherwise: Value) -> Value:
    """What is found in `base` by the keys and indices in turn, or `otherwise` where one is missing."""
    if base is None:
        return otherwise
    if type(base) is not dict and type(base) is not list:
        raise refuse(base, "a record, an array or null", 0)
    here = base
    for segment in array_of(segments, 1):
        in_record = type(here) is dict and type(segment) is str and segment in here
        if not in_record and not _in_array(here, segment):
            return otherwise
        here = here[segment]
    return here


def _in_array(here: Value, segment: Value) -> bool:
    return type(here) is list and type(segment) is int and 0 <= segment < len(here)
