"""The tokens of the language: their kinds, and how tremor calls them in messages.

A kind is the name of a terminal in `parse/grammar.lark`, so that tables and tokens need no
translation. Strings without escapes and interpolations are one token; all others are
`STRING_OPEN`, then `PART` and `INTERPOLATION … RBRACE` in any order, then `STRING_CLOSE`.
"""

from __future__ import annotations

import msgspec

from tremor_tui.model.diagnostic import Diagnostic

TokenValue = str | int | float | Diagnostic | None


class Token(msgspec.Struct, frozen=True, gc=False):
    """A piece of the text from offset `start` to `end`; spaces and comments are in none.

    `value` is the name of an `IDENT`, the content of a literal or of a comment, and None for what
    always looks the same. A `BAD` token has a Diagnostic if the lexer knows better than the parser
    what is wrong.
    """

    kind: str
    start: int
    end: int
    value: TokenValue = None


class Comment(msgspec.Struct, frozen=True, gc=False):
    """A `#` comment from offset `start` to `end`; `text` is what follows the `#`.

    `is_trailing` if there is something before it on its line.
    """

    start: int
    end: int
    text: str
    is_trailing: bool = False


_WORDS = (
    "absent and args as by case connect connector const copy create default define deploy drop each "
    "emit end erase event flow fn for from group having insert into intrinsic let match merge mod move "
    "not of operator or patch pipeline present recur script select set sliding state stream to tumbling "
    "update upsert use when where window with xor"
)

KEYWORDS = {word: word.upper() for word in _WORDS.split()} | {"true": "TRUE", "false": "FALSE", "null": "NIL"}
"""The kind of each word that is no identifier."""

PUNCTUATION = {
    "+": "PLUS",
    "-": "MINUS",
    "*": "STAR",
    "/": "SLASH",
    "%": "PERCENT",
    "&": "AMPERSAND",
    "^": "CARET",
    "!": "BANG",
    "==": "EQ",
    "!=": "NE",
    ">": "GT",
    ">=": "GE",
    "<": "LT",
    "<=": "LE",
    "<<": "LSHIFT",
    ">>": "RSHIFT",
    ">>>": "URSHIFT",
    "=": "ASSIGN",
    "=>": "ARROW",
    "~": "TILDE",
    "~=": "TILDE_EQ",
    ":": "COLON",
    "::": "SCOPE",
    ";": "SEMI",
    ",": "COMMA",
    ".": "DOT",
    "$": "DOLLAR",
    "_": "DONT_CARE",
    "(": "LPAREN",
    ")": "RPAREN",
    "[": "LBRACKET",
    "]": "RBRACKET",
    "{": "LBRACE",
    "}": "RBRACE",
    "%(": "TUPLE_OPEN",
    "%[": "ARRAY_OPEN",
    "%{": "RECORD_OPEN",
}

NAMED = {
    "IDENT": "<ident>",
    "INT": "int",
    "FLOAT": "float",
    "TRUE": "bool",
    "FALSE": "bool",
    "NIL": "nil",
    "STRING": '"',
    "STRING_OPEN": '"',
    "STRING_CLOSE": '"',
    "HEREDOC_OPEN": '"""',
    "HEREDOC_CLOSE": '"""',
    "PART": "string",
    "INTERPOLATION": "#{",
    "EXTRACTOR": "<extractor>",
    "DOC": "<doc-comment>",
    "MODULE_DOC": "<mod-comment>",
    "CONFIG": "#!config",
}

EXPECTED_NAMES: dict[str, str] = (
    {kind: word for word, kind in KEYWORDS.items()}
    | {kind: text for text, kind in PUNCTUATION.items()}
    | NAMED
)
"""What tremor calls a kind where it lists what it expected."""

KINDS = (*EXPECTED_NAMES, "BAD")
"""Every kind."""


def shown(token: Token, text: str) -> str:
    """How tremor shows a token that it found: as written, or in its own normal form."""
    match token.kind:
        case "STRING" | "STRING_OPEN" | "STRING_CLOSE":
            return '"'
        case "HEREDOC_OPEN":
            return '"""\n'
        case "DOC":
            return f"## {token.value}"
        case "MODULE_DOC":
            return f"### {token.value}"
        case "INT" | "FLOAT":
            return str(token.value) if token.kind == "INT" else text[token.start : token.end]
        case _:
            return text[token.start : token.end]


def shown_width(token: Token) -> int:
    """How many characters of it tremor underlines where the token is the fault."""
    if token.kind in ("STRING", "STRING_OPEN"):
        return 1
    if token.kind == "HEREDOC_OPEN":
        return 3
    return max(1, token.end - token.start)
