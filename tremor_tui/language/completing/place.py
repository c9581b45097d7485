"""A place in a text: the tokens before it, the tree around it, and the names in its reach.

Long because it is one reader of one text, and its questions share what was read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import PurePath

from tremor_tui.language.canonical import STARTS
from tremor_tui.language.check.scope import Scope
from tremor_tui.language.completing.paths import event_path
from tremor_tui.language.completing.samples import Path
from tremor_tui.language.documentation import Help, tree_help
from tremor_tui.language.lex.lexer import Lexed, lex
from tremor_tui.language.lex.tokens import KEYWORDS, Token
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.parse.parser import Start, expected_after, tree_of_open
from tremor_tui.language.source import Source
from tremor_tui.language.tree import expr as tree
from tremor_tui.language.tree.deploy import DefineConnector, DefineFlow
from tremor_tui.language.tree.query import (
    Create,
    CreateStream,
    DefineOperator,
    DefinePipeline,
    DefineScript,
    DefineWindow,
    ScriptBody,
)
from tremor_tui.language.tree.script import Const, Fn, IntrinsicFn, Let, PatternFn, Script, Use
from tremor_tui.language.tree.walk import children
from tremor_tui.model.record import dataclass

_WORDS = frozenset(KEYWORDS.values()) | {"IDENT"}
_INERT = frozenset({"STRING", "PART", "EXTRACTOR", "INT", "FLOAT", "DOC", "MODULE_DOC", "BAD"})
_CLOSERS = {"RPAREN": "LPAREN", "RBRACKET": "LBRACKET", "RBRACE": "LBRACE"}
_OPENERS = frozenset({"LPAREN", "LBRACKET", "LBRACE", "TUPLE_OPEN", "ARRAY_OPEN", "RECORD_OPEN"})
_BODIES = (DefinePipeline, DefineFlow, ScriptBody)
_DEFINES = (DefineWindow, DefineOperator, DefineScript, DefinePipeline, DefineConnector, DefineFlow)
_FUNCTIONS = (Fn, PatternFn, IntrinsicFn)
STAND_IN = "x"
"""Stands for the name that is about to be written."""


@dataclass
class Place:
    """An offset in a text. `typed` is the part of a word before it; that word is from `start` to `end`."""

    source: Source
    loader: ModuleLoader
    lexed: Lexed
    tokens: list[Token]
    typed: str
    start: int
    end: int
    is_inert: bool

    @classmethod
    def at(cls, source: Source, offset: int, loader: ModuleLoader) -> Place:
        """Reads a text up to an offset."""
        line_end = source.text.find("\n", offset)
        if line_end >= 0:
            source = Source(source.text[:line_end], source.name, source.path)
        lexed = lex(source)
        around = next((t for t in reversed(lexed.tokens) if t.start < offset <= t.end), None)
        is_word = around is not None and around.kind in _WORDS
        start = around.start if around is not None and is_word else offset
        end = around.end if around is not None and is_word else offset
        tokens = [token for token in lexed.tokens if token.end <= start]
        typed = source.text[start:offset].lstrip("`")
        return cls(source, loader, lexed, tokens, typed, start, end, _is_inert(lexed, around, offset))

    # --- tokens -------------------------------------------------------------------------------------

    def before(self, count: int) -> str:
        """The kind of the token so many before the place; empty where there is none."""
        return self.tokens[-count].kind if len(self.tokens) >= count else ""

    @cached_property
    def statement(self) -> list[Token]:
        """The tokens of the statement so far."""
        start = next((i for i in range(len(self.tokens) - 1, -1, -1) if self.tokens[i].kind == "SEMI"), -1)
        return self.tokens[start + 1 :]

    @property
    def is_use(self) -> bool:
        """Whether this is a `use` statement."""
        return any(token.kind == "USE" for token in self.statement)

    @property
    def in_select(self) -> bool:
        """Whether this is a `select`."""
        return any(token.kind == "SELECT" for token in self.statement)

    @property
    def in_target(self) -> bool:
        """Whether this is the target of a `select`."""
        words = [t.kind for t in self.statement if t.kind in ("SELECT", "FROM")]
        return words[-1:] == ["SELECT"]

    @property
    def in_list_of_windows(self) -> bool:
        """Whether this is in the `[…]` after the `from` of a `select`."""
        opening = self._opening(len(self.tokens))
        return opening >= 2 and self.tokens[opening].kind == "LBRACKET" and self.in_select

    def wanted_definition(self) -> str | None:
        """The kind of definition that a `create` or `deploy` is about to name."""
        kinds = [token.kind for token in self.statement]
        if "CREATE" in kinds[-2:] and len(kinds) >= 2 and kinds[-2] == "CREATE":
            return kinds[-1] if kinds[-1] in ("OPERATOR", "SCRIPT", "PIPELINE", "CONNECTOR") else None
        if kinds[-1:] == ["FROM"] and len(kinds) >= 4 and kinds[-4] in ("CREATE", "DEPLOY"):
            return kinds[-3]
        if kinds[-2:] == ["DEPLOY", "FLOW"]:
            return "FLOW"
        return None

    def wanted_plugin(self, less: int = 0) -> str | None:
        """Whose plug-in a `define` is about to name, `less` tokens before: `OPERATOR` or `CONNECTOR`."""
        kinds = [token.kind for token in self.statement[: len(self.statement) - less]]
        if len(kinds) >= 4 and kinds[-1] == "FROM" and kinds[-4] == "DEFINE":
            return kinds[-3] if kinds[-3] in ("OPERATOR", "CONNECTOR") else None
        return None

    def modules(self) -> list[str]:
        """The module path that ends right before the place: `["a", "b"]` after `a::b::`."""
        return self._path_before(len(self.tokens))

    def used(self) -> list[str]:
        """The module path that a `use` has so far, branches and all."""
        index = len(self.tokens)
        path = self._path_before(index)
        opening = self._opening(index)
        while opening > 0 and self.tokens[opening].kind == "LBRACE":
            path = [*self._path_before(opening), *path]
            opening = self._opening(opening)
        return path

    def _path_before(self, index: int) -> list[str]:
        names: list[str] = []
        while (
            index >= 2 and self.tokens[index - 1].kind == "SCOPE" and self.tokens[index - 2].kind == "IDENT"
        ):
            names.append(str(self.tokens[index - 2].value))
            index -= 2
        return names[::-1]

    def _opening(self, index: int) -> int:
        """The bracket that is open before a token; -1 where none is in this statement."""
        depth = 0
        for at in range(index - 1, len(self.tokens) - len(self.statement) - 1, -1):
            kind = self.tokens[at].kind
            if kind in _CLOSERS:
                depth += 1
            elif kind in _OPENERS or kind == "INTERPOLATION":
                if depth == 0:
                    return at
                depth -= 1
        return -1

    def call(self) -> tuple[list[str], int] | None:
        """The path of the function whose arguments these are, and how many arguments are before."""
        index = len(self.tokens)
        while (opening := self._opening(index)) > 0:
            name = self.tokens[opening - 1]
            if self.tokens[opening].kind == "LPAREN" and name.kind == "IDENT":
                path = [*self._path_before(opening - 1), str(name.value)]
                return path, self._commas(opening)
            index = opening
        return None

    def _commas(self, opening: int) -> int:
        depth = count = 0
        for token in self.tokens[opening + 1 :]:
            depth += (token.kind in _OPENERS) - (token.kind in _CLOSERS)
            count += token.kind == "COMMA" and depth == 0
        return count

    def path_before(self) -> tuple[str, Path | None]:
        """The root, `event` or `$`, and the steps from it up to the `.` before the place; None for others."""
        steps: list[str | int | None] = []
        at = len(self.tokens) - 2
        while at >= 0:
            kind = self.tokens[at].kind
            if kind == "EVENT":
                return "event", tuple(reversed(steps))
            if kind == "DOLLAR":
                return "$", tuple(reversed(steps))
            if kind == "RBRACKET":
                opening = self._opening(at)
                steps.append(self._index(opening, at))
                at = opening - 1
            elif at and self.tokens[at - 1].kind == "DOLLAR":
                steps.append(str(self.tokens[at].value))
                at -= 1
            elif at and self.tokens[at - 1].kind == "DOT":
                steps.append(self.source.text[self.tokens[at].start : self.tokens[at].end].strip("`"))
                at -= 2
            elif kind == "IDENT":
                start = self._assigned(str(self.tokens[at].value))
                return "event", None if start is None else (*start, *reversed(steps))
            else:
                break
        return "event", None

    def _index(self, opening: int, closing: int) -> str | int | None:
        inner = self.tokens[opening + 1 : closing]
        value = inner[0].value if len(inner) == 1 and inner[0].kind in ("STRING", "INT") else None
        return value if isinstance(value, (str, int)) else None

    # --- grammar ------------------------------------------------------------------------------------

    @cached_property
    def kinds(self) -> set[str]:
        """The kinds of token that fit."""
        exact = {kind for kinds in self._fitting.values() for kind in kinds}
        return exact or set(expected_after(self.source, self._start, self.tokens, repair=True))

    @property
    def _start(self) -> Start:
        """What the text is, by its name."""
        return STARTS.get(PurePath(self.source.name).suffix, "script")

    @cached_property
    def _fitting(self) -> dict[Start, list[str]]:
        """What the text so far may be, a program or a module, and the kinds of token that then fit."""
        starts: tuple[Start, ...] = (self._start, "module")
        found = {start: expected_after(self.source, start, self.tokens, repair=False) for start in starts}
        return {start: kinds for start, kinds in found.items() if kinds}

    # --- the tree -----------------------------------------------------------------------------------

    @cached_property
    def around(self) -> list[tree.Node]:
        """The nodes around the place, from the outermost to the innermost."""
        found: list[list[tree.Node]] = []
        for start in self._fitting or [self._start]:
            root = tree_of_open(self.source, start, [*self.tokens, *self._stand_in()])
            if isinstance(root, tree.Node):
                found.append(list(_down(root, self.start)))
        return max(found, key=lambda nodes: (len(children(nodes[0])), len(nodes)), default=[])

    def _stand_in(self) -> list[Token]:
        """What is read in the place of the word, so that the text before it makes sense."""
        kinds = self.kinds
        if "PRESENT" in kinds and "ABSENT" in kinds and "INT" not in kinds:
            return self._made("PRESENT", "IDENT")
        words = [token.kind for token in self.statement if token.kind in ("CONNECT", "TO")]
        if words[-1:] == ["CONNECT"] and self.before(1) == "SLASH":
            return self._made("IDENT", "TO", "SLASH", "PIPELINE", "SLASH", "IDENT")
        return self._made("IDENT") if "IDENT" in kinds else []

    def _made(self, *kinds: str) -> list[Token]:
        return [Token(kind, self.start, self.start + 1, STAND_IN) for kind in kinds]

    @cached_property
    def scope(self) -> Scope:
        """What is defined and used before the place, in the body that it stands in."""
        scope = Scope("", self.loader)
        for statement in self._declared:
            if isinstance(statement, Use):
                self.loader.use(scope, statement)
            elif isinstance(statement, _DEFINES):
                scope.definitions[type(statement), statement.name.text] = statement
        return scope

    @cached_property
    def _declared(self) -> list[tree.Node]:
        """The statements before the place in the innermost body that has names of its own."""
        bodies = [node for node in self.around if isinstance(node, _BODIES)]
        body = bodies[-1] if bodies else self.around[0] if self.around else None
        statements: Sequence[tree.Node] = getattr(body, "statements", ())
        return [node for node in statements if node.span.end <= self.start]

    def module(self, path: Sequence[str]) -> Scope | None:
        """The scope of a module that is in use."""
        scope: Scope | None = self.scope
        for name in path:
            scope = scope.modules.get(name) if scope else None
        return scope

    @cached_property
    def functions(self) -> dict[str, Help]:
        """The functions of this text, by name."""
        return {node.name.text: tree_help(node) for node in self._declared if isinstance(node, _FUNCTIONS)}

    def constants(self) -> Iterator[tuple[str, str]]:
        """The constants of this text, with what is said about them."""
        for node in self._declared:
            if isinstance(node, Const):
                yield node.name.text, "\n".join(line.strip() for line in node.doc)

    def variables(self) -> list[str]:
        """The variables in reach: parameters, what patterns bind, and what was assigned before."""
        names: dict[str, None] = {}
        for node in self.around:
            if isinstance(node, (Fn, PatternFn, ScriptBody)):
                names = {}
            if isinstance(node, (Fn, PatternFn)):
                names.update((param.text, None) for param in node.params)
            elif isinstance(node, tree.Case) and isinstance(node.pattern, tree.AssignPattern):
                names[node.pattern.name.text] = None
            elif isinstance(node, tree.ForCase):
                names.update({node.key.text: None, node.value.text: None})
        for let in self._lets():
            if isinstance(let.path.root, tree.LocalRoot) and not let.path.segments:
                names[let.path.root.name.text] = None
        return [name for name in names if name]

    def _lets(self) -> list[Let]:
        bodies = [n for n in self.around if isinstance(n, (Fn, PatternFn, ScriptBody, Script))]
        found = _own(bodies[-1], self.start) if bodies else ()
        return [node for node in found if isinstance(node, Let) and node.span.end <= self.start]

    def _assigned(self, name: str) -> Path | None:
        """The path below `event` that a variable was assigned last."""
        for let in reversed(self._lets()):
            root = let.path.root
            if isinstance(root, tree.LocalRoot) and root.name.text == name and not let.path.segments:
                return event_path(let.value)
        return None

    def matched(self) -> Path | None:
        """The path below `event` of the record that the pattern around the place is for."""
        path: Path | None = None
        for node in self.around:
            if isinstance(node, tree.Match):
                path = event_path(node.target)
            elif isinstance(node, tree.FieldPattern) and path is not None and node.span.start < self.start:
                path = (*path, node.field.text)
        return path

    def streams(self) -> list[str]:
        """What a `select` may read from and write to, or a `connect` joins."""
        made = [node.name.text for node in self._declared if isinstance(node, (Create, CreateStream))]
        if self.before(1) == "SLASH":
            wanted = self.before(2).lower()
            return [
                node.name.text for node in self._declared if isinstance(node, Create) and node.kind == wanted
            ]
        return ["in", "out", "err", *made] if self.in_select else []


def _is_inert(lexed: Lexed, around: Token | None, offset: int) -> bool:
    """Whether the place is in a text, a number or a comment, where there is nothing to complete."""
    if any(comment.start < offset <= comment.end for comment in lexed.comments):
        return True
    if around is None or around.kind not in _INERT:
        return False
    return around.kind in ("INT", "FLOAT", "DOC", "MODULE_DOC", "BAD", "PART") or offset < around.end


def _down(root: tree.Node, offset: int) -> Iterator[tree.Node]:
    """The nodes that an offset is in or at the end of, from the outermost on."""
    current: tree.Node | None = root
    while current is not None:
        yield current
        below = [c for c in children(current) if c.span.start <= offset <= c.span.end]
        current = below[-1] if below else None


def _own(body: tree.Node, before: int) -> Iterator[tree.Node]:
    """The nodes of a body that begin before an offset, without those of functions in it."""
    stack = list(reversed(children(body)))
    while stack:
        node = stack.pop()
        if node.span.start < before and not isinstance(node, (Fn, PatternFn, ScriptBody)):
            yield node
            stack.extend(reversed(children(node)))
