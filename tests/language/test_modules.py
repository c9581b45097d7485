"""Where modules come from, and what their files are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from tremor_tui.errors import CompileError
from tremor_tui.language.compile import compile_script
from tremor_tui.language.modules import LIBRARY, ModuleLoader
from tremor_tui.language.parse.parser import parse
from tremor_tui.language.source import Source
from tremor_tui.language.tree.expr import Name, QualifiedName
from tremor_tui.language.tree.query import DefineScript
from tremor_tui.language.tree.script import Use
from tremor_tui.model.context import Cell, Context
from tremor_tui.model.diagnostic import Span


def value(loader: ModuleLoader, text: str, path: Path | None = None) -> object:
    result = compile_script(Source(text, "main.tremor", path), loader).call(None, None, Cell(), Context())
    return result[1] if result else None


def test_the_first_folder_wins_and_tremor_goes_before_trickle(tmp_path: Path) -> None:
    for folder, suffix, number in (("a", "trickle", 1), ("b", "tremor", 2), ("a", "tremor", 3)):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / f"m.{suffix}").write_text(f"const X = {number};")
    assert value(ModuleLoader([tmp_path / "a", tmp_path / "b"]), "use m; m::X") == 3
    assert value(ModuleLoader([tmp_path / "b", tmp_path / "a"]), "use m; m::X") == 2


def test_a_draft_stands_in_for_a_file_and_for_the_main_one(tmp_path: Path) -> None:
    main = tmp_path / "main.tremor"
    (tmp_path / "m.tremor").write_text("const X = 1;")
    drafts = {
        tmp_path / "m.tremor": "const X = 2;",
        main: "use m; use n; [m::X, n::Y]",
        tmp_path / "n.tremor": "const Y = 3;",
    }
    loader = ModuleLoader([tmp_path], overrides=drafts)
    assert value(loader, "old text", main) == [2, 3]


def test_files_are_called_as_they_are_below_the_base_and_in_the_library(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "m.tremor").write_text("const X = 1;")
    loader = ModuleLoader([tmp_path / "lib"], base=tmp_path)
    script = compile_script(Source("use m; use std::string; m::X", "main.tremor"), loader)
    assert script.ir.sources == ("main.tremor", "lib/m.tremor", "library/std/string.tremor")
    assert set(script.ir.sources) <= set(script.sources)


def test_a_module_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "m.tremor").write_text("const X = 1;")
    read: list[Path] = []

    def noting(path: Path, name: str | None) -> Source:
        read.append(path)
        return Source.read(path, name)

    loader = ModuleLoader([tmp_path], read=noting)
    assert value(loader, "use m; use m as n; m::X + n::X") == 2
    assert value(loader, "use m; m::X") == 1
    assert read == [tmp_path / "m.tremor"]


def test_a_module_that_is_not_there_is_refused_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "tools.tremor").write_text("const X = 1;")
    with pytest.raises(CompileError, match="Module `tool` not found") as info:
        value(ModuleLoader([tmp_path]), "use tool; 1")
    assert info.value.hint == "did you mean `tools`?"


def test_a_name_is_not_looked_up_in_the_scope_around(tmp_path: Path) -> None:
    (tmp_path / "a.tremor").write_text("use b;")
    (tmp_path / "b.tremor").write_text("fn f() with 1 end;")
    with pytest.raises(CompileError, match="undefined function b::f"):
        value(ModuleLoader([tmp_path]), "use a; b::f()")
    assert value(ModuleLoader([tmp_path]), "use a; a::b::f()") == 1


def test_definitions_are_found_with_the_scope_they_were_made_in(tmp_path: Path) -> None:
    (tmp_path / "m.trickle").write_text("use std::string; define script s script event end;")
    loader = ModuleLoader([tmp_path])
    scope = loader.main(Source("use m;", "main.trickle"))
    tree = parse(Source("use m; 1", "main.trickle"), "script").tree
    assert tree is not None
    assert isinstance(tree.statements[0], Use)
    loader.use(scope, tree.statements[0])
    span = Span("main.trickle", 1, 1, 1, 1)
    found = scope.definition(DefineScript, QualifiedName((Name("m", span),), Name("s", span), span))
    assert found is not None
    assert (found[0].name.text, found[1].name, list(found[1].modules)) == ("s", "m", ["string"])
    assert scope.names(DefineScript) == ["m::s"]


@pytest.mark.parametrize("file", sorted(LIBRARY.rglob("*.tremor")), ids=lambda path: path.stem)
def test_every_library_module_checks(file: Path) -> None:
    names = file.relative_to(LIBRARY).with_suffix("").parts
    assert value(ModuleLoader([]), f"use {'::'.join(names)} as module_; 1") == 1
