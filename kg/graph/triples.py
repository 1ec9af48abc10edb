"""Readings and what they resolve to -> N-Triples lines: the graph model, in one place.

RDF 1.1, absolute ASCII IRIs in one flat namespace, no blank nodes, canonical literals, no clock time, host or path: the same
readings and corrections give the same set of lines in any order of documents. Lines carry no newline.
"""

__all__ = ["Run", "TripleWriter", "iri_of", "literal"]

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg.ontology import BASE_IRI, NAMESPACES, ontology
from kg.records import Argument, Document, Event, Fact, Literal, Mention, Quotation, Reading, Role, Span, digest
from kg.resolve import Happening, Resolution, Thing

_KG, _XSD = NAMESPACES["kg"], NAMESPACES["xsd"]
_TYPE = f"<{NAMESPACES['rdf']}type>"
_LABEL = f"<{NAMESPACES['rdfs']}label>"
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SPECIAL = re.compile(r'[\\"\n\r\t]')
_BAD_IRI = re.compile(r"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9%/:?#@!$&'()*+,;=~._-]")
_SENTENCE_END = re.compile(r"[.!?][\"”’')\]]*(?P<gap>\s+)(?=[\"“‘'(\[]?[A-Z0-9])|(?P<line>\n+)")
_SENTENCE_MAX_CHARS = 600

#: Roles whose holders are actors in the Simple Event Model; occurredIn is a place, topic is neither.
_NOT_ACTORS = frozenset({"occurredIn", "topic"})


@dataclass(frozen=True, slots=True)
class Run:
    """What made the graph: `id` is a hash of version, model, ontology, patterns and options, never of time or place."""

    version: str
    fingerprint: str

    @property
    def id(self) -> str:
        """Local name of the run's node."""
        return f"run-{digest(f'{self.version}|{self.fingerprint}', 12)}"


@dataclass
class _Proposition:
    """One statement over all documents: what it says, its evidence and the doubt that every document leaves."""

    subject: str
    predicate: str
    object: str
    modality: str
    stated_by: str | None
    lines: frozenset[str]
    is_plain: bool
    doubt: float = 1.0
    evidence: set[str] = field(default_factory=set)


def iri_of(local: str, base_iri: str = BASE_IRI) -> str:
    """`<base + local>`, ready for a line."""
    return f"<{base_iri}{local}>"


def literal(value: str, datatype: str = "", language: str = "") -> str:
    """An N-Triples literal; `datatype` is a local name of XML Schema, `language` a lower-case tag."""
    quoted = _SPECIAL.sub(lambda match: _ESCAPES[match[0]], value.encode("utf-8", "replace").decode())
    if language:
        return f'"{quoted}"@{language.lower()}'
    return f'"{quoted}"^^<{_XSD}{datatype}>' if datatype else f'"{quoted}"'


class TripleWriter:
    """Turns readings into lines, one after the other; statements come at the end, when all evidence is known.

    `dropped` counts facts left out, by reason: the vote over all documents may give an entity another class than one
    document did, and domain and range of the ontology hold always.
    """

    def __init__(self, resolution: Resolution, run: Run, *, base_iri: str = BASE_IRI, text: str = "evidence") -> None:
        """Prepare for the readings that `resolution` was made from; `text` is none, evidence or full."""
        self._resolution, self._run, self._base, self._text = resolution, run, base_iri, text
        self._terms = ontology()
        self._things = {thing.id: thing for thing in resolution.things}
        self._types: dict[str, str] = {thing.id: thing.type for thing in resolution.things}
        self._types |= {happening.id: happening.type for happening in resolution.happenings}
        self._propositions: dict[str, _Proposition] = {}
        self._told: dict[str, list[tuple[Document, Event]]] = defaultdict(list)
        self._merge_spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for thing in resolution.things:
            for merge in thing.merges:
                self._merge_spans[merge.doc].append((merge.begin, merge.end))
        self._told_of = {happening.id for happening in resolution.happenings}
        events = {thing.id for thing in resolution.things if self._terms.is_a(thing.type, "Event")}
        self._only_named = events - self._told_of
        self.dropped: Counter[str] = Counter()

    def lines_of_run(self) -> Iterator[str]:
        """The run and the software that made it."""
        run, agent = self._iri(self._run.id), self._iri(f"agent-dateline-{self._run.version.replace('.', '-')}")
        prov = NAMESPACES["prov"]
        yield f"{run} {_TYPE} <{prov}Activity> ."
        yield f"{run} <{prov}wasAssociatedWith> {agent} ."
        yield f"{agent} {_TYPE} <{prov}SoftwareAgent> ."
        yield f"{agent} {_LABEL} {literal(f'Dateline {self._run.version}', language='en')} ."

    def lines_of_things(self) -> Iterator[str]:
        """Every entity with its classes, names and the reasons for its merges."""
        for thing in self._resolution.things:
            yield from self._thing(thing)

    def lines_of(self, reading: Reading) -> Iterator[str]:
        """One document with its mentions, quotations and evidence; its facts and events are kept for the end."""
        document = reading.document
        yield from self._document(document)
        for mention in reading.mentions:
            yield from self._mention(mention)
            yield from self._named_event(mention, document)
        for quotation in reading.quotations:
            yield from self._quotation(quotation, document)
        for begin, end in sorted(set(self._merge_spans.get(document.id, ()))):
            if end > begin:
                yield from self._evidence(Span(begin, end), document)
        strongest: dict[str, float] = {}
        for fact in reading.facts:
            yield from self._fact(fact, document, strongest)
        for event in reading.events:
            yield from self._event(event, document, strongest)
        for local, confidence in strongest.items():
            self._propositions[local].doubt *= 1 - confidence

    def lines_at_end(self) -> Iterator[str]:
        """Events and statements over all readings."""
        for happening in self._resolution.happenings:
            yield from self._happening(happening)
        for local, proposition in self._propositions.items():
            yield from self._statement(local, proposition)

    # ---- nodes

    def _iri(self, local: str) -> str:
        return iri_of(local, self._base)

    def _types_of(self, node: str, class_name: str) -> Iterator[str]:
        # classes are written out up to the top, so that stores without reasoning answer `?x a kg:Organization`
        for name in self._terms.ancestors(class_name):
            yield f"{node} {_TYPE} <{_KG}{name}> ."

    def _thing(self, thing: Thing) -> Iterator[str]:
        node, skos = self._iri(thing.id), NAMESPACES["skos"]
        if thing.id not in self._told_of:
            yield from self._types_of(node, thing.type)
        if thing.id in self._only_named:
            yield f"{node} <{_KG}modality> <{_KG}Reported> ."
            yield f"{node} <{_KG}confidence> {_decimal(0.5)} ."
        yield f"{node} {_LABEL} {literal(thing.label, language='en')} ."
        yield f"{node} <{skos}prefLabel> {literal(thing.label, language='en')} ."
        for name in thing.names:
            yield f"{node} <{skos}altLabel> {literal(name, language='en')} ."
        for merge in thing.merges:
            reason = f'{merge.reason}: "{merge.name}"' if merge.name else merge.reason
            yield f"{node} <{_KG}mergeReason> {literal(reason)} ."
            if merge.end > merge.begin:
                yield f"{node} <{_KG}evidence> {self._iri(_span_id('ev', merge.doc, merge.begin, merge.end))} ."

    def _document(self, document: Document) -> Iterator[str]:
        node, schema, nif = self._iri(document.id), NAMESPACES["schema"], NAMESPACES["nif"]
        yield f"{node} {_TYPE} <{_KG}Document> ."
        yield f"{node} {_TYPE} <{nif}Context> ."
        yield f"{node} <{_KG}textSha256> {literal(digest(document.text, 64))} ."
        yield f"{node} <{_KG}charCount> {literal(str(len(document.text)), 'integer')} ."
        yield f"{node} <{schema}inLanguage> {literal(document.language)} ."
        if document.title:
            yield f"{node} {_LABEL} {literal(document.title, language=document.language)} ."
        if document.publisher:
            yield f"{node} <{schema}publisher> {literal(document.publisher)} ."
        for author in document.authors:
            yield f"{node} <{schema}author> {literal(author)} ."
        if document.date:
            yield f"{node} <{schema}datePublished> {literal(document.date, 'date')} ."
        if document.dateline:
            yield f"{node} <{_KG}dateline> {literal(document.dateline)} ."
        url = _web_iri(document.url)
        if url:
            yield f"{node} <{schema}url> <{url}> ."
        if self._text == "full":
            yield f"{node} <{nif}isString> {literal(document.text)} ."

    def _span(self, local: str, doc: str, begin: int, end: int, words: str) -> Iterator[str]:
        node, nif = self._iri(local), NAMESPACES["nif"]
        yield f"{node} <{nif}referenceContext> {self._iri(doc)} ."
        yield f"{node} <{nif}beginIndex> {literal(str(begin), 'integer')} ."
        yield f"{node} <{nif}endIndex> {literal(str(end), 'integer')} ."
        if self._text != "none":
            yield f"{node} <{nif}anchorOf> {literal(words)} ."
        yield f"{node} <{NAMESPACES['prov']}wasGeneratedBy> {self._iri(self._run.id)} ."

    def _mention(self, mention: Mention) -> Iterator[str]:
        thing = self._resolution.thing_of.get((mention.doc, mention.entity))
        if thing is None:
            return
        local = _span_id("m", mention.doc, mention.begin, mention.end)
        node = self._iri(local)
        yield f"{node} {_TYPE} <{_KG}Mention> ."
        yield f"{node} <{_KG}refersTo> {self._iri(thing)} ."
        yield f"{node} <{_KG}mentionKind> {literal(mention.kind)} ."
        yield f"{node} <{_KG}confidence> {_decimal(mention.confidence)} ."
        yield from self._span(local, mention.doc, mention.begin, mention.end, mention.text)

    def _named_event(self, mention: Mention, document: Document) -> Iterator[str]:
        """A name of an event that no sentence tells of rests on the sentences that name it."""
        thing = self._resolution.thing_of.get((mention.doc, mention.entity))
        if thing in self._only_named and thing:
            span = sentence_around(document.text, mention.begin, mention.end)
            yield from self._evidence(span, document)
            yield f"{self._iri(thing)} <{_KG}evidence> {self._iri(_span_id('ev', document.id, span.begin, span.end))} ."

    def _evidence(self, span: Span, document: Document) -> Iterator[str]:
        local = _span_id("ev", document.id, span.begin, span.end)
        yield f"{self._iri(local)} {_TYPE} <{_KG}Evidence> ."
        yield from self._span(local, document.id, span.begin, span.end, document.text[span.begin : span.end])

    def _quotation(self, quotation: Quotation, document: Document) -> Iterator[str]:
        span = quotation.content
        local = _span_id("q", document.id, span.begin, span.end)
        node = self._iri(local)
        yield from self._types_of(node, "Quotation")
        yield from self._span(local, document.id, span.begin, span.end, document.text[span.begin : span.end])
        yield f"{node} <{_KG}quotationForm> {literal(quotation.form)} ."
        if quotation.cue:
            yield f"{node} <{_KG}cue> {literal(quotation.cue)} ."
        speaker = self._thing_at(quotation.speaker, document.id)
        if speaker:
            yield f"{node} <{_KG}speaker> {self._iri(speaker)} ."

    # ---- facts and events

    def _thing_at(self, part: Argument | Role | None, doc: str) -> str | None:
        return self._resolution.thing_of.get((doc, part.entity)) if part else None

    def _fact(self, fact: Fact, document: Document, strongest: dict[str, float]) -> Iterator[str]:
        subject = self._thing_at(fact.subject, document.id)
        if subject is None:
            self.dropped["argument without entity"] += 1
            return
        if isinstance(fact.object, Literal):
            node = literal(fact.object.value, fact.object.datatype.removeprefix("xsd:").replace("string", ""))
            kind, target = fact.object.datatype, None
        else:
            target = self._thing_at(fact.object, document.id)
            if target is None:
                self.dropped["argument without entity"] += 1
                return
            node, kind = self._iri(target), self._types[target]
        if not self._terms.allows(self._types[subject], fact.predicate, kind) or subject == target:
            self.dropped[f"domain or range of {fact.predicate}"] += 1
            return
        if target and self._terms.properties[fact.predicate].is_symmetric and target < subject:
            subject, node = target, self._iri(subject)
        extra = _qualities(fact)
        source = self._thing_at(fact.stated_by, document.id)
        modality = _status(fact, source)
        is_plain = modality == "Asserted" and source is None and not fact.past
        times = (fact.valid_from or "", fact.valid_to or "", "past" if fact.past else "")
        sign = "|".join((subject, fact.predicate, node, modality, source or "", *times))
        proposition = _Proposition(subject, fact.predicate, node, modality, source, extra, is_plain)
        self._propose(sign, proposition)
        yield from self._support(sign, fact.evidence, fact.confidence, document, strongest)

    def _event(self, event: Event, document: Document, strongest: dict[str, float]) -> Iterator[str]:
        happening = self._resolution.happening_of[(document.id, event.id)]
        self._told[happening].append((document, event))
        yield from self._evidence(event.evidence, document)
        source = self._thing_at(event.stated_by, document.id)
        modality = _status(event, source)
        is_plain = modality == "Asserted" and source is None
        parts: list[tuple[str, Argument | Role]] = [(role.role, role) for role in event.roles]
        if event.place is not None:
            parts.append(("occurredIn", event.place))
        for predicate, part in parts:
            target = self._thing_at(part, document.id)
            if target is None or target == happening:
                self.dropped["role without entity"] += 1
                continue
            if not self._terms.allows(self._types[happening], predicate, self._types[target]):
                self.dropped[f"domain or range of {predicate}"] += 1
                continue
            node = self._iri(target)
            sign = "|".join((happening, predicate, node, modality, source or "", "", "", ""))
            proposition = _Proposition(happening, predicate, node, modality, source, frozenset(), is_plain)
            self._propose(sign, proposition)
            yield from self._support(sign, event.evidence, event.confidence, document, strongest)

    def _propose(self, sign: str, proposition: _Proposition) -> None:
        known = self._propositions.setdefault(f"st-{digest(sign)}", proposition)
        known.is_plain = known.is_plain or proposition.is_plain
        known.lines |= proposition.lines

    def _support(
        self, sign: str, span: Span, confidence: float, document: Document, strongest: dict[str, float]
    ) -> Iterator[str]:
        local = f"st-{digest(sign)}"
        self._propositions[local].evidence.add(_span_id("ev", document.id, span.begin, span.end))
        strongest[local] = max(strongest.get(local, 0.0), confidence)
        yield from self._evidence(span, document)

    def _statement(self, local: str, proposition: _Proposition) -> Iterator[str]:
        node, rdf = self._iri(local), NAMESPACES["rdf"]
        subject, predicate = self._iri(proposition.subject), f"<{_KG}{proposition.predicate}>"
        yield from self._types_of(node, "Claim" if proposition.stated_by else "Statement")
        yield f"{node} <{rdf}subject> {subject} ."
        yield f"{node} <{rdf}predicate> {predicate} ."
        yield f"{node} <{rdf}object> {proposition.object} ."
        yield f"{node} <{_KG}modality> <{_KG}{proposition.modality}> ."
        yield f"{node} <{_KG}confidence> {_decimal(1 - proposition.doubt)} ."
        if proposition.stated_by:
            yield f"{node} <{_KG}statedBy> {self._iri(proposition.stated_by)} ."
        for line in proposition.lines:
            yield f"{node} {line} ."
        for evidence in proposition.evidence:
            yield f"{node} <{_KG}evidence> {self._iri(evidence)} ."
        if proposition.is_plain:
            yield from self._plain(proposition, subject, predicate)

    def _plain(self, proposition: _Proposition, subject: str, predicate: str) -> Iterator[str]:
        term = self._terms.properties[proposition.predicate]
        yield f"{subject} {predicate} {proposition.object} ."
        if term.is_symmetric:
            yield f"{proposition.object} {predicate} {subject} ."
        if proposition.predicate == "occurredIn":
            yield f"{subject} <{NAMESPACES['sem']}hasPlace> {proposition.object} ."
        elif term.is_role and proposition.predicate not in _NOT_ACTORS:
            yield f"{subject} <{NAMESPACES['sem']}hasActor> {proposition.object} ."

    def _happening(self, happening: Happening) -> Iterator[str]:
        told = sorted(self._told[happening.id], key=lambda t: (t[0].date or "9999", t[0].id, t[1].begin, t[1].end))
        if not told:
            return
        node = self._iri(happening.id)
        yield from self._types_of(node, happening.type)
        if happening.id not in self._things:
            label = literal(told[0][1].label, language="en")
            yield f"{node} {_LABEL} {label} ."
            yield f"{node} <{NAMESPACES['skos']}prefLabel> {label} ."
        asserted = [event for _, event in told if event.modality == "Asserted" and event.stated_by is None]
        document, first = told[0]
        status = "Asserted" if asserted else _status(first, self._thing_at(first.stated_by, document.id))
        yield f"{node} <{_KG}modality> <{_KG}{status}> ."
        doubt = 1.0
        for doc in {document.id for document, _ in told}:
            doubt *= 1 - max(event.confidence for document, event in told if document.id == doc)
        yield f"{node} <{_KG}confidence> {_decimal(1 - doubt)} ."
        for document, event in told:
            yield f"{node} <{_KG}evidence> {self._iri(_span_id('ev', document.id, event.evidence.begin, event.evidence.end))} ."
            source = self._thing_at(event.stated_by, document.id)
            if source and not asserted:
                yield f"{node} <{_KG}statedBy> {self._iri(source)} ."
        yield from self._time(node, [event for _, event in told])

    def _time(self, node: str, told: Sequence[Event]) -> Iterator[str]:
        dated = [event for event in told if event.date_from or event.date_to]
        if not dated:
            return
        # the narrowest interval that any text gives
        event = min(dated, key=lambda e: (_days(e), told.index(e)))
        sem = NAMESPACES["sem"]
        if event.date_from:
            yield f"{node} <{sem}hasBeginTimeStamp> {literal(event.date_from, 'date')} ."
        if event.date_to:
            yield f"{node} <{sem}hasEndTimeStamp> {literal(event.date_to, 'date')} ."
        if event.precision:
            yield f"{node} <{_KG}timePrecision> {literal(event.precision)} ."
        if event.time_text and self._text != "none":
            yield f"{node} <{_KG}timeText> {literal(event.time_text)} ."


def sentence_around(text: str, begin: int, end: int) -> Span:
    """The sentence-like stretch around a span: for names that stand in no fact's evidence."""
    low, high = max(0, begin - _SENTENCE_MAX_CHARS), min(len(text), end + _SENTENCE_MAX_CHARS)
    before = [match.end() for match in _SENTENCE_END.finditer(text, low, begin)]
    after = _SENTENCE_END.search(text, end, high)
    stop = high if after is None else after.start("gap" if after["gap"] else "line")
    return Span(before[-1] if before else low, stop)


def document_lines(writer: TripleWriter, readings: Iterable[Reading]) -> Iterator[str]:
    """All lines of a graph, run and entities first, statements last."""
    yield from writer.lines_of_run()
    yield from writer.lines_of_things()
    for reading in readings:
        yield from writer.lines_of(reading)
    yield from writer.lines_at_end()


def _span_id(kind: str, doc: str, begin: int, end: int) -> str:
    return f"{kind}-{doc.removeprefix('doc-')}-{begin}-{end}"


def _qualities(fact: Fact) -> frozenset[str]:
    lines = set()
    if fact.valid_from:
        lines.add(f"<{_KG}validFrom> {literal(fact.valid_from, 'date')}")
    if fact.valid_to:
        lines.add(f"<{_KG}validTo> {literal(fact.valid_to, 'date')}")
    if fact.past:
        lines.add(f"<{_KG}past> {literal('true', 'boolean')}")
    if isinstance(fact.object, Literal):
        if fact.object.unit:
            lines.add(f"<{_KG}unit> {literal(fact.object.unit)}")
        if fact.object.qualifier:
            lines.add(f"<{_KG}qualifier> {literal(fact.object.qualifier)}")
    return frozenset(lines)


def _status(told: Fact | Event, source: str | None) -> str:
    """The modality; what somebody says who is no node of the graph is Reported."""
    unnamed = told.modality == "Asserted" and told.stated_by is not None and source is None
    return "Reported" if unnamed else told.modality


def _days(event: Event) -> tuple[int, str, str]:
    """Sorts intervals: closed before open, narrow before wide."""
    if not (event.date_from and event.date_to):
        return (1_000_000, event.date_from or "", event.date_to or "")
    span = [int(part) for part in event.date_to.split("-")], [int(part) for part in event.date_from.split("-")]
    width = (span[0][0] - span[1][0]) * 372 + (span[0][1] - span[1][1]) * 31 + span[0][2] - span[1][2]
    return (width, event.date_from, event.date_to)


def _decimal(confidence: float) -> str:
    """Two digits at most, in the shortest form that every store keeps as it is; never above 0.99."""
    return literal(f"{min(max(confidence, 0.0), 0.99):.2f}".rstrip("0").rstrip("."), "decimal")


def _web_iri(url: str | None) -> str | None:
    """The address as an ASCII IRI that every parser takes; None when it is no web address."""
    if not url or not url.startswith(("http://", "https://")):
        return None
    iri = _BAD_IRI.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace")), url)
    try:
        return ox.NamedNode(iri).value
    except ValueError:
        return None
