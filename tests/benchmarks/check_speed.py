"""How long a script of 500 lines takes to check, stage by stage: `python -m tests.benchmarks.check_speed`.

CPU time, warm: modules are read, and the least of several rounds counts, as others may share the machine.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from typing import Any

from tremor_tui.language.compile import compile_script, parse_script
from tremor_tui.language.emit.script import emit_script
from tremor_tui.language.lex.lexer import lex
from tremor_tui.language.load.loader import load
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.source import Source

LINES, ROUNDS, BAR = 500, 15, 100.0
HEAD = """use std::string;
use std::array;
const LIMIT = 100;
fn weigh(value, factor) with
  let scaled = value * factor + LIMIT;
  match scaled of
    case x when x > 1000 => 1000
    case _ => scaled
  end
end;
"""
BLOCK = """# block {n}
let total{n} = event.count * {n} + LIMIT;
let event.name{n} = string::lowercase("#{event.name}-{n}");
let $class{n} = match event of
  case %{ level == "error", present code } => "bad{n}"
  case %{ host ~= glob|web*{n}|, code >= {n} } => "web"
  case found = %{ text ~= re|(?P<word>[a-z]+){n}| } => found.text.word
  case _ => "other"
end;
let event.list{n} = for event.items of
  case (i, item) when i > {n} => weigh(item, {n})
end;
let event.more{n} = patch event.inner of
  insert "a{n}" => total{n} + 1;
  upsert "b" => [1, 2.5, "x", { "k": total{n} }];
  erase "c"
end;
match present event.drop{n} and array::len(event.items) > {n} of
  case true => drop
  case _ => null
end;
"""


def script() -> str:
    """The script, with everything that scripts do."""
    text, n = HEAD, 0
    while text.count("\n") + BLOCK.count("\n") < LINES:
        n += 1
        text += BLOCK.replace("{n}", str(n))
    return text + "\n" * (LINES - 1 - text.count("\n")) + "event\n"


def least(call: Callable[[], Any]) -> float:
    """Milliseconds of CPU time of the quickest round."""
    times = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        call()
        times.append(time.thread_time() - began)
    return 1000 * min(times)


def main() -> int:
    """Prints the report; 1 if the whole takes too long."""
    source, loader = Source(script(), "long.tremor"), ModuleLoader()
    compiled = compile_script(source, loader)
    gc.collect()
    gc.freeze()
    lexed, parsed = least(lambda: lex(source)), least(lambda: parse_script(source))
    emitted, loaded = least(lambda: emit_script(compiled.ir)), least(lambda: load(compiled.emitted))
    whole = least(lambda: compile_script(source, loader))
    rest = whole - parsed - emitted - loaded
    sys.stdout.write(
        f"{source.text.count(chr(10))} lines, {len(source.text)} chars: {whole:.0f} ms (bar: {BAR:.0f})\n"
        f"  lex {lexed:.1f}, parse {parsed - lexed:.1f}, check and fold {rest:.1f}, emit {emitted:.1f},"
        f" load {loaded:.1f} ms\n"
    )
    return whole > BAR


if __name__ == "__main__":
    sys.exit(main())
