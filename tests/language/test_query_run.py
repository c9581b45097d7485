from __future__ import annotations

from typing import Any

from tests.language.query_texts import HERE, Run, query
from tremor_tui.model.signal import Tick
from tremor_tui.pipeline.draw import dot, lines
from tremor_tui.pipeline.error_text import error_text

COUNTER = """
define script count state 0
script from reset let state = 0; drop
script let state = state + 1; emit {"n": state, "e": event}
end;
create script count;
select event from in into count;
select event from in/reset into count/reset;
select event from count into out;
"""


def test_bodies_share_state_across_batches() -> None:
    run = Run(COUNTER)

    assert run("a", "b") == {"out": [{"n": 1, "e": "a"}, {"n": 2, "e": "b"}]}
    assert run("x", port="in/reset") == {}
    assert run("c") == {"out": [{"n": 1, "e": "c"}]}


def test_filters_projections_and_having_apply_in_order() -> None:
    run = Run("select event.a * 2 from in where event.a > 1 into out having event < 7;")

    assert run({"a": 1}, {"a": 3}, {"a": 4}) == {"out": [6]}


def test_a_select_that_fails_is_reported_with_its_node() -> None:
    run = Run("select event.a from in into out;")

    assert run({"b": 1}, {"a": 2}) == {"out": [2]}
    assert [node for node, _ in run.errors] == ["select-1"]
    assert "event key `a`" in str(run.errors[0][1])


FAILING = (
    "define script s script event.a end; create script s; "
    "select event from in into s; select event from s into out;"
)


def test_a_script_that_fails_is_reported_where_its_err_leads_nowhere() -> None:
    run = Run(FAILING)

    assert run({}) == {}
    assert [node for node, _ in run.errors] == ["s"]
    assert [node.discarded for node in run.graph.nodes if node.id == "s"] == [{"err": 1}]


def test_a_script_that_fails_makes_an_event_where_err_is_connected() -> None:
    run = Run(FAILING + "select event from s/err into err;")

    left = run({"b": 1})

    assert run.errors == []
    assert left["err"][0]["event"] == {"b": 1}
    assert "q.trickle:1:30-1:31: error: Trying to access" in left["err"][0]["error"]


def test_error_events_may_show_the_place_as_tremor_does() -> None:
    compiled = query(FAILING + "select event from s/err into err;")
    run = Run(FAILING + "select event from s/err into err;", render=error_text(compiled.sources.get))

    text = run({"b": 1})["err"][0]["error"]

    assert text.startswith("Error: \n    1 | define script s")
    assert "\n      | " + " " * 29 + "^ Trying to access a non existing event key `a`\n" in text


def test_groups_without_windows_emit_at_once() -> None:
    run = Run("select group from in group by set(event.a, each(event.b)) into out;")

    assert run({"a": 1, "b": [2, 3]}) == {"out": [[1, 2, "[1,2]"], [1, 3, "[1,3]"]]}


def test_group_is_null_without_groups() -> None:
    assert Run("select group from in into out;")(1) == {"out": [[None, "[null]"]]}


def test_strict_graphs_end_an_event_that_fails_in_one_branch() -> None:
    text = "select event.a from in into out; select event.b from in into out;"

    assert Run(text)({"a": 1}) == {"out": [1]}
    assert Run(text, by_event=True)({"a": 1}) == {}


def test_pipelines_draw_themselves() -> None:
    run = Run("select event from in where event > 1 into out; select event from in into err;")

    assert lines(run.graph) == ["in", "├─▶ select-1", "│  └─▶ out", "└─▶ select-1a", "   └─▶ err"]
    assert '"select-1" -> "out";' in dot(run.graph)


# -- windows --------------------------------------------------------------------------------------------

SUM = 'select {"g": group[0], "n": aggr::stats::count(), "s": aggr::stats::sum(event.v), "w": window} '


def row(group: Any, count: int, total: Any, window: str = "w") -> dict[str, Any]:
    return {"g": group, "n": count, "s": total, "w": window}


def values(*numbers: int, group: str = "a") -> list[dict[str, Any]]:
    return [{"v": number, "k": group} for number in numbers]


def test_a_window_of_a_size_includes_the_event_that_fills_it() -> None:
    run = Run(f"define window w from tumbling with size = 2 end;\n{SUM} from in[w] into out;")

    assert run(*values(1, 2, 3)) == {"out": [row(None, 2, 3)]}
    assert run(*values(4)) == {"out": [row(None, 2, 7)]}


def test_each_group_has_its_own_window() -> None:
    run = Run(
        f"define window w from tumbling with size = 2 end;\n{SUM} from in[w] group by event.k into out;"
    )

    left = run(*values(1), *values(5, group="b"), *values(2), *values(6, group="b"))

    assert left == {"out": [row("a", 2, 3), row("b", 2, 11)]}


def test_a_script_weighs_events_and_a_group_without_data_starts_over() -> None:
    text = "define window w from tumbling with size = 5 script event.v end;\n"
    run = Run(f"{text}{SUM} from in[w] into out;")

    assert run(*values(3, 4)) == {"out": [row(None, 2, 7)]}
    assert run(*values(4)) == {}
    assert run(*values(1)) == {"out": [row(None, 2, 5)]}


def test_weight_beyond_the_size_counts_for_the_next_window_while_the_group_lives() -> None:
    text = (
        "define window small from tumbling with size = 5 script event.v end;\n"
        "define window big from tumbling with size = 9 end;\n"
    )
    run = Run(f"{text}{SUM} from in[small, big] into out;")

    assert run(*values(3, 4)) == {"out": [row(None, 2, 7, "small")]}
    assert run(*values(3)) == {"out": [row(None, 1, 3, "small")]}


def test_a_window_of_time_excludes_the_event_that_closes_it() -> None:
    run = Run(f"define window w from tumbling with interval = 10 end;\n{SUM} from in[w] into out;")

    assert run(*values(1, 2, 3), times=[5, 14, 15]) == {"out": [row(None, 2, 3)]}
    assert run(*values(4), times=[25]) == {"out": [row(None, 1, 3)]}


def test_a_tick_closes_a_window_of_time_with_empty_metadata() -> None:
    run = Run(f"define window w from tumbling with interval = 10 end;\n{SUM} from in[w] into out;")
    run(*values(1, 2), times=[5, 6])

    assert run.graph.signal(Tick(14)) == []
    [(port, left)] = run.graph.signal(Tick(15))

    assert (port, left.values, left.metas, left.ingest_ns) == ("out", [row(None, 2, 3)], None, 15)
    assert run.graph.signal(Tick(99)) == []


def test_ticks_say_nothing_where_a_script_tells_the_time() -> None:
    text = "define window w from tumbling with interval = 10 script event.v end;\n"
    run = Run(f"{text}{SUM} from in[w] into out;")

    assert run(*values(5, 14)) == {}
    assert run.graph.signal(Tick(1000)) == []
    assert run(*values(15)) == {"out": [row(None, 2, 19)]}


def test_a_window_with_a_state_closes_as_its_script_says() -> None:
    text = """
define window w from tumbling state 0
script let state = state + 1; if_full(state)
end;
""".replace("if_full(state)", "match state of case 2 => let state = 0; [true, false] case _ => false end")
    run = Run(f"{text}{SUM} from in[w] into out;")

    assert run(*values(1, 2, 3, 4)) == {"out": [row(None, 1, 1), row(None, 2, 5)]}


def test_a_window_with_a_state_may_close_on_a_tick() -> None:
    text = "define window w from tumbling state 0 script from tick true script false end;\n"
    run = Run(f"{text}{SUM} from in[w] into out;")
    run(*values(1, 2))

    [(_, left)] = run.graph.signal(Tick(1))

    assert left.values == [row(None, 2, 3)]


def test_a_wider_window_counts_frames_of_the_narrower() -> None:
    text = (
        "define window small from tumbling with size = 2 end;\n"
        "define window big from tumbling with size = 2 end;\n"
    )
    run = Run(f"{text}{SUM} from in[small, big] into out;")

    assert run(*values(1, 2, 3, 4)) == {
        "out": [row(None, 2, 3, "small"), row(None, 2, 7, "small"), row(None, 4, 10, "big")]
    }


def test_more_groups_than_allowed_are_refused_and_counted() -> None:
    text = "define window w from tumbling with size = 2, max_groups = 1 end;\n"
    run = Run(f"{text}{SUM} from in[w] group by event.k into out;")

    assert run(*values(1), *values(2, group="b"), *values(3)) == {"out": [row("a", 2, 4)]}
    assert "Maxmimum amount of groups reached (1)" in str(run.errors[0][1])


def test_where_filters_before_and_having_after_the_window() -> None:
    text = "define window w from tumbling with size = 2 end;\n"
    run = Run(f"{text}{SUM} from in[w] where event.v != 0 into out having event.s > 5;")

    assert run(*values(1, 0, 2, 4, 0, 8)) == {"out": [row(None, 2, 12)]}


def test_an_event_that_an_aggregate_refuses_is_reported() -> None:
    run = Run(f"define window w from tumbling with size = 2 end;\n{SUM} from in[w] into out;")

    assert run({"v": "text"}) == {}
    assert "aggr::stats::sum" in str(run.errors[0][1])


def test_open_windows_are_carried_over_to_a_new_graph() -> None:
    text = f"define window w from tumbling with size = 2 end;\n{SUM} from in[w] into out;"
    old, new = Run(text), Run(text)
    old(*values(1))

    assert new.graph.adopt(old.graph) == ["select-2"]
    assert new(*values(2)) == {"out": [row(None, 2, 3)]}


def test_modules_may_define_windows() -> None:
    run = Run(
        f"use m;\n{SUM} from in[m::w] into out;",
        {"m.trickle": "define window w from tumbling with size = 1 end;"},
    )

    assert run(*values(1)) == {"out": [row(None, 1, 1)]}
    assert HERE.is_dir()
