"""Stage 6: generated text to callables.

    load_script(ir) -> script(event, meta, cell, ctx) -> (port, value, meta) | None
    load_select(ir) -> LoadedSelect

Callables keep nothing between calls, so equal programs share one: a file may create a pipeline many times.

A callable raises ScriptError and nothing else, whatever its event is.
"""

from __future__ import annotations

import builtins
import pickle
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from tremor_tui.errors import CheckError, ConfigError
from tremor_tui.extractors.contract import extractors
from tremor_tui.functions.contract import find
from tremor_tui.language.depth import deep
from tremor_tui.language.emit.script import emit_script, emit_select
from tremor_tui.language.emit.writer import Binding, Emitted
from tremor_tui.language.ir.script import ScriptIR, SelectIR
from tremor_tui.language.load.prelude import NAMES
from tremor_tui.language.load.traceback import Failures
from tremor_tui.model.batch import Meta, Value
from tremor_tui.model.context import Cell, Context
from tremor_tui.model.diagnostic import Diagnostic
from tremor_tui.model.record import dataclass

SHARED: Final = 256
"""How many programs are remembered."""
Script = Callable[[Value, Meta | None, Cell, Context], tuple[str, Value, Meta | None] | None]
Where = Callable[..., bool]
Groups = Callable[[Value, Meta | None, Context], list[list[Value]]]
Arguments = Callable[[Value, Meta | None, Context], tuple[tuple[Value, ...], ...]]


@dataclass(frozen=True, slots=True)
class LoadedSelect:
    """The expressions of a select as callables; None where one is not written.

    `target(event, meta, ctx, group=None, window=None, results=())`: `results` are those of the aggregates
    in the order of `SelectIR.aggregates`. `where` and `having` give a bool; `having` is called with the
    target's result as event. `groups` gives one list of key values for each group of an event.
    `arguments` gives the arguments of each aggregate call, to be accumulated. `text` is the Python source.
    """

    target: Callable[..., Value]
    where: Where | None
    having: Where | None
    groups: Groups | None
    arguments: Arguments | None
    text: str


def load(emitted: Emitted) -> dict[str, Any]:
    """The functions that a generated module defines, by name. Raises CheckError where Python refuses it."""
    failures = Failures(emitted)
    space: dict[str, Any] = {**NAMES, **_BUILTINS, "__builtins__": {}, "failure": failures}
    space.update((name, bound(binding)) for name, binding in emitted.bindings.items())
    try:
        exec(compile(emitted.text, failures.file, "exec", dont_inherit=True), space)
    except (SyntaxError, RecursionError, MemoryError):
        raise _too_complex(emitted) from None
    return {name: space[name] for name in emitted.defines}


def _too_complex(emitted: Emitted) -> CheckError:
    hint = "split it into functions or several scripts"
    return CheckError([Diagnostic("this is too large or nests too deeply", emitted.module, hint)])


def bound(binding: Binding) -> Any:
    """What a name of the generated text stands for. Raises ConfigError for a rule that is not one."""
    if binding.kind == "value":
        return binding.value
    if binding.kind == "extractor":
        return extractors.get(binding.name)(binding.rule)
    function = find(binding.name)
    if function is None:
        raise ConfigError(f"there is no native function `{binding.name}`")
    return function.call


def load_script(ir: ScriptIR) -> Script:
    """The callable of a script."""
    return _script(key_of(ir))


def load_select(ir: SelectIR) -> LoadedSelect:
    """The callables of a select."""
    return _select(key_of(ir))


@deep
def key_of(ir: ScriptIR | SelectIR) -> bytes:
    """What is the same for programs that are: equality does not tell 1 from 1.0 or from true."""
    return pickle.dumps(ir)


@lru_cache(SHARED)
@deep
def _script(key: bytes) -> Script:
    script: Script = load(emit_script(pickle.loads(key)))["script"]
    return script


@lru_cache(SHARED)
@deep
def _select(key: bytes) -> LoadedSelect:
    emitted = emit_select(pickle.loads(key))
    made = load(emitted)
    where, having = made.get("where"), made.get("having")
    return LoadedSelect(
        made["target"], where, having, made.get("groups"), made.get("arguments"), emitted.text
    )


# globals are found quicker than builtins
_BUILTINS = {
    name: getattr(builtins, name)
    for name in ("type", "dict", "list", "str", "bytes", "len", "range", "enumerate", "Exception")
}
