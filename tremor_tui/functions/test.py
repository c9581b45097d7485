"""`std::test`: what test scripts call."""

from __future__ import annotations

from tremor_tui.functions.contract import FunctionError, Module
from tremor_tui.model.batch import Value
from tremor_tui.model.context import Context
from tremor_tui.model.values import equal, to_json, to_text

test = Module("test")


@test.function("name", "expected", "got", returns="any", pure=False, context=True)
def assert_(ctx: Context, name: Value, expected: Value, got: Value) -> Value:
    """True where both are equal, else both of them; where tests run, an error."""
    if equal(expected, got):
        return True
    if ctx.assert_raises:
        raise FunctionError(
            f"the assertion {to_text(name)} failed: expected {to_json(expected)}, got {to_json(got)}"
        )
    return [expected, got]
