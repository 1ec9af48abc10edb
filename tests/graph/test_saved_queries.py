"""Each saved question has a known answer on the story graph (tests/graphs.py)."""

import csv
import io

import pytest

from kg.errors import DataFileError, UnknownName
from kg.graph.questions import question, questions, read_question
from tests.graph.story_output import run, write_output

POST, LEDGER, UNTITLED = "Northwind buys Chirp", "Who owns Quill?", "Daily Post, 2024-03-20"
OWNS = ("Northwind", "owns", "Quill")

#: Question with its values -> rows as shown, the sentence left out.
ANSWERS = [
    (["leaders"], [("Ana Ruiz", "Northwind", "asserted", "", POST), ("Ana Ruiz", "Northwind", "asserted", "", LEDGER),
                   ("Ana Ruiz", "Quill", "past", "", POST)]),
    (["leaders", "--bind", "what=Quill"], [("Ana Ruiz", "Quill", "past", "", POST)]),
    (["employers", "Ana Ruiz", "Northwind"], [
        ("Ana Ruiz", "leads", "Northwind", "asserted", "", POST),
        ("Ana Ruiz", "leads", "Northwind", "asserted", "", LEDGER),
        ("Ana Ruiz", "works for", "Northwind", "asserted", "", UNTITLED)]),
    (["organisations-of-person", "Ana Ruiz"], [
        ("Ana Ruiz", "leads", "Northwind", "asserted", "", POST),
        ("Ana Ruiz", "leads", "Northwind", "asserted", "", LEDGER),
        ("Ana Ruiz", "works for", "Northwind", "asserted", "", UNTITLED),
        ("Ana Ruiz", "leads", "Quill", "past", "", POST)]),
    (["nationality"], []),
    (["places-of", "Tweeter"], [("Chirp", "headquarters in", "Lima", "asserted", "", POST)]),
    (["platform-owners"], [("Chirp", "acquired", "Northwind", "asserted", "", POST)]),
    (["platform-owners", "Chirp", "Quill"], []),
    (["platform-users"], []),
    (["who-banned-what"], [("Norland", "Chirp", "asserted", "", POST), ("Norland", "Quill", "planned", "", UNTITLED)]),
    (["facts-about", "Quill"], [
        ("Ana Ruiz", "leads", "Quill", "past", "", POST),
        ("Norland to ban Quill", "target", "Quill", "planned", "", UNTITLED),
        ("Norland", "banned", "Quill", "planned", "", UNTITLED),
        (*OWNS, "asserted", "Omar Bello", LEDGER),
        (*OWNS, "denied", "Daily Post", UNTITLED)]),
    (["facts-of-document", LEDGER], [
        (*OWNS, "asserted", "Omar Bello"),
        ("Ana Ruiz", "job title", "chief executive", "asserted", ""),
        ("Ana Ruiz", "leads", "Northwind", "asserted", ""),
        ("Ana Ruiz", "met with", "Omar Bello", "asserted", ""),
        ("Ana Ruiz meets Omar Bello", "occurred in", "Lima", "asserted", ""),
        ("Ana Ruiz meets Omar Bello", "participant", "Ana Ruiz", "asserted", ""),
        ("Ana Ruiz meets Omar Bello", "participant", "Omar Bello", "asserted", "")]),
    (["figures"], [
        ("Ana Ruiz", "job title", "", "chief executive", "", "asserted", "", LEDGER),
        ("Chirp", "user count", "", "1200000", "", "asserted", "", POST)]),
    (["claims-by"], [("Daily Post", *OWNS, "denied", UNTITLED), ("Omar Bello", *OWNS, "asserted", LEDGER)]),
    (["only-claimed"], [(*OWNS, "Omar Bello", LEDGER)]),
    (["denied"], [(*OWNS, "Daily Post", UNTITLED)]),
    (["planned"], [
        ("Norland", "agent", "Norland to ban Quill", "", UNTITLED),
        ("Norland", "banned", "Quill", "", UNTITLED),
        ("Quill", "target", "Norland to ban Quill", "", UNTITLED)]),
    (["disputed"], [(*OWNS, "1", "1")]),
    (["contradictions"], [(*OWNS, "asserted", "Omar Bello", LEDGER), (*OWNS, "denied", "Daily Post", UNTITLED)]),
    (["contradictions", "Chirp"], []),
    (["single-source", "Chirp"], [
        ("Chirp", "headquarters in", "Lima", POST), ("Chirp", "user count", "1200000", POST)]),
    (["single-source", "Ana Ruiz"], [
        ("Ana Ruiz", "job title", "chief executive", LEDGER),
        ("Ana Ruiz", "met with", "Omar Bello", LEDGER),
        ("Ana Ruiz", "works for", "Northwind", UNTITLED)]),
    (["quotations-of", "Ana Ruiz"], [
        ("Ana Ruiz", "We will keep the birds singing,", "direct", POST),
        ("Ana Ruiz", "Quill is not ours,", "direct", UNTITLED)]),
    (["quoted-most"], [("Ana Ruiz", "2", "2"), ("Omar Bello", "2", "1")]),
    (["who-said-what-about", "Northwind"], [
        ("Daily Post", "claim", "Northwind does not own Quill, the Daily Post found.", UNTITLED),
        ("Omar Bello", "claim", "Omar Bello said that Northwind owns Quill.", LEDGER),
        ("Omar Bello", "indirect", "Northwind owns Quill", LEDGER)]),
    (["who-said-what-about", "Northwind", "Omar Bello"], [("Omar Bello", "claim", "Omar Bello said that Northwind owns Quill.", LEDGER),
        ("Omar Bello", "indirect", "Northwind owns Quill", LEDGER)]),
    (["co-mentioned", "Chirp"], [
        ("Ana Ruiz", "1", "3"), ("Lima", "1", "1"), ("Norland", "1", "1"), ("Northwind", "1", "1"), ("Quill", "1", "1")]),
    (["most-mentioned", "Company"], [("Northwind", "3", "5"), ("Quill", "3", "4")]),
    (["entities-of-type", "platform"], [("Chirp", "Tweeter")]),
    (["entities-of-type", "Organization"], [("Daily Post", ""), ("Northwind", ""), ("Quill", "")]),
    (["aliases"], [("Chirp", "Tweeter", 'also known as: "Tweeter"')]),
    (["timeline-of", "Norland"], [
        ("2024-03-05", "2024-03-05", "Norland bans Chirp", "agent", "asserted", POST),
        ("", "", "Norland to ban Quill", "agent", "planned", UNTITLED)]),
    (["events-at"], [("Lima", "2024-03-12", "2024-03-12", "Ana Ruiz meets Omar Bello", "asserted", LEDGER)]),
    (["what-happened", "2024-03-06"], [("2024-03-12", "2024-03-12", "Ana Ruiz meets Omar Bello", "asserted", LEDGER)]),
    (["what-happened", "2024-03-05", "2024-03-05"], [("2024-03-05", "2024-03-05", "Norland bans Chirp", "asserted", POST)]),
    (["new-since", "2024-03-13"], [
        ("2024-03-13", "Ana Ruiz", "job title", "chief executive", LEDGER),
        ("2024-03-13", "Ana Ruiz", "met with", "Omar Bello", LEDGER),
        ("2024-03-20", "Ana Ruiz", "works for", "Northwind", UNTITLED)]),
    (["documents"], [
        (POST, "Daily Post", "2024-03-06", "10"), (LEDGER, "The Ledger", "2024-03-13", "8"),
        (UNTITLED, "Daily Post", "2024-03-20", "7")]),
]  # fmt: skip


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    return write_output(tmp_path_factory.mktemp("story"))


def rows(text):
    """The rows of a Markdown table."""
    return [tuple(cell.strip() for cell in line[1:-1].split(" | ")) for line in text.splitlines()[2:]]


@pytest.mark.parametrize(("words", "expected"), ANSWERS, ids=[" ".join(words) for words, _ in ANSWERS])
def test_a_question_has_its_known_answer(output, words, expected):
    answer = run("query", *words, "-F", "md", output=output)
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert rows(answer.stdout) == expected


def test_every_question_has_a_known_answer():
    assert sorted({words[0] for words, _ in ANSWERS}) == sorted(questions())


def test_sentences_are_shown_on_request_only(output):
    shown = run("query", "who-banned-what", "--evidence", "-F", "md", output=output)
    assert rows(shown.stdout)[0][-1] == "Norland banned Chirp on Tuesday."
    machine = run("query", "who-banned-what", "-F", "csv", output=output)
    assert next(csv.DictReader(io.StringIO(machine.stdout)))["sentence"] == "Norland banned Chirp on Tuesday."


def test_every_parameter_is_explained_and_every_summary_is_a_line():
    for asked in questions().values():
        assert asked.summary[0].isupper(), asked.name
        assert not asked.summary.endswith("."), asked.name
        assert all(parameter.about for parameter in asked.parameters), asked.name


def test_required_parameters_are_asked_for(output):
    answer = run("query", "timeline-of", output=output)
    assert answer.exit_code == 2
    assert "timeline-of needs a value for who (entity): `kg query timeline-of WHO`" in answer.stderr


def test_too_many_values_and_unknown_parameters_are_refused(output):
    many = run("query", "quoted-most", "Chirp", output=output)
    assert (many.exit_code, "takes no values, 1 given" in many.stderr) == (2, True)
    unknown = run("query", "leaders", "--bind", "whom=Chirp", output=output)
    assert (unknown.exit_code, "no parameter 'whom'. Did you mean \"who\"?" in unknown.stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["what-happened", "yesterday"], "'yesterday' is not of the kind date: write it as 2025-01-19"),
        (["entities-of-type", "Persn"], "The ontology has no class 'Persn'. Did you mean \"Person\"?"),
        (["leaders", "Ana Ruis"], "Ana Ruiz (Person)"),
    ],
)
def test_values_of_the_wrong_kind_say_what_would_fit(output, words, message):
    assert message in run("query", *words, output=output).stderr


def test_an_unknown_question_offers_the_nearest():
    with pytest.raises(UnknownName, match='Did you mean "leaders"'):
        question("leadrs")


def test_queries_lists_every_question_and_help_tells_its_parameters(output):
    listed = run("queries").stdout
    assert all(f"{asked.name} " in listed and asked.summary in listed for asked in questions().values())
    told = run("query", "what-happened", "--help").stdout
    assert "Usage: kg query what-happened [FIRST] [LAST]" in told
    assert "date, default 9999-12-31 last day" in " ".join(told.split())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT * { ?s ?p ?o }", "has no `#[+] summary:` line"),
        ("#+ summary: x\nCLEAR ALL", "is not a SELECT"),
        (
            "#+ summary: x\n#+ params:\n#+   who: entity - w\nSELECT * { ?whom ?p ?o }",
            'who is no variable.*Did you mean "whom"',
        ),
        ("#+ summary: x\n#+ params:\n#+   s: entty\nSELECT * { ?s ?p ?o }", "q.rq:3: 'entty' is no kind.*\"entity\""),
        ("#+ summary: x\n#+ params:\n#+   s entity\nSELECT * { ?s ?p ?o }", "q.rq:3: a parameter line reads"),
    ],
)
def test_a_question_file_that_breaks_the_rules_is_refused_with_its_line(text, message):
    with pytest.raises(DataFileError, match=message):
        read_question("q", text, where="q.rq")
