"""`python -m tremor_tui.engine`: an engine as a process of its own, as `control/launch.py` starts it.

It writes to its log alone; where it cannot begin it says why on stderr, which its starter reads.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tremor_tui.control.cores import usable_cores
from tremor_tui.engine.engine import Settings
from tremor_tui.engine.flows import WATCH_S
from tremor_tui.engine.serving import FAILED, serve
from tremor_tui.errors import TremorError


def main() -> int:
    """Runs the engine; its exit status."""
    parser = argparse.ArgumentParser(prog="tremor_tui.engine", description=__doc__)
    parser.add_argument("--name", default="local")
    parser.add_argument("--executors", type=int, default=0, help="0: one for each core")
    parser.add_argument("--kept", action="store_true", help="go on without clients")
    parser.add_argument("--linger", type=float, default=30.0, help="seconds to stay after the last client")
    parser.add_argument("--watch", type=float, default=WATCH_S, help="seconds to watch an apply, 0: none")
    parser.add_argument("--base", type=Path, default=Path("/"), help="the folder to run in")
    options = parser.parse_args()
    try:
        os.chdir(options.base)
        count = options.executors or usable_cores()
        watch = max(0.0, options.watch)
        settings = Settings(options.name, count, options.kept, options.linger, watch_s=watch)
        return serve(settings)
    except (TremorError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return FAILED


if __name__ == "__main__":
    sys.exit(main())
