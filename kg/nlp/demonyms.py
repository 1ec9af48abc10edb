"""Demonyms ("Chinese", "American") -> mentions of the countries they give, where they tell whence somebody or something is.

A demonym is no place: it becomes a mention of its country only before a noun or name of a person, body, platform or work, so
that a fact of nationality or origin has an entity to point to. Elsewhere it stays a plain word.
"""

__all__ = ["Demonym", "add_countries", "find_demonyms"]

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc

from kg.nlp.arguments import Arguments
from kg.nlp.names import NameList
from kg.nlp.patterns import shared_lists
from kg.nlp.syntax import Syntax
from kg.ontology import data_folder, ontology
from kg.records import Document, Entity, Mention

#: After these a demonym belongs to the word, not to the person: "French company executive", "American football player".
_OTHER_HEADS = frozenset(
    "company firm bank government state army navy military embassy team club football restaurant food medicine "
    "language literature history studies law league media newspaper television tv radio police intelligence "
    "security border tax trade oil gas tech car ministry parliament congress court consulate art culture cuisine "
    "wine film cinema opera music cup championship open".split()
)
#: Who teaches or studies a thing: "Spanish teacher" may come from anywhere.
_SUBJECT_EXPERTS = frozenset(
    "teacher professor lecturer tutor translator interpreter instructor historian scholar student expert "
    "specialist reader speaker learner ambassador envoy consul fan lover correspondent importer dealer chef owner "
    "immigrant descendant embassy edition version subsidiary unit counterpart user customer".split()
)
#: "Latin American", "North African": half of another word.
_HALVES = frozenset(
    "Latin South North Central Native Arab West East Southeast Middle Non non Pan Anti Pro Anglo".split()
)
_PERSON_NOUNS = frozenset(
    "man woman boy girl teenager citizen national veteran star legend icon celebrity billionaire millionaire "
    "leader president chancellor premier king queen prince princess winner champion expatriate tourist traveller "
    "traveler backpacker inventor dissident exile refugee nobleman aristocrat mogul tycoon magnate socialite "
    "personality great".split()
)
_THING_NOUNS = frozenset(
    "app platform company firm maker carmaker automaker manufacturer giant startup start-up retailer bank airline "
    "brand group conglomerate developer network service site website film movie series drama novel band newspaper "
    "broadcaster outlet drugmaker chipmaker chain publisher engine lender insurer operator producer supplier "
    "studio rival competitor tabloid magazine daily agency label game programme show song album play opera "
    "machine car phone smartphone drone vaccine shipbuilder brewer utility telecom fund carrier organisation "
    "organization charity party club side orchestra".split()
)


@dataclass(frozen=True, slots=True)
class Demonym:
    """A demonym token, its country, and the tokens that it tells the origin of."""

    token: int
    country: str
    bearers: tuple[int, ...]
    is_predicate: bool = False


def find_demonyms(syntax: Syntax, arguments: Arguments, names: NameList) -> Iterator[Demonym]:
    """Demonyms that give somebody's or something's origin, in text order."""
    occupations = _occupations()
    for i, word in enumerate(syntax.words):
        if not word[:1].isupper():
            continue
        country = names.country_of(word)
        if country is None or (i in arguments.covering and arguments.covering[i].type != "Group"):
            continue
        bearers = tuple(dict.fromkeys(_bearers(syntax, i, occupations, names)))
        if bearers:
            yield Demonym(i, country, bearers, bool(syntax.children(i, "cop")))


def add_countries(
    doc: Doc, document: Document, mentions: Sequence[Mention], entities: Sequence[Entity], names: NameList
) -> tuple[list[Mention], list[Entity]]:
    """Mentions and entities with the countries of demonyms added; what was there keeps its place and id."""
    syntax = Syntax(doc)
    arguments = Arguments(syntax, document, mentions, entities)
    known = _countries(entities, names)
    more_mentions, more_entities = list(mentions), list(entities)
    for demonym in find_demonyms(syntax, arguments, names):
        if not any(_has_origin(arguments, token) for token in demonym.bearers):
            continue
        if demonym.country not in known:
            entity = Entity(
                document.id, f"e{_highest(more_entities) + 1}", demonym.country, "Country", type_reasons=("demonym",)
            )
            more_entities.append(entity)
            known[demonym.country] = entity.id
        begin, end = syntax.begins[demonym.token], syntax.ends[demonym.token]
        text = document.text[begin:end]
        if any(m.begin == begin and m.end == end for m in mentions):
            continue
        more_mentions.append(
            Mention(document.id, begin, end, text, "Country", known[demonym.country], "nominal", 0.9, "demonym")
        )
    return sorted(more_mentions, key=lambda m: (m.begin, -m.end, m.kind)), more_entities


def _has_origin(arguments: Arguments, token: int) -> bool:
    mention = arguments.mention(token)
    if mention is None:
        return False
    kind = arguments.type_of(mention)
    terms = ontology()
    return any(terms.fits(kind, terms.properties[name].domain) for name in ("nationality", "countryOfOrigin"))


def _highest(entities: Sequence[Entity]) -> int:
    return max((int(e.id[1:]) for e in entities if e.id[1:].isdigit()), default=0)


def _countries(entities: Sequence[Entity], names: NameList) -> dict[str, str]:
    found: dict[str, str] = {}
    for entity in entities:
        if not ontology().is_a(entity.type, "Place"):
            continue
        for name in (entity.name, *entity.aliases):
            for known in names.find(name):
                if known.type == "Country":
                    found.setdefault(known.name, entity.id)
    return found


def _occupations() -> frozenset[str]:
    lists = shared_lists(data_folder("ontology") / "patterns")
    return frozenset(words.split()[-1] for name in ("occupation", "leader", "staff") for words in lists[name])


def _bearers(syntax: Syntax, i: int, occupations: frozenset[str], names: NameList) -> Iterator[int]:
    head, label = syntax.heads[i], syntax.deps[i]
    following = syntax.words[i + 1] if i + 1 < len(syntax) else ""
    if following == ":" or (i and syntax.lower[i - 1] in ("(", "[", "née", "nee", "né")):
        return
    if following[:1] in "-–" and i + 2 < len(syntax) and syntax.lower[i + 2] not in ("born", "american"):
        return
    if syntax.children(i, "cop") and not syntax.children(i, "case"):
        yield from syntax.subjects(i)
    elif label == "appos" and (syntax.pos[i] in ("NOUN", "PROPN", "ADJ")):
        yield head
    elif label in ("amod", "compound", "nmod:desc", "nmod", "flat") and head > i:
        yield from _of_noun(syntax, i, head, occupations, names)


def _of_noun(syntax: Syntax, i: int, head: int, occupations: frozenset[str], names: NameList) -> Iterator[int]:
    between = range(i + 1, head)
    if any(syntax.lower[k] in _OTHER_HEADS or names.country_of(syntax.words[k]) for k in between):
        return
    if any(syntax.words[k][:1].isupper() and syntax.pos[k] == "PROPN" for k in between):
        return
    lemma = syntax.lemmas[head]
    if i and syntax.words[i - 1] in _HALVES:
        return
    if syntax.pos[head] == "PROPN" and lemma not in occupations:
        yield head
        return
    if lemma in _SUBJECT_EXPERTS or not (lemma in occupations or lemma in _PERSON_NOUNS or lemma in _THING_NOUNS):
        return
    for bearer in syntax.bearers(head):
        if not bearer.past:
            yield bearer.token
