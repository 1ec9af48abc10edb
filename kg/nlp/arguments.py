"""Mentions over a parsed text -> arguments: which entity a token stands for, when something was and who says so.

Facts and events share these: a token is mapped to the mention whose head it is, a trigger to the time expression of its
clause, and a place in the text to the speaker to whom it is given.
"""

__all__ = ["Arguments", "Candidate", "argument", "stated_by", "time_of"]

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.nlp.modality import UNNAMED_SOURCES, Status
from kg.nlp.syntax import Syntax
from kg.ontology import ontology
from kg.records import Argument, Document, Entity, Literal, Mention, Quotation

if TYPE_CHECKING:
    from kg.nlp.times import TimeExpression


#: Nouns that only say what the name beside them is, so that name and phrase are one thing.
_KINDS = frozenset(
    "app application platform website site service network newspaper magazine daily weekly broadcaster agency "
    "band duo film movie novel album song series programme program game brand app. browser chatbot airline "
    "carmaker startup".split()
)
_PLACE_KINDS = frozenset(
    "state city town village province county district island region republic kingdom port suburb municipality "
    "prefecture emirate capital".split()
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposition before the door: tokens or literals for both ends, and the predicate that decides on modality."""

    relation: str
    subject: int
    object: int | Literal
    predicate: int | None
    trigger: int
    confidence: float
    source: str
    past: bool = False
    modality: str | None = None
    steps: int = 0
    needs_names: bool = False
    subject_type: tuple[str, ...] = ()
    object_type: tuple[str, ...] = ()


class Arguments:
    """Which mention a token stands for, and what its entity is."""

    def __init__(
        self, syntax: Syntax, document: Document, mentions: Sequence[Mention], entities: Sequence[Entity]
    ) -> None:
        self.syntax = syntax
        self.entities = {entity.id: entity for entity in entities}
        self.by_head: dict[int, Mention] = {}
        self.covering: dict[int, Mention] = {}
        self._noise = sorted((span.begin, span.end) for span in document.boilerplate)
        for mention in sorted(mentions, key=lambda m: (m.kind != "name", m.end - m.begin, m.begin)):
            tokens = self.tokens(mention.begin, mention.end)
            if not tokens or self.is_noise(mention.begin):
                continue
            self.by_head.setdefault(self.head(tokens), mention)
            if mention.kind == "name":
                for token in tokens:
                    self.covering.setdefault(token, mention)

    def tokens(self, begin: int, end: int) -> range:
        """Tokens that lie in the stretch."""
        first = max(bisect_right(self.syntax.begins, begin) - 1, 0)
        while first < len(self.syntax) and self.syntax.ends[first] <= begin:
            first += 1
        last = first
        while last < len(self.syntax) and self.syntax.begins[last] < end:
            last += 1
        return range(first, last)

    def head(self, tokens: range) -> int:
        """The token of the stretch on which the others hang."""
        outer = [t for t in tokens if self.syntax.heads[t] not in tokens or self.syntax.heads[t] == t]
        solid = [t for t in outer if self.syntax.pos[t] not in ("PUNCT", "DET", "ADP", "PART", "CCONJ")]
        return (solid or outer or [tokens[-1]])[0]

    def is_noise(self, offset: int) -> bool:
        """Whether the offset lies in boilerplate."""
        return any(begin <= offset < end for begin, end in self._noise)

    def mention(self, token: int) -> Mention | None:
        """The mention whose head the token is, or one that the text identifies with it; only of usable entities."""
        spare = None
        candidates = [token, *self._named_kind(token)]
        if self.syntax.pos[token] != "PROPN" or token in self.by_head:
            # a name that was not found is not what stands in apposition to it
            candidates[1:1] = self.syntax.identical(token)
        for candidate in candidates:
            found = self.by_head.get(candidate)
            if found is None and candidate in self.covering and self.syntax.pos[candidate] == "PROPN":
                found = self._whole(candidate)
            if found is None or not self.usable(found) or self._is_other(found) or self._is_fragment(found):
                continue
            if self.is_named(found):
                return self._by_name(found, candidates)
            spare = spare or found
        return spare

    def _by_name(self, mention: Mention, candidates: list[int]) -> Mention:
        """The name among the candidates for the same entity: "his wife, Ruby" is quoted as Ruby."""
        if mention.kind != "nominal":
            return mention
        others = [self.by_head[c] for c in candidates if c in self.by_head]
        return next((m for m in others if m.kind == "name" and m.entity == mention.entity), mention)

    def _named_kind(self, token: int) -> list[int]:
        """ "the Zappo app", "the state of Ohio": the name inside a phrase whose head only says what it is."""
        syntax = self.syntax
        if syntax.pos[token] not in ("NOUN", "PROPN") or token in self.covering:
            return []
        if syntax.lemmas[token] in _PLACE_KINDS:
            inside = [k for k in syntax.prepositional(token, frozenset({"of"})) if syntax.heads[k] == token]
            return [k for k in inside if k in self.covering]
        after = self.covering.get(token + 1)
        if after is not None and syntax.pos[token] == "NOUN" and self.tokens(after.begin, after.end)[0] == token + 1:
            # "the fashion house Norvia": the name behind the noun hangs on it, or beside it
            head = self.head_of_name(token + 1)
            if syntax.heads[head] == token and syntax.deps[head] in ("appos", "flat", "compound", "nmod", "nmod:desc"):
                return [head]
        if syntax.lemmas[token] in _KINDS and token - 1 in self.covering:
            head = self.head_of_name(token - 1)
            return [head] if syntax.heads[head] == token else []
        return []

    def head_of_name(self, token: int) -> int:
        """Head token of the name that covers the token."""
        mention = self.covering[token]
        return self.head(self.tokens(mention.begin, mention.end))

    def _is_fragment(self, mention: Mention) -> bool:
        # "Environment Canada" of which only the place was found
        first = self.tokens(mention.begin, mention.end)[0]
        before = first - 1
        if first == 0 or mention.kind != "name" or not ontology().is_a(self.type_of(mention), "Place"):
            return False
        if (
            self.syntax.pos[before] != "PROPN"
            or before in self.covering
            or self.syntax.deps[before] not in ("compound", "flat")
        ):
            return False
        return self.syntax.heads[before] in (first, self.syntax.heads[first])

    def _is_other(self, mention: Mention) -> bool:
        # "the Association for ..." is a name that was not found, not the association named before
        if mention.kind != "nominal":
            return False
        head = self.head(self.tokens(mention.begin, mention.end))
        if not self.syntax.words[head][:1].isupper() or self.syntax.sentence[head][0] == head:
            return False
        return any(k > head for k in self.syntax.children(head, "nmod"))

    def usable(self, mention: Mention) -> bool:
        """Whether the mention's entity has a name, or is a person."""
        entity = self.entities.get(mention.entity)
        if entity is None:
            return False
        return entity.named or (
            ontology().is_a(entity.type, "Person") and (" " in mention.text or mention.kind == "pronoun")
        )

    def is_named(self, mention: Mention) -> bool:
        """Whether the mention's entity has a name."""
        return self.entities[mention.entity].named

    def type_of(self, mention: Mention) -> str:
        """The type of the mention's entity."""
        entity = self.entities.get(mention.entity)
        return entity.type if entity else mention.type

    def _whole(self, token: int) -> Mention | None:
        # a name that the parser tore apart: its parts hang on each other by flat or compound alone
        mention = self.covering[token]
        tokens = self.tokens(mention.begin, mention.end)
        head, above = self.head(tokens), self.syntax.heads[token]
        return mention if above == head or above not in tokens or self.syntax.heads[head] == token else None


def argument(mention: Mention) -> Argument:
    """The mention as an end of a fact."""
    return Argument(mention.text, mention.begin, mention.end, mention.entity)


def time_of(
    syntax: Syntax, trigger: int, arguments: Arguments, times: "Sequence[TimeExpression]", *, strict: bool = False
) -> "TimeExpression | None":
    """The time expression in the trigger's own clause, the nearest one; `strict` wants it under the trigger itself."""
    begin, end = syntax.sentence[trigger]
    first, last = syntax.begins[begin], syntax.ends[end]
    clause = syntax.clause(trigger)
    found = []
    for time in times:
        if not first <= time.begin < last or time.kind == "age" or (time.date_from is None and time.date_to is None):
            continue
        tokens = arguments.tokens(time.begin, time.end)
        if not tokens:
            continue
        head = arguments.head(tokens)
        depth = syntax.distance(head, trigger)
        if 0 < tokens[0] - trigger <= 2:
            depth = 1
        if strict and depth > 2:
            continue
        if syntax.clause(head) == clause or (depth <= 1 and not strict) or (strict and depth <= 2):
            found.append((min(depth, 9), abs(head - trigger), time))
    return min(found, key=lambda item: item[:2])[2] if found else None


def stated_by(
    arguments: Arguments, offset: int, status: Status, quotations: Sequence[Quotation], *, aside: bool = False
) -> tuple[Argument | None, bool]:
    """The speaker to whom the text gives what stands at the offset, and whether the source stays unnamed.

    An `aside` (an apposition, a title) in indirect speech is the reporter's own.
    """
    around = [
        q for q in quotations if q.content.begin <= offset < q.content.end and not (aside and q.form == "indirect")
    ]
    if around:
        quotation = min(around, key=lambda q: q.content.end - q.content.begin)
        speaker = quotation.speaker
        entity = arguments.entities.get(speaker.entity) if speaker else None
        if entity is not None and (entity.named or ontology().is_a(entity.type, "Person")) and not _is_vague(entity):
            return speaker, False
        return None, True
    if status.speaker is not None:
        mention = arguments.mention(status.speaker)
        if mention is None or _is_vague(arguments.entities[mention.entity]):
            return None, True
        if not ontology().fits(arguments.type_of(mention), ("Agent", "Country")):
            return None, True
        return argument(mention), False
    return None, status.is_reported


def _is_vague(entity: Entity) -> bool:
    words = entity.name.lower().split()
    return not entity.named and any(word.rstrip("s") in UNNAMED_SOURCES or word in UNNAMED_SOURCES for word in words)
