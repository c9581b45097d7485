from __future__ import annotations

from tests.language.query_texts import faults, hints, query, where
from tremor_tui.language.ir.query import OperatorNode, PassNode, ScriptNode, SelectNode

PASS = "select event from in into out;"


def test_ports_streams_and_selects_become_nodes_in_topological_order() -> None:
    made = query("create stream s;\nselect event from in into s; select event from s into out;").query_ir

    assert [node.id for node in made.nodes] == ["in", "err", "select-2", "s", "select-2a", "out"]
    assert [(e.source, e.source_port, e.target, e.target_port) for e in made.edges] == [
        ("in", "out", "select-2", "in"),
        ("select-2", "out", "s", "in"),
        ("s", "out", "select-2a", "in"),
        ("select-2a", "out", "out", "in"),
    ]
    assert (made.name, made.inputs, made.outputs) == ("q", ("in",), ("out", "err"))


def test_config_directives_name_the_query_and_its_ports() -> None:
    made = query(
        '#!config id = "main"\n#!config `from` = "a, b"\n#!config `into` = "c"\n'
        "select event from a into c; select event from b into c;"
    ).query_ir

    assert (made.name, made.inputs, made.outputs) == ("main", ("a", "b"), ("c",))
    assert made.config["into"] == "c"


def test_more_ports_come_into_being_by_being_named() -> None:
    made = query("select event from in/aux into out/side;").query_ir

    assert (made.inputs, made.outputs) == (("in", "in/aux"), ("out", "err", "out/side"))


def test_arguments_of_scripts_are_constants_with_defaults() -> None:
    made = query(
        "define script s args a, b = 2 state args.b script args.a end;\n"
        "create script s with a = 1 + 1 end;\nselect event from in into s; select event from s into out;"
    ).query_ir

    [script] = [node for node in made.nodes if isinstance(node, ScriptNode)]
    assert (script.id, script.state, list(script.scripts)) == ("s", 2, ["in"])


def test_operators_carry_their_settings() -> None:
    made = query(
        "define operator b from generic::batch args n with count = args.n + 1 end;\n"
        "create operator x from b with n = 2 end;\nselect event from in into x; select event from x into out;"
    ).query_ir

    [operator] = [node for node in made.nodes if isinstance(node, OperatorNode)]
    assert (operator.id, operator.kind, operator.config) == ("x", "generic::batch", {"count": 3})


NESTED = """
define pipeline p from a into b args n
pipeline
  create stream inner;
  select {"n": args.n} from a into inner;
  select event from inner into b;
end;
create pipeline p with n = 5 end;
select event from in into p/a;
select event from p/b into out;
"""


def test_nested_pipelines_move_in_under_their_name() -> None:
    made = query(NESTED).query_ir

    ids = [node.id for node in made.nodes]
    assert {"p/a", "p/inner", "p/select-5", "p/select-6", "p/b"} < set(ids)
    assert all(node.role == "stream" for node in made.nodes if isinstance(node, PassNode) and "/" in node.id)
    assert made.inputs == ("in",)


def test_what_leads_nowhere_is_left_out_and_warned_of() -> None:
    checked = query(f"create stream unused;\n{PASS}")

    assert [node.id for node in checked.query_ir.nodes] == ["in", "err", "select-2", "out"]
    assert [(w.short()) for w in checked.warnings] == [
        "q.trickle:1:1-1:21: warning[general]: `unused` is created but never used"
    ]


def test_definitions_of_modules_are_used_with_their_path() -> None:
    module = "define script s script event.a end;"
    made = query(
        "use m;\ncreate script s from m::s;\nselect event from in into s; select event from s into out;",
        {"m.trickle": module},
    ).query_ir

    assert any(isinstance(node, ScriptNode) for node in made.nodes)


def test_selects_carry_groups_and_windows() -> None:
    made = query(
        "define window w from tumbling with size = 2, max_groups = 9 end;\n"
        "select group[0] from in[w] group by event.a into out;"
    ).query_ir

    [select] = [node for node in made.nodes if isinstance(node, SelectNode)]
    [window] = select.windows
    assert (window.name, window.kind, window.amount, window.max_groups) == ("w", "size", 2, 9)


# -- faults ---------------------------------------------------------------------------------------------


def test_a_stream_that_was_not_created_is_underlined() -> None:
    assert faults("create stream ab;\nselect event from abc into ab; select event from ab into out;") == [
        "2:19-2:22 there is no stream, node or port called `abc`"
    ]
    assert hints("create stream ab;\nselect event from abc into ab; select event from ab into out;") == [
        "did you mean `ab`?"
    ]


def test_a_stream_is_not_known_before_it_is_created() -> None:
    assert faults("select event from in into s;\ncreate stream s;\nselect event from s into out;") == [
        "1:27-1:28 there is no stream, node or port called `s`"
    ]


def test_all_faults_of_a_file_are_told() -> None:
    assert faults("create stream in;\ncreate script nope;\nselect event from a into b;") == [
        "1:1-1:17 the name `in` is a port of this pipeline",
        "2:1-2:19 there is no script called `nope`",
        "3:19-3:20 there is no stream, node or port called `a`",
        "3:26-3:27 there is no stream, node or port called `b`",
    ]


def test_a_name_is_created_once() -> None:
    text = (
        "define script s script event end;\ncreate stream s; create script s;\nselect event from in into s;"
    )

    assert faults(text) == ["2:18-2:33 the name `s` is taken"]


def test_unknown_and_missing_arguments_are_told_with_what_there_is() -> None:
    text = (
        "define script s args first, second = 2 script args.first end;\n"
        "create script s with frist = 1 end;\nselect event from in into s;"
    )

    assert faults(text) == [
        "2:22-2:27 the script `s` has no argument `frist`",
        "1:22-1:27 the script `s` needs a value for its argument `first`",
    ]
    assert hints(text) == [
        "did you mean `first`?",
        "give it where it is created (q.trickle:2): `with first = … end`",
    ]


def test_an_argument_given_twice_is_a_fault() -> None:
    text = "define script s args a script args.a end;\ncreate script s with a = 1, a = 2 end;\n" + PASS

    assert faults(text) == ["2:29-2:30 `a` is given twice"]


def test_a_value_that_needs_an_event_is_refused() -> None:
    text = "define script s args a script args.a end;\ncreate script s with a = x end;\n" + PASS

    assert faults(text) == ["2:1-2:27 The expression isn't constant and can't be evaluated at compile time"]


def test_faults_in_scripts_that_nothing_creates_are_told() -> None:
    text = "define script s args a script let b = nope::f(args.a); b end;\n" + PASS

    assert len(faults(text)) == 1


def test_ports_of_scripts_are_distinct_and_none_is_in() -> None:
    text = (
        "define script s script from in event script from a event script from a event script event end;\n"
        + PASS
    )

    assert faults(text) == [
        "1:29-1:31 the port `in` belongs to the main script",
        "1:70-1:71 the port `a` has a script already",
    ]


def test_unknown_operators_name_the_nearest() -> None:
    text = "define operator b from generic::bach with count = 1 end;\ncreate operator b;\n" + PASS

    assert faults(text) == ["1:24-1:37 there is no operator called `generic::bach`"]
    assert hints(text) == ["did you mean `generic::batch`?"]


def test_settings_that_an_operator_refuses_are_underlined() -> None:
    text = 'define operator b from generic::batch with count = "x" end;\ncreate operator b;\n' + PASS

    assert faults(text) == ["1:44-1:49 `count` of `generic::batch` is a whole number, not negative"]


def test_loops_are_told_with_their_way() -> None:
    text = "create stream a; create stream b;\nselect event from a into b;\nselect event from b into a;"

    assert faults(text) == ["3:1-3:27 events would go round in circles: a → b → a"]


def test_ports_of_nested_pipelines_have_to_exist() -> None:
    assert faults(NESTED.replace("p/a", "p/x")) == ["9:27-9:28 the pipeline `p` has no port `x` on this side"]


def test_a_pipeline_does_not_see_the_definitions_around_it() -> None:
    text = (
        "define script s script event end;\n"
        "define pipeline p pipeline create script s; select event from in into out; end;\n"
        "create pipeline p; select event from in into p; select event from p into out;"
    )

    assert faults(text) == ["2:28-2:43 there is no script called `s`"]


def test_a_pipeline_is_no_part_of_itself() -> None:
    module = (
        "define pipeline p pipeline use m; create pipeline q from m::p;\n"
        "select event from in into q; select event from q into out; end;"
    )
    text = "use m; create pipeline p from m::p; select event from in into p; select event from p into out;"

    assert faults(text, modules={"m.trickle": module}) == [
        "1:35-1:62 the pipeline `p` would be a part of itself"
    ]


def test_windows_are_defined_and_well_formed() -> None:
    def window(text: str, use: str = "w") -> list[str]:
        return faults(f"define window w from {text} end;\nselect 1 from in[{use}] into out;")

    assert window("tumbling with size = 1", "v") == ["2:18-2:19 there is no window called `v`"]
    assert window("sliding with size = 1") == ["1:22-1:29 sliding windows are not supported"]
    assert window("tumbling with size = 1, interval = 1") == [
        "1:15-1:16 a window has one of `size`, `interval` and `state`; this one has `size` and `interval`"
    ]
    assert window("tumbling with siez = 1") == ["1:36-1:40 a window has no setting `siez`"]
    assert window("tumbling with size = 0") == ["1:43-1:44 `size` of a window is a whole number above 0"]
    assert window("tumbling state 1") == ["1:15-1:16 a window with `state` needs a script"]


def test_scripts_of_windows_change_their_state_alone() -> None:
    def script(text: str) -> list[str]:
        return faults(f"define window w from tumbling state 0\n{text} end;\n{PASS}")

    assert script("script let event.a = 1; true") == ["2:12-2:23 `event` cannot be assigned to in a window"]
    assert script("script from tick event.a script true") == ["2:18-2:25 there is no `event` on a tick"]
    assert script("script from tock true script true") == [
        "2:13-2:17 a window has no script but the one for events and `tick`"
    ]


def test_the_target_of_a_window_refers_to_events_by_aggregates_and_groups() -> None:
    head = "define window w from tumbling with size = 2 end;\n"

    assert query(head + "select event.a from in[w] group by set(event.b, event.a) into out;")
    assert faults(head + "select [event.b.c, $x] from in[w] group by event.a into out;") == [
        "2:9-2:18 here stands a whole window, not a single event",
        "2:20-2:22 here stands a whole window, not a single event",
    ]


def test_locals_in_selects_underline_the_expression() -> None:
    assert faults("select a + 1 from in into out;")[0] == "1:8-1:13 Local variables are not allowed here"


def test_aggregates_have_to_be_there_and_get_their_arguments() -> None:
    head = "define window w from tumbling with size = 2 end;\n"

    assert faults(head + "select aggr::stats::men(event.a) from in[w] into out;") == [
        "2:8-2:33 Call to undefined function aggr::stats::men"
    ]
    assert hints(head + "select aggr::stats::men(event.a) from in[w] into out;") == [
        "did you mean `stats::mean`?"
    ]
    assert faults(head + "select aggr::win::last() from in[w] into out;") == [
        "2:1-2:25 Bad arity for function aggr::win::last: called with 0 arguments"
    ]


def warnings(text: str) -> list[str]:
    return [f"{where(w)} {w.message}" for w in query(text).warnings]


def test_what_nothing_is_selected_from_is_warned_of_with_the_fix() -> None:
    checked = query(f"create stream a;\nselect event from in into a; {PASS}")

    [warning] = checked.warnings
    assert warning.message == "nothing is selected from `a`, so its events are lost"
    assert warning.hint == "add `select event from a into …;`, or leave it out"


def test_what_nothing_is_selected_into_is_warned_of() -> None:
    text = (
        f"create stream a; create stream b;\nselect event from a into b; select event from b into out; {PASS}"
    )

    assert warnings(text) == [
        "1:1-1:16 nothing is selected into `a`",
        "1:18-1:33 `b` does not lie on a way from an input to an output",
    ]


def test_a_nested_pipeline_that_leads_nowhere_is_warned_of() -> None:
    text = (
        "define pipeline p pipeline select event from in into out; end;\n"
        f"create pipeline p; select event from in into p; {PASS}"
    )

    assert warnings(text) == ["2:1-2:18 nothing is selected from `p`, so its events are lost"]


def test_ports_of_operators_and_scripts_that_no_event_leaves_by_are_warned_of() -> None:
    text = (
        "define operator b from grouper::bucket; create operator b;\n"
        'define script s script emit event => "side" end; create script s;\n'
        "select event from in into b; select event from b/overflw into s; select event from s/sid into out;\n"
        "select event from b into s; select event from s/side into out;"
    )

    checked = query(text)

    assert [(w.message, w.hint) for w in checked.warnings] == [
        ("nothing leaves `b` by `overflw`", "did you mean `overflow`?"),
        ("nothing leaves `s` by `sid`", "did you mean `side`?"),
    ]


def test_a_script_without_a_part_for_a_port_is_warned_of() -> None:
    text = (
        "define script s script event end; create script s;\n"
        "select event from in into s/aux; select event from s into out;"
    )

    assert warnings(text) == ["2:1-2:32 the script `s` has no part for the port `aux`"]


def test_declared_ports_that_no_select_names_are_warned_of() -> None:
    text = (
        "define pipeline p from in, aux into out, side, err pipeline select event from in into out; end;\n"
        "create pipeline p; select event from in into p; select event from p into out;"
    )

    assert warnings(text) == [
        "1:28-1:31 nothing is selected from the port `aux`",
        "1:42-1:46 nothing is selected into the port `side`",
    ]


def test_a_query_that_reads_nothing_is_warned_of() -> None:
    text = "create stream a; select event from a into out;"

    assert [message.split(" ", 1)[1] for message in warnings(text)] == [
        "nothing is selected into `a`",
        "nothing is selected from its input, so no event enters",
    ]
