"""Content -> the data blocks of the page: names with their positions, lines, and the columns that the script reads.

The title, the subtitle and the two opening sentences are made here too, from the names at the centre.
"""

__all__ = ["Page", "links_of"]

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

from kg.graph.layout import Link, find_communities, place, scores
from kg.graph.page.content import MAIN_TYPES, Content, PageFact, narrow
from kg.ontology import BASE_IRI, MODALITIES, ontology

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: A graph above `max_nodes` starts with this many names: 400 to 800 can still be read (looked at on made-up news graphs).
TOP_NODES = 600
#: More names than this are not put into the file at all: 25,000 with their facts are some 20 MB.
FILE_NODES = 25_000


def links_of(facts: Iterable[PageFact]) -> list[Link]:
    """Lines of the picture, each once with its number of facts: between two names, and from a speaker to whom it speaks of."""
    found: Counter[tuple[int, int]] = Counter()
    for fact in facts:
        subject, target, speaker = fact.subject, fact.object, fact.said_by
        if isinstance(target, int) and target != subject:
            found[min(subject, target), max(subject, target)] += 1
        if speaker >= 0 and speaker not in (subject, target):
            found[min(speaker, subject), max(speaker, subject)] += 1
    return [(a, b, float(weight)) for (a, b), weight in sorted(found.items())]


class Page:
    """What one file shows: `nodes` and `links` are for pyvis, `story` is all else that the script reads.

    `shown` are the names of the first view, `left_out` counts those that are too many for one file.
    """

    def __init__(self, content: Content, max_nodes: int, title: str | None) -> None:
        self.content = content
        self.left_out = 0
        self._measure()
        if len(content.nodes) > FILE_NODES:
            kept = set(self.ranked[:FILE_NODES])
            self.left_out = len(content.nodes) - FILE_NODES
            self.content = narrow(content, kept.__contains__, lambda _: True)
            self._measure()
        count = len(self.content.nodes)
        self.shown = self.ranked if count <= max_nodes else self._top(min(TOP_NODES, max_nodes))
        self.title = _clean(title or self._telling_title())

    def _measure(self) -> None:
        count = len(self.content.nodes)
        self.links = links_of(self.content.facts)
        self.groups = find_communities(count, self.links)
        self.scores = scores(count, self.links)
        rank = self.scores["pagerank"]
        linked = {node for a, b, _ in self.links for node in (a, b)}
        self.ranked = sorted(range(count), key=lambda i: (i not in linked, -rank[i], i))

    def _top(self, count: int) -> list[int]:
        """The most central names that have a line among themselves, so that the first view hangs together."""
        kept = self.ranked[: 2 * count]
        for limit in (2 * count, count):
            inside = set(kept[:limit])
            linked = {node for a, b, _ in self.links if a in inside and b in inside for node in (a, b)}
            kept = [node for node in kept if node in linked]
        return kept[:count] or self.ranked[:count]

    def _telling_title(self) -> str:
        names = [self.content.nodes[i].label for i in self.ranked if self.content.nodes[i].main != "Event"][:3]
        if not names:
            return "An empty graph"
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

    def nodes(self) -> list[dict[str, Any]]:
        """One dict a name, with its position where it is in the first view."""
        content, shown = self.content, sorted(self.shown)
        at = {node: new for new, node in enumerate(shown)}
        inner = [(at[a], at[b], weight) for a, b, weight in self.links if a in at and b in at]
        rank = self.scores["pagerank"]
        big = 20 if len(content.nodes) > 300 else 17
        radii = [5 + big * math.sqrt(rank[i]) for i in shown]
        widths = [min(len(content.nodes[i].label), 30) * 6.6 for i in shown]
        # a part that is shown first gets communities of its own for its layout; colours stay those of the whole
        part = len(shown) < len(content.nodes)
        groups = find_communities(len(shown), inner) if part else self.groups
        positions = dict(zip(shown, place(inner, radii, widths, groups), strict=True))
        nodes: list[dict[str, Any]] = []
        for i, node in enumerate(content.nodes):
            entry: dict[str, Any] = {"id": i, "label": _clean(node.label)}
            if i in positions:
                entry["x"], entry["y"] = positions[i]
            else:
                entry["hidden"] = True
            nodes.append(entry)
        return nodes

    def story(self) -> dict[str, Any]:
        """Columns, since 60,000 facts as dicts would be three times as long."""
        content, terms = self.content, ontology()
        types = sorted({node.type for node in content.nodes})
        mains = [*MAIN_TYPES, "Other"]
        predicates = sorted({fact.predicate for fact in content.facts})
        return {
            "summary": self._summary(),
            "subtitle": self._subtitle(),
            "notice": self._notice(),
            "base": BASE_IRI,
            "basis": "published" if len({d.date for d in content.documents if d.date}) > 1 else "happened",
            "types": [terms.labels.get(name, name) for name in types],
            "mains": mains,
            "modalities": list(MODALITIES),
            "predicates": [
                {
                    "name": name,
                    "label": terms.labels.get(name, name),
                    "role": name in terms.properties and terms.properties[name].is_role,
                }
                for name in predicates
            ],
            "communities": self._communities(),
            "nodes": self._node_columns(types, mains),
            "facts": self._fact_columns(predicates),
            "evidence": {
                "d": [item.document for item in content.evidence],
                "t": [item.text for item in content.evidence],
                "m": [[number for mention in item.mentions for number in mention] for item in content.evidence],
            },
            "documents": {
                "id": [document.iri.rsplit("/", 1)[-1] for document in content.documents],
                "title": [_clean(document.title) for document in content.documents],
                "date": [document.date for document in content.documents],
                "url": [document.url for document in content.documents],
                "publisher": [_clean(document.publisher) for document in content.documents],
            },
            "quotes": {
                "by": [quote.speaker for quote in content.quotes],
                "t": [quote.text for quote in content.quotes],
                "d": [quote.document for quote in content.quotes],
                "m": [[number for mention in quote.mentions for number in mention] for quote in content.quotes],
            },
        }

    def _node_columns(self, types: list[str], mains: list[str]) -> dict[str, Any]:
        nodes = self.content.nodes
        type_at = {name: at for at, name in enumerate(types)}
        slugs = [node.iri.removeprefix(BASE_IRI) for node in nodes]
        return {
            "slug": slugs,
            "iri": {i: node.iri for i, node in enumerate(nodes) if slugs[i] == node.iri},
            "type": [type_at[node.type] for node in nodes],
            "main": [mains.index(node.main) for node in nodes],
            "community": self.groups,
            **self.scores,
            "from": [node.dates[0] for node in nodes],
            "to": [node.dates[1] for node in nodes],
            "aliases": {i: node.aliases for i, node in enumerate(nodes) if node.aliases},
            "why": {i: node.reasons for i, node in enumerate(nodes) if node.reasons},
            "evidence": {i: node.evidence for i, node in enumerate(nodes) if node.evidence},
            "modality": {i: node.modality for i, node in enumerate(nodes) if node.modality not in ("", "Asserted")},
        }

    def _fact_columns(self, predicates: list[str]) -> dict[str, Any]:
        facts = self.content.facts
        predicate_at = {name: at for at, name in enumerate(predicates)}
        return {
            "s": [fact.subject for fact in facts],
            "p": [predicate_at[fact.predicate] for fact in facts],
            "o": [fact.object for fact in facts],
            "m": [MODALITIES.index(fact.modality) if fact.modality in MODALITIES else 0 for fact in facts],
            "c": [fact.confidence for fact in facts],
            "by": [fact.said_by for fact in facts],
            "ev": [fact.evidence for fact in facts],
            "extra": {i: extra for i, fact in enumerate(facts) if (extra := _extra(fact))},
        }

    def _communities(self) -> list[dict[str, Any]]:
        """Each community of three names or more: its size and its three most central names."""
        members: dict[int, list[int]] = {}
        for i in self.ranked:
            if self.groups[i] >= 0:
                members.setdefault(self.groups[i], []).append(i)
        nodes = self.content.nodes
        telling = {
            number: ([i for i in group if nodes[i].main != "Event"] or group)[:3] for number, group in members.items()
        }
        return [
            {"number": number, "size": len(group), "names": telling[number]}
            for number, group in sorted(members.items())
            if len(group) >= 3
        ]

    def _subtitle(self) -> str:
        content = self.content
        dates = sorted(document.date for document in content.documents if document.date)
        counts = ", ".join(
            (
                _plural(len(content.nodes), "name"),
                _plural(len(content.facts), "fact"),
                _plural(len(content.documents), "article"),
            )
        )
        return f"{counts}{', published ' + _span(dates[0], dates[-1]) if dates else ''}"

    def _summary(self) -> str:
        """Two sentences a stranger can start from."""
        nodes = self.content.nodes
        people = [nodes[i].label for i in self.ranked if nodes[i].main == "Person"][:3]
        others = [nodes[i].label for i in self.ranked if nodes[i].main not in ("Person", "Event", "Place")][:3]
        places = [nodes[i].label for i in self.ranked if nodes[i].main == "Place"][:3]
        parts = [_listed(names) for names in (others, people, places) if names]
        if not parts:
            return "This graph has no names."
        events = sum(node.main == "Event" for node in nodes)
        documents = _plural(len(self.content.documents), "article")
        told = f"{documents[0].upper()}{documents[1:]} tell" + ("s" if len(self.content.documents) == 1 else "")
        second = f" There {'is' if events == 1 else 'are'} {_plural(events, 'event')} among them." if events else ""
        return f"{told} of {'; of '.join(parts)}.{second}"

    def _notice(self) -> str:
        count, shown = len(self.content.nodes), len(self.shown)
        if shown == count and not self.left_out:
            return ""
        words = f"Drawn are the {shown:,} most central of {count + self.left_out:,} names. "
        if count > shown:
            words += "Search for any other, or open a name and add its neighbours. "
        if self.left_out:
            words += f"{self.left_out:,} names are not in this file. "
        return words + "For the whole picture: kg export graph.gexf, and open it in Gephi Lite."


def _extra(fact: PageFact) -> dict[str, Any]:
    found = {"from": fact.valid_from, "to": fact.valid_to, "past": fact.past, "note": fact.note}
    return {key: value for key, value in found.items() if value}


def _plural(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _listed(names: list[str]) -> str:
    cleaned = [_clean(name) for name in names]
    return cleaned[0] if len(cleaned) == 1 else f"{', '.join(cleaned[:-1])} and {cleaned[-1]}"


def _span(first: str, last: str) -> str:
    return _day(first) if first == last else f"{_day(first)} to {_day(last)}"


def _day(iso: str) -> str:
    try:
        day = dt.date.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _clean(text: str) -> str:
    """One line without control characters, which no reader can see and some browsers refuse."""
    return " ".join(
        "".join(letter if letter.isprintable() or letter in "\u200c\u200d" else " " for letter in text).split()
    )
