"""Sentences with gold names -> strict F1 of the name finder, with ontology/names.toml and with no list at all.

UNER and WNUT17 are measured as their READMEs say: exact span and type. CrossNER's README counts 40 types, most of which the
ontology folds ("politician" is a Person), so both are printed: its own measure, which we cannot do well in, and one with
its types folded to ours. GUM has no measure for names of its own; the one used is described in `gum`.
"""

__all__ = ["FOLDED_CROSSNER", "crossner", "fold", "gum", "uner", "wnut"]

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from kg.ontology import ontology
from kg.records import Document, document_id
from tests.gates.base import Counts, Figure, Span3, Tagged, archive, bio_spans, member, read_conll, unpacked

THEME = "Names and types"
LISTS = ("with names.toml", "no list")
UNER_TYPES = {"Person": "PER", "Place": "LOC", "Organization": "ORG", "Platform": "ORG"}
WNUT_TYPES = {
    "Person": "person",
    "Place": "location",
    "Company": "corporation",
    "MediaOrganization": "corporation",
    "Platform": "corporation",
    "Organization": "group",
    "Group": "group",
    "Product": "product",
    "Work": "creative-work",
}
#: Our classes -> CrossNER's types: the general one where it has no equal.
CROSSNER_TYPES = {
    "Person": "person",
    "Country": "country",
    "Place": "location",
    "PoliticalParty": "politicalparty",
    "Organization": "organisation",
    "EducationalOrganization": "university",
    "Platform": "product",
    "Product": "product",
    "Election": "election",
    "Conference": "conference",
    "Award": "award",
    "Event": "event",
}
#: CrossNER's types -> the coarse ones we have; what is absent (genres, theories, tasks ...) is no name to us.
FOLDED_CROSSNER = {
    **dict.fromkeys(("person", "politician", "scientist", "musicalartist", "writer", "researcher"), "person"),
    **dict.fromkeys(("organisation", "politicalparty", "university", "band"), "organisation"),
    **dict.fromkeys(("country", "location"), "place"),
}
DOMAINS = ("ai", "literature", "music", "politics", "science")
GUM_TYPES = {"Person": "person", "Place": "place", "Organization": "organization", "Platform": "organization"}


def fold(class_name: str, types: dict[str, str]) -> str | None:
    """The set's type for one of our classes: its own, or that of its nearest ancestor that has one."""
    terms = ontology()
    ancestors = [name for name in types if terms.is_a(class_name, name)]
    own = [name for name in ancestors if not any(other != name and terms.is_a(other, name) for other in ancestors)]
    return types[own[0]] if own else None


def uner(shared: Path) -> Iterator[Figure]:
    """Exact span and type, micro over PER, LOC, ORG, from raw text."""
    others = {"uner-pud": "XLM-R large trained on UNER EWT: .801", "uner-ewt": "XLM-R large trained on UNER EWT: .860"}
    for corpus, ending in (("uner-pud", "en_pud-ud-test.iob2"), ("uner-ewt", "en_ewt-ud-test.iob2")):
        sentences = list(read_uner(member(archive(shared, f"corpora/{corpus}"), ending)))
        about = "Exact span and type of persons, places and organisations, from raw text."
        for words, count in zip(LISTS, strict_counts(sentences, UNER_TYPES), strict=True):
            yield Figure(f"names F1, {corpus}, {words}", count.f1, THEME, about, others[corpus])
        about = "Names we find in capitalised words without a gold name (products, events ...) are not counted: no equal of the above."
        for words, count in zip(LISTS, strict_counts(sentences, UNER_TYPES, masked=True), strict=True):
            yield Figure(f"names F1, {corpus}, masked, {words}", count.f1, THEME, about, floor=False)
        if corpus == "uner-pud":
            for part, letter in (("news", "n"), ("Wikipedia", "w")):
                count = strict_counts([s for s in sentences if s.id.startswith(letter)], UNER_TYPES)[0]
                yield Figure(
                    f"names F1, {corpus}, {part} part, {LISTS[0]}", count.f1, THEME, "Part of the above.", floor=False
                )


def wnut(shared: Path) -> Iterator[Figure]:
    """Exact span and type over six types; words are joined by spaces."""
    sentences = list(read_conll(member(archive(shared, "corpora/wnut17"), "emerging.test.annotated")))
    for words, count in zip(LISTS, strict_counts(sentences, WNUT_TYPES), strict=True):
        about = (
            "Exact span and type over six types in social text, words joined by spaces; the model saw its train part."
        )
        yield Figure(
            f"names F1, WNUT17 test, {words}",
            count.f1,
            THEME,
            about,
            "seven systems of 2017, trained on it: .263 to .419",
        )


def crossner(shared: Path) -> Iterator[Figure]:
    """Mean over five domains of the micro F1, with the set's own types and with them folded to ours."""
    sums = {(kind, words): 0.0 for kind in ("own", "folded") for words in LISTS}
    for domain in DOMAINS:
        sentences = list(read_conll(member(archive(shared, "corpora/crossner"), f"{domain}/test.txt")))
        folded = [
            Tagged(s.text, frozenset((b, e, FOLDED_CROSSNER[t]) for b, e, t in s.names if t in FOLDED_CROSSNER))
            for s in sentences
        ]
        ours = {name: FOLDED_CROSSNER[t] for name, t in CROSSNER_TYPES.items() if t in FOLDED_CROSSNER}
        for kind, tagged, types in (("own", sentences, CROSSNER_TYPES), ("folded", folded, ours)):
            for words, count in zip(LISTS, strict_counts(tagged, types), strict=True):
                sums[kind, words] += count.f1 / len(DOMAINS)
    for (kind, words), value in sums.items():
        about = (
            "Mean over five domains, its own 40 types, of which we tell few apart; the model saw its train part."
            if kind == "own"
            else "Mean over five domains, its types folded to person, organisation, place; other names of the gold left out. Not its own measure."
        )
        yield Figure(f"names F1, CrossNER test ({kind} types), {words}", value, THEME, about)


def gum(shared: Path) -> Iterator[Figure]:
    """Named persons, places and organisations of GUM, by the words that make up the core of the mention.

    GUM's mentions are whole phrases ("the French president"), so the set has no measure for names alone. Gold: mentions of
    the three types whose core ("minspan") is or begins with a proper noun. A name of ours is right when it shares a
    token with the core of a gold mention of its type; a gold mention is found when a name of ours does so.
    """
    with unpacked(archive(shared, "corpora/gum")) as folder:
        documents = [read_gum(path.read_text(encoding="utf-8")) for path in sorted((folder / "test").glob("*.conllu"))]
    totals = {words: Counts(met=0.0) for words in LISTS}
    for text, cores in documents:
        for words, found in zip(LISTS, find_names(text, GUM_TYPES), strict=True):
            total = totals[words]
            total.add(sum(any(_meets(f, g) for g in cores) for f in found), len(found), len(cores))
            total.met = (total.met or 0.0) + sum(any(_meets(f, g) for f in found) for g in cores)
    for words, total in totals.items():
        about = "Named persons, places, organisations: a shared token of the core and the type. Our own measure; the model saw its train part."
        yield Figure(f"names F1, GUM test, free genres, {words}", total.f1, THEME, about)


def strict_counts(sentences: Iterable[Tagged], types: dict[str, str], *, masked: bool = False) -> tuple[Counts, Counts]:
    """Exact span and type of what the finder says, with the list and without."""
    both = (Counts(), Counts())
    for sentence in sentences:
        for count, found in zip(both, find_names(sentence.text, types), strict=True):
            kept = {name for name in found if not (masked and is_unknown(name, sentence))}
            count.add(len(kept & sentence.names), len(kept), len(sentence.names))
    return both


def is_unknown(name: Span3, sentence: Tagged) -> bool:
    """Whether a name of ours consists of capitalised words that the gold leaves without any name.

    A set of three types says nothing of products, events and works, so its capitalised words without a name are unknown.
    """
    words = [word for word in sentence.text[name[0] : name[1]].split() if word[0].isalpha()]
    apart = all(name[1] <= begin or end <= name[0] for begin, end, _ in sentence.names)
    return apart and all(word[0].isupper() for word in words)


_PIPELINE: list[Any] = []
_PARSED: dict[str, list[tuple[tuple[int, int, str], ...]]] = {}


def find_names(text: str, types: dict[str, str]) -> list[set[Span3]]:
    """Names of the text that have one of the types: with the list, without it."""
    from kg.nlp.mentions import find_mentions
    from kg.nlp.names import NameList, load_names
    from kg.nlp.pipeline import load_pipeline, parse

    if not _PIPELINE:
        _PIPELINE.append(load_pipeline())
    if text not in _PARSED:
        document = Document(document_id(text), text)
        doc = parse(_PIPELINE[0], document)
        _PARSED[text] = [
            tuple((m.begin, m.end, m.type) for m in find_mentions(doc, document, names) if m.kind == "name")
            for names in (load_names(), NameList())
        ]
    folded = {}
    for name in {type_ for found in _PARSED[text] for _, _, type_ in found}:
        folded[name] = fold(name, types)
    return [{(b, e, kind) for b, e, t in found if (kind := folded[t])} for found in _PARSED[text]]


def read_uner(raw: str) -> Iterator[Tagged]:
    """Sentences of an IOB2 file as raw text; a token is looked for from where the last one ended."""
    for block in raw.strip().split("\n\n"):
        lines = block.split("\n")
        text = next(line.split(" = ", 1)[1] for line in lines if line.startswith("# text ="))
        sent_id = next((line.split(" = ", 1)[1] for line in lines if line.startswith("# sent_id =")), "")
        begins, ends, tags, place = [], [], [], 0
        for line in lines:
            if line.startswith("#"):
                continue
            _, token, tag = line.split("\t")[:3]
            begins.append(text.index(token, place))
            place = begins[-1] + len(token)
            ends.append(place)
            tags.append(tag if tag[2:] in ("PER", "LOC", "ORG") else "O")
        yield Tagged(text, frozenset((begins[a], ends[b - 1], kind) for a, b, kind in bio_spans(tags)), sent_id)


def read_gum(raw: str) -> tuple[str, set[tuple[frozenset[tuple[int, int]], str]]]:
    """A CoNLL-U document as text, with the core tokens (begin, end) and the type of each named mention."""
    text, tokens, core = "", [], []
    opened: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    inside_until, inside_space = 0, True
    mentions: set[tuple[frozenset[tuple[int, int]], str]] = set()
    for line in raw.splitlines():
        if not line or line.startswith("#"):
            inside_until = inside_until if line.startswith("#") else 0
            continue
        columns = line.split("\t")
        if "." in columns[0]:
            continue
        if "-" in columns[0]:
            inside_until, inside_space = int(columns[0].split("-")[1]), "SpaceAfter=No" not in columns[9]
            continue
        number, space = int(columns[0]), "SpaceAfter=No" not in columns[9]
        if number <= inside_until:
            space = inside_space and number == inside_until
        tokens.append((len(text), len(text) + len(columns[1])))
        core.append(columns[3] == "PROPN")
        text += columns[1] + (" " if space else "")
        marks = re.search(r"(?:^|\|)Entity=([^|]+)", columns[9])
        for mark in re.findall(r"\([^()]+\)?|[^()]+\)", marks.group(1)) if marks else ():
            identifier = re.split(r"[-)]", mark.strip("("))[0]
            if mark.startswith("("):
                parts = mark.strip("()").split("-")
                opened[identifier].append((parts[1], parts[5] if len(parts) > 5 else "", len(tokens) - 1))
            if mark.endswith(")"):
                kind, minspan, first = opened[identifier].pop()
                numbers = [int(n) for n in re.findall(r"\d+", minspan)] or [1]
                places = [first + n - 1 for n in numbers if first + n - 1 < len(tokens)]
                if kind in GUM_TYPES.values() and places and core[places[0]]:
                    mentions.add((frozenset(tokens[p] for p in places), kind))
    return text, mentions


def _meets(name: Span3, gold: tuple[frozenset[tuple[int, int]], str]) -> bool:
    return name[2] == gold[1] and any(begin < name[1] and name[0] < end for begin, end in gold[0])


MEASURES: tuple[tuple[Callable[[Path], Iterator[Figure]], str], ...] = (
    (uner, "corpora/uner-*/*.xz"),
    (wnut, "corpora/wnut17/*.xz"),
    (crossner, "corpora/crossner/*.xz"),
    (gum, "corpora/gum/*.xz"),
)
