"""Turns a text into tokens, without ever failing.

One pattern finds nearly all tokens; what needs more (strings with escapes or interpolations, odd
numbers, extractor rules) leaves the fast loop for a method of its own. Interpolations are kept on a
stack, so that the stream stays flat: at the `}` that closes one, the string goes on.

Where a text is not in the language, tremor's own wording and place are kept, oddities included
(`0xg` is three characters wide, an unfinished `"#{x"` points at its `#{`), as users compare them.
A string that is not closed ends at the end of its line, so that the rest of the text stays readable.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from msgspec import structs

from tremor_tui.language.lex.literals import UNEXPECTED_END, Scanned, scan_extractor, scan_number
from tremor_tui.language.lex.tokens import KEYWORDS, PUNCTUATION, Comment, Token
from tremor_tui.language.source import Source
from tremor_tui.model.diagnostic import Diagnostic

UNTERMINATED_STRING = "It looks like you forgot to terminate a string with a closing '\"'"
UNTERMINATED_HEREDOC = 'It looks like you forgot to terminate a here doc with with a closing \'"""\''
TAILING_HEREDOC = (
    "It looks like you have characters tailing the here doc opening, it needs to be followed by a newline"
)
UNTERMINATED_INTERPOLATION = "It looks like you forgot to terminate a string interpolation with a closing '}'"
EMPTY_INTERPOLATION = "You have an interpolation without content."
UNTERMINATED_IDENT = "It looks like you forgot to terminate an ident with a closing '`'"
EMPTY_HINT = "Did you mean to write a literal '#{'? Escape it as '\\#{'."

_WORD, _PUNCTUATION, _BRACE, _STRING, _INT, _COMMENT, _SPECIAL = range(1, 8)
_MASTER = re.compile(
    r"""[ \t\n\r\f\v\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*+
    (?: ([A-Za-z][A-Za-z0-9_]*+) (?![^\x00-\x7f])
      | ( [;,.$()\[\]/^&*+_-] | => | ==? | ::?+(?!:) | != | !(?=[\s\S]) | ~= | ~(?=[\s\S])
        | >>>? | >= | >(?=[\s\S]) | << | <= | <(?=[\s\S]) | %\( | %\[ | %(?=[^{]) )
      | ( [{}] | %\{ )
      | ( "[^"\\\#\n]++" | ""(?!") )
      | ([0-9][0-9_]*+) (?![.A-Za-z]|[^\x00-\x7f])
      | (\#[^\n]*)
      | ([\s\S])
      | \Z
    )""",
    re.VERBOSE,
)
_ESCAPE = r'\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}|\\["\\bfnrt#]'
_PIECE = re.compile(rf'[^"\\#\n]+|{_ESCAPE}|#\{{\}}|#\{{|#|"|\n|\\')
_HEREDOC_PIECE = re.compile(rf'[^"\\#]+|{_ESCAPE}|#\{{\}}|#\{{|#|"""|"|\\')
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_U64 = 1 << 64
_LINE_END = re.compile(r"$", re.MULTILINE)


class Lexed(NamedTuple):
    """The tokens of a text, its `#` comments, and what is wrong with it, in the order of the text."""

    source: Source
    tokens: list[Token]
    comments: list[Comment]
    diagnostics: list[Diagnostic]


class _Open:
    """A string that waits for the end of an interpolation."""

    __slots__ = ("at", "depth", "is_heredoc", "start")

    def __init__(self, is_heredoc: bool, start: int, at: int) -> None:
        self.is_heredoc = is_heredoc
        self.start = start  # of the string
        self.at = at  # of the `#{`
        self.depth = 0  # of braces inside


def lex(source: Source) -> Lexed:
    """The tokens of a text. Never raises: what is no token is one of kind `BAD`."""
    lexer = _Lexer(source)
    position: int | None = 0
    while position is not None:
        position = lexer.run(position)
    lexer.finish()
    return Lexed(source, lexer.tokens, lexer.comments, lexer.diagnostics)


class _Lexer:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.tokens: list[Token] = []
        self.comments: list[Comment] = []
        self.diagnostics: list[Diagnostic] = []
        self.open: list[_Open] = []

    def run(self, position: int) -> int | None:
        """Takes tokens up to the first that needs a method of its own; gives where to go on."""
        add, keywords, punctuation = self.tokens.append, KEYWORDS.get, PUNCTUATION
        for match in _MASTER.finditer(self.text, position):
            index = match.lastindex
            if index is None:
                return None
            start, end = match.span(index)
            word = match[index]
            if index == _WORD:
                kind = keywords(word)
                add(Token("IDENT", start, end, word) if kind is None else Token(kind, start, end))
            elif index == _PUNCTUATION:
                add(Token(punctuation[word], start, end))
            elif index == _STRING:
                add(Token("STRING", start, end, word[1:-1]))
            elif index == _INT and (number := int(word.replace("_", ""))) < _U64:
                add(Token("INT", start, end, number))
            elif index == _BRACE:
                add(Token(punctuation[word], start, end))
                if self.open and self._closes(word):
                    return self._body(self.open.pop(), end)
            else:
                return self._special(word, start, end)
        return None

    def _closes(self, brace: str) -> bool:
        """Whether this brace ends the interpolation that is being read."""
        top = self.open[-1]
        if brace == "}":
            top.depth -= 1
            return top.depth < 0
        top.depth += 1
        return False

    def _special(self, word: str, start: int, end: int) -> int:
        if word[0] == "#":
            return self._comment(word, start, end)
        if word == '"':
            return self._string(start)
        if word[0].isdigit() and word.isascii():
            return self._scanned(scan_number(self.text, start))
        if word == "|":
            return self._scanned(scan_extractor(self.text, start))
        if word == "`":
            return self._quoted(start)
        if word.isidentifier() and word != "_":
            return self._word(start)
        return self._unknown(word, start)

    def _unknown(self, word: str, start: int) -> int:
        end = start + 1
        if word == ":":
            while self.text.startswith(":", end):
                end += 1
        if word in "%!~" and end == len(self.text):
            return self._bad(start, end, UNEXPECTED_END)
        self.tokens.append(Token("BAD", start, end))
        return end

    def _comment(self, word: str, start: int, end: int) -> int:
        if word.startswith("#!config "):
            end = start + 9
            self.tokens.append(Token("CONFIG", start, end))
        elif word.startswith("#!"):
            end = start + 2
            self.tokens.append(Token("BAD", start, end))
        elif word.startswith("###"):
            self.tokens.append(Token("MODULE_DOC", start, end, word[3:].rstrip("\r")))
        elif word.startswith("##"):
            self.tokens.append(Token("DOC", start, end, word[2:].rstrip("\r")))
        else:
            before = self.text[self.text.rfind("\n", 0, start) + 1 : start]
            self.comments.append(Comment(start, end, word[1:].rstrip("\r"), bool(before.strip())))
        return end

    def _word(self, start: int) -> int:
        text, end = self.text, start + 1
        while end < len(text) and ("a" + text[end]).isidentifier():
            end += 1
        word = text[start:end]
        kind = KEYWORDS.get(word)
        self.tokens.append(Token("IDENT", start, end, word) if kind is None else Token(kind, start, end))
        return end

    def _quoted(self, start: int) -> int:
        line_end = self._line_end(start)
        end = self.text.find("`", start + 1, line_end)
        if end < 0:
            stop = line_end if line_end < len(self.text) else max(start, line_end - 1)
            return self._bad(start, line_end, UNTERMINATED_IDENT, (start, stop))
        self.tokens.append(Token("IDENT", start, end + 1, self.text[start + 1 : end]))
        return end + 1

    def _scanned(self, scanned: Scanned) -> int:
        token, message, span = scanned
        if message:
            return self._bad(token.start, token.end, message, span)
        self.tokens.append(token)
        return token.end

    # --- strings ------------------------------------------------------------------------------------

    def _string(self, start: int) -> int:
        """At a `"` that starts a heredoc, or a string with an escape or `#`, or an unfinished one."""
        text = self.text
        if not text.startswith('"""', start):
            self.tokens.append(Token("STRING_OPEN", start, start + 1))
            return self._body(_Open(False, start, start), start + 1)
        if text.startswith("\n", start + 3):
            self.tokens.append(Token("HEREDOC_OPEN", start, start + 3))
            return self._body(_Open(True, start, start), start + 4)
        if start + 3 == len(text):
            return self._unfinished(UNTERMINATED_HEREDOC, start, start + 2, start)
        return self._unfinished(TAILING_HEREDOC, start, start + 3, start)

    def _body(self, string: _Open, start: int) -> int:
        """Takes a string's parts from `start` on, up to its end or to its next interpolation."""
        match = (_HEREDOC_PIECE if string.is_heredoc else _PIECE).match
        text, position, values = self.text, start, list[str]()
        seen = string.at + 2  # how far tremor says that a heredoc got which has no end
        while (piece := match(text, position)) is not None:
            value, at, position = piece[0], position, piece.end()
            if value == '"""' or (value == '"' and not string.is_heredoc):
                self._part(values, start, at)
                kind = "HEREDOC_CLOSE" if string.is_heredoc else "STRING_CLOSE"
                self.tokens.append(Token(kind, at, position))
                return position
            if value == "#{":
                self._part(values, start, at)
                self.tokens.append(Token("INTERPOLATION", at, position))
                string.at, string.depth = at, 0
                self.open.append(string)
                return position
            if value == "\n" and not string.is_heredoc:
                return self._unfinished(UNTERMINATED_STRING, string.start, at, start)
            if value in ("\\", "#{}"):
                self._part(values, start, at)
                values = []
                start = position = self._bad_piece(value, at, string)
            else:
                values.append(_unescaped(value))
                seen = position - (value == "#" or (value[0] == "\\" and value != "\\#"))
        if string.is_heredoc:
            return self._unfinished(UNTERMINATED_HEREDOC, string.start, seen, start)
        return self._unfinished(UNTERMINATED_STRING, string.start, self._line_end(string.start), start)

    def _part(self, values: list[str], start: int, end: int) -> None:
        value = "".join(values)
        if value:
            self.tokens.append(Token("PART", start, end, value))

    def _bad_piece(self, value: str, at: int, string: _Open) -> int:
        """At a wrong escape or an empty interpolation inside a string."""
        text = self.text
        if value == "#{}":
            return self._bad(at, at + 3, EMPTY_INTERPOLATION, None, EMPTY_HINT)
        if at + 1 == len(text):
            return self._bad(at, at + 1, UNEXPECTED_END)
        code = text[at + 1]
        if code == "u":
            end = min(_bad_digit(text, at + 2), len(text))
            stops, is_line_end = text[end - 1] in '"\n', text[end - 1] == "\n"
            return self._bad(
                at,
                end - 1 if stops else end,
                "An invalid UTF8 escape sequence was found",
                (at, end - 1 if is_line_end else end),
                wider=is_line_end,
            )
        end = at + 1 if code == "\n" and not string.is_heredoc else at + 2
        message = f"An unexpected escape code {code!r} was found"
        return self._bad(at, end, message, (at, at + 1 if code == "\n" else at + 2), wider=code == "\n")

    # --- what is wrong ------------------------------------------------------------------------------

    def _unfinished(self, message: str, start: int, end: int, bad_from: int) -> int:
        """A string without an end: seen from outside, it may be an interpolation without one."""
        span = (start, end)
        for string in reversed(self.open):
            if message == UNTERMINATED_STRING and not string.is_heredoc:
                message, span = UNTERMINATED_INTERPOLATION, (string.at, string.at + 2)
            elif message in (UNTERMINATED_HEREDOC, TAILING_HEREDOC):
                if string.is_heredoc:
                    message, span = UNTERMINATED_INTERPOLATION, (string.start, self._line_end(end))
                else:
                    message = UNTERMINATED_HEREDOC
        hint = EMPTY_HINT if message == UNTERMINATED_INTERPOLATION else ""
        is_rest = message == UNTERMINATED_HEREDOC
        cut = max(self._line_end(bad_from), len(self.text) if is_rest else 0)
        while self.open and not self.open[-1].is_heredoc:
            self.open.pop()
        return self._bad(bad_from, cut, message, span, hint)

    def _bad(
        self,
        start: int,
        end: int,
        message: str,
        span: tuple[int, int] | None = None,
        hint: str = "",
        wider: bool = False,
    ) -> int:
        """`wider`: the line feed after the place is underlined as well, as if it stood in its line."""
        first, last = span or (start, end)
        last = max(last, min(first + 1, len(self.text)))
        place = self.source.span(first, last)
        if wider:
            place = structs.replace(place, end_column=place.end_column + 1, end=place.end + 1)
        diagnostic = Diagnostic(message, place, hint)
        self.diagnostics.append(diagnostic)
        self.tokens.append(Token("BAD", start, end, diagnostic))
        return end

    def _line_end(self, position: int) -> int:
        end = self.text.find("\n", position)
        return end if end >= 0 else len(self.text)

    def finish(self) -> None:
        """Says which interpolation is still open at the end of the text, if one is."""
        if self.open:
            at = self.open[-1].at
            end = len(self.text)
            self._bad(end, end, UNTERMINATED_INTERPOLATION, (at, at + 2), EMPTY_HINT)


def _unescaped(piece: str) -> str:
    if piece[0] != "\\" or len(piece) == 1:
        return piece
    if piece[1] == "u":
        return chr(int(piece[2:], 16))
    return _ESCAPES.get(piece[1], piece[1])


def _bad_digit(text: str, start: int) -> int:
    """The offset after the first character that is no hex digit, at most four."""
    for end in range(start, start + 4):
        if text[end : end + 1] not in "0123456789abcdefABCDEF" or end >= len(text):
            return end + 1
    return start + 4
