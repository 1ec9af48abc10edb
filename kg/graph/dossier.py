"""One node -> its dossier: names, class, facts, events, claims and quotations, each with the sentences that say so."""

__all__ = ["Dossier", "DossierEvent", "DossierFact", "DossierQuotation", "Evidence", "dossier"]

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from kg.errors import UnknownName
from kg.graph.labels import labels_of
from kg.graph.names import Candidate
from kg.graph.query import Term, ask
from kg.graph.store import Store
from kg.ontology import KG_IRI, NAMESPACES, ontology

_NIF = NAMESPACES["nif"]
_PRECISION_LENGTH = {"year": 4, "month": 7, "day": 10}
_STATEMENT = """
  OPTIONAL { ?statement kg:past ?past }
  OPTIONAL { ?statement kg:statedBy ?by }
  OPTIONAL { ?statement kg:validFrom ?from }
  OPTIONAL { ?statement kg:validTo ?to }
  OPTIONAL { ?statement kg:unit ?unit }
  OPTIONAL { ?statement kg:qualifier ?qualifier }
"""
_OF_NODE = (
    """{ ?statement rdf:subject ?node } UNION { ?statement rdf:object ?node } UNION { ?statement kg:statedBy ?node }"""
)
_OF_DOCUMENT = "?said nif:referenceContext ?node . ?statement kg:evidence ?said ."


@dataclass(frozen=True, slots=True)
class Evidence:
    """A stretch of a document: its words, offsets, and the document's name, IRI and date."""

    text: str
    document: str
    document_iri: str
    begin: int
    end: int
    date: str | None = None


@dataclass(frozen=True, slots=True)
class DossierFact:
    """A statement in words; `status` is asserted, past, reported, denied, planned or hypothetical."""

    subject: str
    relation: str
    object: str
    status: str
    confidence: float
    according_to: str | None
    valid_from: str | None
    valid_to: str | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class DossierEvent:
    """An event in which the node has a part; `first` and `last` are ISO dates, `role` the node's part."""

    label: str
    type: str
    role: str
    first: str | None
    last: str | None
    status: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class DossierQuotation:
    """Words that the node is quoted with."""

    text: str
    form: str
    document: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that the graph says of one node."""

    iri: str
    label: str
    type: str
    classes: tuple[str, ...]
    documents: int
    mentions: int
    other_names: tuple[str, ...]
    merge_reasons: tuple[str, ...]
    merge_evidence: tuple[Evidence, ...]
    facts: tuple[DossierFact, ...]
    events: tuple[DossierEvent, ...]
    claims_about: tuple[DossierFact, ...]
    claims_by: tuple[DossierFact, ...]
    quotations: tuple[DossierQuotation, ...]


def dossier(store: Store, node: Candidate) -> Dossier:
    """The dossier of a node that a name was found to mean (`kg.graph.names.entity_named`).

    Raises:
        UnknownName: the store does not have the node, so that the name index is older than the store.
    """
    iri = ox.NamedNode(node.iri)
    if not any(store.inner.quads_for_pattern(iri, None, None)):
        raise UnknownName(
            f"{node.label} is in the name index but not in the store. Run `kg build` to bring them together."
        )
    facts, about, by = _statements(store, node)
    mentions = store.inner.quads_for_pattern(None, ox.NamedNode(KG_IRI + "refersTo"), iri)
    terms = ontology()
    return Dossier(
        iri=node.iri,
        label=node.label,
        type=terms.labels.get(node.type, node.type),
        classes=tuple(terms.labels[name] for name in terms.ancestors(node.type)),
        documents=node.documents,
        mentions=sum(1 for _ in mentions),
        other_names=tuple(_texts(store, iri, "skos:altLabel")),
        merge_reasons=tuple(_texts(store, iri, "kg:mergeReason")),
        merge_evidence=() if terms.is_a(node.type, "Event") else _evidence(store, [node.iri]).get(node.iri, ()),
        facts=facts,
        events=_events(store, iri),
        claims_about=about,
        claims_by=by,
        quotations=_quotations(store, iri),
    )


def _statements(store: Store, node: Candidate) -> tuple[tuple[DossierFact, ...], ...]:
    """Facts, claims about the node and claims by it; the parts that it has in events are left to the events."""
    where = _OF_DOCUMENT if node.type == "Document" else _OF_NODE
    rows = list(
        ask(
            store,
            "SELECT DISTINCT ?statement ?subject ?relation ?object ?modality ?confidence ?past ?by ?from ?to ?unit ?qualifier"
            f" WHERE {{ {where} ?statement rdf:subject ?subject ; rdf:predicate ?relation ; rdf:object ?object ;"
            f" kg:modality ?modality ; kg:confidence ?confidence . {_STATEMENT} }}",
            bind={"node": ox.NamedNode(node.iri)},
        ).rows()
    )
    evidence = _evidence(store, [row[0].value for row in rows if isinstance(row[0], ox.NamedNode)])
    labels = labels_of(store, {term.value for row in rows for term in row[1:] if isinstance(term, ox.NamedNode)})
    facts: list[DossierFact] = []
    about: list[DossierFact] = []
    by: list[DossierFact] = []
    for row in rows:
        relation, subject = _text(row[2]), _text(row[1])
        prop = ontology().properties.get(relation.removeprefix(KG_IRI))
        is_part = prop is not None and prop.is_role and subject != node.iri
        fact = _fact(row, labels, evidence)
        source = _text(row[7])
        if source == node.iri:
            by.append(fact)
        elif source:
            about.append(fact)
        elif not is_part or node.type == "Document":
            facts.append(fact)
    return tuple(_in_order(facts)), tuple(_in_order(about)), tuple(_in_order(by))


def _fact(
    row: tuple[Term | None, ...], labels: dict[str, str], evidence: dict[str, tuple[Evidence, ...]]
) -> DossierFact:
    statement, subject, relation, target, modality, confidence, past, by, begin, end, unit, qualifier = row
    shown = labels.get(_text(target), _text(target))
    # a date that the text gives as a year or a month has its first day in the graph and its precision as the unit
    if _text(unit) in _PRECISION_LENGTH and shown[:4].isdigit():
        shown, unit = shown[: _PRECISION_LENGTH[_text(unit)]], None
    value = " ".join(part for part in (_text(qualifier), shown, _text(unit)) if part)
    return DossierFact(
        subject=labels.get(_text(subject), _text(subject)),
        relation=labels.get(_text(relation), _text(relation)),
        object=value,
        status="past" if _text(past) == "true" else _text(modality).removeprefix(KG_IRI).lower(),
        confidence=float(_text(confidence)),
        according_to=labels.get(_text(by)),
        valid_from=_text(begin) or None,
        valid_to=_text(end) or None,
        evidence=evidence.get(_text(statement), ()),
    )


def _events(store: Store, iri: ox.NamedNode) -> tuple[DossierEvent, ...]:
    rows = list(
        ask(
            store,
            "SELECT DISTINCT ?event ?role ?first ?last ?modality ?type WHERE { ?part rdf:object ?node ; rdf:subject ?event ;"
            " rdf:predicate ?role . ?event a kg:Event ; a ?type ; kg:modality ?modality ."
            " OPTIONAL { ?event sem:hasBeginTimeStamp ?first } OPTIONAL { ?event sem:hasEndTimeStamp ?last } }",
            bind={"node": iri},
        ).rows()
    )
    terms = ontology()
    specific: dict[tuple[str, str], tuple[Term | None, ...]] = {}
    for row in rows:
        key = (_text(row[0]), _text(row[1]))
        kept = specific.get(key)
        if kept is None or len(terms.ancestors(_local(row[5]))) > len(terms.ancestors(_local(kept[5]))):
            specific[key] = row
    evidence = _evidence(store, {event for event, _ in specific})
    labels = labels_of(store, {name for key in specific for name in key})
    events = [
        DossierEvent(
            label=labels[event],
            type=terms.labels.get(_local(row[5]), _local(row[5])),
            role=labels[role],
            first=_text(row[2]) or None,
            last=_text(row[3]) or None,
            status=_local(row[4]).lower(),
            evidence=evidence.get(event, ()),
        )
        for (event, role), row in specific.items()
    ]
    return tuple(sorted(events, key=lambda event: (event.first or "9999", event.label, event.role)))


def _quotations(store: Store, iri: ox.NamedNode) -> tuple[DossierQuotation, ...]:
    rows = list(
        ask(
            store,
            "SELECT ?text ?form ?document WHERE { ?quotation kg:speaker ?node ; nif:anchorOf ?text ; kg:quotationForm ?form ;"
            " nif:referenceContext ?document ; nif:beginIndex ?begin } ORDER BY ?document ?begin",
            bind={"node": iri},
        ).rows()
    )
    labels = labels_of(store, {_text(row[2]) for row in rows})
    return tuple(DossierQuotation(_text(text), _text(form), labels[_text(document)]) for text, form, document in rows)


def _evidence(store: Store, iris: Iterable[str]) -> dict[str, tuple[Evidence, ...]]:
    """The evidence of each statement, event or merged entity, in the order of dates and places."""
    found: dict[str, tuple[Evidence, ...]] = {}
    names: dict[str, str] = {}
    # looked up term by term: a well-known name has thousands of statements, and a query for each costs ten times as much
    for iri in sorted(set(iris)):
        listed = []
        for span in _values(store, ox.NamedNode(iri), KG_IRI + "evidence"):
            (document,) = _values(store, span, _NIF + "referenceContext")
            if document.value not in names:
                names.update(labels_of(store, [document.value]))
            begin, end = (int(_values(store, span, _NIF + name)[0].value) for name in ("beginIndex", "endIndex"))
            dates = _values(store, document, NAMESPACES["schema"] + "datePublished")
            texts = _values(store, span, _NIF + "anchorOf")
            listed.append(
                Evidence(
                    text=texts[0].value if texts else "",
                    document=names[document.value],
                    document_iri=document.value,
                    begin=begin,
                    end=end,
                    date=dates[0].value if dates else None,
                )
            )
        if listed:
            found[iri] = tuple(sorted(listed, key=lambda e: (e.date or "", e.document_iri, e.begin)))
    return found


def _values(store: Store, node: object, predicate: str) -> list[ox.NamedNode | ox.Literal]:
    assert isinstance(node, ox.NamedNode)
    quads = store.inner.quads_for_pattern(node, ox.NamedNode(predicate), None)
    return [quad.object for quad in quads if isinstance(quad.object, ox.NamedNode | ox.Literal)]


def _texts(store: Store, iri: ox.NamedNode, predicate: str) -> list[str]:
    answer = ask(store, f"SELECT DISTINCT ?text WHERE {{ ?node {predicate} ?text }}", bind={"node": iri})
    return sorted(_text(row[0]) for row in answer.rows())


def _in_order(facts: Iterable[DossierFact]) -> list[DossierFact]:
    return sorted(
        facts, key=lambda fact: (fact.relation, fact.subject, fact.object, fact.status, fact.according_to or "")
    )


def _text(term: Term | None) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal | ox.BlankNode) else ""


def _local(term: Term | None) -> str:
    return _text(term).removeprefix(KG_IRI)
