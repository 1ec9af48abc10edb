"""The words at the top and foot of an article -> its title, authors, date, dateline and publisher, where they state them.

Precision before recall: a date counts only in a dateline or on a line that holds nothing but a date, a time and their labels.
A date inside a caption or a sentence is the date of a picture or an event, so such an article has no date of its own.
"""

__all__ = ["Metadata", "read_metadata"]

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise

from kg.boilerplate import Line, lines_of, view
from kg.bylines import Dateline, credited, described_author, is_credit, is_person, match_dateline, read_byline
from kg.dates import date_on, parse_date
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
#: Boilerplate that speaks about the article itself.
_READ_KINDS = ("timestamp", "copyright", "disclaimer", "press contact")
_UPDATED = re.compile(r"^\W*(?:last |first )?(?:updated?|modified)\b", re.IGNORECASE)
_PUBLISHED = re.compile(r"^\W*(?:first |originally )?(?:published|posted|released|date)\b", re.IGNORECASE)
_SOURCE_LINE = re.compile(r"SOURCE:?\s+(?P<name>\S.{1,90})")
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)\s*(?:©\s*)?(?P<year>\d{4}(?:\s*[-–]\s*\d{4})?,?\s*)?(?:by\s+)?(?P<name>[^\d\s.,;|©][^.,;|©]{1,60})",
    re.IGNORECASE,
)
_NOT_VIEWS = re.compile(
    r"not necessarily\b.{0,40}?\b(?:views?|opinions?|position)\s+of\s+(?:the\s+)?"
    r"(?P<name>[A-Z][\w&'’-]*(?:\s+[A-Z][\w&'’-]*){0,4})"
)


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
    below = [
        Span(max(0, span.begin - foot_begin), span.end - foot_begin) for span in furniture if span.end > foot_begin
    ]
    foot = lines_of(view(text[foot_begin:], below), _TOP_CHARS)[-_FOOT_LINES:]
    if title is None:
        title = _find_title(top)
    dateline = _find_dateline(top, title)
    authors, byline_publisher = _find_byline(top, title)
    return Metadata(
        title=title,
        publisher=_find_source(foot) or byline_publisher or (dateline and dateline.publisher) or _find_copyright(foot),
        authors=authors or _find_credits(foot) or _find_author_note(top + foot),
        date=(dateline and dateline.date) or _find_date(top, foot),
        dateline=dateline.place if dateline else None,
    )


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
        return line.text if _is_headline(line.text) and body and (set_apart or date_on(following.text)) else None
    return None


def _is_above_title(line: Line, following: Line) -> bool:
    """Whether the line is a date, a byline, an author's name in capitals, or a section name ("Business") above the headline."""
    text, words = line.text, len(line.text.split())
    if date_on(text) or _is_byline(text) or not any(map(str.isalpha, text)):
        return True
    if words < 4 and text.isupper() and is_person(text):
        return True
    headline_next = _is_headline(following.text) and len(following.text.split()) >= 4 and len(following.text) <= 130
    return words <= 2 and following.newlines > 1 and headline_next


def _is_headline(text: str) -> bool:
    words = re.findall(r"[^\W\d_]{2,}", text)
    if not 2 <= len(words) <= 40 or len(text) > _MAX_TITLE or text[0] in "-*•([{<|#":
        return False
    if text.endswith((".", ":", ";", ",", "…")) and not text.endswith(("Inc.", "Co.", "U.S.", "U.K.", "Jr.", "Ltd.")):
        return False
    return not (is_credit(text) or match_dateline(text) or (text[0] in '"“' and text[-1] in '"”'))


def _is_byline(text: str) -> bool:
    return read_byline(text, after_title=False) != ((), None)


def _find_byline(top: Sequence[Line], title: str | None) -> tuple[tuple[str, ...], str | None]:
    found = (read_byline(line.text, after_title=title is not None) for line in top if line.text != title)
    return next((pair for pair in found if pair != ((), None)), ((), None))


def _find_credits(foot: Sequence[Line]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for line in foot for name in credited(line.text)))


def _find_author_note(lines: Sequence[Line]) -> tuple[str, ...]:
    names = (described_author(line.text) for line in lines)
    return next(((name,) for name in names if name), ())


def _find_dateline(top: Sequence[Line], title: str | None) -> Dateline | None:
    found = (match_dateline(line.text) for line in top if line.text != title and len(line.text) > 60)
    return next(filter(None, found), None)


def _find_date(top: Sequence[Line], foot: Sequence[Line]) -> str | None:
    updated = None
    for line in top:
        if _is_byline(line.text) and (found := parse_date(line.text)):
            return found
        for segment in _segments(line.text):
            found = date_on(segment)
            if found and not _UPDATED.match(segment):
                return found
            updated = updated or found
    for line in foot:
        if _PUBLISHED.match(line.text) and (found := date_on(line.text)):
            return found
    return updated


def _segments(text: str) -> list[str]:
    return [text, *re.split(r"\s*[|•·]\s*", text)] if len(text) <= 200 else []


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
