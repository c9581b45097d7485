"""Cron expressions with seconds first: when is the next time that one names, in UTC?

    second minute hour day-of-month month day-of-week [year]

Each field is `*`, `?`, a number, a name (JAN, MON), a range `a-b`, any of them with `/step`, or a list.
Sunday is day 1 of the week. A day must fit both the month's field and the week's.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from typing import Final

from tremor_tui.errors import ConfigError
from tremor_tui.model.record import dataclass

_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_RANGES: Final = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2100))
_NAMES: Final = ("second", "minute", "hour", "day of month", "month", "day of week", "year")
_SHORT: Final = {
    "@yearly": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 1",
    "@daily": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}


@dataclass(frozen=True, slots=True)
class Cron:
    """A parsed expression: the allowed numbers of each field."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    years: tuple[int, ...]

    def after(self, moment: datetime) -> datetime | None:
        """The first time after `moment` (UTC) that fits, or None where there is none."""
        start = moment.replace(microsecond=0) + timedelta(seconds=1)
        day = start
        while day is not None:
            if self._fits(day) and (found := self._on(day)) is not None:
                return found
            following = self._next_day(day)
            if following is None:
                return None
            day = following
        return None

    def _fits(self, day: datetime) -> bool:
        weekday = day.isoweekday() % 7 + 1
        return (
            day.year in self.years
            and day.month in self.months
            and day.day in self.days
            and weekday in self.weekdays
        )

    def _on(self, start: datetime) -> datetime | None:
        """The first time on that day, not before `start`."""
        for hour in self.hours:
            for minute in self.minutes if hour >= start.hour else ():
                if (hour, minute) < (start.hour, start.minute):
                    continue
                for second in self.seconds:
                    if (hour, minute, second) >= (start.hour, start.minute, start.second):
                        return start.replace(hour=hour, minute=minute, second=second)
        return None

    def _next_day(self, day: datetime) -> datetime | None:
        """The start of the next day in a month and year that fit; None after the last year."""
        year, month, number = day.year, day.month, day.day + 1
        if number > monthrange(year, month)[1] or month not in self.months or year not in self.years:
            number, month = 1, month + 1
            while month <= 12 and month not in self.months:
                month += 1
            if month > 12:
                later = [one for one in self.years if one > year]
                if not later:
                    return None
                year, month = later[0], self.months[0]
        return datetime(year, month, number, tzinfo=UTC)


def parse(text: str) -> Cron:
    """Reads an expression. Raises ConfigError that names the field at fault."""
    fields = _SHORT.get(text.strip(), text).split()
    if len(fields) not in (6, 7):
        raise ConfigError(
            f"`{text}` is no cron expression: it has {len(fields)} fields, not 6 or 7",
            "second minute hour day-of-month month day-of-week [year]",
            "entries",
        )
    fields += ["*"] * (7 - len(fields))
    return Cron(*(_field(field, index, text) for index, field in enumerate(fields)))


def _field(text: str, index: int, whole: str) -> tuple[int, ...]:
    found: set[int] = set()
    for part in text.split(","):
        try:
            found |= _part(part, index)
        except ValueError:
            low, high = _RANGES[index]
            raise ConfigError(
                f"`{part}` is no {_NAMES[index]} in the cron expression `{whole}`",
                f"numbers from {low} to {high}, `*`, ranges `a-b`, steps `/n`, and lists",
                "entries",
            ) from None
    return tuple(sorted(found))


def _part(text: str, index: int) -> set[int]:
    low, high = _RANGES[index]
    span, slash, step_text = text.partition("/")
    step = int(step_text) if slash else 1
    if span in ("*", "?"):
        first, last = low, high
    else:
        start, dash, end = span.partition("-")
        first = _number(start, index)
        last = _number(end, index) if dash else high if slash else first
    if step < 1 or not low <= first <= last <= high:
        raise ValueError(text)
    return set(range(first, last + 1, step))


def _number(text: str, index: int) -> int:
    names = {4: _MONTHS, 5: _DAYS}.get(index, ())
    short = text[:3].upper()
    if text.isalpha() and short in names:
        return names.index(short) + 1
    return int(text)
