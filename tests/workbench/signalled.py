"""A workbench over a fake plane in a process of its own; what tests send signals to.

python -m tests.workbench.signalled [crash|stuck]
"""

from __future__ import annotations

import sys
import time

from tremor_tui.control.plane import ControlPlane
from tremor_tui.testing.fake_plane import FakePlane
from tremor_tui.workbench import app


async def connect(_engine: str) -> ControlPlane:
    """A plane whose pictures move."""
    return FakePlane(live=True)


class Crashes(app.Workbench):
    """Fails on F11; on F10 its loop turns no more."""

    BINDINGS = [("f11", "crash"), ("f10", "stick")]  # noqa: RUF012

    def action_crash(self) -> None:
        """A bug."""
        raise RuntimeError("a bug")

    def action_stick(self) -> None:
        """A bug of another kind."""
        while True:
            time.sleep(1)


if __name__ == "__main__":
    app.Workbench = Crashes  # type: ignore[misc]
    sys.exit(app.run_workbench(connect, engine="local", base="."))
