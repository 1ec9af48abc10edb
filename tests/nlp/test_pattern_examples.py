"""Every shipped pattern finds its examples as asserted facts and keeps off its counterexamples."""

import datetime as dt

import pytest

from kg.nlp.facts import find_facts
from kg.nlp.matching import Patterns, fact_patterns
from tests.nlp.stub import classes_of, document_of, mentions_of

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def docs():
    """All example sentences parsed in one go, by sentence."""
    from kg.nlp.pipeline import load_pipeline, parse

    nlp = load_pipeline()
    sentences = {e[0] for p in fact_patterns().patterns for e in (*p.examples, *p.counterexamples)}
    return {sentence: parse(nlp, document_of(sentence)) for sentence in sorted(sentences)}


def times_of(doc, document):
    times = pytest.importorskip("kg.nlp.times", reason="kg.nlp.times is not there yet")
    return times.find_times(doc, dt.date(2024, 6, 12))


def found(docs, pattern, sentence, subject, target):
    document = document_of(sentence)
    subject_class, object_class = classes_of(pattern)
    spans = [(subject, subject_class), *([(target, object_class)] if object_class else [])]
    mentions, entities = mentions_of(document, spans)
    facts, dropped = find_facts(
        docs[sentence],
        document,
        mentions,
        entities,
        [],
        times_of(docs[sentence], document) if object_class is None else [],
        patterns=Patterns([pattern]),
    )
    said = [(f.subject.text, getattr(f.object, "value", f.object.text)) for f in facts if f.modality == "Asserted"]
    return (subject, target) in said or (facts, dropped)


CASES = [(p, e) for p in fact_patterns().patterns for e in p.examples]
COUNTERCASES = [(p, e) for p in fact_patterns().patterns for e in p.counterexamples]


@pytest.mark.parametrize(("pattern", "example"), CASES, ids=[f"{p.id}-{n}" for n, (p, _) in enumerate(CASES)])
def test_pattern_finds_its_example(docs, pattern, example):
    assert found(docs, pattern, *example) is True


@pytest.mark.parametrize(
    ("pattern", "example"), COUNTERCASES, ids=[f"{p.id}-{n}" for n, (p, _) in enumerate(COUNTERCASES)]
)
def test_pattern_keeps_off_its_counterexample(docs, pattern, example):
    assert found(docs, pattern, *example) is not True


@pytest.mark.parametrize("pattern", fact_patterns().patterns, ids=lambda p: p.id)
def test_pattern_has_two_examples_and_a_counterexample(pattern):
    assert len(pattern.examples) >= 2
    assert len(pattern.counterexamples) >= 1
