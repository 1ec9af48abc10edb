"""A store -> what the HTML graph shows: names, facts, sentences, documents and quotations, in a fixed order.

Everything is read predicate by predicate into dicts keyed by IRI, which is several times faster than asking node by node.
"""

__all__ = ["Content", "PageDocument", "PageEvidence", "PageFact", "PageNode", "PageQuote", "narrow", "read_content"]

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

import pyoxigraph as ox

from kg.ontology import KG_IRI, NAMESPACES, Ontology, ontology

#: The classes that have a colour and a shape of their own, in the order of the legend.
MAIN_TYPES = ("Person", "Organization", "Platform", "Group", "Place", "Event", "Policy", "Product", "Work")
_STATEMENT_TERMS = ("Statement", "Claim")


@dataclass(frozen=True, slots=True)
class PageNode:
    """One entity or event; `type` is its most specific class, `dates` the closed interval of an event."""

    iri: str
    label: str
    type: str
    main: str
    aliases: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    evidence: tuple[int, ...] = ()
    dates: tuple[str, str] = ("", "")
    modality: str = ""
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class PageFact:
    """One statement: `object` is a node's number or a literal's text, `said_by` a node's number or -1."""

    subject: int
    predicate: str
    object: int | str
    modality: str = "Asserted"
    confidence: float = 0.0
    said_by: int = -1
    evidence: tuple[int, ...] = ()
    valid_from: str = ""
    valid_to: str = ""
    past: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class PageEvidence:
    """One sentence of one document; `mentions` are (begin, end, node) within it, in UTF-16 units as the page counts."""

    document: int
    begin: int
    text: str
    mentions: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PageDocument:
    """One source text as the panel names it."""

    iri: str
    title: str
    date: str = ""
    url: str = ""
    publisher: str = ""


@dataclass(frozen=True, slots=True)
class PageQuote:
    """Words reported from a speaker (-1 where the text names none)."""

    speaker: int
    text: str
    document: int
    begin: int
    mentions: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """All that the page can show; numbers in one list are positions in another."""

    nodes: tuple[PageNode, ...] = ()
    facts: tuple[PageFact, ...] = ()
    evidence: tuple[PageEvidence, ...] = ()
    documents: tuple[PageDocument, ...] = ()
    quotes: tuple[PageQuote, ...] = ()


def read_content(store: ox.Store) -> Content:
    """Everything of the store that the page can show, sorted by IRI so that the same graph gives the same numbers."""
    return _Reader(store).content()


def narrow(content: Content, keep_node: Callable[[int], bool], keep_fact: Callable[[PageFact], bool]) -> Content:
    """The content without the other nodes and facts, and without sentences and documents that nothing kept refers to."""
    nodes = [i for i in range(len(content.nodes)) if keep_node(i)]
    node_at = {old: new for new, old in enumerate(nodes)}
    facts = [
        fact
        for fact in content.facts
        if fact.subject in node_at and (isinstance(fact.object, str) or fact.object in node_at) and keep_fact(fact)
    ]
    quotes = [quote for quote in content.quotes if quote.speaker in node_at]
    used = {e for fact in facts for e in fact.evidence} | {e for i in nodes for e in content.nodes[i].evidence}
    evidence_at = {old: new for new, old in enumerate(sorted(used))}
    documents = {content.evidence[e].document for e in used} | {quote.document for quote in quotes}
    document_at = {old: new for new, old in enumerate(sorted(documents))}

    def mentions(old: tuple[tuple[int, int, int], ...]) -> tuple[tuple[int, int, int], ...]:
        return tuple((begin, end, node_at[node]) for begin, end, node in old if node in node_at)

    def numbers(old: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(evidence_at[e] for e in old)

    return Content(
        nodes=tuple(replace(content.nodes[i], evidence=numbers(content.nodes[i].evidence)) for i in nodes),
        facts=tuple(
            replace(
                fact,
                subject=node_at[fact.subject],
                object=fact.object if isinstance(fact.object, str) else node_at[fact.object],
                said_by=node_at.get(fact.said_by, -1),
                evidence=numbers(fact.evidence),
            )
            for fact in facts
        ),
        evidence=tuple(
            replace(item, document=document_at[item.document], mentions=mentions(item.mentions))
            for item in (content.evidence[e] for e in sorted(used))
        ),
        documents=tuple(content.documents[d] for d in sorted(documents)),
        quotes=tuple(
            replace(
                quote,
                speaker=node_at[quote.speaker],
                document=document_at[quote.document],
                mentions=mentions(quote.mentions),
            )
            for quote in quotes
        ),
    )


@dataclass
class _Reader:
    """The columns of one store while its content is put together."""

    store: ox.Store
    terms: Ontology = field(default_factory=ontology)
    documents: list[PageDocument] = field(default_factory=list)
    document_at: dict[str, int] = field(default_factory=dict)
    nodes: list[PageNode] = field(default_factory=list)
    node_at: dict[str, int] = field(default_factory=dict)
    evidence: list[PageEvidence] = field(default_factory=list)
    evidence_at: dict[str, int] = field(default_factory=dict)
    read: dict[str, dict[str, str]] = field(default_factory=dict)
    read_all: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def content(self) -> Content:
        """Read documents, nodes, sentences, facts and quotations, in that order: each needs the numbers before it."""
        types = self._types()
        self._read_documents(types["Document"])
        spans = _Spans(self)
        self._number_nodes(types)
        mentions = self._mentions(spans)
        self._read_evidence(types["Evidence"] - types["Quotation"], spans, mentions)
        self._read_nodes(types)
        facts = self._facts(types["Statement"] | types["Claim"])
        quotes = self._quotes(types["Quotation"], spans, mentions)
        return Content(tuple(self.nodes), tuple(facts), tuple(self.evidence), tuple(self.documents), tuple(quotes))

    def column(self, predicate: str) -> dict[str, str]:
        """Subject -> value of a predicate, the smallest where there are several; read once."""
        if predicate not in self.read:
            found: dict[str, str] = {}
            for subject, value in self._pairs(predicate):
                if subject not in found or value < found[subject]:
                    found[subject] = value
            self.read[predicate] = found
        return self.read[predicate]

    def columns(self, predicate: str) -> dict[str, list[str]]:
        """Subject -> values of a predicate; read once."""
        if predicate not in self.read_all:
            found: dict[str, list[str]] = {}
            for subject, value in self._pairs(predicate):
                found.setdefault(subject, []).append(value)
            self.read_all[predicate] = found
        return self.read_all[predicate]

    def _pairs(self, predicate: str) -> Iterator[tuple[str, str]]:
        prefix, name = predicate.split(":", 1)
        for quad in self.store.quads_for_pattern(None, ox.NamedNode(NAMESPACES[prefix] + name), None, None):
            if not isinstance(quad.object, ox.Triple) and not isinstance(quad.subject, ox.Triple):
                yield quad.subject.value, quad.object.value

    def _types(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        rdf_type = ox.NamedNode(NAMESPACES["rdf"] + "type")
        for name in self.terms.parents:
            for quad in self.store.quads_for_pattern(None, rdf_type, ox.NamedNode(KG_IRI + name), None):
                found[name].add(str(getattr(quad.subject, "value", quad.subject)))
        return found

    def _read_documents(self, known: set[str]) -> None:
        titles, dates, urls = self.column("rdfs:label"), self.column("schema:datePublished"), self.column("schema:url")
        publishers = self.column("schema:publisher")
        met = set(self.column("nif:referenceContext").values())
        for iri in sorted(known | met):
            publisher = publishers.get(iri, "")
            self.document_at[iri] = len(self.documents)
            self.documents.append(
                PageDocument(
                    iri,
                    titles.get(iri, ""),
                    dates.get(iri, ""),
                    urls.get(iri, ""),
                    titles.get(publisher, publisher),
                )
            )

    def _number_nodes(self, types: dict[str, set[str]]) -> None:
        apart = types["Document"] | types["Statement"] | types["Claim"] | types["Mention"] | types["Evidence"]
        entities = {name for name in self.terms.parents if self.terms.is_a(name, "Entity")}
        known = set().union(*(types[name] for name in entities)) - apart
        self.node_at = {iri: number for number, iri in enumerate(sorted(known))}

    def _read_nodes(self, types: dict[str, set[str]]) -> None:
        depth = {name: len(self.terms.ancestors(name)) for name in self.terms.parents}
        best: dict[str, str] = {}
        for name in sorted(self.terms.parents, key=lambda name: (depth[name], name)):
            if self.terms.is_a(name, "Entity"):
                best.update((iri, name) for iri in types[name] if iri in self.node_at)
        mains = {name: _main_type(name, self.terms) for name in set(best.values())}
        labels, preferred = self.column("rdfs:label"), self.column("skos:prefLabel")
        others, reasons = self.columns("skos:altLabel"), self.columns("kg:mergeReason")
        begins, ends = self.column("sem:hasBeginTimeStamp"), self.column("sem:hasEndTimeStamp")
        modality, confidence, evidence = (
            self.column("kg:modality"),
            self.column("kg:confidence"),
            self.columns("kg:evidence"),
        )
        for iri in self.node_at:
            label = labels.get(iri) or preferred.get(iri) or _local(iri)
            self.nodes.append(
                PageNode(
                    iri=iri,
                    label=label,
                    type=best[iri],
                    main=mains[best[iri]],
                    aliases=tuple(sorted(set(others.get(iri, ())) - {label})),
                    reasons=tuple(sorted(set(reasons.get(iri, ())))),
                    evidence=self._evidence_numbers(evidence.get(iri, ())),
                    dates=(begins.get(iri, ""), ends.get(iri, "")),
                    modality=_local(modality.get(iri, "")),
                    confidence=_number(confidence.get(iri)),
                )
            )

    def _mentions(self, spans: "_Spans") -> dict[int, list[tuple[int, int, int]]]:
        found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for mention, entity in self.column("kg:refersTo").items():
            place = spans.of(mention)
            if place and entity in self.node_at:
                found[place[0]].append((place[1], place[2], self.node_at[entity]))
        for places in found.values():
            places.sort(key=lambda place: (place[0], -place[1], place[2]))
        return found

    def _read_evidence(self, known: set[str], spans: "_Spans", mentions: dict[int, list[tuple[int, int, int]]]) -> None:
        for iri in sorted(known):
            place = spans.of(iri)
            if place is None:
                continue
            document, begin, end = place
            text = spans.text.get(iri, "")
            inside = _within(mentions.get(document, []), begin, end)
            self.evidence_at[iri] = len(self.evidence)
            self.evidence.append(PageEvidence(document, begin, text, _utf16(text, inside)))

    def _facts(self, statements: set[str]) -> list[PageFact]:
        subjects, predicates = self.column("rdf:subject"), self.column("rdf:predicate")
        objects, speakers = self.column("rdf:object"), self.column("kg:statedBy")
        modality, confidence, evidence = (
            self.column("kg:modality"),
            self.column("kg:confidence"),
            self.columns("kg:evidence"),
        )
        since, until, past = self.column("kg:validFrom"), self.column("kg:validTo"), self.column("kg:past")
        qualifiers, units = self.column("kg:qualifier"), self.column("kg:unit")
        facts, stated = [], set()
        for iri in sorted(statements):
            subject, predicate, value = subjects.get(iri, ""), predicates.get(iri, ""), objects.get(iri)
            if subject not in self.node_at or value is None or not predicate:
                continue
            stated.add((subject, _local(predicate), value))
            facts.append(
                PageFact(
                    subject=self.node_at[subject],
                    predicate=_local(predicate),
                    object=self._object(value),
                    modality=_local(modality.get(iri, "Asserted")),
                    confidence=_number(confidence.get(iri)),
                    said_by=self.node_at.get(speakers.get(iri, ""), -1),
                    evidence=self._evidence_numbers(evidence.get(iri, ())),
                    valid_from=since.get(iri, ""),
                    valid_to=until.get(iri, ""),
                    past=past.get(iri) == "true",
                    note=" ".join(filter(None, (qualifiers.get(iri), units.get(iri)))),
                )
            )
        return facts + self._plain_facts(stated)

    def _plain_facts(self, stated: set[tuple[str, str, str]]) -> list[PageFact]:
        """Plain triples that no Statement describes: a graph of other tools may have them."""
        facts = []
        for name, term in sorted(self.terms.properties.items()):
            if not any(self.terms.is_a(domain, "Entity") for domain in term.domain) or name in _OWN_WORDS:
                continue
            for subject, values in sorted(self.columns("kg:" + name).items()):
                facts += [
                    PageFact(self.node_at[subject], name, self._object(value))
                    for value in sorted(set(values))
                    if subject in self.node_at and (subject, name, value) not in stated
                ]
        return facts

    def _quotes(
        self, known: set[str], spans: "_Spans", mentions: dict[int, list[tuple[int, int, int]]]
    ) -> list[PageQuote]:
        speakers, quotes = self.column("kg:speaker"), []
        for iri in sorted(known):
            place, text = spans.of(iri), spans.text.get(iri, "")
            if place and text:
                inside = _utf16(text, _within(mentions.get(place[0], []), place[1], place[2]))
                quotes.append(PageQuote(self.node_at.get(speakers.get(iri, ""), -1), text, place[0], place[1], inside))
        return sorted(quotes, key=lambda quote: (quote.document, quote.begin))

    def _object(self, value: str) -> int | str:
        if value in self.node_at:
            return self.node_at[value]
        return self.documents[self.document_at[value]].title if value in self.document_at else value

    def _evidence_numbers(self, iris: Iterable[str]) -> tuple[int, ...]:
        return tuple(sorted({self.evidence_at[iri] for iri in iris if iri in self.evidence_at}))


#: Properties that the panel shows in places of their own, or not at all.
_OWN_WORDS = {"evidence", "modality", "statedBy", "confidence", "mergeReason", "pagerank", "betweenness", "degree"} | {
    "community",
    "timePrecision",
    "timeText",
    "speaker",
}


class _Spans:
    """Document, begin, end and text of every mention and sentence."""

    def __init__(self, reader: _Reader) -> None:
        self._documents = reader.column("nif:referenceContext")
        self._begins, self._ends = reader.column("nif:beginIndex"), reader.column("nif:endIndex")
        self._number = reader.document_at
        self.text: dict[str, str] = reader.column("nif:anchorOf")

    def of(self, iri: str) -> tuple[int, int, int] | None:
        """Number of the document, begin and end, or None where the graph does not say."""
        document, begin, end = self._documents.get(iri), self._begins.get(iri), self._ends.get(iri)
        if document is None or begin is None or end is None:
            return None
        return self._number[document], int(begin), int(end)


def _within(places: list[tuple[int, int, int]], begin: int, end: int) -> list[tuple[int, int, int]]:
    """The mentions inside a stretch, relative to it; of two that overlap the first and longest stays."""
    found: list[tuple[int, int, int]] = []
    last = begin
    for at in range(bisect_left(places, (begin,)), len(places)):
        first, past_last, node = places[at]
        if first >= end:
            break
        if first >= last and past_last <= end:
            found.append((first - begin, past_last - begin, node))
            last = past_last
    return found


def _utf16(text: str, places: list[tuple[int, int, int]]) -> tuple[tuple[int, int, int], ...]:
    """Code points -> UTF-16 units, which is what JavaScript counts in; they differ only after an astral character."""
    if text.isascii() or all(ord(letter) < 0x10000 for letter in text):
        return tuple(places)

    def units(offset: int) -> int:
        return offset + sum(ord(letter) > 0xFFFF for letter in text[:offset])

    return tuple((units(begin), units(end), node) for begin, end, node in places)


def _main_type(name: str, terms: Ontology) -> str:
    return next((above for above in terms.ancestors(name) if above in MAIN_TYPES), "Other")


def _local(iri: str) -> str:
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def _number(value: str | None) -> float:
    try:
        return round(float(value), 2) if value else 0.0
    except ValueError:
        return 0.0
