"""Numbered nodes and weighted links -> communities, sizes and positions that are the same on every run.

Up to `SMALL` nodes are laid out by forces at once. Above, each community is laid out by itself, the communities are then
placed as discs that attract and do not overlap, and a last pass pulls linked nodes of different communities together. Time
grows with the sum of the squares of the community sizes, not of the graph.

References:
    Blondel et al., J. Stat. Mech. 2008 P10008 (Louvain). doi:10.1088/1742-5468/2008/10/P10008
    Jacomy et al., PLoS ONE 9(6), 2014 (ForceAtlas2's forces). doi:10.1371/journal.pone.0098679
"""

__all__ = ["Link", "find_communities", "place", "scores"]

import math
from collections import defaultdict
from collections.abc import Sequence

import networkx as nx
import numpy as np
import rustworkx as rx
from numpy.typing import NDArray
from scipy.spatial import cKDTree

#: Two node numbers and the number of facts between them.
Link = tuple[int, int, float]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SEED = 7
#: More than this many nodes are laid out community by community: the forces between all pairs cost 0.5 s at 300.
SMALL = 300
#: Betweenness is estimated from this many sources above `EXACT` nodes.
SOURCES, EXACT = 32, 1500
_GAP = 7.0


def find_communities(count: int, links: Sequence[Link]) -> list[int]:
    """Community of each node (Louvain, weighted): 0 is the largest; nodes without a link have -1."""
    graph: nx.Graph[int] = nx.Graph()
    graph.add_weighted_edges_from(sorted((a, b, w) for a, b, w in links if a != b))
    found = [-1] * count
    if graph.number_of_edges():
        groups = nx.community.louvain_communities(graph, weight="weight", seed=SEED)
        for number, group in enumerate(sorted(groups, key=lambda group: (-len(group), min(group)))):
            for node in group:
                found[node] = number
    return found


def scores(count: int, links: Sequence[Link]) -> dict[str, list[float]]:
    """PageRank, degree (number of neighbours) and betweenness of each node, each from 0 to 1 (the largest).

    Betweenness counts hops; above `EXACT` nodes it is estimated from `SOURCES` seeded sources.
    """
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(count))
    graph.add_weighted_edges_from((a, b, w) for a, b, w in links if a != b)
    if not graph.number_of_edges():
        return {name: [0.0] * count for name in ("pagerank", "degree", "betweenness")}
    pagerank = nx.pagerank(graph, weight="weight", tol=1e-9, max_iter=1000)
    if count > EXACT:
        between = nx.betweenness_centrality(graph, k=SOURCES, seed=SEED)
    else:
        plain = rx.PyGraph(multigraph=False)
        plain.add_nodes_from(range(count))
        plain.add_edges_from([(a, b, None) for a, b in graph.edges])
        # one thread: sums in another order differ in the last digit
        between = dict(rx.betweenness_centrality(plain, parallel_threshold=count + 1))
    found: dict[str, dict[int, float]] = {"pagerank": pagerank, "degree": dict(graph.degree()), "betweenness": between}
    return {name: _share([values[i] for i in range(count)]) for name, values in found.items()}


def place(
    links: Sequence[Link], radii: Sequence[float], widths: Sequence[float], groups: Sequence[int]
) -> list[tuple[int, int]]:
    """Whole-number positions with no two nodes over each other.

    Args:
        links: Pairs with their weight.
        radii: Radius of each node.
        widths: Width of each label, kept free in small graphs; 0 where a label may be left out.
        groups: Community of each node; nodes of one community are drawn together, -1 are set in rows below.
    """
    count = len(radii)
    if not count:
        return []
    positions = np.zeros((count, 2))
    linked = np.array([i for i in range(count) if groups[i] >= 0], dtype=np.int64)
    size = np.asarray(radii, dtype=np.float64)
    if len(linked):
        number = {int(node): at for at, node in enumerate(linked)}
        inner = [(number[a], number[b], w) for a, b, w in links if a != b and a in number and b in number]
        kind = np.array([groups[i] for i in linked], dtype=np.int64)
        wide = np.asarray(widths, dtype=np.float64)[linked]
        positions[linked] = _place_linked(inner, size[linked], wide, kind)
    _set_rows(positions, [i for i in range(count) if groups[i] < 0], linked)
    return [(round(float(x)), round(float(y))) for x, y in positions]


def _place_linked(links: list[Link], size: Floats, wide: Floats, groups: Ints) -> Floats:
    if len(size) <= SMALL:
        a, b, w = _arrays(links)
        weight = (1 + np.log1p(w)) * np.where(groups[a] == groups[b], 1.0, 0.3)
        positions = _forces(len(size), a, b, weight, size)
        boxes = (np.maximum(2 * size, wide) + 14) * (2 * size + 30)
        return _push_apart(_to_area(positions, 1.7 * float(boxes.sum())), size, wide)
    positions = _by_community(links, size, groups)
    positions = _pull_together(positions, links, size, groups)
    return _spread(positions, size + _GAP / 2, rounds=60)


def _arrays(links: Sequence[Link]) -> tuple[Ints, Ints, Floats]:
    a = np.array([link[0] for link in links], dtype=np.int64)
    b = np.array([link[1] for link in links], dtype=np.int64)
    return a, b, np.array([link[2] for link in links], dtype=np.float64)


def _forces(count: int, a: Ints, b: Ints, weight: Floats, size: Floats, rounds: int = 400) -> Floats:
    """All pairs repel, links attract, gravity holds parts without a link between them near."""
    chance = np.random.default_rng(SEED)
    degree = 1.0 + np.bincount(np.concatenate([a, b]), minlength=count)
    reach = 4.5 * float(np.mean(size)) + 30
    positions: Floats = chance.normal(size=(count, 2)) * reach * np.sqrt(count) / 2
    mass: Floats = np.sqrt(degree)
    repel = 1.6 * reach * reach * mass[:, None] * mass[None, :]
    step = reach
    for turn in range(rounds):
        apart = positions[:, None, :] - positions[None, :, :]
        distance2 = np.einsum("ijk,ijk->ij", apart, apart) + 0.01 * reach
        move = np.einsum("ij,ijk->ik", repel / distance2, apart)
        pull = (positions[a] - positions[b]) * weight[:, None]
        for axis in (0, 1):
            move[:, axis] -= np.bincount(a, pull[:, axis], minlength=count) - np.bincount(
                b, pull[:, axis], minlength=count
            )
        move -= positions * (0.5 * mass[:, None])
        length = np.sqrt(np.einsum("ik,ik->i", move, move)) + 1e-9
        limit = step * (1 - turn / rounds) + 0.5
        positions += move * (np.minimum(length * 0.05, limit) / length)[:, None]
    return positions


def _by_community(links: list[Link], size: Floats, groups: Ints) -> Floats:
    """Each community by itself, then all of them as discs."""
    members = [np.flatnonzero(groups == number) for number in sorted(set(groups.tolist()))]
    at_group = {int(node): (g, i) for g, nodes in enumerate(members) for i, node in enumerate(nodes)}
    inside: dict[int, list[Link]] = defaultdict(list)
    between: dict[tuple[int, int], float] = defaultdict(float)
    for one, other, weight in links:
        (g, i), (h, j) = at_group[one], at_group[other]
        if g == h:
            inside[g].append((i, j, weight))
        else:
            between[min(g, h), max(g, h)] += weight
    shapes = [_one_community(inside[g], size[nodes]) for g, nodes in enumerate(members)]
    # stragglers of a community may stand between those of the next: the disc holds nine of ten
    discs = np.array([float(np.quantile(np.sqrt((shape**2).sum(axis=1)), 0.9)) + 24.0 for shape in shapes])
    centres = _place_discs(between, discs)
    positions = np.zeros((len(size), 2))
    for g, nodes in enumerate(members):
        positions[nodes] = shapes[g] + centres[g]
    return positions


def _one_community(links: list[Link], size: Floats) -> Floats:
    count = len(size)
    if count == 1:
        return np.zeros((1, 2))
    a, b, w = _arrays(links)
    if count <= SMALL:
        rounds = 120 if count > 60 else 160
        positions = _forces(count, a, b, 1 + np.log1p(w), size, rounds)
    else:
        graph = rx.PyGraph()
        graph.add_nodes_from(range(count))
        graph.add_edges_from([(one, other, 1 + float(np.log1p(weight))) for one, other, weight in links])
        found = rx.spring_layout(graph, seed=SEED, weight_fn=float, num_iter=60)
        positions = np.array([found[i] for i in range(count)])
    # stragglers far from a dense middle are drawn in, the middle is opened: the community fills its disc
    away = np.sqrt(((positions - positions.mean(axis=0)) ** 2).sum(axis=1)) + 1e-6
    positions = (positions - positions.mean(axis=0)) * (away**-0.35)[:, None]
    positions = _to_area(positions, 5.5 * float(((2 * size + _GAP) ** 2).sum()))
    positions = _spread(positions, size + _GAP, rounds=60)
    centred: Floats = positions - positions.mean(axis=0)
    return centred


def _to_area(positions: Floats, area: float) -> Floats:
    """The same picture scaled so that it covers about this area, a little wider than high as screens are."""
    middle = _turned(positions - positions.mean(axis=0))
    spread = middle.std(axis=0) * 3.4 + 1e-6
    # two names, or a row of them, have no height of their own
    spread = np.maximum(spread, 0.3 * float(spread.max()))
    scaled: Floats = middle * math.sqrt(area / float(spread[0] * spread[1])) * np.array([1.12, 0.9])
    return scaled


def _place_discs(between: dict[tuple[int, int], float], discs: Floats) -> Floats:
    """Discs that share links attract each other; all are drawn to the middle and none overlap."""
    count = len(discs)
    chance = np.random.default_rng(SEED)
    turn = np.arange(count) * 2.399963  # the golden angle: the largest discs start in the middle
    spread = np.sqrt(np.cumsum(discs**2))
    centres = np.stack([np.cos(turn), np.sin(turn)], axis=1) * spread[:, None] + chance.normal(size=(count, 2))
    pairs = sorted(between)
    a, b = (np.array([pair[k] for pair in pairs], dtype=np.int64) for k in (0, 1))
    weight = np.array([np.log1p(between[pair]) for pair in pairs])
    weight = weight / weight.max() if len(weight) else weight
    for round_ in range(160):
        cool = 1 - round_ / 160
        pull = (centres[a] - centres[b]) * weight[:, None] * 0.06 * cool
        for axis in (0, 1):
            centres[:, axis] -= np.bincount(a, pull[:, axis], minlength=count) - np.bincount(
                b, pull[:, axis], minlength=count
            )
        centres *= np.array([1 - 0.04 * cool, 1 - 0.055 * cool])
        centres = _spread(centres, discs, rounds=4)
    return _spread(centres, discs, rounds=80)


def _pull_together(positions: Floats, links: list[Link], size: Floats, groups: Ints) -> Floats:
    """A few small steps of every node towards its neighbours: bridges move to the border that they cross."""
    a, b, w = _arrays(links)
    weight = (1 + np.log1p(w)) * np.where(groups[a] == groups[b], 0.5, 0.25)
    total = np.bincount(a, weight, minlength=len(size)) + np.bincount(b, weight, minlength=len(size)) + 1.0
    for _ in range(12):
        target = positions.copy()
        for axis in (0, 1):
            ahead = np.bincount(a, weight * positions[b, axis], minlength=len(size))
            behind = np.bincount(b, weight * positions[a, axis], minlength=len(size))
            target[:, axis] = (ahead + behind + positions[:, axis]) / total
        positions = _spread(positions + (target - positions) * 0.06, size + _GAP / 2, rounds=3)
    return positions


def _spread(positions: Floats, size: Floats, rounds: int) -> Floats:
    """Push overlapping discs apart; only near pairs are looked at, so that it takes thousands of nodes."""
    positions = positions.copy()
    for _ in range(rounds):
        pairs = cKDTree(positions).query_pairs(2 * float(size.max()), output_type="ndarray")
        if not len(pairs):
            break
        pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
        a, b = pairs[:, 0], pairs[:, 1]
        apart = positions[a] - positions[b]
        distance = np.sqrt((apart**2).sum(axis=1))
        same = distance < 1e-6
        apart[same] = np.stack([np.cos(a[same] * 1.0), np.sin(b[same] * 1.0)], axis=1)
        distance = np.maximum(distance, 1e-6)
        missing = np.maximum(size[a] + size[b] - distance, 0)
        if not missing.any():
            break
        share = (size[b] / (size[a] + size[b]))[:, None]
        push = apart * (missing / np.maximum(np.sqrt((apart**2).sum(axis=1)), 1e-6))[:, None] * 0.6
        for axis in (0, 1):
            positions[:, axis] += np.bincount(a, push[:, axis] * share[:, 0], minlength=len(size))
            positions[:, axis] -= np.bincount(b, push[:, axis] * (1 - share[:, 0]), minlength=len(size))
    return positions


def _turned(positions: Floats) -> Floats:
    """Turned so that the longest way through the picture runs from left to right."""
    xx, yy = (float((positions[:, k] ** 2).sum()) for k in (0, 1))
    angle = 0.5 * math.atan2(2 * float((positions[:, 0] * positions[:, 1]).sum()), xx - yy)
    cos, sin = math.cos(angle), math.sin(angle)
    x, y = positions[:, 0], positions[:, 1]
    return np.stack([x * cos + y * sin, y * cos - x * sin], axis=1)


def _push_apart(positions: Floats, size: Floats, wide: Floats, rounds: int = 400) -> Floats:
    """Push boxes of node and label apart along the nearer axis: in a small graph every label finds room."""
    half_x, half_y = np.maximum(size, wide / 2) + 4, size + 13
    for _ in range(rounds):
        apart = positions[:, None, :] - positions[None, :, :]
        over_x = half_x[:, None] + half_x[None, :] - np.abs(apart[:, :, 0])
        over_y = half_y[:, None] + half_y[None, :] - np.abs(apart[:, :, 1])
        hit = (over_x > 0) & (over_y > 0)
        np.fill_diagonal(hit, False)
        if not hit.any():
            break
        lower = np.tri(len(size), k=-1, dtype=bool)
        sign = np.where(apart == 0, np.where(lower, 1.0, -1.0)[:, :, None], np.sign(apart))
        sideways = hit & (over_x < over_y)
        upright = hit & ~sideways
        positions = positions + 0.3 * np.stack(
            [
                (np.where(sideways, over_x, 0) * sign[:, :, 0]).sum(axis=1),
                (np.where(upright, over_y, 0) * sign[:, :, 1]).sum(axis=1),
            ],
            axis=1,
        )
    return positions


def _set_rows(positions: Floats, loose: list[int], linked: Ints) -> None:
    """Nodes without a link stand in rows below the others, in their own order."""
    if not loose:
        return
    step_x, step_y = 130.0, 46.0
    drawn = positions[linked] if len(linked) else np.zeros((1, 2))
    width = max(float(np.ptp(drawn[:, 0])), step_x * np.sqrt(len(loose)))
    columns = max(1, int(width // step_x))
    top = float(drawn[:, 1].max()) + (90.0 if len(linked) else 0.0)
    left = float(drawn[:, 0].mean()) - (min(columns, len(loose)) - 1) * step_x / 2
    for at, node in enumerate(loose):
        positions[node] = (left + (at % columns) * step_x, top + (at // columns) * step_y)


def _share(values: list[float]) -> list[float]:
    top = max(values)
    return [round(value / top, 4) if top else 0.0 for value in values]
