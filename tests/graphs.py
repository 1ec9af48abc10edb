"""A small graph built by hand, without a language model: three short documents on one company, two people and a ban.

`story_readings()` are the records, `story_nt()` the sorted N-Triples that kg.graph.triples makes of them. What the story
holds: Ana Ruiz leads Northwind (asserted, in two documents), works for it; Northwind acquired Chirp (asserted); Chirp is
headquartered in Lima; Omar Bello claims that Northwind owns Quill; the Daily Post denies it (a contradiction); Ana Ruiz
formerly led Quill (past); Norland banned Chirp (event, 2024-03-05) and plans another ban (Planned); Chirp, also known as
Tweeter; a user count of 1200000; Ana Ruiz is quoted twice, Omar Bello once.
"""

from functools import cache

from kg.corrections import Corrections
from kg.graph.triples import Run, TripleWriter, document_lines
from kg.records import (
    Alias,
    Argument,
    Document,
    Entity,
    Event,
    Fact,
    Literal,
    Mention,
    Quotation,
    Reading,
    Role,
    Span,
    document_id,
)
from kg.resolve import Resolution, resolve

TEXT_A = (
    "Northwind buys Chirp\n\n"
    "LIMA, March 6, 2024 - Northwind, led by Ana Ruiz, has acquired Chirp, also known as Tweeter. "
    "Chirp, based in Lima, has 1,200,000 users. "
    "Norland banned Chirp on Tuesday. "
    "“We will keep the birds singing,” said Ana Ruiz. "
    "Ana Ruiz formerly led Quill."
)
TEXT_B = (
    "Who owns Quill?\n\n"
    "Omar Bello said that Northwind owns Quill. "
    "“It is all theirs,” said Omar Bello. "
    "Ana Ruiz, the chief executive of Northwind, met Omar Bello in Lima on 12 March 2024."
)
TEXT_C = (
    "Northwind does not own Quill, the Daily Post found. "
    "Norland plans to ban Quill too. "
    "“Quill is not ours,” said Ana Ruiz of Northwind."
)


class _Builder:
    """Collects records of one text; mentions are found by their words, first occurrence at or after a place."""

    def __init__(self, text: str, **metadata: object) -> None:
        self.document = Document(id=document_id(text), text=text, **metadata)  # type: ignore[arg-type]
        self.doc, self.text = self.document.id, text
        self.mentions: dict[tuple[int, int], Mention] = {}
        self.entities: dict[str, Entity] = {}
        self.facts: list[Fact] = []
        self.events: list[Event] = []
        self.quotations: list[Quotation] = []

    def span(self, words: str, after: int = 0) -> tuple[int, int]:
        begin = self.text.index(words, after)
        return begin, begin + len(words)

    def name(self, words: str, entity: str, type: str, after: int = 0, **more: object) -> Argument:  # noqa: A002
        begin, end = self.span(words, after)
        self.mentions[begin, end] = Mention(self.doc, begin, end, words, type, entity)
        if entity not in self.entities:
            self.entities[entity] = Entity(self.doc, entity, words, type, **more)  # type: ignore[arg-type]
        return Argument(words, begin, end, entity)

    def sentence(self, words: str) -> Span:
        begin = self.text.index(words)
        return Span(begin, self.text.index(".", begin + len(words) - 1) + 1)

    def fact(
        self, subject: Argument, predicate: str, target: Argument | Literal, sentence: str, **more: object
    ) -> None:
        options = {"modality": "Asserted", "confidence": 0.9, "source": "test", **more}
        self.facts.append(Fact(self.doc, subject, predicate, target, evidence=self.sentence(sentence), **options))  # type: ignore[arg-type]

    def reading(self) -> Reading:
        return Reading(
            self.document,
            tuple(sorted(self.mentions.values(), key=lambda m: m.begin)),
            tuple(self.entities.values()),
            tuple(self.facts),
            tuple(self.events),
            tuple(self.quotations),
        )


def _first() -> Reading:
    b = _Builder(
        TEXT_A,
        path="a.txt",
        title="Northwind buys Chirp",
        publisher="Daily Post",
        authors=("Lena Ek",),
        date="2024-03-06",
        dateline="LIMA",
        url="https://example.org/a",
    )
    body = TEXT_A.index("LIMA")
    northwind = b.name("Northwind", "e1", "Company", body)
    ana = b.name("Ana Ruiz", "e2", "Person", body)
    at, end = b.span("Chirp, also known as Tweeter")
    link = Alias("Tweeter", "also known as", at, end)
    chirp = b.name("Chirp", "e3", "SocialMediaPlatform", body, aliases=("Tweeter",), links=(link,))
    b.name("Tweeter", "e3", "SocialMediaPlatform", body)
    lima = b.name("Lima", "e4", "City", body)
    norland = b.name("Norland", "e5", "Country", body)
    banned = b.name("Chirp", "e3", "SocialMediaPlatform", b.text.index("Norland"))
    quill = b.name("Quill", "e6", "Company", body)
    speaker = b.name("Ana Ruiz", "e2", "Person", b.text.index("said Ana"))
    former = b.name("Ana Ruiz", "e2", "Person", b.text.index("Ana Ruiz formerly"))
    first = "LIMA, March 6, 2024 - Northwind, led by Ana Ruiz, has acquired Chirp, also known as Tweeter"
    b.fact(ana, "leads", northwind, first, confidence=0.92)
    b.fact(northwind, "acquired", chirp, first)
    b.fact(chirp, "headquartersIn", lima, "Chirp, based")
    begin, end = b.span("1,200,000")
    b.fact(chirp, "userCount", Literal("1,200,000", begin, end, "1200000", "xsd:integer"), "Chirp, based")
    b.fact(norland, "banned", banned, "Norland banned")
    b.fact(former, "leads", quill, "Ana Ruiz formerly", past=True)
    begin, end = b.span("banned")
    roles = (
        Role("agent", "Norland", norland.begin, norland.end, "e5"),
        Role("target", "Chirp", banned.begin, banned.end, "e3"),
    )
    b.events.append(
        Event(
            b.doc,
            "v1",
            "Ban",
            "Norland bans Chirp",
            begin,
            end,
            "Asserted",
            0.9,
            b.sentence("Norland banned"),
            roles,
            "2024-03-05",
            "2024-03-05",
            "day",
            "on Tuesday",
        )
    )
    begin, end = b.span("We will keep the birds singing,")
    cue, cue_end = b.span("said", end)
    b.quotations.append(Quotation(b.doc, Span(begin, end), "direct", speaker, "said", cue, cue_end))
    return b.reading()


def _second() -> Reading:
    b = _Builder(TEXT_B, path="b.txt", title="Who owns Quill?", publisher="The Ledger", date="2024-03-13")
    body = TEXT_B.index("Omar")
    omar = b.name("Omar Bello", "e1", "Person", body)
    northwind = b.name("Northwind", "e2", "Company", body)
    quill = b.name("Quill", "e3", "Company", body)
    b.fact(northwind, "owns", quill, "Omar Bello said that", stated_by=omar, confidence=0.8)
    begin, end = b.span("Northwind owns Quill")
    cue, cue_end = b.span("said", body)
    b.quotations.append(Quotation(b.doc, Span(begin, end), "indirect", omar, "said", cue, cue_end))
    begin, end = b.span("It is all theirs,")
    again = b.name("Omar Bello", "e1", "Person", end)
    cue, cue_end = b.span("said", end)
    b.quotations.append(Quotation(b.doc, Span(begin, end), "direct", again, "said", cue, cue_end))
    last = b.text.index("Ana Ruiz")
    ana = b.name("Ana Ruiz", "e4", "Person", last)
    employer = b.name("Northwind", "e2", "Company", last)
    met = b.name("Omar Bello", "e1", "Person", last)
    lima = b.name("Lima", "e5", "City", last)
    b.fact(ana, "leads", employer, "Ana Ruiz, the chief")
    begin, end = b.span("the chief executive")
    b.fact(
        ana,
        "jobTitle",
        Literal("chief executive", begin + 4, end, "chief executive", "xsd:string"),
        "Ana Ruiz, the chief",
    )
    b.fact(ana, "metWith", met, "Ana Ruiz, the chief")
    begin, end = b.span("met")
    roles = (
        Role("participant", "Ana Ruiz", ana.begin, ana.end, "e4"),
        Role("participant", "Omar Bello", met.begin, met.end, "e1"),
    )
    b.events.append(
        Event(
            b.doc,
            "v1",
            "Meeting",
            "Ana Ruiz meets Omar Bello",
            begin,
            end,
            "Asserted",
            0.85,
            b.sentence("Ana Ruiz, the chief"),
            roles,
            "2024-03-12",
            "2024-03-12",
            "day",
            "on 12 March 2024",
            lima,
        )
    )
    return b.reading()


def _third() -> Reading:
    b = _Builder(TEXT_C, path="c.txt", publisher="Daily Post", date="2024-03-20")
    northwind = b.name("Northwind", "e1", "Company")
    quill = b.name("Quill", "e2", "Company")
    post = b.name("Daily Post", "e3", "MediaOrganization")
    norland = b.name("Norland", "e4", "Country")
    target = b.name("Quill", "e2", "Company", b.text.index("Norland"))
    b.fact(northwind, "owns", quill, "Northwind does not", modality="Denied", stated_by=post, confidence=0.85)
    b.fact(norland, "banned", target, "Norland plans", modality="Planned", confidence=0.7)
    begin, end = b.span("ban Quill")
    roles = (
        Role("agent", "Norland", norland.begin, norland.end, "e4"),
        Role("target", "Quill", target.begin, target.end, "e2"),
    )
    b.events.append(
        Event(
            b.doc,
            "v1",
            "Ban",
            "Norland to ban Quill",
            begin,
            begin + 3,
            "Planned",
            0.7,
            b.sentence("Norland plans"),
            roles,
        )
    )
    begin, end = b.span("Quill is not ours,")
    ana = b.name("Ana Ruiz", "e5", "Person", end)
    employer = b.name("Northwind", "e1", "Company", end)
    b.fact(ana, "worksFor", employer, "“Quill is not", confidence=0.7)
    cue, cue_end = b.span("said", end)
    b.quotations.append(Quotation(b.doc, Span(begin, end), "direct", ana, "said", cue, cue_end))
    return b.reading()


class NoKnownNames:
    """A names list that knows nothing, so that tests rest on the texts alone."""

    def canonical(self, name: str, kind: str) -> str | None:
        return None


@cache
def story_readings() -> tuple[Reading, ...]:
    """The three readings of the story."""
    return _first(), _second(), _third()


@cache
def story_resolution() -> Resolution:
    """What the story's entities and events resolve to."""
    return resolve(story_readings(), Corrections(), NoKnownNames())


@cache
def story_nt() -> str:
    """The story's graph as sorted N-Triples."""
    writer = TripleWriter(story_resolution(), Run("0.0.0", "test"))
    lines = set(document_lines(writer, story_readings()))
    assert not writer.dropped, writer.dropped
    return "".join(f"{line}\n" for line in sorted(lines))
