"""A networkx graph -> networkx's own measures computed by igraph, as a networkx backend (extra `dateline[fast]`).

`nx.betweenness_centrality(network, weight="distance", backend="dateline")` gives what networkx gives, 20 to 100 times faster.
Nothing is taken over unless a caller names the backend: our own commands never depend on the extra. Where igraph defines a
measure otherwise, its numbers are turned into networkx's; what cannot be turned is refused and stays with networkx.
"""

# ruff: noqa: ARG004, N803 - names and arguments are networkx's

__all__ = ["Backend", "Converted", "backend"]

import math
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import networkx as nx

from kg.errors import InputError

_SMALL = 200


@dataclass(frozen=True, slots=True)
class Converted:
    """A graph of networkx as one of igraph, with the nodes in their order."""

    graph: Any
    nodes: list[Any]
    number: dict[Any, int]
    has_loops: bool
    __networkx_backend__ = "dateline"

    def is_directed(self) -> bool:
        """Whether links have a direction; networkx asks."""
        return bool(self.graph.is_directed())

    def is_multigraph(self) -> bool:
        """Never: multigraphs are not converted."""
        return False

    def __len__(self) -> int:
        return len(self.nodes)


class Backend:
    """The functions that networkx may hand over, under networkx's names and with its arguments."""

    @staticmethod
    def convert_from_nx(graph: Any, *, edge_attrs: dict[str, Any] | None = None, **_: Any) -> Converted:
        """The graph with those attributes of links that the function needs.

        Raises:
            NotImplementedError: a multigraph.
            InputError: igraph is not installed.
        """
        if graph.is_multigraph():
            raise NotImplementedError("Multigraphs stay with networkx.")
        try:
            import igraph
        except ImportError as exc:
            raise InputError("This needs the package igraph: pip install 'dateline[fast]'.") from exc
        nodes = list(graph)
        number = {node: at for at, node in enumerate(nodes)}
        links = [(number[a], number[b]) for a, b in graph.edges()]
        made = igraph.Graph(n=len(nodes), edges=links, directed=graph.is_directed())
        for name, default in (edge_attrs or {}).items():
            made.es[name] = [1 if value is None else value for _, _, value in graph.edges(data=name, default=default)]
        return Converted(made, nodes, number, any(a == b for a, b in links))

    @staticmethod
    def convert_to_nx(result: Any, **_: Any) -> Any:
        """Results are plain dicts and sets already."""
        return result

    @staticmethod
    def can_run(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool | str:
        """True, or why not: loops count otherwise in igraph, and so does what `_REFUSED` lists."""
        graph = args[0] if args else kwargs.get("G")
        if isinstance(graph, nx.Graph) and (graph.is_multigraph() or any(a == b for a, b in graph.edges())):
            return "multigraphs and loops stay with networkx"
        weight = kwargs.get("weight", kwargs.get("distance"))
        if callable(weight):
            return "weights given as a function stay with networkx"
        reason = _REFUSED.get(name)
        return (reason(graph, args, kwargs) if reason else None) or True

    @staticmethod
    def should_run(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool | str:
        """Whether it pays: not for small graphs."""
        graph = args[0] if args else kwargs.get("G")
        if isinstance(graph, nx.Graph) and len(graph) < _SMALL:
            return "small graphs are as fast in networkx"
        return True

    @staticmethod
    def betweenness_centrality(
        G: Any,
        k: int | None = None,
        normalized: bool = True,
        weight: str | None = None,
        endpoints: bool = False,
        seed: Any = None,
    ) -> dict[Any, float]:
        """As networkx: igraph counts each pair of an undirected graph once and does not norm."""
        count = len(G.nodes)
        drawn = None
        if k is not None and k < count:
            chance = seed if hasattr(seed, "sample") else random.Random(seed)
            drawn = [G.number[node] for node in chance.sample(G.nodes, k)]
        values = G.graph.betweenness(weights=weight, sources=drawn)
        if count < 3:
            return dict.fromkeys(G.nodes, 0.0)
        ordered = 1 if G.is_directed() else 2
        pairs = (count - 2) if normalized else ordered * (1 / (count - 1))
        scales = [1 / ((count - 1 if drawn is None else k or 0) * pairs)] * count
        for at in drawn or ():
            # the paths that a node starts say nothing about those that pass through it
            scales[at] = 1 / ((len(drawn or ()) - 1) * pairs) if len(drawn or ()) > 1 else math.nan
        return {node: value * ordered * scale for node, value, scale in zip(G.nodes, values, scales, strict=True)}

    @staticmethod
    def closeness_centrality(
        G: Any,
        u: Any = None,
        distance: str | None = None,
        wf_improved: bool = True,
    ) -> Any:
        """As networkx: igraph looks at the reached nodes alone, networkx lowers the score of small pieces."""
        count = len(G.nodes)
        wanted = range(count) if u is None else [G.number[u]]
        values = G.graph.closeness(vertices=wanted, mode="in", weights=distance, normalized=True)
        reach = G.graph.neighborhood_size(vertices=wanted, order=count, mode="in")
        found = {}
        for at, value, size in zip(wanted, values, reach, strict=True):
            share = (size - 1) / (count - 1) if wf_improved and count > 1 else 1.0
            found[G.nodes[at]] = value * share if size > 1 else 0.0
        return found if u is None else found[u]

    @staticmethod
    def core_number(G: Any) -> dict[Any, int]:
        """As networkx: links in and out are added."""
        return dict(zip(G.nodes, G.graph.coreness(mode="all"), strict=True))

    @staticmethod
    def clustering(G: Any, nodes: Any = None, weight: str | None = None) -> Any:
        """As networkx, for undirected graphs without weight."""
        wanted, single = _wanted(G, nodes)
        values = G.graph.transitivity_local_undirected(vertices=wanted, mode="zero")
        found = {G.nodes[at]: value for at, value in zip(wanted, values, strict=True)}
        return found[nodes] if single else found

    @staticmethod
    def constraint(G: Any, nodes: Any = None, weight: str | None = None) -> dict[Any, float]:
        """As networkx: not a number for a node without links."""
        wanted = range(len(G.nodes)) if nodes is None else [G.number[node] for node in nodes]
        values = G.graph.constraint(vertices=wanted, weights=weight)
        return {G.nodes[at]: value for at, value in zip(wanted, values, strict=True)}

    @staticmethod
    def eigenvector_centrality(
        G: Any,
        max_iter: int = 100,
        tol: float = 1e-6,
        nstart: Any = None,
        weight: str | None = None,
    ) -> dict[Any, float]:
        """As networkx, for connected undirected graphs: igraph scales the largest to 1, networkx the length."""
        values = G.graph.eigenvector_centrality(weights=weight)
        length = math.sqrt(sum(value * value for value in values))
        return {node: value / length for node, value in zip(G.nodes, values, strict=True)}

    @staticmethod
    def connected_components(G: Any) -> Iterator[set[Any]]:
        """As networkx, in the order of first nodes."""
        for members in G.graph.connected_components():
            yield {G.nodes[at] for at in members}

    @staticmethod
    def bridges(G: Any, root: Any = None) -> Iterator[tuple[Any, Any]]:
        """As networkx, in the order of links."""
        piece = None if root is None else set(G.graph.subcomponent(G.number[root]))
        for number in sorted(G.graph.bridges()):
            a, b = G.graph.es[number].tuple
            if piece is None or a in piece:
                yield G.nodes[a], G.nodes[b]

    @staticmethod
    def louvain_communities(
        G: Any,
        weight: str | None = "weight",
        resolution: float = 1,
        threshold: float = 1e-7,
        max_level: int | None = None,
        seed: Any = None,
    ) -> list[set[Any]]:
        """Groups as good as networkx's, not the same ones: the search goes its own way."""
        with _chance_of(seed):
            found = G.graph.community_multilevel(weights=weight, resolution=resolution)
        return [{G.nodes[at] for at in members} for members in found]

    @staticmethod
    def leiden_communities(
        G: Any,
        weight: str | None = "weight",
        resolution: float = 1,
        max_level: int | None = None,
        seed: Any = None,
    ) -> list[set[Any]]:
        """Leiden's groups by modularity, which networkx has no search for."""
        with _chance_of(seed):
            found = G.graph.community_leiden(
                "modularity", weights=weight, resolution=resolution, n_iterations=-1 if max_level is None else max_level
            )
        return [{G.nodes[at] for at in members} for members in found]


def _wanted(graph: Converted, nodes: Any) -> tuple[Iterable[int], bool]:
    """Numbers of the wanted nodes, and whether a single one was named."""
    if nodes is None:
        return range(len(graph.nodes)), False
    try:
        if nodes in graph.number:
            return [graph.number[nodes]], True
    except TypeError:
        pass
    return [graph.number[node] for node in nodes], False


class _chance_of:  # noqa: N801
    """igraph draws from the seed while this is open."""

    def __init__(self, seed: Any) -> None:
        self.chance = seed if hasattr(seed, "random") else random.Random(seed)

    def __enter__(self) -> None:
        import igraph

        igraph.set_random_number_generator(self.chance)

    def __exit__(self, *_: object) -> None:
        import igraph

        igraph.set_random_number_generator(random)


def _if_directed(graph: Any, _args: tuple[Any, ...], _kwargs: dict[str, Any]) -> str | None:
    return "directed graphs stay with networkx" if graph.is_directed() else None


def _if_endpoints(_graph: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str | None:
    return "endpoints stay with networkx" if kwargs.get("endpoints") or (len(args) > 4 and args[4]) else None


def _if_weighted(graph: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str | None:
    if kwargs.get("weight") is not None or (len(args) > 2 and args[2] is not None):
        return "weighted clustering stays with networkx"
    return _if_directed(graph, args, kwargs)


def _if_in_pieces(graph: Any, _args: tuple[Any, ...], kwargs: dict[str, Any]) -> str | None:
    if kwargs.get("nstart") is not None or not isinstance(graph, nx.Graph) or graph.is_directed():
        return "directed graphs and own starts stay with networkx"
    return None if len(graph) and nx.is_connected(graph) else "graphs in several pieces stay with networkx"


_REFUSED: dict[str, Callable[[Any, tuple[Any, ...], dict[str, Any]], str | None]] = {
    "betweenness_centrality": _if_endpoints,
    "bridges": _if_directed,
    "clustering": _if_weighted,
    "connected_components": _if_directed,
    "eigenvector_centrality": _if_in_pieces,
    "leiden_communities": _if_directed,
    "louvain_communities": _if_directed,
}

#: For the entry point `networkx.backends`.
backend = Backend()
