"""ontology/patterns/*.toml and ontology/events.toml -> checked patterns, and a parsed text -> where they match.

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

__all__ = ["Match", "Pattern", "Patterns", "event_patterns", "fact_patterns", "read_patterns"]

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from kg.errors import DataFileError, did_you_mean
from kg.nlp.syntax import Syntax
from kg.ontology import data_folder, ontology

LITERALS = ("=time", "=title", "=number", "=percent", "=money", "=words", "=score")
_MACROS = ("agent", "patient", "subject", "bearer", "self")
_LABELS = {
    "poss": ("nmod:poss",),
    "left": ("compound", "amod", "nmod:desc", "nmod:unmarked"),
    "obl": ("obl", "obl:unmarked", "obl:npmod", "obl:tmod"),
    **{
        name: (name,)
        for name in ("obj iobj nsubj compound amod nmod appos acl acl:relcl advcl xcomp ccomp nummod flat conj advmod cop").split()
    },
}
_FIELDS = {
    "id", "relation", "event", "trigger", "pos", "subject", "object", "roles", "place", "confidence", "bare", "past", "modality",
    "subject_type", "object_type", "types", "required", "needs", "without", "words", "examples", "counterexamples", "need_roles", "how", "label",
}  # fmt: skip
_POS = ("VERB", "NOUN", "ADJ", "ANY")
_HOW = ("apposition", "title", "copula", "verb")
_WORD_CLASSES = {"VERB": ("VERB", "AUX"), "NOUN": ("NOUN", "PROPN"), "ADJ": ("ADJ", "VERB", "ADV"), "ANY": None}
#: Adjectives that make another office of an office.
_OTHER_OFFICE = frozenset(
    "vice deputy assistant associate junior regional artistic musical creative scientific technical co under sub honorary "
    "lieutenant aspiring would-be future potential possible prospective self-proclaimed self-styled fake rival next local "
    "chief-of-staff divisional alleged so-called unelected shadow presumptive incoming unofficial".split()
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: `kind` is macro, child, up, prep or literal."""

    kind: str
    names: tuple[str, ...]
    lemmas: frozenset[str] = frozenset()


Path_ = tuple[Step, ...]
Slot = tuple[Path_, ...]


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
    modality: str | None = None
    types: dict[str, tuple[str, ...]] = field(default_factory=dict)
    needs: Slot = ()
    without: Slot = ()
    how: frozenset[str] = frozenset()
    need_roles: int = 1
    required: tuple[str, ...] = ()
    label: str = ""
    examples: tuple[tuple[str, ...], ...] = ()
    counterexamples: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Filler:
    """What fills a slot: a token (or a literal's name) and, for bearers, what says that it bears the role."""

    token: int
    predicate: int | None
    past: bool = False
    literal: str = ""
    steps: int = 1


@dataclass(frozen=True, slots=True)
class Match:
    """A pattern at a trigger token, with the fillers of its slots."""

    pattern: Pattern
    trigger: int
    fillers: dict[str, tuple[Filler, ...]]
    words: tuple[str, ...] = ()


class Patterns:
    """Patterns by trigger word, so that a text is walked once whatever their number."""

    def __init__(self, patterns: list[Pattern]) -> None:
        self.patterns = patterns
        self._by_word: dict[str, list[tuple[Pattern, tuple[str, ...], int]]] = {}
        for pattern in patterns:
            for words in pattern.triggers:
                for at in _heads_of(words, pattern.pos):
                    self._by_word.setdefault(words[at], []).append((pattern, words, at))
        for entries in self._by_word.values():
            entries.sort(key=lambda entry: -len(entry[1]))

    def matches(self, syntax: Syntax) -> Iterator[Match]:
        """All matches, in text order; of one pattern at one token only that with the longest trigger."""
        for i in range(len(syntax)):
            entries = self._by_word.get(syntax.lemmas[i]) or self._guess(syntax, i)
            if not entries:
                continue
            done: set[str] = set()
            for pattern, words, at in entries:
                if pattern.id in done or not _triggers(syntax, i, pattern, words, at):
                    continue
                done.add(pattern.id)
                match = _match(syntax, i, pattern, words)
                if match is not None:
                    yield match

    def _guess(self, syntax: Syntax, i: int) -> list[tuple[Pattern, tuple[str, ...], int]]:
        # a learned lemmatizer invents stems of verbs it has not seen ("migrat"), so the usual endings are tried too
        if syntax.pos[i] not in ("VERB", "NOUN"):
            return []
        for stem in _stems(syntax.lower[i]):
            if stem in self._by_word:
                return self._by_word[stem]
        return []


@cache
def fact_patterns() -> Patterns:
    """The shipped patterns of facts, read once."""
    folder = data_folder("ontology") / "patterns"
    return Patterns([p for path in sorted(folder.glob("*.toml")) for p in read_patterns(path)])


@cache
def event_patterns() -> Patterns:
    """The shipped patterns of events, read once."""
    return Patterns(read_patterns(data_folder("ontology") / "events.toml"))


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
        modality=table.get("modality"),
        types=_types(table, slots, where),
        required=tuple(table.get("required", ())),
        needs=_slot(table["needs"], lists, where) if "needs" in table else (),
        without=_slot(table["without"], lists, where) if "without" in table else (),
        how=_how(table.get("how", ()), where),
        need_roles=int(table.get("need_roles", 1)),
        label=table.get("label", ""),
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
        raise DataFileError(f"{where}: the object of {target} must be {'a literal' if terms.properties[target].is_literal else 'an entity'}.")


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
            raise DataFileError(f"{where}: how must be among {', '.join(_HOW)}, not {name!r}.{did_you_mean(name, _HOW)}")
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


def _heads_of(words: tuple[str, ...], pos: str) -> tuple[int, ...]:
    if pos == "VERB" or len(words) == 1:
        return (0,)
    if "-" in words:
        return (len(words) - 1, 0)
    for at, word in enumerate(words):
        if word in ("of", "for", "in", "at"):
            return (at - 1,)
    return (len(words) - 1,)


def _stems(word: str) -> list[str]:
    stems = []
    for ending, others in (("ies", "y"), ("ied", "y"), ("es", ""), ("s", ""), ("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", "")):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stem = word[: -len(ending)]
            stems.append(stem + others)
            if not others and len(stem) > 3 and stem[-1] == stem[-2]:
                stems.append(stem[:-1])
    return stems


def _triggers(syntax: Syntax, i: int, pattern: Pattern, words: tuple[str, ...], at: int) -> bool:
    classes = _WORD_CLASSES[pattern.pos]
    if classes is not None and syntax.pos[i] not in classes:
        return False
    if pattern.pos == "NOUN" or pattern.pos == "ANY":
        first = i - at
        if first < 0 or first + len(words) > len(syntax):
            return False
        if any(word not in (syntax.lower[first + k], syntax.lemmas[first + k]) for k, word in enumerate(words) if k != at):
            return False
        if _is_half(syntax, first - 1) or _is_half(syntax, first + len(words)):
            return False
        return not pattern.bare or _is_bare(syntax, i, first)
    return all(any(word in (syntax.lower[k], syntax.lemmas[k]) for k in syntax.kids[i]) for word in words[1:])


def _is_half(syntax: Syntax, i: int) -> bool:
    """Whether a hyphen without blanks ties the token at `i` to its neighbours: "secretary-general" is no secretary."""
    if not 0 < i < len(syntax) - 1 or syntax.words[i] not in ("-", "‑", "–"):
        return False
    return syntax.ends[i - 1] == syntax.begins[i] and syntax.ends[i] == syntax.begins[i + 1]


def _is_bare(syntax: Syntax, i: int, first: int) -> bool:
    """Whether nothing before the noun makes it another office: "sales director", "vice president"."""
    if syntax.tags[i] in ("NNS", "NNPS") and not syntax.lower[i].startswith("co"):
        return False
    for kid in syntax.kids[i]:
        if kid >= first or syntax.deps[kid] not in ("compound", "amod", "nmod:desc", "advmod"):
            continue
        if syntax.lower[kid] in _OTHER_OFFICE:
            return False
        if syntax.deps[kid] == "compound" and syntax.pos[kid] == "NOUN" and syntax.words[kid].islower():
            return False
    return not (first > 0 and syntax.lower[first - 1] in _OTHER_OFFICE)


def _match(syntax: Syntax, i: int, pattern: Pattern, words: tuple[str, ...]) -> Match | None:
    if pattern.needs and not _fill(syntax, i, pattern.needs, pattern):
        return None
    if pattern.without and _fill(syntax, i, pattern.without, pattern):
        return None
    fillers: dict[str, tuple[Filler, ...]] = {}
    for role, slot in pattern.slots:
        found = _fill(syntax, i, slot, pattern)
        if found:
            fillers[role] = (*fillers.get(role, ()), *found)
        elif not pattern.is_event:
            return None
    return Match(pattern, i, fillers, words)


def _fill(syntax: Syntax, i: int, slot: Slot, pattern: Pattern) -> tuple[Filler, ...]:
    """Fillers of the first alternative that has any, with what is coordinated with them."""
    for path in slot:
        found = [Filler(i, i, steps=0)]
        for step in path:
            found = [n for f in found for n in _take(syntax, f, step, pattern)]
        if found and not found[0].literal and not _bears_alone(syntax, i, path):
            found = [
                Filler(token, f.predicate, f.past, steps=f.steps + (token != f.token))
                for f in found
                for token in (syntax.conjuncts(f.token) if f.token != i else [i])
            ]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def _bears_alone(syntax: Syntax, i: int, path: Path_) -> bool:
    """Whether the path ends in the bearer of a singular office, which is no office of those named beside it."""
    last = path[-1]
    return last.kind == "macro" and last.names[0] == "bearer" and syntax.tags[i] in ("NN", "NNP")


def _take(syntax: Syntax, filler: Filler, step: Step, pattern: Pattern) -> list[Filler]:
    i = filler.token
    if step.kind == "literal":
        return [Filler(i, filler.predicate, filler.past, step.names[0], filler.steps)]
    if step.kind == "macro" and step.names[0] == "bearer":
        return [
            Filler(b.token, b.predicate, b.past or filler.past, steps=filler.steps + 1)
            for b in syntax.bearers(i)
            if not pattern.how or b.how in pattern.how
        ]
    if step.kind == "macro":
        tokens = {"agent": syntax.agents, "patient": syntax.patients, "subject": syntax.subjects, "self": lambda k: [k]}[step.names[0]](i)
    elif step.kind == "prep":
        tokens = _shared(syntax, i, lambda k: syntax.prepositional(k, frozenset(step.names)), right=True)
    elif step.kind == "up":
        tokens = [syntax.heads[i]] if syntax.deps[i] in step.names and syntax.heads[i] != i else []
    else:
        tokens = _dependents(syntax, i, step.names)
    if step.lemmas:
        tokens = [t for t in tokens if syntax.lemmas[t] in step.lemmas or syntax.lower[t] in step.lemmas]
    climbs = step.kind == "up" and step.names[0] in ("obj", "obl", "nsubj")
    return [Filler(syntax.antecedent(t), t if climbs else filler.predicate, filler.past, steps=filler.steps + 1) for t in tokens]


def _dependents(syntax: Syntax, i: int, labels: tuple[str, ...]) -> list[int]:
    found = _shared(syntax, i, lambda k: syntax.children(k, *labels), right=False)
    if "compound" in labels and syntax.deps[i] == "appos" and syntax.is_tight(i):
        found.append(syntax.heads[i])
    if "compound" in labels and syntax.deps[i] in ("compound", "nmod:desc", "amod") and syntax.heads[i] > i:
        # "Apple CEO Tim Cook": the parser hangs either word on the name
        found += [k for k in syntax.children(syntax.heads[i], *labels) if k < i]
    return [k for k in found if "compound" not in labels or k < i]


def _shared(syntax: Syntax, i: int, ask: Any, *, right: bool) -> list[int]:
    """Dependents of a noun, or those it shares with its coordination: "founder and chief executive of Orbis"."""
    found: list[int] = ask(i)
    if found or syntax.pos[i] not in ("NOUN", "PROPN"):
        return found
    if right:
        for kid in syntax.children(i, "conj"):
            if syntax.pos[kid] == "NOUN":
                found = found or ask(kid)
    elif syntax.deps[i] == "conj":
        found = ask(syntax.heads[i])
    return found
