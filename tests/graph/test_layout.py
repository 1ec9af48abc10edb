"""Positions, communities and sizes: the same on every run, nothing over anything else."""

import itertools
import math

import networkx as nx
import pytest

from kg.graph.layout import SMALL, find_communities, place, scores


def rings(count: int, size: int) -> list[tuple[int, int, float]]:
    """`count` rings of `size` nodes, each with chords, joined in a chain by one link."""
    links = []
    for ring in range(count):
        first = ring * size
        links += [(first + i, first + (i + 1) % size, 2.0) for i in range(size)]
        links += [(first, first + i, 1.0) for i in range(2, size - 1)]
        if ring:
            links.append((first - size, first, 1.0))
    return [(min(a, b), max(a, b), w) for a, b, w in links]


@pytest.mark.parametrize(("count", "size"), [(1, 5), (4, 12), (12, 40)])
def test_no_two_nodes_lie_over_each_other(count: int, size: int) -> None:
    links = rings(count, size)
    radii = [6.0 + i % 7 for i in range(count * size)]
    positions = place(links, radii, [0.0] * len(radii), find_communities(len(radii), links))
    for (a, p), (b, q) in itertools.combinations(enumerate(positions), 2):
        assert math.dist(p, q) >= 0.9 * (radii[a] + radii[b])


def test_labels_of_a_small_graph_find_room() -> None:
    links = rings(3, 12)
    widths = [90.0] * 36
    positions = place(links, [8.0] * 36, widths, find_communities(36, links))
    covered = sum(abs(p[0] - q[0]) < 90 and abs(p[1] - q[1]) < 30 for p, q in itertools.combinations(positions, 2))
    assert covered == 0


@pytest.mark.parametrize("count", [4, 12])
def test_same_links_give_same_positions(count: int) -> None:
    links = rings(count, 40)
    total = count * 40
    assert (total > SMALL) == (count == 12)
    groups = find_communities(total, links)
    assert groups == find_communities(total, list(reversed(links)))
    first = place(links, [8.0] * total, [0.0] * total, groups)
    assert first == place(links, [8.0] * total, [0.0] * total, groups)


def test_communities_are_numbered_by_size_and_lonely_nodes_have_none() -> None:
    large, small = itertools.combinations(range(9), 2), itertools.combinations(range(9, 14), 2)
    links = [(a, b, 1.0) for a, b in (*small, *large)]
    assert find_communities(16, links) == [0] * 9 + [1] * 5 + [-1, -1]


def test_a_community_stands_together() -> None:
    links = rings(12, 40)
    groups = find_communities(480, links)
    positions = place(links, [8.0] * 480, [0.0] * 480, groups)
    inside = [
        math.dist(positions[a], positions[b])
        for a, b in itertools.combinations(range(480), 2)
        if groups[a] == groups[b]
    ]
    across = [
        math.dist(positions[a], positions[b])
        for a, b in itertools.combinations(range(480), 2)
        if groups[a] != groups[b]
    ]
    assert sum(inside) / len(inside) < 0.5 * sum(across) / len(across)


def test_parts_without_a_link_stay_near() -> None:
    links = [*rings(1, 20), (20, 21, 1.0), (22, 23, 1.0)]
    positions = place(links, [8.0] * 24, [0.0] * 24, find_communities(24, links))
    xs, ys = zip(*positions, strict=True)
    assert max(xs) - min(xs) < 2000
    assert max(ys) - min(ys) < 2000


def test_lonely_nodes_stand_in_rows_below() -> None:
    links = rings(1, 6)
    positions = place(links, [8.0] * 10, [0.0] * 10, find_communities(10, links))
    assert min(y for _, y in positions[6:]) > max(y for _, y in positions[:6])
    assert len(set(positions)) == 10


@pytest.mark.parametrize("count", [0, 1, 3])
def test_graphs_without_a_link(count: int) -> None:
    assert len(set(place([], [8.0] * count, [0.0] * count, find_communities(count, [])))) == count
    assert scores(count, []) == {name: [0.0] * count for name in ("pagerank", "degree", "betweenness")}


def test_scores_are_networkx_measures_as_shares_of_the_largest() -> None:
    links = rings(3, 7)
    graph = nx.Graph()
    graph.add_weighted_edges_from(links)
    found = scores(21, links)
    expected = {
        "pagerank": nx.pagerank(graph, weight="weight", tol=1e-9, max_iter=1000),
        "degree": dict(graph.degree()),
        "betweenness": nx.betweenness_centrality(graph),
    }
    for name, values in expected.items():
        top = max(values.values())
        assert found[name] == pytest.approx([values[i] / top for i in range(21)], abs=1e-4)
