"""A parsed text with its mentions -> facts: subject, predicate, object, with modality, source, time and evidence.

Candidates come from the pattern files and from the few readings in kg/nlp/constructions.py that no pattern can say
(demonyms, "Beijing-based", ages, "City, Country"). All go through one door: arguments must be entities with a name (or
persons), domain and range of the ontology must hold, and the sentence decides on modality and source.
"""

__all__ = ["find_facts"]

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from spacy.tokens import Doc

from kg.nlp.arguments import Arguments, Candidate, argument, stated_by, time_of
from kg.nlp.constructions import construct
from kg.nlp.literals import money_near, number_at, percent_at, score_at, title_of
from kg.nlp.matching import Filler, Match, Patterns, fact_patterns
from kg.nlp.modality import Status, status_of, tense_is_past
from kg.nlp.syntax import Syntax
from kg.ontology import ontology
from kg.records import Argument, Document, Entity, Fact, Literal, Mention, Quotation, Span

if TYPE_CHECKING:
    from kg.nlp.times import TimeExpression

#: What a pronoun, a description and a long path take from a pattern's confidence (set by eye on 150 news passages, 2026-11).
_KIND_FACTOR = {"name": 1.0, "nominal": 0.93, "pronoun": 0.9}
_STEP_FACTOR = 0.97
_MAX_CONFIDENCE = 0.99


def find_facts(
    doc: Doc,
    document: Document,
    mentions: Sequence[Mention],
    entities: Sequence[Entity],
    quotations: Sequence[Quotation],
    times: "Sequence[TimeExpression]",
    *,
    patterns: Patterns | None = None,
) -> tuple[list[Fact], dict[str, int]]:
    """Facts in text order, and how many candidates were left out by reason.

    Token offsets of `doc` are offsets of the document, whose boilerplate is not read; `patterns` replace the shipped ones.
    """
    syntax = Syntax(doc)
    arguments = Arguments(syntax, document, mentions, entities)
    door = _Door(arguments, document, quotations, times)
    matches = (patterns or fact_patterns()).matches(syntax)
    for candidate in (*from_matches(matches, arguments, times), *(() if patterns else construct(arguments, times))):
        door.offer(candidate)
    return door.facts(), dict(sorted(door.dropped.items()))


def from_matches(
    matches: Iterable[Match], arguments: Arguments, times: "Sequence[TimeExpression]"
) -> Iterator[Candidate]:
    """Candidates of the patterns, subjects and objects distributed."""
    for match in matches:
        pattern = match.pattern
        for subject in match.fillers["subject"]:
            for filler in match.fillers["object"]:
                end = (
                    _literal(filler, pattern.target, match.trigger, arguments, times)
                    if filler.literal
                    else filler.token
                )
                if end is None or (filler.token == subject.token and not filler.literal):
                    continue
                bearer = subject if subject.predicate != match.trigger else filler
                yield Candidate(
                    pattern.target,
                    subject.token,
                    end,
                    bearer.predicate,
                    match.trigger,
                    pattern.confidence,
                    pattern.id,
                    past=pattern.past or subject.past or filler.past,
                    modality=pattern.modality,
                    needs_names=pattern.pos != "VERB",
                    steps=max(subject.steps + filler.steps - 2, 0),
                    subject_type=pattern.types.get("subject", ()),
                    object_type=pattern.types.get("object", ()),
                )


def _literal(
    filler: Filler, relation: str, trigger: int, arguments: Arguments, times: "Sequence[TimeExpression]"
) -> Literal | None:
    syntax = arguments.syntax
    if filler.literal == "time":
        time = time_of(syntax, trigger, arguments, times, strict=True)
        if time is None or time.date_from is None or time.date_to is None or time.kind != "date":
            return None
        if relation in _DAYS and time.precision != "day":
            return None
        return Literal(time.text, time.begin, time.end, time.date_from, "xsd:date", time.precision)
    if filler.literal == "words":
        timed = {t for time in times for t in arguments.tokens(time.begin, time.end)}
        cut = {
            k for t in syntax.subtree(filler.token) if t in timed for k in syntax.subtree(_top(syntax, t, filler.token))
        }
        tokens = [
            t
            for t in syntax.subtree(filler.token)
            if t not in cut and (syntax.deps[t] not in _EDGES or t > filler.token)
        ]
        people = any(t in arguments.covering and arguments.covering[t].type == "Person" for t in tokens)
        if not tokens or people or len(tokens) > 8 or tokens[-1] - tokens[0] >= len(tokens):
            return None
        begin, end = syntax.begins[tokens[0]], syntax.ends[tokens[-1]]
        text = syntax.doc.text[begin:end]
        return Literal(text, begin, end, " ".join(text.split()), "xsd:string")
    read = {"title": title_of, "number": number_at, "percent": percent_at, "money": money_near, "score": score_at}[
        filler.literal
    ]
    return read(syntax, filler.token)


class _Door:
    """Lets candidates through that keep the ontology's rules, and counts the others by reason."""

    def __init__(
        self,
        arguments: Arguments,
        document: Document,
        quotations: Sequence[Quotation],
        times: "Sequence[TimeExpression]",
    ) -> None:
        self.arguments, self.document, self.quotations, self.times = arguments, document, quotations, times
        self.dropped: Counter[str] = Counter()
        self._facts: dict[tuple[object, ...], Fact] = {}

    def facts(self) -> list[Fact]:
        return sorted(
            self._facts.values(),
            key=lambda f: (f.evidence.begin, f.subject.begin, f.predicate, f.object.begin, f.source),
        )

    def offer(self, candidate: Candidate) -> None:
        subject = self.arguments.mention(candidate.subject)
        if subject is None:
            self.dropped["subject without a name"] += 1
            return
        if candidate.needs_names and not self.arguments.is_named(subject):
            self.dropped["subject without a name"] += 1
            return
        end: Argument | Literal
        if isinstance(candidate.object, Literal):
            end, object_type, factor = candidate.object, candidate.object.datatype, 1.0
        else:
            target = self.arguments.mention(candidate.object)
            if target is None or (candidate.needs_names and not self.arguments.is_named(target)):
                self.dropped["object without a name"] += 1
                return
            if target.entity == subject.entity:
                self.dropped["subject and object are one"] += 1
                return
            end, object_type, factor = argument(target), self.arguments.type_of(target), self._factor(target)
        if not self._allowed(candidate, self.arguments.type_of(subject), object_type):
            self.dropped[f"{candidate.relation}: domain or range"] += 1
            return
        self._keep(candidate, subject, end, factor)

    def _allowed(self, candidate: Candidate, subject_type: str, object_type: str) -> bool:
        terms = ontology()
        if not terms.allows(subject_type, candidate.relation, object_type):
            return False
        if candidate.subject_type and not terms.fits(subject_type, candidate.subject_type):
            return False
        return not candidate.object_type or terms.fits(object_type, candidate.object_type)

    def _factor(self, mention: Mention) -> float:
        return _KIND_FACTOR[mention.kind] * (0.85 + 0.15 * min(mention.confidence / 0.9, 1.0))

    def _keep(self, candidate: Candidate, subject: Mention, end: Argument | Literal, factor: float) -> None:
        syntax = self.arguments.syntax
        status = status_of(syntax, candidate.predicate)
        speaker, unnamed = stated_by(
            self.arguments, syntax.begins[candidate.trigger], status, self.quotations, aside=candidate.predicate is None
        )
        modality = candidate.modality or status.modality
        if modality == "Asserted" and unnamed:
            modality = "Reported"
        fact = Fact(
            doc=self.document.id,
            subject=argument(subject),
            predicate=candidate.relation,
            object=end,
            modality=modality,  # type: ignore[arg-type]
            confidence=_rounded(candidate.confidence * factor * self._factor(subject) * _STEP_FACTOR**candidate.steps),
            evidence=self._evidence(candidate),
            stated_by=speaker,
            source=candidate.source,
        )
        fact = self._with_time(fact, candidate, status)
        value = end.value if isinstance(end, Literal) else end.entity
        key = (subject.entity, candidate.relation, value, fact.evidence, fact.modality, fact.past)
        old = self._facts.get(key)
        if old is None or fact.confidence > old.confidence:
            self._facts[key] = fact

    def _evidence(self, candidate: Candidate) -> Span:
        syntax = self.arguments.syntax
        first, last = syntax.sentence[candidate.trigger]
        begin, end = syntax.begins[first], syntax.ends[last]
        text = self.document.text
        while begin < end and text[begin].isspace():
            begin += 1
        while end > begin and text[end - 1].isspace():
            end -= 1
        return Span(begin, end)

    def _with_time(self, fact: Fact, candidate: Candidate, status: Status) -> Fact:
        """Past and bounded states; things that happened are no states."""
        if not ontology().properties[fact.predicate].is_state:
            return fact
        syntax = self.arguments.syntax
        past = candidate.past or status.past or (candidate.needs_names and is_former(syntax, candidate.trigger))
        valid_from = valid_to = None
        if candidate.predicate is not None:
            is_origin = fact.predicate in ("nationality", "countryOfOrigin", "locatedIn", "fromPlace")
            past = past or (
                not is_origin and _is_state_verb(syntax, candidate) and tense_is_past(syntax, candidate.predicate)
            )
            valid_from, valid_to = self._bounds(candidate.predicate)
        elif candidate.predicate is None:
            valid_from, valid_to = self._bounds(candidate.trigger, strict=True)
        if valid_to is not None and self.document.date is not None and valid_to < self.document.date:
            past = True
        return replace(fact, past=past, valid_from=valid_from, valid_to=valid_to)

    def _bounds(self, token: int, *, strict: bool = False) -> tuple[str | None, str | None]:
        syntax = self.arguments.syntax
        time = time_of(syntax, token, self.arguments, self.times, strict=strict)
        if time is None:
            return None, None
        opening = time.text.lower().split(" ", 1)[0]
        if strict and opening not in ("since", "from", "until", "till", "between"):
            return None, None
        if time.date_from is None or time.date_to is None or time.precision == "range":
            return time.date_from, time.date_to
        return None, None


#: Properties whose date is a day; a year alone would be given as its first day, which is false.
_DAYS = frozenset({"birthDate", "deathDate"})
_EDGES = frozenset({"case", "punct", "det", "cc", "nmod:poss"})


def _top(syntax: Syntax, token: int, below: int) -> int:
    """The dependent of `below` in whose subtree the token lies."""
    while token != below and syntax.heads[token] != below:
        token = syntax.heads[token]
    return token


def is_former(syntax: Syntax, trigger: int) -> bool:
    """Whether "former", "ex-" or "late" stands before the noun."""
    before = {syntax.lower[k] for k in syntax.kids[trigger] if k < trigger}
    if trigger and syntax.deps[trigger] in ("compound", "flat", "amod", "nmod:desc"):
        before |= {syntax.lower[k] for k in syntax.kids[syntax.heads[trigger]] if k < trigger}
    if syntax.deps[trigger] == "conj" and syntax.pos[trigger] == "NOUN":
        before |= {syntax.lower[k] for k in syntax.kids[syntax.heads[trigger]] if k < syntax.heads[trigger]}
    if before & {
        "former",
        "ex",
        "ex-",
        "onetime",
        "one-time",
        "erstwhile",
        "late",
        "then",
        "then-",
        "retired",
        "previous",
        "ousted",
        "deposed",
    }:
        return True
    return syntax.lower[trigger].startswith("ex-") or (
        trigger > 1 and syntax.lower[trigger - 2] in ("ex", "then") and syntax.lower[trigger - 1] == "-"
    )


def _is_state_verb(syntax: Syntax, candidate: Candidate) -> bool:
    predicate = candidate.predicate
    assert predicate is not None
    if syntax.children(predicate, "cop"):
        return True
    return syntax.lemmas[predicate] in _STATES


_STATES = frozenset(
    "work live reside serve lead head run own belong operate represent teach coach manage captain chair use act "
    "play hold base locate oversee employ regulate control stay govern rule sit command direct edit preside love "
    "compete specialise specialize".split()
)


def _rounded(confidence: float) -> float:
    return min(round(confidence, 2), _MAX_CONFIDENCE)
