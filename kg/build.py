"""Articles -> the output folder: the whole trip, top to bottom."""

__all__ = ["Progress", "build", "correct", "extract", "forget", "open_output"]

import glob
import heapq
import json
import logging
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from kg import __version__
from kg.cache import Cache, Item, SourceFile, metadata_of, reading_key, with_metadata
from kg.corrections import Anchor, Corrections, append_correction, append_forgotten, read_corrections
from kg.errors import AmbiguousName, InputError, StoreError, UnknownName
from kg.files import FolderLock, atomic_write, disk_errors
from kg.ontology import data_folder
from kg.records import Document, Reading, digest
from kg.report import Report, write_report
from kg.resolve import KnownNames, Resolution, Thing, anchor_of, resolve, split, split_elsewhere
from kg.settings import Settings
from kg.text import FileRef, SourceItem, Unreadable, file_digest, find_files, read_file
from kg.workers import ReadingFailed, read_documents

log = logging.getLogger("kg.build")

#: Characters of one document. Books have a million, articles a hundred thousand at most: more is no article, and reading it
#: would take an hour without a word.
MAX_DOCUMENT_CHARS = 2_000_000

#: Lines sorted in memory at a time; about 300 MB.
SORT_LINES = 1_000_000


class Progress(Protocol):
    """Hears how a run goes on: the command line draws bars, tests and libraries stay silent."""

    def start(self, stage: str, total: int | None) -> None:
        """A stage begins; `total` is the number of steps, None when it is not known."""

    def step(self, count: int = 1) -> None:
        """Steps of the current stage are done."""


class Silent:
    """A Progress that says nothing."""

    def start(self, stage: str, total: int | None) -> None:
        """Say nothing."""

    def step(self, count: int = 1) -> None:
        """Say nothing."""


def build(
    sources: Sequence[str],
    settings: Settings,
    *,
    fresh: bool = False,
    prune: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Read the sources and write the output folder.

    1. survey    find the files below each source; a file whose bytes are known is not opened again
    2. read      texts -> readings, in one process or several; each finished reading is safe at once
    3. resolve   entities and events of all documents -> things and happenings
    4. triples   readings and things -> graph.nt, sorted
    5. store     graph.nt -> store/, graph.ttl and names.sqlite
    6. draw      graph.nt -> graph.html
    7. report    report.json and report.md

    Args:
        sources: Files, folders, globs or "-". What is gone below a source given here is taken out; documents of other
            sources stay, unless `prune`.
        settings: See kg.settings.
        fresh: Read everything anew.
        prune: Take out the documents of sources that are not given.
        progress: Hears how it goes on.

    Returns:
        What was read, what was left out and why; also written as report.json and report.md.

    Raises:
        InputError: a source does not exist, nothing in the sources can be read, or the output cannot be written.
        ModelError: the language model is missing.
    """
    progress = progress or Silent()
    output = settings.output
    report = Report()
    with disk_errors(output), FolderLock(output), Cache(output / "records", fresh=fresh) as cache:
        corrections = read_corrections(output / "corrections.toml")
        from kg.nlp.pipeline import load_pipeline, pipeline_fingerprint

        nlp = load_pipeline(settings.pipeline)
        fingerprint = pipeline_fingerprint(nlp)
        with report.stage("survey"):
            survey = _Survey(cache, corrections, fingerprint, fresh=fresh, prune=prune)
            cache.write_inbox(survey.run(sources, report, progress))
        if not survey.documents and not cache.keys and not cache.sources:
            raise InputError(_nothing(sources, report))
        with report.stage("read"):
            _read(survey, cache, settings, nlp, report, progress)
            cache.commit(survey.files, set(survey.documents))
        write_outputs(cache, corrections, settings, fingerprint, report, progress)
    return report


def write_outputs(
    cache: Cache, corrections: Corrections, settings: Settings, fingerprint: str, report: Report, progress: Progress
) -> Resolution:
    """Stages 3 to 7: everything in the output folder that follows from the readings and the corrections."""
    from kg.graph.triples import Run, TripleWriter, document_lines

    output = settings.output
    with report.stage("resolve"):
        progress.start("resolve", None)
        readings = _split_all([r for r in cache.readings() if r.document.id not in corrections.forgotten], corrections)
        resolution = resolve(readings, corrections, _known_names())
    with report.stage("triples"):
        progress.start("triples", len(readings))
        writer = TripleWriter(resolution, Run(__version__, fingerprint), base_iri=settings.base_iri, text=settings.text)
        with atomic_write(output / "graph.nt", "wb") as file:
            for line in _sorted_unique(document_lines(writer, _stepping(readings, progress))):
                file.write(line)
    with report.stage("store"):
        progress.start("store", None)
        _write_store(output)
    if settings.draw:
        with report.stage("draw"):
            progress.start("draw", None)
            from kg.graph.draw import draw

            draw(output / "graph.nt", output / "graph.html")
    report.count_graph(readings, resolution, writer.dropped)
    write_report(report, output)
    return resolution


def extract(source: str, settings: Settings, *, format: str | None = None) -> Iterator[Reading | str]:  # noqa: A002
    """What is read from a file, or from "-" in the given format, without a graph; a record left out gives its reason.

    Raises:
        InputError: the file does not exist.
        ModelError: the language model is missing.
    """
    from kg.nlp.pipeline import load_pipeline, read

    refs = list(find_files(source, format=format))
    nlp = load_pipeline(settings.pipeline)
    for ref in refs:
        for item, found in _articles(ref):
            if isinstance(found, Unreadable):
                yield f"{_place(item.path, item.record)}: {found.message}"
            else:
                yield read(nlp, found)


def forget(doc: str, settings: Settings, progress: Progress | None = None) -> Report:
    """Take one document's contribution out for good: its text leaves records, store, page and name index.

    Args:
        doc: Its id, its title, or the path or name of its file.
        settings: Name the output folder.
        progress: Hears how it goes on.

    Raises:
        UnknownName, AmbiguousName: no document of the output folder is meant by it, or several are.
    """
    report = Report()
    output = settings.output
    with disk_errors(output), FolderLock(output), Cache(output / "records") as cache:
        local = _document_named(doc, cache)
        append_forgotten(output / "corrections.toml", local)
        files = [
            replace(file, items=tuple(_without_text(item) if item.doc == local else item for item in file.items))
            for file in cache.sources.values()
        ]
        cache.commit(files, set(cache.keys) - {local})
        _rebuild(cache, settings, report, progress or Silent())
    return report


def correct(kind: str, a: str, b: str, settings: Settings, progress: Progress | None = None) -> Report:
    """Record that two names are the `same` thing or `different` ones, and write the outputs again.

    Raises:
        UnknownName, AmbiguousName: a name that no entity, or that several, have.
    """
    from kg.graph.names import entity_named

    report = Report()
    output = settings.output
    path = output / "corrections.toml"
    with disk_errors(output), FolderLock(output), Cache(output / "records") as cache:
        readings = {reading.document.id: reading for reading in cache.readings()}
        resolution = resolve(
            _split_all(list(readings.values()), read_corrections(path)), read_corrections(path), _known_names()
        )
        things = {thing.id: thing for thing in resolution.things}
        anchors = []
        for name in (a, b):
            iri = entity_named(output, name).iri
            local = iri.rsplit("/", 1)[-1].rsplit("#", 1)[-1]
            if local not in things:
                raise UnknownName(f"{name} is not an entity with a name in a text, so it cannot be corrected.")
            anchors.append(_anchor(things[local], name, readings))
        if anchors[0] == anchors[1]:
            raise InputError(f'"{a}" and "{b}" are one mention of one entity; give two of its names, or two entities.')
        _would_work(kind, (anchors[0], anchors[1]), read_corrections(path), list(readings.values()))
        append_correction(path, kind, anchors[0], anchors[1])
        _rebuild(cache, settings, report, progress or Silent())
    return report


def _would_work(kind: str, pair: tuple[Anchor, Anchor], old: Corrections, readings: list[Reading]) -> None:
    """Resolve with the new pair; raise InputError with the reason when the two do not end as asked."""
    new = old.with_pair(kind, *pair)
    parted = _split_all(readings, new)
    resolution = resolve(parted, new, _known_names())
    things = {}
    for anchor in pair:
        mentions = (m for reading in parted for m in reading.mentions if m.doc == anchor.doc)
        entity = next(m.entity for m in mentions if (m.begin, m.end) == (anchor.begin, anchor.end))
        things[anchor] = resolution.thing_of[anchor.doc, entity]
    one, two = things[pair[0]], things[pair[1]]
    if (one == two) == (kind == "same"):
        return
    reasons = {merge.reason for thing in resolution.things if thing.id == one for merge in thing.merges}
    because = "; ".join(sorted(reasons)[:4]) or "they share a name"
    raise InputError(
        f'"{pair[0].text}" and "{pair[1].text}" would still be {"one thing" if one == two else "two things"} ({because}). '
        "Look at the other tables of corrections.toml first; nothing was changed."
    )


def _document_named(name: str, cache: Cache) -> str:
    local = name.rsplit("/", 1)[-1].removeprefix("kgr:")
    if local in cache.keys:
        return local
    found: dict[str, str] = {}
    for file in cache.sources.values():
        for item in file.items:
            if item.doc in cache.keys and item.metadata:
                title = json.loads(item.metadata)["title"] or ""
                if name in (file.path, Path(file.path).name) or name.casefold() == title.casefold():
                    found[str(item.doc)] = title
    if len(found) > 1:
        listed = "".join(f"\n  {doc} {title}" for doc, title in sorted(found.items()))
        raise AmbiguousName(f'{len(found)} documents go by "{name}":{listed}\nSay which one by its id.')
    if not found:
        raise UnknownName(f'No document has the id, title or file name "{name}". `kg query documents` lists them.')
    return next(iter(found))


def open_output(output: Path) -> Path:
    """The output folder, if a build has been there.

    Raises:
        StoreError: there is no graph in it.
    """
    if not (output / "graph.nt").exists():
        raise StoreError(f"There is no graph in {output}/. Run `kg build SOURCE -o {output}` first.")
    return output


class _Survey:
    """Finds what there is to read, and decides which document each text is when several files hold it."""

    def __init__(self, cache: Cache, corrections: Corrections, fingerprint: str, *, fresh: bool, prune: bool) -> None:
        self._cache, self._corrections, self._fingerprint = cache, corrections, fingerprint
        self._fresh, self._prune = fresh, prune
        self._reader = _reader_version()
        self.files: list[SourceFile] = []
        self.documents: dict[str, str] = {}  # id -> metadata, the least of all that describe the same text
        self.keys: dict[str, str] = {}

    def run(self, sources: Sequence[str], report: Report, progress: Progress) -> Iterator[Document]:
        """Yield the documents that were not known; `files`, `documents` and `keys` are whole when it ends."""
        output = [self._cache.folder.parent]
        refs = list(dict.fromkeys(ref for source in sources for ref in find_files(source, exclude=output)))
        progress.start("survey", len(refs))
        given = {_root(source) for source in sources}
        listed = {(ref.root, ref.path) for ref in refs}
        fresh: set[str] = set()
        for ref in refs:
            yield from self._file(ref, report, fresh)
            progress.step()
        for key, file in self._cache.sources.items():
            if key in listed:
                continue
            place = _absolute(file)
            gone = any(place.is_relative_to(root) for root in given if root != "-") and not place.exists()
            if self._prune or file.root in given or gone:
                report.removed_files += 1
            else:
                self.files.append(file)
        self._choose(report)

    def _file(self, ref: FileRef, report: Report, fresh: set[str]) -> Iterator[Document]:
        known = self._cache.sources.get((ref.root, ref.path))
        sha256 = ""
        if ref.problem is None and ref.file != "-":
            try:
                sha256 = file_digest(ref.file)
            except OSError as exc:
                report.leave_out(ref.path, f"It cannot be read: {exc.strerror}.", kind="file")
                self.files += [known] if known else []
                return
        if ref.problem is not None:
            report.leave_out(ref.path, ref.problem.message, kind="file")
            # what was read of a file before its permission was lost is kept: nothing is lost by an accident
            self.files += [known] if known and ref.problem.reason in ("no_permission", "io") else []
            return
        if known and not self._fresh and sha256 and known.sha256 == sha256 and known.reader == self._reader:
            report.unchanged_files += 1
            self.files.append(known)
            return
        items = []
        for source, found in _articles(ref):
            if isinstance(found, Unreadable):
                items.append(Item(source.record, None, reason=found.message))
                continue
            forgotten = found.id in self._corrections.forgotten
            items.append(Item(source.record, found.id, "" if forgotten else metadata_of(found)))
            if not forgotten and found.id not in fresh:
                fresh.add(found.id)
                yield found
        report.read_files += 1
        self.files.append(SourceFile(ref.root, ref.path, sha256, self._reader, tuple(items)))

    def _choose(self, report: Report) -> None:
        copies: dict[str, set[tuple[Path, str]]] = defaultdict(set)
        for file in self.files:
            for item in file.items:
                if item.doc is None:
                    report.leave_out(_place(file.path, item.record), item.reason, kind="record")
                elif item.doc in self._corrections.forgotten:
                    report.leave_out(_place(file.path, item.record), "forgotten on request", kind="record")
                elif item.metadata:
                    copies[item.doc].add((_absolute(file), item.record))
                    best = self.documents.get(item.doc, item.metadata)
                    self.documents[item.doc] = min(best, item.metadata, key=_richness)
        report.duplicates = sum(len(places) - 1 for places in copies.values())
        self.keys = {doc: reading_key(metadata, self._fingerprint) for doc, metadata in self.documents.items()}


def _read(survey: _Survey, cache: Cache, settings: Settings, nlp: Any, report: Report, progress: Progress) -> None:
    """Readings for every document whose key is not known yet."""
    stale = {doc for doc, key in survey.keys.items() if cache.keys.get(doc) != key}
    report.new_documents, report.known_documents = len(stale), len(survey.keys) - len(stale)
    progress.start("read", len(stale))
    inbox = {document.id for document in cache.inbox()} & stale

    def pending() -> Iterator[Document]:
        for document in cache.inbox():
            if document.id in inbox:
                yield with_metadata(document, survey.documents[document.id])
        for document in cache.documents(stale - inbox):
            yield with_metadata(document, survey.documents[document.id])

    done: set[str] = set()
    for result in read_documents(pending(), nlp, pipeline=settings.pipeline, workers=settings.workers):
        if isinstance(result, ReadingFailed):
            report.leave_out(
                result.document.path or result.document.id, f"reading failed: {result.reason}", kind="document"
            )
            failed = Reading(result.document, dropped=((f"reading failed: {result.reason}", 1),))
            # no key: the next run tries again
            cache.append(failed, "")
        else:
            cache.append(result, survey.keys[result.document.id])
        done.add(result.document.id)
        progress.step()
    for doc in sorted(stale - done):
        report.leave_out(doc, "its stored text is damaged and its source was not given", kind="document")
        del survey.documents[doc]


def _split_all(readings: list[Reading], corrections: Corrections) -> list[Reading]:
    by_id = {reading.document.id: reading for reading in readings}
    for a, b in corrections.different:
        if a.doc == b.doc and a.doc in by_id:
            parted = split(by_id[a.doc], a, b)
            if parted is not by_id[a.doc]:
                by_id[a.doc] = parted
                by_id.update({doc: split_elsewhere(reading, b) for doc, reading in by_id.items() if doc != a.doc})
    return list(by_id.values())


def _rebuild(cache: Cache, settings: Settings, report: Report, progress: Progress) -> None:
    from kg.nlp.pipeline import load_pipeline, pipeline_fingerprint

    corrections = read_corrections(settings.output / "corrections.toml")
    fingerprint = pipeline_fingerprint(load_pipeline(settings.pipeline))
    write_outputs(cache, corrections, settings, fingerprint, report, progress)


def _anchor(thing: Thing, name: str, readings: dict[str, Reading]) -> Anchor:
    """The mention that stands for this name of the thing: the first with these words, else the first of all."""
    mentions = [
        (readings[doc].document.date or "9999", Anchor(doc, m.begin, m.end, m.text))
        for doc, entity in thing.members
        for m in readings[doc].mentions
        if m.entity == entity and m.text.casefold() == name.casefold()
    ]
    return min(mentions)[1] if mentions else anchor_of(thing, readings)


def _write_store(output: Path) -> None:
    from kg.graph.export import export_graph
    from kg.graph.names import write_names
    from kg.graph.store import write_store

    write_store(output / "graph.nt", output / "store")
    export_graph(output / "graph.nt", output / "graph.ttl")
    write_names(output / "graph.nt", output / "names.sqlite")


def _known_names() -> KnownNames:
    from kg.nlp.names import load_names

    return load_names()


def _sorted_unique(lines: Iterable[str]) -> Iterator[bytes]:
    """All different lines in byte order, sorted in runs on disk when they are many."""
    with tempfile.TemporaryDirectory(prefix="kg-sort-") as folder:
        runs: list[Path] = []
        batch: set[bytes] = set()
        for line in lines:
            batch.add(line.encode() + b"\n")
            if len(batch) >= SORT_LINES:
                runs.append(_write_run(batch, Path(folder) / str(len(runs))))
                batch = set()
        files = [run.open("rb") for run in runs]
        try:
            last = b""
            for line_bytes in heapq.merge(sorted(batch), *files):
                if line_bytes != last:
                    yield line_bytes
                    last = line_bytes
        finally:
            for file in files:
                file.close()


def _write_run(batch: set[bytes], path: Path) -> Path:
    path.write_bytes(b"".join(sorted(batch)))
    return path


def _stepping(readings: Iterable[Reading], progress: Progress) -> Iterator[Reading]:
    for reading in readings:
        yield reading
        progress.step()


def _without_text(item: Item) -> Item:
    return replace(item, metadata="")


def _articles(ref: FileRef) -> Iterator[tuple[SourceItem, Document | Unreadable]]:
    """The records of a file; what is too long for an article gives a reason in place of a document."""
    for item, found in read_file(ref):
        if isinstance(found, Document) and len(found.text) > MAX_DOCUMENT_CHARS:
            limit = f"the limit of one article is {MAX_DOCUMENT_CHARS:,}; split it, or give its articles as records of a .jsonl"
            yield item, Unreadable("too_large", f"It has {len(found.text):,} characters; {limit}.")
        else:
            yield item, found


def _absolute(file: SourceFile) -> Path:
    """Where a source file lies, whichever root it was found under: itself, a folder or a pattern."""
    root = Path(file.root)
    if root.name == file.path:
        return root
    while glob.has_magic(str(root)):
        root = root.parent
    return root / file.path


def _place(path: str, record: str) -> str:
    return f"{path}#{record}" if record else path


def _reader_version() -> str:
    """Changes when files would be read into other texts: a new version, or other boilerplate phrases."""
    rules = [data_folder("ontology") / name for name in ("boilerplate.toml", "bylines.toml")]
    return digest(__version__ + "".join(path.read_text(encoding="utf-8") for path in rules), 12)


def _richness(metadata: str) -> tuple[int, str]:
    """Sorts descriptions of one text: the one that says most first, then by spelling, never by the order of files."""
    return (metadata.count("null"), metadata)


def _root(source: str) -> str:
    """The root that a source stands for, even when nothing is left below it."""
    return "-" if source == "-" else os.path.abspath(source)  # noqa: PTH100 - the same words as kg.text


def _nothing(sources: Sequence[str], report: Report) -> str:
    reasons = "; ".join(f"{name}: {reason}" for name, reason in report.left_out[:3])
    where = ", ".join(sources)
    return f"Nothing to read in {where}." + (
        f" Left out: {reasons}." if reasons else " Give .txt .md .html .jsonl or .csv files."
    )
