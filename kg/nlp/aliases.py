"""A text with names -> aliases that it declares: "X, also known as Y", "X (Y)", "Y, or X in Chinese", "dubbed “Y”"."""

__all__ = ["Declared", "declared_aliases", "is_acronym_of"]

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.records import Document, Mention

_MAX_GAP_CHARS = 90
_ADVERBS = (
    r"(?:(?:also|better|formerly|previously|widely|commonly|popularly|now|once|originally|often|sometimes|usually|simply"
    r"|variously|internationally|locally|officially|affectionately|colloquially|otherwise|more|best|globally|jokingly)\s+)*"
)
_VERBS = (
    r"(?:known(?:\s+(?:to\s+\w+|in\s+[\w-]+|there|here|abroad|at home|online|by \w+))?"
    r"\s+(?:as|by the (?:name|nickname|acronym|initials)(?:\s+of)?)"
    r"|referred\s+to\s+as|called|dubbed|nicknamed|abbreviated\s+(?:as|to)|renamed|rebranded(?:\s+(?:as|to))?|termed|shortened\s+to"
    r"|translat(?:es|ed|ing)(?:\s+\w+)?\s+(?:to|as|into)|aka|a\.k\.a\.|short\s+for|which\s+stands\s+for|or\s+simply)"
)
_QUOTE = r"[\"“‘'«]"
_UNQUOTE = r"[\"”’'»]"
_BEFORE = (
    r"(?:\s*[,(–—-]{0,2}\s*|\s+)(?:(?:which|who|that)\s+)?"
    r"(?:(?:is|was|are|were|has\s+been|have\s+been|had\s+been|being)\s+)?"
)
#: The words between a name and its other name.
_KNOWN_AS = re.compile(rf"^{_BEFORE}{_ADVERBS}{_VERBS}\s*(?:the\s+)?{_QUOTE}?$", re.IGNORECASE)
_FORMERLY = re.compile(r"^\s*[,(]\s*(?:formerly|previously|now|originally|once)\s+(?:the\s+)?$", re.IGNORECASE)
_OR = re.compile(rf"^\s*,\s*or\s+(?:the\s+)?{_QUOTE}?$")
_AFTER_OR = re.compile(rf"^{_UNQUOTE}?\s*(?:,|\.|\)|in\s+(?:[A-Z]|short)|for\s+short|as\s+it)")
_BRACKET = re.compile(rf"^\s*\(\s*(?:the\s+)?{_QUOTE}?$")
_AFTER_BRACKET = re.compile(rf"^{_UNQUOTE}?\s*[),;]")
_CHAINED = re.compile(
    rf"^{_UNQUOTE}?(?:\s+in\s+[A-Z]\w+)?\s*,?\s+(?:and|or)\s+(?:is\s+|was\s+|has\s+been\s+)?{_ADVERBS}(?:{_VERBS}\s*)?(?:the\s+)?{_QUOTE}?$"
)
#: A quoted name that the model did not see, after words that announce a name.
_QUOTED = re.compile(
    rf"{_BEFORE}{_ADVERBS}{_VERBS}\s*(?:the\s+)?{_QUOTE}(?P<name>[^\"“”«»\n]{{2,40}}?)[,.]?{_UNQUOTE}", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Declared:
    """The text says that `begin`..`end` is another name of the mention `of`; `mention` is set where a mention stands there."""

    of: int
    begin: int
    end: int
    reason: str
    mention: int | None = None


def declared_aliases(document: Document, mentions: Sequence[Mention]) -> list[Declared]:
    """The declared aliases among the names (indices into `mentions`), in text order."""
    named = [(i, mention) for i, mention in enumerate(mentions) if mention.kind == "name"]
    found = []
    for at, (first, one) in enumerate(named):
        # the next name but one, too: "Zentro, known in Japan as Zen"
        for second, other in named[at + 1 : at + 3]:
            if other.begin - one.end > _MAX_GAP_CHARS or other.begin < one.end:
                break
            reason = _reason(document.text, one, other)
            if reason:
                found.append(Declared(first, other.begin, other.end, reason, second))
                break
    found += _quoted(document.text, named, {declared.mention for declared in found})
    return sorted(found, key=lambda declared: (declared.begin, declared.of))


def _reason(text: str, one: Mention, other: Mention) -> str | None:
    gap, after = text[one.end : other.begin], text[other.end : other.end + 20]
    if "\n" in gap.strip(" \t"):
        return None
    if _KNOWN_AS.match(gap):
        return f"the text says: {_words(gap)}"
    if _FORMERLY.match(gap):
        return f"the text says: {gap.strip(' ,(')}"
    if _OR.match(gap) and _AFTER_OR.match(after):
        return "the text says: or"
    if _BRACKET.match(gap) and _AFTER_BRACKET.match(after):
        if is_acronym_of(other.text, one.text) or is_acronym_of(one.text, other.text):
            return "acronym in brackets"
        return "name in brackets" if _may_rename(one, other) else None
    return None


def _words(gap: str) -> str:
    return " ".join(gap.split()).strip(" ,(-–—“”\"'‘")


def _may_rename(one: Mention, other: Mention) -> bool:
    """Whether a name in brackets is another name; "Lyon (France)" and "Silva (Brazil)" are not."""
    return one.type == other.type and one.type not in (
        "Person",
        "Country",
        "City",
        "Region",
        "Place",
        "SportsTeam",
        "Group",
    )


def _quoted(text: str, named: Sequence[tuple[int, Mention]], taken: set[int | None]) -> Iterator[Declared]:
    begins = {mention.begin: i for i, mention in named}
    for index, mention in named:
        position = mention.end
        while match := _QUOTED.match(text, position):
            begin, end = match.span("name")
            # some pages set blanks inside of the quotation marks; a mention begins and ends with a word
            begin, end = end - len(match["name"].lstrip()), begin + len(match["name"].rstrip())
            if begin >= end:
                break
            said = _words(text[position : match.start("name")])
            second = begins.get(begin)
            if second is None or (second not in taken and named):
                yield Declared(index, begin, end, f"the text says: {said}", second)
            position = match.end()
            more = re.compile(
                rf"(?:\s+in\s+[A-Z]\w+)?\s*,?\s+and\s+(?={_BEFORE}{_ADVERBS}{_VERBS})", re.IGNORECASE
            ).match(text, position)
            if more is None:
                break
            position = more.end() - 1


def is_acronym_of(short: str, full: str) -> bool:
    """Whether the short form is made of the initials of the full one ("IOC", "International Olympic Committee")."""
    letters = short.replace(".", "")
    words = [word for word in re.split(r"[\s-]+", full) if word]
    if not 2 <= len(letters) <= 7 or not letters.isupper() or len(words) < 2:
        return False
    initials = "".join(word[0] for word in words if word[0].isupper())
    every = "".join(word[0].upper() for word in words)
    return letters in (initials, every)
