"""`tremor::chash`: slots for keys that move little when slots are added (jump consistent hashing)."""

from __future__ import annotations

from typing import Final

from tremor_tui.functions.contract import FunctionError, Module, integer_of, text_of
from tremor_tui.model.batch import Value
from tremor_tui.model.values import UINT_MAX, ValueFault, key_text

chash = Module("chash")
KEYS: Final = (8_390_880_576_440_238_080, 128_034_676_764_530)
"""The keys of the hash, `tremor` in ASCII, as upstream has them."""
MAX_SLOTS: Final = 2**32 - 1
_MASK: Final = UINT_MAX


def _turn(word: int, bits: int) -> int:
    return ((word << bits) | (word >> (64 - bits))) & _MASK


def _round(a: int, b: int, c: int, d: int) -> tuple[int, int, int, int]:
    a = (a + b) & _MASK
    b = _turn(b, 13) ^ a
    a = _turn(a, 32)
    c = (c + d) & _MASK
    d = _turn(d, 16) ^ c
    a = (a + d) & _MASK
    d = _turn(d, 21) ^ a
    c = (c + b) & _MASK
    b = _turn(b, 17) ^ c
    return a, b, _turn(c, 32), d


def _sip13(first: int, second: int, octets: bytes) -> int:
    """SipHash-1-3."""
    state = (
        first ^ 0x736F6D6570736575,
        second ^ 0x646F72616E646F6D,
        first ^ 0x6C7967656E657261,
        second ^ 0x7465646279746573,
    )
    whole = len(octets) // 8 * 8
    words = [int.from_bytes(octets[at : at + 8], "little") for at in range(0, whole, 8)]
    words.append(int.from_bytes(octets[whole:], "little") | (len(octets) & 0xFF) << 56)
    for word in words:
        a, b, c, d = _round(state[0], state[1], state[2], state[3] ^ word)
        state = (a ^ word, b, c, d)
    state = (state[0], state[1], state[2] ^ 0xFF, state[3])
    for _ in range(3):
        state = _round(*state)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _slot(first: int, second: int, key: str, slots: int) -> int:
    # Rust hashes a string as its bytes and an end mark
    state = _sip13(first, second, key.encode("utf-8", "surrogatepass") + b"\xff")
    slot, following = -1, 0
    while following < slots:
        slot = following
        state = (state * 2862933555777941757 + 1) & _MASK
        following = int((slot + 1) * (float(1 << 31) / float((state >> 33) + 1)))
    return slot


@chash.function("key", "slot_count", returns="integer", examples=[('chash::jump("badger", 1)', 0)])
def jump(key: Value, slots: Value) -> Value:
    """The slot of a key, from 0 up to, not including, `slot_count`."""
    return _slot(*KEYS, text_of(key, 0), integer_of(slots, 1, 1, MAX_SLOTS))


@chash.function(
    "k1",
    "k2",
    "key",
    "slot_count",
    returns="integer",
    examples=[('chash::jump_with_keys(1, 2, "badger", 1)', 0)],
)
def jump_with_keys(first: Value, second: Value, key: Value, slots: Value) -> Value:
    """The slot of a key, with two numbers that make the hash another one."""
    keys = integer_of(first, 0, 0), integer_of(second, 1, 0)
    return _slot(*keys, text_of(key, 2), integer_of(slots, 3, 1, MAX_SLOTS))


@chash.function(
    "any", returns="string", examples=[('chash::sorted_serialize({"b": 1, "a": 2})', '{"a":2,"b":1}')]
)
def sorted_serialize(value: Value) -> Value:
    """JSON with sorted keys: the same text for equal records."""
    try:
        return key_text(value)
    except ValueFault as error:
        raise FunctionError(str(error), 0) from None
