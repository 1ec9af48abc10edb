"""A graph -> one HTML file that shows it, with every fact's sentence, and needs nothing but a browser.

pyvis builds the network and renders it through our own autoescaping template; the positions are worked out here, so that the
page opens at once and the same graph gives the same bytes. The file asks the network for nothing: its Content-Security-Policy
allows the two scripts and the style that it holds, by their hashes, and nothing else.
"""

__all__ = ["DrawReport", "draw"]

import json
import os
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg.errors import AmbiguousName, ExportError, InputError, UnknownName, did_you_mean
from kg.graph.page.assets import engine_text, page_json, policy, script_text, style_text
from kg.graph.page.content import Content, narrow, read_content
from kg.graph.page.story import Page, links_of
from kg.ontology import ontology

_PAGE = Path(__file__).parent / "page"
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
        max_nodes: A graph of more names starts with its 600 most central ones, the others on demand.
        title: Heading; the three most central names when None.

    Raises:
        InputError: the graph file cannot be read.
        UnknownName: no name of the graph is `focus`, or no class is called so.
        AmbiguousName: several entities are called `focus`.
        ExportError: the page cannot be written.
    """
    content = _chosen(read_content(_open(store)), focus, hops, types, min_confidence)
    page = Page(content, max_nodes, title)
    html = _render(page)
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
    for a, b, _ in links_of(content.facts):
        neighbours.setdefault(a, set()).add(b)
        neighbours.setdefault(b, set()).add(a)
    reached = edge = {start}
    for _ in range(hops):
        edge = set().union(*(neighbours.get(i, set()) for i in edge)) - reached
        reached = reached | edge
    return reached


def _render(page: Page) -> str:
    """The page through pyvis's renderer and our template."""
    from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup
    from pyvis.network import Network

    net = Network(directed=True, cdn_resources="in_line", heading=page.title)
    # filled directly: add_edge looks at every edge there is, 50 s for 20,000
    net.nodes = page.nodes()
    net.edges = [{"from": a, "to": b} for a, b, _ in page.links]
    net.node_ids = [node["id"] for node in net.nodes]
    net.node_map = {node["id"]: node for node in net.nodes}
    net.options = _OPTIONS
    style, engine, script = style_text(), engine_text(), script_text()
    net.templateEnv = Environment(
        loader=ChoiceLoader([FileSystemLoader(_PAGE), net.templateEnv.loader]),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    net.templateEnv.filters["page_json"] = lambda value: Markup(page_json(value))  # noqa: S704
    net.templateEnv.filters["page_options"] = lambda text: Markup(page_json(json.loads(text)))  # noqa: S704
    net.templateEnv.globals.update(
        policy=policy(style, engine, script),
        style=Markup(style),  # noqa: S704
        engine=Markup(engine),  # noqa: S704
        script=Markup(script),  # noqa: S704
        story=page.story(),
    )
    net.path = "template.html"
    return str(net.generate_html("graph.html"))


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
