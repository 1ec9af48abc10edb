"""Who is who within a document, on sentences of our own."""

import pytest
from spacy.language import Language

from kg.nlp.aliases import declared_aliases, is_acronym_of
from kg.nlp.coref import link_mentions
from kg.nlp.mentions import find_mentions
from kg.nlp.names import load_names
from kg.nlp.pipeline import load_pipeline, parse
from kg.records import Argument, Document, Entity, Mention, Quotation, Span

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def nlp() -> Language:
    return load_pipeline()


def linked(nlp: Language, text: str, quotations: tuple[Quotation, ...] = ()) -> tuple[list[Mention], list[Entity]]:
    document = Document("d", text)
    doc = parse(nlp, document)
    names = load_names()
    return link_mentions(doc, document, find_mentions(doc, document, names), quotations, names)


def chain(nlp: Language, text: str, name: str, **more: tuple[Quotation, ...]) -> list[str]:
    """The words of all mentions of the entity with that name."""
    mentions, entities = linked(nlp, text, **more)
    entity = next(e for e in entities if name in (e.name, *e.aliases))
    return [m.text for m in mentions if m.entity == entity.id]


CHAINS = [
    # short forms
    (
        "Maria Delgado joined Solvena in 2009. Delgado had worked in Peru.",
        "Maria Delgado",
        ["Maria Delgado", "Delgado"],
    ),
    ("Prime Minister Luca Ferrante spoke. Mr Ferrante left early.", "Luca Ferrante", ["Luca Ferrante", "Ferrante"]),
    # pronouns
    ("Ana Ruiz opened the case. She called two witnesses.", "Ana Ruiz", ["Ana Ruiz", "She"]),
    ("Tom Whitfield retired in May. His wife said he was happy.", "Tom Whitfield", ["Tom Whitfield", "His", "he"]),
    ("Kenji Mori, who founded the studio, sold it.", "Kenji Mori", ["Kenji Mori", "who"]),
    # appositions and descriptions
    ("Lena Brandt, a graphic designer, moved to Oslo.", "Lena Brandt", ["Lena Brandt", "a graphic designer"]),
    ("The app Zentro is free. Millions use the app.", "Zentro", ["The app", "Zentro", "the app"]),
    (
        "Solvena Energy bought a mine. The company said its profit rose.",
        "Solvena Energy",
        ["Solvena Energy", "The company", "its"],
    ),
    (
        "The U.S. Supreme Court met on Monday. The court rejected an appeal.",
        "U.S. Supreme Court",
        ["U.S. Supreme Court", "The court"],
    ),
    # declared aliases
    ("Zentro, also known as Zen, is free. Zen has many users.", "Zentro", ["Zentro", "Zen", "Zen"]),
    ("Elon Musk bought Twitter, now known as X, in 2022.", "Twitter", ["Twitter", "X"]),
    (
        "The International Olympic Committee (IOC) met in Lausanne. The IOC chose a host.",
        "International Olympic Committee",
        ["International Olympic Committee", "IOC", "IOC"],
    ),
    # names.toml
    (
        "The United States acted. America waited. The U.S. agreed.",
        "United States",
        ["United States", "America", "U.S."],
    ),
    # a capital that stands for a government of which the text speaks
    (
        "The Chinese government replied. Beijing warned of delays.",
        "Chinese government",
        ["Chinese government", "Beijing"],
    ),
]


@pytest.mark.parametrize(("text", "name", "words"), CHAINS)
def test_mentions_of_one_thing_share_an_entity(nlp: Language, text: str, name: str, words: list[str]) -> None:
    assert chain(nlp, text, name) == words


APART = [
    # a bare surname that is introduced anew is somebody else
    ("Eric Moreno, a carpenter, agreed. Moreno, a dentist, did not.", "Eric Moreno", "Moreno"),
    # a title with a surname before any full name is not the later full name
    ("Dr Sato praised the plan. Minister Sato Kenji rejected it.", "Sato", "Sato Kenji"),
    # two people with one surname
    ("Ana Silva sued Paulo Silva.", "Ana Silva", "Paulo Silva"),
    # a person and a place with one name
    ("Sydney Pollock lives in Sydney.", "Sydney Pollock", "Sydney"),
    # a city that speaks and the city itself
    ("Beijing warned of delays. Tourists love Beijing.", "Beijing", "Beijing"),
    # names in brackets that say where
    ("Lyon (France) won the bid.", "Lyon", "France"),
]


@pytest.mark.parametrize(("text", "one", "other"), APART)
def test_different_things_stay_apart(nlp: Language, text: str, one: str, other: str) -> None:
    _, entities = linked(nlp, text)
    found = [e for e in entities if e.named and e.name in (one, other)]
    assert len(found) == 2
    assert not any(e.aliases for e in found)


def test_every_alias_has_a_reason_and_a_place(nlp: Language) -> None:
    text = "Zentro, known in Japan as Zen, is free."
    _, entities = linked(nlp, text)
    entity = next(e for e in entities if e.name == "Zentro")
    assert [(link.name, link.reason, text[link.begin : link.end]) for link in entity.links] == [
        ("Zen", "the text says: known in Japan as", "Zentro, known in Japan as Zen")
    ]


def test_quoted_nickname_in_small_letters_becomes_an_alias(nlp: Language) -> None:
    text = "The app Zentro, often referred to as “pocket garden” by its users, is free."
    _, entities = linked(nlp, text)
    assert next(e for e in entities if e.name == "Zentro").aliases == ("pocket garden",)


def test_i_in_a_quotation_is_its_speaker(nlp: Language) -> None:
    text = "“I never left,” said Lena Brandt."
    begin = text.index("Lena")
    quotation = Quotation("d", Span(1, 14), "direct", Argument("Lena Brandt", begin, begin + 11, ""))
    assert chain(nlp, text, "Lena Brandt", quotations=(quotation,)) == ["I", "Lena Brandt"]


def test_i_under_a_heading_with_a_person_is_that_person(nlp: Language) -> None:
    text = (
        "Three readers wrote to us.\n\nOskar Lind, a farmer from Uppsala\n\nI bought my first tractor in 1990.\n\n"
        "Mina Farahani, a nurse in Shiraz\n\nI work at night. My patients are old."
    )
    assert chain(nlp, text, "Oskar Lind") == ["Oskar Lind", "a farmer", "I", "my"]
    assert chain(nlp, text, "Mina Farahani") == ["Mina Farahani", "a nurse", "I", "My"]


def test_pronoun_with_no_antecedent_is_left_out(nlp: Language) -> None:
    mentions, _ = linked(nlp, "It rained all night. She was tired.")
    assert [m.text for m in mentions if m.kind == "pronoun"] == []


def test_us_the_country_is_not_us_the_pronoun(nlp: Language) -> None:
    assert chain(nlp, "They told us that the US would act.", "US") == ["US"]


def test_introduced_strangers_are_entities_without_a_name(nlp: Language) -> None:
    _, entities = linked(nlp, "A former teacher won the race in Oslo.")
    assert [(e.name, e.type, e.named) for e in entities] == [
        ("A former teacher", "Person", False),
        ("Oslo", "City", True),
    ]


def test_longest_name_of_a_person_and_no_capitals_alone(nlp: Language) -> None:
    _, entities = linked(
        nlp, "LENA BRANDT WINS THE RACE\n\nLena Brandt won the race on Sunday. Brandt thanked her coach."
    )
    assert [e.name for e in entities if e.type == "Person" and e.named] == ["Lena Brandt"]


def test_entities_are_numbered_by_first_mention_and_cover_all_mentions(nlp: Language) -> None:
    mentions, entities = linked(nlp, "Ana Ruiz met Kevin Cole in Lima. He thanked her.")
    assert [e.id for e in entities] == [f"e{i + 1}" for i in range(len(entities))]
    assert {m.entity for m in mentions} == {e.id for e in entities}


def test_the_same_text_gives_the_same_answer(nlp: Language) -> None:
    text = "Maria Delgado leads Solvena Energy. She joined the company in 2009. Delgado lives in Lima."
    assert linked(nlp, text) == linked(nlp, text)


@pytest.mark.parametrize(
    ("short", "full", "expected"),
    [
        ("IOC", "International Olympic Committee", True),
        ("U.N.", "United Nations", True),
        ("NIH", "National Institutes of Health", True),
        ("IBM", "International Olympic Committee", False),
        ("Ioc", "International Olympic Committee", False),
    ],
)
def test_acronyms_are_initials(short: str, full: str, expected: bool) -> None:
    assert is_acronym_of(short, full) is expected


@pytest.mark.parametrize(
    ("text", "one", "other", "reason"),
    [
        ("Zentro (formerly Garden) grew.", "Zentro", "Garden", "the text says: formerly"),
        ("Zentro, dubbed “Zen” by fans, grew.", "Zentro", "Zen", "the text says: dubbed"),
        ("Zentro, or Hana in Japanese, grew.", "Zentro", "Hana", "the text says: or"),
        (
            "Zentro, which translates to “Garden” in English, grew.",
            "Zentro",
            "Garden",
            "the text says: which translates to",
        ),
        ("Zentro and Hana grew.", "Zentro", "Hana", None),
        ("Zentro sued Hana.", "Zentro", "Hana", None),
    ],
)
def test_declared_aliases(text: str, one: str, other: str, reason: str | None) -> None:
    names = [Mention("d", text.index(word), text.index(word) + len(word), word, "Platform") for word in (one, other)]
    assert [declared.reason for declared in declared_aliases(Document("d", text), names)] == (
        [reason] if reason else []
    )
