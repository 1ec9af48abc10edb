"""Modality, source and pastness of a predicate, told from the shape of its sentence."""

import pytest

from kg.nlp.modality import status_of, tense_is_past
from kg.nlp.syntax import Syntax
from tests.nlp.stub import document_of

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def parsed():
    from kg.nlp.pipeline import load_pipeline, parse

    nlp = load_pipeline()
    return lambda sentence: Syntax(parse(nlp, document_of(sentence)))


def status(syntax, word):
    return status_of(syntax, syntax.lower.index(word))


SENTENCES = [
    ("Norvia bought Pumpwerk.", "bought", "Asserted"),
    ("Norvia has bought Pumpwerk, which makes valves.", "makes", "Asserted"),
    ("Norvia managed to buy Pumpwerk.", "buy", "Asserted"),
    ("Norvia did not buy Pumpwerk.", "buy", "Denied"),
    ("Norvia never bought Pumpwerk.", "bought", "Denied"),
    ("Norvia denied that it had bought Pumpwerk.", "bought", "Denied"),
    ("Norvia refused to buy Pumpwerk.", "buy", "Denied"),
    ("No company has bought Pumpwerk.", "bought", "Denied"),
    ("Norvia will buy Pumpwerk.", "buy", "Planned"),
    ("Norvia plans to buy Pumpwerk.", "buy", "Planned"),
    ("Norvia agreed to buy Pumpwerk.", "buy", "Planned"),
    ("Norvia is set to buy Pumpwerk.", "buy", "Planned"),
    ("Norvia is due to buy Pumpwerk.", "buy", "Planned"),
    ("Norvia may buy Pumpwerk.", "buy", "Hypothetical"),
    ("Norvia could have bought Pumpwerk.", "bought", "Hypothetical"),
    ("If Norvia buys Pumpwerk, prices rise.", "buys", "Hypothetical"),
    ("Did Norvia buy Pumpwerk?", "buy", "Hypothetical"),
    ("Norvia is considering buying Pumpwerk.", "buying", "Hypothetical"),
    ("Norvia wants to buy Pumpwerk.", "buy", "Hypothetical"),
    ("Norvia was urged to buy Pumpwerk.", "buy", "Hypothetical"),
    ("Norvia allegedly bought Pumpwerk.", "bought", "Hypothetical"),
    ("Norvia reportedly bought Pumpwerk.", "bought", "Reported"),
    ("Norvia is said to have bought Pumpwerk.", "bought", "Reported"),
    ("Critics say that Norvia bought Pumpwerk.", "bought", "Reported"),
    ("Rita Falk said that Norvia bought Pumpwerk.", "bought", "Asserted"),
    ("Rita Falk did not say that Norvia bought Pumpwerk.", "bought", "Hypothetical"),
    ("Nobody knows why Norvia bought Pumpwerk.", "bought", "Asserted"),
]


@pytest.mark.parametrize(("sentence", "word", "expected"), SENTENCES, ids=[s[0] for s in SENTENCES])
def test_modality_follows_from_the_sentence(parsed, sentence, word, expected):
    assert status(parsed(sentence), word).modality == expected


def test_speaker_is_the_subject_of_the_verb_of_saying(parsed):
    syntax = parsed("Rita Falk said that Norvia bought Pumpwerk.")
    assert syntax.words[status(syntax, "bought").speaker] == "Rita"


def test_speaker_stands_behind_according_to(parsed):
    syntax = parsed("Norvia bought Pumpwerk, according to Reuters.")
    assert syntax.words[status(syntax, "bought").speaker] == "Reuters"


def test_unnamed_speaker_is_reported(parsed):
    assert status(parsed("Sources said Norvia bought Pumpwerk."), "bought").is_reported


def test_apposition_is_asserted():
    assert status_of(None, None).modality == "Asserted"


def test_no_longer_ends_a_state(parsed):
    assert status(parsed("Rita Falk no longer leads Norvia."), "leads").past


@pytest.mark.parametrize(
    ("sentence", "word", "past"),
    [
        ("Rita Falk was the head of Norvia.", "head", True),
        ("Rita Falk is the head of Norvia.", "head", False),
        ("Rita Falk has led Norvia since May.", "led", False),
        ("Rita Falk worked for Norvia.", "worked", True),
        ("Rita Falk used to work for Norvia.", "work", True),
    ],
)
def test_simple_past_tells_a_past_state(parsed, sentence, word, past):
    syntax = parsed(sentence)
    assert tense_is_past(syntax, syntax.lower.index(word)) is past
