"""Constructions that no trigger word announces -> candidate facts: "Beijing-based", "Paris, France", demonyms, ages.

Each is a function from the arguments of a text to candidates; facts.py puts them through the same door as the patterns.
"""

__all__ = ["construct"]

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from kg.nlp.arguments import Arguments, Candidate
from kg.nlp.demonyms import find_demonyms
from kg.nlp.names import load_names
from kg.ontology import ontology
from kg.records import Literal, Mention

if TYPE_CHECKING:
    from kg.nlp.times import TimeExpression

_AGE_AFTER = re.compile(r",? (?:aged )?\(?(\d{1,3})\)?(?=[,.;)](?!\d)| from | of | who )")
_AGE_BEFORE = re.compile(r"\b(\d{1,3})[- ]years?[- ]old\b", re.IGNORECASE)
_LIFE_OPENS = re.compile(r" \((?P<born>(?:born|b\.) (?:on )?)?[^()]{0,60}?(?=\d{1,2} |[A-Z][a-z]+ \d)")
_BORN_IN = re.compile(r" \((?:born|b\.) [^()]{4,30}?\d{4},? in ")
_DAY = re.compile(r"[A-Z][a-z]+ \d{1,2}, \d{4}|\d{1,2} [A-Z][a-z]+ \d{4}")
_OLDEST = 115
_BODIES = ("Organization", "Platform")


def construct(arguments: Arguments, times: "Sequence[TimeExpression]") -> Iterator[Candidate]:
    """Candidates of all constructions."""
    yield from _demonyms(arguments)
    yield from _based(arguments)
    yield from _comma_places(arguments)
    yield from _ages(arguments)
    yield from _life_spans(arguments, times)
    yield from _possessives(arguments)
    yield from _from_and_of(arguments)
    yield from _is_from(arguments)
    yield from _party_in_brackets(arguments)


def _is(arguments: Arguments, mention: Mention, *classes: str) -> bool:
    return ontology().fits(arguments.type_of(mention), classes)


def _demonyms(arguments: Arguments) -> Iterator[Candidate]:
    """ "the Chinese app Zappo", "American author Lea Stone", "Lea Stone is American"."""
    syntax = arguments.syntax
    for demonym in find_demonyms(syntax, arguments, load_names()):
        for token in demonym.bearers:
            mention = arguments.mention(token)
            if mention is None:
                continue
            relation = "nationality" if _is(arguments, mention, "Person") else "countryOfOrigin"
            if not _is(arguments, mention, "Person", "Organization", "Platform", "Product", "Work"):
                continue
            syntax, before = (
                arguments.syntax,
                token == arguments.syntax.heads[demonym.token] and not demonym.is_predicate,
            )
            if before and syntax.pos[token] == "PROPN" and _is(arguments, mention, "Organization"):
                # "Chinese Chamber of Commerce": the demonym is a part of the name
                continue
            predicate = demonym.token if demonym.is_predicate else _copula_of(arguments, demonym.token)
            yield Candidate(relation, token, demonym.token, predicate, demonym.token, 0.93, "demonym")


def _copula_of(arguments: Arguments, token: int) -> int | None:
    head = arguments.syntax.heads[token]
    return head if arguments.syntax.children(head, "cop") else None


def _based(arguments: Arguments) -> Iterator[Candidate]:
    """ "Beijing-based ByteDance", "the London-born singer Ada Wren"."""
    syntax = arguments.syntax
    for i, word in enumerate(syntax.lower):
        if word not in ("based", "born", "headquartered") or i < 2 or syntax.words[i - 1] not in "-–‑":
            continue
        place = arguments.covering.get(i - 2)
        noun = syntax.heads[i]
        if place is None or noun <= i or not _is(arguments, place, "Place"):
            continue
        place_token = arguments.head(arguments.tokens(place.begin, place.end))
        bearers = [b.token for b in syntax.bearers(noun)] if syntax.pos[noun] == "NOUN" else []
        for token in (noun, *bearers):
            mention = arguments.mention(token)
            if mention is None:
                continue
            relation = (
                "bornIn" if word == "born" else "residesIn" if _is(arguments, mention, "Person") else "headquartersIn"
            )
            yield Candidate(relation, token, place_token, None, i, 0.93, f"place-{word}")
            break


def _comma_places(arguments: Arguments) -> Iterator[Candidate]:
    """ "Turku, Finland": a place and the larger one behind a comma, but no list of places."""
    text = arguments.syntax.doc.text
    names = sorted({(m.begin, m.end): m for m in arguments.covering.values()}.values(), key=lambda m: m.begin)
    places = [m if _is(arguments, m, "Place") else None for m in names]
    for at in range(len(names) - 1):
        inner, outer = places[at], places[at + 1]
        if inner is None or outer is None or text[inner.end : outer.begin] != ", ":
            continue
        if not _is(arguments, outer, "Country", "Region") or _is(arguments, inner, "Country"):
            continue
        before = places[at - 1] if at else None
        after = places[at + 2] if at + 2 < len(names) else None
        if before is not None and text[before.end : inner.begin].strip() in (",", "and", ", and", "or"):
            continue
        if after is not None and text[outer.end : after.begin].strip() in (",", "and", ", and", "or", ", or", "&"):
            continue
        if not _is(arguments, outer, "Country") and re.match(r",? (?:and|or) ", text[outer.end : outer.end + 6]):
            continue
        if not _hangs_on(arguments, outer, inner):
            continue
        yield _between(arguments, "locatedIn", inner, outer, 0.9, "place-comma-place")


def _hangs_on(arguments: Arguments, outer: Mention, inner: Mention) -> bool:
    """Whether the parser makes the outer place a modifier of the inner one, or at least no argument of its own."""
    syntax = arguments.syntax
    token = arguments.head(arguments.tokens(outer.begin, outer.end))
    first = arguments.head(arguments.tokens(inner.begin, inner.end))
    if syntax.is_below(token, first):
        return True
    return (
        syntax.deps[token] in ("appos", "nmod", "obl", "flat", "dep", "list")
        and syntax.heads[token] == syntax.heads[first]
    )


def _between(
    arguments: Arguments, relation: str, subject: Mention, target: Mention, confidence: float, source: str
) -> Candidate:
    tokens = [arguments.head(arguments.tokens(m.begin, m.end)) for m in (subject, target)]
    return Candidate(relation, tokens[0], tokens[1], None, tokens[0], confidence, source)


def _ages(arguments: Arguments) -> Iterator[Candidate]:
    """ "Nora Lind, 43," and "the 43-year-old Nora Lind"."""
    syntax, text = arguments.syntax, arguments.syntax.doc.text
    for mention in dict.fromkeys(arguments.by_head.values()):
        if mention.kind == "name" and _is(arguments, mention, "Person"):
            found = _AGE_AFTER.match(text, mention.end)
            if (
                found
                and text[mention.end] in ",( "
                and (text[mention.end] == "," or "(" in found[0] or "aged" in found[0])
            ):
                yield from _age(arguments.head(arguments.tokens(mention.begin, mention.end)), found, 0.95)
    for found in _AGE_BEFORE.finditer(text):
        tokens = arguments.tokens(found.start(), found.end())
        if not tokens or arguments.is_noise(found.start()):
            continue
        top = arguments.head(tokens)
        noun = syntax.heads[top] if syntax.deps[top] in ("amod", "compound", "nmod", "nmod:desc") else top
        for token in (noun, *(b.token for b in syntax.bearers(noun))):
            owner = arguments.mention(token)
            if owner is not None and _is(arguments, owner, "Person") and found.start() < owner.end:
                yield from _age(token, found, 0.92)
                break


def _age(token: int, found: "re.Match[str]", confidence: float) -> Iterator[Candidate]:
    years = int(found[1])
    if 0 < years <= _OLDEST:
        value = Literal(found[1], found.start(1), found.end(1), str(years), "xsd:integer")
        yield Candidate("age", token, value, None, token, confidence, "age")


def _life_spans(arguments: Arguments, times: "Sequence[TimeExpression]") -> Iterator[Candidate]:
    """ "Ida Kerr (3 March 1931 – 5 May 1999)", "Ida Kerr (born 3 March 1931)"."""
    text = arguments.syntax.doc.text
    days = sorted((t.begin, t.end, t) for t in times if t.kind == "date")
    for mention in dict.fromkeys(arguments.by_head.values()):
        opening = _LIFE_OPENS.match(text, mention.end)
        if opening is None or mention.kind != "name" or not _is(arguments, mention, "Person"):
            continue
        inside = text[mention.end : text.find(")", mention.end) + 1]
        spans = [t for begin, end, t in days if mention.end <= begin and end <= mention.end + len(inside)]
        token = arguments.head(arguments.tokens(mention.begin, mention.end))
        if len(spans) == 1 and spans[0].precision == "range":
            yield from _life_of_range(token, spans[0])
        born = _BORN_IN.match(text, mention.end)
        if opening["born"] and spans and born:
            place = next((m for m in arguments.by_head.values() if m.begin == born.end() and m.kind == "name"), None)
            if place is not None and _is(arguments, place, "Place"):
                yield _between(arguments, "bornIn", mention, place, 0.93, "life-span")
        for relation, time in zip(("birthDate", "deathDate"), spans[:2], strict=False):
            if time.precision == "day" and time.date_from and (opening["born"] or len(spans) == 2):
                yield _day(relation, token, time.begin, time.end, time.text, time.date_from)


def _life_of_range(token: int, time: "TimeExpression") -> Iterator[Candidate]:
    parts = re.split(r"\s*[–—-]\s*", time.text)
    if len(parts) != 2 or not all(_DAY.search(part) for part in parts):
        return
    for relation, part, value in zip(("birthDate", "deathDate"), parts, (time.date_from, time.date_to), strict=True):
        begin = time.begin + time.text.index(part)
        if value is not None:
            yield _day(relation, token, begin, begin + len(part), part, value)


def _day(relation: str, token: int, begin: int, end: int, text: str, value: str) -> Candidate:
    return Candidate(
        relation, token, Literal(text, begin, end, value, "xsd:date", "day"), None, token, 0.93, "life-span"
    )


def _possessives(arguments: Arguments) -> Iterator[Candidate]:
    """ "China's Zappo", "Norvia's App Store", "Nigeria's Lagos"."""
    syntax = arguments.syntax
    for token, mention in sorted(arguments.by_head.items()):
        if mention.kind != "name" or syntax.pos[token] != "PROPN":
            continue
        for owner_token in syntax.children(token, "nmod:poss"):
            owner = arguments.by_head.get(owner_token)
            if owner is None or owner.kind != "name":
                continue
            if _is(arguments, owner, "Country"):
                if _is(arguments, mention, "Person"):
                    yield Candidate("nationality", token, owner_token, None, token, 0.85, "country-possessive")
                elif _is(arguments, mention, "Platform", "Product", "Company", "MediaOrganization"):
                    yield Candidate("countryOfOrigin", token, owner_token, None, token, 0.88, "country-possessive")
            if _is(arguments, owner, "Place") and _is(arguments, mention, "Place"):
                yield Candidate("locatedIn", token, owner_token, None, token, 0.88, "place-possessive")
            if _is(arguments, owner, "Organization") and _is(arguments, mention, "Platform"):
                yield Candidate("operates", owner_token, token, None, token, 0.85, "platform-possessive")


def _from_and_of(arguments: Arguments) -> Iterator[Candidate]:
    """ "Joe Vega from Tucson", "Ola Berg of Norvia Bank"."""
    syntax = arguments.syntax
    for token, mention in sorted(arguments.by_head.items()):
        if mention.kind != "name" or not _is(arguments, mention, "Person"):
            continue
        for target in syntax.prepositional(token, frozenset({"from", "of"})):
            found = arguments.mention(target)
            if found is None or found.kind != "name" or syntax.deps[target] not in ("nmod", "obl") or target < token:
                continue
            between = {
                m.entity for k in range(token + 1, target) if (m := arguments.covering.get(k)) and m is not mention
            }
            if any(arguments.entities[e].type == "Person" for e in between if e in arguments.entities):
                continue
            if _is(arguments, found, "Place") and "from" in syntax.prepositions(target):
                relation = "presentIn" if _reports(arguments, token) else "fromPlace"
                yield Candidate(relation, token, target, None, token, 0.85, "person-from-place")
            elif _is(arguments, found, "Organization") and " " in mention.text:
                yield Candidate("affiliatedWith", token, target, None, token, 0.86, "person-of-body")


def _reports(arguments: Arguments, token: int) -> bool:
    """Whether the sentence is a credit line: "Reporting by A in Lima and B from Oslo"."""
    first, last = arguments.syntax.sentence[token]
    return any(word in ("reporting", "reported", "contributed") for word in arguments.syntax.lower[first : last + 1])


def _is_from(arguments: Arguments) -> Iterator[Candidate]:
    """ "Joe Vega is originally from Tucson"."""
    syntax = arguments.syntax
    for token, mention in sorted(arguments.by_head.items()):
        if mention.kind == "name" and syntax.children(token, "cop") and "from" in syntax.prepositions(token):
            for subject in syntax.subjects(token):
                owner = arguments.mention(subject)
                if owner is not None and _is(arguments, owner, "Person") and _is(arguments, mention, "Place"):
                    yield Candidate("fromPlace", subject, token, token, token, 0.88, "is-from-place")


def _party_in_brackets(arguments: Arguments) -> Iterator[Candidate]:
    """ "Jo Pratt (Green Alliance)"."""
    text = arguments.syntax.doc.text
    names = sorted({(m.begin, m.end): m for m in arguments.covering.values()}.values(), key=lambda m: m.begin)
    for person, party in pairwise(names):
        if text[person.end : party.begin] != " (" or text[party.end : party.end + 1] != ")":
            continue
        if _is(arguments, person, "Person") and _is(arguments, party, "PoliticalParty"):
            yield _between(arguments, "memberOf", person, party, 0.9, "party-in-brackets")
