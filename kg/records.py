"""What is read from texts, as frozen records <-> JSON lines: the door between the language wing and the graph wing.

All offsets are Unicode code points into the stored text of the document, 0-based and half open:
`document.text[begin:end]` is exactly the words meant. One document gives one `Reading`; a reading is the unit of the cache,
of the worker processes and of `kg extract`. Its JSON form is documented in docs/extract.schema.json.
"""

__all__ = [
    "Alias",
    "Argument",
    "Document",
    "Entity",
    "Event",
    "Fact",
    "Literal",
    "Mention",
    "Modality",
    "Quotation",
    "Reading",
    "Role",
    "Span",
    "digest",
    "document_id",
    "from_line",
    "to_line",
]

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any
from typing import Literal as OneOf

from kg.errors import RecordError

Modality = OneOf["Asserted", "Reported", "Denied", "Planned", "Hypothetical"]
MentionKind = OneOf["name", "nominal", "pronoun"]
QuotationForm = OneOf["direct", "indirect", "mixed"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a document's stored text; `kind` says why a boilerplate stretch is set apart."""

    begin: int
    end: int
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One text as it was stored, with what the text or its record states about itself; nothing is invented.

    `id` is `doc-` and 20 hex digits of the text's SHA-256. `date` is ISO (YYYY-MM-DD). `language` is an ISO 639-1 code.
    `path` is relative to the source root. `boilerplate` stretches are sorted, do not overlap and are not read for facts.
    """

    id: str
    text: str
    path: str = ""
    url: str | None = None
    title: str | None = None
    publisher: str | None = None
    authors: tuple[str, ...] = ()
    date: str | None = None
    dateline: str | None = None
    language: str = "en"
    boilerplate: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch that refers to an entity of the document; `type` is a class name of the ontology."""

    doc: str
    begin: int
    end: int
    text: str
    type: str
    entity: str = ""
    kind: MentionKind = "name"
    confidence: float = 0.9
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of an entity and why it was taken for one: `begin`/`end` is the stretch that says so."""

    name: str
    reason: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing as one document speaks of it; `id` is unique within the document (`e1`, `e2`, ...).

    `name` is the fullest name; `aliases` are its other names (never descriptions or pronouns), `links` the reasons behind
    them, `type_reasons` what spoke for the type. An entity known only by a description has `named` False.
    """

    doc: str
    id: str
    name: str
    type: str
    aliases: tuple[str, ...] = ()
    named: bool = True
    links: tuple[Alias, ...] = ()
    type_reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Argument:
    """An entity as an argument of a fact, an event or a quotation: the mention's words and the entity's id."""

    text: str
    begin: int
    end: int
    entity: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as the object of a fact: canonical lexical form, datatype (`xsd:integer`), the words and their place.

    `unit` is a unit or an ISO 4217 currency code, `qualifier` words that bound the value ("more than").
    """

    text: str
    begin: int
    end: int
    value: str
    datatype: str
    unit: str | None = None
    qualifier: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One proposition that the document states, with the stretch that says so.

    `predicate` is a local name of the ontology; `stated_by` the source of a claim (None: the text itself); `confidence`
    0 to 0.99; `valid_from` and `valid_to` ISO dates; `past` True when the text says the state is over; `source` the id of
    the pattern or head that found it.
    """

    doc: str
    subject: Argument
    predicate: str
    object: Argument | Literal
    modality: Modality
    confidence: float
    evidence: Span
    stated_by: Argument | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    past: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    """One participant of an event; `role` is a local name of a kg:RoleProperty."""

    role: str
    text: str
    begin: int
    end: int
    entity: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens, as one sentence tells it; `begin`/`end` is the anchor: the trigger word or the event's name.

    `type` is a subclass of kg:Event. `date_from`/`date_to` are a closed interval of ISO dates, None where the text gives no
    time. `id` is unique within the document (`v1`, ...); `same_as` names an earlier event of the document that is the same.
    """

    doc: str
    id: str
    type: str
    label: str
    begin: int
    end: int
    modality: Modality
    confidence: float
    evidence: Span
    roles: tuple[Role, ...] = ()
    date_from: str | None = None
    date_to: str | None = None
    precision: str | None = None
    time_text: str | None = None
    place: Argument | None = None
    stated_by: Argument | None = None
    entity: str | None = None
    same_as: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words reported from a speaker; `content` lies inside the quotation marks of a direct quote."""

    doc: str
    content: Span
    form: QuotationForm
    speaker: Argument | None = None
    cue: str | None = None
    cue_begin: int | None = None
    cue_end: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read from one document; `dropped` counts what was left out, by reason."""

    document: Document
    mentions: tuple[Mention, ...] = ()
    entities: tuple[Entity, ...] = ()
    facts: tuple[Fact, ...] = ()
    events: tuple[Event, ...] = ()
    quotations: tuple[Quotation, ...] = ()
    dropped: tuple[tuple[str, int], ...] = ()

    def lines(self) -> Iterator[str]:
        """The JSON lines of the reading: document, mentions, entities, facts, events, quotations, in text order."""
        records: tuple[Record, ...] = (self.document, *self.mentions, *self.entities, *self.facts)
        for record in records + self.events + self.quotations:
            yield to_line(record)


Record = Document | Mention | Entity | Fact | Event | Quotation

_KINDS: dict[str, type[Any]] = {
    "document": Document,
    "mention": Mention,
    "entity": Entity,
    "fact": Fact,
    "event": Event,
    "quotation": Quotation,
}
_KIND_OF = {cls: kind for kind, cls in _KINDS.items()}
_RENAMED = {"event": {"type": "class", "date_from": "from", "date_to": "to"}}


def digest(text: str, hex_digits: int = 20) -> str:
    """First `hex_digits` of the SHA-256 of the text in UTF-8 (lone surrogates kept apart by `surrogatepass`)."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:hex_digits]


def document_id(text: str) -> str:
    """`doc-` and 20 hex digits: the same stored text has the same id wherever it came from."""
    return f"doc-{digest(text)}"


def to_line(record: Record) -> str:
    """One record as one line of JSON without its newline; keys in the order of the class, empty options left in."""
    kind = _KIND_OF[type(record)]
    renamed = _RENAMED.get(kind, {})
    plain = {"kind": kind}
    # a mention's own `kind` (name, nominal, pronoun) is written as `form`, since `kind` tells the records apart
    for field in fields(record):
        name = "form" if (kind == "mention" and field.name == "kind") else renamed.get(field.name, field.name)
        plain[name] = _plain(getattr(record, field.name))
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def from_line(line: str) -> Record:
    """The record of one line; raises RecordError with the line's beginning when it is damaged."""
    try:
        plain = json.loads(line)
        kind = plain.pop("kind")
        cls = _KINDS[kind]
        back = {new: old for old, new in _RENAMED.get(kind, {}).items()}
        if kind == "mention":
            back["form"] = "kind"
        values = {back.get(name, name): value for name, value in plain.items()}
        return _restore(cls, values)  # type: ignore[no-any-return]
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise RecordError(f"Damaged record ({exc}): {line[:80]!r}. Run `kg build --fresh` to read it anew.") from exc


def with_document(reading: Reading, document: Document) -> Reading:
    """The same reading under another description of the same text (path, url, metadata)."""
    return replace(reading, document=document)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


_NESTED: dict[str, type[Any]] = {
    "evidence": Span,
    "content": Span,
    "boilerplate": Span,
    "subject": Argument,
    "stated_by": Argument,
    "speaker": Argument,
    "place": Argument,
    "roles": Role,
    "links": Alias,
}


def _restore(cls: type[Any], values: dict[str, Any]) -> Any:
    restored = {}
    for name, value in values.items():
        nested = _NESTED.get(name)
        if name == "object":
            nested = Literal if "datatype" in value else Argument
        if isinstance(value, list):
            restored[name] = tuple(nested(**item) if nested else item for item in value)
        elif isinstance(value, dict) and nested:
            restored[name] = nested(**value)
        else:
            restored[name] = value
    return cls(**restored)
