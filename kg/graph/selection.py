"""All triples of a graph -> those an export asks for: facts only, above a confidence, without sentences, with RDF 1.2 reifiers.

The triples must come grouped by subject, as in graph.nt, which is sorted.
"""

__all__ = ["Group", "Selection", "groups", "local_name", "read_triples", "select"]

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pyoxigraph as ox

from kg.errors import ExportError
from kg.ontology import KG_IRI, NAMESPACES, ontology

TYPE = NAMESPACES["rdf"] + "type"
SUBJECT, PREDICATE, OBJECT = (NAMESPACES["rdf"] + name for name in ("subject", "predicate", "object"))
REIFIES = ox.NamedNode(NAMESPACES["rdf"] + "reifies")
ACTOR, PLACE = NAMESPACES["sem"] + "hasActor", NAMESPACES["sem"] + "hasPlace"
#: Predicates whose objects are words of an article, for each amount of text that may be given away.
WORDS = {
    "none": frozenset((NAMESPACES["nif"] + "anchorOf", NAMESPACES["nif"] + "isString", KG_IRI + "timeText")),
    "evidence": frozenset((NAMESPACES["nif"] + "isString",)),
    "full": frozenset[str](),
}
#: What an entity or event carries beside its facts: how the tool came to it.
BOOKKEEPING = frozenset(KG_IRI + name for name in ("evidence", "modality", "statedBy", "confidence", "mergeReason"))
FACT_PREDICATES = frozenset(
    [NAMESPACES["rdf"] + "type", NAMESPACES["rdfs"] + "label"]
    + [NAMESPACES["skos"] + name for name in ("prefLabel", "altLabel", "exactMatch")]
    + [NAMESPACES["sem"] + name for name in ("hasBeginTimeStamp", "hasEndTimeStamp", "hasActor", "hasPlace")]
)

Triples = Callable[[], Iterator[ox.Triple]]


@dataclass(frozen=True, slots=True)
class Selection:
    """What of the graph an export takes.

    `facts`: only plain triples, types and names; `min_confidence`: leave out statements, events and mentions below it, and
    facts that rest on nothing better; `text`: "none" takes no words of the articles but names, "evidence" the sentences that
    facts rest on, "full" all that the graph has; `rdf12`: statements as RDF 1.2 reifiers; `named_graph`: the graph that
    quads are written into.
    """

    facts: bool = False
    min_confidence: float = 0.0
    text: str = "evidence"
    rdf12: bool = False
    named_graph: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """All triples of one subject: predicate IRI -> objects, and the local names of its classes of ours."""

    subject: str
    triples: tuple[ox.Triple, ...]
    objects: dict[str, list[ox.NamedNode | ox.Literal]]
    classes: frozenset[str]

    def first(self, predicate: str) -> str | None:
        """The value of the first object of this predicate."""
        found = self.objects.get(predicate)
        return found[0].value if found else None

    def number(self, predicate: str, default: float) -> float:
        """The first object as a number, or the default."""
        found = self.first(predicate)
        return default if found is None else float(found)

    @property
    def is_fact(self) -> bool:
        """Whether a statement is one that the text itself asserts of now, so that it may stand as a plain triple."""
        asserted = self.first(KG_IRI + "modality") == KG_IRI + "Asserted" and KG_IRI + "statedBy" not in self.objects
        return asserted and self.first(KG_IRI + "past") != "true"


def read_triples(path: Path) -> Iterator[ox.Triple]:
    """The triples of an N-Triples file, one by one.

    Raises:
        ExportError: the file is missing or damaged, with its line.
    """
    try:
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.N_TRIPLES):
            yield quad.triple
    except SyntaxError as exc:
        raise ExportError(f"{path}, line {exc.lineno}: {exc.msg}. Build the graph again.") from exc
    except OSError as exc:
        raise ExportError(
            f"{path} cannot be read: {exc.strerror or exc}. Run `kg build` first, or name its folder."
        ) from exc


def groups(triples: Iterable[ox.Triple]) -> Iterator[Group]:
    """The triples by subject."""
    for subject, members in groupby(triples, key=lambda triple: _iri(triple.subject)):
        objects: dict[str, list[ox.NamedNode | ox.Literal]] = {}
        together = tuple(members)
        for triple in together:
            objects.setdefault(triple.predicate.value, []).append(triple.object)  # type: ignore[arg-type]
        names = (local_name(kind.value) for kind in objects.get(TYPE, ()) if kind.value.startswith(KG_IRI))
        yield Group(subject, together, objects, frozenset(names))


def _iri(subject: ox.NamedNode | ox.BlankNode | ox.Triple) -> str:
    return str(subject) if isinstance(subject, ox.Triple) else subject.value


def local_name(iri: str) -> str:
    """The part of an IRI of ours after the namespace."""
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def select(read: Triples, selection: Selection) -> Iterator[ox.Triple]:
    """Those triples that the selection asks for, in the order of the graph.

    Args:
        read: Begins to read the graph anew each time it is called; up to three passes are made.
        selection: What to keep.
    """
    triples = read()
    if selection.min_confidence > 0:
        triples = _above(read, selection.min_confidence)
    if selection.facts:
        unasserted = {group.subject for group in groups(read()) if _is_event(group) and not _is_asserted(group)}
        triples = _facts(triples, unasserted)
    without = WORDS[selection.text]
    if without:
        triples = (triple for triple in triples if triple.predicate.value not in without)
    return _reified(triples) if selection.rdf12 else triples


def _facts(triples: Iterable[ox.Triple], unasserted: set[str]) -> Iterator[ox.Triple]:
    properties = {KG_IRI + name for name in ontology().properties} - BOOKKEEPING
    kept = FACT_PREDICATES | properties
    for group in groups(triples):
        if not _is_thing(group) or group.subject in unasserted:
            continue
        for triple in group.triples:
            if triple.predicate.value in kept and triple.object.value not in unasserted:  # type: ignore[union-attr]
                yield triple


def _above(read: Triples, least: float) -> Iterator[ox.Triple]:
    weak = {group.subject for group in groups(read()) if group.number(KG_IRI + "confidence", 1.0) < least}
    kept_facts: set[tuple[str, str, str]] = set()
    weak_facts: set[tuple[str, str, str]] = set()
    kept_evidence: set[str] = set()
    weak_evidence: set[str] = set()
    for group in groups(read()):
        spans = {span.value for span in group.objects.get(KG_IRI + "evidence", ())}
        if "Statement" in group.classes:
            ends = {group.first(SUBJECT), group.first(OBJECT)}
            if group.subject in weak or ends & weak:
                weak.add(group.subject)
                weak_facts.update(_plain_triples(group))
            elif group.is_fact:
                kept_facts.update(_plain_triples(group))
        (weak_evidence if group.subject in weak else kept_evidence).update(spans)
    weak |= weak_evidence - kept_evidence
    weak_facts -= kept_facts
    for triple in read():
        key = (_iri(triple.subject), triple.predicate.value, str(triple.object))
        if not (key[0] in weak or triple.object.value in weak or key in weak_facts):  # type: ignore[union-attr]
            yield triple


def _plain_triples(group: Group) -> Iterator[tuple[str, str, str]]:
    """The plain triples that a statement may stand behind: its own, the other way round, and those of the event model."""
    subject, predicate, target = (group.objects[name][0] for name in (SUBJECT, PREDICATE, OBJECT))
    for name in (predicate.value, ACTOR, PLACE):
        yield subject.value, name, str(target)
    if isinstance(target, ox.NamedNode):
        yield target.value, predicate.value, str(subject)


def _reified(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    for group in groups(triples):
        if "Statement" not in group.classes or any(name not in group.objects for name in (SUBJECT, PREDICATE, OBJECT)):
            yield from group.triples
            continue
        subject, predicate, target = (group.objects[name][0] for name in (SUBJECT, PREDICATE, OBJECT))
        proposition = ox.Triple(subject, predicate, target)  # type: ignore[arg-type]
        parts = {SUBJECT, PREDICATE, OBJECT}
        kept = [triple for triple in group.triples if triple.predicate.value not in parts]
        kept.append(ox.Triple(ox.NamedNode(group.subject), REIFIES, proposition))
        yield from sorted(kept, key=str)


def _is_thing(group: Group) -> bool:
    return "Entity" in group.classes or any(ontology().is_a(name, "Entity") for name in group.classes)


def _is_event(group: Group) -> bool:
    return "Event" in group.classes


def _is_asserted(group: Group) -> bool:
    return group.first(KG_IRI + "modality") in (None, KG_IRI + "Asserted")
