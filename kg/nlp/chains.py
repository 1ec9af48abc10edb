"""Mentions -> chains that grow by merging, each merge with its reason; chains of incompatible classes never merge."""

__all__ = ["Chains", "Node", "Traits", "make_nodes"]

from dataclasses import dataclass, field

from spacy.tokens import Doc, Token

from kg.nlp.cues import head_of
from kg.nlp.names import normalise
from kg.nlp.nouns import Nouns, coarse
from kg.records import Alias, Mention


@dataclass
class Node:
    """A mention with its place in the parse and what its words say about gender and number."""

    index: int
    mention: Mention
    begin: int
    end: int
    head: Token
    sentence: int
    branch: str
    gender: str | None
    plural: bool | None
    key: str
    is_metonym: bool = False

    @property
    def is_subject(self) -> bool:
        """Whether the mention is the subject of its clause."""
        return self.head.dep_ in ("nsubj", "nsubj:pass", "nsubj:outer")


@dataclass(frozen=True, slots=True)
class Traits:
    """Branch of the class tree, gender, number, whether it has a name, how many mentions it has."""

    branch: str
    gender: str | None
    plural: bool | None
    named: bool
    size: int


@dataclass
class Chains:
    """Nodes in text order and which of them are one thing."""

    nodes: list[Node]
    links: dict[int, list[Alias]] = field(default_factory=dict)
    _parent: list[int] = field(default_factory=list)
    _members: dict[int, list[int]] = field(default_factory=dict)
    _traits: dict[int, "Traits"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._parent = list(range(len(self.nodes)))
        self._members = {i: [i] for i in range(len(self.nodes))}

    def root(self, index: int) -> int:
        """The representative of the chain that the mention is in."""
        while self._parent[index] != index:
            self._parent[index] = self._parent[self._parent[index]]
            index = self._parent[index]
        return index

    def members(self, index: int) -> list[Node]:
        """All nodes of the chain that the mention is in, in text order."""
        return [self.nodes[i] for i in sorted(self._members[self.root(index)])]

    def same(self, one: int, other: int) -> bool:
        """Whether the two are in one chain."""
        return self.root(one) == self.root(other)

    def merge(self, one: int, other: int, link: Alias | None = None) -> bool:
        """Make two chains one, unless their classes, genders or numbers forbid it; True when they are one now."""
        left, right = self.root(one), self.root(other)
        if left != right:
            if not self.compatible(left, right):
                return False
            keep, gone = min(left, right), max(left, right)
            self._parent[gone] = keep
            self._members[keep] += self._members.pop(gone)
            self._traits.pop(keep, None)
            self._traits.pop(gone, None)
            self.links.setdefault(keep, []).extend(self.links.pop(gone, []))
        if link is not None:
            kept = self.links.setdefault(self.root(one), [])
            if link not in kept:
                kept.append(link)
        return True

    def compatible(self, one: int, other: int) -> bool:
        """Whether class and gender of the two chains can belong to one thing."""
        mine, yours = self.branch(one), self.branch(other)
        if "Entity" not in (mine, yours) and mine != yours:
            return False
        genders = {self.gender(one), self.gender(other)} - {None}
        return len(genders) < 2

    def branch(self, index: int) -> str:
        """The branch of the class tree: of the names, else of the descriptions, else of the pronouns."""
        return self.traits(index).branch

    def gender(self, index: int) -> str | None:
        """ "male", "female" or None for unknown."""
        return self.traits(index).gender

    def traits(self, index: int) -> "Traits":
        """What is known of the whole chain; remembered until the chain grows."""
        root = self.root(index)
        if root not in self._traits:
            members = self.members(root)
            order = {"name": 0, "nominal": 1, "pronoun": 2}
            ranked = sorted(members, key=lambda node: (order[node.mention.kind], node.index))
            self._traits[root] = Traits(
                branch=next((node.branch for node in ranked if node.branch != "Entity"), "Entity"),
                gender=next((node.gender for node in ranked if node.gender), None),
                plural=next((node.plural for node in ranked if node.plural is not None), None),
                named=any(node.mention.kind == "name" for node in members),
                size=len(members),
            )
        return self._traits[root]

    def all(self) -> list[list[Node]]:
        """The chains by their first mention."""
        return [self.members(root) for root in sorted(self._members, key=lambda r: min(self._members[r]))]


_PRONOUN_GENDER = {
    **dict.fromkeys(("he", "him", "his", "himself"), "male"),
    **dict.fromkeys(("she", "her", "hers", "herself"), "female"),
}
_PLURAL_PRONOUNS = frozenset({"they", "them", "their", "theirs", "themselves", "we", "us", "our", "ours", "ourselves"})


def make_nodes(doc: Doc, mentions: list[Mention], nouns: Nouns) -> list[Node]:
    """One node for each mention, with its place in the parse."""
    token_at = {}
    sentence_of = {}
    for number, sentence in enumerate(doc.sents):
        for token in sentence:
            sentence_of[token.i] = number
    for token in doc:
        for offset in range(token.idx, token.idx + len(token)):
            token_at[offset] = token.i
    nodes = []
    for index, mention in enumerate(mentions):
        begin, end = token_at[mention.begin], token_at[mention.end - 1] + 1
        head = doc[end - 1] if mention.kind != "name" else head_of(doc, begin, end)
        nodes.append(
            Node(
                index=index,
                mention=mention,
                begin=begin,
                end=end,
                head=head,
                sentence=sentence_of[begin],
                branch=coarse(mention.type),
                gender=_gender(doc, mention, begin, head, nouns),
                plural=_plural(mention, head),
                key=_key(mention),
                is_metonym=mention.reason.startswith("metonym"),
            )
        )
    return nodes


def _key(mention: Mention) -> str:
    text = " ".join(normalise(mention.text).split())
    if mention.kind != "name" or (text.isupper() and len(text) > 3):
        text = text.casefold()
    return text.removeprefix("the ").removeprefix("The ")


def _gender(doc: Doc, mention: Mention, begin: int, head: Token, nouns: Nouns) -> str | None:
    if mention.kind == "pronoun":
        return _PRONOUN_GENDER.get(mention.text.lower())
    if mention.kind == "nominal":
        return nouns.gender.get(nouns.singular(head.lemma_ or head.text)) if mention.type == "Person" else None
    if mention.type != "Person" or begin == 0:
        return None
    before = doc[begin - 1]
    gender = nouns.titles.get(before.lower_, "any")
    if gender == "any":
        gender = nouns.gender.get(before.lower_, "any")
    return gender if gender in ("male", "female") else None


def _plural(mention: Mention, head: Token) -> bool | None:
    if mention.kind == "pronoun":
        lower = mention.text.lower()
        return None if lower in ("who", "whom", "whose") else lower in _PLURAL_PRONOUNS
    if mention.kind == "nominal":
        return head.tag_ in ("NNS", "NNPS")
    return True if mention.type == "Group" else None
