"""The command line: `start.py` answers `--version` before anything heavy is imported, `main.py` joins the
commands of `local/` (no running engine needed) and `remote/` (clients of one: they import `control` alone).

`running/` is what `run` does with a script, a query or a flow. `output.py` is the only place that prints:
data goes to stdout, talk to stderr. Exit codes: 0 done or drained, 1 failure, 2 wrong usage or no terminal,
75 forced at the deadline with work left.
"""
