"""The names in a graph -> names.sqlite, an index in which a name as people write it finds its node.

A name is looked up under its folded key (case, accents, ligatures and punctuation taken away; scripts without case, such as
Chinese, stay as they are); near misses are found through the trigrams of the keys, so nothing is ever scanned.
"""

__all__ = ["Candidate", "beginning_with", "entity_named", "find", "fold", "label_of", "write_names"]

import contextlib
import difflib
import os
import re
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg.errors import AmbiguousName, StoreError, UnknownName
from kg.graph.store import Store, memory_store
from kg.ontology import BASE_IRI, KG_IRI, NAMESPACES, ontology

FORMAT = 1
#: Trigrams in more keys than this say little and cost much: at 1M names a look-up reads at most 8 lists of this length.
MAX_KEYS_PER_GRAM = 50_000
MAX_GRAMS = 8
_RANK = {"iri": 0, "exact": 1, "alias": 2, "folded": 3, "part": 4, "close": 5}
_SPECIAL = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A node that a name may mean.

    `type` is the most specific class; `documents` the number of documents that mention it; `how` says how the name was
    found: iri, exact, alias (another name of it), folded (other case or accents), part (a word of the name) or close.
    """

    iri: str
    label: str
    type: str
    documents: int
    how: str

    def __str__(self) -> str:
        noun = "document" if self.documents == 1 else "documents"
        short = f"kgr:{self.iri.removeprefix(BASE_IRI)}" if self.iri.startswith(BASE_IRI) else f"<{self.iri}>"
        return f"{self.label} ({self.type}) · {self.documents} {noun} · {short}"


def fold(text: str) -> str:
    """The key of a name: "Müller-Lüdenscheidt" -> "muller ludenscheidt", "STRAßE" -> "strasse", "小红书" stays."""
    letters: list[str] = []
    base = ""
    for letter in unicodedata.normalize("NFKD", text.casefold()):
        if not unicodedata.combining(letter):
            base = letter
            letters.append(letter)
        elif not _has_accents(base):
            # a dot on a kana or an Indic vowel sign is no accent: it makes another letter
            letters.append(letter)
    folded = unicodedata.normalize("NFC", "".join(letters)).translate(_SPECIAL)
    words = re.sub(r"['’`.]", "", folded)
    return " ".join(re.sub(r"[\W_]+", " ", words).split()) or folded.strip()


def write_names(graph: Store | Path, path: Path) -> int:
    """Write the name index of a graph, given as an open store or as graph.nt, by writing beside it and renaming.

    Returns:
        Number of names.

    Raises:
        StoreError: the index cannot be written.
    """
    store = memory_store([graph]) if isinstance(graph, Path) else graph
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    try:
        with contextlib.closing(sqlite3.connect(beside)) as connection:
            count = _fill(connection, store)
        beside.replace(path)
    except (OSError, sqlite3.Error) as exc:
        raise StoreError(f"The name index {path} cannot be written: {exc}.") from exc
    finally:
        beside.unlink(missing_ok=True)
    return count


def find(path: Path, text: str, type: str | None = None, *, limit: int = 10) -> list[Candidate]:  # noqa: A002
    """The nodes that a text may mean, best first: those of exactly this name, else the nearest ones.

    Args:
        path: names.sqlite.
        text: A name, "Name (Type)", an IRI, or `kgr:` and the last part of one.
        type: Class that the node must have or lie below.
        limit: Most near misses to give; equal names are never cut off.

    Raises:
        StoreError: there is no index, or it is damaged.
    """
    name, kind = _split_type(text.strip(), type)
    with _open(path) as connection:
        try:
            candidates = list(_by_iri(connection, name)) or _by_key(connection, name)
            kept = _of_type(candidates, kind)
            if not kept:
                kept = _of_type(_near(connection, name, limit * 5), kind)[:limit]
        except sqlite3.Error as exc:
            raise StoreError(f"The name index {path} is damaged ({exc}). Run `kg build`.") from exc
    return kept


def entity_named(output: Path, text: str, type: str | None = None) -> Candidate:  # noqa: A002
    """The one node that a text means in an output folder.

    Raises:
        UnknownName: nothing has this name; the message offers the nearest ones.
        AmbiguousName: several have it; the message lists them with type and number of documents.
        StoreError: there is no name index.
    """
    candidates = find(output / "names.sqlite", text, type)
    same = [candidate for candidate in candidates if _RANK[candidate.how] <= _RANK["folded"]]
    if not same:
        name, kind = _split_type(text.strip(), type)
        near = candidates or (find(output / "names.sqlite", name) if kind else [])
        raise UnknownName(_nothing_named(name, kind, near))
    # the label of an event or a document repeats the names in it, so it gives way to a person or thing of that name
    things = [c for c in same if c.type != "Document" and not ontology().is_a(c.type, "Event")] or same
    if len(things) == 1:
        return things[0]
    first, *others = things
    if first.how == "exact" and all(c.how == "folded" and c.documents < first.documents for c in others):
        return first
    listed = "".join(f"\n  {candidate}" for candidate in things)
    raise AmbiguousName(
        f'{len(things)} things are named "{text}":{listed}\nSay which one, as "{first.label} ({first.type})" or by its kgr: name.'
    )


def beginning_with(path: Path, text: str, *, limit: int = 20) -> list[Candidate]:
    """The nodes with a name that begins like this, in alphabetical order of the names: for completion at a prompt.

    Raises:
        StoreError: there is no index, or it is damaged.
    """
    key = fold(text)
    with _open(path) as connection:
        numbers = connection.execute(
            "SELECT id FROM keys WHERE key >= ? AND key < ? ORDER BY key LIMIT ?", (key, f"{key}\U0010ffff", limit)
        ).fetchall()
        return _of_keys(connection, ((0.0, number, "part") for (number,) in numbers))[:limit]


def label_of(store: Store, iri: str) -> str | None:
    """The English label of a node, else its first label, else None."""
    labels = [
        quad.object
        for quad in store.inner.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(NAMESPACES["rdfs"] + "label"), None)
        if isinstance(quad.object, ox.Literal)
    ]
    english = [label.value for label in labels if label.language in ("en", None)]
    return min(english or [label.value for label in labels], default=None)


def _has_accents(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(("LATIN", "GREEK", "CYRILLIC"))


def _fill(connection: sqlite3.Connection, store: Store) -> int:
    connection.executescript(
        """
        PRAGMA journal_mode = OFF;
        PRAGMA synchronous = OFF;
        CREATE TABLE nodes (id INTEGER PRIMARY KEY, iri TEXT, label TEXT, type TEXT, documents INTEGER);
        CREATE TABLE names (key INTEGER, node INTEGER, name TEXT, preferred INTEGER);
        CREATE TABLE keys (id INTEGER PRIMARY KEY, key TEXT);
        CREATE VIRTUAL TABLE grams USING fts5 (key, content = '', detail = 'none', columnsize = 0, tokenize = 'trigram');
        CREATE VIRTUAL TABLE gram_counts USING fts5vocab (grams, row);
        """
    )
    connection.execute(f"PRAGMA user_version = {FORMAT}")
    nodes = _nodes(store)
    keys: dict[str, int] = {}
    rows = []
    for number, (_, (_, _, _, names)) in enumerate(nodes, 1):
        for name, preferred in names:
            key = keys.setdefault(fold(name), len(keys) + 1)
            rows.append((key, number, name, preferred))
    described = ((number, iri, label, kind, count) for number, (iri, (label, kind, count, _)) in enumerate(nodes, 1))
    connection.executemany("INSERT INTO nodes VALUES (?, ?, ?, ?, ?)", described)
    connection.executemany("INSERT INTO names VALUES (?, ?, ?, ?)", rows)
    connection.executemany("INSERT INTO keys VALUES (?, ?)", ((number, key) for key, number in keys.items()))
    connection.executemany("INSERT INTO grams (rowid, key) VALUES (?, ?)", ((n, f" {key} ") for key, n in keys.items()))
    connection.executescript(
        "CREATE INDEX by_iri ON nodes (iri); CREATE INDEX by_name ON names (key); CREATE UNIQUE INDEX by_key ON keys (key);"
    )
    connection.execute("INSERT INTO grams (grams) VALUES ('optimize')")
    connection.commit()
    return len(rows)


def _nodes(store: Store) -> list[tuple[str, tuple[str, str, int, list[tuple[str, int]]]]]:
    """All named nodes by IRI: label, type, documents, and the names with 1 for the preferred one."""
    types = _types(store)
    counts = _document_counts(store)
    names: dict[str, set[tuple[str, int]]] = {}
    for iri, name in _pairs(store, NAMESPACES["skos"] + "prefLabel"):
        names.setdefault(iri, set()).add((name, 1))
    for iri, name in _pairs(store, NAMESPACES["skos"] + "altLabel"):
        names.setdefault(iri, set()).add((name, 0))
    labels = {iri: name for iri, name in _pairs(store, NAMESPACES["rdfs"] + "label") if iri in types}
    for iri, label in labels.items():
        names.setdefault(iri, set()).add((label, 1))
    nodes = []
    for iri in sorted(names):
        if iri not in types:
            continue
        ordered = sorted(names[iri], key=lambda pair: (-pair[1], pair[0]))
        nodes.append((iri, (labels.get(iri, ordered[0][0]), types[iri], counts.get(iri, 0), ordered)))
    return nodes


def _pairs(store: Store, predicate: str) -> Iterator[tuple[str, str]]:
    for quad in store.inner.quads_for_pattern(None, ox.NamedNode(predicate), None):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal):
            yield quad.subject.value, quad.object.value


def _types(store: Store) -> dict[str, str]:
    """Most specific class of every document and entity; classes are gone through from the root to the leaves."""
    terms = ontology()
    classes = [name for name in terms.parents if terms.is_a(name, "Entity")]
    types: dict[str, str] = {}
    rdf_type = ox.NamedNode(NAMESPACES["rdf"] + "type")
    for name in ["Document", *sorted(classes, key=lambda name: (len(terms.ancestors(name)), name))]:
        for quad in store.inner.quads_for_pattern(None, rdf_type, ox.NamedNode(KG_IRI + name)):
            if isinstance(quad.subject, ox.NamedNode):
                types[quad.subject.value] = name
    return types


def _document_counts(store: Store) -> dict[str, int]:
    mentioned = store.query(
        "SELECT ?entity (COUNT(DISTINCT ?document) AS ?documents)"
        " WHERE { ?mention kg:refersTo ?entity ; nif:referenceContext ?document } GROUP BY ?entity"
    )
    happened = store.query(
        "SELECT ?event (COUNT(DISTINCT ?document) AS ?documents)"
        " WHERE { ?event a kg:Event ; kg:evidence/nif:referenceContext ?document } GROUP BY ?event"
    )
    counts = {row[0].value: int(row[1].value) for row in _rows(happened)}
    counts.update({row[0].value: int(row[1].value) for row in _rows(mentioned)})
    documents = store.inner.quads_for_pattern(
        None, ox.NamedNode(NAMESPACES["rdf"] + "type"), ox.NamedNode(KG_IRI + "Document")
    )
    counts.update({quad.subject.value: 1 for quad in documents if isinstance(quad.subject, ox.NamedNode)})
    return counts


def _rows(results: object) -> Iterable[ox.QuerySolution]:
    assert isinstance(results, ox.QuerySolutions)
    return results


@contextlib.contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.is_file():
        raise StoreError(f"There is no name index {path}. Run `kg build` first, or name its folder with -o.")
    with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.Error as exc:
            raise StoreError(f"The name index {path} is damaged ({exc}). Run `kg build`.") from exc
        if version != FORMAT:
            raise StoreError(
                f"The name index {path} has format {version}; this version reads {FORMAT}. Run `kg build`."
            )
        yield connection


def _split_type(text: str, kind: str | None) -> tuple[str, str | None]:
    match = re.fullmatch(r"(.+?)\s*\(([A-Za-z][A-Za-z -]*)\)", text)
    if match is None or kind is not None:
        return text, kind
    wanted = re.sub(r"[\s-]+", "", match[2]).lower()
    name = next((name for name in (*ontology().parents, "Document") if name.lower() == wanted), None)
    return (match[1], name) if name else (text, kind)


def _by_iri(connection: sqlite3.Connection, text: str) -> Iterator[Candidate]:
    iri = text[1:-1] if text.startswith("<") and text.endswith(">") else text
    iri = BASE_IRI + iri.removeprefix("kgr:") if iri.startswith("kgr:") else iri
    if ":" not in iri:
        return
    for row in connection.execute("SELECT iri, label, type, documents FROM nodes WHERE iri = ?", (iri,)):
        yield Candidate(row[0], row[1], row[2], row[3], "iri")


def _by_key(connection: sqlite3.Connection, text: str) -> list[Candidate]:
    found = connection.execute(
        "SELECT nodes.iri, label, type, documents, name, preferred FROM keys JOIN names ON names.key = keys.id"
        " JOIN nodes ON nodes.id = names.node WHERE keys.key = ?",
        (fold(text),),
    )
    best: dict[str, Candidate] = {}
    for iri, label, kind, documents, name, preferred in found:
        how = "folded" if name != text else "exact" if preferred else "alias"
        if iri not in best or _RANK[how] < _RANK[best[iri].how]:
            best[iri] = Candidate(iri, label, kind, documents, how)
    return _ordered(best.values())


def _near(connection: sqlite3.Connection, text: str, limit: int) -> list[Candidate]:
    """Names that contain the text as words, or share most of their trigrams with it."""
    key = fold(text)
    padded = f" {key} "
    grams = {padded[at : at + 3] for at in range(len(padded) - 2)}
    counted = []
    for gram in sorted(grams):
        row = connection.execute("SELECT doc FROM gram_counts WHERE term = ?", (gram,)).fetchone()
        if row and row[0] <= MAX_KEYS_PER_GRAM:
            counted.append((row[0], gram))
    shared: Counter[int] = Counter()
    for _, gram in sorted(counted)[:MAX_GRAMS]:
        quoted = '"' + gram.replace('"', '""') + '"'
        shared.update(row[0] for row in connection.execute("SELECT rowid FROM grams WHERE grams MATCH ?", (quoted,)))
    ranked = sorted(shared, key=lambda number: (-shared[number], number))[: 40 * limit]
    scored: list[tuple[float, int, str]] = []
    for number in ranked:
        (other,) = connection.execute("SELECT key FROM keys WHERE id = ?", (number,)).fetchone()
        is_part = f" {key} " in f" {other} "
        score = difflib.SequenceMatcher(None, key, other, autojunk=False).ratio()
        if is_part or score >= 0.6:
            scored.append((-1 - score if is_part else -score, number, "part" if is_part else "close"))
    return _of_keys(connection, sorted(scored)[:limit])


def _of_keys(connection: sqlite3.Connection, scored: Iterable[tuple[float, int, str]]) -> list[Candidate]:
    found: dict[str, Candidate] = {}
    for _, number, how in scored:
        rows = connection.execute(
            "SELECT DISTINCT nodes.iri, label, type, documents FROM names JOIN nodes ON nodes.id = names.node"
            " WHERE names.key = ? ORDER BY documents DESC, label, nodes.iri",
            (number,),
        )
        for row in rows:
            found.setdefault(row[0], Candidate(row[0], row[1], row[2], row[3], how))
    return list(found.values())


def _of_type(candidates: Iterable[Candidate], kind: str | None) -> list[Candidate]:
    return [c for c in candidates if kind is None or c.type == kind or ontology().is_a(c.type, kind)]


def _ordered(candidates: Iterable[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda c: (_RANK[c.how], -c.documents, c.label, c.iri))


def _nothing_named(text: str, kind: str | None, near: list[Candidate]) -> str:
    what = f"{kind} is" if kind else "person, thing or event is"
    if not near:
        return f'No {what} named "{text}" in this graph. `kg query entities-of-type` lists what there is.'
    listed = "".join(f"\n  {candidate}" for candidate in near[:5])
    return f'No {what} named "{text}" in this graph. Near it:{listed}'
