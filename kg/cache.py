"""The records/ folder: what was read from which source, kept so that nothing is read twice and no kill loses work.

    records/00.jsonl ... ff.jsonl   readings, in the shard that the document id begins with: a header line, then its records
    records/journal.jsonl           readings finished since the last commit, in the same form; a torn tail is thrown away
    records/inbox.jsonl             documents found in this run that still have to be read
    records/sources.json            every source file: digest of its bytes, and the document that each record gave

A commit merges the journal into the shards, one atomic file after the other, then writes sources.json, then drops the
journal: a kill between any two steps leaves a state from which the next run goes on.
"""

__all__ = ["Cache", "Item", "SourceFile", "reading_key"]

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from kg.errors import InputError, RecordError
from kg.files import atomic_write
from kg.records import (
    Document,
    Entity,
    Event,
    Fact,
    Mention,
    Quotation,
    Reading,
    Span,
    digest,
    from_line,
    to_line,
)

log = logging.getLogger("kg.cache")

#: Raised when the layout of the folder changes: an older folder is read anew.
LAYOUT = 1


@dataclass(frozen=True, slots=True)
class Item:
    """One record of a source file: the document it gave with its metadata as JSON, or why it gave none."""

    record: str
    doc: str | None
    metadata: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file below a source root, as it was when it was last read; `reader` is the version of the readers."""

    root: str
    path: str
    sha256: str
    reader: str
    items: tuple[Item, ...]


def metadata_of(document: Document) -> str:
    """The document without its text, as JSON: equal for equal descriptions."""
    plain = {f.name: getattr(document, f.name) for f in fields(Document) if f.name not in ("text", "id")}
    plain["boilerplate"] = [[span.begin, span.end, span.kind] for span in document.boilerplate]
    return json.dumps(plain, ensure_ascii=False, sort_keys=True)


def with_metadata(document: Document, metadata: str) -> Document:
    """The same text under another description."""
    plain = json.loads(metadata)
    plain["boilerplate"] = tuple(Span(*span) for span in plain["boilerplate"])
    plain["authors"] = tuple(plain["authors"])
    return replace(document, **plain)


def reading_key(metadata: str, fingerprint: str) -> str:
    """What a reading depends on besides the text: the description (but for its path) and the pipeline."""
    plain = json.loads(metadata)
    plain.pop("path")
    return digest(json.dumps(plain, sort_keys=True) + fingerprint, 16)


class Cache:
    """The records/ folder of one output folder; use it inside `with`, one process at a time."""

    def __init__(self, folder: Path, *, fresh: bool = False) -> None:
        """Open the folder; with `fresh` no reading in it counts as known, and all are replaced at the commit."""
        self.folder = folder
        self._journal: IO[str] | None = None
        self._fresh = fresh
        self.sources: dict[tuple[str, str], SourceFile] = {}
        self.keys: dict[str, str] = {}

    def __enter__(self) -> "Cache":
        """Read the list of sources and what an interrupted run left in the journal."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise InputError(f"Cannot write in {self.folder}: {exc.strerror}. Choose another folder with -o.") from exc
        if not self._fresh:
            self._read_sources()
            self.keys |= self._recover_journal()
            return self
        self._path("journal").unlink(missing_ok=True)
        try:
            self._read_sources()
        except RecordError as exc:
            log.warning("%s Sources that are not given now are lost.", exc)
        self.keys = {}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the journal; what is in it is kept for the next run."""
        if self._journal:
            self._journal.close()
            self._journal = None

    def append(self, reading: Reading, key: str) -> None:
        """Put a finished reading into the journal; it outlives a kill from here on."""
        if self._journal is None:
            self._journal = self._path("journal").open("a", encoding="utf-8", newline="\n")
        try:
            self._journal.write(_block(reading, key))
            self._journal.flush()
        except OSError as exc:
            raise InputError(
                f"Cannot write {self._path('journal')}: {exc.strerror}. Make room and run the same command again: "
                "it goes on where it stopped."
            ) from exc
        self.keys[reading.document.id] = key

    def commit(self, sources: Iterable[SourceFile], keep: set[str]) -> None:
        """Merge the journal into the shards, drop every document that is not in `keep`, and remember the sources."""
        if self._journal:
            self._journal.close()
            self._journal = None
        fresh: dict[str, dict[str, str]] = defaultdict(dict)
        for doc, _, block in self._blocks(self._path("journal")):
            fresh[_shard_of(doc)][doc] = block
        for shard in (f"{number:02x}" for number in range(256)):
            self._merge(shard, fresh.get(shard, {}), keep)
        listed = sorted(sources, key=lambda source: (source.root, source.path))
        with atomic_write(self.folder / "sources.json") as file:
            plain = {"layout": LAYOUT, "keys": {doc: self.keys[doc] for doc in sorted(keep)}}
            json.dump(plain | {"sources": [asdict(source) for source in listed]}, file, ensure_ascii=False, indent=0)
        self._path("journal").unlink(missing_ok=True)
        self._path("inbox").unlink(missing_ok=True)
        self.sources = {(source.root, source.path): source for source in listed}
        self.keys = {doc: self.keys[doc] for doc in keep}

    def readings(self) -> Iterator[Reading]:
        """Every committed reading, by document id."""
        for number in range(256):
            path = self.folder / f"{number:02x}.jsonl"
            for _, _, block in sorted(self._blocks(path, whole=True)):
                yield _reading(block)

    def documents(self, wanted: set[str]) -> Iterator[Document]:
        """The stored documents with these ids, from shards and journal."""
        seen: set[str] = set()
        paths = [
            self._path("journal"),
            *(self.folder / f"{shard}.jsonl" for shard in sorted({_shard_of(d) for d in wanted})),
        ]
        for path in paths:
            for doc, _, block in self._blocks(path):
                if doc in wanted and doc not in seen:
                    seen.add(doc)
                    yield _reading(block).document

    def write_inbox(self, documents: Iterable[Document]) -> None:
        """Set documents aside on disk until they are read, so that memory does not grow with the input."""
        with self._path("inbox").open("w", encoding="utf-8", newline="\n") as file:
            for document in documents:
                file.write(to_line(document) + "\n")

    def inbox(self) -> Iterator[Document]:
        """The documents set aside, in the order they came."""
        if self._path("inbox").exists():
            with self._path("inbox").open(encoding="utf-8", newline="\n") as file:
                for line in file:
                    record = from_line(line)
                    assert isinstance(record, Document)
                    yield record

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.jsonl"

    def _read_sources(self) -> None:
        path = self.folder / "sources.json"
        if not path.exists():
            return
        try:
            plain = json.loads(path.read_text(encoding="utf-8"))
            if plain["layout"] != LAYOUT:
                return
            for source in plain["sources"]:
                items = tuple(Item(**item) for item in source.pop("items"))
                self.sources[source["root"], source["path"]] = SourceFile(items=items, **source)
            self.keys = dict(plain["keys"])
        except (ValueError, KeyError, TypeError) as exc:
            raise RecordError(f"{path} is damaged ({exc}). Run `kg build --fresh` with all your sources.") from exc

    def _recover_journal(self) -> dict[str, str]:
        """Keys of the whole readings in the journal; a torn tail is cut off."""
        path = self._path("journal")
        if not path.exists():
            return {}
        blocks = list(self._blocks(path))
        with atomic_write(path) as file:
            for _, _, block in blocks:
                file.write(block)
        return {doc: key for doc, key, _ in blocks}

    def _merge(self, shard: str, fresh: dict[str, str], keep: set[str]) -> None:
        path = self.folder / f"{shard}.jsonl"
        old = {} if self._fresh else {doc: block for doc, _, block in self._blocks(path, whole=True)}
        merged = {doc: block for doc, block in {**old, **fresh}.items() if doc in keep}
        if merged == old and not self._fresh:
            return
        if not merged:
            path.unlink(missing_ok=True)
            return
        with atomic_write(path) as file:
            for doc in sorted(merged):
                file.write(merged[doc])

    def _blocks(self, path: Path, *, whole: bool = False) -> Iterator[tuple[str, str, str]]:
        """(document, key, block) for every reading in a file; a torn one ends it, or is an error when `whole`."""
        if not path.exists():
            return
        with path.open(encoding="utf-8", errors="surrogatepass", newline="\n") as file:
            while header := file.readline():
                try:
                    head = json.loads(header)
                    lines = [file.readline() for _ in range(head["lines"])]
                    torn = not all(line.endswith("\n") for line in (header, *lines))
                except (ValueError, KeyError, TypeError):
                    torn = True
                if torn:
                    if whole:
                        raise RecordError(f"{path} is damaged. Run `kg build --fresh` with all your sources.")
                    return
                yield head["doc"], head["key"], header + "".join(lines)


def _shard_of(doc: str) -> str:
    return doc.removeprefix("doc-")[:2]


def _block(reading: Reading, key: str) -> str:
    lines = list(reading.lines())
    head = {"kind": "reading", "doc": reading.document.id, "key": key, "lines": len(lines), "dropped": reading.dropped}
    return "\n".join([json.dumps(head, separators=(",", ":")), *lines]) + "\n"


def _reading(block: str) -> Reading:
    # only "\n" ends a line: splitlines() would also break at the separators that a text may hold
    header, *lines = block.removesuffix("\n").split("\n")
    kinds: dict[type[Any], list[Any]] = {cls: [] for cls in (Document, Mention, Entity, Fact, Event, Quotation)}
    for line in lines:
        record = from_line(line)
        kinds[type(record)].append(record)
    return Reading(
        document=kinds[Document][0],
        mentions=tuple(kinds[Mention]),
        entities=tuple(kinds[Entity]),
        facts=tuple(kinds[Fact]),
        events=tuple(kinds[Event]),
        quotations=tuple(kinds[Quotation]),
        dropped=tuple((str(reason), int(count)) for reason, count in json.loads(header)["dropped"]),
    )
