"""Patterns and a parsed text -> where they match, and what fills their slots.

Patterns are found by their trigger words, so that a text is walked once whatever their number (kg/nlp/patterns.py tells
the format; voice, control, appositions and the like are undone in kg/nlp/syntax.py).
"""

__all__ = ["Filler", "Match", "Patterns", "event_patterns", "fact_patterns"]

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from kg.nlp.patterns import Pattern, Slot, Step, Steps, read_patterns
from kg.nlp.syntax import Syntax
from kg.ontology import data_folder

#: Before a head or a manager these name a part of the body: "Norvia Marketing Manager".
_DEPARTMENTS = frozenset(
    "marketing sales communications communication operations operation project product finance account brand "
    "programme program research technical relations resources hr it media event events branch area country site "
    "station shift office policy security content design data team campaign".split()
)
#: How far "founder and chief executive of X" may stretch from the first office to the second.
_NEAR_TOKENS = 4
_WORD_CLASSES = {"VERB": ("VERB", "AUX"), "NOUN": ("NOUN", "PROPN"), "ADJ": ("ADJ", "VERB", "ADV"), "ANY": None}
#: Adjectives that make another office of an office.
_OTHER_OFFICE = frozenset(
    "vice additional deputy assistant associate junior regional artistic musical creative scientific technical co under sub "
    "honorary lieutenant aspiring would-be future potential possible prospective self-proclaimed self-styled fake "
    "rival next local chief-of-staff divisional alleged so-called unelected shadow presumptive incoming "
    "unofficial".split()
)


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
    for ending, others in (
        ("ies", "y"),
        ("ied", "y"),
        ("es", ""),
        ("s", ""),
        ("ed", "e"),
        ("ed", ""),
        ("ing", "e"),
        ("ing", ""),
    ):
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
    if pattern.pos in ("NOUN", "ANY"):
        first = i - at
        if first < 0 or first + len(words) > len(syntax):
            return False
        if any(
            word not in (syntax.lower[first + k], syntax.lemmas[first + k]) for k, word in enumerate(words) if k != at
        ):
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
    if any(k < first and syntax.lower[k] in _DEPARTMENTS for k in syntax.kids[i]):
        return False
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
        if found and not found[0].literal and not pattern.single and not _bears_alone(syntax, i, path):
            found = [
                Filler(token, f.predicate, f.past, steps=f.steps + (token != f.token))
                for f in found
                for token in (_together(syntax, i, f.token) if f.token != i else [i])
            ]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def _together(syntax: Syntax, i: int, token: int) -> list[int]:
    """The token and what is coordinated with it; not what follows the clause that tells of the first alone."""
    return [k for k in syntax.conjuncts(token) if k == token or not token < i < k]


def _bears_alone(syntax: Syntax, i: int, path: Steps) -> bool:
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
        tokens = _macro(syntax, i, step.names[0])
    elif step.kind == "prep":
        tokens = _shared(syntax, i, lambda k: syntax.prepositional(k, frozenset(step.names)), right=True)
    elif step.kind == "up":
        tokens = [syntax.heads[i]] if syntax.deps[i] in step.names and syntax.heads[i] != i else []
    else:
        tokens = _dependents(syntax, i, step.names)
    if step.lemmas:
        tokens = [t for t in tokens if syntax.lemmas[t] in step.lemmas or syntax.lower[t] in step.lemmas]
    climbs = step.kind == "up" and step.names[0] in ("obj", "obl", "nsubj")
    return [
        Filler(syntax.antecedent(t), t if climbs else filler.predicate, filler.past, steps=filler.steps + 1)
        for t in tokens
    ]


def _macro(syntax: Syntax, i: int, name: str) -> list[int]:
    if name == "agent":
        return syntax.agents(i)
    if name == "patient":
        return syntax.patients(i)
    return list(syntax.subjects(i)) if name == "subject" else [i]


def _dependents(syntax: Syntax, i: int, labels: tuple[str, ...]) -> list[int]:
    found = _shared(syntax, i, lambda k: syntax.children(k, *labels), right=False)
    if "compound" in labels and syntax.deps[i] == "appos" and syntax.is_tight(i):
        found.append(syntax.heads[i])
    if "compound" in labels and syntax.deps[i] in ("compound", "nmod:desc", "amod") and syntax.heads[i] > i:
        # "Apple CEO Tim Cook": the parser hangs either word on the name
        found += [k for k in syntax.children(syntax.heads[i], *labels) if k < i]
    return [k for k in found if "compound" not in labels or k < i]


def _shared(syntax: Syntax, i: int, ask: Callable[[int], list[int]], *, right: bool) -> list[int]:
    """Dependents of a noun, or those it shares with its coordination: "founder and chief executive of Orbis"."""
    found = ask(i)
    if found or syntax.pos[i] not in ("NOUN", "PROPN"):
        return found
    if right:
        for kid in syntax.children(i, "conj"):
            if syntax.pos[kid] == "NOUN" and kid - i <= _NEAR_TOKENS:
                found = found or ask(kid)
    elif syntax.deps[i] == "conj":
        found = ask(syntax.heads[i])
    return found
