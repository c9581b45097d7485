"""Formats of dates and times, both ways, and the zones they are shown in."""

from datetime import UTC, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tremor_tui
from tremor_tui.errors import ConfigError
from tremor_tui.model import strftime
from tremor_tui.model.strptime import BadTime, reader
from tremor_tui.model.timezones import NAMES, constant, zone

MOMENT = 994518299026490708
"""Saturday, 7 July 2001, 15:04:59.026490708 UTC."""


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("%Y-%m-%d %H:%M:%S%.f", "2001-07-07 15:04:59.026490708"),
        ("%+", "2001-07-07T15:04:59.026490708+00:00"),
        ("%c", "Sat Jul  7 15:04:59 2001"),
        ("%e|%-d|%_m|%0e|%j", " 7|7| 7|07|188"),
        ("%U|%W|%V|%G|%g|%u|%w", "26|27|27|2001|01|6|6"),
        ("%p %P|%I|%l|%k|%-I", "PM pm|03| 3|15|3"),
        ("%f %.3f %3f %6f %9f %.6f %s", "026490708 .026 026 026490 026490708 .026490 994518299"),
        ("%z %:z %::z %:::z %#z %Z", "+0000 +00:00 +00:00:00 +00 +0000 UTC"),
        ("%a %A %b %B %h %C %y %%", "Sat Saturday Jul July Jul 20 01 %"),
        ("%D %x %F %v", "07/07/01 07/07/01 2001-07-07  7-Jul-2001"),
        ("%R %T %X %r%n%t", "15:04 15:04:59 15:04:59 03:04:59 PM\n\t"),
    ],
)
def test_a_moment_is_written(pattern: str, text: str) -> None:
    assert strftime.write(pattern, MOMENT) == text


def test_the_same_moment_in_other_zones() -> None:
    assert strftime.rfc3339(MOMENT, zone("Europe/Berlin")) == "2001-07-07T17:04:59.026490708+02:00"
    assert strftime.rfc2822(MOMENT, zone("-0330")) == "Sat, 7 Jul 2001 11:34:59 -0330"
    assert strftime.write("%Z %z", MOMENT, zone(NAMES.index("America/New_York"))) == "EDT -0400"
    assert zone("UTC") is UTC
    assert zone("+01") == timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    "wanted", [596, -1, "Mars/Olympus", "", "+1", "+25:00", "+01:60", "01:0x", "x" * 500]
)
def test_a_zone_that_is_none_is_refused(wanted: int | str) -> None:
    with pytest.raises(ValueError, match=r"zone|range"):
        zone(wanted)


@pytest.mark.parametrize(
    ("pattern", "text", "nanos"),
    [
        ("%Y-%m-%d %H:%M:%S", "1970-01-01 00:00:01", 10**9),
        ("%Y-%m-%d %H:%M", "1970-01-01 00:01", 60 * 10**9),
        ("%d/%b/%Y:%H:%M:%S %z", "07/jul/2001:17:04:59 +0200", 994518299 * 10**9),
        ("%d %B %Y %I:%M:%S %p", "07 July 2001 03:04:59 pm", 994518299 * 10**9),
        ("%+", "2001-07-07T15:04:59.026490708Z", MOMENT),
        ("%Y-%m-%dT%H:%M:%S%.f%:z", "2001-07-07T15:04:59.0264907089+00:00", MOMENT),
        ("%s%.f", "994518299.026490708", MOMENT),
        ("%Y %j %T", "2001 188 15:04:59", 994518299 * 10**9),
        ("%Y %U %a %T", "2001 26 Sat 15:04:59", 994518299 * 10**9),
        ("%Y %W %A %T", "2001 27 saturday 15:04:59", 994518299 * 10**9),
        ("%G-W%V-%u %T", "2001-W27-6 15:04:59", 994518299 * 10**9),
        ("%y%m%d %H%M", "700101 0001", 60 * 10**9),
        ("%C%y-%m-%d %R", "1970-01-01 00:01", 60 * 10**9),
        ("%Y-W%U-%w %R", "1969-W52-3 00:00", -86400 * 10**9),
        ("%Y-%m-%d %R:%S%.f", "1970-01-01 00:00:01", 10**9),
        ("%Y-%m-%d %T %3f", "1970-01-01 00:00:00 007", 7 * 10**6),
        ("%+", "1970-01-01 00:00:01Z", 10**9),
        ("%F %R %#z", "1970-01-01 00:00 Z", 0),
        ("%F %T %s", "1970-01-01 00:00:05 5", 5 * 10**9),
        ("%Y-%m-%d %R", "+1970-01-01 00:00", 0),
        ("%H:%M %F", "00:01   1970-1-1", 60 * 10**9),
        ("%Y-%m-%d %H:%M %#z", "1970-01-01 01:01 +01", 60 * 10**9),
        ("%Y-%m-%d %H:%M", "1969-12-31 23:59", -60 * 10**9),
    ],
)
def test_a_text_is_read(pattern: str, text: str, nanos: int) -> None:
    assert reader(pattern)(text) == nanos


@pytest.mark.parametrize(
    ("pattern", "text", "message"),
    [
        ("%Y-%m-%d", "2001-01-01", "hour"),
        ("%H:%M", "12:00", "date"),
        ("%F %H", "2001-01-01 12", "minute"),
        ("%F %R", "2001-02-30 00:00", "no such date"),
        ("%F %R", "2001-13-01 00:00", "out of range"),
        ("%F %R", "2001-01-01 00:00x", "more text"),
        ("%F %R", "2001/01/01 00:00", "`-` is missing"),
        ("%F %R %Z", "2001-01-01 00:00 UTC", "offset from UTC"),
        ("%a %F %R", "Mon 2001-07-07 00:00", "contradicts"),
        ("%F %R %z", "2001-01-01 00:00 0100", "`+` or `-`"),
        ("%F %R %z", "2001-01-01 00:00 +0190", "offset's minutes"),
        ("%F %T %s", "1970-01-01 00:00:05 6", "contradicts"),
        ("%F %R %I", "1970-01-01 13:00 02", "contradicts"),
        ("%F %F %R", "1970-01-01 1970-01-02 00:00", "contradicts"),
        ("%F %R %f", "1970-01-01 13:00 5", "the second"),
        ("%Y %U %R", "1970 2 00:00", "the date"),
        ("%3f", "12", "3 digits"),
        ("%F %I:%M %p", "2001-01-01 01:00 XM", "`AM` or `PM`"),
        ("%B", "Brumaire", "a name"),
    ],
)
def test_a_text_that_does_not_fit_says_why(pattern: str, text: str, message: str) -> None:
    with pytest.raises(BadTime) as caught:
        reader(pattern)(text)
    assert message in str(caught.value)


@pytest.mark.parametrize("pattern", ["%Q", "%", "%.5f", "%!", "x" * 2000])
def test_an_unknown_directive_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigError):
        reader(pattern)


@given(st.integers(-(10**18), 4 * 10**18))
def test_what_is_written_is_read_again(nanos: int) -> None:
    for pattern in ("%+", "%Y-%m-%d %H:%M:%S%.f", "%s%.9f"):
        assert reader(pattern)(strftime.write(pattern, nanos)) == nanos or nanos < 0
    assert reader("%+")(strftime.rfc3339(nanos, zone("+05:45"))) == nanos


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    for pattern in ("%+", "%c", "%s", "%A %B %e %l:%M %P %Y %:z"):
        try:
            assert isinstance(reader(pattern)(text), int)
        except BadTime:
            continue


def test_the_library_numbers_the_zones_as_the_code_does() -> None:
    path = Path(tremor_tui.__file__).parent / "library/std/datetime/timezones.tremor"
    expected = [f"const {constant(name)} = {index};" for index, name in enumerate(NAMES)]
    assert [line for line in path.read_text().splitlines() if line.startswith("const")] == expected
