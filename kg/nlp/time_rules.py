"""Kinds of time expressions: a pattern and how its words are reckoned into an interval, each."""

__all__ = ["RULES", "Clock", "Kind", "Rule", "bare_month", "bare_year", "weekday", "years"]

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from kg.nlp.calendar import (
    DECADE_NUMBERS,
    MONTH_NUMBERS,
    ORDINALS,
    SEASON_MONTHS,
    UNITS,
    WEEKDAY_NUMBERS,
    Interval,
    count_of,
    of_day,
    of_month,
    of_unit,
    of_year,
    shifted,
    to_date,
    weekend_of,
)

Kind = Literal["date", "duration", "age"]


@dataclass(frozen=True, slots=True)
class Clock:
    """What an expression is reckoned from; `anchor` is the time named last, `tense` is "future", "past" or empty."""

    today: date | None
    anchor: Interval | None
    tense: str

    @property
    def ahead(self) -> bool:
        """Whether the sentence speaks of the future."""
        return self.tense == "future"


Reckoner = Callable[[re.Match[str], Clock], Interval | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern, what it is reckoned by, and the kind of time that it names."""

    pattern: re.Pattern[str]
    reckon: Reckoner
    kind: Kind = "date"


_MONTH = (
    r"(?P<month>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|March|Mar\.|Apr(?:il|\.)?|May|June|Jun\.|July|Jul\.|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_DAY2 = r"(?P<day2>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>1[5-9]\d\d|20\d\d)"
_WEEKDAY = (
    r"(?P<weekday>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
    r"|Mon\.|Tues?\.|Wed\.|Thurs?\.|Fri\.|Sat\.|Sun\.)"
)
_WEEKDAY_COMMA = r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,? (?:the )?)?"
_PART = r"(?: (?:morning|afternoon|evening|night|lunchtime))?"
_FUZZY = (
    r"(?:(?:the )?(?:early|mid|late|beginning of|start of|middle of|end of|first half of|second half of)[ -](?:the )?)?"
)
_COUNT = (
    r"(?P<count>\d{1,4}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|fifty"
    r"|a few|few|several|some|a couple of|dozens of|many)"
)
_UNIT = r"(?P<unit>day|week|month|quarter|year|decade|century|fortnight|hour|minute)"
_UNITS = r"(?P<unit>days?|weeks?|months?|quarters?|years?|decades?|centuries|century|fortnights?|hours?|minutes?|generations?)"
_BOUND = (
    r"(?P<bound>more than|over|at least|less than|nearly|almost|about|around|roughly|some|just over|just under"
    r"|approximately|up to)"
)
_QUARTER = r"(?P<quarter>first|second|third|fourth|final)"
_SEASON = r"(?P<season>spring|summer|autumn|fall|winter)"
_WHICH = r"(?P<which>(?i:last|past|this|next|coming|previous|current|upcoming))"


def _full_date(match: re.Match[str], clock: Clock) -> Interval | None:
    groups = match.groupdict()
    month, day = MONTH_NUMBERS[groups["month"][:3].lower()], int(groups["day"])
    if groups.get("year"):
        first = date(int(groups["year"]), month, day)
    else:
        nearest = _nearest_day(month, day, clock)
        if nearest is None:
            return None
        first = nearest
    if groups.get("day2"):
        other = MONTH_NUMBERS[groups["month2"][:3].lower()] if groups.get("month2") else month
        last = date(first.year + (other < month), other, int(groups["day2"]))
        return Interval(first, last, "range") if first <= last else None
    return of_day(first)


def _nearest_day(month: int, day: int, clock: Clock) -> date | None:
    """The latest such day up to today; the next one when the sentence looks ahead or it is within two months."""
    if clock.today is None:
        date(2000, month, day)
        return None
    around = [to_date(clock.today.year + shift, month, day) for shift in (-4, -3, -2, -1, 0, 1, 2, 3, 4)]
    past = [found for found in around if found and found <= clock.today]
    future = [found for found in around if found and found > clock.today]
    if clock.ahead and future and past and past[-1] != clock.today:
        return future[0]
    soon = past and future and (future[0] - clock.today).days <= 60 and (clock.today - past[-1]).days > 300
    if soon and clock.tense != "past":
        return future[0]
    return past[-1] if past else None


def _iso_date(match: re.Match[str], clock: Clock) -> Interval:  # noqa: ARG001
    return of_day(date(int(match["year"]), int(match["month"]), int(match["day"])))


def _slashed(match: re.Match[str], clock: Clock) -> Interval | None:  # noqa: ARG001
    """27/1/2026 and 1/27/2026 are clear; 1/2/2026 is not and stays without an interval."""
    one, two, year = int(match["one"]), int(match["two"]), int(match["year"])
    if one > 12:
        return of_day(date(year, two, one))
    if two > 12:
        return of_day(date(year, one, two))
    return of_day(date(year, one, two)) if one == two else None


def _month_year(match: re.Match[str], clock: Clock) -> Interval:  # noqa: ARG001
    return of_month(int(match["year"]), MONTH_NUMBERS[match["month"][:3].lower()])


def bare_month(match: re.Match[str], clock: Clock) -> Interval | None:
    """A month without a year: the latest one, or the coming one when the sentence looks ahead."""
    if clock.today is None:
        return None
    month, which = MONTH_NUMBERS[match["month"][:3].lower()], (match.groupdict().get("which") or "").lower()
    year, now = clock.today.year, clock.today.month
    if which in ("next", "coming", "upcoming") or (clock.ahead and not which):
        return of_month(year + (month < now or (which == "next" and month == now)), month)
    if which in ("last", "past", "previous"):
        return of_month(year - (month >= now), month)
    if which in ("this", "current"):
        return of_month(year, month)
    return of_month(year - (month > now), month)


def bare_year(match: re.Match[str], clock: Clock) -> Interval:  # noqa: ARG001
    """A year."""
    return of_year(int(match["year"]))


def years(match: re.Match[str], clock: Clock) -> Interval | None:  # noqa: ARG001
    """Two years with a dash."""
    first = int(match["year"])
    last = int(match["last"]) if len(match["last"]) == 4 else first // 100 * 100 + int(match["last"])
    return Interval(date(first, 1, 1), date(last, 12, 31), "range") if first < last <= 2100 else None


def _decade(match: re.Match[str], clock: Clock) -> Interval | None:
    words = match["decade"].lower()
    first = int(words) if words.isdigit() else DECADE_NUMBERS[words]
    if first < 100:
        # '90s and "nineties" are those of the last hundred years
        now = clock.today.year if clock.today else 2025
        first += now // 100 * 100
        first -= 100 if first > now else 0
    return Interval(date(first, 1, 1), date(first + 9, 12, 31), "decade") if first % 10 == 0 else None


def _century(match: re.Match[str], clock: Clock) -> Interval | None:  # noqa: ARG001
    number = int(match["century"])
    return Interval(date(100 * number - 99, 1, 1), date(100 * number, 12, 31), "range") if 15 <= number <= 21 else None


def _quarter(match: re.Match[str], clock: Clock) -> Interval | None:
    groups = match.groupdict()
    named = (groups.get("quarter") or "").lower()
    number = int(groups["q"]) if groups.get("q") else 4 if named in ("fourth", "final") else ORDINALS[named]
    if groups.get("year"):
        year = int(groups["year"])
    elif clock.today is None:
        return None
    elif match.group().lower().endswith("last year"):
        year = clock.today.year - 1
    else:
        year = clock.today.year - (3 * number - 2 > clock.today.month and not clock.ahead)
    first = of_month(year, 3 * number - 2)
    return Interval(first.first, of_month(year, 3 * number).last, "quarter")


def _half(match: re.Match[str], clock: Clock) -> Interval | None:
    if not match["year"] and not clock.today:
        return None
    assert match["year"] or clock.today
    year = int(match["year"]) if match["year"] else clock.today.year  # type: ignore[union-attr]
    return (
        Interval(date(year, 1, 1), date(year, 6, 30), "range")
        if match["half"].lower() == "first"
        else Interval(date(year, 7, 1), date(year, 12, 31), "range")
    )


def _season(match: re.Match[str], clock: Clock) -> Interval | None:
    """Northern seasons by whole months; the winter of a year begins in its December."""
    groups = match.groupdict()
    first_month = SEASON_MONTHS[groups["season"].lower()]
    which = (groups.get("which") or "").lower()
    if groups.get("year"):
        year = int(groups["year"])
    elif clock.today is None:
        return None
    else:
        year, now = clock.today.year, clock.today.month
        begun = first_month <= now
        if first_month == 12 and now <= 2 and which != "next":
            year, begun = year - 1, True
        if which in ("last", "past", "previous"):
            running = begun and (now < first_month + 3 or first_month == 12)
            year -= not begun or running
        elif which in ("next", "coming") or (clock.ahead and not which):
            year += begun and which in ("next", "coming")
        elif which != "this":
            year -= not begun
    end_year, end_month = (year + 1, 2) if first_month == 12 else (year, first_month + 2)
    return Interval(date(year, first_month, 1), of_month(end_year, end_month).last, "season")


def _day_word(match: re.Match[str], clock: Clock) -> Interval | None:
    if clock.today is None:
        return None
    word = match.group().lower()
    shift = 2 if word.startswith("the day after") else -2 if word.startswith("the day before") else 0
    if not shift:
        shift = -1 if word.startswith(("yesterday", "last night")) else 1 if word.startswith("tomorrow") else 0
    return of_day(clock.today + timedelta(days=shift))


def weekday(match: re.Match[str], clock: Clock) -> Interval | None:
    """A weekday: the latest one up to today, or the coming one when the sentence looks ahead."""
    if clock.today is None:
        return None
    number, which = WEEKDAY_NUMBERS[match["weekday"][:3].lower()], (match.groupdict().get("which") or "").lower()
    back = (clock.today.weekday() - number) % 7
    if which in ("last", "past", "previous"):
        shift = -(back or 7)
    elif which in ("next", "coming", "upcoming"):
        shift = 7 - back
    elif which in ("this", "current"):
        shift = number - clock.today.weekday()
    else:
        shift = (7 - back) % 7 if clock.ahead else -back
    return of_day(clock.today + timedelta(days=shift))


def _which_unit(match: re.Match[str], clock: Clock) -> Interval | None:
    """Last week, this year, next month, earlier this year."""
    if clock.today is None:
        return None
    shift = {"last": -1, "past": -1, "previous": -1, "next": 1, "coming": 1, "upcoming": 1}.get(
        match["which"].lower(), 0
    )
    unit = match["unit"].lower()
    if unit == "weekend":
        return weekend_of(clock.today + timedelta(days=7 * shift))
    interval = of_unit(shifted(clock.today, unit, shift), unit)
    side = (match.groupdict().get("side") or "").lower()
    if interval and interval.first and interval.last and side == "earlier":
        return replace(interval, last=min(interval.last, clock.today))
    if interval and interval.first and interval.last and side == "later":
        return replace(interval, first=max(interval.first, clock.today))
    return interval


def _weekend(match: re.Match[str], clock: Clock) -> Interval | None:  # noqa: ARG001
    if clock.today is None:
        return None
    # from Monday to Friday "at the weekend" is the one before
    back = 0 if clock.ahead or clock.today.weekday() >= 5 else 7
    return weekend_of(clock.today - timedelta(days=back))


def _following(match: re.Match[str], clock: Clock) -> Interval | None:
    """The following month, a year earlier, two days later, that year: reckoned from the time named last."""
    anchor = clock.anchor
    if anchor is None or anchor.first is None or anchor.last is None:
        return None
    groups = match.groupdict()
    unit = groups["unit"].lower().rstrip("s") if groups["unit"].lower() != "centuries" else "century"
    count = count_of(groups.get("count") or "one")
    if count is None or unit not in UNITS:
        return None
    side = groups["side"].lower().removeprefix("the ")
    shift = (
        0
        if side in ("that", "that same", "same")
        else -count
        if side in ("previous", "preceding", "prior", "earlier", "before")
        else count
    )
    if UNITS[unit] < anchor.grain:
        return None  # "two days later" than a month is no day
    return of_unit(shifted(anchor.last if shift > 0 else anchor.first, unit, shift), unit)


def _ago(match: re.Match[str], clock: Clock) -> Interval | None:
    if clock.today is None:
        return None
    unit = _singular(match["unit"])
    count = count_of(match["count"]) if match["count"] else None
    if unit in ("hour", "minute"):
        return of_day(clock.today) if unit == "minute" or (count or 9) < 6 else None
    if count is None or unit not in UNITS:
        return None
    interval = of_unit(shifted(clock.today, unit, -count), unit)
    bound = (match.groupdict().get("bound") or "").lower()
    if interval and bound in ("more than", "over", "at least", "just over"):
        latest = of_unit(shifted(clock.today, unit, -count), "year" if unit in ("decade", "year") else unit)
        return Interval(None, latest.last if latest else None, interval.precision)
    if interval and bound in ("less than", "just under"):
        return Interval(interval.first, clock.today, interval.precision)
    return interval


def _in_units(match: re.Match[str], clock: Clock) -> Interval | None:
    count = count_of(match["count"])
    unit = _singular(match["unit"])
    looks_ahead = clock.ahead or match.group().lower().endswith("time")
    if clock.today is None or count is None or unit not in UNITS or not looks_ahead:
        return None  # "built in two years" says how long, not when
    return of_unit(shifted(clock.today, unit, count), unit)


def _past_units(match: re.Match[str], clock: Clock) -> Interval | None:
    """Over the past three years, in the last week: up to today."""
    if clock.today is None:
        return None
    unit, count = _singular(match["unit"]), count_of(match["count"] or "one")
    if count is None or unit not in UNITS:
        return None
    if match["which"].lower() in ("next", "coming"):
        return Interval(clock.today, shifted(clock.today, unit, count), "range")
    return Interval(shifted(clock.today, unit, -count), clock.today, "range")


def _none(match: re.Match[str], clock: Clock) -> None:  # noqa: ARG001
    return None


def _singular(unit: str) -> str:
    lower = unit.lower()
    return "century" if lower.startswith("centur") else lower.removesuffix("s")


def _rule(pattern: str, reckon: Reckoner, kind: Kind = "date", *, ignore_case: bool = True) -> Rule:
    return Rule(re.compile(rf"(?<![\w$€£#])(?:{pattern})(?!\w)", re.I if ignore_case else 0), reckon, kind)


#: Capitals are kept where a lower-case word is another one: may, march, sun., sat.
RULES: tuple[Rule, ...] = (
    _rule(rf"{_YEAR}-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])", _iso_date),
    _rule(rf"(?P<one>\d\d?)[/.](?P<two>\d\d?)[/.]{_YEAR}", _slashed),
    _rule(rf"{_WEEKDAY_COMMA}{_MONTH} {_DAY} ?[-–] ?{_DAY2}(?:,? {_YEAR})?", _full_date, ignore_case=False),
    _rule(
        rf"{_MONTH} {_DAY}(?: ?[-–] ?| to ){_MONTH.replace('month', 'month2')} {_DAY2}(?:,? {_YEAR})?",
        _full_date,
        ignore_case=False,
    ),
    _rule(rf"{_WEEKDAY_COMMA}{_MONTH} {_DAY}(?:,? {_YEAR})?", _full_date, ignore_case=False),
    _rule(rf"{_DAY} ?[-–] ?{_DAY2} {_MONTH}(?:,? {_YEAR})?", _full_date, ignore_case=False),
    _rule(rf"{_WEEKDAY_COMMA}(?:the )?{_DAY} (?:of )?{_MONTH}(?:,? {_YEAR})?", _full_date, ignore_case=False),
    _rule(rf"{_FUZZY}{_MONTH},? (?:of )?{_YEAR}", _month_year, ignore_case=False),
    _rule(rf"(?:(?:[Ee]arly|[Mm]id|[Ll]ate)[ -])?(?:{_WHICH} )?{_MONTH}", bare_month, ignore_case=False),
    _rule(rf"Q(?P<q>[1-4])(?:,? (?:of )?{_YEAR})?", _quarter, ignore_case=False),
    _rule(rf"(?:the )?{_QUARTER}[ -]quarter(?: (?:of )?(?:{_YEAR}|last year|this year))?", _quarter),
    _rule(rf"(?:the )?(?P<half>first|second) half of (?:{_YEAR}|the year|this year)", _half),
    _rule(rf"{_FUZZY}(?:the )?{_SEASON}(?: of|,)? {_YEAR}", _season),
    _rule(rf"(?:(?:early|mid|late)[ -])?{_WHICH} {_SEASON}", _season),
    _rule(r"(?:the )?(?:early |mid[ -]|late )?(?P<decade>(?:1[5-9]|20)\d0)s", _decade),
    _rule(r"(?:the )?(?:early |mid[ -]|late )?['’](?P<decade>\d0)s", _decade),
    _rule(
        r"the (?:early |mid[ -]|late )?(?P<decade>twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties)",
        _decade,
    ),
    _rule(r"(?:the )?(?:early |mid[ -]|late )?(?P<century>\d\d)(?:st|nd|rd|th)[ -]century", _century),
    _rule(rf"{_YEAR} ?[-–/] ?(?P<last>(?:1[5-9]|20)\d\d|\d\d)", years),
    _rule(rf"{_FUZZY}(?:the year )?{_YEAR}", bare_year),
    _rule(
        r"(?:the day (?:before yesterday|after tomorrow)|(?:yesterday|tomorrow|today)(?: (?:morning|afternoon|evening|night))?"
        r"|tonight|last night|this (?:morning|afternoon|evening))",
        _day_word,
    ),
    _rule(rf"(?:(?:[Ee]arlier|[Ll]ater) on )?(?:{_WHICH} )?{_WEEKDAY}{_PART}", weekday, ignore_case=False),
    _rule(
        r"(?:(?P<side>earlier|later|late|early) )?(?:the end of |the beginning of |the start of )?"
        r"(?P<which>last|this|next|coming|previous|current) (?P<unit>week|month|quarter|year|decade|weekend|century)",
        _which_unit,
    ),
    _rule(r"(?:at|over|on|during) the weekend", _weekend),
    _rule(rf"(?P<side>the (?:following|next|previous|preceding|prior|same)|that(?: same)?) {_UNIT}", _following),
    _rule(rf"(?:{_BOUND} )?{_COUNT} {_UNITS} (?P<side>earlier|later|before|after(?!ward))", _following),
    _rule(rf"(?:{_BOUND} )?(?:{_COUNT} )?{_UNITS} ago", _ago),
    _rule(rf"(?:in|within) {_COUNT} {_UNITS}(?:['’]s?)?(?: time)?", _in_units),
    _rule(
        rf"(?:over|during|in|for|within|throughout) the (?P<which>last|past|next|coming)(?: {_COUNT})? {_UNITS}",
        _past_units,
    ),
    _rule(rf"(?:for|lasting|lasted|spent|spanning|after) (?:{_BOUND} )?{_COUNT} {_UNITS}", _none, "duration"),
    _rule(
        r"(?P<count>\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)[- ](?:day|week|month|year|hour|minute)s?[- ]long",
        _none,
        "duration",
    ),
    _rule(
        r"(?:\d{1,3}|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[- ](?:year|month|week|day)s?[- ]olds?",
        _none,
        "age",
    ),
    _rule(r"aged (?:between )?\d{1,3}(?: (?:to|and|or) \d{1,3})?|at the age of \d{1,3}", _none, "age"),
)
