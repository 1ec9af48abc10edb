"""The IRI of a statement, event, quotation or document -> what it says in words, and the sentences behind it."""

__all__ = [
    "Basis",
    "Sentence",
    "basis_of",
    "label_of",
    "relation_label",
    "sentences_of",
    "status_of",
    "value_of",
    "values_of",
]

from dataclasses import dataclass

import pyoxigraph as ox

from kg.graph.store import Store
from kg.ontology import BASE_IRI, KG_IRI, NAMESPACES, ontology


@dataclass(frozen=True, slots=True)
class Sentence:
    """One stretch of a document; `text` is empty where the graph was built without texts."""

    text: str
    document: str
    title: str
    date: str
    url: str
    begin: int = 0


@dataclass(frozen=True, slots=True)
class Basis:
    """What a link rests on.

    `subject` and `object` are IRIs for a statement, which has a direction; else empty. `status` is empty for what the text
    itself asserts of now, else "planned", "denied", "past", "according to X" or several of them.
    """

    iri: str
    says: str
    subject: str
    object: str
    sentences: tuple[Sentence, ...]
    confidence: float | None = None
    status: str = ""


def basis_of(store: Store, iri: str) -> Basis:
    """What a statement, event, quotation or document says."""
    confidence = value_of(store, iri, "kg:confidence")
    number = float(confidence) if confidence else None
    predicate = value_of(store, iri, "rdf:predicate")
    if predicate:
        subject, target = value_of(store, iri, "rdf:subject"), value_of(store, iri, "rdf:object")
        status = status_of(store, iri)
        return Basis(iri, relation_label(predicate), subject, target, sentences_of(store, iri), number, status)
    if value_of(store, iri, "kg:quotationForm") or value_of(store, iri, "kg:speaker"):
        return Basis(iri, "spoke of", value_of(store, iri, "kg:speaker"), "", (_sentence(store, iri),), number)
    if value_of(store, iri, "kg:textSha256") or value_of(store, iri, "schema:datePublished"):
        document = _document(store, iri, "", 0)
        return Basis(iri, "named in one document with", "", "", (document,), None)
    return Basis(iri, f"took part in “{label_of(store, iri)}” with", "", "", sentences_of(store, iri), number)


def sentences_of(store: Store, iri: str) -> tuple[Sentence, ...]:
    """The sentences that are the evidence of a statement or an event, earliest document first."""
    found = [_sentence(store, span) for span in values_of(store, iri, "kg:evidence")]
    return tuple(sorted(found, key=lambda s: (s.date or "9999", s.document, s.begin, s.text)))


def status_of(store: Store, statement: str) -> str:
    """In which way a statement is no plain fact; empty for one that is."""
    modality = value_of(store, statement, "kg:modality").rsplit("#", 1)[-1].lower()
    parts = [modality] if modality not in ("asserted", "") else []
    parts += ["past"] if value_of(store, statement, "kg:past") in ("true", "1") else []
    parts += [f"according to {label_of(store, speaker)}" for speaker in values_of(store, statement, "kg:statedBy")]
    return ", ".join(parts)


def relation_label(predicate: str) -> str:
    """The label of a property of ours, else the end of its IRI."""
    name = predicate.rsplit("#", 1)[-1].rsplit("/", 1)[-1]
    return ontology().labels.get(name, name) if predicate.startswith(KG_IRI) else name


def label_of(store: Store, iri: str) -> str:
    """The label of a node, else the end of its IRI."""
    return value_of(store, iri, "rdfs:label") or iri.removeprefix(BASE_IRI)


def value_of(store: Store, iri: str, predicate: str) -> str:
    """The smallest value of a predicate, or nothing."""
    return min(values_of(store, iri, predicate), default="")


def values_of(store: Store, iri: str, predicate: str) -> list[str]:
    """The values of a predicate."""
    prefix, name = predicate.split(":", 1)
    found = store.inner.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(NAMESPACES[prefix] + name), None, None)
    return sorted({quad.object.value for quad in found if not isinstance(quad.object, ox.Triple)})


def _sentence(store: Store, span: str) -> Sentence:
    text = " ".join(value_of(store, span, "nif:anchorOf").split())
    begin = int(value_of(store, span, "nif:beginIndex") or 0)
    return _document(store, value_of(store, span, "nif:referenceContext"), text, begin)


def _document(store: Store, iri: str, text: str, begin: int) -> Sentence:
    if not iri:
        return Sentence(text, "", "", "", "", begin)
    title = value_of(store, iri, "rdfs:label") or value_of(store, iri, "schema:publisher") or iri.removeprefix(BASE_IRI)
    return Sentence(
        text, iri, title, value_of(store, iri, "schema:datePublished"), value_of(store, iri, "schema:url"), begin
    )
