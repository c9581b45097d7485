from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from tremor_tui.testing.scenes import TRICKLE
from tremor_tui.workbench.colour import Colours, State, colour_line


def inks(line: str, state: State = "code") -> dict[str, str]:
    """Each coloured piece of a line and its ink."""
    return {line[start:end]: ink for start, end, ink in colour_line(line, state)[0]}


def test_words_of_a_script_have_their_inks() -> None:
    found = inks('match event of case x when string::len(x) > 1_000 => "a" # why')

    assert found["match"] == "keyword"
    assert found["event"] == "constant"
    assert found["string"] == "name"
    assert found["len"] == "function"
    assert found["1_000"] == "number"
    assert found['"a"'] == "string"
    assert found["# why"] == "comment"


def test_metadata_docs_and_config_stand_out() -> None:
    assert inks("let $class = 1;")["$class"] == "meta"
    assert inks("## a doc")["## a doc"] == "doc"
    assert inks("#!config metrics = 1")["#!config metrics = 1"] == "meta"


def test_a_string_ends_at_its_quote_and_shows_interpolations() -> None:
    found = inks('"a #{ event.x } \\" b" + 1')

    assert found["#{ event.x }"] == "interpolation"
    assert found["1"] == "number"


def test_a_heredoc_goes_on_until_it_is_closed() -> None:
    assert colour_line('let x = """')[1] == "heredoc"
    assert colour_line("match end case", "heredoc") == (((0, 14, "string"),), "heredoc")
    assert colour_line('done """; match', "heredoc")[1] == "code"
    assert inks('done """; match', "heredoc")["match"] == "keyword"


def test_a_test_rule_goes_on_over_a_backslash() -> None:
    pieces, state = colour_line("case request = ~ dissect|\\")

    assert state == "rule"
    assert colour_line('%{client} - "%{match}" \\', "rule")[1] == "rule"
    assert inks("%{x}| => match", "rule")["match"] == "keyword"
    assert pieces[-2][2] == "extractor"


def test_an_escaped_bar_does_not_end_a_rule() -> None:
    found = inks("re|a\\|b| => end")

    assert found["a\\|b|"] == "string"
    assert found["end"] == "keyword"


def test_an_edit_lexes_only_the_lines_that_changed() -> None:
    lines = TRICKLE.split("\n") * 40
    colours = Colours()
    colours.update(lines)
    before = colours.lexed

    lines[20] += " # more"
    colours.update(lines)

    assert colours.lexed - before <= 2


def test_opening_a_heredoc_recolours_what_follows_and_closing_it_turns_back() -> None:
    lines = ["let a = 1;", "let b = 2;", "let c = 3;"]
    colours = Colours()
    colours.update(lines)

    colours.update(['let a = """', *lines[1:]])
    assert colours.of(2) == ((0, 10, "string"),)
    colours.update(lines)

    assert colours.of(2)[0] == (0, 3, "keyword")


some_lines = some.lists(
    some.sampled_from(["let x = 1;", '"""', "dissect|\\", "a| b", '"s"', "", "# c"]), max_size=8
)


@given(some.lists(some_lines, min_size=1, max_size=6))
def test_colours_after_edits_are_those_of_the_text(texts: list[list[str]]) -> None:
    colours = Colours()
    for text in texts:
        colours.update(text)

    fresh = Colours()
    fresh.update(texts[-1])

    assert [colours.of(i) for i in range(len(texts[-1]))] == [fresh.of(i) for i in range(len(texts[-1]))]


@given(some.text(max_size=80), some.sampled_from(["code", "heredoc", "rule"]))
def test_pieces_lie_within_the_line_and_in_order(line: str, state: State) -> None:
    at = 0
    for start, end, _ in colour_line(line, state)[0]:
        assert at <= start <= end <= len(line)
        at = end
