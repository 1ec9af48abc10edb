"""Two nodes of a network -> the shortest ways between them, each step with what it rests on; one node -> its surroundings."""

__all__ = ["Path", "Step", "ego", "find_paths", "find_ways"]

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

import networkx as nx

from kg.errors import InputError
from kg.graph.network import Network, part_of, undirected
from kg.graph.sentences import Basis, basis_of
from kg.graph.store import Store

#: Paths of one length that are compared before the best are taken; hubs can join two nodes in millions of ways.
MAX_COMPARED = 100


@dataclass(frozen=True, slots=True)
class Step:
    """One link of a path, from `source` to `target` as the path goes; each basis keeps its own direction."""

    source: str
    target: str
    source_label: str
    target_label: str
    weight: int
    bases: tuple[Basis, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """A way from one node to another; `distance` is the sum of 1/weight over its steps."""

    distance: float
    steps: tuple[Step, ...]


def find_paths(network: Network, store: Store, a: str, b: str, *, k: int = 3) -> list[Path]:
    """The k shortest ways from a to b without a loop: fewest links first, of equally many those with most evidence.

    Weighting: links are counted, `distance` breaks ties (of at most `MAX_COMPARED` paths of one length). Direction: ignored,
    a fact joins both its ends. Pieces: no path between two, so the list is empty; it is empty for a node and itself too.

    References:
        Yen, Management Science 17(11), 1971. doi:10.1287/mnsc.17.11.712

    Raises:
        InputError: k is less than 1.
    """
    if k < 1:
        raise InputError(f"The number of paths must be 1 or more, not {k}.")
    both = undirected(network)
    return [Path(distance, tuple(_steps(both, store, nodes))) for distance, nodes in find_ways(both, a, b, k=k)]


def find_ways(both: Network, a: str, b: str, *, k: int = 3) -> list[tuple[float, list[str]]]:
    """As `find_paths`, for an undirected network: distance and nodes of each path, nothing on what they rest on."""
    if a == b or a not in both or b not in both or not nx.has_path(both, a, b):
        return []
    ways: list[tuple[int, float, list[tuple[str, str]], list[str]]] = []
    for nodes in _candidates(both, a, b, k):
        distance = sum(both.edges[pair].get("distance", 1.0) for pair in pairwise(nodes))
        names = [(str(both.nodes[node].get("label", node)), node) for node in nodes]
        ways.append((len(nodes), round(distance, 9), names, nodes))
    ways.sort(key=lambda way: way[:3])
    return [(way[1], way[3]) for way in ways[:k]]


def _candidates(both: Network, a: str, b: str, k: int) -> Iterator[list[str]]:
    """The first k paths, and all others of the length of the last, up to a limit."""
    longest = 0
    for number, nodes in enumerate(islice(nx.shortest_simple_paths(both, a, b), k + MAX_COMPARED)):
        if number >= k and len(nodes) > longest:
            return
        longest = max(longest, len(nodes))
        yield nodes


def _steps(both: Network, store: Store, nodes: list[str]) -> Iterator[Step]:
    for source, target in pairwise(nodes):
        values = both.edges[source, target]
        # plain facts before claims, the surest first
        bases = sorted(
            (basis_of(store, iri) for iri in values.get("facts", ())),
            key=lambda basis: (bool(basis.status), -(basis.confidence or 0), basis.says, basis.iri),
        )
        first, second = (str(both.nodes[node].get("label", node)) for node in (source, target))
        yield Step(source, target, first, second, int(values.get("weight", 1)), tuple(bases))


def ego(network: Network, node: str, *, hops: int = 1) -> Network:
    """The part of the network within some links of a node, in either direction, with all links among these nodes."""
    both = undirected(network)
    near = nx.single_source_shortest_path_length(both, node, cutoff=hops)
    return part_of(network, near)
