import hashlib
import sqlite3
import time

import pytest

from kg.errors import AmbiguousName, StoreError, UnknownName
from kg.graph.names import beginning_with, entity_named, find, fold, write_names
from kg.graph.store import memory_store
from tests.graph.story_output import write_output

PREFIXES = """@prefix kg: <https://w3id.org/dateline/ontology#> . @prefix kgr: <https://w3id.org/dateline/id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix nif: <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#> .
"""


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    return write_output(tmp_path_factory.mktemp("story"))


def index_of(folder, turtle):
    source = folder / "names.ttl"
    source.write_text(PREFIXES + turtle, encoding="utf-8")
    write_names(memory_store([source]), folder / "names.sqlite")
    return folder


def entity(name, kind, label, *, aliases=(), documents=0):
    mentions = "".join(
        f" kgr:m-{name}-{n} kg:refersTo kgr:{name} ; nif:referenceContext kgr:doc-{n} ." for n in range(documents)
    )
    others = "".join(f' kgr:{name} skos:altLabel "{alias}"@en .' for alias in aliases)
    classes = "kg:Entity" if kind == "Entity" else f"kg:Entity, kg:{kind}"
    return f'kgr:{name} a {classes} ; rdfs:label "{label}"@en ; skos:prefLabel "{label}"@en .{mentions}{others}\n'


def shown(candidates):
    return [(c.label, c.type, c.documents, c.how) for c in candidates]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Müller-Lüdenscheidt", "muller ludenscheidt"),
        ("STRAßE", "strasse"),
        ("O’Neill", "oneill"),
        ("U.S.", "us"),
        ("ﬁre", "fire"),
        ("Łódź", "lodz"),
        ("Ёлка", "елка"),
        ("小红书", "小红书"),
        ("ガンダム", "ガンダム"),
        ("한국", "한국"),
        ("Nguyễn  Văn\tA", "nguyen van a"),
        ("!!!", "!!!"),
    ],
)
def test_folding_takes_case_and_accents_and_leaves_other_scripts(name, key):
    assert fold(name) == key


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Chirp", [("Chirp", "SocialMediaPlatform", 1, "exact")]),
        ("CHIRP", [("Chirp", "SocialMediaPlatform", 1, "folded")]),
        ("Tweeter", [("Chirp", "SocialMediaPlatform", 1, "alias")]),
        ("ana ruíz", [("Ana Ruiz", "Person", 3, "folded")]),
        ("Chrip", [("Chirp", "SocialMediaPlatform", 1, "close")]),
        ("Bello", [("Omar Bello", "Person", 1, "part"), ("Ana Ruiz meets Omar Bello", "Meeting", 1, "part")]),
        ("kgr:lima-7eb844f7c5", [("Lima", "City", 2, "iri")]),
        ("<https://w3id.org/dateline/id/lima-7eb844f7c5>", [("Lima", "City", 2, "iri")]),
        ("Lima (City)", [("Lima", "City", 2, "exact")]),
        ("Lima (Place)", [("Lima", "City", 2, "exact")]),
        ("Lima (Person)", []),
        ("Who owns Quill?", [("Who owns Quill?", "Document", 1, "exact")]),
        ("zzzz", []),
        ("", []),
        ("'; DROP TABLE names; --", []),
    ],
)
def test_a_name_finds_its_node(story, text, expected):
    assert shown(find(story / "names.sqlite", text)) == expected


def test_the_index_is_the_same_bytes_each_time(story, tmp_path):
    write_names(story / "graph.nt", tmp_path / "again.sqlite")
    digests = [
        hashlib.sha256(path.read_bytes()).hexdigest() for path in (story / "names.sqlite", tmp_path / "again.sqlite")
    ]
    assert digests[0] == digests[1]


def test_an_unknown_name_offers_the_nearest(story):
    with pytest.raises(UnknownName) as caught:
        entity_named(story, "Northwnd")
    assert str(caught.value).splitlines()[1] == "  Northwind (Company) · 3 documents · kgr:northwind-a7cf0426d4"
    assert caught.value.exit_code == 3


def test_a_name_of_another_class_says_which_class_has_it(story):
    with pytest.raises(UnknownName, match=r'No Person is named "Lima".*\n  Lima \(City\)'):
        entity_named(story, "Lima (Person)")


def test_an_ambiguous_name_lists_the_candidates_with_class_and_documents(tmp_path):
    folder = index_of(
        tmp_path,
        entity("georgia-1", "Country", "Georgia", documents=2) + entity("georgia-2", "Region", "Georgia", documents=5),
    )
    with pytest.raises(AmbiguousName) as caught:
        entity_named(folder, "Georgia")
    assert str(caught.value).splitlines() == [
        '2 things are named "Georgia":',
        "  Georgia (Region) · 5 documents · kgr:georgia-2",
        "  Georgia (Country) · 2 documents · kgr:georgia-1",
        'Say which one, as "Georgia (Region)" or by its kgr: name.',
    ]
    assert entity_named(folder, "Georgia (Country)").iri.endswith("georgia-1")
    assert entity_named(folder, "Georgia", "Region").iri.endswith("georgia-2")


@pytest.mark.parametrize(
    ("text", "other", "documents", "taken"),
    [
        ("Apple", "APPLE", 1, "apple-1"),
        ("Apple", "APPLE", 9, None),
        ("apple", "APPLE", 1, None),
        ("Apple", "Apple", 1, None),
    ],
)
def test_a_spelling_that_fits_exactly_wins_over_rarer_ones_that_only_fold_to_it(
    tmp_path, text, other, documents, taken
):
    folder = index_of(
        tmp_path,
        entity("apple-1", "Company", "Apple", documents=4) + entity("apple-2", "Work", other, documents=documents),
    )
    if taken is None:
        with pytest.raises(AmbiguousName):
            entity_named(folder, text)
    else:
        assert entity_named(folder, text).iri.endswith(taken)


def test_a_thing_comes_before_an_event_or_a_document_of_that_name(tmp_path):
    document = 'kgr:doc-1 a kg:Document ; rdfs:label "Chirp"@en .'
    folder = index_of(
        tmp_path, entity("chirp", "Platform", "Chirp") + entity("event-ban-1", "Event", "Chirp") + document
    )
    assert entity_named(folder, "Chirp").iri.endswith("/chirp")


def test_a_node_under_another_base_is_shown_by_its_whole_iri(tmp_path):
    turtle = """<http://e/x> a kg:Entity, kg:City ; rdfs:label "Lima"@en . <http://e/y> a kg:Entity, kg:City ; rdfs:label "Lima"@en ."""
    folder = index_of(tmp_path, turtle)
    with pytest.raises(AmbiguousName, match=r"Lima \(City\) · 0 documents · <http://e/x>"):
        entity_named(folder, "Lima")
    assert entity_named(folder, "<http://e/y>").iri == entity_named(folder, "http://e/y").iri == "http://e/y"


def test_names_begin_for_completion(story):
    assert [c.label for c in beginning_with(story / "names.sqlite", "nor")] == [
        "Norland",
        "Norland bans Chirp",
        "Norland to ban Quill",
        "Northwind",
        "Northwind buys Chirp",
    ]


def test_missing_damaged_and_other_versions_say_to_build(tmp_path):
    path = tmp_path / "names.sqlite"
    with pytest.raises(StoreError, match=r"There is no name index.*kg build"):
        find(path, "x")
    path.write_bytes(b"not a database at all, whatever it says" * 100)
    with pytest.raises(StoreError, match=r"damaged.*kg build"):
        find(path, "x")
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match=r"format 99.*kg build"):
        find(path, "x")


def test_an_empty_graph_gives_an_empty_index(tmp_path):
    folder = index_of(tmp_path, "")
    assert find(folder / "names.sqlite", "anything") == []


@pytest.mark.slow
def test_a_hundred_thousand_names_are_searched_in_a_tenth_of_a_second(tmp_path):
    syllables = ["ba", "ko", "mi", "ta", "ru", "so", "ne", "vi", "lo", "da"]
    names = ["".join(syllables[int(digit)] for digit in f"{number:05d}").title() for number in range(100_000)]
    folder = index_of(tmp_path, "".join(entity(f"n-{n}", "Person", f"{name} Smith") for n, name in enumerate(names)))
    begun = time.perf_counter()
    assert shown(find(folder / "names.sqlite", f"{names[777]} smith")) == [
        (f"{names[777]} Smith", "Person", 0, "folded")
    ]
    near = find(folder / "names.sqlite", f"{names[54321]}x Smith")
    assert near[0].label == f"{names[54321]} Smith"
    assert time.perf_counter() - begun < 1.0
