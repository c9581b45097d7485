"""Memory: what is as it was when a file or an engine is opened again: the screen, what was selected, taps.

One small JSON file for each file or engine, below the XDG state folder, written in one step. What is
damaged is said once and passed over, as is what is of another kind than expected.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from tremor_tui.control.places import state_dir
from tremor_tui.control.writing import write_whole
from tremor_tui.errors import ControlError

VERSION = 1
MAX_BYTES = 256 * 1024
COMMON = "everywhere"
"""What is the same for all files and engines, such as the theme."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was found: the values, and what was wrong with them in words."""

    values: dict[str, object]
    complaint: str = ""


def recall(of: str) -> Kept:
    """What is remembered of a file or an engine; nothing where there is nothing."""
    try:
        path = _path(of)
        with path.open("rb") as file:
            found = json.loads(file.read(MAX_BYTES))
    except FileNotFoundError:
        return Kept({})
    except (OSError, ControlError) as error:
        return Kept({}, f"what was open before cannot be read: {error}")
    except (ValueError, RecursionError):
        return Kept({}, f"what was open before is damaged and passed over: {path}")
    if not isinstance(found, dict) or found.get("version") != VERSION or found.get("of") != of:
        return Kept({}, f"what was open before is of another kind and passed over: {path}")
    values = found.get("values")
    return Kept(values if isinstance(values, dict) else {})


def remember(of: str, values: dict[str, object]) -> None:
    """Keeps values; those that are no JSON raise TypeError. Raises OSError, ControlError."""
    body = json.dumps({"version": VERSION, "of": of, "values": values}, indent=1)
    write_whole(_path(of), body + "\n")


def text_of(kept: dict[str, object], name: str) -> str:
    """A text that is remembered; empty where it is none."""
    found = kept.get(name)
    return found if isinstance(found, str) else ""


def table_of(kept: dict[str, object], name: str) -> dict[str, object]:
    """A table that is remembered; empty where it is none."""
    found = kept.get(name)
    return found if isinstance(found, dict) else {}


def texts_of(kept: dict[str, object], name: str) -> list[str]:
    """A list of texts that is remembered."""
    found = kept.get(name)
    return [text for text in found if isinstance(text, str)] if isinstance(found, list) else []


def _path(of: str) -> Path:
    folder = state_dir() / "workbench"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / (hashlib.sha256(of.encode("utf-8", "surrogatepass")).hexdigest()[:32] + ".json")
