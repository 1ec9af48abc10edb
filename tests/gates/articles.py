"""The annotated articles -> entities, relations, events and quotations of the graph that `kg build` makes of each."""

__all__ = ["MEASURES", "annotated"]

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.gates.base import Figure

ROOT = Path(__file__).parent.parent.parent
WANTED = {
    "entities.core_recall": "core entities found",
    "entities.core_recall_typed": "core entities found with the right type",
    "entities.precision": "precision of named nodes",
    "relations.pair_recall": "related pairs found",
    "relations.predicate_recall": "relations found with the right predicate",
    "relations.pair_precision_with_noise": "precision of linked pairs (lower bound)",
    "events.recall": "events found",
    "quotes.attributed": "quotations with the right speaker",
}


def annotated(shared: Path) -> Iterator[Figure]:
    """Means over the articles that have a gold annotation."""
    totals: dict[str, list[float]] = {}
    golds = sorted((shared / "gold").glob("[0-9]*.json"))
    for gold in golds:
        scores = _scores(shared, gold)
        for key in WANTED:
            group, name = key.split(".")
            value = scores[group][name]
            if value is not None:
                totals.setdefault(key, []).append(value)
    about = "Mean over articles that we have read while working: a check, no estimate for other news."
    for key, values in totals.items():
        name = f"{WANTED[key]}, {len(golds)} annotated articles"
        yield Figure(name, sum(values) / len(values), "Annotated articles", about)


def _scores(shared: Path, gold: Path) -> dict[str, dict[str, float | None]]:
    with tempfile.TemporaryDirectory() as folder:
        source = next((shared / "articles").glob(f"{gold.stem}_*"))
        kg = [sys.executable, "-m", "kg", "-q"]
        subprocess.run([*kg, "build", str(source), "-o", folder, "--no-draw"], check=True, stdout=subprocess.DEVNULL)
        scorer = [sys.executable, str(shared / "gold" / "score_graph.py"), str(gold), f"{folder}/graph.nt"]
        scorer += ["--ontology", str(ROOT / "ontology" / "kg.ttl"), "--json", f"{folder}/score.json", "--show", "0"]
        subprocess.run(scorer, check=True, stdout=subprocess.DEVNULL)
        scores: dict[str, dict[str, float | None]] = json.loads(Path(folder, "score.json").read_text())["scores"]
        return scores


MEASURES: tuple[tuple[Callable[[Path], Iterator[Figure]], str], ...] = ((annotated, "gold/*.json"),)
