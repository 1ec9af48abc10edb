"""Record files (.jsonl, .csv, .json) -> one row per article: its text, and what the record states about it."""
# ruff: noqa: A002

__all__ = ["COLUMNS", "Row", "json_rows", "read_rows"]

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kg.bylines import split_authors
from kg.dates import parse_date
from kg.decode import MAX_BYTES, Unreadable, repair
from kg.metadata import Metadata

#: Our field -> the names that it has in record files; case, spaces and hyphens do not count.
COLUMNS: dict[str, tuple[str, ...]] = {
    "text": ("text", "body", "content", "maintext", "article", "article_text", "full_text", "article_body"),
    "html": ("html", "raw_html"),
    "title": ("title", "headline"),
    "url": ("url", "link", "canonical_url", "source_url"),
    "date": ("date", "published", "publication_date", "date_published", "datepublished", "published_at", "publishedat",
             "publish_date", "date_publish", "pub_date", "pubdate"),
    "author": ("authors", "author", "byline"),
    "publisher": ("publisher", "source", "site", "site_name", "sitename", "outlet", "publication", "source_domain"),
    "id": ("id", "uuid", "guid", "doc_id", "document_id", "article_id"),
    "language": ("language", "lang"),
}  # fmt: skip
_LISTS = ("articles", "items", "documents", "results", "records", "data")
_TAGS = re.compile(r"<(?:p|div|br|h[1-6]|article|body|html|ul|span)\b[^<>]{0,300}>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """One article of a record file; `format` is txt or html."""

    text: str
    format: str
    stated: Metadata


def read_rows(
    lines: Iterable[str | Unreadable],
    format: str,
    columns: Mapping[str, str],
) -> Iterator[tuple[str, Row | Unreadable]]:
    """Record id (else number) and row of every record of a jsonl or csv file; damaged records come as Unreadable."""
    rows = _csv_fields(lines) if format == "csv" else _json_fields(lines)
    return _named(rows, columns)


def json_rows(text: str, columns: Mapping[str, str]) -> Iterator[tuple[str, Row | Unreadable]]:
    """The same for a .json file: one object, a list of them, an object with a list of articles, or JSON lines."""
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError):
        return _named(_json_fields(text.splitlines()), columns)
    if isinstance(plain, dict):
        nested = next((plain[key] for key in _LISTS if isinstance(plain.get(key), list)), None)
        plain = [plain] if nested is None or _pick(plain, "text", columns) else nested
    if not isinstance(plain, list):
        plain = [plain]
    return _named(enumerate(plain, start=1), columns)


def _named(rows: Iterable[tuple[int, Any]], columns: Mapping[str, str]) -> Iterator[tuple[str, Row | Unreadable]]:
    seen: set[str] = set()
    for number, fields in rows:
        if isinstance(fields, Unreadable):
            yield str(number), fields
            continue
        if not isinstance(fields, dict):
            yield str(number), Unreadable("bad_record", f"Record {number} is not an object with fields.")
            continue
        record = _text(_pick(fields, "id", columns)).strip() or str(number)
        # a file may repeat an id; the record's number keeps the items apart
        record = record if record not in seen else f"{record}#{number}"
        seen.add(record)
        yield record, _row(fields, columns, number)


def _row(fields: dict[Any, Any], columns: Mapping[str, str], number: int) -> Row | Unreadable:
    text, kind = _text(_pick(fields, "text", columns)), "txt"
    if not text.strip():
        text, kind = _text(_pick(fields, "html", columns)), "html"
    elif len(_TAGS.findall(text[:4000])) >= 2:
        kind = "html"
    if not text.strip():
        keys = ", ".join(str(key)[:40] for key in list(fields)[:12])
        return Unreadable("no_text", f"Record {number} has no text, body or content; its fields are: {keys}.")
    stated = Metadata(
        title=_text(_pick(fields, "title", columns)).strip() or None,
        publisher=_text(_pick(fields, "publisher", columns)).strip() or None,
        authors=_authors(_pick(fields, "author", columns)),
        date=parse_date(_text(_pick(fields, "date", columns))),
        url=_text(_pick(fields, "url", columns)).strip() or None,
        language=_text(_pick(fields, "language", columns)).strip().lower()[:2] or None,
    )
    return Row(text, kind, stated)


def _pick(fields: Mapping[Any, Any], name: str, columns: Mapping[str, str]) -> Any:
    """The value of our field: by the user's column name, else by the first of ours that has a value."""
    if name in columns:
        return fields.get(columns[name])
    folded = {re.sub(r"[\s-]+", "_", str(key).strip().casefold()): value for key, value in fields.items()}
    return next((folded[key] for key in COLUMNS[name] if folded.get(key) not in (None, "", [], {})), None)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return repair(value)
    if isinstance(value, dict):
        return _text(value.get("name") or value.get("title") or "")
    if isinstance(value, list):
        return "\n\n".join(filter(None, map(_text, value)))
    return "" if value is None or isinstance(value, bool) else str(value)


def _authors(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(dict.fromkeys(name for item in value if (name := _text(item).strip())))
    return split_authors(_text(value))


def _json_fields(lines: Iterable[str | Unreadable]) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(lines, start=1):
        if isinstance(line, Unreadable):
            yield number, line
        elif line.strip(" \t\r\n\x00\ufeff"):
            try:
                yield number, json.loads(line.strip("\ufeff"))
            except (ValueError, RecursionError) as exc:
                yield number, Unreadable("bad_record", f"Line {number} is not JSON: {exc}.")


def _csv_fields(lines: Iterable[str | Unreadable]) -> Iterator[tuple[int, Any]]:
    problems: list[Unreadable] = []
    csv.field_size_limit(MAX_BYTES)
    texts = _only_text(lines, problems)
    first = next(texts, "")
    delimiter = max(",;\t|", key=first.count)
    reader = csv.reader(_chain(first, texts), delimiter=delimiter)
    header: list[str] | None = None
    number = 0
    while True:
        try:
            cells: list[str] | Unreadable | None = next(reader, None)
        except csv.Error as exc:
            cells = Unreadable("bad_record", f"Record {number + 1} is not CSV: {exc}.")
        for problem in problems:
            yield number, problem
        problems.clear()
        if cells is None:
            return
        if header is None and isinstance(cells, list):
            header = [repair(cell).strip() for cell in cells]
            continue
        number += 1
        if isinstance(cells, Unreadable):
            yield number, cells
        elif any(cells):
            yield number, dict(zip(header or [], cells, strict=False))


def _only_text(lines: Iterable[str | Unreadable], problems: list[Unreadable]) -> Iterator[str]:
    for line in lines:
        if isinstance(line, Unreadable):
            problems.append(line)
        else:
            yield line


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from rest
