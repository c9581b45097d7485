"""Makes the quickstart's access log: a real nginx under varied load on this machine.

A private nginx is started on a free loopback port as the current user, with its own
configuration in a temporary directory. A small asyncio server behind it gives the answers that
take time or fail. Visitors, bots and scanners on many loopback addresses (127.0.0.0/8, which
Linux lets anyone bind) then send requests for some minutes, in waves and bursts, and what nginx
has written is copied to the output. The choice of requests depends on the seed alone; the times
in the log are those of the run. All is in this one file so that it can be read and run alone.

    python3 make_access_log.py --minutes 11 --lines 24000
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import math
import os
import random
import shutil
import signal
import socket
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from time import monotonic
from urllib.parse import quote

HOST = "127.0.0.1"
ANSWER_LIMIT_S = 15.0
LONGEST_DELAY_S = 3.0
PASSWORDS = {"anna": "kirsche", "bruno": "pflaume", "chiyo": "sakura", "ops": "birne"}

NGINX_CONFIG = """\
{user}daemon off; worker_processes 1; pid {home}/nginx.pid; error_log {home}/error.log;
events {{ worker_connections 1024; }}
http {{
  log_format timed '$remote_addr - $remote_user [$time_local] "$request" $status '
                   '$body_bytes_sent "$http_referer" "$http_user_agent" $request_time';
  access_log {home}/access.log timed;
  types {{ text/html html; text/css css; text/javascript js; image/jpeg jpg; text/plain txt; }}
  client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/fcgi;
  uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
  client_header_timeout 2s; client_max_body_size 64k;
  client_header_buffer_size 512; large_client_header_buffers 2 1k;
  if_modified_since before; keepalive_timeout 0; server_tokens off;
  limit_req_zone $request_method zone=search:1m rate=2r/s;
  server {{
    listen {host}:{port}; root {home}/site; index index.html;
    location /api/ {{ proxy_pass http://{host}:{upstream}; }}
    location /api/search {{ limit_req zone=search burst=4 nodelay;
                            proxy_pass http://{host}:{upstream}; }}
    location /api/export {{ proxy_read_timeout 1s; proxy_pass http://{host}:{upstream}; }}
    location /api/legacy/ {{ proxy_pass http://{host}:{dead}; }}
    location = /api/orders {{ if ($request_method = POST) {{ return 201; }}
                              proxy_pass http://{host}:{upstream}; }}
    location = /api/beacon {{ return 204; }}
    location = /login {{ return 302 /account.html; }}
    location /old/ {{ return 301 /articles/; }}
    location /private/ {{ deny all; }}
    location /cart/broken {{ return 500; }}
    location /admin/ {{ auth_basic "shop"; auth_basic_user_file {home}/passwords; }}
  }}
}}
"""

SLUGS = ("red-shoes", "rain-coats", "how-we-pack", "winter-sale", "care-guide", "size-chart", "about-us")
UNICODE_PAGES = ("größe", "café", "靴", "naïveté")
WORDS = ("boots", "Größe 42", "crème brûlée", "靴", "rain coat", "50% off", "a&b", "socks")
PHOTO_KB = (3, 9, 17, 28, 40, 66, 95, 140, 210, 320)
MOZILLA = "Mozilla/5.0 "
BROWSERS = (
    MOZILLA + "(X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    MOZILLA + "(Windows NT 10.0; Win64; x64; rv:126.0) Gecko/20100101 Firefox/126.0",
    MOZILLA + "(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36",
    MOZILLA + "(Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Safari/605.1.15",
    MOZILLA + "(Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0",
    "ShopApp/3.2 (iPhone; iOS 17.5)",
    "ShopApp/3.1 (Android 14)",
)
BOTS = (
    MOZILLA + "(compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    MOZILLA + "(compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    MOZILLA + "(compatible; YandexBot/3.0; +http://yandex.com/bots)",
    MOZILLA + "(compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)",
    "facebookexternalhit/1.1",
)
SCANNERS = (
    MOZILLA + "zgrab/0.x",
    "python-requests/2.31.0",
    "masscan/1.3",
    "curl/7.88.1",
    '() { :; }; echo "vulnerable"',
    "",
)
SCANNED = (
    "/wp-login.php", "/.env", "/xmlrpc.php", "/phpmyadmin/index.php", "/.git/config",
    "/admin.php", "/wp-content/plugins/", "/cgi-bin/luci", "/vendor/phpunit/eval-stdin.php",
    "/backup.sql", "/actuator/health", "/%2e%2e/%2e%2e/etc/passwd",
)  # fmt: skip
BROKEN = (
    b"SSH-2.0-Go\r\n\r\n",
    b"MGLNDD_203.0.113.7_80\r\n",
    b"\x03\x00\x00/*\xe0\x00\x00\x00\x00\x00Cookie: mstshash=Administr\r\n",
    b"\x00\x01\x02\x03quit\r\n\r\n",
    b'{"method":"login","id":1}\r\n',
    b"GET /\r\n",  # HTTP/0.9: answered with 200
    b"\r\n",  # nothing at all before the end: logged as ""
    b"OPTIONS",
    b"get /\r\n\r\n",
    b'GET /"quoted\r\n\r\n',
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sends: a loopback address, and a user agent that may be empty."""

    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class Shot:
    """The bytes to send, and how long (seconds) the visitor waits for the answer."""

    payload: bytes
    patience: float = ANSWER_LIMIT_S
    half_close: bool = False


def http(
    visitor: Visitor, method: str, target: str, *headers: str, referer: str = "", body: bytes = b""
) -> Shot:
    """A well-formed HTTP/1.1 request, its target sent as UTF-8 bytes as it stands."""
    head = [f"{method} {target} HTTP/1.1", "Host: shop.example", "Connection: close", *headers]
    if visitor.agent:
        head.append(f"User-Agent: {visitor.agent}")
    if referer:
        head.append(f"Referer: {referer}")
    if body:
        head.append(f"Content-Length: {len(body)}")
    return Shot("\r\n".join([*head, "", ""]).encode() + body)


Build = Callable[[random.Random, Visitor], Shot]


def referer(rng: random.Random) -> str:
    """Where a page was reached from: nowhere, the shop, or a search with blanks and quotes."""
    word = rng.choice(WORDS)
    found = ("", "http://shop.example/", f'http://find.example/?q="{word}"', "http://news.example/a b")
    return rng.choices(found, (60, 30, 6, 4))[0]


def page(rng: random.Random, who: Visitor) -> Shot:
    special = f"/docs/{rng.choice(UNICODE_PAGES)}.html"
    targets = ("/", f"/articles/{rng.choice(SLUGS)}.html", "/articles/", special, quote(special))
    return http(who, "GET", rng.choices(targets, (30, 50, 10, 4, 6))[0], referer=referer(rng))


def asset(rng: random.Random, who: Visitor) -> Shot:
    name = rng.choice(("app.js", "style.css", f"photos/{rng.randrange(len(PHOTO_KB))}.jpg"))
    known = ("If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT",) if rng.random() < 0.3 else ()
    return http(who, "GET", f"/{name}", *known, referer="http://shop.example/")


def part(rng: random.Random, who: Visitor) -> Shot:
    start = rng.randrange(2000) if rng.random() < 0.95 else 10**9
    target = f"/photos/{rng.randrange(len(PHOTO_KB))}.jpg"
    return http(who, "GET", target, f"Range: bytes={start}-{start + rng.randrange(60_000)}")


def redirected(rng: random.Random, who: Visitor) -> Shot:
    if rng.random() < 0.4:
        return http(who, "POST", "/login", body=b"name=guest")
    return http(who, "GET", rng.choice(("/old/shop", f"/old/{rng.choice(SLUGS)}", "/articles")))


def catalogue(rng: random.Random, who: Visitor) -> Shot:
    delay = f"X-Delay: {rng.expovariate(40):.3f}"
    return http(who, "GET", f"/api/products?page={rng.randrange(1, 40)}", delay)


def order(rng: random.Random, who: Visitor) -> Shot:
    target = rng.choice(("/api/orders", "/api/beacon", "/api/beacon"))
    return http(who, "POST", target, body=b'{"item":%d}' % rng.randrange(10**6))


def search(rng: random.Random, who: Visitor) -> Shot:
    return http(
        who, "GET", f"/api/search?q={quote(rng.choice(WORDS))}", f"X-Delay: {rng.expovariate(20):.3f}"
    )


def admin(rng: random.Random, who: Visitor) -> Shot:
    name = rng.choice(tuple(PASSWORDS))
    secret = PASSWORDS[name] if rng.random() < 0.8 else "guess"
    token = base64.b64encode(f"{name}:{secret}".encode()).decode()
    known = (f"Authorization: Basic {token}",) if rng.random() < 0.85 else ()
    return http(who, "GET", f"/admin/{rng.choice(('', 'stock.html', 'orders.html'))}", *known)


def report(rng: random.Random, who: Visitor) -> Shot:
    delay = f"X-Delay: {rng.triangular(0.1, LONGEST_DELAY_S, 0.4):.3f}"
    shot = http(who, "GET", f"/api/reports/{rng.randrange(1, 90)}", delay)
    return Shot(shot.payload, 0.3) if rng.random() < 0.06 else shot


def failing(rng: random.Random, who: Visitor) -> Shot:
    kind = rng.choices(("export", "legacy", "crash", "cart"), (20, 35, 30, 15))[0]
    if kind == "export":
        return http(who, "GET", "/api/export?format=csv", f"X-Delay: {rng.uniform(0.3, 2.0):.3f}")
    if kind == "legacy":
        return http(who, "GET", f"/api/legacy/stock/{rng.randrange(500)}")
    if kind == "crash":
        return http(who, "POST", "/api/checkout", "X-Status: 500", body=b'{"pay":true}')
    return http(who, "GET", "/cart/broken")


def refused(rng: random.Random, who: Visitor) -> Shot:
    kind = rng.choices(("gone", "private", "method", "large", "long", "stall"), (60, 14, 12, 6, 4, 4))[0]
    if kind == "gone":
        return http(who, "GET", f"/articles/{rng.choice(SLUGS)}-{rng.randrange(2009, 2020)}.html")
    if kind == "private":
        return http(who, "GET", "/private/plans.html")
    if kind == "method":
        return http(who, rng.choice(("POST", "DELETE", "PUT")), "/style.css")
    if kind == "large":
        return http(who, "POST", "/api/upload", f"Content-Length: {rng.randrange(70_000, 9_000_000)}")
    if kind == "long":
        return http(who, "GET", "/api/products?filter=" + "a" * 1100)
    return Shot(b"GET /articles/ HTTP/1.1\r\nHost: shop.example\r\nUser-Ag")


def crawl(rng: random.Random, who: Visitor) -> Shot:
    target = rng.choice(("/robots.txt", "/", f"/articles/{rng.choice(SLUGS)}.html", "/sitemap.xml"))
    return http(who, rng.choice(("GET", "GET", "GET", "HEAD")), target)


def scan(rng: random.Random, who: Visitor) -> Shot:
    return http(who, rng.choice(("GET", "GET", "POST")), rng.choice(SCANNED))


def broken(rng: random.Random, _who: Visitor) -> Shot:
    if rng.random() < 0.5:
        hello = b"\x16\x03\x01\x00\xee\x01\x00\x00\xea\x03\x03"
        return Shot(hello + rng.randbytes(20), half_close=True)
    return Shot(rng.choice(BROKEN), half_close=True)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of request: its share of an ordinary minute, who sends it, and its rushes.

    A rush (start, end, factor) multiplies the share between two fractions of the run.
    """

    build: Build
    share: float
    agents: tuple[str, ...] = BROWSERS
    rushes: tuple[tuple[float, float, float], ...] = ()

    def share_at(self, fraction: float) -> float:
        """The share at this fraction (0 to 1) of the run."""
        return self.share * math.prod(f for start, end, f in self.rushes if start <= fraction < end)


KINDS = (
    Kind(page, 27),
    Kind(asset, 27),
    Kind(part, 2.5),
    Kind(redirected, 4),
    Kind(catalogue, 13),
    Kind(order, 5),
    Kind(search, 4),
    Kind(admin, 1.5),
    Kind(report, 2.5, rushes=((0.55, 0.64, 4),)),
    Kind(failing, 1.0, rushes=((0.56, 0.63, 14),)),
    Kind(refused, 3),
    Kind(crawl, 6, BOTS),
    Kind(scan, 1.2, SCANNERS, ((0.27, 0.31, 20), (0.82, 0.84, 25))),
    Kind(broken, 1.1),
)


def visitors(rng: random.Random) -> dict[tuple[str, ...], list[Visitor]]:
    """The visitors by their group of user agents; each has an address of its own."""
    counts = {BROWSERS: 160, BOTS: 14, SCANNERS: 9}
    hosts = iter(rng.sample(range(2, 250 * 250), sum(counts.values())))
    return {
        agents: [
            Visitor(f"127.0.{host // 250}.{host % 250 + 1}", agents[i % len(agents)])
            for i, host in zip(range(count), hosts, strict=False)
        ]
        for agents, count in counts.items()
    }


def arrivals(rng: random.Random, seconds: float, count: int) -> list[float]:
    """When the requests start, in seconds: three waves, with a burst now and then."""
    bursts = [rng.uniform(0, seconds) for _ in range(max(1, round(seconds / 90)))]

    def rate(at: float) -> float:
        wave = 1 + 0.75 * math.sin(6 * math.pi * at / seconds - math.pi / 2)
        return wave + sum(3.5 for start in bursts if start <= at < start + 6)

    slots = [i / 4 for i in range(int(seconds * 4))]
    picked = rng.choices(slots, [rate(at) for at in slots], k=count)
    return sorted(at + rng.random() / 4 for at in picked)


def plan(rng: random.Random, seconds: float, count: int) -> Iterator[tuple[float, Visitor, Shot]]:
    """The whole run: start in seconds, visitor and request, in order of time."""
    people = visitors(rng)
    for at in arrivals(rng, seconds, count):
        kind = rng.choices(KINDS, [k.share_at(at / seconds) for k in KINDS])[0]
        visitor = rng.choice(people[kind.agents])
        yield at, visitor, kind.build(rng, visitor)


async def fire(port: int, visitor: Visitor, shot: Shot) -> None:
    """Send one request and read the answer to its end, or leave when patience is over."""
    reader, writer = await asyncio.open_connection(HOST, port, local_addr=(visitor.address, 0))
    try:
        writer.write(shot.payload)
        if shot.half_close:
            writer.write_eof()
        # What counts is the server's log: an answer that breaks off is as good as another.
        with suppress(TimeoutError, ConnectionError):
            await asyncio.wait_for(reader.read(-1), shot.patience)
    finally:
        writer.close()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The server behind nginx: does what the X-Delay and X-Status headers ask for."""
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        await asyncio.sleep(float(fields.get("X-Delay", "0")))
        body = b'{"items":[%s]}' % b",".join(b"%d" % (len(head) * i) for i in range(len(head)))
        status = fields.get("X-Status", "200")
        writer.write(f"HTTP/1.0 {status} -\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
    writer.close()


def free_port() -> int:
    """A loopback port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def build_site(home: Path, rng: random.Random) -> None:
    """The files that nginx serves, and its passwords."""
    names = ["index", *(f"articles/{s}" for s in (*SLUGS, "index")), *(f"docs/{p}" for p in UNICODE_PAGES)]
    names += ["admin/index", "admin/stock", "admin/orders", "account"]
    sizes = {f"{name}.html": rng.randrange(400, 30_000) for name in names}
    sizes |= {"app.js": 48_211, "style.css": 9_120, "robots.txt": 68}
    sizes |= {f"photos/{i}.jpg": kb * 1024 + rng.randrange(1024) for i, kb in enumerate(PHOTO_KB)}
    for name, size in sizes.items():
        file = home / "site" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x" * size)
    lines = (f"{name}:{{PLAIN}}{secret}\n" for name, secret in PASSWORDS.items())
    (home / "passwords").write_text("".join(lines), encoding="utf-8")


@contextmanager
def nginx(program: str, home: Path, port: int, upstream: int) -> Iterator[None]:
    """An nginx that runs inside the block and is told to finish its requests after it."""
    # Workers of a root's nginx would change to a user who cannot read the directory.
    user = "user root; " if os.geteuid() == 0 else ""
    values = {"home": home, "host": HOST, "port": port, "upstream": upstream, "dead": free_port()}
    config = home / "nginx.conf"
    config.write_text(NGINX_CONFIG.format(user=user, **values), encoding="utf-8")
    with Popen([program, "-p", str(home), "-e", str(home / "error.log"), "-c", str(config)]) as process:
        try:
            yield
        finally:
            process.send_signal(signal.SIGQUIT)


async def wait_until_open(port: int, limit_s: float = 10.0) -> None:
    """Return once the port accepts; a ConnectionError after the limit."""
    deadline = monotonic() + limit_s
    while True:
        try:
            _, writer = await asyncio.open_connection(HOST, port)
        except ConnectionError:
            if monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


async def run(options: argparse.Namespace, home: Path) -> None:
    """Serve, send the planned requests at their times, and wait for the last answer."""
    rng = random.Random(options.seed)
    build_site(home, rng)
    port = free_port()
    backend = await asyncio.start_server(answer, HOST, 0)
    async with backend, asyncio.TaskGroup() as requests:
        with nginx(options.nginx, home, port, backend.sockets[0].getsockname()[1]):
            await wait_until_open(port)
            start, sent = monotonic(), []
            for at, visitor, shot in plan(rng, options.minutes * 60, options.lines):
                await asyncio.sleep(start + at - monotonic())
                sent.append(requests.create_task(fire(port, visitor, shot)))
            await asyncio.gather(*sent)
        # Answers that nginx no longer waits for are still asleep behind it.
        await asyncio.sleep(LONGEST_DELAY_S)


def summary(log: bytes) -> str:
    """Lines, bytes and answers by status, as text."""
    lines = log.splitlines()
    statuses = Counter(line.split(b'" ', 1)[1][:3].decode() for line in lines)
    counts = ", ".join(f"{status}: {n}" for status, n in sorted(statuses.items()))
    return f"{len(lines)} lines, {len(log)} bytes; {counts}"


def parse_options(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line; it ends the program with a hint when nginx is missing."""
    parser = argparse.ArgumentParser(description="Make an access log with a real nginx under load.")
    parser.add_argument("--minutes", type=float, default=11.0, help="length of the run")
    parser.add_argument("--lines", type=int, default=24_000, help="requests to send")
    parser.add_argument("--seed", type=int, default=1, help="choice of requests and times")
    parser.add_argument("--nginx", default=shutil.which("nginx", path=f"{os.defpath}:/usr/sbin:/sbin"))
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("access.log"))
    options = parser.parse_args(arguments)
    if not options.nginx:
        parser.error("no nginx found: install it or name it with --nginx")
    return options


def main() -> int:
    """Make the log; exit status 1 when nginx wrote fewer lines than were asked for."""
    options = parse_options()
    with tempfile.TemporaryDirectory(prefix="access-log-") as name:
        asyncio.run(run(options, Path(name)))
        log = Path(name, "access.log").read_bytes()
    options.output.write_bytes(log)
    print(summary(log))
    return 0 if log.count(b"\n") >= options.lines else 1


if __name__ == "__main__":
    sys.exit(main())
