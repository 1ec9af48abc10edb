"""A name in its sentence -> votes for its class: apposition, copula, title, neighbours, what it does.

Also: whether an ordinary word is used as a name ("Apple", "X"), and whether a capital stands for its government.
"""

__all__ = ["Vote", "cue_votes", "head_of", "is_cued", "metonym", "noun_class"]

import re
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from kg.nlp.names import NameList
from kg.nlp.nouns import Nouns, coarse

_APPOSITION_WEIGHT = 3.0
_UNLINKED_WEIGHT = 2.0
_WEAK_WEIGHT = 0.5
_FOLLOWER_WEIGHT = 1.5
_AGE_WEIGHT = 2.5
_RELATIVE_WEIGHT = 1.5

_COMPANY_WORDS = frozenset({"inc", "inc.", "corp", "corp.", "ltd", "plc", "co.", "shares", "ceo"})
_MEDIA_PREPOSITIONS = frozenset({"on", "via", "through", "over"})
_BEFORE_COMPANIES = frozenset({"at", "by", "from", "for", "with", "against", "sued", "joined"})


@dataclass(frozen=True, slots=True)
class Vote:
    """One voice for a class, with its weight and the reason that the mention will give."""

    class_name: str
    weight: float
    reason: str


def head_of(doc: Doc, begin: int, end: int) -> Token:
    """The token of a span whose head lies outside it; the last one where the parse leaves several."""
    heads = [token for token in doc[begin:end] if not begin <= token.head.i < end or token.head.i == token.i]
    return heads[-1] if heads else doc[end - 1]


def noun_class(token: Token, nouns: Nouns) -> tuple[str, str] | None:
    """(class, noun) that a common noun with the word before it stands for; people in the plural are a Group."""
    if token.pos_ not in ("NOUN", "PROPN", "ADJ") or token.text[:1].isupper():
        return None
    word = nouns.plurals.get(token.lower_) or nouns.singular(token.lemma_ or token.text)
    words = [word]
    if token.i > 0 and token.nbor(-1).is_alpha:
        words.insert(0, token.nbor(-1).lower_)
    found = nouns.class_of(words)
    if found is None and token.lower_.endswith("s"):
        words[-1] = token.lower_[:-1]
        found = nouns.class_of(words)
    if found == "Person" and token.tag_ in ("NNS", "NNPS") and word != "media":
        found = "Group"
    return (found, word) if found else None


def cue_votes(doc: Doc, begin: int, end: int, nouns: Nouns) -> list[Vote]:
    """What the sentence says about the class of the name over tokens `begin` to `end`."""
    head = head_of(doc, begin, end)
    votes = [
        *_titles(doc, begin, nouns),
        *_before(doc, begin, head, nouns),
        *_appositions(head, end, nouns),
        *_after(doc, end, head, nouns),
        *_age(doc, end),
        *_signature(doc, begin),
    ]
    if any(
        child.dep_ == "acl:relcl" and any(word.lower_ == "who" for word in child.subtree) for child in head.children
    ):
        following = doc[end : end + 2].text.lower() if end < len(doc) else ""
        if "who" in following:
            votes.append(Vote("Person", _RELATIVE_WEIGHT, "relative clause: who"))
    return votes


def _titles(doc: Doc, begin: int, nouns: Nouns) -> list[Vote]:
    if begin == 0:
        return []
    before = doc[begin - 1]
    if before.lower_ in nouns.titles and before.text[:1].isupper():
        return [Vote("Person", _APPOSITION_WEIGHT, f"title: {before.text}")]
    return []


def _before(doc: Doc, begin: int, head: Token, nouns: Nouns) -> list[Vote]:
    """ "the app Xiaohongshu", "spokesperson Guo Jiakun": a noun right before the name, in the same phrase."""
    if begin == 0:
        return []
    noun = doc[begin - 1]
    if noun.text in "“\"‘'" and begin > 1:
        noun = doc[begin - 2]
    found = noun_class(noun, nouns)
    if found is None or found[0] == "Group" or noun.tag_ in ("NNS", "POS"):
        return []
    linked = noun.head.i == head.i or head.head.i == noun.i or (noun.head.i == head.head.i and noun.dep_ == "compound")
    if not linked and (found[0] == "Person" or not any(child.dep_ == "det" for child in noun.children)):
        return []
    weight = _weight(found[1]) if linked else _UNLINKED_WEIGHT
    return [Vote(found[0], weight, f"apposition: {found[1]}")]


def _appositions(head: Token, end: int, nouns: Nouns) -> list[Vote]:
    """ "X, a graphic designer" and "X is an app"."""
    votes = []
    for child in head.children:
        if child.dep_ == "appos" and child.i >= end and child.pos_ in ("NOUN", "PROPN") and not _is_parenthesis(child):
            found = noun_class(child, nouns)
            if found and found[0] != "Group" and _is_describing(child):
                votes.append(Vote(found[0], _weight(found[1]), f"apposition: {found[1]}"))
    if any(child.dep_ == "cop" for child in head.children):
        for child in head.children:
            found = noun_class(child, nouns) if child.dep_ == "nsubj" else None
            if found and found[0] != "Group":
                votes.append(Vote(found[0], _APPOSITION_WEIGHT, f"copula: {found[1]}"))
    if head.dep_ == "nsubj" and head.head.pos_ == "NOUN" and any(child.dep_ == "cop" for child in head.head.children):
        found = noun_class(head.head, nouns)
        if found and found[0] != "Group" and _is_describing(head.head):
            votes.append(Vote(found[0], _weight(found[1]), f"copula: {found[1]}"))
    return votes


def _weight(noun: str) -> float:
    return _WEAK_WEIGHT if noun in _NOT_ONLY_PEOPLE else _APPOSITION_WEIGHT


#: Nouns of people that firms, towns and programs are called too: "its main rival", "the market leader".
_NOT_ONLY_PEOPLE = frozenset(
    "rival ally partner leader owner member winner champion host opponent contender supporter investor customer client buyer "
    "seller predecessor successor participant beneficiary pioneer survivor victim local native star head operator backer".split()
)


def _is_describing(noun: Token) -> bool:
    """Whether a noun phrase tells a kind ("a designer", "the capital of") and not an amount or a list."""
    return not any(child.dep_ in ("nummod", "conj") for child in noun.children)


def _is_parenthesis(token: Token) -> bool:
    return token.i > 0 and token.nbor(-1).text == "("


def _after(doc: Doc, end: int, head: Token, nouns: Nouns) -> list[Vote]:
    """ "the Clubhouse app", "RedNote users", "Tesla shares": the noun that the name modifies."""
    if end >= len(doc):
        return []
    noun = doc[end]
    if noun.lower_ in ("'s", "’s") and end + 1 < len(doc):
        noun = doc[end + 1]
        if noun.head.i != head.i and head.head.i != noun.i:
            return []
        # whoever owns a "video" or has a "family" may be anything; only what people alone or firms alone have counts
        word = nouns.singular(noun.lemma_ or noun.text)
        if nouns.followers.get(word) in ("Company", "Place") and word in ("ceo", "shares", "mayor", "capital"):
            return [Vote(nouns.followers[word], _FOLLOWER_WEIGHT, f"neighbour: {word}")]
        return []
    if noun.pos_ != "NOUN" or (head.head.i != noun.i and noun.head.i != head.i):
        return []
    word = nouns.plurals.get(noun.lower_) or nouns.singular(noun.lemma_ or noun.text)
    found = nouns.classes.get(word)
    if found and coarse(found) in ("Platform",) and noun.tag_ == "NN":
        return [Vote(found, _APPOSITION_WEIGHT, f"head noun: {word}")]
    if found in ("MediaOrganization",) and noun.tag_ == "NN":
        return [Vote(found, _FOLLOWER_WEIGHT, f"head noun: {word}")]
    if follower := nouns.followers.get(word):
        return [Vote(follower, _FOLLOWER_WEIGHT, f"neighbour: {word}")]
    return []


def _age(doc: Doc, end: int) -> list[Vote]:
    """ "Ana Silva, 34, ..."."""
    words = [token.text for token in doc[end : end + 3]]
    if (
        len(words) == 3
        and words[0] == ","
        and words[1].isdigit()
        and words[2] in (",", ".", ")")
        and 0 < int(words[1]) < 120
    ):
        return [Vote("Person", _AGE_WEIGHT, f"age: {words[1]}")]
    return []


def _signature(doc: Doc, begin: int) -> list[Vote]:
    """A name after a quotation and a dash is its speaker: “...,” – Ana Silva."""
    if begin > 1 and doc[begin - 1].text in ("–", "—", "--") and doc[begin - 2].text in ("”", '"', "’", "''"):
        return [Vote("Person", _APPOSITION_WEIGHT, "signature of a quotation")]
    return []


def is_cued(doc: Doc, begin: int, end: int, class_name: str, nouns: Nouns) -> bool:
    """Whether an ordinary word stands here as the name of that class: by the model, its neighbours or a declared alias."""
    if any(word.text[:1].islower() for word in (doc[begin], doc[end - 1])):
        return False
    said = doc[max(begin - 3, 0) : begin].text.lower()
    if said.endswith(("known as", "renamed", "rebranded as", "rebranded", "formerly", "called", "dubbed")):
        return True
    span_label = _label(doc, begin, end)
    branch = coarse(class_name)
    after = doc[end] if end < len(doc) else None
    before = doc[begin - 1] if begin > 0 else None
    if after is not None and (after.lower_ in _COMPANY_WORDS and branch in ("Organization", "Platform")):
        return True
    votes = [*_before(doc, begin, head_of(doc, begin, end), nouns), *_after(doc, end, head_of(doc, begin, end), nouns)]
    if any(coarse(vote.class_name) in (branch, "Organization", "Platform") for vote in votes):
        return coarse(votes[0].class_name) == branch or branch in ("Organization", "Platform")
    if span_label is not None:
        return _label_fits(span_label, branch) and not _is_part_of_name(doc, begin, end)
    if doc[begin].is_sent_start or _is_part_of_name(doc, begin, end):
        return False
    if branch == "Platform" and before is not None and before.lower_ in _MEDIA_PREPOSITIONS:
        return doc[begin].pos_ in ("PROPN", "X", "NOUN", "SYM") and (
            after is None or after.pos_ not in ("NOUN", "PROPN")
        )
    return False


def _label(doc: Doc, begin: int, end: int) -> str | None:
    """The model's label of exactly this span."""
    whole = doc[begin].ent_iob_ == "B" and all(token.ent_iob_ == "I" for token in doc[begin + 1 : end])
    goes_on = end < len(doc) and doc[end].ent_iob_ == "I"
    return doc[begin].ent_type_ if whole and not goes_on else None


def _label_fits(label: str, branch: str) -> bool:
    same_side = {
        "Platform": ("Organization", "Product", "Work", "Platform"),
        "Organization": ("Organization", "Product", "Platform"),
    }
    return label in same_side.get(branch, (branch,))


def _is_part_of_name(doc: Doc, begin: int, end: int) -> bool:
    """Whether the neighbour belongs to the same capitalised name: "Ford" in "Harrison Ford"."""
    before = doc[begin - 1] if begin > 0 and not doc[begin].is_sent_start else None
    after = doc[end] if end < len(doc) else None
    return any(
        token is not None and token.pos_ == "PROPN" and token.text[:1].isupper() and token.ent_type_ == "Person"
        for token in (before, after)
    )


def metonym(doc: Doc, begin: int, end: int, class_name: str, names: NameList, nouns: Nouns) -> tuple[str, str] | None:
    """(class, reason) when a city stands for its country's government or for its team, or None.

    "Beijing said", "warned Beijing", "Beijing's response" are the government, "Leeds beat Hull 2-1" are teams.
    """
    if class_name != "City":
        return None
    head = head_of(doc, begin, end)
    verb = head.head
    lemma = (verb.lemma_ or verb.text).lower()
    subject = head.dep_ in ("nsubj", "nsubj:pass")
    if (subject or head.dep_ == "obj") and lemma in _MATCH_VERBS and _SCORE.search(head.sent.text):
        return "SportsTeam", f"metonym: {lemma}"
    if doc[begin:end].text not in names.capitals:
        return None
    if subject and verb.pos_ in ("VERB", "AUX", "ADJ") and head.dep_ == "nsubj":
        if lemma in nouns.speech or lemma in nouns.stance:
            return "GovernmentBody", f"metonym: {lemma}"
        # "Beijing seems receptive": the adjective heads the clause in some parses
        for child in verb.children:
            if child.dep_ in ("cop", "aux") and child.lemma_ in nouns.stance:
                return "GovernmentBody", f"metonym: {child.lemma_}"
    if head.dep_ in ("obj", "iobj") and lemma in _ADDRESSING:
        return "GovernmentBody", f"metonym: {lemma}"
    if head.dep_ == "nmod:poss" and lemma in nouns.stance_nouns:
        return "GovernmentBody", f"metonym: {lemma}"
    return None


_MATCH_VERBS = frozenset({"beat", "defeat", "thrash", "edge", "draw", "host", "lose", "win", "face", "hold"})
_SCORE = re.compile(r"\b\d{1,3}[-–]\d{1,3}\b")
#: What is done to governments and hardly to towns.
_ADDRESSING = frozenset(
    "warn tell urge ask accuse blame criticize criticise condemn denounce press pressure threaten sanction anger irk "
    "infuriate deter appease".split()
)
