"""Words of a text -> literals: numbers, money, percentages, scores, job titles, in canonical form with the words kept.

Integers have no leading zeros, decimals are as short as they can be, currencies are ISO 4217 codes.
"""

__all__ = ["CURRENCIES", "money_near", "number_at", "percent_at", "score_at", "title_of"]

import re
from decimal import Decimal

from kg.nlp.syntax import Syntax
from kg.records import Literal

_SCALES = {
    "hundred": 100,
    "thousand": 1_000,
    "million": 1_000_000,
    "billion": 1_000_000_000,
    "trillion": 1_000_000_000_000,
    "k": 1_000,
    "m": 1_000_000,
    "mn": 1_000_000,
    "bn": 1_000_000_000,
    "b": 1_000_000_000,
    "tn": 1_000_000_000_000,
    "dozen": 12,
    "crore": 10_000_000,
    "lakh": 100_000,
}  # fmt: skip
_WORDS = {
    word: value
    for value, word in enumerate(
        (
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen"
        ).split()
    )
}
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
#: Symbols and words of money -> ISO 4217 code.
CURRENCIES = {
    "$": "USD", "us$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "₦": "NGN", "₽": "RUB",
    "₺": "TRY", "₱": "PHP", "a$": "AUD", "c$": "CAD", "hk$": "HKD", "nz$": "NZD", "s$": "SGD", "r$": "BRL", "nt$":
    "TWD", "rs": "INR", "dollar": "USD", "dollars": "USD", "euro": "EUR", "euros": "EUR", "yen": "JPY", "yuan":
    "CNY", "renminbi": "CNY", "rmb": "CNY", "pounds": "GBP", "rupees": "INR", "rubles": "RUB", "roubles": "RUB",
    "francs": "CHF", "won": "KRW", "naira": "NGN", "rand": "ZAR", "shekels": "ILS", "krona": "SEK", "kronor":
    "SEK", "kroner": "NOK", "zloty": "PLN", "lira": "TRY", "reais": "BRL", "dirhams": "AED", "usd": "USD", "eur":
    "EUR", "gbp": "GBP", "jpy": "JPY", "cny": "CNY", "inr": "INR", "chf": "CHF", "aud": "AUD", "cad": "CAD",
}  # fmt: skip
_QUALIFIERS = (
    "more than", "less than", "fewer than", "at least", "at most", "up to", "as many as", "as much as",
    "no more than", "no fewer than", "close to", "over", "under", "above", "below", "about", "around",
    "approximately", "roughly", "nearly", "almost", "some", "an estimated", "estimated", "just over",
    "just under", "well over",
)  # fmt: skip
_NUMERAL = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_SCORE = re.compile(r"^\d{1,3}[-–—:]\d{1,3}$")
_TITLE_SKIP = frozenset(
    "former ex- ex then current new late longtime long-time longstanding outgoing incoming retired young old "
    "famous renowned acclaimed popular prominent leading noted veteran aspiring first second third only fellow "
    "local several many other another same own future would-be alleged self-described controversial embattled "
    "onetime one-time award-winning well-known top senior-most great favorite favourite best good real close main "
    "best-known legendary beloved celebrated influential distinguished successful talented rising".split()
)


def _plain(value: Decimal) -> str:
    text = format(value.normalize(), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _amount(syntax: Syntax, i: int) -> tuple[Decimal, int, int] | None:
    """Value and first and last token of the numeral that the token belongs to."""
    begin = i
    while begin > 0 and _is_part(syntax.lower[begin - 1]) and syntax.sentence[begin - 1] == syntax.sentence[i]:
        begin -= 1
    end = i
    while end + 1 < len(syntax) and _is_part(syntax.lower[end + 1]) and syntax.sentence[end + 1] == syntax.sentence[i]:
        end += 1
    total, current, seen = Decimal(0), Decimal(0), False
    for word in syntax.lower[begin : end + 1]:
        if _NUMERAL.fullmatch(word):
            if seen and current:
                return None
            current, seen = Decimal(word.replace(",", "")), True
        elif word in _WORDS or word in _TENS:
            current, seen = current + _WORDS.get(word, _TENS.get(word, 0)), True
        elif "-" in word and all(part in _WORDS or part in _TENS for part in word.split("-")):
            current, seen = current + sum(_WORDS.get(p, _TENS.get(p, 0)) for p in word.split("-")), True
        elif word in ("hundred",):
            current = (current or Decimal(1)) * 100
            seen = True
        elif word in _SCALES:
            if word == "m" and not seen:
                return None
            total, current, seen = total + (current or Decimal(1)) * _SCALES[word], Decimal(0), True
        else:
            glued = re.fullmatch(r"(\d+(?:\.\d+)?)(k|m|mn|bn|b|tn)", word)
            if glued is None:
                return None
            total, seen = total + Decimal(glued[1]) * _SCALES[glued[2]], True
    return (total + current, begin, end) if seen else None


def _is_part(word: str) -> bool:
    if _NUMERAL.fullmatch(word) or word in _WORDS or word in _TENS or word in _SCALES:
        return True
    return bool(re.fullmatch(r"\d+(?:\.\d+)?(?:k|m|mn|bn|b|tn)", word)) or (
        "-" in word and all(p in _WORDS or p in _TENS for p in word.split("-"))
    )


def _qualifier(syntax: Syntax, begin: int) -> str | None:
    for length in (4, 3, 2, 1):
        first = begin - length
        if first >= 0:
            phrase = " ".join(syntax.lower[first:begin])
            if phrase in _QUALIFIERS:
                return phrase
    return None


def _literal(syntax: Syntax, begin: int, end: int, value: str, datatype: str, unit: str | None = None) -> Literal:
    first, last = syntax.begins[begin], syntax.ends[end]
    text = syntax.doc.text[first:last]
    return Literal(text, first, last, value, datatype, unit, _qualifier(syntax, begin))


def number_at(syntax: Syntax, i: int) -> Literal | None:
    """The whole number that counts the noun `i` (or stands at `i`); None for ranges, ordinals, years and shares."""
    numerals = (
        [i]
        if syntax.pos[i] == "NUM"
        else [
            k
            for k in syntax.children(i, "nummod", "compound", "amod")
            if syntax.pos[k] in ("NUM", "NOUN") and _is_part(syntax.lower[k])
        ]
    )
    if not numerals:
        return None
    read = _amount(syntax, numerals[-1])
    if read is None or read[0] != read[0].to_integral_value():
        return None
    value, begin, end = read
    before = syntax.lower[begin - 1] if begin else ""
    after = syntax.lower[end + 1] if end + 1 < len(syntax) else ""
    if before in CURRENCIES or before in ("-", "–", "between") or after in ("%", "percent", "per", "-", "–", "to"):
        return None
    if (
        before == "to"
        and begin > 1
        and _is_part(syntax.lower[begin - 2])
        and not (begin > 3 and "from" in syntax.lower[begin - 6 : begin - 2])
    ):
        return None
    return _literal(syntax, begin, end, str(int(value)), "xsd:integer")


def percent_at(syntax: Syntax, i: int) -> Literal | None:
    """The percentage at or under the token ("45 percent", "3.2%")."""
    for k in (i, *syntax.kids[i]):
        if syntax.lower[k] in ("%", "percent", "per"):
            numeral = next((n for n in (k - 1,) if n >= 0 and _is_part(syntax.lower[n])), None)
            read = _amount(syntax, numeral) if numeral is not None else None
            if read is not None:
                end = k + 1 if syntax.lower[k] == "per" and k + 1 < len(syntax) and syntax.lower[k + 1] == "cent" else k
                return _literal(syntax, read[1], end, _plain(read[0]), "xsd:decimal", "%")
    return None


def money_near(syntax: Syntax, i: int) -> Literal | None:
    """The sum of money under the token ("$1.5 billion", "40 million euros")."""
    for k in syntax.subtree(i):
        word = syntax.lower[k]
        if word not in CURRENCIES:
            continue
        numeral = next((n for n in (k + 1, k - 1) if 0 <= n < len(syntax) and _is_part(syntax.lower[n])), None)
        read = _amount(syntax, numeral) if numeral is not None else None
        if read is not None:
            begin, end = min(k, read[1]), max(k, read[2])
            return _literal(syntax, begin, end, _plain(read[0]), "xsd:decimal", CURRENCIES[word])
    return None


def score_at(syntax: Syntax, i: int) -> Literal | None:
    """The result of a match at or under the token ("3-1")."""
    for k in (i, *syntax.kids[i], *(g for kid in syntax.kids[i] for g in syntax.kids[kid])):
        if _SCORE.match(syntax.words[k]):
            return _literal(syntax, k, k, syntax.words[k].replace("–", "-").replace("—", "-"), "xsd:string")
        three = syntax.words[k : k + 3]
        if len(three) == 3 and three[1] in "-–" and all(t.isdigit() and len(t) < 4 for t in three[::2]):
            return _literal(syntax, k, k + 2, f"{three[0]}-{three[2]}", "xsd:string")
    return None


_NO_TITLE = frozenset(
    {
        "first",
        "only",
        "last",
        "best",
        "most",
        "no",
        "every",
        "each",
        "any",
        "other",
        "another",
        "future",
        "would",
        "aspiring",
        "next",
    }
)
_GENERALS = frozenset(
    "comptroller auditor inspector attorney secretary director surgeon solicitor governor major lieutenant brigadier consul "
    "postmaster registrar accountant advocate paymaster".split()
)
#: Words that belong to a title also when a capital begins them: "Prime Minister", "Vice President".
_TITLE_WORDS = frozenset(
    "prime lieutenant vice deputy shadow foreign finance chief managing executive general defence defense "
    "interior health justice assistant associate senior acting attorney head first trade education energy "
    "transport environment home culture sports labour labor agriculture economy planning police".split()
)


def title_of(syntax: Syntax, i: int) -> Literal | None:
    """The job title whose head noun is `i`, with the words that belong to it ("graphic designer", "Vice President")."""
    before = [k for k in syntax.kids[i] if k < i]
    if any(syntax.lower[k] in _NO_TITLE for k in before):
        return None
    begin, end = i, i
    if _is_tied(syntax, i + 1):
        end = i + 2
    if _is_tied(syntax, i - 1):
        begin = i - 2
    for k in reversed([k for k in before if syntax.deps[k] in ("compound", "amod", "nmod:desc") and k < begin]):
        span = syntax.subtree(k)
        if begin - span[-1] != 1 or not all(_in_title(syntax, s) for s in span):
            break
        begin = span[0]
    if syntax.lower[i] == "general" and begin and syntax.lower[begin - 1] in _GENERALS:
        begin -= 1
    # the parser hangs "Vice" of "Vice President Lund" on the name
    while begin and syntax.lower[begin - 1] in _TITLE_WORDS and syntax.pos[begin - 1] in ("ADJ", "NOUN", "PROPN"):
        begin -= 1
    if end + 1 < len(syntax) and syntax.lower[end + 1] in ("de", "du", "des", "d'affaires"):
        return None
    first, last = syntax.begins[begin], syntax.ends[end]
    text = syntax.doc.text[first:last]
    words = text.split()
    if syntax.tags[i] in ("NNS", "NNPS") and end == i and words[-1].endswith("s"):
        words[-1] = syntax.lemmas[i] if words[-1].islower() else syntax.lemmas[i].capitalize()
    return Literal(text, first, last, " ".join(words), "xsd:string")


def _is_tied(syntax: Syntax, i: int) -> bool:
    """Whether the token is a hyphen without blanks around it."""
    if not 0 < i < len(syntax) - 1 or syntax.words[i] not in ("-", "‑"):
        return False
    return syntax.ends[i - 1] == syntax.begins[i] and syntax.ends[i] == syntax.begins[i + 1]


def _in_title(syntax: Syntax, i: int) -> bool:
    word = syntax.lower[i]
    if word in _TITLE_WORDS:
        return True
    if (
        syntax.pos[i] == "ADV"
        or syntax.words[i][:1].isupper()
        or not word[:1].isalpha()
        or word in _TITLE_SKIP
        or syntax.pos[i] == "NUM"
    ):
        return False
    return word not in ("old", "born", "based") and not word.endswith(("-old", "-born", "-based"))
