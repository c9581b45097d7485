from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import given

from tremor_tui.language.check.graph import find_loop, loop_diagnostic, numbered, order, prune
from tremor_tui.language.ir.query import Edge, Node, PassNode


def nodes(names: str) -> dict[str, Node]:
    roles = {"i": "input", "o": "output"}
    return {name: PassNode(name, roles.get(name, "stream")) for name in names}


def edges(*pairs: str) -> list[Edge]:
    return [Edge(pair[0], "out", pair[1], "in") for pair in pairs]


def test_nodes_that_lead_nowhere_go_with_all_that_feeds_only_them() -> None:
    kept, used = prune(nodes("iabco"), edges("ia", "ab", "ic", "co"))

    assert (list(kept), used) == (["i", "c", "o"], edges("ic", "co"))


def test_nodes_that_nothing_reaches_go() -> None:
    kept, _ = prune(nodes("iao"), edges("ao", "io"))

    assert list(kept) == ["i", "o"]


def test_ports_stay_even_if_nothing_is_linked_to_them() -> None:
    assert list(prune(nodes("io"), [])[0]) == ["i", "o"]


def test_a_graph_without_loop_has_none() -> None:
    assert find_loop(edges("ia", "ib", "ac", "bc", "co")) == []


def test_a_loop_is_found_with_its_way() -> None:
    assert find_loop(edges("ia", "ab", "bc", "ca", "co")) == edges("ab", "bc", "ca")


def test_a_node_that_feeds_itself_is_a_loop() -> None:
    assert find_loop(edges("ia", "aa")) == edges("aa")


def test_the_message_names_the_way_round() -> None:
    message = loop_diagnostic(edges("ab", "ba"), nodes("ab")).message

    assert message == "events would go round in circles: a → b → a"


def test_edges_are_numbered_in_their_order() -> None:
    assert [edge.order for edge in numbered(edges("ab", "bc"))] == [0, 1]


@given(st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20))
def test_either_there_is_a_loop_or_every_edge_leads_forwards(pairs: set[tuple[int, int]]) -> None:
    names = "abcdefgh"
    made = edges(*(names[a] + names[b] for a, b in sorted(pairs)))
    loop = find_loop(made)

    if loop:
        assert all(a.target == b.source for a, b in zip(loop, loop[1:] + loop[:1], strict=True))
    else:
        places = {node.id: place for place, node in enumerate(order(nodes(names), made))}
        assert all(places[edge.source] < places[edge.target] for edge in made)
