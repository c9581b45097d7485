"""Retry: decides when a connector that lost its outside is opened again, and when that is over."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, Final

from tremor_tui.errors import ConfigError, did_you_mean
from tremor_tui.model.record import dataclass

_KEYS: Final = ("interval_ms", "growth_rate", "max_retries", "randomized")
_LONGEST_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Policy:
    """Pauses start at `interval_s` and grow by `growth`; `retries` None means for ever.

    A `randomized` pause lies between the plain one and that times 1.5.
    """

    interval_s: float = 1.0
    growth: float = 1.0
    retries: int | None = 1
    randomized: bool = False


ONCE: Final = Policy()
"""What holds where a connector says nothing: one more attempt, a second later."""
FOR_EVER: Final = Policy(retries=None, randomized=True)
"""What holds for files and the like: a full disk is emptied some time."""


def policy(reconnect: Mapping[str, Any] | None, is_local: bool) -> Policy:
    """The policy of a connector's `reconnect` record. Raises ConfigError."""
    if reconnect is None:
        return FOR_EVER if is_local else ONCE
    if set(reconnect) - {"retry"}:
        raise ConfigError(
            "`reconnect` has one key, `retry`", 'as in {"retry": {"interval_ms": 100}}', "reconnect"
        )
    retry = reconnect.get("retry")
    if not isinstance(retry, Mapping):
        raise ConfigError("`retry` in `reconnect` must be a record", "", "reconnect")
    for key in retry:
        if key not in _KEYS:
            raise ConfigError(f"`retry` has no setting `{key}`", did_you_mean(key, _KEYS), "reconnect")
    return Policy(
        _number(retry, "interval_ms", 1000.0, 1.0) / 1000,
        _number(retry, "growth_rate", 1.5, 1.0),
        None if retry.get("max_retries") is None else int(_number(retry, "max_retries", 0, 0)),
        retry.get("randomized") is not False,
    )


def _number(retry: Mapping[str, Any], key: str, default: float, low: float) -> float:
    value = retry.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < low:
        raise ConfigError(f"`{key}` of `retry` must be a number of at least {low:g}", "", "reconnect")
    return float(value)


class Retry:
    """The attempts of one connector since it was last connected."""

    def __init__(self, rule: Policy, seed: str = "") -> None:
        self.rule = rule
        self.attempts = 0
        self._random = Random(seed)

    def next_pause(self) -> float | None:
        """Seconds until the next attempt, or None: give up."""
        rule = self.rule
        if rule.retries is not None and self.attempts >= rule.retries:
            return None
        pause = min(rule.interval_s * rule.growth ** min(self.attempts, 64), _LONGEST_S)
        self.attempts += 1
        return pause * self._random.uniform(1.0, 1.5) if rule.randomized else pause

    def reset(self) -> None:
        """It is connected and works."""
        self.attempts = 0
