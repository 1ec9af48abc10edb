"""Mentions of one document -> the same mentions with their entity, and the entities with the reasons for every link.

A sieve, surest steps first: the same name, names.toml, declared aliases, short forms, appositions, first-person sections
and quotations, then descriptions and pronouns from left to right. What is not clear stays apart.
"""

__all__ = ["link_mentions", "resolve_mentions"]

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from spacy.tokens import Doc

from kg.nlp.aliases import declared_aliases, is_acronym_of
from kg.nlp.chains import Chains, Node, make_nodes
from kg.nlp.names import NameList, normalise
from kg.nlp.nouns import coarse, load_nouns
from kg.nlp.sieve import Sieve, determiner, group_name
from kg.ontology import ontology
from kg.records import Alias, Document, Entity, Mention, MentionKind, Quotation

_MAX_TYPE_REASONS = 6


def link_mentions(
    doc: Doc, document: Document, mentions: Sequence[Mention], quotations: Sequence[Quotation], names: NameList
) -> tuple[list[Mention], list[Entity]]:
    """The mentions with `.entity` set, and the entities `e1`, `e2`, ... by first mention.

    Pronouns and definite descriptions that stand for nothing known are left out; so are descriptions whose class nothing
    tells. Indefinite descriptions become entities with `named` False.
    """
    chains = resolve_mentions(doc, document, mentions, quotations, names)
    linked: list[Mention] = []
    entities: list[Entity] = []
    for nodes in chains.all():
        if not _is_kept(nodes):
            continue
        entity = _entity(chains, nodes, document, f"e{len(entities) + 1}", names)
        entities.append(entity)
        linked += [replace(node.mention, entity=entity.id, kind=_kind(node, entity)) for node in nodes]
    return sorted(linked, key=lambda m: (m.begin, -m.end, m.kind)), entities


def resolve_mentions(
    doc: Doc,
    document: Document,
    mentions: Sequence[Mention],
    quotations: Sequence[Quotation],
    names: NameList,
    *,
    turns: Sequence[tuple[int, int, str]] = (),
    min_probability: float | None = None,
) -> Chains:
    """All mentions in chains.

    Args:
        doc: The text parsed.
        document: The text as it is stored.
        mentions: What `find_mentions` found.
        quotations: "I" inside of one is its speaker.
        names: Forms of one listed thing are one.
        turns: (begin, end, speaker) of a transcript whose speakers are on record; "I" is then the speaker of the turn.
        min_probability: In place of MIN_PROBABILITY; with 0 every pronoun gets its best antecedent.
    """
    nouns = load_nouns()
    declared = declared_aliases(document, mentions)
    mentions = list(mentions)
    pairs: list[tuple[Mention, Mention, Alias]] = []
    for alias in declared:
        one = mentions[alias.of]
        other = (
            mentions[alias.mention]
            if alias.mention is not None
            else _declared_mention(document, one, alias.begin, alias.end)
        )
        pairs.append((one, other, Alias(document.text[alias.begin : alias.end], alias.reason, one.begin, alias.end)))
    extra = [other for one, other, _ in pairs if other not in mentions]
    mentions = [m for m in mentions if m.kind == "name" or not any(e.begin <= m.begin < e.end for e in extra)]
    mentions = sorted([*mentions, *extra], key=lambda m: (m.begin, -m.end, m.kind))
    chains = Chains(make_nodes(doc, mentions, nouns))
    index = {id(mention): i for i, mention in enumerate(mentions)}
    sieve = Sieve(doc, document, chains, quotations, names, nouns)
    sieve.same_names()
    for one, other, link in pairs:
        if "demonym" in (one.reason, other.reason):
            continue
        chains.merge(index[id(one)], index[id(other)], link)
    sieve.same_names(across_introductions=True)
    sieve.listed_names()
    sieve.same_groups()
    sieve.metonyms()
    sieve.short_forms()
    sieve.appositions()
    sieve.relatives()
    sieve.first_persons(turns)
    sieve.left_to_right(min_probability)
    return chains


def _declared_mention(document: Document, one: Mention, begin: int, end: int) -> Mention:
    text = document.text[begin:end]
    return Mention(document.id, begin, end, text, one.type, kind="name", confidence=0.85, reason="declared alias")


def _is_kept(nodes: Sequence[Node]) -> bool:
    """Whether a chain says enough to be an entity.

    A name does, a person's description too; other things count when the text introduces them ("a company") or comes back to
    them. Descriptions of unknown class, general plurals and pronouns alone do not.
    """
    if any(node.mention.kind == "name" for node in nodes):
        return True
    described = [node for node in nodes if node.mention.kind == "nominal" and node.branch != "Entity"]
    if not described:
        return False
    if described[0].branch == "Group":
        return group_name(described) is not None or any(determiner(node) for node in described)
    return described[0].branch == "Person" or len(described) > 1 or determiner(described[0]) == "a"


def _entity(chains: Chains, nodes: Sequence[Node], document: Document, identifier: str, names: NameList) -> Entity:
    named = [node for node in nodes if node.mention.kind == "name"]
    links = chains.links.get(chains.root(nodes[0].index), [])
    type_name, reasons = _type(named or nodes)
    if not named:
        described = [node for node in nodes if node.mention.kind == "nominal"]
        group = group_name(described) if type_name == "Group" else None
        name = group or " ".join(described[0].mention.text.split())
        return Entity(document.id, identifier, name, type_name, named=group is not None, type_reasons=reasons)
    forms = Counter(" ".join(node.mention.text.split()) for node in named if not node.is_metonym)
    if not forms:
        forms = Counter(" ".join(node.mention.text.split()) for node in named)
    listed = {entry.name for form in forms for entry in names.find(form) if coarse(entry.type) == coarse(type_name)}
    name = next((form for form in forms if normalise(form) in listed), None) or _fullest(forms, type_name)
    aliases = tuple(dict.fromkeys(form for form in forms if normalise(form) != normalise(name)))
    return Entity(
        document.id, identifier, name, type_name, aliases, True, tuple(sorted(set(links), key=_link_order)), reasons
    )


def _kind(node: Node, entity: Entity) -> MentionKind:
    """A capital that stands for a government of another name describes it, so that its name does not become an alias."""
    other = node.is_metonym and normalise(node.mention.text) != normalise(entity.name)
    return "nominal" if other else node.mention.kind


def _link_order(link: Alias) -> tuple[int, int, str]:
    return (link.begin, link.end, link.name)


def _fullest(forms: Counter[str], type_name: str) -> str:
    """The proper name as written: the longest for persons, the most frequent otherwise; capitals alone last."""
    if coarse(type_name) == "Person":
        return min(forms, key=lambda f: (f.isupper() and len(f) > 3, -len(f.split()), -forms[f], f))
    order = {form: i for i, form in enumerate(forms)}
    full = [f for f in forms if not any(is_acronym_of(f, other) or other.startswith(f + " ") for other in forms)]
    return min(full or forms, key=lambda f: (f.isupper() and len(f) > 4, -forms[f], order[f]))


def _type(nodes: Sequence[Node]) -> tuple[str, tuple[str, ...]]:
    """The class with most votes, by branch first; and what spoke for it."""
    branches = Counter(node.branch for node in nodes if node.branch != "Entity")
    if not branches:
        return nodes[0].mention.type, ()
    branch = min(branches, key=lambda b: (-branches[b], b))
    kinds = Counter(node.mention.type for node in nodes if node.branch == branch)
    classes = ontology()
    finest = min(kinds, key=lambda kind: (-len(classes.ancestors(kind)), -kinds[kind], kind))
    reasons = dict.fromkeys(node.mention.reason for node in nodes if node.branch == branch and node.mention.reason)
    return finest, tuple(reasons)[:_MAX_TYPE_REASONS]
