"""Entities and events of all documents -> things of the world; every merge keeps its reason and its evidence.

Entities of two documents become one thing when they share a name that is telling enough for their kind (a person needs a
full name), when one text says that two names mean the same, or when a correction says so. The order of documents plays no
part: everything is sorted by (document date, document, offset) first, and stronger reasons are applied before weaker ones.
"""

__all__ = [
    "Happening",
    "KnownNames",
    "Merge",
    "Resolution",
    "Thing",
    "anchor_of",
    "main_class",
    "name_key",
    "resolve",
    "slug",
    "split",
    "split_elsewhere",
]

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from kg.corrections import Anchor, Corrections
from kg.ontology import Ontology, ontology
from kg.records import Argument, Entity, Event, Fact, Mention, Quotation, Reading, Role, digest

Key = tuple[str, str]  # (document id, id of the entity or event within it)

#: Classes whose members are often taken for one another by the model: the thing gets the class with most votes.
CONFUSABLE = frozenset({"Organization", "Platform", "Product", "Work"})
MAIN_CLASSES = ("Person", "Organization", "Group", "Platform", "Place", "Work", "Product", "Policy", "Event")
UNDATED = "9999-99-99"
#: Stands in the id of an entity that a correction took out of another, before a hash of its name.
SPLIT_MARK = "-"
#: A person without a name is a node only when a description brings somebody new into the text ("a friend", "my father");
#: "the company" or "people" that were not resolved to anybody are nobody.
_INTRODUCES = re.compile(r"(?:an?|another|one|my|his|her|their|our)\s", re.IGNORECASE)


class KnownNames(Protocol):
    """A list of well-known names, as ontology/names.toml has it."""

    def canonical(self, name: str, kind: str) -> str | None:
        """The canonical name of a known thing of this main class ("U.S.", "Place" -> "United States"), else None."""
        ...


@dataclass(frozen=True, slots=True, order=True)
class Merge:
    """Why two names or mentions were taken for one thing, and the stretch of text that says so."""

    reason: str
    name: str
    doc: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Thing:
    """One entity of the graph: `id` is its local name, `names` its other names, `members` (document, entity) pairs."""

    id: str
    label: str
    type: str
    names: tuple[str, ...]
    members: tuple[Key, ...]
    merges: tuple[Merge, ...] = ()


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of the graph: `members` are the (document, event) pairs that tell of it."""

    id: str
    type: str
    members: tuple[Key, ...]


@dataclass(frozen=True)
class Resolution:
    """All things and happenings, and which one each document's entity or event became."""

    things: tuple[Thing, ...]
    happenings: tuple[Happening, ...]
    thing_of: dict[Key, str] = field(default_factory=dict)
    happening_of: dict[Key, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Member:
    """One document's entity, with what resolution needs of it."""

    key: Key
    entity: Entity
    order: tuple[str, str, int, int]
    surface: str
    counts: Counter[str]
    names: tuple[str, ...]


def resolve(readings: Sequence[Reading], corrections: Corrections, known: KnownNames) -> Resolution:
    """Things and happenings of all readings.

    Args:
        readings: One per document, in any order.
        corrections: What users said is the same or different; applied last and for good.
        known: Well-known names, so that "U.S." and "United States" are one thing.
    """
    terms = ontology()
    members = sorted(_members(readings), key=lambda member: member.order)
    groups = _Groups(members, terms, corrections.keys(corrections.different, readings))
    for one, two in corrections.keys(corrections.same, readings):
        groups.unite(one, two, Merge("correction: the same", "", two[0], 0, 0))
    for one, two in _taken_out(members):
        groups.unite(one, two, Merge("correction: taken out of another", "", two[0], 0, 0))
    for pair, merge in _shared_names(members, terms, known):
        groups.join(pair, merge)
    things = [_thing(group, groups.merges(group), terms, known) for group in groups.all()]
    things.sort(key=lambda thing: thing.id)
    thing_of = {key: thing.id for thing in things for key in thing.members}
    happenings = _happenings(readings, thing_of)
    happening_of = {key: happening.id for happening in happenings for key in happening.members}
    return Resolution(tuple(things), tuple(happenings), thing_of, happening_of)


def _taken_out(members: Sequence[_Member]) -> Iterable[tuple[Key, Key]]:
    """What one correction took out of the entities of several documents is one thing again."""
    first: dict[str, Key] = {}
    for member in members:
        if SPLIT_MARK in member.key[1]:
            mark = member.key[1].rsplit(SPLIT_MARK, 1)[1]
            if first.setdefault(mark, member.key) != member.key:
                yield first[mark], member.key


def name_key(name: str) -> str:
    """The form under which two names are equal: case, accents, punctuation and a leading "the" left out.

    Names of one or two letters keep their case, so that "US" is not "us".
    """
    plain = unicodedata.normalize("NFKD", name.replace("’", "'"))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = re.sub(r"'s$", "", re.sub(r"(?<=\w)\.(?=\w|$|\s)", "", plain))
    plain = re.sub(r"[\W_]+", " ", plain).strip()
    if len(plain) <= 2:
        return plain
    return re.sub(r"^the (?=\w)", "", plain.casefold())


def _members(readings: Iterable[Reading]) -> Iterable[_Member]:
    terms = ontology()
    for reading in readings:
        by_entity: dict[str, list[Mention]] = defaultdict(list)
        for mention in reading.mentions:
            by_entity[mention.entity].append(mention)
        used = _used(reading)
        date = reading.document.date or UNDATED
        for entity in reading.entities:
            mentions = sorted(by_entity.get(entity.id, ()), key=lambda m: (m.begin, m.end))
            if not mentions or not (entity.named or entity.id in used):
                continue
            named = [m for m in mentions if m.kind == "name"] or mentions
            first = named[0]
            if not entity.named and not (terms.is_a(entity.type, "Person") and _INTRODUCES.match(first.text)):
                continue
            yield _Member(
                key=(reading.document.id, entity.id),
                entity=entity,
                order=(date, reading.document.id, first.begin, first.end),
                surface=first.text,
                counts=Counter(m.text for m in named if m.kind == "name") or Counter({entity.name: len(mentions)}),
                names=tuple(dict.fromkeys((entity.name, *entity.aliases))),
            )


def _used(reading: Reading) -> set[str]:
    """Entities with a part in a fact, an event or a quotation."""
    used = {fact.subject.entity for fact in reading.facts}
    used |= {fact.object.entity for fact in reading.facts if hasattr(fact.object, "entity")}
    used |= {fact.stated_by.entity for fact in reading.facts if fact.stated_by}
    used |= {role.entity for event in reading.events for role in event.roles}
    used |= {quotation.speaker.entity for quotation in reading.quotations if quotation.speaker}
    return used


def main_class(class_name: str, terms: Ontology) -> str:
    """The broad class that a class lies under: Person, Organization, Platform, Place, ..."""
    above = terms.ancestors(class_name)
    return next((name for name in MAIN_CLASSES if name in above), "Entity")


def _shared_names(
    members: Sequence[_Member], terms: Ontology, known: KnownNames
) -> Iterable[tuple[tuple[_Member, _Member], Merge]]:
    """Pairs of members that share a telling name, with the reason; names.toml first, then names, then aliases."""
    first: dict[tuple[str, str], _Member] = {}
    ranked: list[tuple[int, int, tuple[_Member, _Member], Merge]] = []
    for place, member in enumerate(members):
        if not member.entity.named:
            continue
        kind = main_class(member.entity.type, terms)
        family = "thing" if kind in CONFUSABLE else kind
        for rank, key, reason, name in _keys(member, kind, known):
            other = first.setdefault((family, key), member)
            if other is not member:
                merge = Merge(reason, name, member.key[0], 0, 0)
                ranked.append((rank, place, (other, member), merge))
    ranked.sort(key=lambda item: (item[0], item[1], item[3]))
    return [(pair, merge) for _, _, pair, merge in ranked]


def _keys(member: _Member, kind: str, known: KnownNames) -> Iterable[tuple[int, str, str, str]]:
    """(strength, key, reason, name) for each telling name of a member; 0 is strongest."""
    for name in member.names:
        key = name_key(name)
        if not key:
            continue
        if kind == "Person":
            # one word does not tell two people apart: a Wang here is not the Wang there
            if len(key.split()) >= 2:
                yield 1, key, "same full name", name
            continue
        canonical = known.canonical(name, kind)
        # a correction knows better than the list what such a name means
        if canonical and SPLIT_MARK not in member.key[1]:
            yield 0, "=" + canonical, f"names.toml: {canonical}", name
        yield (1 if name == member.entity.name else 2), key, "same name", name


class _Groups:
    """Members joined step by step; what a correction or a text keeps apart is never joined."""

    def __init__(self, members: Sequence[_Member], terms: Ontology, different: list[tuple[Key, Key]]) -> None:
        self._parent = {member.key: member.key for member in members}
        self._members = {member.key: [member] for member in members}
        self._merges: dict[Key, list[Merge]] = {
            member.key: [Merge(a.reason, a.name, member.key[0], a.begin, a.end) for a in member.entity.links]
            for member in members
        }
        self._terms = terms
        self._different = different

    def join(self, pair: tuple[_Member, _Member], merge: Merge) -> None:
        """Join the groups of two members unless something keeps them apart."""
        one, two = self._root(pair[0].key), self._root(pair[1].key)
        if one != two and self._may_join(one, two):
            self._unite(one, two, merge)

    def unite(self, a: Key, b: Key, merge: Merge) -> None:
        """Join two members whatever else is said."""
        if a in self._parent and b in self._parent:
            one, two = self._root(a), self._root(b)
            if one != two:
                self._unite(one, two, merge)

    def all(self) -> list[list[_Member]]:
        return [sorted(group, key=lambda m: m.order) for _, group in sorted(self._members.items())]

    def merges(self, group: list[_Member]) -> tuple[Merge, ...]:
        return tuple(sorted(set(self._merges[self._root(group[0].key)])))

    def _root(self, key: Key) -> Key:
        while self._parent[key] != key:
            self._parent[key] = self._parent[self._parent[key]]
            key = self._parent[key]
        return key

    def _unite(self, one: Key, two: Key, merge: Merge) -> None:
        keep, drop = sorted((one, two))
        self._parent[drop] = keep
        self._members[keep] += self._members.pop(drop)
        self._merges[keep] += self._merges.pop(drop)
        self._merges[keep].append(merge)

    def _may_join(self, one: Key, two: Key) -> bool:
        for a, b in self._different:
            if a in self._parent and b in self._parent and {self._root(a), self._root(b)} == {one, two}:
                return False
        left, right = self._members[one], self._members[two]
        persons = main_class(left[0].entity.type, self._terms) == "Person"
        # a document that tells two persons apart knows better than a name they share elsewhere
        return not (persons and {m.key[0] for m in left} & {m.key[0] for m in right})


def _thing(group: list[_Member], merges: tuple[Merge, ...], terms: Ontology, known: KnownNames) -> Thing:
    anchor = group[0]
    _, doc, begin, end = anchor.order
    names: Counter[str] = Counter()
    for member in group:
        names.update(dict.fromkeys(member.names, 0))
        names.update({text: count for text, count in member.counts.items() if member.entity.named})
    class_name = _vote(group, terms)
    label = _label(group, names, main_class(class_name, terms), known)
    seen = {name_key(label)}
    others = []
    for name in sorted(names, key=lambda n: (-names[n], n)):
        if name != label and (name_key(name) not in seen or name.casefold() != label.casefold()):
            seen.add(name_key(name))
            others.append(name)
    return Thing(
        id=f"{slug(anchor.surface)}-{digest(f'{doc}|{begin}|{end}', 10)}",
        label=label,
        type=class_name,
        names=tuple(sorted(others)),
        members=tuple(sorted(member.key for member in group)),
        merges=merges,
    )


def _vote(group: list[_Member], terms: Ontology) -> str:
    """The class with most mentions; among classes of one branch the most specific one with any support."""
    votes: Counter[str] = Counter()
    for member in group:
        votes[member.entity.type] += sum(member.counts.values())
    branches: Counter[str] = Counter()
    for name, count in votes.items():
        branches[main_class(name, terms)] += count
    branch = min(branches, key=lambda name: (-branches[name], name))
    inside = [name for name in votes if main_class(name, terms) == branch]
    return min(inside, key=lambda name: (-len(terms.ancestors(name)), -votes[name], name))


def _label(group: list[_Member], names: Counter[str], kind: str, known: KnownNames) -> str:
    for member in group:
        for name in member.names:
            listed = member.entity.named and SPLIT_MARK not in member.key[1]
            canonical = known.canonical(name, kind) if listed else None
            if canonical:
                return canonical
    if kind == "Person":
        return min((m.entity.name for m in group), key=lambda n: (-len(n.split()), n.isupper(), -names[n], n))
    entity_names = Counter({m.entity.name: 0 for m in group})
    for name in entity_names:
        entity_names[name] = names[name]
    label = min(entity_names, key=lambda n: (n.isupper() and len(n) > 4, -entity_names[n], -len(n), n))
    # a place known only from datelines is written in capitals there, not by name
    return label.title() if kind == "Place" and label.isupper() and len(label) > 4 else label


def slug(name: str) -> str:
    """ASCII words of a name joined by hyphens, at most 40 characters; `x` when nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "x"


def _happenings(readings: Sequence[Reading], thing_of: dict[Key, str]) -> list[Happening]:
    """Events of one document that are the same, and events of several that agree in class, two participants and time."""
    groups: dict[Key, list[tuple[tuple[str, str, int, int], Event]]] = {}
    root: dict[Key, Key] = {}
    for reading in readings:
        doc, date = reading.document.id, reading.document.date or UNDATED
        for event in sorted(reading.events, key=lambda e: (e.begin, e.end, e.id)):
            key = (doc, event.id)
            root[key] = root.get((doc, event.same_as), key) if event.same_as else key
            groups.setdefault(root[key], []).append(((date, doc, event.begin, event.end), event))
    by_sign: dict[tuple[str, ...], list[Key]] = defaultdict(list)
    for key in sorted(groups, key=lambda k: min(order for order, _ in groups[k])):
        for sign in _signs(groups[key], thing_of):
            by_sign[sign].append(key)
    for keys in by_sign.values():
        for other in keys[1:]:
            one, two = _follow(root, keys[0]), _follow(root, other)
            if one != two and _times_agree(groups[one], groups[two]):
                root[two] = one
                groups[one] += groups.pop(two)
    found, taken = [], set()
    for told in sorted((sorted(told, key=lambda item: item[0]) for told in groups.values()), key=lambda t: t[0][0]):
        order, first = told[0]
        names = (thing_of.get((o[1], e.entity)) for o, e in told if e.entity)
        local = next((name for name in names if name and name not in taken), None)
        local = local or f"event-{first.type.lower()}-{digest('|'.join(map(str, order[1:])))}"
        taken.add(local)
        found.append(Happening(local, first.type, tuple(sorted((o[1], e.id) for o, e in told))))
    return sorted(found, key=lambda happening: happening.id)


def _follow(root: dict[Key, Key], key: Key) -> Key:
    while root[key] != key:
        key = root[key]
    return key


def _signs(told: list[tuple[tuple[str, str, int, int], Event]], thing_of: dict[Key, str]) -> Iterable[tuple[str, ...]]:
    """What must agree for two documents' events to be one: the named event, or class and two participants."""
    for order, event in told:
        doc = order[1]
        if event.entity and (doc, event.entity) in thing_of:
            yield ("named", thing_of[(doc, event.entity)])
        roles = sorted({f"{r.role}={thing_of[(doc, r.entity)]}" for r in event.roles if (doc, r.entity) in thing_of})
        if len(roles) >= 2 and event.date_from and event.modality == "Asserted":
            yield (event.type, *roles)


def _times_agree(
    left: list[tuple[tuple[str, str, int, int], Event]], right: list[tuple[tuple[str, str, int, int], Event]]
) -> bool:
    spans = [(e.date_from, e.date_to or e.date_from) for _, e in (*left, *right) if e.date_from]
    latest_begin = max((span[0] for span in spans), default="")
    earliest_end = min((span[1] or UNDATED for span in spans), default=UNDATED)
    return latest_begin <= earliest_end


def split(reading: Reading, a: Anchor, b: Anchor) -> Reading:
    """The reading with the mentions that bear b's name taken out of the entity that holds both anchors."""
    at = {(m.begin, m.end): m for m in reading.mentions}
    one, two = at.get((a.begin, a.end)), at.get((b.begin, b.end))
    if one is None or two is None or one.entity != two.entity or name_key(one.text) == name_key(two.text):
        return reading
    return _part(reading, one, two)


def split_elsewhere(reading: Reading, b: Anchor) -> Reading:
    """The reading with b's name taken out of an entity that also has other names: one correction holds in every document."""
    named = [m for m in reading.mentions if m.kind == "name" and not ontology().is_a(m.type, "Person")]
    for two in named:
        if name_key(two.text) == name_key(b.text) and SPLIT_MARK not in two.entity:
            others = (m for m in named if m.entity == two.entity and name_key(m.text) != name_key(b.text))
            one = next(others, None)
            return reading if one is None else _part(reading, one, two)
    return reading


def _part(reading: Reading, one: Mention, two: Mention) -> Reading:
    old, new = one.entity, f"{one.entity}{SPLIT_MARK}{digest(name_key(two.text), 6)}"
    moved = {(m.begin, m.end) for m in reading.mentions if m.entity == old and name_key(m.text) == name_key(two.text)}

    def turn(part: Argument | Role | None) -> Argument | Role | None:
        return replace(part, entity=new) if part and part.entity == old and (part.begin, part.end) in moved else part

    def turn_fact(fact: Fact) -> Fact:
        target = turn(fact.object) if isinstance(fact.object, Argument) else fact.object
        return replace(fact, subject=turn(fact.subject), object=target, stated_by=turn(fact.stated_by))  # type: ignore[arg-type]

    def turn_event(event: Event) -> Event:
        roles = tuple(turn(role) for role in event.roles)
        return replace(event, roles=roles, place=turn(event.place), stated_by=turn(event.stated_by))  # type: ignore[arg-type]

    def turn_quotation(quotation: Quotation) -> Quotation:
        return replace(quotation, speaker=turn(quotation.speaker))  # type: ignore[arg-type]

    entities = []
    for entity in reading.entities:
        if entity.id != old:
            entities.append(entity)
            continue
        gone = name_key(two.text)
        names = [name for name in (entity.name, *entity.aliases) if name_key(name) != gone] or [one.text]
        links = tuple(link for link in entity.links if name_key(link.name) != gone)
        entities.append(replace(entity, name=names[0], aliases=tuple(names[1:]), links=links))
        entities.append(replace(entity, id=new, name=two.text, aliases=(), links=()))
    return replace(
        reading,
        mentions=tuple(replace(m, entity=new) if (m.begin, m.end) in moved else m for m in reading.mentions),
        entities=tuple(entities),
        facts=tuple(turn_fact(fact) for fact in reading.facts),
        events=tuple(turn_event(event) for event in reading.events),
        quotations=tuple(turn_quotation(quotation) for quotation in reading.quotations),
    )


def anchor_of(thing: Thing, readings: dict[str, Reading]) -> Anchor:
    """The earliest naming mention of a thing, as corrections.toml keeps it."""
    candidates = [
        (readings[doc].document.date or UNDATED, doc, m.begin, m.end, m.text)
        for doc, entity in thing.members
        for m in readings[doc].mentions
        if m.entity == entity and m.kind == "name"
    ]
    _, doc, begin, end, text = min(candidates)
    return Anchor(doc, begin, end, text)
