"""`serve`: the workbench in a browser, on loopback behind a token; every page is attached to one engine."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Annotated

import anyio
import typer

from tremor_tui.cli import browser, output
from tremor_tui.cli.command import add
from tremor_tui.cli.modules import module_path
from tremor_tui.control.client import connect
from tremor_tui.control.commands import Deploy
from tremor_tui.control.launch import ask_engine, find_engines, start_engine
from tremor_tui.errors import ControlError


def register(app: typer.Typer) -> None:
    """Enters the command."""
    add(app, "serve", serve)


def serve(
    file: Annotated[
        Path | None, typer.Argument(readable=False, metavar="[FILE]", help="A .troy file to run.")
    ] = None,
    port: Annotated[
        int, typer.Option("--port", "-p", min=0, max=65535, metavar="N", help="0 takes a free one.")
    ] = 8000,
    engine: Annotated[
        str, typer.Option("--engine", "--name", "-n", metavar="NAME", help="An engine that runs already.")
    ] = "",
    read_only: Annotated[bool, typer.Option("--read-only", help="Pages look, and change nothing.")] = False,
    token_file: Annotated[
        Path | None,
        typer.Option(
            "--token-file", metavar="PATH", help="Keep the token here (mode 600) and do not print it."
        ),
    ] = None,
) -> int:
    """Offer the workbench in a browser, to you alone.

    It listens on 127.0.0.1; the address that is printed holds a token without which nothing is answered.
    From another machine, forward the port (ssh -L PORT:127.0.0.1:PORT HOST). Each page is a workbench of its
    own, all of them attached to the same engine: that of --engine, one that is started for FILE, the only
    one that runs, or a new one. An engine that was started ends 30 s after its last page, unless it is kept.
    """
    browser.check_installed()
    token = browser.token_of(token_file)
    listener = browser.listening(port)
    url = f"http://{browser.HOST}:{listener.getsockname()[1]}/"

    def began() -> None:
        where = f"{url}?token={token}" if token_file is None else f"{url}?token=…  (the token: {token_file})"
        output.data(where)
        output.talk(
            f"engine {name}; ctrl+c ends serving" + (", and pages may only look" if read_only else "")
        )

    try:
        name = anyio.run(_engine, file.absolute() if file else None, engine)
        # The engine has a client while we serve, so that it does not end between two pages.
        hold = partial(connect, name, read_only=True)
        command = browser.workbench_command(name, read_only)
        return browser.serve(browser.Site(command, listener, token, "tremor-tui", hold, began))
    finally:
        listener.close()


async def _engine(file: Path | None, name: str) -> str:
    """The engine that pages are attached to."""
    if name:
        return (await ask_engine(name)).name
    found = [] if file else await find_engines()
    if len(found) == 1:
        return found[0].name
    if len(found) > 1:
        names = ", ".join(engine.name for engine in found)
        raise ControlError(f"{len(found)} engines run: {names}", "say which with `--engine NAME`")
    name = (await start_engine(f"serve-{os.getpid()}", base=Path.cwd())).name
    if file:
        async with connect(name) as plane:
            await plane.submit(Deploy(str(file), os.getcwd(), module_path()))
    return name
