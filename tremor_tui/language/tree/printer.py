"""Turns a tree into text in its canonical form: `parse(print_tree(tree))` is the same tree again.

Brackets are set only where the tree needs them. Nodes become pieces one level at a time, on a list
that serves as stack, so that deep trees print as well as flat ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tremor_tui.language.lex.tokens import Comment
from tremor_tui.language.tree.expr import Node
from tremor_tui.language.tree.layout import Mark, Piece, lay_out
from tremor_tui.language.tree.printer_expr import PRINTERS as EXPR_PRINTERS
from tremor_tui.language.tree.printer_expr import level_of
from tremor_tui.language.tree.printer_pieces import Comments, Item, Sub
from tremor_tui.language.tree.printer_statement import PRINTERS as STATEMENT_PRINTERS

_PRINTERS: dict[type[Any], Callable[[Any], list[Item]]] = {**EXPR_PRINTERS, **STATEMENT_PRINTERS}


def print_tree(node: Node, comments: Sequence[Comment] = ()) -> str:
    """The canonical text of a tree, with a line feed at its end.

    `comments` are those of the text that it was parsed from. Each stands before the statement, clause
    or case that follows it, or at the end of its line if it stood there.
    """
    waiting = list(reversed(comments))
    text = lay_out(list(_pieces(node, waiting)))
    return "\n".join([text, *(f"#{comment.text.rstrip()}" for comment in reversed(waiting)), ""])


def _pieces(node: Node, waiting: list[Comment]) -> Iterator[Piece]:
    stack: list[Item] = [Sub(node, -1)]
    while stack:
        item = stack.pop()
        if isinstance(item, Sub):
            stack.extend(reversed(_expanded(item)))
        elif isinstance(item, Comments):
            yield from _due(item, waiting)
        else:
            yield item


def _expanded(sub: Sub) -> list[Item]:
    items = _PRINTERS[type(sub.node)](sub.node)
    if level_of(sub.node, sub.level) < sub.level:
        return ["(", *items, ")"]
    return items


def _due(place: Comments, waiting: list[Comment]) -> Iterator[Piece]:
    """The comments that stand before a place where a line starts, and the break before that line."""
    if waiting and waiting[-1].start < place.before and waiting[-1].is_trailing and place.mark:
        yield f" #{waiting.pop().text.rstrip()}"
    if place.mark:
        yield place.mark
    while waiting and waiting[-1].start < place.before:
        yield f"#{waiting.pop().text.rstrip()}"
        yield Mark.HARD
