"""Which paths below `event` a script reads that some sample events do not have.

A missing path is an error in tremor. A path that the script asks about before it reads it (`present`,
`absent`, a field of a record pattern) is looked at only in the samples that have what was asked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tremor_tui.language.canonical import parse_any
from tremor_tui.language.completing.paths import event_path
from tremor_tui.language.completing.samples import Path, below
from tremor_tui.language.source import Source
from tremor_tui.language.tree import expr as tree
from tremor_tui.language.tree.query import DefineScript
from tremor_tui.language.tree.script import Fn, Let, PatternFn
from tremor_tui.language.tree.walk import children, walk
from tremor_tui.model.batch import Value
from tremor_tui.model.diagnostic import Diagnostic
from tremor_tui.model.record import dataclass

SHOWN = 10
"""So many paths are told of."""
_FUNCTIONS = (Fn, PatternFn)


@dataclass(frozen=True, slots=True)
class Asked:
    """A path that the script asks about: between two offsets it is there, or samples without it are not."""

    path: Path
    start: int
    end: int

    def guards(self, path: Path, offset: int) -> bool:
        """Whether a path that is read at an offset is at or below this one."""
        return self.start <= offset < self.end and path[: len(self.path)] == self.path


def missing_paths(source: Source, line: int, samples: Sequence[Value]) -> list[Diagnostic]:
    """A warning for each path that some samples lack, in the script around a line; none if it has faults."""
    parsed = parse_any(source)[1]
    if parsed.tree is None or not samples:
        return []
    body = _script_at(parsed.tree, line) if not source.name.endswith(".tremor") else parsed.tree
    return list(_told(body, samples))[:SHOWN] if body is not None else []


def _script_at(root: tree.Node, line: int) -> tree.Node | None:
    """The last script that begins before a line, else the first."""
    scripts = [node for node in walk(root) if isinstance(node, DefineScript)]
    before = [node for node in scripts if node.span.line <= line]
    return before[-1] if before else scripts[0] if scripts else None


def _told(body: tree.Node, samples: Sequence[Value]) -> Iterator[Diagnostic]:
    asked, assigned = list(_asked(body)), list(_assigned(body))
    told: set[Path] = set()
    for node in _read(body):
        path = event_path(node)
        if not path or path in told or any(path[: len(known)] == known for known in assigned):
            continue
        guards = [one.path for one in asked if one.guards(path, node.span.start)]
        seen = [value for value in samples if all(below([value], known) for known in guards)]
        lacking = sum(not below([value], path) for value in seen)
        if lacking:
            told.add(path)
            words = f"`{_text(path)}` is missing in {lacking} of {len(samples)} samples: a missing path"
            hint = f"test for it: `present {_text(path)}`"
            yield Diagnostic(f"{words} is an error", node.span, hint, severity="warning")


def _read(body: tree.Node) -> Iterator[tree.Path]:
    """The paths whose value is read, outside of functions, in the order of the text."""
    stack = [body]
    while stack:
        node = stack.pop()
        if isinstance(node, (tree.Presence, *_FUNCTIONS)):
            continue
        if isinstance(node, tree.Path):
            yield node
        below_it = children(node)
        if isinstance(node, Let):
            below_it = [child for child in below_it if child is not node.path]
        stack.extend(reversed(below_it))


def _assigned(body: tree.Node) -> Iterator[Path]:
    for node in walk(body):
        if isinstance(node, Let) and (path := event_path(node.path)) is not None:
            yield path


def _asked(body: tree.Node) -> Iterator[Asked]:
    for node in walk(body):
        if isinstance(node, tree.Presence) and (path := event_path(node.path)) is not None:
            yield Asked(path, node.span.start, body.span.end)
        elif isinstance(node, tree.Match) and (base := event_path(node.target)) is not None:
            for case in node.cases:
                yield from (
                    Asked(path, case.span.start, case.span.end if is_there else body.span.end)
                    for path, is_there in _fields(case.pattern, base)
                )


def _fields(pattern: tree.Node, base: Path) -> Iterator[tuple[Path, bool]]:
    """The paths that a pattern is about, and whether they are there where it fits."""
    name = getattr(pattern, "field", None)
    if isinstance(name, tree.Name):
        base = (*base, name.text)
        yield base, not (isinstance(pattern, tree.FieldPresence) and not pattern.is_present)
    for child in children(pattern):
        yield from _fields(child, base)


def _text(path: Path) -> str:
    steps = (f".{step}" if isinstance(step, str) else f"[{'n' if step is None else step}]" for step in path)
    return "event" + "".join(steps)
