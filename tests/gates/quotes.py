"""PolNeAR's test articles -> attributions found, and how well their source, cue and content are delimited.

The authors ask not to read the test split, so nothing here prints its words.
"""

__all__ = ["MEASURES", "Attribution", "Tally", "pair", "polnear"]

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kg.records import Document, Quotation, document_id
from tests.gates.base import Counts, Figure, archive, member

THEME = "Quotations"
ROLES = ("source", "cue", "content")
#: Role -> its characters.
Attribution = dict[str, frozenset[int]]


@dataclass
class Tally:
    """Attributions, characters and exact roles over all files."""

    attributions: Counts = field(default_factory=Counts)
    characters: dict[str, Counts] = field(default_factory=lambda: {role: Counts() for role in ROLES})
    exact: dict[str, Counts] = field(default_factory=lambda: {role: Counts() for role in ROLES})

    def add(self, found: Sequence[Attribution], gold: Sequence[Attribution], weight: float) -> None:
        """Count one annotator's file."""
        pairs = pair(found, gold)
        self.attributions.add(weight * len(pairs), weight * len(found), weight * len(gold))
        for role in ROLES:
            shared = sum(len(found[i][role] & gold[j][role]) for i, j in pairs)
            ours, theirs = (sum(len(one[role]) for one in side) for side in (found, gold))
            self.characters[role].add(weight * shared, weight * ours, weight * theirs)
            equal = sum(bool(gold[j][role]) and found[i][role] == gold[j][role] for i, j in pairs)
            sides = [sum(bool(one[role]) for one in side) for side in (found, gold)]
            self.exact[role].add(weight * equal, weight * sides[0], weight * sides[1])


def polnear(shared: Path) -> Iterator[Figure]:
    """All 84 articles; the two that six people annotated are scored against each, at a sixth."""
    from kg.nlp.mentions import find_mentions
    from kg.nlp.names import load_names
    from kg.nlp.pipeline import load_pipeline, parse
    from kg.nlp.quotes import find_quotations

    nlp, names, tally = load_pipeline(), load_names(), Tally()
    files = [json.loads(line) for line in member(archive(shared, "benchmarks/polnear"), "test.jsonl").splitlines()]
    annotators = Counter(file["doc"] for file in files)
    read: dict[str, list[Attribution]] = {}
    for file in files:
        if file["doc"] not in read:
            document = Document(document_id(file["text"]), file["text"])
            doc = parse(nlp, document)
            found = find_quotations(doc, find_mentions(doc, document, names))
            read[file["doc"]] = [_ours(quotation) for quotation in found]
        gold = [_theirs(attribution) for attribution in file["attributions"]]
        tally.add(read[file["doc"]], gold, 1 / annotators[file["doc"]])
    yield from _figures(tally)


def _figures(tally: Tally) -> Iterator[Figure]:
    about = "Attributions paired with the gold's by their content; no open system's score was found."
    others = "annotators agree on 92.3 % of attributions"
    total = tally.attributions
    yield Figure("attribution F1, PolNeAR test", total.f1, THEME, about, others)
    yield Figure("attribution precision, PolNeAR test", total.precision, THEME, "Of the attributions above.")
    yield Figure(
        "attribution recall, PolNeAR test", total.recall, THEME, "Beliefs and wishes without words of saying count too."
    )
    for role in ROLES:
        about = f"Characters of the {role} shared, over pairs and unpaired."
        yield Figure(f"{role} character F1, PolNeAR test", tally.characters[role].f1, THEME, about)
        about = f"Share of gold {role}s with equal spans."
        yield Figure(f"{role} exact, PolNeAR test", tally.exact[role].recall, THEME, about, floor=False)


def pair(found: Sequence[Attribution], gold: Sequence[Attribution]) -> list[tuple[int, int]]:
    """Found and gold attributions, one to one, the largest content overlap first; a pair shares cue or content."""
    candidates = []
    for i, ours in enumerate(found):
        for j, theirs in enumerate(gold):
            content = len(ours["content"] & theirs["content"])
            if content or ours["cue"] & theirs["cue"]:
                candidates.append((-content, i, j))
    pairs: list[tuple[int, int]] = []
    used: tuple[set[int], set[int]] = (set(), set())
    for _, i, j in sorted(candidates):
        if i not in used[0] and j not in used[1]:
            pairs.append((i, j))
            used[0].add(i)
            used[1].add(j)
    return pairs


def _ours(quotation: Quotation) -> Attribution:
    speaker, cue = quotation.speaker, (quotation.cue_begin, quotation.cue_end)
    return {
        "source": frozenset(range(speaker.begin, speaker.end)) if speaker else frozenset(),
        "cue": frozenset(range(cue[0], cue[1])) if cue[0] is not None and cue[1] is not None else frozenset(),
        "content": frozenset(range(quotation.content.begin, quotation.content.end)),
    }


def _theirs(attribution: dict[str, list[list[int]]]) -> Attribution:
    return {
        role: frozenset(i for begin, end in attribution.get(role) or () for i in range(begin, end)) for role in ROLES
    }


MEASURES: tuple[tuple[Callable[[Path], Iterator[Figure]], str], ...] = ((polnear, "benchmarks/polnear/*.xz"),)
