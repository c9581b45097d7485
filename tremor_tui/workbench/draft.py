"""A text being edited: as it was read, as it is now, and as it lies on disk.

What was not saved when a workbench was ended from outside is kept below the XDG state folder and offered
when its file is opened again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tremor_tui.control.places import state_dir
from tremor_tui.control.snapshots import Diagnostic, FileText
from tremor_tui.control.writing import write_whole
from tremor_tui.errors import TremorError


class ChangedOnDisk(TremorError):  # noqa: N818 - reads as what happened
    """Somebody else wrote the file since it was read."""


@dataclass
class Draft:
    """One file of a flow. `saved` is the text on disk as we know it, `text` what the editor holds."""

    name: str
    path: str
    saved: str
    text: str
    is_writable: bool = True
    is_new: bool = False
    """Whether there is no file of it yet."""
    diagnostics: tuple[Diagnostic, ...] = field(default=())

    @classmethod
    def of(cls, file: FileText) -> Draft:
        """The draft of an engine's file."""
        return cls(file.name, file.path, file.text, file.text, file.writable)

    @property
    def is_unsaved(self) -> bool:
        """Whether the editor holds what the disk does not."""
        return self.text != self.saved

    def names(self, file: str, base: str) -> bool:
        """Whether a diagnostic's file name means this draft."""
        return file in (self.name, self.path) or os.path.normpath(os.path.join(base, file)) == self.path

    def disk_text(self) -> str | None:
        """What lies on disk now; None where there is no file. Raises TremorError where it cannot be read."""
        try:
            return Path(self.path).read_bytes().decode("utf-8")  # line ends as they are
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise TremorError(f"cannot read {self.path}: {_words(error)}") from None

    def save(self, text: str) -> None:
        """Writes `text` in one step: the file is the old one or the new one, never a part.

        Raises ChangedOnDisk where the file is not what was read, and TremorError where it cannot be written.
        """
        if not self.is_writable:
            raise TremorError(
                f"{self.name} belongs to the library", "copy what you need into a file of your own"
            )
        found = self.disk_text()
        if found is not None and found not in (self.saved, text):
            raise ChangedOnDisk(
                f"{self.name} was changed on disk since it was read",
                "^r takes the version on disk; save again to overwrite it",
            )
        self._write(text)

    def overwrite(self, text: str) -> None:
        """Writes `text` whatever is on disk. Raises TremorError."""
        self._write(text)

    def _write(self, text: str) -> None:
        try:
            write_whole(Path(self.path), text)
        except (OSError, UnicodeEncodeError) as error:
            raise TremorError(
                f"cannot write {self.path}: {_words(error)}", "the text is still here, unsaved"
            ) from None
        self.saved = text
        self.is_new = False


def _words(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def keep(drafts: Iterable[Draft]) -> None:
    """Keeps the texts that are not saved. Raises TremorError where that fails."""
    for draft in drafts:
        if draft.is_unsaved:
            body = json.dumps({"path": draft.path, "text": draft.text})
            try:
                _kept_at(draft.path).write_text(body, encoding="utf-8", errors="surrogatepass")
            except OSError as error:
                raise TremorError(f"cannot keep the text of {draft.name}: {_words(error)}") from None


def kept(draft: Draft) -> str:
    """The text that was kept of a file; empty where there is none, or it is what lies on disk."""
    try:
        found = json.loads(_kept_at(draft.path).read_text(encoding="utf-8", errors="surrogatepass"))
    except (OSError, ValueError):
        return ""
    text = found.get("text", "") if isinstance(found, dict) else ""
    return text if isinstance(text, str) and text != draft.saved else ""


def forget(draft: Draft) -> None:
    """Lets go of the text that was kept of a file."""
    _kept_at(draft.path).unlink(missing_ok=True)


def _kept_at(path: str) -> Path:
    folder = state_dir() / "drafts"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / (hashlib.sha256(path.encode()).hexdigest()[:32] + ".json")
