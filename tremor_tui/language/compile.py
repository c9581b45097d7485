"""Runs the stages in order and keeps every result; what other rooms call.

The part for scripts and selects:

* `compile_script(source, loader, *, args=None, name="") -> CompiledScript`
* `check_script(statements, scope, *, args, name, span) -> ScriptIR`, in `check/script.py`
* `check_select(select, scope, *, args, name, …) -> SelectIR`, in `check/script.py`
* `load_script(ir) -> Script`, `load_select(ir) -> LoadedSelect`, in `load/loader.py`
* `stages(source, loader, …) -> Stages`: each stage as text

All of them raise CompileError with every diagnostic found, and nothing else.
"""
