"""A networkx graph -> the same links as a sparse matrix, kept beside the graph until it changes."""

__all__ = ["Arrays", "arrays_of", "keep_arrays"]

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

if TYPE_CHECKING:
    import networkx as nx

#: Key in the cache that every networkx graph has for its backends, and that adding or removing anything clears.
_KEY = "dateline arrays"


@dataclass(frozen=True, slots=True)
class Arrays:
    """Row -> column for each link, in the order of `nodes`; both ways where the graph is undirected."""

    nodes: tuple[str, ...]
    weight: sparse.csr_array
    distance: sparse.csr_array
    directed: bool

    def neighbours(self) -> sparse.csr_array:
        """Links without weight or direction and without loops: 1 for each neighbour."""
        pattern = self.weight.copy()
        pattern.data = np.ones(len(pattern.data))
        if self.directed:
            pattern = pattern.maximum(pattern.T).tocsr()
        return without_loops(pattern)


def arrays_of(graph: "nx.Graph[str]") -> Arrays:
    """The graph as a sparse matrix, made at the first call."""
    cache: dict[str, Any] = graph.__networkx_cache__
    if _KEY not in cache:
        number = {node: at for at, node in enumerate(graph)}
        rows: list[int] = []
        columns: list[int] = []
        weights: list[float] = []
        for node, around in graph.adjacency():
            rows += [number[node]] * len(around)
            columns += map(number.__getitem__, around)
            weights += [values.get("weight", 1) for values in around.values()]
        cache[_KEY] = _arrays(tuple(graph), rows, columns, weights, directed=graph.is_directed())
    kept: Arrays = cache[_KEY]
    return kept


def keep_arrays(
    graph: "nx.Graph[str]", a: NDArray[np.int64], b: NDArray[np.int64], weight: NDArray[np.float64]
) -> None:
    """Keep the links that the graph was just built from: numbers of nodes in its order, each link once."""
    if not graph.is_directed():
        apart = a != b
        a, b = np.concatenate([a, b[apart]]), np.concatenate([b, a[apart]])
        weight = np.concatenate([weight, weight[apart]])
    graph.__networkx_cache__[_KEY] = _arrays(tuple(graph), a, b, weight, directed=graph.is_directed())


def without_loops(matrix: sparse.csr_array) -> sparse.csr_array:
    """The matrix with nothing on its diagonal."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    if not (rows == matrix.indices).any():
        return matrix
    other = matrix.copy()
    other.data = np.where(rows == matrix.indices, 0, matrix.data)
    other.eliminate_zeros()
    return other


def _arrays(
    nodes: tuple[str, ...], a: Iterable[int], b: Iterable[int], weight: Iterable[float], *, directed: bool
) -> Arrays:
    count = len(nodes)
    strengths = sparse.csr_array(
        (np.asarray(weight, dtype=float), (np.asarray(a, dtype=np.int64), np.asarray(b, dtype=np.int64))),
        shape=(count, count),
    )
    strengths.sort_indices()
    distance = strengths.copy()
    distance.data = 1 / distance.data
    return Arrays(nodes, strengths, distance, directed)
