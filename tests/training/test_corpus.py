"""The annotated news: its format, its checks, its figures, and the scoring of readings against it."""

from dataclasses import replace

import pytest

from kg.errors import DataFileError
from kg.records import Literal
from training.corpus import main, to_training
from training.figures import near_duplicates
from training.markup import parse, read_articles
from training.page import page
from training.rules import hints, problems
from training.score import score

BODY = (
    "[OSLO|os] — [Kvik|kv], based in [Oslo|os], named [Lea Rao|lr], 41, as [its|kv] chief executive on Friday.\n"
    "“[I|lr] like small \\[and big\\] boats,” [she|lr] said.\n"
    "[[Oslo|os]'s darling|kv] denied that [Tor Moe|tm] had left [the firm|kv].\n"
)
FILLER = "\n".join(["The harbour was as quiet as it usually is on a day with so little wind and sun."] * 5)
SOURCE = f"""id: 9001
genre: brief
matter: business
split: dev
date: 2024-03-16
title: Kvik picks Rao

=== text
{BODY}
{FILLER}
~cookie notice~ We use cookies & more.

=== entities
os City Oslo
kv Company Kvik
lr Person Lea Rao
tm Person Tor Moe

=== relations
kv headquartersIn os
lr leads kv
lr age "41"
kv dismissed tm Denied by=kv @"denied that"

=== events
v1 Appointment "named" agent=kv beneficiary=lr 2024-03-15 time="on Friday"

=== quotations
lr "said" direct "I like ... boats,"
"""


def article(source: str = SOURCE):
    return parse(source, "9001.txt")


class TestFormat:
    def test_marks_give_offsets_that_hold_and_nest(self):
        reading = article().reading
        assert all(reading.document.text[m.begin : m.end] == m.text for m in reading.mentions)
        assert [(m.text, m.entity, m.kind) for m in reading.mentions] == [
            ("OSLO", "os", "name"),
            ("Kvik", "kv", "name"),
            ("Oslo", "os", "name"),
            ("Lea Rao", "lr", "name"),
            ("its", "kv", "pronoun"),
            ("I", "lr", "pronoun"),
            ("she", "lr", "pronoun"),
            ("Oslo's darling", "kv", "nominal"),
            ("Oslo", "os", "name"),
            ("Tor Moe", "tm", "name"),
            ("the firm", "kv", "nominal"),
        ]

    def test_sentences_are_joined_and_furniture_is_set_apart(self):
        document = article().reading.document
        assert "like small [and big] boats,” she said. Oslo's darling denied" in document.text
        assert [document.text[s.begin : s.end] for s in document.boilerplate] == ["We use cookies & more."]
        assert [s.kind for s in document.boilerplate] == ["cookie notice"]

    def test_relations_carry_ends_modality_source_and_sentence(self):
        reading = article().reading
        facts = {f.predicate: f for f in reading.facts}
        assert {(f.subject.entity, f.predicate, f.modality) for f in reading.facts} == {
            ("kv", "headquartersIn", "Asserted"),
            ("lr", "leads", "Asserted"),
            ("lr", "age", "Asserted"),
            ("kv", "dismissed", "Denied"),
        }
        assert isinstance(facts["age"].object, Literal)
        assert (facts["age"].object.value, facts["age"].object.datatype) == ("41", "xsd:integer")
        assert facts["dismissed"].stated_by.entity == "kv"
        evidence = facts["dismissed"].evidence
        assert reading.document.text[evidence.begin : evidence.end].startswith("Oslo's darling denied that")

    def test_events_carry_roles_and_days(self):
        (event,) = article().reading.events
        assert (event.type, event.date_from, event.date_to, event.precision, event.time_text) == (
            "Appointment",
            "2024-03-15",
            "2024-03-15",
            "day",
            "on Friday",
        )
        assert [(r.role, r.entity) for r in event.roles] == [("agent", "kv"), ("beneficiary", "lr")]

    def test_quotations_lie_inside_their_marks(self):
        reading = article().reading
        (quotation,) = reading.quotations
        content = reading.document.text[quotation.content.begin : quotation.content.end]
        assert (content, quotation.speaker.entity, quotation.cue) == ("I like small [and big] boats,", "lr", "said")

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("lr leads kv", "lr leeds kv", "leads"),
            ("lr leads kv", "lr leads kx", "kx"),
            ("kv Company", "kv Compony", "Company"),
            ("[she|lr]", "[she|zz]", "zz"),
            ('lr age "41"', 'lr age "42"', "42"),
            ("=== events", "=== event", "events"),
            ("genre: brief", "gender: brief", "genre"),
            ("[the firm|kv]", "[the firm", "mark"),
            ("agent=kv", "agint=kv", "agint=kv"),
        ],
    )
    def test_damage_is_named_with_its_line(self, old, new, message):
        with pytest.raises(DataFileError, match=rf"9001\.txt:\d+: .*{message}"):
            article(SOURCE.replace(old, new))


class TestRules:
    def test_a_sound_article_has_no_problem(self):
        assert list(problems([article()])) == []

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("lr leads kv", "kv leads lr", "domain or range"),
            ('lr "said" direct "I like ... boats,"', "", "quotation marks"),
            ("agent=kv", "agent=os place=kv", "no Place"),
            ("genre: brief", "genre: rumour", "rumour"),
            ("tm Person Tor Moe", "tm Person Tor Moe\nxx Person Nobody", "never mentioned"),
            ("2024-03-15 time", "2024-03-15..2024-03-01 time", "ends before"),
            ("lr leads kv", "lr leads kv\nlr leads kv", "there twice"),
            ("tm Person Tor Moe", "tm Election Tor Moe", "is a happening"),
            ("[she|lr] said", "[he|lr] and [she|lr] said", "both he and she"),
            ("named [Lea Rao|lr]", "named [the sailor|lr] [Lea Rao|lr]", "apposition"),
        ],
    )
    def test_breaches_are_named(self, old, new, message):
        assert any(message in problem for problem in problems([article(SOURCE.replace(old, new))]))

    def test_hints_find_an_unmarked_name(self):
        found = list(hints(article(SOURCE.replace("[Tor Moe|tm] had", "[Tor Moe|tm] and Tor Moe had"))))
        assert any("'Tor Moe' is unmarked" in hint for hint in found)


class TestViews:
    def test_training_lines_tag_outermost_names(self):
        line = to_training(article())
        tagged = [(t[0], tag) for t, tag in zip(line["tokens"], line["names"], strict=True) if tag != "O"]
        assert tagged[:4] == [("OSLO", "B-City"), ("Kvik", "B-Company"), ("Oslo", "B-City"), ("Lea", "B-Person")]
        assert line["chains"]["kv"][-1][2] == "nominal"

    def test_the_page_escapes_the_text(self):
        shown = page(article(SOURCE.replace("cookies & more", "<script>cookies</script>")))
        assert "<script>" not in shown
        assert "&lt;script&gt;" in shown

    def test_a_copy_is_a_near_duplicate(self):
        copy = replace(article(), id="9002")
        assert [(a, b) for a, b, _ in near_duplicates([article(), copy])] == [("9001", "9002")]


class TestScore:
    def test_gold_against_itself_is_perfect(self):
        reading = article().reading
        counts = score([(reading, reading)])
        assert {layer: round(c.f1, 3) for layer, c in counts.items()} == dict.fromkeys(counts, 1.0)

    def test_an_empty_reading_finds_nothing(self):
        reading = article().reading
        counts = score([(reading, replace(reading, mentions=(), entities=(), facts=(), events=(), quotations=()))])
        assert {c.recall for c in counts.values()} == {0.0}
        assert {c.found for c in counts.values()} == {0}


class TestShippedCorpus:
    def test_every_article_is_sound(self):
        assert list(problems(read_articles())) == []

    def test_no_two_articles_are_near_duplicates(self):
        assert near_duplicates(read_articles()) == []

    def test_the_test_part_has_matters_of_its_own(self):
        articles = read_articles()
        assert {a.matter for a in articles if a.split == "test"} - {a.matter for a in articles if a.split == "train"}

    def test_the_commands_run(self, capsys):
        assert main(["stats"]) == 0
        assert main(["convert", "--split", "dev"]) == 0
        assert main(["show", "0001"]) == 0
        assert main(["show", "none"]) == 3
        assert "| articles |" in capsys.readouterr().out
