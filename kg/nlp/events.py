"""A parsed text with its mentions -> events: class, roles, place, time, modality and source, one id for one event.

Triggers and their role slots are data (ontology/events.toml). An event needs a participant with a name, or is itself named
(a mention of a class of events). Place and time come from the trigger's own clause alone, never from a guess.
"""

__all__ = ["find_events"]

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spacy.tokens import Doc

from kg.nlp.arguments import Arguments, argument, stated_by, time_of
from kg.nlp.matching import Match, Patterns, event_patterns
from kg.nlp.modality import Status, status_of
from kg.nlp.syntax import Syntax
from kg.ontology import ontology
from kg.records import Argument, Document, Entity, Event, Mention, Quotation, Role, Span

if TYPE_CHECKING:
    from kg.nlp.times import TimeExpression

_MAX_CONFIDENCE = 0.95
_KIND_FACTOR = {"name": 1.0, "nominal": 0.95, "pronoun": 0.93}
_PLACE_PREPOSITIONS = frozenset({"in", "at", "near", "outside", "across", "throughout", "inside"})
#: Roles whose fillers make two mentions of an event the same one.
_CORE_ROLES = (
    "target",
    "victim",
    "agent",
    "winner",
    "loser",
    "destination",
    "initiator",
    "participant",
    "topic",
    "beneficiary",
    "origin",
)


@dataclass(frozen=True, slots=True)
class _Found:
    """One event before ids are given."""

    event: Event
    trigger: int
    core: frozenset[tuple[str, str]]


def find_events(
    doc: Doc,
    document: Document,
    mentions: Sequence[Mention],
    entities: Sequence[Entity],
    quotations: Sequence[Quotation],
    times: "Sequence[TimeExpression]",
    *,
    patterns: Patterns | None = None,
) -> list[Event]:
    """Events in text order with ids `v1`, `v2`, ...; a later telling of the same event has `same_as`."""
    syntax = Syntax(doc)
    arguments = Arguments(syntax, document, mentions, entities)
    reader = _Reader(arguments, document, quotations, times)
    found = [f for m in (patterns or event_patterns()).matches(syntax) if (f := reader.read(m)) is not None]
    if patterns is None:
        found += reader.named(mentions)
    return _numbered(_without_overlaps(found))


class _Reader:
    """Turns matches and names of events into events."""

    def __init__(
        self,
        arguments: Arguments,
        document: Document,
        quotations: Sequence[Quotation],
        times: "Sequence[TimeExpression]",
    ) -> None:
        self.arguments, self.document, self.quotations, self.times = arguments, document, quotations, times
        self.syntax = arguments.syntax

    def read(self, match: Match) -> _Found | None:
        """The event of one match, or None when nobody with a name takes part or a needed role is empty."""
        if self.arguments.is_noise(self.syntax.begins[match.trigger]):
            return None
        roles = self._roles(match)
        core = [r for r in roles if r.role != "occurredIn"]
        if len({r.entity for r in core}) < match.pattern.need_roles or not core:
            return None
        if any(all(r.role != role for r in roles) for role in match.pattern.required):
            return None
        status = status_of(self.syntax, match.trigger)
        confidence = match.pattern.confidence * min(self._factor(r) for r in core) if core else match.pattern.confidence
        begin, end = self.syntax.begins[match.trigger], self.syntax.ends[match.trigger]
        label = self._label(match, core)
        return self._event(
            match.pattern.target, label, begin, end, match.trigger, status, confidence, roles, match.pattern.id
        )

    def named(self, mentions: Sequence[Mention]) -> list[_Found]:
        """Named events ("the Lima Accord Summit"), once each: where the name first stands."""
        found, seen = [], set()
        for mention in mentions:
            entity = self.arguments.entities.get(mention.entity)
            if (
                entity is None
                or mention.kind != "name"
                or mention.entity in seen
                or not ontology().is_a(entity.type, "Event")
            ):
                continue
            tokens = self.arguments.tokens(mention.begin, mention.end)
            if not tokens or self.arguments.is_noise(mention.begin):
                continue
            seen.add(mention.entity)
            head = self.arguments.head(tokens)
            made = self._event(
                entity.type, entity.name, mention.begin, mention.end, head, Status(), 0.85, [], "named-event"
            )
            found.append(replace(made, event=replace(made.event, entity=entity.id, stated_by=None)))
        return found

    def _roles(self, match: Match) -> list[Role]:
        roles: list[Role] = []
        for name, fillers in match.fillers.items():
            for filler in fillers:
                mention = self.arguments.mention(filler.token)
                if mention is None or not ontology().fits(
                    self.arguments.type_of(mention), ontology().properties[name].range
                ):
                    continue
                if any(r.entity == mention.entity for r in roles) or not self._fits(match, name, mention):
                    continue
                roles.append(Role(name, mention.text, mention.begin, mention.end, mention.entity))
        return roles

    def _fits(self, match: Match, role: str, mention: Mention) -> bool:
        types = match.pattern.types.get(role)
        return types is None or ontology().fits(self.arguments.type_of(mention), types)

    def _factor(self, role: Role) -> float:
        token = self.arguments.head(self.arguments.tokens(role.begin, role.end))
        mention = self.arguments.by_head.get(token)
        return _KIND_FACTOR[mention.kind] if mention else 0.9

    def _event(
        self,
        kind: str,
        label: str,
        begin: int,
        end: int,
        trigger: int,
        status: Status,
        confidence: float,
        roles: list[Role],
        source: str,
    ) -> _Found:
        speaker, unnamed = stated_by(self.arguments, begin, status, self.quotations)
        modality = status.modality if status.modality != "Asserted" or not unnamed else "Reported"
        # a noun aside from the predicate has only the time that hangs on it, a name too
        aside = self.syntax.pos[trigger] in ("NOUN", "PROPN") and self.syntax.deps[trigger] not in _CORE_LABELS
        time = time_of(self.syntax, trigger, self.arguments, self.times, strict=aside or source == "named-event")
        place = next((r for r in roles if r.role == "occurredIn"), None)
        where = Argument(place.text, place.begin, place.end, place.entity) if place else self._place(trigger, roles)
        event = Event(
            doc=self.document.id,
            id="",
            type=kind,
            label=label,
            begin=begin,
            end=end,
            modality=modality,
            confidence=min(round(confidence, 2), _MAX_CONFIDENCE),
            evidence=self._evidence(trigger),
            roles=tuple(r for r in roles if r.role != "occurredIn"),
            date_from=time.date_from if time else None,
            date_to=time.date_to if time else None,
            precision=time.precision if time else None,
            time_text=time.text if time else None,
            place=where,
            stated_by=speaker,
            source=source,
        )
        core = frozenset((r.role, r.entity) for r in roles if r.role in _CORE_ROLES)
        return _Found(event, trigger, core)

    def _place(self, trigger: int, roles: list[Role]) -> Argument | None:
        """A place that the trigger, or the verb it is the object of, has behind "in" or "at"."""
        syntax = self.syntax
        anchors = [trigger]
        if syntax.deps[trigger] in ("obj", "nsubj", "nsubj:pass", "xcomp") and syntax.heads[trigger] != trigger:
            anchors.append(syntax.heads[trigger])
        for anchor in anchors:
            for token in syntax.prepositional(anchor, _PLACE_PREPOSITIONS):
                mention = self.arguments.mention(token)
                if mention is None or mention.kind != "name" or any(r.entity == mention.entity for r in roles):
                    continue
                if ontology().is_a(self.arguments.type_of(mention), "Place"):
                    return argument(mention)
        return None

    def _evidence(self, trigger: int) -> Span:
        first, last = self.syntax.sentence[trigger]
        begin, end, text = self.syntax.begins[first], self.syntax.ends[last], self.document.text
        while begin < end and text[begin].isspace():
            begin += 1
        while end > begin and text[end - 1].isspace():
            end -= 1
        return Span(begin, end)

    def _label(self, match: Match, core: list[Role]) -> str:
        """A short label in the text's words: "TikTok ban", "Norvia sues Pumpwerk"."""
        syntax, trigger = self.syntax, match.trigger
        by_role = {r.role: r for r in reversed(core)}
        doer = next((self._name(by_role[r]) for r in ("agent", "winner", "initiator") if r in by_role), "")
        role = next((by_role[r] for r in _DONE if r in by_role), None)
        done = self._name(role) if role else ""
        if syntax.pos[trigger] in ("NOUN", "PROPN"):
            tied = "-" in match.words
            noun = syntax.words[trigger] if tied else " ".join((*match.words[:-1], syntax.words[trigger]))
            return f"{done} {noun} by {doer}" if doer and done else f"{doer or done} {noun}"
        word = " ".join((syntax.lower[trigger], *match.words[1:]))
        behind = self._preposition(match, role) if role else ""
        if doer or behind:
            return " ".join(part for part in (doer, word, behind, done) if part)
        return f"{done} {word}"

    def _name(self, role: Role) -> str:
        return self.arguments.entities[role.entity].name

    def _preposition(self, match: Match, role: Role) -> str:
        """The word that ties the role's filler to the verb ("flocked to"), empty for an object."""
        for filler in match.fillers[role.role]:
            mention = self.arguments.mention(filler.token)
            if mention is not None and mention.entity == role.entity:
                return next((p for p in self.syntax.prepositions(filler.token) if p != "by"), "")
        return ""


_CORE_LABELS = frozenset({"nsubj", "nsubj:pass", "obj", "root", "conj", "xcomp", "ccomp"})
#: Roles that a label names behind the verb or before the noun, the first one that is filled.
_DONE = ("target", "victim", "loser", "destination", "beneficiary", "topic", "participant", "origin")


def _without_overlaps(found: list[_Found]) -> list[_Found]:
    """One event a trigger: that with the most roles, then the surest; named events give way to none."""
    best: dict[int, _Found] = {}
    for item in found:
        old = best.get(item.event.begin)
        rank = (item.event.entity is not None, len(item.event.roles), item.event.confidence)
        if old is None or rank > (old.event.entity is not None, len(old.event.roles), old.event.confidence):
            best[item.event.begin] = item
    return [best[begin] for begin in sorted(best)]


def _numbered(found: list[_Found]) -> list[Event]:
    events: list[Event] = []
    firsts: list[tuple[_Found, str]] = []
    for number, item in enumerate(found, 1):
        first, same = next(((first, id_) for first, id_ in firsts if _same(first, item)), (None, None))
        event = replace(item.event, id=f"v{number}", same_as=same)
        if first is not None and event.source.endswith("-noun") and event.modality == "Asserted":
            # "the ban" after "the looming ban" is the same thing that has not come yet
            event = replace(event, modality=first.event.modality)
        events.append(event)
        if same is None:
            firsts.append((item, f"v{number}"))
    return events


def _same(first: _Found, second: _Found) -> bool:
    """Same class, participants that agree role by role, times that can be one."""
    a, b = first.event, second.event
    if a.type != b.type or (a.modality == "Denied") != (b.modality == "Denied") or a.entity != b.entity:
        return False
    if (
        a.date_from
        and b.date_from
        and not (a.date_from <= (b.date_to or "9999") and b.date_from <= (a.date_to or "9999"))
    ):
        return False
    if not first.core or not second.core:
        return False
    ours, theirs = dict(first.core), dict(second.core)
    shared = [role for role in ours if role in theirs]
    if any(ours[role] != theirs[role] for role in shared):
        return False
    decisive = [
        role
        for role in shared
        if role in ("target", "victim", "destination", "winner", "loser", "beneficiary", "topic")
    ]
    return bool(decisive) or (bool(shared) and first.core == second.core)
