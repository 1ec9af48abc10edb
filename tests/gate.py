"""Quality floors: measure the pipeline on gold data and fail when a figure falls below its floor.

    python -m tests.gate                    measure and compare with tests/gate.json
    python -m tests.gate --only names       only the measures of one module of tests/gates, without a verdict on the others
    python -m tests.gate --update           raise the floors to what was measured (never lowers one ...)
    python -m tests.gate --update --allow-regression "reason"     (... but with a reason, which is kept)
    python -m tests.gate --write            write docs/scores.md and the short table in README.md

Every floor is pinned beside a digest of the gold data it was measured on: other data is another measure. The gold is not
part of the repository; where it is absent the gate says so and, in CI, fails. A floor is kept minus NOISE, since int8
arithmetic differs a little between types of CPU. What is measured, and how, stands in tests/gates, one module per theme;
test sets are read whole, nothing is sampled. PIKES' eight sentences are not read here.
"""

import argparse
import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.gates.base import Figure

ROOT = Path(__file__).parent.parent
FLOORS = ROOT / "tests" / "gate.json"
SCORES = ROOT / "docs" / "scores.md"
README = ROOT / "README.md"
NOISE = 0.005
MODULES = ("names", "facts", "text2kg", "coref", "quotes", "articles")

Figures = dict[str, dict[str, Any]]
Measure = tuple[Callable[[Path], Iterator[Figure]], str]

#: What the README shows of the table.
SHORT = (
    "names F1, uner-pud, with names.toml",
    "names F1, uner-pud, no list",
    "names F1, uner-ewt, with names.toml",
    "names F1, WNUT17 test, with names.toml",
    "text F1, KnowledgeNet fold 3",
    "precision, KnowledgeNet fold 3",
    "F1 by the published rule, Text2KGBench DBpedia-WebNLG test",
    "coreference mean F1, OntoGUM test",
    "coreference mean F1, OntoGUM test, head-match baseline",
    "attribution F1, PolNeAR test",
    "attribution precision, PolNeAR test",
)


def measures(only: str = "") -> list[Measure]:
    """Every measure with the pattern of the files it is measured on."""
    from importlib import import_module

    wanted = [only] if only else MODULES
    return [one for name in wanted for one in import_module(f"tests.gates.{name}").MEASURES]


def measure(shared: Path, chosen: list[Measure]) -> Figures:
    """Every figure with the digest of its gold."""
    figures: Figures = {}
    for function, pattern in chosen:
        paths = sorted(shared.glob(pattern))
        if not paths:
            print(f"GATE: {function.__name__} is not measured, nothing matches {pattern}", flush=True)
            continue
        began = time.monotonic()
        gold = gold_digest(paths)
        for figure in function(shared):
            value = round(figure.value, 4)
            figures[figure.name] = {
                "value": value,
                "gold": gold,
                "theme": figure.theme,
                "about": figure.about,
                "others": figure.others,
                "floor": figure.floor,
            }
            print(f"{value:7.4f}  {figure.name}  [{gold}] {figure.about}", flush=True)
        print(f"         {function.__name__}: {time.monotonic() - began:.0f} s", flush=True)
    return figures


def gold_digest(paths: list[Path]) -> str:
    """12 hex digits of the names and bytes of the gold files."""
    summed = hashlib.sha256()
    for path in paths:
        summed.update(path.name.encode() + path.read_bytes())
    return summed.hexdigest()[:12]


def compare(figures: Figures, floors: Figures) -> list[str]:
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


def update(figures: Figures, floors: Figures, reason: str | None) -> Figures:
    """New floors: never lower than the old ones without a reason; one that was not measured now stays."""
    new = dict(floors)
    for name, figure in figures.items():
        if not figure.get("floor", True):
            continue
        old = floors.get(name)
        lower = old and old["gold"] == figure["gold"] and figure["value"] < old["value"]
        if lower and not reason:
            continue
        new[name] = {"value": figure["value"], "gold": figure["gold"], **({"lowered": reason} if lower else {})}
    return new


def table(figures: Figures) -> str:
    """All figures as Markdown, one table for each theme."""
    lines: list[str] = []
    for theme in dict.fromkeys(figure["theme"] for figure in figures.values()):
        lines += [f"## {theme}", "", "| measure | figure | what it is | others |", "|---|---|---|---|"]
        for name, figure in figures.items():
            if figure["theme"] == theme:
                lines.append(f"| {name} | {figure['value']:.3f} | {figure['about']} | {figure['others']} |")
        lines.append("")
    return "\n".join(lines)


def short_table(figures: Figures) -> str:
    """The figures of SHORT as a Markdown table."""
    rows = [
        f"| {name} | {figures[name]['value']:.3f} | {figures[name]['others']} |" for name in SHORT if name in figures
    ]
    return "\n".join(["| measure | figure | others |", "|---|---|---|", *rows]) + "\n"


def write_tables(figures: Figures) -> None:
    """docs/scores.md, and the README between its marks."""
    intro = (
        "# Scores\n\nPrinted by `make gate`; floors are in tests/gate.json, the measures in tests/gates. All figures run from 0 "
        "to 1. Test sets are read whole. Figures of others stand beside ours where the set's own description gives them;\n"
        "a system that was trained on the set's train part, or was measured on another part, is marked so and is no equal "
        "comparison.\n\n"
    )
    SCORES.write_text(intro + table(figures), encoding="utf-8")
    head, mark, rest = README.read_text(encoding="utf-8").partition("<!-- scores -->\n")
    if not mark or "The figures are printed by" not in rest:
        raise SystemExit(
            "README.md has no place for the table: it needs <!-- scores --> and 'The figures are printed by'."
        )
    tail = rest[rest.index("The figures are printed by") :]
    README.write_text(f"{head}{mark}\n{short_table(figures)}\n{tail}", encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Measure, then compare, update or write; 3 says that a floor was missed or, under KG_NO_SKIPS, that no gold is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("KG_SHARED", ROOT.parent / "shared")))
    parser.add_argument("--only", choices=MODULES, default="")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--allow-regression", metavar="REASON")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(arguments)
    if options.write and options.only:
        parser.error("--write needs every measure: leave --only out")
    if not options.shared.is_dir():
        print(f"GATE SKIPPED: the gold data is not at {options.shared}. Nothing was measured.")
        return 3 if os.environ.get("KG_NO_SKIPS") else 0
    figures = measure(options.shared, measures(options.only))
    floors = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}
    if options.only:
        floors = {name: floor for name, floor in floors.items() if name in figures} if not options.update else floors
    if options.update:
        new = update(figures, floors, options.allow_regression)
        for name, floor in new.items():
            if name in figures and figures[name]["value"] < floor["value"] and figures[name]["gold"] == floor["gold"]:
                print(f"GATE: {name} is now {figures[name]['value']}; its floor {floor['value']} stays")
        FLOORS.write_text(json.dumps(new, indent=1) + "\n", encoding="utf-8")
    if options.write:
        write_tables(figures)
    problems = [] if options.update else compare(figures, floors)
    for problem in problems:
        print(f"GATE FAILED: {problem}")
    return 3 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
