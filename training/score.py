"""Readings of the pipeline and gold readings of the corpus -> how much of each layer was found, and how much was right.

python -m training.score --split dev       the table; only figures are printed of the test part, never its texts

Entities of the two readings are matched by their mentions: each found entity stands for the gold entity with which it
shares most mentions. Relations and events are then compared by those entities.
"""

__all__ = ["Counts", "main", "predict", "score", "table"]

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kg.errors import InputError, KGError
from kg.ontology import ontology
from kg.records import Document, Event, Fact, Literal, Mention, Quotation, Reading
from training.markup import ARTICLES, Article, read_articles

#: The classes that the coarse count of names tells apart; a class below one of them counts as it.
BRANCHES = ("Person", "Organization", "Platform", "Place", "Group", "Work", "Product", "Policy", "Event")
LAYERS = (
    "names, span and branch",
    "names, span and exact class",
    "names, span only",
    "relations",
    "relations, asserted only",
    "relations, pairs only",
    "events, class and anchor sentence",
    "events, and a participant",
    "direct quotations",
    "direct quotations with speaker",
)
#: Two stretches are the same quotation when they share this part of all the letters of both.
SAME_QUOTATION = 0.8


#: What follows from another predicate between the same two is counted neither as missed nor as wrong.
FOLLOWS_FROM = {"worksFor": ("leads", "spokespersonFor"), "presentIn": ("visited", "residesIn")}


@dataclass
class Counts:
    """How many of one layer are in the gold, were found, and were found rightly."""

    gold: int = 0
    found: int = 0
    right: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.gold + self.found) if self.gold + self.found else 0.0

    def add(self, gold: "Counter[object]", found: "Counter[object]") -> None:
        """Count two bags of things that can be compared by equality."""
        self.gold += gold.total()
        self.found += found.total()
        self.right += (gold & found).total()


def score(pairs: Iterable[tuple[Reading, Reading]]) -> dict[str, Counts]:
    """The counts of each layer over (gold, found) readings of the same texts."""
    counts = {layer: Counts() for layer in LAYERS}
    for gold, found in pairs:
        names = ("names, span and branch", _branch), ("names, span and exact class", str), ("names, span only", _none)
        for layer, view in names:
            counts[layer].add(
                Counter((m.begin, m.end, view(m.type)) for m in _names(gold)),
                Counter((m.begin, m.end, view(m.type)) for m in _names(found)),
            )
        same = _same_entities(gold, found)
        itself = {entity.id: entity.id for entity in gold.entities} | _events_as_entities(gold)
        for layer, asserted, pairs_only in (
            ("relations", False, False),
            ("relations, asserted only", True, False),
            ("relations, pairs only", False, True),
        ):
            free = _entailed(gold, itself, pairs_only)
            counts[layer].add(
                Counter(set(_triples(gold, itself, asserted, pairs_only)) - free),
                Counter(set(_triples(found, same, asserted, pairs_only)) - free),
            )
        _count_events(counts, gold, found, itself, same)
        _count_quotations(counts, gold, found, same)
    return counts


def table(counts: dict[str, Counts]) -> str:
    """The counts as a Markdown table."""
    lines = ["| layer | gold | found | precision | recall | F1 |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
    for layer, c in counts.items():
        lines.append(f"| {layer} | {c.gold} | {c.found} | {c.precision:.3f} | {c.recall:.3f} | {c.f1:.3f} |")
    return "\n".join(lines)


def predict(articles: Sequence[Article], pipeline: str = "") -> Iterator[Reading]:
    """What the pipeline reads from the bare texts, furniture included; only the date is given to it."""
    from kg.nlp.pipeline import load_pipeline, read
    from kg.text import read_text

    nlp = load_pipeline(pipeline)
    for article in articles:
        document = read_text(article.reading.document.text)
        if not isinstance(document, Document):
            raise InputError(f"The text of {article.id} cannot be read: {document}.")
        yield read(nlp, replace(document, date=article.reading.document.date))


def _names(reading: Reading) -> list[Mention]:
    """Outermost names outside page furniture."""
    names: list[Mention] = []
    for mention in sorted(reading.mentions, key=lambda m: (m.begin, -m.end)):
        if mention.kind == "name" and (not names or mention.begin >= names[-1].end):
            names.append(mention)
    return names


def _branch(class_name: str) -> str:
    return next((name for name in ontology().ancestors(class_name) if name in BRANCHES), class_name)


def _none(_: str) -> str:
    return ""


def _same_entities(gold: Reading, found: Reading) -> dict[str, str]:
    """Found entity -> gold entity; an entity that matches nothing keeps an id of its own."""
    exact = {(m.begin, m.end): m.entity for m in gold.mentions}
    votes: dict[str, Counter[str]] = {}
    for mention in found.mentions:
        twin = exact.get((mention.begin, mention.end)) or _overlapping(mention, gold.mentions)
        if twin is not None:
            votes.setdefault(mention.entity, Counter())[twin] += 2 if mention.kind == "name" else 1
    same = {entity.id: f"found {entity.id}" for entity in found.entities}
    for entity, ballot in votes.items():
        same[entity] = min(ballot, key=lambda key: (-ballot[key], key))
    return same


def _overlapping(mention: Mention, gold: Sequence[Mention]) -> str | None:
    """The gold mention that ends where this one ends, or that this one's words are the most part of."""
    for other in gold:
        shared = min(mention.end, other.end) - max(mention.begin, other.begin)
        longest = max(mention.end - mention.begin, other.end - other.begin)
        if shared > 0 and (mention.end == other.end or shared / longest > 0.6):
            return other.entity
    return None


def _events_as_entities(reading: Reading) -> dict[str, str]:
    return {event.id: event.entity or event.id for event in reading.events}


def _triples(reading: Reading, same: dict[str, str], asserted: bool, pairs_only: bool) -> Iterator[object]:
    for fact in reading.facts:
        if not asserted or fact.modality == "Asserted":
            yield _triple(fact, same, pairs_only)


def _entailed(gold: Reading, itself: dict[str, str], pairs_only: bool) -> set[object]:
    """Triples that follow from the gold by FOLLOWS_FROM."""
    if pairs_only:
        return set()
    entailed: set[object] = set()
    for fact in gold.facts:
        for name, sources in FOLLOWS_FROM.items():
            if fact.predicate in sources:
                entailed.add(_triple(replace(fact, predicate=name), itself, pairs_only))
    return entailed


def _triple(fact: Fact, same: dict[str, str], pairs_only: bool) -> object:
    subject = same.get(fact.subject.entity, fact.subject.entity)
    if isinstance(fact.object, Literal):
        value = fact.object.value.casefold()
        return subject, "" if pairs_only else fact.predicate, value
    target = same.get(fact.object.entity, fact.object.entity)
    if pairs_only:
        return (*sorted((subject, target)),)
    if ontology().properties[fact.predicate].is_symmetric:
        subject, target = sorted((subject, target))
    return subject, fact.predicate, target


def _count_events(
    counts: dict[str, Counts], gold: Reading, found: Reading, itself: dict[str, str], same: dict[str, str]
) -> None:
    """One found event serves one gold event of its class whose anchor stands in the found event's sentence."""
    loose, strict = counts["events, class and anchor sentence"], counts["events, and a participant"]
    free = list(found.events)
    for layer in (loose, strict):
        layer.gold += len(gold.events)
        layer.found += len(found.events)
    for event in gold.events:
        fits = [f for f in free if f.type == event.type and f.evidence.begin <= event.begin < f.evidence.end]
        if not fits:
            continue
        parts = _participants(event, itself)
        best = max(fits, key=lambda f: (len(parts & _participants(f, same)), f.begin == event.begin))
        free.remove(best)
        loose.right += 1
        strict.right += not parts or bool(parts & _participants(best, same))


def _participants(event: Event, same: dict[str, str]) -> set[str]:
    parts = {same.get(role.entity, role.entity) for role in event.roles}
    return parts | {same.get(e, e) for e in (event.entity, event.place.entity if event.place else None) if e}


def _count_quotations(counts: dict[str, Counts], gold: Reading, found: Reading, same: dict[str, str]) -> None:
    bare, spoken = counts["direct quotations"], counts["direct quotations with speaker"]
    wanted = [q for q in gold.quotations if q.form == "direct"]
    free = [q for q in found.quotations if q.form == "direct"]
    for layer in (bare, spoken):
        layer.gold += len(wanted)
        layer.found += len(free)
    for quotation in wanted:
        twin = next((q for q in free if _is_same(quotation, q)), None)
        if twin is None:
            continue
        free.remove(twin)
        bare.right += 1
        speaker = same.get(twin.speaker.entity) if twin.speaker else None
        spoken.right += speaker == (quotation.speaker.entity if quotation.speaker else None)


def _is_same(one: Quotation, other: Quotation) -> bool:
    shared = min(one.content.end, other.content.end) - max(one.content.begin, other.content.begin)
    union = max(one.content.end, other.content.end) - min(one.content.begin, other.content.begin)
    return shared / union >= SAME_QUOTATION


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.score", description=__doc__.split("\n")[0])
    parser.add_argument("--split", choices=("train", "dev", "test"), default="dev")
    parser.add_argument("--folder", type=Path, default=ARTICLES)
    parser.add_argument("--pipeline", default="", help="another spaCy pipeline than the shipped one")
    given = parser.parse_args(arguments)
    try:
        articles = read_articles(given.folder, given.split)
        print(f"{given.split}: {len(articles)} articles\n")
        print(
            table(
                score((a.reading, found) for a, found in zip(articles, predict(articles, given.pipeline), strict=True))
            )
        )
    except KGError as error:
        print(f"Error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
