"""Pictures that leave out what is known are whole again on the other side; a file is compiled once."""

from __future__ import annotations

import pytest

from tremor_tui.control.snapshots import FlowSnapshot, TaskSnapshot
from tremor_tui.engine.executors import compiled
from tremor_tui.engine.executors.compiled import KEPT_S, Compiled
from tremor_tui.engine.executors.link import Pictured, Texts, decode_said, encode
from tremor_tui.engine.executors.piecing import Piecing, Sparing
from tremor_tui.errors import UnknownName
from tremor_tui.language.ir.deploy import FlowIR

Both = tuple[list[FlowSnapshot], list[TaskSnapshot]]


def both(*aliases: str, events: int = 0) -> Both:
    flows = [FlowSnapshot(alias, events_in=events) for alias in aliases]
    tasks = [TaskSnapshot(f"{alias}:{n}", alias, str(n), "pipeline") for alias in aliases for n in range(2)]
    return flows, tasks


def sent(sparing: Sparing, piecing: Piecing, given: Both) -> tuple[Pictured, Pictured]:
    """What goes over the socket, and what the supervisor makes of it."""
    said = sparing.spare(*given, ())
    sparing.sent(said)
    came = decode_said(encode(said)[4:])
    assert isinstance(came, Pictured)
    return said, piecing.whole(came)


def test_what_is_as_before_is_named_and_whole_again() -> None:
    sparing, piecing = Sparing(), Piecing()
    flows, tasks = both("a", "b", "c")
    sent(sparing, piecing, (flows, tasks))
    changed = both("b", events=5)
    now = [flows[0], changed[0][0], flows[2]], [*tasks[:2], *changed[1], *tasks[4:]]

    said, whole = sent(sparing, piecing, now)

    assert [flow.alias for flow in said.flows] == ["b"]
    assert said.same == ("a", "c")
    assert sorted(whole.flows, key=lambda one: one.alias) == now[0]
    assert sorted(whole.tasks, key=lambda one: one.id) == now[1]
    assert set(whole.same) == {"a", "c"}


def test_a_flow_that_is_gone_is_forgotten() -> None:
    sparing, piecing = Sparing(), Piecing()
    flows, tasks = both("a", "b")
    sent(sparing, piecing, (flows, tasks))

    _, whole = sent(sparing, piecing, (flows[1:], tasks[2:]))

    assert ([one.alias for one in whole.flows], len(whole.tasks)) == (["b"], 2)


def test_one_flow_alone_leaves_the_others_as_they_are() -> None:
    sparing, piecing = Sparing(), Piecing()
    flows, tasks = both("a")
    sent(sparing, piecing, (flows, tasks))
    more, more_tasks = both("b")
    part = Pictured(tuple(more), tuple(more_tasks), is_part=True)

    sparing.sent(part)
    whole = piecing.whole(part)
    said, all_of_them = sent(sparing, piecing, ([*flows, *more], [*tasks, *more_tasks]))

    assert [one.alias for one in whole.flows] == ["a", "b"]
    assert (said.flows, said.same) == ((), ("a", "b"))
    assert (len(all_of_them.flows), len(all_of_them.tasks)) == (2, 4)


def test_a_picture_that_did_not_leave_is_not_taken_for_known() -> None:
    sparing = Sparing()
    flows, tasks = both("a")
    sparing.spare(flows, tasks, ())

    assert sparing.spare(flows, tasks, ()).same == ()


def test_one_text_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def compile_(texts: Texts) -> dict[str, FlowIR]:
        made.append(texts.path)
        return {"a": FlowIR("a", "a", (), (), ()), "b": FlowIR("b", "b", (), (), ())}

    monkeypatch.setattr(compiled, "compiled", compile_)
    now = [0.0]
    flows = Compiled(lambda: now[0])

    assert [flows.flow(Texts("x", "/"), name).alias for name in ("a", "b")] == ["a", "b"]
    assert made == ["x"]
    with pytest.raises(UnknownName):
        flows.flow(Texts("x", "/"), "c")
    flows.flow(Texts("x", "/", texts={"x": "other"}), "a")
    assert made == ["x", "x"]
    now[0] = KEPT_S + 1
    flows.forget_old()
    flows.flow(Texts("x", "/", texts={"x": "other"}), "a")
    assert made == ["x", "x", "x"]
