"""Triples -> JSON-LD with our prefixes as its context, one subject a line.

Oxigraph's own writer spells every IRI out, which makes files of three times the size that nobody can read.
"""

__all__ = ["jsonld_lines"]

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from kg.graph.selection import TYPE, Group, groups
from kg.ontology import NAMESPACES

_BY_NAMESPACE = {iri: prefix for prefix, iri in NAMESPACES.items()}


def jsonld_lines(triples: Iterable[ox.Triple]) -> Iterator[str]:
    """One document whose `@graph` has one object for each subject; the triples must come grouped by subject."""
    yield f'{{"@context": {json.dumps(NAMESPACES)},\n"@graph": [\n'
    comma = ""
    for group in groups(triples):
        yield comma + json.dumps(_node(group), ensure_ascii=False)
        comma = ",\n"
    yield "\n]}\n"


def _node(group: Group) -> dict[str, Any]:
    node: dict[str, Any] = {"@id": _short(group.subject)}
    for predicate, terms in group.objects.items():
        if predicate == TYPE and all(isinstance(term, ox.NamedNode) for term in terms):
            node["@type"] = [_short(term.value) for term in terms]
        else:
            values = [_value(term) for term in terms]
            node[_short(predicate)] = values[0] if len(values) == 1 else values
    return node


def _value(term: ox.NamedNode | ox.Literal) -> Any:
    if isinstance(term, ox.NamedNode):
        return {"@id": _short(term.value)}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    if term.datatype.value == NAMESPACES["xsd"] + "string":
        return term.value
    # numbers stay in quotes: JSON has no integers beyond 2^53, and 0.50 would come back as 0.5
    return {"@value": term.value, "@type": _short(term.datatype.value)}


def _short(iri: str) -> str:
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    prefix = _BY_NAMESPACE.get(iri[:cut])
    return f"{prefix}:{iri[cut:]}" if prefix and iri[cut:] else iri
