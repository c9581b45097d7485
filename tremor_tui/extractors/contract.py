"""What an extractor must do: prepare a rule once, then test strings against it.

Only strings are inspected; any other value does not match. No error surfaces at run time: no match.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tremor_tui.model.batch import Value
from tremor_tui.registry import Registry

NO_MATCH: Final[Any] = type("NoMatch", (), {"__repr__": lambda self: "NO_MATCH", "__slots__": ()})()
"""What `extract` returns where the value does not match (None is a value: JSON's null)."""

Extract = Callable[[Value, Any], Value]
"""`extract(value, ctx) -> result | NO_MATCH`. `ctx` is the event's Context, used by few."""
Prepare = Callable[[str], Extract]
"""Makes the test of one rule. Raises ConfigError with a sentence: a compile error at the rule's place."""

Test = Callable[[Value, Any], bool]
"""`test(value, ctx) -> whether it matches`, for places where the result is not wanted."""


def with_test(extract: Extract, test: Test) -> Extract:
    """The extractor with a quicker (or, for `rerg`, different) test of its own for `bare_test`."""
    extract.test = test  # type: ignore[attr-defined]
    return extract


def bare_test(extract: Extract) -> Test:
    """The test alone: what `when x ~ extractor|rule|` needs where nothing is bound."""
    own: Test | None = getattr(extract, "test", None)
    return own or (lambda value, ctx: extract(value, ctx) is not NO_MATCH)


extractors: Registry[Prepare] = Registry("tremor_tui.extractors", "extractor")
extractor = extractors.register
