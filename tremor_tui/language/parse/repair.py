"""Goes on after a fault, so that an editor gets all diagnostics and most of the tree.

At a token that does not fit, in this order:

1. at the end of the text, what is open is closed;
2. one token of a short list is put before it, or in its place, if then the next few tokens fit;
3. it is left out, if then the next few tokens fit;
4. the innermost list whose element can be given up drops that element, and the text is skipped up to
   a token at which the list goes on.

Every round takes a token away, puts one of a bounded number in, or gives an element up, so it ends.
"""

from __future__ import annotations

from functools import cache

from tremor_tui.language.lex.tokens import Token, TokenValue
from tremor_tui.language.parse.build import MISSING, Context, append, first, more
from tremor_tui.language.parse.expected import expected_kinds, unexpected
from tremor_tui.language.parse.machine import MAX_STACK, Machine
from tremor_tui.language.parse.tables import END, advance, fits, tables
from tremor_tui.language.source import Source
from tremor_tui.model.diagnostic import Diagnostic

AHEAD = 4
"""How many tokens have to fit after a token was put in or left out."""
SKIPPED_AHEAD = 3
"""The same after a piece of text was skipped."""
MAX_FAULTS = 100
MAX_CLOSING = 600

INSERTED = (
    *("SEMI", "COMMA", "END", "RPAREN", "RBRACKET", "RBRACE", "ARROW", "ASSIGN", "IDENT", "OF", "COLON"),
    *("STRING", "STRING_CLOSE", "WITH", "FROM", "INTO", "TO", "CASE", "LPAREN", "LBRACKET", "LBRACE"),
    *("EXTRACTOR", "SLASH", "SCRIPT", "EQ", "PLUS", "WHEN", "BY", "AS", "SCOPE", "DOT", "RSHIFT"),
)
CLOSING = (
    *("STRING_CLOSE", "HEREDOC_CLOSE", "RPAREN", "RBRACKET", "RBRACE", "END", "EXTRACTOR", "IDENT"),
    *("STRING", "ARROW", "OF", "ASSIGN", "FROM", "INTO", "TO", "WITH", "RSHIFT", "COLON", "CASE"),
)
"""In this order, so that `>>` closes bytes, and is no operator where anything else would do."""
SYNCS = {"SEMI", "END", "CASE", "RPAREN", "RBRACE", "RBRACKET", "COMMA", "DEFINE", "CREATE", "SELECT"} | {
    *("LET", "USE", "FN", "CONST", "DEPLOY", "CONNECT", "INTO", "STRING_CLOSE", "HEREDOC_CLOSE", END)
}
STAND_INS = {'"': "STRING", "`": "IDENT", "|": "EXTRACTOR"} | dict.fromkeys("0123456789", "INT")
_VALUES: dict[str, TokenValue] = {"IDENT": "", "STRING": "", "EXTRACTOR": "", "INT": 0}


class Repair:
    """One repair of one text, from its first fault on."""

    def __init__(self, source: Source, start: str, tokens: list[Token]) -> None:
        self.source = source
        self.tokens = tokens
        self.diagnostics: list[Diagnostic] = []
        self.machine = Machine(start, Context(source))
        self.faults = 0
        self.closings = 0
        self.put_before = -1
        """The last token that got one put before it: none gets two."""

    def run(self, index: int) -> Machine | None:
        """Repairs from the token at `index` on; None if nothing could be kept."""
        self.machine.run(self.tokens[:index])
        going: int | None = index
        while going is not None and going < len(self.tokens):
            going = self._go_on(going)
        return None if going is None else self.machine

    def _go_on(self, index: int) -> int | None:
        """Takes tokens while they fit, mends at the first that does not; None gives up."""
        machine, tokens = self.machine, self.tokens
        fitting = self._fitting(index)
        machine.run(tokens[index:fitting])
        index = fitting
        if index >= len(tokens):
            return index
        if self.faults >= MAX_FAULTS or self.closings >= MAX_CLOSING or machine.deepest > MAX_STACK:
            return None
        return self._mend(index)

    def _fitting(self, index: int) -> int:
        """The first token from `index` on that does not fit; tried on states alone."""
        states, end, tokens = list(self.machine.states), self.machine.end, self.tokens
        while index < len(tokens) and advance(states, tokens[index].kind, end):
            index += 1
        return index

    def _mend(self, index: int) -> int | None:
        token = self.tokens[index]
        kinds = expected_kinds(self.machine.states, self.machine.end)
        if not self.closings:
            self._report(index, kinds)
        if token.kind == END:
            self.closings += 1
            kind = next((kind for kind in CLOSING if kind in kinds), None)
            return self._put(kind, index) if kind else self._give_up(index)
        if token.kind == "BAD":
            going = self._without_bad(index)
            if going is not None:
                return going
        if self.put_before != index:
            kind = self._put_in(kinds, index, AHEAD)
            if kind:
                self.put_before = index
                return self._put(kind, index)
        if self._all_fit(self.machine.states, index + 1, AHEAD):
            return index + 1
        kind = self._put_in(kinds, index + 1, AHEAD)
        return self._put(kind, index + 1) if kind else self._give_up(index)

    def _report(self, index: int, kinds: list[str]) -> None:
        self.faults += 1
        if not isinstance(self.tokens[index].value, Diagnostic):
            self.diagnostics.append(unexpected(self.source, self.tokens, index, kinds))

    def _without_bad(self, index: int) -> int | None:
        """Leaves a `BAD` token out, or takes it for the literal that it seems to be."""
        states, end = self.machine.states, self.machine.end
        is_mark_at_end = self.tokens[index].start == len(self.source.text)
        if is_mark_at_end or self._all_fit(states, index + 1, AHEAD):
            return index + 1
        first = self.source.text[self.tokens[index].start : self.tokens[index].start + 1]
        for kind in ("STRING_CLOSE", "HEREDOC_CLOSE", STAND_INS.get(first, "IDENT")):
            if fits(states, kind, end):
                return self._put(kind, index + 1)
        return None

    def _put_in(self, kinds: list[str], index: int, ahead: int) -> str | None:
        """The first kind of the short list that fits and lets the tokens from `index` on fit."""
        for kind in INSERTED:
            if kind in kinds:
                states = list(self.machine.states)
                advance(states, kind, self.machine.end)
                if self._all_fit(states, index, ahead):
                    return kind
        return None

    def _put(self, kind: str, index: int) -> int:
        """Takes a token that is not in the text; goes on at `index`."""
        at = self.machine.last
        self.machine.run([Token(kind, at, at, _VALUES.get(kind))])
        return index

    def _all_fit(self, states: list[int], index: int, ahead: int) -> bool:
        """Whether the next few tokens fit; the one after a good one may be bad."""
        states, end = list(states), self.machine.end
        for number, token in enumerate(self.tokens[index : index + ahead]):
            if token.kind == "BAD" and number:
                return True
            if not advance(states, token.kind, end):
                return False
        return True

    def _give_up(self, index: int) -> int | None:
        """Drops the innermost list element after which the text can go on; None if there is none."""
        places = self._places()
        for going in range(index, len(self.tokens)):
            if self.tokens[going].kind not in SYNCS:
                continue
            for depth, state in places:
                states = [*self.machine.states[:depth], state]
                if self._all_fit(states, going, SKIPPED_AHEAD):
                    self._drop(depth, state)
                    return going
        return None

    def _places(self) -> list[tuple[int, int]]:
        """Where the stack could be cut: how many states stay, and which one comes on top."""
        states, found = self.machine.states, elements()
        return [(depth, state) for depth in range(len(states), 0, -1) for state in found[states[depth - 1]]]

    def _drop(self, depth: int, state: int) -> None:
        machine = self.machine
        del machine.states[depth:], machine.values[depth - 1 :], machine.starts[depth - 1 :]
        machine.states.append(state)
        machine.values.append(MISSING)
        machine.starts.append(machine.last)


@cache
def elements() -> list[list[int]]:
    """Per state: the states after an element of a list that may start in it."""
    actions, gotos, rules = tables()[:3]
    ends = {
        state
        for state, row in enumerate(actions)
        if any(action < 0 and rules[-1 - action].builder in (first, more, append) for action in row.values())
    }
    return [[state for state in row.values() if state in ends] for row in gotos]
