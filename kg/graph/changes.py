"""The store and two dates -> what the documents between them brought, what they ended, and who dropped out of sight."""

__all__ = ["Change", "Changes", "find_changes"]

from collections.abc import Iterable
from dataclasses import dataclass

from kg.errors import InputError
from kg.graph.network import Network, Window, network, pairs, part_of, plain_statements, read_window, undirected
from kg.graph.sentences import Sentence, label_of, relation_label, sentences_of, value_of
from kg.graph.store import Store
from kg.ontology import KG_IRI, ontology


@dataclass(frozen=True, slots=True)
class Change:
    """One change in words; `iri` is the entity or statement that changed."""

    what: str
    detail: str
    iri: str
    sentences: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """The documents up to a date against those up to a later one, most evidence first."""

    documents_before: int
    documents_after: int
    new_entities: tuple[Change, ...]
    new_events: tuple[Change, ...]
    new_facts: tuple[Change, ...]
    new_links: tuple[Change, ...]
    facts_over: tuple[Change, ...]
    links_over: tuple[Change, ...]
    silent_entities: tuple[Change, ...]

    def by_sort(self) -> dict[str, tuple[Change, ...]]:
        """The changes under the names that are printed."""
        return {
            "new entity": self.new_entities,
            "new event": self.new_events,
            "new fact": self.new_facts,
            "new link": self.new_links,
            "fact over": self.facts_over,
            "link over": self.links_over,
            "not named since": self.silent_entities,
        }

    def counts(self) -> dict[str, int]:
        """How many of each."""
        sorts = {sort: len(changes) for sort, changes in self.by_sort().items()}
        return {"documents before": self.documents_before, "documents after": self.documents_after, **sorts}


def find_changes(store: Store, first: str, second: str, *, min_confidence: float = 0.0) -> Changes:
    """What is known from the documents published up to `second` against those up to `first`, both included.

    A fact is over when a document between the dates says that it is past or not so. A link is over when all its facts are.
    Documents without a date count in neither.

    Args:
        store: The open store of an output folder.
        first: The earlier day, month or year (ISO).
        second: The later one.
        min_confidence: Leave out statements that are less sure.

    Raises:
        InputError: a date is not ISO, or the second is not after the first.
    """
    before, after = read_window(store, None, first), read_window(store, None, second)
    if second[: len(first)] <= first[: len(second)]:
        raise InputError(f"The second date must be after the first: {first} {second}.")
    old, old_events = _apart(network(store, until=first, min_confidence=min_confidence))
    new, new_events = _apart(network(store, until=second, min_confidence=min_confidence))
    ended = _ended(store, before, after)
    over = {fact: reason for fact, reason in ended.items() if fact in _facts(old)}
    old_links, new_links = undirected(old), undirected(new)
    seen_since = _named_between(store, before, after)
    return Changes(
        sum(1 for date in before.dates.values() if before.has_date(date)),
        sum(1 for date in after.dates.values() if after.has_date(date)),
        tuple(_entities(new, (node for node in new if node not in old), "documents")),
        tuple(_event(store, new_events, node) for node in new_events if node not in old_events),
        tuple(_fact(store, fact) for fact in _by_evidence(new, _facts(new) - _facts(old) - set(ended))),
        tuple(_links(new_links, ((a, b) for a, b in new_links.edges if not old_links.has_edge(a, b)))),
        tuple(_fact(store, fact, over[fact]) for fact in _by_evidence(old, set(over))),
        tuple(
            _links(
                old_links,
                ((a, b) for a, b, values in old_links.edges(data=True) if over.keys() >= set(values["facts"])),
            )
        ),
        tuple(_entities(old, (node for node in old if node not in seen_since), "documents before")),
    )


def _apart(graph: Network) -> tuple[Network, Network]:
    """The network without its events, and the events alone: an event is one change, not one for each part in it."""
    events = {node for node, kind in graph.nodes(data="type") if ontology().is_a(str(kind), "Event")}
    return part_of(graph, (node for node in graph if node not in events)), part_of(graph, events)


def _facts(graph: Network) -> set[str]:
    return {fact for _, _, values in graph.edges(data=True) for fact in values["facts"]}


def _by_evidence(graph: Network, facts: set[str]) -> list[str]:
    """The facts, those on the links with most evidence first, else in the order of the links."""
    listed = [(-values["weight"], fact) for _, _, values in graph.edges(data=True) for fact in values["facts"]]
    return [fact for _, fact in sorted(listed, key=lambda pair: pair[0]) if fact in facts]


def _ended(store: Store, before: Window, after: Window) -> dict[str, str]:
    """Plain statement -> the statement of a document between the dates that says it is past or not so."""
    plain = plain_statements(store)
    context = dict(pairs(store, "nif:referenceContext"))
    told: dict[str, set[str]] = {}
    for statement, span in pairs(store, "kg:evidence"):
        told.setdefault(statement, set()).add(context.get(span, ""))
    against = {s for s, value in pairs(store, "kg:modality") if value == KG_IRI + "Denied"}
    against |= {s for s, value in pairs(store, "kg:past") if value in ("true", "1")}
    against &= {
        s
        for s in against
        if any(after.has(d) and not before.has(d) for d in told.get(s, ()))
        and not any(map(before.has, told.get(s, ())))
    }
    triples = {statement: _triple(store, statement) for statement in sorted(against)}
    known = {_triple(store, statement): statement for statement in sorted(plain)} if triples else {}
    return {known[triple]: s for s, triple in triples.items() if triple in known}


def _triple(store: Store, statement: str) -> tuple[str, str, str]:
    subject, predicate, target = (
        value_of(store, statement, f"rdf:{part}") for part in ("subject", "predicate", "object")
    )
    return subject, predicate, target


def _named_between(store: Store, before: Window, after: Window) -> set[str]:
    context = dict(pairs(store, "nif:referenceContext"))
    fresh = {span for span, document in context.items() if after.has(document) and not before.has(document)}
    named = {entity for span, entity in pairs(store, "kg:refersTo") if span in fresh}
    return named | {event for event, span in pairs(store, "kg:evidence") if span in fresh}


def _entities(graph: Network, nodes: Iterable[str], noun: str) -> Iterable[Change]:
    order = sorted(nodes, key=lambda node: -int(graph.nodes[node]["documents"]))
    for node in order:
        values = graph.nodes[node]
        yield Change(str(values["label"]), f"{values['type']}, {noun}: {values['documents']}", node)


def _event(store: Store, graph: Network, node: str) -> Change:
    values = graph.nodes[node]
    day = value_of(store, node, "sem:hasBeginTimeStamp") or value_of(store, node, "sem:hasEndTimeStamp")
    status = value_of(store, node, "kg:modality").rsplit("#", 1)[-1].lower()
    detail = ", ".join(part for part in (str(values["type"]), day, status) if part)
    return Change(str(values["label"]), detail, node, sentences_of(store, node))


def _links(graph: Network, links: Iterable[tuple[str, str]]) -> Iterable[Change]:
    for a, b in sorted(links, key=lambda pair: -int(graph.edges[pair]["weight"])):
        weight = graph.edges[a, b]["weight"]
        yield Change(f"{graph.nodes[a]['label']} · {graph.nodes[b]['label']}", f"evidence: {weight}", a)


def _fact(store: Store, statement: str, ended_by: str = "") -> Change:
    subject, predicate, target = _triple(store, statement)
    words = f"{label_of(store, subject)} · {relation_label(predicate)} · {label_of(store, target)}"
    if not ended_by:
        return Change(
            words,
            f"confidence: {value_of(store, statement, 'kg:confidence')}",
            statement,
            sentences_of(store, statement),
        )
    speaker = value_of(store, ended_by, "kg:statedBy")
    reason = "past" if value_of(store, ended_by, "kg:past") else "denied"
    said = f"{reason}, says {label_of(store, speaker)}" if speaker else reason
    return Change(words, said, statement, sentences_of(store, ended_by))
