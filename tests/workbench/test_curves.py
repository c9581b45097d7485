"""Curves over sizes that double: scales, places of points, and what is drawn, in both sizes of terminal."""

from __future__ import annotations

import pytest

from tremor_tui.workbench.curves import NOTHING, Curve, Scale, column, draw, linear, logarithmic

SIZES = (1, 2, 4, 8, 16, 32, 64)
ASYNC = Curve("a", tuple(zip(SIZES, (430, 440, 435, 430, 428, 420, 415), strict=True)))
THREADS = Curve("t", tuple(zip(SIZES, (430, 400, 390, 350, 300, 260, 200), strict=True)))
EXECUTORS = Curve("e", tuple(zip(SIZES, (420, 780, 800, 790, 770, 760, 750), strict=True)))

SMALL = """
            e · · · · e · · · · e · · · ·  e · · · ·
          ·                                          e · · · · e
        ·
      ·
    ·       a
  ate · · · t · · · · at· · · · a · · · ·  a · · · · a · · · · a
                              · t · · · ·  t · ·
                                                 · · t · · · ·
                                                               t
"""
LARGE = """
                    e · · · · · · ·  e · · · · · · ·  e · · · ·
                  ·                                             · · · · e · · · · · · · · e · · · · · · ·  e
                ·
              ·
            ·
          ·
        ·
      ·
    ·
  ate · · · · · · · a · · · · · · ·  a · · · · · · ·  a · · · · · · · · a · · · · · · · · a · · · · · · ·  a
                    t · · · · · · ·  t · · · · · ·
                                                   ·  t · · · · · ·
                                                                    · · t · · · · ·
                                                                                    · · · t · · · ·
                                                                                                    · · ·  t
"""


def text(curves: list[Curve], width: int, rows: int) -> str:
    cells = draw(curves, SIZES, linear(800, rows), width, rows)
    return "\n".join("".join(char for char, _ in row).rstrip() for row in cells).rstrip() + "\n"


@pytest.mark.parametrize(("width", "rows", "golden"), [(66, 11, SMALL), (110, 20, LARGE)])
def test_the_curves_are_drawn_as_they_were(width: int, rows: int, golden: str) -> None:
    assert text([ASYNC, THREADS, EXECUTORS], width, rows).strip("\n") == golden.strip("\n")


def test_each_cell_says_whose_it_is() -> None:
    cells = draw([ASYNC, EXECUTORS], SIZES, linear(800, 11), 66, 11)

    owners = {char: index for row in cells for char, index in row if char in "ae "}

    assert owners == {"a": 0, "e": 1, " ": NOTHING}


def test_points_that_would_cover_each_other_stand_side_by_side() -> None:
    same = [Curve(letter, ((1, 5.0),)) for letter in "ate"]

    row = "".join(char for char, _ in draw(same, (1,), linear(5, 3), 9, 3)[0])

    assert row.strip() == "ate"


@pytest.mark.parametrize(
    ("highest", "rows", "ticks"),
    [
        (800, 11, (0, 200, 400, 600, 800)),
        (0, 11, (0, 0.2, 0.4, 0.6, 0.8, 1.0)),
        (812_000, 8, (0, 500_000, 1_000_000)),
        (7, 2, (0, 10)),
    ],
)
def test_a_linear_scale_goes_from_0_in_round_steps(
    highest: float, rows: int, ticks: tuple[float, ...]
) -> None:
    scale = linear(highest, rows)

    assert scale.ticks == pytest.approx(ticks)
    assert (scale.low, scale.high) == (0, ticks[-1])


def test_a_logarithmic_scale_has_decades_where_there_is_no_room_for_more() -> None:
    assert logarithmic(1.3e6, 4e7, 20).ticks == pytest.approx((1e6, 2e6, 5e6, 1e7, 2e7, 5e7))
    assert logarithmic(1.3e6, 4e8, 9).ticks == pytest.approx((1e6, 1e7, 1e8, 5e8))
    assert logarithmic(1e6, 1e6, 9).ticks == pytest.approx((1e6, 2e6))


def test_equal_factors_are_equal_steps_on_a_logarithmic_scale() -> None:
    scale = Scale(1.0, 100.0, (), True)

    assert [scale.row(value, 21) for value in (100, 10, 1, 0)] == [0, 10, 20, 20]
    assert scale.between(1, 100, 0.5) == pytest.approx(10)


def test_sizes_that_double_stand_at_equal_distances() -> None:
    assert [column(size, SIZES, 65) for size in SIZES] == [2, 12, 22, 32, 42, 52, 62]
    assert column(4, (4,), 65) == 32
