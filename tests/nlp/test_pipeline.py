import shutil

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from kg.errors import ModelError, SettingError
from kg.nlp import pipeline
from kg.nlp.pipeline import load_pipeline, parse, pipeline_fingerprint, read
from kg.records import Document, Reading, Span, document_id

pytestmark = pytest.mark.model

ARTICLE = (
    "Fjord Energy buys a rival\n\n"
    "OSLO, March 4 — Fjord Energy, a Norwegian power company, has bought Baltic Wind, its chief executive Ingrid Lund said "
    "on Monday. “We have waited for this for two years,” she told reporters.\n\n"
    "Sign up for our newsletter!\n\n"
    "Baltic Wind was founded in 2011 in Riga."
)


def document(text, **fields):
    return Document(document_id(text), text, **fields)


def test_boilerplate_gives_no_words_and_moves_no_offset(nlp):
    begin = ARTICLE.index("Sign up")
    end = ARTICLE.index("\n\nBaltic Wind was")
    doc = parse(nlp, document(ARTICLE, boilerplate=(Span(begin, end, "newsletter"),)))
    assert len(doc.text) == len(ARTICLE)
    assert doc.text[begin:end].isspace()
    assert "newsletter" not in [token.text for token in doc]
    assert all(ARTICLE[t.idx : t.idx + len(t)] == t.text for t in doc if not t.is_space)


def test_lone_surrogates_are_read_over(nlp):
    text = "Anna \ud800 Keller left."
    doc = parse(nlp, document(text))
    assert len(doc.text) == len(text)


def test_everything_read_from_a_document_has_its_place_in_the_text(nlp):
    stored = document(ARTICLE, date="2026-03-05")
    reading = read(nlp, stored)
    assert reading.document == stored
    assert {"Fjord Energy", "Baltic Wind", "Ingrid Lund"} <= {entity.name for entity in reading.entities}
    assert all(ARTICLE[m.begin : m.end] == m.text for m in reading.mentions)
    entities = {entity.id for entity in reading.entities}
    assert all(mention.entity in entities for mention in reading.mentions)
    assert all(record.doc == stored.id for record in (*reading.mentions, *reading.entities, *reading.quotations))
    [quotation] = [q for q in reading.quotations if q.form == "direct"]
    assert ARTICLE[quotation.content.begin : quotation.content.end] == "We have waited for this for two years,"
    assert quotation.speaker is not None
    name_of = {entity.id: entity.name for entity in reading.entities}
    assert name_of[quotation.speaker.entity] == "Ingrid Lund"


def test_a_reading_does_not_depend_on_what_was_read_before(nlp):
    stored = document(ARTICLE, date="2026-03-05")
    first = list(read(nlp, stored).lines())
    read(nlp, document("Tom Reed left Acme Inc. in Reno. Fjord Energy did not."))
    assert list(read(nlp, stored).lines()) == first
    assert list(read(load_pipeline(), stored).lines()) == first


@pytest.mark.parametrize("text", ["", "\n", "?", "“", "Name:", "1."])
def test_next_to_nothing_is_read_without_error(nlp, text):
    assert read(nlp, document(text)).document.text == text


def test_another_language_is_stored_and_not_read(nlp):
    stored = document("Der Fluss stieg in der Nacht.", language="de")
    assert read(nlp, stored) == Reading(stored)


def test_the_encoder_is_found_by_its_factory_name():
    nlp = spacy.blank("en")
    nlp.add_pipe("dateline_encoder")
    assert [span.label_ for span in nlp("Anna Keller lives in Bern.").ents] == ["Person", "Place"]


# ---------------------------------------------------------------- other pipelines


def test_a_pipeline_that_is_not_installed_is_named():
    with pytest.raises(ModelError, match="'no_such_pipeline' cannot be loaded"):
        load_pipeline("no_such_pipeline")


def test_a_pipeline_without_parser_and_names_is_refused(tmp_path):
    spacy.blank("en").to_disk(tmp_path / "bare")
    with pytest.raises(SettingError, match="has no parser and no ner"):
        load_pipeline(str(tmp_path / "bare"))


@Language.component("test_flat_tree", assigns=["token.dep", "token.head"])
def flat_tree(doc):
    for token in doc:
        token.head, token.dep_ = doc[0], "dep" if token.i else "ROOT"
    return doc


def test_names_of_another_pipeline_become_classes_of_the_ontology(tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("test_flat_tree")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns(
        [
            {"label": "GPE", "pattern": "Bern"},
            {"label": "PERSON", "pattern": "Keller"},
            {"label": "CARDINAL", "pattern": "two"},
        ]
    )
    nlp.to_disk(tmp_path / "other")
    other = load_pipeline(str(tmp_path / "other"))
    doc = parse(other, document("Keller saw two mills in Bern."))
    assert [(span.text, span.label_) for span in doc.ents] == [("Keller", "Person"), ("Bern", "Place")]


# ---------------------------------------------------------------- fingerprint


def test_the_fingerprint_is_stable_and_changes_with_the_ontology(nlp, tmp_path, monkeypatch):
    before = pipeline_fingerprint(nlp)
    assert pipeline_fingerprint(load_pipeline()) == before
    copied = tmp_path / "ontology"
    shutil.copytree(pipeline.data_folder("ontology"), copied)
    monkeypatch.setattr(pipeline, "data_folder", lambda name: copied)
    assert pipeline_fingerprint(nlp) == before
    with (copied / "cues.toml").open("a", encoding="utf-8") as file:
        file.write("\n# another line\n")
    assert pipeline_fingerprint(nlp) != before


def test_a_doc_keeps_the_text(nlp):
    assert isinstance(parse(nlp, document(ARTICLE)), Doc)
    assert parse(nlp, document(ARTICLE)).text == ARTICLE
