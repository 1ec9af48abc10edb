"""A value as people write it -> an RDF term, typed by the question's parameter or by where the variable stands in the query."""

__all__ = ["kind_of_variable", "term_for"]

import datetime as dt
import re
from collections.abc import Callable, Mapping

import pyoxigraph as ox

from kg.errors import QueryError, did_you_mean
from kg.graph.sparql_text import Token, tokens
from kg.ontology import KG_IRI, NAMESPACES, ontology

Term = ox.NamedNode | ox.Literal
#: What a property of another vocabulary that our graph uses has as its object.
_FOREIGN = {
    "rdf:type": "class",
    "rdf:predicate": "property",
    "rdf:subject": "entity",
    "rdf:object": "entity",
    "rdfs:label": "label",
    "skos:prefLabel": "label",
    "skos:altLabel": "label",
    "schema:datePublished": "date",
    "schema:publisher": "string",
    "schema:author": "string",
    "schema:inLanguage": "string",
    "sem:hasBeginTimeStamp": "date",
    "sem:hasEndTimeStamp": "date",
    "sem:hasActor": "entity",
    "sem:hasPlace": "entity",
    "nif:beginIndex": "integer",
    "nif:endIndex": "integer",
    "nif:anchorOf": "string",
    "nif:referenceContext": "entity",
}
_COMPARISONS = ("=", "!=", "<", ">", "<=", ">=")


def term_for(value: str, kind: str, resolve: Callable[[str], str], *, prefixes: Mapping[str, str] = NAMESPACES) -> Term:
    """The RDF term of a value.

    Args:
        value: `<IRI>`, `prefix:name`, `"text"@en`, `"5"^^xsd:integer` always mean what they mean in SPARQL; other values
            are read as their kind says.
        kind: entity, class, property, date, string, label, integer, decimal, boolean, or "" (guessed from the value).
        resolve: Name of an entity -> its IRI.
        prefixes: Prefixes that may stand in the value.

    Raises:
        QueryError: the value is not of this kind; the message says what would be.
    """
    exact = _written_out(value, prefixes)
    if exact is not None:
        return exact
    if kind == "entity":
        return ox.NamedNode(resolve(value))
    if kind in ("class", "property"):
        return _ontology_term(value, kind)
    if kind == "label":
        return ox.Literal(value, language="en")
    if kind == "string":
        return ox.Literal(value)
    return _typed(value, kind or _guess(value))


def kind_of_variable(text: str, name: str) -> str:
    """What a variable of a query stands for, by the ontology: the kind of term to bind it to, or "" when nothing tells."""
    found = tokens(text)
    places = [number for number, token in enumerate(found) if token.kind == "variable" and token.text[1:] == name]
    for number in places:
        kind = _kind_at(found, number)
        if kind:
            return kind
    for number in places:
        for mark, other in ((number - 1, number - 2), (number + 1, number + 2)):
            if 0 <= other < len(found) and 0 <= mark < len(found) and found[mark].text in _COMPARISONS:
                compared = found[other]
                if compared.kind == "variable" and compared.text[1:] != name:
                    kinds = [_kind_at(found, n) for n, token in enumerate(found) if token.text == compared.text]
                    return next((kind for kind in kinds if kind), "")
    return ""


def _kind_at(found: list[Token], number: int) -> str:
    before = found[number - 1] if number else None
    after = found[number + 1] if number + 1 < len(found) else None
    if before is not None and before.is_word("A"):
        return "class"
    if before is not None and before.kind in ("name", "iri"):
        kind = _kind_of_object(before)
        if kind:
            return kind
    if after is not None and (after.is_word("A") or (after.kind in ("name", "iri") and _kind_of_object(after))):
        return "entity"
    return ""


def _kind_of_object(token: Token) -> str:
    name = token.text
    if token.kind == "iri":
        iri = name[1:-1]
        prefix = next((p for p, base in NAMESPACES.items() if iri.startswith(base)), "")
        name = f"{prefix}:{iri.removeprefix(NAMESPACES[prefix])}" if prefix else ""
    if name in _FOREIGN:
        return _FOREIGN[name]
    prop = ontology().properties.get(name.removeprefix("kg:")) if name.startswith("kg:") else None
    if prop is None:
        return ""
    return prop.range[0].removeprefix("xsd:") if prop.is_literal else "entity"


def _written_out(value: str, prefixes: Mapping[str, str]) -> Term | None:
    try:
        if re.fullmatch(r"<[^<>\s]+>", value):
            return ox.NamedNode(value[1:-1])
        literal = re.fullmatch(r'"(.*)"(?:@([A-Za-z][\w-]*)|\^\^(\S+))?', value, re.DOTALL)
        if literal is None:
            return _prefixed(value, prefixes)
        if literal[2]:
            return ox.Literal(literal[1], language=literal[2])
        datatype = _written_out(literal[3], prefixes) if literal[3] else None
        if literal[3] and not isinstance(datatype, ox.NamedNode):
            raise QueryError(f"{literal[3]!r} in {value!r} is not a datatype: write xsd:integer or <IRI>.")
        return ox.Literal(literal[1], datatype=datatype if isinstance(datatype, ox.NamedNode) else None)
    except ValueError as exc:
        raise QueryError(f"{value!r} is not a valid term: {exc}.") from exc


def _prefixed(value: str, prefixes: Mapping[str, str]) -> ox.NamedNode | None:
    prefix, colon, local = value.partition(":")
    if colon and re.match(r"https?|urn", prefix) and re.fullmatch(r"[^<>\s\"{}|\\^`]+", value):
        return ox.NamedNode(value)
    if not colon or prefix not in prefixes or not re.fullmatch(r"[\w.%-]+", local):
        return None
    return ox.NamedNode(prefixes[prefix] + local)


def _ontology_term(value: str, kind: str) -> ox.NamedNode:
    terms = ontology()
    known = terms.parents if kind == "class" else terms.properties
    wanted = re.sub(r"[\s_-]+", "", value).lower()
    for name in known:
        if wanted in (name.lower(), re.sub(r"[\s-]+", "", terms.labels[name]).lower()):
            return ox.NamedNode(KG_IRI + name)
    raise QueryError(f"The ontology has no {kind} {value!r}.{did_you_mean(value, known)}")


def _typed(value: str, kind: str) -> ox.Literal:
    checks: dict[str, Callable[[str], object]] = {
        "integer": int,
        "decimal": float,
        "double": float,
        "boolean": ("true", "false").index,
    }
    try:
        if kind == "date":
            value = dt.date.fromisoformat(value).isoformat()
        elif kind in checks:
            checks[kind](value)
    except ValueError as exc:
        example = {"date": "2025-01-19", "integer": "5", "boolean": "true or false"}.get(kind, "0.5")
        raise QueryError(f"{value!r} is not of the kind {kind}: write it as {example}.") from exc
    return ox.Literal(value) if kind == "string" else ox.Literal(value, datatype=ox.NamedNode(NAMESPACES["xsd"] + kind))


def _guess(value: str) -> str:
    if re.fullmatch(r"[+-]?\d+", value):
        return "integer"
    if re.fullmatch(r"[+-]?\d*\.\d+", value):
        return "decimal"
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return "date"
    return "boolean" if value in ("true", "false") else "string"
