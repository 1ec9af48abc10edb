"""Bylines, credits and datelines -> who wrote an article, where, and for whom."""

__all__ = [
    "Dateline",
    "credited",
    "described_author",
    "is_credit",
    "is_person",
    "match_dateline",
    "people_and_publisher",
    "read_byline",
    "split_authors",
]

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from kg.dates import MONTH, MONTHS, parse_date
from kg.errors import DataFileError
from kg.ontology import data_folder


class Dateline(NamedTuple):
    """Place, ISO date and agency that a dateline states."""

    place: str
    date: str | None
    publisher: str | None


_PARTICLE = r"(?:de|da|di|do|dos|das|del|della|der|den|van|von|ten|ter|la|le|al|el|bin|ibn|bint|y|zu)"
_NAME_WORD = r"(?:(?:[A-Z]\.-?){1,3}|[A-ZÀ-ÖØ-ÞĀ-Ž][\w'’-]*)"
_NAME = rf"{_NAME_WORD}(?:[ \t]+(?:{_PARTICLE}[ \t]+){{0,2}}(?:al-|el-|d'|d’)?{_NAME_WORD}){{1,4}}"
_PERSON = re.compile(_NAME)
_BYLINE = re.compile(r"(?:written |story |words |text |reported )?by[: ]\s*(?P<rest>\S.*)", re.IGNORECASE)
_CREDIT = re.compile(
    r"""\W*(?:with\ )?(?:additional\ |further\ )?(?:reporting|reported)(?:\ by\b|\ (?=from\b)|:)""",
    re.IGNORECASE | re.VERBOSE,
)
_CONTRIBUTED = re.compile(
    r"(?P<names>.{3,200}?)\s+(?:also\s+)?(?:contributed\s+(?:to\s+this\s+(?:report|story|article)|reporting)|reported from)\b"
)
_JOINING = re.compile(r"\b(?:and|with|reporters?|reported|staff|writers?|correspondents?)\b|[\s,;.&()]+", re.IGNORECASE)
_EDITING = re.compile(
    r"[;.,(\s]*\b(?:edited|editing|writing|written|compiled|graphics?|photos?|production|translat\w+)\s+by\b.*",
    re.IGNORECASE | re.DOTALL,
)
_WHERE = re.compile(r"\b(?:[Ii]n|[Ff]rom|[Aa]t)\s+(?:the\s+)?[A-ZÀ-Þ][\w.'’-]*(?:[ -][A-ZÀ-Þ][\w.'’-]*)*")
_AUTHOR_NOTE = re.compile(rf"(?i:editor['’]s\s+note:?\s*|about the author:?\s*)?(?P<name>{_NAME})\s+is\s+(?:an?|the)\s")
_OWN_VIEWS = re.compile(
    r"\b(?:author|writer|columnist)['’]?s?(?:['’]s)?\s+(?:own|opinion|view|alone)|(?:views|opinions) expressed",
    re.IGNORECASE,
)
_CAPS = r"[A-ZÀ-Þ](?:[A-ZÀ-Þ'’.]|-(?=[A-ZÀ-Þ]))+"
_DATELINE = re.compile(
    rf"""(?P<place>(?:(?:{_CAPS})(?:[ /](?:[Dd][Ee][ ]|[Ll][Aa][ ])?{_CAPS}){{0,3}}))
    (?P<region>(?:,\s*(?!{MONTH}\b)[A-ZÀ-Þ][\w.'’-]*(?:\ [A-ZÀ-Þ][\w.'’-]*){{0,3}}){{0,2}})
    (?P<date>,?\s+(?i:{MONTH})\.?\s+\d{{1,2}}(?:,\s*[12]\d{{3}})?|,?\s+\d{{1,2}}\s+(?i:{MONTH})\.?(?:,?\s+[12]\d{{3}})?)?
    \s*,?\s*(?P<agency>\([^()\n]{{2,60}}\)|/[\w .-]{{2,40}}/)?
    \s*(?P<dash>--+|[—–]|-(?=\s)|:(?=\s))\s*(?=\S)""",
    re.VERBOSE,
)
_MIXED_DATELINE = re.compile(
    rf"""(?P<place>[A-ZÀ-Þ][\w.'’-]+(?:\ [A-ZÀ-Þ][\w.'’-]+){{0,2}}(?:,\ [A-ZÀ-Þ][\w.'’-]+(?:\ [A-ZÀ-Þ][\w.'’-]+)?)?)
    (?P<date>,\s+(?i:{MONTH})\.?\s+\d{{1,2}},\s*[12]\d{{3}}|,\s+\d{{1,2}}\s+(?i:{MONTH})\.?,?\s+[12]\d{{3}})?
    \s*(?P<agency>\([^()\n]{{2,40}}\)|/[\w .-]{{2,40}}/)?
    \s*(?:--+|[—–]|-(?=\s))\s*(?=\S)""",
    re.VERBOSE,
)


def split_authors(text: str) -> tuple[str, ...]:
    """Names of a byline or an author field; roles, outlets and web addresses are left out."""
    text = re.sub(r"^\s*(?:written |words |story )?by[: ]\s*", "", text[:500], flags=re.IGNORECASE)
    parts = re.split(r"\s*(?:[,;|/•·&]|\band\b|\bwith\b)\s*", text)
    return tuple(dict.fromkeys(part for part in map(str.strip, parts) if is_person(part)))


def read_byline(text: str, *, after_title: bool) -> tuple[tuple[str, ...], str | None]:
    """Names and outlet of a line that is a byline, nothing otherwise.

    Args:
        text: The line.
        after_title: Whether a line without "By" ("Ada Lunde, Harbour News") may be one.
    """
    match = _BYLINE.match(text) if len(text) <= 200 else None
    if match and not re.search(r"[a-z]{3}\.$", text):
        return people_and_publisher(match["rest"])
    pair = re.fullmatch(rf"({_NAME})\s*[,|–—-]\s*(\S.{{1,50}})", text[:300]) if after_title and not match else None
    if pair and is_person(pair[1]) and _is_publisher(pair[2]):
        return (pair[1],), _agency(pair[2])
    return (), None


def people_and_publisher(rest: str) -> tuple[tuple[str, ...], str | None]:
    """Names and outlet of what follows "By": "A B and C D, Courts Reporter | The Daily Post | 3 May 2024"."""
    people: list[str] = []
    publisher = None
    for part in re.split(r"\s*(?:[,;|•·&]|\s[–—-]\s|\band\b|\bwith\b|\bfor\b|\bin\b|\bat\b)\s*", rest[:300]):
        name = part.strip(" .()")
        if is_person(name):
            people.append(name)
        elif publisher is None and _is_publisher(name):
            publisher = _agency(name)
        elif not people and publisher is None:
            # the first part after "By" must be somebody: "By then the river ..." is a sentence
            break
    return tuple(dict.fromkeys(people)), publisher


def credited(line: str) -> tuple[str, ...]:
    """Reporters named in a credit; editors and photographers are no authors."""
    text = line[:600]
    match = _CREDIT.match(text)
    if match:
        told = text[match.end() :]
    elif (contributed := _CONTRIBUTED.match(text)) and _is_list_of_names(contributed["names"]):
        told = text if _is_list_of_names(text) else contributed["names"]
    else:
        return ()
    told = re.split(r"(?i)\bfollow\b", told)[0]
    told = _WHERE.sub(" ", _EDITING.sub("", told))
    names = (found[0].strip() for found in _PERSON.finditer(told))
    return tuple(dict.fromkeys(name for name in names if is_person(name)))


def is_credit(line: str) -> bool:
    """Whether the line begins as a credit does."""
    return bool(_CREDIT.match(line))


def described_author(line: str) -> str | None:
    """The author whom a note beside the article describes ("Ada Lunde is a lawyer. The views are the author's own.")."""
    match = _AUTHOR_NOTE.match(line[:600])
    return match["name"] if match and _OWN_VIEWS.search(line[:1000]) and is_person(match["name"]) else None


def match_dateline(text: str) -> Dateline | None:
    """Place, date and agency of a dateline at the start of a paragraph."""
    words = _words()
    match = _DATELINE.match(text[:240])
    if match:
        place = match["place"]
        bare = not (match["region"] or match["date"] or match["agency"])
        letters = sum(map(str.isalpha, place))
        if _is_no_place(place) or letters < 3 or (bare and match["dash"] == ":"):
            return None
        if bare and letters <= 4 and place not in words.short_places:
            return None
        place += match["region"] or ""
    else:
        match = _MIXED_DATELINE.match(text[:240])
        if match is None or not (
            match["date"] or (match["agency"] and match["agency"].strip("()/ ") in words.agencies)
        ):
            return None
        place = match["place"]
    agency = (match["agency"] or "").strip("()/ ")
    publisher = _agency(agency) if agency and _is_publisher(agency) else None
    return Dateline(place, parse_date(match["date"] or ""), publisher)


def is_person(text: str) -> bool:
    """Whether the text looks like a person's full name, not like an outlet, a role or a date."""
    if not 4 <= len(text) <= 60 or not _PERSON.fullmatch(text) or _is_publisher(text):
        return False
    first = text.split(maxsplit=1)[0].casefold()
    return not (_words().roles.search(text) or first in MONTHS or re.search(r"(?i)(?:day|\bthe)\b", text))


def _is_no_place(place: str) -> bool:
    words = _words()
    inner = {word.casefold() for word in place.split()}
    return place in words.not_places or bool(
        words.publisher_words.search(place) or inner & {"by", "the", "and", "for", "in", "on", "to", "with"}
    )


def _is_list_of_names(text: str) -> bool:
    """Whether nothing but names, places after "in" and joining words stand there."""
    rest = _PERSON.sub("", _WHERE.sub(" ", text))
    return not _JOINING.sub("", rest)


def _is_publisher(text: str) -> bool:
    words = _words()
    return text in words.agencies or (
        len(text) <= 60 and text[:1].isupper() and len(text.split()) <= 6 and bool(words.publisher_words.search(text))
        and not words.roles.search(text)
    )  # fmt: skip


def _agency(text: str) -> str:
    return _words().agencies.get(text, text)


@dataclass(frozen=True, slots=True)
class _Words:
    """The lists of ontology/bylines.toml."""

    publisher_words: re.Pattern[str]
    agencies: dict[str, str]
    roles: re.Pattern[str]
    not_places: frozenset[str]
    short_places: frozenset[str]


@cache
def _words() -> _Words:
    path = data_folder("ontology") / "bylines.toml"
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        return _Words(
            re.compile(rf"\b(?:{'|'.join(map(re.escape, told['publisher_words']))})\b", re.IGNORECASE),
            dict(told["agencies"]),
            re.compile(rf"\b(?:{'|'.join(map(re.escape, told['roles']['words']))})\b", re.IGNORECASE),
            frozenset(told["dateline"]["not_places"]),
            frozenset(told["dateline"]["short_places"]),
        )
    except (OSError, KeyError, TypeError, tomllib.TOMLDecodeError) as exc:
        raise DataFileError(f"{path} cannot be used: {exc!r}. Install Dateline again.") from exc
