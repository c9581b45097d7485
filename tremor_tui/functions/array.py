"""`std::array`: lists of values. Every function returns a new array and leaves its argument alone."""

from __future__ import annotations

from tremor_tui.functions.contract import FunctionError, Module, array_of, sized, text_of
from tremor_tui.model.batch import Value
from tremor_tui.model.values import display, equal, sort_key, to_text

array = Module("array")


@array.function("array", returns="array", examples=[("array::sort([2, 1.5, 1])", [1, 1.5, 2])])
def sort(given: Value) -> Value:
    """In ascending order: records, arrays, strings and binaries, numbers, bools, null."""
    return sorted(array_of(given, 0), key=sort_key)


@array.function("array", returns="array", examples=[("array::reverse([1, 2])", [2, 1])])
def reverse(given: Value) -> Value:
    """From the last element to the first."""
    return array_of(given, 0)[::-1]


@array.function("array", returns="integer", examples=[("array::len([1, 2])", 2)])
def len_(given: Value) -> Value:
    """How many elements it has."""
    return len(array_of(given, 0))


@array.function("array", returns="bool", examples=[("array::is_empty([])", True)])
def is_empty(given: Value) -> Value:
    """Whether it has no elements."""
    return not array_of(given, 0)


@array.function("array", "element", returns="bool", examples=[("array::contains([1, 2], 2)", True)])
def contains(given: Value, element: Value) -> Value:
    """Whether an element equals `element`."""
    items = array_of(given, 0)
    if type(element) is str:
        return element in items or (bytes in map(type, items) and _holds_bytes(items, element))
    return any(equal(item, element) for item in items)


def _holds_bytes(items: list[Value], text: str) -> bool:
    return text.encode("utf-8", "surrogatepass") in items


@array.function("array", "element", returns="array", examples=[("array::push([1], 2)", [1, 2])])
def push(given: Value, element: Value) -> Value:
    """The array with one more element at its end; `array + [element]` is quicker."""
    return sized([*array_of(given, 0), element])


@array.function(
    "left", "right", returns="array", examples=[('array::zip([1, 2], ["a", "b"])', [[1, "a"], [2, "b"]])]
)
def zip_(left: Value, right: Value) -> Value:
    """Pairs of the elements at the same place. Both must have the same length."""
    first, second = array_of(left, 0), array_of(right, 1)
    if len(first) != len(second):
        raise FunctionError(f"the arrays have {len(first)} and {len(second)} elements, not as many each")
    return [list(pair) for pair in zip(first, second, strict=True)]


@array.function(
    "array", returns="array", examples=[('array::unzip([[1, "a"], [2, "b"]])', [[1, 2], ["a", "b"]])]
)
def unzip(given: Value) -> Value:
    """Two arrays: the first and the second elements of the pairs."""
    pairs = array_of(given, 0)
    for pair in pairs:
        if type(pair) is not list:
            raise FunctionError(f"the array must hold pairs, but holds {to_text(pair)}", 0)
        if len(pair) != 2:
            raise FunctionError(f"the array must hold pairs, but holds {len(pair)} elements in one", 0)
    return [[pair[0] for pair in pairs], [pair[1] for pair in pairs]]


@array.function("array", returns="array", examples=[("array::flatten([[1, [2]], 3])", [1, 2, 3])])
def flatten(given: Value) -> Value:
    """All elements that are no arrays, on one level. Any other value becomes an array of itself."""
    if type(given) is not list:
        return [given]
    flat: list[Value] = []
    todo = [iter(given)]
    while todo:
        for item in todo[-1]:
            if type(item) is list:
                todo.append(iter(item))
                sized(flat)
                break
            flat.append(item)
        else:
            todo.pop()
    return flat


@array.function(
    "array", "string", returns="string", examples=[('array::join([1, "a", null], "-")', "1-a-null")]
)
def join(given: Value, separator: Value) -> Value:
    """The elements as text with the separator in between."""
    items = array_of(given, 0)
    return sized(text_of(separator, 1).join([item if type(item) is str else display(item) for item in items]))


@array.function("array", returns="array", examples=[("array::coalesce([1, null, 2])", [1, 2])])
def coalesce(given: Value) -> Value:
    """The elements that are not null."""
    return [item for item in array_of(given, 0) if item is not None]


@array.function("left", "right", returns="array", examples=[("array::concatenate([1], [2, 3])", [1, 2, 3])])
def concatenate(left: Value, right: Value) -> Value:
    """The elements of both; `left + right` is quicker."""
    return sized(array_of(left, 0) + array_of(right, 1))
