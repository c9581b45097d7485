"""`run --interactive`: reads statements of tremor-script and evaluates each as soon as it is whole.

Lines come from stdin; there are prompts, and a history, only where that is a terminal. Values go to stdout,
everything else to stderr.
"""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tremor_tui.cli import output
from tremor_tui.cli.diagnose import show
from tremor_tui.cli.modules import module_path
from tremor_tui.cli.output import ErrorFormat
from tremor_tui.engine.sources import Program
from tremor_tui.errors import CompileError, ScriptError, TremorError
from tremor_tui.language.canonical import parse_any
from tremor_tui.language.compile import compile_script
from tremor_tui.language.lex.lexer import lex
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.session import Result, Session, wants_more
from tremor_tui.language.source import Source
from tremor_tui.language.tree.script import Const, Fn, IntrinsicFn, PatternFn, Use
from tremor_tui.model.context import Context
from tremor_tui.model.diagnostic import Diagnostic
from tremor_tui.model.values import BadJson, ValueFault, from_json, to_json, type_name

PROMPT, MORE = "tremor> ", "      | "
COMMANDS = """\
:type EXPR    the type of a value
:help NAME    signature and documentation of a function, as in `:help string::len`
:event JSON   sets the event; without JSON shows it
:vars         the variables
:run          runs the script that was named on the command line on the event
:cancel       forgets the lines of an unfinished statement
:quit         ends; so does the end of the input"""


class _Ended(Exception):  # noqa: N818 - reads as what happened
    """`:quit`."""


def interact(program: Program | None, instance: str, style: ErrorFormat) -> int:
    """Evaluates stdin; the exit status: 1 where it is no terminal and something in it failed."""
    is_terminal = output.is_terminal(sys.stdin)
    loader = program.loader if program else ModuleLoader([Path.cwd(), *map(Path, module_path())])
    ctx = Context(instance=instance, hostname=socket.gethostname())
    repl = Repl(Session(loader, ctx), program, style)
    repl.begin()
    if is_terminal:
        output.talk("Statements are evaluated as soon as they are whole. `:help` shows the commands.")
    try:
        _loop(repl, _prompted(repl) if is_terminal else iter(sys.stdin))
    except _Ended:
        pass
    return 1 if repl.failures and not is_terminal else 0


def _loop(repl: Repl, lines: Iterator[str]) -> None:
    for line in lines:
        repl.line(line.rstrip("\r\n"))
    repl.end()


def _prompted(repl: Repl) -> Iterator[str]:
    """Lines from a terminal; ctrl+c forgets what is unfinished, ctrl+d ends."""
    import readline  # noqa: F401 - gives `input` a history and an editable line

    while True:
        try:
            yield input(MORE if repl.waiting else PROMPT)
        except EOFError:
            output.talk("")
            return
        except KeyboardInterrupt:
            output.talk("")
            repl.waiting.clear()


@dataclass(slots=True)
class Repl:
    """One session with what is typed; `waiting` are the lines of an unfinished statement."""

    session: Session
    program: Program | None
    style: ErrorFormat
    waiting: list[str] = field(default_factory=list)
    failures: int = 0

    def begin(self) -> None:
        """Enters the definitions of the file that was named. Raises CompileError."""
        if self.program is None:
            return
        source = self.session.loader.keep(self.program.source)
        tree = parse_any(source)[1]
        if tree.tree is None:
            raise CompileError(tree.diagnostics)
        for statement in getattr(tree.tree, "statements", ()):
            if isinstance(statement, (Use, Const, Fn, PatternFn, IntrinsicFn)):
                self.session.define(statement)

    def line(self, line: str) -> None:
        """Takes a line. Raises _Ended at `:quit`."""
        command = line.strip()
        if command.startswith(":") and (not self.waiting or command in (":cancel", ":quit")):
            self._try(lambda: self._command(*command.partition(" ")[::2]))
            return
        text = "\n".join([*self.waiting, line])
        if wants_more(text):
            self.waiting.append(line)
            return
        self.waiting.clear()
        self._try(lambda: self._evaluate(text))

    def end(self) -> None:
        """Takes what is unfinished as it is."""
        text = "\n".join(self.waiting)
        self._try(lambda: self._evaluate(text))

    def _try(self, act: Callable[[], None]) -> None:
        self.session.ctx.ingest_ns = self.session.ctx.now_ns = time.time_ns()
        try:
            act()
        except CompileError as error:
            self._failed(error.diagnostics)
        except ScriptError as error:
            self._failed((error.diagnostic,))
        except (TremorError, ValueFault) as error:
            self._complain(str(error), getattr(error, "hint", ""))

    def _failed(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.failures += 1
        show(diagnostics, self.session.loader.source, self.style)

    def _evaluate(self, text: str) -> None:
        if not lex(Source(text, "")).tokens:
            return
        for result in self.session.run(text):
            show(result.warnings, self.session.loader.source, self.style)
            _tell(result)

    # --- commands -----------------------------------------------------------------------------------

    def _command(self, name: str, rest: str) -> None:
        known: dict[str, Callable[[str], None]] = {
            ":type": self._type,
            ":help": self._help,
            ":event": self._event,
            ":vars": self._vars,
            ":run": self._run,
            ":cancel": lambda _: self.waiting.clear(),
            ":quit": self._quit,
        }
        if name not in known:
            self._complain(f"there is no command `{name}`", "`:help` shows the commands")
        else:
            known[name](rest.strip())

    def _complain(self, message: str, hint: str) -> None:
        self.failures += 1
        output.failure(message, hint)

    def _type(self, text: str) -> None:
        if not text:
            self._complain("`:type` takes an expression", "as in `:type event.a`")
            return
        last = list(self.session.run(text))[-1]
        output.data("nothing" if last.kind in ("defined", "dropped") else type_name(last.value))

    def _help(self, name: str) -> None:
        if not name:
            output.talk(COMMANDS)
            return
        found = self.session.help(name)
        if found is None:
            self._complain(f"nothing is known of `{name}`", "name a function as in `string::len`")
        else:
            output.data("\n\n".join(filter(None, (found.signature, found.doc))))

    def _event(self, text: str) -> None:
        if not text:
            output.data(to_json(self.session.event))
            return
        try:
            self.session.event = from_json(text)
        except BadJson as error:
            self._complain(f"this is no JSON: {error}", 'as in `:event {"a": 1}`')

    def _vars(self, _: str) -> None:
        for name, value in self.session.variables.items():
            output.data(f"{name} = {to_json(value)}")

    def _run(self, _: str) -> None:
        if self.program is None or self.program.kind != "tremor":
            self._complain("there is no script to run", "name one: `run --interactive FILE.tremor`")
            return
        session = self.session
        compiled = compile_script(self.program.source, self.program.loader)
        made = compiled.call(session.event, session.meta, session.cell, session.ctx)
        _tell(Result("emitted", made[1], made[0]) if made else Result("dropped"))

    def _quit(self, _: str) -> None:
        raise _Ended


def _tell(result: Result) -> None:
    if result.kind == "value":
        output.data(to_json(result.value))
    elif result.kind == "emitted":
        output.data(f"{result.port} <- {to_json(result.value)}")
    elif result.kind == "dropped":
        output.data("dropped")
