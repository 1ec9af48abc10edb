"""The W3C SPARQL 1.1 query evaluation tests, through `kg query`: what the engine passes by its Python API passes here too."""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from kg.cli import main
from kg.graph.sparql_text import form_of, from_graphs

ARCHIVE = Path(__file__).parents[2] / "shared" / "benchmarks" / "w3c-sparql11" / "sparql11.tar.xz"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
LEFT_OUT = ("entailment", "service")
NUMBERS = {XSD + name for name in ("integer", "decimal", "double", "float")}
EXPECTED_TESTS = 225
EXPECTED_PASSES = 215


@dataclass(frozen=True)
class Case:
    name: str
    query: Path
    data: tuple[Path, ...]
    graphs: tuple[tuple[str, Path], ...]
    result: Path


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    if not ARCHIVE.exists():
        pytest.skip(f"no W3C tests at {ARCHIVE}")
    folder = tmp_path_factory.mktemp("w3c")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    return folder / "sparql" / "sparql11"


def cases(root: Path) -> Iterator[Case]:
    main_manifest = load(root / "manifest-sparql11-query.ttl")
    included = list(main_manifest.quads_for_pattern(None, ox.NamedNode(MF + "include"), None))
    for head in included:
        for manifest in members(main_manifest, head.object):
            path = local(manifest)
            if path.parent.name in LEFT_OUT:
                continue
            yield from cases_of(path)


def cases_of(manifest: Path) -> Iterator[Case]:
    store = load(manifest)
    kind = ox.NamedNode(MF + "QueryEvaluationTest")
    for quad in store.quads_for_pattern(None, ox.NamedNode(RDF + "type"), kind):
        (action,) = values(store, quad.subject, MF + "action")
        (result,) = values(store, quad.subject, MF + "result")
        (query,) = values(store, action, QT + "query")
        named = tuple((graph.value, local(graph)) for graph in values(store, action, QT + "graphData"))
        data = tuple(local(one) for one in values(store, action, QT + "data"))
        yield Case(
            f"{manifest.parent.name}#{quad.subject.value.rsplit(chr(35))[-1]}", local(query), data, named, local(result)
        )


def load(path: Path) -> ox.Store:
    store = ox.Store()
    store.load(path=str(path), format=ox.RdfFormat.from_extension(path.suffix[1:]), base_iri=path.as_uri())
    return store


def local(node: ox.NamedNode) -> Path:
    return Path(node.value.removeprefix("file://"))


def values(store: ox.Store, subject, predicate: str) -> list:
    return [quad.object for quad in store.quads_for_pattern(subject, ox.NamedNode(predicate), None)]


def members(store: ox.Store, node) -> Iterator:
    while node != ox.NamedNode(RDF + "nil"):
        yield values(store, node, RDF + "first")[0]
        (node,) = values(store, node, RDF + "rest")


def base_of(case: Case) -> str:
    return case.query.as_uri()


def from_files(case: Case, text: str) -> list[tuple[str, Path]]:
    """FROM names files beside the query; they are given as named graphs."""
    found = [iri[1:-1] for iri in from_graphs(text)]
    return [((case.query.parent / name).as_uri(), case.query.parent / name) for name in found]


def by_engine(case: Case, text: str) -> object:
    store = ox.Store()
    for path in case.data:
        store.load(path=str(path), format=ox.RdfFormat.from_extension(path.suffix[1:]), base_iri=path.as_uri())
    for iri, path in [*case.graphs, *from_files(case, text)]:
        form = ox.RdfFormat.from_extension(path.suffix[1:])
        store.load(path=str(path), format=form, base_iri=path.as_uri(), to_graph=ox.NamedNode(iri))
        store.add_graph(ox.NamedNode(iri))
    return normal(store.query(text, base_iri=base_of(case)))


def by_command(case: Case, text: str, empty: Path) -> object:
    form = form_of(text)
    kind = "nt" if form in ("CONSTRUCT", "DESCRIBE") else "json"
    words = ["query", "-f", str(case.query), "-F", kind]
    for path in case.data or (() if case.graphs or from_files(case, text) else (empty,)):
        words += ["--data", str(path)]
    for iri, path in [*case.graphs, *from_files(case, text)]:
        words += ["--graph", f"{iri}={path}"]
    answer = CliRunner().invoke(main, words)
    assert answer.exit_code == 0, f"{answer.output} {answer.exception!r}"
    if kind == "nt":
        return normal([quad.triple for quad in ox.parse(answer.stdout, ox.RdfFormat.N_TRIPLES)])
    return normal(ox.parse_query_results(answer.stdout, ox.QueryResultsFormat.JSON))


def expected(case: Case, text: str) -> object:
    path = case.result
    form = ox.QueryResultsFormat.from_extension(path.suffix[1:])
    if form is not None and path.suffix != ".ttl":
        return normal(ox.parse_query_results(path=str(path), format=form))
    store = load(path)
    if form_of(text) in ("CONSTRUCT", "DESCRIBE"):
        return normal([quad.triple for quad in store])
    return result_set(store)


def result_set(store: ox.Store) -> object:
    (node,) = (
        quad.subject
        for quad in store.quads_for_pattern(None, ox.NamedNode(RDF + "type"), ox.NamedNode(RS + "ResultSet"))
    )
    truth = values(store, node, RS + "boolean")
    if truth:
        return truth[0].value == "true"
    rows = []
    for solution in values(store, node, RS + "solution"):
        pairs = values(store, solution, RS + "binding")
        rows.append({values(store, p, RS + "variable")[0].value: values(store, p, RS + "value")[0] for p in pairs})
    return canonical(rows)


def normal(results) -> object:
    if isinstance(results, ox.QueryBoolean):
        return bool(results)
    if isinstance(results, ox.QuerySolutions):
        names = [variable.value for variable in results.variables]
        return canonical([{n: t for n, t in zip(names, row, strict=True) if t is not None} for row in results])
    quads = [ox.Quad(t.subject, t.predicate, by_value(t.object)) for t in results]
    return canonical_quads(quads)


def canonical(rows: list[dict]) -> object:
    """A multiset of rows up to the names of blank nodes: each row becomes a blank node, the whole is canonicalised."""
    quads = [
        ox.Quad(ox.BlankNode(f"rows{n}"), ox.NamedNode("urn:row"), ox.NamedNode("urn:row")) for n in range(len(rows))
    ]
    for number, row in enumerate(rows):
        quads += [
            ox.Quad(ox.BlankNode(f"rows{number}"), ox.NamedNode(f"urn:var:{name}"), by_value(term))
            for name, term in row.items()
        ]
    return canonical_quads(quads)


def canonical_quads(quads: list[ox.Quad]) -> object:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return sorted(str(quad) for quad in dataset)


def by_value(term):
    if isinstance(term, ox.Literal) and term.datatype.value == XSD + "boolean":
        return ox.Literal({"0": "false", "1": "true"}.get(term.value, term.value), datatype=term.datatype)
    if isinstance(term, ox.Literal) and term.datatype.value in NUMBERS:
        try:
            number = Decimal(term.value.replace("INF", "Infinity"))
        except InvalidOperation:
            return term
        is_float = term.datatype.value in (XSD + "double", XSD + "float")
        shown = repr(float(number)) if is_float else str(number.normalize())
        return ox.Literal(shown, datatype=term.datatype)
    return term


def passes(work, wanted: object) -> bool:
    try:
        return work() == wanted
    except (SyntaxError, ValueError, OSError, RuntimeError, AssertionError):
        return False


@pytest.mark.shared
def test_the_command_line_passes_what_the_engine_passes(suite, tmp_path):
    empty = tmp_path / "empty.nt"
    empty.touch()
    by_api, by_cli, found = set(), set(), 0
    for case in cases(suite):
        found += 1
        text = case.query.read_text(encoding="utf-8")
        wanted = expected(case, text)
        if passes(lambda c=case, t=text: by_engine(c, t), wanted):
            by_api.add(case.name)
        if passes(lambda c=case, t=text: by_command(c, t, empty), wanted):
            by_cli.add(case.name)
    print(f"{found} tests; {len(by_api)} pass by the API, {len(by_cli)} by the command line")
    assert sorted(by_api - by_cli) == []
    assert (found, len(by_cli) >= EXPECTED_PASSES) == (EXPECTED_TESTS, True)
