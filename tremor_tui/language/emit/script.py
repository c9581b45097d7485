"""Stage 5: a script or select as the text of a Python module.

One function per script body, one per tremor function that it calls, one per expression of a select. The
text is the same for the same script, and says in comments which line of tremor a line comes from.
"""

from __future__ import annotations

from collections.abc import Iterable

from tremor_tui.language.emit import expr as expressions
from tremor_tui.language.emit import statements
from tremor_tui.language.emit.frame import RETURN, Frame, Program
from tremor_tui.language.emit.writer import Block, Code, Emitted, Site, Writer, call, code, joined, unit
from tremor_tui.language.ir.expr import (
    IR,
    CallIR,
    ExprIR,
    ForIR,
    LocalIR,
    PathIR,
    PresenceIR,
    RecurIR,
    RootIR,
    walk,
)
from tremor_tui.language.ir.script import FunctionIR, GroupIR, LetIR, ScriptIR, SelectIR
from tremor_tui.model.diagnostic import Span

MAX_NAME = 60


SELECT = "event, meta, ctx, group=None, window=None"
"""What every expression of a select is called with."""


def emit_script(ir: ScriptIR) -> Emitted:
    """The module of a script; it defines `script` (see `language/__init__.py`)."""
    program = Program(ir.functions)
    blocks = [("def script(event, meta, cell, ctx):", _script(program, ir))]
    return _module(program, ir.name, ir.span, blocks)


def emit_select(ir: SelectIR) -> Emitted:
    """The module of a select: `target`, and `where`, `having`, `groups`, `arguments` if it has them."""
    program = Program(ir.functions)
    blocks = []
    for name, node in (("where", ir.where), ("having", ir.having)):
        if node is not None:
            blocks.append((f"def {name}({SELECT}):", _condition(program, node)))
    blocks.append((f"def target({SELECT}, results=()):", _value(program, ir.target)))
    if ir.group_by is not None:
        blocks.append((f"def groups({SELECT}):", _groups(program, ir.group_by)))
    if ir.aggregates:
        rows = [call.args for call in ir.aggregates]
        blocks.append((f"def arguments({SELECT}):", _arguments(program, rows)))
    return _module(program, ir.name, ir.span, blocks)


def emit_value(node: ExprIR, functions: dict[str, FunctionIR], name: str) -> Emitted:
    """The module of an expression without an event; it defines `constant(ctx)`."""
    program = Program(functions)
    return _module(program, name, node.span, [("def constant(ctx):", _value(program, node))])


# --- the module -------------------------------------------------------------------------------------


def _module(program: Program, name: str, span: Span, blocks: list[tuple[str, Block]]) -> Emitted:
    written = [f for f in program.functions.values() if not f.native]
    functions = [(_head(program, function), _function(program, function)) for function in written]
    writer = Writer()
    writer.put(f"# {_shown(name)}")
    for text, constant in program.constants.items():
        writer.put(f"{constant} = {text}")
    for head, block in functions:
        _put(writer, head, block, is_guarded=False)
    for head, block in blocks:
        _put(writer, head, block, is_guarded=True)
    defines = tuple(head.removeprefix("def ").partition("(")[0] for head, _ in blocks)
    return Emitted(writer.text(), name, defines, program.bindings, writer.marks, span)


def _shown(name: str) -> str:
    text = name.encode("ascii", "backslashreplace").decode().replace("\n", " ").replace("\r", " ")
    return text[:MAX_NAME]


def _put(writer: Writer, head: str, block: Block, is_guarded: bool) -> None:
    writer.put()
    writer.put()
    writer.put(head)
    if not is_guarded:
        writer.block(block, 1)
        return
    writer.put("    try:")
    writer.block(block, 2)
    writer.put("    except Exception as error:")
    writer.put("        raise failure(error) from None")


# --- functions of a script --------------------------------------------------------------------------


def _head(program: Program, function: FunctionIR) -> str:
    names = Frame(program, "function").names
    rest = [function.rest] if function.rest else []
    params = [names.of(param.slot, param.name) for param in (*function.params, *rest)]
    return f"def {program.function(function.id)}({', '.join([*params, 'ctx'])}):"


def _function(program: Program, function: FunctionIR) -> Block:
    frame = Frame(program, "function")
    frame.function = function
    variables = (*function.params, *([function.rest] if function.rest else []))
    for variable in variables:
        frame.names.of(variable.slot, variable.name)
        frame.known.slots.add(variable.slot)
    loops = any(isinstance(node, RecurIR) for node in _all(function.body))
    frame.optional = _optional(function.body, all_locals=loops)
    turn = code(call("spend", "ctx", site=Site(function.span)))
    if not loops:
        if any(_takes_steps(node) for node in _all(function.body)):
            frame.put(turn)
        _body(frame, function)
        return frame.take()
    frame.put("for _ in range(ctx.recursion_limit):")
    with frame.deeper():
        frame.put(turn)
        _body(frame, function)
    frame.put("raise recursion()")
    return frame.take()


def _takes_steps(node: IR) -> bool:
    """Whether it may go on for long. A function without any such node is done soon, and counts nothing."""
    return isinstance(node, ForIR) or (isinstance(node, CallIR) and not node.is_native)


def _steps(frame: Frame, nodes: Iterable[IR]) -> None:
    """Gives the event its steps, if it may need them."""
    if any(_takes_steps(node) for node in nodes):
        frame.put("ctx.steps = STEPS")


def _body(frame: Frame, function: FunctionIR) -> None:
    roots = {node.name for node in _all(function.body) if isinstance(node, RootIR)}
    for root in sorted(roots):
        frame.put(f"{root} = None")
    params = {variable.slot for variable in function.params}
    _unset(frame, _all(function.body), params)
    statements.effectors(frame, function.body, RETURN)


def _script(program: Program, ir: ScriptIR) -> Block:
    frame = Frame(program, "script")
    nodes = list(_all(ir.body))
    frame.optional = _optional(ir.body)
    _steps(frame, nodes)
    if any(isinstance(node, RootIR) and node.name == "state" for node in nodes):
        frame.put("state = cell.state")
    if _reads_meta(nodes):
        frame.put("if meta is None:")
        with frame.deeper():
            frame.put("meta = {}")
        frame.meta_is_record = True
    _unset(frame, nodes, set())
    statements.effectors(frame, ir.body, RETURN)
    return frame.take()


def _reads_meta(nodes: list[IR]) -> bool:
    """Whether `$` stands anywhere but as the root of an assignment."""
    written = {id(n.target.root) for n in nodes if isinstance(n, LetIR) and isinstance(n.target, PathIR)}
    return any(isinstance(n, RootIR) and n.name == "meta" and id(n) not in written for n in nodes)


def _all(body: Iterable[IR]) -> Iterable[IR]:
    for node in body:
        yield from walk(node)


def _optional(body: Iterable[IR], all_locals: bool = False) -> frozenset[str]:
    """The variables that are asked whether they are set, and so have to be set to MISSING before."""
    slots = set()
    for node in _all(body):
        if isinstance(node, PresenceIR):
            root = node.path.root if isinstance(node.path, PathIR) else node.path
            if isinstance(root, LocalIR):
                slots.add(root.slot)
        elif all_locals and isinstance(node, LetIR) and isinstance(node.target, LocalIR):
            slots.add(node.target.slot)
    return frozenset(slots)


def _unset(frame: Frame, nodes: Iterable[IR], params: set[str]) -> None:
    done = set(params)
    for node in nodes:
        if isinstance(node, LocalIR) and node.slot in frame.optional and node.slot not in done:
            done.add(node.slot)
            frame.put(frame.names.of(node.slot, node.name), " = MISSING")


# --- the functions of a select ----------------------------------------------------------------------


def _select_frame(program: Program, nodes: Iterable[IR]) -> Frame:
    frame = Frame(program, "select")
    body = list(nodes)
    frame.optional = _optional(body)
    _steps(frame, _all(body))
    if any(isinstance(node, RootIR) and node.name == "meta" for node in _all(body)):
        frame.put("if meta is None:")
        with frame.deeper():
            frame.put("meta = {}")
    _unset(frame, _all(body), set())
    return frame


def _value(program: Program, node: ExprIR) -> Block:
    frame = _select_frame(program, [node])
    frame.line = node.span.line
    frame.put("return ", expressions.expr(frame, node))
    return frame.take()


def _condition(program: Program, node: ExprIR) -> Block:
    frame = _select_frame(program, [node])
    frame.line = node.span.line
    frame.put("return ", expressions.condition(frame, node))
    return frame.take()


def _arguments(program: Program, rows: list[tuple[ExprIR, ...]]) -> Block:
    frame = _select_frame(program, [node for row in rows for node in row])
    tuples = [_tuple([expressions.expr(frame, node) for node in row]) for row in rows]
    frame.put("return ", _tuple(tuples))
    return frame.take()


def _tuple(items: list[Code]) -> Code:
    return unit("(", joined(", ", items), ",)" if items else ")")


def _groups(program: Program, group: GroupIR) -> Block:
    frame = _select_frame(program, [node.expr for node in _leaves(group) if node.expr])
    frame.put("_keys = [[]]")
    for leaf in _leaves(group):
        _leaf(frame, leaf)
    frame.put("return _keys")
    return frame.take()


def _leaves(group: GroupIR) -> list[GroupIR]:
    return [leaf for item in group.items for leaf in _leaves(item)] if group.kind == "set" else [group]


def _leaf(frame: Frame, leaf: GroupIR) -> None:
    if leaf.expr is None:
        return
    frame.line = leaf.span.line
    value = frame.held(expressions.expr(frame, leaf.expr), "key")
    if leaf.kind == "expr":
        frame.put("_keys = [[*_key, ", value, "] for _key in _keys]")
        return
    items = call("items_of", value, site=Site(leaf.span))
    frame.put(code("_keys = [[*_key, _item] for _key in _keys for _item in ", items, "]"))
