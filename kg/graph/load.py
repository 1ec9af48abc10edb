"""graph.nt -> a running SPARQL store, read back and counted.

The Graph Store Protocol comes first (few large requests), SPARQL Update where the store has none. The triples have no blank
nodes, so sending some of them twice changes nothing: a load that stopped is completed by running it again.
"""

__all__ = ["Endpoints", "Loaded", "load"]

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import urlencode, urlsplit, urlunsplit

import pyoxigraph as ox

from kg.errors import ExportError, LoadError
from kg.graph.http import Answer, Client
from kg.graph.selection import Group, Selection, groups, read_triples, select
from kg.ontology import NAMESPACES

log = logging.getLogger(__name__)

#: About 16 MB of N-Triples: seconds of work for a store, and all of a small archive in one request, which is all or nothing.
TRIPLES_PER_REQUEST = 100_000
#: Virtuoso's SPARQL compiler runs out of memory at 5,000 triples; 4,000 pass.
TRIPLES_PER_UPDATE = 1_000
#: About how many subjects' triples are compared after a load, per query: a sample spread evenly over the graph.
SAMPLE = 200
SUBJECTS_PER_CHECK = 20
_JSON = "application/sparql-results+json"
_PROBE = "SELECT (1 AS ?n) WHERE {}"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a store listens; `updates` and `gsp` (Graph Store Protocol) are tried in this order."""

    query: str
    updates: tuple[str, ...] = ()
    gsp: tuple[str, ...] = ()
    needs_graph: bool = False


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did: triples sent, triples in the graph before and after, triples looked up again, and by which way."""

    triples: int
    before: int
    after: int
    checked: int
    way: str


def load(
    source: Path,
    target: str,
    *,
    graph: str | None = None,
    replace: bool = False,
    selection: Selection | None = None,
    gsp: str | None = None,
    update: str | None = None,
    query: str | None = None,
    gzip: bool | None = None,
    check: str = "sample",
    client: Client | None = None,
    progress: Progress | None = None,
) -> Loaded:
    """Load the graph of an N-Triples file into a store, and read it back.

    Args:
        source: graph.nt: N-Triples, sorted.
        target: Any address of the store: its root, data set or repository, or one of its endpoints.
        graph: IRI of the named graph to load into; None is the default graph.
        replace: Take out first what the graph holds; within one request where all fits in one, else not at one stroke.
        selection: What of the graph to load.
        gsp: Graph Store Protocol endpoint, where the address does not tell; `update` and `query` alike.
        update: SPARQL Update endpoint.
        query: SPARQL Query endpoint.
        gzip: Send packed; None tries it for stores on other machines and falls back.
        check: "count" counts only, "sample" looks up triples too, "all" every triple.
        client: The HTTP client; by default one that signs in from the environment and the netrc file.
        progress: Called with triples sent and triples in all.

    Raises:
        LoadError: the store cannot be reached, refuses, answers nonsense, or lacks triples in the end.
    """
    _refuse_secrets(target, gsp, update, query)
    chosen = selection or Selection()
    total = _count_source(source, chosen)
    client = client or Client()
    try:
        store = _find(client, target, Endpoints(query or "", _given(update), _given(gsp)))
        if store.needs_graph and graph is None:
            raise LoadError("This store (Virtuoso) has no default graph to load into. Name one with --graph IRI.")
        job = _Load(client, store, graph, _use_gzip(gzip, store.query), gzip is True, progress or _silent)
        return job.run(source, chosen, total, replace, check)
    finally:
        client.close()


def _silent(_sent: int, _total: int) -> None:
    """No progress."""


def _given(url: str | None) -> tuple[str, ...]:
    return (url,) if url else ()


def _refuse_secrets(*urls: str | None) -> None:
    for url in urls:
        if url and "@" in urlsplit(url).netloc:
            raise LoadError(
                "An address must not hold a name or password. Set KG_USER and KG_PASSWORD, or use a netrc file."
            )


def _use_gzip(asked: bool | None, url: str) -> bool:
    return asked if asked is not None else urlsplit(url).hostname not in ("localhost", "127.0.0.1", "::1")


def _count_source(source: Path, selection: Selection) -> int:
    """How many triples will be sent; every line is read, so that a damaged file is found before anything is sent."""
    total, previous = 0, ""
    if not source.is_file():
        raise LoadError(f"{source} does not exist. Run `kg build` first, or name its folder with --output.")
    try:
        for triple in select(lambda: read_triples(source), selection):
            if isinstance(triple.subject, ox.BlankNode) or isinstance(triple.object, ox.BlankNode):
                raise LoadError(
                    f"{source} has blank nodes, which every load would double. Load it with the store's own loader."
                )
            line = str(triple)
            total += line != previous
            previous = line
    except ExportError as exc:
        raise LoadError(str(exc)) from exc
    if not total:
        raise LoadError(f"{source} has no triples to load.")
    return total


# ---------------------------------------------------------------- finding the endpoints


def _find(client: Client, target: str, given: Endpoints) -> Endpoints:
    """The endpoints that answer, those given first."""
    answers: list[str] = []
    for store in _layouts(target) if not given.query else [given]:
        wanted = Endpoints(given.query or store.query, given.updates or store.updates, given.gsp or store.gsp)
        answer = _select(client, wanted.query, _PROBE, attempts=1 if not answers else 2)
        if _number(answer) == 1:
            return _as_virtuoso(wanted, given) if "virtuoso" in answer.server.lower() else wanted
        answers.append(f"{wanted.query}: {'a web page' if answer.is_page else answer.summary[:160]}")
    raise LoadError(
        "No SPARQL query endpoint answered. Asked "
        + "; ".join(answers)
        + ". Give its address with --query, and --gsp or --update for writing."
    )


def _layouts(target: str) -> list[Endpoints]:
    """The endpoints that a store of each known make would have beside this address."""
    parts = urlsplit(target)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise LoadError(
            f"{target} is no address of a store. It must begin with http://, https://, bolt:// or neo4j://."
        )
    url = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
    root, (base, _, last) = f"{parts.scheme}://{parts.netloc}", url.rpartition("/")
    if "/repositories/" in url:
        return [_rdf4j(url)]
    if last.startswith("sparql-graph-crud") or last == "sparql-auth":
        return [Endpoints(f"{root}/sparql", (f"{root}/sparql-auth",), (url,) if "crud" in last else ())]
    if last in ("store", "data", "update", "query"):
        return [_beside(base, url if last in ("store", "data") else None)]
    if last == "sparql":
        return [Endpoints(url, (f"{base}/update", url), (f"{base}/data", f"{base}/store", f"{url}/gsp/"))]
    bare = Endpoints(url, (url,), (url,))
    virtuoso = Endpoints(f"{root}/sparql", (f"{root}/sparql-auth",), (f"{root}/sparql-graph-crud-auth",))
    return [_beside(url, None), bare, virtuoso]


def _rdf4j(url: str) -> Endpoints:
    """RDF4J and GraphDB: one repository's addresses."""
    head, _, rest = url.partition("/repositories/")
    repository = f"{head}/repositories/{rest.split('/')[0]}"
    return Endpoints(repository, (f"{repository}/statements",), (f"{repository}/rdf-graphs/service",))


def _beside(base: str, gsp: str | None) -> Endpoints:
    """Oxigraph (store), Fuseki (data) and Stardog (the data base itself) keep query and update side by side."""
    return Endpoints(f"{base}/query", (f"{base}/update",), (gsp,) if gsp else (f"{base}/store", f"{base}/data", base))


def _as_virtuoso(found: Endpoints, given: Endpoints) -> Endpoints:
    """Virtuoso's addresses that sign in: the others let nobody write."""
    parts = urlsplit(found.query)
    root = f"{parts.scheme}://{parts.netloc}"
    crud = given.gsp or (f"{root}/sparql-graph-crud-auth",)
    return Endpoints(found.query, given.updates or (f"{root}/sparql-auth",), crud, needs_graph=True)


# ---------------------------------------------------------------- asking


def _select(client: Client, url: str, text: str, *, attempts: int | None = None) -> Answer:
    # a form: Virtuoso never answers a query that is the body itself
    headers = {"Accept": _JSON, "Content-Type": "application/x-www-form-urlencoded"}
    return client.send("POST", url, urlencode({"query": text}).encode(), headers=headers, attempts=attempts)


def _number(answer: Answer) -> int | None:
    """The value of ?n in the one row of the results; None when the answer is something else."""
    try:
        return int(json.loads(answer.text)["results"]["bindings"][0]["n"]["value"]) if answer.ok else None
    except (ValueError, KeyError, IndexError, TypeError):
        return None


class _Load:
    """One load into one graph of one store."""

    def __init__(
        self, client: Client, store: Endpoints, graph: str | None, gzip: bool, must_gzip: bool, progress: Progress
    ) -> None:
        self._client, self._store, self._graph, self._progress = client, store, graph, progress
        self._gzip, self._must_gzip = gzip, must_gzip
        if graph is not None and (any(c in graph for c in '<>"{}|^`\\') or not urlsplit(graph).scheme or " " in graph):
            raise LoadError(f"{graph!r} is no absolute IRI for a graph.")

    def run(self, source: Path, selection: Selection, total: int, replace: bool, check: str) -> Loaded:
        """Send, count, look up."""
        before = self._count()
        way = self._knock()
        triples = select(lambda: read_triples(source), selection)
        if way.startswith("gsp "):
            self._send_graph(way.removeprefix("gsp "), triples, total, replace)
        else:
            self._send_updates(way.removeprefix("update "), triples, total, replace)
        after = self._count()
        self._compare(total, before, after, replace)
        looked_up = 0
        if check != "count":
            step = 1 if check == "all" else max(1, total // 8 // SAMPLE)
            looked_up = self._look_up(groups(select(lambda: read_triples(source), selection)), step)
        name = "Graph Store Protocol" if way.startswith("gsp ") else "SPARQL Update"
        return Loaded(total, before, after, looked_up, name)

    def _knock(self) -> str:
        """The first way in that takes an empty request: signs in, and finds out what the store has, before much is sent."""
        said = []
        for url in self._store.gsp:
            answer = self._post(url, b"")
            if answer.ok:
                return f"gsp {url}"
            said.append((url, answer))
        for url in self._store.updates:
            answer = self._update(url, "INSERT DATA {}")
            if answer.ok:
                return f"update {url}"
            said.append((url, answer))
        tried = "; ".join(f"{url}: {answer.summary[:200]}" for url, answer in said)
        raise LoadError(
            f"The store takes no triples. Asked {tried or 'nothing'}. Give its address with --gsp or --update."
        )

    def _post(self, url: str, body: bytes, *, method: str = "POST", gzip: bool = False) -> Answer:
        where = {"graph": self._graph} if self._graph else {"default": ""}
        headers = {"Content-Type": "application/n-triples"}
        return self._client.send(method, url, body, headers=headers, parameters=where, gzip=gzip)

    def _update(self, url: str, text: str) -> Answer:
        return self._client.send("POST", url, text.encode(), headers={"Content-Type": "application/sparql-update"})

    def _send_graph(self, url: str, triples: Iterator[ox.Triple], total: int, replace: bool) -> None:
        sent = 0
        self._progress(0, total)
        for part in _parts(triples, TRIPLES_PER_REQUEST):
            body = ox.serialize(part, format=ox.RdfFormat.N_TRIPLES)
            assert body is not None
            method = "PUT" if replace and not sent else "POST"
            answer = self._post(url, body, method=method, gzip=self._gzip)
            if not answer.ok and self._gzip and not self._must_gzip:
                log.info("The store takes no gzip (%s); sending plain.", answer.status)
                self._gzip = False
                answer = self._post(url, body, method=method)
            if not answer.ok:
                raise LoadError(_refused(url, answer, sent, total))
            sent += len(part)
            self._progress(sent, total)

    def _send_updates(self, url: str, triples: Iterator[ox.Triple], total: int, replace: bool) -> None:
        sent = 0
        self._progress(0, total)
        if replace:
            answer = self._update(url, f"CLEAR SILENT GRAPH <{self._graph}>" if self._graph else "CLEAR SILENT DEFAULT")
            if not answer.ok:
                raise LoadError(_refused(url, answer, sent, total))
        for part in _parts(triples, TRIPLES_PER_UPDATE):
            lines = "\n".join(f"{triple} ." for triple in part)
            inner = f"GRAPH <{self._graph}> {{\n{lines}\n}}" if self._graph else lines
            answer = self._update(url, f"INSERT DATA {{\n{inner}\n}}")
            if not answer.ok:
                raise LoadError(_refused(url, answer, sent, total))
            sent += len(part)
            self._progress(sent, total)

    # ---- reading back

    def _in_graph(self, pattern: str) -> str:
        return f"GRAPH <{self._graph}> {{ {pattern} }}" if self._graph else pattern

    def _count(self) -> int:
        answer = _select(
            self._client, self._store.query, f"SELECT (COUNT(*) AS ?n) WHERE {{ {self._in_graph('?s ?p ?o')} }}"
        )
        found = _number(answer)
        if found is None:
            said = "a web page" if answer.is_page else answer.summary
            raise LoadError(f"{self._store.query} did not count its triples but answered {said}. Give --query URL.")
        return found

    def _compare(self, total: int, before: int, after: int, replace: bool) -> None:
        if after < total:
            raise LoadError(
                f"{after} of {total} triples are in the store after the load: the store lost or merged {total - after}."
                " Run the same command again; if it stays so, read the store's log."
            )
        if replace and after > total:
            raise LoadError(
                f"{after} triples are in the store after the load instead of {total}: the store shows other graphs in this"
                " one, or somebody else writes. Load into a graph of its own with --graph IRI."
            )
        if after < before and not replace:
            raise LoadError(
                f"The store held {before} triples before the load and {after} after it: somebody else writes to it."
            )

    def _look_up(self, subjects: Iterator[Group], step: int) -> int:
        """How many triples were asked for and found as they were sent: those of every subject, or of every so many.

        Raises:
            LoadError: one is not there, or has changed.
        """
        checked = 0
        taken = islice(subjects, 0, None, step)
        while part := list(islice(taken, SUBJECTS_PER_CHECK)):
            stored = self._stored([group.subject for group in part])
            sent = [str(triple) for group in part for triple in group.triples]
            lost = next((triple for triple in sent if triple not in stored), None)
            if lost is not None:
                raise LoadError(f"The store does not hold this triple as it was sent: {lost} .")
            checked += len(sent)
        return checked

    def _stored(self, subjects: list[str]) -> set[str]:
        # Virtuoso counts wrong over VALUES of three columns, and never comes back from a union of 100
        pattern = self._in_graph(f"VALUES ?s {{ {' '.join(f'<{subject}>' for subject in subjects)} }} ?s ?p ?o")
        answer = _select(self._client, self._store.query, f"SELECT ?s ?p ?o WHERE {{ {pattern} }}")
        try:
            rows = json.loads(answer.text)["results"]["bindings"]
            return {f"<{row['s']['value']}> <{row['p']['value']}> {_term(row['o'])}" for row in rows}
        except (ValueError, KeyError, TypeError) as exc:
            raise LoadError(f"{self._store.query} did not look up triples but answered {answer.summary}.") from exc


def _term(found: dict[str, str]) -> str:
    """A term of SPARQL's JSON results as N-Triples."""
    value, kind = found["value"], found.get("datatype")
    if found["type"] == "uri":
        return f"<{value}>"
    if found.get("xml:lang"):
        return str(ox.Literal(value, language=found["xml:lang"].lower()))
    if kind == NAMESPACES["xsd"] + "boolean":
        # Virtuoso shows true as 1
        value = {"1": "true", "0": "false"}.get(value, value)
    return str(ox.Literal(value, datatype=ox.NamedNode(kind) if kind else None))


def _parts(triples: Iterator[ox.Triple], size: int) -> Iterator[list[ox.Triple]]:
    while part := list(islice(triples, size)):
        yield part


def _refused(url: str, answer: Answer, sent: int, total: int) -> str:
    why = "lets this name not write" if answer.status == 403 else "refused the triples"
    done = f"{sent} of {total} triples had been taken" if sent else "Nothing had been taken"
    return f"{url} {why}: {answer.summary}. {done}; running the same command again completes the load without doubles."
