"""The syntax tree: what a text says, before anyone asked what it means.

| file | what is in it |
| `expr.py`    | expressions, paths, patterns: side-effect-free text of every dialect, `match`, `for` |
| `script.py`  | statements of tremor-script: `let emit drop const fn use`, and the root `Script` |
| `query.py`   | trickle: `define`, `create`, `select`, and the root `Query` |
| `deploy.py`  | troy: flows, connectors, `connect`, `deploy`, and the roots `Deployment` and `Module` |
| `printer.py` | tree -> canonical text |
| `walk.py`    | goes over children without knowing the node |

Every node is a frozen slotted dataclass, derives from `Node` and has its `span` as last field. Parts
that a diagnostic may underline alone (operators, field names, rules) have a span of their own.
Brackets around an expression leave no node: the tree's shape says it all, and the printer sets them
where they are needed. Sequences are tuples; what is optional is `None`, or an empty tuple.
"""
