"""The library's own files: they parse, and each native function they name exists with these arguments."""

from pathlib import Path

import pytest

import tremor_tui
from tremor_tui.functions.contract import find, functions
from tremor_tui.language.parse.parser import parse
from tremor_tui.language.source import Source

LIBRARY = Path(tremor_tui.__file__).parent / "library"
FILES = sorted(file for file in LIBRARY.rglob("*") if file.suffix in (".tremor", ".trickle", ".troy"))
INTRINSICS = [
    line.removeprefix("intrinsic fn ")
    for file in FILES
    for line in file.read_text().splitlines()
    if line.startswith("intrinsic fn ")
]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(LIBRARY)))
def test_a_file_of_the_library_is_a_module_with_a_word_about_it(file: Path) -> None:
    parsed = parse(Source.read(file), "module")
    assert parsed.diagnostics == []
    assert file.read_text().startswith("### ")


@pytest.mark.parametrize("line", INTRINSICS)
def test_a_native_function_is_declared_with_its_own_arguments(line: str) -> None:
    name, _, rest = line.partition("(")
    declared, _, path = rest.partition(") as ")
    function = find(path.rstrip(";"))
    assert function is not None
    assert function.path.rsplit("::", 1)[-1] == name

    arguments = [argument.strip("` ") for argument in declared.split(",") if argument]
    is_open = "..." in arguments
    fixed = len(arguments) - is_open
    assert fixed == (function.min_arity if is_open else function.max_arity)


def test_every_native_function_is_declared() -> None:
    declared = {line.rpartition(" as ")[2].rstrip(";") for line in INTRINSICS}
    native = {function.path for table in functions.load_all().values() for function in table.values()}
    assert native == declared


def test_what_a_module_uses_is_there() -> None:
    modules = {"::".join(file.relative_to(LIBRARY).with_suffix("").parts) for file in FILES}
    used = {
        line.removeprefix("use ").rstrip(";")
        for file in FILES
        for line in file.read_text().splitlines()
        if line.startswith("use ")
    }
    assert used
    assert used <= modules
