"""A SPARQL text or a saved question -> an Answer, from a store, from files or from a remote endpoint."""

__all__ = ["FORMATS", "Answer", "Source", "ask", "format_of", "prepared", "within", "write_answer"]

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Protocol, TypeVar

import pyoxigraph as ox

from kg.errors import KGError, QueryError, QueryTimeout, did_you_mean
from kg.graph.sparql_text import (
    explain_syntax_error,
    first_group,
    form_of,
    from_graphs,
    network_use,
    prologue,
    tokens,
    variables_in_order,
    with_columns,
    with_values,
)
from kg.graph.store import Results, Store
from kg.ontology import NAMESPACES

T = TypeVar("T")
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

_SOLUTIONS = {
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
}
_GRAPHS = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "xml": ox.RdfFormat.RDF_XML,
}
#: Formats of an answer; table and md are drawn by the command line.
FORMATS = ("table", "csv", "tsv", "json", "xml", "md", "ttl", "nt", "jsonld")
_ENDINGS = {"srj": "json", "srx": "xml", "rdf": "xml", "txt": "table", "markdown": "md", "json-ld": "jsonld"}


class Source(Protocol):
    """What can be asked: a Store, or an Endpoint."""

    def query(self, text: str, *, prefixes: Mapping[str, str] | None = None, base_iri: str | None = None) -> Results:
        """The engine's answer to a SPARQL text."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gave: a truth (ASK), rows (SELECT) or triples (CONSTRUCT, DESCRIBE); rows and triples come once."""

    form: str
    results: Results

    @property
    def variables(self) -> list[str]:
        """Names of the columns."""
        return [v.value for v in self.results.variables] if isinstance(self.results, ox.QuerySolutions) else []

    @property
    def truth(self) -> bool:
        """What an ASK query gave."""
        return bool(self.results)

    def rows(self) -> Iterator[tuple[Term | None, ...]]:
        """The rows of a SELECT query, None where a variable is unbound."""
        if isinstance(self.results, ox.QuerySolutions):
            try:
                for solution in self.results:
                    yield tuple(solution)
            except BrokenPipeError:
                raise
            except (OSError, RuntimeError) as exc:
                raise QueryError(f"The query failed: {exc}.") from exc

    def triples(self) -> Iterator[tuple[Term, Term, Term]]:
        """The triples of a CONSTRUCT or DESCRIBE query."""
        if isinstance(self.results, ox.QueryTriples):
            try:
                for triple in self.results:
                    yield triple.subject, triple.predicate, triple.object
            except BrokenPipeError:
                raise
            except (OSError, RuntimeError) as exc:
                raise QueryError(f"The query failed: {exc}.") from exc


def ask(
    source: Source,
    text: str,
    *,
    bind: Mapping[str, ox.NamedNode | ox.Literal] | None = None,
    prefixes: Mapping[str, str] | None = None,
    base_iri: str | None = None,
    allow_network: bool = False,
    bind_everywhere: bool = False,
) -> Answer:
    """Ask a source a SPARQL query.

    Args:
        source: A Store or an Endpoint.
        text: The query; the project's prefixes need no declaration.
        bind: Variable -> term, set by VALUES at the head of the WHERE group.
        prefixes: More prefixes.
        base_iri: What relative IRIs are relative to.
        allow_network: Whether SERVICE may open connections.
        bind_everywhere: Whether `bind` also holds in branches and sub-selects that name the variable (saved questions).

    Raises:
        QueryError: the text is not valid SPARQL (line, column, caret and hint), is an update, reaches outside the store,
            or lacks a variable of `bind`.
    """
    known = {**NAMESPACES, **(prefixes or {})}
    sent = prepared(
        text, bind=bind, prefixes=known, base_iri=base_iri, allow_network=allow_network, bind_everywhere=bind_everywhere
    )
    if isinstance(source, Store):
        _check_graphs(source, sent, known, base_iri)
    try:
        results = source.query(sent, prefixes=known, base_iri=base_iri)
    except SyntaxError as exc:
        raise QueryError(explain_syntax_error(sent, _message(exc), known_prefixes=known)) from exc
    except (OSError, RuntimeError, ValueError) as exc:
        raise QueryError(f"The query failed: {exc}.") from exc
    return Answer(form_of(text), results)


def prepared(
    text: str,
    *,
    bind: Mapping[str, ox.NamedNode | ox.Literal] | None = None,
    prefixes: Mapping[str, str] = NAMESPACES,
    base_iri: str | None = None,
    allow_network: bool = False,
    bind_everywhere: bool = False,
) -> str:
    """The text that is sent to the engine: checked, `*` replaced by its columns in order, variables bound.

    Raises:
        QueryError: as for `ask`.
    """
    terms = tuple((name, str(term)) for name, term in (bind or {}).items())
    return _prepared(text, terms, tuple(prefixes.items()), base_iri, allow_network, bind_everywhere)


@lru_cache(maxsize=512)
def _prepared(
    text: str,
    terms: tuple[tuple[str, str], ...],
    prefix_pairs: tuple[tuple[str, str], ...],
    base_iri: str | None,
    allow_network: bool,
    bind_everywhere: bool,
) -> str:
    """What `prepared` gives; kept, since checking costs 0.3 ms, as much as a look-up in the store."""
    prefixes = dict(prefix_pairs)
    if form_of(text) == "UPDATE" and _is_valid_update(text, prefixes, base_iri):
        raise QueryError("This is an update, not a query. `kg update` changes the store.")
    network = network_use(text)
    columns = _check_syntax(text, prefixes, base_iri, evaluate=network is None)
    if network is not None and not allow_network:
        raise QueryError(
            f"{network} opens a network connection, which is refused. Allow it with --allow-network (allow_network=True)."
        )
    sent = with_columns(text, columns)
    variables = variables_in_order(text)
    for name, _ in terms:
        if name not in variables:
            raise QueryError(f"The query has no variable ?{name} to bind.{did_you_mean(name, variables)}")
    if not terms:
        return sent
    if first_group(sent) is None:
        raise QueryError("The query has no WHERE group in which a variable could be bound.")
    bound = with_values(sent, dict(terms), everywhere=bind_everywhere)
    _check_syntax(bound, prefixes, base_iri, evaluate=network is None)
    return bound


def write_answer(answer: Answer, stream: IO[bytes], kind: str, *, prefixes: Mapping[str, str] | None = None) -> None:
    """Write an answer in one of the machine formats.

    Raises:
        QueryError: the format does not fit the form of the query.
    """
    is_graph = isinstance(answer.results, ox.QueryTriples)
    if is_graph and kind not in _GRAPHS:
        raise QueryError(f"{answer.form} gives triples: they are written as {', '.join(_GRAPHS)}, not as {kind}.")
    if not is_graph and kind not in _SOLUTIONS:
        raise QueryError(
            f"{answer.form} gives no triples: it is written as table, md, {', '.join(_SOLUTIONS)}, not as {kind}."
        )
    try:
        if isinstance(answer.results, ox.QueryTriples):
            _write_triples(answer.results, stream, kind, {**NAMESPACES, **(prefixes or {})})
        else:
            answer.results.serialize(stream, _SOLUTIONS[kind])
            stream.write(b"\n" if kind in ("json", "xml") else b"")
    except BrokenPipeError:
        raise
    except (OSError, RuntimeError) as exc:
        raise QueryError(f"The query failed: {exc}.") from exc


def format_of(path: Path) -> str:
    """The format that a file's ending asks for.

    Raises:
        QueryError: no format has this ending.
    """
    ending = path.suffix[1:].lower()
    kind = _ENDINGS.get(ending, ending)
    if kind not in FORMATS:
        raise QueryError(
            f"{path} has no known ending ({', '.join('.' + name for name in FORMATS)}). Name one with --format."
        )
    return kind


def within(timeout_s: float, function: Callable[[], T]) -> T:
    """What the function gives, if it ends in time; 0 waits for ever, and Ctrl-C always ends the waiting.

    The engine knows no time limit and cannot be stopped, so it works in a thread that is left behind: a command line ends
    its process then, a library user lets it run out.

    Raises:
        QueryTimeout: it did not.
    """
    box: list[T] = []
    failure: list[BaseException] = []

    def work() -> None:
        try:
            box.append(function())
        except (KGError, OSError) as exc:
            # results of the engine may only be dropped in the thread that made them, so the frames stay here
            exc.__traceback__ = exc.__cause__ = exc.__context__ = None
            failure.append(exc)
        except BaseException as exc:  # a bug keeps its traceback
            failure.append(exc)

    thread = threading.Thread(target=work, daemon=True, name="kg-query")
    thread.start()
    waited = 0.0
    # short waits, since Windows hears Ctrl-C only between them
    while thread.is_alive() and (not timeout_s or waited < timeout_s):
        step = min(0.5, timeout_s - waited) if timeout_s else 0.5
        thread.join(step)
        waited += step
    if thread.is_alive():
        raise QueryTimeout(f"The query ran past its limit of {timeout_s:g} s and was stopped.")
    if failure:
        raise failure[0]
    return box[0]


def _write_triples(triples: ox.QueryTriples, stream: IO[bytes], kind: str, prefixes: dict[str, str]) -> None:
    """Write triples; Turtle declares only the prefixes that it uses, in alphabetical order."""
    if kind not in ("ttl", "xml"):
        triples.serialize(stream, _GRAPHS[kind])
        return
    listed = list(triples)
    iris = {term.value for triple in listed for term in _terms_of(triple) if isinstance(term, ox.NamedNode)}
    used = {prefix: base for prefix, base in prefixes.items() if any(iri.startswith(base) for iri in iris)}
    body = ox.serialize(listed, format=_GRAPHS[kind], prefixes=used) or b""
    lines = body.splitlines(keepends=True)
    head = [line for line in lines[: len(used)] if line.startswith(b"@prefix")]
    stream.write(b"".join(sorted(head) + lines[len(head) :]))


def _terms_of(triple: ox.Triple) -> tuple[object, ...]:
    datatype = triple.object.datatype if isinstance(triple.object, ox.Literal) else None
    return triple.subject, triple.predicate, triple.object, datatype


def _check_syntax(text: str, prefixes: Mapping[str, str], base_iri: str | None, *, evaluate: bool) -> list[str]:
    """Parse by asking an empty store; gives the columns. A text with SERVICE is not asked, since that would connect."""
    if not any(token.kind for token in tokens(text)):
        raise QueryError("The query is empty.")
    if not evaluate:
        return []
    try:
        results = ox.Store().query(text, prefixes=dict(prefixes), base_iri=base_iri)
    except SyntaxError as exc:
        raise QueryError(explain_syntax_error(text, _message(exc), known_prefixes=prefixes)) from exc
    except (RuntimeError, ValueError) as exc:
        raise QueryError(f"The query is not valid: {exc}.") from exc
    return [v.value for v in results.variables] if isinstance(results, ox.QuerySolutions) else []


def _is_valid_update(text: str, prefixes: Mapping[str, str], base_iri: str | None) -> bool:
    if network_use(text) is not None:
        return True
    try:
        ox.Store().update(text, prefixes=dict(prefixes), base_iri=base_iri)
    except (SyntaxError, RuntimeError, OSError, ValueError):
        return False
    return True


def _check_graphs(store: Store, text: str, prefixes: Mapping[str, str], base_iri: str | None) -> None:
    """Refuse FROM graphs that the store lacks: engines would fetch them, or silently answer from nothing."""
    written = from_graphs(text)
    if not written:
        return
    stored = {name.value for name in store.inner.named_graphs() if isinstance(name, ox.NamedNode)}
    probe = "".join(f" <urn:x> <urn:x> {iri} ." for iri in written)
    quads = ox.Store()
    quads.update(f"{prologue(text)} INSERT DATA {{{probe} }}", prefixes=dict(prefixes), base_iri=base_iri)
    for name in sorted(quad.object.value for quad in quads if isinstance(quad.object, ox.NamedNode)):
        if name not in stored:
            known = f" The store has: {', '.join(sorted(stored))}." if stored else ""
            raise QueryError(
                f"FROM <{name}> is not in the store, and files and addresses are not fetched.{known} Name a file for it with"
                f" --graph '{name}=FILE'."
            )


def _message(exc: SyntaxError) -> str:
    return str(exc.msg or exc)
