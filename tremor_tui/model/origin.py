"""OriginUri: where an event entered the system."""

from __future__ import annotations

from urllib.parse import urlsplit

from tremor_tui.model.record import dataclass


@dataclass(frozen=True, slots=True)
class OriginUri:
    """`scheme://host[:port]/path`, for example `tremor-file://host/var/log/access.log`."""

    scheme: str
    host: str
    port: int | None = None
    path: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> OriginUri:
        """Reads a URI. Raises ValueError where it has no scheme or host, or an odd port."""
        parts = urlsplit(text)
        if not parts.scheme or not parts.hostname:
            raise ValueError(f"`{text}` is not a URI of the form scheme://host[:port]/path")
        path = tuple(piece for piece in parts.path.split("/") if piece)
        return cls(parts.scheme, parts.hostname, parts.port, path)

    def __str__(self) -> str:
        port = f":{self.port}" if self.port is not None else ""
        path = "".join(f"/{piece}" for piece in self.path)
        return f"{self.scheme}://{self.host}{port}{path}"
