"""KnowledgeNet passages -> precision, recall and F1 of our facts, per property and micro-averaged ("text F1").

A fact is right when its property is equal and both ends overlap a gold fact of the passage by a character; an end stands
for all mentions of its entity in the passage. A wrong fact counts only where the passage was annotated for its property.
Passages stand alone, so a pronoun whose antecedent lies outside is taken as an entity of its own; asserted, reported and
claimed facts count, denied and supposed ones do not.

    python scripts/eval_facts.py fold1.jsonl fold2.jsonl
    python scripts/eval_facts.py fold1.jsonl --limit 300 --wrong 20 --missed 20
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kg.nlp.coref import link_mentions
from kg.nlp.demonyms import add_countries
from kg.nlp.facts import find_facts
from kg.nlp.mentions import find_mentions
from kg.nlp.names import load_names
from kg.nlp.pipeline import load_pipeline, parse
from kg.nlp.times import find_times
from kg.records import Argument, Document, Entity, Fact, Literal, Mention, document_id

#: Our property -> theirs, and whether the ends change places.
PROPERTIES = {
    "birthDate": [("DATE_OF_BIRTH", False)],
    "deathDate": [("DATE_OF_DEATH", False)],
    "bornIn": [("PLACE_OF_BIRTH", False)],
    "residesIn": [("PLACE_OF_RESIDENCE", False)],
    "nationality": [("NATIONALITY", False)],
    "spouse": [("SPOUSE", False), ("SPOUSE", True)],
    "parentOf": [("CHILD_OF", True)],
    "studiedAt": [("EDUCATED_AT", False)],
    "worksFor": [("EMPLOYEE_OR_MEMBER_OF", False)],
    "memberOf": [("EMPLOYEE_OR_MEMBER_OF", False)],
    "spokespersonFor": [("EMPLOYEE_OR_MEMBER_OF", False)],
    "leads": [("EMPLOYEE_OR_MEMBER_OF", False), ("CEO", True)],
    "founded": [("FOUNDED_BY", True)],
    "foundedOn": [("DATE_FOUNDED", False)],
    "headquartersIn": [("HEADQUARTERS", False)],
    "subsidiaryOf": [("SUBSIDIARY_OF", False)],
    "owns": [("SUBSIDIARY_OF", True)],
    "acquired": [("SUBSIDIARY_OF", True)],
}
PERSONAL = frozenset({"he", "she", "his", "her", "him", "i", "my", "who"})
THINGS = frozenset({"it", "its", "they", "their", "them", "we", "our"})

End = tuple[int, int]


def read_passage(nlp: Any, text: str) -> tuple[list[Fact], list[Mention], list[Entity]]:
    """The facts of a passage, pronouns without antecedent included, with its mentions and entities."""
    document = Document(document_id(text), text)
    doc, names = parse(nlp, document), load_names()
    found = find_mentions(doc, document, names)
    mentions, entities = link_mentions(doc, document, found, [], names)
    linked = {(m.begin, m.end) for m in mentions}
    for mention in found:
        word = mention.text.lower()
        if mention.kind != "pronoun" or (mention.begin, mention.end) in linked or word not in PERSONAL | THINGS:
            continue
        entity = Entity(document.id, f"e9{len(entities)}", word, "Person" if word in PERSONAL else "Organization")
        entities.append(entity)
        mentions.append(
            Mention(document.id, mention.begin, mention.end, mention.text, entity.type, entity.id, "pronoun")
        )
    mentions, entities = add_countries(doc, document, mentions, entities, names)
    return find_facts(doc, document, mentions, entities, [], find_times(doc, None))[0], mentions, entities


def predictions(
    read: tuple[list[Fact], list[Mention], list[Entity]], properties: list[str], text: str
) -> Iterator[tuple[str, list[End], list[End], Fact]]:
    """Their triples that a fact stands for, where the passage was annotated for the property; each end with all its mentions."""
    facts, mentions, entities = read
    parties = {e.id for e in entities if e.type == "PoliticalParty"}
    wider = {f.subject.entity: f.object for f in facts if f.predicate == "locatedIn"}
    for fact in facts:
        if fact.modality not in ("Asserted", "Reported"):
            continue
        ends = [_spans(fact.subject, mentions), _spans(fact.object, mentions)]
        if isinstance(fact.object, Argument) and fact.object.entity in wider:
            # who lives in Turku, Finland lives in Finland: the gold has both
            ends[1] = ends[1] + _spans(wider[fact.object.entity], mentions)
        names = PROPERTIES.get(fact.predicate, [])
        if isinstance(fact.object, Argument) and fact.object.entity in parties:
            names = [*names, ("POLITICAL_AFFILIATION", False)]
        for name, swapped in names:
            if name == "CEO" and not any(word in text.lower() for word in ("ceo", "chief executive")):
                continue
            if name in properties:
                yield (name, *(ends[::-1] if swapped else ends), fact)


def _spans(end: Argument | Literal, mentions: list[Mention]) -> list[End]:
    """Where the end stands, and every other mention of its entity."""
    own = [(end.begin, end.end)]
    if isinstance(end, Literal):
        return own
    return own + [(m.begin, m.end) for m in mentions if m.entity == end.entity]


def overlap(ours: list[End], gold: End) -> bool:
    """Whether one of our stretches shares a character with the gold's."""
    return any(a < gold[1] and gold[0] < b for a, b in ours)


def score(paths: list[Path], limit: int, wrong: int, missed: int) -> None:
    """Print the table and, on request, facts that are wrong or were missed."""
    nlp = load_pipeline()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    lines: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        for row in path.read_text(encoding="utf-8").splitlines()[: limit or None]:
            passage = json.loads(row)
            gold = [
                (f["property"], (f["subject_start"], f["subject_end"]), (f["object_start"], f["object_end"]))
                for f in passage["facts"]
            ]
            found = list(predictions(read_passage(nlp, passage["text"]), passage["properties"], passage["text"]))
            for name, subject, target in gold:
                hit = any(n == name and overlap(s, subject) and overlap(o, target) for n, s, o, _ in found)
                counts[name]["found" if hit else "missed"] += 1
                if not hit:
                    lines["missed"].append(f"{name} {_said(passage, subject, target)}")
            for name, subject, target, fact in found:
                if not any(n == name and overlap(subject, s) and overlap(target, o) for n, s, o in gold):
                    counts[name]["wrong"] += 1
                    lines["wrong"].append(f"{name} [{fact.source}] {_said(passage, subject[0], target[0])}")
    _print_table(counts)
    for kind, number in (("wrong", wrong), ("missed", missed)):
        step = max(len(lines[kind]) // max(number, 1), 1)
        for line in lines[kind][::step][:number]:
            print(kind, line)


def _said(passage: dict[str, Any], subject: End, target: End) -> str:
    text = passage["text"]
    return f"{text[slice(*subject)]!r} -> {text[slice(*target)]!r}: {text[:300]}"


def _print_table(counts: dict[str, Counter[str]]) -> None:
    total: Counter[str] = Counter()
    print(f"{'property':24} {'gold':>5} {'found':>5} {'wrong':>5} {'P':>5} {'R':>5} {'F1':>5}")
    for name in [*sorted(counts), "all"]:
        count = total if name == "all" else counts[name]
        if name != "all":
            total += count
        right, bad, gold = count["found"], count["wrong"], count["found"] + count["missed"]
        precision, recall = right / max(right + bad, 1), right / max(gold, 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        print(f"{name:24} {gold:5} {right:5} {bad:5} {precision:5.2f} {recall:5.2f} {f1:5.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folds", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, default=0, help="passages of each fold; 0 takes all")
    parser.add_argument("--wrong", type=int, default=0, help="how many wrong facts to show")
    parser.add_argument("--missed", type=int, default=0, help="how many missed facts to show")
    options = parser.parse_args()
    score(options.folds, options.limit, options.wrong, options.missed)
