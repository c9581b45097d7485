"""The bases of everything that crosses the socket; the modules with requests and answers are built on it."""

from __future__ import annotations

import msgspec


class Command(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="do"):
    """Base of all requests."""


class Picture(msgspec.Struct, frozen=True, omit_defaults=True):
    """Base of all answers and of everything that is pushed; fields at their default are left out."""
