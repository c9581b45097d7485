"""Compiles and runs scripts in tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tremor_tui.errors import CompileError, ScriptError
from tremor_tui.language.compile import CompiledScript, compile_script
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.source import Source
from tremor_tui.model.context import Cell, Context
from tremor_tui.model.diagnostic import Diagnostic

BASE = Path("/nowhere")


def compiled(text: str, modules: Mapping[str, str] | None = None, args: Any = None) -> CompiledScript:
    """A script called `t.tremor`; `modules` are texts by file name."""
    overrides = {BASE / name: content for name, content in (modules or {}).items()}
    loader = ModuleLoader([BASE], overrides=overrides, base=BASE)
    return compile_script(Source(text, "t.tremor"), loader, args=args)


def run(text: str, event: Any = None, **more: Any) -> Any:
    """The value that a script makes of an event; None where it drops it."""
    script = compiled(text, more.get("modules"), more.get("args"))
    result = script.call(event, more.get("meta"), more.get("cell") or Cell(), more.get("ctx") or Context())
    return result[1] if result else None


def refused(text: str, **more: Any) -> list[Diagnostic]:
    """What keeps a script from compiling."""
    with pytest.raises(CompileError) as info:
        compiled(text, **more)
    return [diagnostic for diagnostic in info.value.diagnostics if diagnostic.is_error]


def failure(text: str, event: Any = None, **more: Any) -> Diagnostic:
    """What goes wrong when a script runs."""
    script = compiled(text, more.get("modules"), more.get("args"))
    with pytest.raises(ScriptError) as info:
        script.call(event, more.get("meta"), more.get("cell") or Cell(), more.get("ctx") or Context())
    return info.value.diagnostic


def underlined(text: str, diagnostic: Diagnostic) -> str:
    """The piece of the text that a diagnostic underlines."""
    assert diagnostic.span is not None
    return text[diagnostic.span.start : diagnostic.span.end]
