"""Colours for source text: a list of (start, end, style), from tokens alone.

Broken text is coloured as far as it goes, and one line may be given alone: a string that another line
started is then taken for what it looks like. What is not listed has no style.
"""

from __future__ import annotations

from tremor_tui.language.lex.lexer import Lexed, lex
from tremor_tui.language.lex.tokens import KEYWORDS, PUNCTUATION, Token
from tremor_tui.language.source import Source

STYLES = (
    *("keyword", "string", "number", "operator", "comment", "doc", "function", "path", "constant"),
    *("extractor", "error", "interpolation"),
)
"""Every style that `highlight` gives."""

_OPERATORS = set(PUNCTUATION.values()) - {
    *("SEMI", "COMMA", "DOT", "LPAREN", "RPAREN", "LBRACKET", "RBRACKET", "LBRACE", "RBRACE", "COLON"),
    *("SCOPE", "DONT_CARE", "DOLLAR"),
}
_STYLES = (
    dict.fromkeys(KEYWORDS.values(), "keyword")
    | dict.fromkeys(_OPERATORS, "operator")
    | dict.fromkeys(("AND", "OR", "XOR", "NOT"), "operator")
    | dict.fromkeys(("STRING", "STRING_OPEN", "STRING_CLOSE", "PART"), "string")
    | dict.fromkeys(("HEREDOC_OPEN", "HEREDOC_CLOSE"), "string")
    | dict.fromkeys(("TRUE", "FALSE", "NIL", "DONT_CARE"), "constant")
    | dict.fromkeys(("EVENT", "STATE", "ARGS", "GROUP", "WINDOW", "DOLLAR"), "path")
    | dict.fromkeys(("DOC", "MODULE_DOC"), "doc")
    | dict.fromkeys(("INT", "FLOAT"), "number")
    | {"EXTRACTOR": "extractor", "BAD": "error", "CONFIG": "keyword", "INTERPOLATION": "interpolation"}
)


def highlight(text: str) -> list[tuple[int, int, str]]:
    """The styled pieces of a text, in order and apart from each other. Never raises."""
    return highlight_lexed(lex(Source(text, "")))


def highlight_lexed(lexed: Lexed) -> list[tuple[int, int, str]]:
    """The same for a text that is already lexed."""
    pieces = [(comment.start, comment.end, "comment") for comment in lexed.comments]
    depths: list[int] = []
    tokens = lexed.tokens
    for at, token in enumerate(tokens):
        style = _style(tokens, at, token, depths)
        if style and token.end > token.start:
            pieces.append((token.start, token.end, style))
    return sorted(pieces)


def _style(tokens: list[Token], at: int, token: Token, depths: list[int]) -> str | None:
    """The style of one token; `depths` counts the braces in each open interpolation."""
    kind = token.kind
    if kind == "INTERPOLATION":
        depths.append(0)
    elif depths and kind in ("LBRACE", "RECORD_OPEN"):
        depths[-1] += 1
    elif depths and kind == "RBRACE":
        if depths[-1] == 0:
            depths.pop()
            return "interpolation"
        depths[-1] -= 1
    if kind == "IDENT":
        return _name_style(tokens, at)
    if kind in ("GROUP", "WINDOW", "STATE", "ARGS") and not _is_root(tokens, at):
        return "keyword"
    return _STYLES.get(kind)


def _is_root(tokens: list[Token], at: int) -> bool:
    """Whether a word that can be a path's root or a clause is followed as a root is."""
    return tokens[at].kind == "STATE" or (at + 1 < len(tokens) and tokens[at + 1].kind in _AFTER_ROOT)


_AFTER_ROOT = {"DOT", "LBRACKET", "COMMA", "RPAREN", "RBRACE", "SEMI", "COLON", "RBRACKET"}


def _name_style(tokens: list[Token], at: int) -> str | None:
    following = tokens[at + 1].kind if at + 1 < len(tokens) else ""
    before = tokens[at - 1].kind if at else ""
    if following == "EXTRACTOR":
        return "extractor"
    if following == "LPAREN" or before == "FN":
        return "function"
    if before == "DOT" or before == "DOLLAR":
        return "path"
    value = tokens[at].value
    return "constant" if isinstance(value, str) and value.isupper() else None
