"""Turns a text into its syntax tree, or says what is wrong with it.

The front door of stage 2. Without `repair` the first fault ends the parse, as in tremor, and faults of
the lexer come first, as tremor reads all tokens before it parses. With `repair` there are as many
diagnostics as there are faults, and the tree holds all that could be kept.
"""

from __future__ import annotations

from typing import Any, Generic, Literal, NamedTuple, TypeVar, overload

from tremor_tui.language.lex.lexer import Lexed, lex
from tremor_tui.language.lex.tokens import Comment, Token
from tremor_tui.language.parse.build import Context
from tremor_tui.language.parse.expected import expected_kinds, unexpected
from tremor_tui.language.parse.machine import MAX_STACK, Machine, states_before
from tremor_tui.language.parse.repair import Repair
from tremor_tui.language.parse.tables import END, advance, tables
from tremor_tui.language.source import Source
from tremor_tui.language.tree.deploy import Deployment, Module
from tremor_tui.language.tree.query import Query
from tremor_tui.language.tree.script import Script
from tremor_tui.language.tree.walk import first_deeper
from tremor_tui.model.diagnostic import Diagnostic

Start = Literal["script", "query", "deploy", "module"]
Root = TypeVar("Root")
MAX_DEPTH = 512
"""How many levels of nodes a tree may have."""


class Parsed(NamedTuple, Generic[Root]):
    """What came of a text.

    `tree` is None if there is a diagnostic, unless repair kept a part of it; after a repair, lists of
    the tree may be empty where the language wants at least one element.
    """

    tree: Root | None
    diagnostics: list[Diagnostic]
    tokens: list[Token]
    comments: list[Comment]


@overload
def parse(source: Source, start: Literal["script"], *, repair: bool = False) -> Parsed[Script]: ...
@overload
def parse(source: Source, start: Literal["query"], *, repair: bool = False) -> Parsed[Query]: ...
@overload
def parse(source: Source, start: Literal["deploy"], *, repair: bool = False) -> Parsed[Deployment]: ...
@overload
def parse(source: Source, start: Literal["module"], *, repair: bool = False) -> Parsed[Module]: ...
@overload
def parse(source: Source, start: Start, *, repair: bool = False) -> Parsed[Any]: ...
def parse(source: Source, start: Start, *, repair: bool = False) -> Parsed[Any]:
    """Parses a text as one of the four kinds of file. Never raises for a fault in the text."""
    lexed = lex(source)
    if lexed.diagnostics and not repair:
        return _parsed(lexed, None, lexed.diagnostics[:1])
    tokens = _closed(lexed)
    machine = Machine(start, Context(source))
    index = machine.run(tokens)
    if machine.deepest > MAX_STACK:
        token = tokens[index]
        return _parsed(lexed, None, [_too_deep(source, token.start, token.end)])
    if index == len(tokens):
        return _measured(source, lexed, machine, lexed.diagnostics)
    if repair:
        return _repaired(lexed, start, tokens, index)
    kinds = expected_kinds(states_before(start, tokens, index), machine.end)
    return _parsed(lexed, None, [unexpected(source, tokens, index, kinds)])


def expected_at(source: Source, start: Start, offset: int) -> list[str]:
    """The kinds of token that fit at an offset, for completion; empty if the text before does not fit.

    A token that reaches up to the offset or beyond it is taken as not written yet.
    """
    tokens = [token for token in lex(source).tokens if token.end < offset]
    tokens.append(Token(END, offset, offset))
    machine = Machine(start, Context(source))
    if machine.run(tokens) < len(tokens) - 1:
        return []
    return expected_kinds(states_before(start, tokens, len(tokens) - 1), machine.end)


def expected_after(source: Source, start: Start, tokens: list[Token], *, repair: bool) -> list[str]:
    """The kinds of token that fit after the first tokens of a text, for completion.

    Where those do not fit themselves: with `repair` what fits after mending them, else nothing.
    """
    states, end = [tables().starts[start]], tables().ends[start]
    fault = next((i for i, token in enumerate(tokens) if not advance(states, token.kind, end)), None)
    if fault is None:
        return expected_kinds(states, end)
    if not repair:
        return []
    mended = Repair(source, start, tokens).run(fault)
    return [] if mended is None else expected_kinds(mended.states, end)


def tree_of_open(source: Source, start: Start, tokens: list[Token]) -> Any:
    """The tree of the first tokens of a text, for completion: what is open is closed, faults are mended.

    None where nothing could be kept.
    """
    end = tokens[-1].end if tokens else 0
    machine = Repair(source, start, [*tokens, Token(END, end, end)]).run(0)
    return None if machine is None else machine.result


def _repaired(lexed: Lexed, start: Start, tokens: list[Token], index: int) -> Parsed[Any]:
    repair = Repair(lexed.source, start, tokens)
    machine = repair.run(index)
    found = {d.span: d for d in [*repair.diagnostics, *lexed.diagnostics]}
    diagnostics = sorted(found.values(), key=lambda d: d.span.start if d.span else 0)
    if machine is None:
        return _parsed(lexed, None, diagnostics)
    return _measured(lexed.source, lexed, machine, diagnostics)


def _measured(source: Source, lexed: Lexed, machine: Machine, diagnostics: list[Diagnostic]) -> Parsed[Any]:
    """Refuses a tree with too many levels, so that no later stage runs out of stack."""
    if machine.deepest > MAX_DEPTH or machine.context.is_deep:
        node = first_deeper(machine.result, MAX_DEPTH)
        if node is not None:
            return _parsed(lexed, None, [*diagnostics, _too_deep(source, node.span.start, node.span.end)])
    return _parsed(lexed, machine.result, diagnostics)


def _parsed(lexed: Lexed, tree: Any, diagnostics: list[Diagnostic]) -> Parsed[Any]:
    return Parsed(tree, list(diagnostics), lexed.tokens, lexed.comments)


def _closed(lexed: Lexed) -> list[Token]:
    end = len(lexed.source.text)
    return [*lexed.tokens, Token(END, end, end)]


def _too_deep(source: Source, start: int, end: int) -> Diagnostic:
    message = f"nested too deeply: more than {MAX_DEPTH} levels"
    return Diagnostic(message, source.span(start, end), "give parts of it a name, with `let` or `const`")
