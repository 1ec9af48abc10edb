import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import RecordError
from kg.records import (
    Alias,
    Argument,
    Document,
    Entity,
    Event,
    Fact,
    Literal,
    Mention,
    Quotation,
    Role,
    Span,
    document_id,
    from_line,
    to_line,
)

ARGUMENT = Argument("Ana Ruiz", 0, 8, "e1")
RECORDS = [
    Document("doc-1", "Zoë “Zed”\u2028", title="T", authors=("A", "B"), boilerplate=(Span(0, 3, "caption"),)),
    Mention("doc-1", 0, 8, "Ana Ruiz", "Person", "e1", "pronoun", 0.8, "model"),
    Entity("doc-1", "e1", "Ana Ruiz", "Person", ("Ruiz",), True, (Alias("Ruiz", "surname", 3, 8),), ("title: Dr",)),
    Fact(
        "doc-1",
        ARGUMENT,
        "age",
        Literal("34", 9, 11, "34", "xsd:integer", "years", "about"),
        "Asserted",
        0.9,
        Span(0, 20),
    ),
    Fact("doc-1", ARGUMENT, "knows", ARGUMENT, "Denied", 0.5, Span(0, 20), ARGUMENT, "2020-01-01", None, True, "p1"),
    Event(
        "doc-1",
        "v1",
        "Ban",
        "a ban",
        3,
        6,
        "Planned",
        0.7,
        Span(0, 9),
        (Role("agent", "Ana", 0, 3, "e1"),),
        place=ARGUMENT,
    ),
    Quotation("doc-1", Span(1, 5), "direct", ARGUMENT, "said", 6, 10),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_comes_back_from_its_line_unchanged(record):
    line = to_line(record)
    assert "\n" not in line
    assert from_line(line) == record


def test_event_line_uses_the_documented_keys():
    plain = json.loads(to_line(RECORDS[5]))
    assert {"class", "from", "to", "roles", "place", "time_text", "evidence"} <= set(plain)
    assert "date_from" not in plain


def test_mention_line_says_its_kind_as_form():
    plain = json.loads(to_line(RECORDS[1]))
    assert (plain["kind"], plain["form"]) == ("mention", "pronoun")


@pytest.mark.parametrize(
    "line", ["", "{", '{"kind":"nothing"}', '{"kind":"mention"}', "[]", '{"kind":"fact","subject":3}']
)
def test_a_damaged_line_is_a_record_error(line):
    with pytest.raises(RecordError, match="Damaged record"):
        from_line(line)


def test_the_same_text_has_the_same_id():
    assert document_id("a text") == document_id("a text")
    assert document_id("a text") != document_id("a text ")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_the_line(text):
    document = Document(document_id(text), text)
    assert from_line(to_line(document)) == document
