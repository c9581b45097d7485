"""The command line: `start.py` answers `--version` before anything heavy is imported, `main.py` joins the
commands of `local/` (no running engine needed) and `remote/` (clients of one: they import `control` alone).

Data goes to stdout, talk to stderr. Exit codes: 0 done or drained, 1 failure, 2 wrong usage or no terminal,
75 forced at the deadline with work left.
"""
