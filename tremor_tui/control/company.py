"""Company: what the clients of one engine let each other know, so that two workbenches can be at work.

What one of them deploys, applies, pauses or stops is told to the others by the engine itself, as a `Notice`
with its author (`by`, for example `workbench 4711`). That a file was written the engine cannot see: its
writer says so.
"""

from __future__ import annotations

from tremor_tui.control.base import Command


class Saved(Command, frozen=True, tag="saved"):
    """Lets the other clients know that files were written; answered with `Done`. Paths are absolute."""

    paths: tuple[str, ...]
    flow: str = ""
