import itertools

import pytest

from kg.corrections import Anchor, Corrections
from kg.records import Argument, Document, Entity, Event, Fact, Mention, Quotation, Reading, Role, Span, document_id
from kg.resolve import name_key, resolve, slug, split
from tests.graphs import NoKnownNames


def reading(text, names, *, date=None, aliases=None, events=()):
    """A reading whose entities are `names` (name -> class), each with a mention wherever its name stands in the text."""
    doc = document_id(text)
    mentions, entities = [], []
    for number, (name, type_) in enumerate(names.items(), 1):
        known_as = (aliases or {}).get(name, ())
        entities.append(Entity(doc, f"e{number}", name, type_, tuple(known_as)))
        for form in (name, *known_as):
            begin = text.find(form)
            while begin >= 0:
                mentions.append(Mention(doc, begin, begin + len(form), form, type_, f"e{number}"))
                begin = text.find(form, begin + len(form))
    return Reading(
        Document(doc, text, date=date),
        tuple(sorted(mentions, key=lambda m: m.begin)),
        tuple(entities),
        (),
        tuple(events),
    )


class Known:
    def canonical(self, name, kind):
        return {"U.S.": "United States", "United States": "United States"}.get(name) if kind == "Place" else None


def things(*readings, corrections=None, known=None):
    return resolve(readings, corrections or Corrections(), known or NoKnownNames()).things


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("U.S.", "US", True),
        ("US", "us", False),
        ("The Times", "times", True),
        ("Café Zoë", "cafe zoe", True),
        ("Lu’s", "Lu", True),
        ("Ye", "Ya", False),
        ("AT&T", "AT T", True),
    ],
)
def test_name_keys(a, b, same):
    assert (name_key(a) == name_key(b)) is same


@pytest.mark.parametrize(
    ("name", "expected"), [("Zoë & Co.", "zoe-co"), ("小红书", "x"), ("!!!", "x"), ("A" * 99, "a" * 40)]
)
def test_slugs_are_short_and_ascii(name, expected):
    assert slug(name) == expected


def test_a_full_name_is_one_person_across_documents():
    found = things(
        reading("Ana Ruiz spoke.", {"Ana Ruiz": "Person"}), reading("So did Ana Ruiz.", {"Ana Ruiz": "Person"})
    )
    assert [(t.label, len(t.members)) for t in found] == [("Ana Ruiz", 2)]


def test_a_bare_surname_is_not_the_same_person_elsewhere():
    found = things(reading("Wang wrote.", {"Wang": "Person"}), reading("Wang sang.", {"Wang": "Person"}))
    assert len(found) == 2


def test_a_document_that_tells_two_people_apart_is_believed():
    both = reading("Ana Ruiz, a judge, met Ana Ruiz, a singer.", {"Ana Ruiz": "Person"})
    twin = Entity(both.document.id, "e2", "Ana Ruiz", "Person")
    second = both.mentions[1]
    both = Reading(
        both.document,
        (both.mentions[0], Mention(second.doc, second.begin, second.end, second.text, "Person", "e2")),
        (both.entities[0], twin),
    )
    assert len(things(both, reading("Ana Ruiz spoke.", {"Ana Ruiz": "Person"}))) == 2


def test_an_alias_declared_in_one_text_joins_others():
    declared = reading("Chirp, also known as Tweeter.", {"Chirp": "Platform"}, aliases={"Chirp": ["Tweeter"]})
    found = things(
        declared,
        reading("Tweeter fell.", {"Tweeter": "Organization"}),
        reading("Chirp rose. Chirp!", {"Chirp": "Platform"}),
    )
    assert [(t.label, t.names, t.type) for t in found] == [("Chirp", ("Tweeter",), "Platform")]


def test_known_names_join_different_spellings():
    found = things(
        reading("The U.S. left.", {"U.S.": "Country"}),
        reading("United States", {"United States": "Place"}),
        known=Known(),
    )
    assert [(t.label, t.type, t.names) for t in found] == [("United States", "Country", ("U.S.",))]
    assert "names.toml" in found[0].merges[0].reason


def test_a_place_and_a_government_of_one_name_stay_apart():
    found = things(
        reading("Beijing said no.", {"Beijing": "GovernmentBody"}),
        reading("In Beijing it rained.", {"Beijing": "City"}),
    )
    assert sorted(t.type for t in found) == ["City", "GovernmentBody"]


def test_ids_do_not_depend_on_order_or_on_later_documents():
    early = reading("Ana Ruiz spoke.", {"Ana Ruiz": "Person"}, date="2024-01-01")
    late = reading("So did Ana Ruiz.", {"Ana Ruiz": "Person"}, date="2024-02-02")
    alone = things(early)[0].id
    assert {things(*order)[0].id for order in itertools.permutations([early, late])} == {alone}


@pytest.mark.parametrize(
    ("name", "type_", "label"), [("PONTA DELGADA", "City", "Ponta Delgada"), ("UNESCO", "Organization", "UNESCO")]
)
def test_a_place_in_the_capitals_of_a_dateline_gets_an_ordinary_label(name, type_, label):
    found = things(reading(f"{name} - It rained.", {name: type_}))
    assert found[0].label == label


def test_unnamed_entities_without_a_part_are_left_out():
    text = "A friend came."
    doc = document_id(text)
    mention = Mention(doc, 0, 8, "A friend", "Person", "e1", "nominal")
    assert (
        things(Reading(Document(doc, text), (mention,), (Entity(doc, "e1", "a friend", "Person", named=False),))) == ()
    )


@pytest.mark.parametrize(
    ("words", "type_", "kept"),
    [
        ("A friend", "Person", 1),
        ("My father", "Person", 1),
        ("The company", "Company", 0),
        ("People", "Person", 0),
        ("A company", "Company", 0),
    ],
)
def test_only_a_newly_introduced_person_is_a_node_without_a_name(words, type_, kept):
    text = f"{words} spoke."
    doc = document_id(text)
    mention = Mention(doc, 0, len(words), words, type_, "e1", "nominal")
    speaker = Quotation(doc, Span(0, 5), "direct", Argument(words, 0, len(words), "e1"))
    read = Reading(
        Document(doc, text), (mention,), (Entity(doc, "e1", words, type_, named=False),), quotations=(speaker,)
    )
    assert len(things(read)) == kept


def test_a_pronoun_is_never_another_name():
    text = "American users came. They stayed."
    doc = document_id(text)
    group = Entity(doc, "e1", "American users", "Group")
    mentions = (
        Mention(doc, 0, 14, "American users", "Group", "e1", "nominal"),
        Mention(doc, 21, 25, "They", "Group", "e1", "pronoun"),
    )
    assert things(Reading(Document(doc, text), mentions, (group,)))[0].names == ()


def test_a_correction_joins_and_parts():
    one, two = reading("Dr Guo spoke.", {"Guo": "Person"}), reading("Guo Jiakun spoke.", {"Guo Jiakun": "Person"})
    anchors = (Anchor(one.document.id, 3, 6, "Guo"), Anchor(two.document.id, 0, 10, "Guo Jiakun"))
    assert len(things(one, two)) == 2
    assert len(things(one, two, corrections=Corrections(same=(anchors,)))) == 1
    three, four = reading("Acme fell.", {"Acme": "Company"}), reading("Acme rose.", {"Acme": "Company"})
    apart = (Anchor(three.document.id, 0, 4, "Acme"), Anchor(four.document.id, 0, 4, "Acme"))
    assert len(things(three, four)) == 1
    assert len(things(three, four, corrections=Corrections(different=(apart,)))) == 2


def test_splitting_moves_mentions_and_arguments_of_the_other_name():
    text = "Wang wrote. Eric Wang drew."
    read = reading(text, {"Eric Wang": "Person"})
    doc = read.document.id
    short = Mention(doc, 0, 4, "Wang", "Person", "e1")
    fact = Fact(
        doc, Argument("Wang", 0, 4, "e1"), "knows", Argument("Eric Wang", 12, 21, "e1"), "Asserted", 0.9, Span(0, 27)
    )
    read = Reading(read.document, (short, *read.mentions[-1:]), read.entities, (fact,))
    parted = split(read, Anchor(doc, 12, 21, "Eric Wang"), Anchor(doc, 0, 4, "Wang"))
    assert len({m.entity for m in parted.mentions}) == 2
    assert parted.facts[0].subject.entity == parted.mentions[0].entity
    assert parted.facts[0].object.entity == "e1"
    assert {e.name for e in parted.entities} == {"Eric Wang", "Wang"}


def banned(text, date, from_, to):
    read = reading(text, {"Norland": "Country", "Chirp": "Platform"}, date=date)
    begin = text.index("banned")
    roles = tuple(
        Role(role, m.text, m.begin, m.end, m.entity) for role, m in zip(("agent", "target"), read.mentions, strict=True)
    )
    event = Event(
        read.document.id,
        "v1",
        "Ban",
        "ban",
        begin,
        begin + 6,
        "Asserted",
        0.9,
        Span(0, len(text)),
        roles,
        from_,
        to,
        "day",
    )
    return Reading(read.document, read.mentions, read.entities, (), (event,))


@pytest.mark.parametrize(
    ("from_", "to", "count"), [("2024-03-05", "2024-03-05", 1), ("2021-03-05", "2021-03-05", 2), (None, None, 2)]
)
def test_events_are_one_when_class_participants_and_time_agree(from_, to, count):
    one = banned("Norland banned Chirp.", "2024-03-06", "2024-03-04", "2024-03-06")
    two = banned("Norland has banned Chirp now.", "2024-03-07", from_, to)
    assert len(resolve([one, two], Corrections(), NoKnownNames()).happenings) == count
