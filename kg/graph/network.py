"""The store -> a networkx graph of who is linked to whom, with the evidence on every link.

Nodes are entity IRIs in the order of label and IRI, so that ties in any measure are broken the same way on every run. Every
edge carries `weight`, a strength (how much evidence), and `distance`, 1/weight: PageRank, eigenvectors and communities take
the first, paths, betweenness and closeness the second, never the other way round.
"""

__all__ = [
    "KINDS",
    "Network",
    "Window",
    "class_named",
    "network",
    "pairs",
    "part_of",
    "plain_statements",
    "read_window",
    "typed_entities",
    "undirected",
]

import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import networkx as nx
import numpy as np
import pyoxigraph as ox
from numpy.typing import NDArray
from scipy import sparse

from kg.errors import InputError, did_you_mean
from kg.graph.arrays import arrays_of, keep_arrays
from kg.graph.store import Store
from kg.ontology import KG_IRI, NAMESPACES, ontology

Network: TypeAlias = "nx.Graph[str]"
Ints = NDArray[np.int64]
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


@dataclass(frozen=True, slots=True)
class Window:
    """The documents that count: those published from `since` to `until`, both included.

    A bound may be a year, a month or a day. With a bound, a document that states no date does not count.
    """

    since: str | None = None
    until: str | None = None
    dates: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def is_open(self) -> bool:
        """Whether every document counts."""
        return self.since is None and self.until is None

    def has(self, document: str) -> bool:
        """Whether the document counts."""
        return self.is_open or self.has_date(self.dates.get(document, ""))

    def has_date(self, date: str) -> bool:
        """Whether an ISO date lies within the bounds."""
        if not date:
            return self.is_open
        return (not self.since or date[: len(self.since)] >= self.since) and (
            not self.until or date[: len(self.until)] <= self.until
        )


@dataclass(slots=True)
class _Links:
    """Links while they are collected: two node numbers, what the link rests on, and how much evidence that has."""

    a: list[int] = field(default_factory=list)
    b: list[int] = field(default_factory=list)
    basis: list[str] = field(default_factory=list)
    count: list[int] = field(default_factory=list)

    def add(self, a: int, b: int, basis: str, count: int = 1) -> None:
        self.a.append(a)
        self.b.append(b)
        self.basis.append(basis)
        self.count.append(count)


@dataclass(frozen=True, slots=True)
class _Reader:
    """What every kind of network is read from."""

    store: Store
    window: Window
    number: dict[str, int]
    min_confidence: float
    claims: bool = False
    events: tuple[str, ...] = ()

    def context(self) -> dict[str, str]:
        """Span -> document, for the documents that count."""
        found = pairs(self.store, "nif:referenceContext")
        return dict(found) if self.window.is_open else {s: d for s, d in found if self.window.has(d)}

    def sure(self, items: Iterable[str]) -> set[str]:
        """The items whose confidence is high enough; an item without one is sure."""
        if self.min_confidence <= 0:
            return set(items)
        low = {s for s, value in pairs(self.store, "kg:confidence") if float(value) < self.min_confidence}
        return set(items) - low


def network(
    store: Store,
    *,
    kind: str = "facts",
    since: str | None = None,
    until: str | None = None,
    type: str | None = None,  # noqa: A002
    min_confidence: float = 0.0,
    claims: bool = False,
) -> Network:
    """Who is linked to whom.

    Kinds:
        facts: subject -> object of every fact that the text itself asserts of now (claims, denials, plans and past states
            stay out), events included as nodes; directed; weight is the number of sentences.
        co-mentions: two entities in one document; undirected; weight is the number of documents.
        quotations: speaker -> entity named in the quotation; directed; weight is the number of quotations.
        events: two participants (places too) of one asserted event; undirected; weight is the number of events.

    Args:
        store: The open store of an output folder.
        kind: One of the four above.
        since: Count only documents published on or after this day, month or year (ISO).
        until: Count only documents published on or before it.
        type: Keep only nodes of this class or one below it; None keeps all.
        min_confidence: Leave out what is less sure: statements, mentions (co-mentions) or events.
        claims: Let facts include what somebody claims, what is denied, planned or supposed, and past states.

    Returns:
        A Graph or DiGraph. Nodes: entity IRIs with `label`, `type` (most specific class) and `documents` (how many mention
        it); every entity that a counted document mentions is there, linked or not. Edges: `weight`, `distance` (1/weight)
        and `facts`, the IRIs on which the link rests: statements, documents, quotations or events.

    Raises:
        InputError: an unknown kind or class, or a date that is not ISO.
    """
    if kind not in KINDS:
        raise InputError(f"There is no kind of network {kind!r}.{did_you_mean(kind, KINDS)} Kinds: {', '.join(KINDS)}.")
    wanted = class_named(type) if type else None
    window = read_window(store, since, until)
    types = typed_entities(store)
    labels = _labels(store, types)
    order = sorted((iri for iri in types if _is_wanted(types[iri], wanted)), key=lambda iri: (labels[iri], iri))
    events = tuple(iri for iri in order if ontology().is_a(types[iri], "Event"))
    numbers = {iri: number for number, iri in enumerate(order)}
    reader = _Reader(store, window, numbers, min_confidence, claims, events)
    directed, read = KINDS[kind]
    links = read(reader)
    documents = _documents_of(reader)
    graph: Network = nx.DiGraph() if directed else nx.Graph()
    linked = set(links.a) | set(links.b)
    kept = [number for number in range(len(order)) if number in linked or documents.get(number)]
    for number in kept:
        iri = order[number]
        graph.add_node(iri, label=labels[iri], type=types[iri], documents=documents.get(number, 0))
    graph.graph.update(kind=kind, since=since, until=until)
    _add_edges(graph, np.array(kept, dtype=np.int64), links)
    return graph


def undirected(graph: Network) -> Network:
    """The network with both directions of a link as one, weights added; an undirected network as it is."""
    if not graph.is_directed():
        return graph
    merged: Network = nx.Graph()
    merged.add_nodes_from(graph.nodes(data=True))
    merged.add_edges_from(_merged_edges(graph))
    merged.graph.update(graph.graph)
    weight = arrays_of(graph).weight
    both = sparse.triu(
        weight + weight.T - sparse.dia_array((weight.diagonal()[None, :], [0]), shape=weight.shape)
    ).tocoo()
    keep_arrays(merged, both.row, both.col, both.data)
    return merged


def _merged_edges(graph: Network) -> Iterator[tuple[str, str, dict[str, Any]]]:
    place = {node: at for at, node in enumerate(graph)}
    for a, b, values in graph.edges(data=True):
        back = graph.get_edge_data(b, a) if a != b else None
        if back is None:
            weight, facts = values.get("weight", 1), values.get("facts", ())
        elif place[a] < place[b]:
            weight = values.get("weight", 1) + back.get("weight", 1)
            facts = tuple(sorted({*values.get("facts", ()), *back.get("facts", ())}))
        else:
            continue
        yield a, b, {"weight": weight, "distance": 1 / weight, "facts": facts}


def part_of(graph: Network, nodes: Iterable[str]) -> Network:
    """The given nodes and all links among them, in the order of the network (networkx's own subgraph follows hashes)."""
    kept = set(nodes)
    part: Network = nx.DiGraph() if graph.is_directed() else nx.Graph()
    part.add_nodes_from((node, values) for node, values in graph.nodes(data=True) if node in kept)
    part.add_edges_from(
        (node, other, values) for node in part for other, values in graph.adj[node].items() if other in kept
    )
    part.graph.update(graph.graph)
    return part


def read_window(store: Store, since: str | None, until: str | None) -> Window:
    """The documents from `since` to `until`.

    Raises:
        InputError: a bound is not an ISO day, month or year.
    """
    for bound in (since, until):
        if bound is not None and not _DATE.fullmatch(bound):
            raise InputError(f"{bound!r} is not a date. Write a year, a month or a day: 2025, 2025-01 or 2025-01-19.")
    return Window(since, until, dict(pairs(store, "schema:datePublished")))


def typed_entities(store: Store) -> dict[str, str]:
    """Every entity with its most specific class."""
    terms = ontology()
    classes = [name for name in terms.parents if terms.is_a(name, "Entity")]
    types: dict[str, str] = {}
    rdf_type = ox.NamedNode(NAMESPACES["rdf"] + "type")
    for name in sorted(classes, key=lambda name: (len(terms.ancestors(name)), name)):
        for quad in store.inner.quads_for_pattern(None, rdf_type, ox.NamedNode(KG_IRI + name), None):
            if isinstance(quad.subject, ox.NamedNode):
                types[quad.subject.value] = name
    return types


def class_named(name: str, above: str = "Entity") -> str:
    """The class of this name, in whatever letters, that is `above` or lies below it.

    Raises:
        InputError: there is none.
    """
    known = {other.lower(): other for other in ontology().parents if ontology().is_a(other, above)}
    if name.lower() not in known:
        raise InputError(f"{name!r} is no class below {above}.{did_you_mean(name.title(), known.values())}")
    return known[name.lower()]


def _is_wanted(name: str, wanted: str | None) -> bool:
    return wanted is None or ontology().is_a(name, wanted)


def pairs(store: Store, predicate: str) -> Iterator[tuple[str, str]]:
    """Subject and object (IRI or text) of every triple with this predicate, given as `prefix:name`."""
    prefix, name = predicate.split(":", 1)
    for quad in store.inner.quads_for_pattern(None, ox.NamedNode(NAMESPACES[prefix] + name), None, None):
        if not isinstance(quad.object, ox.Triple) and not isinstance(quad.subject, ox.Triple):
            yield quad.subject.value, quad.object.value


def _labels(store: Store, types: dict[str, str]) -> dict[str, str]:
    labels: dict[str, str] = {}
    for iri, label in pairs(store, "rdfs:label"):
        if iri in types:
            labels[iri] = min(label, labels.get(iri, label))
    return {iri: labels.get(iri) or iri.rsplit("/", 1)[-1] for iri in types}


def _documents_of(reader: _Reader) -> dict[int, int]:
    """Node -> number of counted documents that mention it or, for an event, tell of it."""
    context = reader.context()
    found: set[tuple[int, str]] = set()
    for span, entity in pairs(reader.store, "kg:refersTo"):
        if entity in reader.number and span in context:
            found.add((reader.number[entity], context[span]))
    told = ox.NamedNode(KG_IRI + "evidence")
    for event in reader.events:
        for quad in reader.store.inner.quads_for_pattern(ox.NamedNode(event), told, None, None):
            if isinstance(quad.object, ox.NamedNode) and quad.object.value in context:
                found.add((reader.number[event], context[quad.object.value]))
    counts: dict[int, int] = defaultdict(int)
    for number, _ in found:
        counts[number] += 1
    return counts


def _read_facts(reader: _Reader) -> _Links:
    context = None if reader.window.is_open else reader.context()
    found: dict[str, list[int]] = {}
    for statement, subject, target, span in _statement_rows(reader.store, claims=reader.claims):
        a, b = reader.number.get(subject), reader.number.get(target)
        if a is None or b is None or a == b or (context is not None and span not in context):
            continue
        known = found.setdefault(statement, [a, b, 0])
        known[2] += 1
    kept = reader.sure(found)
    if not reader.claims:
        kept -= _not_plain(reader.store)
    links = _Links()
    for statement, (a, b, count) in found.items():
        if statement in kept:
            links.add(a, b, statement, count)
    return links


def _statement_rows(store: Store, *, claims: bool) -> Iterator[tuple[str, str, str, str]]:
    """Statement, subject, object and evidence; as text, since a million rows of objects cost twice as much."""
    asserted = "" if claims else "kg:modality kg:Asserted ; "
    results = store.query(
        f"SELECT ?a ?b ?c ?d WHERE {{ ?a {asserted}rdf:subject ?b ; rdf:object ?c ; kg:evidence ?d FILTER(isIRI(?c)) }}"
    )
    assert isinstance(results, ox.QuerySolutions)
    lines = io.BytesIO(results.serialize(format=ox.QueryResultsFormat.TSV) or b"")
    next(lines)
    for line in lines:
        a, b, c, d = line.decode().rstrip("\n").split("\t")
        yield a[1:-1], b[1:-1], c[1:-1], d[1:-1]


def plain_statements(store: Store) -> set[str]:
    """The statements that the text itself asserts of now: those whose plain triple stands in the graph."""
    asserted = store.inner.quads_for_pattern(
        None, ox.NamedNode(KG_IRI + "modality"), ox.NamedNode(KG_IRI + "Asserted"), None
    )
    found = {quad.subject.value for quad in asserted if isinstance(quad.subject, ox.NamedNode)}
    return found - _not_plain(store)


def _not_plain(store: Store) -> set[str]:
    """Statements of somebody else, or of what is over."""
    found = {statement for statement, _ in pairs(store, "kg:statedBy")}
    found.update(statement for statement, value in pairs(store, "kg:past") if value in ("true", "1"))
    return found


def _read_co_mentions(reader: _Reader) -> _Links:
    links = _Links()
    context = reader.context()
    mentions = list(pairs(reader.store, "kg:refersTo"))
    kept = reader.sure(mention for mention, _ in mentions)
    entities: dict[str, set[int]] = defaultdict(set)
    for mention, entity in mentions:
        if mention in kept and mention in context and entity in reader.number:
            entities[context[mention]].add(reader.number[entity])
    for document in sorted(entities):
        together = np.array(sorted(entities[document]), dtype=np.int64)
        first, second = np.triu_indices(len(together), 1)
        links.a += together[first].tolist()
        links.b += together[second].tolist()
        links.basis += [document] * len(first)
        links.count += [1] * len(first)
    return links


def _read_quotations(reader: _Reader) -> _Links:
    links = _Links()
    context = reader.context()
    begins = {span: int(value) for span, value in pairs(reader.store, "nif:beginIndex") if span in context}
    ends = {span: int(value) for span, value in pairs(reader.store, "nif:endIndex") if span in context}
    quotations: dict[str, list[tuple[int, int, str, int]]] = defaultdict(list)
    for quotation, speaker in pairs(reader.store, "kg:speaker"):
        if quotation in begins and speaker in reader.number:
            place = (begins[quotation], ends[quotation], quotation, reader.number[speaker])
            quotations[context[quotation]].append(place)
    found: set[tuple[int, int, str]] = set()
    for mention, entity in pairs(reader.store, "kg:refersTo"):
        if mention in begins and entity in reader.number:
            for begin, end, quotation, number in quotations.get(context[mention], ()):
                if begin <= begins[mention] and ends[mention] <= end and number != reader.number[entity]:
                    found.add((number, reader.number[entity], quotation))
    for a, b, quotation in sorted(found):
        links.add(a, b, quotation)
    return links


def _read_events(reader: _Reader) -> _Links:
    links = _Links()
    terms = ontology()
    context = None if reader.window.is_open else reader.context()
    told = {event for event, span in pairs(reader.store, "kg:evidence") if context is None or span in context}
    kept = reader.sure(told)
    parts: dict[str, set[int]] = defaultdict(set)
    # plain role triples stand only for asserted events
    for role in sorted(name for name, term in terms.properties.items() if term.is_role):
        for event, entity in pairs(reader.store, f"kg:{role}"):
            if event in kept and entity in reader.number:
                parts[event].add(reader.number[entity])
    for event in sorted(parts):
        together = sorted(parts[event])
        for at, a in enumerate(together):
            for b in together[at + 1 :]:
                links.add(a, b, event)
    return links


#: Kind -> whether its links have a direction, and how they are read.
KINDS: dict[str, tuple[bool, Callable[[_Reader], _Links]]] = {
    "facts": (True, _read_facts),
    "co-mentions": (False, _read_co_mentions),
    "quotations": (True, _read_quotations),
    "events": (False, _read_events),
}


def _add_edges(graph: Network, kept: Ints, links: _Links) -> None:
    """One edge for every linked pair, sorted by the numbers of its nodes."""
    if not links.a:
        return
    nodes = list(graph)
    a, b = np.searchsorted(kept, np.array(links.a)), np.searchsorted(kept, np.array(links.b))
    if not graph.is_directed():
        a, b = np.minimum(a, b), np.maximum(a, b)
    by_pair = np.lexsort((b, a))
    a, b = a[by_pair], b[by_pair]
    starts = np.flatnonzero(np.concatenate([[True], (a[1:] != a[:-1]) | (b[1:] != b[:-1])]))
    weights = np.add.reduceat(np.array(links.count, dtype=np.int64)[by_pair], starts)
    basis = [links.basis[at] for at in by_pair.tolist()]
    a, b, stops = a[starts], b[starts], [*starts[1:].tolist(), len(basis)]
    graph.add_edges_from(
        (
            nodes[x],
            nodes[y],
            {"weight": weight, "distance": 1 / weight, "facts": tuple(sorted(basis[first:stop]))},
        )
        for x, y, weight, first, stop in zip(
            a.tolist(), b.tolist(), weights.tolist(), starts.tolist(), stops, strict=True
        )
    )
    keep_arrays(graph, a, b, weights.astype(np.float64))
