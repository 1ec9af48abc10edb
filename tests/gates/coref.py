"""OntoGUM test documents -> MUC, B3, CEAF-e and their mean of our coreference, beside a head-match baseline."""

__all__ = ["MEASURES", "ontogum"]

from collections.abc import Callable, Iterator
from pathlib import Path

from tests.gates.base import Figure, archive, unpacked

THEME = "Coreference"
OTHERS = "older release, more genres, not comparable: SpanBERT .646, Stanford dcoref .397"


def ontogum(shared: Path) -> Iterator[Figure]:
    """Free genres of the test split; predicted mentions, the corpus's words and sentences; news apart."""
    from kg.nlp.names import load_names
    from kg.nlp.pipeline import load_pipeline
    from scripts.eval_coref import evaluate, scores

    with unpacked(archive(shared, "corpora/gum")) as folder:
        rows = evaluate(folder, "test", load_pipeline(), load_names())
    pairs = {system: [pair for _, found in sorted(genres.items()) for pair in found] for system, genres in rows.items()}
    ours, baseline = scores(pairs["sieve"]), scores(pairs["head match"])
    about = "Mean of MUC, B3 and CEAF-e with predicted mentions, 20 documents."
    yield Figure("coreference mean F1, OntoGUM test", ours["mean"][2] / 100, THEME, about, OTHERS)
    for name in ("MUC", "B3", "CEAFe"):
        yield Figure(f"coreference {name} F1, OntoGUM test", ours[name][2] / 100, THEME, "One third of the mean.")
    news = scores(rows["sieve"].get("news", []))["mean"][2] / 100
    yield Figure("coreference mean F1, OntoGUM test, news", news, THEME, "Two documents only.", floor=False)
    head = baseline["mean"][2] / 100
    about = "Noun phrases with the same last word are one: what to beat."
    yield Figure("coreference mean F1, OntoGUM test, head-match baseline", head, THEME, about, floor=False)


MEASURES: tuple[tuple[Callable[[Path], Iterator[Figure]], str], ...] = ((ontogum, "corpora/gum/*.xz"),)
