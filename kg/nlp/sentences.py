"""Tokens of raw text -> where sentences begin, by rules alone; the same text always splits the same way.

A blank line always ends a sentence. A single newline does too, unless the text is hard-wrapped. A stop ends one unless it
belongs to an abbreviation, an initial, a number or a list mark; closing quotes and brackets stay with what they close, and
an attribution (`“...,” she said`, `“...” – Name`) stays with its quote.
"""

__all__ = ["sentence_starts"]

import re
from itertools import pairwise

from spacy.tokens import Doc, Token

#: No sentence is longer; text without stops is cut at the last soft mark before.
MAX_TOKENS = 250

CLOSERS = frozenset("\"'”’»)]}›") | {"''"}
OPENERS = frozenset("“‘«([{‹") | {"``"}
STRAIGHT = frozenset("\"'")
DASHES = frozenset("-–—―") | {"--", "---"}
SOFT = frozenset(";:,–—") | {"--"}
STOP = re.compile(r"(?:[.!?。！？؟۔।]|…|\.{2,}|[?!]{2,})$")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Words before a name or number; their stop never ends a sentence before a capital or digit.
BEFORE_NAME = _words("""
    mr mrs ms mx dr prof sen rep reps sens gov gen lt col maj capt cpl sgt adm cmdr rev hon pres st mt ft messrs mme mlle
    supt insp det amb atty treas sec dep asst assoc vs v fig figs eq pp vol ch cf viz approx ca al eds e.g i.e""")
#: These end with a stop of their own; a sentence may end with them where a plain sentence opener follows.
WITH_STOP = _words("""
    inc corp co ltd llc plc bros jr sr esq jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur
    thurs fri sat sun a.m p.m am pm etc ave blvd rd dept univ dist est min max no nos p calif fla tex ala ariz ark colo
    conn del ga ill ind kan ky la md mass mich minn miss mo mont neb nev okla ore pa tenn va vt wash wis wyo
    ph.d m.d b.a m.a b.sc m.sc ll.b d.phil u.s u.k u.n e.u d.c l.a n.y u.s.a""")
#: Of those, before a digit they are never the end: "No. 5", "Jan. 27", "p. 12".
BEFORE_NUMBER = _words("no nos p pp fig vol ch jan feb mar apr jun jul aug sep sept oct nov dec approx ca")
#: Capitalised words that open sentences far more often than they stand in names.
SENTENCE_OPENERS = _words("""
    The A An This That These Those It Its He She They We You I His Her Their Our My Your There Here In On At By For From
    To With As After Before Since Until While When Where What Who Why How If Although Though Because But And Or So Yet Nor
    However Meanwhile Moreover Also Then Now Today Yesterday Tomorrow Later Earlier Still Instead Once Despite During Under
    Over Some Many Most Several All Both Each Every No Not Such Another Other Others One Two Three Last Next According
    Asked Among Between Nearly About More Only Even Just Officials Police Critics Experts Analysts Investigators
    Prosecutors Residents Shares""")
SPEECH = _words("""
    said says say asked asks told tells wrote writes added adds replied replies joked shouted cried exclaimed wondered
    explained noted recalled continued began quipped remarked declared insisted commented posted tweeted answered laughed
    whispered yelled""")
LIST_MARK = re.compile(r"(?:[•‣◦▪●■·*\u2013\u2014-]|\(?\d{1,3}[.)]|\(?[a-z][.)])$")
MAX_WRAP_CHARS = 120
MIN_WRAP_CHARS = 40


def sentence_starts(doc: Doc) -> list[bool]:
    """For each token, whether a sentence begins with it; whitespace tokens stay with what comes before them."""
    starts = [False] * len(doc)
    words = [token.i for token in doc if not token.is_space]
    if not words:
        if starts:
            starts[0] = True
        return starts
    # whitespace before the first word belongs to the first sentence
    starts[0] = True
    text = doc.text
    wrapped = _wrapped_breaks(text)
    last = words[0]
    for before, after in pairwise(words):
        if _breaks_line(doc, text, before, after, wrapped) or _ends_sentence(doc, before, after, last):
            starts[after] = True
            last = after
    _cut_long(doc, starts)
    return starts


def _breaks_line(doc: Doc, text: str, before: int, after: int, wrapped: set[int]) -> bool:
    if after == before + 1:
        return False
    gap = text[doc[before].idx + len(doc[before]) : doc[after].idx]
    newlines = gap.count("\n") or gap.count("\r") or gap.count("\u2028") + gap.count("\u2029")
    if newlines >= 2:
        return True
    if not newlines:
        return False
    position = doc[before].idx + len(doc[before]) + gap.index("\n") if "\n" in gap else -1
    return position not in wrapped or bool(LIST_MARK.match(doc[after].text))


def _ends_sentence(doc: Doc, before: int, after: int, first: int) -> bool:
    """Whether a sentence ends between two neighbouring words, the sentence having begun at `first`."""
    if _opens(doc, after) is False:
        return False
    stop = before
    while stop > first and _closes(doc, stop):
        stop -= 1
    quoted = stop < before
    token = doc[stop]
    if not STOP.search(token.text) or LIST_MARK.match(token.text) or token.like_url:
        return False
    following = _first_letter(doc, after)
    if after == before + 1 and not doc[before].whitespace_ and not _glued(doc, before, after):
        return False
    if following.text[0].islower():
        return False
    if doc[after].text in DASHES and (quoted or token.text[-1] not in ".!?"):
        return False
    mark = token.text[-1]
    if mark in "!?" and quoted and _attribution_follows(doc, following.i):
        return False
    if mark == "." and set(token.text) != {"."}:
        return _abbreviation_ends(doc, token.text[:-1], stop, following.i, first)
    if token.text == "." and stop > first and not doc[stop - 1].whitespace_:
        return _abbreviation_ends(doc, doc[stop - 1].text, stop - 1, following.i, first)
    return True


def _abbreviation_ends(doc: Doc, word: str, at: int, following: int, first: int) -> bool:
    """Whether `word` with its stop ends the sentence: False for titles, initials and the like before a name."""
    lower, after = word.lower(), doc[following]
    if at == first and (word.isdigit() or (len(word) == 1 and after.text[0].isupper())):
        return False  # "1. First point", "A. First point"
    if lower in BEFORE_NAME:
        return False
    opener = after.text in SENTENCE_OPENERS or doc[following - 1].text in OPENERS | STRAIGHT
    if lower in WITH_STOP:
        return opener and not (lower in BEFORE_NUMBER and after.text[0].isdigit())
    if "." in word and len(word) <= 8:
        return opener  # "U.S. The", but not "U.S. Supreme Court"
    if len(word) == 1 and word.isalpha() and word.isupper() and word != "I":
        return after.text in SENTENCE_OPENERS and not (at > 0 and doc[at - 1].text.istitle() and len(after.text) < 2)
    return True


def _attribution_follows(doc: Doc, i: int) -> bool:
    """“Why?” Smith asked: a verb of speech within a short subject after the closing quote."""
    for token in doc[i : i + 5]:
        if token.text in SPEECH:
            return True
        if token.is_punct or (token.is_space and "\n" in token.text):
            return False
    return False


def _first_letter(doc: Doc, i: int) -> Token:
    """The first token from `i` on that is not an opening mark, within three."""
    for token in doc[i : i + 3]:
        if not token.is_space and token.text not in OPENERS and token.text not in STRAIGHT and not token.is_bracket:
            return token
    return doc[i]


def _closes(doc: Doc, i: int) -> bool:
    """Whether the token closes a quote or bracket; a straight quote closes when it touches the word before it."""
    text = doc[i].text
    if text in STRAIGHT:
        return i > 0 and not doc[i - 1].whitespace_ and not doc[i - 1].is_space
    return text in CLOSERS


def _opens(doc: Doc, i: int) -> bool | None:
    """False when the token must stay with what is before it, being a closing mark or a stop."""
    if _closes(doc, i) or (doc[i].is_punct and STOP.search(doc[i].text)):
        return False
    return None


def _glued(doc: Doc, before: int, after: int) -> bool:
    """`end.Start` without a space: a lost space, when both sides are plain words; and a quote mark may touch."""
    if doc[before].text in CLOSERS or doc[after].text in OPENERS:
        return True
    if after > before + 1 and any("\n" in token.text for token in doc[before + 1 : after]):
        return True
    word, mark, follower = doc[before - 1].text if before else "", doc[before].text, doc[after].text
    if mark[-1] in "。！？।۔":
        return True
    return mark in ".!?" and len(word) > 2 and word.isalpha() and word.islower() and follower[0].isupper()


def _wrapped_breaks(text: str) -> set[int]:
    """Offsets of the single newlines that only wrap a line: the next word would not have fitted on it."""
    breaks: list[tuple[int, int, int]] = []
    width = 0
    for block in re.finditer(r"(?:[^\n]*\S[^\n]*\n?)+", text):
        lines = block.group().split("\n")
        offset = block.start()
        for line, following in pairwise(lines):
            if following.strip():
                breaks.append((offset + len(line), len(line.rstrip()), len(following.split(maxsplit=1)[0])))
                width = max(width, len(line.rstrip()))
            offset += len(line) + 1
    if not breaks or not MIN_WRAP_CHARS <= width <= MAX_WRAP_CHARS:
        return set()
    full = [position for position, length, word in breaks if length + 1 + word > width - 2]
    return set(full) if len(full) >= 0.8 * len(breaks) and len(full) > 2 else set()


def _cut_long(doc: Doc, starts: list[bool]) -> None:
    begin = 0
    for i in range(len(doc)):
        if starts[i]:
            begin = i
        elif i - begin >= MAX_TOKENS and not doc[i].is_space:
            soft = [j + 1 for j in range(begin + MAX_TOKENS // 2, i) if doc[j].text in SOFT and not doc[j + 1].is_space]
            begin = soft[-1] if soft else i
            starts[begin] = True
