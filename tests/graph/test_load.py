"""Loading into stores that misbehave, and into a stand-in for Neo4j; real stores are in test_servers."""

import base64
import gzip
import importlib.util
import json
import logging
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from kg.cli import main
from kg.errors import LoadError
from kg.graph import load as load_module
from kg.graph.bolt import load_neo4j
from kg.graph.http import Client
from kg.graph.load import Loaded, _layouts, load
from kg.graph.selection import Selection
from tests.graphs import story_nt

STORY = story_nt()
SIZE = len(STORY.splitlines())
JSON = "application/sparql-results+json"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "graph.nt"
    path.write_text(STORY, encoding="utf-8")
    return path


class FakeStore(ThreadingHTTPServer):
    """A store over HTTP with an Oxigraph behind it; `faults` are taken one by one, each by a write that it spoils."""

    def __init__(self, **options: Any) -> None:
        super().__init__(("127.0.0.1", 0), FakeHandler)
        self.store = ox.Store()
        self.faults: list[str] = list(options.get("faults", ()))
        self.has_gsp: bool = options.get("has_gsp", True)
        self.takes_gzip: bool = options.get("takes_gzip", True)
        self.auth: str = options.get("auth", "")
        self.page: bool = options.get("page", False)
        self.loses: int = options.get("loses", 0)
        self.redirect: bool = options.get("redirect", False)
        self.seen: list[tuple[str, str, str]] = []
        self.authorizations: list[str | None] = []
        self.let_go = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: Any) -> None:
        """Broken lines are what these tests are about."""


class FakeHandler(BaseHTTPRequestHandler):
    server: FakeStore
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def answer(self, status: int, text: str = "", kind: str = "text/plain", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(text.encode())

    def do_POST(self) -> None:
        server, place = self.server, urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        encoding = self.headers.get("Content-Encoding", "")
        server.seen.append((self.command, place.path, encoding))
        server.authorizations.append(self.headers.get("Authorization"))
        if server.redirect:
            return self.answer(302, Location="http://elsewhere.example/login?next=secret")
        if server.page:
            return self.answer(200, "<!DOCTYPE html><title>Sign in</title><p>Please sign in", "text/html")
        if server.auth and self.headers.get("Authorization") != server.auth:
            return self.answer(401, "who?", WWW_Authenticate='Basic realm="news"')
        if place.path.endswith("/query"):
            return self.query(parse_qs(body.decode() or place.query)["query"][0])
        if body and server.faults and place.path.endswith(("/store", "/update")) and b"INSERT DATA {}" not in body:
            return self.misbehave(server.faults.pop(0))
        if place.path.endswith("/store") and server.has_gsp:
            return self.graph_store(place.query, body, encoding)
        if place.path.endswith("/update"):
            server.store.update(body.decode())
            return self.answer(204)
        return self.answer(404, "no such thing")

    def do_PUT(self) -> None:
        self.do_POST()

    def do_GET(self) -> None:
        self.do_POST()

    def misbehave(self, fault: str) -> None:
        if fault == "drop":
            self.close_connection = True
            self.connection.close()
        elif fault == "half":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"half an ans")
            self.wfile.flush()
            self.close_connection = True
            self.connection.close()
        elif fault == "hang":
            self.server.let_go.wait(30)
        elif fault == "page":
            self.answer(200, "<html><body>Proxy login", "text/html")
        else:
            self.answer(int(fault), f"fault {fault}", Retry_After="2")

    def graph_store(self, where: str, body: bytes, encoding: str) -> None:
        if encoding == "gzip":
            if not self.server.takes_gzip:
                return self.answer(415, "no gzip here")
            body = gzip.decompress(body)
        found = parse_qs(where, keep_blank_values=True)
        graph = ox.NamedNode(found["graph"][0]) if "graph" in found else ox.DefaultGraph()
        if self.command == "PUT":
            self.server.store.clear_graph(graph)
        lines = body.decode().splitlines(keepends=True)
        kept = lines[self.server.loses :] if lines else lines
        self.server.store.load("".join(kept), format=ox.RdfFormat.N_TRIPLES, to_graph=graph)
        return self.answer(204)

    def query(self, text: str) -> None:
        found = self.server.store.query(text)
        content = found.serialize(format=ox.QueryResultsFormat.JSON)  # type: ignore[call-overload]
        self.answer(200, content.decode(), JSON)


@contextmanager
def serving(**options: Any) -> Iterator[FakeStore]:
    server = FakeStore(**options)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.let_go.set()
        server.shutdown()
        thread.join()
        server.server_close()


def client(waits: list[float] | None = None, **options: Any) -> Client:
    options = {"environ": {}, "timeout_s": 5, **options}
    return Client(sleep=(waits if waits is not None else []).append, **options)


def stored(server: FakeStore) -> set[str]:
    return {str(quad.triple) for quad in server.store}


EXPECTED = {str(quad.triple) for quad in ox.parse(STORY, format=ox.RdfFormat.N_TRIPLES)}


# ---------------------------------------------------------------- the two ways


@pytest.mark.parametrize(("has_gsp", "way"), [(True, "Graph Store Protocol"), (False, "SPARQL Update")])
@pytest.mark.parametrize("graph", [None, "https://example.org/news"])
def test_all_triples_arrive(source: Path, has_gsp: bool, way: str, graph: str | None) -> None:
    with serving(has_gsp=has_gsp) as server:
        done = load(source, server.url, graph=graph, check="all", client=client())
        assert done == Loaded(SIZE, 0, SIZE, SIZE, way)
        assert stored(server) == EXPECTED
        assert {str(quad.graph_name) for quad in server.store} == {f"<{graph}>" if graph else "DEFAULT"}


@pytest.mark.parametrize("has_gsp", [True, False])
def test_loading_twice_makes_no_doubles(source: Path, has_gsp: bool) -> None:
    with serving(has_gsp=has_gsp) as server:
        load(source, server.url, client=client())
        assert load(source, server.url, client=client()).before == SIZE
        assert stored(server) == EXPECTED


@pytest.mark.parametrize("has_gsp", [True, False])
def test_replace_takes_out_what_was_there(source: Path, has_gsp: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_module, "TRIPLES_PER_REQUEST", 100)
    with serving(has_gsp=has_gsp) as server:
        server.store.update('INSERT DATA { <urn:old> <urn:p> "1" . GRAPH <urn:g> { <urn:kept> <urn:p> "1" } }')
        load(source, server.url, replace=True, client=client())
        assert stored(server) == EXPECTED | {'<urn:kept> <urn:p> "1"'}


def test_without_replace_other_triples_stay(source: Path) -> None:
    with serving() as server:
        server.store.update('INSERT DATA { <urn:old> <urn:p> "1" }')
        assert load(source, server.url, client=client()).after == SIZE + 1


def test_a_selection_is_loaded_alone(source: Path) -> None:
    with serving() as server:
        done = load(source, server.url, selection=Selection(facts=True, text="none"), check="all", client=client())
        assert 0 < done.triples == done.after == done.checked < SIZE
        assert not any("Statement" in line or "anchorOf" in line for line in stored(server))


def test_gzip_is_tried_and_given_up(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_module, "TRIPLES_PER_REQUEST", 300)
    monkeypatch.setattr(load_module, "_use_gzip", lambda _asked, _url: True)
    for takes, expected in ((True, ["gzip", "gzip"]), (False, ["gzip", "", ""])):
        with serving(takes_gzip=takes) as server:
            load(source, server.url, client=client())
            assert [encoding for _, path, encoding in server.seen if path == "/store"][1:] == expected
            assert stored(server) == EXPECTED


# ---------------------------------------------------------------- faults


@pytest.mark.parametrize("has_gsp", [True, False])
@pytest.mark.parametrize("faults", [["503", "503"], ["429"], ["drop"], ["half"], ["drop", "503", "half"]])
def test_a_busy_or_broken_line_is_tried_again(
    source: Path, monkeypatch: pytest.MonkeyPatch, faults: list[str], has_gsp: bool
) -> None:
    monkeypatch.setattr(load_module, "TRIPLES_PER_REQUEST", 200)
    waits: list[float] = []
    with serving(has_gsp=has_gsp, faults=faults) as server:
        load(source, server.url, client=client(waits), check="all")
        assert stored(server) == EXPECTED
    # as long as the store asks for, else longer each time
    assert waits == [2.0 if fault.isdigit() else 0.5 * 2**number for number, fault in enumerate(faults)]


FAULTS = [
    ({"faults": ["503"] * 9}, {}, "503 fault 503. Nothing had been taken"),
    ({"faults": ["drop"] * 9}, {}, "dropped the connection"),
    ({"faults": ["hang"]}, {"timeout_s": 0.3}, "did not answer within 0.3 s"),
    ({"faults": ["500"]}, {}, "refused the triples: 500 fault 500"),
    ({"faults": ["403"]}, {}, "lets this name not write"),
    ({"faults": ["page"]}, {}, f"0 of {SIZE} triples are in the store after the load"),
    ({"page": True}, {}, "No SPARQL query endpoint answered. Asked"),
    ({"redirect": True}, {}, "sends us on to http://elsewhere.example/login. Give that address"),
    ({"loses": 3}, {}, f"{SIZE - 3} of {SIZE} triples are in the store after the load: the store lost or merged 3"),
    ({"auth": "Basic xyz"}, {}, "asks for a name and a password. Set KG_USER and KG_PASSWORD"),
    ({"auth": "Basic xyz"}, {"environ": {"KG_USER": "ana", "KG_PASSWORD": "hush"}}, "refused the name or the password"),
]


@pytest.mark.parametrize(("server_options", "client_options", "says"), FAULTS)
def test_a_fault_is_told_with_what_to_do(
    source: Path, server_options: dict[str, Any], client_options: dict[str, Any], says: str
) -> None:
    with serving(**server_options) as server, pytest.raises(LoadError) as caught:
        load(source, server.url, client=client(**client_options))
    assert says in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("has_gsp", [True, False])
def test_a_load_that_stopped_is_completed_by_the_next(
    source: Path, monkeypatch: pytest.MonkeyPatch, has_gsp: bool
) -> None:
    monkeypatch.setattr(load_module, "TRIPLES_PER_REQUEST", 150)
    monkeypatch.setattr(load_module, "TRIPLES_PER_UPDATE", 150)
    with serving(has_gsp=has_gsp) as server:
        server.faults = ["503", "503"]

        def stop_after_two(sent: int, _total: int) -> None:
            if sent >= 300:
                server.faults = ["500"]

        with pytest.raises(LoadError, match=f"300 of {SIZE} triples had been taken"):
            load(source, server.url, client=client(), progress=stop_after_two)
        assert len(stored(server)) == 300
        load(source, server.url, client=client(), check="all")
        assert stored(server) == EXPECTED


def test_a_store_that_changes_a_literal_is_found_out(source: Path) -> None:
    with serving() as server:
        original = server.store.load

        def change(text: str, **options: Any) -> None:
            original(text.replace("Tweeter", "tweeter"), **options)

        server.store = type("Changing", (), {"load": staticmethod(change), "query": server.store.query})()  # type: ignore[assignment]
        with pytest.raises(LoadError, match=r"does not hold this triple as it was sent: .*Tweeter"):
            load(source, server.url, client=client(), check="all")


def test_nobody_there_is_told_at_once(source: Path) -> None:
    waits: list[float] = []
    with pytest.raises(LoadError, match=r"127\.0\.0\.1:9/query cannot be reached .*: Connection refused"):
        load(source, "http://127.0.0.1:9", client=client(waits))
    assert waits == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (STORY[:-30], f"line {SIZE}"),
        ('_:b <urn:p> "1" .\n', "blank nodes"),
        ("", "no triples to load"),
        ("<not> a graph", "line 1"),
    ],
)
def test_nothing_is_sent_of_a_damaged_graph(source: Path, content: str, says: str) -> None:
    source.write_text(content)
    with serving() as server, pytest.raises(LoadError, match=says):
        load(source, server.url, client=client())
    assert server.seen == []


@pytest.mark.parametrize("graph", ["news", "not an iri", "urn:a> } ; DROP ALL #"])
def test_a_graph_must_be_an_iri(source: Path, graph: str) -> None:
    with serving() as server, pytest.raises(LoadError, match="no absolute IRI"):
        load(source, server.url, graph=graph, client=client())


# ---------------------------------------------------------------- signing in


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def test_name_and_password_from_the_environment(source: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "kg")
    with serving(auth=basic("ana", "hüsh")) as server:
        load(source, server.url, client=client(environ={"KG_USER": "ana", "KG_PASSWORD": "hüsh"}))
        assert stored(server) == EXPECTED
    assert "hüsh" not in caplog.text


def test_name_and_password_from_the_netrc_file(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ana password hush\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with serving(auth=basic("ana", "hush")) as server:
        load(source, server.url, client=client())
        assert stored(server) == EXPECTED
    with serving() as server:
        load(source, server.url, client=client())


def test_name_and_password_are_asked_for_once(source: Path) -> None:
    asked: list[str] = []

    def ask(host: str) -> tuple[str, str]:
        asked.append(host)
        return "ana", "hush"

    with serving(auth=basic("ana", "hush")) as server:
        load(source, server.url, client=client(ask=ask))
    assert asked == ["127.0.0.1"]


def test_a_password_goes_to_the_host_that_asked_alone(source: Path) -> None:
    with serving(auth=basic("ana", "hush")) as asking, serving() as other:
        found = client(environ={"KG_USER": "ana", "KG_PASSWORD": "hush"})
        found.send("GET", f"{asking.url}/query", parameters={"query": "ASK {}"})
        assert found.send("POST", f"{other.url}/update", b"INSERT DATA {}").ok
    assert other.authorizations == [None]
    assert asking.authorizations == [None, basic("ana", "hush")]


def test_a_token_is_sent_as_bearer(source: Path) -> None:
    with serving(auth="Bearer abc") as server:
        load(source, server.url, client=client(environ={"KG_TOKEN": "abc"}))
        assert stored(server) == EXPECTED


def test_a_password_in_the_address_is_refused_unseen(source: Path) -> None:
    with pytest.raises(LoadError) as caught:
        load(source, "http://ana:hush@127.0.0.1:9/", client=client())
    assert "must not hold a name or password" in str(caught.value)
    assert "hush" not in str(caught.value)


# ---------------------------------------------------------------- addresses

HOST = "http://h:1"


@pytest.mark.parametrize(
    ("target", "query", "updates", "gsp"),
    [
        ("", "/query", ("/update",), ("/store", "/data", "")),
        ("/", "/query", ("/update",), ("/store", "/data", "")),
        ("/store?default", "/query", ("/update",), ("/store",)),
        ("/update", "/query", ("/update",), ("/store", "/data", "")),
        ("/news/data", "/news/query", ("/news/update",), ("/news/data",)),
        ("/news", "/news/query", ("/news/update",), ("/news/store", "/news/data", "/news")),
        ("/news/sparql", "/news/sparql", ("/news/update", "/news/sparql"), ("/news/data", "/news/store", "/news/sparql/gsp/")),
        ("/repositories/news", "/repositories/news", ("/repositories/news/statements",), ("/repositories/news/rdf-graphs/service",)),
        ("/rdf4j-server/repositories/n/statements", "/rdf4j-server/repositories/n", ("/rdf4j-server/repositories/n/statements",),
         ("/rdf4j-server/repositories/n/rdf-graphs/service",)),
        ("/sparql-auth", "/sparql", ("/sparql-auth",), ()),
        ("/sparql-graph-crud-auth", "/sparql", ("/sparql-auth",), ("/sparql-graph-crud-auth",)),
    ],
)  # fmt: skip
def test_endpoints_are_found_beside_any_address(
    target: str, query: str, updates: tuple[str, ...], gsp: tuple[str, ...]
) -> None:
    first = _layouts(HOST + target)[0]
    assert (first.query, first.updates, first.gsp) == (
        HOST + query,
        tuple(HOST + path for path in updates),
        tuple(HOST + path for path in gsp),
    )


@pytest.mark.parametrize("target", ["localhost:7878", "ftp://h/x", "output", ""])
def test_what_is_no_address_is_refused(source: Path, target: str) -> None:
    with pytest.raises(LoadError, match="is no address of a store"):
        load(source, target, client=client())


# ---------------------------------------------------------------- Neo4j, without a server


needs_driver = pytest.mark.skipif(
    importlib.util.find_spec("neo4j") is None, reason="needs the package neo4j: pip install 'dateline[neo4j]'"
)


class FakeNeo4j:
    """The driver's sessions and transactions over two dicts that do what MERGE by IRI does."""

    def __init__(self) -> None:
        self.nodes: dict[str, dict[str, Any]] = {}
        self.edges: dict[str, tuple[str, str, str]] = {}
        self.statements: list[str] = []
        self.closed = 0
        self.database: str | None = None

    def session(self, *, database: str | None = None) -> "FakeNeo4j":
        self.database = database
        return self

    def __enter__(self) -> "FakeNeo4j":
        return self

    def __exit__(self, *_: object) -> None:
        self.closed += 1

    def execute_write(self, work: Callable[..., None], *arguments: Any) -> None:
        work(self, *arguments)

    def consume(self) -> None:
        """Nothing left to read."""

    def run(self, statement: str, **parameters: Any) -> Any:
        self.statements.append(statement)
        if "DETACH DELETE" in statement:
            self.nodes.clear()
            self.edges.clear()
        for row in parameters.get("rows", ()):
            if statement.startswith("UNWIND $rows AS row MERGE (n:Entity {iri: row.iri})"):
                self.nodes[row["iri"]] = row["values"]
            elif row["source"] in self.nodes and row["target"] in self.nodes:
                self.edges[row["iri"]] = (row["source"], statement.split("`")[1], row["target"])
        if "RETURN count" in statement:
            held = self.nodes if "count(n)" in statement else self.edges
            return Row(n=sum(iri in held for iri in parameters["iris"]))
        return self


class Row(dict[str, Any]):
    def single(self) -> "Row":
        return self


@needs_driver
def test_neo4j_gets_nodes_and_relationships_by_iri(source: Path) -> None:
    driver = FakeNeo4j()
    first = load_neo4j(source, "bolt://h:7687", driver=driver, database="news")
    again = load_neo4j(source, "bolt://h:7687", driver=driver)
    assert (first, again.before) == (Loaded(28, 0, 28, 28, "Bolt"), 28)
    assert (len(driver.nodes), len(driver.edges)) == (11, 17)
    label = {iri: values["label"] for iri, values in driver.nodes.items()}
    kinds = defaultdict(set)
    for begin, kind, end in driver.edges.values():
        kinds[kind].add((label[begin], label[end]))
    assert kinds["LEADS"] == {("Ana Ruiz", "Northwind")}
    assert kinds["PAST_LEADS"] == {("Ana Ruiz", "Quill")}
    ban = next(values for values in driver.nodes.values() if values["label"] == "Norland bans Chirp")
    assert ban["begin"].isoformat() == "2024-03-05"
    assert any("SET n:`Agent`:`Company`:`Entity`:`Organization`" in statement for statement in driver.statements)
    # nothing from an article is ever part of a statement
    assert not any("Ruiz" in statement for statement in driver.statements)


@needs_driver
def test_neo4j_replaces_when_asked(source: Path) -> None:
    driver = FakeNeo4j()
    driver.nodes["urn:old"] = {"label": "old"}
    load_neo4j(source, "neo4j+s://h", driver=driver, replace=True)
    assert "urn:old" not in driver.nodes


@needs_driver
def test_neo4j_says_what_is_missing(source: Path) -> None:
    class Losing(FakeNeo4j):
        def execute_write(self, work: Callable[..., None], *arguments: Any) -> None:
            if "MATCH" not in arguments[0]:
                work(self, *arguments)

    with pytest.raises(LoadError, match="holds 11 of 28 nodes and relationships"):
        load_neo4j(source, "bolt://h", driver=Losing())


@needs_driver
def test_neo4j_errors_become_ours(source: Path) -> None:
    with pytest.raises(LoadError, match=r"bolt://127\.0\.0\.1:9: .*Running the same command again"):
        load_neo4j(source, "bolt://127.0.0.1:9", environ={"KG_USER": "a", "KG_PASSWORD": "hush"})


def test_a_missing_driver_says_how_to_get_it(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "neo4j.exceptions", None)
    with pytest.raises(LoadError, match=r"pip install 'dateline\[neo4j\]'"):
        load_neo4j(source, "bolt://h", driver=FakeNeo4j())


def test_a_password_in_a_bolt_address_is_refused_unseen(source: Path) -> None:
    with pytest.raises(LoadError) as caught:
        load_neo4j(source, "bolt://ana:hush@h", driver=FakeNeo4j())
    assert "hush" not in str(caught.value)


# ---------------------------------------------------------------- the command


def test_load_says_what_is_in_the_store(source: Path) -> None:
    with serving() as server:
        result = CliRunner().invoke(main, ["load", server.url, "-o", str(source.parent)])
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.splitlines() == [
        f"Loaded {SIZE} triples by Graph Store Protocol.",
        f"In the store: 0 before, {SIZE} now; {SIZE} compared.",
    ]


def test_load_ends_with_2_when_the_store_refuses(source: Path) -> None:
    with serving(faults=["500"]) as server:
        result = CliRunner().invoke(main, ["load", server.url, "-o", str(source.parent)])
    assert result.exit_code == 2
    assert "Nothing had been taken" in result.stderr


def test_results_in_json_are_compared_as_terms() -> None:
    rows = [
        ({"type": "uri", "value": "urn:a"}, "<urn:a>"),
        ({"type": "literal", "value": 'a"b\n'}, '"a\\"b\\n"'),
        ({"type": "literal", "value": "x", "xml:lang": "zh-Hans"}, '"x"@zh-hans'),
        ({"type": "typed-literal", "value": "1", "datatype": "http://www.w3.org/2001/XMLSchema#boolean"},
         '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
        ({"type": "literal", "value": "5", "datatype": "http://www.w3.org/2001/XMLSchema#integer"},
         '"5"^^<http://www.w3.org/2001/XMLSchema#integer>'),
    ]  # fmt: skip
    assert [load_module._term(json.loads(json.dumps(found))) for found, _ in rows] == [expected for _, expected in rows]
