"""A request -> how it is read: the text that is sent, the algebra, and how many triples each pattern matches."""

__all__ = ["explain"]

from collections.abc import Iterator

import pyoxigraph as ox

from kg.graph.asking import Asked
from kg.graph.query import prepared
from kg.graph.sparql_text import undeclared_prefixes
from kg.graph.store import Store
from kg.ontology import NAMESPACES


def explain(request: Asked) -> str:
    """The explanation as lines of text.

    The algebra is rdflib's, which follows the standard; Oxigraph joins the patterns of a group in its own order, the
    rarest first. Counts are of each pattern on its own and come from the store, so a remote store gives none.
    """
    known = {**NAMESPACES, **request.prefixes}
    text = prepared(
        request.question.text,
        bind=request.bind,
        prefixes=known,
        base_iri=request.base_iri,
        allow_network=request.allow_network,
        bind_everywhere=bool(request.question.parameters),
    )
    used = sorted({token.text.split(":", 1)[0] for token in undeclared_prefixes(text, ())} & set(known))
    lines = [f"PREFIX {prefix}: <{known[prefix]}>" for prefix in used]
    lines += [line for line in text.strip().splitlines() if not line.startswith("#+")]
    lines += ["", "Read as (each pattern with the number of triples that it matches on its own):"]
    store = request.source if isinstance(request.source, Store) else None
    return "\n".join([*lines, *_algebra(text, known, request.base_iri, store)])


def _algebra(text: str, prefixes: dict[str, str], base_iri: str | None, store: Store | None) -> Iterator[str]:
    from rdflib.plugins.sparql.algebra import translateQuery
    from rdflib.plugins.sparql.parser import parseQuery

    try:
        algebra = translateQuery(parseQuery(text), base=base_iri, initNs=prefixes).algebra
    except Exception as exc:  # rdflib's parser raises many types, and knows less of SPARQL than the engine
        yield f"  (rdflib cannot read this query: {str(exc).splitlines()[0]})"
        return
    yield from _node(algebra, "  ", prefixes, store)


def _node(part: object, indent: str, prefixes: dict[str, str], store: Store | None) -> Iterator[str]:
    from rdflib.plugins.sparql.parserutils import CompValue

    if not isinstance(part, CompValue):
        return
    detail = _detail(part)
    yield f"{indent}{part.name}{detail}"
    for triple in sorted(part.get("triples") or (), key=str) if part.name == "BGP" else ():
        count = _count(store, triple)
        shown = " ".join(_short(term, prefixes) for term in triple)
        yield f"{indent}  {shown}{f'  [{count}]' if count is not None else ''}"
    for key in ("p", "p1", "p2", "graph"):
        if isinstance(part.get(key), CompValue):
            yield from _node(part[key], indent + "  ", prefixes, store)


def _detail(part: object) -> str:
    variables = getattr(part, "PV", None) if getattr(part, "name", "") in ("SelectQuery", "Project") else None
    if variables:
        return " " + " ".join(f"?{name}" for name in variables)
    if getattr(part, "name", "") == "Slice":
        return f" from {getattr(part, 'start', 0)} length {getattr(part, 'length', None)}"
    return ""


def _short(term: object, prefixes: dict[str, str]) -> str:
    from rdflib import URIRef
    from rdflib.paths import Path
    from rdflib.term import Node

    if isinstance(term, URIRef):
        for prefix, iri in prefixes.items():
            if term.startswith(iri):
                return f"{prefix}:{term.removeprefix(iri)}"
    if isinstance(term, Path):
        return str(term)
    return term.n3() if isinstance(term, Node) and hasattr(term, "n3") else str(term)


def _count(store: Store | None, triple: tuple[object, object, object]) -> int | None:
    from rdflib import Literal, URIRef, Variable

    if store is None:
        return None
    terms: list[ox.NamedNode | ox.Literal | None] = []
    for term in triple:
        if isinstance(term, Variable):
            terms.append(None)
        elif isinstance(term, URIRef):
            terms.append(ox.NamedNode(str(term)))
        elif isinstance(term, Literal):
            datatype = ox.NamedNode(str(term.datatype)) if term.datatype else None
            terms.append(ox.Literal(str(term), datatype=datatype, language=term.language))
        else:
            return None
    subject, predicate, target = terms
    found = store.inner.quads_for_pattern(subject, predicate, target, ox.DefaultGraph())  # type: ignore[arg-type]
    return sum(1 for _ in found)
