"""A date as news pages write it -> ISO; never a guess where day and month could be swapped or the year is missing."""

__all__ = ["MONTH", "MONTHS", "date_on", "parse_date"]

import re
from datetime import date

#: Name of a month in lower case -> its number.
MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"), start=1)
    for name in names.split()
}  # fmt: skip
#: Pattern of a month's name, full or short.
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DATE = re.compile(
    rf"""(?:
      (?P<y1>[12]\d{{3}})[-/.](?P<m1>\d{{1,2}})[-/.](?P<d1>\d{{1,2}})(?!\d)
    | (?P<month2>\b{MONTH})\.?,?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y2>[12]\d{{3}})\b
    | \b(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[\s-](?P<month3>{MONTH})\.?,?[\s-](?P<y3>[12]\d{{3}})\b
    | \b(?P<d4>\d{{1,2}})[./](?P<m4>\d{{1,2}})[./](?P<y4>[12]\d{{3}})\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_COMPACT = re.compile(r"([12]\d{3})(\d{2})(\d{2})(?:T?\d{6}Z?)?$")
#: What may stand beside a date on a line that is only a date line.
_DATE_LINE_WORDS = re.compile(
    r"""\b(?:first\ |last\ |originally\ )?(?:published|posted|updated?|modified|released|issued|filed|created|date
      |on|at|by|time|dated)\b
    | \b(?:mon|tues?|wed(?:nes)?|thur?s?|fri|satur?|sun)(?:day)?\b\.?
    | T?\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?(?:\.\d+)?\s*(?:[ap]\.?m\.?)? | \b\d{1,2}\s*[ap]\.?m\.? | [+-]\d{2}:?\d{2}
    | (?-i:\b(?:[A-Z]{1,4}T|UTC|Z)\b) | \b\d+\ min(?:ute)?s?\ read\b | [\s,;:|•·()/@–—-]+
    """,
    re.IGNORECASE | re.VERBOSE,
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


def date_on(text: str) -> str | None:
    """The date of a line that holds nothing but dates, times and their labels."""
    if len(text) > 120 or not any(map(str.isdigit, text)):
        return None
    match = _DATE.search(text)
    if match is None or _DATE_LINE_WORDS.sub("", _DATE.sub(" ", text)).strip(" .()[]*_"):
        return None
    return _date_of(match)


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
    return MONTHS[name.casefold()]


def _iso(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None
