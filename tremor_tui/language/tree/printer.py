"""Turns a tree into text in its canonical form: `parse(print_tree(tree))` is the same tree again.

Brackets are set only where the tree needs them. Nodes become pieces one level at a time, on a list
that serves as stack, so that deep trees print as well as flat ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tremor_tui.language.lex.tokens import Comment
from tremor_tui.language.tree.expr import Extractor, Node
from tremor_tui.language.tree.layout import Mark, Piece, lay_out
from tremor_tui.language.tree.printer_expr import PRINTERS as EXPR_PRINTERS
from tremor_tui.language.tree.printer_expr import level_of
from tremor_tui.language.tree.printer_pieces import Comments, Item, Sub
from tremor_tui.language.tree.printer_statement import PRINTERS as STATEMENT_PRINTERS

_HEAD = re.compile(r"^[ \t]*(###|#!config )", re.MULTILINE)
_PRINTERS: dict[type[Any], Callable[[Any], list[Item]]] = {**EXPR_PRINTERS, **STATEMENT_PRINTERS}


def print_tree(node: Node, comments: Sequence[Comment] = (), text: str = "") -> str:
    """The canonical text of a tree, with a line feed at its end.

    `comments` are those of the text that it was parsed from. Each stands before the statement, clause
    or case that follows it, or at the end of its line if it stood there. With that `text`, comments stay
    above what a file begins with, one empty line stays where there were some, and so do the lines of rules.
    """
    waiting = list(reversed(comments))
    pieces = [*_header(node, waiting, text), *_pieces(node, waiting, text)]
    pieces += _rest(waiting, text)
    return lay_out(pieces) + "\n"


def _header(node: Node, waiting: list[Comment], text: str) -> Iterator[Piece]:
    """The comments above a file's first line, where that is a directive or says what the file is."""
    head = _HEAD.search(text) if getattr(node, "doc", ()) or getattr(node, "config", ()) else None
    while head and waiting and waiting[-1].start < head.start():
        yield _written(waiting.pop())
        next_line = waiting[-1].start if waiting else len(text)
        yield Mark.BLANK if _is_apart(text, min(head.start(), next_line)) else Mark.HARD


def _rest(waiting: list[Comment], text: str) -> Iterator[Piece]:
    """The comments below the last line."""
    if waiting and waiting[-1].is_trailing:
        yield f" {_written(waiting.pop())}"
    while waiting:
        comment = waiting.pop()
        yield Mark.BLANK if _is_apart(text, comment.start) else Mark.HARD
        yield _written(comment)


def _pieces(node: Node, waiting: list[Comment], text: str) -> Iterator[Piece]:
    stack: list[Item] = [Sub(node, -1)]
    while stack:
        item = stack.pop()
        if isinstance(item, Sub):
            stack.extend(reversed(_as_written(item.node, text) or _expanded(item)))
        elif isinstance(item, Comments):
            yield from _due(item, waiting, text)
        else:
            yield item


def _as_written(node: Node, text: str) -> list[Item] | None:
    """An extractor whose author wrote its rule on several lines."""
    if not isinstance(node, Extractor):
        return None
    rule = text[node.rule_span.start : node.rule_span.end]
    return [Sub(node.name), rule] if "\n" in rule else None


def _expanded(sub: Sub) -> list[Item]:
    items = _PRINTERS[type(sub.node)](sub.node)
    if level_of(sub.node, sub.level) < sub.level:
        return ["(", *items, ")"]
    return items


def _due(place: Comments, waiting: list[Comment], text: str) -> Iterator[Piece]:
    """The comments that stand before a place where a line starts, and the break before that line."""
    is_told, is_inner = False, place.mark in (Mark.LINE, Mark.SOFT)
    if waiting and waiting[-1].start < place.before and waiting[-1].is_trailing and place.mark:
        yield f" {_written(waiting.pop())}"
        is_told = True
    due = []
    while waiting and waiting[-1].start < place.before:
        due.append(waiting.pop())
    starts = [*(comment.start for comment in due), place.before]
    if is_inner and place.mark:
        yield Mark.HARD if due or is_told else place.mark
    elif place.mark:
        yield Mark.BLANK if not place.is_first and _is_apart(text, starts[0]) else place.mark
    for comment, following in zip(due, starts[1:], strict=True):
        yield _written(comment)
        yield Mark.BLANK if not is_inner and _is_apart(text, following) else Mark.HARD


def _written(comment: Comment) -> str:
    return f"#{comment.text.rstrip()}"


def _is_apart(text: str, start: int) -> bool:
    """Whether there is an empty line above what starts at an offset, or above its doc comment."""
    end = text.rfind("\n", 0, start)
    if text[end + 1 : start].strip():
        return False
    while end >= 0:
        begin = text.rfind("\n", 0, end) + 1
        line = text[begin:end].strip()
        if not line.startswith("##"):
            return not line
        end = begin - 1
    return False
