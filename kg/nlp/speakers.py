"""A verb of speech or a source phrase -> the words that name the speaker, as the matching mention where there is one."""

__all__ = ["Speakers"]

from collections.abc import Sequence

from spacy.tokens import Doc, Token

from kg.records import Argument, Mention

SUBJECTS = ("nsubj", "nsubj:outer", "nsubj:pass")
#: Labels that tie a title to the name that follows it: "spokesperson Guo Jiakun".
NAME_LINKS = frozenset({"flat", "appos", "compound", "nmod", "nmod:desc"})
RELATIVES = frozenset({"who", "that", "which"})
MAX_SEARCH_TOKENS = 8


class Speakers:
    """Finds speakers in one document."""

    def __init__(self, doc: Doc, mentions: Sequence[Mention]) -> None:
        self.doc, self._text = doc, doc.text
        starts = {token.idx: token.i for token in doc}
        ends = {token.idx + len(token): token.i + 1 for token in doc}
        self._covering: dict[int, list[Mention]] = {}
        self._spans: dict[tuple[int, int], tuple[int, int]] = {}
        for mention in mentions:
            begin, end = starts.get(mention.begin), ends.get(mention.end)
            if begin is None or end is None:
                continue
            self._spans[mention.begin, mention.end] = (begin, end)
            for i in range(begin, end):
                self._covering.setdefault(i, []).append(mention)

    def of_verb(self, verb: Token, outside: tuple[int, int]) -> Argument | None:
        """The speaker of a verb: its subject, or that of the clause it belongs to, not within the stretch `outside`."""
        subject = self._subject(verb, outside)
        if subject is None:
            subject = self._inverted(verb, outside)
        return self._argument(subject) if subject is not None else None

    def of_source(self, word: Token) -> Argument | None:
        """The noun after "according to"."""
        for token in self.doc[word.i + 1 : word.i + MAX_SEARCH_TOKENS]:
            if token.is_punct or token.is_sent_start:
                break
            if token.pos_ in ("NOUN", "PROPN", "PRON") and token.lower_ != "to":
                noun = token
                # up from a modifier to the head of its phrase: "the city's mayor"
                while noun.head.i > noun.i and noun.dep_ in ("compound", "amod", "nmod:poss", "nmod", "flat", "nummod"):
                    noun = noun.head
                return self._argument(noun)
        return None

    def _subject(self, verb: Token, outside: tuple[int, int]) -> Token | None:
        token = verb
        for _ in range(3):
            for kid in token.children:
                if kid.dep_ in SUBJECTS and not outside[0] <= kid.idx < outside[1]:
                    if kid.lower_ in RELATIVES and token.dep_.startswith("acl"):
                        return token.head
                    return kid
            if token.dep_ in ("acl", "acl:relcl"):
                return token.head if token.head.i < token.i else None
            if token.dep_ not in ("conj", "xcomp", "advcl") or token.head.i == token.i:
                return None
            token = token.head
            if outside[0] <= token.idx < outside[1]:
                return None
        return None

    def _inverted(self, verb: Token, outside: tuple[int, int]) -> Token | None:
        """“...,” said X, and “...,” X said, where the parser saw no subject: the noun beside the verb."""
        for token in self.doc[verb.i + 1 : verb.i + MAX_SEARCH_TOKENS]:
            if token.is_punct or token.is_sent_start or outside[0] <= token.idx < outside[1]:
                break
            if token.i in self._covering or token.pos_ in ("PROPN", "PRON"):
                return self._top(token)
            if token.pos_ in ("ADP", "SCONJ", "VERB"):
                break
        for token in reversed(self.doc[max(0, verb.i - 4) : verb.i]):
            if token.is_punct or outside[0] <= token.idx < outside[1]:
                break
            if token.pos_ in ("PROPN", "PRON", "NOUN"):
                return self._top(token)
        return None

    def _top(self, token: Token) -> Token:
        """The head of the innermost mention around the token, else the token."""
        around = self._covering.get(token.i)
        if not around:
            return token
        widest = max(around, key=lambda m: m.end - m.begin)
        return self._head(widest)

    def _head(self, mention: Mention) -> Token:
        begin, end = self._spans[mention.begin, mention.end]
        heads = [t for t in self.doc[begin:end] if not begin <= t.head.i < end or t.head.i == t.i]
        return heads[0] if heads else self.doc[end - 1]

    def _argument(self, subject: Token) -> Argument | None:
        """The mention whose head is the subject, a person's name tied to it before a description, else the phrase."""
        candidates = [m for m in self._covering.get(subject.i, ()) if self._head(m).i == subject.i]
        named = [m for m in candidates if m.kind == "name"]
        if not named:
            named = [m for m in self._tied_names(subject) if m.type == "Person"]
        chosen = named or candidates or self._covering.get(subject.i, [])
        if chosen:
            best = max(chosen, key=lambda m: (m.kind == "name", m.end - m.begin))
            return Argument(best.text, best.begin, best.end, "")
        if subject.pos_ not in ("NOUN", "PROPN", "PRON"):
            return None
        parts = [t.i for t in subject.lefts if t.dep_ in ("det", "amod", "compound", "nmod:poss", "nummod", "flat")]
        begin = self.doc[min([*parts, subject.i])].left_edge if parts else subject
        end = max([subject.i, *(t.i for t in subject.rights if t.dep_ in ("flat", "compound"))])
        last = self.doc[end]
        span_end = last.idx + len(last)
        return Argument(self._text[begin.idx : span_end], begin.idx, span_end, "")

    def _tied_names(self, subject: Token) -> list[Mention]:
        names = []
        for kid in subject.children:
            if kid.dep_ in NAME_LINKS and abs(kid.i - subject.i) <= MAX_SEARCH_TOKENS:
                names += [m for m in self._covering.get(kid.i, ()) if m.kind == "name" and self._head(m).i == kid.i]
        return names
