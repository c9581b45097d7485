"""`std::datetime`: moments and calendars.

A datetime is an integer, nanoseconds since 1970 in UTC, or a record `{timestamp, tz}` with a zone to show it
in: the number or name of an IANA zone, or an offset such as `+01:00`.
"""

from __future__ import annotations

from datetime import UTC, tzinfo
from datetime import datetime as Moment  # noqa: N812 - `datetime` is the module of functions here

from tremor_tui.errors import ConfigError
from tremor_tui.functions.contract import FunctionError, Module, refuse, text_of
from tremor_tui.model import strftime
from tremor_tui.model.batch import Value
from tremor_tui.model.strptime import BadTime, reader
from tremor_tui.model.timezones import zone

datetime = Module("datetime")
HALF = "994518299026490708"


def _zone(wanted: Value) -> tzinfo:
    if type(wanted) is not int and type(wanted) is not str:
        raise FunctionError("a time zone is the number or name of one, or an offset such as `+01:00`")
    try:
        return zone(wanted)
    except ValueError as error:
        raise FunctionError(str(error)) from None


def _datetime(value: Value) -> tuple[int, tzinfo]:
    """The moment and the zone to show it in."""
    if type(value) is int:
        return value, UTC
    if type(value) is not dict:
        raise refuse(value, "a datetime: nanoseconds, or a record with `timestamp` and `tz`", 0)
    nanos = value.get("timestamp")
    if type(nanos) is not int:
        raise FunctionError("the record has no integer `timestamp`", 0)
    return nanos, _zone(value["tz"]) if "tz" in value else UTC


def _moment(value: Value) -> tuple[Moment, int]:
    # 64 bits of nanoseconds end in the year 2554, so no calendar overflows
    return strftime.moment(*_datetime(value))


@datetime.function(
    "string",
    "format",
    returns="integer",
    examples=[('datetime::parse("1970-01-01 00:00:01", "%Y-%m-%d %H:%M:%S")', 1_000_000_000)],
)
def parse(text: Value, pattern: Value) -> Value:
    """The moment that a text tells in the format, in UTC where the text tells no offset."""
    try:
        return reader(text_of(pattern, 1))(text_of(text, 0))
    except BadTime as error:
        raise FunctionError(f"the string is not in this format: {error}", 0) from None
    except ConfigError as error:
        raise FunctionError(error.message, 1) from None


@datetime.function(
    "datetime", "format", returns="string", examples=[(f'datetime::format({HALF}, "%d/%m/%y")', "07/07/01")]
)
def format_(value: Value, pattern: Value) -> Value:
    """The datetime as text."""
    shape = text_of(pattern, 1)
    try:
        return strftime.write(shape, *_datetime(value))
    except ConfigError as error:
        raise FunctionError(error.message, 1) from None


@datetime.function(
    "datetime",
    returns="string",
    examples=[(f"datetime::rfc3339({HALF})", "2001-07-07T15:04:59.026490708+00:00")],
)
def rfc3339(value: Value) -> Value:
    """The datetime as RFC 3339 writes it."""
    return strftime.rfc3339(*_datetime(value))


@datetime.function(
    "datetime", returns="string", examples=[(f"datetime::rfc2822({HALF})", "Sat, 7 Jul 2001 15:04:59 +0000")]
)
def rfc2822(value: Value) -> Value:
    """The datetime as RFC 2822 writes it."""
    return strftime.rfc2822(*_datetime(value))


@datetime.function(
    "utc_nanos",
    "timezone",
    returns="record",
    examples=[('datetime::with_timezone(1, "+01:00")', {"timestamp": 1, "tz": "+01:00"})],
)
def with_timezone(value: Value, wanted: Value) -> Value:
    """The datetime shown in another zone."""
    _zone(wanted)
    nanos = value.get("timestamp") if type(value) is dict else value
    if type(nanos) is not int:
        raise refuse(value, "a datetime: nanoseconds, or a record with `timestamp` and `tz`", 0)
    return {"timestamp": nanos, "tz": wanted}


@datetime.function("datetime", returns="integer", examples=[(f"datetime::year({HALF})", 2001)])
def year(value: Value) -> Value:
    """The year."""
    return _moment(value)[0].year


@datetime.function("datetime", returns="integer", examples=[(f"datetime::month({HALF})", 7)])
def month(value: Value) -> Value:
    """The month, from 1."""
    return _moment(value)[0].month


@datetime.function("datetime", returns="integer", examples=[(f"datetime::iso_week({HALF})", 27)])
def iso_week(value: Value) -> Value:
    """The week as ISO 8601 counts them, from 1."""
    return _moment(value)[0].isocalendar().week


@datetime.function("datetime", returns="integer", examples=[(f"datetime::day_of_month({HALF})", 7)])
def day_of_month(value: Value) -> Value:
    """The day of the month, from 1."""
    return _moment(value)[0].day


@datetime.function("datetime", returns="integer", examples=[(f"datetime::day_of_year({HALF})", 188)])
def day_of_year(value: Value) -> Value:
    """The day of the year, from 1."""
    return _moment(value)[0].timetuple().tm_yday


@datetime.function("datetime", returns="integer", examples=[(f"datetime::hour({HALF})", 15)])
def hour(value: Value) -> Value:
    """The hour, from 0 to 23."""
    return _moment(value)[0].hour


@datetime.function("datetime", returns="integer", examples=[(f"datetime::minute({HALF})", 4)])
def minute(value: Value) -> Value:
    """The minute, from 0."""
    return _moment(value)[0].minute


@datetime.function("datetime", returns="integer", examples=[(f"datetime::second({HALF})", 59)])
def second(value: Value) -> Value:
    """The second, from 0."""
    return _moment(value)[0].second


@datetime.function("datetime", returns="integer", examples=[(f"datetime::subsecond_millis({HALF})", 26)])
def subsecond_millis(value: Value) -> Value:
    """The whole milliseconds within the second."""
    return _moment(value)[1] // 1_000_000


@datetime.function("datetime", returns="integer", examples=[(f"datetime::subsecond_micros({HALF})", 26490)])
def subsecond_micros(value: Value) -> Value:
    """The whole microseconds within the second."""
    return _moment(value)[1] // 1000


@datetime.function("datetime", returns="integer", examples=[(f"datetime::subsecond_nanos({HALF})", 26490708)])
def subsecond_nanos(value: Value) -> Value:
    """The nanoseconds within the second."""
    return _moment(value)[1]
