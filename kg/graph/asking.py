"""What a user asks, in words of the command line -> one request: where to ask, which text, with which terms bound."""

__all__ = ["Asked", "asked", "bound_terms", "prefixes_of", "text_of"]

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import pyoxigraph as ox

from kg.errors import AmbiguousName, QueryError, UnknownName, did_you_mean
from kg.graph.binding import kind_of_variable, term_for
from kg.graph.endpoint import Endpoint
from kg.graph.names import entity_named, write_names
from kg.graph.query import Answer, Source, ask, format_of
from kg.graph.questions import Question, question, read_question
from kg.graph.sparql_text import form_of, unknown_terms
from kg.graph.store import Store, memory_store, open_store
from kg.ontology import NAMESPACES
from kg.settings import Settings


@dataclass(frozen=True)
class Asked:
    """One request, ready to be answered.

    `form` is the wanted format, None where the user left it open; `out` the file to write to, None for standard output.
    """

    source: Source
    question: Question
    bind: Mapping[str, ox.NamedNode | ox.Literal] = field(default_factory=dict)
    prefixes: Mapping[str, str] = field(default_factory=dict)
    base_iri: str | None = None
    allow_network: bool = False
    timeout_s: float = 0.0
    form: str | None = None
    out: Path | None = None
    warnings: tuple[str, ...] = ()

    def answer(self) -> Answer:
        """Ask now.

        Raises:
            QueryError: as `kg.graph.query.ask`.
        """
        return ask(
            self.source,
            self.question.text,
            bind=self.bind,
            prefixes=self.prefixes,
            base_iri=self.base_iri,
            allow_network=self.allow_network,
            bind_everywhere=bool(self.question.parameters),
        )


def asked(
    name: str | None,
    values: Sequence[str] = (),
    *,
    settings: Settings,
    stdin: TextIO,
    text: str | None = None,
    file: Path | None = None,
    bind: Sequence[str] = (),
    prefix: Sequence[str] = (),
    base: str | None = None,
    data: Sequence[Path] = (),
    graph: Sequence[str] = (),
    endpoint: str | None = None,
    allow_network: bool = False,
    form: str | None = None,
    out: Path | None = None,
    source: Source | None = None,
) -> Asked:
    """The request that these words make; `values` are bound to the question's parameters in order.

    `source` is what to ask where it is open already; else the other words say where to ask.

    Raises:
        QueryError: the words do not fit together, or a value is not of its parameter's kind.
        UnknownName, AmbiguousName: no question, no entity, or several entities have a given name.
        StoreError, InputError: the store or a file cannot be opened.
    """
    prefixes = prefixes_of(prefix)
    known = {**NAMESPACES, **prefixes}
    chosen, base_iri = _question(name, text, file, stdin)
    if endpoint and (data or graph):
        raise QueryError("--endpoint asks a remote store, --data and --graph ask files: give one or the other.")
    form = form or (format_of(out) if out else None)
    bindings = _bindings(chosen, values, bind)
    source = source or _source(settings, data, graph, endpoint)
    terms = bound_terms(chosen, bindings, _resolver(source, settings), prefixes=known)
    return Asked(
        source=source,
        question=chosen,
        bind=terms,
        prefixes=prefixes,
        base_iri=base or base_iri,
        allow_network=allow_network,
        timeout_s=settings.timeout_s,
        form=form,
        out=out,
        warnings=tuple(unknown_terms(chosen.text)),
    )


def bound_terms(
    chosen: Question,
    bindings: Mapping[str, str],
    resolve: Callable[[str], str],
    *,
    prefixes: Mapping[str, str] = NAMESPACES,
) -> dict[str, ox.NamedNode | ox.Literal]:
    """The terms of the given values and of the defaults, by variable.

    Raises:
        QueryError: a required parameter is missing, or a value is of the wrong kind.
    """
    terms = {}
    for parameter in chosen.parameters:
        value = bindings.get(parameter.name, parameter.default)
        if value is None and parameter.required:
            raise QueryError(
                f"{chosen.name} needs a value for {parameter.name} ({parameter.kind}): `{chosen.usage()}`."
            )
        if value is not None:
            terms[parameter.name] = term_for(value, parameter.kind, resolve, prefixes=prefixes)
    for name, value in bindings.items():
        if name not in terms:
            terms[name] = term_for(value, kind_of_variable(chosen.text, name), resolve, prefixes=prefixes)
    return terms


def prefixes_of(given: Sequence[str]) -> dict[str, str]:
    """The prefixes of `--prefix P=IRI`.

    Raises:
        QueryError: one is not of this shape.
    """
    prefixes = {}
    for pair in given:
        prefix, equals, iri = pair.partition("=")
        if not equals or ":" not in iri:
            raise QueryError(f"--prefix {pair!r} must read PREFIX=IRI, as ex=http://example.org/.")
        prefixes[prefix.removesuffix(":")] = iri.strip("<>")
    return prefixes


def text_of(name: str | None, text: str | None, file: Path | None, stdin: TextIO) -> tuple[str, str | None]:
    """The SPARQL text and its base IRI, from `-q`, `-f` or standard input (`-`).

    Raises:
        QueryError: none or several are given, or the file cannot be read.
    """
    given = [source for source in (text, file, name) if source is not None]
    if len(given) != 1:
        count = "none" if not given else "several"
        raise QueryError(
            f"Give one of: a saved question's name, -q TEXT, -f FILE, or - for standard input; {count} given."
        )
    if text is not None:
        return text, None
    if file is None:
        return stdin.read(), None
    try:
        return file.read_text(encoding="utf-8-sig"), file.resolve().as_uri()
    except FileNotFoundError as exc:
        raise QueryError(f"The query file {file} does not exist.") from exc
    except (OSError, UnicodeDecodeError) as exc:
        raise QueryError(f"The query file {file} cannot be read: {exc}.") from exc


def _question(name: str | None, text: str | None, file: Path | None, stdin: TextIO) -> tuple[Question, str | None]:
    if name is not None and name != "-" and text is None and file is None:
        if form_of(name) and " " in name:
            raise QueryError("A SPARQL text goes after -q: kg query -q '...'.")
        return question(name), None
    body, base = text_of(name, text, file, stdin)
    return read_question(file.stem if file else "query", body, where=str(file or "the query"), strict=False), base


def _bindings(chosen: Question, values: Sequence[str], bind: Sequence[str]) -> dict[str, str]:
    names = [parameter.name for parameter in chosen.parameters]
    if len(values) > len(names):
        takes = f"takes {len(names)} value{'s' * (len(names) != 1)}" if names else "takes no values"
        raise QueryError(f"{chosen.name} {takes}, {len(values)} given: `{chosen.usage()}`. Quote names with spaces.")
    bindings = dict(zip(names, values, strict=False))
    for pair in bind:
        name, equals, value = pair.partition("=")
        name = name.lstrip("?$")
        if not equals:
            raise QueryError(f"--bind {pair!r} must read VARIABLE=VALUE, as who=TikTok.")
        if names and chosen.summary and name not in names:
            raise QueryError(f"{chosen.name} has no parameter {name!r}.{did_you_mean(name, names)} `{chosen.usage()}`.")
        bindings[name] = value
    return bindings


def _source(settings: Settings, data: Sequence[Path], graph: Sequence[str], endpoint: str | None) -> Source:
    if endpoint:
        return Endpoint(endpoint, timeout_s=settings.timeout_s)
    if not data and not graph:
        return open_store(settings.output / "store")
    pairs = []
    for pair in graph:
        iri, equals, path = pair.rpartition("=")
        if not equals and not Path(pair).is_file():
            raise QueryError(f"--graph {pair!r} must read IRI=FILE.")
        # a file alone is named by its own address
        pairs.append((iri.strip("<>") if equals else Path(pair).resolve().as_uri(), Path(path)))
    return memory_store(data, pairs)


def _resolver(source: Source, settings: Settings) -> Callable[[str], str]:
    if isinstance(source, Endpoint):
        return lambda name: _remote_entity(source, name)
    if isinstance(source, Store) and source.folder is None:
        return lambda name: _entity_in_memory(source, name)
    return lambda name: entity_named(settings.output, name).iri


def _entity_in_memory(store: Store, name: str) -> str:
    with tempfile.TemporaryDirectory(prefix="kg-names-") as folder:
        write_names(store, Path(folder) / "names.sqlite")
        return entity_named(Path(folder), name).iri


def _remote_entity(endpoint: Endpoint, name: str) -> str:
    """The one node that has exactly this name at the endpoint; there is no index there for anything nearer."""
    plain, english = str(ox.Literal(name)), str(ox.Literal(name, language="en"))
    answer = ask(
        endpoint,
        "SELECT DISTINCT ?node ?label WHERE {"
        f" VALUES ?name {{ {plain} {english} }} ?node skos:prefLabel|skos:altLabel ?name ; rdfs:label ?label }} LIMIT 10",
    )
    found = [(node.value, label) for node, label in answer.rows() if isinstance(node, ox.NamedNode)]
    if not found:
        raise UnknownName(f'Nothing at {endpoint.url} has exactly the name "{name}". Give the IRI as <...>.')
    if len({iri for iri, _ in found}) > 1:
        listed = "".join(f"\n  <{iri}>" for iri, _ in sorted(found, key=lambda pair: pair[0]))
        raise AmbiguousName(f'Several things at {endpoint.url} are named "{name}":{listed}\nGive the IRI as <...>.')
    return found[0][0]
