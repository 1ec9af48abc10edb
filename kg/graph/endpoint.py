"""A SPARQL text -> a remote endpoint's answer, by the SPARQL 1.1 protocol (POST), in the engine's own types."""

__all__ = ["Endpoint"]

import http.client
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping

import pyoxigraph as ox

from kg import __version__
from kg.errors import QueryError, QueryTimeout
from kg.graph.sparql_text import form_of, undeclared_prefixes
from kg.graph.store import Results
from kg.ontology import NAMESPACES

_SOLUTIONS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "application/json": ox.QueryResultsFormat.JSON,
    "application/xml": ox.QueryResultsFormat.XML,
    "text/xml": ox.QueryResultsFormat.XML,
}
_GRAPHS = {
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/x-turtle": ox.RdfFormat.TURTLE,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "text/plain": ox.RdfFormat.N_TRIPLES,
}
#: An answer larger than this is refused: it would not fit into memory beside its parsed form.
MAX_BYTES = 1 << 30


class Endpoint:
    """The query address of a remote store."""

    def __init__(self, url: str, *, timeout_s: float = 0.0) -> None:
        """Name the address; nothing is opened yet.

        Args:
            url: An http or https address.
            timeout_s: Seconds that the server may stay silent; 0 takes 300.

        Raises:
            QueryError: the address is of another kind.
        """
        if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
            raise QueryError(f"The endpoint {url!r} is not an http or https address.")
        self.url = url
        self.timeout_s = timeout_s or 300.0

    def query(self, text: str, *, prefixes: Mapping[str, str] | None = None, base_iri: str | None = None) -> Results:
        """The endpoint's answer.

        Raises:
            QueryError: the server refuses, cannot be reached, breaks off, or answers something that is no result.
            QueryTimeout: it stays silent past the limit.
        """
        known = {**NAMESPACES, **(prefixes or {})}
        used = sorted({token.text.split(":", 1)[0] for token in undeclared_prefixes(text, ())} & set(known))
        head = f"BASE <{base_iri}>\n" if base_iri else ""
        head += "".join(f"PREFIX {prefix}: <{known[prefix]}>\n" for prefix in used)
        is_graph = form_of(text) in ("CONSTRUCT", "DESCRIBE")
        media_type, body = self._post(head + text, _GRAPHS if is_graph else _SOLUTIONS)
        return self._parsed(media_type, body, is_graph=is_graph)

    def _post(self, text: str, accepted: Mapping[str, object]) -> tuple[str, bytes]:
        wanted = ", ".join(kind if at == 0 else f"{kind};q=0.{9 - at}" for at, kind in enumerate(accepted))
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked
            self.url,
            data=urllib.parse.urlencode({"query": text}).encode(),
            headers={"Accept": wanted, "User-Agent": f"dateline/{__version__}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=self.timeout_s) as response:  # noqa: S310
                body = response.read(MAX_BYTES + 1)
                media_type = response.headers.get_content_type()
                expected = int(response.headers.get("Content-Length") or 0)
        except urllib.error.HTTPError as exc:
            raise QueryError(f"{self.url} answered {exc.code} {exc.reason}: {_excerpt(exc.read(2000))}") from exc
        except TimeoutError as exc:
            raise QueryTimeout(f"{self.url} gave no answer within {self.timeout_s:g} s.") from exc
        except urllib.error.URLError as exc:
            if isinstance(exc.reason, TimeoutError):
                raise QueryTimeout(f"{self.url} gave no answer within {self.timeout_s:g} s.") from exc
            raise QueryError(f"{self.url} cannot be reached: {exc.reason}.") from exc
        except (http.client.HTTPException, OSError) as exc:
            raise QueryError(f"{self.url} broke off in the middle of its answer ({exc!r}). Try again.") from exc
        if len(body) < min(expected, MAX_BYTES):
            raise QueryError(
                f"{self.url} broke off in the middle of its answer ({len(body)} of {expected} bytes). Try again."
            )
        if len(body) > MAX_BYTES:
            raise QueryError(f"{self.url} answered more than {MAX_BYTES >> 20} MB. Ask for less with LIMIT.")
        return media_type, body

    def _parsed(self, media_type: str, body: bytes, *, is_graph: bool) -> Results:
        formats: Mapping[str, object] = _GRAPHS if is_graph else _SOLUTIONS
        form = formats.get(media_type)
        try:
            if isinstance(form, ox.QueryResultsFormat):
                # a server that hits its own limit may break off a body that it began with status 200
                list(_iterated(ox.parse_query_results(body, form)))
                return ox.parse_query_results(body, form)
            if isinstance(form, ox.RdfFormat):
                store = ox.Store()
                store.load(body, format=form, base_iri=self.url)
                return store.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
        except (SyntaxError, ValueError) as exc:
            raise QueryError(
                f"{self.url} sent a damaged or cut-off answer ({exc}). Try again, or ask for less."
            ) from exc
        raise QueryError(
            f"{self.url} answered {media_type}, which is no SPARQL result: {_excerpt(body[:2000])} Is this the query address?"
        )


def _iterated(results: ox.QuerySolutions | ox.QueryBoolean) -> list[object]:
    return list(results) if isinstance(results, ox.QuerySolutions) else []


def _excerpt(body: bytes) -> str:
    text = " ".join(body.decode("utf-8", "replace").split())
    return f"{text[:200]!r}."
