"""Annotated articles -> the figures of the datasheet: sizes, mixes, near-duplicates, names used too often, gaps."""

__all__ = ["near_duplicates", "report"]

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from kg.ontology import ontology
from training.markup import ENTITY_KINDS, Article

#: What issue 3 asks for.
WANTED_ARTICLES, WANTED_WORDS, WANTED_MENTIONS, WANTED_FACTS = 320, 50_000, 100, 30
SHINGLE_WORDS = 5
#: Two articles that share more than this part of their five-word runs are near-duplicates.
MAX_SHARED = 0.05
#: A name of an invented person or body may serve a few articles, not many.
MAX_ARTICLES_PER_NAME = 5


def report(articles: Sequence[Article]) -> Iterator[str]:
    """Lines of Markdown."""
    readings = [article.reading for article in articles]
    texts = [reading.document.text for reading in readings]
    words = [re.findall(r"\w+(?:['’]\w+)*", text) for text in texts]
    yield "| what | count |"
    yield "| --- | --- |"
    yield f"| articles | {len(articles)} |"
    yield f"| words (longest, shortest) | {sum(map(len, words))} ({_range(words)}) |"
    yield f"| distinct words | {len({w.lower() for group in words for w in group})} |"
    yield f"| sentences | {sum(len(a.sentences) for a in articles)} |"
    yield f"| sentences without a relation or an event | {_percent(_idle(articles))} |"
    yield f"| articles with page furniture | {_percent([bool(r.document.boilerplate) for r in readings])} |"
    kinds: Counter[str] = Counter(m.kind for r in readings for m in r.mentions)
    yield _split_count("mentions", kinds, {"name": "names", "nominal": "descriptions", "pronoun": "pronouns"})
    yield f"| entities | {sum(len(r.entities) for r in readings)} |"
    yield f"| relations | {sum(len(r.facts) for r in readings)} |"
    yield f"| events | {sum(len(r.events) for r in readings)} |"
    forms: Counter[str] = Counter(q.form for r in readings for q in r.quotations)
    yield _split_count("quotations", forms, {"direct": "direct", "indirect": "indirect", "mixed": "mixed"})
    yield ""
    yield "* " + _mix("Splits", Counter(a.split for a in articles))
    yield "* " + _mix("Genres", Counter(a.genre for a in articles))
    yield "* " + _mix("Matters", Counter(a.matter for a in articles))
    trained = {a.matter for a in articles if a.split == "train"}
    only = sorted({a.matter for a in articles if a.split == "test"} - trained)
    yield f"* Matters only in test: {', '.join(only) or 'none'}."
    yield "* " + _mix("Mentions by class", Counter(m.type for r in readings for m in r.mentions))
    yield "* " + _mix("Relations", Counter(f.predicate for r in readings for f in r.facts))
    yield "* " + _mix("Modality of relations", Counter(f.modality for r in readings for f in r.facts))
    yield "* " + _mix("Events by class", Counter(e.type for r in readings for e in r.events))
    yield ""
    yield from _faults(articles)
    yield from _gaps(articles, sum(map(len, words)))


def near_duplicates(articles: Sequence[Article]) -> list[tuple[str, str, float]]:
    """Pairs of articles that share too many runs of five words, with the shared part."""
    runs = {}
    for article in articles:
        words = re.findall(r"\w+", article.reading.document.text.lower())
        runs[article.id] = {tuple(words[n : n + SHINGLE_WORDS]) for n in range(len(words) - SHINGLE_WORDS + 1)}
    pairs = []
    for one, other in combinations(sorted(runs), 2):
        shared = len(runs[one] & runs[other]) / max(1, min(len(runs[one]), len(runs[other])))
        if shared > MAX_SHARED:
            pairs.append((one, other, shared))
    return pairs


def _faults(articles: Sequence[Article]) -> Iterator[str]:
    pairs = near_duplicates(articles)
    yield f"* Near-duplicates: {'; '.join(f'{a} and {b} ({s:.0%})' for a, b, s in pairs) or 'none'}."
    users: dict[str, set[str]] = {}
    for article in articles:
        for entity in article.reading.entities:
            if entity.named:
                users.setdefault(f"{entity.name} ({entity.type})", set()).add(article.id)
    often = sorted(((len(ids), name) for name, ids in users.items() if len(ids) > MAX_ARTICLES_PER_NAME), reverse=True)
    yield f"* Names in more than {MAX_ARTICLES_PER_NAME} articles: {', '.join(f'{n} {c}' for c, n in often) or 'none'}."
    given = Counter(e.name.split()[0] for a in articles for e in a.reading.entities if e.type == "Person" and e.named)
    yield "* " + _mix(
        f"First words of persons' names in more than {MAX_ARTICLES_PER_NAME} articles", given, MAX_ARTICLES_PER_NAME
    )


def _gaps(articles: Sequence[Article], words: int) -> Iterator[str]:
    readings = [article.reading for article in articles]
    facts = Counter(f.predicate for r in readings for f in r.facts if f.modality == "Asserted")
    mentions = Counter(m.type for r in readings for m in r.mentions)
    relations = [n for n, p in ontology().properties.items() if _is_relation(n) and not p.is_role]
    named = {k: mentions[k] for k in ENTITY_KINDS if not ontology().is_a(k, "Event") or k == "Event"}
    yield (
        f"* Missing towards the aim: {max(0, WANTED_ARTICLES - len(articles))} articles, "
        f"{max(0, WANTED_WORDS - words)} words."
    )
    yield f"* Classes below {WANTED_MENTIONS} mentions: {_short(named, WANTED_MENTIONS)}."
    yield f"* Relations below {WANTED_FACTS} asserted examples: {_short({n: facts[n] for n in relations}, WANTED_FACTS)}."


def _is_relation(name: str) -> bool:
    """Whether the property tells something of the world; the others tell of texts, evidence and measures."""
    prop = ontology().properties[name]
    if {"Statement", "Mention", "Document", "Quotation"} & set(prop.domain):
        return False
    return name not in {"mergeReason", "pagerank", "betweenness", "degree", "community", "timePrecision", "timeText"}


def _idle(articles: Sequence[Article]) -> list[bool]:
    idle = []
    for article in articles:
        spots = [f.evidence for f in article.reading.facts] + [e.evidence for e in article.reading.events]
        idle += [not any(s.begin < p.end and p.begin < s.end for p in spots) for s in article.sentences]
    return idle


def _range(words: Sequence[Sequence[str]]) -> str:
    sizes = [len(group) for group in words]
    return f"{max(sizes, default=0)}, {min(sizes, default=0)}"


def _percent(truths: Sequence[bool]) -> str:
    return f"{sum(truths)} of {len(truths)} ({sum(truths) / max(1, len(truths)):.0%})"


def _split_count(label: str, counts: Counter[str], parts: dict[str, str]) -> str:
    shown = ", ".join(str(counts[part]) for part in parts)
    return f"| {label} ({', '.join(parts.values())}) | {counts.total()} ({shown}) |"


def _mix(label: str, counts: Counter[str], above: int = 0) -> str:
    shown = [f"{name} {count}" for name, count in sorted(counts.items(), key=lambda c: (-c[1], c[0])) if count > above]
    return f"{label}: {', '.join(shown) or 'none'}."


def _short(counts: dict[str, int], wanted: int) -> str:
    low = sorted(((count, name) for name, count in counts.items() if count < wanted), key=lambda c: (c[0], c[1]))
    return ", ".join(f"{name} {count}" for count, name in low) or "none"
