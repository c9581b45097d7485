"""Makes `_tables.py` from `grammar.lark`: `python -m tremor_tui.language.parse.generate`.

The only place that needs Lark, which is a tool of developers and not installed with the package. Lark
checks the grammar for conflicts (`strict`) and builds the LALR(1) tables; here they are numbered and
packed. Rows that many states share are stored once.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import zlib
from pathlib import Path
from typing import Any

from tremor_tui.language.lex.tokens import KINDS

STARTS = ("script", "query", "deploy", "module")
GRAMMAR = Path(__file__).with_name("grammar.lark")
TABLES = Path(__file__).with_name("_tables.py")


def digest() -> str:
    """What identifies the grammar in the tables made from it."""
    return hashlib.sha256(GRAMMAR.read_bytes()).hexdigest()


def build() -> dict[str, Any]:
    """The tables as plain JSON. Raises Lark's GrammarError for a grammar with conflicts."""
    from lark import Lark
    from lark.lexer import Lexer

    class NoLexer(Lexer):
        """Stands in for our lexer, so that Lark does not want patterns for terminals."""

        def __init__(self, conf: Any) -> None:
            pass

        def lex(self, *_: Any) -> Any:
            raise NotImplementedError("tables only")

    grammar = f"%declare {' '.join(KINDS)}\n{GRAMMAR.read_text('utf-8')}"
    lark = Lark(grammar, parser="lalr", lexer=NoLexer, start=list(STARTS), strict=True)
    return _numbered(lark.parser.parser._parse_table, lark.rules)


def _numbered(table: Any, rules: list[Any]) -> dict[str, Any]:
    """Numbers rules and states in an order of their own: Lark's differs from run to run."""
    ordered = sorted(rules, key=_rule_key)
    numbers = {rule: number for number, rule in enumerate(ordered)}
    nonterminals = {rule.origin.name for rule in rules}
    order = _state_order(table)
    states_of = {state: number for number, state in enumerate(order)}
    rows: dict[str, int] = {}
    gotos: dict[str, int] = {}
    states = [_row(table.states[n], numbers, nonterminals, states_of) for n in order]
    pairs = [(_shared(rows, actions), _shared(gotos, jumps)) for actions, jumps in states]
    return {
        "starts": {name: states_of[table.start_states[name]] for name in STARTS},
        "ends": {name: states_of[table.end_states[name]] for name in STARTS},
        "rules": [[str(r.origin.name), len(r.expansion), r.alias or ""] for r in ordered],
        "actions": [json.loads(row) for row in rows],
        "gotos": [json.loads(row) for row in gotos],
        "states": pairs,
    }


def _rule_key(rule: Any) -> tuple[str, list[str], str]:
    return str(rule.origin.name), [str(symbol.name) for symbol in rule.expansion], rule.alias or ""


def _state_order(table: Any) -> list[int]:
    """The states in the order in which they are reached from the starts, symbols sorted."""
    order = [table.start_states[name] for name in STARTS]
    seen = set(order)
    for state in order:
        for _, (action, argument) in sorted(table.states[state].items(), key=lambda item: item[0]):
            if str(action) == "Shift" and argument not in seen:
                seen.add(argument)
                order.append(argument)
    return order


def _row(
    state: dict[str, Any], numbers: dict[Any, int], nonterminals: set[str], states: dict[int, int]
) -> tuple[dict[str, int], dict[str, int]]:
    """Actions and gotos of one state: a shift is the next state, a reduction is -1 - its rule."""
    actions, jumps = {}, {}
    for symbol, (action, argument) in sorted(state.items(), key=lambda item: item[0]):
        if symbol in nonterminals:
            jumps[str(symbol)] = states[argument]
        elif str(action) == "Shift":
            actions[str(symbol)] = states[argument]
        else:
            actions[str(symbol)] = -1 - numbers[argument]
    return actions, jumps


def _shared(rows: dict[str, int], row: dict[str, int]) -> int:
    return rows.setdefault(json.dumps(row, sort_keys=True), len(rows))


def pack(tables: dict[str, Any]) -> str:
    """The text of `_tables.py`."""
    packed = base64.b85encode(zlib.compress(json.dumps(tables, separators=(",", ":")).encode(), 9))
    text = packed.decode("ascii")
    lines = "\n".join(f'    b"{text[i : i + 92]}"' for i in range(0, len(text), 92))
    return (
        '"""LALR(1) tables, made from grammar.lark by generate.py; do not edit."""\n\n'
        f'GRAMMAR_SHA256 = "{digest()}"\n'
        f"PACKED = (\n{lines}\n)\n"
    )


if __name__ == "__main__":
    sys.setrecursionlimit(10_000)
    TABLES.write_text(pack(build()), encoding="utf-8")
