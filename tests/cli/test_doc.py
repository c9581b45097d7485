"""`doc`: pages say what comments and tables say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tremor_tui.cli.main import run

MODULE = """### Sums and more.
###
### Second paragraph.

## How many
const TOP = 3;
## Adds two.
##
## ```tremor
## add(1, 2) # 3
## ```
fn add(a, b) with a + b end;
fn rest(a, ...) with a end;
## Its length
intrinsic fn len(input) as string::len;
"""
QUERY = """
## Ten at a time
define window ten from tumbling with size = 10 end;
## Passes
define pipeline pass args a, b = [1, 2] pipeline select event from in into out end
"""


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    source = tmp_path / "lib"
    (source / "sub").mkdir(parents=True)
    (source / "sums.tremor").write_text(MODULE)
    (source / "sub" / "windows.trickle").write_text(QUERY)
    return source


def test_a_module_gets_a_page(modules: Path) -> None:
    out = modules.parent / "out"

    assert run(["doc", str(modules), str(out)]) == 0

    text = (out / "sums.md").read_text()
    assert text.startswith("# sums\n\nSums and more.\n\nSecond paragraph.\n\n## Constants\n\n### TOP\n")
    assert "```tremor\nconst TOP = 3\n```\n\nHow many\n" in text
    assert "### add\n\n```tremor\nadd(a, b)\n```\n\nAdds two.\n\n```tremor\nadd(1, 2) # 3\n```\n" in text
    assert "rest(a, ...)" in text
    assert "len(input) -> integer" in text


def test_definitions_show_their_arguments(modules: Path) -> None:
    out = modules.parent / "out"

    run(["doc", str(modules), str(out)])

    text = (out / "sub" / "windows.md").read_text()
    assert "# sub::windows\n" in text
    assert "window ten\n```\n\nTen at a time" in text
    assert "pipeline pass args a, b = [1, 2]" in text


def test_an_index_leads_to_the_pages(modules: Path) -> None:
    out = modules.parent / "out"

    run(["doc", str(modules), str(out)])

    assert (out / "index.md").read_text() == (
        "# Modules\n\n- [sub::windows](sub/windows.md)\n- [sums](sums.md): Sums and more.\n"
    )


def test_one_file_can_be_printed(modules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doc", str(modules / "sums.tremor"), "--stdout"]) == 0
    assert capsys.readouterr().out.startswith("# sums\n")


def test_the_library_has_pages_of_functions_and_aggregates(tmp_path: Path) -> None:
    assert run(["doc", "--library", str(tmp_path)]) == 0

    assert "len(input) -> integer" in (tmp_path / "std" / "string.md").read_text()
    assert "mean(value) -> float" in (tmp_path / "aggr" / "stats.md").read_text()
    assert "[std::string](std/string.md)" in (tmp_path / "index.md").read_text()


def test_a_file_that_does_not_parse_is_told_and_the_others_are_written(
    modules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (modules / "bad.tremor").write_text("fn fn")

    assert run(["doc", str(modules), str(modules.parent / "out"), "--error-format", "short"]) == 1
    assert "bad.tremor:1:4-1:6: error: " in capsys.readouterr().err
    assert (modules.parent / "out" / "sums.md").exists()


def test_without_modules_there_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doc", str(tmp_path)]) == 1
    assert run(["doc", str(tmp_path / "none")]) == 1
    assert run(["doc"]) == 1
    told = capsys.readouterr().err
    assert "there are no modules in" in told
    assert told.count("is not there") == 2
