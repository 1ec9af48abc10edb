"""KnowledgeNet fold 3 -> text F1 of our facts: its 15 properties, found by rules alone; nothing was trained on its folds."""

__all__ = ["MEASURES", "knowledgenet", "passage_counts"]

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.gates.base import Counts, Figure, archive, member

End = tuple[int, int]
Triple = tuple[str, list[End], list[End]]
OTHERS = "on its fold 5 (other data), all but one trained on folds 1-3: .518 Bi-LSTM, .688 BERT, .754 DyGIE++; .560 Diffbot open"


def knowledgenet(shared: Path) -> Iterator[Figure]:
    """Precision, recall and text F1 over fold 3, micro over all facts."""
    from kg.nlp.pipeline import load_pipeline
    from scripts.eval_facts import predictions, read_passage

    nlp, total = load_pipeline(), Counts(met=0.0)
    for line in member(archive(shared, "corpora/knowledgenet"), "fold3.jsonl").splitlines():
        passage = json.loads(line)
        gold = [
            (f["property"], (f["subject_start"], f["subject_end"]), (f["object_start"], f["object_end"]))
            for f in passage["facts"]
        ]
        read = read_passage(nlp, passage["text"])
        found = [(name, s, o) for name, s, o, _ in predictions(read, passage["properties"], passage["text"])]
        met, wrong = passage_counts(found, gold)
        total.add(met, met + wrong, len(gold))
        total.met = (total.met or 0.0) + met
    about = "Rules only, nothing trained: both ends overlap a gold fact of the property."
    yield Figure("text F1, KnowledgeNet fold 3", total.f1, "Facts", about, OTHERS)
    yield Figure("precision, KnowledgeNet fold 3", total.precision, "Facts", "Of the facts above.")
    yield Figure("recall, KnowledgeNet fold 3", total.recall, "Facts", "Of the facts above.")


def passage_counts(found: Sequence[Triple], gold: Sequence[tuple[str, End, End]]) -> tuple[int, int]:
    """Gold facts that were found, and found facts that are wrong."""

    def same(ours: Triple, theirs: tuple[str, End, End]) -> bool:
        return ours[0] == theirs[0] and _overlap(ours[1], theirs[1]) and _overlap(ours[2], theirs[2])

    met = sum(any(same(ours, theirs) for ours in found) for theirs in gold)
    wrong = sum(not any(same(ours, theirs) for theirs in gold) for ours in found)
    return met, wrong


def _overlap(ours: Sequence[End], gold: End) -> bool:
    return any(begin < gold[1] and gold[0] < end for begin, end in ours)


MEASURES: tuple[tuple[Callable[[Path], Iterator[Figure]], str], ...] = ((knowledgenet, "corpora/knowledgenet/*.xz"),)
