"""The igraph backend: networkx's numbers, and nothing that an outsider would feel."""

import os
import random
import subprocess
import sys

import networkx as nx
import pytest

from kg.graph.fast import Backend, backend
from kg.graph.fast_info import FUNCTIONS, info

igraph = pytest.importorskip("igraph", reason="the extra dateline[fast] is not installed")


def made(seed, *, directed, count=40, links=70):
    chance = random.Random(seed)
    graph = nx.gnm_random_graph(count, links, seed=seed, directed=directed)
    for _, _, values in graph.edges(data=True):
        values["weight"] = chance.choice([1, 2, 4])
        values["distance"] = 1 / values["weight"]
    return nx.relabel_nodes(graph, {node: f"n{node:03d}" for node in graph})


def turned(graph, **attributes):
    return backend.convert_from_nx(graph, edge_attrs=attributes)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("directed", [False, True])
def test_numbers_equal_networkx(directed, seed):
    graph = made(seed, directed=directed)
    both = turned(graph, weight=1, distance=1)
    for weight in (None, "distance"):
        for normalized in (True, False):
            assert backend.betweenness_centrality(both, normalized=normalized, weight=weight) == pytest.approx(
                nx.betweenness_centrality(graph, normalized=normalized, weight=weight), abs=1e-9
            )
        for improved in (True, False):
            assert backend.closeness_centrality(both, distance=weight, wf_improved=improved) == pytest.approx(
                nx.closeness_centrality(graph, distance=weight, wf_improved=improved), abs=1e-9
            )
    assert backend.closeness_centrality(both, u="n003") == pytest.approx(nx.closeness_centrality(graph, u="n003"))
    assert backend.core_number(both) == nx.core_number(graph)
    assert backend.constraint(both, weight="weight") == pytest.approx(
        nx.constraint(graph, weight="weight"), abs=1e-9, nan_ok=True
    )


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("directed", [False, True])
def test_sampled_betweenness_draws_the_sources_of_networkx(directed, seed):
    graph = made(seed, directed=directed)
    reference = nx.betweenness_centrality(graph, k=10, seed=seed, weight="distance")
    found = backend.betweenness_centrality(turned(graph, distance=1), k=10, seed=seed, weight="distance")
    assert found == pytest.approx(reference, abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_undirected_measures_equal_networkx(seed):
    graph = made(seed, directed=False)
    both = turned(graph, weight=1)
    assert backend.clustering(both) == pytest.approx(nx.clustering(graph))
    assert backend.clustering(both, "n005") == nx.clustering(graph, "n005")
    assert backend.clustering(both, ["n005", "n006"]) == pytest.approx(nx.clustering(graph, ["n005", "n006"]))
    assert list(map(sorted, backend.connected_components(both))) == list(map(sorted, nx.connected_components(graph)))
    assert set(map(frozenset, backend.bridges(both))) == set(map(frozenset, nx.bridges(graph)))
    whole = graph.subgraph(max(nx.connected_components(graph), key=len)).copy()
    assert backend.eigenvector_centrality(turned(whole, weight=1), weight="weight") == pytest.approx(
        nx.eigenvector_centrality(whole, weight="weight", max_iter=10_000, tol=1e-12), abs=1e-6
    )


@pytest.mark.parametrize("name", ["louvain_communities", "leiden_communities"])
def test_groups_are_as_good_and_follow_the_seed(name):
    graph = nx.les_miserables_graph()
    both, search = turned(graph, weight=1), getattr(backend, name)
    found = search(both, seed=1)
    assert found == search(both, seed=1)
    assert (
        nx.community.modularity(graph, found)
        > nx.community.modularity(graph, nx.community.louvain_communities(graph, seed=1)) - 0.01
    )


@pytest.mark.parametrize(
    ("name", "graph", "options"),
    [
        ("betweenness_centrality", nx.path_graph(3), {"endpoints": True}),
        ("core_number", nx.Graph([(1, 1)]), {}),
        ("core_number", nx.MultiGraph([(1, 2)]), {}),
        ("clustering", nx.path_graph(3), {"weight": "weight"}),
        ("clustering", nx.DiGraph([(1, 2)]), {}),
        ("closeness_centrality", nx.path_graph(3), {"distance": len}),
        ("eigenvector_centrality", nx.empty_graph(2), {}),
        ("eigenvector_centrality", nx.DiGraph([(1, 2)]), {}),
        ("bridges", nx.DiGraph([(1, 2)]), {}),
    ],
)
def test_what_igraph_counts_otherwise_stays_with_networkx(name, graph, options):
    assert isinstance(backend.can_run(name, (graph,), options), str)


def test_small_graphs_stay_with_networkx():
    assert backend.should_run("core_number", (nx.path_graph(3),), {}) is not True
    assert backend.should_run("core_number", (nx.path_graph(300),), {}) is True
    assert backend.can_run("core_number", (nx.path_graph(300),), {}) is True


def test_every_listed_function_is_there():
    assert set(info()["functions"]) == set(FUNCTIONS)
    assert all(callable(getattr(Backend, name)) for name in FUNCTIONS)


def test_importing_networkx_loads_nothing_of_ours_but_the_list(tmp_path):
    entry_points = (
        "[networkx.backends]\ndateline = kg.graph.fast:backend\n\n"
        "[networkx.backend_info]\ndateline = kg.graph.fast_info:info\n"
    )
    folder = tmp_path / "dateline_backend-0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: dateline-backend\nVersion: 0\n")
    (folder / "entry_points.txt").write_text(entry_points)
    script = (
        "import sys, warnings; warnings.simplefilter('ignore'); import networkx as nx\n"
        "heavy = {'igraph', 'numpy', 'rdflib', 'kg.graph.fast', 'kg.ontology'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "g = nx.path_graph(5)\n"
        "before = nx.betweenness_centrality(g); assert 'igraph' not in sys.modules\n"
        "assert nx.betweenness_centrality(g, backend='dateline') == before; assert 'igraph' in sys.modules\n"
        "print(len(nx.community.leiden_communities(nx.karate_club_graph(), seed=1, backend='dateline')))"
    )
    found = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.getcwd()])},  # noqa: PTH109
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stderr
    assert int(found.stdout) == 4
