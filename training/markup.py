"""One annotated article as a plain-text file -> kg.records.Reading; offsets follow from the marks, never typed by hand.

The format is described in training/news/GUIDELINES.md, section 9. In short: a header, then the text with one sentence
per line and marks like `[[Kenya|ke] Airways|ka]`, then lines for entities, relations, events and quotations.
"""

__all__ = ["ENTITY_KINDS", "Article", "parse", "read_article", "read_articles"]

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, cast

from kg.errors import DataFileError, did_you_mean
from kg.ontology import MODALITIES, ontology
from kg.records import (
    Argument,
    Document,
    Entity,
    Event,
    Fact,
    Literal,
    Mention,
    Modality,
    Quotation,
    QuotationForm,
    Reading,
    Role,
    Span,
    document_id,
)
from training.words import PRECISIONS, Options, Words, interval, is_date, kind_of, plain_value, quoted

ARTICLES = Path(__file__).parent / "news" / "articles"
HEADER = ("id", "genre", "matter", "split", "date", "title", "publisher", "authors", "dateline")
SECTIONS = ("text", "entities", "relations", "events", "quotations")
#: Classes that an entity of the corpus may have: everything below kg:Entity except kg:Agent, which is no answer.
ENTITY_KINDS = tuple(name for name in sorted(ontology().parents) if ontology().is_a(name, "Entity") and name != "Agent")
TOKEN = re.compile(r'[^\s"]*"[^"]*"(?:#\d+)?|\S+')
BOILERPLATE = re.compile(r"~([a-z -]+)~ ?")


@dataclass(frozen=True, slots=True)
class Article:
    """One article of the corpus: its gold reading, its header, its sentences, and quotation marks that quote nobody."""

    id: str
    genre: str
    matter: str
    split: str
    reading: Reading
    sentences: tuple[Span, ...]
    scare_quotes: tuple[str, ...] = ()
    path: Path | None = None


def read_articles(folder: Path = ARTICLES, split: str = "") -> list[Article]:
    """All articles of the folder by file name; `split` keeps one part."""
    articles = [read_article(path) for path in sorted(folder.glob("*.txt"))]
    return [article for article in articles if split in ("", article.split)]


def read_article(path: Path) -> Article:
    """The article of one file.

    Raises:
        DataFileError: a line breaks the format or names something that is not there; the message has file and line.
    """
    return parse(path.read_text(encoding="utf-8"), str(path.name), path)


def parse(source: str, name: str = "article", path: Path | None = None) -> Article:
    """The article of one file's text; `name` stands in error messages."""
    return _Parser(source, name).article(path)


@dataclass
class _Parser:
    """Reads one file from top to bottom; the state is what the later sections refer back to."""

    source: str
    name: str
    line: int = 0
    text: str = ""
    sentences: list[Span] = field(default_factory=list)
    boilerplate: list[Span] = field(default_factory=list)
    marks: list[tuple[int, int, str]] = field(default_factory=list)
    entities: dict[str, Entity] = field(default_factory=dict)
    mentions: dict[str, list[Mention]] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    scare_quotes: list[str] = field(default_factory=list)

    def article(self, path: Path | None) -> Article:
        header, bodies = self._sections()
        self._read_text(bodies["text"])
        document = self._document(header)
        self._read_entities(bodies["entities"], document.id)
        events = [self._event(words, document.id) for words in self._lines(bodies["events"])]
        facts = [self._fact(words, document.id) for words in self._lines(bodies["relations"])]
        quotations = [q for words in self._lines(bodies["quotations"]) if (q := self._quotation(words, document.id))]
        mentions = sorted((m for group in self.mentions.values() for m in group), key=lambda m: (m.begin, -m.end))
        reading = Reading(
            document,
            tuple(mentions),
            tuple(self.entities.values()),
            tuple(sorted(facts, key=lambda f: (f.evidence.begin, f.subject.begin, f.predicate, f.object.begin))),
            tuple(sorted(events, key=lambda e: (e.begin, e.end))),
            tuple(sorted(quotations, key=lambda q: q.content)),
        )
        return Article(
            header["id"],
            header["genre"],
            header["matter"],
            header["split"],
            reading,
            tuple(self.sentences),
            tuple(self.scare_quotes),
            path,
        )

    def _fail(self, message: str) -> NoReturn:
        raise DataFileError(f"{self.name}:{self.line}: {message}")

    # ------------------------------------------------------------ sections and text
    def _sections(self) -> tuple[dict[str, str], dict[str, list[tuple[int, str]]]]:
        header: dict[str, str] = {}
        bodies: dict[str, list[tuple[int, str]]] = {section: [] for section in SECTIONS}
        section = ""
        for number, line in enumerate(self.source.split("\n"), start=1):
            self.line = number
            if line.startswith("=== "):
                section = line[4:].strip()
                if section not in bodies:
                    self._fail(f"No section {section!r}.{did_you_mean(section, SECTIONS)}")
            elif section:
                bodies[section].append((self.line, line))
            elif line.strip():
                key, colon, value = line.partition(":")
                if not colon or key not in HEADER:
                    self._fail(f"No header {key!r}.{did_you_mean(key, HEADER)}")
                header[key] = value.strip()
        missing = [key for key in ("id", "genre", "matter", "split") if not header.get(key)]
        if missing:
            self._fail(f"The header lacks {', '.join(missing)}.")
        return header, bodies

    def _read_text(self, lines: Sequence[tuple[int, str]]) -> None:
        """One sentence per line; lines of one paragraph are joined by a blank, an empty line parts paragraphs."""
        joint = ""
        for self.line, raw in lines:
            if not raw.strip():
                joint = "\n\n" if self.text else ""
                continue
            self.text += joint
            joint = " "
            begin = len(self.text)
            label = BOILERPLATE.match(raw)
            self._read_marks(raw[label.end() :] if label else raw)
            if label:
                self.boilerplate.append(Span(begin, len(self.text), label[1].strip()))
            else:
                self.sentences.append(Span(begin, len(self.text)))

    def _read_marks(self, raw: str) -> None:
        opened: list[int] = []
        position = 0
        while position < len(raw):
            letter = raw[position]
            if letter == "\\":
                position += 1
                self.text += raw[position]
            elif letter == "[":
                opened.append(len(self.text))
            elif letter == "|" and opened:
                end = raw.find("]", position)
                if end < 0:
                    self._fail("A mark is not closed with ].")
                self.marks.append((opened.pop(), len(self.text), raw[position + 1 : end]))
                position = end
            else:
                self.text += letter
            position += 1
        if opened:
            self._fail("A mark has no |key].")

    def _document(self, header: dict[str, str]) -> Document:
        return Document(
            document_id(self.text),
            self.text,
            path=f"{header['id']}.txt",
            title=header.get("title") or None,
            publisher=header.get("publisher") or None,
            authors=tuple(a.strip() for a in header.get("authors", "").split(";") if a.strip()),
            date=header.get("date") or None,
            dateline=header.get("dateline") or None,
            boilerplate=tuple(self.boilerplate),
        )

    # ------------------------------------------------------------ entities and mentions
    def _lines(self, body: Sequence[tuple[int, str]]) -> list[list[str]]:
        """The words of each line that says something; `self.line` is set as they are used."""
        return [Words(TOKEN.findall(line), number) for number, line in body if line.strip() and line[0] != "#"]

    def _read_entities(self, body: Sequence[tuple[int, str]], doc: str) -> None:
        for self.line, line in body:
            if not line.strip() or line[0] == "#":
                continue
            key, kind, names = (*line.split(None, 2), "", "", "")[:3]
            if kind not in ENTITY_KINDS:
                self._fail(f"{kind!r} is no class of an entity.{did_you_mean(kind, ENTITY_KINDS)}")
            if key in self.entities or not names:
                self._fail(f"The entity {key!r} is there twice or has no name.")
            forms = [form.strip() for form in names.split(" = ")]
            is_quoted = forms[0].startswith('"')
            has_capital = not forms[0][0].islower() and any(letter.isupper() for letter in forms[0])
            name = forms[0].strip('"')
            self.entities[key] = Entity(doc, key, name, kind, tuple(forms[1:]), is_quoted or has_capital)
        for begin, end, label in self.marks:
            key, _, wanted = label.partition("/")
            if key not in self.entities:
                self._fail(f"The mark {self.text[begin:end]!r} names {key!r}, which === entities does not list.")
            entity = self.entities[key]
            mention = Mention(
                doc, begin, end, self.text[begin:end], entity.type, key, kind_of(self.text[begin:end], entity, wanted)
            )
            self.mentions.setdefault(key, []).append(mention)

    # ------------------------------------------------------------ places in the text
    def _all(self, words: str, within: Span | None = None) -> list[Span]:
        """Every place of the words outside page furniture; they begin and end where words do."""
        begin, end = (within.begin, within.end) if within else (0, len(self.text))
        edges = [r"(?<!\w)" if words[:1].isalnum() else "", r"(?!\w)" if words[-1:].isalnum() else ""]
        pattern = re.compile(re.escape(words).join(edges))
        found = [Span(m.start(), m.end()) for m in pattern.finditer(self.text, begin, end)]
        return [f for f in found if not any(b.begin <= f.begin < b.end for b in self.boilerplate)]

    def _find(self, words: str, within: Span | None = None) -> Span:
        """Where the words stand; `words#2` means their second place."""
        bare, _, count = words.partition("#") if re.search(r"#\d+$", words) else (words, "", "")
        found = self._all(bare, within)
        if int(count or 1) > len(found):
            self._fail(f"The words {bare!r} do not stand {'there' if within else 'in the text'}.")
        return found[int(count or 1) - 1]

    def _sentence(self, at: Span) -> Span:
        for sentence in self.sentences:
            if sentence.begin <= at.begin < sentence.end:
                return sentence
        return self._fail("The words stand in no sentence.")

    def _places(self, key: str) -> list[Argument]:
        """Where an entity is mentioned, or where the trigger of an event stands."""
        if key in self.events:
            event = self.events[key]
            anchor = self.text[event.begin : event.end]
            return [Argument(anchor, event.begin, event.end, key)]
        if key not in self.entities:
            self._fail(f"No entity or event has the key {key!r}.")
        if key not in self.mentions:
            self._fail(f"{key!r} is never mentioned in the text.")
        return [Argument(m.text, m.begin, m.end, key) for m in self.mentions[key]]

    def _argument(self, key: str, evidence: Span, near: int | None = None) -> Argument:
        """The mention within the evidence that is nearest to `near`, else the last one before, else the first."""
        places = self._places(key)
        inside = [p for p in places if evidence.begin <= p.begin < evidence.end]
        if inside:
            return min(inside, key=lambda p: abs(p.begin - (evidence.begin if near is None else near)))
        before = [p for p in places if p.begin < evidence.begin]
        return before[-1] if before else places[0]

    def _shared_sentence(self, subject: str, wanted: Sequence[Span | Argument]) -> Span:
        places = self._places(subject)
        for sentence in self.sentences:
            has_subject = any(sentence.begin <= p.begin < sentence.end for p in places)
            if has_subject and any(sentence.begin <= w.begin < sentence.end for w in wanted):
                return sentence
        return self._fail('The two ends share no sentence: add @"words of the sentence".')

    # ------------------------------------------------------------ relations, events, quotations
    def _fact(self, words: list[str], doc: str) -> Fact:
        self.line = cast(Words, words).line
        if len(words) < 3:
            self._fail("A relation is: subject predicate object.")
        key, predicate, target = words[:3]
        prop = ontology().properties.get(predicate)
        if prop is None:
            self._fail(f"No property {predicate!r}.{did_you_mean(predicate, ontology().properties)}")
        options = self._options(words[3:])
        within = options.evidence
        end: Argument | Literal
        if prop.is_literal:
            evidence = within or self._literal_sentence(key, quoted(target))
            end = self._literal(quoted(target), prop.range[0], evidence, options)
        else:
            evidence = within or self._shared_sentence(key, self._places(target))
            end = self._argument(target, evidence, self._argument(key, evidence).begin)
        return Fact(
            doc,
            self._argument(key, evidence, end.begin),
            predicate,
            end,
            options.modality,
            0.99,
            Span(evidence.begin, evidence.end),
            stated_by=self._argument(options.by, evidence) if options.by else None,
            valid_from=options.valid_from,
            valid_to=options.valid_to,
            past=options.past,
            source="gold",
        )

    def _literal_sentence(self, key: str, words: str) -> Span:
        spots = self._all(words)
        return self._shared_sentence(key, spots) if len(spots) > 1 else self._sentence(self._find(words))

    def _literal(self, words: str, datatype: str, evidence: Span, options: Options) -> Literal:
        at = self._find(words, evidence)
        text = self.text[at.begin : at.end]
        value = options.value or plain_value(text, datatype)
        if value is None:
            self._fail(f"Give the value of {text!r} as =value.")
        return Literal(text, at.begin, at.end, value, datatype, options.unit, options.qualifier)

    def _event(self, words: list[str], doc: str) -> Event:
        self.line = cast(Words, words).line
        if len(words) < 3:
            self._fail('An event is: id Class "trigger" role=key ...')
        key, kind, trigger = words[:3]
        if not ontology().is_a(kind, "Event"):
            self._fail(f"{kind!r} is no class of an event.{did_you_mean(kind, ENTITY_KINDS)}")
        if key in self.events or key in self.entities:
            self._fail(f"The key {key!r} is there twice.")
        options = self._options(words[3:])
        at = self._find(quoted(trigger), options.evidence)
        evidence = options.evidence or self._sentence(at)
        roles = [
            Role(role, place.text, place.begin, place.end, place.entity)
            for role, filler in options.roles
            for place in [self._argument(filler, evidence, at.begin)]
        ]
        core = ", ".join(self.entities[r.entity].name for r in roles if r.entity in self.entities)
        event = Event(
            doc,
            key,
            kind,
            f"{self.text[at.begin : at.end]}: {core}" if core else self.text[at.begin : at.end],
            at.begin,
            at.end,
            options.modality,
            0.99,
            Span(evidence.begin, evidence.end),
            tuple(roles),
            options.date_from,
            options.date_to,
            options.precision,
            options.time_text,
            self._argument(options.place, evidence) if options.place else None,
            self._argument(options.by, evidence) if options.by else None,
            options.entity or None,
            options.same_as or None,
            "gold",
        )
        self.events[key] = event
        return event

    def _quotation(self, words: list[str], doc: str) -> Quotation | None:
        self.line = cast(Words, words).line
        if words[0] == "not":
            scare = quoted(words[1])
            self._find(scare)
            self.scare_quotes.append(scare)
            return None
        if len(words) != 4 or words[2] not in ("direct", "indirect", "mixed"):
            self._fail('A quotation is: speaker cue form "first words ... last words", with - for none.')
        key, cue, form, content = words
        first, _, last = quoted(content).partition(" ... ")
        begin = self._find(first)
        end = self._find(last, Span(begin.end, len(self.text))) if last else begin
        span = Span(begin.begin, end.end)
        spoken = self._cue(quoted(cue), span) if cue != "-" else None
        near = self._sentence(span) if spoken is None else self._sentence(spoken)
        return Quotation(
            doc,
            span,
            cast(QuotationForm, form),
            self._argument(key, near, spoken.begin if spoken else span.begin) if key != "-" else None,
            self.text[spoken.begin : spoken.end] if spoken else None,
            spoken.begin if spoken else None,
            spoken.end if spoken else None,
        )

    def _cue(self, words: str, content: Span) -> Span:
        """The place of the cue nearest to the content and outside it."""
        found = [Span(m.start(), m.end()) for m in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", self.text)]
        outside = [f for f in found if f.end <= content.begin or f.begin >= content.end]
        if not outside:
            self._fail(f"The cue {words!r} does not stand outside the quotation.")
        return min(outside, key=lambda f: max(content.begin - f.end, f.begin - content.end))

    def _options(self, words: Sequence[str]) -> Options:
        options = Options()
        for word in words:
            name, equals, value = word.partition("=")
            if word.startswith("@"):
                options.evidence = self._sentence(self._find(quoted(word[1:])))
            elif word.startswith("~"):
                options.qualifier = quoted(word[1:])
            elif word.startswith("="):
                options.value = quoted(word[1:])
            elif word in MODALITIES:
                options.modality = cast(Modality, word)
            elif word in PRECISIONS:
                options.precision = word
            elif word == "past":
                options.past = True
            elif not equals and is_date(word):
                options.set_dates(word)
            elif name in ("from", "to"):
                first, last, _ = interval(value)
                setattr(options, f"valid_{name}", first if name == "from" else last)
            elif name in ("by", "unit", "place", "entity", "same"):
                setattr(options, "same_as" if name == "same" else name, value)
            elif name == "time":
                options.time_text = self._text_of(quoted(value), options.evidence)
            elif name in ontology().properties and ontology().properties[name].is_role:
                options.roles += [(name, key) for key in value.split(",")]
            else:
                self._fail(f"What does {word!r} mean?")
        return options

    def _text_of(self, words: str, within: Span | None) -> str:
        at = self._find(words, within)
        return self.text[at.begin : at.end]
