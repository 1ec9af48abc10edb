"""The graph in real stores: Oxigraph's server, Virtuoso, and an embedded property graph hold what we hold."""

import csv
import json
import os
import signal
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from kg.cli import main
from kg.errors import LoadError
from kg.graph import load as load_module
from kg.graph.export import export_graph
from kg.graph.http import Client
from kg.graph.load import _term, load
from tests.graph.newsgraphs import news_graph
from tests.graph.servers import Server, free_port, oxigraph, oxigraph_program, virtuoso
from tests.graphs import story_nt

pytestmark = pytest.mark.server

GRAPH = "https://example.org/news"
SIZE = len(story_nt().splitlines())
SIGN_IN = {"KG_USER": "dba", "KG_PASSWORD": "dba"}


@pytest.fixture(scope="module")
def oxigraph_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with oxigraph(tmp_path_factory.mktemp("oxigraph")) as server:
        yield server


@pytest.fixture(scope="module")
def virtuoso_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with virtuoso(tmp_path_factory.mktemp("virtuoso")) as server:
        yield server


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "graph.nt"
    path.write_text(story_nt(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("news") / "graph.nt"
    path.write_text("".join(f"{line}\n" for line in sorted(set(news_graph(300).splitlines()))), encoding="utf-8")
    return path


def ours(path: Path) -> set[str]:
    return {str(quad.triple) for quad in ox.parse(path=path, format=ox.RdfFormat.N_TRIPLES)}


def theirs(server: Server, query: str, graph: str | None) -> set[str]:
    """Every triple of the graph, asked for by this test itself and not by what it tests."""
    pattern = f"GRAPH <{graph}> {{ ?s ?p ?o }}" if graph else "?s ?p ?o"
    form = urllib.parse.urlencode({"query": f"SELECT ?s ?p ?o WHERE {{ {pattern} }}"}).encode()
    request = urllib.request.Request(server.url + query, form, {"Accept": "application/sparql-results+json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        rows = json.load(answer)["results"]["bindings"]
    assert len(rows) == len({json.dumps(row, sort_keys=True) for row in rows})
    return {f"{_term(row['s'])} {_term(row['p'])} {_term(row['o'])}" for row in rows}


# ---------------------------------------------------------------- Oxigraph


@pytest.mark.parametrize("address", ["", "/store", "/update", "/query"])
def test_oxigraph_holds_the_same_triples(oxigraph_server: Server, story: Path, address: str) -> None:
    done = load(story, oxigraph_server.url + address, replace=True, check="all", client=Client(environ={}))
    assert (done.triples, done.after, done.checked, done.way) == (SIZE, SIZE, SIZE, "Graph Store Protocol")
    assert theirs(oxigraph_server, "/query", None) == ours(story)


def test_oxigraph_by_updates_into_a_named_graph(oxigraph_server: Server, story: Path) -> None:
    no_gsp = oxigraph_server.url + "/nothing-here"
    for _ in range(2):
        done = load(story, oxigraph_server.url, graph=GRAPH, gsp=no_gsp, client=Client(environ={}))
    assert (done.before, done.after, done.way) == (SIZE, SIZE, "SPARQL Update")
    assert theirs(oxigraph_server, "/query", GRAPH) == ours(story)


def test_oxigraph_takes_gzip(oxigraph_server: Server, story: Path) -> None:
    load(story, oxigraph_server.url, graph="urn:packed", gzip=True, client=Client(environ={}))
    assert theirs(oxigraph_server, "/query", "urn:packed") == ours(story)


def test_oxigraph_through_the_command(oxigraph_server: Server, story: Path) -> None:
    arguments = ["load", oxigraph_server.url, "--graph", "urn:command", "--check", "all", "-o", str(story.parent)]
    result = CliRunner().invoke(main, arguments)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.splitlines()[0] == f"Loaded {SIZE} triples by Graph Store Protocol."
    assert theirs(oxigraph_server, "/query", "urn:command") == ours(story)


@pytest.mark.parametrize("gsp", [None, "/nothing-here"], ids=["gsp", "update"])
def test_a_store_killed_in_mid_load_is_completed_later(
    news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gsp: str | None
) -> None:
    monkeypatch.setattr(load_module, "TRIPLES_PER_REQUEST", 2_000)
    port = free_port()
    with oxigraph(tmp_path, port) as server:

        def kill_half_way(sent: int, total: int) -> None:
            if sent > total / 2 and server.process.poll() is None:
                os.killpg(server.process.pid, signal.SIGKILL)
                server.process.wait()

        address = server.url + gsp if gsp else None
        impatient = Client(environ={}, sleep=lambda _: None)
        with pytest.raises(LoadError, match="cannot be reached or dropped the connection"):
            load(news, server.url, gsp=address, client=impatient, progress=kill_half_way)
    with oxigraph(tmp_path, port) as server:
        half = theirs(server, "/query", None)
        assert 0 < len(half) < len(ours(news))
        assert half < ours(news)
        address = server.url + gsp if gsp else None
        done = load(news, server.url, gsp=address, client=Client(environ={}))
        assert done.before == len(half)
        assert theirs(server, "/query", None) == ours(news)


# ---------------------------------------------------------------- Virtuoso


@pytest.mark.parametrize("address", ["", "/sparql", "/sparql-graph-crud-auth"])
def test_virtuoso_holds_the_same_triples(virtuoso_server: Server, story: Path, address: str) -> None:
    target = virtuoso_server.url + address
    done = load(story, target, graph=GRAPH, replace=True, check="all", client=Client(environ=SIGN_IN))
    assert (done.after, done.checked, done.way) == (SIZE, SIZE, "Graph Store Protocol")
    assert theirs(virtuoso_server, "/sparql", GRAPH) == ours(story)


def test_virtuoso_by_updates(virtuoso_server: Server, story: Path) -> None:
    for replace in (False, True, False):
        done = load(
            story,
            virtuoso_server.url + "/sparql",
            graph="urn:updates",
            gsp=virtuoso_server.url + "/nothing-here",
            replace=replace,
            client=Client(environ=SIGN_IN),
        )
    assert (done.before, done.after, done.way) == (SIZE, SIZE, "SPARQL Update")
    assert theirs(virtuoso_server, "/sparql", "urn:updates") == ours(story)


def test_virtuoso_takes_a_graph_in_several_requests(
    virtuoso_server: Server, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_module, "TRIPLES_PER_REQUEST", 3_000)
    target = virtuoso_server.url + "/sparql"
    done = load(news, target, graph="urn:several", gzip=None, client=Client(environ=SIGN_IN))
    assert done.after == len(ours(news)) > 6_000
    assert theirs(virtuoso_server, "/sparql", "urn:several") == ours(news)


def test_virtuoso_wants_a_graph_and_a_password(virtuoso_server: Server, story: Path) -> None:
    target = virtuoso_server.url + "/sparql"
    with pytest.raises(LoadError, match=r"no default graph to load into\. Name one with --graph"):
        load(story, target, client=Client(environ=SIGN_IN))
    with pytest.raises(LoadError, match="asks for a name and a password"):
        load(story, target, graph=GRAPH, client=Client(environ={"NETRC": ""}))
    with pytest.raises(LoadError, match="refused the name or the password"):
        load(story, target, graph=GRAPH, client=Client(environ={**SIGN_IN, "KG_PASSWORD": "wrong"}))


def test_virtuoso_and_oxigraph_hold_the_same(virtuoso_server: Server, oxigraph_server: Server, news: Path) -> None:
    load(news, virtuoso_server.url, graph="urn:both", client=Client(environ=SIGN_IN))
    load(news, oxigraph_server.url, graph="urn:both", client=Client(environ={}))
    assert theirs(virtuoso_server, "/sparql", "urn:both") == theirs(oxigraph_server, "/query", "urn:both") == ours(news)


def test_the_samples_graph_is_the_same_in_both(
    virtuoso_server: Server, oxigraph_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    output = tmp_path_factory.mktemp("samples")
    samples = Path(__file__).parents[2] / "samples"
    built = CliRunner().invoke(main, ["-q", "build", str(samples), "-o", str(output), "--no-draw"])
    assert built.exit_code == 0, built.output
    load(output / "graph.nt", virtuoso_server.url, graph="urn:samples", check="all", client=Client(environ=SIGN_IN))
    load(output / "graph.nt", oxigraph_server.url, graph="urn:samples", check="all", client=Client(environ={}))
    expected = ours(output / "graph.nt")
    assert len(expected) > 5_000
    assert theirs(virtuoso_server, "/sparql", "urn:samples") == expected
    assert theirs(oxigraph_server, "/query", "urn:samples") == expected


# ---------------------------------------------------------------- the stores' own bulk loaders


def test_oxigraph_bulk_load_as_documented(news: Path, tmp_path: Path) -> None:
    location = str(tmp_path / "db")
    subprocess.run(
        [oxigraph_program(), "load", "--location", location, "--file", str(news)], check=True, capture_output=True
    )
    assert {str(quad.triple) for quad in ox.Store.read_only(location)} == ours(news)


def test_virtuoso_bulk_load_as_documented(virtuoso_server: Server, news: Path) -> None:
    export_graph(news, virtuoso_server.folder / "graph.nt.gz")
    lines = """ld_dir('.', 'graph.nt.gz', 'urn:bulk');
        rdf_loader_run();
        checkpoint;
        select ll_file, ll_error from DB.DBA.load_list where ll_error is not null;"""
    isql = [
        "isql-vt",
        f"127.0.0.1:{virtuoso_server.sql_port}",
        "dba",
        "dba",
        "VERBOSE=OFF",
        "BANNER=OFF",
        f"exec={lines}",
    ]
    done = subprocess.run(isql, capture_output=True, text=True, timeout=120, check=True)
    assert "graph.nt.gz" not in done.stdout, done.stdout
    assert theirs(virtuoso_server, "/sparql", "urn:bulk") == ours(news)


# ---------------------------------------------------------------- a property graph


def test_an_embedded_property_graph_reads_the_csv(story: Path, tmp_path: Path) -> None:
    ladybug = pytest.importorskip("ladybug", reason="needs the package ladybug: pip install ladybug")
    export_graph(story, tmp_path / "csv", "neo4j")
    nodes, edges = tmp_path / "csv" / "nodes.csv", tmp_path / "csv" / "relationships.csv"
    graph = ladybug.Connection(ladybug.Database(str(tmp_path / "property-graph")))
    graph.execute(f"CREATE NODE TABLE Entity({_columns(nodes, 'iri')}, PRIMARY KEY(iri))")
    graph.execute(f'COPY Entity FROM "{nodes}" (HEADER=true)')
    with edges.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    # the two ends come first in this store's files
    order = [1, 2, 0, *range(3, len(header))]
    with (tmp_path / "ends.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([row[i] for i in order] for row in [header, *rows])
    kept = [_column(name) for name in header if name not in (":START_ID", ":END_ID")]
    graph.execute(f"CREATE REL TABLE Statement(FROM Entity TO Entity, {', '.join(kept)})")
    graph.execute(f'COPY Statement FROM "{tmp_path / "ends.csv"}" (HEADER=true)')
    assert graph.execute("MATCH (n:Entity) RETURN count(*)").get_all() == [[11]]
    assert graph.execute("MATCH (:Entity)-[r:Statement]->(:Entity) RETURN count(*)").get_all() == [[17]]
    asked = graph.execute(
        "MATCH (a:Entity)-[r:Statement]->(b:Entity) WHERE r.predicate = 'owns' "
        "RETURN a.label, r.neo4j_type, b.label, r.stated_by, r.confidence ORDER BY r.neo4j_type"
    )
    assert asked.get_all() == [
        ["Northwind", "CLAIMED_OWNS", "Quill", "Omar Bello", 0.8],
        ["Northwind", "DENIED_OWNS", "Quill", "Daily Post", 0.85],
    ]
    led = graph.execute(
        "MATCH (a:Entity)-[r:Statement]->(b:Entity) WHERE r.neo4j_type = 'LEADS' RETURN a.label, b.label, r.documents"
    )
    assert led.get_all() == [["Ana Ruiz", "Northwind", 2]]
    dated = graph.execute(
        "MATCH (n:Entity) WHERE n.kind = 'event' AND n.begin IS NOT NULL RETURN n.label ORDER BY n.begin"
    )
    assert dated.get_all() == [["Norland bans Chirp"], ["Ana Ruiz meets Omar Bello"]]


def _columns(path: Path, key: str) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    return ", ".join(f"{key} STRING" if name == "iri:ID" else _column(name) for name in header)


def _column(header: str) -> str:
    name, _, kind = header.partition(":")
    kinds = {"long": "INT64", "double": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE"}
    # :LABEL and :TYPE have no name of their own, and names of columns do not mind capitals
    return f"`{name or f'neo4j_{kind.lower()}'}` {kinds.get(kind, 'STRING')}"
