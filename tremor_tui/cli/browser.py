"""Browser: offers a command that opens the workbench as a page on loopback, behind a token.

textual-serve (extra `serve`) runs one process for each page that is open and carries its terminal over a
websocket. What is added here is who may open one:

- it listens on 127.0.0.1 alone, and answers only to that name (`Host`), so that no page of somebody else
  reaches it by a name of its own;
- the address that is printed once holds a random token. Opening it puts the token into a cookie (HttpOnly,
  SameSite=Strict) and leads to the address without it, so that it stays in no history. Whatever comes
  without it gets 403; it is compared in constant time;
- a websocket must come from our own page (`Origin`);
- the page may load nothing from elsewhere (Content-Security-Policy).
"""

from __future__ import annotations

import asyncio
import hmac
import os
import secrets
import shlex
import signal
import socket
import stat
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tremor_tui.errors import ConfigError, ControlError

if TYPE_CHECKING:
    from aiohttp import web

HOST = "127.0.0.1"
MAX_PAGES = 16
"""Pages that may be open at a time; each is a process."""
LEAST_TOKEN = 16
CLOSING_S = 3.0
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
DRIVER = "textual.drivers.web_driver:WebDriver"
"""What textual-serve sets TEXTUAL_DRIVER to."""


def is_served() -> bool:
    """Whether this process draws for a page, and so needs no terminal."""
    return os.environ.get("TEXTUAL_DRIVER") == DRIVER


def check_installed() -> None:
    """Raises ConfigError where textual-serve is not installed."""
    from importlib.util import find_spec

    if find_spec("textual_serve") is None:
        raise ConfigError(
            "`serve` needs textual-serve, which is not installed", "pip install 'tremor-tui[serve]'"
        )


def token_of(path: Path | None) -> str:
    """A new token, or that of a file, which is made with a new one where it is not there.

    Raises ConfigError where others may read the file, or what it holds is too short to keep anybody out.
    """
    if path is None:
        return secrets.token_urlsafe(32)
    try:
        with open(path, "x", encoding="ascii", opener=_private) as file:
            token = secrets.token_urlsafe(32)
            file.write(token + "\n")
            return token
    except FileExistsError:
        return _read(path)
    except OSError as error:
        raise ConfigError(f"cannot write the token file `{path}`: {error.strerror}") from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _read(path: Path) -> str:
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise ConfigError(f"others may read the token file `{path}`", f"chmod 600 {path}")
        token = path.read_text("ascii").strip()
    except OSError as error:
        raise ConfigError(f"cannot read the token file `{path}`: {error.strerror}") from None
    except UnicodeDecodeError:
        token = ""
    if len(token) < LEAST_TOKEN or not token.isprintable() or " " in token or ";" in token:
        hint = "remove it, and a new one is made"
        raise ConfigError(f"`{path}` holds no token of {LEAST_TOKEN} characters or more", hint)
    return token


class Door:
    """Decides who comes in: the middleware of the server. `port` is where it listens."""

    def __init__(self, token: str, port: int) -> None:
        self._token = token.encode()
        self._cookie = f"tremor_tui_{port}"
        self._host = f"{HOST}:{port}"
        self._open = 0

    async def admit(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """The handler's answer, or 403 for who has no token, no business here, or comes from elsewhere."""
        from aiohttp import web

        if request.host != self._host:
            return _refused(f"open it as http://{self._host}")
        if request.path == "/" and self._knows(request.query.get("token", "")):
            answer = web.HTTPSeeOther("/")
            answer.set_cookie(self._cookie, self._token.decode(), httponly=True, samesite="Strict", path="/")
            return answer
        if not self._knows(request.cookies.get(self._cookie, "")):
            return _refused("open the address that `tremor-tui serve` has printed")
        if request.path == "/ws":
            return await self._page(request, handler)
        response = await handler(request)
        response.headers.update(_HEADERS)
        return response

    def _knows(self, token: str) -> bool:
        return hmac.compare_digest(token.encode("utf-8", "replace"), self._token)

    async def _page(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        from aiohttp import web

        if request.headers.get("Origin") != f"http://{self._host}":
            return _refused("a websocket comes from our own page alone")
        if self._open >= MAX_PAGES:
            return web.Response(status=503, text=f"{MAX_PAGES} pages are open already\n")
        self._open += 1
        try:
            return await handler(request)
        finally:
            self._open -= 1


_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def _refused(words: str) -> web.Response:
    from aiohttp import web

    return web.Response(status=403, text=f"not allowed: {words}\n", headers=_HEADERS)


def listening(port: int) -> socket.socket:
    """A socket on loopback; port 0 takes a free one. Raises ControlError where the port is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise ControlError(
            f"cannot listen on {HOST}:{port}: {error.strerror}", "give another --port"
        ) from None
    return listener


@dataclass(frozen=True, slots=True)
class Site:
    """What is served: `command` for each page, on `listener`, to who has `token`.

    `while_open` is entered for as long as it is served; `began` is called once it answers.
    """

    command: Sequence[str]
    listener: socket.socket
    token: str
    title: str
    while_open: Callable[[], AbstractAsyncContextManager[object]]
    began: Callable[[], None]


def serve(site: Site) -> int:
    """Serves until SIGINT or SIGTERM; the exit status."""
    return asyncio.run(_serve(site))


async def _serve(site: Site) -> int:
    from aiohttp import web
    from textual_serve.server import Server

    port = site.listener.getsockname()[1]
    door = Door(site.token, port)
    # A shell starts the command; `exec` has it take the shell's place, so that no shell is left over.
    server = Server("exec " + shlex.join(site.command), HOST, port, site.title, f"http://{HOST}:{port}")
    app = await server._make_app()

    @web.middleware
    async def gate(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        return await door.admit(request, handler)

    app.middlewares.append(gate)
    app.on_startup.clear()
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSING_S)
    await runner.setup()
    async with site.while_open():
        await web.SockSite(runner, site.listener).start()
        site.began()
        await _told_to_end()
        await runner.cleanup()
    return 0


async def _told_to_end() -> None:
    loop, end = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, end.set)
    await end.wait()


def workbench_command(engine: str, read_only: bool) -> list[str]:
    """What opens a workbench on an engine."""
    command = [sys.executable, "-m", "tremor_tui", "attach", "--name", engine]
    return [*command, "--read-only"] if read_only else command
