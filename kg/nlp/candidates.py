"""A parsed Doc -> the stretches that are names, each with what speaks for its class; overlaps are settled here.

Sources: the model, names.toml, endings ("Kyoto University"), titles ("Dr Guo"), nouns before a name ("the app Zentro"), bodies
called by their country ("Chinese government"), groups, quoted titles, and names seen elsewhere in the document.
"""

__all__ = ["ENDING_WEIGHT", "Candidate", "Finder"]

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from spacy.tokens import Doc, Token

from kg.nlp.cues import Vote, is_cued, noun_class
from kg.nlp.names import NameList, normalise
from kg.nlp.nouns import Nouns, coarse

_KNOWN_WEIGHT = 3.0
_KNOWN_WITH_CUE_WEIGHT = 1.5
_MODEL_WEIGHT = 1.0
ENDING_WEIGHT = 2.5
_TITLE_WEIGHT = 3.0
_COMPOUND_WEIGHT = 5.0

_ARTICLES = frozenset({"the", "a", "an", "this", "that", "its", "his", "her", "their", "our", "my"})
_POSSESSIVES = frozenset({"'s", "’s", "'", "’", "s"})
_PARTICLES = frozenset({"de", "la", "del", "van", "von", "der", "den", "da", "di", "bin", "al", "el", "du"})
#: Lower-case nouns that make a name together with a country, a demonym or a surname: "Chinese government".
_GOVERNMENT_NOUNS = {
    "government": "GovernmentBody",
    "administration": "GovernmentBody",
    "parliament": "GovernmentBody",
    "ministry": "GovernmentBody",
    "embassy": "GovernmentBody",
    "consulate": "GovernmentBody",
    "congress": "GovernmentBody",
    "senate": "GovernmentBody",
    "cabinet": "GovernmentBody",
    "regime": "GovernmentBody",
    "legislature": "GovernmentBody",
    "police": "GovernmentBody",
    "army": "MilitaryOrganization",
    "navy": "MilitaryOrganization",
    "military": "MilitaryOrganization",
}
_GOVERNMENT_MODIFIERS = frozenset(
    {
        "foreign",
        "health",
        "interior",
        "defence",
        "defense",
        "finance",
        "justice",
        "education",
        "commerce",
        "trade",
        "federal",
        "central",
        "national",
        "state",
        "military",
    }
)
#: Offices before a name, also in the middle of what the model takes for one; others are first names too (Dean, King, Major).
_OFFICES = frozenset(
    "president minister senator secretary chancellor premier governor mayor professor prof prof. dr dr. judge general colonel "
    "captain ambassador chairman director mr mr. mrs mrs. ms ms. sir spokesman spokeswoman spokesperson".split()
)
_THRONES = frozenset("king queen prince princess pope emperor empress saint lady lord".split())
_NAMED_KINDS = frozenset({"Platform", "Work", "Product"})
_COMPOUND_ADJECTIVE = re.compile(
    r"[-‑](based|born|backed|led|owned|style|made|era|language|speaking|controlled|held|run|trained|wide|like|listed)$"
)
_MIN_REPEATED_CHARS = 3


@dataclass
class Candidate:
    """A candidate name over tokens `begin` to `end`, with what speaks for its class; `rank` settles overlaps."""

    begin: int
    end: int
    votes: list[Vote] = field(default_factory=list)
    rank: int = 0
    kind: str = "model"


class Finder:
    """Gathers candidate names of one document and settles their overlaps."""

    def __init__(self, doc: Doc, names: NameList, nouns: Nouns, readable: list[bool]) -> None:
        self.doc = doc
        self.known = names
        self.nouns = nouns
        self.readable = readable
        self.raw = doc.text
        self.text = normalise(self.raw)
        self.ends = {token.idx + len(token): token.i + 1 for token in doc}
        # the tokenizer takes the full stop after a single capital for an initial: "on X."
        self.ends |= {token.idx + 1: token.i + 1 for token in doc if len(token) == 2 and token.text[1] == "."}
        self.shouted = _title_case_sentences(doc)

    def names(self) -> list[Candidate]:
        """The names of the document, by begin, without overlaps."""
        candidates = [
            *self._from_list(),
            *self._from_model(),
            *self._from_endings(),
            *self._from_titles(),
            *self._from_nouns(),
        ]
        candidates += [*self._governments(candidates), *self._groups(), *self._works()]
        chosen = [self._with_nickname(name) for name in self._settle(candidates)]
        chosen = self._settle([*chosen, *self._repeated(chosen)])
        return [name for name in chosen if not self._is_headline_word(name, chosen)]

    def _from_list(self) -> Iterator[Candidate]:
        for token in self.doc:
            plain = token.text[:1].islower() and not _inner_capital(token.text)
            if not self.readable[token.i] or (plain and token.lower_ != "the"):
                continue
            for form in self.known.forms_at(self.text, token.idx):
                end = self.ends.get(token.idx + len(form))
                if end is None or not form.strip():
                    continue
                entries = self.known.find(form)
                # the article is no part of the name, unless the list gives it a capital: "The Hague", "The Guardian"
                article = form.startswith("the ") or (
                    form.startswith("The ") and not entries[0].name.startswith("The ")
                )
                begin = token.i + article
                cued = self.known.needs_cue(form)
                if cued and not is_cued(self.doc, begin, end, entries[0].type, self.nouns):
                    continue
                weight = _KNOWN_WITH_CUE_WEIGHT if cued else _KNOWN_WEIGHT
                votes = [Vote(entries[0].type, weight, "names.toml")]
                yield Candidate(begin, end, votes, rank=2, kind="known")
                break

    def _from_model(self) -> Iterator[Candidate]:
        for span in self.doc.ents:
            if span.label_ == "Date" or not span.label_:
                continue
            start, stop = self._cut_person(span.start, span.end) if span.label_ == "Person" else (span.start, span.end)
            for begin, end in self._pieces(self._cut_owner(start, stop), stop):
                if self._is_name(begin, end):
                    yield Candidate(begin, end, [Vote(span.label_, _MODEL_WEIGHT, "model")], rank=1)

    def _cut_person(self, begin: int, end: int) -> tuple[int, int]:
        """The person of "US President Ana Silva", "Ana Silva of Civic Party" and "Zentro's Ana Silva"."""
        for i in range(end - 2, begin - 1, -1):
            word = self.doc[i].lower_
            if word in _OFFICES or self.doc[i].tag_ == "POS":
                begin = i + 1
                break
        cut = next((i for i in range(begin + 1, end) if self.doc[i].text in ("of", "for", "from", "in", "at")), end)
        return begin, cut

    def _cut_owner(self, begin: int, end: int) -> int:
        """Where the thing begins in "Mecca's Grand Mosque": after an owner that the list knows by itself."""
        for i in range(begin + 1, end - 1):
            if (
                self.doc[i].tag_ == "POS"
                and self.known.find(self.doc[begin:i].text)
                and not self.known.find(self.doc[begin:end].text)
            ):
                return i + 1
        return begin

    def _pieces(self, begin: int, end: int) -> Iterator[tuple[int, int]]:
        """The span cut at line breaks and boilerplate, each piece trimmed."""
        start = begin
        for i in range(begin, end + 1):
            if i == end or not self.readable[i]:
                trimmed = self._trim(start, i)
                if trimmed[0] < trimmed[1]:
                    yield trimmed
                start = i + 1

    def _trim(self, begin: int, end: int) -> tuple[int, int]:
        doc = self.doc
        while begin < end and (
            doc[begin].lower_ in _ARTICLES
            or doc[begin].is_punct
            or doc[begin].tag_ in ("UH", "CC", "IN")
            or (doc[begin].is_upper and doc[begin].text in self.known.non_entities)
            or (end - begin > 1 and _is_title(doc[begin], self.nouns) and not self._is_throne(begin, end))
        ):
            begin += 1
        while begin < end and (
            doc[end - 1].lower_ in _POSSESSIVES or (doc[end - 1].is_punct and doc[end - 1].text != ".")
        ):
            end -= 1
        while (
            end - begin > 1
            and self.doc[end - 1].tag_ in ("IN", "CC", "DT", "TO")
            and self.doc[end - 1].text[:1].islower()
        ):
            end -= 1
        return begin, end

    def _is_throne(self, begin: int, end: int) -> bool:
        """Whether the title makes the name with a single word after it: "Pope Francis", "King Charles III"."""
        words = [token.text for token in self.doc[begin + 1 : end] if not token.text.isupper() or len(token) == 1]
        return self.doc[begin].lower_ in _THRONES and self.doc[begin].text[:1].isupper() and len(words) == 1

    def _is_name(self, begin: int, end: int) -> bool:
        words = [token.text for token in self.doc[begin:end]]
        if _COMPOUND_ADJECTIVE.search(words[-1]):
            return False
        if not any(word[:1].isupper() or _inner_capital(word) or not word.isascii() for word in words):
            return False
        if not any(any(char.isalpha() for char in word) for word in words):
            return False
        if len(words) == 1 and _is_title(self.doc[begin], self.nouns) and not self.known.find(words[0]):
            return False
        joined = normalise(self.raw[self.doc[begin].idx : self.doc[end - 1].idx + len(self.doc[end - 1])])
        if self._says_nothing(joined):
            return False
        return not all(self._says_nothing(word) or not word[:1].isupper() for word in words)

    def _says_nothing(self, word: str) -> bool:
        return word in self.known.non_entities or self.known.country_of(word) is not None

    def _from_endings(self) -> Iterator[Candidate]:
        for begin, end in self._capital_runs():
            words = [token.text for token in self.doc[begin:end]]
            found = self.nouns.class_of_name(words)
            if found and self._is_name(begin, end):
                yield Candidate(begin, end, [Vote(found[0], ENDING_WEIGHT, f"ending: {found[1]}")], rank=1, kind="cue")

    def _capital_runs(self) -> Iterator[tuple[int, int]]:
        """Runs of two or more capitalised words within a sentence; "of", "for" and the like may join them."""
        for sentence in self.doc.sents:
            if sentence.start in self.shouted:
                continue
            i = sentence.start
            while i < sentence.end:
                if not self._is_capital(i) or self.doc[i].lower_ in _ARTICLES:
                    i += 1
                    continue
                end = i + 1
                while end < sentence.end:
                    if self._is_capital(end) or self.doc[end].text == "&" or self._joins(end, sentence.end):
                        end += 1
                    else:
                        break
                if end - i >= 2 and not (
                    self.doc[i].is_sent_start and self.doc[i].pos_ not in ("PROPN", "NOUN", "ADJ")
                ):
                    yield self._trim(i, end)
                i = end

    def _joins(self, i: int, sentence_end: int) -> bool:
        """Whether an "of" (the, for) leads on to another capitalised word of the same name."""
        if self.doc[i].text not in ("of", "for") or i + 1 >= sentence_end or self.doc[i - 1].ent_type_ == "Person":
            return False
        after = i + 2 if self.doc[i + 1].text == "the" and i + 2 < sentence_end else i + 1
        first = self.doc[i - 1].text
        return (
            self._is_capital(after)
            and after == i + 1
            and (first in _OF_HEADS or self.nouns.suffixes.get(first, "Company") != "Company")
        )

    def _is_capital(self, i: int) -> bool:
        token = self.doc[i]
        return (
            self.readable[i] and token.text[:1].isupper() and token.pos_ in ("PROPN", "NOUN", "ADJ", "X", "NUM", "VERB")
        )

    def _from_titles(self) -> Iterator[Candidate]:
        for token in self.doc:
            if not self.readable[token.i] or not _is_title(token, self.nouns) or token.i + 1 >= len(self.doc):
                continue
            if token.text[:1].islower() or token.sent.start in self.shouted:
                continue
            begin = end = token.i + 1
            if token.lower_ in _THRONES:
                continue
            while end < token.sent.end and (
                self._is_personal(end) or (end > begin and self.doc[end].text in _PARTICLES)
            ):
                end += 1
            while end > begin and self.doc[end - 1].text in _PARTICLES:
                end -= 1
            if (
                begin < end
                and end - begin <= 4
                and not _is_title(self.doc[begin], self.nouns)
                and self._is_name(begin, end)
            ):
                yield Candidate(begin, end, [Vote("Person", _TITLE_WEIGHT, f"title: {token.text}")], rank=1, kind="cue")

    def _from_nouns(self) -> Iterator[Candidate]:
        """ "the app Zentro": capitalised words right after a noun that names a kind of thing, where the model saw nothing."""
        for token in self.doc:
            end = token.i + 1
            while (
                end < len(self.doc)
                and end <= token.i + 3
                and not self.doc[end].is_sent_start
                and self._is_personal(end)
            ):
                end += 1
            if end == token.i + 1 or not self.readable[token.i] or token.tag_ != "NN":
                continue
            found = noun_class(token, self.nouns)
            if found is None or coarse(found[0]) not in _NAMED_KINDS or not self._is_name(token.i + 1, end):
                continue
            if any(child.dep_ == "det" for child in token.children):
                votes = [Vote(found[0], ENDING_WEIGHT, f"apposition: {found[1]}")]
                yield Candidate(token.i + 1, end, votes, rank=1, kind="cue")

    def _is_personal(self, i: int) -> bool:
        token = self.doc[i]
        return (
            self.readable[i]
            and token.pos_ == "PROPN"
            and token.text[:1].isupper()
            and token.text not in self.nouns.suffixes
        )

    def _governments(self, candidates: Sequence[Candidate]) -> Iterator[Candidate]:
        """ "Chinese government", "U.S. justice department", "Biden administration"."""
        heads = {name.end: name for name in candidates}
        for token in self.doc:
            class_name = _GOVERNMENT_NOUNS.get(token.lower_)
            if class_name is None or not self.readable[token.i] or (token.text[:1].isupper() and token.is_sent_start):
                continue
            first = token.i
            while first > 0 and self.doc[first - 1].lower_ in _GOVERNMENT_MODIFIERS:
                first -= 1
            owner = self.doc[first - 1] if first > 0 else None
            if owner is None:
                continue
            begin = owner.i
            if first > 1 and self.known.country_of(self.doc[first - 2 : first].text):
                begin = first - 2
            elif not self.known.country_of(owner.text):
                name = heads.get(first)
                if name is None or (token.lower_ == "police" and coarse(name.votes[0].class_name) != "Place"):
                    continue
                begin = name.begin
            yield Candidate(
                begin,
                token.i + 1,
                [Vote(class_name, _COMPOUND_WEIGHT, f"head noun: {token.lower_}")],
                rank=3,
                kind="cue",
            )

    def _groups(self) -> Iterator[Candidate]:
        """ "Americans", "Chinese" as a noun, and quoted groups: "TikTok refugees"."""
        for token in self.doc:
            if not self.readable[token.i]:
                continue
            if self._is_people(token):
                yield Candidate(token.i, token.i + 1, [Vote("Group", _COMPOUND_WEIGHT, "demonym")], rank=1, kind="cue")
            elif self._is_quoted_group(token):
                begin = token.i
                while self.doc[begin - 1].text not in _OPENING:
                    begin -= 1
                yield Candidate(
                    begin,
                    token.i + 1,
                    [Vote("Group", _COMPOUND_WEIGHT, f"head noun: {token.lower_}")],
                    rank=3,
                    kind="cue",
                )

    def _is_people(self, token: Token) -> bool:
        """Whether a demonym stands for people ("Americans", "the Chinese") and neither for a language nor for a quality."""
        if token.text in self.known.people:
            return not self.known.find(token.text)
        if (
            token.text not in self.known.adjectives
            or token.tag_ in ("NN", "NNP")
            or token.dep_ in ("amod", "compound", "flat")
        ):
            return False
        before = self.doc[token.i - 1].lower_ if token.i else ""
        if token.i + 1 < len(self.doc) and self.doc[token.i + 1].pos_ in ("NOUN", "PROPN", "ADJ"):
            return False
        if token.tag_ == "NNPS" or (before == "the" and token.dep_ in ("nsubj", "obj", "obl", "nmod", "iobj", "conj")):
            return True
        return token.dep_ == "conj" and token.head.text in self.known.people

    def _is_quoted_group(self, token: Token) -> bool:
        found = noun_class(token, self.nouns)
        if token.tag_ not in ("NNS", "NNPS") or found is None or found[0] != "Group":
            return False
        following = [word.text for word in self.doc[token.i + 1 : token.i + 3]]
        if not following or (following[0] not in _CLOSING and following[-1] not in _CLOSING):
            return False
        for i in range(token.i - 1, max(token.i - 4, token.sent.start - 1), -1):
            if self.doc[i].text in _OPENING:
                return any(word.text[:1].isupper() for word in self.doc[i + 1 : token.i + 1])
            if not self.doc[i].text[:1].isupper():
                return False
        return False

    def _works(self) -> Iterator[Candidate]:
        """The film "X": a capitalised title in quotation marks after a noun for a work."""
        for token in self.doc:
            if not self.readable[token.i] or token.text not in _OPENING or token.i < 1 or token.i + 2 >= len(self.doc):
                continue
            before = self.doc[token.i - 1]
            if (
                self.nouns.class_of([_singular(before, self.nouns)]) != "Work"
                or not self.doc[token.i + 1].text[:1].isupper()
            ):
                continue
            end = next(
                (i for i in range(token.i + 2, min(token.i + 10, len(self.doc))) if self.doc[i].text in _CLOSING), None
            )
            if end is None:
                continue
            begin, stop = token.i + 1, end
            while stop > begin and self.doc[stop - 1].text in (",", "."):
                stop -= 1
            if begin < stop:
                yield Candidate(
                    begin, stop, [Vote("Work", _TITLE_WEIGHT, f"apposition: {before.lower_}")], rank=3, kind="cue"
                )

    def _settle(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Candidates without overlaps: compounds first, then the longer, then the better known; equal spans pool votes."""
        pooled: dict[tuple[int, int], Candidate] = {}
        for name in candidates:
            same = pooled.get((name.begin, name.end))
            if same is None:
                pooled[name.begin, name.end] = Candidate(name.begin, name.end, list(name.votes), name.rank, name.kind)
            else:
                same.votes += [vote for vote in name.votes if vote not in same.votes]
                if name.rank > same.rank:
                    same.rank, same.kind = name.rank, name.kind
        listed = {(name.begin, name.end) for name in pooled.values() if name.kind == "known"}
        order = sorted(
            pooled.values(),
            key=lambda n: (-(n.rank == 3), self._is_padded(n, listed), n.begin - n.end, -n.rank, n.begin),
        )
        taken: set[int] = set()
        chosen = []
        for name in order:
            tokens = range(name.begin, name.end)
            if taken.isdisjoint(tokens):
                taken.update(tokens)
                chosen.append(name)
        return sorted(chosen, key=lambda n: n.begin)

    def _with_nickname(self, name: Candidate) -> Candidate:
        """A quoted "Chinese Trump" is one name, not Trump."""
        before = self.doc[name.begin - 1] if name.begin > 1 else None
        if before is None or before.text not in self.known.adjectives or self.doc[before.i - 1].text not in _OPENING:
            return name
        following = [word.text for word in self.doc[name.end : name.end + 2]]
        if any(word in _CLOSING for word in following):
            return Candidate(
                before.i, name.end, [vote for vote in name.votes if vote.reason == "model"], name.rank, name.kind
            )
        return name

    def _is_headline_word(self, name: Candidate, chosen: Sequence[Candidate]) -> bool:
        """Whether only the model took one word of a headline for a name, and the article never uses it again."""
        if name.kind != "model" or name.end - name.begin > 1 or self.doc[name.begin].sent.start not in self.shouted:
            return False
        text = self.doc[name.begin].text
        return not any(other is not name and text in self.doc[other.begin : other.end].text for other in chosen)

    def _is_padded(self, name: Candidate, listed: set[tuple[int, int]]) -> bool:
        """Whether the candidate is a listed name with a word that only describes it: "Clubhouse app", "Chinese TikTok"."""
        if name.kind != "model" or name.end - name.begin < 2:
            return False
        first, last = self.doc[name.begin], self.doc[name.end - 1]
        if (name.begin, name.end - 1) in listed:
            lower = last.lower_
            if (
                last.text[:1].islower()
                or last.pos_ in ("VERB", "ADP")
                or self.nouns.class_of([lower])
                or self.nouns.class_of([lower[:-1]])
            ):
                return True
        return (name.begin + 1, name.end) in listed and (
            self.known.country_of(first.text) is not None or first.text[:1].islower()
        )

    def _repeated(self, chosen: Sequence[Candidate]) -> Iterator[Candidate]:
        """Further places of names that were found somewhere in the document, and bare surnames of its persons."""
        forms: dict[str, str] = {}
        for name in chosen:
            text = self.doc[name.begin : name.end].text
            if name.votes and coarse(name.votes[0].class_name) == "Group":
                continue
            if name.kind == "known" or (len(text) >= _MIN_REPEATED_CHARS and text[:1].isupper()):
                forms[text] = "repeated name"
                best = max(name.votes, key=lambda vote: vote.weight).class_name
                last = self.doc[name.end - 1].text
                is_noun = last.lower() in self.nouns.classes or last.lower() in self.nouns.titles
                if best == "Person" and name.end - name.begin > 1 and len(last) > 1 and not is_noun:
                    forms.setdefault(last, f"surname of {text}")
        by_first: dict[str, list[str]] = defaultdict(list)
        for form in forms:
            by_first[form.split()[0]].append(form)
        covered = {i for name in chosen for i in range(name.begin, name.end)}
        for token in self.doc:
            if token.i in covered or not self.readable[token.i] or not token.text[:1].isupper():
                continue
            for form in sorted(by_first.get(token.text, ()), key=lambda form: (-len(form), form)):
                end = self.ends.get(token.idx + len(form))
                if end and self.raw.startswith(form, token.idx) and covered.isdisjoint(range(token.i, end)):
                    if token.pos_ == "PROPN" or len(form.split()) > 1 or len(form) == 1:
                        yield Candidate(token.i, end, [], rank=0, kind="repeated")
                    break


_OPENING = frozenset({'"', "“", "‘", "'", "``", "«"})
_CLOSING = frozenset({'"', "”", "’", "'", "''", "»"})
_OF_HEADS = frozenset(
    {"University", "Ministry", "Bank", "Court", "House", "Institute", "Bureau", "Office", "Republic", "City"}
)


def _is_title(token: Token, nouns: Nouns) -> bool:
    return token.lower_ in nouns.titles


def _inner_capital(word: str) -> bool:
    return len(word) > 2 and any(char.isupper() for char in word[1:]) and any(char.islower() for char in word)


def _singular(token: Token, nouns: Nouns) -> str:
    return (
        nouns.singular(token.lemma_ or token.text) if token.lower_ not in nouns.plurals else nouns.plurals[token.lower_]
    )


def _title_case_sentences(doc: Doc) -> set[int]:
    """First tokens of headlines, where capitals say nothing: most longer words have one."""
    shouted = set()
    for sentence in doc.sents:
        words = [token for token in sentence if token.is_alpha and len(token) > 3]
        if len(words) < 4 or any(token.text[:1].islower() and token.pos_ in ("VERB", "NOUN") for token in words):
            continue
        if sum(token.text[:1].isupper() for token in words) / len(words) > 0.75:
            shouted.add(sentence.start)
    return shouted
