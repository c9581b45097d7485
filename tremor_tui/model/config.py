"""The `config` record of a plug-in: what its settings are (`Field`), and reading them (`Settings`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tremor_tui.errors import ConfigError, did_you_mean
from tremor_tui.model.batch import Value
from tremor_tui.model.record import dataclass
from tremor_tui.model.values import type_name


@dataclass(frozen=True, slots=True)
class Field:
    """One configuration key: what it means, its type, default and check, for help and forms.

    `type` is a type name of `values.type_name`, several joined by `|`. `choices` bounds a string, `minimum`
    and `maximum` a number. `example` is a value to begin with, where there is no default.
    """

    name: str
    type: str
    doc: str
    default: Value = None
    required: bool = False
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    example: Value = None

    def fits(self, value: Value) -> bool:
        """Whether a value has one of its types; an integer is a float too."""
        kinds, found = self.type.replace(" ", "").split("|"), type_name(value)
        return found in kinds or "any" in kinds or ("float" in kinds and found == "integer")


class Settings:
    """The settings of the plug-in called `owner`. Every reader raises ConfigError naming the key.

    Call `done` after the last reader: it refuses what nobody asked for.
    """

    def __init__(self, config: Mapping[str, Value] | None, owner: str) -> None:
        self.config = dict(config or {})
        self.owner = owner
        self.known: list[str] = []

    def text(self, key: str, default: str | None = None) -> str:
        """A string."""
        value = self._take(key, default)
        if isinstance(value, str):
            return value
        raise self.bad(key, "a string", value)

    def choice(self, key: str, choices: Sequence[str], default: str | None = None) -> str:
        """One of some strings."""
        value = self.text(key, default)
        if value in choices:
            return value
        hint = did_you_mean(value, list(choices))
        raise ConfigError(f"`{value}` is not a {key} of {self.owner}", hint, key)

    def integer(self, key: str, default: int | None = None, low: int = 0, high: int | None = None) -> int:
        """An integer from `low` up to `high`, both included."""
        value = self._take(key, default)
        wanted = f"an integer of at least {low}" if high is None else f"an integer from {low} to {high}"
        if type(value) is not int or value < low or (high is not None and value > high):
            raise self.bad(key, wanted, value)
        return value

    def flag(self, key: str, default: bool) -> bool:
        """A bool."""
        value = self._take(key, default)
        if isinstance(value, bool):
            return value
        raise self.bad(key, "true or false", value)

    def bad(self, key: str, wanted: str, value: Value) -> ConfigError:
        """The error that says what a setting must be."""
        if value is None:
            return ConfigError(f"{self.owner} needs the setting `{key}`: {wanted}", "", key)
        given = f"{value}" if isinstance(value, (bool, int, float)) else f"a {type_name(value)}"
        return ConfigError(f"`{key}` of {self.owner} must be {wanted}, not {given.lower()}", "", key)

    def done(self) -> None:
        """Raises ConfigError where a setting is left that nobody read."""
        for key in self.config:
            if key not in self.known:
                raise ConfigError(
                    f"{self.owner} has no setting `{key}`",
                    did_you_mean(key, self.known, "" if self.known else "it has no settings"),
                    key,
                )

    def _take(self, key: str, default: Value) -> Value:
        self.known.append(key)
        value = self.config.get(key)
        return default if value is None else value
