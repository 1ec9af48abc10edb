"""A parsed Doc and its mentions -> quotations: who said what, in whose words.

Direct quotes stand in quotation marks, indirect ones in a clause under a verb of speech or beside "according to"; a clause
that holds quotation marks is mixed. A section of testimony (a heading that names a person, then the first person) is one
direct quotation. The words of attribution are data: ontology/cues.toml.
"""

__all__ = ["Cues", "find_quotations", "load_cues"]

import re
import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from spacy.tokens import Doc, Token

from kg.errors import DataFileError
from kg.nlp.quotemarks import Quote, find_quotes, paragraphs
from kg.nlp.speakers import Speakers
from kg.ontology import data_folder
from kg.records import Argument, Mention, Quotation, QuotationForm, Span

#: Quoted words without an attribution: shorter ones are titles and scare quotes.
MIN_UNATTRIBUTED_CHARS = 15
MIN_UNATTRIBUTED_WORDS = 4
#: How far from the marks a verb of speech may stand, in tokens.
MAX_CUE_DISTANCE = 14
MAX_HEADING_WORDS = 16
MIN_TESTIMONY_CHARS = 200

DASH = re.compile(r"[”\"»'’]?,?\s*(?:[–—―]|--|-)\s+(?=\S)")
FIRST_PERSON = frozenset({"i", "my", "me", "we", "our", "us", "mine", "myself", "i'm", "i've"})
SUBJECTS = ("nsubj", "nsubj:pass", "nsubj:outer")


@dataclass(frozen=True, slots=True)
class Cues:
    """Verbs of attribution: lemma -> stance; which need quotation marks; which take a clause without a subject."""

    stance: dict[str, str]
    quotes_only: frozenset[str]
    clause_without_subject: frozenset[str]
    sources: frozenset[str]


@cache
def load_cues() -> Cues:
    """The shipped words of attribution, read once.

    Raises:
        DataFileError: the file is not TOML or lacks a section.
    """
    path = data_folder("ontology") / "cues.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        stance = {lemma: name for name, lemmas in table["stance"].items() for lemma in lemmas}
        use = {name: frozenset(lemmas) for name, lemmas in table["use"].items()}
        return Cues(stance, use["quotes_only"], use["clause_without_subject"], use["sources"])
    except (OSError, tomllib.TOMLDecodeError, KeyError, AttributeError) as exc:
        raise DataFileError(
            f"{path} cannot be read ({exc!r}). It needs [stance] and [use]; install Dateline again."
        ) from exc


def find_quotations(doc: Doc, mentions: Sequence[Mention]) -> list[Quotation]:
    """The quotations of a document in text order.

    Speakers are the words of a mention where one is the subject (else the noun phrase); their entity is set later, once
    coreference is known. A quotation whose speaker the text does not name has none.
    """
    reader = _Reader(doc, mentions)
    found = [*reader.testimonies(), *reader.direct(), *reader.indirect()]
    return sorted(found, key=lambda q: (q.content.begin, -q.content.end))


class _Reader:
    """One document's tokens, quotes and mentions; `used` holds the cue verbs that already attribute something."""

    def __init__(self, doc: Doc, mentions: Sequence[Mention]) -> None:
        self.doc, self.text, self.cues = doc, doc.text, load_cues()
        self.speakers = Speakers(doc, mentions)
        self.mentions = mentions
        self.starts = [token.idx for token in doc]
        wraps = (
            position
            for position in (match.start() for match in re.finditer(r"(?<=\S)\n(?=\S)", self.text))
            if not doc[self.token_at(position + 1)].is_sent_start
        )
        self.parts = paragraphs(self.text, frozenset(wraps))
        self.quotes = find_quotes(self.text, self.parts)
        self.quote_begins = [quote.outer_begin for quote in self.quotes]
        self.people = {m.begin: m for m in mentions if m.kind == "name" and m.type == "Person"}
        self.used: set[int] = set()
        self.doc_id = mentions[0].doc if mentions else ""

    def token_at(self, offset: int) -> int:
        """Index of the token that holds the offset, or of the last one before it."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def token_from(self, offset: int) -> int:
        """Index of the first token that begins at or after the offset."""
        return bisect_left(self.starts, offset)

    # ------------------------------------------------------------ direct

    def direct(self) -> Iterator[Quotation]:
        """Quotes in marks, with the speaker before, after or around them, or carried over from the quote before."""
        last: tuple[Quote, Quotation] | None = None
        for quote in self.quotes:
            quotation = self._attributed(quote)
            if quotation is None or quotation.speaker is None:
                carried = self._carried(quote, last)
                quotation = carried or quotation
            if quotation is None:
                continue
            last = (quote, quotation)
            yield quotation

    def _attributed(self, quote: Quote) -> Quotation | None:
        content = self._content(quote)
        words = self.text[content.begin : content.end]
        plain = Quotation(self.doc_id, content, "direct")
        signed = self._signature(quote)
        if signed:
            return replace(plain, speaker=signed)
        verb = (self._verb_before(quote) if self._is_introduced(quote) else None) or self._verb_after(quote)
        verb = verb or self._verb_before(quote)
        if verb is not None and self._is_clause_part(verb, quote):
            return None  # the indirect clause that holds it is one mixed quotation
        if verb is not None and not self._is_label(verb, quote, words):
            speaker = self.speakers.of_verb(verb, outside=(quote.outer_begin, quote.outer_end))
            if speaker is not None or len(words) >= MIN_UNATTRIBUTED_CHARS:
                self.used.add(verb.i)
                end = verb.idx + len(verb)
                return replace(plain, speaker=speaker, cue=verb.text, cue_begin=verb.idx, cue_end=end)
        if not quote.closed and not self._goes_on_in_next(quote):
            return None  # a lost mark
        source = self._source_near(quote)
        if source:
            return source
        is_sentence = len(words) >= MIN_UNATTRIBUTED_CHARS and len(words.split()) >= MIN_UNATTRIBUTED_WORDS
        return plain if is_sentence and words[-1] in ".,!?…" else None

    def _is_label(self, verb: Token, quote: Quote, words: str) -> bool:
        """Whether a few quoted words are only a name or a scare quote: what they say are “refugees”."""
        if verb.idx > quote.begin or self._is_introduced(quote):
            return False
        return len(words) < MIN_UNATTRIBUTED_CHARS or (
            len(words.split()) < MIN_UNATTRIBUTED_WORDS and words[-1] not in "!?"
        )

    def _is_introduced(self, quote: Quote) -> bool:
        """He said: “...”; He said, “...”."""
        before = self.text[max(0, quote.outer_begin - 3) : quote.outer_begin].rstrip()
        return before.endswith((":", ","))

    def _goes_on_in_next(self, quote: Quote) -> bool:
        following = quote.paragraph + 1
        return following < len(self.parts) and any(q.outer_begin == self.parts[following][0] for q in self.quotes)

    def _content(self, quote: Quote) -> Span:
        begin, end = quote.begin, quote.end
        while begin < end and self.text[begin].isspace():
            begin += 1
        while end > begin and self.text[end - 1].isspace():
            end -= 1
        return Span(begin, end)

    def _signature(self, quote: Quote) -> Argument | None:
        """“...” – Name, description: the first mention of a person after the dash."""
        match = DASH.match(self.text, quote.end)
        if not match or not quote.closed:
            return None
        line_end = self.parts[quote.paragraph][1]
        rest = [m for m in self.mentions if match.end() <= m.begin < line_end and m.kind == "name"]
        people = [m for m in rest if m.type == "Person"]
        best = people or [m for m in rest if m.begin == match.end()]
        if best and best[0].begin - match.end() <= 60:
            return Argument(best[0].text, best[0].begin, best[0].end, "")
        name = re.match(r"(?:[A-Z][\w.’'-]*)(?: [A-Z][\w.’'-]*){0,4}", self.text[match.end() : line_end])
        if name and line_end - match.end() <= 120:
            return Argument(name.group(), match.end(), match.end() + name.end(), "")
        return None

    def _verb_after(self, quote: Quote) -> Token | None:
        """“...,” said X; “...,” X said: the first verb of speech after the marks, in the same sentence."""
        last = self.text[quote.end - 1]
        ends_like_speech = last in ",!?…—–-" or (last not in ".;:" and self.text.startswith(",", quote.outer_end))
        if not quote.closed or not (ends_like_speech or (last == "." and self._goes_on(quote.outer_end))):
            return None
        begin = self.token_from(quote.outer_end)
        if begin >= len(self.doc) or self.doc[begin].is_sent_start:
            return None
        for token in self.doc[begin : begin + MAX_CUE_DISTANCE]:
            if token.is_sent_start:
                return None
            if "\n" in token.text or self._inside_quote(token.idx) or token.text in (".", ";", "?", "!"):
                return None
            if self._is_cue(token) and not self._is_infinitive(token):
                return token
        return None

    def _goes_on(self, offset: int) -> bool:
        after = self.text[offset : offset + 2].lstrip()
        return bool(after) and (after[0].islower() or after[0] == ",")

    def _verb_before(self, quote: Quote) -> Token | None:
        """X said: “...”; X told Y, “...”: the last verb of speech before the marks, in the same sentence or paragraph."""
        end = self.token_from(quote.outer_begin)
        begin = self.token_from(self.parts[quote.paragraph][0])
        for token in reversed(self.doc[max(begin, end - MAX_CUE_DISTANCE) : end]):
            if self._inside_quote(token.idx) or token.text in (".", "!", "?", ";"):
                return None
            if self._is_cue(token) and not self._is_infinitive(token):
                return token
            if token.is_sent_start and end - token.i > 1 and not self.doc[end - 1].text.startswith((":", ",")):
                return None
        return None

    def _source_near(self, quote: Quote) -> Quotation | None:
        """“...,” according to X."""
        begin = self.token_from(quote.outer_end)
        for token in self.doc[begin : begin + 3]:
            if token.lower_ in self.cues.sources:
                speaker = self.speakers.of_source(token)
                self.used.add(token.i)
                cue_end = token.idx + len(token)
                content = self._content(quote)
                return Quotation(self.doc_id, content, "direct", speaker, token.text, token.idx, cue_end)
        return None

    def _carried(self, quote: Quote, last: tuple[Quote, Quotation] | None) -> Quotation | None:
        """The speaker of the quote before, where the same paragraph or the next one goes on quoting."""
        if last is None or last[1].speaker is None:
            return None
        before, quotation = last
        content = self._content(quote)
        opens_paragraph = quote.outer_begin <= self.parts[quote.paragraph][0]
        same = quote.paragraph == before.paragraph and len(self.text[content.begin : content.end].split()) > 3
        following = quote.paragraph == before.paragraph + 1 and opens_paragraph
        ends_like_speech = self.text[content.end - 1] in ".,!?…" or not quote.closed
        if (same or following) and ends_like_speech and content.end - content.begin >= MIN_UNATTRIBUTED_CHARS:
            return Quotation(self.doc_id, content, "direct", quotation.speaker)
        return None

    # ------------------------------------------------------------ indirect

    def indirect(self) -> Iterator[Quotation]:
        """X said that ..., X believes ..., according to X ...: the clause is the content; with marks inside it is mixed."""
        for token in self.doc:
            if token.i in self.used or self._inside_quote(token.idx):
                continue
            if token.lower_ in self.cues.sources:
                yield from self._according(token)
            elif self._is_cue(token) and token.lemma_.lower() not in self.cues.quotes_only:
                yield from self._reported(token)

    def _reported(self, verb: Token) -> Iterator[Quotation]:
        clause = next((kid for kid in verb.children if self._is_content(kid, verb)), None)
        span = self._clause_span(clause, verb) if clause is not None else self._around(verb)
        if span is None or any(kid.dep_ == "nsubj:pass" for kid in verb.children):
            return
        speaker = self.speakers.of_verb(verb, outside=(span.begin, span.end))
        if speaker is None:
            return
        cue_end = verb.idx + len(verb)
        yield Quotation(self.doc_id, span, self._form(span), speaker, verb.text, verb.idx, cue_end)

    def _is_content(self, kid: Token, verb: Token) -> bool:
        if kid.dep_ == "ccomp":
            return True
        return kid.dep_ == "xcomp" and verb.lemma_.lower() in self.cues.clause_without_subject and kid.pos_ == "VERB"

    def _clause_span(self, clause: Token, verb: Token) -> Span | None:
        """The clause without its "that" and the marks around it."""
        tokens = [t for t in clause.subtree if not t.is_space]
        tokens = [t for t in tokens if (t.i > verb.i) == (clause.i > verb.i)]
        while tokens and (tokens[0].is_punct or (tokens[0].lower_ == "that" and tokens[0].dep_ == "mark")):
            tokens = tokens[1:]
        while tokens and tokens[-1].is_punct:
            tokens = tokens[:-1]
        if len(tokens) < 2:
            return None
        begin, end = tokens[0].idx, tokens[-1].idx + len(tokens[-1])
        # marks that open just before the clause or close just after it belong to it
        begin -= begin > 0 and self.text[begin - 1] in '“"‘'
        end += end < len(self.text) and self.text[end] in '”"’'
        return Span(begin, end)

    def _around(self, verb: Token) -> Span | None:
        """The mall, she said, will open; The mall will open, she said: the sentence around the aside."""
        if verb.dep_ != "parataxis" or verb.head.i == verb.i:
            return None
        sentence = verb.sent
        inside = {t.i for t in verb.subtree}
        tokens = [t for t in sentence if t.i not in inside and not t.is_space and not t.is_punct]
        if len(tokens) < 2 or verb.head.pos_ not in ("VERB", "AUX", "NOUN", "ADJ"):
            return None
        return Span(tokens[0].idx, tokens[-1].idx + len(tokens[-1]))

    def _according(self, token: Token) -> Iterator[Quotation]:
        speaker = self.speakers.of_source(token)
        if speaker is None:
            return
        sentence = [t for t in token.sent if not t.is_space]
        before = [t for t in sentence if t.i < token.i]
        tokens = before if sum(t.is_alpha for t in before) >= 3 else self._after_source(token, speaker, sentence)
        while tokens and tokens[0].is_punct and tokens[0].text not in '“"‘':
            tokens = tokens[1:]
        while tokens and tokens[-1].is_punct and tokens[-1].text not in '”"’':
            tokens = tokens[:-1]
        if len(tokens) < 2:
            return
        span = Span(tokens[0].idx, tokens[-1].idx + len(tokens[-1]))
        yield Quotation(self.doc_id, span, self._form(span), speaker, token.text, token.idx, token.idx + len(token))

    def _after_source(self, word: Token, speaker: Argument, sentence: list[Token]) -> list[Token]:
        """What follows "According to X, the mayor of Y," where the parse tells how far the source reaches."""
        noun = self.doc[self.token_at(speaker.end - 1)]
        while noun.head.i != noun.i and noun.head.idx >= speaker.begin and noun.head.idx < speaker.end:
            noun = noun.head
        last = max(t.i for t in noun.subtree)
        if word.i not in {t.i for t in noun.subtree} or last >= sentence[-1].i - 2:
            last = self.token_at(speaker.end - 1)
        return [t for t in sentence if t.i > last]

    def _form(self, span: Span) -> QuotationForm:
        quoted = any(span.begin <= quote.begin and quote.end <= span.end for quote in self.quotes)
        return "mixed" if quoted else "indirect"

    # ------------------------------------------------------------ testimony

    def testimonies(self) -> Iterator[Quotation]:
        """Sections in the first person under a line that names the speaker, and turns that open with “Name:”."""
        headings = [(number, speaker) for number in range(len(self.parts)) if (speaker := self._heading(number))]
        ends = [*(number for number, _ in headings), len(self.parts)][1:]
        for (number, speaker), end in zip(headings, ends, strict=False):
            spoken = [k for k in range(number + 1, end) if self._is_first_person(k)]
            if not spoken or spoken[0] != number + 1:
                continue
            last = self._last_spoken(number, end)
            begin, finish = self.parts[number + 1][0], self.parts[last][1]
            if finish - begin >= MIN_TESTIMONY_CHARS:
                yield Quotation(self.doc_id, Span(begin, finish), "direct", speaker)

    def _last_spoken(self, number: int, end: int) -> int:
        """The last paragraph of the section: two in a row without the first person end it."""
        last = number + 1
        for k in range(number + 1, end):
            if self._is_first_person(k):
                last = k
            elif k - last >= 2:
                break
        return last

    def _heading(self, number: int) -> Argument | None:
        begin, end = self.parts[number]
        line = self.text[begin:end]
        if line[-1] in ".!?…,;" or len(line.split()) > MAX_HEADING_WORDS or number + 1 >= len(self.parts):
            return None
        person = self.people.get(begin)
        if person is None:
            return None
        rest = self.text[person.end : end]
        if rest and rest[0] not in ",:-–—(" and not rest.startswith((" -", " –", " —", " (")):
            return None
        return Argument(person.text, person.begin, person.end, "")

    def _is_first_person(self, number: int) -> bool:
        begin, end = self.parts[number]
        tokens = self.doc[self.token_from(begin) : self.token_from(end)]
        return any(t.lower_ in FIRST_PERSON and not self._inside_quote(t.idx) for t in tokens)

    # ------------------------------------------------------------ shared

    def _is_cue(self, token: Token) -> bool:
        return token.pos_ in ("VERB", "AUX") and token.lemma_.lower() in self.cues.stance and token.dep_ != "amod"

    def _is_infinitive(self, token: Token) -> bool:
        return any(kid.lower_ == "to" and kid.i == token.i - 1 for kid in token.children)

    def _inside_quote(self, offset: int) -> bool:
        i = bisect_right(self.quote_begins, offset) - 1
        return i >= 0 and self.quotes[i].outer_begin <= offset < self.quotes[i].outer_end

    def _is_clause_part(self, verb: Token, quote: Quote) -> bool:
        """Whether the quote is only part of the verb's clause: He said that it was “a great day” for all."""
        if verb.idx > quote.begin:
            return False
        clause = next((kid for kid in verb.children if kid.dep_ == "ccomp"), None)
        if clause is None or verb.lemma_.lower() in self.cues.quotes_only:
            return False
        span = self._clause_span(clause, verb)
        return span is not None and span.begin < quote.outer_begin - 1 and quote.end <= span.end + 1
