"""Typed rows -> a property graph: nodes (entities and events), edges (statements); and that graph -> Neo4j's CSV and Cypher.

An edge whose plain triple stands in the graph is a fact. Every other one (a claim, a denial, a plan, a past state) says so
in its type, `CLAIMED_OWNS` beside `OWNS`: a query or a measure over `OWNS` sees facts only, as in SPARQL.
"""

__all__ = [
    "DATE_COLUMNS",
    "EDGE_COLUMNS",
    "NODE_COLUMNS",
    "Edge",
    "Node",
    "PropertyGraph",
    "clean",
    "to_property_graph",
    "write_neo4j",
]

import csv
import gzip
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from kg.graph.tables import Entity, Event, Statement, Tables
from kg.ontology import ontology

Value = str | int | float | bool | tuple[str, ...] | None

#: Attribute -> type of its column, in the order in which every format lists them.
NODE_COLUMNS = {
    "label": str,
    "class": str,
    "kind": str,
    "aliases": tuple,
    "mentions": int,
    "documents": int,
    "degree": int,
    "begin": str,
    "end": str,
    "modality": str,
    "confidence": float,
    "same_as": tuple,
}
EDGE_COLUMNS = {
    "predicate": str,
    "label": str,
    "fact": bool,
    "modality": str,
    "past": bool,
    "confidence": float,
    "weight": float,
    "stated_by": str,
    "stated_by_iri": str,
    "evidence": int,
    "documents": int,
    "sentence": str,
    "document": str,
    "valid_from": str,
    "valid_to": str,
}
#: What XML 1.0 cannot hold, and half pairs that UTF-8 cannot.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Layouts and measures by weight should hardly see what is no fact; several tools refuse a weight of 0.
_NO_FACT_WEIGHT = 0.01
#: First letters that make spreadsheets run a cell as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Node:
    """An entity or an event; `values` has the keys of NODE_COLUMNS, `facts` its literal facts by predicate."""

    iri: str
    classes: tuple[str, ...]
    values: dict[str, Value]
    facts: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Edge:
    """A statement between two nodes; `type` is the predicate in capitals, with its status in front where it is no fact."""

    iri: str
    source: str
    target: str
    type: str
    values: dict[str, Value]


@dataclass(frozen=True, slots=True)
class PropertyGraph:
    """Nodes and edges in the order of their IRIs; `left_out` counts literal claims, which no edge can carry."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: int

    @property
    def fact_columns(self) -> tuple[str, ...]:
        """The literal predicates that some node has."""
        return tuple(sorted({name for node in self.nodes for name in node.facts} - NODE_COLUMNS.keys()))


def clean(text: str) -> str:
    """The text without what XML 1.0 or UTF-8 cannot hold."""
    return _ILLEGAL.sub("", text)


def to_property_graph(tables: Tables) -> PropertyGraph:
    """Nodes for entities and events, edges for the statements between them and for plain triples without a statement."""
    things: dict[str, Entity | Event] = {entity.iri: entity for entity in tables.entities}
    things |= {event.iri: event for event in tables.events}
    between = [s for s in tables.statements if s.object is not None and s.subject in things and s.object in things]
    edges = _statement_edges(between, things, tables) + _bare_edges(tables, between, things)
    edges.sort(key=lambda edge: edge.iri)
    degree = Counter(end for edge in edges if edge.values["fact"] for end in (edge.source, edge.target))
    mentions = Counter(mention.entity for mention in tables.mentions)
    seen_in: dict[str, set[str]] = defaultdict(set)
    for mention in tables.mentions:
        seen_in[mention.entity].add(mention.document)
    span_document = {span.iri: span.document for span in tables.evidence}
    for event in tables.events:
        seen_in[event.iri].update(span_document[iri] for iri in event.evidence if iri in span_document)
    nodes = tuple(_node(things[iri], mentions[iri], len(seen_in[iri]), degree[iri]) for iri in sorted(things))
    left_out = sum(1 for s in tables.statements if s.object is None and not s.fact)
    return PropertyGraph(nodes, tuple(edges), left_out)


def _node(thing: Entity | Event, mentions: int, documents: int, degree: int) -> Node:
    facts: dict[str, tuple[str, ...]] = {}
    for predicate, value in thing.facts:
        facts[predicate] = (*facts.get(predicate, ()), clean(value))
    event = thing if isinstance(thing, Event) else None
    values: dict[str, Value] = {
        "label": clean(thing.label),
        "class": thing.cls,
        "kind": "event" if event else "entity",
        "aliases": tuple(clean(alias) for alias in thing.aliases),
        "mentions": mentions,
        "documents": documents,
        "degree": degree,
        "begin": event.begin if event else None,
        "end": event.end if event else None,
        "modality": event.modality if event else None,
        "confidence": event.confidence if event else None,
        "same_as": thing.links,
    }
    return Node(thing.iri, thing.classes, values, facts)


def _statement_edges(statements: Iterable[Statement], things: dict[str, Entity | Event], tables: Tables) -> list[Edge]:
    spans = {span.iri: span for span in tables.evidence}
    day = {document.iri: document.date or "9999" for document in tables.documents}
    edges = []
    for statement in statements:
        found = [spans[iri] for iri in statement.evidence if iri in spans]
        found.sort(key=lambda span: (day.get(span.document, "9999"), span.document, span.begin))
        source = things.get(statement.stated_by or "")
        status = _status(statement)
        label = ontology().properties[statement.predicate].label if statement.predicate in ontology().properties else ""
        values: dict[str, Value] = {
            "predicate": statement.predicate,
            "label": f"{status}: {label or statement.predicate}" if status else label or statement.predicate,
            "fact": statement.fact,
            "modality": statement.modality,
            "past": statement.past,
            "confidence": statement.confidence,
            "weight": (statement.confidence or 1.0) if statement.fact else _NO_FACT_WEIGHT,
            "stated_by": clean(source.label) if source else None,
            "stated_by_iri": statement.stated_by,
            "evidence": len(statement.evidence),
            "documents": len({span.document for span in found}),
            "sentence": clean(found[0].text) if found and found[0].text is not None else None,
            "document": found[0].document if found else None,
            "valid_from": statement.valid_from,
            "valid_to": statement.valid_to,
        }
        kind = _capitals(f"{status}_{statement.predicate}" if status else statement.predicate)
        edges.append(Edge(statement.iri, statement.subject, str(statement.object), kind, values))
    return edges


def _status(statement: Statement) -> str:
    """Why a statement is no fact, in one word; empty for a fact."""
    if statement.fact:
        return ""
    if statement.modality != "Asserted":
        return statement.modality.lower()
    return "past" if statement.past and statement.stated_by is None else "claimed"


def _bare_edges(tables: Tables, statements: Iterable[Statement], things: dict[str, Entity | Event]) -> list[Edge]:
    told = {(s.subject, s.predicate, s.object) for s in statements if s.fact}
    properties = ontology().properties
    edges = []
    for r in tables.relations:
        known = properties.get(r.predicate)
        # a symmetric fact stands in both directions but is one edge
        turned = known is not None and known.is_symmetric
        if r.object not in things or (r.subject, r.predicate, r.object) in told:
            continue
        if turned and ((r.object, r.predicate, r.subject) in told or r.object < r.subject):
            continue
        values: dict[str, Value] = dict.fromkeys(EDGE_COLUMNS)
        values |= {"predicate": r.predicate, "label": known.label if known else r.predicate, "fact": True}
        values |= {"modality": "Asserted", "past": False, "weight": 1.0}
        edges.append(Edge(f"{r.subject}#{r.predicate}#{r.object}", r.subject, r.object, _capitals(r.predicate), values))
    return edges


def _capitals(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper()


# ---------------------------------------------------------------- Neo4j

_HEADER = {str: "", int: ":long", float: ":double", bool: ":boolean", tuple: ":string[]"}
_CAST = {int: "toInteger({})", float: "toFloat({})", bool: "toBoolean({})"}
DATE_COLUMNS = frozenset(("begin", "end", "valid_from", "valid_to"))


def write_neo4j(graph: PropertyGraph, folder: Path, *, gz: bool = False, safe_csv: bool = False) -> None:
    """Write nodes.csv and relationships.csv with typed headers, import.cypher for them, and n10s.cypher for the RDF way."""
    ending = ".csv.gz" if gz else ".csv"
    with _open(folder / f"nodes{ending}", gz) as file:
        _write_rows(file, _node_header(graph), _node_rows(graph), safe_csv)
    with _open(folder / f"relationships{ending}", gz) as file:
        _write_rows(file, _edge_header(), _edge_rows(graph), safe_csv)
    with _open(folder / "import.cypher", False) as file:
        file.writelines(_import_cypher(graph, ending))
    with _open(folder / "n10s.cypher", False) as file:
        file.write(_N10S)


@contextmanager
def _open(path: Path, gz: bool) -> Iterator[TextIO]:
    with path.open("wb") as raw:
        if not gz:
            with io.TextIOWrapper(raw, encoding="utf-8", newline="") as text:
                yield text
            return
        # no time and no name in the header: the same graph gives the same bytes
        with (
            gzip.GzipFile("", "wb", mtime=0, fileobj=raw) as packed,
            io.TextIOWrapper(packed, "utf-8", newline="") as text,
        ):
            yield text


def _write_rows(file: TextIO, header: list[str], rows: Iterable[list[str]], safe: bool) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([f"'{cell}" if safe and cell.startswith(_FORMULA) else cell for cell in row])


def _node_header(graph: PropertyGraph) -> list[str]:
    typed = [name + (":date" if name in DATE_COLUMNS else _HEADER[kind]) for name, kind in NODE_COLUMNS.items()]
    return ["iri:ID", *typed, *(f"{name}:string[]" for name in graph.fact_columns), ":LABEL"]


def _node_rows(graph: PropertyGraph) -> Iterator[list[str]]:
    for node in graph.nodes:
        facts = [_cell(node.facts.get(name, ())) for name in graph.fact_columns]
        yield [node.iri, *(_cell(node.values[name]) for name in NODE_COLUMNS), *facts, ";".join(node.classes)]


def _edge_header() -> list[str]:
    typed = [name + (":date" if name in DATE_COLUMNS else _HEADER[kind]) for name, kind in EDGE_COLUMNS.items()]
    return ["iri", ":START_ID", ":END_ID", *typed, ":TYPE"]


def _edge_rows(graph: PropertyGraph) -> Iterator[list[str]]:
    for edge in graph.edges:
        yield [edge.iri, edge.source, edge.target, *(_cell(edge.values[name]) for name in EDGE_COLUMNS), edge.type]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ";".join(part.replace(";", ",") for part in value)
    return str(value).replace("\r\n", " ").replace("\n", " ").replace("\r", " ")


def _import_cypher(graph: PropertyGraph, ending: str) -> Iterator[str]:
    yield "// Copy the two CSV files to the server's import folder, then run: cypher-shell -f import.cypher\n"
    yield "// In Neo4j Browser put :auto in front of each LOAD CSV.\n"
    yield "// Set db.import.csv.legacy_quote_escaping=false, or a text that ends in a backslash runs into the next cell.\n"
    yield "// Runs again without doubles: nodes and relationships are merged by IRI.\n"
    yield "CREATE CONSTRAINT dateline_iri IF NOT EXISTS FOR (n:Entity) REQUIRE n.iri IS UNIQUE;\n"
    columns = dict(zip(_node_header(graph)[1:-1], [*NODE_COLUMNS, *graph.fact_columns], strict=True))
    for label in sorted({name for node in graph.nodes for name in node.classes}):
        wanted = f"'{label}' IN split(row.`:LABEL`, ';')"
        sets = ", ".join(
            ["n:" + _quoted(label), *_assignments("n", columns)] if label == "Entity" else ["n:" + _quoted(label)]
        )
        merge = f"MERGE (n:Entity {{iri: row.`iri:ID`}}) SET {sets}"
        yield _load_csv(f"nodes{ending}", wanted, merge)
    columns = dict(zip(_edge_header()[3:-1], EDGE_COLUMNS, strict=True))
    for kind in sorted({edge.type for edge in graph.edges}):
        ends = "MATCH (a:Entity {iri: row.`:START_ID`}) MATCH (b:Entity {iri: row.`:END_ID`})"
        merge = (
            f"{ends} MERGE (a)-[r:{_quoted(kind)} {{iri: row.iri}}]->(b) SET {', '.join(_assignments('r', columns))}"
        )
        yield _load_csv(f"relationships{ending}", f"row.`:TYPE` = '{kind}'", merge)


def _load_csv(file: str, wanted: str, merge: str) -> str:
    start = f"LOAD CSV WITH HEADERS FROM 'file:///{file}' AS row WITH row WHERE {wanted}\n"
    return f"{start}CALL {{ WITH row {merge} }} IN TRANSACTIONS OF 1000 ROWS;\n"


def _assignments(variable: str, columns: dict[str, str]) -> Iterator[str]:
    kinds: dict[str, Any] = {**NODE_COLUMNS, **EDGE_COLUMNS}
    for header, name in columns.items():
        cell = f"row.{_quoted(header)}"
        kind = kinds.get(name, tuple)
        if kind is tuple:
            cell = f"CASE WHEN {cell} IS NULL THEN null ELSE split({cell}, ';') END"
        elif name in DATE_COLUMNS:
            cell = f"date({cell})"
        elif kind in _CAST:
            cell = _CAST[kind].format(cell)
        yield f"{variable}.{_quoted(name)} = {cell}"


def _quoted(name: str) -> str:
    return f"`{name}`"


_N10S = """\
// The RDF way into Neo4j: the neosemantics plugin (n10s) reads graph.nt. Its defaults keep one alias and no language tags.
CREATE CONSTRAINT n10s_unique_uri IF NOT EXISTS FOR (r:Resource) REQUIRE r.uri IS UNIQUE;
CALL n10s.graphconfig.init({
  handleVocabUris: 'SHORTEN', handleMultival: 'ARRAY', keepLangTag: true, keepCustomDataTypes: true, handleRDFTypes: 'LABELS'
});
CALL n10s.nsprefixes.add('kg', 'https://w3id.org/dateline/ontology#');
CALL n10s.nsprefixes.add('kgr', 'https://w3id.org/dateline/id/');
CALL n10s.rdf.import.fetch('file:///import/graph.nt', 'N-Triples');
"""
