"""The compiler: tremor source text to Python callables, in stages that can be shown one by one.

    text --lex--> tokens --parse--> tree --check--> IR --fold--> IR
        --emit--> Python text --load--> callables

| stage | function | how to see it |
| 1 lex   | `lex.lexer.lex(source) -> Lexed`              | `dbg lex`    |
| 2 parse | `parse.parser.parse(source, start) -> Parsed` | `dbg ast`    |
| 3 check | `check.script`, `check.query`, `check.deploy` | `dbg ir`     |
| 4 fold  | constants, while checking (`fold.py`)         | `dbg ir`     |
| 5 emit  | `emit.script.emit_script(ir) -> Emitted`      | `dbg python` |
| 6 load  | `load.loader.load(emitted) -> callables`      | `run`        |

`compile.py` runs them in order and is what other rooms call; it keeps every result so that it can be
shown. Stages run down, dialects run across: `tree/`, `check/`, `ir/` and `emit/` have the same files
(`expr script query deploy`). The front half (`lex parse tree`) knows no IR, the back half (`fold emit
load`) sees IR only, and `check` is the bridge.

Tools around the stages: `canonical.py` (the form that `fmt` writes), `documentation.py` (pages of doc
comments), `completion.py` (what fits at a cursor; `completing/` reads the text around it), `session.py`
(statements one by one, for `run --interactive`) and `unit_tests.py` (`test::suite` and `test::test`).

Start symbols: `script` (.tremor as a program), `query` (.trickle), `deploy` (.troy) and `module`
(any file that a `use` names).

Rules that hold in every stage:

* A `Span` goes from token to tree node to IR node to the line and column of generated Python, so that
  a failure in generated code points at the tremor source (`load/traceback.py`).
* Values are JSON-shaped Python objects (`model/values.py`) and are *never changed once shared*:
  generated code copies a container before its first assignment into it and may then go on writing to
  that copy. So events can fan out, be tapped and be kept in state without deep copies.
* A diagnostic has a place and, where there is one, a hint. What is not supported yet is refused.

How generated code looks, the contract between `emit` and the rooms above:

    def script(event, meta, cell, ctx):      # meta: dict | None (None means {}), cell.state: Value
        ...
        return "out", event, meta            # (port, value, meta)
        return None                          # `drop`

    def where(event, meta, ctx) -> bool      # select: `where`, `having` (event is the result) and
    def target(event, meta, ctx) -> Value    # `target` are one function each

`ctx` is a `model.context.Context`: ingest time, origin and id of the row at hand, instance name. A
failure raises `errors.ScriptError` with a diagnostic. `args` are constants: a script is compiled once
for each `create`, with its arguments folded in.
"""
