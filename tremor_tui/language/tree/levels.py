"""How tightly binary operators bind: for the parser, which sorts them out, and for the printer."""

LEVELS = {
    "or": 1,
    "xor": 2,
    "and": 3,
    "^": 4,
    "&": 5,
    "==": 6,
    "!=": 6,
    ">": 7,
    ">=": 7,
    "<": 7,
    "<=": 7,
    "<<": 8,
    ">>": 8,
    ">>>": 8,
    "+": 9,
    "-": 9,
    "*": 10,
    "/": 10,
    "%": 10,
}
"""How tightly each binary operator binds; all associate to the left."""
