import json

import pytest

from kg.graph.dossier import Evidence, dossier
from kg.graph.names import entity_named
from kg.graph.store import memory_store
from tests.graph.story_output import run, write_output

POST, LEDGER = "Northwind buys Chirp", "Who owns Quill?"


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    return write_output(tmp_path_factory.mktemp("story"))


@pytest.fixture(scope="module")
def story(output):
    return memory_store([output / "graph.nt"])


def of(story, output, name):
    return dossier(story, entity_named(output, name))


def test_the_dossier_of_a_platform(story, output):
    found = of(story, output, "Tweeter")
    assert (found.label, found.type, found.other_names) == ("Chirp", "Social media platform", ("Tweeter",))
    assert found.classes == ("Social media platform", "Platform", "Agent", "Entity")
    assert (found.documents, found.mentions) == (1, 3)
    assert [(f.subject, f.relation, f.object, f.status, f.confidence) for f in found.facts] == [
        ("Northwind", "acquired", "Chirp", "asserted", 0.9),
        ("Norland", "banned", "Chirp", "asserted", 0.9),
        ("Chirp", "headquarters in", "Lima", "asserted", 0.9),
        ("Chirp", "user count", "1200000", "asserted", 0.9),
    ]
    assert [(e.first, e.last, e.label, e.type, e.role, e.status) for e in found.events] == [
        ("2024-03-05", "2024-03-05", "Norland bans Chirp", "Ban", "target", "asserted")
    ]
    assert found.merge_reasons == ('also known as: "Tweeter"',)
    assert [evidence.text for evidence in found.merge_evidence] == ["Chirp, also known as Tweeter"]
    assert (found.claims_about, found.claims_by, found.quotations) == ((), (), ())


def test_every_fact_has_all_its_sentences_in_order_of_date(story, output):
    leads = next(fact for fact in of(story, output, "Ana Ruiz").facts if fact.relation == "leads")
    assert [(e.document, e.date) for e in leads.evidence] == [(POST, "2024-03-06"), (LEDGER, "2024-03-13")]
    assert leads.evidence[1] == Evidence(
        "Ana Ruiz, the chief executive of Northwind, met Omar Bello in Lima on 12 March 2024.",
        LEDGER,
        "https://w3id.org/dateline/id/doc-e43e9a74a450e6a1204f",
        97,
        181,
        "2024-03-13",
    )


@pytest.mark.parametrize(
    ("name", "about", "by"),
    [
        ("Northwind", [("asserted", "Omar Bello"), ("denied", "Daily Post")], []),
        ("Quill", [("asserted", "Omar Bello"), ("denied", "Daily Post")], []),
        ("Omar Bello", [], [("asserted", "Omar Bello")]),
        ("Daily Post", [], [("denied", "Daily Post")]),
    ],
)
def test_claims_stand_apart_from_facts(story, output, name, about, by):
    found = of(story, output, name)
    assert [(claim.status, claim.according_to) for claim in found.claims_about] == about
    assert [(claim.status, claim.according_to) for claim in found.claims_by] == by
    assert all(fact.according_to is None for fact in found.facts)


def test_past_and_planned_are_told_apart(story, output):
    assert [f.status for f in of(story, output, "Ana Ruiz").facts if f.object == "Quill"] == ["past"]
    assert [(e.label, e.status) for e in of(story, output, "Norland").events] == [
        ("Norland bans Chirp", "asserted"),
        ("Norland to ban Quill", "planned"),
    ]


def test_quotations_of_a_speaker(story, output):
    quoted = [(q.text, q.form, q.document) for q in of(story, output, "Omar Bello").quotations]
    assert quoted == [("Northwind owns Quill", "indirect", LEDGER), ("It is all theirs,", "direct", LEDGER)]


@pytest.mark.parametrize(("name", "count"), [("Norland bans Chirp", 2), (LEDGER, 6)])
def test_an_event_and_a_document_have_dossiers_too(story, output, name, count):
    assert len(of(story, output, name).facts) == count


def test_show_prints_each_line_with_its_sentence_and_document(output):
    lines = run("show", "norland", output=output).stdout.splitlines()
    assert lines == [
        "Norland",
        "  Country > Place > Entity",
        "  2 mentions in 2 documents",
        "  kgr:norland-be815f711b",
        "",
        "Facts",
        "  Norland · banned · Chirp",
        "      “Norland banned Chirp on Tuesday.” (Northwind buys Chirp, 2024-03-06)",
        "  Norland · banned · Quill [planned]",
        "      “Norland plans to ban Quill too.” (Daily Post, 2024-03-20)",
        "",
        "Events",
        "  2024-03-05 Norland bans Chirp (Ban, agent)",
        "      “Norland banned Chirp on Tuesday.” (Northwind buys Chirp, 2024-03-06)",
        "  no date Norland to ban Quill (Ban, agent) [planned]",
        "      “Norland plans to ban Quill too.” (Daily Post, 2024-03-20)",
    ]


def test_why_prints_every_reason_with_its_evidence(output):
    lines = run("show", "Chirp", "--why", output=output).stdout.splitlines()
    at = lines.index("Why these are one")
    assert lines[at + 1 : at + 3] == [
        '  also known as: "Tweeter"',
        "      “Chirp, also known as Tweeter” (Northwind buys Chirp, 2024-03-06)",
    ]


def test_evidence_prints_all_sentences(output):
    short = run("show", "Ana Ruiz", output=output).stdout
    full = run("show", "Ana Ruiz", "--evidence", output=output).stdout
    assert "and 1 more sentence: --evidence" in short
    assert (
        full.count("the chief executive of Northwind, met") == short.count("the chief executive of Northwind, met") + 1
    )


def test_json_and_markdown(output):
    told = json.loads(run("show", "Lima", "-F", "json", output=output).stdout)
    assert (told["label"], told["facts"][0]["evidence"][0]["begin"]) == ("Lima", 115)
    page = run("show", "Lima", "-F", "md", output=output).stdout
    assert page.startswith("# Lima\n\n- City > Place > Entity\n")
    assert "\n## Facts\n\n- Chirp · headquarters in · Lima\n  - “Chirp, based in Lima" in page


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["Nobody"], 3, 'No person, thing or event is named "Nobody"'),
        (["Northwnd"], 3, "Northwind (Company) · 3 documents"),
        (["Lima", "--type", "Person"], 3, 'No Person is named "Lima"'),
    ],
)
def test_a_name_that_is_not_there(output, words, code, message):
    answer = run("show", *words, output=output)
    assert (answer.exit_code, message in answer.stderr) == (code, True)


def test_no_store_and_no_index(tmp_path):
    assert "Run `kg build` first" in run("show", "x", output=tmp_path).stderr


def test_a_date_known_to_the_year_is_shown_as_a_year(tmp_path):
    output = write_output(tmp_path)
    text = """INSERT DATA { kgr:st-x a kg:Statement ; rdf:subject kgr:chirp-ce37562bf5 ; rdf:predicate kg:foundedOn ;
      rdf:object "2013-01-01"^^xsd:date ; kg:unit "year" ; kg:modality kg:Asserted ; kg:confidence 0.9 }"""
    assert run("update", "-q", text, "--write", output=output).exit_code == 0
    assert "  Chirp · founded on · 2013" in run("show", "Chirp", output=output).stdout.splitlines()
