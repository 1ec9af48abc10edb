"""Facts: arguments, domain and range, modality, source, time and evidence, on sentences with their mentions given."""

import datetime as dt

import pytest

from kg.nlp.facts import find_facts
from kg.nlp.times import find_times
from kg.records import Argument, Literal, Quotation, Span
from tests.nlp.stub import document_of, mentions_of

pytestmark = pytest.mark.model

PEOPLE = dict.fromkeys(("Rita Falk", "Paul Ives", "Ana Petrova", "Joe Vega", "Lea Stone", "Nora Lind", "He"), "Person")
THINGS = {
    **dict.fromkeys(("Norvia", "Pumpwerk", "Hansa"), "Company"),
    **dict.fromkeys(("Lumo", "Zappo"), "SocialMediaPlatform"),
    **dict.fromkeys(("Turku", "Lima"), "City"),
    **dict.fromkeys(("Finland", "Kenya", "Peru"), "Country"),
    "Kingsford College": "EducationalOrganization",
}


@pytest.fixture(scope="module")
def read():
    from kg.nlp.pipeline import load_pipeline, parse

    nlp = load_pipeline()

    def facts_of(text, quotations=(), *, boilerplate=()):
        document = document_of(text)
        if boilerplate:
            from dataclasses import replace

            document = replace(document, boilerplate=tuple(boilerplate))
        spans = [(name, kind) for name, kind in {**PEOPLE, **THINGS}.items() if name in text]
        mentions, entities = mentions_of(document, spans)
        doc = parse(nlp, document)
        return find_facts(doc, document, mentions, entities, quotations, find_times(doc, dt.date(2024, 6, 12)))

    return facts_of


def said(facts, *, modality="Asserted"):
    """Facts as (subject, predicate, object) of one modality."""
    return {
        (f.subject.text, f.predicate, f.object.value if isinstance(f.object, Literal) else f.object.text)
        for f in facts
        if f.modality == modality
    }


CASES = [
    ("both voices", "Pumpwerk was bought by Norvia.", {("Norvia", "acquired", "Pumpwerk")}),
    ("coordination", "Norvia and Hansa bought Pumpwerk.", {("Norvia", "acquired", "Pumpwerk"), ("Hansa", "acquired", "Pumpwerk")}),
    ("relative clause", "Hansa, which owns Pumpwerk, grew.", {("Hansa", "owns", "Pumpwerk")}),
    ("gap in a relative clause", "Pumpwerk, which Norvia bought, grew.", {("Norvia", "acquired", "Pumpwerk")}),
    ("control", "Norvia managed to buy Pumpwerk.", {("Norvia", "acquired", "Pumpwerk")}),
    ("city and country", "Joe Vega lives in Turku, Finland.", {("Joe Vega", "residesIn", "Turku"), ("Turku", "locatedIn", "Finland")}),
    ("no list of places", "Offices opened in Turku, Peru and Kenya.", set()),
    ("based", "Turku-based Norvia grew.", {("Norvia", "headquartersIn", "Turku")}),
    ("age in commas", "Nora Lind, 43, agreed.", {("Nora Lind", "age", "43")}),
    ("a count in brackets is no age", "Jesus Maria (1,574 to 2,161 cases) agreed.", set()),
    ("age before the name", "The 43-year-old Nora Lind agreed.", {("Nora Lind", "age", "43")}),
    ("life span", "Nora Lind (3 March 1931 – 5 May 1999) sang.",
     {("Nora Lind", "birthDate", "1931-03-03"), ("Nora Lind", "deathDate", "1999-05-05")}),
    ("a year is no day of birth", "Nora Lind was born in 1931.", set()),
    ("country's thing", "Finland's Norvia grew.", {("Norvia", "countryOfOrigin", "Finland")}),
    ("person of a body", "Rita Falk of Kingsford College agreed.", {("Rita Falk", "affiliatedWith", "Kingsford College")}),
    ("type of the ends", "Lima bought Pumpwerk.", set()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_sentence_gives_its_facts_and_no_others(read, text, expected):
    assert said(read(text)[0]) == expected


def test_candidate_against_domain_or_range_is_counted(read):
    facts, dropped = read("Lima bought Pumpwerk.")
    assert (facts, dropped["acquired: domain or range"]) == ([], 1)


def test_speaker_of_indirect_speech_states_the_fact(read):
    (fact,) = read("Rita Falk said that Norvia bought Pumpwerk.")[0]
    assert (fact.modality, fact.stated_by.text, fact.predicate) == ("Asserted", "Rita Falk", "acquired")


def test_denial_keeps_its_speaker(read):
    (fact,) = read("Rita Falk denied that Norvia had bought Pumpwerk.")[0]
    assert (fact.modality, fact.stated_by.text) == ("Denied", "Rita Falk")


def test_fact_inside_a_quotation_is_a_claim(read):
    text = "“Norvia bought Pumpwerk,” Rita Falk added in Lima."
    quotation = Quotation("", Span(1, 23), "direct", Argument("Rita Falk", 26, 35, "e1"))
    (fact,) = [f for f in read(text, [quotation])[0] if f.predicate == "acquired"]
    assert (fact.modality, fact.stated_by.text) == ("Asserted", "Rita Falk")


def test_quotation_without_speaker_is_reported(read):
    text = "“Norvia bought Pumpwerk,” somebody wrote."
    (fact,) = read(text, [Quotation("", Span(1, 23), "direct")])[0]
    assert (fact.modality, fact.stated_by) == ("Reported", None)


def test_past_state_is_marked_and_an_event_is_not(read):
    facts = read("Rita Falk, former head of Norvia, bought Pumpwerk.")[0]
    assert {(f.predicate, f.past) for f in facts if f.predicate in ("leads", "acquired")} == {
        ("leads", True),
        ("acquired", False),
    }


def test_state_has_its_bounds(read):
    (fact,) = [f for f in read("Rita Falk has led Norvia since 2019.")[0] if f.predicate == "leads"]
    assert (fact.valid_from, fact.valid_to, fact.past) == ("2019-01-01", None, False)


def test_evidence_is_the_trimmed_sentence_of_the_document(read):
    text = "It rained.\n\nNorvia owns Pumpwerk.  Snow fell."
    (fact,) = read(text)[0]
    assert text[fact.evidence.begin : fact.evidence.end] == "Norvia owns Pumpwerk."


def test_boilerplate_says_nothing(read):
    assert read("Norvia owns Pumpwerk.", boilerplate=[Span(0, 21, "promotion")])[0] == []


def test_offsets_give_the_words(read):
    text = "Joe Vega lives in Turku, Finland. Nora Lind, 43, works for Norvia."
    for fact in read(text)[0]:
        for end in (fact.subject, fact.object):
            assert text[end.begin : end.end] == end.text


def test_confidence_stays_below_one(read):
    facts = read("Rita Falk, chief executive of Norvia, lives in Turku, Finland.")[0]
    assert all(0 < f.confidence <= 0.99 and round(f.confidence, 2) == f.confidence for f in facts)
    assert {f.predicate for f in facts} == {"leads", "jobTitle", "residesIn", "locatedIn"}
