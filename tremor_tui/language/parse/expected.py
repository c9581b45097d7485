"""What is said where a token does not fit: what was found, what would have fitted, and a hint.

Words and places are tremor's, as users compare them. The list of what would have fitted is exact: it
is computed from the stack as it was after the last token, before the tables reduced it any further on
sight of a token that does not fit.
"""

from __future__ import annotations

from difflib import get_close_matches

from tremor_tui.language.lex.tokens import EXPECTED_NAMES, KEYWORDS, Token, shown, shown_width
from tremor_tui.language.parse.tables import END, fits, tables
from tremor_tui.language.source import Source
from tremor_tui.model.diagnostic import Diagnostic

MAX_DISTANCE = 3
NO_WORDS = frozenset({"int", "float", "bool", "nil", "string"})
"""Names of kinds of token that are no words to write."""


def expected_kinds(states: list[int], end: int) -> list[str]:
    """The kinds of token that fit after a stack of states."""
    row = tables().actions[states[-1]]
    return [kind for kind in row if kind != END and fits(states, kind, end)]


def unexpected(source: Source, tokens: list[Token], index: int, kinds: list[str]) -> Diagnostic:
    """The diagnostic for a token that does not fit; the last one is the end of the text."""
    names = expected_names(kinds)
    if tokens[index].kind == END:
        return _at_end(source, tokens, index, names)
    token = tokens[index]
    found = shown(token, source.text)
    end = min(token.start + shown_width(token), len(source.text))
    span = source.span(token.start, end)
    message = f"Found the token `{found}` but expected {_choices(names)}"
    hint = _hint(found, names) or _before(source.text, tokens, index)
    return Diagnostic(message, span, hint, expected=names)


def _before(text: str, tokens: list[Token], index: int) -> str:
    """A keyword with a slip in it is a name, and the fault shows only behind it."""
    if not index or tokens[index - 1].kind != "IDENT":
        return ""
    written = text[tokens[index - 1].start : tokens[index - 1].end]
    near = get_close_matches(written, KEYWORDS, n=1, cutoff=0.8)
    return f"Did you mean to use `{near[0]}` where `{written}` is?" if near else ""


def expected_names(kinds: list[str]) -> tuple[str, ...]:
    """The kinds in tremor's words, sorted; `...` is three dots, which tremor lists as two."""
    names = sorted({EXPECTED_NAMES[kind] for kind in kinds})
    if "." in names:
        names.insert(names.index("."), ".")
    return tuple(names)


def _at_end(source: Source, tokens: list[Token], index: int, names: tuple[str, ...]) -> Diagnostic:
    start = tokens[index - 1].end if index else 0
    span = source.span(start, min(start + 1, len(source.text)))
    hint = "an `end` may be missing" if "end" in names else ""
    if not index:
        hint = "there has to be at least one statement"
    return Diagnostic(f"Found the end of the text but expected {_choices(names)}", span, hint, expected=names)


def _choices(names: tuple[str, ...]) -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else "one of " + ", ".join(quoted)


def _hint(found: str, names: tuple[str, ...]) -> str:
    takes_name = "<ident>" in names
    if found in ("default", "case"):
        return "You might have a trailing `;` in the prior statement"
    if found == '"' and takes_name:
        return 'Did you mean to quote an ident? If so use ` (a back tick) not " (a quote).'
    if found in KEYWORDS and takes_name:
        return (
            f"It looks like you tried to use '{found}' as an ident, "
            f"consider quoting it as `{found}` to make it an identifier."
        )
    if found == "-" and "(" in names:
        return "Try wrapping this expression in parentheses `(` ... `)`"
    return _nearest(found, names)


def _nearest(found: str, names: tuple[str, ...]) -> str:
    """A word is compared with words. Anything else is compared with the quoted names, as in tremor, so that
    very short ones are near to each other."""
    if found[:1].isalpha():
        words = [name for name in names if name[0].isalpha() and name not in NO_WORDS]
        close = get_close_matches(found, words, n=1, cutoff=0.6)
        return f"Did you mean to use `{close[0]}`?" if close else ""
    near = sorted((distance(found, f"`{name}`"), f"`{name}`") for name in names)
    if not near or near[0][0] > MAX_DISTANCE:
        return ""
    best = near[0][1]
    return "Did you mean to use a string?" if best in ('`"`', '`"""`') else f"Did you mean to use {best}?"


def distance(a: str, b: str) -> int:
    """Edits between two words: insert, delete, replace, swap neighbours; 99 for far more than asked."""
    if abs(len(a) - len(b)) > MAX_DISTANCE:
        return 99
    before, row = [0] * (len(b) + 1), list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        current = [i]
        for j, y in enumerate(b, 1):
            cost = min(row[j] + 1, current[-1] + 1, row[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        before, row = row, current
    return row[-1]
