from __future__ import annotations

from typing import Any

from tremor_tui.errors import DataError, ScriptError
from tremor_tui.model.batch import Batch, Meta
from tremor_tui.model.context import Cell, Context
from tremor_tui.model.diagnostic import Diagnostic, Span
from tremor_tui.model.origin import OriginUri
from tremor_tui.operators.script import ScriptOperator

SPAN = Span("x.tremor", 1, 1, 1, 6)


def fail() -> ScriptError:
    return ScriptError(Diagnostic("no such key", SPAN))


def by_value(event: Any, meta: Meta | None, cell: Cell, ctx: Context) -> Any:
    """Emits numbers to `out` or `big`, drops None, fails on strings."""
    if event is None:
        return None
    if isinstance(event, str):
        raise fail()
    return ("big" if event > 9 else "out"), event, meta


def count(event: Any, meta: Meta | None, cell: Cell, ctx: Context) -> Any:
    cell.state = (cell.state or 0) + 1
    return "out", cell.state, meta


def outputs(operator: ScriptOperator, batch: Batch, port: str = "in") -> dict[str, Batch]:
    return dict(operator.on_batch(port, batch))


def test_rows_leave_by_the_port_they_are_emitted_to_in_order() -> None:
    left = outputs(ScriptOperator({"in": by_value}, Context()), Batch([1, 20, None, 3], range(4), 0))

    assert {port: (made.values, list(made.ids)) for port, made in left.items()} == {
        "out": ([1, 3], [0, 3]),
        "big": ([20], [1]),
    }


def test_a_batch_without_losses_keeps_its_ids_and_times() -> None:
    batch = Batch([1, 2], range(5, 7), [10, 11])

    left = outputs(ScriptOperator({"in": by_value}, Context()), batch)["out"]

    assert (left.ids, left.ingest_ns, left.metas) == (range(5, 7), [10, 11], None)


def test_a_failure_becomes_an_error_event_and_is_counted_and_reported() -> None:
    heard: list[DataError] = []
    operator = ScriptOperator(
        {"in": by_value}, Context(), render=lambda e: f"<{e.message}>", report=heard.append
    )

    left = outputs(operator, Batch(["a", None], range(2), 0, metas=[{"m": 1}, None]))

    assert left["err"].values == [{"error": "<no such key>", "event": "a"}]
    assert left["err"].metas == [{"m": 1}]
    assert (operator.errors, operator.dropped) == (1, 1)
    assert operator.last_error is heard[0]


def test_bodies_of_all_ports_share_one_state() -> None:
    operator = ScriptOperator({"in": count, "aux": count}, Context(), state=10)

    outputs(operator, Batch(["a"], [0], 0), "aux")

    assert outputs(operator, Batch(["b"], [1], 0))["out"].values == [12]


def test_a_port_without_a_body_makes_error_events() -> None:
    operator = ScriptOperator({"in": count}, Context())

    left = outputs(operator, Batch([1, 2], range(2), 0), "side")

    assert left["err"].values == [
        {"error": "unknown port: `side`", "event": 1},
        {"error": "unknown port: `side`", "event": 2},
    ]
    assert operator.errors == 2


def test_the_context_tells_time_id_and_origin_of_each_row() -> None:
    def tell(event: Any, meta: Meta | None, cell: Cell, ctx: Context) -> Any:
        return "out", [ctx.ingest_ns, ctx.event_id, str(ctx.origin)], meta

    batch = Batch(["a", "b"], [3, 9], [5, 6], origin=OriginUri("tremor-file", "host"))

    left = outputs(ScriptOperator({"in": tell}, Context()), batch)["out"]

    assert left.values == [[5, 3, "tremor-file://host"], [6, 9, "tremor-file://host"]]


def test_frames_stay_with_values_that_did_not_change() -> None:
    batch = Batch([1, None, 20], range(3), 0, raws=[b"1", b"null", b"20"])

    left = outputs(ScriptOperator({"in": by_value}, Context()), batch)

    assert (left["out"].raws, left["big"].raws) == ([b"1"], [b"20"])


def test_frames_go_with_values_that_changed() -> None:
    assert (
        outputs(ScriptOperator({"in": count}, Context()), Batch([5], [0], 0, raws=[b"5"]))["out"].raws is None
    )


def test_metadata_that_a_script_sets_leaves_with_the_row() -> None:
    def mark(event: Any, meta: Meta | None, cell: Cell, ctx: Context) -> Any:
        return "out", event, {"n": event} if event > 1 else None

    left = outputs(ScriptOperator({"in": mark}, Context()), Batch([1, 2], range(2), 0, raws=[b"1", b"2"]))

    assert left["out"].metas == [None, {"n": 2}]
    assert left["out"].raws == [b"1", b"2"]


def test_state_is_carried_over() -> None:
    old = ScriptOperator({"in": count}, Context())
    outputs(old, Batch([0, 0], range(2), 0))
    new = ScriptOperator({"in": count}, Context())

    new.restore(old.state())

    assert outputs(new, Batch([0], [2], 0))["out"].values == [3]
