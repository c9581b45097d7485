"""`dataclass` as the standard library has it, made in a fraction of the time: for classes that are many.

    from tremor_tui.model.record import dataclass

The standard one compiles six functions for each class as it is defined, needed or not; with the some two
hundred classes of the language that was a third of the time that `run` takes to its first event. Here
equality, hash, text and the refusal of changes are shared functions, and `__init__` is compiled when the
first object is made. `fields`, `replace` and `is_dataclass` work as ever. There is no `order`, `init=False`
of a class, or `InitVar`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

_MISSING: Final = dataclasses.MISSING
_UNGIVEN: Final = object()

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(
        cls: type | None = None,
        /,
        *,
        frozen: bool = False,
        slots: bool = False,
        eq: bool = True,
        kw_only: bool = False,
    ) -> Any:
        """The decorator; its options mean what they do in `dataclasses`."""

        def decorate(cls: type) -> type:
            own = cls.__dict__
            made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)(cls)
            for name, function in _methods(made, own, frozen=frozen, eq=eq).items():
                setattr(made, name, function)
            return made

        return decorate if cls is None else decorate(cls)


def _methods(cls: type, own: Any, *, frozen: bool, eq: bool) -> dict[str, Any]:
    """What the class gets: nothing that it defines itself."""
    every = dataclasses.fields(cls)
    made: dict[str, Any] = {"__init__": _first_init(cls, frozen)}
    made["__repr__"] = _repr([field.name for field in every if field.repr])
    if eq:
        values = _getter([field.name for field in every if field.compare])
        made["__eq__"] = _eq(values)
        made["__hash__"] = _hash(values) if frozen else None
    if frozen:
        made |= _frozen(cls, frozenset(field.name for field in every))
    if own.get("__hash__") is None:  # a class that defines `__eq__` alone has None there
        own = {name: value for name, value in own.items() if name != "__hash__"}
    return {name: function for name, function in made.items() if name not in own}


def _first_init(cls: Any, frozen: bool) -> Callable[..., None]:
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        made = _init(cls, frozen)
        cls.__init__ = made
        made(self, *args, **kwargs)

    return init


def _init(cls: type, frozen: bool) -> Callable[..., None]:
    """The function that fills an object, compiled."""
    names: dict[str, Any] = {"_set": object.__setattr__, "_UNGIVEN": _UNGIVEN}
    head, keywords, body = ["self"], list[str](), list[str]()
    for field in dataclasses.fields(cls):
        name, value = field.name, field.name
        names[f"_of_{name}"] = field.default if field.default_factory is _MISSING else field.default_factory
        has_default = field.default is not _MISSING or field.default_factory is not _MISSING
        if field.default_factory is not _MISSING:
            value = f"_of_{name}() if {name} is _UNGIVEN else {name}" if field.init else f"_of_{name}()"
            default = "_UNGIVEN"
        else:
            value = name if field.init else f"_of_{name}"
            default = f"_of_{name}"
        if field.init:
            (keywords if field.kw_only else head).append(f"{name}={default}" if has_default else name)
        elif not has_default:
            continue
        body.append(f"_set(self, {name!r}, {value})" if frozen else f"self.{name} = {value}")
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    parameters = ", ".join([*head, *(["*", *keywords] if keywords else [])])
    exec(f"def __init__({parameters}):\n " + "\n ".join(body or ["pass"]), names)
    made: Callable[..., None] = names["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """The values of some fields as a tuple."""
    if not names:
        return lambda self: ()
    # with one name alone there would be no tuple
    get: Callable[[Any], tuple[Any, ...]] = attrgetter(*(names if len(names) > 1 else names * 2))
    return get


def _repr(names: list[str]) -> Callable[[Any], str]:
    def text(self: Any) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{type(self).__qualname__}({shown})"

    return text


def _eq(values: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any, object], Any]:
    def equals(self: Any, other: object) -> Any:
        if type(other) is not type(self):
            return NotImplemented
        return values(self) == values(other)

    return equals


def _hash(values: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any], int]:
    return lambda self: hash(values(self))


def _frozen(cls: Any, names: frozenset[str]) -> dict[str, Any]:
    """What refuses changes, and what copies need all the same."""

    def assign(self: Any, name: str, value: object) -> None:
        if type(self) is cls or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)

    def delete(self: Any, name: str) -> None:
        if type(self) is cls or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)

    return {
        "__setattr__": assign,
        "__delattr__": delete,
        "__getstate__": _state,
        "__setstate__": _set_state,
    }


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
