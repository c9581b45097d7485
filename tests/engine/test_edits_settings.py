"""Setting and removing what nodes are made with, as texts before and after."""

from __future__ import annotations

import pytest

from tests.engine.canvas import Drawing
from tremor_tui.control.editing import Configure, Json, Put

FLOW = """\
define flow main
flow
{}
  create connector a;
  create connector b from a{};
end;
deploy flow main;
"""
ALONE = FLOW.replace("  create connector b from a{};\n", "")


def configured(definition: str, *puts: Put, node: str = "connector/a") -> str:
    """A definition after settings of its node were changed."""
    head, tail = ALONE.split("{}")
    drawing = Drawing(f"{head}{definition}{tail}")
    drawing.edit(Configure(node, puts))
    assert drawing.text.startswith(head)
    assert drawing.text.endswith(tail)
    return drawing.text.removeprefix(head).removesuffix(tail)


LONG = """\
  define connector a from file
  with
    # above
    codec = "json", # behind
    config = {
      "path": "x", # path

      # mode
      "mode": "read"
    }
  end;
"""


def test_a_value_is_written_over_where_it_stands() -> None:
    after = configured(LONG, Put(("codec",), "string"), Put(("config", "path"), "ü"))
    assert after == LONG.replace('"json"', '"string"').replace('"x"', '"ü"')


def test_the_same_value_changes_nothing() -> None:
    assert configured(LONG, Put(("codec",), "json")) == LONG


def test_a_key_comes_behind_the_last_one_of_its_record() -> None:
    after = configured(LONG, Put(("config", "chunk_size"), 10))
    assert after == LONG.replace('"read"\n', '"read",\n      "chunk_size": 10\n')


def test_a_setting_comes_behind_the_last_one() -> None:
    after = configured(LONG, Put(("preprocessors",), ["separate"]))
    assert after == LONG.replace("    }\n  end", '    },\n    preprocessors = ["separate"]\n  end')


def test_a_setting_goes_with_the_comments_above_and_behind_it() -> None:
    assert configured(LONG, Put(("codec",), remove=True)) == LONG.replace(
        '    # above\n    codec = "json", # behind\n', ""
    )


def test_the_last_key_takes_the_comma_before_it_along() -> None:
    after = configured(LONG, Put(("config", "mode"), remove=True))
    assert after == LONG.replace('"x", # path\n\n      # mode\n      "mode": "read"\n', '"x" # path\n\n')


SCATTERED = """\
  define connector a from x
  with
    # stays

    # goes
    codec = 1
    # stays too
  end;
"""


@pytest.mark.parametrize(
    ("before", "puts", "after"),
    [
        ("  define connector a from x;\n", [Put(("codec",), "json")],
         '  define connector a from x\n  with\n    codec = "json"\n  end;\n'),
        ('  define connector a from x with codec = "json" end; # c\n', [Put(("codec",), remove=True)],
         "  define connector a from x; # c\n"),
        ('  define connector a from x with codec = "json" end;\n', [Put(("config", "n"), 1)],
         '  define connector a from x with codec = "json", config = {"n": 1} end;\n'),
        ('  define connector a from x with codec = "json", config = {"n": 1} end;\n',
         [Put(("codec",), remove=True)], '  define connector a from x with config = {"n": 1} end;\n'),
        ('  define connector a from x with codec = "json", config = {"n": 1} end;\n',
         [Put(("config",), remove=True)], '  define connector a from x with codec = "json" end;\n'),
        ('  define connector a from x with config = {"n": 1} end;\n', [Put(("config", "n"), remove=True)],
         "  define connector a from x with config = {} end;\n"),
        ("  define connector a from x with config = {} end;\n", [Put(("config", "n"), 1)],
         '  define connector a from x with config = {"n": 1} end;\n'),
        ("  define connector a from x with config = { # c\n } end;\n", [Put(("config", "n"), 1)],
         '  define connector a from x with config = {"n": 1 # c\n } end;\n'),
        ("  define connector a from x with config = { \"n\": 1, } end;\n", [Put(("config", "m"), 2)],
         '  define connector a from x with config = { "n": 1, "m": 2, } end;\n'),
        ("  define connector a from x with config = {} end;\n", [Put(("config", "n"), text="[1, 2]")],
         '  define connector a from x with config = {"n": [1, 2]} end;\n'),
        (SCATTERED,
         [Put(("codec",), remove=True)],
         "  define connector a from x\n    # stays\n\n    # stays too\n  ;\n"),
    ],
)  # fmt: skip
def test_settings_of_all_shapes(before: str, puts: list[Put], after: str) -> None:
    assert configured(before, *puts) == after


@pytest.mark.parametrize(
    "value",
    [
        "",
        'a "b" \\ #{c} \n\t',
        "日本語 \U0001f600",
        -1,
        2**64 - 1,
        -0.5,
        1e300,
        True,
        None,
        [],
        {},
        [{"a": [1]}],
    ],
)
def test_each_value_is_read_back_as_it_was_set(value: Json) -> None:
    head, tail = ALONE.split("{}")
    drawing = Drawing(f'{head}  define connector a from x with config = {{"n": 1}} end;\n{tail}')
    drawing.edit(Configure("connector/a", (Put(("config", "v"), value),)))
    assert drawing.node("connector/a").config == {"n": 1, "v": value}


ARGS = """\
  define connector a from file
  args
    path = "x"
  with
    codec = "json",
    config = {"path": args.path, "mode": "append"}
  end;
"""


def test_what_an_argument_gives_is_set_where_the_node_is_created() -> None:
    drawing = Drawing(FLOW.replace("{}", ARGS, 1).replace("{}", ""))
    drawing.edit(Configure("connector/b", (Put(("config", "path"), "y"),)))
    assert drawing.text == FLOW.replace("{}", ARGS, 1).replace("{}", '\n  with\n    path = "y"\n  end')
    assert drawing.node("connector/b").config["path"] == "y"
    assert drawing.node("connector/a").config["path"] == "x"
    drawing.edit(Configure("connector/b", (Put(("with", "path"), "z"),)))
    assert drawing.node("connector/b").given[0].value == "z"
    drawing.edit(Configure("connector/b", (Put(("config", "path"), remove=True),)))
    assert drawing.text == FLOW.replace("{}", ARGS, 1).replace("{}", "")


def test_what_two_nodes_have_is_changed_only_if_that_is_said() -> None:
    drawing = Drawing(FLOW.replace("{}", ARGS, 1).replace("{}", ""))
    step = Configure("connector/b", (Put(("codec",), "string"),))
    assert drawing.refused(step) == "`b` has the same definition as `a`"
    drawing.edit(step, everywhere=True)
    assert 'codec = "string"' in drawing.text


@pytest.mark.parametrize(
    ("put", "message"),
    [
        (Put(("kodec",), 1), "a connector has no setting `kodec`"),
        (Put(("codec", "a"), 1), "`codec` is no record here that could be changed"),
        (Put(("config", "n"), text="1 2"), "`1 2` is no expression: "),
        (Put(("config", "n"), text="1 # c"), "`1 # c` is no expression: "),
        (Put(("config", "n"), 2**64), "18446744073709551616 is too large"),
        (Put(("with", "n"), 1), "`a` takes no argument `n`"),
        (Put((), 1), "a setting has a name"),
    ],
)
def test_what_cannot_be_set_is_refused_with_a_sentence(put: Put, message: str) -> None:
    head, tail = ALONE.split("{}")
    drawing = Drawing(f'{head}  define connector a from x with codec = "json" end;\n{tail}')
    assert drawing.refused(Configure("connector/a", (put,))).startswith(message)


def test_a_definition_with_arguments_keeps_one_setting() -> None:
    text = '  define connector a from x args n with codec = "json" end;\n'
    head, tail = ALONE.split("{}")
    refused = Drawing(f"{head}{text}{tail}").refused(
        Configure("connector/a", (Put(("codec",), remove=True),))
    )
    assert refused == "a definition with `args` has at least one setting"
