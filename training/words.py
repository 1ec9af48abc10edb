"""The words of one annotation line -> options, dates, values and kinds of mention: what markup.py reads lines with."""

__all__ = ["PRECISIONS", "Options", "Words", "interval", "is_date", "kind_of", "plain_value", "quoted"]

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from kg.errors import DataFileError
from kg.records import Entity, MentionKind, Modality, Span

PRONOUNS = frozenset(
    "i me my mine myself we us our ours ourselves you your yours he him his himself she her hers herself it its itself "
    "they them their theirs themselves who whom whose which that this".split()
)
DAY = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?$")
PRECISIONS = ("day", "week", "month", "quarter", "season", "year", "decade", "range")
MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Words(list[str]):
    """The words of one line with the number of that line."""

    def __init__(self, words: Sequence[str], line: int) -> None:
        super().__init__(words)
        self.line = line


@dataclass
class Options:
    """What may stand after the fixed words of a line."""

    evidence: Span | None = None
    modality: Modality = "Asserted"
    by: str = ""
    past: bool = False
    valid_from: str | None = None
    valid_to: str | None = None
    value: str | None = None
    unit: str | None = None
    qualifier: str | None = None
    roles: list[tuple[str, str]] = field(default_factory=list)
    date_from: str | None = None
    date_to: str | None = None
    precision: str | None = None
    time_text: str | None = None
    place: str = ""
    entity: str = ""
    same_as: str = ""

    def set_dates(self, words: str) -> None:
        """`2024`, `2024-05`, `2024-05-03` or two of them with `..` between; an end left empty is open."""
        first, dots, last = words.partition("..")
        self.date_from, until, precision = interval(first)
        self.date_to = (interval(last)[1] if last else None) if dots else until
        self.precision = self.precision or ("range" if dots else precision)


def quoted(word: str) -> str:
    """The words between quotation marks, with a trailing `#2` kept."""
    if word.startswith('"'):
        inner, _, after = word[1:].rpartition('"')
        return inner + after
    return word


def interval(words: str) -> tuple[str, str, str]:
    found = DAY.match(words)
    if found is None:
        raise DataFileError(f"{words!r} is no date: write 2024, 2024-05 or 2024-05-03.")
    year, month, day = found.groups()
    if day:
        return words, words, "day"
    if month:
        leap = month == "02" and int(year) % 4 == 0
        return f"{words}-01", f"{words}-{MONTH_DAYS[int(month) - 1] + leap}", "month"
    return f"{year}-01-01", f"{year}-12-31", "year"


def plain_value(text: str, datatype: str) -> str | None:
    """The canonical value of words that are plain enough to be read without help."""
    if datatype == "xsd:string":
        return text
    digits = text.replace(",", "")
    pattern = r"\d+" if datatype == "xsd:integer" else r"\d+(\.\d+)?"
    return digits if re.fullmatch(pattern, digits) and datatype != "xsd:date" else None


def kind_of(text: str, entity: Entity, wanted: str) -> MentionKind:
    """A pronoun by the list, a name when all its words are words of the entity's names, else a description."""
    if wanted:
        return cast(MentionKind, {"n": "nominal", "p": "pronoun", "name": "name"}[wanted])
    if text.lower() in PRONOUNS and text not in (entity.name, *entity.aliases):
        return "pronoun"
    if not entity.named:
        return "nominal"
    if text in (entity.name, *entity.aliases):
        return "name"
    names = {word for form in (entity.name, *entity.aliases) for word in re.findall(r"\w+", form)}
    names |= {word.upper() for word in names} | {"the", "The"}
    words = re.findall(r"\w+", re.sub(r"['’]s?$", "", text))
    capital = any(word[0].isupper() or not word[0].islower() for word in words if word != "The")
    return "name" if capital and all(word in names for word in words) else "nominal"


def is_date(word: str) -> bool:
    """Whether the word is a date or begins a range of dates."""
    return bool(DAY.match(word.partition("..")[0]))
