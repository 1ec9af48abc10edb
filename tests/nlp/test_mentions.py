"""Names with their classes, descriptions and pronouns, on sentences of our own."""

from itertools import pairwise

import pytest
from spacy.language import Language

from kg.nlp.mentions import find_mentions
from kg.nlp.names import NameList, load_names
from kg.nlp.pipeline import load_pipeline, parse
from kg.ontology import ontology
from kg.records import Document, Mention, Span

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def nlp() -> Language:
    return load_pipeline()


def mentions(nlp: Language, text: str, names: NameList | None = None, **fields: object) -> list[Mention]:
    document = Document("d", text, **fields)  # type: ignore[arg-type]
    return find_mentions(parse(nlp, document), document, load_names() if names is None else names)


def named(nlp: Language, text: str, names: NameList | None = None) -> list[tuple[str, str]]:
    return [(m.text, m.type) for m in mentions(nlp, text, names) if m.kind == "name"]


SENTENCES = [
    # platforms, companies and media, told apart by the sentence
    ("The app Zentro has 4 million users.", [("Zentro", "Platform")]),
    ("Lumora users complained about the Lumora app.", [("Lumora", "Platform"), ("Lumora", "Platform")]),
    ("The newspaper Vesta Courier printed the letters.", [("Vesta Courier", "MediaOrganization")]),
    ("She posted it on X, but nobody saw it.", [("X", "SocialMediaPlatform")]),
    ("Apple shares fell after the report.", [("Apple", "Company")]),
    ("An apple fell from the tree.", []),
    # demonyms are no places
    ("Chinese officials met the French delegation.", []),
    ("Americans and Canadians travel more.", [("Americans", "Group"), ("Canadians", "Group")]),
    ("The Chinese government cut taxes.", [("Chinese government", "GovernmentBody")]),
    ("The Kenyan army sent troops.", [("Kenyan army", "MilitaryOrganization")]),
    # capitals that stand for governments, and teams called by their city
    ("Beijing warned Washington on Monday.", [("Beijing", "GovernmentBody"), ("Washington", "GovernmentBody")]),
    ("He flew to Beijing on Monday.", [("Beijing", "City")]),
    ("Leeds beat Bristol 2-1 on Saturday.", [("Leeds", "SportsTeam"), ("Bristol", "SportsTeam")]),
    # people by title, age and apposition; the title is no part of the name
    ("Judge Ana Ruiz sentenced the man.", [("Ana Ruiz", "Person")]),
    ("The award went to Dr Okonkwo.", [("Okonkwo", "Person")]),
    ("Maria Delgado, 41, won the prize.", [("Maria Delgado", "Person")]),
    ("Spokesperson Lena Brandt denied it.", [("Lena Brandt", "Person")]),
    # bodies by their endings
    ("The Ministry of Civil Protection sent help.", [("Ministry of Civil Protection", "GovernmentBody")]),
    (
        "She studies at Valdoro University in Lisbon.",
        [("Valdoro University", "EducationalOrganization"), ("Lisbon", "City")],
    ),
    ("The U.S. Supreme Court rejected the appeal.", [("U.S. Supreme Court", "Court")]),
    ("Solvena Energy bought a mine in Peru.", [("Solvena Energy", "Company"), ("Peru", "Country")]),
    # works, festivals
    ('The film "Silent Harbour" won a prize.', [("Silent Harbour", "Work")]),
    ("Shops close during the Spring Festival.", [("Spring Festival", "Festival")]),
    # groups in quotation marks
    ('They call themselves "Zentro refugees" now.', [("Zentro refugees", "Group")]),
]


@pytest.mark.parametrize(("text", "expected"), SENTENCES)
def test_names_have_the_class_that_the_sentence_gives(
    nlp: Language, text: str, expected: list[tuple[str, str]]
) -> None:
    assert named(nlp, text) == expected


def test_names_are_typed_without_the_list_too(nlp: Language) -> None:
    found = dict(named(nlp, "The app TikTok is popular. Judge Ana Ruiz works at Kyoto University.", NameList()))
    assert found == {"TikTok": "Platform", "Ana Ruiz": "Person", "Kyoto University": "EducationalOrganization"}


def test_one_form_has_one_class_in_a_document(nlp: Language) -> None:
    text = "The app Qirra grows. Many left Qirra. Qirra said nothing. People love Qirra. Qirra users agree."
    assert {m.type for m in mentions(nlp, text) if m.text == "Qirra"} == {"Platform"}


def test_a_surname_is_a_person_even_when_it_is_a_country(nlp: Language) -> None:
    text = "Michael Jordan scored 40 points. Jordan later thanked his coach."
    assert named(nlp, text) == [("Michael Jordan", "Person"), ("Jordan", "Person")]


def test_dateline_in_capitals_is_a_city(nlp: Language) -> None:
    assert named(nlp, "NAIROBI, May 3 (Reuters) - Kenya cut rates.")[0] == ("NAIROBI", "City")


def test_possessive_article_and_title_stay_outside_the_span(nlp: Language) -> None:
    found = [
        m.text
        for m in mentions(nlp, "The Guardian asked President Macron's office about France's plan.")
        if m.kind == "name"
    ]
    assert found == ["The Guardian", "Macron", "France"]


def test_reasons_say_where_the_class_comes_from(nlp: Language) -> None:
    found = mentions(nlp, "The app Zentro hired Maria Delgado in Lisbon.")
    reasons = {m.text: m.reason for m in found if m.kind == "name"}
    assert reasons == {"Zentro": "apposition: app", "Maria Delgado": "model", "Lisbon": "names.toml"}


def test_descriptions_and_pronouns_have_kinds_and_types(nlp: Language) -> None:
    found = mentions(nlp, "The 34-year-old designer sold the company because he needed money.")
    assert [(m.text, m.kind, m.type) for m in found if m.type != "Entity"] == [
        ("The 34-year-old designer", "nominal", "Person"),
        ("the company", "nominal", "Company"),
        ("he", "pronoun", "Person"),
    ]


def test_nothing_is_found_in_boilerplate(nlp: Language) -> None:
    text = "Zurich banks cut rates.\nMost read: Elon Musk visits Tokyo"
    found = mentions(nlp, text, boilerplate=(Span(24, len(text), "headlines"),))
    assert [m.text for m in found if m.kind == "name"] == ["Zurich"]


def test_offsets_types_and_order_hold(nlp: Language) -> None:
    text = "“It’s hard,” said Ana Silva, a nurse at Mercy Hospital in São Paulo.\n\nShe left Brazil’s capital in 2019."
    found = mentions(nlp, text)
    assert all(text[m.begin : m.end] == m.text for m in found)
    assert found == sorted(found, key=lambda m: (m.begin, -m.end, m.kind))
    assert {m.type for m in found} <= set(ontology().parents)
    names = [m for m in found if m.kind == "name"]
    assert all(one.end <= other.begin for one, other in pairwise(names))


def test_empty_text_has_no_mentions(nlp: Language) -> None:
    assert mentions(nlp, "") == []
