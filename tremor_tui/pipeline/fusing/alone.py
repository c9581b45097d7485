"""Alone: keeps two threads from writing functions at once; on one loop there is nothing to keep.

Python 3.11 counts the depth of syntax trees for all threads together, and fails where two of them make some.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from types import TracebackType


class Alone:
    """Entered while functions are written. A schedule with threads gives it a lock, one to be taken again."""

    def __init__(self) -> None:
        self.lock: AbstractContextManager[object] = nullcontext()

    def __enter__(self) -> None:
        self.lock.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.lock.__exit__(kind, error, trace)


ALONE = Alone()
"""One for the process."""
