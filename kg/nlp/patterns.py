"""ontology/patterns/*.toml and ontology/events.toml -> patterns of facts and events, checked against the ontology.

A pattern has trigger words and slots. A slot is a path from the trigger, alternatives parted by `|`, steps by blanks:

    agent patient subject    who does it, to whom (either voice, control and relative clauses undone), grammatical subject
    bearer                   who bears a role noun: apposition, title, copula, "as", "became", "was named"
    self                     the trigger word itself
    @in,at                   a nominal behind one of the prepositions
    obj poss compound ...    a dependent with that label (poss: nmod:poss; left: compound or adjective before the noun)
    ^obj ^nmod ...           the head, when the token hangs on it with that label
    step[word,word]          only when the lemma is one of the words
    =time =title =number ... a literal, see kg/nlp/literals.py

The format is described in docs and in the head of ontology/patterns/people.toml.
"""

__all__ = ["Pattern", "Slot", "Step", "read_patterns", "shared_lists"]

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.errors import DataFileError, did_you_mean
from kg.ontology import ontology

LITERALS = ("=time", "=title", "=number", "=percent", "=money", "=words", "=score")
_MACROS = ("agent", "patient", "subject", "bearer", "self")
_LABELS = {
    "poss": ("nmod:poss",),
    "left": ("compound", "amod", "nmod:desc", "nmod:unmarked"),
    "obl": ("obl", "obl:unmarked", "obl:npmod", "obl:tmod"),
    **{
        name: (name,)
        for name in (
            "obj iobj nsubj compound amod nmod appos acl acl:relcl advcl xcomp ccomp nummod flat conj advmod cop"
        ).split()
    },
}
_FIELDS = frozenset(
    "id relation event trigger pos subject object roles place confidence bare past modality subject_type object_type "
    "types required single needs without need_roles how examples counterexamples".split()
)
_POS = ("VERB", "NOUN", "ADJ", "ANY")
_HOW = ("apposition", "title", "copula", "verb")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: `kind` is macro, child, up, prep or literal."""

    kind: str
    names: tuple[str, ...]
    lemmas: frozenset[str] = frozenset()


Steps = tuple[Step, ...]
Slot = tuple[Steps, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One table of a pattern file; `slots` are its arguments by role (`subject` and `object` for facts)."""

    id: str
    file: str
    target: str
    is_event: bool
    triggers: tuple[tuple[str, ...], ...]
    pos: str
    slots: tuple[tuple[str, Slot], ...]
    confidence: float = 0.9
    bare: bool = False
    past: bool = False
    single: bool = False
    modality: str | None = None
    types: dict[str, tuple[str, ...]] = field(default_factory=dict)
    needs: Slot = ()
    without: Slot = ()
    how: frozenset[str] = frozenset()
    need_roles: int = 1
    required: tuple[str, ...] = ()
    examples: tuple[tuple[str, ...], ...] = ()
    counterexamples: tuple[tuple[str, ...], ...] = ()


def read_patterns(path: Path) -> list[Pattern]:
    """The patterns of one file, checked against the ontology.

    Raises:
        DataFileError: the file is not TOML, or a pattern has an unknown key, label, relation, role or class.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise DataFileError(f"{path} cannot be read as TOML: {exc}") from exc
    lists = {**shared_lists(path.parent), **tables.get("lists", {})}
    unknown = set(tables) - {"lists", "pattern", "event"}
    if unknown:
        name = sorted(unknown)[0]
        raise DataFileError(f"{path} has an unknown table {name!r}.{did_you_mean(name, ('lists', 'pattern', 'event'))}")
    patterns = [_pattern(table, path, lists) for key in ("pattern", "event") for table in tables.get(key, ())]
    seen: set[str] = set()
    for pattern in patterns:
        if pattern.id in seen:
            raise DataFileError(f"{path}: two patterns have the id {pattern.id!r}. Rename one.")
        seen.add(pattern.id)
    return patterns


def shared_lists(folder: Path) -> dict[str, list[str]]:
    """The word lists of lists.toml beside the pattern files (or in patterns/ below), by name."""
    for path in (folder / "lists.toml", folder / "patterns" / "lists.toml"):
        if path.is_file():
            lists = tomllib.loads(path.read_text(encoding="utf-8")).get("lists", {})
            return {name: (words.split() if isinstance(words, str) else words) for name, words in lists.items()}
    return {}


def _pattern(table: dict[str, Any], path: Path, lists: dict[str, list[str]]) -> Pattern:
    where = f"{path.name}, pattern {table.get('id', '?')!r}"
    for key in table:
        if key not in _FIELDS:
            raise DataFileError(f"{where}: unknown key {key!r}.{did_you_mean(key, _FIELDS)}")
    for key in ("id", "trigger"):
        if key not in table:
            raise DataFileError(f"{where}: the key {key!r} is missing.")
    pos = table.get("pos", "VERB")
    if pos not in _POS:
        raise DataFileError(f"{where}: pos must be one of {', '.join(_POS)}, not {pos!r}.")
    is_event = "event" in table
    slots = {**{k: table[k] for k in ("subject", "object") if k in table}, **table.get("roles", {})}
    if "place" in table:
        slots["occurredIn"] = table["place"]
    target = table.get("event") or table.get("relation", "")
    _check_target(target, slots, table, where, is_event=is_event)
    paths = [(name, text) for name, texts in slots.items() for text in ([texts] if isinstance(texts, str) else texts)]
    return Pattern(
        id=table["id"],
        file=path.name,
        target=target,
        is_event=is_event,
        triggers=tuple(_trigger_words(table["trigger"], lists, where)),
        pos=pos,
        slots=tuple((name, _slot(text, lists, where)) for name, text in paths),
        confidence=float(table.get("confidence", 0.9)),
        bare=bool(table.get("bare", False)),
        past=bool(table.get("past", False)),
        single=bool(table.get("single", False)),
        modality=table.get("modality"),
        types=_types(table, slots, where),
        required=tuple(table.get("required", ())),
        needs=_slot(table["needs"], lists, where) if "needs" in table else (),
        without=_slot(table["without"], lists, where) if "without" in table else (),
        how=_how(table.get("how", ()), where),
        need_roles=int(table.get("need_roles", 1)),
        examples=tuple(tuple(e) for e in table.get("examples", ())),
        counterexamples=tuple(tuple(e) for e in table.get("counterexamples", ())),
    )


def _check_target(target: str, slots: dict[str, str], table: dict[str, Any], where: str, *, is_event: bool) -> None:
    terms = ontology()
    if is_event:
        if not terms.is_a(target, "Event"):
            events = [name for name in terms.parents if terms.is_a(name, "Event")]
            raise DataFileError(f"{where}: {target!r} is no class of events in kg.ttl.{did_you_mean(target, events)}")
        for role in slots:
            if role not in terms.properties or not terms.properties[role].is_role:
                roles = [name for name, prop in terms.properties.items() if prop.is_role]
                raise DataFileError(f"{where}: {role!r} is no role of events in kg.ttl.{did_you_mean(role, roles)}")
        return
    if target not in terms.properties:
        raise DataFileError(f"{where}: {target!r} is no property of kg.ttl.{did_you_mean(target, terms.properties)}")
    for side, allowed in (("subject", terms.properties[target].domain), ("object", terms.properties[target].range)):
        if side not in slots:
            raise DataFileError(f"{where}: the slot {side!r} is missing.")
        for name in table.get(f"{side}_type", ()):
            if name not in terms.parents:
                raise DataFileError(f"{where}: {name!r} is no class of kg.ttl.{did_you_mean(name, terms.parents)}")
            if not (terms.fits(name, allowed) or any(terms.is_a(a, name) for a in allowed)):
                raise DataFileError(f"{where}: {name!r} is not among the {side}s of {target}: {', '.join(allowed)}.")
    if terms.properties[target].is_literal != ("=" in slots["object"]):
        raise DataFileError(
            f"{where}: the object of {target} must be {'a literal' if terms.properties[target].is_literal else 'an entity'}."
        )


def _types(table: dict[str, Any], slots: dict[str, Any], where: str) -> dict[str, tuple[str, ...]]:
    types = {side: tuple(table[f"{side}_type"]) for side in ("subject", "object") if f"{side}_type" in table}
    types |= {role: tuple(names) for role, names in table.get("types", {}).items()}
    for role in (*types, *table.get("required", ())):
        if role not in slots:
            raise DataFileError(f"{where}: no slot {role!r} has been given.{did_you_mean(role, slots)}")
    for name in {name for names in types.values() for name in names}:
        if name not in ontology().parents:
            raise DataFileError(f"{where}: {name!r} is no class of kg.ttl.{did_you_mean(name, ontology().parents)}")
    return types


def _how(names: Any, where: str) -> frozenset[str]:
    for name in names:
        if name not in _HOW:
            raise DataFileError(
                f"{where}: how must be among {', '.join(_HOW)}, not {name!r}.{did_you_mean(name, _HOW)}"
            )
    return frozenset(names)


def _trigger_words(words: list[str], lists: dict[str, list[str]], where: str) -> Iterator[tuple[str, ...]]:
    for word in _expand(words, lists, where):
        yield tuple(word.replace("-", " - ").split())


def _expand(words: list[str], lists: dict[str, list[str]], where: str) -> Iterator[str]:
    for word in words:
        if word.startswith("$"):
            if word[1:] not in lists:
                raise DataFileError(f"{where}: no list {word!r} in lists.toml.{did_you_mean(word[1:], lists)}")
            yield from lists[word[1:]]
        else:
            yield word


def _slot(text: str, lists: dict[str, list[str]], where: str) -> Slot:
    return tuple(tuple(_step(step, lists, where) for step in path.split()) for path in text.split("|"))


def _step(text: str, lists: dict[str, list[str]], where: str) -> Step:
    name, _, rest = text.partition("[")
    lemmas = frozenset(_expand(rest.rstrip("]").split(","), lists, where)) if rest else frozenset()
    if name.startswith("="):
        if name not in LITERALS:
            raise DataFileError(f"{where}: unknown literal {name!r}.{did_you_mean(name, LITERALS)}")
        return Step("literal", (name[1:],))
    if name.startswith("@"):
        return Step("prep", tuple(word.replace("_", " ") for word in name[1:].split(",")), lemmas)
    if name in _MACROS:
        return Step("macro", (name,), lemmas)
    label = name.lstrip("^")
    if label not in _LABELS:
        raise DataFileError(f"{where}: unknown step {name!r}.{did_you_mean(label, [*_LABELS, *_MACROS])}")
    return Step("up" if name.startswith("^") else "child", _LABELS[label], lemmas)
