"""Quality floors: measure the pipeline on gold data and fail when a figure falls below its floor.

    python -m tests.gate                    measure and compare with tests/gate.json
    python -m tests.gate --update           raise the floors to what was measured (never lowers one ...)
    python -m tests.gate --update --allow-regression "reason"     (... but with a reason, which is kept)
    python -m tests.gate --write            write the table into docs/scores.md and README.md

Every floor is pinned beside a digest of the gold data it was measured on: other data is another measure. The gold is not
part of the repository; where it is absent the gate says so and, in CI, fails. A floor is kept minus NOISE, since int8
arithmetic differs a little between types of CPU.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
FLOORS = ROOT / "tests" / "gate.json"
SCORES = ROOT / "docs" / "scores.md"
NOISE = 0.005

#: Our classes -> the three types of Universal NER.
UNER_TYPES = {"Person": "PER", "Place": "LOC", "Organization": "ORG", "Platform": "ORG"}


def names(shared: Path) -> dict[str, float]:
    """Strict F1 of names (span and type) on the Universal NER test sets, from raw text, for the whole name finder."""
    from kg.nlp.mentions import find_mentions
    from kg.nlp.names import load_names
    from kg.nlp.pipeline import load_pipeline, parse
    from kg.ontology import ontology
    from kg.records import Document, document_id
    from kg.resolve import main_class

    nlp, known, terms = load_pipeline(), load_names(), ontology()
    figures = {}
    for corpus, member in (("uner-pud", "en_pud-ud-test.iob2"), ("uner-ewt", "en_ewt-ud-test.iob2")):
        counts: Counter[str] = Counter()
        for text, gold in _uner(shared / "corpora" / corpus / f"{corpus}.tar.xz", member):
            document = Document(document_id(text), text)
            found = {
                (m.begin, m.end, UNER_TYPES[main_class(m.type, terms)])
                for m in find_mentions(parse(nlp, document), document, known)
                if m.kind == "name" and main_class(m.type, terms) in UNER_TYPES
            }
            counts.update(right=len(found & gold), found=len(found), gold=len(gold))
        figures[f"names F1, {corpus}"] = round(2 * counts["right"] / (counts["found"] + counts["gold"]), 4)
    return figures


def articles(shared: Path) -> dict[str, float]:
    """The annotated articles: entities, relations, events, quotations of the graph that `kg build` makes of each."""
    totals: dict[str, list[float]] = {}
    wanted = {
        "entities.core_recall": "core entities found",
        "entities.core_recall_typed": "core entities found with the right type",
        "entities.precision": "precision of named nodes",
        "relations.pair_recall": "related pairs found",
        "relations.predicate_recall": "relations found with the right predicate",
        "relations.pair_precision_with_noise": "precision of linked pairs (lower bound)",
        "events.recall": "events found",
        "quotes.attributed": "quotations with the right speaker",
    }
    golds = sorted((shared / "gold").glob("[0-9]*.json"))
    for gold in golds:
        with tempfile.TemporaryDirectory() as folder:
            number = gold.stem
            source = next((shared / "articles").glob(f"{number}_*"))
            kg = [sys.executable, "-m", "kg", "-q"]
            subprocess.run([*kg, "build", str(source), "-o", folder, "--no-draw"], check=True)
            scorer = [sys.executable, str(shared / "gold" / "score_graph.py"), str(gold), f"{folder}/graph.nt"]
            scorer += ["--ontology", str(ROOT / "ontology" / "kg.ttl"), "--json", f"{folder}/score.json", "--show", "0"]
            subprocess.run(scorer, check=True, stdout=subprocess.DEVNULL)
            scores = json.loads(Path(folder, "score.json").read_text())["scores"]
        for key in wanted:
            group, name = key.split(".")
            if scores[group][name] is not None:
                totals.setdefault(key, []).append(scores[group][name])
    return {f"{wanted[key]}, {len(golds)} annotated articles": round(sum(v) / len(v), 4) for key, v in totals.items()}


MEASURES: tuple[tuple[Callable[[Path], dict[str, float]], str], ...] = (
    (names, "corpora/uner-*/*.xz"),
    (articles, "gold/*.json"),
)


def measure(shared: Path) -> dict[str, dict[str, float | str]]:
    """Every figure with the digest of its gold."""
    figures = {}
    for function, pattern in MEASURES:
        summed = hashlib.sha256()
        for path in sorted(shared.glob(pattern)):
            summed.update(path.name.encode() + path.read_bytes())
        for name, value in function(shared).items():
            figures[name] = {"value": value, "gold": summed.hexdigest()[:12]}
            print(f"{value:7.4f}  {name}", flush=True)
    return figures


def compare(figures: dict, floors: dict) -> list[str]:
    """What fell below its floor, or was measured on other gold than its floor."""
    problems = []
    for name, floor in floors.items():
        figure = figures.get(name)
        if figure is None:
            problems.append(f"{name}: has a floor and was not measured")
        elif figure["gold"] != floor["gold"]:
            problems.append(f"{name}: the gold data has changed; measure anew with --update")
        elif figure["value"] < floor["value"] - NOISE:
            problems.append(f"{name}: {figure['value']} is below its floor {floor['value']}")
    return problems


def update(figures: dict, floors: dict, reason: str | None) -> dict:
    """New floors: never lower than the old ones without a reason."""
    new = {}
    for name, figure in figures.items():
        old = floors.get(name)
        lower = old and old["gold"] == figure["gold"] and figure["value"] < old["value"]
        if lower and not reason:
            new[name] = old
        else:
            new[name] = {**figure, **({"lowered": reason} if lower else {})}
    return new


def table(figures: dict) -> str:
    """The figures as a Markdown table."""
    rows = [f"| {name} | {figure['value']:.3f} |" for name, figure in figures.items()]
    return "\n".join(["| measure | figure |", "|---|---|", *rows]) + "\n"


def write_tables(figures: dict) -> None:
    """docs/scores.md, and the README between its marks."""
    intro = "# Scores\n\nPrinted by `make gate`; floors are in tests/gate.json. What each figure is, is said in tests/gate.py.\n\n"
    SCORES.write_text(intro + table(figures), encoding="utf-8")
    readme = ROOT / "README.md"
    head, _, rest = readme.read_text(encoding="utf-8").partition("<!-- scores -->\n")
    tail = rest[rest.index("The figures are printed by") :]
    readme.write_text(f"{head}<!-- scores -->\n{table(figures)}\n{tail}", encoding="utf-8")


def _uner(archive: Path, member: str) -> Iterator[tuple[str, set[tuple[int, int, str]]]]:
    """Sentences as raw text with their names as (begin, end, type)."""
    with tarfile.open(archive) as tar:
        name = next(name for name in tar.getnames() if name.endswith(member))
        raw = tar.extractfile(name).read().decode()
    for block in raw.strip().split("\n\n"):
        lines = block.split("\n")
        text = next(line.split(" = ", 1)[1] for line in lines if line.startswith("# text ="))
        gold: set[tuple[int, int, str]] = set()
        place, current = 0, None
        for line in lines:
            if line.startswith("#"):
                continue
            _, token, tag = line.split("\t")[:3]
            begin = text.index(token, place)
            place = begin + len(token)
            if current and tag == f"I-{current[2]}":
                current = (current[0], place, current[2])
                continue
            if current:
                gold.add(current)
            current = (begin, place, tag[2:]) if tag != "O" and tag[2:] in ("PER", "LOC", "ORG") else None
        if current:
            gold.add(current)
        yield text, gold


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("KG_SHARED", ROOT.parent / "shared")))
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--allow-regression", metavar="REASON")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if not options.shared.is_dir():
        print(f"GATE SKIPPED: the gold data is not at {options.shared}. Nothing was measured.")
        return 3 if os.environ.get("KG_NO_SKIPS") else 0
    figures = measure(options.shared)
    floors = json.loads(FLOORS.read_text()) if FLOORS.exists() else {}
    if options.update:
        FLOORS.write_text(json.dumps(update(figures, floors, options.allow_regression), indent=1) + "\n")
    if options.write:
        write_tables(figures)
    problems = [] if options.update else compare(figures, floors)
    for problem in problems:
        print(f"GATE FAILED: {problem}")
    return 3 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
