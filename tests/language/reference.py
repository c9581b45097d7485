"""A slow evaluator of IR that shares nothing: every value that is read is copied in depth.

It has no notion of ownership, of Python text or of positions, so that the generated code can be compared
with it. Operators and record helpers are the prelude's; paths, control flow and patterns are its own.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from tremor_tui.extractors.contract import NO_MATCH, extractors
from tremor_tui.functions.contract import FunctionError, find
from tremor_tui.language.ir import expr as ir
from tremor_tui.language.ir.script import DropIR, EmitIR, FunctionIR, LetIR, ScriptIR
from tremor_tui.language.load import operators, prelude, steps
from tremor_tui.model.context import Cell, Context
from tremor_tui.model.values import to_text


class Failed(Exception):  # noqa: N818 - reads as what happened
    """The script fails."""


class _End(Exception):  # noqa: N818 - no error
    """The script ends."""

    def __init__(self, result: tuple[str, Any, Any] | None) -> None:
        self.result = result


class _Recur(Exception):  # noqa: N818 - no error
    """A function starts again."""


@dataclass
class Reference:
    """One run of a script or function."""

    functions: Any
    event: Any
    meta: Any
    cell: Cell
    ctx: Context
    slots: dict[str, Any] = field(default_factory=dict)
    function: FunctionIR | None = None

    # --- statements ---------------------------------------------------------------------------------

    def script(self, script: ScriptIR) -> tuple[str, Any, Any] | None:
        try:
            value = self.body(script.body, True)
        except _End as end:
            return end.result
        except (operators.EvalError, FunctionError, LookupError, TypeError, NameError) as error:
            raise Failed(str(error)) from error
        return "out", value, deepcopy(self.meta)

    def body(self, nodes: Any, wants: bool) -> Any:
        for node in nodes[:-1]:
            self.effect(node)
        return self.value(nodes[-1]) if wants else self.effect(nodes[-1])

    def effect(self, node: Any) -> None:
        """A statement whose value nobody wants; pure ones are not evaluated."""
        if isinstance(node, (LetIR, EmitIR, DropIR, ir.RecurIR)):
            self.value(node)
        elif isinstance(node, ir.MatchIR) and node.is_mutable:
            self.match(node, False)
        elif isinstance(node, ir.ForIR) and node.is_mutable:
            self.loop(node, False)

    def value(self, node: Any) -> Any:
        return deepcopy(getattr(self, f"do_{type(node).__name__[:-2].lower()}")(node))

    def do_drop(self, node: DropIR) -> Any:
        raise _End(None)

    def do_emit(self, node: EmitIR) -> Any:
        port = self.value(node.port) if node.port else "out"
        value = self.value(node.value) if node.value else deepcopy(self.event)
        raise _End((port, value, deepcopy(self.meta)))

    def do_recur(self, node: ir.RecurIR) -> Any:
        values = [self.value(arg) for arg in node.args]
        assert self.function is not None
        for param, value in zip(self.function.params, values, strict=False):
            self.slots[param.slot] = value
        raise _Recur

    def do_let(self, node: LetIR) -> Any:
        value = self.value(node.value)
        target = node.target
        if not isinstance(target, ir.PathIR):
            self.put(target, value)
            return value
        current = self.root(target.root)
        for number, segment in enumerate(target.segments):
            key = segment.key if isinstance(segment, ir.KeyIR) else prelude.key_of(self.value(segment.at))  # type: ignore[union-attr]
            if type(current) is not dict:
                raise TypeError("no record")
            if number == len(target.segments) - 1:
                current[key] = deepcopy(value)
            else:
                current = current.setdefault(key, {})
        return value

    def put(self, target: Any, value: Any) -> None:
        if isinstance(target, ir.LocalIR):
            self.slots[target.slot] = value
        elif target.name == "event":
            self.event = value
        elif target.name == "meta":
            raise TypeError("the metadata is assigned to key by key")
        else:
            self.cell.state = value

    def root(self, node: Any) -> Any:
        if isinstance(node, ir.LocalIR):
            return self.slots[node.slot]
        return {"event": self.event, "meta": self.meta, "state": self.cell.state}[node.name]

    # --- expressions --------------------------------------------------------------------------------

    def do_const(self, node: ir.ConstIR) -> Any:
        return node.value

    def do_root(self, node: ir.RootIR) -> Any:
        return None if self.function else self.root(node)

    def do_local(self, node: ir.LocalIR) -> Any:
        return self.slots[node.slot]

    def do_string(self, node: ir.StringIR) -> Any:
        return "".join(to_text(self.value(part)) for part in node.parts)

    def do_list(self, node: ir.ListIR) -> Any:
        return [self.value(item) for item in node.items]

    def do_record(self, node: ir.RecordIR) -> Any:
        return {self.value(key): self.value(value) for key, value in node.items}

    def do_bytes(self, node: ir.BytesIR) -> Any:
        return prelude.pack(*((self.value(p.value), p.kind, p.is_little, p.bits) for p in node.parts))

    def do_unary(self, node: ir.UnaryIR) -> Any:
        return operators.UNARY[node.op](self.value(node.operand))

    def do_binary(self, node: ir.BinaryIR) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        return operators.OPERATORS[node.op](left, right)

    def do_logic(self, node: ir.LogicIR) -> Any:
        left = prelude.left_of(node.op, self.value(node.left))
        if left is {"and": False, "or": True}.get(node.op):
            return left
        right = prelude.right_of(node.op, self.value(node.right))
        return left is not right if node.op == "xor" else right

    def do_call(self, node: ir.CallIR) -> Any:
        args = [self.value(arg) for arg in node.args]
        if node.is_native:
            function = find(node.target)
            assert function is not None
            return function.call(*([self.ctx] if function.wants_context else []), *args)
        return self.call(self.functions[node.target], args)

    def call(self, function: FunctionIR, args: list[Any]) -> Any:
        slots = {param.slot: arg for param, arg in zip(function.params, args, strict=False)}
        if function.rest:
            slots[function.rest.slot] = args[len(function.params) :]
        inner = Reference(self.functions, None, None, Cell(), self.ctx, slots, function)
        for _ in range(self.ctx.recursion_limit):
            try:
                return inner.body(function.body, True)
            except _Recur:
                kept = {param.slot for param in (*function.params, function.rest) if param}
                inner.slots = {slot: value for slot, value in inner.slots.items() if slot in kept}
        raise prelude.recursion()

    def do_path(self, node: ir.PathIR) -> Any:
        current = self.value(node.root)
        for segment in node.segments:
            current = self.step(current, segment)
        return current

    def step(self, current: Any, segment: Any) -> Any:
        if isinstance(segment, ir.KeyIR):
            return prelude.lookup(current, segment.key)
        if isinstance(segment, ir.IndexIR):
            return prelude.lookup(current, segment.index)
        if isinstance(segment, ir.AtIR):
            return prelude.lookup(current, self.value(segment.at))
        return prelude.part(current, self.value(segment.start), self.value(segment.end))

    def do_presence(self, node: ir.PresenceIR) -> Any:
        path = node.path
        root = path.root if isinstance(path, ir.PathIR) else path
        if isinstance(root, ir.LocalIR) and root.slot not in self.slots:
            return not node.is_present
        current = self.value(root)
        for segment in path.segments if isinstance(path, ir.PathIR) else ():
            if isinstance(segment, ir.KeyIR):
                current = prelude.find(current, segment.key)
            elif isinstance(segment, ir.IndexIR):
                current = prelude.find_index(current, segment.index)
            elif isinstance(segment, ir.AtIR):
                current = prelude.find_at(current, self.value(segment.at))
            else:
                current = prelude.find_part(current, self.value(segment.start), self.value(segment.end))
            if current is operators.MISSING:
                return not node.is_present
        return node.is_present

    def do_merge(self, node: ir.MergeIR) -> Any:
        return prelude.merge(self.value(node.target), self.value(node.value))

    def do_patch(self, node: ir.PatchIR) -> Any:
        target = self.value(node.target)
        operands = [
            (
                self.value(op.key) if op.key else None,
                self.value(op.value) if op.value and op.op != "default" else None,
            )
            for op in node.operations
        ]
        target = dict(prelude.record(target))
        for op, (key, value) in zip(node.operations, operands, strict=True):
            target = self.patch(target, op, key, value)
        return target

    def patch(self, target: Any, op: ir.PatchOpIR, key: Any, value: Any) -> Any:
        if op.op == "default":
            return self.default(target, op, key)
        if op.op == "merge" and key is None:
            return prelude.merge_all(target, value)
        if op.op == "merge":
            prelude.merge_key(target, key, value)
        elif op.op == "upsert":
            target[key] = value
        elif op.op == "erase":
            target.pop(key, None)
        else:
            getattr(prelude, op.op)(target, key, value)
        return target

    def default(self, target: Any, op: ir.PatchOpIR, key: Any) -> Any:
        if key is None:
            return prelude.defaults(target, self.value(op.value))
        if key not in target:
            target[key] = self.value(op.value)
        return target

    # --- match and for ------------------------------------------------------------------------------

    def do_match(self, node: ir.MatchIR) -> Any:
        return self.match(node, True)

    def match(self, node: ir.MatchIR, wants: bool) -> Any:
        subject = self.value(node.target)
        for case in node.cases:
            variable = case.pattern.variable if isinstance(case.pattern, ir.AssignIR) else None
            pattern = case.pattern.pattern if isinstance(case.pattern, ir.AssignIR) else case.pattern
            result = self.test(pattern, subject)
            if result is NO_MATCH:
                continue
            if variable:
                self.slots[variable.slot] = deepcopy(result)
            if case.guard is None or prelude.truth(self.value(case.guard)):
                return self.body(case.effectors, wants)
        if node.default is None:
            raise prelude.no_clause()
        return self.body(node.default, wants)

    def test(self, pattern: Any, value: Any) -> Any:
        """What the pattern yields, or NO_MATCH."""
        if isinstance(pattern, ir.AnyIR):
            return value
        if isinstance(pattern, ir.EqualIR):
            expected = self.value(pattern.expr)
            return expected if operators.eq(value, expected) else NO_MATCH
        if isinstance(pattern, ir.ExtractIR):
            return self.extract(pattern.extractor, value)
        if isinstance(pattern, ir.RecordPatternIR):
            return self.record(pattern, value)
        if isinstance(pattern, ir.TuplePatternIR):
            return self.tuple(pattern, value)
        return self.array(pattern, value)

    def extract(self, extractor: ir.ExtractorIR, value: Any) -> Any:
        return extractors.get(extractor.name)(extractor.rule)(value, self.ctx)

    def record(self, pattern: ir.RecordPatternIR, value: Any) -> Any:
        if type(value) is not dict:
            return NO_MATCH
        found = {}
        for item in pattern.fields:
            if isinstance(item, ir.PresenceFieldIR):
                if (item.key in value) is not item.is_present:
                    return NO_MATCH
                if item.is_present:
                    found[item.key] = value[item.key]
                continue
            if item.key not in value:
                return NO_MATCH
            if isinstance(item, ir.CompareFieldIR):
                if not operators.OPERATORS[item.op](value[item.key], self.value(item.value)):
                    return NO_MATCH
                continue
            result = self.test(_inner(item), value[item.key])
            if result is NO_MATCH:
                return NO_MATCH
            found[item.key] = result
        return found

    def tuple(self, pattern: ir.TuplePatternIR, value: Any) -> Any:
        size = len(pattern.items)
        if type(value) is not list or len(value) < size or (len(value) > size and not pattern.is_open):
            return NO_MATCH
        results = []
        for item, element in zip(pattern.items, value, strict=False):
            results.append(self.test(item, element))
            if results[-1] is NO_MATCH:
                return NO_MATCH
        return results

    def array(self, pattern: ir.ArrayPatternIR, value: Any) -> Any:
        if type(value) is not list:
            return NO_MATCH
        hits: list[Any] = []
        for item in pattern.items:
            if isinstance(item, ir.AnyIR):
                found: list[Any] = [[]] if value else []
            else:
                results = [[i, self.test(item, element)] for i, element in enumerate(value)]
                found = [hit for hit in results if hit[1] is not NO_MATCH]
                hits += found
            if not found:
                return NO_MATCH
        return hits

    def do_for(self, node: ir.ForIR) -> Any:
        return self.loop(node, True)

    def loop(self, node: ir.ForIR, wants: bool) -> Any:
        items = list(steps.pairs(self.value(node.target), Context()))
        total = self.value(node.initial) if wants else None
        for key, element in items:
            case = self.chosen(node, key, element)
            if case is None:
                continue
            value = self.body(case.effectors, wants)
            if wants:
                total = prelude.fold(total, node.fold, value)
                if node.fold in ("or", "and") and total is (node.fold == "or"):
                    break
        return total

    def chosen(self, node: ir.ForIR, key: Any, element: Any) -> ir.ForCaseIR | None:
        for case in node.cases:
            self.slots[case.key.slot], self.slots[case.value.slot] = deepcopy(key), deepcopy(element)
            if case.guard is None or prelude.truth(self.value(case.guard)):
                return case
        return None


def _inner(item: ir.ExtractFieldIR | ir.PatternFieldIR) -> Any:
    return ir.ExtractIR(item.extractor, item.span) if isinstance(item, ir.ExtractFieldIR) else item.pattern
