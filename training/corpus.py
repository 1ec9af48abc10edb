"""The annotated news of training/news -> checks, figures, pages and lines for training.

python -m training.corpus check [--hints]        what breaks the guidelines; exit code 3 when anything does
python -m training.corpus stats [--write]        sizes, mixes, near-duplicates, gaps; --write puts them into DATASHEET.md
python -m training.corpus show 0001 > page.html  one article with its annotation
python -m training.corpus convert [--split dev]  JSON lines: tokens, BIO names, chains, relations, events, quotations
"""

__all__ = ["main", "to_training"]

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kg.errors import DataFileError, KGError, UnknownName
from kg.records import Literal, Mention
from training.figures import report
from training.markup import ARTICLES, Article, read_article, read_articles
from training.page import page
from training.rules import SPLITS, hints, problems

DATASHEET = ARTICLES.parent / "DATASHEET.md"
TOKEN = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")


def to_training(article: Article) -> dict[str, Any]:
    """One article as plain lists: tokens with offsets, outermost names as BIO tags, all else by token-free offsets."""
    reading = article.reading
    tokens = [(m[0], m.start(), m.end()) for m in TOKEN.finditer(reading.document.text)]
    chains: dict[str, list[tuple[int, int, str]]] = {}
    for mention in reading.mentions:
        chains.setdefault(mention.entity, []).append((mention.begin, mention.end, mention.kind))
    relations: list[dict[str, Any]] = []
    for fact in reading.facts:
        target = fact.object
        ends = {"object": target.value} if isinstance(target, Literal) else {"object": target.entity}
        relations.append(
            {"subject": fact.subject.entity, "predicate": fact.predicate, **ends}
            | {"subject_at": (fact.subject.begin, fact.subject.end), "object_at": (target.begin, target.end)}
            | dict[str, Any](modality=fact.modality, past=fact.past)
            | {"evidence": (fact.evidence.begin, fact.evidence.end)}
        )
    return {
        "id": article.id,
        "genre": article.genre,
        "matter": article.matter,
        "split": article.split,
        "text": reading.document.text,
        "boilerplate": [(span.begin, span.end, span.kind) for span in reading.document.boilerplate],
        "sentences": [(span.begin, span.end) for span in article.sentences],
        "tokens": tokens,
        "names": _bio(tokens, _outermost(article)),
        "types": {entity.id: entity.type for entity in reading.entities},
        "chains": chains,
        "relations": relations,
        "events": [
            {"id": e.id, "class": e.type, "at": (e.begin, e.end), "modality": e.modality}
            | {"roles": [(role.role, role.entity, role.begin, role.end) for role in e.roles]}
            | {"from": e.date_from, "to": e.date_to}
            for e in reading.events
        ],
        "quotations": [
            {"content": (q.content.begin, q.content.end), "form": q.form, "cue": q.cue}
            | {"speaker": q.speaker.entity if q.speaker else None}
            for q in reading.quotations
        ],
    }


def _outermost(article: Article) -> list[Mention]:
    names: list[Mention] = []
    for mention in article.reading.mentions:
        if mention.kind == "name" and (not names or mention.begin >= names[-1].end):
            names.append(mention)
    return names


def _bio(tokens: list[tuple[str, int, int]], names: list[Mention]) -> list[str]:
    tags = ["O"] * len(tokens)
    for name in names:
        inside = [n for n, (_, begin, end) in enumerate(tokens) if begin < name.end and end > name.begin]
        for count, index in enumerate(inside):
            tags[index] = f"{'I' if count else 'B'}-{name.type}"
    return tags


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit code: 0 good, 2 a file is damaged, 3 the corpus breaks its guidelines."""
    parser = argparse.ArgumentParser(prog="python -m training.corpus", description=__doc__.split("\n")[0])
    parser.add_argument("command", choices=("check", "stats", "show", "convert"))
    parser.add_argument("article", nargs="?", default="", help="number of the article that show draws")
    parser.add_argument("--folder", type=Path, default=ARTICLES)
    parser.add_argument("--split", choices=SPLITS, default="")
    parser.add_argument("--write", action="store_true", help="stats: put the figures into DATASHEET.md")
    parser.add_argument("--hints", action="store_true", help="also name what may have been forgotten")
    given = parser.parse_args(arguments)
    try:
        return _run(given)
    except KGError as error:
        print(f"Error: {error}", file=sys.stderr)
        return error.exit_code


def _run(given: argparse.Namespace) -> int:
    if given.command == "show":
        path = given.folder / f"{given.article}.txt"
        if not path.is_file():
            raise UnknownName(f"There is no article {given.article!r} in {given.folder}.")
        print(page(read_article(path)))
        return 0
    if given.command == "check":
        return _check(given)
    articles = read_articles(given.folder, given.split)
    if given.command == "stats":
        figures = "\n".join(report(articles))
        if given.write:
            _write_figures(figures)
        print(figures)
    else:
        for line in _lines(articles):
            print(line)
    return 0


def _write_figures(figures: str) -> None:
    """Put the figures between the two marks of the datasheet."""
    head, begin, rest = DATASHEET.read_text(encoding="utf-8").partition("<!-- figures -->\n")
    _, end, tail = rest.partition("<!-- end of figures -->")
    if not begin or not end:
        raise DataFileError(f"{DATASHEET} has lost its marks <!-- figures --> and <!-- end of figures -->.")
    DATASHEET.write_text(f"{head}{begin}\n{figures}\n{end}{tail}", encoding="utf-8")


def _check(given: argparse.Namespace) -> int:
    """All damaged files are named, not only the first."""
    found, count = [], 0
    for path in sorted(given.folder.glob("*.txt")):
        try:
            article = read_article(path)
        except KGError as error:
            found.append(str(error))
            continue
        count += 1
        if given.split in ("", article.split):
            found += [*problems([article]), *(hints(article) if given.hints else ())]
    for line in found:
        print(line)
    print(f"{count} articles, {len(found)} problems", file=sys.stderr)
    return 3 if found else 0


def _lines(articles: list[Article]) -> Iterator[str]:
    for article in articles:
        yield json.dumps(to_training(article), ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    sys.exit(main())
