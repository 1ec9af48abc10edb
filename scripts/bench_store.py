"""Time the store on generated graphs shaped like ours: loading, eight query shapes, every saved question, the name index.

    python scripts/bench_store.py                 100,000 triples, with rdflib's own store beside
    python scripts/bench_store.py 1000000         a million; rdflib is left out unless --rdflib is given

All times are CPU seconds, best of seven for queries. "bare" is pyoxigraph alone on the same kind of folder.
"""

import argparse
import contextlib
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox

from kg.graph.asking import bound_terms
from kg.graph.names import entity_named, write_names
from kg.graph.query import ask
from kg.graph.questions import questions
from kg.graph.store import open_store, write_store
from kg.ontology import KG_IRI, NAMESPACES, ontology

BASE = NAMESPACES["kgr"]
RELATIONS = [
    "worksFor",
    "leads",
    "memberOf",
    "owns",
    "criticised",
    "banned",
    "usesPlatform",
    "metWith",
    "headquartersIn",
]
CLASSES = ["Person", "Person", "Person", "Company", "GovernmentBody", "SocialMediaPlatform", "City", "Country"]

SHAPES = {
    "look-up of one entity": "SELECT ?p ?o { kgr:e-7 ?p ?o }",
    "co-mention join": "SELECT DISTINCT ?x { ?m kg:refersTo kgr:e-9 ; nif:referenceContext ?d ."
    " ?n nif:referenceContext ?d ; kg:refersTo ?x }",
    "top 20 by documents": "SELECT ?e (COUNT(DISTINCT ?d) AS ?n) { ?m kg:refersTo ?e ; nif:referenceContext ?d }"
    " GROUP BY ?e ORDER BY DESC(?n) LIMIT 20",
    "optional, date, order": "SELECT ?e ?from ?place { ?e a kg:Ban ; sem:hasBeginTimeStamp ?from"
    " OPTIONAL { ?e kg:occurredIn ?place } FILTER(?from >= '2024-06-01'^^xsd:date) } ORDER BY ?from LIMIT 100",
    "property path": "SELECT DISTINCT ?x { kgr:e-3 (kg:worksFor|kg:leads|kg:owns)+ ?x }",
    "text filter": "SELECT ?e { ?e nif:anchorOf ?t ; a kg:Evidence FILTER(CONTAINS(?t, 'number 17 ')) }",
    "statements by confidence": "SELECT ?p (COUNT(?s) AS ?n) { ?s a kg:Statement ; rdf:predicate ?p ; kg:confidence ?c"
    " FILTER(?c > 0.9) } GROUP BY ?p",
    "construct": "CONSTRUCT { ?x kg:knows ?y } { ?x kg:worksFor ?o . ?y kg:worksFor ?o FILTER(?x != ?y) } LIMIT 4000",
}
VALUES = {"entity": "kgr:e-7", "class": "Person", "date": "2024-06-15"}


def graph_lines(triples: int, seed: int = 7) -> Iterator[str]:
    """About so many distinct triples: documents with mentions, statements, events and quotations, and their entities."""
    chance = random.Random(seed)
    documents = max(triples // 190, 10)
    entities = documents
    for number in range(entities):
        kind = CLASSES[number % len(CLASSES)]
        node = f"<{BASE}e-{number}>"
        for name in ontology().ancestors(kind):
            yield f"{node} <{NAMESPACES['rdf']}type> <{KG_IRI}{name}> ."
        for name in ("rdfs:label", "skos:prefLabel"):
            yield f'{node} <{iri(name)}> "Name of {kind} {number}"@en .'
        if number % 5 == 0:
            yield f'{node} <{iri("skos:altLabel")}> "Alias {number}"@en .'
    for number in range(documents):
        yield from document_lines(number, entities, chance)


def document_lines(number: int, entities: int, chance: random.Random) -> Iterator[str]:
    """One document's lines; the first entities are mentioned much, the last seldom, as in news."""
    doc = f"<{BASE}doc-{number}>"
    yield f"{doc} <{iri('rdf:type')}> <{KG_IRI}Document> ."
    yield f'{doc} <{iri("rdfs:label")}> "Article {number}"@en .'
    yield f'{doc} <{KG_IRI}textSha256> "{number:064x}" .'
    yield f'{doc} <{iri("schema:publisher")}> "Paper {number % 40}" .'
    yield f'{doc} <{iri("schema:datePublished")}> "2024-{number % 12 + 1:02d}-{number % 28 + 1:02d}"^^<{iri("xsd:date")}> .'
    picked = [int(entities * chance.random() ** 3) for _ in range(9)]
    for place, entity in enumerate(picked):
        mention = f"<{BASE}m-{number}-{place * 50}-{place * 50 + 9}>"
        yield from span_lines(mention, "Mention", doc, place * 50, 9, f"Name {entity}")
        yield f"{mention} <{KG_IRI}refersTo> <{BASE}e-{entity}> ."
        yield f'{mention} <{KG_IRI}mentionKind> "name" .'
    for place in range(4):
        evidence = f"<{BASE}ev-{number}-{place * 100}-{place * 100 + 90}>"
        text = f"This is sentence number {place * number % 1000} of the article, and it says something."
        yield from span_lines(evidence, "Evidence", doc, place * 100, 90, text)
        relation = RELATIONS[chance.randrange(len(RELATIONS))]
        subject, target = f"<{BASE}e-{picked[place]}>", f"<{BASE}e-{picked[place + 1]}>"
        modality = chance.choices(["Asserted", "Denied", "Planned"], [90, 3, 7])[0]
        speaker = f"<{BASE}e-{picked[8]}>" if chance.random() < 0.3 else None
        yield from statement_lines(
            f"{number}-{place}", subject, KG_IRI + relation, target, modality, evidence, speaker, chance
        )
    event = f"<{BASE}event-ban-{number}>"
    for name in ("Ban", "Event", "Entity"):
        yield f"{event} <{iri('rdf:type')}> <{KG_IRI}{name}> ."
    yield f'{event} <{iri("rdfs:label")}> "Ban {number}"@en .'
    yield f'{event} <{iri("skos:prefLabel")}> "Ban {number}"@en .'
    yield f"{event} <{KG_IRI}modality> <{KG_IRI}Asserted> ."
    yield f"{event} <{KG_IRI}evidence> <{BASE}ev-{number}-0-90> ."
    day = f'"2024-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"^^<{iri("xsd:date")}>'
    yield f"{event} <{iri('sem:hasBeginTimeStamp')}> {day} ."
    yield f"{event} <{iri('sem:hasEndTimeStamp')}> {day} ."
    for place, role in enumerate(["agent", "target", "occurredIn"][: 2 + number % 2]):
        target = f"<{BASE}e-{picked[place]}>"
        ev = f"<{BASE}ev-{number}-0-90>"
        yield from statement_lines(f"{number}-r{place}", event, KG_IRI + role, target, "Asserted", ev, None, chance)
    quote = f"<{BASE}q-{number}-110-140>"
    yield from span_lines(quote, "Quotation", doc, 110, 30, f"I said {number}")
    yield f"{quote} <{KG_IRI}speaker> <{BASE}e-{picked[8]}> ."
    yield f'{quote} <{KG_IRI}quotationForm> "direct" .'


def span_lines(node: str, kind: str, doc: str, begin: int, length: int, text: str) -> Iterator[str]:
    yield f"{node} <{iri('rdf:type')}> <{KG_IRI}{kind}> ."
    yield f"{node} <{iri('nif:referenceContext')}> {doc} ."
    yield f'{node} <{iri("nif:beginIndex")}> "{begin}"^^<{iri("xsd:integer")}> .'
    yield f'{node} <{iri("nif:endIndex")}> "{begin + length}"^^<{iri("xsd:integer")}> .'
    yield f'{node} <{iri("nif:anchorOf")}> "{text}" .'


def statement_lines(
    name: str,
    subject: str,
    predicate: str,
    target: str,
    modality: str,
    evidence: str,
    speaker: str | None,
    chance: random.Random,
) -> Iterator[str]:
    node = f"<{BASE}st-{name}>"
    yield f"{node} <{iri('rdf:type')}> <{KG_IRI}Statement> ."
    yield f"{node} <{iri('rdf:subject')}> {subject} ."
    yield f"{node} <{iri('rdf:predicate')}> <{predicate}> ."
    yield f"{node} <{iri('rdf:object')}> {target} ."
    yield f'{node} <{KG_IRI}confidence> "0.{chance.randint(5, 9)}"^^<{iri("xsd:decimal")}> .'
    yield f"{node} <{KG_IRI}modality> <{KG_IRI}{modality}> ."
    yield f"{node} <{KG_IRI}evidence> {evidence} ."
    if speaker:
        yield f"{node} <{iri('rdf:type')}> <{KG_IRI}Claim> ."
        yield f"{node} <{KG_IRI}statedBy> {speaker} ."
    elif modality == "Asserted":
        yield f"{subject} <{predicate}> {target} ."


def iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return NAMESPACES[prefix] + local


def cpu(work: Callable[[], object], times: int = 7) -> float:
    """Best CPU time of so many runs, in seconds."""
    best = float("inf")
    for _ in range(times):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best


def bare_load(nt: Path, folder: Path) -> None:
    store = ox.Store(folder)
    store.bulk_load(path=nt, format=ox.RdfFormat.N_TRIPLES)
    store.flush()
    store.optimize()


def bare_rows(store: ox.Store, text: str) -> int:
    results = store.query(text, prefixes=NAMESPACES)
    return sum(1 for _ in ((tuple(row) for row in results) if isinstance(results, ox.QuerySolutions) else results))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("triples", type=int, nargs="?", default=100_000)
    parser.add_argument("--rdflib", action="store_true", help="rdflib's own store too, however large the graph")
    parser.add_argument("--json", type=Path, help="write the figures here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kg-bench-") as name:
        figures = measure(Path(name), given.triples, with_rdflib=given.rdflib or given.triples <= 100_000)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n")


def measure(folder: Path, triples: int, *, with_rdflib: bool) -> dict[str, dict[str, float]]:
    nt = folder / "graph.nt"
    lines = sorted(set(graph_lines(triples)))
    nt.write_text("".join(f"{line}\n" for line in lines))
    print(
        f"{len(lines):,} triples\n\n{'':34}{'ours':>9}{'bare':>9}{'ratio':>7}"
        + (f"{'rdflib':>10}{'ratio':>7}" if with_rdflib else "")
    )
    figures: dict[str, dict[str, float]] = {}

    def line(name: str, ours: float, bare: float, other: float | None = None) -> None:
        figures[name] = {"ours": ours, "bare": bare, **({"rdflib": other} if other else {})}
        shown = f"{name:34}{ours:9.4f}{bare:9.4f}{ours / bare:7.2f}"
        print(shown + (f"{other:10.3f}{other / ours:7.1f}" if other else ""), flush=True)

    graph = None
    bare_time = cpu(lambda: bare_load(nt, folder / "bare"), 1)
    ours_time = cpu(lambda: write_store(nt, folder / "store"), 1)
    if with_rdflib:
        from rdflib import Graph

        graph = Graph()
        for prefix, base in NAMESPACES.items():
            graph.bind(prefix, base)
        line("load", ours_time, bare_time, cpu(lambda: graph.parse(nt, format="nt"), 1))
    else:
        line("load", ours_time, bare_time)
    bare = ox.Store.read_only(str(folder / "bare"))
    with open_store(folder / "store") as store:
        for name, text in SHAPES.items():
            is_graph = text.startswith("CONSTRUCT")
            ours = cpu(
                lambda t=text, g=is_graph: sum(1 for _ in (ask(store, t).triples() if g else ask(store, t).rows()))
            )
            other = cpu(lambda t=text: len(list(graph.query(t))), 1) if graph is not None else None
            line(name, ours, cpu(lambda t=text: bare_rows(bare, t)), other)
        line("name index", cpu(lambda: write_names(store, folder / "names.sqlite"), 1), float("nan"))
        print(f"\n{'saved question':34}{'CPU s':>9}{'rows':>9}")
        for asked in questions().values():
            values = {p.name: VALUES.get(p.kind, "") for p in asked.parameters if p.required}
            if "document" in values:
                values["document"] = "kgr:doc-5"
            terms = bound_terms(asked, values, lambda text: entity_named(folder, text).iri)
            rows = 0

            def count(asked: object = asked, terms: object = terms) -> None:
                nonlocal rows
                rows = sum(1 for _ in ask(store, asked.text, bind=terms, bind_everywhere=True).rows())

            with contextlib.suppress(KeyboardInterrupt):
                seconds = cpu(count, 1)
            figures[asked.name] = {"ours": seconds}
            print(f"{asked.name:34}{seconds:9.3f}{rows:9}", flush=True)
    return figures


if __name__ == "__main__":
    main()
