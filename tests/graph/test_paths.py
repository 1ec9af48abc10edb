"""Paths with what each step rests on."""

import networkx as nx
import pytest

from kg.errors import InputError
from kg.graph.network import network, undirected
from kg.graph.paths import ego, find_paths, find_ways
from tests.graph.test_network import store_of
from tests.graphs import story_nt


@pytest.fixture(scope="module")
def store():
    return store_of(story_nt())


def iri_of(graph, name):
    return next(node for node, label in graph.nodes(data="label") if label == name)


def test_steps_have_relation_direction_and_sentence(store):
    graph = network(store)
    omar, northwind = iri_of(graph, "Omar Bello"), iri_of(graph, "Northwind")
    path, *_ = find_paths(graph, store, omar, northwind)
    assert [(step.source_label, step.target_label, step.weight) for step in path.steps] == [
        ("Omar Bello", "Ana Ruiz", 1),
        ("Ana Ruiz", "Northwind", 3),
    ]
    met, leads = path.steps[0].bases[0], {basis.says: basis for basis in path.steps[1].bases}["leads"]
    assert (met.says, met.subject, met.object) == ("met with", iri_of(graph, "Ana Ruiz"), omar)
    assert [(sentence.title, sentence.date) for sentence in leads.sentences] == [
        ("Northwind buys Chirp", "2024-03-06"),
        ("Who owns Quill?", "2024-03-13"),
    ]
    assert (
        leads.sentences[1].text
        == "Ana Ruiz, the chief executive of Northwind, met Omar Bello in Lima on 12 March 2024."
    )
    assert leads.confidence == 0.99
    assert leads.sentences[0].url == "https://example.org/a"


def test_shorter_paths_come_first_and_none_twice(store):
    graph = network(store)
    found = find_paths(graph, store, iri_of(graph, "Ana Ruiz"), iri_of(graph, "Lima"), k=10)
    ways = [tuple(step.target_label for step in path.steps) for path in found]
    assert ways == [
        ("Ana Ruiz meets Omar Bello", "Lima"),
        ("Northwind", "Chirp", "Lima"),
        ("Omar Bello", "Ana Ruiz meets Omar Bello", "Lima"),
    ]


def test_of_equally_long_paths_the_one_with_most_evidence_is_first():
    graph = nx.Graph()
    for a, b, weight in (
        ("a", "m", 1),
        ("m", "z", 1),
        ("a", "x", 5),
        ("x", "z", 5),
        ("a", "q", 9),
        ("q", "r", 9),
        ("r", "z", 9),
    ):
        graph.add_edge(a, b, weight=weight, distance=1 / weight)
    assert [nodes for _, nodes in find_ways(graph, "a", "z", k=3)] == [
        ["a", "x", "z"],
        ["a", "m", "z"],
        ["a", "q", "r", "z"],
    ]


def test_k_paths_are_the_shortest_of_all():
    graph = nx.relabel_nodes(nx.gnm_random_graph(12, 24, seed=4), str)
    every = sorted(len(path) for path in nx.all_simple_paths(graph, "0", "7"))
    assert [len(nodes) for _, nodes in find_ways(graph, "0", "7", k=20)] == every[:20]


def test_no_path_between_pieces_nor_from_a_node_to_itself(store):
    graph = network(store)
    ana, quill = iri_of(graph, "Ana Ruiz"), iri_of(graph, "Quill")
    assert find_paths(graph, store, ana, quill) == []
    assert find_paths(graph, store, ana, ana) == []
    assert find_paths(graph, store, ana, "https://example.org/nobody") == []
    with pytest.raises(InputError):
        find_paths(graph, store, ana, quill, k=0)


@pytest.mark.parametrize(
    ("kind", "a", "b", "says", "text"),
    [
        ("co-mentions", "Daily Post", "Quill", "named in one document with", ""),
        ("quotations", "Omar Bello", "Quill", "spoke of", "Northwind owns Quill"),
        ("events", "Norland", "Chirp", "took part in “Norland bans Chirp” with", "Norland banned Chirp on Tuesday."),
    ],
)
def test_every_kind_of_link_says_what_it_rests_on(store, kind, a, b, says, text):
    graph = network(store, kind=kind)
    path, *_ = find_paths(graph, store, iri_of(graph, a), iri_of(graph, b))
    basis = path.steps[0].bases[0]
    assert (basis.says, basis.sentences[0].text) == (says, text)


def test_ego_has_the_neighbours_and_the_links_among_them(store):
    graph = network(store)
    near = ego(graph, iri_of(graph, "Omar Bello"))
    assert {label for _, label in near.nodes(data="label")} == {"Omar Bello", "Ana Ruiz", "Ana Ruiz meets Omar Bello"}
    assert near.number_of_edges() == 3
    assert set(ego(graph, iri_of(graph, "Omar Bello"), hops=9)) == nx.node_connected_component(
        undirected(graph), iri_of(graph, "Omar Bello")
    )
