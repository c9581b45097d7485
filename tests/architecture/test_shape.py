"""Facts about the shape of the package: front pages, sizes, and what each front door loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tremor_tui

ROOT = Path(tremor_tui.__file__).parent
MODULES = sorted(
    path for path in ROOT.rglob("*.py") if "_tables" not in path.name and "__pycache__" not in path.parts
)
LIMIT = 400


def docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text())) or ""


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_module_begins_with_a_sentence_that_says_what_it_is(path: Path) -> None:
    assert docstring(path).strip(), f"{path} has no docstring"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_of_more_than_400_lines_gives_a_reason_at_its_top(path: Path) -> None:
    lines = path.read_text().count("\n")
    assert lines <= LIMIT or "long because" in docstring(path).lower(), f"{path} has {lines} lines"


def loaded_by(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split("\n"))


def test_the_start_of_the_command_line_loads_nothing_heavy() -> None:
    loaded = loaded_by("import tremor_tui.cli.start")
    heavy = {"typer", "rich", "textual", "anyio", "orjson", "msgspec", "asyncio"}
    assert not heavy & loaded


def test_run_loads_no_textual() -> None:
    loaded = loaded_by("import tremor_tui.cli.local.run")
    assert "textual" not in loaded


def test_the_compiler_loads_no_lark_and_no_event_loop() -> None:
    loaded = loaded_by("import tremor_tui.language.compile")
    assert not {"lark", "asyncio", "trio", "textual"} & loaded


def test_the_workbench_loads_nothing_behind_the_control_plane() -> None:
    loaded = loaded_by("import tremor_tui.workbench.app")
    behind = ("engine", "runtime", "pipeline", "language", "connectors", "codecs", "operators")
    assert not {f"tremor_tui.{room}" for room in behind} & loaded
