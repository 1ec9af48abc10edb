"""Time our measures against plain networkx, igraph, rustworkx and networkit on made-up co-mention graphs.

CPU seconds, best of some runs; libraries that are not installed are left out. Documents have a topic, names follow Zipf's law,
every pair in a document is linked and the weight is the number of documents.

    python scripts/bench_network.py                 # 10,000 nodes, 50,000 links
    python scripts/bench_network.py --big           # 100,000 nodes, 1,000,000 links
    python scripts/bench_network.py --store         # also: read 1,000,000 facts from a store into a network
"""

import argparse
import gc
import resource
import time
from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np

from kg.graph import communities, measures, paths, ranking
from kg.graph.arrays import arrays_of

SIZES = {"small": (1_000, 5_000), "default": (10_000, 50_000), "big": (100_000, 1_000_000)}


def co_mentions(nodes: int, links: int, seed: int = 1) -> dict[tuple[int, int], int]:
    """Pairs with the number of documents that name both."""
    chance = np.random.default_rng(seed)
    topics = max(2, nodes // 200)
    topic_of = chance.integers(topics, size=nodes)
    members = [np.flatnonzero(topic_of == topic) for topic in range(topics)]
    popular = chance.permutation(nodes)[: max(10, nodes // 50)]
    found: dict[tuple[int, int], int] = {}
    while len(found) < links:
        cast = members[chance.integers(topics)]
        size = int(chance.integers(3, 12))
        picked = set(cast[np.minimum((chance.pareto(0.8, size=size)).astype(int), len(cast) - 1)].tolist())
        picked |= set(popular[np.minimum((chance.pareto(0.35, size=2)).astype(int), len(popular) - 1)].tolist())
        picked |= set(chance.choice(cast, min(2, len(cast))).tolist())
        together = sorted(picked)
        for at, a in enumerate(together):
            for b in together[at + 1 :]:
                found[a, b] = found.get((a, b), 0) + 1
    return found


def seconds(function: Callable[[], Any], runs: int) -> tuple[float, Any]:
    best, result = float("inf"), None
    for _ in range(runs):
        gc.collect()
        begin = time.process_time()
        result = function()
        best = min(best, time.process_time() - begin)
    return best, result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="default")
    parser.add_argument("--big", action="store_const", const="big", dest="size")
    parser.add_argument("--store", action="store_true")
    parser.add_argument("--ours-only", action="store_true")
    parser.add_argument("--only", default="", help="only rows whose name contains this")
    options = parser.parse_args()
    nodes, links = SIZES[options.size]
    pairs = co_mentions(nodes, links)
    print(f"{nodes:,} nodes, {len(pairs):,} links ({options.size}); CPU seconds, best of some runs")
    begin = time.process_time()
    graph: nx.Graph = nx.Graph()
    names = [f"n{number:06d}" for number in range(nodes)]
    graph.add_nodes_from(names)
    graph.add_edges_from(
        (names[a], names[b], {"weight": w, "distance": 1 / w, "facts": ()}) for (a, b), w in sorted(pairs.items())
    )
    print(f"networkx graph: {time.process_time() - begin:.2f} s; largest degree {max(d for _, d in graph.degree()):,}")
    begin = time.process_time()
    arrays_of(graph)
    print(f"arrays beside it: {time.process_time() - begin:.2f} s")
    table(graph, pairs, options)
    if options.store:
        from_store()
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def table(graph: Any, pairs: dict[tuple[int, int], int], options: Any) -> None:
    others = {} if options.ours_only else competitors(graph, pairs, options.size)
    names = ["ours", *sorted({name for row in others.values() for name in row})]
    print(f"{'':24}" + "".join(f"{name:>12}" for name in names) + "   ours / best other")
    runs = 1 if options.size == "big" else 3
    for name, function in ours(graph).items():
        if options.only not in name:
            continue
        took, result = seconds(function, runs)
        row = {"ours": took}
        for other, call in others.get(name, {}).items():
            row[other], _ = seconds(call, 1 if other == "networkx" else runs)
        rest = [value for other, value in row.items() if other != "ours"]
        ratio = f"{took / min(rest):10.1f}" if rest else ""
        said = getattr(result, "sources", None)
        modular = (
            f"  Q {result.modularity:.3f} stability {result.stability:.2f}" if hasattr(result, "modularity") else ""
        )
        note = f"  {said} sources, error {result.error:.3f}" if said else ""
        print(
            f"{name:24}"
            + "".join(f"{row[n]:12.3f}" if n in row else f"{'-':>12}" for n in names)
            + ratio
            + note
            + modular,
            flush=True,
        )


def ours(graph: Any) -> dict[str, Callable[[], Any]]:
    names = list(graph)
    far = [(names[7 * at], names[-11 * at - 1]) for at in range(20)]
    return {
        "degree": lambda: measures.degree(graph),
        "strength": lambda: measures.strength(graph),
        "pagerank": lambda: measures.pagerank(graph),
        "eigenvector": lambda: measures.eigenvector(graph),
        "authorities (HITS)": lambda: measures.authorities(graph),
        "betweenness, 100 sources": lambda: measures.betweenness(graph, sources=100),
        "betweenness, default": lambda: measures.betweenness(graph),
        "closeness, 100 sources": lambda: measures.closeness(graph, sources=100),
        "closeness, default": lambda: measures.closeness(graph),
        "k-core": lambda: measures.core_number(graph),
        "clustering": lambda: measures.clustering(graph),
        "constraint": lambda: refused(lambda: measures.constraint(graph)),
        "components": lambda: measures.components(graph),
        "bridges": lambda: measures.bridges(graph),
        "communities, 1 seed": lambda: communities.find_communities(graph, runs=1),
        "communities, 5 seeds": lambda: communities.find_communities(graph),
        "Adamic-Adar, all pairs": lambda: refused(lambda: ranking.missing_links(graph)),
        "Adamic-Adar, one node": lambda: ranking.missing_links(graph, of=names[0]),
        "20 x one path": lambda: [paths.find_ways(graph, a, b, k=1) for a, b in far],
        "5 x 5 paths": lambda: [paths.find_ways(graph, a, b, k=5) for a, b in far[:5]],
    }


def refused(function: Callable[[], Any]) -> Any:
    from kg.errors import InputError

    try:
        return function()
    except InputError as exc:
        print(f"refused: {exc}")
        return None


def competitors(graph: Any, pairs: dict[tuple[int, int], int], size: str) -> dict[str, dict[str, Callable[[], Any]]]:
    """Name of a row -> library -> what to call."""
    rows: dict[str, dict[str, Callable[[], Any]]] = {}

    def add(library: str, **calls: Callable[[], Any]) -> None:
        for name, call in calls.items():
            rows.setdefault(ROWS[name], {})[library] = call

    names = list(graph)
    drawn = names[:: max(1, len(names) // 100)][:100]
    far = [(names[7 * at], names[-11 * at - 1]) for at in range(20)]
    plain: dict[str, Callable[[], Any]] = {
        "pagerank": lambda: nx.pagerank(graph, tol=1e-12, max_iter=1000),
        "components": lambda: list(nx.connected_components(graph)),
        "core": lambda: nx.core_number(graph),
        "paths": lambda: [nx.shortest_path(graph, a, b) if nx.has_path(graph, a, b) else None for a, b in far],
    }
    if size != "big":
        plain |= {
            "betweenness": lambda: nx.betweenness_centrality_subset(graph, drawn, names, weight="distance"),
            "eigenvector": lambda: nx.eigenvector_centrality(graph, weight="weight", max_iter=10_000, tol=1e-10),
            "clustering": lambda: nx.clustering(graph),
            "louvain": lambda: nx.community.louvain_communities(graph, seed=0),
            "hits": lambda: nx.hits(graph),
            "bridges": lambda: list(nx.bridges(graph)),
            "constraint": lambda: nx.constraint(graph, weight="weight") if size == "small" else None,
            "closeness": lambda: [nx.closeness_centrality(graph, u=u, distance="distance") for u in drawn],
        }
        if size != "small":
            plain.pop("constraint")
    add("networkx", **plain)
    a, b, w = (np.array(column) for column in zip(*((a, b, w) for (a, b), w in sorted(pairs.items())), strict=True))
    _add_igraph(add, len(names), a, b, w)
    _add_rustworkx(add, len(names), a, b, w)
    _add_networkit(add, len(names), a, b, w)
    return rows


ROWS = {
    "pagerank": "pagerank",
    "components": "components",
    "core": "k-core",
    "paths": "20 x one path",
    "kpaths": "5 x 5 paths",
    "betweenness": "betweenness, 100 sources",
    "closeness": "closeness, 100 sources",
    "eigenvector": "eigenvector",
    "clustering": "clustering",
    "louvain": "communities, 1 seed",
    "hits": "authorities (HITS)",
    "bridges": "bridges",
    "constraint": "constraint",
    "adamic": "Adamic-Adar, one node",
}


def _add_igraph(add: Callable[..., None], count: int, a: Any, b: Any, w: Any) -> None:
    try:
        import igraph
    except ImportError:
        return
    graph = igraph.Graph(n=count, edges=np.stack([a, b], axis=1))
    graph.es["weight"], graph.es["distance"] = w.tolist(), (1 / w).tolist()
    drawn = list(range(0, count, max(1, count // 100)))[:100]
    add(
        "igraph",
        pagerank=lambda: graph.pagerank(weights="weight"),
        betweenness=lambda: graph.betweenness(weights="distance", sources=drawn),
        closeness=lambda: graph.closeness(drawn, weights="distance"),
        eigenvector=lambda: graph.eigenvector_centrality(weights="weight"),
        core=graph.coreness,
        clustering=graph.transitivity_local_undirected,
        components=graph.connected_components,
        louvain=lambda: graph.community_multilevel(weights="weight"),
        hits=lambda: graph.authority_score(weights="weight"),
        bridges=graph.bridges,
        constraint=lambda: graph.constraint(weights="weight") if count <= 10_000 else None,
    )


def _add_rustworkx(add: Callable[..., None], count: int, a: Any, b: Any, w: Any) -> None:
    import rustworkx as rx

    graph = rx.PyGraph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from(list(zip(a.tolist(), b.tolist(), w.astype(float).tolist(), strict=True)))
    turned = graph.to_directed()
    add(
        "rustworkx",
        pagerank=lambda: rx.pagerank(turned, weight_fn=float, tol=1e-12, max_iter=1000),
        eigenvector=lambda: rx.eigenvector_centrality(graph, weight_fn=float, max_iter=10_000, tol=1e-10),
        core=lambda: rx.core_number(graph),
        components=lambda: rx.connected_components(graph),
        bridges=lambda: rx.bridges(graph),
    )


def _add_networkit(add: Callable[..., None], count: int, a: Any, b: Any, w: Any) -> None:
    try:
        import networkit as nk
    except ImportError:
        return
    nk.setNumberOfThreads(1)
    graph = nk.GraphFromCoo((w.astype(float), (a, b)), n=count, weighted=True, directed=False)
    add(
        "networkit",
        pagerank=lambda: nk.centrality.PageRank(graph, tol=1e-12).run(),
        core=lambda: nk.centrality.CoreDecomposition(graph).run(),
        components=lambda: nk.components.ConnectedComponents(graph).run(),
        eigenvector=lambda: nk.centrality.EigenvectorCentrality(graph).run(),
        louvain=lambda: nk.community.PLM(graph).run(),
        clustering=lambda: nk.centrality.LocalClusteringCoefficient(graph).run(),
    )


def from_store() -> None:
    """Time a store with 1,000,000 statements into a network."""
    import pyoxigraph as ox

    from kg.graph.network import network, undirected
    from kg.graph.store import Store

    inner = ox.Store()
    inner.bulk_load(_statements(1_000_000), format=ox.RdfFormat.N_TRIPLES)
    begin = time.process_time()
    graph = network(Store(inner))
    print(f"store with {len(inner):,} triples -> {graph}: {time.process_time() - begin:.1f} s")
    begin = time.process_time()
    measures.pagerank(undirected(graph))
    print(f"links both ways and PageRank: {time.process_time() - begin:.1f} s")


def _statements(count: int) -> bytes:
    from kg.ontology import NAMESPACES as N

    chance = np.random.default_rng(1)
    size = count // 10
    a = np.minimum((chance.pareto(0.5, size=count) * 20).astype(int), size - 1)
    b = chance.integers(size, size=count)
    lines = []
    for at in range(size):
        lines.append(f"<{N['kgr']}e{at}> <{N['rdf']}type> <{N['kg']}Person> .")
        lines.append(f'<{N["kgr"]}e{at}> <{N["rdfs"]}label> "Name {at}" .')
    for at, (x, y) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        st, ev = f"<{N['kgr']}st-{at}>", f"<{N['kgr']}ev-{at}>"
        lines += [
            f"{st} <{N['rdf']}subject> <{N['kgr']}e{x}> .",
            f"{st} <{N['rdf']}object> <{N['kgr']}e{y}> .",
            f"{st} <{N['rdf']}predicate> <{N['kg']}knows> .",
            f"{st} <{N['kg']}modality> <{N['kg']}Asserted> .",
            f"{st} <{N['kg']}evidence> {ev} .",
            f"{ev} <{N['nif']}referenceContext> <{N['kgr']}doc-{at // 20}> .",
        ]
    return "\n".join(lines).encode() + b"\n"


if __name__ == "__main__":
    main()
