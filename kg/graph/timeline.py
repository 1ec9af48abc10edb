"""The store -> events by date, with who took part, where, and the sentences that tell of them."""

__all__ = ["Entry", "Part", "timeline"]

from collections import defaultdict
from dataclasses import dataclass

import pyoxigraph as ox

from kg.graph.network import Window, read_window, typed_entities
from kg.graph.sentences import Sentence, label_of, relation_label, sentences_of, value_of
from kg.graph.store import Store
from kg.ontology import KG_IRI, NAMESPACES, ontology


@dataclass(frozen=True, slots=True)
class Part:
    """One that has a part in an event; `plain` is false where somebody claims or plans it only."""

    role: str
    iri: str
    label: str
    plain: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One event; `begin` and `end` are the closed interval in which it happened, empty where no text says."""

    iri: str
    label: str
    type: str
    begin: str
    end: str
    precision: str
    time_text: str
    modality: str
    parts: tuple[Part, ...]
    place: tuple[Part, ...]
    sentences: tuple[Sentence, ...]
    confidence: float | None

    @property
    def date(self) -> str:
        """The interval as people write it: 2025-01-19, 2025-01, 2025, or 2025-01-19 – 2025-01-21."""
        if not (self.begin or self.end):
            return ""
        if self.begin == self.end:
            return self.begin
        if self.precision in ("month", "year"):
            return self.begin[: 7 if self.precision == "month" else 4]
        return f"{self.begin or '…'} – {self.end or '…'}"


def timeline(
    store: Store,
    *,
    of: str | None = None,
    since: str | None = None,
    until: str | None = None,
    type: str | None = None,  # noqa: A002
    min_confidence: float = 0.0,
) -> list[Entry]:
    """Events by date of their beginning, those of equal date by label; those without a date come last.

    Args:
        store: The open store of an output folder.
        of: Only events in which this entity has a part, claimed and planned parts included; None gives all.
        since: Only events that may have ended on or after this day, month or year (ISO).
        until: Only events that may have begun on or before it. With a bound, events without a date are left out.
        type: Only events of this class or one below it.
        min_confidence: Leave out events that are less sure.

    Raises:
        InputError: a bound is not an ISO date.
    """
    bounds = read_window(store, since, until)
    types, terms = typed_entities(store), ontology()
    parts = _parts(store)
    found = []
    for iri, kind in types.items():
        if not terms.is_a(kind, type or "Event") or not terms.is_a(kind, "Event"):
            continue
        if of is not None and all(part.iri != of for part in parts.get(iri, ())) and iri != of:
            continue
        entry = _entry(store, iri, kind, parts.get(iri, []))
        if _overlaps(entry, bounds) and (entry.confidence is None or entry.confidence >= min_confidence):
            found.append(entry)
    return sorted(found, key=lambda e: (e.begin or e.end or "9999", e.end or "9999", e.label, e.iri))


def _overlaps(entry: Entry, bounds: Window) -> bool:
    if bounds.is_open:
        return True
    begin, end = entry.begin or entry.end, entry.end or entry.begin
    if not begin:
        return False
    return (not bounds.since or end[: len(bounds.since)] >= bounds.since) and (
        not bounds.until or begin[: len(bounds.until)] <= bounds.until
    )


def _parts(store: Store) -> dict[str, list[Part]]:
    """Event -> those who have a part in it, read from the statements, so that claims and plans are among them."""
    roles = {name for name, term in ontology().properties.items() if term.is_role}
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for role in sorted(roles):
        predicate = ox.NamedNode(KG_IRI + role)
        for quad in store.inner.quads_for_pattern(None, ox.NamedNode(NAMESPACES["rdf"] + "predicate"), predicate, None):
            statement = str(getattr(quad.subject, "value", ""))
            event, entity = value_of(store, statement, "rdf:subject"), value_of(store, statement, "rdf:object")
            if event and entity:
                found[event].add((role, entity))
        for quad in store.inner.quads_for_pattern(None, predicate, None, None):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                found[quad.subject.value].add((role, quad.object.value))
    return {event: _sorted_parts(store, event, pairs) for event, pairs in found.items()}


def _sorted_parts(store: Store, event: str, pairs: set[tuple[str, str]]) -> list[Part]:
    parts = []
    for role, entity in pairs:
        quad = ox.Quad(ox.NamedNode(event), ox.NamedNode(KG_IRI + role), ox.NamedNode(entity))
        parts.append(Part(relation_label(KG_IRI + role), entity, label_of(store, entity), quad in store.inner))
    return sorted(parts, key=lambda part: (part.role, part.label, part.iri))


def _entry(store: Store, iri: str, kind: str, parts: list[Part]) -> Entry:
    place = relation_label(KG_IRI + "occurredIn")
    confidence = value_of(store, iri, "kg:confidence")
    return Entry(
        iri=iri,
        label=label_of(store, iri),
        type=kind,
        begin=value_of(store, iri, "sem:hasBeginTimeStamp"),
        end=value_of(store, iri, "sem:hasEndTimeStamp"),
        precision=value_of(store, iri, "kg:timePrecision"),
        time_text=value_of(store, iri, "kg:timeText"),
        modality=value_of(store, iri, "kg:modality").rsplit("#", 1)[-1] or "Asserted",
        parts=tuple(part for part in parts if part.role != place),
        place=tuple(part for part in parts if part.role == place),
        sentences=sentences_of(store, iri),
        confidence=float(confidence) if confidence else None,
    )
