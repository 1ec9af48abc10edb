"""IRIs -> words for people: the label of a node, or its shortest unambiguous name."""

__all__ = ["labels_of", "short_iri"]

from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from kg.graph.names import label_of
from kg.graph.query import Source, ask
from kg.graph.store import Store
from kg.ontology import KG_IRI, NAMESPACES, ontology

#: Labels are fetched from a remote store in requests of this size.
BATCH = 200


def labels_of(source: Source, iris: Iterable[str], *, prefixes: Mapping[str, str] | None = None) -> dict[str, str]:
    """What to show for each IRI: its label, a document's publisher and date, an ontology term's label, or a short IRI."""
    wanted = sorted(set(iris))
    terms = {iri: ontology().labels.get(iri.removeprefix(KG_IRI)) for iri in wanted if iri.startswith(KG_IRI)}
    others = [iri for iri in wanted if iri not in terms]
    found = {iri: _local_label(source, iri) for iri in others} if isinstance(source, Store) else _remote(source, others)
    known = {**NAMESPACES, **(prefixes or {})}
    return {iri: terms.get(iri) or found.get(iri) or short_iri(iri, known) for iri in wanted}


def short_iri(iri: str, prefixes: Mapping[str, str] = NAMESPACES) -> str:
    """`prefix:name` where a prefix fits, else the IRI in angle brackets left out."""
    fitting = [(len(base), prefix, base) for prefix, base in prefixes.items() if iri.startswith(base)]
    if not fitting:
        return iri
    _, prefix, base = max(fitting)
    return f"{prefix}:{iri.removeprefix(base)}"


def _local_label(store: Store, iri: str) -> str | None:
    label = label_of(store, iri)
    if label is not None:
        return label
    node = ox.NamedNode(iri)
    if not any(store.inner.quads_for_pattern(node, ox.NamedNode(KG_IRI + "textSha256"), None)):
        return None
    # a document without a title is named by who published it when
    parts = []
    for name in ("publisher", "datePublished"):
        quads = store.inner.quads_for_pattern(node, ox.NamedNode(NAMESPACES["schema"] + name), None)
        parts += sorted(quad.object.value for quad in quads if isinstance(quad.object, ox.Literal))[:1]
    return ", ".join(parts) or None


def _remote(source: Source, iris: list[str]) -> dict[str, str | None]:
    labels: dict[str, str | None] = {}
    for begin in range(0, len(iris), BATCH):
        values = " ".join(f"<{iri}>" for iri in iris[begin : begin + BATCH])
        answer = ask(source, f"SELECT ?node ?label WHERE {{ VALUES ?node {{ {values} }} ?node rdfs:label ?label }}")
        for node, label in answer.rows():
            if isinstance(node, ox.NamedNode) and isinstance(label, ox.Literal):
                labels[node.value] = min(label.value, labels.get(node.value) or label.value)
    unnamed = " ".join(f"<{iri}>" for iri in iris if iri not in labels)
    if unnamed:
        text = "SELECT ?node ?publisher ?date WHERE { VALUES ?node { %s } ?node kg:textSha256 ?digest ."
        text += " OPTIONAL { ?node schema:publisher ?publisher } OPTIONAL { ?node schema:datePublished ?date } }"
        for node, publisher, date in ask(source, text % unnamed).rows():
            if isinstance(node, ox.NamedNode):
                parts = [part.value for part in (publisher, date) if isinstance(part, ox.Literal)]
                labels[node.value] = ", ".join(parts) or None
    return labels
