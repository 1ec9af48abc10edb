"""Calendar arithmetic on closed intervals of days: units, weekends, shifts; ISO weeks run from Monday to Sunday."""

__all__ = [
    "DECADE_NUMBERS",
    "MONTH_NUMBERS",
    "ORDINALS",
    "SEASON_MONTHS",
    "UNITS",
    "WEEKDAY_NUMBERS",
    "Interval",
    "count_of",
    "of_day",
    "of_month",
    "of_unit",
    "of_year",
    "shifted",
    "to_date",
    "weekend_of",
]

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

MONTH_NUMBERS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
WEEKDAY_NUMBERS = {name: number for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
#: First month of each season (northern, by whole months, as newsrooms use them).
SEASON_MONTHS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
DECADE_NUMBERS = {
    name: 10 * number
    for number, name in enumerate(
        ("twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties"), 2
    )
}
#: Units by how coarse they are.
UNITS = {
    "day": 0,
    "week": 1,
    "fortnight": 1,
    "month": 2,
    "quarter": 3,
    "season": 3,
    "year": 4,
    "decade": 5,
    "century": 6,
}
_COUNTS = {
    word: number
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1
    )
} | {"a": 1, "an": 1, "fifteen": 15, "twenty": 20, "thirty": 30, "fifty": 50, "a couple of": 2}


@dataclass(frozen=True, slots=True)
class Interval:
    """First and last day of a time; None where it is open; `precision` is the unit that the words name."""

    first: date | None
    last: date | None
    precision: str | None

    @property
    def grain(self) -> int:
        """How coarse the words are; 0 is a day."""
        return UNITS.get(self.precision or "day", 0)


def to_date(year: int, month: int, day: int) -> date | None:
    """The day, or None when the calendar has none such."""
    return date(year, month, day) if 1 <= year <= 9999 and day <= monthrange(year, month)[1] else None


def of_day(day: date) -> Interval:
    """One day."""
    return Interval(day, day, "day")


def of_month(year: int, month: int) -> Interval:
    """One month."""
    return Interval(date(year, month, 1), date(year, month, monthrange(year, month)[1]), "month")


def of_year(year: int) -> Interval:
    """One year."""
    return Interval(date(year, 1, 1), date(year, 12, 31), "year")


def weekend_of(day: date) -> Interval:
    """Saturday and Sunday of the day's ISO week."""
    saturday = day + timedelta(days=5 - day.weekday())
    return Interval(saturday, saturday + timedelta(days=1), "range")


def of_unit(day: date, unit: str) -> Interval | None:
    """The day's own week, month, quarter, year or decade; None for a unit that is too vague (century)."""
    if unit == "day":
        return of_day(day)
    if unit in ("week", "fortnight"):
        monday = day - timedelta(days=day.weekday())
        return Interval(monday, monday + timedelta(days=6), "week")
    if unit == "month":
        return of_month(day.year, day.month)
    if unit == "quarter":
        first = 3 * ((day.month - 1) // 3) + 1
        return Interval(date(day.year, first, 1), of_month(day.year, first + 2).last, "quarter")
    if unit == "year":
        return of_year(day.year)
    if unit == "decade":
        first_year = day.year // 10 * 10
        return Interval(date(first_year, 1, 1), date(first_year + 9, 12, 31), "decade")
    return None


def shifted(day: date, unit: str, count: int) -> date:
    """The day `count` units later; the last day of the month where a month is shorter.

    Raises:
        OverflowError, ValueError: the calendar does not reach so far.
    """
    if unit in ("day", "week", "fortnight"):
        return day + timedelta(days=count * {"day": 1, "week": 7, "fortnight": 14}[unit])
    months = count * {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}[unit]
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError(f"year {year}")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def count_of(words: str) -> int | None:
    """The number that words name; None for vague ones (several, many)."""
    lower = words.lower()
    return int(lower) if lower.isascii() and lower.isdigit() else _COUNTS.get(lower)
