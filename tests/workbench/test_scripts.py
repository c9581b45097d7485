from __future__ import annotations

from tremor_tui.workbench.scripts import line_of, names_of, script_at, scripts_in

TEXT = """\
# define script no
define pipeline p pipeline define script first script 1
end;
  define script
    second
  script
    2
  end;
end;
"""


def test_scripts_are_found_with_the_lines_of_their_names() -> None:
    assert scripts_in(TEXT) == [("first", 2), ("second", 5)]
    assert scripts_in("define pipeline p") == []


def test_a_script_may_run_under_other_names() -> None:
    text = TEXT + "create script a from first; create script b from my::first; create script c from second;"

    assert names_of(text, "first") == {"first", "a", "b"}
    assert names_of(text, "") == set()


def test_the_line_of_a_script_is_that_of_its_definition() -> None:
    assert line_of(TEXT, "second") == 5
    assert line_of(TEXT, "third") == 0
    assert line_of(TEXT, "") == 0


def test_a_line_belongs_to_the_script_that_began_last_or_else_to_the_first() -> None:
    assert [script_at(TEXT, line) for line in (1, 2, 4, 5, 8)] == [
        "first",
        "first",
        "first",
        "second",
        "second",
    ]
    assert script_at("", 1) == ""
