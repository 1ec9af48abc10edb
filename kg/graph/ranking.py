"""A network and the name of a measure -> a ranking, with how exact it is, and pairs that might be linked."""

__all__ = ["Guess", "Ranked", "Ranking", "missing_links", "rank"]

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from kg.errors import InputError, did_you_mean
from kg.graph.arrays import arrays_of
from kg.graph.measures import MEASURES, PAIR_STEPS
from kg.graph.network import Network, undirected
from kg.ontology import ontology

#: More than any sum over common neighbours.
_HUGE = 1e9
_PAIRS_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True)
class Ranked:
    """One node of a ranking; `place` is shared by equal scores, `links` counts neighbours, `evidence` adds up weights."""

    place: int
    iri: str
    label: str
    type: str
    score: float
    links: int
    evidence: int
    documents: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best nodes by one measure; `note` says how exact the scores are, `sources` is None where they are exact."""

    measure: str
    rows: tuple[Ranked, ...]
    sources: int | None
    error: float
    note: str


@dataclass(frozen=True, slots=True)
class Guess:
    """Two nodes without a link that have neighbours in common."""

    first: str
    second: str
    first_label: str
    second_label: str
    score: float
    common: tuple[str, ...]


def rank(
    network: Network,
    by: str = "pagerank",
    *,
    top: int | None = None,
    type: str | None = None,  # noqa: A002
    directed: bool = False,
    sources: int | None = None,
    seed: int = 0,
) -> Ranking:
    """The nodes in the order of a measure, best first, ties by label and IRI.

    Args:
        network: What `kg.graph.network.network` makes.
        by: A key of `MEASURES`.
        top: How many rows; None gives all.
        type: Only nodes of this class or below it; None shows all but events (they are counted in the measure either way).
        directed: Follow the direction of the links. By default a link counts both ways, since the direction of a fact is that
            of its verb ("owns" or "is owned by"); hubs and authorities are always directed.
        sources: Sources of an estimate (betweenness, closeness); None decides by the size.
        seed: Of an estimate.

    Raises:
        InputError: an unknown measure, or one that the network is too large for.
    """
    if by not in MEASURES:
        raise InputError(f"There is no measure {by!r}.{did_you_mean(by, MEASURES)} Measures: {', '.join(MEASURES)}.")
    measure = MEASURES[by]
    seen = network if directed or measure.directed else undirected(network)
    options = {"sources": sources, "seed": seed} if by in ("betweenness", "closeness") else {}
    scores = measure.function(seen, **options)
    shown = [node for node in network if node in scores and _is_shown(network.nodes[node].get("type", "Entity"), type)]
    # equal up to rounding is equal: the order of sums differs between machines
    rounded = {node: float(f"{scores[node]:.9g}") for node in shown}
    shown.sort(key=lambda node: rounded[node] if measure.rising else -rounded[node])
    rows: list[Ranked] = []
    for at, node in enumerate(shown[:top]):
        place = rows[-1].place if rows and rounded[shown[at - 1]] == rounded[node] else at + 1
        rows.append(_ranked(seen, node, place, scores[node]))
    return Ranking(by, tuple(rows), scores.sources, scores.error, _note(by, scores.sources, scores.error))


def _is_shown(kind: str, wanted: str | None) -> bool:
    terms = ontology()
    return terms.is_a(kind, wanted) if wanted else not terms.is_a(kind, "Event")


def _ranked(network: Network, node: str, place: int, score: float) -> Ranked:
    values = network.nodes[node]
    return Ranked(
        place,
        node,
        values.get("label", node),
        values.get("type", "Entity"),
        score,
        int(network.degree(node)),
        int(network.degree(node, weight="weight")),
        values.get("documents", 0),
    )


def _note(by: str, sources: int | None, error: float) -> str:
    if sources is None:
        return "exact"
    if by == "closeness":
        return (
            f"estimated from {sources:,} sources; with 95 % probability no mean distance is off by more than {error:.2g}"
            " of the longest"
        )
    return f"estimated from {sources:,} sources; with 95 % probability no score is off by more than {error:.2g}"


def missing_links(network: Network, *, of: str | None = None, top: int = 20) -> list[Guess]:
    """Pairs without a link that have neighbours in common: who might be connected (Adamic and Adar).

    A(u, v) = sum over common neighbours w of 1 / log k(w), k = number of neighbours. Weighting: none. Direction: ignored.
    Pieces: only pairs within one piece have a score. Events are no ends of a pair, and those who have a part in one event
    count as linked.

    Args:
        network: Directed or not.
        of: Only pairs with this node; None looks at all.
        top: How many pairs.

    Raises:
        InputError: the network is too large to look at all pairs.

    References:
        Adamic, Adar, Social Networks 25(3), 2003. doi:10.1016/S0378-8733(03)00009-1; Liben-Nowell, Kleinberg, JASIST 58(7),
        2007. doi:10.1002/asi.20591
    """
    arrays = arrays_of(network)
    links = arrays.neighbours()
    size = np.diff(links.indptr).astype(float)
    if of is None and float((size * size).sum()) > PAIR_STEPS:
        raise InputError(
            f"The network is too large to look at all pairs ({links.shape[0]:,} nodes). Name one with --of."
        )
    worth = 1 / np.log(np.where(size > 1, size, np.inf))
    weighed = _scaled(links, worth)
    events = np.array([_is_event(network, node) for node in arrays.nodes], dtype=bool)
    told = _scaled(links, events.astype(float)) if events.any() else None
    best: list[tuple[float, int, int]] = []
    for rows in [_only(arrays.nodes, of)] if of is not None else _chunks(links, size):
        found = weighed[rows] @ links
        # those who are linked, or have a part in one event, need no guess
        known = links[rows] if told is None else links[rows] + told[rows] @ links
        fresh = (found - _HUGE * known).tocoo()
        a, b, score = fresh.row + rows.start, fresh.col, np.round(fresh.data, 9)
        keep = (score > 0) & ((a != b) if of is not None else (a < b)) & ~events[a] & ~events[b]
        keep[keep] = _is_among_best(score[keep], top)
        best += zip((-score[keep]).tolist(), a[keep].tolist(), b[keep].tolist(), strict=True)
        best = sorted(best)[:top]
    return [_guess(network, arrays.nodes, links, -score, a, b) for score, a, b in best]


def _only(nodes: tuple[str, ...], node: str) -> slice:
    if node not in nodes:
        return slice(0, 0)
    at = nodes.index(node)
    return slice(at, at + 1)


def _chunks(links: sparse.csr_array, size: NDArray[np.float64]) -> Iterator[slice]:
    """Rows whose pairs fit into memory together."""
    steps = np.cumsum(links @ size)
    first = 0
    while first < len(steps):
        done = steps[first - 1] if first else 0.0
        last = max(first + 1, int(np.searchsorted(steps, done + _PAIRS_AT_ONCE)))
        yield slice(first, last)
        first = last


def _is_among_best(score: NDArray[np.float64], top: int) -> NDArray[np.bool_]:
    if len(score) <= top:
        return np.ones(len(score), dtype=bool)
    least = np.partition(score, len(score) - top)[len(score) - top]
    found: NDArray[np.bool_] = score >= least
    return found


def _scaled(links: sparse.csr_array, factors: NDArray[np.float64]) -> sparse.csr_array:
    return (links @ sparse.dia_array((factors[None, :], [0]), shape=links.shape)).tocsr()


def _is_event(network: Network, node: str) -> bool:
    return ontology().is_a(network.nodes[node].get("type", "Entity"), "Event")


def _guess(network: Network, nodes: tuple[str, ...], links: sparse.csr_array, score: float, a: int, b: int) -> Guess:
    common = np.intersect1d(
        links.indices[links.indptr[a] : links.indptr[a + 1]], links.indices[links.indptr[b] : links.indptr[b + 1]]
    )
    labels = [str(network.nodes[node].get("label", node)) for node in nodes]
    return Guess(nodes[a], nodes[b], labels[a], labels[b], score, tuple(labels[c] for c in common.tolist()))
