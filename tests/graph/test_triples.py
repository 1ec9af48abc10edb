import re

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.corrections import Corrections
from kg.graph.triples import Run, TripleWriter, document_lines, literal, sentence_around
from kg.records import Document, Entity, Mention, Reading, document_id
from kg.resolve import resolve
from tests.graphs import NoKnownNames, story_nt, story_readings, story_resolution

PREFIXES = """PREFIX kg: <https://w3id.org/dateline/ontology#> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX sem: <http://semanticweb.cs.vu.nl/2009/11/sem/>
PREFIX nif: <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#>
"""


@pytest.fixture(scope="module")
def story():
    store = ox.Store()
    store.load(story_nt().encode(), format=ox.RdfFormat.N_TRIPLES)
    return store


def rows(store, query):
    found = store.query(PREFIXES + query)
    return sorted(tuple(value.value if value else None for value in row) for row in found)


def test_only_asserted_present_statements_of_the_text_get_a_plain_triple(story):
    plain = rows(story, "SELECT ?a ?b { ?s kg:owns|kg:leads ?o . ?s rdfs:label ?a . ?o rdfs:label ?b }")
    assert plain == [("Ana Ruiz", "Northwind")]


def test_a_claim_keeps_its_source_and_a_denial_its_modality(story):
    found = rows(
        story,
        """SELECT ?m ?who { ?st rdf:predicate kg:owns ; kg:modality ?m OPTIONAL { ?st kg:statedBy/rdfs:label ?who } }""",
    )
    kg = "https://w3id.org/dateline/ontology#"
    assert found == [(kg + "Asserted", "Omar Bello"), (kg + "Denied", "Daily Post")]


def test_confidence_of_two_documents_is_a_noisy_or(story):
    found = rows(
        story, "SELECT ?c { ?st rdf:predicate kg:leads ; kg:confidence ?c FILTER NOT EXISTS { ?st kg:past true } }"
    )
    assert found == [("0.99",)]


def test_every_span_is_exactly_its_anchor(story):
    texts = {r.document.id: r.document.text for r in story_readings()}
    spans = rows(
        story,
        "SELECT ?d ?b ?e ?a { ?s nif:referenceContext ?d ; nif:beginIndex ?b ; nif:endIndex ?e ; nif:anchorOf ?a }",
    )
    assert len(spans) > 30
    for doc, begin, end, anchor in spans:
        assert texts[doc.rsplit("/", 1)[-1]][int(begin) : int(end)] == anchor


def test_planned_events_have_no_plain_roles(story):
    found = rows(
        story, "SELECT ?label ?who { ?e a kg:Ban ; rdfs:label ?label OPTIONAL { ?e kg:agent/rdfs:label ?who } }"
    )
    assert found == [("Norland bans Chirp", "Norland"), ("Norland to ban Quill", None)]


def test_classes_are_written_up_to_the_top(story):
    assert rows(story, "SELECT ?l { ?x a kg:Organization, kg:Agent, kg:Entity ; rdfs:label ?l }") == [
        ("Daily Post",),
        ("Northwind",),
        ("Quill",),
    ]


def test_documents_in_any_order_give_the_same_lines():
    readings = list(reversed(story_readings()))
    writer = TripleWriter(resolve(readings, Corrections(), NoKnownNames()), Run("0.0.0", "test"))
    assert "".join(f"{line}\n" for line in sorted(set(document_lines(writer, readings)))) == story_nt()


def test_text_none_keeps_every_word_of_the_articles_out():
    writer = TripleWriter(story_resolution(), Run("0.0.0", "test"), text="none")
    lines = "\n".join(document_lines(writer, story_readings()))
    assert "keep the birds singing" not in lines
    assert "anchorOf" not in lines


def test_all_iris_are_ascii_and_there_are_no_blank_nodes():
    assert "_:" not in re.sub(r'"(?:[^"\\]|\\.)*"', "", story_nt())
    for iri in re.findall(r"<([^<>\"]*)>", story_nt()):
        assert iri.isascii()


@given(st.text())
def test_any_literal_is_read_back_as_it_was(text):
    line = f"<http://x/s> <http://x/p> {literal(text)} ."
    quads = list(ox.parse(line.encode(), format=ox.RdfFormat.N_TRIPLES))
    assert quads[0].object.value == text.encode("utf-8", "replace").decode()


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_a_name_of_any_characters_makes_a_graph_that_parses(name):
    doc = document_id(name)
    mention = Mention(doc, 0, len(name), name, "Person", "e1")
    read = Reading(
        Document(doc, name, url=f"https://example.org/{name}", title=name),
        (mention,),
        (Entity(doc, "e1", name, "Person"),),
    )
    writer = TripleWriter(resolve([read], Corrections(), NoKnownNames()), Run("0", "t"))
    lines = "\n".join(document_lines(writer, [read]))
    assert len(list(ox.parse(lines.encode(), format=ox.RdfFormat.N_TRIPLES))) > 10


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("One. The gala was here. Three.", "gala", "The gala was here."),
        ("No stop but\nthe gala\nhere", "gala", "the gala"),
        ("gala", "gala", "gala"),
        ("He left. “The gala!” She came.", "gala", "“The gala!”"),
    ],
)
def test_the_sentence_around_a_name(text, words, expected):
    begin = text.index(words)
    span = sentence_around(text, begin, begin + len(words))
    assert text[span.begin : span.end] == expected
