"""The text of a page -> the ranges that are no part of the article, each with its kind.

Which lines are furniture is told by ontology/boilerplate.toml; this module adds what no phrase can say: repeated lines, lists
of headlines, the crumbs between furniture at the foot of a page, and Markdown marks. Time grows linearly with the text.
"""

__all__ = [
    "Line",
    "Rule",
    "Rules",
    "find_boilerplate",
    "lines_of",
    "read_rules",
    "rules",
    "settle",
    "view",
]

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from kg.errors import DataFileError
from kg.ontology import data_folder
from kg.records import Span

#: Lines longer than this are paragraphs, whatever they say; it also bounds the time that a pattern may take.
MAX_LINE_CHARS = 2_000
#: A text with more lines is no article; the lines after these are left as they are.
MAX_LINES = 100_000
_TOP_LINES = 20
_FOOT_LINES = 60
_ITEM_CHARS = 160
_CRUMB_CHARS = 60
_MAX_CRUMBS = 3
_BLOCK_LINES = 60

_LINE = re.compile(r"\S[^\r\n]*")
_BULLET = re.compile(r"(?:[-*•·‣▪●◦►→–—✅✓✔☑➤»]|\d{1,2}[.)])(?:\s+|$)|[✅✓✔☑➤►]")
_SENTENCE_END = re.compile(r"[.!…][\"'”’)\]]*$|[.!?][\"”’]$")
_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+){1,12}(?:\.[a-z]{3,4})?")


class Line(NamedTuple):
    """One line with text: its stripped stretch, and how many newlines stand before it."""

    begin: int
    end: int
    text: str
    newlines: int


@dataclass(frozen=True)
class Rule:
    """One entry of boilerplate.toml.

    `table` is line (the whole line), part (the stretch that matches, or its group "part") or block (a heading with the items
    after it). `where` is any, top or foot; `run` says how far a block goes: items, or end.
    """

    table: str
    id: str
    kind: str
    match: re.Pattern[str]
    needs: tuple[str, ...] = ()
    where: str = "any"
    run: str = "items"
    max_chars: int = 300
    examples: tuple[str, ...] = field(default=(), compare=False)
    counterexamples: tuple[str, ...] = field(default=(), compare=False)

    def finds(self, text: str) -> re.Match[str] | None:
        """The match in one stripped line, None where the rule does not apply."""
        if len(text) > self.max_chars:
            return None
        if self.needs:
            lowered = text.casefold()
            if not any(word in lowered for word in self.needs):
                return None
        return self.match.search(text) if self.table == "part" else self.match.fullmatch(text)


Rules = tuple[Rule, ...]

_KEYS = {"id", "kind", "match", "needs", "where", "run", "max_chars", "examples", "counterexamples"}
_WHERE = ("any", "top", "foot")
_RUNS = ("items", "short", "end")
#: Lines at the foot that say something of the article and are never taken for crumbs.
_KEPT = re.compile(r"SOURCE\b|.*\b(?:report(?:ing|ed)|contributed|edit(?:ing|ed))\b|by\s|published\b|\(", re.IGNORECASE)


@cache
def rules() -> Rules:
    """The shipped rules, read once."""
    return read_rules(data_folder("ontology") / "boilerplate.toml")


def read_rules(path: Path) -> Rules:
    """The rules of a TOML file, in its order.

    Raises:
        DataFileError: The file is no TOML, or an entry lacks a key, has an unknown one or a wrong pattern, or repeats an id.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise DataFileError(f"{path} cannot be read: {exc}") from exc
    found = [_rule(table, entry, path) for table in ("block", "line", "part") for entry in tables.get(table, [])]
    ids = [rule.id for rule in found]
    if len(set(ids)) != len(ids):
        raise DataFileError(f"{path} repeats the id {max(ids, key=ids.count)!r}. Give each rule its own.")
    return tuple(found)


def find_boilerplate(text: str, markup: Sequence[Span] = ()) -> tuple[Span, ...]:
    """The ranges of the text that are no part of the article, sorted and apart from each other.

    Args:
        text: The stored text.
        markup: Ranges that are known to be marks, such as those of `find_markup`; they are read as blanks.
    """
    lines = lines_of(view(text, markup), MAX_LINES)
    bodies = [index for index, line in enumerate(lines) if _is_body(line)]
    kinds: list[str | None] = [None] * len(lines)
    parts = _apply_rules(lines, kinds, bodies[0] if bodies else len(lines))
    _mark_menu(lines, kinds)
    _mark_repeats(lines, kinds)
    _mark_crumbs(lines, kinds)
    return settle((*_joined(lines, kinds), *parts))


def lines_of(text: str, limit: int = MAX_LINES) -> list[Line]:
    """The first `limit` lines that have text."""
    lines: list[Line] = []
    last = 0
    for match in _LINE.finditer(text):
        stripped = match[0].rstrip()
        between = text.count("\n", last, match.start()) or text.count("\r", last, match.start())
        last = match.start() + len(stripped)
        lines.append(Line(match.start(), last, stripped, between))
        if len(lines) >= limit:
            break
    return lines


def view(text: str, spans: Iterable[Span]) -> str:
    """The text with the ranges blanked out: same length, newlines kept, so that offsets hold."""
    pieces, last = [], 0
    for span in spans:
        pieces += [text[last : span.begin], re.sub(r"[^\r\n]", " ", text[span.begin : span.end])]
        last = span.end
    return "".join((*pieces, text[last:])) if pieces else text


def settle(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The ranges sorted and without overlap: a range inside another goes, one that runs into another is cut."""
    settled: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.begin, -span.end, span.kind)):
        begin = max(span.begin, settled[-1].end) if settled else span.begin
        if begin < span.end:
            settled.append(Span(begin, span.end, span.kind))
    return tuple(settled)


def _rule(table: str, entry: dict[str, Any], path: Path) -> Rule:
    name = entry.get("id", "without an id")
    missing = {"id", "kind", "match", "examples"} - entry.keys()
    unknown = entry.keys() - _KEYS
    if missing or unknown:
        fault = f"lacks {', '.join(sorted(missing))}" if missing else f"has the unknown key {min(unknown)!r}"
        raise DataFileError(f"{path}: the rule {name} {fault}. See the head of the file.")
    if entry.get("where", "any") not in _WHERE or entry.get("run", "items") not in _RUNS:
        raise DataFileError(f"{path}: the rule {name} must have where in {_WHERE} and run in {_RUNS}.")
    try:
        pattern = re.compile(entry["match"], re.IGNORECASE)
    except re.error as exc:
        raise DataFileError(f"{path}: the pattern of {name} is wrong: {exc}.") from exc
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    return Rule(table=table, **(values | {"match": pattern}))


def _apply_rules(lines: Sequence[Line], kinds: list[str | None], first_body: int) -> list[Span]:
    """Mark whole lines and blocks in `kinds`; give the parts of lines back."""
    parts: list[Span] = []
    foot = max(0, min(len(lines) - _FOOT_LINES, len(lines) // 2))
    for index, line in enumerate(lines):
        if len(line.text) > MAX_LINE_CHARS or kinds[index]:
            continue
        places = (
            {"any"}
            | ({"top"} if index < _TOP_LINES else set())
            | ({"foot"} if index >= max(foot, first_body) else set())
        )
        for rule in rules():
            match = rule.finds(line.text) if rule.where in places else None
            if match is None:
                continue
            if rule.table == "part":
                group = "part" if "part" in rule.match.groupindex else 0
                parts.append(Span(line.begin + match.start(group), line.begin + match.end(group), rule.kind))
                continue
            end = _block_end(lines, index, rule) if rule.table == "block" else index + 1
            kinds[index:end] = [kind or rule.kind for kind in kinds[index:end]]
            break
    return parts


def _block_end(lines: Sequence[Line], start: int, rule: Rule) -> int:
    """Index after the last line that belongs to the heading at `start`."""
    if rule.run == "end":
        return len(lines)
    end = start + 1
    while end < min(len(lines), start + _BLOCK_LINES) and _is_item(lines[end], rule.run):
        end += 1
    if any(_is_body(line) for line in lines[end:]):
        # the article goes on: only what hangs on the heading itself, bullets or lines without a gap, belongs to it
        stop = start + 1
        while stop < end and (_BULLET.match(lines[stop].text) or lines[stop].newlines == 1):
            stop += 1
        return stop
    return end


def _is_item(line: Line, run: str) -> bool:
    if _BULLET.match(line.text):
        return len(line.text) <= 2 * _ITEM_CHARS
    if run == "short":
        return len(line.text) <= _ITEM_CHARS // 2
    return len(line.text) <= _ITEM_CHARS and not _SENTENCE_END.search(line.text) and not _KEPT.match(line.text)


def _is_body(line: Line) -> bool:
    return len(line.text) >= 120 and bool(_SENTENCE_END.search(line.text[-6:]))


def _mark_menu(lines: Sequence[Line], kinds: list[str | None]) -> None:
    """Four or more very short lines in a row above everything else are a menu."""
    count = 0
    for line in lines[:_TOP_LINES]:
        if len(line.text) > 24 or len(line.text.split()) > 3 or _SENTENCE_END.search(line.text):
            break
        count += 1
    if 4 <= count < len(lines):
        kinds[:count] = ["navigation"] * count


def _mark_repeats(lines: Sequence[Line], kinds: list[str | None]) -> None:
    """Second and later copies of a line: the title, a caption, a paragraph printed twice."""
    title = next((index for index, kind in enumerate(kinds) if kind is None), 0)
    first: dict[str, int] = {}
    for index, line in enumerate(lines):
        if len(line.text) < 25 or line.text.count(" ") < 3 or kinds[index]:
            continue
        earlier = first.setdefault(line.text, index)
        if earlier != index:
            headline = earlier == title and not _SENTENCE_END.search(line.text)
            kinds[index] = "repeated title" if headline else f"repeated {'caption' if len(line.text) < 300 else 'text'}"


def _mark_crumbs(lines: Sequence[Line], kinds: list[str | None]) -> None:
    """Short lines without a sentence between pieces of furniture at the foot, and after the last of them."""
    pending: list[int] = []
    for index in range(len(lines) - 1, max(0, len(lines) - _FOOT_LINES), -1):
        text = lines[index].text
        if kinds[index]:
            for crumb in pending:
                kinds[crumb] = "page furniture"
            pending = []
        elif (
            len(pending) < _MAX_CRUMBS
            and len(text) <= _CRUMB_CHARS
            and not _SENTENCE_END.search(text)
            and not _KEPT.match(text)
        ):
            pending.append(index)
        else:
            return


def _joined(lines: Sequence[Line], kinds: Sequence[str | None]) -> Iterator[Span]:
    index = 0
    while index < len(lines):
        end = index + 1
        while end < len(lines) and kinds[end] == kinds[index]:
            end += 1
        if kind := kinds[index]:
            yield Span(lines[index].begin, lines[end - 1].end, kind)
        index = end
