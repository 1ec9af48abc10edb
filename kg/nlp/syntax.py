"""A parsed Doc -> plain lists of lemmas, labels and children, and the grammatical questions that patterns ask of them.

Voice, control, relative clauses, participles, appositions and coordination are undone here once, so that a pattern only
says `agent` and `patient`. All numbers are token indices of the Doc; labels are Universal Dependencies v2.
"""

__all__ = ["RELATIVES", "Bearer", "Syntax"]

from dataclasses import dataclass

from spacy.tokens import Doc

RELATIVES = frozenset({"who", "which", "that", "whom", "whose"})
_RELATIVE_PLACES = frozenset({"where", "when", "why", "how"})
_NOMINAL = frozenset({"NOUN", "PROPN", "PRON", "NUM", "ADJ", "SYM", "X", "DET"})
_CLAUSAL = frozenset(
    {"root", "ccomp", "advcl", "advcl:relcl", "acl", "acl:relcl", "parataxis", "csubj", "csubj:pass", "csubj:outer"}
)
_OBLIQUES = (
    "obl",
    "obl:agent",
    "obl:tmod",
    "obl:npmod",
    "obl:unmarked",
    "nmod",
    "nmod:npmod",
    "nmod:desc",
    "nmod:unmarked",
)
_EXAMPLES = frozenset({"like", "such as", "including"})
_GIVE_ROLE = frozenset(
    {
        "name",
        "appoint",
        "elect",
        "make",
        "choose",
        "hire",
        "install",
        "nominate",
        "call",
        "select",
        "reelect",
        "re-elect",
        "pick",
        "swear",
    }
)
_HOLD_ROLE = frozenset({"serve", "work", "act", "continue", "start", "begin", "join", "return"})
_LEAVE_ROLE = frozenset({"resign", "retire", "quit", "leave", "step", "stand", "depart"})
_TITLES = frozenset({"compound", "nmod:desc", "amod", "nmod", "nmod:unmarked", "flat"})
_PROMISES = frozenset({"promise", "vow", "pledge", "threaten", "use", "take", "spend"})


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who bears a role noun: a token, the predicate that says so (None: an apposition or a title), whether it is over."""

    token: int
    predicate: int | None
    past: bool = False
    how: str = ""


class Syntax:
    """The tokens of one Doc as plain lists, with memory for the questions that several patterns ask."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.words = [token.text for token in doc]
        self.lower = [word.lower() for word in self.words]
        self.lemmas = [(token.lemma_ or token.text).lower() for token in doc]
        self.pos = [token.pos_ for token in doc]
        self.tags = [token.tag_ for token in doc]
        self.deps = [token.dep_.lower() for token in doc]
        self.heads = [token.head.i for token in doc]
        self.begins = [token.idx for token in doc]
        self.ends = [token.idx + len(token.text) for token in doc]
        self.kids: list[list[int]] = [[] for _ in self.words]
        for i, head in enumerate(self.heads):
            if head != i:
                self.kids[head].append(i)
        self.sentence = _sentences(self.heads, doc)
        self.name_starts = {ent.start for ent in doc.ents if ent.label_ != "Date"}
        self._subjects: dict[int, tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self.words)

    def children(self, i: int, *labels: str) -> list[int]:
        """Dependents of a token with one of the labels, in text order."""
        return [kid for kid in self.kids[i] if self.deps[kid] in labels]

    def prepositions(self, i: int) -> list[str]:
        """Case markers of a nominal, multiword ones joined ("according to"), in text order."""
        found = []
        for kid in self.kids[i]:
            if self.deps[kid] == "case":
                rest = [self.lower[k] for k in self.kids[kid] if self.deps[k] == "fixed"]
                found.append(" ".join([self.lower[kid], *rest]))
        return found

    def prepositional(self, i: int, prepositions: frozenset[str]) -> list[int]:
        """Nominal dependents of a token that stand behind one of the prepositions."""
        noun = self.pos[i] in ("NOUN", "PROPN") and not self.children(i, "cop")
        found = [
            kid
            for kid in self.kids[i]
            if self.deps[kid] in _OBLIQUES
            and (kid > i or not noun)
            and any(word in prepositions for word in self.prepositions(kid))
        ]
        if (
            not found
            and noun
            and i + 1 < len(self)
            and self.deps[i + 1] == "case"
            and self.lower[i + 1] in prepositions
        ):
            # what stands right behind the noun is its own, wherever the parser hung it
            found = [self.heads[i + 1]] if self.heads[i + 1] > i else []
        return found

    def conjuncts(self, i: int) -> list[int]:
        """The token and the nominals coordinated with it to its right; what "not" or "nor" sets apart is left out."""
        found, queue = [], [i]
        for token in queue:
            if not self.is_excluded(token):
                found.append(token)
            if self.tags[token] == "NNS":
                # "platforms such as X and Y": what is said of the kind is said of its examples
                queue += self.prepositional(token, _EXAMPLES)
            queue += [
                k
                for k in self.children(token, "conj")
                if self.pos[k] in _NOMINAL and not self.children(k, "cop", "nsubj")
            ]
        if not any(self.children(token, "cc") for token in queue):
            # a comma alone does not coordinate: "Before X invaded Y, Z ..."
            return [token for token in found if token == i or self.deps[token] != "conj"]
        return found

    def is_excluded(self, i: int) -> bool:
        """Whether "no", "not" or "except" stands before the nominal itself."""
        return any(
            (
                self.deps[k] in ("advmod", "det", "cc", "cc:preconj")
                and self.lower[k] in ("not", "no", "neither", "nor", "n't")
            )
            or (self.deps[k] == "case" and self.lower[k] in ("except", "excluding", "without", "unlike"))
            for k in self.kids[i]
        )

    def is_passive(self, i: int) -> bool:
        """Whether a verb stands in the passive, as a finite verb or as a participle behind or before its noun."""
        if any(self.deps[k] in ("nsubj:pass", "aux:pass", "obl:agent", "csubj:pass") for k in self.kids[i]):
            return True
        if self.tags[i] != "VBN" or self.children(i, "obj", "nsubj", "aux"):
            return False
        if self.deps[i] in ("acl", "advcl", "amod", "acl:relcl", "xcomp", "ccomp"):
            return True
        return self.deps[i] == "conj" and self.is_passive(self.heads[i])

    def subjects(self, i: int) -> tuple[int, ...]:
        """Grammatical subjects of a predicate, through relative clauses, control, participles and coordination."""
        if i not in self._subjects:
            self._subjects[i] = ()
            self._subjects[i] = tuple(self.antecedent(s) for s in self._find_subjects(i))
        return self._subjects[i]

    def agents(self, i: int) -> list[int]:
        """Who does what the verb says, in either voice."""
        if not self.is_passive(i):
            return list(self.subjects(i))
        by = self.children(i, "obl:agent") or self.prepositional(i, frozenset({"by"}))
        return [self.antecedent(token) for token in by]

    def patients(self, i: int) -> list[int]:
        """To whom or what it is done, in either voice."""
        if self.is_passive(i):
            return list(self.subjects(i))
        objects = [self.antecedent(token) for token in self.children(i, "obj") or self.children(i, "iobj")]
        if not objects and self.pos[i] == "VERB":
            own = self.children(i, "nsubj")
            # two subjects, one on either side: the parser took a name it does not know for a subject
            objects = (
                own[1:]
                if len(own) > 1 and own[0] < i < own[1] and self.lemmas[i] not in ("say", "tell", "state")
                else []
            )
        return objects or self._gap(i)

    def antecedent(self, i: int) -> int:
        """The noun that a relative pronoun stands for; any other token is itself."""
        if self.lower[i] not in RELATIVES or self.pos[i] == "SCONJ":
            return i
        clause = self.heads[i]
        for _ in range(6):
            if self.deps[clause] in ("acl:relcl", "acl", "advcl:relcl"):
                return self.heads[clause]
            if self.heads[clause] == clause:
                break
            clause = self.heads[clause]
        return i

    def identical(self, i: int) -> list[int]:
        """Tokens that stand for the same thing by apposition, title or copula, nearest first."""
        found = self.children(i, "appos")
        if self.deps[i] == "appos":
            found.insert(0, self.heads[i])
        if self.pos[i] == "NOUN":
            found += [k for k in self.children(i, "flat") if self.pos[k] == "PROPN"][:1]
            if self.children(i, "cop"):
                found += self.subjects(i)
        return found

    def bearers(self, i: int) -> list[Bearer]:
        """Who bears the role noun `i`: appositions, titles, copulas, "as", "became" and "was named"."""
        if (
            self.deps[i] == "conj"
            and self.pos[self.heads[i]] in ("NOUN", "PROPN")
            and not self.children(i, "nsubj", "cop")
            and not (i + 1 < len(self) and self.pos[i + 1] == "PROPN")
        ):
            shared = self.bearers(self.heads[i])
            if shared and self.tags[i] in ("NN", "NNP", self.tags[self.heads[i]]):
                return [b for b in shared if b.token != i]
        found = []
        plural = self.tags[i] in ("NNS", "NNPS")
        if self.deps[i] == "appos" and not self.is_tight(i) and not self._is_listed(i, plural=plural):
            # in "A, head of X, and B, head of Y" the second apposition belongs to B
            between = [k for k in self.children(self.heads[i], "conj") if k < i]
            nearer = [k for k in between if self.pos[k] == "PROPN"] or ([] if between else [self.heads[i]])
            found += [Bearer(k, None, how="apposition") for k in nearer[-1:]]
        found += [
            Bearer(k, None, how="apposition")
            for k in self.children(i, "appos")
            if not plural or self.children(k, "conj")
        ]
        found += [Bearer(k, None, how="title") for k in self.children(i, "flat") if self.pos[k] == "PROPN"][:1]
        head = self.heads[i]
        if self.deps[i] in _TITLES and self.pos[head] == "PROPN" and i < head and self._is_title(i, head):
            found.append(Bearer(head, None, how="title"))
        if not found and i + 1 < len(self) and self.pos[i + 1] == "PROPN" and not self.children(i, "cop"):
            if plural and not self.children(i + 1, "conj"):
                return found
            hangs = self.heads[i + 1] == i and self.deps[i + 1] in ("compound", "flat", "nmod", "nmod:desc")
            if hangs or i + 1 in self.name_starts:
                found.append(Bearer(i + 1, None, how="title"))
        if self.deps[i] == "nsubj" and self.pos[head] == "PROPN" and self.children(head, "cop"):
            found.append(Bearer(head, head, how="copula"))
        beside = [b for b in found if b.token == i + 1]
        if beside and not plural:
            # "leader X, president Y": the name right behind the noun is the one that bears it
            return beside
        for verb in self.children(i, "acl"):
            if self.lemmas[verb] in ("call", "name", "dub", "title", "entitle", "know"):
                names = self.children(verb, "obj", "xcomp") or self.prepositional(verb, frozenset({"as"}))
                found += [Bearer(k, None, how="apposition") for k in names if self.pos[k] == "PROPN"]
        if self.children(i, "cop") and not self.children(i, "case"):
            found += [Bearer(s, i, how="copula") for s in self.subjects(i)]
        return found + self._bearers_by_verb(i)

    def _is_title(self, i: int, head: int) -> bool:
        """Whether nothing but the rest of a title stands between the noun and the name."""
        return not self.children(i, "case") and all(self.pos[k] in ("NOUN", "PROPN", "ADJ") for k in range(i + 1, head))

    def _is_listed(self, i: int, *, plural: bool) -> bool:
        """Whether what looks like an apposition is an item of a list: "X, consul of Y, the ambassador to Z and officials"."""
        others = self.children(self.heads[i], "appos")
        if plural:
            return not self.children(self.heads[i], "conj")
        if others and others[0] != i and others[0] < i and self.children(i, "det"):
            return True
        return any(self.children(k, "det", "nummod") or self.pos[k] == "PROPN" for k in self.children(i, "conj"))

    def is_tight(self, i: int) -> bool:
        """Whether an apposition stands right behind its head, as in "Norvia spokeswoman": no comma, no article."""
        head = self.heads[i]
        return head < i and all(
            self.heads[k] in (head, i) and self.pos[k] != "PUNCT" and self.deps[k] != "det" for k in range(head + 1, i)
        )

    def clause(self, i: int) -> int:
        """The predicate at the top of the token's own clause."""
        for _ in range(len(self.words)):
            if self.deps[i] in _CLAUSAL or self.heads[i] == i:
                return i
            if self.deps[i] == "conj" and (
                self.pos[i] in ("VERB", "AUX") or self.children(i, "nsubj", "nsubj:pass", "cop")
            ):
                return i
            i = self.heads[i]
        return i

    def subtree(self, i: int) -> list[int]:
        """The token and all below it, in text order."""
        found = [i]
        for token in found:
            found += self.kids[token]
        return sorted(found)

    def is_below(self, i: int, top: int) -> bool:
        """Whether `top` is the token or one of its ancestors."""
        for _ in range(len(self.words)):
            if i == top:
                return True
            if self.heads[i] == i:
                return False
            i = self.heads[i]
        return False

    def distance(self, i: int, top: int) -> int:
        """Steps from a token up to an ancestor; 99 when it is none."""
        for steps in range(len(self.words)):
            if i == top:
                return steps
            if self.heads[i] == i:
                break
            i = self.heads[i]
        return 99

    def _bearers_by_verb(self, i: int) -> list[Bearer]:
        verb, label = self.heads[i], self.deps[i]
        if label in ("xcomp", "obj") and self.lemmas[verb] in ("become", "remain") and not self.children(i, "case"):
            return [Bearer(s, verb, how="verb") for s in self.subjects(verb)]
        if label == "xcomp" and self.lemmas[verb] in _GIVE_ROLE and not self.children(i, "cop"):
            return [Bearer(s, verb, how="verb") for s in self.patients(verb)]
        if label in ("obl", "nmod", "xcomp", "advcl") and any(
            self.lower[k] == "as" for k in self.children(i, "case", "mark")
        ):
            lemma = self.lemmas[verb]
            if lemma in _GIVE_ROLE:
                return [Bearer(s, verb, how="verb") for s in self.patients(verb)]
            if lemma in _HOLD_ROLE:
                return [Bearer(s, verb, how="verb") for s in self.subjects(verb)]
            if lemma in _LEAVE_ROLE:
                return [Bearer(s, verb, past=True, how="verb") for s in self.subjects(verb)]
        return []

    def _find_subjects(self, i: int) -> list[int]:
        own = self.children(i, "nsubj", "nsubj:pass", "nsubj:outer")
        if own:
            before = [k for k in own if k < i] or own
            return before[-1:] if self.deps[before[-1]] == "nsubj" else before[:1]
        head, label = self.heads[i], self.deps[i]
        if label == "conj" and self.pos[head] in ("VERB", "AUX", "ADJ", "NOUN"):
            return list(self.subjects(head))
        if label == "xcomp":
            controlled = self.children(head, "obj", "iobj") if self.lemmas[head] not in _PROMISES else []
            return controlled or list(self.subjects(head))
        if label == "advcl" and self.pos[i] == "VERB" and self.tags[i] in ("VBG", "VBN", "VB"):
            return list(self.subjects(head)) if self.pos[head] in ("VERB", "AUX", "ADJ", "NOUN") else []
        if label == "acl":
            if any(self.lower[k] == "to" for k in self.children(i, "mark")):
                return self.children(head, "nmod:poss") or [head]
            return [head]
        if (label == "acl:relcl" and not self.children(i, "obj")) or (label == "amod" and i > head):
            return [head]
        return []

    def _gap(self, i: int) -> list[int]:
        if self.deps[i] != "acl:relcl" or self.pos[i] != "VERB":
            return []
        if any(self.lower[k] in _RELATIVE_PLACES for k in self.kids[i]):
            return []
        if any(self.lower[k] in RELATIVES and self.deps[k] != "obj" for k in self.subtree(i)):
            return []
        own = self.children(i, "nsubj")
        if not own or self.lower[own[0]] in RELATIVES or self.children(i, "ccomp", "xcomp"):
            return []
        return [self.heads[i]]


def _sentences(heads: list[int], doc: Doc) -> list[tuple[int, int]]:
    """First and last token of each token's sentence."""
    if not len(doc):
        return []
    spans: list[tuple[int, int]] = []
    for sent in doc.sents:
        spans += [(sent.start, sent.end - 1)] * (sent.end - sent.start)
    assert len(spans) == len(heads)
    return spans
