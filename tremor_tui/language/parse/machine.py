"""The driver of the tables: tokens in, a tree out, without recursion."""

from __future__ import annotations

from typing import Any

from tremor_tui.language.lex.tokens import Token
from tremor_tui.language.parse.build import Context
from tremor_tui.language.parse.tables import END, Tables, advance, tables

MAX_STACK = 6000
"""More open parts than any text of the allowed nesting needs."""


class Machine:
    """A parse under way: a stack of states, and of each part its value and where it starts."""

    __slots__ = ("context", "deepest", "end", "last", "starts", "states", "tables", "values")

    def __init__(self, start: str, context: Context) -> None:
        self.tables: Tables = tables()
        self.context = context
        self.states = [self.tables.starts[start]]
        self.values: list[Any] = []
        self.starts: list[int] = []
        self.end = self.tables.ends[start]
        self.last = 0
        """Where the last token ended."""
        self.deepest = 0

    def run(self, tokens: list[Token], index: int = 0) -> int:
        """Takes tokens from `index` on; gives the index of the first that does not fit, or their number.

        The stacks are then past reductions which that token caused. The last token must be `$END`.
        """
        actions, gotos, rules = self.tables[:3]
        context, states, values, starts, last = (
            self.context,
            self.states,
            self.values,
            self.starts,
            self.last,
        )
        deepest = 0
        for index in range(index, len(tokens)):  # noqa: B020 - goes on from where it was told
            token = tokens[index]
            kind = token.kind
            while (action := actions[states[-1]].get(kind, -1_000_000)) < 0:
                if action == -1_000_000:
                    self.last, self.deepest = last, max(deepest, self.deepest)
                    done = kind == END and states[-1] == self.end
                    return index + 1 if done else index
                makes, size, builder = rules[-1 - action]
                if builder is None:
                    states[-1] = gotos[states[-2]][makes]
                elif size:
                    at = starts[-size:]
                    value = builder(context, values[-size:], at, last)
                    del states[-size:], starts[-size:], values[-size:]
                    states.append(gotos[states[-1]][makes])
                    starts.append(at[0])
                    values.append(value)
                else:
                    states.append(gotos[states[-1]][makes])
                    starts.append(last)
                    values.append(builder(context, [], [], last))
            states.append(action)
            values.append(token)
            starts.append(token.start)
            last = token.end
            if len(states) > deepest:
                deepest = len(states)
                if deepest > MAX_STACK:
                    break
        self.last, self.deepest = last, max(deepest, self.deepest)
        return index

    @property
    def result(self) -> Any:
        """The tree, once all tokens are taken."""
        return self.values[0]


def states_before(start: str, tokens: list[Token], index: int) -> list[int]:
    """The stack of states before the token at `index`, without what that token made of it."""
    states = [tables().starts[start]]
    end = tables().ends[start]
    for token in tokens[:index]:
        advance(states, token.kind, end)
    return states
