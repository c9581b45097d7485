"""Scripts that never end or grow without end: each stops with an error that has a place, and soon."""

from __future__ import annotations

import time

import pytest

from tests.language.scripts import compiled
from tremor_tui.errors import CompileError, ScriptError
from tremor_tui.model.context import MAX_STEPS, Cell, Context
from tremor_tui.model.sizes import MAX_ITEMS, MAX_TEXT

RECURS = """
fn a(n) with match n of case 0 => 0 case _ => recur(n - 1) end end;
fn b(n) with let x = a(n); match n of case 0 => x case _ => recur(n - 1) end end;
for event.many of case (i, v) => b(event.n + 900) end
"""
TURNS = "use std::range; for range::range(event.n, 1000) of case (i, v) => BODY end; event"
TWICE = "fn f0(x) with x end; " + " ".join(
    f"fn f{n}(x) with f{n - 1}(x) + f{n - 1}(x) end;" for n in range(1, 40)
)
DOUBLED = " ".join(f"const A{n} = A{n - 1} + A{n - 1};" for n in range(1, 30))


def turns(body: str) -> str:
    """A loop of many turns."""
    return TURNS.replace("BODY", body)


STEPS = f"more than {MAX_STEPS} steps"
LARGE = "too large"
CASES = [
    ("for event.many of case (i, v) => for event.many of case (j, w) => w end end", STEPS),
    ("for event.many of case (i, v) => event.many[i] == v end", ""),
    (f"{TWICE} f39(event.n)", STEPS),
    (RECURS, STEPS),
    (turns("let event.s = event.s + event.s"), LARGE),
    (turns('let event.s = "#{event.s}#{event.s}"'), LARGE),
    (turns("let event.many = event.many + event.many"), LARGE),
    ("use std::array;" + turns("let event.s = array::join([event.s, event.s], event.s)"), LARGE),
    (turns("let x = event.many"), ""),
    ("use std::string;" + turns('let event.s = string::format("{}{}", event.s, event.s)'), LARGE),
    ("use std::string;" + turns('let event.s = string::replace(event.s, "a", "aaa")'), "allowed"),
    ("use std::re;" + turns('let event.s = re::replace_all("a", event.s, "aaaaaaa")'), "too long"),
]


@pytest.mark.parametrize(("text", "message"), CASES)
def test_a_script_without_end_fails_at_its_place_or_ends(text: str, message: str) -> None:
    script = compiled(text)
    event = {"many": list(range(2000)), "s": "aa", "n": 1}
    began = time.thread_time()

    if message:
        with pytest.raises(ScriptError, match=message) as caught:
            script.call(event, None, Cell(), Context())
        assert caught.value.diagnostic.span is not None
    else:
        assert script.call(event, None, Cell(), Context()) is not None

    assert time.thread_time() - began < 5


def test_the_next_event_has_all_steps_again() -> None:
    script = compiled("for event of case (i, v) => v into 0 use + end")
    ctx, event = Context(), [1] * (MAX_STEPS // 2)

    for _ in range(4):
        assert script.call(event, None, Cell(), ctx) == ("out", MAX_STEPS // 2, None)


@pytest.mark.parametrize(
    "text",
    [
        f"{TWICE} f39(1)",
        f'const A0 = "{"a" * 64}"; {DOUBLED} 1',
        f"const A0 = [1, 2]; {DOUBLED} 1",
    ],
)
def test_constants_that_explode_are_refused_while_checking(text: str) -> None:
    with pytest.raises(CompileError) as caught:
        compiled(text)

    assert any(part in str(caught.value) for part in (STEPS, LARGE))


def test_what_is_allowed_is_far_more_than_events_hold() -> None:
    assert MAX_TEXT >= 64 << 20
    assert MAX_ITEMS >= 1 << 20


def test_a_long_constant_is_no_text_to_compile() -> None:
    began = time.thread_time()

    script = compiled(
        "use std::range; const LONG = range::range(0, 1000000); [LONG[5], {'a': 1}.a]".replace("'", '"')
    )

    assert script.call(None, None, Cell(), Context()) == ("out", [5, 1], None)
    assert len(compiled("use std::range; const LONG = range::range(0, 1000000); LONG").emitted.text) < 1000
    assert time.thread_time() - began < 2
