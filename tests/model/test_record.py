from __future__ import annotations

import copy
import dataclasses
import pickle
import subprocess
import sys
from typing import Any, ClassVar

import pytest

from tremor_tui.model.record import dataclass


@dataclass(frozen=True, slots=True)
class Base:
    """The first two fields."""

    kind: ClassVar[str] = "base"
    a: int
    b: str = "b"


@dataclass(frozen=True, slots=True)
class Derived(Base):
    """And more."""

    c: list[int] = dataclasses.field(default_factory=list)
    hidden: int = dataclasses.field(default=0, compare=False, repr=False)
    made: int = dataclasses.field(init=False, default=7)


@dataclasses.dataclass(frozen=True, slots=True)
class PlainBase:
    kind: ClassVar[str] = "base"
    a: int
    b: str = "b"


@dataclasses.dataclass(frozen=True, slots=True)
class Plain(PlainBase):
    c: list[int] = dataclasses.field(default_factory=list)
    hidden: int = dataclasses.field(default=0, compare=False, repr=False)
    made: int = dataclasses.field(init=False, default=7)


@dataclass
class Loose:
    """Neither frozen nor slotted."""

    a: int
    seen: list[int] = dataclasses.field(default_factory=list, kw_only=True)

    def __post_init__(self) -> None:
        self.seen.append(self.a)


@dataclass(frozen=True)
class Own:
    """Has its own equality and text."""

    a: int

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Own)

    def __repr__(self) -> str:
        return "own"


@dataclass(slots=True, eq=False)
class Same:
    """Equal to itself alone."""

    a: int = 1


def test_objects_are_as_those_of_the_standard_library() -> None:
    for arguments in ((1,), (1, "x"), (1, "x", [2]), (1, "x", [2], 3)):
        ours, theirs = Derived(*arguments), Plain(*arguments)
        assert repr(ours) == repr(theirs).replace("Plain", "Derived")
        assert [getattr(ours, f.name) for f in dataclasses.fields(ours)] == list(dataclasses.astuple(theirs))
    assert Derived.__match_args__ == Plain.__match_args__
    assert Derived.__slots__ == Plain.__slots__


def test_what_is_compared_decides_about_equality_and_hash() -> None:
    assert Derived(1, hidden=1) == Derived(1, hidden=2)
    assert Derived(1) != Derived(2)
    assert Base(1) != Derived(1)
    assert hash(Base(1)) == hash(PlainBase(1)) == hash((1, "b"))
    assert Same() != Same()
    with pytest.raises(TypeError):
        hash(Loose(1))


def test_a_frozen_object_refuses_changes() -> None:
    one: Any = Derived(1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.a = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del one.a
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.other = 2
    assert one.a == 1


@pytest.mark.parametrize("arguments", [(), (1, 2, 3, 4, 5, 6)])
def test_arguments_are_checked(arguments: tuple[int, ...]) -> None:
    with pytest.raises(TypeError, match="argument"):
        Derived(*arguments)  # type: ignore[arg-type]


def test_each_object_has_its_own_defaults_and_is_finished_by_its_class() -> None:
    assert Derived(1).c is not Derived(1).c
    assert Loose(3).seen == [3]
    assert Loose(3, seen=[1]).seen == [1, 3]


def test_what_a_class_defines_stays() -> None:
    assert Own(1) == Own(2)
    assert repr(Own(1)) == "own"


def test_the_first_object_may_be_one_of_a_class_below() -> None:
    @dataclass
    class Above:
        a: int

    class Below(Above):
        pass

    assert Below(2).a == 2
    assert Above(3).a == 3
    assert Below(4).a == 4


def test_copies_and_pickles_are_whole() -> None:
    one = Derived(1, "x", [2], 3)
    for other in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert (other, other.hidden, other.made) == (one, 3, 7)
    assert dataclasses.replace(one, a=5) == Derived(5, "x", [2])


def test_a_match_sees_the_fields() -> None:
    match Derived(1, "x"):
        case Derived(a, b):
            assert (a, b) == (1, "x")


def test_many_classes_are_defined_in_a_fraction_of_the_time() -> None:
    code = """
import time, dataclasses
from tremor_tui.model.record import dataclass as quick

def spent(make):
    start = time.process_time()
    for _ in range(100):
        body = {"__annotations__": {"a": int, "b": str}, "__doc__": "A"}
        make(frozen=True, slots=True)(type("A", (), body))
    return time.process_time() - start

print(min(spent(dataclasses.dataclass) for _ in range(3)) / min(spent(quick) for _ in range(3)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) > 3
