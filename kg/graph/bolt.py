"""A property graph -> Neo4j over Bolt: nodes and relationships merged by IRI, in batches, then counted.

Written to the interface of the driver (extra `neo4j`); tested against a stand-in for its sessions, not against a server.
"""

__all__ = ["load_neo4j"]

import logging
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kg.errors import ExportError, LoadError
from kg.graph.http import Credentials
from kg.graph.load import Loaded, Progress
from kg.graph.property_graph import DATE_COLUMNS, Edge, Node, PropertyGraph, to_property_graph
from kg.graph.selection import Selection, read_triples, select
from kg.graph.tables import read_tables

log = logging.getLogger(__name__)

ROWS_PER_TRANSACTION = 1_000
_CONSTRAINT = "CREATE CONSTRAINT dateline_iri IF NOT EXISTS FOR (n:Entity) REQUIRE n.iri IS UNIQUE"
_CLEAR = "MATCH (n:Entity) WHERE n.iri IS NOT NULL CALL { WITH n DETACH DELETE n } IN TRANSACTIONS OF 1000 ROWS"
_COUNT_NODES = "MATCH (n:Entity) WHERE n.iri IN $iris RETURN count(n) AS n"
_COUNT_EDGES = "MATCH (:Entity)-[r]->(:Entity) WHERE r.iri IN $iris RETURN count(r) AS n"


def load_neo4j(
    source: Path,
    target: str,
    *,
    database: str | None = None,
    replace: bool = False,
    selection: Selection | None = None,
    ask: Callable[[str], Credentials] | None = None,
    environ: Mapping[str, str] = os.environ,
    driver: Any = None,
    progress: Progress | None = None,
) -> Loaded:
    """Merge entities, events and the statements between them into a Neo4j data base.

    Args:
        source: graph.nt: N-Triples, sorted.
        target: bolt://, bolt+s://, neo4j:// or neo4j+s:// address.
        database: Name of the data base; None is the user's own.
        replace: Delete first all nodes that have the label Entity and an IRI, batch by batch.
        selection: What of the graph to load.
        ask: Gets the host's name and returns name and password, where KG_USER and KG_PASSWORD are not set.
        environ: Where KG_USER and KG_PASSWORD are looked up.
        driver: An open driver of neo4j; None opens one.
        progress: Called with rows sent and rows in all.

    Raises:
        LoadError: the driver is not installed, the server cannot be reached or refuses, or rows are missing in the end.
    """
    chosen = selection or Selection()
    try:
        graph = to_property_graph(read_tables(select(lambda: read_triples(source), chosen)))
    except ExportError as exc:
        raise LoadError(str(exc)) from exc
    if not graph.nodes:
        raise LoadError(f"{source} has no entities to load.")
    try:
        from neo4j.exceptions import DriverError, Neo4jError
    except ImportError as exc:
        raise LoadError("Loading into Neo4j needs its driver: pip install 'dateline[neo4j]'.") from exc
    place = _place(target)
    opened = driver or _open(target, ask, environ)
    try:
        with opened.session(database=database) as session:
            return _load(session, graph, replace, progress or (lambda _sent, _total: None), place)
    except (DriverError, Neo4jError) as exc:
        said = " ".join(str(getattr(exc, "message", None) or exc).split())
        raise LoadError(
            f"{place}: {said[:300]} Running the same command again completes the load without doubles."
        ) from exc
    finally:
        if driver is None:
            opened.close()


def _place(target: str) -> str:
    parts = urlsplit(target)
    if parts.username or parts.password:
        raise LoadError("An address must not hold a name or password. Set KG_USER and KG_PASSWORD.")
    return f"{parts.scheme}://{parts.netloc}"


def _open(target: str, ask: Callable[[str], Credentials] | None, environ: Mapping[str, str]) -> Any:
    from neo4j import GraphDatabase

    name, password = environ.get("KG_USER"), environ.get("KG_PASSWORD")
    found = (name, password) if name and password is not None else None
    if found is None and ask is not None:
        found = ask(urlsplit(target).hostname or target)
    return GraphDatabase.driver(target, auth=found)


def _load(session: Any, graph: PropertyGraph, replace: bool, progress: Progress, place: str) -> Loaded:
    session.run(_CONSTRAINT).consume()
    if replace:
        session.run(_CLEAR).consume()
    total, sent = len(graph.nodes) + len(graph.edges), 0
    before = _count(session, graph)
    progress(0, total)
    for statement, rows in (*_node_batches(graph), *_edge_batches(graph)):
        session.execute_write(_run, statement, rows)
        sent += len(rows)
        progress(sent, total)
    after = _count(session, graph)
    if after < total:
        raise LoadError(
            f"{place} holds {after} of {total} nodes and relationships after the load. Run the same command again."
        )
    return Loaded(total, before, after, total, "Bolt")


def _run(transaction: Any, statement: str, rows: list[dict[str, Any]]) -> None:
    transaction.run(statement, rows=rows).consume()


def _count(session: Any, graph: PropertyGraph) -> int:
    found = 0
    for statement, iris in (
        (_COUNT_NODES, [node.iri for node in graph.nodes]),
        (_COUNT_EDGES, [edge.iri for edge in graph.edges]),
    ):
        for part in _parts(iris):
            found += session.run(statement, iris=part).single()["n"]
    return found


def _node_batches(graph: PropertyGraph) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    by_labels: dict[tuple[str, ...], list[Node]] = defaultdict(list)
    for node in graph.nodes:
        by_labels[tuple(sorted({"Entity", *node.classes}))].append(node)
    for labels, nodes in sorted(by_labels.items()):
        more = "".join(f":`{label}`" for label in labels)
        statement = (
            f"UNWIND $rows AS row MERGE (n:Entity {{iri: row.iri}}) SET n = row.values, n.iri = row.iri SET n{more}"
        )
        for part in _parts(nodes):
            yield statement, [{"iri": node.iri, "values": _given({**node.values, **node.facts})} for node in part]


def _edge_batches(graph: PropertyGraph) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    by_type: dict[str, list[Edge]] = defaultdict(list)
    for edge in graph.edges:
        by_type[edge.type].append(edge)
    for kind, edges in sorted(by_type.items()):
        statement = (
            "UNWIND $rows AS row MATCH (a:Entity {iri: row.source}) MATCH (b:Entity {iri: row.target})"
            f" MERGE (a)-[r:`{kind}` {{iri: row.iri}}]->(b) SET r = row.values, r.iri = row.iri"
        )
        for part in _parts(edges):
            ends = ({"iri": edge.iri, "source": edge.source, "target": edge.target} for edge in part)
            yield statement, [{**end, "values": _given(edge.values)} for end, edge in zip(ends, part, strict=True)]


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are there, with real dates and lists."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if value is None or value == ():
            continue
        if name in DATE_COLUMNS:
            found[name] = date.fromisoformat(value)
        else:
            found[name] = list(value) if isinstance(value, tuple) else value
    return found


def _parts(rows: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(rows)
    while part := list(islice(left, ROWS_PER_TRANSACTION)):
        yield part
