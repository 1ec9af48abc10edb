"""Lines typed at the SPARQL prompt -> whole queries and dot commands; a half-typed word -> what it may become."""

__all__ = ["COMMANDS", "Completion", "completions", "is_whole", "statements", "trimmed"]

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.errors import StoreError
from kg.graph.names import Candidate, beginning_with
from kg.graph.questions import questions
from kg.graph.sparql_text import KEYWORDS, tokens
from kg.ontology import BASE_IRI, KG_IRI, NAMESPACES, ontology

#: Dot command -> what it does, in the order of `.help`.
COMMANDS = {
    ".help": "this list",
    ".queries": "the saved questions",
    ".ask NAME [VALUE ...]": "ask a saved question",
    ".show NAME": "all that the graph says of a person, thing, place, event or document",
    ".format FORMAT": "table, csv, tsv, json, xml, md, ttl, nt or jsonld; alone: the format now",
    ".timeout SECONDS": "leave queries that take longer; 0 waits for ever",
    ".evidence": "show or hide the sentences behind the answers of saved questions",
    ".quit": "leave (also Ctrl-D)",
}


@dataclass(frozen=True, slots=True)
class Completion:
    """One completion: the text to set in place of the last `replaces` letters, how it is shown, and a remark."""

    text: str
    replaces: int
    shown: str
    remark: str = ""


def is_whole(typed: str) -> bool:
    """Whether what was typed so far is to be asked: a dot command, or a query ended by `;` or by a blank line.

    A `;` inside braces belongs to the query, as in `{ ?x a kg:Person ; rdfs:label ?name }`.
    """
    text = typed.strip()
    if not text or text.startswith("."):
        return True
    if _depth(text) > 0:
        # two blank lines give up on a query whose brace was forgotten, so that the error is shown
        return typed.endswith("\n\n\n")
    return _ends_here(typed) or typed.endswith("\n\n")


def statements(lines: Iterable[str]) -> Iterator[str]:
    """The queries and dot commands of lines that come through a pipe; what is left at the end is one, too."""
    typed = ""
    for line in lines:
        typed += line if line.endswith("\n") else f"{line}\n"
        if is_whole(typed):
            if typed.strip():
                yield trimmed(typed)
            typed = ""
    if typed.strip():
        yield trimmed(typed)


def trimmed(typed: str) -> str:
    """A statement without the `;` that ended it."""
    if not typed.strip().startswith(".") and _ends_here(typed):
        typed = typed[: tokens(typed)[-1].begin]
    return typed.strip()


def completions(typed: str, names: Path, *, limit: int = 20) -> Iterator[Completion]:
    """What the word before the cursor may become: commands, keywords, prefixes, terms, variables, names of nodes."""
    command, space, rest = typed.lstrip().partition(" ")
    if command.startswith("."):
        yield from _command_completions(command, rest if space else None, names, limit)
        return
    word = re.search(r"[?$]?[\w:.-]*$", typed)
    fragment = word[0] if word else ""
    if not fragment:
        return
    if fragment[0] in "?$":
        known = dict.fromkeys(t.text for t in tokens(typed[: -len(fragment)]) if t.kind == "variable")
        yield from (Completion(v, len(fragment), v) for v in known if v.startswith(fragment))
    elif ":" in fragment:
        yield from _term_completions(fragment)
    else:
        yield from _word_completions(fragment, names, limit)


def _command_completions(command: str, rest: str | None, names: Path, limit: int) -> Iterator[Completion]:
    if rest is None:
        for usage, meaning in COMMANDS.items():
            name = usage.split()[0]
            if name.startswith(command):
                yield Completion(name, len(command), usage, meaning)
    elif command == ".ask":
        known = questions().values()
        yield from (Completion(q.name, len(rest), q.name, q.summary) for q in known if q.name.startswith(rest))
    elif command == ".show":
        yield from (Completion(c.label, len(rest), c.label, c.type) for c in _named(names, rest, limit))


def _term_completions(fragment: str) -> Iterator[Completion]:
    prefix, _, local = fragment.partition(":")
    if NAMESPACES.get(prefix) != KG_IRI:
        return
    terms = ontology()
    for name in sorted(terms.labels):
        if name.lower().startswith(local.lower()):
            yield Completion(f"{prefix}:{name}", len(fragment), f"{prefix}:{name}", terms.comments[name])


def _word_completions(fragment: str, names: Path, limit: int) -> Iterator[Completion]:
    for keyword in KEYWORDS:
        if len(fragment) > 1 and keyword.startswith(fragment.upper()):
            yield Completion(keyword, len(fragment), keyword)
    for prefix, iri in NAMESPACES.items():
        if prefix.startswith(fragment):
            yield Completion(f"{prefix}:", len(fragment), f"{prefix}:", iri)
    if len(fragment) > 1:
        for found in _named(names, fragment, limit):
            if found.iri.startswith(BASE_IRI):
                text = f"kgr:{found.iri.removeprefix(BASE_IRI)}"
                yield Completion(text, len(fragment), found.label, f"{found.type}, {text}")


def _named(names: Path, fragment: str, limit: int) -> list[Candidate]:
    try:
        return beginning_with(names, fragment, limit=limit)
    except StoreError:
        return []


def _ends_here(typed: str) -> bool:
    found = tokens(typed)
    return bool(found) and found[-1].kind == "mark" and found[-1].text == ";"


def _depth(text: str) -> int:
    marks = [token.text for token in tokens(text) if token.kind == "mark"]
    return sum(marks.count(mark) for mark in "{([") - sum(marks.count(mark) for mark in "})]")
