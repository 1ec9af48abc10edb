"""A predicate in its sentence -> modality, whether a state is over, and who says it.

Walks from the predicate up through the clauses that hold it: negation, auxiliaries and adverbs count where they stand, verbs
and nouns of saying, planning, doubting and denying count for the clauses below them. A doubt outweighs everything else,
since a false assertion is the worse error.
"""

__all__ = ["SPEECH", "UNNAMED_SOURCES", "Status", "status_of", "tense_is_past"]

from dataclasses import dataclass

from kg.nlp.syntax import Syntax
from kg.records import Modality

#: Verbs whose complement is somebody's claim.
SPEECH = frozenset(
    "say tell state announce report claim add note explain write tweet post reveal disclose declare insist "
    "maintain argue stress emphasise emphasize remark comment warn assert confirm acknowledge admit recall "
    "believe think suggest estimate contend conclude testify mention observe reply respond reiterate affirm boast "
    "complain describe inform predict forecast reckon find show indicate hint imply signal allege feel quip joke "
    "vow swear deny dispute dismiss reject refute".split()
)
_DENIALS = frozenset(
    "deny refute dispute reject dismiss disprove debunk refuse decline fail rule stop prevent prohibit forbid ban "
    "bar avoid cancel scrap abandon halt block thwart foil abort neglect cease".split()
)
_DOUBTS = frozenset(
    "allege accuse suspect fear worry doubt question consider ask wonder hope wish want threaten urge call demand "
    "request propose recommend advise encourage invite push pressure mull contemplate weigh explore eye discuss "
    "debate try attempt struggle imagine assume suppose risk seek bid challenge lobby dream tempt warn predict "
    "forecast speculate rumour rumor hint tout offer pretend appear seem tend believe think need allow permit "
    "enable let authorise authorize entitle qualify dare desire prefer favour favor oppose expose investigate "
    "charge indict sentence".split()
)
_PLANS = frozenset(
    "plan intend aim agree promise vow pledge prepare expect schedule decide set due poise ready determine commit "
    "aspire slate look move opt resolve order instruct hire contract bound likely earmark".split()
)
_DOUBT_NOUNS = frozenset(
    "possibility prospect threat delusion belief myth illusion impression misconception lie hoax rumours fear "
    "hope chance call demand proposal bid attempt effort claim allegation accusation suspicion rumour rumor "
    "speculation idea talk question risk likelihood case suggestion request offer option opportunity right "
    "ability need danger concern warning probability potential notion dream desire wish petition motion campaign "
    "push appeal pressure charge theory".split()
)
#: Verbs whose infinitive did happen; any other infinitive is not taken for a fact.
_FACTIVE = frozenset(
    "manage begin start continue come help force lead cause get happen choose inspire prompt spur prove use rush "
    "return live serve find know show see rise".split()
)
_PLAN_NOUNS = frozenset(
    "plan decision intention promise pledge goal aim agreement vow commitment intent order deal contract strategy "
    "vote".split()
)
_DOUBT_ADVERBS = frozenset(
    "perhaps possibly maybe probably likely allegedly supposedly potentially theoretically hypothetically almost "
    "nearly apparently seemingly presumably".split()
)
_REPORT_ADVERBS = frozenset("reportedly purportedly rumouredly".split())
_DENIAL_ADVERBS = frozenset(["not", "n't", "n’t", "never", "neither", "nor", "hardly", "barely", "no"])
_DOUBT_MODALS = frozenset(
    ["may", "might", "could", "would", "should", "must", "can", "ought", "'d", "’d", "shall", "ca"]
)
_CONDITIONS = frozenset("if unless whether lest provided until till supposing assuming".split())
_DOUBT_ADJECTIVES = frozenset(
    "potential possible alleged looming threatened likely hypothetical suspected would-be rumoured rumored feared "
    "imaginary fake fictional purported supposed so-called attempted eventual conceivable outright".split()
)
_PLAN_ADJECTIVES = frozenset(
    "planned proposed impending upcoming forthcoming expected imminent scheduled future pending coming next "
    "intended prospective new-look".split()
)
_FACTUAL_ORDINALS = frozenset("first second third last only latest youngest oldest next".split())
#: "Was told to" is an order, "is said to" hearsay.
_ORDERS = frozenset({"tell", "warn", "announce", "vow", "swear", "inform", "signal"})
#: Verbs whose clause is no more than thought possible.
_GUESSES = frozenset(
    "suggest speculate allege suspect fear hope doubt wonder ask question imagine warn hint predict forecast "
    "imply worry expect".split()
)
#: What is known, or not known, is so.
_KNOWLEDGE = frozenset(
    "know realise realize notice forget regret remember learn discover recognise recognize understand care mind".split()
)
#: Subjects of speech verbs that name no source.
UNNAMED_SOURCES = frozenset(
    "critic source official people analyst expert observer report it some many others insider user media rumour "
    "rumor they person witness supporter opponent who study research commentator".split()
)
#: Verbs whose object, an event, has not come, or is only looked out for.
_AWAITS = frozenset({"plan", "prepare", "await", "expect", "schedule"})
_SHUNS = frozenset(
    "face avoid prevent threaten fear oppose call demand urge seek propose consider request want support back "
    "discuss weigh risk".split()
)


@dataclass(frozen=True, slots=True)
class Status:
    """What a sentence says of a proposition's standing; `speaker` is a token, `is_reported` an unnamed source."""

    modality: Modality = "Asserted"
    speaker: int | None = None
    is_reported: bool = False
    past: bool = False


class _Marks:
    """What was met on the way up."""

    def __init__(self) -> None:
        self.denials = 0
        self.doubt = self.plan = self.report = self.past = False
        self.speaker: int | None = None

    def status(self) -> Status:
        modality: Modality = "Asserted"
        if self.doubt or self.denials > 1:
            modality = "Hypothetical"
        elif self.denials == 1:
            modality = "Denied"
        elif self.plan:
            modality = "Planned"
        elif self.report and self.speaker is None:
            modality = "Reported"
        return Status(modality, self.speaker, self.report and self.speaker is None, self.past)


def status_of(syntax: Syntax, predicate: int | None) -> Status:
    """The standing of what the predicate says; None (an apposition, a title) is presupposed and so asserted."""
    marks = _Marks()
    if predicate is None:
        return marks.status()
    i = predicate
    if syntax.pos[i] in ("NOUN", "PROPN") and not syntax.children(i, "cop"):
        _read_noun(syntax, i, marks)
    for _ in range(30):
        _read_clause(syntax, i, marks)
        up = _step_up(syntax, i, marks)
        if up is None:
            break
        i = up
    return marks.status()


def tense_is_past(syntax: Syntax, predicate: int) -> bool:
    """Whether the predicate is in the simple past or past perfect ("was", "had worked"), not the perfect ("has led")."""
    helpers = syntax.children(predicate, "aux", "aux:pass", "cop")
    for kid in helpers:
        if syntax.lower[kid] in (
            "has",
            "have",
            "is",
            "are",
            "'s",
            "’s",
            "'ve",
            "’ve",
            "am",
            "be",
            "'re",
            "’re",
            "will",
            "'ll",
        ):
            return False
    if any(syntax.lower[kid] in ("was", "were", "had", "used") for kid in helpers):
        return True
    if syntax.lemmas[syntax.heads[predicate]] == "use" and syntax.deps[predicate] == "xcomp":
        return True
    return syntax.tags[predicate] == "VBD" and not helpers


def _read_clause(syntax: Syntax, i: int, marks: _Marks) -> None:
    """Auxiliaries, adverbs, markers and determiners of one predicate."""
    for kid in syntax.kids[i]:
        word, label = syntax.lower[kid], syntax.deps[kid]
        if label in ("aux", "aux:pass"):
            marks.doubt |= word in _DOUBT_MODALS
            marks.plan |= word in ("will", "'ll", "’ll", "wo")
        elif label in ("advmod", "cc", "cc:preconj", "discourse"):
            _read_adverb(syntax, kid, word, marks)
        elif label == "mark":
            marks.doubt |= word in _CONDITIONS
        elif (
            (label == "case" and word == "without")
            or (label == "det" and word == "no")
            or (label in ("nsubj", "nsubj:pass", "obj") and _is_none(syntax, kid))
        ):
            marks.denials += 1
        elif label in ("obl", "parataxis", "advcl"):
            _read_source(syntax, kid, label, marks)
    if _is_question(syntax, i):
        marks.doubt = True


def _read_adverb(syntax: Syntax, kid: int, word: str, marks: _Marks) -> None:
    if word in _DENIAL_ADVERBS:
        if word == "no" and any(
            syntax.lower[k] in ("longer", "more") for k in (kid + 1, *syntax.kids[kid]) if k < len(syntax)
        ):
            marks.past = True
        marks.denials += 1
    elif word == "longer" and syntax.lower[max(kid - 1, 0)] == "no":
        marks.past = True
        marks.denials += 1
    marks.doubt |= word in _DOUBT_ADVERBS
    marks.report |= word in _REPORT_ADVERBS
    marks.past |= word in ("formerly", "previously", "once") and syntax.deps[kid] == "advmod"


def _read_source(syntax: Syntax, kid: int, label: str, marks: _Marks) -> None:
    """ "According to X", and "X said" set inside or behind the sentence."""
    if label in ("obl", "advcl"):
        if any(p in ("according to", "per", "according") for p in syntax.prepositions(kid)):
            _name_source(syntax, kid, marks)
        elif syntax.lower[kid] == "according":
            for k in syntax.children(kid, "obl"):
                _name_source(syntax, k, marks)
    elif syntax.lemmas[kid] in SPEECH:
        for subject in syntax.children(kid, "nsubj")[:1]:
            _name_source(syntax, subject, marks)


def _name_source(syntax: Syntax, token: int, marks: _Marks) -> None:
    if marks.speaker is not None:
        return
    token = syntax.antecedent(token)
    unnamed = syntax.pos[token] == "NOUN" and syntax.lemmas[token] in UNNAMED_SOURCES
    if unnamed or syntax.lower[token] in ("it", "some", "many", "others", "one"):
        marks.report = True
    else:
        marks.speaker = token


def _is_none(syntax: Syntax, i: int) -> bool:
    if syntax.lower[i] in ("nobody", "none", "nothing", "neither"):
        return True
    return any(syntax.lower[k] in ("no", "neither") and syntax.deps[k] == "det" for k in syntax.kids[i])


def _is_question(syntax: Syntax, i: int) -> bool:
    first, last = syntax.sentence[i]
    end = last
    while end > first and not syntax.words[end].strip("\"'”’»)\n "):
        end -= 1
    return "?" in syntax.words[end]


def _step_up(syntax: Syntax, i: int, marks: _Marks) -> int | None:
    """The predicate above, after its effect on the clause was noted; None at the top or at a border."""
    head, label = syntax.heads[i], syntax.deps[i]
    if head == i:
        return None
    lemma = syntax.lemmas[head]
    has_to = syntax.tags[i] in ("VB", "VBN", "NN") and (
        any(syntax.lower[k] == "to" for k in syntax.children(i, "mark")) or (i > 0 and syntax.lower[i - 1] == "to")
    )
    if label == "conj":
        own = syntax.children(i, "nsubj", "nsubj:pass", "aux", "aux:pass", "cop", "mark")
        if own:
            _inherit_speech(syntax, head, marks)
            return None
        return head
    if label in ("xcomp", "ccomp", "csubj", "csubj:pass", "csubj:outer"):
        _read_governor(syntax, i, head, lemma, marks, has_to=has_to)
        if label == "ccomp" and lemma in _KNOWLEDGE:
            return None
        return head
    if label == "advcl":
        marks.plan |= has_to and not _is_outcome(syntax, i, head)
        _inherit_speech(syntax, head, marks)
        opening = {syntax.lower[k] for k in syntax.kids[i] if k < i}
        if opening & {"when", "once", "whenever"} and syntax.tags[i] in ("VBP", "VBZ"):
            marks.doubt = True
        if "before" in opening:
            return None
        return head if not syntax.children(i, "nsubj", "nsubj:pass") else None
    if label == "acl":
        return _read_noun_clause(syntax, head, lemma, marks, has_to=has_to)
    if label in ("obj", "obl", "nmod", "nsubj", "nsubj:pass", "compound", "obl:agent") and syntax.pos[i] in (
        "NOUN",
        "PROPN",
        "VERB",
    ):
        return _read_noun_place(syntax, head, label, marks)
    if label == "parataxis" and lemma in SPEECH and syntax.pos[head] == "VERB":
        for subject in syntax.children(head, "nsubj")[:1]:
            _name_source(syntax, subject, marks)
    return None


def _is_outcome(syntax: Syntax, i: int, head: int) -> bool:
    """ "X beat Y to win the cup", "rose to become": an infinitive that tells what came of it."""
    return syntax.lemmas[i] in (
        "become",
        "win",
        "reach",
        "claim",
        "take",
        "finish",
        "secure",
        "lead",
    ) and syntax.lemmas[head] in (
        "beat",
        "defeat",
        "go",
        "rise",
        "grow",
        "edge",
        "overcome",
        "rally",
        "come",
        "return",
        "fight",
        "grab",
        "storm",
        "cruise",
        "thrash",
        "outlast",
    )


def _read_governor(syntax: Syntax, i: int, head: int, lemma: str, marks: _Marks, *, has_to: bool) -> None:
    passive = syntax.is_passive(head)
    if passive and has_to and lemma in SPEECH and lemma not in _ORDERS:
        marks.report = True
        return
    if lemma in SPEECH and syntax.deps[i] == "ccomp":
        if passive:
            marks.report = True
        else:
            for subject in syntax.children(head, "nsubj")[:1] or syntax.subjects(head)[:1]:
                _name_source(syntax, subject, marks)
    if (
        syntax.deps[i] == "ccomp"
        and lemma in SPEECH
        and _is_negated(syntax, head)
        and lemma not in ("believe", "think")
    ):
        # who does not say that it is so has not said that it is not
        marks.doubt = True
    if (lemma in _DENIALS and lemma != "rule") or (lemma == "rule" and syntax.children(head, "compound:prt")):
        marks.denials += 1
    elif lemma in _GUESSES and syntax.deps[i] == "ccomp":
        marks.doubt = True
    elif (lemma in ("go", "be") and has_to) or (has_to and lemma in _PLANS):
        marks.plan = True
    elif (
        (syntax.deps[i] == "xcomp" and lemma in _DOUBTS)
        or (has_to and lemma not in _FACTIVE)
        or syntax.deps[i].startswith("csubj")
    ):
        marks.doubt = True


def _is_negated(syntax: Syntax, i: int) -> bool:
    return any(syntax.lower[k] in _DENIAL_ADVERBS and syntax.deps[k] == "advmod" for k in syntax.kids[i])


def _inherit_speech(syntax: Syntax, head: int, marks: _Marks) -> None:
    """A clause coordinated with, or beside, a reported one is reported by the same source."""
    top = head
    for _ in range(20):
        above = syntax.heads[top]
        if syntax.deps[top] == "ccomp" and syntax.lemmas[above] in SPEECH:
            _read_governor(syntax, top, above, syntax.lemmas[above], marks, has_to=False)
            return
        if above == top or syntax.deps[top] in ("acl:relcl",):
            return
        top = above


def _read_noun_clause(syntax: Syntax, head: int, lemma: str, marks: _Marks, *, has_to: bool) -> int | None:
    if lemma in _DOUBT_NOUNS:
        marks.doubt = True
    elif lemma in _PLAN_NOUNS and has_to:
        marks.plan = True
    elif has_to and not any(syntax.lower[k] in _FACTUAL_ORDINALS for k in syntax.children(head, "amod", "advmod")):
        marks.doubt = True
    return None


def _read_noun(syntax: Syntax, i: int, marks: _Marks) -> None:
    """Adjectives and determiners of an event noun, and nouns and verbs that hold it at arm's length."""
    for kid in syntax.kids[i]:
        word = syntax.lower[kid]
        if syntax.deps[kid] in ("amod", "compound", "acl", "nmod:desc"):
            marks.doubt |= word in _DOUBT_ADJECTIVES
            marks.plan |= word in _PLAN_ADJECTIVES
    head, label = syntax.heads[i], syntax.deps[i]
    if label in ("nmod", "compound", "nmod:poss") and syntax.pos[head] == "NOUN":
        marks.doubt |= syntax.lemmas[head] in _DOUBT_NOUNS
        marks.plan |= syntax.lemmas[head] in _PLAN_NOUNS and syntax.lemmas[head] not in (
            "deal",
            "agreement",
            "order",
            "contract",
        )


def _read_noun_place(syntax: Syntax, head: int, label: str, marks: _Marks) -> int | None:
    """An event noun under a verb shares the verb's standing, unless the noun is taken for granted as its subject."""
    if syntax.pos[head] not in ("VERB", "AUX"):
        return None
    lemma = syntax.lemmas[head]
    if label in ("obj", "obl"):
        marks.plan |= lemma in _AWAITS
        marks.doubt |= lemma in _SHUNS
    if label in ("obj", "nsubj:pass"):
        if lemma in ("deny", "rule", "cancel", "scrap", "call"):
            marks.denials += 1
        return head
    return None
