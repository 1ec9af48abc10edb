"""Events: class, roles, place, time, modality, label and identity, on sentences with their mentions given."""

import datetime as dt

import pytest

from kg.nlp.events import find_events
from kg.nlp.times import find_times
from tests.nlp.stub import document_of, mentions_of

pytestmark = pytest.mark.model

NAMES = {
    **dict.fromkeys(("Norvia", "Pumpwerk", "Hansa"), "Company"),
    **dict.fromkeys(("Lumo", "Zappo"), "SocialMediaPlatform"),
    **dict.fromkeys(("Rita Falk", "Paul Ives", "Joe Vega"), "Person"),
    **dict.fromkeys(("FC Aldern", "Rovers"), "SportsTeam"),
    **dict.fromkeys(("Lima", "Geneva"), "City"),
    **dict.fromkeys(("Cuba", "Kenya"), "Country"),
    "Harbour Summit": "Conference",
}


@pytest.fixture(scope="module")
def read():
    from kg.nlp.pipeline import load_pipeline, parse

    nlp = load_pipeline()

    def events_of(text):
        document = document_of(text)
        mentions, entities = mentions_of(document, [(name, kind) for name, kind in NAMES.items() if name in text])
        doc = parse(nlp, document)
        return find_events(doc, document, mentions, entities, [], find_times(doc, dt.date(2024, 6, 12)))

    return events_of


def told(event):
    return event.type, {(r.role, r.text) for r in event.roles}, event.modality


CASES = [
    ("Cuba blocked Lumo.", ("Ban", {("agent", "Cuba"), ("target", "Lumo")}, "Asserted")),
    ("Lumo was blocked by Cuba.", ("Ban", {("agent", "Cuba"), ("target", "Lumo")}, "Asserted")),
    ("The looming Lumo ban worried many.", ("Ban", {("target", "Lumo")}, "Hypothetical")),
    ("Norvia will acquire Pumpwerk.", ("Acquisition", {("agent", "Norvia"), ("target", "Pumpwerk")}, "Planned")),
    ("Norvia sued Pumpwerk.", ("Trial", {("agent", "Norvia"), ("target", "Pumpwerk")}, "Asserted")),
    ("Rita Falk met Paul Ives.", ("Meeting", {("agent", "Rita Falk"), ("participant", "Paul Ives")}, "Asserted")),
    ("Rita Falk resigned.", ("Departure", {("agent", "Rita Falk")}, "Asserted")),
    ("Joe Vega was arrested.", ("Arrest", {("target", "Joe Vega")}, "Asserted")),
    ("FC Aldern beat Rovers.", ("SportsEvent", {("winner", "FC Aldern"), ("loser", "Rovers")}, "Asserted")),
    ("Joe Vega did not die.", ("Death", {("victim", "Joe Vega")}, "Denied")),
    ("Lumo is set to go dark.", ("Shutdown", {("target", "Lumo")}, "Planned")),
    (
        "Joe Vega married Rita Falk.",
        ("Marriage", {("participant", "Joe Vega"), ("participant", "Rita Falk")}, "Asserted"),
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[c[0] for c in CASES])
def test_sentence_tells_its_event(read, text, expected):
    assert [told(event) for event in read(text)] == [expected]


def test_event_without_a_named_participant_is_none(read):
    assert read("A firm acquired another firm.") == []


def test_named_event_is_an_event_of_its_entity(read):
    (event,) = read("The Harbour Summit opened.")
    assert (event.type, event.label, event.entity) == ("Conference", "Harbour Summit", "e1")


def test_time_and_place_come_from_the_clause(read):
    (event,) = read("Rita Falk met Paul Ives in Geneva on 3 May 2023.")
    assert (event.place.text, event.date_from, event.date_to, event.precision) == (
        "Geneva",
        "2023-05-03",
        "2023-05-03",
        "day",
    )


def test_time_of_another_clause_is_not_borrowed(read):
    (event,) = [
        e for e in read("Norvia, which was founded by nobody knows whom in 1950, sued Pumpwerk.") if e.type == "Trial"
    ]
    assert event.date_from is None


def test_later_telling_is_the_same_event(read):
    first, second = read("Cuba blocked Lumo in 2021. The Lumo ban hurt shops.")
    assert (first.id, first.same_as, second.id, second.same_as) == ("v1", None, "v2", "v1")


def test_other_date_makes_another_event(read):
    first, second = read("Cuba blocked Lumo in 2021. Cuba blocked Lumo in 2023.")
    assert (first.same_as, second.same_as) == (None, None)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Norvia sued Pumpwerk.", "Norvia sued Pumpwerk"),
        ("The Lumo ban hurt shops.", "Lumo ban"),
        ("Lumo is set to go dark.", "Lumo go dark"),
        ("Joe Vega was arrested.", "Joe Vega arrested"),
    ],
)
def test_label_is_in_the_words_of_the_text(read, text, label):
    assert [event.label for event in read(text)] == [label]


def test_evidence_and_anchor_are_stretches_of_the_text(read):
    text = "It rained.\nNorvia sued Pumpwerk. Snow fell."
    (event,) = read(text)
    assert text[event.begin : event.end] == "sued"
    assert text[event.evidence.begin : event.evidence.end] == "Norvia sued Pumpwerk."
