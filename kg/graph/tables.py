"""Triples -> typed rows (documents, entities, events, statements, evidence, quotations, mentions), and rows -> Parquet.

The rows are what every format that is not RDF is written from.
"""

__all__ = [
    "Document",
    "Entity",
    "Event",
    "Mention",
    "Quotation",
    "Relation",
    "Span",
    "Statement",
    "Tables",
    "read_tables",
    "write_parquet",
]

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, get_type_hints

import pyoxigraph as ox

from kg.errors import ExportError
from kg.graph.selection import BOOKKEEPING, OBJECT, PREDICATE, SUBJECT, Group, groups, local_name
from kg.ontology import KG_IRI, NAMESPACES, ontology

ALT_LABEL, EXACT_MATCH = NAMESPACES["skos"] + "altLabel", NAMESPACES["skos"] + "exactMatch"
LABEL, CONTEXT = NAMESPACES["rdfs"] + "label", NAMESPACES["nif"] + "referenceContext"
BEGIN, END = NAMESPACES["nif"] + "beginIndex", NAMESPACES["nif"] + "endIndex"
ANCHOR = NAMESPACES["nif"] + "anchorOf"
ROW_GROUP = 50_000


@dataclass(frozen=True, slots=True)
class Document:
    """One article; `date` is ISO."""

    iri: str
    title: str
    date: str | None
    publisher: str | None
    url: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity: `cls` is its most specific class, `facts` its plain literal facts (predicate, value)."""

    iri: str
    label: str
    cls: str
    classes: tuple[str, ...]
    aliases: tuple[str, ...]
    links: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `begin` and `end` are the first and last day it may have happened on, ISO."""

    iri: str
    label: str
    cls: str
    classes: tuple[str, ...]
    aliases: tuple[str, ...]
    links: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    begin: str | None
    end: str | None
    precision: str | None
    time_text: str | None
    modality: str
    confidence: float | None
    stated_by: str | None
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One proposition; `object` is an IRI, or `value` a literal with its datatype; `fact`: the plain triple stands too."""

    iri: str
    subject: str
    predicate: str
    object: str | None
    value: str | None
    datatype: str | None
    modality: str
    fact: bool
    confidence: float | None
    stated_by: str | None
    past: bool
    valid_from: str | None
    valid_to: str | None
    unit: str | None
    qualifier: str | None
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """A plain triple between two things: a fact, or a part that one had in an event."""

    subject: str
    predicate: str
    object: str


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a document that a statement or an event rests on."""

    iri: str
    document: str
    begin: int
    end: int
    text: str | None


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words that a document reports from a speaker; `form` is direct, indirect or mixed."""

    iri: str
    document: str
    begin: int
    end: int
    text: str | None
    speaker: str | None
    cue: str | None
    form: str | None


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of a document that refers to an entity."""

    iri: str
    document: str
    begin: int
    end: int
    text: str
    entity: str
    confidence: float | None


@dataclass(slots=True)
class Tables:
    """All rows of a graph, each table in the order of its IRIs."""

    documents: list[Document] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    evidence: list[Span] = field(default_factory=list)
    quotations: list[Quotation] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)


def read_tables(triples: Iterable[ox.Triple]) -> Tables:
    """The rows of a graph; the triples must come grouped by subject."""
    tables = Tables()
    for group in groups(triples):
        classes = group.classes
        if "Statement" in classes or "Claim" in classes:
            tables.statements.append(_statement(group))
        elif "Mention" in classes:
            tables.mentions.append(_mention(group))
        elif "Quotation" in classes:
            tables.quotations.append(_quotation(group))
        elif "Evidence" in classes:
            tables.evidence.append(_span(group))
        elif "Document" in classes:
            tables.documents.append(_document(group))
        elif "Event" in classes:
            tables.events.append(_event(group))
            tables.relations += _relations(group)
        elif "Entity" in classes:
            tables.entities.append(Entity(*_thing(group)))
            tables.relations += _relations(group)
    plain = {(relation.subject, relation.predicate, relation.object) for relation in tables.relations}
    plain |= {(entity.iri, *fact) for entity in tables.entities for fact in entity.facts}
    plain |= {(event.iri, *fact) for event in tables.events for fact in event.facts}
    tables.statements = [_settled(statement, plain) for statement in tables.statements]
    return tables


def _settled(statement: Statement, plain: set[tuple[str, str, str]]) -> Statement:
    """The statement, a fact only where its plain triple stands in the graph."""
    target = statement.object or statement.value or ""
    if statement.fact and (statement.subject, statement.predicate, target) not in plain:
        return replace(statement, fact=False)
    return statement


def _thing(
    group: Group,
) -> tuple[str, str, str, tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[tuple[str, str], ...]]:
    read = ontology()
    depth = {name: len(read.ancestors(name)) for name in group.classes}
    classes = tuple(sorted(group.classes, key=lambda name: (-depth[name], name)))
    label = group.first(LABEL) or group.first(NAMESPACES["skos"] + "prefLabel") or local_name(group.subject)
    facts = sorted(
        (local_name(predicate), value.value)
        for predicate, values in group.objects.items()
        if predicate.startswith(KG_IRI) and predicate not in BOOKKEEPING and local_name(predicate) not in _TIMES
        for value in values
        if isinstance(value, ox.Literal)
    )
    return (
        group.subject,
        label,
        classes[0],
        classes,
        _values(group, ALT_LABEL),
        _values(group, EXACT_MATCH),
        tuple(facts),
    )


_TIMES = frozenset(("timePrecision", "timeText"))


def _event(group: Group) -> Event:
    return Event(
        *_thing(group),
        begin=group.first(NAMESPACES["sem"] + "hasBeginTimeStamp"),
        end=group.first(NAMESPACES["sem"] + "hasEndTimeStamp"),
        precision=group.first(KG_IRI + "timePrecision"),
        time_text=group.first(KG_IRI + "timeText"),
        modality=local_name(group.first(KG_IRI + "modality") or "Asserted"),
        confidence=_confidence(group),
        stated_by=group.first(KG_IRI + "statedBy"),
        evidence=_values(group, KG_IRI + "evidence"),
    )


def _relations(group: Group) -> list[Relation]:
    found = [
        Relation(group.subject, local_name(predicate), value.value)
        for predicate, values in group.objects.items()
        if predicate.startswith(KG_IRI) and predicate not in BOOKKEEPING
        for value in values
        if isinstance(value, ox.NamedNode)
    ]
    return sorted(found, key=lambda relation: (relation.predicate, relation.object))


def _statement(group: Group) -> Statement:
    target = group.objects[OBJECT][0]
    literal = isinstance(target, ox.Literal)
    return Statement(
        iri=group.subject,
        subject=group.objects[SUBJECT][0].value,
        predicate=local_name(group.objects[PREDICATE][0].value),
        object=None if literal else target.value,
        value=target.value if literal else None,
        datatype=target.datatype.value if isinstance(target, ox.Literal) else None,
        modality=local_name(group.first(KG_IRI + "modality") or "Asserted"),
        fact=group.is_fact,
        confidence=_confidence(group),
        stated_by=group.first(KG_IRI + "statedBy"),
        past=group.first(KG_IRI + "past") == "true",
        valid_from=group.first(KG_IRI + "validFrom"),
        valid_to=group.first(KG_IRI + "validTo"),
        unit=group.first(KG_IRI + "unit"),
        qualifier=group.first(KG_IRI + "qualifier"),
        evidence=_values(group, KG_IRI + "evidence"),
    )


def _span(group: Group) -> Span:
    return Span(
        group.subject, group.first(CONTEXT) or "", _index(group, BEGIN), _index(group, END), group.first(ANCHOR)
    )


def _quotation(group: Group) -> Quotation:
    span = _span(group)
    spoken = (group.first(KG_IRI + name) for name in ("speaker", "cue", "quotationForm"))
    return Quotation(span.iri, span.document, span.begin, span.end, span.text, *spoken)


def _mention(group: Group) -> Mention:
    return Mention(
        iri=group.subject,
        document=group.first(CONTEXT) or "",
        begin=_index(group, BEGIN),
        end=_index(group, END),
        text=group.first(ANCHOR) or "",
        entity=group.first(KG_IRI + "refersTo") or "",
        confidence=_confidence(group),
    )


def _document(group: Group) -> Document:
    schema = NAMESPACES["schema"]
    return Document(
        iri=group.subject,
        title=group.first(LABEL) or "",
        date=group.first(schema + "datePublished"),
        publisher=group.first(schema + "publisher"),
        url=group.first(schema + "url"),
        language=group.first(schema + "inLanguage"),
    )


def _values(group: Group, predicate: str) -> tuple[str, ...]:
    return tuple(sorted({value.value for value in group.objects.get(predicate, ())}))


def _index(group: Group, predicate: str) -> int:
    return int(group.first(predicate) or 0)


def _confidence(group: Group) -> float | None:
    found = group.first(KG_IRI + "confidence")
    return None if found is None else float(found)


def write_parquet(tables: Tables, folder: Path, *, gzip: bool = False) -> None:
    """One Parquet file for each table, with the same columns whether it has rows or not.

    Raises:
        ExportError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as exc:
        raise ExportError("Parquet needs the package pyarrow: pip install 'dateline[parquet]'.") from exc
    kinds = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    kinds_of_lists = {
        tuple[str, ...]: pa.list_(pa.string()),
        tuple[tuple[str, str], ...]: pa.list_(pa.struct([("predicate", pa.string()), ("value", pa.string())])),
    }
    rows_of = {Document: "documents", Entity: "entities", Event: "events", Statement: "statements"}
    rows_of |= {Relation: "relations", Span: "evidence", Quotation: "quotations", Mention: "mentions"}
    for row_class, name in rows_of.items():
        hints = get_type_hints(row_class)
        columns = [
            (_column(f.name), kinds_of_lists.get(hints[f.name]) or kinds[_bare(hints[f.name])])
            for f in fields(row_class)
        ]
        rows = getattr(tables, name)
        with pq.ParquetWriter(
            folder / f"{name}.parquet", pa.schema(columns), compression="gzip" if gzip else "zstd"
        ) as writer:
            for first in range(0, max(len(rows), 1), ROW_GROUP):
                part = [_as_row(row) for row in rows[first : first + ROW_GROUP]]
                writer.write_table(pa.Table.from_pylist(part, schema=pa.schema(columns)))


def _as_row(row: Any) -> dict[str, Any]:
    named = {_column(f.name): getattr(row, f.name) for f in fields(row)}
    if "facts" in named:
        named["facts"] = [{"predicate": predicate, "value": value} for predicate, value in named["facts"]]
    return named


def _column(name: str) -> str:
    return "class" if name == "cls" else name


def _bare(kind: Any) -> type[Any]:
    return next((part for part in getattr(kind, "__args__", (kind,)) if part is not type(None)), str)
