"""Keeping: an engine's limits in a file beside its log, so that they outlive it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from tremor_tui.control.limits import Limits, decode
from tremor_tui.control.places import checked_name, state_dir
from tremor_tui.control.writing import write_whole
from tremor_tui.errors import ControlError


def limits_path(engine: str) -> Path:
    """The file of an engine of that name."""
    return state_dir() / f"{checked_name(engine)}.limits.json"


def load(engine: str, default: Limits, log: Callable[[str], None]) -> Limits:
    """The limits that were kept, or `default`; what cannot be read is logged."""
    path = limits_path(engine)
    try:
        return decode(path.read_bytes())
    except FileNotFoundError:
        return default
    except (OSError, ValueError) as error:
        log(f"the limits in `{path}` are left out: {error}")
        return default


def save(engine: str, limits: Limits) -> None:
    """Keeps them. Raises ControlError where the file cannot be written."""
    path = limits_path(engine)
    try:
        write_whole(path, msgspec.json.encode(limits).decode())
    except OSError as error:
        raise ControlError(f"cannot keep the limits in `{path}`: {error.strerror or error}") from None
