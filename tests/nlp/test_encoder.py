import itertools
import shutil

import numpy as np
import pytest
import spacy

from kg.errors import ModelError
from kg.nlp.decoder import best_heads, best_names, name_transitions, spans
from kg.nlp.encoder import Encoder, model_folder, model_hash
from kg.nlp.lemmas import read_lemmatizer
from kg.nlp.tokens import MAX_STRETCH_CHARS

pytestmark = pytest.mark.model

TEXTS = [
    "Anna Keller visited Bern on 3 May 2024. “It rained,” she said.",
    "The court in Oslo fined Nordlys ASA; the firm will appeal.\n\nShares fell 4 per cent.",
    "THE RIVER ROSE. Nobody slept in Visby.",
]


def annotation(doc):
    columns = ["HEAD", "DEP", "TAG", "POS", "MORPH", "LEMMA", "SENT_START", "ENT_IOB", "ENT_TYPE"]
    return doc.to_array(columns).tobytes()


def test_a_sentence_gets_names_tags_lemmas_and_a_tree(nlp):
    doc = nlp("Anna Keller visited two mills in Bern.")
    rows = [(t.text, t.tag_, t.pos_, t.lemma_, t.dep_, t.head.text) for t in doc]
    assert rows == [
        ("Anna", "NNP", "PROPN", "Anna", "nsubj", "visited"),
        ("Keller", "NNP", "PROPN", "Keller", "flat", "Anna"),
        ("visited", "VBD", "VERB", "visit", "ROOT", "visited"),
        ("two", "CD", "NUM", "two", "nummod", "mills"),
        ("mills", "NNS", "NOUN", "mill", "obj", "visited"),
        ("in", "IN", "ADP", "in", "case", "Bern"),
        ("Bern", "NNP", "PROPN", "Bern", "obl", "visited"),
        (".", ".", "PUNCT", ".", "punct", "visited"),
    ]
    assert [(span.text, span.label_) for span in doc.ents] == [("Anna Keller", "Person"), ("Bern", "Place")]


def test_a_document_reads_the_same_alone_in_any_order_and_after_others(nlp):
    alone = [annotation(nlp(text)) for text in TEXTS]
    for order in itertools.permutations(range(len(TEXTS))):
        docs = list(nlp.pipe([TEXTS[i] for i in order]))
        assert [annotation(doc) for doc in docs] == [alone[i] for i in order]
    fresh = spacy.blank("en")
    fresh.add_pipe("dateline_encoder")
    assert annotation(fresh(TEXTS[0])) == alone[0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n\n \n",
        "x" * 1_000_000,
        "a.b/" * 5_000,
        "(" * 5_000,
        "ALL CAPS AND NO STOP " * 60,
        "🙂👩‍👩‍👧‍👦 \u200b\u202e\ufeff \0 e\u0301",
        "北京的天气很好。我们去了长城。",
        "Москва готовится к зиме. مرحبا بالعالم",
        "word " * 600,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_any_unicode_is_read_without_loss(nlp, text):
    doc = nlp(text)
    assert doc.text == text
    assert all(text[token.idx : token.idx + len(token)] == token.text for token in doc)
    assert all(sum(t.head.i == t.i for t in sentence) == 1 for sentence in doc.sents)


def test_whitespace_hangs_on_the_word_before_and_starts_no_sentence(nlp):
    doc = nlp("  It  rained.\n\n\nIt stopped.  ")
    spaces = [token for token in doc if token.is_space]
    assert [(t.tag_, t.pos_, t.dep_) for t in spaces] == [("_SP", "SPACE", "dep")] * len(spaces)
    assert [[t.text for t in s if not t.is_space] for s in doc.sents] == [
        ["It", "rained", "."],
        ["It", "stopped", "."],
    ]


def test_names_stay_whole_in_a_sentence_longer_than_a_window(nlp):
    people = ["Anna Keller, a teacher", "Tom Reed, the mayor", "Ingrid Lund, who bakes bread", "Omar Aziz of Cairo"]
    text = "The prize went to " + "; to ".join(people * 8) + "."
    doc = nlp(text)
    assert len(list(doc.sents)) == 1
    found = [span.text for span in doc.ents if span.label_ == "Person"]
    assert found == ["Anna Keller", "Tom Reed", "Ingrid Lund", "Omar Aziz"] * 8


def test_a_stretch_without_spaces_becomes_bounded_tokens(nlp):
    doc = nlp(f"See {'q' * 700} now.")
    assert [len(token) for token in doc] == [3, MAX_STRETCH_CHARS, MAX_STRETCH_CHARS, 100, 1, 3, 1]


@pytest.mark.parametrize(
    "name", ["encoder.onnx", "labels.npy", "labels.json", "tokenizer.json", "lemmas.json.gz", "meta.json"]
)
@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_a_missing_or_damaged_model_file_is_named(tmp_path, name, damage):
    folder = tmp_path / "model"
    shutil.copytree(model_folder(), folder)
    (folder / name).chmod(0o644)
    if damage == "missing":
        (folder / name).unlink()
    else:
        (folder / name).write_bytes((folder / name).read_bytes()[:40])
    with pytest.raises(ModelError, match=rf"{name.replace('.', '[.]')}|label lists") as caught:
        Encoder(folder, spacy.blank("en").vocab)
    assert "Install Dateline again" in str(caught.value)


def test_the_models_hash_is_that_of_its_files(tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(model_folder(), folder)
    assert model_hash(folder) == model_hash(model_folder())


# ---------------------------------------------------------------- decoding


def brute_force(scores):
    n = len(scores)
    best = None
    for heads in itertools.product(range(n + 1), repeat=n):
        if heads.count(0) != 1:
            continue
        depth_fine = all(_reaches_root(heads, i) for i in range(n))
        if depth_fine:
            total = sum(scores[i][head] for i, head in enumerate(heads))
            if best is None or total > best[0]:
                best = (total, list(heads))
    return best[1]


def _reaches_root(heads, i):
    seen = set()
    node = i + 1
    while node and node not in seen:
        seen.add(node)
        node = heads[node - 1]
    return node == 0


@pytest.mark.parametrize("seed", range(30))
def test_the_best_tree_with_one_root_is_found(seed):
    scores = np.random.default_rng(seed).normal(size=(4, 5)).astype(np.float32)
    scores[np.arange(4), np.arange(1, 5)] = -1e9
    assert best_heads(scores) == brute_force(scores.tolist())


def test_names_never_begin_inside():
    labels = ["O", "B-Person", "I-Person", "B-Place", "I-Place"]
    scores = np.array([[0, 0, 3, 0, 0], [0, 0, 0, 0, 5], [9, 0, 0, 0, 0]], np.float32)
    path = [labels[k] for k in best_names(scores, labels, name_transitions(labels))]
    assert path == ["B-Place", "I-Place", "O"]
    assert spans(path) == [(0, 2, "Place")]


# ---------------------------------------------------------------- lemmas


@pytest.mark.parametrize(
    ("word", "pos", "tag", "lemma"),
    [
        ("said", "VERB", "VBD", "say"),
        ("migrating", "VERB", "VBG", "migrate"),
        ("invited", "VERB", "VBD", "invite"),
        ("observed", "VERB", "VBD", "observe"),
        ("implemented", "VERB", "VBN", "implement"),
        ("stopped", "VERB", "VBD", "stop"),
        ("livestreamed", "VERB", "VBD", "livestream"),
        ("deplatformed", "VERB", "VBN", "deplatform"),
        ("co-founded", "VERB", "VBD", "co-found"),
        ("dying", "VERB", "VBG", "die"),
        ("watches", "VERB", "VBZ", "watch"),
        ("companies", "NOUN", "NNS", "company"),
        ("wives", "NOUN", "NNS", "wife"),
        ("children", "NOUN", "NNS", "child"),
        ("policemen", "NOUN", "NNS", "policeman"),
        ("netizens", "NOUN", "NNS", "netizen"),
        ("series", "NOUN", "NNS", "series"),
        ("1990s", "NOUN", "NNS", "1990s"),
        ("bigger", "ADJ", "JJR", "big"),
        ("best", "ADJ", "JJS", "good"),
        ("best", "ADV", "RBS", "well"),
        ("n’t", "PART", "RB", "not"),
        ("’s", "AUX", "VBZ", "be"),
        ("are", "VERB", "VBP", "be"),
        ("her", "PRON", "PRP$", "her"),
        ("her", "PRON", "PRP", "she"),
        ("TikTok", "PROPN", "NNP", "TikTok"),
        ("Americans", "PROPN", "NNPS", "American"),
        ("Philippines", "PROPN", "NNPS", "Philippines"),
        ("WORKERS", "NOUN", "NNS", "worker"),
        ("bring", "VERB", "VB", "bring"),
    ],
)
def test_lemmas_are_words(word, pos, tag, lemma):
    assert read_lemmatizer(model_folder() / "lemmas.json.gz")(word, pos, tag) == lemma
