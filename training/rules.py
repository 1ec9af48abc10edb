"""Annotated articles -> what breaks the guidelines, and hints at what may have been forgotten."""

__all__ = ["GENRES", "MATTERS", "SPLITS", "hints", "problems"]

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise

from kg.ontology import ontology
from kg.records import Entity, Event, Fact, Literal, Mention, Span
from training.markup import Article

GENRES = (
    "wire report",
    "feature",
    "testimony",
    "interview",
    "opinion",
    "press release",
    "brief",
    "live blog",
    "court report",
    "match report",
    "market report",
    "obituary",
    "science story",
    "translated story",
    "local news",
    "listicle",
)
MATTERS = (
    "politics",
    "elections",
    "courts",
    "business",
    "mergers",
    "platforms",
    "sport",
    "culture",
    "science",
    "health",
    "disasters",
    "crime",
    "conflict",
    "diplomacy",
    "education",
    "migration",
    "religion",
    "obituaries",
    "everyday",
    "transport",
    "climate",
)
SPLITS = ("train", "dev", "test")
HE, SHE, IT = (
    frozenset("he him his himself".split()),
    frozenset("she her hers herself".split()),
    frozenset(["it", "its"]),
)
CALENDAR = frozenset(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August "
    "September October November December Mr Mrs Ms Dr".split()
)
#: Pronouns that mostly refer to somebody; "it" often stands for a clause and is left out.
LIKELY_PRONOUN = re.compile(r"\b(?:he|him|his|she|hers?|its|they|them|their|i|me|my|we|us|our)\b", re.IGNORECASE)
QUOTED = re.compile(r"“([^”]+)”|\"([^\"]+)\"|(?<!\w)‘([^’]+(?:’\w[^’]*)*)’(?!\w)")


def problems(articles: Iterable[Article]) -> Iterator[str]:
    """Each breach as `file: what`; nothing for a sound corpus."""
    for article in articles:
        for problem in _problems(article):
            yield f"{article.id}: {problem}"


def _problems(article: Article) -> Iterator[str]:
    yield from _header(article)
    yield from _offsets(article)
    yield from _chains(article)
    for fact in article.reading.facts:
        yield from _fact(article, fact)
    for event in article.reading.events:
        yield from _event(article, event)
    yield from _quotations(article)
    yield from _repeated(article)


def _repeated(article: Article) -> Iterator[str]:
    """A relation is written once; a named happening is an entity and an event."""
    seen: set[tuple[str, str, str, str]] = set()
    for fact in article.reading.facts:
        target = fact.object.value if isinstance(fact.object, Literal) else fact.object.entity
        line = (fact.subject.entity, fact.predicate, target, fact.modality)
        if line in seen:
            yield f"{' '.join(line)} is there twice"
        seen.add(line)
    told = {event.entity for event in article.reading.events}
    for entity in article.reading.entities:
        if ontology().is_a(entity.type, "Event") and entity.id not in told:
            yield f"{entity.id} ({entity.name}) is a happening, but no event has entity={entity.id}"


def _header(article: Article) -> Iterator[str]:
    if article.path is not None and article.path.stem != article.id:
        yield f"the id differs from the file's name {article.path.name}"
    for value, allowed in ((article.genre, GENRES), (article.matter, MATTERS), (article.split, SPLITS)):
        if value not in allowed:
            yield f"{value!r} is none of {', '.join(allowed)}"
    stated = article.reading.document.date
    if stated and not _is_day(stated):
        yield f"the date {stated!r} is no day"
    words = len(article.reading.document.text.split())
    if not 80 <= words <= 280:
        yield f"{words} words: articles have 80 to 250, furniture apart"


def _offsets(article: Article) -> Iterator[str]:
    reading = article.reading
    text = reading.document.text
    seen: set[tuple[int, int]] = set()
    spans: list[tuple[int, int, str]] = [(m.begin, m.end, m.text) for m in reading.mentions]
    for fact in reading.facts:
        spans += [(end.begin, end.end, end.text) for end in (fact.subject, fact.object)]
    spans += [(role.begin, role.end, role.text) for event in reading.events for role in event.roles]
    for begin, end, words in spans:
        if text[begin:end] != words or not words.strip() or words != words.strip():
            yield f"the span {begin}-{end} is not {words!r}"
    for mention in reading.mentions:
        place = (mention.begin, mention.end)
        if place in seen:
            yield f"{mention.text!r} is marked twice"
        seen.add(place)
    for one, other in pairwise(reading.mentions):
        if (
            one.kind != "pronoun"
            and one.entity == other.entity
            and one.end <= other.begin
            and text[one.end : other.begin] in (" ", ", ")
        ):
            yield f"{one.text!r} stands in apposition to {other.text!r}: a title or description there is no mention"
    for span in reading.document.boilerplate:
        inside = [m.text for m in reading.mentions if span.begin <= m.begin < span.end]
        if inside:
            yield f"mentions stand in boilerplate: {', '.join(inside)}"


def _chains(article: Article) -> Iterator[str]:
    chains: dict[str, list[Mention]] = {}
    for mention in article.reading.mentions:
        chains.setdefault(mention.entity, []).append(mention)
    for entity in article.reading.entities:
        chain = chains.get(entity.id, [])
        if not chain:
            yield f"{entity.id} ({entity.name}) is never mentioned"
        elif entity.named and not _is_named(article, entity, chain):
            yield f"{entity.id} has the name {entity.name!r}, but no mention is a name"
        for mention in chain:
            extra = mention.text.startswith("The ") and not any(
                name.startswith("The ") for name in (entity.name, *entity.aliases)
            )
            if mention.kind == "name" and extra:
                yield f"{mention.text!r}: a leading The stands outside the mark"
        pronouns = {m.text.lower() for m in chain if m.kind == "pronoun"}
        if pronouns & HE and pronouns & SHE:
            yield f"{entity.id} is both he and she"
        if pronouns & (HE | SHE) and entity.type not in ("Person", "Group"):
            yield f"{entity.id} is a {entity.type}, yet he or she"
        if pronouns & IT and entity.type == "Person":
            yield f"{entity.id} is a Person, yet it"
        if entity.type == "Person" and entity.named and entity.name[:4] in ("The ", "Mr. "):
            yield f"{entity.id}: titles are no part of the name"
    names: dict[tuple[str, str], str] = {}
    for mention in article.reading.mentions:
        if mention.kind == "name":
            other = names.setdefault((mention.text, mention.type), mention.entity)
            if other != mention.entity:
                yield f"{mention.text!r} names both {other} and {mention.entity}, of one class"


def _is_named(article: Article, entity: Entity, chain: list[Mention]) -> bool:
    """Whether the text, or its byline, has the name; a country may stand there by its adjective alone."""
    by_name = any(m.kind == "name" for m in chain) or entity.type == "Country"
    return by_name or entity.name in article.reading.document.authors


def _fact(article: Article, fact: Fact) -> Iterator[str]:
    kinds = _kinds(article)
    subject, target = kinds.get(fact.subject.entity, ""), fact.object
    right = target.datatype if isinstance(target, Literal) else kinds.get(target.entity, "")
    line = f"{fact.subject.text} {fact.predicate} {target.text}"
    if not ontology().allows(subject, fact.predicate, right):
        yield f"{line}: domain or range does not admit {subject} and {right}"
    if isinstance(target, Literal):
        if not fact.evidence.begin <= target.begin < fact.evidence.end:
            yield f"{line}: the words of the value lie outside the evidence"
        if target.datatype == "xsd:date" and not _is_day(target.value):
            yield f"{line}: {target.value!r} is no day"
        if target.datatype == "xsd:integer" and not re.fullmatch(r"\d+", target.value):
            yield f"{line}: {target.value!r} is no whole number"
        if fact.predicate in ("revenue", "price") and not re.fullmatch(r"[A-Z]{3}", target.unit or ""):
            yield f"{line}: give the currency as unit=USD"
    elif target.entity == fact.subject.entity:
        yield f"{line}: both ends are one"
    if fact.valid_from and fact.valid_to and fact.valid_from > fact.valid_to:
        yield f"{line}: the state ends before it begins"


def _event(article: Article, event: Event) -> Iterator[str]:
    kinds, line = _kinds(article), f"event {event.id} ({event.label})"
    if not event.roles and not event.place and not event.entity:
        yield f"{line}: nobody takes part"
    for role in event.roles:
        allowed = ontology().properties[role.role].range
        if not ontology().fits(kinds.get(role.entity, ""), allowed):
            yield f"{line}: {role.role} cannot be a {kinds.get(role.entity)}"
    if event.place and not ontology().is_a(kinds.get(event.place.entity, ""), "Place"):
        yield f"{line}: its place {event.place.text} is no Place"
    if event.date_from and event.date_to and event.date_from > event.date_to:
        yield f"{line}: it ends before it begins"
    if event.entity and not ontology().is_a(kinds.get(event.entity, ""), "Event"):
        yield f"{line}: entity={event.entity} is no event"
    for day in (event.date_from, event.date_to):
        if day and not _is_day(day):
            yield f"{line}: {day!r} is no day"
    ids = {e.id for e in article.reading.events}
    if event.same_as and event.same_as not in ids:
        yield f"{line}: same={event.same_as} is no event of the article"


def _quotations(article: Article) -> Iterator[str]:
    reading = article.reading
    contents = [q.content for q in reading.quotations]
    for begin, end, words in _quoted(article):
        covered = any(c.begin < end and begin < c.end for c in contents)
        if not covered and words.rstrip(",.") not in {scare.rstrip(",.") for scare in article.scare_quotes}:
            yield f'"{words[:50]}" stands in quotation marks, but no line says whose it is (or: not "...")'
    for quotation in reading.quotations:
        words = reading.document.text[quotation.content.begin : quotation.content.end]
        if words[0] in "“\"‘'" or words[-1] in '”"':
            yield f"the quotation marks are a part of the quotation {words[:40]!r}"
        if quotation.cue and quotation.speaker is None:
            yield f"the quotation {words[:40]!r} has a cue and no speaker"


def _quoted(article: Article) -> Iterator[tuple[int, int, str]]:
    for found in QUOTED.finditer(article.reading.document.text):
        group = next(n for n in (1, 2, 3) if found[n] is not None)
        if not any(b.begin <= found.start() < b.end for b in article.reading.document.boilerplate):
            yield found.start(group), found.end(group), found[group]


def hints(article: Article) -> Iterator[str]:
    """What may have been forgotten: names that are unmarked where they stand again, capitals inside a sentence."""
    reading = article.reading
    covered = [Span(m.begin, m.end) for m in reading.mentions] + list(reading.document.boilerplate)
    text = reading.document.text

    def is_free(begin: int) -> bool:
        return not any(c.begin <= begin < c.end for c in covered)

    for name in sorted({m.text for m in reading.mentions if m.kind == "name" and len(m.text) > 2}):
        for found in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            if is_free(found.start()):
                yield f"{article.id}: {name!r} is unmarked at {found.start()}"
    for found in LIKELY_PRONOUN.finditer(text):
        if is_free(found.start()):
            yield f"{article.id}: pronoun without a mark: {text[max(0, found.start() - 25) : found.end() + 20]!r}"
    starts = {s.begin for s in article.sentences}
    for found in re.finditer(r"(?<![\w’'])[A-Z][\w’'-]+", text):
        before = text[max(0, found.start() - 2) : found.start()]
        opens = found.start() in starts or before[-1:] in '“"‘' or before[:1] in ".?!:…"
        if is_free(found.start()) and not opens and not found[0].isupper() and found[0] not in CALENDAR:
            yield f"{article.id}: capital without a mark: {text[max(0, found.start() - 20) : found.end() + 15]!r}"


def _kinds(article: Article) -> dict[str, str]:
    kinds = {entity.id: entity.type for entity in article.reading.entities}
    return kinds | {event.id: event.type for event in article.reading.events}


def _is_day(words: str) -> bool:
    try:
        date.fromisoformat(words)
    except ValueError:
        return False
    return len(words) == 10
