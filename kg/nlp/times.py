"""Words for times -> closed intervals of ISO days, reckoned from the document's date.

"on Tuesday" is the latest Tuesday up to the document's date unless the sentence looks ahead; "last week" is the ISO week
before; "in March" the latest March. Nothing is made more precise than the words are, and what cannot be reckoned (no date of
the document, 31 February) keeps its words and has no interval. "since 2023" has a beginning only, "by 2030" an end only.
"""

__all__ = ["TimeExpression", "find_times"]

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from spacy.tokens import Doc, Token

from kg.nlp.calendar import Interval
from kg.nlp.time_rules import RULES, Clock, Kind, Rule, bare_month, bare_year, weekday, years

Precision = Literal["day", "week", "month", "quarter", "season", "year", "decade", "range"]


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """A stretch that names a time; an interval open at one side has None there, an unknown one at both."""

    begin: int
    end: int
    text: str
    date_from: str | None
    date_to: str | None
    precision: Precision | None
    kind: Kind = "date"


@dataclass(frozen=True, slots=True)
class _Core:
    begin: int
    end: int
    match: re.Match[str]
    rule: "Rule"


def find_times(doc: Doc, reference: date | None) -> list[TimeExpression]:
    """The time expressions of a document in text order, without overlaps.

    Args:
        doc: Parsed or only tokenised; tense is read from the tree where there is one.
        reference: The document's date; without it relative expressions have no interval.
    """
    text = doc.text
    cores = _cores(text, doc)
    found: list[TimeExpression] = []
    anchor: Interval | None = None
    starts = [token.idx for token in doc]
    i = 0
    while i < len(cores):
        clock = Clock(reference, anchor, _tense_at(doc, starts, text, cores[i].begin))
        interval = _reckon(cores[i], clock)
        pair = _pair(text, cores, i, clock) if i + 1 < len(cores) else None
        if pair:
            begin, end, interval = pair
            i += 1
        else:
            begin, end, interval = _with_bound(text, cores[i], interval)
        kind = cores[i].rule.kind
        found.append(_expression(text, begin, end, interval, kind))
        if interval and interval.first and kind == "date":
            anchor = interval
        i += 1
    return found


def _expression(text: str, begin: int, end: int, interval: Interval | None, kind: Kind) -> TimeExpression:
    first = interval.first.isoformat() if interval and interval.first else None
    last = interval.last.isoformat() if interval and interval.last else None
    precision = interval.precision if interval else None
    return TimeExpression(begin, end, text[begin:end], first, last, precision if first or last else None, kind)  # type: ignore[arg-type]


def _cores(text: str, doc: Doc) -> list[_Core]:
    """Matches of all rules, the longer before the shorter where they overlap, earlier rules before later ones."""
    matches = [
        (match.start() - match.end(), order, _Core(match.start(), match.end(), match, rule))
        for order, rule in enumerate(RULES)
        for match in rule.pattern.finditer(text)
    ]
    taken: list[_Core] = []
    used = bytearray(len(text))
    for _, _, core in sorted(matches, key=lambda item: (item[0], item[1], item[2].begin)):
        if not any(used[core.begin : core.end]) and _is_time(text, core, doc):
            used[core.begin : core.end] = b"\1" * (core.end - core.begin)
            taken.append(core)
    return sorted(taken, key=lambda core: core.begin)


def _reckon(core: _Core, clock: Clock) -> Interval | None:
    try:
        return core.rule.reckon(core.match, clock)
    except (ValueError, OverflowError):
        # no such day (31 February), or out of the calendar's range
        return None


# ---------------------------------------------------------------- bounds and pairs around an expression

_SINCE = re.compile(
    r"\b(?:ever since|since|starting(?: from| in| on)?|beginning(?: in| on)?|as of|effective)"
    r"(?: about| around| at least| late| early| mid)? $",
    re.I,
)
_UNTIL = re.compile(
    r"\b(?:until|till|through|up to|no later than)(?: at least| about| around| late| early| mid| the end of)? $", re.I
)
_BY = re.compile(r"\bby(?: about| around| late| early| mid| the end of| the start of)? $", re.I)
_BEFORE = re.compile(r"\b(?:before|prior to|ahead of) $", re.I)
_AFTER = re.compile(r"\bafter $", re.I)
_FROM = re.compile(r"\bfrom(?: about| around| late| early| mid)? $", re.I)
_BETWEEN = re.compile(r"\bbetween $", re.I)
_TO = re.compile(r"^ ?(?:to|until|till|through|up to|[-–—]) ?(?:about |around |late |early )?$", re.I)
_AND = re.compile(r"^ and $", re.I)


def _with_bound(text: str, core: _Core, interval: Interval | None) -> tuple[int, int, Interval | None]:
    before = text[max(0, core.begin - 30) : core.begin]
    for pattern, bound in (
        (_SINCE, "since"),
        (_UNTIL, "until"),
        (_BY, "until"),
        (_BEFORE, "before"),
        (_AFTER, "after"),
    ):
        match = pattern.search(before)
        if match and core.rule.kind == "date":
            return core.begin - (len(before) - match.start()), core.end, _bounded(interval, bound)
    return core.begin, core.end, interval


def _bounded(interval: Interval | None, bound: str) -> Interval | None:
    if interval is None or interval.first is None or interval.last is None:
        return interval
    if bound == "since":
        return replace(interval, last=None)
    if bound == "until":
        return replace(interval, first=None)
    if bound == "before":
        return Interval(None, interval.first - timedelta(days=1), interval.precision)
    return Interval(interval.last + timedelta(days=1), None, interval.precision)


def _pair(text: str, cores: Sequence[_Core], i: int, clock: Clock) -> tuple[int, int, Interval | None] | None:
    """“from A to B”, “between A and B”, “A–B” as one interval; a missing year of A is that of B."""
    one, two = cores[i], cores[i + 1]
    if one.rule.kind != "date" or two.rule.kind != "date":
        return None
    before, joint = text[max(0, one.begin - 30) : one.begin], text[one.end : two.begin]
    opener = _BETWEEN.search(before) if _AND.match(joint) else _FROM.search(before) if _TO.match(joint) else None
    if not opener and not (_TO.match(joint) and joint.strip() in ("-", "–", "—", "to", "through")):
        return None
    last = _reckon(two, clock)
    if last is None or last.last is None:
        return None
    has_year = one.match.groupdict().get("year")
    first = _reckon(one, clock if has_year else replace(clock, today=last.last, tense="past"))
    if first is None or first.first is None or first.first > last.last:
        return None
    begin = one.begin - (len(before) - opener.start()) if opener else one.begin
    return begin, two.end, Interval(first.first, last.last, "range")


# ---------------------------------------------------------------- is it a time at all, and does the sentence look ahead

_YEAR_BEFORE = re.compile(
    r"(?:\b(?:in|since|by|during|of|late|early|mid|until|till|from|before|after|through|between|and|to|year|around|circa|than"
    r"|summer|winter|spring|fall|autumn|for|ahead of|the)|[(,–-]) ?$",
    re.I,
)
_YEAR_AFTER = re.compile(
    r"^(?: (?:election|season|edition|Olympics|World Cup|campaign|report|study|film|novel|book|census|budget|tournament"
    r"|championship)|[),;.–-]|$)"
)
_MONTH_BEFORE = re.compile(
    r"\b(?:in|since|by|during|until|till|from|before|after|through|of|early|late|mid|last|this|next|and|between|to|end of"
    r"|around)[ -]$",
    re.I,
)
_AMOUNT_AFTER = re.compile(
    r"^ ?(?:%|percent|per cent|people|users|members|dollars|euros|million|billion|km|miles|metres|meters|kg|tonnes|tons)\b",
    re.I,
)


def _is_time(text: str, core: _Core, doc: Doc) -> bool:
    """Whether a bare year, month or weekday stands where times stand, and not in a name ("Good Friday", "1984")."""
    if core.rule.reckon in (bare_month, bare_year, weekday, years):
        span = doc.char_span(core.begin, core.end, alignment_mode="expand")
        if span is not None and any(token.ent_type_ in _NOT_TIMES for token in span):
            return False
    words = core.match.group()
    before, after = text[max(0, core.begin - 24) : core.begin], text[core.end : core.end + 24]
    if words.isdigit():
        if _AMOUNT_AFTER.match(after) or re.search(r"[$€£¥#]$|\b(?:than|No\.|number) $", before):
            return False
        return bool(_YEAR_BEFORE.search(before)) or bool(
            _YEAR_AFTER.match(after) and not before.rstrip().endswith((".", "+"))
        )
    if core.rule.reckon is bare_month:
        if words in ("May", "March") and not _MONTH_BEFORE.search(before):
            return False
        return bool(_MONTH_BEFORE.search(before)) or (len(words) > 5 and not re.match(r" [A-Z][a-z]", after))
    return True


_NOT_TIMES = frozenset({"Person", "Organization", "Work", "Product", "Platform"})
_AHEAD_WORDS = frozenset({"will", "shall", "'ll", "’ll", "wo", "upcoming", "forthcoming", "deadline"})
_PLAN_WORDS = frozenset(
    {"plan", "expect", "schedule", "set", "slate", "due", "hope", "intend", "aim", "prepare", "go", "likely"}
)


def _tense_at(doc: Doc, starts: Sequence[int], text: str, offset: int) -> str:
    """Tense of the clause around an offset; "by" and "until" look ahead unless the clause is in the past."""
    token = doc[max(0, bisect_right(starts, offset) - 1)]
    tense = _tense(token) if doc.has_annotation("DEP") else ""
    before = text[max(0, offset - 30) : offset]
    return tense or ("future" if _BY.search(before) or _UNTIL.search(before) else "")


def _tense(token: Token) -> str:
    """Tense of the clause that holds the token: "future" (will, is to, plans to, is due), "past" or nothing."""
    noun = False
    for head in _climb(token):
        noun = noun or head.pos_ == "NOUN"
        if head.pos_ not in ("VERB", "AUX", "ADJ", "NOUN"):
            continue
        kids = [kid for kid in head.children if kid.dep_.startswith(("aux", "cop", "amod", "compound"))]
        if head.lower_ in _AHEAD_WORDS or any(kid.lower_ in _AHEAD_WORDS for kid in kids):
            return "future"
        if head.tag_ == "VBD" or any(kid.lower_ in ("was", "were", "had", "did") for kid in kids):
            return "" if noun else "past"  # "the June 3 hearing was moved" does not say that it was held
        if head.lower_ in _PLAN_WORDS or head.lemma_ in _PLAN_WORDS:
            if any(kid.dep_ in ("xcomp", "advcl", "ccomp") for kid in head.children):
                return "future"
        elif head.tag_ in ("VBZ", "VBP"):
            return ""
    return ""


def _climb(token: Token) -> Iterator[Token]:
    """The tokens above, up to the verb of the clause, and on to the verb that an infinitive depends on."""
    while token.head.i != token.i:
        token = token.head
        yield token
        infinitive = any(kid.lower_ == "to" for kid in token.children)
        if token.dep_ in ("ccomp", "parataxis", "advcl", "acl:relcl") and not infinitive:
            return
