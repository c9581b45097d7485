"""Port names, and the three that every node knows."""

from typing import Final

IN: Final = "in"
OUT: Final = "out"
ERR: Final = "err"
OVERFLOW: Final = "overflow"
