"""`serve`: who comes in, what a page shows, and that it works in a browser."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import shutil
import signal
import stat
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyte
import pytest

from tests.cli.conftest import Cli, process
from tremor_tui.cli import browser
from tremor_tui.errors import ConfigError

if TYPE_CHECKING:
    import aiohttp

    Socket = aiohttp.ClientWebSocketResponse
else:
    aiohttp = pytest.importorskip("aiohttp")
pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def anyio_backend() -> str:
    """aiohttp runs on asyncio alone."""
    return "asyncio"


@pytest.fixture
def served(folder: Path) -> Iterator[str]:
    """The address that a running `serve` printed, on an engine of its own."""
    with process("serve", "--port", "0") as started:
        assert started.stdout
        url = started.stdout.readline().strip()
        yield url
        started.send_signal(signal.SIGTERM)
        _, err = started.communicate(timeout=20)
    assert started.returncode == 0, err
    assert "Traceback" not in err


@asynccontextmanager
async def page(url: str) -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
    """A browser that has opened the address; and the address without the token."""
    base = url.split("?")[0]
    jar = aiohttp.CookieJar(unsafe=True)  # cookies of an address that is a number
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        async with session.get(url) as opened:
            assert opened.status == 200
            assert str(opened.url) == base, "the token stays in no history"
        yield session, base


@pytest.mark.slow
@pytest.mark.anyio
async def test_only_who_has_the_token_and_comes_from_our_page_gets_in(served: str) -> None:
    base = served.split("?")[0]
    origin = base.rstrip("/")
    async with aiohttp.ClientSession() as stranger:
        for path in ("", "ws", "static/js/textual.js", "download/x", "?token=guessed", "?token=ü"):
            async with stranger.get(base + path) as answer:
                assert answer.status == 403, path
    async with page(served) as (session, _):
        async with session.get(base + "static/js/textual.js") as answer:
            assert answer.status == 200
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        async with session.get(base, headers={"Host": "evil.example"}) as answer:
            assert answer.status == 403
        for wrong in ({}, {"Origin": "http://evil.example"}, {"Origin": origin + ".evil.example"}):
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await session.ws_connect(base + "ws", headers=wrong)


@pytest.mark.slow
@pytest.mark.anyio
async def test_pages_are_workbenches_of_their_own_at_the_same_engine(served: str) -> None:
    async with page(served) as (session, base):
        headers = {"Origin": base.rstrip("/")}
        first = await session.ws_connect(base + "ws?width=120&height=36", headers=headers)
        second = await session.ws_connect(base + "ws?width=80&height=24", headers=headers)
        shown = [await sees(first, "Start", 120, 36), await sees(second, "Start", 80, 24)]

        assert all("Nothing is running yet. Pick a start." in text for text in shown)
        assert re.search(r"serve-\d+", shown[0])
        await first.send_json(["stdin", "?"])
        await sees(first, "esc closes", 120, 36)
        measure = re.search(r"(\d)  Measure how fast", shown[1])
        assert measure is not None
        await second.send_json(["stdin", measure[1]])
        await sees(second, "starts a quick look", 80, 24)
        await second.send_json(["stdin", "2"])
        await second.send_json(["stdin", "X"])
        await sees(second, "executor 0", 80, 24)
        await first.close()
        await second.close()


async def sees(socket: Socket, text: str, columns: int, rows: int) -> str:
    """The screen once it shows a text; what came before is lost on who asks twice."""
    screen = pyte.Screen(columns, rows)
    stream = pyte.ByteStream(screen)
    async with asyncio.timeout(20):
        async for message in socket:
            if isinstance(message.data, bytes):
                stream.feed(message.data)
            if any(text in line for line in screen.display):
                return "\n".join(screen.display)
    raise AssertionError("the page ended:\n" + "\n".join(screen.display))


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture
def chromium(tmp_path: Path) -> Iterator[str]:
    """The address of the developer tools of a headless browser."""
    if not CHROMIUM:
        pytest.skip("no Chromium is installed")
    flags = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
    where = (f"--user-data-dir={tmp_path}", "--remote-debugging-port=0", "about:blank")
    started = subprocess.Popen([CHROMIUM, *flags, *where], stderr=subprocess.PIPE, text=True)
    assert started.stderr
    yield next(filter(None, (re.search(r"ws(://[^/]+/)", line) for line in started.stderr)))[1]
    started.terminate()
    started.communicate(timeout=10)


@pytest.mark.slow
@pytest.mark.anyio
async def test_the_workbench_comes_up_in_a_browser(served: str, chromium: str) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(40):
        async with session.get(f"http{chromium}json") as answer:
            tabs = await answer.json()
        tab = next(tab for tab in tabs if tab["type"] == "page")["webSocketDebuggerUrl"]
        async with session.ws_connect(tab, max_msg_size=0) as devtools:
            await devtools.send_json({"id": 1, "method": "Network.enable"})
            await devtools.send_json({"id": 2, "method": "Page.navigate", "params": {"url": served}})
            text = await frames_with(devtools, "Pick a start")

    assert "Start" in text


async def frames_with(devtools: Socket, text: str) -> str:
    """What the terminal in the browser got, once that holds a text."""
    got = b""
    async for message in devtools:
        event = json.loads(message.data)
        if event.get("method") == "Network.webSocketFrameReceived":
            frame = event["params"]["response"]
            got += base64.b64decode(frame["payloadData"]) if frame["opcode"] == 2 else b""
            if text in got.decode("utf-8", "replace"):
                return got.decode("utf-8", "replace")
    raise AssertionError(got)


def test_without_the_extra_it_says_how_to_get_it(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    ran = cli("serve")

    assert ran.status == 1
    assert "`serve` needs textual-serve, which is not installed" in ran.err
    assert "hint: pip install 'tremor-tui[serve]'" in ran.err


def test_a_token_file_is_made_for_its_owner_alone_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "token"

    made = browser.token_of(path)

    assert len(made) >= 40
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert browser.token_of(path) == made
    assert browser.token_of(None) != browser.token_of(None)


@pytest.mark.parametrize(
    ("text", "mode", "reason"),
    [("x" * 40, 0o644, "others may read"), ("short", 0o600, "no token"), ("a b" * 20, 0o600, "no token")],
)
def test_a_token_file_that_keeps_nobody_out_is_refused(
    tmp_path: Path, text: str, mode: int, reason: str
) -> None:
    path = tmp_path / "token"
    path.write_text(text)
    path.chmod(mode)

    with pytest.raises(ConfigError, match=reason):
        browser.token_of(path)


def test_a_port_that_is_taken_is_said(cli: Cli) -> None:
    listener = browser.listening(0)
    listener.listen()
    try:
        ran = cli("serve", "--port", str(listener.getsockname()[1]))
    finally:
        listener.close()

    assert ran.status == 1
    assert "cannot listen on 127.0.0.1" in ran.err


def test_a_workbench_that_may_only_look_runs_no_file(cli: Cli, tmp_path: Path) -> None:
    ran = cli("workbench", "--read-only", str(tmp_path / "x.troy"))

    assert ran.status == 2
    assert "who may only look runs nothing" in ran.err
