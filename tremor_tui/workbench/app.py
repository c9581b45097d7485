"""The workbench's door: `run_workbench` opens it on an engine and answers with an exit code.

    run_workbench(
        connect,            # async (engine: str) -> ControlPlane; "" starts an engine of this workbench
        find=find_engines,  # async () -> Sequence[str]: names of engines that run; for the start screen
        file="x.troy",      # opened and deployed at once; None: the start screen
        engine="",          # attach to this engine at once and deploy nothing
        base="/abs/folder", # the client's folder, absolute
        module_path=(),     # folders that modules are sought in, absolute
        read_only=False,    # look, never command
        ascii_only=False,   # draw with ASCII alone
        mouse=True,
        plain=False,        # the same data as lines on stdout, one per change, until ctrl+c
    ) -> int

`connect` is called in the workbench's own event loop, in the background, and again with the engine's name
whenever the connection broke. It raises ControlError (EngineLost while nothing answers). The exit code is
0, or 1 where no engine could be reached in plain mode, or 128 + n after signal n. The caller has checked
that stdin and stdout are terminals.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from tremor_tui.control.plane import ControlPlane

Connect = Callable[[str], Awaitable[ControlPlane]]
Find = Callable[[], Awaitable[Sequence[str]]]


def run_workbench(
    connect: Connect,
    *,
    find: Find | None = None,
    file: str | None = None,
    engine: str = "",
    base: str,
    module_path: tuple[str, ...] = (),
    read_only: bool = False,
    ascii_only: bool = False,
    mouse: bool = True,
    plain: bool = False,
) -> int:
    """Runs the workbench until its user leaves; answers the exit code of the process."""
    raise NotImplementedError
