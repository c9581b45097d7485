"""Builders of the statements of tremor-script and its root (see build.py for their signature)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tremor_tui.language.tree import script as tree

if TYPE_CHECKING:
    from tremor_tui.language.parse.build import Context


def script(c: Context, v: list[Any], s: list[int], end: int) -> tree.Script:
    return tree.Script(tuple(v[0]), v[1], c.span(s[0], end))


def let(c: Context, v: list[Any], s: list[int], end: int) -> tree.Let:
    return tree.Let(v[1], v[3], c.of(v[2]), c.span(s[0], end))


def drop(c: Context, v: list[Any], s: list[int], end: int) -> tree.Drop:
    return tree.Drop(c.span(s[0], end))


def emit(c: Context, v: list[Any], s: list[int], end: int) -> tree.Emit:
    return tree.Emit(None, None, c.span(s[0], end))


def emit_value(c: Context, v: list[Any], s: list[int], end: int) -> tree.Emit:
    return tree.Emit(v[1], None, c.span(s[0], end))


def emit_port(c: Context, v: list[Any], s: list[int], end: int) -> tree.Emit:
    return tree.Emit(None, v[2], c.span(s[0], end))


def emit_both(c: Context, v: list[Any], s: list[int], end: int) -> tree.Emit:
    return tree.Emit(v[1], v[3], c.span(s[0], end))


def const(c: Context, v: list[Any], s: list[int], end: int) -> tree.Const:
    return tree.Const(v[2], v[4], tuple(v[0]), c.span(s[1], end))


def closed_fn(c: Context, v: list[Any], s: list[int], end: int) -> tree.Fn:
    return tree.Fn(v[2], v[3], False, v[5], tuple(v[0]), c.span(s[1], end))


def open_fn(c: Context, v: list[Any], s: list[int], end: int) -> tree.Fn:
    return tree.Fn(v[2], v[3], True, v[5], tuple(v[0]), c.span(s[1], end))


def pattern_fn(c: Context, v: list[Any], s: list[int], end: int) -> tree.PatternFn:
    return tree.PatternFn(v[2], v[3], tuple(v[5]), tuple(v[0]), c.span(s[1], end))


def closed_intrinsic(c: Context, v: list[Any], s: list[int], end: int) -> tree.IntrinsicFn:
    return tree.IntrinsicFn(v[3], v[4], False, v[6], tuple(v[0]), c.span(s[1], end))


def open_intrinsic(c: Context, v: list[Any], s: list[int], end: int) -> tree.IntrinsicFn:
    return tree.IntrinsicFn(v[3], v[4], True, v[6], tuple(v[0]), c.span(s[1], end))


def use(c: Context, v: list[Any], s: list[int], end: int) -> tree.Use:
    return tree.Use(v[1], c.span(s[0], end))


def use_one(c: Context, v: list[Any], s: list[int], end: int) -> tree.UseTree:
    return tree.UseTree((*v[0].module, v[0].name), None, (), v[0].span)


def use_as(c: Context, v: list[Any], s: list[int], end: int) -> tree.UseTree:
    return tree.UseTree((*v[0].module, v[0].name), v[2], (), c.span(s[0], end))


def use_branches(c: Context, v: list[Any], s: list[int], end: int) -> tree.UseTree:
    return tree.UseTree((*v[0].module, v[0].name), None, tuple(v[3]), c.span(s[0], end))


BUILDERS = (
    *(script, let, drop, emit, emit_value, emit_port, emit_both, const, closed_fn, open_fn),
    *(pattern_fn, closed_intrinsic, open_intrinsic, use, use_one, use_as, use_branches),
)
