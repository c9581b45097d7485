"""The tables: made from this grammar, without conflicts, and with a builder for every alternative."""

import subprocess
import sys

import pytest

from tremor_tui.language.parse import _tables, generate
from tremor_tui.language.parse.tables import tables


def test_the_tables_belong_to_the_grammar() -> None:
    assert generate.digest() == _tables.GRAMMAR_SHA256


def test_building_again_gives_the_same_tables() -> None:
    pytest.importorskip("lark")

    assert generate.pack(generate.build()) == generate.TABLES.read_text("utf-8")


def test_every_state_can_go_on() -> None:
    loaded = tables()
    finals = set(loaded.ends.values())

    for state, row in enumerate(loaded.actions):
        assert row or state in finals


def test_lark_is_not_needed_to_parse() -> None:
    code = (
        "import sys\n"
        "from tremor_tui.language.parse.parser import parse\n"
        "from tremor_tui.language.source import Source\n"
        "assert parse(Source('1', 'x'), 'script').tree\n"
        "assert 'lark' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=15)
