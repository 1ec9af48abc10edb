"""The score sheet: metrics on tiny data with known answers, floors, and what happens without gold data."""

import io
import json
import tarfile
from pathlib import Path

import pytest

from kg.records import Argument, Entity, Fact, Literal, Span
from tests import gate
from tests.gates.base import Counts, Figure, Tagged, bio_spans, member, read_conll, unpacked
from tests.gates.facts import passage_counts
from tests.gates.names import CROSSNER_TYPES, UNER_TYPES, WNUT_TYPES, _meets, fold, is_unknown, read_gum, read_uner
from tests.gates.quotes import Tally, pair
from tests.gates.text2kg import key, mapped, score_sentence


def test_counts_give_precision_recall_and_f1():
    counts = Counts()
    counts.add(1, 2, 3)
    counts.add(1, 2, 1)
    assert (counts.precision, counts.recall, counts.f1) == (0.5, 0.5, 0.5)
    assert Counts().f1 == 0.0


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("O B-x I-x O", [(1, 3, "x")]),
        ("B-x B-x", [(0, 1, "x"), (1, 2, "x")]),
        ("B-x I-y", [(0, 1, "x"), (1, 2, "y")]),
        ("I-x I-x", [(0, 2, "x")]),
        ("O", []),
    ],
)
def test_tags_become_spans(tags, spans):
    assert bio_spans(tags.split()) == spans


def test_conll_words_are_joined_by_spaces():
    one, two = read_conll("Mara\tB-person\nHolt\tI-person\nsang\tO\n\nOslo\tB-location\n")
    assert (one.text, one.names) == ("Mara Holt sang", {(0, 9, "person")})
    assert (two.text, two.names) == ("Oslo", {(0, 4, "location")})


def test_uner_keeps_the_raw_text():
    raw = "# sent_id = n1\n# text = (Mara Holt)\n1\t(\tO\t-\ta\n2\tMara\tB-PER\t-\ta\n3\tHolt\tI-PER\t-\ta\n4\t)\tB-OTH\t-\ta\n"
    (sentence,) = read_uner(raw)
    assert (sentence.text, sentence.names) == ("(Mara Holt)", {(1, 10, "PER")})


@pytest.mark.parametrize(
    ("class_name", "types", "expected"),
    [
        ("City", UNER_TYPES, "LOC"),
        ("SocialMediaPlatform", UNER_TYPES, "ORG"),
        ("Work", UNER_TYPES, None),
        ("Company", WNUT_TYPES, "corporation"),
        ("SportsTeam", WNUT_TYPES, "group"),
        ("Country", CROSSNER_TYPES, "country"),
        ("City", CROSSNER_TYPES, "location"),
    ],
)
def test_classes_fold_to_the_nearest_type(class_name, types, expected):
    assert fold(class_name, types) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [((0, 4, "ORG"), True), ((10, 14, "ORG"), False), ((15, 24, "PER"), False)]
)
def test_capitalised_words_without_a_gold_name_are_unknown(name, expected):
    sentence = Tagged("Wave from soap Mara Holt", frozenset({(20, 24, "PER")}))
    assert is_unknown(name, sentence) is expected


def test_gum_gives_the_cores_of_named_mentions():
    rows = [
        ("1", "the", "DET", "Entity=(1-organization-new-sssss-cf1-2,3-coref"),
        ("2", "Harbour", "PROPN", "_"),
        ("3", "Trust", "PROPN", "Entity=1)"),
        ("4", "met", "VERB", "_"),
        ("5", "a", "DET", "Entity=(2-person-new-sssss-cf1-2-sgl"),
        ("6", "clerk", "NOUN", "Entity=2)|SpaceAfter=No"),
        ("7", ".", "PUNCT", "_"),
    ]
    raw = "\n".join("\t".join([n, word, word, tag, *"_____", misc]) for n, word, tag, misc in rows)
    text, mentions = read_gum(raw)
    assert text == "the Harbour Trust met a clerk. "
    assert mentions == {(frozenset({(4, 11), (12, 17)}), "organization")}
    (gold,) = mentions
    assert _meets((12, 17, "organization"), gold)
    assert not _meets((12, 17, "person"), gold)
    assert not _meets((0, 3, "organization"), gold)


def test_a_fact_counts_when_both_ends_overlap():
    gold = [("SPOUSE", (0, 4), (10, 14)), ("CHILD_OF", (0, 4), (20, 24))]
    found = [
        ("SPOUSE", [(2, 6)], [(30, 32), (13, 20)]),
        ("SPOUSE", [(4, 6)], [(10, 14)]),
        ("CEO", [(0, 4)], [(20, 24)]),
    ]
    assert passage_counts(found, gold) == (1, 2)


def _attribution(source, cue, content):
    return {role: frozenset(range(*span)) for role, span in (("source", source), ("cue", cue), ("content", content))}


def test_attributions_pair_by_content_overlap_one_to_one():
    gold = [_attribution((0, 4), (5, 9), (10, 20)), _attribution((0, 4), (30, 34), (40, 50))]
    found = [
        _attribution((0, 4), (5, 9), (18, 20)),
        _attribution((0, 4), (5, 9), (10, 18)),
        _attribution((0, 4), (30, 34), (60, 70)),
        _attribution((0, 4), (80, 84), (90, 99)),
    ]
    assert pair(found, gold) == [(1, 0), (2, 1)]


def test_roles_are_scored_by_characters_and_weighed():
    tally = Tally()
    gold = [_attribution((0, 10), (11, 15), (16, 26)), _attribution((0, 0), (40, 44), (50, 60))]
    found = [_attribution((5, 10), (11, 15), (16, 21))]
    for _ in range(2):
        tally.add(found, gold, 0.5)
    assert (tally.attributions.precision, tally.attributions.recall) == (1.0, 0.5)
    assert (tally.characters["source"].precision, tally.characters["source"].recall) == (1.0, 0.5)
    assert (tally.characters["content"].precision, tally.characters["content"].recall) == (1.0, 0.25)
    assert (tally.exact["cue"].recall, tally.exact["source"].recall) == (0.5, 0.0)


def test_published_rule_leaves_out_relations_the_gold_lacks():
    gold = {key("Mara Holt", "birthPlace", "Port_Ash"), key("Mara Holt", "party", "Greens")}
    found = {
        key("mara_holt", "birthPlace", "port ash"),
        key("Mara Holt", "birthPlace", "Rye"),
        key("Mara Holt", "club", "FC"),
    }
    assert score_sentence(found, gold) == (0.5, 0.5, 0.5)
    assert score_sentence({key("Mara Holt", "club", "FC")}, gold) == (0.0, 0.0, 0.0)


def test_facts_map_onto_the_relations_of_the_ontology():
    mara, ash, kelp = Argument("she", 0, 3, "e1"), Argument("Ash", 9, 12, "e2"), Argument("Kelp", 20, 24, "e3")
    entities = [
        Entity("d", "e1", "Mara Holt", "Person"),
        Entity("d", "e2", "Ashland", "Country"),
        Entity("d", "e3", "Kelp Ltd", "Company"),
    ]
    day = Literal("1 May 1980", 30, 40, "1980-05-01", "xsd:date")
    facts = [
        Fact("d", mara, "birthDate", day, "Asserted", 0.9, Span(0, 40)),
        Fact("d", mara, "founded", kelp, "Reported", 0.9, Span(0, 40)),
        Fact("d", kelp, "headquartersIn", ash, "Asserted", 0.9, Span(0, 40)),
        Fact("d", mara, "bornIn", ash, "Denied", 0.9, Span(0, 40)),
    ]
    relations = {"birthDate", "founder", "city", "country", "birthPlace"}
    assert list(mapped(facts, entities, relations)) == [
        ("Mara Holt", "birthDate", "1980-05-01"),
        ("Kelp Ltd", "founder", "Mara Holt"),
        ("Kelp Ltd", "country", "Ashland"),
    ]


def test_archives_are_read_and_unpacked(tmp_path):
    path = tmp_path / "small.tar.xz"
    with tarfile.open(path, "w:xz") as tar:
        info = tarfile.TarInfo("small/a.txt")
        info.size = 5
        tar.addfile(info, io.BytesIO(b"words"))
    assert member(path, "a.txt") == "words"
    with unpacked(path) as folder:
        assert [p.name for p in folder.iterdir()] == ["a.txt"]
    assert not folder.exists()


FLOOR = {"F1": {"value": 0.5, "gold": "aa"}}


@pytest.mark.parametrize(
    ("figures", "problem"),
    [
        ({"F1": {"value": 0.5, "gold": "aa"}}, None),
        ({"F1": {"value": 0.5 - gate.NOISE, "gold": "aa"}}, None),
        ({"F1": {"value": 0.49, "gold": "aa"}}, "below its floor"),
        ({"F1": {"value": 0.9, "gold": "bb"}}, "gold data has changed"),
        ({}, "was not measured"),
    ],
)
def test_compare_names_what_fell(figures, problem):
    problems = gate.compare(figures, FLOOR)
    assert len(problems) == (problem is not None)
    assert problem is None or problem in problems[0]


@pytest.mark.parametrize(
    ("figure", "reason", "expected"),
    [
        ({"value": 0.6, "gold": "aa"}, None, {"value": 0.6, "gold": "aa"}),
        ({"value": 0.4, "gold": "aa"}, None, {"value": 0.5, "gold": "aa"}),
        ({"value": 0.4, "gold": "aa"}, "why", {"value": 0.4, "gold": "aa", "lowered": "why"}),
        ({"value": 0.4, "gold": "bb"}, None, {"value": 0.4, "gold": "bb"}),
        ({"value": 0.6, "gold": "aa", "floor": False}, None, {"value": 0.5, "gold": "aa"}),
    ],
)
def test_update_never_lowers_a_floor_silently(figure, reason, expected):
    assert gate.update({"F1": figure}, FLOOR, reason) == {"F1": expected}


def test_update_keeps_the_floor_of_what_was_not_measured():
    assert gate.update({"R": {"value": 0.1, "gold": "cc"}}, FLOOR, None) == {**FLOOR, "R": {"value": 0.1, "gold": "cc"}}


@pytest.mark.parametrize(("no_skips", "code"), [("", 0), ("1", 3)])
def test_missing_gold_is_said_aloud(tmp_path, monkeypatch, capsys, no_skips, code):
    monkeypatch.setenv("KG_NO_SKIPS", no_skips)
    assert gate.main(["--shared", str(tmp_path / "absent")]) == code
    assert "GATE SKIPPED" in capsys.readouterr().out


@pytest.fixture
def small_gate(tmp_path, monkeypatch):
    """One measure on one gold file, with floors, scores and README of its own; the value can be set."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "gold.txt").write_text("gold")
    (tmp_path / "README.md").write_text("Top\n<!-- scores -->\nold\n\nThe figures are printed by `make gate`.\n")
    value = [0.7]

    def one(_shared: Path):
        yield Figure(gate.SHORT[0], value[0], "Names", "What it is.", "others .8")
        yield Figure("baseline", 0.2, "Names", "To beat.", floor=False)

    monkeypatch.setattr(gate, "measures", lambda _only: [(one, "*.txt")])
    for name, path in (("FLOORS", "gate.json"), ("SCORES", "scores.md"), ("README", "README.md")):
        monkeypatch.setattr(gate, name, tmp_path / path)
    return tmp_path, value, ["--shared", str(tmp_path / "shared")]


def test_gate_fails_below_a_floor_and_passes_above(small_gate, capsys):
    folder, value, arguments = small_gate
    assert gate.main([*arguments, "--update"]) == 0
    assert {name: floor["value"] for name, floor in json.loads((folder / "gate.json").read_text()).items()} == {
        gate.SHORT[0]: 0.7
    }
    value[0] = 0.6
    assert gate.main(arguments) == 3
    assert gate.main([*arguments, "--update"]) == 0
    assert "its floor 0.7 stays" in capsys.readouterr().out
    (folder / "shared" / "gold.txt").write_text("other gold")
    assert gate.main(arguments) == 3


def test_write_fills_the_scores_and_the_readme_between_its_marks(small_gate):
    folder, _, arguments = small_gate
    assert gate.main([*arguments, "--write"]) == 0
    readme = (folder / "README.md").read_text()
    row = f"| {gate.SHORT[0]} | 0.700 | others .8 |"
    table = f"| measure | figure | others |\n|---|---|---|\n{row}\n"
    assert readme == f"Top\n<!-- scores -->\n\n{table}\nThe figures are printed by `make gate`.\n"
    scores = (folder / "scores.md").read_text()
    assert "## Names" in scores
    assert "| baseline | 0.200 | To beat. |  |" in scores
