"""Markdown text -> the ranges of its marks, and the metadata of its front matter; the text itself stays as it is."""

__all__ = ["find_heading", "find_markup", "read_front_matter"]

import re
from collections.abc import Iterator, Sequence

from kg.boilerplate import lines_of, settle, view
from kg.bylines import split_authors
from kg.dates import parse_date
from kg.metadata import Metadata
from kg.records import Span

_MAX_LINE_CHARS = 20_000
_FRONT_CHARS = 20_000
_MARKS = re.compile(
    r"""(?P<image>!\[[^\]\n]{0,500}\]\([^()\s]{0,1000}(?:\s+"[^"\n]{0,300}")?\))
    | (?P<link>(?P<open>\[)(?P<label>[^\[\]\n]{1,500})
      (?P<target>\](?:\([^()\s]{0,1000}(?:\s+"[^"\n]{0,300}")?\)|\[[^\[\]\n]{0,100}\])))
    | (?P<address><(?:https?://|mailto:)[^<>\s]{1,1000}>)
    | (?P<tag></?[A-Za-z][A-Za-z0-9]{0,15}(?:\s[^<>\n]{0,500})?/?>|<!--.{0,1000}?-->)
    | (?P<code>`{1,3})
    | (?P<emphasis>\*{1,3}|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)|~~)
    | (?P<escape>\\)[!-/:-@\[-`{-~]""",
    re.VERBOSE,
)
_LINE_START = re.compile(r"(?:>\s?)+|\#{1,6}\s+|[-*+]\s+(?:\[[ xX]\]\s+)?")
_RULE_LINE = re.compile(r"(?:[-*_=]\s?){3,}|\|?[\s:|-]{3,}\|?|```\S*|~~~\S*")
_REFERENCE = re.compile(r"\[[^\]\n]{1,100}\]:\s+\S.*")
_PAIR = re.compile(r"([\w-]+)\s*[:=]\s*(.*)")
_ITEM = re.compile(r"\s*-\s+(.*)")


def find_markup(text: str, front: Span | None = None) -> tuple[Span, ...]:
    """Ranges of kind "markup": emphasis, link targets, heading and list marks, tags, images; and the front matter.

    Words stay outside the ranges: of `**[RedNote](https://x.example)**` only `RedNote` is left.
    """
    spans = [front] if front else []
    for line in lines_of(text):
        if front and line.begin < front.end:
            continue
        if _RULE_LINE.fullmatch(line.text[:1000]) or _REFERENCE.fullmatch(line.text[:2000]):
            spans.append(Span(line.begin, line.end, "markup"))
        elif len(line.text) <= _MAX_LINE_CHARS:
            spans += _line_markup(line.text, line.begin)
    return settle(spans)


def find_heading(text: str, markup: Sequence[Span]) -> str | None:
    """The text of the first first-order heading, without its marks."""
    heading = re.search(r"^#[ \t]+(\S[^\r\n]{0,300})", text[:20_000], re.MULTILINE)
    title = view(text[:25_000], markup)[heading.start(1) : heading.end(1)] if heading else ""
    return " ".join(title.split()) or None


def read_front_matter(text: str) -> tuple[Span | None, Metadata]:
    """Range of the front matter (YAML between `---` or TOML between `+++`) and what it states.

    Only plain `key: value` lines and lists are understood; that is what pages of news have.
    """
    match = re.match(r"(---|\+\+\+)[ \t]*\r?\n", text)
    end = (
        re.compile(rf"^{re.escape(match[1])}[ \t]*\r?$", re.MULTILINE).search(text, match.end(), _FRONT_CHARS)
        if match
        else None
    )
    if match is None or end is None:
        return None, Metadata()
    stated = _pairs(text[match.end() : end.start()])

    def first(*names: str) -> str | None:
        return next((stated[name][0] for name in names if stated.get(name)), None)

    authors = next((stated[name] for name in ("authors", "author", "by") if stated.get(name)), [])
    metadata = Metadata(
        title=first("title", "headline"),
        publisher=first("publisher", "source", "site", "outlet"),
        authors=tuple(authors) if len(authors) > 1 else split_authors(authors[0]) if authors else (),
        date=parse_date(first("date", "published", "publishdate", "pubdate") or ""),
        dateline=first("dateline"),
        url=first("url", "link", "canonical", "canonical_url"),
        language=(first("language", "lang") or "")[:2].lower() or None,
    )
    return Span(match.start(), end.end(), "front matter"), metadata


def _line_markup(text: str, offset: int) -> Iterator[Span]:
    start = _LINE_START.match(text)
    if start:
        yield Span(offset, offset + start.end(), "markup")
    for match in _MARKS.finditer(text, start.end() if start else 0):
        if match["link"]:
            yield Span(offset + match.start("open"), offset + match.end("open"), "markup")
            yield from _line_markup(match["label"], offset + match.start("label"))
            yield Span(offset + match.start("target"), offset + match.end("target"), "markup")
        elif match["escape"]:
            yield Span(offset + match.start("escape"), offset + match.end("escape"), "markup")
        elif match["emphasis"] != "*" or not _is_times(text, match.start()):
            yield Span(offset + match.start(), offset + match.end(), "markup")


def _is_times(text: str, at: int) -> bool:
    """Whether the star stands alone between spaces, as in `2 * 3` or a footnote."""
    return text[at - 1 : at] in ("", " ") and text[at + 1 : at + 2] in ("", " ")


def _pairs(block: str) -> dict[str, list[str]]:
    stated: dict[str, list[str]] = {}
    key = ""
    for line in block.splitlines():
        if pair := _PAIR.match(line):
            key, value = pair[1].lower(), pair[2].strip()
            values = value[1:-1].split(",") if value.startswith("[") else [value]
            stated[key] = [_bare(value) for value in values if _bare(value)]
        elif item := _ITEM.match(line):
            stated.setdefault(key, []).append(_bare(item[1]))
    return stated


def _bare(value: str) -> str:
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
