"""The words at the top and foot of an article -> its title, authors, date, dateline and publisher, where they state them.

Precision before recall: a date counts only in a dateline or on a line that holds nothing but a date, a time and their labels.
A date inside a caption or a sentence is the date of a picture or an event, so such an article has no date of its own.
"""

__all__ = ["Metadata", "parse_date", "read_metadata", "split_authors"]

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache
from itertools import pairwise

from kg.boilerplate import Line, lines_of, view
from kg.errors import DataFileError
from kg.ontology import data_folder
from kg.records import Span


@dataclass(frozen=True, slots=True)
class Metadata:
    """What an article states about itself; None or empty where it does not."""

    title: str | None = None
    publisher: str | None = None
    authors: tuple[str, ...] = ()
    date: str | None = None
    dateline: str | None = None
    url: str | None = None
    language: str | None = None

    def filled_from(self, other: "Metadata") -> "Metadata":
        """The same, with what it lacks taken from the other."""
        lacking = {field.name: getattr(other, field.name) for field in fields(self) if not getattr(self, field.name)}
        return replace(self, **lacking)


#: How far from the top, in lines with text, a byline, date line or dateline may stand.
_TOP_LINES = 14
_FOOT_LINES = 30
_TOP_CHARS = 20_000
_LONG_LINE = 200
_MAX_TITLE = 220

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"), start=1)
    for name in names.split()
}  # fmt: skip
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DATE = re.compile(
    rf"""(?:
      (?P<y1>[12]\d{{3}})[-/.](?P<m1>\d{{1,2}})[-/.](?P<d1>\d{{1,2}})(?!\d)
    | (?P<month2>\b{_MONTH})\.?,?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y2>[12]\d{{3}})\b
    | \b(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[\s-](?P<month3>{_MONTH})\.?,?[\s-](?P<y3>[12]\d{{3}})\b
    | \b(?P<d4>\d{{1,2}})[./](?P<m4>\d{{1,2}})[./](?P<y4>[12]\d{{3}})\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_COMPACT = re.compile(r"([12]\d{3})(\d{2})(\d{2})(?:T?\d{6}Z?)?$")
#: What may stand beside a date on a line that is only a date line.
_DATE_LINE_WORDS = re.compile(
    r"""\b(?:first\ |last\ |originally\ )?(?:published|posted|updated|modified|released|issued|filed|created|date
      |on|at|by|time|dated)\b
    | \b(?:mon|tues?|wed(?:nes)?|thur?s?|fri|satur?|sun)(?:day)?\b\.?
    | T?\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?(?:\.\d+)?\s*(?:[ap]\.?m\.?)? | \b\d{1,2}\s*[ap]\.?m\.? | [+-]\d{2}:?\d{2}
    | (?-i:\b(?:[A-Z]{1,4}T|UTC|Z)\b) | \b\d+\ min(?:ute)?s?\ read\b | [\s,;:|•·()/@–—-]+
    """,
    re.IGNORECASE | re.VERBOSE,
)
_UPDATED = re.compile(r"^\W*(?:last |first )?(?:updated|modified)\b", re.IGNORECASE)
_PUBLISHED = re.compile(r"^\W*(?:first |originally )?(?:published|posted|released|date)\b", re.IGNORECASE)

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
    (?P<region>(?:,\s*(?!{_MONTH}\b)[A-ZÀ-Þ][\w.'’-]*(?:\ [A-ZÀ-Þ][\w.'’-]*){{0,3}}){{0,2}})
    (?P<date>,?\s+(?i:{_MONTH})\.?\s+\d{{1,2}}(?:,\s*[12]\d{{3}})?|,?\s+\d{{1,2}}\s+(?i:{_MONTH})\.?(?:,?\s+[12]\d{{3}})?)?
    \s*,?\s*(?P<agency>\([^()\n]{{2,60}}\)|/[\w .-]{{2,40}}/)?
    \s*(?P<dash>--+|[—–]|-(?=\s)|:(?=\s))\s*(?=\S)""",
    re.VERBOSE,
)
_MIXED_DATELINE = re.compile(
    rf"""(?P<place>[A-ZÀ-Þ][\w.'’-]+(?:\ [A-ZÀ-Þ][\w.'’-]+){{0,2}}(?:,\ [A-ZÀ-Þ][\w.'’-]+(?:\ [A-ZÀ-Þ][\w.'’-]+)?)?)
    (?P<date>,\s+(?i:{_MONTH})\.?\s+\d{{1,2}},\s*[12]\d{{3}}|,\s+\d{{1,2}}\s+(?i:{_MONTH})\.?,?\s+[12]\d{{3}})?
    \s*(?P<agency>\([^()\n]{{2,40}}\)|/[\w .-]{{2,40}}/)?
    \s*(?:--+|[—–]|-(?=\s))\s*(?=\S)""",
    re.VERBOSE,
)
_SOURCE_LINE = re.compile(r"SOURCE:?\s+(?P<name>\S.{1,90})")
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)\s*(?:©\s*)?(?P<year>\d{4}(?:\s*[-–]\s*\d{4})?,?\s*)?(?:by\s+)?(?P<name>[^\d\s.,;|©][^.,;|©]{1,60})",
    re.IGNORECASE,
)
_NOT_VIEWS = re.compile(
    r"not necessarily\b.{0,40}?\b(?:views?|opinions?|position)\s+of\s+(?:the\s+)?"
    r"(?P<name>[A-Z][\w&'’-]*(?:\s+[A-Z][\w&'’-]*){0,4})"
)


def parse_date(text: str) -> str | None:
    """ISO date of the first date in the text, None where there is none, or where day and month could be swapped."""
    compact = _COMPACT.match(text.strip())
    if compact:
        return _iso(*compact.groups())
    for match in _DATE.finditer(text[:500]):
        found = _date_of(match)
        if found:
            return found
    return None


def split_authors(text: str) -> tuple[str, ...]:
    """Names of a byline or an author field; roles, outlets and web addresses are left out."""
    text = re.sub(r"^\s*(?:written |words |story )?by[: ]\s*", "", text[:500], flags=re.IGNORECASE)
    parts = re.split(r"\s*(?:[,;|/•·&]|\band\b|\bwith\b)\s*", text)
    return tuple(dict.fromkeys(part for part in map(str.strip, parts) if _is_person(part)))


def read_metadata(text: str, boilerplate: Sequence[Span] = (), *, title: str | None = None) -> Metadata:
    """What the text itself states.

    Args:
        text: The stored text.
        boilerplate: Ranges that are no part of the article, from `find_boilerplate`.
        title: The title, where a record or page gave it.
    """
    furniture = [span for span in boilerplate if span.kind not in _READ_KINDS]
    top = _zone(lines_of(view(text[:_TOP_CHARS], furniture), _TOP_LINES * 4))
    foot_begin = max(0, len(text) - _TOP_CHARS)
    foot = lines_of(text[foot_begin:], 10**6)[-_FOOT_LINES:]
    if title is None:
        title = _find_title(top)
    dateline = _find_dateline(top, title)
    authors, byline_publisher = _find_byline(top, title)
    return Metadata(
        title=title,
        publisher=_find_source(foot) or byline_publisher or dateline.publisher or _find_copyright(foot),
        authors=authors or _find_credits(foot) or _find_author_note(top + foot),
        date=dateline.date or _find_date(top, foot),
        dateline=dateline.dateline,
    )


#: Boilerplate that speaks about the article itself.
_READ_KINDS = ("timestamp", "copyright", "disclaimer", "press contact")


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


def _zone(lines: Sequence[Line]) -> list[Line]:
    """The lines of the masthead: up to the second long paragraph."""
    zone, long_count = [], 0
    for line in lines[:_TOP_LINES]:
        zone.append(line)
        long_count += len(line.text) >= _LONG_LINE
        if long_count == 2:
            break
    return zone


def _find_title(top: Sequence[Line]) -> str | None:
    """The headline: the first line, when it looks like one and something longer follows it."""
    for line, following in pairwise(top):
        if _is_above_title(line, following):
            continue
        body = any(
            len(other.text) >= 80 or other.text.endswith((".", '."', ".”")) for other in top if other.begin > line.begin
        )
        set_apart = following.newlines > 1 or len(following.text) > len(line.text) or _is_byline(following.text)
        return line.text if _is_headline(line.text) and body and (set_apart or _date_on(following.text)) else None
    return None


def _is_above_title(line: Line, following: Line) -> bool:
    """Whether the line is a date, a byline, an author's name in capitals, or a section name ("Business") above the headline."""
    text, words = line.text, len(line.text.split())
    if _date_on(text) or _is_byline(text) or not any(map(str.isalpha, text)):
        return True
    if words < 4 and text.isupper() and _is_person(text):
        return True
    headline_next = _is_headline(following.text) and len(following.text.split()) >= 4 and len(following.text) <= 130
    return words <= 2 and following.newlines > 1 and headline_next


def _is_headline(text: str) -> bool:
    words = re.findall(r"[^\W\d_]{2,}", text)
    if not 2 <= len(words) <= 40 or len(text) > _MAX_TITLE or text[0] in "-*•([{<|#":
        return False
    if text.endswith((".", ":", ";", ",", "…")) and not text.endswith(("Inc.", "Co.", "U.S.", "U.K.", "Jr.", "Ltd.")):
        return False
    return not (_CREDIT.match(text) or _match_dateline(text) or (text[0] in '"“' and text[-1] in '"”'))


def _is_byline(text: str) -> bool:
    match = _BYLINE.match(text)
    return (
        bool(match) and len(text) <= 200 and bool(_people_and_publisher(match["rest"] if match else "") != ((), None))
    )


def _find_byline(top: Sequence[Line], title: str | None) -> tuple[tuple[str, ...], str | None]:
    for line in top:
        text = line.text
        if text == title or len(text) > 200:
            continue
        match = _BYLINE.match(text)
        if match and not re.search(r"[a-z]{3}\.$", text):
            found = _people_and_publisher(match["rest"])
            if found != ((), None):
                return found
        pair = re.fullmatch(rf"({_NAME})\s*[,|–—-]\s*(\S.{{1,50}})", text) if title else None
        if pair and _is_person(pair[1]) and _is_publisher(pair[2]):
            return (pair[1],), _agency(pair[2])
    return (), None


def _people_and_publisher(rest: str) -> tuple[tuple[str, ...], str | None]:
    """Names and outlet of what follows "By": "A B and C D, Courts Reporter | The Daily Post | 3 May 2024"."""
    people: list[str] = []
    publisher = None
    for part in re.split(r"\s*(?:[,;|•·&]|\s[–—-]\s|\band\b|\bwith\b|\bfor\b|\bin\b|\bat\b)\s*", rest[:300]):
        name = part.strip(" .()")
        if _is_person(name):
            people.append(name)
        elif publisher is None and _is_publisher(name):
            publisher = _agency(name)
        elif not people and publisher is None:
            # the first part after "By" must be somebody: "By then the river ..." is a sentence
            break
    return tuple(dict.fromkeys(people)), publisher


def _is_person(text: str) -> bool:
    if not 4 <= len(text) <= 60 or not _PERSON.fullmatch(text) or _is_publisher(text):
        return False
    first = text.split(maxsplit=1)[0].casefold()
    return not (_words().roles.search(text) or first in _MONTHS or re.search(r"(?i)(?:day|\bthe)\b", text))


def _is_publisher(text: str) -> bool:
    words = _words()
    return text in words.agencies or (
        len(text) <= 60 and text[:1].isupper() and len(text.split()) <= 6 and bool(words.publisher_words.search(text))
        and not words.roles.search(text)
    )  # fmt: skip


def _agency(text: str) -> str:
    return _words().agencies.get(text, text)


def _find_credits(foot: Sequence[Line]) -> tuple[str, ...]:
    """Reporters named in a credit at the foot; editors and photographers are no authors."""
    names: list[str] = []
    for line in foot:
        text = line.text[:600]
        match = _CREDIT.match(text)
        if match:
            told = text[match.end() :]
        elif (contributed := _CONTRIBUTED.match(text)) and _is_list_of_names(contributed["names"]):
            told = text if _is_list_of_names(text) else contributed["names"]
        else:
            continue
        told = re.split(r"(?i)\bfollow\b", told)[0]
        told = _WHERE.sub(" ", _EDITING.sub("", told))
        names += [name for name in (found[0].strip() for found in _PERSON.finditer(told)) if _is_person(name)]
    return tuple(dict.fromkeys(names))


def _is_list_of_names(text: str) -> bool:
    """Whether nothing but names, places after "in" and joining words stand there."""
    rest = _PERSON.sub("", _WHERE.sub(" ", text))
    return not _JOINING.sub("", rest)


def _find_author_note(lines: Iterable[Line]) -> tuple[str, ...]:
    for line in lines:
        match = _AUTHOR_NOTE.match(line.text[:600])
        if match and _OWN_VIEWS.search(line.text[:1000]) and _is_person(match["name"]):
            return (match["name"],)
    return ()


def _match_dateline(text: str) -> Metadata | None:
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
    return Metadata(dateline=place, date=parse_date(match["date"] or ""), publisher=publisher)


def _is_no_place(place: str) -> bool:
    words = _words()
    inner = {word.casefold() for word in place.split()}
    return place in words.not_places or bool(
        words.publisher_words.search(place) or inner & {"by", "the", "and", "for", "in", "on", "to", "with"}
    )


def _find_dateline(top: Sequence[Line], title: str | None) -> Metadata:
    for line in top:
        found = _match_dateline(line.text) if line.text != title and len(line.text) > 60 else None
        if found:
            return found
    return Metadata()


def _find_date(top: Sequence[Line], foot: Sequence[Line]) -> str | None:
    updated = None
    for line in top:
        if _is_byline(line.text) and (found := parse_date(line.text)):
            return found
        for segment in _segments(line.text):
            found = _date_on(segment)
            if found and not _UPDATED.match(segment):
                return found
            updated = updated or found
    for line in foot:
        if _PUBLISHED.match(line.text) and (found := _date_on(line.text)):
            return found
    return updated


def _segments(text: str) -> list[str]:
    return [text, *re.split(r"\s*[|•·]\s*", text)] if len(text) <= 200 else []


def _date_on(text: str) -> str | None:
    """The date of a line that holds nothing but dates, times and their labels."""
    if len(text) > 120 or not any(map(str.isdigit, text)):
        return None
    match = _DATE.search(text)
    if match is None or _DATE_LINE_WORDS.sub("", _DATE.sub(" ", text)).strip(" .()[]*_"):
        return None
    return _date_of(match)


def _find_source(foot: Sequence[Line]) -> str | None:
    names = [match["name"].strip() for line in foot if (match := _SOURCE_LINE.fullmatch(line.text))]
    return names[-1] if names and names[-1][0].isupper() else None


def _find_copyright(foot: Sequence[Line]) -> str | None:
    for line in foot:
        text = line.text[:1000]
        if match := _NOT_VIEWS.search(text):
            return match["name"].strip()
        match = _COPYRIGHT.match(text)
        # a bare "© Ada Lunde / Northgate" under a picture is its photographer's
        claimed = match and (match["year"] or "all rights reserved" in text.casefold())
        name = re.split(r"(?i)\s+all rights|\s[-–]\s", match["name"])[0].strip() if match and claimed else ""
        if name[:1].isupper() and not re.search(r"(?i)\b(?:rights|reserved|authors?|material|this)\b", name):
            return name
    return None


def _date_of(match: re.Match[str]) -> str | None:
    if match["y1"]:
        return _iso(match["y1"], match["m1"], match["d1"])
    if match["y2"]:
        return _iso(match["y2"], str(_month(match["month2"])), match["d2"])
    if match["y3"]:
        return _iso(match["y3"], str(_month(match["month3"])), match["d3"])
    first, second = int(match["d4"]), int(match["m4"])
    if first > 12 or first == second:
        return _iso(match["y4"], str(second), str(first))
    if second > 12:
        return _iso(match["y4"], str(first), str(second))
    # 03/04/2025 is March or April by country; with dots it is the European order
    return _iso(match["y4"], str(second), str(first)) if "." in match[0] else None


def _month(name: str) -> int:
    return _MONTHS[name.casefold()]


def _iso(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None
