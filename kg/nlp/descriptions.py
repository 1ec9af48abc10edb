"""A parsed Doc -> descriptions ("the app", "a former teacher") and pronouns, as mentions."""

__all__ = ["find_descriptions", "find_pronouns"]

from collections.abc import Iterator, Sequence

from spacy.tokens import Doc, Token

from kg.nlp.cues import noun_class
from kg.nlp.nouns import Nouns
from kg.records import Document, Mention

_CONFIDENCE_NOMINAL = 0.7
_CONFIDENCE_PRONOUN = 0.7
_LEFT_DEPS = frozenset(
    {
        "det",
        "amod",
        "nummod",
        "compound",
        "nmod:poss",
        "advmod",
        "det:predet",
        "nmod",
        "flat",
        "punct",
        "case",
        "cc",
        "conj",
    }
)
_PERSONAL = {
    **dict.fromkeys(("he", "him", "his", "himself", "she", "her", "hers", "herself", "who", "whom", "whose"), "Person"),
    **dict.fromkeys(("i", "me", "my", "mine", "myself"), "Person"),
    **dict.fromkeys(("you", "your", "yours", "yourself", "yourselves"), "Entity"),
    **dict.fromkeys(("we", "us", "our", "ours", "ourselves"), "Entity"),
    **dict.fromkeys(("they", "them", "their", "theirs", "themselves", "it", "its", "itself"), "Entity"),
}
#: Nouns of time and amount stand for nobody.
_EMPTY_NOUNS = frozenset(
    {
        "year", "month", "week", "day", "hour", "minute", "second", "decade", "century", "time", "moment", "today", "tomorrow",
        "yesterday", "morning", "afternoon", "evening", "night", "weekend", "percent", "per", "cent", "dollar", "euro", "pound",
        "yuan", "yen", "number", "lot", "bit", "kind", "sort", "way", "thing", "part", "rest", "fact", "example", "instance",
        "addition", "case", "order", "course", "mile", "kilometer", "kilometre", "meter", "metre", "million", "billion",
        "thousand", "hundred", "dozen", "half", "quarter", "third", "spring", "summer", "autumn", "winter", "fall", "pm", "am",
    }
)  # fmt: skip


def find_descriptions(
    doc: Doc, document: Document, nouns: Nouns, taken: set[int], readable: Sequence[bool]
) -> Iterator[Mention]:
    """Noun phrases with a common noun as head, from their first modifier to the head; `taken` are tokens of names."""
    for token in doc:
        if not _is_head(token, readable) or token.i in taken:
            continue
        begin = _left_edge(doc, token, readable)
        found = noun_class(token, nouns)
        class_name, noun = found or ("Entity", token.lower_)
        start, end = doc[begin].idx, token.idx + len(token)
        yield Mention(
            document.id,
            start,
            end,
            document.text[start:end],
            class_name,
            kind="nominal",
            confidence=_CONFIDENCE_NOMINAL,
            reason=f"head noun: {noun}",
        )


def _is_head(token: Token, readable: Sequence[bool]) -> bool:
    if not readable[token.i] or token.pos_ != "NOUN" or token.dep_ in ("compound", "flat", "goeswith", "fixed"):
        return False
    return token.is_alpha and (token.lemma_ or token.text).lower() not in _EMPTY_NOUNS


def _left_edge(doc: Doc, head: Token, readable: Sequence[bool]) -> int:
    """The first token of the head's own modifiers on its left, without a gap."""
    begin = head.i
    for child in sorted(head.lefts, key=lambda token: -token.i):
        if child.dep_ not in _LEFT_DEPS or child.dep_ in ("case", "cc", "punct"):
            if child.dep_ == "punct" and child.text in ("-", "“", '"', "‘", "'"):
                continue
            break
        edge = child.left_edge.i
        if not all(readable[i] for i in range(edge, begin)):
            break
        begin = edge
    while begin < head.i and doc[begin].is_punct:
        begin += 1
    return begin


def find_pronouns(doc: Doc, document: Document, taken: set[int], readable: Sequence[bool]) -> Iterator[Mention]:
    """Personal, possessive, reflexive and relative ("who") pronouns; an "it" that stands for nothing is left out."""
    for token in doc:
        class_name = _PERSONAL.get(token.lower_)
        if class_name is None or token.i in taken or not readable[token.i] or token.dep_ == "expl":
            continue
        if token.pos_ not in ("PRON", "DET") or (token.text == "US"):
            continue
        if token.lower_ in ("who", "whom", "whose") and not _is_relative(token):
            continue
        yield Mention(
            document.id,
            token.idx,
            token.idx + len(token),
            document.text[token.idx : token.idx + len(token)],
            class_name,
            kind="pronoun",
            confidence=_CONFIDENCE_PRONOUN,
            reason="pronoun",
        )


def _is_relative(token: Token) -> bool:
    return any(ancestor.dep_ == "acl:relcl" for ancestor in (token, *token.ancestors))
