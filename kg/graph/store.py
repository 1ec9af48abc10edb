"""graph.nt -> the Oxigraph store in the output folder, and that folder -> an open Store.

The folder holds `store.json`, which names the current generation, and one subfolder per generation. A generation is never
changed once `store.json` names it: a writer fills a new one beside it and then replaces `store.json`, in one rename. So a
reader has a snapshot that stays whole whatever a writer does, a kill at any moment leaves the old or the new store, and any
number of readers can share it (each holds a shared lock on its generation, so that nobody deletes it under them).
"""

__all__ = ["FORMAT", "Store", "memory_store", "open_store", "write_store"]

import json
import logging
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

import pyoxigraph as ox

from kg.errors import InputError, StoreError
from kg.ontology import NAMESPACES

if TYPE_CHECKING:
    from rdflib import Dataset

try:
    import fcntl
except ImportError:  # Windows has no flock: written for, untested
    fcntl = None  # type: ignore[assignment]

#: Layout of the folder; a store of another number is built anew.
FORMAT = 1
MARKER = "store.json"

log = logging.getLogger(__name__)

Results = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


class Store:
    """An open graph: on disk or in memory, for reading or (on disk) for one writer at a time."""

    def __init__(self, inner: ox.Store, *, folder: Path | None = None, writing: "_Writing | None" = None) -> None:
        self.inner = inner
        self.folder = folder
        self._writing = writing
        self._lock: IO[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()

    def query(
        self, text: str, *, prefixes: Mapping[str, str] | None = None, base_iri: str | None = None, **options: Any
    ) -> Results:
        """Answer of Oxigraph to a SPARQL text; our prefixes are always known.

        Raises:
            SyntaxError: the text is not SPARQL (`kg.graph.query.ask` turns this into a QueryError with a hint).
        """
        return self.inner.query(text, prefixes={**NAMESPACES, **(prefixes or {})}, base_iri=base_iri, **options)

    def update(self, text: str, *, prefixes: Mapping[str, str] | None = None, base_iri: str | None = None) -> None:
        """Apply a SPARQL update, whole or not at all; on disk it is published when the store is closed.

        Raises:
            StoreError: the store was opened for reading.
            SyntaxError: the text is not a SPARQL update.
        """
        if self.folder is not None and self._writing is None:
            raise StoreError(f"The store {self.folder} is open for reading only. Open it with write=True.")
        self.inner.update(text, prefixes={**NAMESPACES, **(prefixes or {})}, base_iri=base_iri)

    def triple_count(self) -> int:
        """Number of triples, those of named graphs included."""
        return len(self.inner)

    def rdflib(self) -> "Dataset":
        """An rdflib Dataset over the same store, without a copy. Query it here, not there: rdflib is slower."""
        from oxrdflib import OxigraphStore
        from rdflib import Dataset

        return Dataset(store=OxigraphStore(store=self.inner))

    def close(self) -> None:
        """Let the store go; a writer's changes become the current state of the folder."""
        writing, self._writing = self._writing, None
        if writing is not None:
            self.inner.flush()
            count = len(self.inner)
            self._let_go()
            writing.publish(count)
        else:
            self._let_go()

    def discard(self) -> None:
        """Let the store go; a writer's changes are dropped."""
        writing, self._writing = self._writing, None
        self._let_go()
        if writing is not None:
            writing.drop()

    def _let_go(self) -> None:
        # RocksDB's own lock is held until the last reference goes, so ours is exchanged for an empty store
        if self.folder is not None:
            self.inner = ox.Store()
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def write_store(graph_nt: Path, folder: Path) -> int:
    """Load a graph file (by its ending: .nt .ttl .nq .trig ...) as the whole content of the store folder.

    Returns:
        Number of triples in the store.

    Raises:
        StoreError: another process writes to the folder, or the disk refuses.
        InputError: the file is missing or is not RDF; the store stays as it was.
    """
    writing = _Writing(folder)
    try:
        inner = ox.Store(writing.path)
        _load(inner, graph_nt, bulk=True)
        inner.flush()
        inner.optimize()
        count = len(inner)
        del inner
        writing.publish(count)
    except OSError as exc:
        writing.drop()
        raise StoreError(f"The store {folder} cannot be written: {exc}. The old one is untouched.") from exc
    except BaseException:
        writing.drop()
        raise
    return count


def open_store(folder: Path, *, write: bool = False) -> Store:
    """Open the store of an output folder (`output/store`): a snapshot to read, or the one place to write.

    Raises:
        StoreError: there is no store, it is damaged or of another version, or (writing) another process writes.
    """
    if write:
        _marker(folder)
        return _open_for_writing(folder)
    for _ in range(10):
        generation = folder / _marker(folder)["generation"]
        lock = _lock(generation / "reader.lock", shared=True)
        # between reading the marker and locking, a writer may have replaced and deleted this generation
        if lock is not None and _marker(folder)["generation"] == generation.name:
            store = Store(_open(generation, folder), folder=folder)
            store._lock = lock
            return store
        if lock is not None:
            lock.close()
    raise StoreError(f"The store {folder} is damaged: its generation {generation.name} is missing. Run `kg build`.")


def memory_store(paths: Iterable[Path] = (), graphs: Iterable[tuple[str, Path]] = ()) -> Store:
    """A store in memory, filled from files into the default graph and from (IRI, file) pairs into named graphs.

    Raises:
        InputError: a file is missing, of an unknown ending or not RDF; the message has file and line.
    """
    inner = ox.Store()
    for path in paths:
        _load(inner, path)
    for iri, path in graphs:
        try:
            name = ox.NamedNode(iri)
        except ValueError as exc:
            raise InputError(f"{iri!r} is not an absolute IRI, so it cannot name the graph of {path}.") from exc
        _load(inner, path, to_graph=name)
        inner.add_graph(name)
    return Store(inner)


class _Writing:
    """The right to write to a store folder, and the new generation that is being filled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = _lock(folder / "writer.lock", shared=False)
        except OSError as exc:
            raise StoreError(f"The store {folder} cannot be written: {exc.strerror or exc}.") from exc
        if lock is None:
            raise StoreError(
                f"Another process is writing to the store {folder}. Wait until it has ended, then try again."
            )
        self._lock = lock
        current = _current(folder)
        _sweep(folder, keep=current)
        number = 1 + max((int(path.name[2:]) for path in folder.glob("g-*") if path.name[2:].isdigit()), default=0)
        self.path = folder / f"g-{number:06d}"

    def publish(self, count: int) -> None:
        """Make the new generation the current one, in one rename, and clear the old ones away."""
        (self.path / "reader.lock").touch()
        marker = {"format": FORMAT, "generation": self.path.name, "triples": count, "engine": ox.__version__}
        new = self.folder / f"{MARKER}.new"
        with new.open("w", encoding="utf-8") as file:
            file.write(json.dumps(marker, indent=1) + "\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.folder / MARKER)
        _sweep(self.folder, keep=self.path.name)
        self._lock.close()

    def drop(self) -> None:
        """Forget the new generation."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.close()


def _open_for_writing(folder: Path) -> Store:
    writing = _Writing(folder)
    try:
        # a backup is made of hard links (0.01 s), so that the current generation is never touched
        source = _open(folder / _marker(folder)["generation"], folder)
        source.backup(writing.path)
        del source
        return Store(ox.Store(writing.path), folder=folder, writing=writing)
    except OSError as exc:
        writing.drop()
        raise StoreError(f"The store {folder} cannot be written: {exc}.") from exc
    except BaseException:
        writing.drop()
        raise


def _open(generation: Path, folder: Path) -> ox.Store:
    try:
        return ox.Store.read_only(str(generation))
    except (OSError, RuntimeError, ValueError) as exc:
        raise StoreError(
            f"The store {folder} is damaged ({_first_line(exc)}). Run `kg build` to make it anew."
        ) from exc


def _marker(folder: Path) -> dict[str, Any]:
    path = folder / MARKER
    try:
        marker = json.loads(path.read_text(encoding="utf-8"))
        version, generation = marker["format"], str(marker["generation"])
    except FileNotFoundError as exc:
        raise StoreError(f"There is no store in {folder}. Run `kg build` first, or name its folder with -o.") from exc
    except OSError as exc:
        raise StoreError(f"The store {folder} cannot be read: {exc.strerror}.") from exc
    except (ValueError, KeyError, TypeError) as exc:
        raise StoreError(f"The store {folder} is damaged ({path.name} cannot be read). Run `kg build`.") from exc
    if version != FORMAT:
        raise StoreError(f"The store {folder} has format {version}; this version reads {FORMAT}. Run `kg build`.")
    if Path(generation).name != generation or not generation.startswith("g-"):
        raise StoreError(f"The store {folder} is damaged ({path.name} names {generation!r}). Run `kg build`.")
    return {**marker, "generation": generation}


def _current(folder: Path) -> str | None:
    try:
        return str(_marker(folder)["generation"])
    except StoreError:
        return None


def _sweep(folder: Path, *, keep: str | None) -> None:
    """Delete generations that are neither current nor read by anybody: old ones and those of killed writers."""
    for path in sorted(folder.glob("g-*")):
        if path.name == keep:
            continue
        if (path / "reader.lock").exists():
            lock = _lock(path / "reader.lock", shared=False)
            if lock is None:
                continue
            lock.close()
        shutil.rmtree(path, ignore_errors=True)
        log.debug("cleared away %s", path)


def _lock(path: Path, *, shared: bool) -> IO[str] | None:
    """The open, locked file; None when somebody else holds it, or (shared) when it is not there.

    The system lets a lock go when its process ends, however that ends.
    """
    try:
        file = path.open("r" if shared else "w", encoding="utf-8")
    except FileNotFoundError:
        if shared:
            return None
        raise
    if fcntl is not None:
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
    return file


def _load(inner: ox.Store, path: Path, *, to_graph: ox.NamedNode | None = None, bulk: bool = False) -> None:
    if not path.is_file():
        raise InputError(f"The file {path} does not exist.")
    form = ox.RdfFormat.from_extension(path.suffix[1:].lower())
    if form is None:
        raise InputError(f"{path} has no known ending: .nt .ttl .nq .trig .rdf .jsonld .n3 are read.")
    target = None if form.supports_datasets and to_graph is None else to_graph
    options: dict[str, Any] = {
        "format": form,
        "path": str(path),
        "base_iri": path.resolve().as_uri(),
        "to_graph": target,
    }
    try:
        (inner.bulk_load if bulk else inner.load)(**options)
    except SyntaxError as exc:
        line = f":{exc.lineno}" if exc.lineno else ""
        raise InputError(f"{path}{line} is not valid {form.name}: {_first_line(exc)}. Nothing was loaded.") from exc
    except (ValueError, OSError) as exc:
        if isinstance(exc, OSError) and bulk:
            raise
        raise InputError(f"{path} cannot be loaded: {_first_line(exc)}.") from exc


def _first_line(exc: BaseException) -> str:
    text = exc.msg if isinstance(exc, SyntaxError) and exc.msg else str(exc)
    return text.strip().splitlines()[0] if text.strip() else type(exc).__name__
