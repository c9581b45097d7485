"""From syntax tree to IR: names, constants, what is allowed where. `scope.py` first."""
