"""Random numbers that are the same everywhere."""

import pytest

from tremor_tui.model.rng import SmallRng


def test_the_same_seed_draws_the_same() -> None:
    assert [SmallRng(7).u64() for _ in range(3)] == [SmallRng(7).u64()] * 3
    assert SmallRng(7).u64() != SmallRng(8).u64()


@pytest.mark.parametrize("size", [1, 2, 3, 10**6, 2**63, 2**64 - 1])
def test_numbers_stay_below_their_bound(size: int) -> None:
    rng = SmallRng(1)
    assert all(0 <= rng.below(size) < size for _ in range(200))


def test_all_numbers_below_a_small_bound_come_up() -> None:
    rng = SmallRng(1)
    assert {rng.below(6) for _ in range(300)} == set(range(6))
    assert {rng.bool() for _ in range(50)} == {True, False}


def test_floats_stay_between_their_ends() -> None:
    rng = SmallRng(3)
    assert all(0 <= rng.unit() < 1 for _ in range(200))
    assert all(-2 <= rng.between(-2, 3) < 3 for _ in range(200))


def test_letters_and_bytes_have_their_length() -> None:
    text = SmallRng(5).letters(50)
    assert len(text) == 50
    assert text.isalnum()
    assert text.isascii()
    assert len(SmallRng(5).octets(13)) == 13
