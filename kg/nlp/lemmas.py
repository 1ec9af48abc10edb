"""Word and part of speech -> lemma, by irregular forms, suffix rules and a list of known words; no form is invented.

The word lists (kg/nlp/model/lemmas.json.gz) are the English tables of spacy-lookups-data (MIT; from WordNet).
"""

__all__ = ["Lemmatizer", "read_lemmatizer"]

import gzip
import json
from pathlib import Path

from kg.errors import ModelError

VOWELS = frozenset("aeiou")

_VERB_FORMS = {
    **dict.fromkeys(("am", "is", "are", "was", "were", "been", "being", "'m", "'re", "ai", "'s"), "be"),
    **dict.fromkeys(("has", "had", "having", "'ve"), "have"),
    **dict.fromkeys(("does", "did", "done", "doing"), "do"),
}
#: Function words and contractions that carry another lemma than their form, by universal part of speech ("" is any).
FUNCTION_WORDS: dict[str, dict[str, str]] = {
    "AUX": {
        **_VERB_FORMS,
        "'ll": "will",
        "wo": "will",
        "ca": "can",
        "'d": "would",
        "sha": "shall",
        "got": "get",
        "getting": "get",
    },
    "VERB": _VERB_FORMS | {"'d": "have"},
    "PART": {"n't": "not", "na": "to", "'": "'s"},
    "ADV": {"n't": "not", "better": "well", "best": "well"},
    "PRON": {
        "me": "I",
        "i": "I",
        "him": "he",
        "us": "we",
        "'s": "we",
        "them": "they",
        "'em": "they",
        "whom": "who",
        "these": "this",
        "those": "that",
        "others": "other",
    },
    "DET": {"an": "a", "these": "this", "those": "that"},
}
#: Plurals that are not the plural of anything, or whose singular is another word.
PLURAL_ONLY = frozenset(
    """
    belongings clothes data earnings goods headquarters hijinks jeans means media news outskirts premises proceeds remains
    savings scissors series species sunglasses surroundings thanks troops trousers whereabouts
    """.split()
)

#: Suffix rules of regular forms: ending -> what may stand in its place, most likely first.
RULES: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "noun": (
        ("ies", ("y", "ie")),
        ("ves", ("ve", "f", "fe")),
        ("sses", ("ss",)),
        ("shes", ("sh", "she")),
        ("ches", ("ch", "che")),
        ("xes", ("x", "xe")),
        ("zes", ("ze", "z")),
        ("oes", ("o", "oe")),
        ("ses", ("se", "s")),
        ("men", ("man",)),
        ("s", ("",)),
    ),
    "verb": (
        ("ies", ("y", "ie")),
        ("sses", ("ss",)),
        ("shes", ("sh",)),
        ("ches", ("ch", "che")),
        ("xes", ("x",)),
        ("zzes", ("zz",)),
        ("oes", ("o", "oe")),
        ("s", ("",)),
        ("ied", ("y", "ie")),
        ("ed", ("", "e")),
        ("ying", ("y", "ie")),
        ("ing", ("", "e")),
    ),
    "adj": (("ier", ("y",)), ("iest", ("y",)), ("er", ("", "e")), ("est", ("", "e"))),
}


class Lemmatizer:
    """Lemmas by table and rule.

    Args:
        known: Known base forms of `noun`, `verb` and `adj`.
        irregular: Form -> base form of irregular words, for the same three.
    """

    def __init__(self, known: dict[str, frozenset[str]], irregular: dict[str, dict[str, str]]) -> None:
        self._known = known
        self._irregular = irregular
        self._cache: dict[tuple[str, str, str], str] = {}

    def __call__(self, word: str, pos: str, tag: str) -> str:
        """Lemma of a word with its universal part of speech and Penn tag; the lower-cased word when nothing is known."""
        key = (word, pos, tag)
        if key not in self._cache:
            # bounded, so that a worker that reads an archive does not grow
            if len(self._cache) > 100_000:
                self._cache.clear()
            self._cache[key] = self._lemma(word, pos, tag)
        return self._cache[key]

    def _lemma(self, word: str, pos: str, tag: str) -> str:
        if pos in ("PROPN", "X", "PUNCT", "SYM"):
            return self._singular_name(word) if tag == "NNPS" else word
        lower = word.lower().replace("’", "'")
        fixed = FUNCTION_WORDS.get(pos, {}).get(lower)
        if fixed is not None:
            return fixed
        if lower == "her":
            return "her" if tag == "PRP$" else "she"
        if pos == "NOUN" and tag == "NNS":
            if lower in PLURAL_ONLY or lower[0].isdigit():
                return lower
            return self._base(lower, "noun")
        if (pos in ("VERB", "AUX") and tag in ("VBD", "VBN", "VBG", "VBZ")) or (pos == "VERB" and tag == "NN"):
            return self._base(lower, "verb")
        if pos in ("ADJ", "ADV") and tag in ("JJR", "JJS", "RBR", "RBS"):
            return self._base(lower, "adj")
        return lower

    def _singular_name(self, word: str) -> str:
        """Singular of a people (Americans, American) and nothing else: Philippines keeps its s."""
        return word[:-1] if word.endswith("ans") and len(word) > 5 else word

    def _base(self, word: str, kind: str) -> str:
        irregular, known = self._irregular[kind], self._known[kind]
        if word in irregular:
            return irregular[word]
        head, hyphen, last = word.rpartition("-")
        if hyphen and head and last:
            return f"{head}-{self._base(last, kind)}"
        for suffix, endings in RULES[kind]:
            if word.endswith(suffix) and len(word) - len(suffix) >= 2:
                stem = word[: len(word) - len(suffix)]
                return self._choose(word, stem, suffix, endings, known)
        return word

    def _choose(self, word: str, stem: str, suffix: str, endings: tuple[str, ...], known: frozenset[str]) -> str:
        candidates = [stem + ending for ending in endings]
        doubled = len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "aeioulsz"
        if suffix in ("ed", "ing", "er", "est") and len(stem) > 2 and stem[-1] == stem[-2]:
            candidates.insert(0 if doubled else 1, stem[:-1])
        found = [candidate for candidate in candidates if candidate in known]
        if suffix in ("ed", "ing") and len(found) > 1 and _wants_e(stem):
            return stem + "e" if stem + "e" in found else found[0]
        if found:
            return found[0]
        if suffix == "men" or (suffix in ("er", "est", "ier", "iest")) or word.endswith(("ss", "us", "is")):
            return word
        if suffix in ("ed", "ing"):
            if not VOWELS & set(stem + "y"[: "y" in stem]):
                return word
            return stem[:-1] if doubled else stem + "e" if _wants_e(stem) else stem
        return candidates[0]


def _wants_e(stem: str) -> bool:
    """Whether a verb stem without its -ed or -ing most likely ends in -e: "migrat", "observ", "produc", "shar"."""
    if stem.endswith(
        ("at", "iz", "ys", "uc", "rc", "nc", "v", "u", "rg", "dg", "bl", "pl", "tl", "dl", "gl", "fl", "cl")
    ):
        return not stem.endswith(("eat", "oat"))
    if len(stem) >= 2 and stem[-1] in "stcgrklmnpbdz" and stem[-2] in "iuoa":
        # a single vowel before a single consonant: "shar", "hop", "cit"; not "rain", "visit", "offer"
        return not (len(stem) >= 3 and stem[-3] in VOWELS) and sum(c in VOWELS for c in stem) == 1
    return False


def read_lemmatizer(path: Path) -> Lemmatizer:
    """The lemmatizer of a gz-compressed table.

    Raises:
        ModelError: the file is missing or damaged.
    """
    try:
        tables = json.loads(gzip.decompress(path.read_bytes()))
        known = {kind: frozenset(words.split()) for kind, words in tables["known"].items()}
        return Lemmatizer(known, tables["irregular"])
    except (OSError, EOFError, ValueError, KeyError, AttributeError) as exc:
        raise ModelError(f"The lemma table {path} is missing or damaged ({exc}). Install Dateline again.") from exc
