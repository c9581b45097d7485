from __future__ import annotations

import msgspec
import pytest

from tremor_tui.control.limits import RULES, Limits, decode, problems


def test_the_usual_limits_are_within_their_own_bounds() -> None:
    assert problems(Limits()) == []
    assert {rule.field for rule in RULES} == set(Limits.__struct_fields__)


@pytest.mark.parametrize("changed", [{"stall_ms": 1}, {"queue_fill": 1.2}, {"error_share": float("nan")}])
def test_a_limit_out_of_its_bounds_is_named_with_them(changed: dict[str, float]) -> None:
    (words,) = problems(Limits(**changed))

    assert "takes" in words


def test_limits_are_read_back_as_they_were_written() -> None:
    limits = Limits(stall_ms=20, queue_s=5)

    assert decode(msgspec.json.encode(limits)) == limits


@pytest.mark.parametrize("text", [b"", b"[]", b'{"stall_ms": "x"}', b'{"stall_ms": 0}'])
def test_a_file_that_holds_no_limits_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(text)
