"""Every measure against networkx's own, on networks of all sorts."""

import itertools
import random

import networkx as nx
import pytest

from kg.errors import InputError
from kg.graph import measures
from kg.graph.measures import MEASURES
from kg.graph.ranking import missing_links, rank

#: name -> (ours, networkx's)
PAIRS = {
    "degree": (measures.degree, lambda g: dict(g.degree())),
    "strength": (measures.strength, lambda g: dict(g.degree(weight="weight"))),
    "pagerank": (measures.pagerank, lambda g: nx.pagerank(g, tol=1e-14, max_iter=5000)),
    "betweenness": (measures.betweenness, lambda g: nx.betweenness_centrality(g, weight="distance")),
    "closeness": (measures.closeness, lambda g: nx.closeness_centrality(g, distance="distance")),
    "k-core": (measures.core_number, nx.core_number),
    "clustering": (measures.clustering, lambda g: nx.clustering(nx.Graph(g))),
    "constraint": (measures.constraint, lambda g: _numbers(nx.constraint(g, weight="weight") if len(g) else {})),
}
SHAPES = ["sparse", "dense", "pieces", "no links", "one node", "two nodes", "star", "ring", "nothing"]


def _numbers(values):
    return {node: value for node, value in values.items() if value == value}


def made(shape, *, directed, weighted, seed):
    chance = random.Random(seed)
    graph = {
        "sparse": lambda: nx.gnm_random_graph(50, 90, seed=seed, directed=directed),
        "dense": lambda: nx.gnm_random_graph(30, 250, seed=seed, directed=directed),
        "pieces": lambda: nx.disjoint_union(
            nx.gnm_random_graph(20, 40, seed=seed, directed=directed),
            nx.gnm_random_graph(15, 20, seed=seed + 1, directed=directed),
        ),
        "no links": lambda: nx.empty_graph(4),
        "one node": lambda: nx.empty_graph(1),
        "two nodes": lambda: nx.path_graph(2),
        "star": lambda: nx.star_graph(6),
        "ring": lambda: nx.cycle_graph(7),
        "nothing": lambda: nx.empty_graph(0),
    }[shape]()
    graph = nx.DiGraph(graph) if directed else nx.Graph(graph)
    for _, _, values in graph.edges(data=True):
        # sums of these distances are exact, so that ties are ties for networkx too
        values["weight"] = chance.choice([1, 2, 4, 8]) if weighted else 1
        values["distance"] = 1 / values["weight"]
    return nx.relabel_nodes(graph, {node: f"n{node:03d}" for node in graph})


GRAPHS = [
    pytest.param(
        shape, directed, weighted, seed, id=f"{shape}-{'directed' if directed else 'undirected'}-{weighted}-{seed}"
    )
    for shape, directed, weighted, seed in itertools.product(SHAPES, (False, True), (False, True), (1, 2))
    if seed == 1 or shape in ("sparse", "dense", "pieces")
]


@pytest.mark.parametrize(("shape", "directed", "weighted", "seed"), GRAPHS)
def test_measures_equal_networkx(shape, directed, weighted, seed):
    graph = made(shape, directed=directed, weighted=weighted, seed=seed)
    for name, (ours, theirs) in PAIRS.items():
        found = ours(graph)
        assert found.sources is None
        assert dict(found) == pytest.approx(theirs(graph), abs=1e-6), name
        assert list(found) == [node for node in graph if node in found], name


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("directed", [False, True])
def test_eigenvector_and_hits_equal_networkx(directed, seed):
    graph = made("dense", directed=directed, weighted=True, seed=seed)
    reference = nx.eigenvector_centrality(graph, weight="weight", tol=1e-13, max_iter=100_000)
    assert dict(measures.eigenvector(graph)) == pytest.approx(reference, abs=1e-6)
    hubs, authorities = nx.hits(graph, tol=1e-13, max_iter=10_000)
    assert dict(measures.hubs(graph)) == pytest.approx(hubs, abs=1e-6)
    assert dict(measures.authorities(graph)) == pytest.approx(authorities, abs=1e-6)


def test_eigenvector_in_several_pieces_equals_networkx():
    graph = made("pieces", directed=False, weighted=True, seed=3)
    reference = nx.eigenvector_centrality(graph, weight="weight", tol=1e-13, max_iter=100_000)
    assert dict(measures.eigenvector(graph)) == pytest.approx(reference, abs=1e-6)


def test_eigenvector_of_links_without_a_circle_is_refused():
    graph = nx.DiGraph([("a", "b"), ("b", "c"), ("c", "d")])
    with pytest.raises(InputError, match="Use pagerank"):
        measures.eigenvector(graph)


@pytest.mark.parametrize(("shape", "directed", "weighted", "seed"), GRAPHS)
def test_components_and_bridges_equal_networkx(shape, directed, weighted, seed):
    graph = made(shape, directed=directed, weighted=weighted, seed=seed)
    plain = nx.Graph(graph)
    assert sorted(map(sorted, measures.components(graph))) == sorted(map(sorted, nx.connected_components(plain)))
    assert {frozenset(pair) for pair in measures.bridges(graph)} == {frozenset(pair) for pair in nx.bridges(plain)}


def two_ways():
    """From a to d over b (much evidence) or over c (little); b and c have as many links."""
    graph = nx.Graph()
    for a, b, weight in (("a", "b", 8), ("b", "d", 8), ("a", "c", 1), ("c", "d", 1)):
        graph.add_edge(a, b, weight=weight, distance=1 / weight)
    return graph


def test_much_evidence_makes_a_link_strong_and_short():
    graph = two_ways()
    assert measures.betweenness(graph)["b"] > measures.betweenness(graph)["c"] == 0
    assert measures.closeness(graph)["b"] > measures.closeness(graph)["c"]
    assert measures.pagerank(graph)["b"] > measures.pagerank(graph)["c"]
    assert measures.eigenvector(graph)["b"] > measures.eigenvector(graph)["c"]
    turned = nx.betweenness_centrality(graph, weight="weight")
    assert turned["c"] > turned["b"]  # what counts passed as distances would say


def test_lengths_equal_but_for_rounding_share_their_paths():
    graph = nx.Graph()
    # 1/3 + 1/6 and 1/6 + 1/3 and 1/2 by three ways
    for a, b, weight in (("s", "x", 3), ("x", "t", 6), ("s", "y", 6), ("y", "t", 3), ("s", "z", 4), ("z", "t", 4)):
        graph.add_edge(a, b, weight=weight, distance=1 / weight)
    scores = measures.betweenness(graph)
    assert scores["x"] == pytest.approx(scores["y"]) == pytest.approx(scores["z"])


@pytest.mark.parametrize("directed", [False, True])
def test_estimates_keep_their_bound_and_their_seed(directed):
    graph = made("sparse", directed=directed, weighted=True, seed=5)
    exact = measures.betweenness(graph)
    for seed in range(5):
        guess = measures.betweenness(graph, sources=20, seed=seed)
        assert guess.sources == 20
        assert max(abs(guess[node] - exact[node]) for node in graph) <= guess.error
        assert guess == measures.betweenness(graph, sources=20, seed=seed)
    near = measures.closeness(graph, sources=49, seed=1)
    assert near.sources == 49
    assert dict(near) == pytest.approx(dict(measures.closeness(graph)), rel=0.2, abs=0.05)


def test_mean_of_many_estimates_is_the_score():
    graph = made("sparse", directed=False, weighted=False, seed=6)
    exact = measures.betweenness(graph)
    guesses = [measures.betweenness(graph, sources=10, seed=seed) for seed in range(150)]
    for node in graph:
        mean = sum(guess[node] for guess in guesses) / len(guesses)
        assert mean == pytest.approx(exact[node], abs=0.03)


def test_large_networks_are_estimated_and_say_so(monkeypatch):
    monkeypatch.setattr(measures, "EXACT_STEPS", 1000)
    monkeypatch.setattr(measures, "SOURCES", (10, 20))
    graph = made("sparse", directed=False, weighted=True, seed=1)
    found = rank(graph, "betweenness")
    assert found.sources == 10
    assert found.note.startswith("estimated from 10 sources; with 95 % probability no score is off by more than 0.")
    assert rank(graph, "closeness").note.startswith("estimated from 10 sources")


def test_measures_of_neighbour_pairs_are_refused_above_a_size(monkeypatch):
    monkeypatch.setattr(measures, "PAIR_STEPS", 10)
    with pytest.raises(InputError, match="too large for constraint"):
        measures.constraint(made("dense", directed=False, weighted=True, seed=1))


def test_every_measure_ranks_every_sort_of_network():
    for shape in SHAPES:
        for directed in (False, True):
            graph = made(shape, directed=directed, weighted=True, seed=1)
            for name in MEASURES:
                rows = rank(graph, name).rows
                assert len(rows) <= graph.number_of_nodes()
                assert [row.place for row in rows] == sorted(row.place for row in rows)


def test_ties_share_a_place_and_stand_in_the_order_of_nodes():
    graph = made("star", directed=False, weighted=False, seed=1)
    rows = rank(graph, "degree").rows
    assert [(row.place, row.iri) for row in rows] == [(1, "n000"), *((2, f"n{at:03d}") for at in range(1, 7))]


def test_brokers_are_ranked_from_low_constraint():
    graph = nx.Graph([("a", "b"), ("b", "c"), ("a", "c"), ("c", "d"), ("d", "e"), ("e", "f"), ("d", "f")])
    rows = rank(graph, "broker").rows
    assert {rows[0].iri, rows[1].iri} == {"c", "d"}
    assert rows[0].score < rows[-1].score


def test_direction_counts_only_when_asked_for():
    graph = nx.DiGraph([("a", "b"), ("a", "c"), ("a", "d")])
    assert rank(graph, "pagerank").rows[0].iri == "a"
    assert rank(graph, "pagerank", directed=True).rows[0].iri == "b"
    assert rank(graph, "hubs").rows[0].iri == "a"
    assert rank(graph, "authorities").rows[0].iri == "b"


def test_events_are_shown_on_request_only():
    graph = nx.Graph([("e", "p"), ("e", "q")])
    for node, kind in (("e", "Ban"), ("p", "Person"), ("q", "Company")):
        graph.nodes[node].update(label=node.upper(), type=kind, documents=1)
    assert [row.label for row in rank(graph, "degree").rows] == ["P", "Q"]
    assert [row.label for row in rank(graph, "degree", type="Event").rows] == ["E"]
    assert [row.label for row in rank(graph, "degree", type="Organization").rows] == ["Q"]


def test_unknown_measure_offers_the_nearest():
    with pytest.raises(InputError, match='Did you mean "pagerank"'):
        rank(nx.Graph(), "pageranks")


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("shape", ["sparse", "dense", "pieces"])
def test_missing_links_equal_networkx(shape, directed):
    graph = made(shape, directed=directed, weighted=True, seed=2)
    plain = nx.Graph(graph)
    reference = {frozenset((a, b)): score for a, b, score in nx.adamic_adar_index(plain) if score > 0}
    found = missing_links(graph, top=10_000)
    assert {frozenset((g.first, g.second)): g.score for g in found} == pytest.approx(reference, abs=1e-6)
    assert [g.score for g in found] == sorted((g.score for g in found), reverse=True)
    assert missing_links(graph, top=7) == found[:7]
    for g in found[:5]:
        assert set(g.common) == set(nx.common_neighbors(plain, g.first, g.second))


def test_missing_links_of_one_node():
    graph = made("sparse", directed=False, weighted=True, seed=2)
    of = "n007"
    found = missing_links(graph, of=of, top=1000)
    everywhere = [g for g in missing_links(graph, top=10_000) if of in (g.first, g.second)]
    assert {frozenset((g.first, g.second)): g.score for g in found} == pytest.approx(
        {frozenset((g.first, g.second)): g.score for g in everywhere}
    )
    assert missing_links(graph, of="nobody") == []


def test_those_of_one_event_need_no_guess():
    graph = nx.Graph([("e", "p"), ("e", "q"), ("x", "p"), ("x", "q"), ("x", "r"), ("y", "p"), ("y", "r")])
    for node in graph:
        graph.nodes[node].update(label=node, type="Ban" if node == "e" else "Person")
    # p and q have x in common too, but meet in the event
    assert {(g.first, g.second) for g in missing_links(graph)} == {("p", "r"), ("q", "r"), ("x", "y")}
