"""A small random number generator that gives the same numbers for the same seed on every machine.

Xoshiro256++, seeded and sampled as Rust's `rand` 0.8 does for `SmallRng`, so that tremor scripts draw the
same numbers here and there. Not for secrets.
"""

from __future__ import annotations

from typing import Final

_MASK: Final = (1 << 64) - 1
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class SmallRng:
    """Draws from one seed, an integer of 64 bits."""

    __slots__ = ("_state",)

    def __init__(self, seed: int) -> None:
        self._state = _spread(seed & _MASK)

    def u64(self) -> int:
        """An integer of 64 bits."""
        a, b, c, d = self._state
        total = (a + d) & _MASK
        result = (((total << 23) | (total >> 41)) + a) & _MASK
        shifted = (b << 17) & _MASK
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = ((d << 45) | (d >> 19)) & _MASK
        self._state = (a, b, c, d)
        return result

    def u32(self) -> int:
        """An integer of 32 bits."""
        return self.u64() >> 32

    def bool(self) -> bool:
        """Heads or tails."""
        return bool(self.u32() >> 31)

    def below(self, size: int) -> int:
        """An integer from 0 up to, not including, `size`, which is less than 2^64."""
        zone = ((size << (64 - size.bit_length())) - 1) & _MASK
        while True:
            product = self.u64() * size
            if product & _MASK <= zone:
                return product >> 64

    def unit(self) -> float:
        """A float from 0 up to, not including, 1."""
        return (self.u64() >> 11) * 2.0**-53

    def between(self, low: float, high: float) -> float:
        """A float from `low` up to, not including, `high`."""
        scale = high - low
        while True:
            number = (self.u64() >> 12) * 2.0**-52 * scale + low
            if number < high:
                return number

    def letters(self, count: int) -> str:
        """So many ASCII letters and digits."""
        drawn: list[str] = []
        while len(drawn) < count:
            index = self.u32() >> 26
            if index < len(_LETTERS):
                drawn.append(_LETTERS[index])
        return "".join(drawn)

    def octets(self, count: int) -> bytes:
        """So many bytes."""
        drawn = b"".join(self.u64().to_bytes(8, "little") for _ in range((count + 7) // 8))
        return drawn[:count]


def _spread(seed: int) -> tuple[int, int, int, int]:
    """Four words of state from one, by PCG32."""
    words = []
    for _ in range(8):
        seed = (seed * 6364136223846793005 + 11634580027462260723) & _MASK
        mixed = (((seed >> 18) ^ seed) >> 27) & 0xFFFFFFFF
        turn = seed >> 59
        words.append(((mixed >> turn) | (mixed << (32 - turn))) & 0xFFFFFFFF)
    low_high = [words[i] | words[i + 1] << 32 for i in range(0, 8, 2)]
    return low_high[0], low_high[1], low_high[2], low_high[3]
