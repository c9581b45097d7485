"""Programs that use every construct of the three dialects, for the tests of lexer, parser and printer."""

from __future__ import annotations

from typing import get_args

from tremor_tui.language.parse.parser import Start, parse
from tremor_tui.language.source import Source
from tremor_tui.language.tree.expr import Node

STARTS: tuple[Start, ...] = get_args(Start)

EXPRESSIONS = """
null; true; false; 1; 0xff; 1_000; 1.; 1.5; 1.0e5; 1.0e-5; 18446744073709551615;
""; "a"; "tab \\t quote \\" hash \\#{ unicode \\u00e9 #"; "a#{event.b}c#{"in#{x}ner"}"; "#{ {"a": 1} }";
[]; [1, 2,]; {}; {"a": 1, "b#{x}": [2],};
<<>>; << 1, 2:4, "x"/binary, (1 + 2):8/little_unsigned_integer >>;
-1; +x; - - 1; not true; !x; not !y; -(not a);
1 + 2 * 3 - 4 / 5 % 6; (1 + 2) * 3; 1 - (2 - 3); a or b xor c and d ^ e & f == g;
1 < 2; 1 <= 2; 1 > 2; 1 >= 2; 1 != 2; 1 << 2 >> 3 >>> 4; (a == b) == c; a == (b == c);
present event.a; absent $b; not present state.c or absent x;
f(); f(1, [2], match 1 of case _ => 3 end,); lib::sub::f(x); lib::NAME; lib::NAME.a[0]; recur(); recur(1, 2);
event; event.a.`b c`["d"][0][1:2]; $; $x; $x.y; $`let`; state; state[0]; args.a; group[0]; window; local.`_a`;
(event).a; f(x).y; {"a": 1}.a; [1, 2][0]; (match x of case _ => {} end).a; (a + b)[0];
patch event of
  insert "a" => 1; upsert "b" => match 1 of case _ => 2 end; update "c" => 3; erase "d";
  copy "e" => "f"; move "g" => "h#{x}"; merge "i" => {}; merge => {}; default "j" => 4; default => {}
end;
merge event of {"a": null} end;
let x = [for event.a of case (k, v) when v > 1 => k, v case (a, b) => 1 into 0 use * end];
(match event of case 1 => 2, 3 case _ => 4 end) + 1
"""

HEREDOC = '''
let a = """
first "quoted" line
  second #{event.x + 1} and \\#{ literal, \\\\ and \\n
""";
let b = """
""";
let c = """
ends in a quote\\"""";
emit a + "x" => "port"
'''

STATEMENTS = """
### A module doc
### of two lines
use std;
use std::string as str;
use a::{b, c as d, e::f, g::{h}};
## A doc
const LIMIT = 10;
## Two
## lines
fn add(a, b) with
  let c = a + b;
  c;
end;
fn rest(...) with args end;
fn more(a, b, ...) with args[0] end;
fn none() with 1 end;
fn fact(n) of
  case (0) => 1
  case (~ re|x|, _, %{ present a }) when n > 1 => let y = 1; y
  case _ => recur(n - 1)
end;
fn only() of case _ => 1 end;
intrinsic fn len(s) as string::len;
intrinsic fn format(s, ...) as string::format;
intrinsic fn any(...) as a;
intrinsic fn now() as system::nanotime;
let event.a = 1;
let $m = match event of
  case _ => 1
end;
let x = for event of case (k, v) => let z = k; z end;
let y = (match 1 of case _ => 2 end);
let z = drop;
match event of
  case %{} => drop
  case %{ a == 1, b != 2, c >= 3, d > 4, e <= 5, f < 6, } => emit
  case %{ present g, absent h, i ~= json||, j = k ~= re|a\\|b\\\\c|, l ~= %{ m ~= %[] } } => emit event
  case %{ n ~= %(1, ...), o ~= %( ), p ~= %( ... ), `q r` == 1 } => emit => "out#{x}"
  case %[] => 1
  case %[ 1, _, ~ glob|*|, %{ a == 1 }, match 1 of case _ => 2 end ] => 2
  case %( 1, _ ) => 3
  case %( 1, ... ) => 4
  case %( ... ) => 5
  case %() => 6
  case ~ dissect|%{a} %{b}| when present event.x => 7
  case r = ~ kv|%{key}=%{val}| => let q = r; emit q => "out"
  case s = %{} => 8
  case t = %[ _ ] => 9
  case u = %( _ ) => 10
  case v = 1 => 11
  case w = _ => 12
  case (1 + 2) => 13
  case "x" => for event.list of case (i, e) => e into [] end
  case null => (for [1] of case (i, e) => e end)
  case _ => match 2 of case 1 => 2; 3 case _ => 4 end
end;
for event of
  case (k, v) when k == "a" => let x = v; drop
  case (k, v) => v
into {} use +
end;
event
"""

QUERY = """
#!config id = "own"
#!config metrics_interval_s = 10
use std::time;
## A window
define window small from tumbling with size = 10, max_groups = 5 end;
define window timed from tumbling with interval = 1000 script event.time end;
define window counted from tumbling
with max_groups = 3
state 0
script from tick state
script let state = state + 1; [state > 10, true]
end;
define window ticks from sliding script from tick 1 end;
define operator plain from passthrough::passthrough;
define operator batch from generic::batch with count = 3, timeout = 5, end;
## An operator
define operator bucket from grouper::bucket args a, b = 1 with x = args.a end;
define script simple script event end;
define script full
args a, b = "x"
state {"n": 0}
script from side let state.n = 1; state
script from other event
script
  let event.a = args.a;
  event;
end;
define pipeline inner from in, side into out, err, args a = 1, b
pipeline
  #!config metrics_interval_s = 1
  define script nested script 1 end;
  create script nested;
  select event from in into nested;
  select event from nested into out;
end;
define pipeline tiny pipeline create stream s end;
create stream stream_one;
create operator batch;
create operator b2 from lib::sub::batch with count = 4 end;
create script full with a = 1 end;
create pipeline inner;
create pipeline inner2 from inner with a = 1, b = 2 end;
select event from in into out;
select {"n": aggr::stats::count(), "g": group[0]}
from in/side[small, std::timed,]
where present event.a and event.b > 1
group by set(event.a, each(event.b), set(event.c),)
into out/err
having event.n > 1;
select match event of case _ => 1 end from a where match 1 of case _ => true end
group by event.x into b;
select state from a group by each(event.x) into b having for [] of case (k, v) => v end
"""

DEPLOYMENT = """
#!config any = 1
### About this deployment
use lib::{flows};
## A flow
define flow main
args path, port = 80
flow
  use troy::pipelines;
  define connector file from file
  args path
  with codec = "json", config = {"path": args.path, "mode": "read"}
  end;
  define connector plain from stdio;
  define connector exit from exit with config = {} end;
  define pipeline pass pipeline select event from in into out end;
  create connector file with path = args.path end;
  create connector other from lib::file;
  create pipeline pass;
  create pipeline p2 from pipelines::passthrough with a = 1 end;
  connect /connector/file to /pipeline/pass;
  connect /connector/file/err to /pipeline/pass/in;
  connect /pipeline/pass/out to /connector/other/in;
  connect /pipeline/pass to /pipeline/p2;
end;
deploy flow main with path = "/tmp/x" end;
## Deployed twice
deploy flow second from flows::main;
deploy flow third
"""

MODULE = """
### A module of everything
use std;
const A = 1;
## doc
fn f(x) with x end;
intrinsic fn g() as a::b;
define window w from tumbling with size = 1 end;
define operator o from a::b;
define script s script event end;
define pipeline p pipeline select event from in into out end;
define connector c from stdio;
define flow fl flow create pipeline p end
"""

PROGRAMS: dict[str, tuple[Start, str]] = {
    "expressions": ("script", EXPRESSIONS),
    "heredoc": ("script", HEREDOC),
    "statements": ("script", STATEMENTS),
    "query": ("query", QUERY),
    "deployment": ("deploy", DEPLOYMENT),
    "module": ("module", MODULE),
}


def tree_of(text: str, start: Start) -> Node:
    """The tree of a text without faults."""
    result = parse(Source(text, "test"), start)
    assert result.diagnostics == []
    assert isinstance(result.tree, Node)
    return result.tree
