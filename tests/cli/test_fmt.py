"""`fmt`: the canonical form is stable, means the same, keeps comments, and is written as a whole."""

from __future__ import annotations

import os
import random
import stat
from pathlib import Path

import pytest

from tests.language.texts import PROGRAMS
from tremor_tui.cli.main import run
from tremor_tui.errors import CompileError
from tremor_tui.language.canonical import canonical, parse_any
from tremor_tui.language.modules import LIBRARY
from tremor_tui.language.source import Source
from tremor_tui.language.tree.walk import same

ROOT = LIBRARY.parent.parent
SUFFIXES = {"script": ".tremor", "query": ".trickle", "deploy": ".troy", "module": ".tremor"}
SHIPPED = sorted(
    path
    for folder in (LIBRARY, ROOT / "pipelines")
    for path in folder.rglob("*")
    if path.suffix in SUFFIXES.values()
)
PIECES = ("# c\n", "\n\n", "\n", " # t\n", "\n\n# x\n\n", "## d\n", " ", "# a\n# b\n", "\r\n", "\t", ";")


def form(text: str, name: str = "test.tremor") -> str:
    return canonical(Source(text, name))


def holds(source: Source) -> bool:
    """Checks what has to be true of a text that parses; False for one that does not."""
    before = parse_any(source)[1]
    if before.tree is None:
        return False
    once = canonical(source)
    after = parse_any(Source(once, source.name))[1]
    assert after.tree is not None
    assert same(before.tree, after.tree), source.text
    assert [c.text.rstrip() for c in before.comments] == [c.text.rstrip() for c in after.comments]
    assert canonical(Source(once, source.name)) == once, source.text
    return True


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_formatting_twice_changes_nothing_more(path: Path) -> None:
    assert holds(Source.read(path))


def test_mutated_programs_keep_their_meaning_and_comments() -> None:
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    texts = [(name + SUFFIXES[start], text) for name, (start, text) in PROGRAMS.items()]
    texts += [(path.name, path.read_text()) for path in SHIPPED if path.stat().st_size < 3000]
    formatted = 0
    for _ in range(400):
        name, text = chance.choice(texts)
        for _ in range(chance.randint(1, 3)):
            text = mutated(text, chance)
        try:
            formatted += holds(Source(text, name))
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from None

    assert formatted > 100


def mutated(text: str, chance: random.Random) -> str:
    if chance.random() < 0.8:
        at = chance.choice([0, len(text), *(at for at, char in enumerate(text) if char in " \n")])
        return text[:at] + chance.choice(PIECES) + text[at:]
    at = chance.randrange(len(text) + 1)
    return text[:at] + text[at + chance.randint(0, 4) :]


@pytest.mark.parametrize(
    "text",
    [
        'let x = {\n  # first\n  "a": 1, # behind\n  "b": 2\n# last\n};\nx\n',
        "select event\nfrom in\n# only these\nwhere event.a\ninto out;\n",
        "match 1 of\n  case _ =>\n    # why\n    2\nend\n",
        "# about\n\n### doc\n\nuse std;\n",
        "let a = 1; # one\n\n# two\n\nlet b = 2 # three\n",
        "let a = 1;\nlet b = 2\n\n# below\n# more\n",
        "match event of\n  # first\n  case 1 => 2\n  case _ => 3 # last\nend\n",
        "let a = 1;\n\nlet b = 2\n",
        "match event of\n  case ~ dissect|\\\n      %{a} \\\n      %{b}| => 1\n  case _ => 2\nend\n",
    ],
)
def test_what_is_canonical_stays(text: str) -> None:
    name = "a.trickle" if text.startswith("select") else "a.tremor"

    assert form(text, name) == text


def test_more_empty_lines_become_one_and_none_starts_a_block() -> None:
    text = "\n\nfn f(a) with\n\n  a;\n\n\n\n  a + 1\n\nend;\n\n\nlet x = 1;\n\n\n\nlet y = 2;\n\n"

    assert form(text) == "fn f(a) with\n  a;\n\n  a + 1\nend;\n\nlet x = 1;\n\nlet y = 2\n"


def test_a_file_is_rewritten_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.tremor"
    path.write_text("let   x=1;x")
    path.chmod(0o640)

    assert run(["fmt", str(path)]) == 0

    assert path.read_text() == "let x = 1;\nx\n"
    assert capsys.readouterr().out == f"{path}\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["a.tremor"]
    assert run(["fmt", "--check", str(path)]) == 0


def test_check_and_stdout_change_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.tremor"
    path.write_text("let   x=1;x")

    assert run(["fmt", "--check", str(tmp_path)]) == 1
    assert capsys.readouterr().out == f"{path}\n"
    assert run(["fmt", "--stdout", str(path)]) == 0
    assert capsys.readouterr().out == "let x = 1;\nx\n"
    assert path.read_text() == "let   x=1;x"


def test_a_file_that_does_not_parse_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad, good = tmp_path / "a.tremor", tmp_path / "b.tremor"
    bad.write_text("let   x=;")
    good.write_text("let   x=1")

    assert run(["fmt", str(bad), str(good), "--error-format", "short"]) == 1

    assert bad.read_text() == "let   x=;"
    assert good.read_text() == "let x = 1\n"
    assert f"{bad}:1:9-1:10: error: " in capsys.readouterr().err


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "a.tremor").write_text("let   x=1")
    (tmp_path / "b.tremor").symlink_to("a.tremor")

    assert run(["fmt", str(tmp_path / "b.tremor")]) == 0

    assert (tmp_path / "b.tremor").is_symlink()
    assert (tmp_path / "a.tremor").read_text() == "let x = 1\n"


def test_other_files_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("1")

    assert run(["fmt", str(tmp_path / "a.txt")]) == 1
    assert run(["fmt", str(tmp_path / "none.tremor")]) == 1
    told = capsys.readouterr().err
    assert "a file is told by its extension" in told
    assert "cannot read" in told


def test_a_definition_only_file_is_formatted_as_a_module() -> None:
    text = "define  flow f flow create connector a end"

    assert form(text, "a.tremor") == "define flow f\nflow\n  create connector a;\nend;\n"
    with pytest.raises(CompileError):
        form("define  flow f flow", "a.tremor")
