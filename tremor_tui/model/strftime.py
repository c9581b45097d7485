"""Dates and times as text, by the directives of Rust's `chrono`: `writer(format)` and `reader(format)`.

A moment is nanoseconds since 1970 in UTC, and an offset or zone to show it in. Formats are taken apart once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from tremor_tui.errors import ConfigError
from tremor_tui.model.record import dataclass

SECOND: Final = 1_000_000_000
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHORTHANDS: Final = {
    "D": "%m/%d/%y", "x": "%m/%d/%y", "F": "%Y-%m-%d", "v": "%e-%b-%Y", "R": "%H:%M", "T": "%H:%M:%S",
    "X": "%H:%M:%S", "r": "%I:%M:%S %p", "c": "%a %b %e %H:%M:%S %Y", "h": "%b",
}  # fmt: skip
NUMBERS: Final = {
    # directive: (width, padding)
    "Y": (4, "0"), "C": (2, "0"), "y": (2, "0"), "G": (4, "0"), "g": (2, "0"), "m": (2, "0"), "d": (2, "0"),
    "e": (2, " "), "j": (3, "0"), "U": (2, "0"), "W": (2, "0"), "V": (2, "0"), "w": (1, ""), "u": (1, ""),
    "H": (2, "0"), "k": (2, " "), "I": (2, "0"), "l": (2, " "), "M": (2, "0"), "S": (2, "0"), "f": (9, "0"),
    "s": (1, ""),
}  # fmt: skip
NAMES: Final = "aAbBpP"
FRACTIONS: Final = (".f", ".3f", ".6f", ".9f", "3f", "6f", "9f")
ZONES: Final = ("z", ":z", "::z", ":::z", "#z", "Z", "+")
OTHERS: Final = {"n": "\n", "t": "\t", "%": "%"}
PADDINGS: Final = {"-": "", "_": " ", "0": "0"}
MAX_FORMAT: Final = 1000


@dataclass(frozen=True, slots=True)
class Item:
    """A directive without its `%`, or literal text where `directive` is empty; `padding` None is usual."""

    directive: str
    text: str = ""
    padding: str | None = None


@lru_cache(maxsize=256)
def items(pattern: str) -> tuple[Item, ...]:
    """A format in its parts. Raises ConfigError for an unknown directive."""
    if len(pattern) > MAX_FORMAT:
        raise ConfigError(f"the format has more than {MAX_FORMAT} characters")
    found: list[Item] = []
    at = 0
    while at < len(pattern):
        percent = pattern.find("%", at)
        if percent != at:
            end = len(pattern) if percent < 0 else percent
            found.append(Item("", pattern[at:end]))
            at = end
        else:
            at = _directive(pattern, at, found)
    return tuple(found)


def _directive(pattern: str, at: int, found: list[Item]) -> int:
    """Appends the directive at `at`, with what a shorthand stands for; returns where the text goes on."""
    start = at + 1
    padding = PADDINGS.get(pattern[start : start + 1])
    if padding is not None:
        start += 1
    for length in (4, 3, 2, 1):
        name = pattern[start : start + length]
        if len(name) < length:
            continue
        if name in SHORTHANDS:
            found.extend(items(SHORTHANDS[name]))
        elif name in OTHERS:
            found.append(Item("", OTHERS[name]))
        elif name in NUMBERS or name in FRACTIONS or name in ZONES or (length == 1 and name in NAMES):
            found.append(Item(name, "", padding))
        else:
            continue
        return start + length
    raise ConfigError(
        f"`{pattern[at : at + 2]}` at offset {at} of the format is no directive", "`%%` is a percent sign"
    )


def has_zone(pattern: str) -> bool:
    """Whether texts of this format tell their offset from UTC themselves."""
    return any(item.directive in ("z", ":z", "#z", "Z", "+") for item in items(pattern))


# -- writing -------------------------------------------------------------------------------------------


def moment(nanos: int, zone: tzinfo = UTC) -> tuple[datetime, int]:
    """The local time and the nanoseconds within its second. Raises OverflowError beyond year 9999."""
    seconds, fraction = divmod(nanos, SECOND)
    return (EPOCH + timedelta(seconds=seconds)).astimezone(zone), fraction


def write(pattern: str, nanos: int, zone: tzinfo = UTC) -> str:
    """The moment in the zone, as text. Raises ConfigError and OverflowError."""
    when, fraction = moment(nanos, zone)
    return "".join(_written(item, when, fraction) for item in items(pattern))


def rfc3339(nanos: int, zone: tzinfo = UTC) -> str:
    """For example `2001-07-08T00:34:60.026490+09:30`."""
    when, fraction = moment(nanos, zone)
    return f"{when:%Y-%m-%dT%H:%M:%S}".zfill(19) + _fraction(fraction) + _offset(when, ":z")


def rfc2822(nanos: int, zone: tzinfo = UTC) -> str:
    """For example `Sun, 8 Jul 2001 00:34:59 +0930`."""
    return write("%a, %-d %b %Y %H:%M:%S %z", nanos, zone)


def _written(item: Item, when: datetime, fraction: int) -> str:
    name = item.directive
    if not name:
        return item.text
    if name in NUMBERS:
        width, usual = NUMBERS[name]
        padding = usual if item.padding is None else item.padding
        return _padded(_number(name, when, fraction), width, padding)
    if name in FRACTIONS:
        return _written_fraction(name, fraction)
    if name in ZONES:
        return _written_zone(name, when, fraction)
    return _written_name(name, when)


def _padded(number: int, width: int, padding: str) -> str:
    return str(number).rjust(width, padding) if padding else str(number)


def _number(name: str, when: datetime, fraction: int) -> int:  # noqa: C901 - a table of directives
    iso = when.isocalendar()
    match name:
        case "Y":
            return when.year
        case "C":
            return when.year // 100
        case "y":
            return when.year % 100
        case "G":
            return iso.year
        case "g":
            return iso.year % 100
        case "m":
            return when.month
        case "d" | "e":
            return when.day
        case "j":
            return when.timetuple().tm_yday
        case "U":
            return (when.timetuple().tm_yday + 6 - when.isoweekday() % 7) // 7
        case "W":
            return (when.timetuple().tm_yday + 6 - when.weekday()) // 7
        case "V":
            return iso.week
        case "w":
            return when.isoweekday() % 7
        case "u":
            return when.isoweekday()
        case _:
            return _time_number(name, when, fraction)


def _time_number(name: str, when: datetime, fraction: int) -> int:
    match name:
        case "H" | "k":
            return when.hour
        case "I" | "l":
            return (when.hour + 11) % 12 + 1
        case "M":
            return when.minute
        case "S":
            return when.second
        case "f":
            return fraction
        case _:
            return (when - EPOCH) // timedelta(seconds=1)


def _written_name(name: str, when: datetime) -> str:
    match name:
        case "a":
            return DAYS[when.weekday()][:3]
        case "A":
            return DAYS[when.weekday()]
        case "b":
            return MONTHS[when.month - 1][:3]
        case "B":
            return MONTHS[when.month - 1]
        case "p":
            return "AM" if when.hour < 12 else "PM"
        case _:
            return "am" if when.hour < 12 else "pm"


def _written_fraction(name: str, fraction: int) -> str:
    digits = f"{fraction:09}"
    match name:
        case ".f":
            return _fraction(fraction)
        case ".3f" | ".6f" | ".9f":
            return "." + digits[: int(name[1])]
        case _:
            return digits[: int(name[0])]


def _fraction(fraction: int) -> str:
    """Nothing for whole seconds, else 3, 6 or 9 digits after a point."""
    digits = f"{fraction:09}"
    if not fraction:
        return ""
    return "." + (digits[:3] if fraction % 1_000_000 == 0 else digits[:6] if fraction % 1000 == 0 else digits)


def _written_zone(name: str, when: datetime, fraction: int) -> str:
    if name == "+":
        return f"{when.year:04}{when:-%m-%dT%H:%M:%S}" + _fraction(fraction) + _offset(when, ":z")
    if name == "Z":
        return when.tzname() or _offset(when, ":z")
    return _offset(when, name)


def _offset(when: datetime, name: str) -> str:
    seconds = round((when.utcoffset() or timedelta()).total_seconds())
    sign = "-" if seconds < 0 else "+"
    hours, rest = divmod(abs(seconds), 3600)
    minutes, seconds = divmod(rest, 60)
    match name:
        case ":z":
            return f"{sign}{hours:02}:{minutes:02}"
        case "::z":
            return f"{sign}{hours:02}:{minutes:02}:{seconds:02}"
        case ":::z":
            return f"{sign}{hours:02}"
        case _:
            return f"{sign}{hours:02}{minutes:02}"
