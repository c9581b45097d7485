"""Joins the commands. Only the command that is asked for is imported; for help, all of them are."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

from tremor_tui import __version__
from tremor_tui.cli import output
from tremor_tui.cli.command import obeying
from tremor_tui.cli.ending import status_of

COMMANDS = {
    "run": "local.run",
    "check": "local.check",
    "dbg": "local.dbg",
    "test": "local.test",
    "bench": "local.bench",
    "fmt": "local.fmt",
    "doc": "local.doc",
    "server": "local.server",
    "workbench": "remote.workbench",
    "play": "remote.play",
    "attach": "remote.attach",
    "serve": "remote.serve",
    "ls": "remote.ls",
    "status": "remote.status",
    "top": "remote.top",
    "tap": "remote.tap",
    "letters": "remote.letters",
    "replay": "remote.replay",
    "apply": "remote.apply",
    "move": "remote.move",
    "stop": "remote.stop",
}
"""In the order of the help."""
ABOUT = """Tremor event processing, with a workbench in the terminal.

Without a command the workbench opens on its start screen.

Exit codes: 0 done or drained, 1 failure, 2 wrong usage or no terminal, 75 forced at the deadline with
work left.
"""


def run(arguments: Sequence[str]) -> int:
    """Runs a command; its exit status."""

    def call() -> int:
        build(arguments)(args=list(arguments), prog_name="tremor-tui")
        return 0

    return status_of(call)


def build(arguments: Sequence[str]) -> typer.Typer:
    """The application with the command that the arguments name, or with all of them."""
    app = typer.Typer(
        help=ABOUT,
        no_args_is_help=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback(invoke_without_command=True)(obeying(start))
    first = arguments[0] if arguments else ""
    for name, module in COMMANDS.items():
        if first == name or first not in COMMANDS:
            import_module(f"tremor_tui.cli.{module}").register(app)
    return app


def start(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", "-V", help="Show the version and exit.")] = False,
) -> int:
    """Opens the start screen where no command is given."""
    if version:
        output.data(f"tremor-tui {__version__}")
        return 0
    if context.invoked_subcommand is None:
        from tremor_tui.cli.remote.workbench import workbench

        return workbench()
    return 0
