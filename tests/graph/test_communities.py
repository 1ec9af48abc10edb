"""Groups: as good as networkx's, the same on every run, named and with their stability."""

import os
import subprocess
import sys

import networkx as nx
import numpy as np
import pytest

from kg.errors import InputError
from kg.graph.arrays import arrays_of
from kg.graph.communities import adjusted_rand, find_communities, modularity


def named(graph):
    graph = nx.Graph(graph)
    for _, _, values in graph.edges(data=True):
        values.setdefault("weight", 1)
    graph = nx.relabel_nodes(graph, {node: f"n{at:04d}" for at, node in enumerate(graph)})
    for node in graph:
        graph.nodes[node].update(label=node.upper(), type="Person")
    return graph


NETWORKS = {
    "karate": nx.karate_club_graph,
    "novel": nx.les_miserables_graph,
    "chance": lambda: nx.gnm_random_graph(300, 900, seed=1),
    "hubs": lambda: nx.barabasi_albert_graph(400, 3, seed=1),
    "rings of cliques": lambda: nx.ring_of_cliques(12, 5),
    "planted": lambda: nx.planted_partition_graph(6, 40, 0.3, 0.02, seed=2),
    "pieces": lambda: nx.disjoint_union(nx.complete_graph(5), nx.path_graph(6)),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_groups_are_as_good_as_those_of_networkx(name):
    graph = named(NETWORKS[name]())
    ours = [find_communities(graph, seed=seed, runs=1) for seed in range(5)]
    theirs = [nx.community.modularity(graph, nx.community.louvain_communities(graph, seed=seed)) for seed in range(5)]
    assert np.mean([found.modularity for found in ours]) > np.mean(theirs) - 0.003
    for found in ours:
        groups = [set(group.members) for group in found.communities]
        loose = [{node} for node in graph if not graph.degree(node)]
        assert nx.community.modularity(graph, groups + loose) == pytest.approx(found.modularity, abs=1e-9)
        assert set().union(*groups, *loose) == set(graph)


def test_cliques_are_found_named_and_sure():
    graph = nx.disjoint_union(nx.complete_graph(6), nx.complete_graph(4))
    graph.add_edge(0, 6)
    graph.add_nodes_from(["alone"])
    graph = named(graph)
    found = find_communities(graph)
    assert [len(group.members) for group in found.communities] == [6, 4]
    assert [group.number for group in found.communities] == [1, 2]
    # the one with a link to the others is no more telling than the rest
    assert found.communities[0].names == ("N0001", "N0002", "N0003")
    assert found.communities[1].names == ("N0007", "N0008", "N0009")
    assert found.communities[0].inside == pytest.approx(30 / 31)
    assert (found.stability, found.without_links) == (1.0, 1)
    assert [group.stability for group in found.communities] == [1.0, 1.0]


def test_weight_is_strength():
    graph = nx.Graph()
    graph.add_weighted_edges_from(
        [("a", "b", 9), ("c", "d", 9), ("a", "c", 1), ("b", "d", 1), ("a", "d", 1), ("b", "c", 1)]
    )
    assert {frozenset(group.members) for group in find_communities(graph).communities} == {
        frozenset("ab"),
        frozenset("cd"),
    }


def test_directions_are_added():
    graph = nx.DiGraph([("a", "b"), ("b", "a"), ("c", "d"), ("d", "c"), ("a", "c")])
    assert {frozenset(group.members) for group in find_communities(graph).communities} == {
        frozenset("ab"),
        frozenset("cd"),
    }


def test_networks_without_links_have_no_groups():
    found = find_communities(nx.empty_graph(3))
    assert (found.communities, found.modularity, found.without_links) == ((), 0.0, 3)
    assert find_communities(nx.Graph()).communities == ()


def test_unsure_groups_are_said_to_be_unsure():
    found = find_communities(named(nx.gnm_random_graph(200, 600, seed=3)))
    assert found.stability < 0.7
    assert all(0 < group.stability <= 1 for group in found.communities)


def test_resolution_gives_smaller_groups():
    graph = named(nx.planted_partition_graph(6, 40, 0.3, 0.02, seed=2))
    coarse, fine = (find_communities(graph, runs=1, resolution=value) for value in (0.3, 4.0))
    assert len(coarse.communities) < len(fine.communities)


@pytest.mark.parametrize("options", [{"method": "lovain"}, {"runs": 0}])
def test_wrong_options_are_refused(options):
    with pytest.raises(InputError):
        find_communities(nx.path_graph(3), **options)


def test_modularity_equals_networkx():
    graph = named(nx.les_miserables_graph())
    groups = np.arange(len(graph)) % 4
    parts = [{node for node, group in zip(graph, groups, strict=True) if group == number} for number in range(4)]
    for resolution in (1.0, 0.5):
        assert modularity(arrays_of(graph).weight, groups, resolution) == pytest.approx(
            nx.community.modularity(graph, parts, resolution=resolution)
        )


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([0, 0, 1, 1], [0, 0, 1, 1], 1.0),
        ([0, 0, 1, 1], [1, 1, 0, 0], 1.0),
        ([0, 0, 1, 1], [0, 1, 0, 1], -0.5),
        ([0, 0, 1, 2], [0, 0, 1, 1], 0.5714285714),
        ([0, 0, 0], [0, 0, 0], 1.0),
    ],
)
def test_adjusted_rand(one, other, expected):
    assert adjusted_rand(np.array(one), np.array(other)) == pytest.approx(expected)


def test_leiden_finds_groups_too():
    pytest.importorskip("igraph", reason="the extra dateline[fast] is not installed")
    graph = named(nx.les_miserables_graph())
    found = find_communities(graph, method="leiden")
    assert found.modularity > find_communities(graph).modularity - 0.005
    assert found == find_communities(graph, method="leiden")


def test_groups_do_not_depend_on_the_order_of_hashes():
    script = (
        "import networkx as nx; from kg.graph.communities import find_communities\n"
        "g = nx.relabel_nodes(nx.gnm_random_graph(60, 150, seed=1), str)\n"
        "print([group.members for group in find_communities(g).communities])"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
