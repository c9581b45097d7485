"""What there is to say about functions, constants, definitions and modules, from the tables and comments.

    function_help(function) -> Help      a function as the checker knows it
    module_page(source, name) -> Page    a file's doc comments, and `markdown(page)` of them

Signatures of native functions come from their registry, all texts from `##` and `###` comments.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field

from tremor_tui.aggregates.contract import Aggregate, aggregates
from tremor_tui.errors import ParseError
from tremor_tui.functions.contract import Function, find
from tremor_tui.language.canonical import parse_any
from tremor_tui.language.ir.script import FunctionIR
from tremor_tui.language.modules import SUFFIXES, ModuleLoader
from tremor_tui.language.source import Source
from tremor_tui.language.tree.deploy import DefineConnector, DefineFlow, DeployFlow
from tremor_tui.language.tree.expr import Node
from tremor_tui.language.tree.printer import print_tree
from tremor_tui.language.tree.query import (
    Argument,
    DefineOperator,
    DefinePipeline,
    DefineScript,
    DefineWindow,
)
from tremor_tui.language.tree.script import Const, Fn, IntrinsicFn, PatternFn
from tremor_tui.model.record import dataclass

FunctionNode = Fn | PatternFn | IntrinsicFn
MAX_VALUE = 80
"""Longer constants are cut."""
_WORDS: dict[type[Node], str] = {
    DefineWindow: "window",
    DefineOperator: "operator",
    DefineScript: "script",
    DefinePipeline: "pipeline",
    DefineConnector: "connector",
    DefineFlow: "flow",
    DeployFlow: "deployed flow",
}


@dataclass(frozen=True, slots=True)
class Help:
    """One name: `signature` is one line such as `len(input) -> integer`, `doc` Markdown."""

    name: str
    params: tuple[str, ...]
    signature: str
    doc: str


@dataclass(frozen=True, slots=True)
class Page:
    """What a file says about itself; `sections` are kinds of things and what there is of them."""

    name: str
    doc: str
    sections: tuple[tuple[str, tuple[Help, ...]], ...] = field(default=())


# --- functions --------------------------------------------------------------------------------------


def function_help(function: FunctionIR) -> Help:
    """A function as the checker knows it."""
    native = find(function.native) if function.native else None
    if native is not None:
        return native_help(native, function.name, function.doc)
    params = (*(param.name for param in function.params), *(("...",) if function.rest else ()))
    return Help(function.name, params, f"{function.name}({', '.join(params)})", function.doc)


def native_help(function: Function, name: str, doc: str = "") -> Help:
    """A function of the host, under the name that its module gives it."""
    params = function.params
    signature = f"{name}({', '.join(params)}) -> {function.returns}"
    return Help(name, params, signature, doc or function.doc)


def aggregate_help(aggregate: Aggregate) -> Help:
    """An aggregate."""
    name = aggregate.path.rpartition("::")[2]
    signature = f"{name}({', '.join(aggregate.params)}) -> {aggregate.returns}"
    return Help(name, aggregate.params, signature, aggregate.doc)


def tree_help(node: FunctionNode) -> Help:
    """A function that is written here."""
    native = find(node.target.text.removeprefix("core::")) if isinstance(node, IntrinsicFn) else None
    if native is not None:
        return native_help(native, node.name.text, _doc(node.doc))
    is_open = not isinstance(node, PatternFn) and node.is_open
    params = (*(param.text for param in node.params), *(("...",) if is_open else ()))
    return Help(node.name.text, params, f"{node.name.text}({', '.join(params)})", _doc(node.doc))


def _doc(lines: Iterable[str]) -> str:
    """The text of doc comments, without the space after the signs."""
    return "\n".join(line.removeprefix(" ").rstrip() for line in lines).strip("\n")


# --- modules ----------------------------------------------------------------------------------------


def modules_below(loader: ModuleLoader, path: Sequence[str]) -> list[str]:
    """The names of the modules right below a module's path, wherever they are found."""
    names: set[str] = set()
    for folder in (root.joinpath(*path) for root in loader.paths):
        if folder.is_dir():
            found = (file for file in folder.iterdir() if file.suffix in SUFFIXES or file.is_dir())
            names.update(file.stem for file in found)
    return sorted(name for name in names if name.isidentifier())


def module_page(source: Source, name: str) -> Page:
    """What a file says about itself. Raises CompileError for one that does not parse."""
    parsed = parse_any(source)[1]
    if parsed.tree is None:
        raise ParseError(parsed.diagnostics)
    statements: Sequence[Node] = getattr(parsed.tree, "statements", ())
    parts = {
        "Constants": [_const(node) for node in statements if isinstance(node, Const)],
        "Functions": [tree_help(node) for node in statements if isinstance(node, FunctionNode)],
        "Definitions": [definition_help(node) for node in statements if type(node) in _WORDS],
    }
    sections = tuple((title, tuple(helps)) for title, helps in parts.items() if helps)
    return Page(name, _doc(getattr(parsed.tree, "doc", ())), sections)


def aggregate_pages() -> list[Page]:
    """The aggregates, which have no file of their own."""
    return [
        Page(
            f"aggr::{name}", "", (("Aggregates", tuple(map(aggregate_help, aggregates.get(name).values()))),)
        )
        for name in aggregates.names()
    ]


def _const(node: Const) -> Help:
    value = " ".join(print_tree(node.value).split())
    value = value if len(value) <= MAX_VALUE else f"{value[: MAX_VALUE - 1]}…"
    return Help(node.name.text, (), f"const {node.name.text} = {value}", _doc(node.doc))


def definition_help(node: Node) -> Help:
    """A definition that is written here."""
    name = node.name.text  # type: ignore[attr-defined]
    declared: Sequence[Argument] = getattr(node, "args", ())
    params = tuple(map(_argument, declared))
    args = f" args {', '.join(params)}" if params else ""
    return Help(name, params, f"{_WORDS[type(node)]} {name}{args}", _doc(getattr(node, "doc", ())))


def _argument(node: Argument) -> str:
    if node.default is None:
        return node.name.text
    return f"{node.name.text} = {' '.join(print_tree(node.default).split())}"


# --- Markdown ---------------------------------------------------------------------------------------


def markdown(page: Page) -> str:
    """A page as Markdown."""
    out = [f"# {page.name}", *([page.doc] if page.doc else [])]
    for title, helps in page.sections:
        out.append(f"## {title}")
        for one in helps:
            out += [f"### {one.name}", f"```tremor\n{one.signature}\n```"]
            out += [one.doc] if one.doc else []
    return "\n\n".join(out) + "\n"


def markdown_index(pages: Iterable[tuple[Page, str]]) -> str:
    """The list of pages, each with its first sentence; `(page, file)` in order."""
    lines = [f"- [{page.name}]({file}){_lead(page.doc)}" for page, file in pages]
    return "\n".join(["# Modules", "", *lines]) + "\n"


def _lead(doc: str) -> str:
    first = doc.partition("\n\n")[0].replace("\n", " ").strip()
    return f": {first}" if first else ""
