"""Chains of mentions -> longer chains, step by step, from names and aliases to descriptions and pronouns.

Each step works on the chains that the surer steps before it made, and keeps its reason where it gives a thing another name.
"""

__all__ = ["MIN_PROBABILITY", "Sieve", "determiner", "group_name"]

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence

from spacy.tokens import Doc, Token

from kg.nlp.aliases import is_acronym_of
from kg.nlp.chains import Chains, Node
from kg.nlp.names import NameList
from kg.nlp.nouns import Nouns, coarse
from kg.nlp.pronouns import best_candidate, family
from kg.nlp.voices import Stretches, quotation_stretches, sections, speaker_stretches
from kg.ontology import ontology
from kg.records import Alias, Document, Quotation

#: Least probability of a pronoun's antecedent, chosen on GUM's dev part and the articles: a wrong link makes a false fact.
MIN_PROBABILITY = {"person": 0.5, "thing": 0.6, "several": 0.6}
_NOMINAL_WINDOW = 6
_SAME_NOUN_WINDOW = 12
_PERSONS = {
    **dict.fromkeys(("i", "me", "my", "mine", "myself"), "I"),
    **dict.fromkeys(("we", "us", "our", "ours", "ourselves"), "we"),
    **dict.fromkeys(("you", "your", "yours", "yourself", "yourselves"), "you"),
}
_GENERIC_PERSONS = frozenset({"man", "woman", "boy", "girl", "leader", "official", "person"})
_LEGAL_FORMS = frozenset(
    "inc inc. corp corp. corporation co co. ltd ltd. plc llc group holdings company ag gmbh "
    "sa nv se limited asa ab oyj spa bv pty bhd kk technologies platforms".split()
)


class Sieve:
    """The steps, each on the chains that the steps before it made."""

    def __init__(
        self,
        doc: Doc,
        document: Document,
        chains: Chains,
        quotations: Sequence[Quotation],
        names: NameList,
        nouns: Nouns,
    ) -> None:
        self.doc, self.document, self.chains, self.quotations = doc, document, chains, quotations
        self.known, self.nouns = names, nouns
        self.nodes = chains.nodes
        self.named = [node for node in chains.nodes if node.mention.kind == "name"]
        self.sentences = list(doc.sents)
        self.apart: dict[int, int] = {}
        self._by_head = {node.head.i: node.index for node in reversed(chains.nodes)}
        self._by_noun: dict[str, list[Node]] = defaultdict(list)
        for node in chains.nodes:
            if node.mention.kind == "nominal":
                self._by_noun[node.head.lower_].append(node)
        self._introduce()

    def _introduce(self) -> None:
        """Bare surnames that the text introduces as somebody new ("Wang, a lifestyle blogger") stay apart from full names."""
        for node in self.named:
            if node.mention.type != "Person" or " " in node.key:
                continue
            if any(_is_introduction(child, node) for child in node.head.children) and self._is_described_before(node):
                self.apart[node.index] = node.index

    def _is_described_before(self, node: Node) -> bool:
        """Whether the person with that surname has had an introduction already, so that a second one is somebody else's."""
        return any(
            other.mention.type == "Person"
            and " " in other.key
            and node.key in (other.key.split()[0], other.key.split()[-1])
            and any(child.dep_ == "appos" and child.pos_ == "NOUN" for child in other.head.children)
            for other in self.named
            if other.index < node.index
        )

    def same_names(self, *, across_introductions: bool = False) -> None:
        """Names with one form and one branch; a surname introduced anew opens a chain that later surnames join."""
        last: dict[tuple[str, str, bool], int] = {}
        for node in self.named:
            key = (node.key.casefold() if len(node.key) > 3 else node.key, node.branch, node.is_metonym)
            if key in last and node.index not in self.apart:
                self.chains.merge(last[key], node.index)
            last[key] = node.index

    def same_groups(self) -> None:
        """Groups that a name or a demonym tells apart, by their words: "American users"."""
        first: dict[str, int] = {}
        for node in self.nodes:
            name = group_name([node]) if node.mention.kind == "nominal" and node.branch == "Group" else None
            if name is not None:
                self.chains.merge(first.setdefault(name.casefold(), node.index), node.index)

    def listed_names(self) -> None:
        """Forms that names.toml gives to one thing."""
        first: dict[tuple[str, str], Node] = {}
        for node in self.named:
            if node.is_metonym:
                continue
            entries = [entry for entry in self.known.find(node.mention.text) if coarse(entry.type) == node.branch]
            if not entries:
                continue
            key = (entries[0].name, node.branch)
            other = first.setdefault(key, node)
            if other is not node and other.key != node.key:
                self._link(other, node, f"names.toml: {entries[0].name}")

    def metonyms(self) -> None:
        """ "Beijing" that acts is the Chinese government, where the text speaks of that too; it is no other name of it."""
        governments: dict[str, Node] = {}
        for node in self.named:
            owner, _, noun = node.mention.text.rpartition(" ")
            if noun in ("government", "Government") and not node.is_metonym:
                country = self.known.country_of(owner) or next((e.name for e in self.known.find(owner) if e.iso), None)
                if country:
                    governments.setdefault(country, node)
        for node in self.named:
            country = self.known.capitals.get(node.mention.text, "") if node.is_metonym else ""
            if country in governments and node.branch == "Organization":
                self.chains.merge(governments[country].index, node.index)

    def _link(self, one: Node, other: Node, reason: str) -> bool:
        name = other.mention.text
        if self.chains.same(one.index, other.index):
            return True
        return self.chains.merge(one.index, other.index, Alias(name, reason, other.mention.begin, other.mention.end))

    def short_forms(self) -> None:
        """Surnames, given names, acronyms and short company names, after the full name and with one candidate only."""
        full: dict[str, list[Node]] = defaultdict(list)
        for node in self.named:
            if node.is_metonym:
                continue
            if " " in node.key or "-" in node.key:
                for form in _short_forms(node):
                    full[form].append(node)
        for node in self.named:
            if node.key not in full or node.index in self.apart or node.is_metonym:
                continue
            owners = [
                o for o in full[node.key] if o.branch == node.branch and o.key != node.key and self._may_follow(o, node)
            ]
            roots = {self.chains.root(owner.index) for owner in owners}
            roots.discard(self.chains.root(node.index))
            if len(roots) == 1 and self._first_of(node) is node:
                self._link(owners[0], node, f"short form of {owners[0].mention.text}")
            elif len(roots) > 1:
                # several people with one surname: the one named last, if the first was only named before
                latest = max((o for o in owners if o.index < node.index), key=lambda o: o.index, default=None)
                if latest and latest.sentence >= node.sentence - 2 and self._first_of(node) is node:
                    self._link(latest, node, f"short form of {latest.mention.text}")
        self._acronyms()

    def _first_of(self, node: Node) -> Node:
        return next(member for member in self.chains.members(node.index) if member.mention.kind == "name")

    def _may_follow(self, full: Node, short: Node) -> bool:
        """Full name first; or the short form stands in the headline only."""
        if full.index < short.index:
            return not self._has_other_title(full, short)
        return full.mention.type != "Person" and (short.sentence == 0 or " " in short.key)

    def _has_other_title(self, full: Node, short: Node) -> bool:
        genders = {full.gender, short.gender} - {None}
        return len(genders) > 1

    def _acronyms(self) -> None:
        longer = [node for node in self.named if " " in node.key and node.branch not in ("Person", "Place")]
        for node in self.named:
            if not node.mention.text.isupper() or not 2 <= len(node.mention.text.replace(".", "")) <= 6:
                continue
            owners = [o for o in longer if o.branch == node.branch and is_acronym_of(node.mention.text, o.mention.text)]
            if len({o.key for o in owners}) == 1 and self._first_of(node) is node:
                self._link(owners[0], node, f"acronym of {owners[0].mention.text}")

    def appositions(self) -> None:
        """ "X, a graphic designer", "the app X", "spokesperson X": the description stands for the name."""
        by_head = {node.head.i: node for node in self.nodes if node.mention.kind == "name"}
        for node in self.nodes:
            if node.mention.kind != "nominal":
                continue
            head = node.head
            if head.dep_ == "appos" and (other := by_head.get(head.head.i)) and other.end <= node.begin:
                self._describe(other, node)
                continue
            for child in head.children:
                other = by_head.get(child.i)
                if (
                    other
                    and child.dep_ in ("appos", "flat", "compound")
                    and other.begin >= node.end
                    and other.begin - node.end <= 2
                ):
                    self._describe(other, node)
                    break
            else:
                after = by_head.get(node.end) or next((n for n in (by_head.get(i) for i in (node.end + 1,)) if n), None)
                if after and after.begin == node.end and head.head.i == after.head.i and node.branch != "Group":
                    self._describe(after, node)

    def _describe(self, name: Node, description: Node) -> None:
        fits = description.branch == name.branch or (
            name.branch in ("Person", "Organization", "Platform")
            and description.branch == "Entity"
            and not description.plural
            and determiner(description) in ("a", "the")
        )
        if fits or {description.branch, name.branch} <= _LOOSE:
            self.chains.merge(name.index, description.index)

    def relatives(self) -> None:
        """ "who" stands for the noun that its clause describes."""
        by_head: dict[int, Node] = {}
        for node in self.nodes:
            if node.mention.kind != "pronoun":
                by_head.setdefault(node.head.i, node)
        for node in self.nodes:
            if node.mention.text.lower() not in ("who", "whom", "whose") or node.mention.kind != "pronoun":
                continue
            clause = next((a for a in (node.head, *node.head.ancestors) if a.dep_ == "acl:relcl"), None)
            owner = by_head.get(clause.head.i) if clause is not None else None
            if owner is None and node.begin >= 2:
                before = node.begin - (2 if self.doc[node.begin - 1].text == "," else 1)
                owner = next(
                    (
                        n
                        for n in reversed(self.nodes[max(node.index - 20, 0) : node.index])
                        if n.end == before + 1 and n.mention.kind != "pronoun"
                    ),
                    None,
                )
            if owner is not None and owner.branch in ("Person", "Group", "Entity"):
                self.chains.merge(owner.index, node.index)

    def first_persons(self, turns: Sequence[tuple[int, int, str]]) -> None:
        """ "I" inside a quotation is its speaker; under a heading with a person's name it is that person.

        Other first and second persons make one chain for each quotation, turn or text, which has no name.
        """
        speakers = speaker_stretches(self.nodes, self.quotations)
        direct = quotation_stretches(self.quotations, forms=("direct",))
        quoted = quotation_stretches(self.quotations, forms=("direct", "mixed", "indirect"))
        authors = sections(self.document.text, self.named)
        floor = Stretches(turns)
        voices = sorted({speaker for _, _, speaker in turns})
        first: dict[tuple[str, str], int] = {}
        for node in self.nodes:
            person = _PERSONS.get(node.mention.text.lower())
            if person is None or node.mention.kind != "pronoun":
                continue
            at = node.mention.begin
            speaker = speakers.at(at)
            if person == "I":
                owner = authors.at(at) if speaker is None and direct.at(at) is None else speaker
                if owner is not None:
                    self.chains.merge(owner, node.index)
                    continue
            voice = floor.at(at) or ""
            if person == "you" and len(voices) == 2 and voice:
                person, voice = "I", voices[1 - voices.index(voice)]
            # without a speaker on record, each quotation has a voice of its own
            own = f"quotation {quoted.at(at)}" if speaker is None else f"speaker {self.chains.root(speaker)}"
            stretch = voice or own
            if (person, stretch) in first:
                self.chains.merge(first[person, stretch], node.index)
            first.setdefault((person, stretch), node.index)

    def left_to_right(self, min_probability: float | None) -> None:
        """Descriptions and pronouns, in text order, each seeing what was settled before it."""
        quote_of = self._quote_of()
        recent: list[Node] = []
        # by end: the "her" of "her life" is settled before the whole
        for node in sorted(self.nodes, key=lambda node: (node.end, -node.begin)):
            if node.mention.kind == "nominal" and self._is_alone(node):
                self._resolve_description(node)
            elif node.mention.kind == "pronoun" and self._is_alone(node) and (kind := family(node)):
                least = MIN_PROBABILITY[kind] if min_probability is None else min_probability
                found = best_candidate(self.chains, node, recent, quote_of, min_probability=least)
                if found:
                    self.chains.merge(found[0].node.index, node.index)
            recent.append(node)
            if len(recent) > 400:
                del recent[:200]

    def _is_alone(self, node: Node) -> bool:
        return self.chains.traits(node.index).size == 1

    def _quote_of(self) -> dict[int, int]:
        quoted = quotation_stretches(self.quotations, forms=("direct", "mixed"))
        inside = {node.index: quoted.at(node.mention.begin) for node in self.nodes}
        return {index: number for index, number in inside.items() if number is not None}

    def _resolve_description(self, node: Node) -> None:
        if node.head.dep_ in ("root", "ROOT") and any(c.dep_ == "cop" for c in node.head.children):
            return
        kind = determiner(node)
        if kind in ("the", "this", "possessive"):
            earlier = self._same_description(node, kind)
            if earlier is not None:
                self.chains.merge(earlier.index, node.index)
                return
        if (
            kind in ("the", "this")
            and not node.plural
            and node.branch not in ("Entity", "Group")
            and not _has_complement(node)
        ):
            owner = self._described_name(node)
            if owner is not None:
                self.chains.merge(owner.index, node.index)

    def _same_description(self, node: Node, kind: str) -> Node | None:
        """An earlier description with the same noun and no modifier that the later one lacks a reason for.

        On GUM's training part "the X" after "a X" or "the X" is right six times in ten within a few sentences and four times in
        ten beyond, "X" after "X" one time in a hundred, "the X of Y" two times in ten: those stay apart.
        """
        mine, complement = _modifiers(node), _complement(node)
        nouns = self._by_noun.get(node.head.lower_, [])
        for other in reversed(_nodes_before(nouns, node)):
            if node.sentence - other.sentence > _SAME_NOUN_WINDOW:
                return None
            if complement and _complement(other) != complement:
                continue
            if kind == "possessive":
                if determiner(other) == "possessive" and self._same_owner(node, other) and mine == _modifiers(other):
                    return other
            elif mine <= _modifiers(other) and node.plural == other.plural:
                return other
        return None

    def _same_owner(self, node: Node, other: Node) -> bool:
        mine, yours = self._owner(node), self._owner(other)
        return mine is not None and yours is not None and self.chains.same(mine, yours)

    def _owner(self, node: Node) -> int | None:
        owner = next((child.i for child in node.head.children if child.dep_ == "nmod:poss"), None)
        return self._by_head.get(owner) if owner is not None else None

    def _described_name(self, node: Node) -> Node | None:
        """The named thing in focus that "the app", "the company", "the 34-year-old" stands for, if there is one only."""
        noun = self.nouns.singular(node.head.lemma_ or node.head.text)
        person = node.mention.type == "Person"
        if person and noun not in _GENERIC_PERSONS and not re.search(r"\d", node.mention.text):
            return self._person_with_role(node, noun)
        window = 2 if person else _NOMINAL_WINDOW
        scores: dict[int, float] = {}
        nearest: dict[int, Node] = {}
        for other in reversed(self.nodes[max(node.index - 300, 0) : node.index]):
            back = node.sentence - other.sentence
            if back > window:
                break
            root = self.chains.root(other.index)
            if not self.chains.traits(root).named or not self._fits(root, node):
                continue
            nearest.setdefault(root, other)
            scores[root] = scores.get(root, 0.0) + (1.5 if other.is_subject else 1.0) / (1 + back)
        ranked = sorted(scores, key=lambda root: (-scores[root], root))
        if not ranked or (len(ranked) > 1 and scores[ranked[0]] < 1.3 * scores[ranked[1]]):
            return None
        return nearest[ranked[0]]

    def _person_with_role(self, node: Node, noun: str) -> Node | None:
        for other in reversed(_nodes_before(self._by_noun.get(node.head.lower_, []), node)):
            if self.nouns.singular(other.head.lemma_ or other.head.text) == noun:
                root = self.chains.root(other.index)
                return other if self.chains.traits(root).named else None
        return None

    def _fits(self, root: int, node: Node) -> bool:
        """Whether class, demonyms and every other modifier of the description agree with what is known of the chain."""
        classes = ontology()
        types = {member.mention.type for member in self.chains.members(root) if member.mention.kind == "name"}
        wanted = node.mention.type
        if not any(classes.is_a(kind, wanted) or (wanted == "Company" and kind == "Organization") for kind in types):
            return False
        members = self.chains.members(root)
        noun = node.head.lower_
        if (
            wanted != "Person"
            and noun not in _GENERIC_NOUNS
            and not any(noun in m.key.casefold().split() for m in members)
        ):
            return False
        said = {word for member in members if member.mention.kind == "nominal" for word in _modifiers(member)}
        for word in _modifiers(node) - said:
            country = self.known.country_of(word.capitalize())
            entries = [entry for member in members for entry in self.known.find(member.mention.text)]
            if country is None and not _AGE.match(word) and word not in _EMPTY_MODIFIERS:
                return False
            if country and any(entry.country not in (None, country) for entry in entries):
                return False
        return True


_AGE = re.compile(r"\d+(-year-old)?$|-|year|old")
_EMPTY_MODIFIERS = frozenset(
    "social media tech technology popular giant online mobile new same whole entire young former company state".split()
)
#: Nouns that take up a name of their class; "the police", "the airport", "the match" only one that has the word in it.
_GENERIC_NOUNS = frozenset(
    "app application platform website site network company firm corporation startup manufacturer maker "
    "carmaker automaker chipmaker drugmaker planemaker retailer bank lender airline carrier insurer brewer "
    "giant operator producer newspaper magazine broadcaster outlet agency regulator watchdog body organization "
    "organisation group institution charity nonprofit club team side party country nation kingdom "
    "republic city town village capital region territory province state island peninsula film "
    "movie novel book song album play series show game court institute university "
    "bloc union alliance service chatbot marketplace".split()
)
_LOOSE = frozenset({"Organization", "Platform", "Product", "Entity"})


def _is_introduction(child: Token, node: Node) -> bool:
    if child.dep_ != "appos" or child.i < node.end:
        return False
    return any(grandchild.lower_ in ("a", "an") and grandchild.dep_ == "det" for grandchild in child.children)


def _short_forms(node: Node) -> Iterator[str]:
    words = node.key.split()
    if node.mention.type == "Person":
        yield words[-1]
        if words[0] != words[-1]:
            yield words[0]
        if len(words) > 2:
            yield " ".join(words[1:])
        return
    if node.branch in ("Organization", "Platform"):
        while len(words) > 1 and (words[-1].lower() in _LEGAL_FORMS or node.mention.type in ("Company", "SportsTeam")):
            words = words[:-1]
            yield " ".join(words)


def _nodes_before(nodes: Sequence[Node], node: Node) -> Sequence[Node]:
    """The last of these nodes that stand before the node: as many as a window of sentences can hold."""
    end = bisect_left(nodes, node.index, key=lambda other: other.index)
    return nodes[max(end - 60, 0) : end]


def _modifiers(node: Node) -> set[str]:
    words = node.mention.text.lower().split()[:-1]
    return {word for word in words if word not in _DETERMINERS}


def determiner(node: Node) -> str:
    """ "the", "this" (any demonstrative), "a", "possessive" or "" for none."""
    if any(child.dep_ == "nmod:poss" for child in node.head.children):
        return "possessive"
    first = node.mention.text.lower().split()[0]
    if first in ("this", "that", "these", "those"):
        return "this"
    return {"the": "the", "a": "a", "an": "a"}.get(first, "")


def _has_complement(node: Node) -> bool:
    return any(child.dep_ in _COMPLEMENTS and child.i > node.head.i for child in node.head.children)


def _complement(node: Node) -> str:
    """What follows the noun inside its phrase: "of the city" in "the mayor of the city"."""
    parts = [child for child in node.head.children if child.dep_ in _COMPLEMENTS and child.i > node.head.i]
    return " ".join(" ".join(word.lower_ for word in part.subtree) for part in parts)


_COMPLEMENTS = frozenset({"nmod", "acl", "acl:relcl"})
_DETERMINERS = frozenset("the a an this that these those its his her their our my your some any no such same".split())


def group_name(nodes: Sequence[Node]) -> str | None:
    """ "American users" of "many American users": a group that a name or a demonym tells apart, else None."""
    for node in nodes:
        if node.branch != "Group" or node.mention.kind != "nominal":
            continue
        for token in node.head.doc[node.begin : node.end - 1]:
            # a capital at the head of a sentence says nothing
            if token.text[:1].isupper() and (
                token.pos_ == "PROPN" or (token.pos_ == "ADJ" and not token.is_sent_start)
            ):
                return node.head.doc[token.i : node.end].text
    return None
