"""A graph -> one HTML file that shows it, with every fact's sentence, and needs nothing but a browser.

pyvis builds the network and renders it through our own autoescaping template; the positions are worked out here, so that the
page opens at once and the same graph gives the same bytes. The file asks the network for nothing: its Content-Security-Policy
allows the two scripts and the style that it holds, by their hashes, and nothing else.
"""

__all__ = ["DrawReport", "draw"]

import base64
import functools
import hashlib
import json
import math
import os
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg.errors import AmbiguousName, ExportError, InputError, UnknownName, did_you_mean
from kg.graph.layout import Link, find_communities, place, scores
from kg.graph.page.content import MAIN_TYPES, Content, PageFact, narrow, read_content
from kg.ontology import BASE_IRI, MODALITIES, ontology

_PAGE = Path(__file__).parent / "page"
_SCRIPTS = ("data", "look", "filters", "paint", "labels", "graph", "panel", "list", "timeline", "exports", "controls", "page")
#: A graph above `max_nodes` starts with this many names: 400 to 800 can still be read (looked at on made-up news graphs).
TOP_NODES = 600
#: More names than this are not put into the file at all: 25,000 with their facts are some 20 MB.
FILE_NODES = 25_000
_OPTIONS: dict[str, Any] = {
    "autoResize": True,
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False},
    "nodes": {"chosen": False, "borderWidth": 0},
    "edges": {
        "chosen": False,
        "smooth": False,
        "width": 1,
        "selectionWidth": 0,
        "hoverWidth": 0,
        "color": {"inherit": False},
        "arrows": {
            "to": {"enabled": True, "scaleFactor": 0.45, "type": "arrow"},
            "from": {"enabled": False, "scaleFactor": 0.45, "type": "arrow"},
        },
    },
    "interaction": {
        "hover": True,
        "hoverConnectedEdges": False,
        "selectConnectedEdges": False,
        "keyboard": False,
        "tooltipDelay": 100000,
    },
}


@dataclass(frozen=True, slots=True)
class DrawReport:
    """What was drawn: names in the file and in its first view, facts, documents, and names that the file leaves out."""

    path: Path
    nodes: int
    shown: int
    facts: int
    documents: int
    left_out: int
    size_bytes: int


def draw(
    store: object,
    target: Path,
    *,
    focus: str | None = None,
    hops: int = 2,
    types: Collection[str] = (),
    min_confidence: float = 0.0,
    max_nodes: int = 5000,
    title: str | None = None,
) -> DrawReport:
    """Write the graph as one HTML page.

    Args:
        store: An open store, a pyoxigraph.Store, or the path of a graph file (.nt, .ttl, ...) or of a store folder.
        target: The file to write; it is replaced at once when all is written.
        focus: A name or alias; only what lies within `hops` facts of it is drawn.
        hops: 1 or more.
        types: Class names; only entities of these classes and below are drawn.
        min_confidence: 0 to 0.99; facts below it are left out.
        max_nodes: A graph of more names starts with its `TOP_NODES` most central ones, the others on demand.
        title: Heading; the three most central names when None.

    Raises:
        InputError: the graph file cannot be read.
        UnknownName: no name of the graph is `focus`, or no class is called so.
        AmbiguousName: several entities are called `focus`.
        ExportError: the page cannot be written.
    """
    content = _chosen(read_content(_open(store)), focus, hops, types, min_confidence)
    page = _Page(content, max_nodes, title)
    html = page.render()
    _write(target, html)
    return DrawReport(
        path=target,
        nodes=len(page.content.nodes),
        shown=len(page.shown),
        facts=len(page.content.facts),
        documents=len(page.content.documents),
        left_out=page.left_out,
        size_bytes=len(html.encode()),
    )


def _open(store: object) -> ox.Store:
    if isinstance(store, ox.Store):
        return store
    inner = getattr(store, "inner", None)
    if isinstance(inner, ox.Store):
        return inner
    path = Path(str(store))
    if path.is_dir():
        from kg.graph.store import open_store

        return _open(open_store(path))
    kind = ox.RdfFormat.from_extension(path.suffix.removeprefix("."))
    if kind is None:
        raise InputError(
            f"{path}: {path.suffix or 'no extension'} is no graph format. Name a .nt, .ttl, .nq or .rdf file."
        )
    opened = ox.Store()
    try:
        opened.bulk_load(path=str(path), format=kind)
    except (OSError, SyntaxError, ValueError) as exc:
        raise InputError(
            f"{path} cannot be read as a graph: {exc}. Run `kg build` first, or name another file."
        ) from exc
    return opened


def _chosen(content: Content, focus: str | None, hops: int, types: Collection[str], min_confidence: float) -> Content:
    """The content that the options ask for."""
    if types:
        allowed = tuple(_class_name(name) for name in types)
        terms = ontology()
        content = narrow(content, lambda i: terms.fits(content.nodes[i].type, allowed), lambda _: True)
    if min_confidence > 0:
        content = narrow(content, lambda _: True, lambda fact: fact.confidence >= min_confidence)
    if focus is not None:
        near = _within(content, _find(content, focus), hops)
        content = narrow(content, near.__contains__, lambda _: True)
    return content


def _class_name(name: str) -> str:
    known = {known.lower(): known for known in ontology().parents if ontology().is_a(known, "Entity")}
    if name.lower() not in known:
        raise UnknownName(f"The ontology has no class {name!r} of entities.{did_you_mean(name, known.values())}")
    return known[name.lower()]


def _find(content: Content, name: str) -> int:
    """The entity with this name, else with this alias, else with this IRI."""
    wanted = name.casefold().strip()
    tiers = (
        [i for i, node in enumerate(content.nodes) if node.label.casefold() == wanted],
        [i for i, node in enumerate(content.nodes) if wanted in (alias.casefold() for alias in node.aliases)],
        [i for i, node in enumerate(content.nodes) if name in (node.iri, node.iri.rsplit("/", 1)[-1])],
    )
    found = next(filter(None, tiers), [])
    if not found:
        names = [label for node in content.nodes for label in (node.label, *node.aliases)]
        raise UnknownName(f"No name in this graph is {name!r}.{did_you_mean(name, names)}")
    if len(found) > 1:
        choices = ", ".join(content.nodes[i].iri.rsplit("/", 1)[-1] for i in found[:5])
        raise AmbiguousName(
            f"{len(found)} entities are called {name!r}: {choices}. Give one of these in place of the name."
        )
    return found[0]


def _within(content: Content, start: int, hops: int) -> set[int]:
    neighbours: dict[int, set[int]] = {}
    for a, b, _ in _links(content.facts):
        neighbours.setdefault(a, set()).add(b)
        neighbours.setdefault(b, set()).add(a)
    reached = edge = {start}
    for _ in range(hops):
        edge = set().union(*(neighbours.get(i, set()) for i in edge)) - reached
        reached = reached | edge
    return reached


def _links(facts: Iterable[PageFact]) -> list[Link]:
    """Lines of the picture, each once with its number of facts: between two names, and from a speaker to whom it speaks of."""
    found: Counter[tuple[int, int]] = Counter()
    for fact in facts:
        subject, target, speaker = fact.subject, fact.object, fact.said_by
        if isinstance(target, int) and target != subject:
            found[min(subject, target), max(subject, target)] += 1
        if speaker >= 0 and speaker not in (subject, target):
            found[min(speaker, subject), max(speaker, subject)] += 1
    return [(a, b, float(weight)) for (a, b), weight in sorted(found.items())]


class _Page:
    """Everything that goes into the file, worked out once."""

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
        self.title = title or self._telling_title()

    def _measure(self) -> None:
        count = len(self.content.nodes)
        self.links = _links(self.content.facts)
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

    def render(self) -> str:
        """The page through pyvis's renderer and our template."""
        from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
        from markupsafe import Markup
        from pyvis.network import Network

        net = Network(directed=True, cdn_resources="in_line", heading=self.title)
        # filled directly: add_edge looks at every edge there is, 50 s for 20,000
        net.nodes = self._nodes()
        net.edges = [{"from": a, "to": b} for a, b, _ in self.links]
        net.node_ids = [node["id"] for node in net.nodes]
        net.node_map = {node["id"]: node for node in net.nodes}
        net.options = _OPTIONS
        style, engine, script = _style(), _engine(), _script()
        net.templateEnv = Environment(
            loader=ChoiceLoader([FileSystemLoader(_PAGE), net.templateEnv.loader]),
            autoescape=True,
            undefined=StrictUndefined,
            keep_trailing_newline=True,
        )
        net.templateEnv.filters["page_json"] = lambda value: Markup(_json(value))  # noqa: S704
        net.templateEnv.filters["page_options"] = lambda text: Markup(_json(json.loads(text)))  # noqa: S704
        net.templateEnv.globals.update(
            policy=_policy(style, engine, script),
            style=Markup(style),  # noqa: S704
            engine=Markup(engine),  # noqa: S704
            script=Markup(script),  # noqa: S704
            story=self._story(),
        )
        net.path = "template.html"
        return str(net.generate_html("graph.html"))

    def _nodes(self) -> list[dict[str, Any]]:
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

    def _story(self) -> dict[str, Any]:
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
    return first if first == last else f"{first} to {last}"


def _clean(text: str) -> str:
    """One line without control characters, which no reader can see and some browsers refuse."""
    return " ".join(
        "".join(letter if letter.isprintable() or letter in "\u200c\u200d" else " " for letter in text).split()
    )


def _json(value: object) -> str:
    """JSON for a data block: `<`, `>` and `&` escaped, so that no text can end the block or begin a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@functools.cache
def _style() -> str:
    return _inline((_PAGE / "page.css").read_text(encoding="utf-8"))


@functools.cache
def _script() -> str:
    parts = [(_PAGE / f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS]
    return _inline('(() => {\n"use strict";\n' + "\n".join(parts) + "})();\n")


@functools.cache
def _engine() -> str:
    """vis-network as pyvis bundles it, with its licence notice, without the line that asks for a source map."""
    import pyvis

    libraries = Path(pyvis.__file__).parent / "templates" / "lib"
    newest = max(libraries.glob("vis-*/vis-network.min.js"))
    text = newest.read_text(encoding="utf-8").replace("\r\n", "\n")
    return _inline(text.rsplit("//# sourceMappingURL", 1)[0])


def _inline(text: str) -> str:
    if any(end in text.lower() for end in ("</script", "</style", "<!--", "\r")):
        raise ExportError(
            "A script or style of the page holds text that would end its element. Install Dateline again."
        )
    return text


def _policy(style: str, *scripts: str) -> str:
    """Nothing may be loaded or run but what the file itself holds."""
    allowed = " ".join(f"'{_digest(script)}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src '{_digest(style)}'; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _write(target: Path, html: str) -> None:
    """Beside the target first, then in its place: a reader never sees half a page."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(html)
            Path(name).chmod(0o644)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as exc:
        raise ExportError(f"{target} cannot be written: {exc.strerror or exc}. Choose another file.") from exc
