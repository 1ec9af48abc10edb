"""Files -> Documents: finds the sources, reads their records, sets boilerplate apart, states title, authors, date, language.

The stored text of a .txt or .md is the decoded file, nothing stripped or normalised; of an .html its title and main text; of
a record (.jsonl, .csv, .json) its title, a blank line and its text. A source item is known by (root, path, record).
"""
# `format` is the word users know; os.path keeps names as they were given and is several times faster on 100,000 files
# ruff: noqa: A002, PTH100, PTH112, PTH116, PTH118, PTH119, PTH120, PTH122, PTH123, PTH207, PTH208

__all__ = [
    "FORMATS",
    "FileRef",
    "SourceItem",
    "Unreadable",
    "detect_language",
    "file_digest",
    "find_files",
    "read_file",
    "read_text",
]

import glob
import hashlib
import os
import re
import stat
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kg.boilerplate import find_boilerplate, settle, view
from kg.decode import MAX_BYTES, Unreadable, decode, inflate, open_binary, text_lines
from kg.errors import InputError, did_you_mean
from kg.html import read_page
from kg.markdown import find_heading, find_markup, read_front_matter
from kg.metadata import Metadata, read_metadata
from kg.records import Document, Span, document_id
from kg.rows import Row, json_rows, read_rows

#: File name ending -> format; each also with .gz after it.
FORMATS = {
    ".txt": "txt",
    ".text": "txt",
    ".md": "md",
    ".markdown": "md",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "csv",
}
#: lxml builds a tree of about ten times the page; news pages stay under 5 MB.
MAX_HTML_BYTES = 24 * 1024 * 1024
_ABOUT_FILES = ("README", "LICENSE", "LICENCE", "NOTICE", "CHANGELOG")
_ABOUT = Unreadable("about_file", "It describes its folder; give it as a SOURCE of its own to read it.")
_LANGUAGE_CHARS = 20_000
_SHORT_LETTERS = 60
_BRIEF_LETTERS = 400
#: Function words that no other language with Latin letters has as frequent words.
_ENGLISH_WORDS = frozenset(
    ("the", "and", "from", "which", "with", "were", "are", "his", "that", "their", "been", "would", "said")
)
#: One written form, one code.
_CHINESE = {"yue": "zh", "wuu": "zh", "cmn": "zh"}
_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True, order=True)
class SourceItem:
    """Where a document comes from.

    `root` is the absolute path of the SOURCE argument (a pattern for a glob) or "-"; `path` is relative to it, with POSIX
    slashes (the name, for a single file); `record` is the id or number of a record in a .jsonl or .csv, else empty.
    """

    root: str
    path: str
    record: str = ""


@dataclass(frozen=True, slots=True)
class FileRef:
    """One file to read; `file` is its path on disk ("-" for stdin), `problem` says why it cannot be read at all."""

    root: str
    path: str
    file: str
    format: str = ""
    problem: Unreadable | None = None


def find_files(source: str, *, format: str | None = None, exclude: Collection[Path] = ()) -> Iterator[FileRef]:
    """The files of one SOURCE: a file, a folder (with all below it, in order of name), a glob, or "-" for stdin.

    Hidden files and folders are passed over; a folder reached twice by links is read once. A file of an unknown format, or
    one that may not be read, comes with its `problem`, so that a report can name it.

    Args:
        source: As the user wrote it.
        format: Format of stdin (default txt) or of a single file, whatever its name.
        exclude: Folders to leave out, such as the output folder.

    Raises:
        InputError: The source does not exist, the pattern matches nothing, or the format is unknown.
    """
    if format is not None and format not in FORMATS.values():
        known = sorted(set(FORMATS.values()))
        raise InputError(f"Unknown format {format!r}; known are {', '.join(known)}.{did_you_mean(format, known)}")
    if source == "-":
        yield FileRef("-", "-", "-", format or "txt")
        return
    root = os.path.abspath(source)  # resolve() would follow links and change what the user named
    visited = {identity for folder in exclude if (identity := _identity(folder))}
    if os.path.isdir(root):
        yield from _walk(root, root, visited)
    elif os.path.lexists(root):
        yield _file_ref(root, os.path.dirname(root), root, format)
    elif glob.has_magic(source):
        yield from _expand(source, root, visited)
    else:
        raise InputError(f"{source} does not exist.{_near_miss(root)}")


def read_file(
    ref: FileRef, *, columns: Mapping[str, str] | None = None, max_bytes: int = MAX_BYTES
) -> Iterator[tuple[SourceItem, Document | Unreadable]]:
    """The documents of one file, record by record; bad content never raises and never stops the records after it.

    Args:
        ref: From `find_files`.
        columns: Our field (text, title, url, date, author, publisher, id, language, html) -> the column's name in a record file.
        max_bytes: Limit of one document or record, after decompression.
    """
    item = SourceItem(ref.root, ref.path)
    if ref.problem is not None:
        yield item, ref.problem
    elif ref.format in ("jsonl", "csv"):
        yield from _read_record_file(ref, item, columns or {}, max_bytes)
    else:
        raw = _read_bytes(ref, max_bytes)
        text = decode(raw, declared=ref.format == "html") if isinstance(raw, bytes) else raw
        if isinstance(text, Unreadable):
            yield item, text
        elif ref.format == "json":
            yield from _documents(item, json_rows(text, columns or {}))
        else:
            yield item, read_text(text, format=ref.format, path=ref.path)


def read_text(
    text: str, *, format: str = "txt", path: str = "", stated: Metadata | None = None
) -> Document | Unreadable:
    """The document of one decoded text.

    Args:
        text: A plain text, a Markdown text or an HTML page.
        format: txt, md or html.
        path: Path for the document, relative to the source root.
        stated: What a record says of the text; it wins over what the text itself says.
    """
    stated = stated or Metadata()
    spans: tuple[Span, ...] = ()
    if format == "html":
        if len(text) > MAX_HTML_BYTES:
            return Unreadable(
                "too_large", f"An HTML page of {len(text):,} characters; the limit is {MAX_HTML_BYTES:,}."
            )
        page = read_page(text)
        text, stated = page.text, stated.filled_from(page.metadata)
        if not text.strip():
            return Unreadable("no_text", "The page has no main text.")
    elif format == "md":
        front, metadata = read_front_matter(text)
        spans = find_markup(text, front)
        stated = stated.filled_from(metadata).filled_from(Metadata(title=find_heading(text, spans)))
    if not text.strip():
        return Unreadable("empty", "It has no text.")
    if stated.title and _fold(stated.title) not in _fold(view(text[:4000], spans)):
        text, spans = f"{stated.title}\n\n{text}", tuple(_shift(span, len(stated.title) + 2) for span in spans)
    return _document(text, spans, stated, path)


def file_digest(path: str | os.PathLike[str]) -> str:
    """SHA-256 of the file's bytes in hex, read in pieces; OSError where the file cannot be read."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def detect_language(text: str, stated: str | None = None) -> str:
    """ISO 639-1 code of the text by its first 20,000 characters.

    A text of fewer than 60 letters has the stated language, else English where English is plausible; a text of fewer than 400
    is English when English function words stand in it, since a sentence full of foreign names misleads letter statistics.
    """
    import py3langid

    sample = text[:_LANGUAGE_CHARS]
    words = _LETTERS.findall(sample)
    letters = sum(map(len, words))
    if not letters or (stated and letters < _SHORT_LETTERS):
        return stated or "en"
    if letters < _BRIEF_LETTERS and sum(word.lower() in _ENGLISH_WORDS for word in words) >= max(1, 0.05 * len(words)):
        return "en"
    scores = {_CHINESE.get(str(code), str(code)): float(score) for code, score in reversed(py3langid.rank(sample))}
    scores = {code: score for code, score in scores.items() if len(code) == 2}
    # log-probabilities of a few words lie close together; 15 is e-15 in likelihood, two or three words' worth
    if letters < _SHORT_LETTERS and scores["en"] > max(scores.values()) - 15:
        return "en"
    return max(scores, key=lambda code: (scores[code], code))


def _document(text: str, spans: tuple[Span, ...], stated: Metadata, path: str) -> Document:
    boilerplate = settle((*spans, *find_boilerplate(text, spans)))
    language = detect_language(view(text[: 2 * _LANGUAGE_CHARS], boilerplate), stated.language)
    told = stated.filled_from(read_metadata(text, boilerplate, title=stated.title))
    return Document(
        id=document_id(text),
        text=text,
        path=path,
        url=told.url,
        title=told.title,
        publisher=told.publisher,
        authors=told.authors,
        date=told.date,
        dateline=told.dateline,
        language=language,
        boilerplate=boilerplate,
    )


def _read_record_file(
    ref: FileRef, item: SourceItem, columns: Mapping[str, str], max_bytes: int
) -> Iterator[tuple[SourceItem, Document | Unreadable]]:
    try:
        packed = os.stat(ref.file).st_size if ref.file.lower().endswith(".gz") else 0
        stream = sys.stdin.buffer if ref.file == "-" else open_binary(ref.file)
    except OSError as exc:
        yield item, _problem(exc)
        return
    try:
        lines = text_lines(stream, packed, max_bytes)
        yield from _documents(item, read_rows(lines, ref.format, columns))
    finally:
        if ref.file != "-":
            stream.close()


def _documents(
    item: SourceItem, rows: Iterable[tuple[str, Row | Unreadable]]
) -> Iterator[tuple[SourceItem, Document | Unreadable]]:
    empty = True
    for record, row in rows:
        empty = False
        where = replace(item, record=record)
        if isinstance(row, Unreadable):
            yield where, row
        else:
            path = f"{item.path}#{record}" if record else item.path
            yield where, read_text(row.text, format=row.format, path=path, stated=row.stated)
    if empty:
        yield item, Unreadable("empty", "It has no records.")


def _read_bytes(ref: FileRef, max_bytes: int) -> bytes | Unreadable:
    try:
        if ref.file == "-":
            raw = sys.stdin.buffer.read(max_bytes + 1)
        else:
            with open(ref.file, "rb") as stream:
                raw = stream.read(max_bytes + 1)
    except OSError as exc:
        return _problem(exc)
    if len(raw) > max_bytes:
        return Unreadable("too_large", f"It has more than {max_bytes:,} bytes.")
    return inflate(raw, max_bytes) if ref.file.lower().endswith(".gz") else raw


def _walk(root: str, folder: str, visited: set[tuple[int, int]]) -> Iterator[FileRef]:
    pending = [folder]
    while pending:
        path = pending.pop()
        if os.path.isdir(path):
            try:
                names = _entries(path, visited)
            except OSError as exc:
                yield FileRef(root, _relative(path, root), path, problem=_problem(exc))
                continue
            pending += [os.path.join(path, name) for name in reversed(names)]
        elif os.path.basename(path).split(".")[0].upper() in _ABOUT_FILES:
            yield FileRef(root, _relative(path, root), path, problem=_ABOUT)
        else:
            yield _file_ref(root, root, path, None)


def _entries(folder: str, visited: set[tuple[int, int]]) -> list[str]:
    """Names in the folder, sorted; none when it is left out or was seen under another name."""
    state = os.stat(folder)
    if (state.st_dev, state.st_ino) in visited:
        return []
    visited.add((state.st_dev, state.st_ino))
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if not entry.name.startswith("."))


def _identity(folder: str | os.PathLike[str]) -> tuple[int, int] | None:
    try:
        state = os.stat(folder)
    except OSError:
        return None
    return state.st_dev, state.st_ino


def _expand(pattern: str, root: str, visited: set[tuple[int, int]]) -> Iterator[FileRef]:
    # the part before the first wildcard stays out of the relative path
    fixed = root
    while glob.has_magic(fixed):
        fixed = os.path.dirname(fixed)
    paths = sorted(set(glob.iglob(root, recursive=True)))
    if not paths:
        raise InputError(f"No file matches {pattern}. Quote the pattern and check the folder it names.")
    files = {path for path in paths if not os.path.isdir(path)}
    for path in paths:
        if path in files:
            yield _file_ref(root, fixed, path, None)
            continue
        for ref in _walk(fixed, path, visited):
            if ref.file not in files:
                yield replace(ref, root=root)


def _file_ref(root: str, base: str, path: str, format: str | None) -> FileRef:
    known = format or _format(path)
    return FileRef(root, _relative(path, base), path, known or "", _file_problem(path, known))


def _file_problem(path: str, format: str | None) -> Unreadable | None:
    try:
        mode = os.stat(path).st_mode
    except OSError as exc:
        return _problem(exc)
    if not stat.S_ISREG(mode):
        return Unreadable("not_a_file", "It is a device, a pipe or a socket; use '-' to read a stream.")
    if format is None:
        return Unreadable(
            "unknown_format", f"Its name has none of the endings {' '.join(FORMATS)} (or these with .gz)."
        )
    return None if os.access(path, os.R_OK) else Unreadable("no_permission", "No permission to read it.")


def _format(path: str) -> str | None:
    name = path.lower().removesuffix(".gz")
    return FORMATS.get(os.path.splitext(name)[1])


def _relative(path: str, base: str) -> str:
    # names that are not valid in the file system's encoding reach the graph as U+FFFD, never as lone surrogates
    relative = os.path.relpath(path, base).replace(os.sep, "/")
    return relative.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _problem(exc: OSError) -> Unreadable:
    if isinstance(exc, PermissionError):
        return Unreadable("no_permission", "No permission to read it.")
    if isinstance(exc, FileNotFoundError):
        return Unreadable("missing", "It does not exist (a broken link, or removed meanwhile).")
    return Unreadable("io", f"It cannot be read: {exc.strerror or exc}.")


def _near_miss(path: str) -> str:
    folder, name = os.path.split(path)
    try:
        return did_you_mean(name, sorted(os.listdir(folder)))
    except OSError:
        return f" The folder {folder} does not exist either."


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())


def _shift(span: Span, offset: int) -> Span:
    return Span(span.begin + offset, span.end + offset, span.kind)
