"""graph.nt -> a file in any format of FORMATS, written whole or not at all, byte for byte the same each time."""

__all__ = ["FORMATS", "Format", "Selection", "export_graph", "format_of"]

import gzip as gz
import io
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

import pyoxigraph as ox

from kg.errors import ExportError, did_you_mean
from kg.graph.jsonld import jsonld_lines
from kg.graph.network_files import cytoscape_lines, gexf_lines, graphml_lines, nodelink_lines
from kg.graph.property_graph import PropertyGraph, clean, to_property_graph, write_neo4j
from kg.graph.selection import Selection, read_triples, select
from kg.graph.tables import read_tables, write_parquet
from kg.ontology import NAMESPACES

log = logging.getLogger(__name__)

Triples = Iterable[ox.Triple]
FileWriter = Callable[[Triples, IO[bytes], Selection], None]
FolderWriter = Callable[[Triples, Path, bool, bool], None]


@dataclass(frozen=True, slots=True)
class Format:
    """How a format is written: `write` for one file, `write_folder` for several.

    `endings` are the file names' ends that mean this format; `says` is its line in the help; `rdf12`: it can hold reifiers.
    """

    endings: tuple[str, ...]
    says: str
    write: FileWriter | None = None
    write_folder: FolderWriter | None = None
    rdf12: bool = False


def export_graph(
    source: Path,
    target: Path | BinaryIO,
    format_name: str | None = None,
    *,
    selection: Selection | None = None,
    gzip: bool = False,
    safe_csv: bool = False,
) -> None:
    """Write the graph of an N-Triples file in another format.

    Args:
        source: graph.nt: N-Triples, sorted.
        target: A file, a folder (neo4j, parquet) or an open binary stream; nothing is left of it when writing fails.
        format_name: A key of FORMATS; None takes it from the target's name, where `.gz` at the end means gzip.
        selection: What of the graph to take; all of it by default.
        gzip: Pack it; for a folder, pack the files in it.
        safe_csv: Put an apostrophe before cells that a spreadsheet would run as a formula.

    Raises:
        ExportError: an unknown format, a damaged graph, a disk that is full, a folder that may not be written.
    """
    selection = selection or Selection()
    path = target if isinstance(target, Path) else None
    name = format_name or format_of(path)
    if name not in FORMATS:
        raise ExportError(
            f"There is no export format {name!r}.{did_you_mean(name, FORMATS)} Formats: {', '.join(FORMATS)}."
        )
    form, gzip = FORMATS[name], gzip or (path is not None and path.name.endswith(".gz"))
    if selection.rdf12 and not form.rdf12:
        able = ", ".join(key for key, value in FORMATS.items() if value.rdf12)
        raise ExportError(f"{name} cannot hold RDF 1.2 reifiers. Formats that can: {able}.")
    if not source.is_file():
        raise ExportError(f"{source} does not exist. Run `kg build` first, or name its folder with --output.")
    triples = select(lambda: read_triples(source), selection)
    try:
        if form.write_folder is not None:
            if path is None:
                raise ExportError(f"{name} is a folder of files and cannot go to standard output. Name a folder.")
            with _new_folder(path) as folder:
                form.write_folder(triples, folder, gzip, safe_csv)
        elif form.write is not None:
            with _new_file(target) as raw, _packed(raw, gzip) as file:
                form.write(triples, file, selection)
    except BrokenPipeError:
        raise
    except OSError as exc:
        raise ExportError(
            f"{path or 'Standard output'} cannot be written: {exc.strerror or exc}. Nothing was kept."
        ) from exc


def format_of(path: Path | None) -> str:
    """The format that a file name's ending means.

    Raises:
        ExportError: there is no name, or its ending means no format.
    """
    if path is None:
        raise ExportError(f"Say which format goes to standard output: --format {', '.join(FORMATS)}.")
    name = path.name.removesuffix(".gz").lower()
    for key, form in FORMATS.items():
        if any(name == ending or name.endswith(f".{ending}") for ending in form.endings):
            return key
    raise ExportError(f"The name {path.name} says no format. Give --format, one of: {', '.join(FORMATS)}.")


@contextmanager
def _new_file(target: Path | BinaryIO) -> Iterator[BinaryIO]:
    """A file that takes its name only when it is whole."""
    if not isinstance(target, Path):
        yield target
        target.flush()
        return
    if target.exists() and not target.is_file():
        # a pipe or a device is written to, never replaced
        with target.open("wb") as file:
            yield file
        return
    target = target.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=_parent(target))
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _as_umask_says(new, 0o666)
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)


@contextmanager
def _new_folder(target: Path) -> Iterator[Path]:
    """A folder that takes its name only when all its files are whole; replaces a former export, nothing else."""
    if target.exists():
        _refuse_foreign(target)
    new = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=_parent(target)))
    try:
        yield new
        _as_umask_says(new, 0o777)
        if target.exists():
            old = new.with_name(f"{new.name}.old")
            target.rename(old)
            new.rename(target)
            shutil.rmtree(old)
        else:
            new.rename(target)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _refuse_foreign(target: Path) -> None:
    if not target.is_dir():
        raise ExportError(f"{target} is a file, and this format is a folder. Name another folder.")
    ours = {"nodes.csv", "relationships.csv", "import.cypher", "n10s.cypher"}
    foreign = sorted(
        entry.name
        for entry in target.iterdir()
        if entry.name.removesuffix(".gz") not in ours and entry.suffix != ".parquet"
    )
    if foreign:
        raise ExportError(
            f"{target} holds other files ({foreign[0]}), which an export would replace. Name another folder."
        )


def _parent(target: Path) -> Path:
    parent = target.absolute().parent
    if not parent.is_dir():
        raise ExportError(f"The folder {parent} does not exist. Make it first.")
    return parent


def _as_umask_says(path: Path, mode: int) -> None:
    # temporary files are for their owner alone
    umask = os.umask(0)
    os.umask(umask)
    path.chmod(mode & ~umask)


@contextmanager
def _packed(raw: IO[bytes], packed: bool) -> Iterator[IO[bytes]]:
    if not packed:
        yield raw
        return
    # no time and no name in the header: the same graph gives the same bytes
    with gz.GzipFile("", "wb", mtime=0, fileobj=raw) as file:
        yield file  # type: ignore[misc]


# ---------------------------------------------------------------- RDF


def _write_triples(form: ox.RdfFormat) -> FileWriter:
    def write(triples: Triples, file: IO[bytes], _: Selection) -> None:
        ox.serialize(triples, file, form, prefixes=NAMESPACES)

    return write


def _write_jsonld(triples: Triples, file: IO[bytes], _: Selection) -> None:
    for line in jsonld_lines(triples):
        file.write(line.encode())


def _write_rdfxml(triples: Triples, file: IO[bytes], _: Selection) -> None:
    escaping: Any = _Returns(file)
    ox.serialize(map(_for_xml, triples), escaping, ox.RdfFormat.RDF_XML, prefixes=NAMESPACES)


class _Returns(io.RawIOBase):
    """Writes carriage returns as references: readers of XML turn bare ones into newlines, and offsets would not hold."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._file.write(bytes(content).replace(b"\r", b"&#13;"))
        return len(content)


def _for_xml(triple: ox.Triple) -> ox.Triple:
    """The triple without characters that XML cannot hold, which would make the whole file unreadable."""
    found = triple.object
    if not isinstance(found, ox.Literal) or clean(found.value) == found.value:
        return triple
    if found.language:
        return ox.Triple(triple.subject, triple.predicate, ox.Literal(clean(found.value), language=found.language))
    return ox.Triple(triple.subject, triple.predicate, ox.Literal(clean(found.value), datatype=found.datatype))


def _write_quads(form: ox.RdfFormat) -> FileWriter:
    def write(triples: Triples, file: IO[bytes], selection: Selection) -> None:
        graph = ox.NamedNode(selection.named_graph) if selection.named_graph else ox.DefaultGraph()
        quads = (ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples)
        ox.serialize(quads, file, form, prefixes=NAMESPACES)

    return write


# ---------------------------------------------------------------- property graphs and tables


def _write_network(lines: Callable[[PropertyGraph], Iterator[str]]) -> FileWriter:
    def write(triples: Triples, file: IO[bytes], _: Selection) -> None:
        for line in lines(_property_graph(triples)):
            file.write(line.encode())

    return write


def _property_graph(triples: Triples) -> PropertyGraph:
    graph = to_property_graph(read_tables(triples))
    if graph.left_out:
        log.info(
            "%d claims about a number or a text stand in no edge; parquet and the RDF formats have them.",
            graph.left_out,
        )
    return graph


def _write_neo4j(triples: Triples, folder: Path, packed: bool, safe_csv: bool) -> None:
    write_neo4j(_property_graph(triples), folder, gz=packed, safe_csv=safe_csv)


def _write_parquet(triples: Triples, folder: Path, packed: bool, _: bool) -> None:
    write_parquet(read_tables(triples), folder, gzip=packed)


FORMATS = {
    "ttl": Format(("ttl", "turtle"), "Turtle", _write_triples(ox.RdfFormat.TURTLE), rdf12=True),
    "nt": Format(("nt", "ntriples"), "N-Triples", _write_triples(ox.RdfFormat.N_TRIPLES), rdf12=True),
    "nq": Format(("nq", "nquads"), "N-Quads", _write_quads(ox.RdfFormat.N_QUADS), rdf12=True),
    "trig": Format(("trig",), "TriG", _write_quads(ox.RdfFormat.TRIG), rdf12=True),
    "jsonld": Format(("jsonld", "json-ld"), "JSON-LD", _write_jsonld),
    "rdf": Format(("rdf", "rdfxml", "owl"), "RDF/XML", _write_rdfxml),
    "graphml": Format(("graphml",), "GraphML: Gephi, Cytoscape, yEd, igraph", _write_network(graphml_lines)),
    "gexf": Format(("gexf",), "GEXF with dates: Gephi, Gephi Lite", _write_network(gexf_lines)),
    "cytoscape.json": Format(("cytoscape.json", "cyjs"), "Cytoscape", _write_network(cytoscape_lines)),
    "nodelink.json": Format(("nodelink.json",), "networkx, D3", _write_network(nodelink_lines)),
    "neo4j": Format(("neo4j",), "a folder: CSV and Cypher", write_folder=_write_neo4j),
    "parquet": Format(("parquet",), "a folder of tables", write_folder=_write_parquet),
}
