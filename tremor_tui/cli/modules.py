"""Where modules are looked for, beside the file that uses them: the folders of TREMOR_PATH."""

from __future__ import annotations

import os


def module_path() -> tuple[str, ...]:
    """The folders of TREMOR_PATH, absolute."""
    folders = os.environ.get("TREMOR_PATH", "").split(os.pathsep)
    return tuple(os.path.abspath(folder) for folder in folders if folder)
