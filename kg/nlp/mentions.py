"""A parsed Doc -> mentions: names with a class and the reason for it, descriptions and pronouns.

Names come from the model, from names.toml, from endings ("Kyoto University") and titles ("Dr Guo"), and from other places of
the same document. All mentions of one form vote on its class, so that a person is never a place; the cues of the sentence
(apposition, title, ending, neighbours) weigh more than the model.
"""

__all__ = ["find_mentions"]

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence

from spacy.tokens import Doc

from kg.nlp.candidates import ENDING_WEIGHT, Candidate, Finder
from kg.nlp.cues import Vote, cue_votes, metonym
from kg.nlp.descriptions import find_descriptions, find_pronouns
from kg.nlp.names import NameList, normalise
from kg.nlp.nouns import Nouns, coarse, load_nouns
from kg.ontology import ontology
from kg.records import Document, Mention

_FULL_NAME_WEIGHT = 2.0
_CONFIDENCE = {"known": 0.95, "cue": 0.9, "model": 0.85, "repeated": 0.8}


def find_mentions(doc: Doc, document: Document, names: NameList) -> list[Mention]:
    """The mentions of a document, sorted by begin; names do not overlap each other, descriptions may hold names.

    Mentions have no entity yet; `kg.nlp.coref.link_mentions` sets it. Descriptions whose noun says nothing about their
    class have the type "Entity". Nothing is found in boilerplate.
    """
    nouns = load_nouns()
    finder = Finder(doc, names, nouns, _readable(doc, document))
    found = finder.names()
    classes = _elect(doc, found, nouns)
    mentions: list[Mention] = []
    taken: set[int] = set()
    for name in found:
        taken.update(range(name.begin, name.end))
        mentions.append(_mention(doc, document, name, classes, names, nouns))
    readable = finder.readable
    mentions += find_descriptions(doc, document, nouns, taken, readable)
    mentions += find_pronouns(doc, document, taken, readable)
    return sorted(mentions, key=lambda m: (m.begin, -m.end, m.kind))


def _readable(doc: Doc, document: Document) -> list[bool]:
    flags = [not token.is_space for token in doc]
    begins = [token.idx for token in doc]
    for stretch in document.boilerplate:
        for i in range(bisect_left(begins, stretch.begin), bisect_left(begins, stretch.end)):
            flags[i] = False
    return flags


def _key(doc: Doc, name: Candidate) -> str:
    text = normalise(doc[name.begin : name.end].text)
    return text.casefold() if text.isupper() and len(text) > 3 else text


def _elect(doc: Doc, found: list[Candidate], nouns: Nouns) -> dict[str, tuple[str, str]]:
    """Form -> (class, reason): all mentions of one form vote, and a bare surname votes with its full name."""
    votes: dict[str, list[Vote]] = defaultdict(list)
    for name in found:
        key = _key(doc, name)
        name.votes += cue_votes(doc, name.begin, name.end, nouns)
        votes[key] += name.votes
        by_name = nouns.class_of_name([token.text for token in doc[name.begin : name.end]])
        if by_name and not any(vote.reason.startswith("ending") for vote in name.votes):
            votes[key].append(Vote(by_name[0], ENDING_WEIGHT, f"ending: {by_name[1]}"))
        votes[key] = _believable(votes[key], key)
    folded: dict[str, str] = {}
    for key in votes:
        folded.setdefault(key.casefold(), key)
    merged: dict[str, list[Vote]] = defaultdict(list)
    for key, ballot in votes.items():
        merged[key.casefold()] += ballot
    elected = {key: _winner(merged[key.casefold()]) for key in votes}
    for key, short in _short_names(elected, nouns).items():
        if key in elected and elected[key][0] != short[0]:
            elected[key] = _winner([*merged[key.casefold()], Vote(short[0], _FULL_NAME_WEIGHT, short[1])])
    located = {_key(doc, name) for name in found if _is_located(doc, name)}
    persons = {
        key.split()[-1]: key for key, (class_name, _) in elected.items() if class_name == "Person" and " " in key
    }
    for key in elected:
        full = persons.get(key)
        if full and coarse(elected[key][0]) != "Person":
            weight = _FULL_NAME_WEIGHT if key in located else 2 * sum(vote.weight for vote in merged[key.casefold()])
            elected[key] = _winner([*merged[key.casefold()], Vote("Person", weight, f"surname of {full}")])
    return elected


def _short_names(elected: dict[str, tuple[str, str]], nouns: Nouns) -> dict[str, tuple[str, str]]:
    """Form -> (class, reason) for what companies and teams are called for short: "Kestrel" of "Kestrel Robotics Ltd"."""
    short: dict[str, tuple[str, str]] = {}
    for key, (class_name, _) in elected.items():
        words = key.split()
        if len(words) > 1 and class_name in ("Company", "SportsTeam") and words[-1] in nouns.suffixes:
            while len(words) > 1 and words[-1] in nouns.suffixes:
                words = words[:-1]
            short.setdefault(" ".join(words), (class_name, f"short for {key}"))
    return short


def _believable(ballot: list[Vote], key: str) -> list[Vote]:
    """The votes without those that better evidence contradicts.

    Endings yield to a listed name and to a person called Law or Park; "Tom Hale videos" makes no platform of a person.
    """
    listed = any(vote.reason == "names.toml" for vote in ballot)
    person = any(vote.class_name == "Person" for vote in ballot)
    return [
        vote
        for vote in ballot
        if not (
            vote.reason.startswith("ending: ")
            and (listed or (person and vote.reason.removeprefix("ending: ") in _SURNAMES_TOO))
        )
        and not (vote.reason.startswith("neighbour: ") and person and " " in key)
    ]


_SURNAMES_TOO = frozenset(
    "Law Bill Park Hall House Day Lake Church Court Street Bush Forest Bay Drive Base Mail Press Post Price Castle Cape Camp "
    "Temple Tower Bridge Road Gas Cup Open Fund Trust Bowl Square Valley Fire Bank Steel Max Fort River Town".split()
)


def _is_located(doc: Doc, name: Candidate) -> bool:
    """Whether a preposition of place stands before the name: "in Jordan"."""
    before = doc[name.begin - 1].lower_ if name.begin else ""
    return before in ("in", "from", "to", "near", "across", "outside", "around", "of", "at")


def _winner(ballot: Sequence[Vote]) -> tuple[str, str]:
    """The branch with most weight, and in it the finest class that any vote gives."""
    if not ballot:
        return "Entity", "repeated name"
    weights: defaultdict[str, float] = defaultdict(float)
    by_model: Counter[str] = Counter()
    for vote in ballot:
        by_model[coarse(vote.class_name)] += vote.reason == "model"
        weights[coarse(vote.class_name)] += 0.0 if vote.reason == "model" else vote.weight
    for name, count in by_model.items():
        # the model repeats its own mistakes: ten mentions are not ten witnesses
        weights[name] += math.log1p(count) / math.log(2)
    branch = min(weights, key=lambda name: (-weights[name], name))
    kinds: defaultdict[str, float] = defaultdict(float)
    for vote in ballot:
        if coarse(vote.class_name) == branch:
            kinds[vote.class_name] += vote.weight
    classes = ontology()
    listed = {vote.class_name: vote for vote in ballot if vote.reason == "names.toml" and vote.class_name in kinds}
    if listed:
        kinds = defaultdict(float, {name: kinds[name] for name in listed})
    finest = min(kinds, key=lambda name: (-len(classes.ancestors(name)), -kinds[name], name))
    best = max((vote for vote in ballot if vote.class_name == finest), key=lambda vote: vote.weight)
    return finest, best.reason


def _mention(
    doc: Doc, document: Document, name: Candidate, classes: dict[str, tuple[str, str]], names: NameList, nouns: Nouns
) -> Mention:
    begin = doc[name.begin].idx
    end = doc[name.end - 1].idx + len(doc[name.end - 1])
    if (
        len(doc[name.end - 1]) == 2
        and name.end - name.begin == 1
        and doc.text[end - 1] == "."
        and names.find(doc.text[begin])
    ):
        end -= 1
    text = document.text[begin:end]
    class_name, reason = classes[_key(doc, name)]
    own = [vote for vote in name.votes if coarse(vote.class_name) == coarse(class_name)]
    if own:
        reason = max(own, key=lambda vote: vote.weight).reason
    elif name.kind == "repeated":
        reason = f"repeated name, {reason}"
    if cue := metonym(doc, name.begin, name.end, class_name, names, nouns):
        class_name, reason = cue
    return Mention(document.id, begin, end, text, class_name, confidence=_CONFIDENCE.get(name.kind, 0.8), reason=reason)
