"""Reading dates and times from text, by the directives of Rust's `chrono` (`strftime.py` lists them).

A reader collects what the text says, field by field, and then resolves it to nanoseconds since 1970. What
the text says twice must agree; what is missing and cannot be concluded is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final

from tremor_tui.model.strftime import DAYS, EPOCH, MONTHS, SECOND, Item, has_zone, items

WIDTHS: Final = {
    "Y": 4, "G": 4, "C": 2, "y": 2, "g": 2, "m": 2, "d": 2, "e": 2, "j": 3, "U": 2, "W": 2, "V": 2, "w": 1,
    "u": 1, "H": 2, "k": 2, "I": 2, "l": 2, "M": 2, "S": 2, "f": 9, "s": 19,
}  # fmt: skip
SAME: Final = {"e": "d", "k": "H", "l": "I"}
RANGES: Final = {
    "m": (1, 12), "d": (1, 31), "j": (1, 366), "U": (0, 53), "W": (0, 53), "V": (1, 53), "w": (0, 6),
    "u": (1, 7), "H": (0, 23), "I": (1, 12), "M": (0, 59), "S": (0, 60),
}  # fmt: skip


class BadTime(Exception):  # noqa: N818 - reads as what happened
    """The text is not a time of this format; the message says what is wrong and where."""


Read = Callable[[str], int]


@lru_cache(maxsize=256)
def reader(pattern: str) -> Read:
    """A function from text to nanoseconds since 1970. Raises ConfigError for an unknown directive.

    The function raises BadTime. Without a directive for the offset the text is taken for UTC.
    """
    parts = items(pattern)
    zoned = has_zone(pattern)

    def read(text: str) -> int:
        scan = _Scan(text)
        for item in parts:
            scan.item(item)
        if scan.at != len(text):
            raise BadTime(f"there is more text than the format has, from offset {scan.at} on")
        return _resolve(scan.fields, zoned)

    return read


class _Scan:
    """One text, what was read of it, and what it said."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.fields: dict[str, int] = {}

    def item(self, item: Item) -> None:
        name = item.directive
        if not name:
            self.literal(item.text)
        elif name in WIDTHS:
            self.number(name)
        elif name in ("a", "A"):
            self.put("u", self.name(DAYS) + 1)
        elif name in ("b", "B"):
            self.put("m", self.name(MONTHS) + 1)
        elif name in ("p", "P"):
            self.half()
        elif name.endswith("f"):
            self.fraction(name)
        else:
            self.zone(name)

    def fail(self, wanted: str) -> BadTime:
        return BadTime(f"{wanted} is missing at offset {self.at}")

    def put(self, name: str, value: int) -> None:
        if self.fields.setdefault(name, value) != value:
            raise BadTime("the text contradicts itself")

    def literal(self, text: str) -> None:
        """Blanks fit any number of blanks, anything else itself."""
        for letter in text:
            if letter.isspace():
                self.skip_blanks()
            elif self.text.startswith(letter, self.at):
                self.at += 1
            else:
                raise self.fail(f"`{letter}`")

    def skip_blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def digits(self, least: int, most: int) -> str:
        end = self.at
        while end < len(self.text) and end - self.at < most and "0" <= self.text[end] <= "9":
            end += 1
        if end - self.at < least:
            raise self.fail("a number" if least == 1 else f"a number of {least} digits")
        digits = self.text[self.at : end]
        self.at = end
        return digits

    def number(self, name: str) -> None:
        self.skip_blanks()
        sign = self.text[self.at : self.at + 1]
        signed = name in "YGs" and sign in ("+", "-") and sign != ""
        self.at += signed
        value = int(self.digits(1, 19 if signed else WIDTHS[name]))
        name = SAME.get(name, name)
        low, high = RANGES.get(name, (0, 10**19))
        if not low <= value <= high:
            raise BadTime(f"{value} is out of range before offset {self.at}")
        if name == "w":
            name, value = "u", value or 7
        self.put(name, -value if signed and sign == "-" else value)

    def name(self, names: tuple[str, ...]) -> int:
        """A name of a day or month, in full or its first three letters, in any case."""
        rest = self.text[self.at : self.at + 9].lower()
        for index, name in enumerate(names):
            if rest.startswith(name[:3].lower()):
                self.at += len(name) if rest.startswith(name.lower()) else 3
                return index
        raise self.fail("a name")

    def half(self) -> None:
        half = self.text[self.at : self.at + 2].lower()
        if half not in ("am", "pm"):
            raise self.fail("`AM` or `PM`")
        self.at += 2
        self.put("p", int(half == "pm"))

    def fraction(self, name: str) -> None:
        if name[0] == ".":
            if not self.text.startswith(".", self.at):
                return
            self.at += 1
            digits = self.digits(1, 1000)[:9]
        else:
            width = int(name[0])
            digits = self.digits(width, width)
        self.put("f", int(digits.ljust(9, "0")))

    def zone(self, name: str) -> None:
        if name == "+":
            self.rfc3339()
        elif name == "Z":
            while self.at < len(self.text) and not self.text[self.at].isspace():
                self.at += 1
        else:
            self.skip_blanks()
            self.offset(minutes_optional=name in ("#z", ":::z"))

    def offset(self, minutes_optional: bool = False) -> None:
        if minutes_optional and self.text[self.at : self.at + 1] in ("Z", "z"):
            self.at += 1
            self.put("z", 0)
            return
        sign = self.text[self.at : self.at + 1]
        if sign not in ("+", "-", "\u2212") or not sign:
            raise self.fail("`+` or `-`")
        self.at += 1
        hours = int(self.digits(2, 2))
        if self.text.startswith(":", self.at):
            self.at += 1
        elif minutes_optional and not self.text[self.at : self.at + 1].isdigit():
            self.put("z", (1 if sign == "+" else -1) * hours * 3600)
            return
        minutes = int(self.digits(2, 2))
        if minutes > 59:
            raise BadTime(f"the offset's minutes are out of range before offset {self.at}")
        self.put("z", (1 if sign == "+" else -1) * (hours * 3600 + minutes * 60))

    def rfc3339(self) -> None:
        for part in ("Y", "-", "m", "-", "d", "T", "H", ":", "M", ":", "S"):
            if part in WIDTHS:
                self.number(part)
            elif part == "T" and self.text[self.at : self.at + 1] in ("t", " "):
                self.at += 1
            else:
                self.literal(part)
        self.fraction(".f")
        if self.text[self.at : self.at + 1] in ("Z", "z"):
            self.at += 1
            self.put("z", 0)
        else:
            self.offset()


# -- from fields to a moment ---------------------------------------------------------------------------


def _resolve(fields: dict[str, int], zoned: bool) -> int:
    offset = fields.get("z")
    if zoned and offset is None:
        raise BadTime("the text does not tell its offset from UTC; a zone's name does not")
    fraction = fields.get("f", 0)
    if "s" in fields and "Y" not in fields:
        return fields["s"] * SECOND + fraction
    try:
        day = _date(fields)
        when = datetime(day.year, day.month, day.day, tzinfo=UTC)
        seconds = (when - EPOCH) // timedelta(seconds=1) + _time(fields) - (offset or 0)
    except (ValueError, OverflowError):
        raise BadTime("there is no such date") from None
    if fields.get("s", seconds) != seconds:
        raise BadTime("the text contradicts itself")
    return seconds * SECOND + fraction


def _time(fields: dict[str, int]) -> int:
    hour = fields.get("H")
    if hour is None:
        if "I" not in fields or "p" not in fields:
            raise BadTime("the text does not tell the hour")
        hour = fields["I"] % 12 + 12 * fields["p"]
    elif fields.get("I", hour % 12) % 12 != hour % 12 or fields.get("p", hour // 12) != hour // 12:
        raise BadTime("the text contradicts itself")
    if "M" not in fields:
        raise BadTime("the text does not tell the minute")
    if "f" in fields and "S" not in fields:
        raise BadTime("the text does not tell the second")
    return hour * 3600 + fields["M"] * 60 + fields.get("S", 0)


def _date(fields: dict[str, int]) -> date:
    day = _day_of(fields)
    checks = {
        "m": day.month, "d": day.day, "j": day.timetuple().tm_yday, "u": day.isoweekday(),
        "V": day.isocalendar().week, "G": day.isocalendar().year, "C": day.year // 100, "y": day.year % 100,
    }  # fmt: skip
    if any(fields.get(name, value) != value for name, value in checks.items()):
        raise BadTime("the text contradicts itself")
    return day


def _day_of(fields: dict[str, int]) -> date:
    year = _year(fields, "Y", "y")
    if year is not None and "m" in fields and "d" in fields:
        return date(year, fields["m"], fields["d"])
    if year is not None and "j" in fields:
        return date(year, 1, 1) + timedelta(days=fields["j"] - 1)
    weekday = fields.get("u")
    if year is not None and weekday and "U" in fields:
        return _by_week(year, fields["U"], weekday % 7, 6)
    if year is not None and weekday and "W" in fields:
        return _by_week(year, fields["W"], weekday - 1, 0)
    iso = _year(fields, "G", "g")
    if iso is not None and weekday and "V" in fields:
        return date.fromisocalendar(iso, fields["V"], weekday)
    raise BadTime("the text does not tell the date")


def _year(fields: dict[str, int], full: str, short: str) -> int | None:
    """The year, of four digits or of two, where 70 to 99 are the past century's."""
    if full in fields:
        return fields[full]
    if short not in fields:
        return None
    if full == "Y" and "C" in fields:
        return fields["C"] * 100 + fields[short]
    return fields[short] + (1900 if fields[short] >= 70 else 2000)


def _by_week(year: int, week: int, day: int, first: int) -> date:
    """The day of a week; week 1 starts at the year's first `first` (0 is Monday)."""
    start = date(year, 1, 1)
    start += timedelta(days=(first - start.weekday()) % 7)
    return start + timedelta(days=(week - 1) * 7 + day)
