"""The engine's log: plain lines with their time, in files that are rotated."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

MAX_BYTES = 5 * 1024 * 1024
OLD_FILES = 3


@contextmanager
def open_log(path: Path, *, echo: bool = False) -> Iterator[Callable[[str], None]]:
    """Lends a function that writes a line to the log and, with `echo`, to stderr too. Raises OSError."""
    logger = logging.Logger("tremor_tui.engine")
    handler = RotatingFileHandler(path, maxBytes=MAX_BYTES, backupCount=OLD_FILES, encoding="utf-8")
    handlers: list[logging.Handler] = [handler]
    if echo:
        handlers.append(logging.StreamHandler(sys.stderr))
    for each in handlers:
        each.setFormatter(_Timed("%(asctime)s %(message)s"))
        logger.addHandler(each)
    path.chmod(0o600)
    try:
        yield logger.info
    finally:
        handler.close()


class _Timed(logging.Formatter):
    """Times as `2026-01-31T23:59:59.123Z`."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's
        moment = datetime.fromtimestamp(record.created, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
