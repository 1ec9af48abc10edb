"""A network -> one number for each node: who matters, who connects, who is in the middle.

Every measure takes a networkx graph as `kg.graph.network.network` makes it (any graph with `weight` and `distance` on its
edges will do) and gives a dict in the order of the graph's nodes. The work is done on one sparse matrix, kept beside the
graph until it changes; the numbers equal networkx's own to 1e-6. `weight` is a strength, `distance` (1/weight) a length:
each docstring says which one counts, what direction means and what becomes of a network in several pieces.
"""

__all__ = [
    "MEASURES",
    "Measure",
    "Scores",
    "authorities",
    "betweenness",
    "bridges",
    "closeness",
    "clustering",
    "components",
    "constraint",
    "core_number",
    "degree",
    "eigenvector",
    "hubs",
    "pagerank",
    "strength",
]

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import rustworkx as rx
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from kg.errors import InputError
from kg.graph.arrays import Arrays, arrays_of, without_loops
from kg.graph.network import Network

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Sources x (nodes + links) up to which betweenness and closeness are exact: about 5 s on one core (measured 2026-11).
EXACT_STEPS = 400_000_000
#: Fewest and most sources of an estimate.
SOURCES = (100, 1000)
#: Links x mean links of a neighbour up to which the measures that look at pairs of neighbours run: about 20 s.
PAIR_STEPS = 1_500_000_000
#: Two path lengths are equal when they differ by less than this share: sums of 1/weight are rounded.
_SAME = 1e-10
_CONFIDENCE = 0.95


class Scores(dict[str, float]):
    """Node -> score, with how exact it is.

    `sources` is None where the scores are exact; else the number of nodes they are estimated from, and `error` the most that
    any score is off, with 95 % probability.
    """

    sources: int | None = None
    error: float = 0.0


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure as `kg rank` offers it.

    `says`: what a high rank means; `directed`: without the direction of links it says nothing; `rising`: the lowest score is
    the best.
    """

    function: Callable[..., Scores]
    says: str
    directed: bool = False
    rising: bool = False


def degree(network: Network) -> Scores:
    """Number of links: k(v) = |{u : v-u}|.

    Weighting: none. Direction: links in and out are added, so that a pair linked both ways counts twice. Pieces: no matter.

    References:
        Freeman, Social Networks 1(3), 1978. doi:10.1016/0378-8733(78)90021-7
    """
    return Scores({node: float(count) for node, count in network.degree()})


def strength(network: Network) -> Scores:
    """Evidence on all links together: s(v) = sum over u of w(v, u).

    Weighting: strength. Direction: in and out are added. Pieces: no matter.

    References:
        Barrat et al., PNAS 101(11), 2004. doi:10.1073/pnas.0400087101
    """
    return Scores({node: float(total) for node, total in network.degree(weight="weight")})


def pagerank(network: Network, *, damping: float = 0.85) -> Scores:
    """Where a reader ends up who follows links at random: p = d (p W + what nodes without links hold / n) + (1 - d) / n.

    W has rows w(v, u) / sum of w(v, .). Weighting: strength. Direction: along the links; being linked to counts. Pieces: each
    node is reached by the random jumps, so that pieces share the whole by their size. The scores add up to 1.

    Args:
        network: Directed or not.
        damping: Share of steps that follow a link.

    References:
        Page, Brin, Motwani, Winograd, Stanford InfoLab 1999-66, 1999; Langville, Meyer, Internet Mathematics 1(3), 2004.
        doi:10.1080/15427951.2004.10129091
    """
    arrays = arrays_of(network)
    count = len(arrays.nodes)
    if not count:
        return Scores()
    out = np.asarray(arrays.weight.sum(axis=1)).ravel()
    share = np.divide(1.0, out, out=np.zeros(count), where=out > 0)
    turned = (sparse.dia_array((share[None, :], [0]), shape=(count, count)) @ arrays.weight).T.tocsr()
    empty = np.flatnonzero(out == 0)
    found = np.full(count, 1 / count)
    for _ in range(1000):
        before = found
        found = damping * (turned @ before + before[empty].sum() / count) + (1 - damping) / count
        if np.abs(found - before).sum() < 1e-12:
            break
    return _scores(arrays, found / found.sum())


def eigenvector(network: Network) -> Scores:
    """Linked to those who are well linked: x(v) = (1 / lambda) sum over u of w(u, v) x(u), for the largest lambda; |x| = 1.

    Weighting: strength. Direction: along the links; being linked to counts. Pieces: the piece with the largest lambda takes
    all, the others come near 0; where two are equally large both share (the iteration starts from equal values).

    Raises:
        InputError: a directed network in which almost no links lead in a circle has no such vector.

    References:
        Bonacich, American Journal of Sociology 92(5), 1987. doi:10.1086/228631
    """
    arrays = arrays_of(network)
    count = len(arrays.nodes)
    if not count:
        return Scores()
    turned = arrays.weight.T.tocsr()
    found = np.full(count, 1 / math.sqrt(count))
    for _ in range(20_000):
        before = found
        found = before + turned @ before
        found /= np.linalg.norm(found)
        if np.abs(found - before).sum() < 1e-10 * count:
            return _scores(arrays, found)
    raise InputError("This directed network has no eigenvector centrality: its links lead in no circle. Use pagerank.")


def hubs(network: Network) -> Scores:
    """Linking to those who are much linked to (HITS): h = A a, a = A' h; the scores add up to 1.

    Weighting: strength. Direction: along the links; in an undirected network hubs equal authorities. Pieces: the one with the
    largest singular value takes all.

    References:
        Kleinberg, Journal of the ACM 46(5), 1999. doi:10.1145/324133.324140
    """
    arrays = arrays_of(network)
    return _scores(arrays, _hubs(arrays.weight))


def authorities(network: Network) -> Scores:
    """Linked to by good hubs (HITS): a = A' h, h = A a; the scores add up to 1.

    Weighting, direction, pieces and reference: as for `hubs`.
    """
    arrays = arrays_of(network)
    return _scores(arrays, _hubs(arrays.weight.T.tocsr()))


def _hubs(matrix: sparse.csr_array) -> Floats:
    count = matrix.shape[0]
    if not matrix.nnz:
        return np.full(count, 1 / count) if count else np.zeros(0)
    turned = matrix.T.tocsr()
    found = np.full(count, 1 / count)
    for _ in range(20_000):
        before = found
        found = matrix @ (turned @ before)
        found /= found.sum()
        if np.abs(found - before).sum() < 1e-12:
            break
    return found


def betweenness(network: Network, *, sources: int | None = None, seed: int = 0) -> Scores:
    """Share of shortest paths that pass through a node: sum over s, t of sigma(s, t | v) / sigma(s, t), over (n-1)(n-2).

    Weighting: distance (1 / weight), so that much evidence makes a link short. Paths whose lengths differ by less than
    1e-10 count as equal. Direction: paths follow the links. Pieces: pairs without a path add nothing.

    Args:
        network: Directed or not.
        sources: Number of nodes s that are drawn; None takes all up to `EXACT_STEPS` and as many as that allows above.
        seed: Of the drawing.

    Returns:
        Scores in 0..1. Where they are estimated, `error` is the smaller of Hoeffding's and the empirical Bernstein bound,
        over all nodes at once.

    References:
        Brandes, J. Mathematical Sociology 25(2), 2001. doi:10.1080/0022250X.2001.9990249; sampling: Brandes, Pich, Int. J.
        Bifurcation and Chaos 17(7), 2007. doi:10.1142/S0218127407018403; bounds: Hoeffding, JASA 58(301), 1963.
        doi:10.1080/01621459.1963.10500830; Maurer, Pontil, COLT 2009. arXiv:0907.3740
    """
    arrays = arrays_of(network)
    count = len(arrays.nodes)
    if count < 3:
        return _scores(arrays, np.zeros(count))
    chosen = _sources(arrays, sources, seed)
    total, squares = np.zeros(count), np.zeros(count)
    for source, lengths in _lengths(arrays.distance, chosen):
        share = _dependencies(arrays.distance, source, lengths) / (count - 2)
        share[source] = 0
        total += share
        squares += share * share
    drawn = np.full(count, float(len(chosen)))
    # a node's own paths are no evidence on how many pass through it
    drawn[chosen] -= 1
    mean = total / np.maximum(drawn, 1)
    scores = _scores(arrays, mean)
    if len(chosen) < count:
        scores.sources = len(chosen)
        variance = np.maximum(squares / np.maximum(drawn, 1) - mean**2, 0)
        scores.error = _error(float(variance.max()), len(chosen) - 1, count)
    return scores


def closeness(network: Network, *, sources: int | None = None, seed: int = 0) -> Scores:
    """How near a node is to all others: C(v) = (r - 1) / (n - 1) * (r - 1) / sum of d(u, v), r = nodes that reach v.

    Weighting: distance (1 / weight). Direction: paths lead to v. Pieces: the factor (r - 1) / (n - 1) keeps small pieces small
    (Wasserman and Faust).

    Args:
        network: Directed or not.
        sources: Number of nodes u that are drawn; None takes all up to `EXACT_STEPS` and as many as that allows above.
        seed: Of the drawing.

    Returns:
        Scores, 0 for a node that nobody reaches. Where they are estimated, `error` is Hoeffding's bound on the mean distance,
        as a share of the longest distance met.

    References:
        Freeman, Social Networks 1(3), 1978. doi:10.1016/0378-8733(78)90021-7; Wasserman, Faust, Social Network Analysis,
        1994. doi:10.1017/CBO9780511815478; sampling: Eppstein, Wang, J. Graph Algorithms and Applications 8(1), 2004.
        doi:10.7155/jgaa.00081
    """
    arrays = arrays_of(network)
    count = len(arrays.nodes)
    if count < 2:
        return _scores(arrays, np.zeros(count))
    chosen = _sources(arrays, sources, seed)
    total, reached = np.zeros(count), np.zeros(count)
    for _, lengths in _lengths(arrays.distance, chosen):
        near = np.isfinite(lengths)
        total[near] += lengths[near]
        reached += near
    drawn = np.full(count, float(len(chosen)))
    drawn[chosen] -= 1
    reached[chosen] -= 1
    scale = np.divide(count - 1, drawn, out=np.zeros(count), where=drawn > 0)
    # total and reached grow by the same factor, which the quotient of the two squares out once
    values = np.divide(reached * reached * scale, total, out=np.zeros(count), where=total > 0) / (count - 1)
    scores = _scores(arrays, values)
    if len(chosen) < count:
        scores.sources = len(chosen)
        scores.error = math.sqrt(math.log(2 * count / (1 - _CONFIDENCE)) / (2 * len(chosen)))
    return scores


def _scores(arrays: Arrays, values: NDArray[Any]) -> Scores:
    return Scores(zip(arrays.nodes, values.tolist(), strict=True))


def _sources(arrays: Arrays, wanted: int | None, seed: int) -> Ints:
    count = len(arrays.nodes)
    steps = count + arrays.distance.nnz
    if wanted is None:
        wanted = count if count * steps <= EXACT_STEPS else int(min(max(EXACT_STEPS // steps, SOURCES[0]), SOURCES[1]))
    if wanted < 2:
        raise InputError(f"An estimate needs at least 2 sources, not {wanted}.")
    if wanted >= count:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, wanted, replace=False))


def _lengths(distance: sparse.csr_array, chosen: Ints) -> Iterator[tuple[int, Floats]]:
    """Source -> distances to all nodes (infinite where there is no path); some sources at once, within 64 MB."""
    at_once = max(1, 8_000_000 // max(distance.shape[0], 1))
    for first in range(0, len(chosen), at_once):
        part = chosen[first : first + at_once]
        rows = csgraph.dijkstra(distance, directed=True, indices=part)
        yield from zip(part.tolist(), rows, strict=True)


def _dependencies(distance: sparse.csr_array, source: int, lengths: Floats) -> Floats:
    """Brandes' dependencies of one source on every node.

    The links on shortest paths form a matrix P that is 0 after as many powers as the longest of these paths has links, so that
    path counts and dependencies are short sums: sigma = sum of P^i e, y = sum of P'^i (1 / sigma).
    """
    count = len(lengths)
    from_ = np.repeat(np.arange(count), np.diff(distance.indptr))
    to = distance.indices
    with np.errstate(invalid="ignore"):
        on_path = lengths[from_] + distance.data <= lengths[to] * (1 + _SAME)
    on_path &= np.isfinite(lengths[to])
    a, b = from_[on_path], to[on_path]
    forward = sparse.csr_array((np.ones(len(a)), (b, a)), shape=(count, count))
    start = np.zeros(count)
    start[source] = 1
    sigma = _sum_of_powers(forward, start)
    reached = sigma > 0
    inverse = np.divide(1.0, sigma, out=np.zeros(count), where=reached)
    found: Floats = sigma * _sum_of_powers(forward.T.tocsr(), inverse) - reached
    return found


def _sum_of_powers(matrix: sparse.csr_array, start: Floats) -> Floats:
    total, step = start.copy(), start
    while True:
        step = matrix @ step
        if not step.any():
            return total
        total += step


def _error(variance: float, drawn: int, count: int) -> float:
    """Most that a mean of `drawn` values in 0..1 is off, for all `count` nodes at once, with 95 % probability."""
    doubt = (1 - _CONFIDENCE) / 2
    hoeffding = math.sqrt(math.log(2 * count / doubt) / (2 * drawn))
    log = math.log(4 * count / doubt)
    unbiased = variance * drawn / max(drawn - 1, 1)
    bernstein = math.sqrt(2 * unbiased * log / drawn) + 7 * log / (3 * max(drawn - 1, 1))
    return min(1.0, hoeffding, bernstein)


def core_number(network: Network) -> Scores:
    """The largest k such that the node is in a part of the network where everybody has at least k links to the others.

    Weighting: none. Direction: links in and out are added. Pieces: no matter.

    References:
        Seidman, Social Networks 5(3), 1983. doi:10.1016/0378-8733(83)90028-X; Batagelj, Zaversnik, 2003. arXiv:cs/0310049
    """
    arrays = arrays_of(network)
    links = arrays.weight.copy()
    links.data = np.ones(len(links.data))
    links = without_loops(links)
    if arrays.directed:
        links = (links + links.T).tocsr()
    left = np.asarray(links.sum(axis=1)).ravel()
    cores, alive, k = np.zeros(len(left)), np.ones(len(left), dtype=bool), 0.0
    while alive.any():
        k = max(k, float(left[alive].min()))
        peel = np.flatnonzero(alive & (left <= k))
        while len(peel):
            cores[peel], alive[peel] = k, False
            around = links[peel]
            left -= np.bincount(around.indices, around.data, minlength=len(left))
            touched = np.unique(around.indices)
            peel = touched[alive[touched] & (left[touched] <= k)]
    return _scores(arrays, cores)


def clustering(network: Network) -> Scores:
    """How many of a node's neighbours are linked to each other: c(v) = 2 T(v) / (k(v) (k(v) - 1)), T = triangles at v.

    Weighting: none. Direction: a link in either direction counts as one. Pieces: no matter; 0 with fewer than two neighbours.

    References:
        Watts, Strogatz, Nature 393, 1998. doi:10.1038/30918
    """
    arrays = arrays_of(network)
    links = arrays.neighbours()
    size = np.diff(links.indptr).astype(float)
    triangles = _triangles(links, size)
    pairs = size * (size - 1) / 2
    return _scores(arrays, np.divide(triangles, pairs, out=np.zeros(len(size)), where=pairs > 0))


def _triangles(links: sparse.csr_array, size: Floats) -> Floats:
    """Triangles at each node; each is found once, from its node of lowest degree, so that hubs cost little."""
    count = len(size)
    place = np.empty(count, dtype=np.int64)
    place[np.lexsort((np.arange(count), size))] = np.arange(count)
    upper = links.tocoo()
    keep = place[upper.row] < place[upper.col]
    up = sparse.csr_array((upper.data[keep], (upper.row[keep], upper.col[keep])), shape=links.shape)
    through = (up @ up).multiply(up).tocsr()
    under = (up.T.tocsr() @ up).multiply(up).tocsr()
    found: Floats = np.asarray(through.sum(axis=1)).ravel() + np.asarray(through.sum(axis=0)).ravel()
    found += np.asarray(under.sum(axis=1)).ravel()
    return found


def constraint(network: Network) -> Scores:
    """How much a node's links lie among each other; the lower, the more the node is a broker between others.

    c(v) = sum over neighbours u of (p(v,u) + sum over q of p(v,q) p(q,u))^2, p(v,u) = share of v's strength that goes to u.
    Weighting: strength. Direction: both directions are added. Pieces: no matter; nodes without links are left out.

    Raises:
        InputError: the network is too large: the measure looks at all pairs of neighbours.

    References:
        Burt, American Journal of Sociology 110(2), 2004. doi:10.1086/421787
    """
    arrays = arrays_of(network)
    weight = arrays.weight + arrays.weight.T
    weight = without_loops(weight.tocsr())
    _refuse_large(weight, "constraint")
    out = np.asarray(weight.sum(axis=1)).ravel()
    share = np.divide(1.0, out, out=np.zeros(len(out)), where=out > 0)
    p = (sparse.dia_array((share[None, :], [0]), shape=weight.shape) @ weight).tocsr()
    pattern = weight.copy()
    pattern.data = np.ones(len(pattern.data))
    values = np.zeros(len(out))
    for first in range(0, len(out), 2000):
        rows = slice(first, first + 2000)
        reach = (p[rows] + (p[rows] @ p).multiply(pattern[rows])).tocsr()
        values[rows] = np.asarray(reach.multiply(reach).sum(axis=1)).ravel()
    return Scores((node, value) for node, value, o in zip(arrays.nodes, values.tolist(), out, strict=True) if o > 0)


def _refuse_large(links: sparse.csr_array, name: str) -> None:
    size = np.diff(links.indptr).astype(float)
    if float((size * size).sum()) > PAIR_STEPS:
        raise InputError(
            f"The network is too large for {name}: {links.shape[0]:,} nodes, {links.nnz // 2:,} links. Narrow it with --type,"
            " --since, --until or --min-confidence, or take --by betweenness, which is estimated."
        )


def components(network: Network) -> list[list[str]]:
    """The pieces of the network that no link joins, largest first, each in the order of the nodes.

    Weighting: none. Direction: ignored (weakly connected).

    References:
        Hopcroft, Tarjan, Communications of the ACM 16(6), 1973. doi:10.1145/362248.362272
    """
    arrays = arrays_of(network)
    if not arrays.nodes:
        return []
    count, piece = csgraph.connected_components(arrays.weight, directed=arrays.directed, connection="weak")
    found: list[list[str]] = [[] for _ in range(count)]
    for node, number in zip(arrays.nodes, piece.tolist(), strict=True):
        found[number].append(node)
    # equal sizes stay in the order of their first nodes
    return sorted(found, key=len, reverse=True)


def bridges(network: Network) -> list[tuple[str, str]]:
    """The links without which a piece of the network would fall in two, in the order of the nodes.

    Weighting: none. Direction: ignored; a pair linked both ways is one link. Pieces: each by itself.

    References:
        Tarjan, Information Processing Letters 2(6), 1974. doi:10.1016/0020-0190(74)90003-9
    """
    links = arrays_of(network).neighbours()
    upper = sparse.triu(links).tocoo()
    plain: rx.PyGraph[int, None] = rx.PyGraph()
    plain.add_nodes_from(range(links.shape[0]))
    plain.add_edges_from_no_data(list(zip(upper.row.tolist(), upper.col.tolist(), strict=True)))
    nodes = tuple(network)
    return [(nodes[a], nodes[b]) for a, b in sorted((min(pair), max(pair)) for pair in rx.bridges(plain))]


#: What `kg rank --by` offers.
MEASURES: dict[str, Measure] = {
    "pagerank": Measure(pagerank, "much linked to by those who are much linked to"),
    "degree": Measure(degree, "many links"),
    "strength": Measure(strength, "much evidence on its links"),
    "betweenness": Measure(betweenness, "on many shortest paths between others"),
    "closeness": Measure(closeness, "near to everybody"),
    "eigenvector": Measure(eigenvector, "linked to those who are well linked"),
    "hubs": Measure(hubs, "links to those who are much linked to", directed=True),
    "authorities": Measure(authorities, "linked to by good hubs", directed=True),
    "k-core": Measure(core_number, "deep inside a dense part"),
    "clustering": Measure(clustering, "its neighbours are linked to each other"),
    "broker": Measure(constraint, "its neighbours are little linked to each other (low constraint)", rising=True),
}
