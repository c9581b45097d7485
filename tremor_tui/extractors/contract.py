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

extractors: Registry[Prepare] = Registry("tremor_tui.extractors", "extractor")
extractor = extractors.register
