from __future__ import annotations

import time
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tremor_tui.workbench.layout import Arc, Form, Layout, Place, can_fit, layers, place
from tremor_tui.workbench.routing import isotonic
from tremor_tui.workbench.widgets.canvas import nearest

FORMS = (Form(), Form(height=5, row=2, err_row=3, rate=5, fill=5), Form(2, 0, 1, 6, 2, 1))


@some.composite
def graphs(draw: some.DrawFn) -> tuple[list[Place], list[Arc]]:
    """Any graph: circles, loops, several edges between two nodes, parts that do not hang together."""
    size = draw(some.integers(1, 12))
    nodes = [Place(f"n{i}", draw(some.integers(6, 20))) for i in range(size)]
    ends = some.integers(0, size - 1)
    pairs = draw(some.lists(some.tuples(ends, ends, some.sampled_from(["out", "err"])), max_size=20))
    return nodes, [Arc(f"e{i}", f"n{a}", f"n{b}", port) for i, (a, b, port) in enumerate(pairs)]


@given(graphs(), some.sampled_from(FORMS))
@settings(max_examples=150, deadline=None)
def test_no_two_boxes_overlap(graph: tuple[list[Place], list[Arc]], form: Form) -> None:
    found = place(*graph, form)

    for a, b in combinations(found.boxes.values(), 2):
        apart = a.x + a.width <= b.x or b.x + b.width <= a.x
        assert apart or a.y + a.height <= b.y or b.y + b.height <= a.y


@given(graphs(), some.sampled_from(FORMS))
@settings(max_examples=150, deadline=None)
def test_every_edge_goes_from_its_source_to_its_target(
    graph: tuple[list[Place], list[Arc]], form: Form
) -> None:
    nodes, arcs = graph

    found = place(nodes, arcs, form)

    for arc in arcs:
        points = found.wires[arc.id].points
        source, target = found.boxes[arc.source], found.boxes[arc.target]
        exit_row = form.err_row if arc.port == "err" else form.row
        assert points[0] == (source.x + source.width, source.y + exit_row)
        assert points[-1] == (target.x - 1, target.y + form.row)
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(points))


@given(graphs(), some.sampled_from(FORMS))
@settings(max_examples=150, deadline=None)
def test_no_edge_runs_through_a_box(graph: tuple[list[Place], list[Arc]], form: Form) -> None:
    found = place(*graph, form)

    taken = {
        (x, y)
        for box in found.boxes.values()
        for x in range(box.x, box.x + box.width)
        for y in range(box.y, box.y + box.height)
    }
    for wire in found.wires.values():
        assert not taken & _cells(wire.points)


@given(graphs(), some.sampled_from(FORMS))
@settings(max_examples=100, deadline=None)
def test_everything_lies_within_the_size(graph: tuple[list[Place], list[Arc]], form: Form) -> None:
    found = place(*graph, form)

    for box in found.boxes.values():
        assert box.x >= 0
        assert box.x + box.width <= found.width
        assert box.y >= 0
        assert box.y + box.height <= found.height
    for wire in found.wires.values():
        assert all(0 <= x < found.width and 0 <= y < found.height for x, y in wire.points)


@given(graphs())
@settings(max_examples=100, deadline=None)
def test_the_same_graph_again_does_not_move(graph: tuple[list[Place], list[Arc]]) -> None:
    first = place(*graph, FORMS[0])

    again = place(*graph, FORMS[0], first)

    assert again.boxes == first.boxes


@given(graphs(), some.integers(0, 11))
@settings(max_examples=100, deadline=None)
def test_a_new_node_keeps_the_order_of_the_others(graph: tuple[list[Place], list[Arc]], at: int) -> None:
    nodes, arcs = graph
    before = place(nodes, arcs, FORMS[0])

    added = Arc("new", f"n{at % len(nodes)}", "new")
    after = place([*nodes, Place("new", 10)], [*arcs, added], FORMS[0], before)

    for old, new in zip(before.order, after.order, strict=False):
        assert [name for name in new if name in after.boxes and name != "new"] == [
            name for name in old if name in before.boxes
        ]


def test_edges_of_different_bundles_share_no_vertical_line() -> None:
    nodes = [Place(name, 8) for name in "abcdef"]
    arcs = [
        Arc("1", "a", "d"),
        Arc("2", "b", "e"),
        Arc("3", "c", "f"),
        Arc("4", "a", "f"),
        Arc("5", "c", "d"),
    ]

    found = place(nodes, arcs, FORMS[0])

    upright: dict[tuple[int, int], set[str]] = {}
    for arc in arcs:
        for (x1, y1), (x2, y2) in pairwise(found.wires[arc.id].points):
            if x1 == x2:
                for y in range(min(y1, y2), max(y1, y2) + 1):
                    upright.setdefault((x1, y), set()).add(arc.id)
    related = {frozenset("14"), frozenset("35"), frozenset("15"), frozenset("34"), frozenset("2")}
    for users in upright.values():
        assert len(users) == 1 or frozenset(users) in related


def test_a_chain_is_a_straight_line() -> None:
    nodes = [Place(name, 10) for name in "abcd"]
    arcs = [Arc(a + b, a, b) for a, b in pairwise("abcd")]

    found = place(nodes, arcs, FORMS[0])

    assert len({box.y for box in found.boxes.values()}) == 1
    assert all(len(wire.points) == 2 for wire in found.wires.values())


def test_a_hundred_nodes_are_placed_within_a_frame() -> None:
    nodes = [Place(str(i), 14) for i in range(100)]
    arcs = [Arc(str(i), str(i % 99), str(min(99, i % 99 + 1 + i * 7 % 9))) for i in range(150)]

    times = []
    for _ in range(5):
        start = time.process_time()
        place(nodes, arcs, FORMS[0])
        times.append(time.process_time() - start)

    assert min(times) < 0.050


def test_no_nodes_make_an_empty_layout() -> None:
    assert place([], [], FORMS[0]) == Layout()


def test_an_edge_to_an_unknown_node_is_left_out() -> None:
    found = place([Place("a", 8)], [Arc("1", "a", "gone")], FORMS[0])

    assert not found.wires


@pytest.mark.parametrize(("dx", "dy", "found"), [(1, 0, "b"), (-1, 0, "a"), (0, 1, "a"), (0, -1, "a")])
def test_the_nearest_node_lies_in_the_direction(dx: int, dy: int, found: str) -> None:
    layout = place([Place("a", 8), Place("b", 8)], [Arc("1", "a", "b")], FORMS[0])

    assert nearest(layout, "a", dx, dy) == found


@given(some.lists(some.tuples(some.floats(-50, 50), some.floats(0.01, 9)), min_size=1, max_size=20))
def test_rows_never_fall(pairs: list[tuple[float, float]]) -> None:
    found = isotonic([value for value, _ in pairs], [weight for _, weight in pairs])

    assert all(a <= b + 1e-9 for a, b in pairwise(found))
    assert len(found) == len(pairs)


def _cells(points: tuple[tuple[int, int], ...]) -> set[tuple[int, int]]:
    return {
        (x, y)
        for (x1, y1), (x2, y2) in pairwise(points)
        for x in range(min(x1, x2), max(x1, x2) + 1)
        for y in range(min(y1, y2), max(y1, y2) + 1)
    }


def test_what_cannot_fit_is_known_without_a_layout() -> None:
    nodes = [Place(name, 10) for name in "abcd"]
    arcs = [Arc("1", "a", "b"), Arc("2", "a", "c"), Arc("3", "c", "d")]
    layered = layers(nodes, arcs)
    found = place(nodes, arcs, Form())

    assert sorted(map(sorted, layered)) == [["a"], ["b", "c"], ["d"]]
    assert can_fit(layered, nodes, Form(), (found.width, found.height))
    assert not can_fit(layered, nodes, Form(), (29, found.height))
    assert not can_fit(layered, nodes, Form(), (found.width, 9))
