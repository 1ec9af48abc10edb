"""Pattern files: every rule of the format is checked, and an error names file, pattern and a near word."""

import pytest

from kg.errors import DataFileError
from kg.nlp.matching import event_patterns, fact_patterns
from kg.nlp.patterns import read_patterns
from kg.ontology import ontology

GOOD = """
[[pattern]]
id = "own"
relation = "owns"
trigger = ["own", "$money", "set up"]
subject = "agent"
object = "obj @of,in | patient[firm,company]"

[lists]
money = ["buy", "take over"]
"""


def read(tmp_path, text):
    path = tmp_path / "things.toml"
    path.write_text(text, encoding="utf-8")
    return read_patterns(path)


def test_reads_triggers_lists_and_paths(tmp_path):
    (pattern,) = read(tmp_path, GOOD)
    assert pattern.triggers == (("own",), ("buy",), ("take", "over"), ("set", "up"))
    (_, subject), (_, target) = pattern.slots
    assert [[step.kind for step in path] for path in (*subject, *target)] == [["macro"], ["child", "prep"], ["macro"]]
    assert target[0][1].names == ("of", "in")
    assert target[1][0].lemmas == {"firm", "company"}


def test_hyphenated_trigger_is_split_as_the_tokenizer_splits_it(tmp_path):
    (pattern,) = read(tmp_path, GOOD.replace('"set up"', '"co-own"'))
    assert pattern.triggers[-1] == ("co", "-", "own")


BROKEN = [
    ("not TOML", 'id = "own"', "id = own", "cannot be read as TOML"),
    ("unknown key", 'trigger = ["own"', 'triggers = ["own"', "unknown key 'triggers'"),
    ("key missing", 'id = "own"\n', "", "'id' is missing"),
    ("unknown property", '"owns"', '"ownz"', 'Did you mean "owns"?'),
    ("unknown step", '"agent"', '"agend"', 'Did you mean "agent"?'),
    ("unknown label", "obj @of", "objj @of", "unknown step"),
    ("unknown list", "$money", "$mony", 'Did you mean "money"?'),
    ("literal for an entity", '"agent"', '"agent"\nexamples = []', None),
    ("object must be an entity", "obj @of,in | patient[firm,company]", "=title", "must be an entity"),
    ("unknown class", 'subject = "agent"', 'subject = "agent"\nsubject_type = ["Persn"]', 'Did you mean "Person"?'),
    (
        "class outside the range",
        'subject = "agent"',
        'subject = "agent"\nobject_type = ["Person"]',
        "is not among the objects",
    ),
    ("unknown part of speech", 'subject = "agent"', 'subject = "agent"\npos = "VRB"', "pos must be one of"),
    ("unknown way of bearing", 'subject = "agent"', 'subject = "agent"\nhow = ["titel"]', 'Did you mean "title"?'),
    ("unknown table", "[lists]", "[list]", 'Did you mean "lists"?'),
]


@pytest.mark.parametrize(("old", "new", "message"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_broken_pattern_is_named_with_a_hint(tmp_path, old, new, message):
    assert old in GOOD
    if message is None:
        assert read(tmp_path, GOOD.replace(old, new))
        return
    with pytest.raises(DataFileError) as error:
        read(tmp_path, GOOD.replace(old, new))
    assert message in str(error.value)
    assert "things.toml" in str(error.value)


def test_two_patterns_with_one_id_are_refused(tmp_path):
    with pytest.raises(DataFileError, match="two patterns have the id"):
        read(tmp_path, GOOD.replace("[lists]", GOOD.split("[lists]", maxsplit=1)[0] + "[lists]"))


def test_event_needs_a_class_and_roles_of_events(tmp_path):
    table = '[[event]]\nid = "x"\nevent = "{}"\ntrigger = ["ban"]\nroles = {{ {} = "patient" }}\n'
    assert read(tmp_path, table.format("Ban", "target"))[0].is_event
    with pytest.raises(DataFileError, match='Did you mean "Ban"'):
        read(tmp_path, table.format("Bann", "target"))
    with pytest.raises(DataFileError, match='Did you mean "target"'):
        read(tmp_path, table.format("Ban", "targte"))


def test_shipped_patterns_have_ids_of_their_own():
    ids = [p.id for p in fact_patterns().patterns]
    assert len(ids) == len(set(ids)) >= 150


def test_shipped_events_cover_the_classes_of_events():
    told = {p.target for p in event_patterns().patterns}
    classes = {name for name in ontology().parents if "Event" in ontology().parents[name]}
    # festivals and conferences have names of their own and are found as names
    assert classes - told == {"Festival", "Conference"}
