"""graph.nt -> what breaks the shapes of ontology/shapes.ttl, and domain and range of every plain triple.

Small graphs go through pySHACL. Above LARGE_TRIPLES the same rules run as queries on an Oxigraph store: pySHACL takes
about 5 s and 100 MB per 100,000 triples. What SHACL cannot say in one shape (domain and range of 100 properties) is a query
in both cases.
"""

__all__ = ["LARGE_TRIPLES", "Violation", "check"]

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rdflib import Graph
from rdflib.namespace import SH

from kg.errors import StoreError
from kg.ontology import NAMESPACES, data_folder, ontology

#: Triples above which queries take the place of pySHACL (measured 2026-11: 100k take 5 s, so 200k are about 10 s).
LARGE_TRIPLES = 200_000

_PREFIXES = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in sorted(NAMESPACES.items()))

#: Twins of shapes.ttl: every node of the classes has the property, and its value is of the class where one is given.
#: Sets in place of NOT EXISTS: Oxigraph runs a group of several patterns anew for each row.
_NEEDS = (
    ("A span lies in exactly one document.", ("Mention", "Evidence", "Quotation"), "nif:referenceContext", "Document"),
    ("A mention refers to exactly one entity.", ("Mention",), "kg:refersTo", "Entity"),
    ("An entity has one label per language.", ("Entity",), "rdfs:label", ""),
    ("A statement rests on evidence.", ("Statement",), "kg:evidence", "Evidence"),
    ("A statement has one subject, an entity.", ("Statement",), "rdf:subject", "Entity"),
    ("A statement has one predicate.", ("Statement",), "rdf:predicate", ""),
    ("A statement has one object.", ("Statement",), "rdf:object", ""),
    ("A statement has one modality.", ("Statement",), "kg:modality", ""),
    ("A claim says whose it is.", ("Claim",), "kg:statedBy", "Entity"),
    ("An event rests on evidence.", ("Event",), "kg:evidence", "Evidence"),
    ("An event has one modality.", ("Event",), "kg:modality", ""),
)

#: The same for values: (message, WHERE of a SELECT ?node).
_QUERIES = (
    (
        "A span begins at one offset, before its end.",
        """?node a ?c . VALUES ?c { kg:Mention kg:Evidence kg:Quotation }
           FILTER NOT EXISTS { ?node nif:beginIndex ?b ; nif:endIndex ?e . FILTER(?b >= 0 && ?b < ?e) }""",
    ),
    (
        "A statement has one confidence of at most 0.99.",
        "?node a kg:Statement FILTER NOT EXISTS { ?node kg:confidence ?c FILTER(?c >= 0 && ?c <= 0.99) }",
    ),
    (
        "An event begins on one day, not after its end.",
        "?node sem:hasBeginTimeStamp ?b ; sem:hasEndTimeStamp ?e FILTER(?b > ?e)",
    ),
)


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One node that breaks one rule."""

    node: str
    message: str


def check(graph_nt: Path) -> list[Violation]:
    """Every violation in a graph file, sorted; an empty list means that it conforms.

    Raises:
        StoreError: the file is missing or not N-Triples.
    """
    store = ox.Store()
    try:
        with graph_nt.open("rb") as file:
            store.bulk_load(file, format=ox.RdfFormat.N_TRIPLES)
    except (OSError, SyntaxError) as exc:
        raise StoreError(f"{graph_nt} cannot be read as N-Triples: {exc}. Run `kg build` again.") from exc
    found = set(_ends(store)) | set(_plain_without_statement(store))
    found |= set(_by_query(store)) if len(store) > LARGE_TRIPLES else set(_by_shacl(graph_nt))
    return sorted(found)


def _by_shacl(graph_nt: Path) -> Iterator[Violation]:
    from pyshacl import validate  # slow to import

    shapes = Graph().parse(data_folder("ontology") / "shapes.ttl", format="turtle")
    graph = Graph().parse(graph_nt, format="nt")
    _, report, _ = validate(graph, shacl_graph=shapes, inference="none", advanced=False)
    assert isinstance(report, Graph)
    for result in report.objects(None, SH.result):
        yield Violation(str(report.value(result, SH.focusNode)), str(report.value(result, SH.resultMessage)))


def _by_query(store: ox.Store) -> Iterator[Violation]:
    rdf_type = ox.NamedNode(NAMESPACES["rdf"] + "type")

    @cache
    def members(class_name: str) -> set[ox.NamedNode]:
        of_class = ox.NamedNode(NAMESPACES["kg"] + class_name)
        return {quad.subject for quad in store.quads_for_pattern(None, rdf_type, of_class, None)}  # type: ignore[misc]

    for message, classes, predicate, target in _NEEDS:
        prefix, local = predicate.split(":")
        quads = store.quads_for_pattern(None, ox.NamedNode(NAMESPACES[prefix] + local), None, None)
        having = {quad.subject for quad in quads if not target or quad.object in members(target)}
        for class_name in classes:
            for node in members(class_name) - having:
                yield Violation(node.value, message)
    for message, where in _QUERIES:
        for row in _rows(store, f"SELECT DISTINCT ?node WHERE {{ {where} }}"):
            yield Violation(row[0].value, message)


def _ends(store: ox.Store) -> Iterator[Violation]:
    """Statements whose subject or object lies outside the domain or range of their predicate."""
    terms = ontology()
    query = """SELECT ?node ?p ?o ?sc ?oc WHERE {
        ?node rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o . ?s a ?sc OPTIONAL { ?o a ?oc } }"""
    seen: dict[tuple[str, str, str], tuple[set[str], set[str]]] = {}
    kg = NAMESPACES["kg"]
    for node, predicate, target, subject_class, object_class in _rows(store, query):
        if isinstance(target, ox.Literal):
            kind = target.datatype.value.replace(NAMESPACES["xsd"], "xsd:")
        else:
            kind = object_class.value.removeprefix(kg) if object_class is not None else ""
        key = (node.value, predicate.value, str(target))
        subjects, objects = seen.setdefault(key, (set(), set()))
        subjects.add(subject_class.value.removeprefix(kg))
        objects.add(kind)
    for (node, predicate, _), (subjects, objects) in seen.items():
        name = predicate.removeprefix(kg)
        if not any(terms.allows(s, name, o) for s in subjects for o in objects):
            yield Violation(node, f"Domain or range of kg:{name} does not admit its ends.")


def _plain_without_statement(store: ox.Store) -> Iterator[Violation]:
    """Plain triples of ours that no asserted statement carries."""
    terms = ontology()
    kg, rdf = NAMESPACES["kg"], NAMESPACES["rdf"]
    carried = set()
    asserted = ox.NamedNode(kg + "Asserted")
    for quad in store.quads_for_pattern(None, ox.NamedNode(kg + "modality"), asserted, None):
        ends = [
            next((q.object for q in store.quads_for_pattern(quad.subject, ox.NamedNode(rdf + end), None, None)), None)
            for end in ("subject", "predicate", "object")
        ]
        carried.add(tuple(str(end) for end in ends))
    inner = {"refersTo", "evidence", "modality", "statedBy", "speaker"}
    for name, term in terms.properties.items():
        if name in inner or not ({"Entity"} & {a for d in term.domain for a in terms.ancestors(d)}):
            continue
        if name in (
            "mergeReason",
            "confidence",
            "timePrecision",
            "timeText",
            "pagerank",
            "betweenness",
            "degree",
            "community",
        ):
            continue
        for quad in store.quads_for_pattern(None, ox.NamedNode(kg + name), None, None):
            forms = [(str(quad.subject), str(quad.predicate), str(quad.object))]
            if term.is_symmetric:
                forms.append((forms[0][2], forms[0][1], forms[0][0]))
            if not any(form in carried for form in forms):
                yield Violation(
                    str(quad.subject).strip("<>"), f"The plain triple kg:{name} has no asserted statement behind it."
                )


def _rows(store: ox.Store, query: str) -> Iterator[tuple[Any, ...]]:
    solutions = store.query(_PREFIXES + query)
    assert isinstance(solutions, ox.QuerySolutions)
    for solution in solutions:
        yield tuple(solution[index] for index in range(len(solutions.variables)))
