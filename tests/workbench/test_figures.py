from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some
from rich.cells import cell_len

from tremor_tui.workbench import figures
from tremor_tui.workbench.terminal import clean
from tremor_tui.workbench.widgets.painted import Line, clip, wrap


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "-"),
        (0.314, "0.31"),
        (12.34, "12.3"),
        (999.4, "999"),
        (999.6, "1.00k"),
        (41_230, "41.2k"),
        (9.996, "10.0"),
    ],
)
def test_rates_have_three_digits(value: float, text: str) -> None:
    assert figures.rate(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "-"),
        (850, "850ns"),
        (9_800_000, "9.8ms"),
        (1_234_000_000, "1.2s"),
        (200e9, "3m20"),
        (7.3e12, "2h01"),
    ],
)
def test_durations_have_a_unit(value: float, text: str) -> None:
    assert figures.duration(value) == text


@given(some.floats(0, 1e14))
def test_rates_fit_five_characters(value: float) -> None:
    assert len(figures.rate(value)) <= 5


@given(some.floats(0, 3e15))
def test_durations_fit_six_characters(value: float) -> None:
    assert len(figures.duration(value)) <= 6


@given(some.lists(some.floats(0, 100), min_size=4, max_size=4), some.integers(4, 80))
def test_parts_fill_the_bar(shares: list[float], width: int) -> None:
    if sum(shares) > 0:
        assert sum(figures.parts(shares, width)) == width


@given(some.lists(some.floats(0, 1e9), max_size=60), some.integers(1, 40))
def test_a_sparkline_has_its_width(values: list[float], width: int) -> None:
    assert len(figures.spark(values, width, "▁▂▃▄▅▆▇█")) == width


@given(some.text(max_size=40), some.integers(0, 30))
def test_a_line_is_exactly_as_wide_as_asked(text: str, width: int) -> None:
    assert Line().add(clean(text)).strip(width).cell_length == width


@given(some.text(max_size=40), some.integers(1, 30))
def test_clipped_text_fits(text: str, width: int) -> None:
    assert cell_len(clip(clean(text), width)) <= width


@given(some.text("ab cd", max_size=60), some.integers(1, 20))
def test_wrapped_text_fits_and_loses_no_word(text: str, width: int) -> None:
    lines = wrap(text, width)

    assert all(len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
