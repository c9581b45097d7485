"""`doc`: writes reference pages from doc comments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from tremor_tui.cli import output
from tremor_tui.cli.command import add
from tremor_tui.cli.diagnose import read, show
from tremor_tui.cli.options import Format
from tremor_tui.errors import CompileError, ConfigError
from tremor_tui.language.canonical import STARTS
from tremor_tui.language.documentation import Page, aggregate_pages, markdown, markdown_index, module_page
from tremor_tui.language.modules import LIBRARY
from tremor_tui.language.source import Source

Folder = Annotated[
    Path | None, typer.Argument(metavar="DIR", help="A folder of modules, or one file.", show_default=False)
]
Target = Annotated[Path, typer.Argument(metavar="OUT", help="Where the pages go.")]
Library = Annotated[bool, typer.Option("--library", help="Document the library that comes with the program.")]
Stdout = Annotated[bool, typer.Option("--stdout", help="Write no files; print the pages.")]


def register(app: typer.Typer) -> None:
    """Enters the command."""
    add(app, "doc", doc)


def doc(
    folder: Folder = None,
    out: Target = Path("docs"),
    library: Library = False,
    stdout: Stdout = False,
    error_format: Format = "full",
) -> int:
    """Write Markdown pages of the modules in a folder.

    Each module gets a page with its constants, functions and definitions, from the `##` and `###` comments
    in it, and there is an index of them. With --library the first argument is where the pages go.
    """
    if library:
        out = folder or out
    root = LIBRARY if library else folder
    if root is None or not root.exists():
        raise ConfigError(f"the folder `{root or ''}` is not there", "name a folder of modules, or --library")
    files = _modules(root)
    pages, is_whole = _pages(root, files, error_format)
    pages += aggregate_pages() if library else []
    if not pages and is_whole:
        raise ConfigError(f"there are no modules in `{root}`", "modules are " + ", ".join(STARTS) + " files")
    pages.sort(key=lambda page: page.name)
    if stdout:
        output.whole("\n".join(map(markdown, pages)))
    else:
        _write(pages, out)
    return 0 if is_whole else 1


def _modules(root: Path) -> list[Path]:
    """The files of modules in a folder; of several of the same name the one that `use` finds."""
    if root.is_file():
        return [root]
    found: dict[Path, Path] = {}
    for suffix in STARTS:
        for file in sorted(root.rglob(f"*{suffix}")):
            found.setdefault(file.with_suffix(""), file)
    return [found[name] for name in sorted(found)]


def _pages(root: Path, files: Sequence[Path], style: output.ErrorFormat) -> tuple[list[Page], bool]:
    """The pages of files, and whether all of them parse."""
    pages, is_whole = [], True
    for file in files:
        name = file.with_suffix("").name if root.is_file() else _name(file.relative_to(root))
        try:
            pages.append(module_page(Source.read(file), name))
        except CompileError as error:
            show(error.diagnostics, read, style)
            is_whole = False
    return pages, is_whole


def _name(path: Path) -> str:
    return "::".join(path.with_suffix("").parts)


def _write(pages: Sequence[Page], out: Path) -> None:
    try:
        for page in pages:
            target = out / _file(page)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(markdown(page), encoding="utf-8")
        index = markdown_index((page, _file(page)) for page in pages)
        out.mkdir(parents=True, exist_ok=True)
        (out / "index.md").write_text(index, encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"cannot write to `{out}`: {reason}", "name another folder") from None
    output.talk(f"{len(pages)} pages in {out}")


def _file(page: Page) -> str:
    return f"{page.name.replace('::', '/')}.md"
