import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest

from kg.errors import QueryError, QueryTimeout
from kg.graph.binding import kind_of_variable, term_for
from kg.graph.query import ask, within
from kg.graph.sparql_text import form_of, network_use, tokens, variables_in_order, with_columns, with_values
from kg.graph.store import memory_store, open_store
from tests.graph.story_output import run, write_output

#: A product of three scans that no machine finishes.
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
ANA = "https://w3id.org/dateline/id/ana-ruiz-5445d4e1da"


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    return write_output(tmp_path_factory.mktemp("story"))


@pytest.fixture(scope="module")
def story(output):
    return memory_store([output / "graph.nt"])


def kg(*words, output, **options):
    """`kg` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", "from kg.cli import main; main()", *map(str, words)],
        env={**os.environ, "KG_OUTPUT": str(output)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


# ---------------------------------------------------------------- the text


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT * {}", "SELECT"),
        ("# SELECT\nASK {}", "ASK"),
        ("PREFIX select: <http://x> construct WHERE {}", "CONSTRUCT"),
        ("BASE <http://describe/> DESCRIBE <a>", "DESCRIBE"),
        ("INSERT DATA { <a> <b> <c> }", "UPDATE"),
        ("LOAD <http://x>", "UPDATE"),
        ("SELEC * {}", ""),
        ("", ""),
    ],
)
def test_the_form_of_a_query_is_read_past_its_prologue(text, form):
    assert form_of(text) == form


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("SELECT * { ?z ?a ?m }", "SELECT ?z ?a ?m { ?z ?a ?m }"),
        ("SELECT DISTINCT * { ?z ?a 1 }", "SELECT DISTINCT ?z ?a { ?z ?a 1 }"),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", None),
        ("SELECT ?s { { SELECT * { ?s ?p ?o } } }", None),
        ("SELECT * { <a> <b> <c> }", None),
        ('SELECT * { ?b ?a "SELECT * { ?x }" }', 'SELECT ?b ?a { ?b ?a "SELECT * { ?x }" }'),
        ("SELECT * { ?s <p>* ?o }", "SELECT ?s ?o { ?s <p>* ?o }"),
    ],
)
def test_a_star_becomes_its_columns_in_order_of_first_appearance(text, columns):
    visible = sorted(variables_in_order(text))
    assert with_columns(text, visible) == (columns or text)


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("SELECT * { ?x ?p ?o }", "SELECT * { VALUES ?x { 1 } ?x ?p ?o }"),
        ("ASK WHERE { ?x ?p ?o }", "ASK WHERE { VALUES ?x { 1 } ?x ?p ?o }"),
        ("CONSTRUCT { ?x <p> ?o } WHERE { ?x ?p ?o }", "CONSTRUCT { ?x <p> ?o } WHERE { VALUES ?x { 1 } ?x ?p ?o }"),
        ("CONSTRUCT WHERE { ?x ?p ?o }", "CONSTRUCT WHERE { VALUES ?x { 1 } ?x ?p ?o }"),
        ("DESCRIBE <a>", "DESCRIBE <a>"),
    ],
)
def test_a_bound_variable_is_a_values_block_at_the_head_of_the_where_group(text, bound):
    assert with_values(text, {"x": "1"}) == bound


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        (
            "SELECT * { { ?x <p> ?o } UNION { ?s <p> ?x } }",
            "SELECT * { VALUES ?x { 1 } { VALUES ?x { 1 } ?x <p> ?o } UNION { VALUES ?x { 1 } ?s <p> ?x } }",
        ),
        (
            "SELECT * { { SELECT ?x { ?x <p> ?o } } OPTIONAL { ?x <q> ?z } }",
            "SELECT * { VALUES ?x { 1 } { SELECT ?x { VALUES ?x { 1 } ?x <p> ?o } } OPTIONAL { ?x <q> ?z } }",
        ),
        (
            "SELECT * { ?x <p> ?o FILTER NOT EXISTS { ?x <q> ?z } VALUES ?x { <a> } }",
            "SELECT * { VALUES ?x { 1 } ?x <p> ?o FILTER NOT EXISTS { ?x <q> ?z } VALUES ?x { <a> } }",
        ),
    ],
)
def test_a_parameter_is_bound_in_every_branch_that_names_it(text, bound):
    assert with_values(text, {"x": "1"}, everywhere=True) == bound


def test_a_literal_parameter_is_a_constant_inside_filters():
    text = "SELECT * { ?s <p> ?d FILTER(?d >= ?x && EXISTS { ?t <q> ?e FILTER(?e < ?x) }) }"
    assert with_values(text, {"x": '"1"'}, everywhere=True) == (
        'SELECT * { VALUES ?x { "1" } ?s <p> ?d FILTER(?d >= "1" && EXISTS { ?t <q> ?e FILTER(?e < "1") }) }'
    )


@pytest.mark.parametrize(
    ("text", "use"),
    [
        ("SELECT * { SERVICE <http://x/> { ?s ?p ?o } }", "SERVICE"),
        ("SELECT * { service silent ?g { ?s ?p ?o } }", "SERVICE"),
        (r"SELECT * { SERV\u0049CE <http://x/> { ?s ?p ?o } }", "SERVICE"),
        ("LOAD <http://x/>", "LOAD"),
        ("SELECT * { ?service ?load <http://SERVICE/> } # SERVICE", None),
        ('SELECT * { ?s ?p "SERVICE <x>", kg:SERVICE }', None),
    ],
)
def test_connections_are_seen_however_they_are_written(text, use):
    assert network_use(text) == use


def test_tokens_cover_strings_paths_and_prefixed_names():
    text = "?a kg:p/^kg:q* '''it's''' ; \"x\\\"y\"@en , 1.5e3 , _:b1 , <i> . # end"
    assert [token.text for token in tokens(text)] == [
        *(
            "?a",
            "kg:p",
            "/",
            "^",
            "kg:q",
            "*",
            "'''it's'''",
            ";",
            '"x\\"y"',
            "@en",
            ",",
            "1.5e3",
            ",",
            "_:b1",
            ",",
            "<i>",
            ".",
        ),
    ]


# ---------------------------------------------------------------- binding


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SELECT * { ?x kg:leads ?o }", "entity"),
        ("SELECT * { ?s kg:leads ?x }", "entity"),
        ("SELECT * { ?s a ?x }", "class"),
        ("SELECT * { ?s rdf:predicate ?x }", "property"),
        ("SELECT * { ?s kg:age ?x }", "integer"),
        ("SELECT * { ?s schema:datePublished ?d FILTER(?d >= ?x) }", "date"),
        ("SELECT * { ?s schema:datePublished ?d FILTER(?x < ?d) }", "date"),
        ("SELECT * { ?s rdfs:label ?x }", "label"),
        ("SELECT * { ?s <https://w3id.org/dateline/ontology#confidence> ?x }", "decimal"),
        ("SELECT * { ?s <http://other/p> ?x }", ""),
    ],
)
def test_a_variable_is_typed_by_the_ontology(text, kind):
    assert kind_of_variable(text, "x") == kind


@pytest.mark.parametrize(
    ("value", "kind", "term"),
    [
        ("Ana", "entity", "<http://e/Ana>"),
        ("<http://x/y>", "entity", "<http://x/y>"),
        ("kg:Person", "", "<https://w3id.org/dateline/ontology#Person>"),
        ("http://x/y", "", "<http://x/y>"),
        ('"Chirp"@en', "string", '"Chirp"@en'),
        ('"5"^^xsd:integer', "", '"5"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("social media platform", "class", "<https://w3id.org/dateline/ontology#SocialMediaPlatform>"),
        ("worksFor", "property", "<https://w3id.org/dateline/ontology#worksFor>"),
        ("works for", "property", "<https://w3id.org/dateline/ontology#worksFor>"),
        ("2024-03-05", "date", '"2024-03-05"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ("12", "", '"12"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("0.5", "decimal", '"0.5"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ("true", "", '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
        ('a "quoted" } value', "", r'"a \"quoted\" } value"'),
        ("Note: this", "", '"Note: this"'),
        ("Chirp", "label", '"Chirp"@en'),
    ],
)
def test_a_value_becomes_a_term_of_its_kind(value, kind, term):
    assert str(term_for(value, kind, lambda name: f"http://e/{name}")) == term


@pytest.mark.parametrize(
    ("value", "kind"), [("soon", "date"), ("2024-13-01", "date"), ("x", "integer"), ("1", "boolean")]
)
def test_a_value_of_another_kind_is_refused(value, kind):
    with pytest.raises(QueryError, match=f"not of the kind {kind}"):
        term_for(value, kind, str)


def test_bind_finds_the_name_and_types_the_date(output):
    who = run("query", "-q", "SELECT ?o { ?who kg:leads ?o }", "--bind", "who=ana ruiz", "-F", "csv", output=output)
    assert who.stdout.split() == ["o", "https://w3id.org/dateline/id/northwind-a7cf0426d4"]
    text = "SELECT ?e { ?e sem:hasBeginTimeStamp ?d FILTER(?d > ?from) }"
    assert (
        run("query", "-q", text, "-b", "from=2024-03-06", output=output).stdout.split("\n")[2]
        == "Ana Ruiz meets Omar Bello"
    )


def test_a_value_cannot_break_out_of_the_query(story):
    evil = ox.Literal('x" } } CLEAR ALL #')
    assert list(ask(story, "SELECT ?s { ?s rdfs:label ?x }", bind={"x": evil}).rows()) == []


def test_binding_a_variable_that_is_not_there_offers_the_nearest(story):
    with pytest.raises(QueryError, match=r'no variable \?whom to bind. Did you mean "who"'):
        ask(story, "SELECT * { ?who kg:leads ?o }", bind={"whom": ox.Literal("x")})


# ---------------------------------------------------------------- forms and formats

SELECT = "SELECT ?who ?what { ?who kg:leads ?what }"
ROW = ("https://w3id.org/dateline/id/ana-ruiz-5445d4e1da", "https://w3id.org/dateline/id/northwind-a7cf0426d4")


def test_each_format_of_a_select(output):
    got = {
        form: run("query", "-q", SELECT, "-F", form, output=output).stdout
        for form in ["table", "csv", "tsv", "json", "xml", "md"]
    }
    assert got["table"].splitlines() == ["who       what", "--------  ---------", "Ana Ruiz  Northwind"]
    assert got["csv"].split() == ["who,what", ",".join(ROW)]
    assert got["tsv"].splitlines() == ["?who\t?what", "\t".join(f"<{iri}>" for iri in ROW)]
    bindings = json.loads(got["json"])["results"]["bindings"]
    assert [tuple(row[name]["value"] for name in ("who", "what")) for row in bindings] == [ROW]
    assert [node.text for node in ET.fromstring(got["xml"]).iter() if node.tag.endswith("uri")] == list(ROW)
    assert got["md"].splitlines() == ["| who | what |", "| --- | --- |", "| Ana Ruiz | Northwind |"]


def test_each_format_of_a_construct(output):
    text = "CONSTRUCT WHERE { ?who kg:leads ?what }"
    line = f"<{ROW[0]}> <https://w3id.org/dateline/ontology#leads> <{ROW[1]}> ."
    got = {
        form: run("query", "-q", text, "-F", form, output=output).stdout
        for form in ["table", "ttl", "nt", "jsonld", "xml", "md"]
    }
    assert got["nt"].strip() == line
    assert got["ttl"].splitlines() == [
        "@prefix kg: <https://w3id.org/dateline/ontology#> .",
        "@prefix kgr: <https://w3id.org/dateline/id/> .",
        "kgr:ana-ruiz-5445d4e1da kg:leads kgr:northwind-a7cf0426d4 .",
    ]
    for form in ("jsonld", "xml"):
        kind = {"jsonld": ox.RdfFormat.JSON_LD, "xml": ox.RdfFormat.RDF_XML}[form]
        assert [str(quad.triple) + " ." for quad in ox.parse(got[form], kind)] == [line]
    assert got["table"].splitlines()[2] == "Ana Ruiz  leads      Northwind"
    assert run("query", "-q", text, output=output).stdout == got["ttl"]


@pytest.mark.parametrize(("text", "shown"), [("ASK { ?x kg:leads ?y }", "yes\n"), ("ASK { ?x kg:sued ?y }", "no\n")])
def test_ask_says_yes_or_no(output, text, shown):
    assert run("query", "-q", text, output=output).stdout == shown
    assert json.loads(run("query", "-q", text, "-F", "json", output=output).stdout)["boolean"] is (shown == "yes\n")


def test_describe_gives_what_is_said_of_a_node(output):
    answer = run("query", "-q", f"DESCRIBE <{ANA}>", "-F", "nt", output=output)
    assert all(line.startswith(f"<{ANA}> ") for line in answer.stdout.splitlines())
    assert len(answer.stdout.splitlines()) == 10


@pytest.mark.parametrize(
    ("text", "form", "message"),
    [(SELECT, "ttl", "gives no triples"), ("CONSTRUCT WHERE { ?s kg:leads ?o }", "csv", "gives triples")],
)
def test_a_format_that_does_not_fit_is_refused(output, text, form, message):
    answer = run("query", "-q", text, "-F", form, output=output)
    assert (answer.exit_code, answer.stdout, message in answer.stderr) == (2, "", True)


@pytest.mark.parametrize(
    ("ending", "begins"),
    [("csv", "who,what"), ("srj", '{"head"'), ("md", "| who"), ("txt", "who  "), ("xml", "<?xml"), ("tsv", "?who")],
)
def test_out_chooses_the_format_by_its_ending(output, tmp_path, ending, begins):
    out = tmp_path / f"answer.{ending}"
    answer = run("query", "-q", SELECT, "--out", out, output=output)
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert out.read_text().startswith(begins)
    assert list(tmp_path.iterdir()) == [out]


def test_a_query_that_fails_leaves_the_old_out_file(output, tmp_path):
    out = tmp_path / "answer.csv"
    out.write_text("old")
    run("query", "-q", "CONSTRUCT WHERE { ?s ?p ?o }", "--out", out, output=output)
    assert (out.read_text(), list(tmp_path.iterdir())) == ("old", [out])
    unknown = run("query", "-q", SELECT, "--out", tmp_path / "answer.doc", output=output)
    assert (unknown.exit_code, "no known ending" in unknown.stderr) == (2, True)


def test_columns_come_in_the_order_in_which_they_were_written(output):
    for form, head in (("csv", "z,b,a"), ("table", "z ")):
        answer = run("query", "-q", "SELECT * { ?z kg:leads ?b . ?b rdfs:label ?a }", "-F", form, output=output)
        assert answer.stdout.startswith(head)


def test_iris_and_limit(output):
    answer = run("query", "-q", "SELECT ?x { ?x a kg:Person } ORDER BY ?x", "--iris", "--limit", 1, output=output)
    assert answer.stdout.splitlines()[2:] == ["kgr:ana-ruiz-5445d4e1da"]
    assert "more than 1 rows" in answer.stderr


def test_control_letters_do_not_reach_the_terminal(tmp_path):
    source = tmp_path / "evil.ttl"
    source.write_text('<http://e/x> <http://e/p> "red\\u001B[31m\\u202Etxt\\nnew | <b>" .', encoding="utf-8")
    table = run("query", "--data", source, "-q", "SELECT ?o { ?s ?p ?o }")
    assert table.stdout.splitlines()[2] == "red�[31m�txt new | <b>"
    assert "\\| &lt;b>" in run("query", "--data", source, "-q", "SELECT ?o { ?s ?p ?o }", "-F", "md").stdout


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ASK { ?x kg:leads ?y }", 0),
        ("ASK { ?x kg:sued ?y }", 3),
        ("SELECT ?x { ?x kg:sued ?y }", 3),
        (SELECT, 0),
        ("CONSTRUCT WHERE { ?x kg:sued ?y }", 3),
    ],
)
@pytest.mark.parametrize("form", [None, "machine"])
def test_exit_status_says_whether_there_was_an_answer(output, text, code, form):
    kind = {"CONSTRUCT": "nt"}.get(form_of(text), "json")
    words = ["query", "-q", text, "--exit-status", *(["-F", kind] if form else [])]
    assert run(*words, output=output).exit_code == code


def test_explain_shows_the_text_and_counts_the_patterns(output):
    told = run("query", "leaders", "Ana Ruiz", "--explain", output=output).stdout
    assert f"VALUES ?who {{ <{ANA}> }}" in told
    assert "?statement rdf:predicate kg:leads  [2]" in told


def test_time_goes_to_stderr(output):
    answer = run("query", "-q", SELECT, "--time", output=output)
    assert answer.stderr.endswith(" s\n")


# ---------------------------------------------------------------- where the query and the data come from


def test_the_query_comes_from_a_file_or_standard_input(output, tmp_path):
    path = tmp_path / "q.rq"
    path.write_text("#+ params:\n#+   who: entity - x\n" + SELECT, encoding="utf-8-sig")
    from_file = run("query", "-f", path, "-b", "who=Ana Ruiz", output=output)
    from_stdin = run("query", "-", output=output, stdin=SELECT)
    assert from_file.stdout == from_stdin.stdout == run("query", "-q", SELECT, output=output).stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "Give one of"),
        (["leaders", "-q", SELECT], "Give one of"),
        ([SELECT], "goes after -q"),
        (["-f", "missing.rq"], "missing.rq does not exist"),
        (["-q", ""], "The query is empty"),
        (["-q", SELECT, "--prefix", "ex"], "must read PREFIX=IRI"),
        (["-q", SELECT, "--bind", "who"], "must read VARIABLE=VALUE"),
        (["-q", SELECT, "--graph", "nothing"], "must read IRI=FILE"),
        (["-q", SELECT, "--data", "missing.ttl"], "missing.ttl does not exist"),
        (["-q", SELECT, "--endpoint", "ftp://x"], "no http or https address|not an http"),
        (["-q", SELECT, "-F", "csv", "--limit", "3"], "--limit is for tables"),
    ],
)
def test_words_that_do_not_fit_are_a_usage_error(output, words, message):
    answer = run("query", *words, output=output)
    assert answer.exit_code == 2
    assert any(part in answer.stderr for part in message.split("|")), answer.stderr


def test_files_and_named_graphs_are_asked_without_a_store(tmp_path):
    (tmp_path / "a.ttl").write_text("<x> <p> 1 .")
    (tmp_path / "b.nt").write_text('<http://e/y> <http://e/p> "2" .')
    words = ["query", "--data", tmp_path / "a.ttl", "--graph", f"http://e/g={tmp_path / 'b.nt'}", "-F", "csv"]
    assert run(*words, "-q", "SELECT ?o { ?s ?p ?o }").stdout.split() == ["o", "1"]
    assert run(*words, "-q", "SELECT ?g ?o { GRAPH ?g { ?s ?p ?o } }").stdout.split() == ["g,o", "http://e/g,2"]
    assert run(*words, "-q", "SELECT ?o FROM <http://e/g> { ?s ?p ?o }").stdout.split() == ["o", "2"]
    refused = run(*words, "-q", f"SELECT ?o FROM <{(tmp_path / 'a.ttl').as_uri()}> {{ ?s ?p ?o }}")
    assert (refused.exit_code, "is not in the store" in refused.stderr) == (2, True)


def test_names_are_resolved_in_files_too(output):
    answer = run("query", "places-of", "Tweeter", "--data", output / "graph.nt", "-F", "md")
    assert "| Chirp | headquarters in | Lima |" in answer.stdout


def test_without_a_store_build_is_named(tmp_path):
    answer = run("query", "leaders", output=tmp_path)
    assert (answer.exit_code, "Run `kg build` first" in answer.stderr) == (2, True)


# ---------------------------------------------------------------- errors with place and hint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELEC * { ?s ?p ?o }", ["at line 1, column 1:", "  ^", 'Did you mean "SELECT"?']),
        (
            "SELECT * WHERE {\n  ?s ?p ?o .\n  FILTR(?o > 1)\n}",
            ["at line 3, column 3:", "  FILTR(?o", 'Did you mean "FILTER"?'],
        ),
        (
            "SELECT * {\n ?s fooaf:name ?o }",
            ["at line 2, column 5:", 'prefix "fooaf:" is not declared', "--prefix fooaf=IRI"],
        ),
        ("SELECT * { ?s ?p ?o", ["1 brace is not closed"]),
        ("SELECT * { ?s ?p ?o } }", ["a closing brace too many"]),
        ("SELECT (COUNT(?s) AS ?n) ?p { ?s ?p ?o }", ["add it to GROUP BY"]),
        ("SELECT * { ?s worksFor ?o }", ["a name needs its prefix (kg:worksFor)"]),
        ("SELECT ?s { ?s ?p ?o } ORDER BY !BOUND(?s) ?s", ["needs brackets"]),
    ],
)
def test_a_syntax_error_has_line_column_caret_and_hint(output, text, expected):
    answer = run("query", "-q", text, output=output)
    assert (answer.exit_code, answer.stdout) == (2, "")
    for part in expected:
        assert part in answer.stderr


def test_the_caret_stands_under_the_fault(output):
    lines = run("query", "-q", "SELECT * { ?s kgg:leads ?o }", output=output).stderr.splitlines()
    assert lines[1].index("kgg:") == lines[2].index("^")


def test_a_term_that_is_not_in_the_ontology_gets_a_note(output):
    answer = run("query", "-q", "SELECT * { ?s kg:workFor ?o }", output=output)
    assert answer.exit_code == 0
    assert 'kg:workFor (line 1, column 15) is not in the ontology. Did you mean "kg:worksFor"?' in answer.stderr


def test_an_update_is_sent_to_its_own_command(output):
    answer = run("query", "-q", "DELETE WHERE { ?s ?p ?o }", output=output)
    assert (answer.exit_code, "`kg update` changes the store" in answer.stderr) == (2, True)


# ---------------------------------------------------------------- limits, interruption, network


def test_a_time_limit_ends_the_process_with_124(output):
    begun = time.monotonic()
    process = kg("query", "-q", ENDLESS, "--timeout", "0.5", output=output)
    _, told = process.communicate(timeout=20)
    assert (process.returncode, "ran past its limit of 0.5 s" in told) == (124, True)
    assert time.monotonic() - begun < 10


def test_ctrl_c_ends_a_running_query_and_leaves_no_half_file(output, tmp_path):
    text = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    # a runner in the background may have been started with Ctrl-C ignored, which children inherit
    ignored = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = kg("query", "-q", text, "--out", tmp_path / "big.csv", output=output)
    finally:
        signal.signal(signal.SIGINT, ignored)
    for _ in range(100):
        time.sleep(0.1)
        if list(tmp_path.iterdir()):
            break
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (130, "Stopped.\n")
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_is_no_error(output):
    process = kg("query", "-q", "SELECT * { ?a ?b ?c . ?d ?e ?f }", "-F", "csv", output=output)
    process.stdout.readline()
    process.stdout.close()
    assert (process.wait(timeout=20), process.stderr.read()) == (0, "")


def test_the_library_raises_query_timeout():
    with pytest.raises(QueryTimeout):
        within(0.1, lambda: time.sleep(5))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        r"SELECT * { SERV\u0049CE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    ],
)
def test_a_query_opens_no_connection_unless_allowed(output, text):
    refused = run("query", "-q", text, output=output)
    assert (refused.exit_code, "--allow-network" in refused.stderr) == (2, True)
    tried = run("query", "-q", text, "--allow-network", output=output)
    assert (tried.exit_code, "--allow-network" in tried.stderr) == (2, False)


# ---------------------------------------------------------------- endpoints


class Remote(BaseHTTPRequestHandler):
    """A SPARQL endpoint over the story, with faults by path."""

    store = None

    def do_POST(self):
        text = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())["query"][0]
        fault = self.path.strip("/")
        if fault == "html":
            return self.send("text/html", b"<html>Welcome to the proxy</html>")
        if fault == "busy":
            return self.send("text/plain", b"too busy", status=503)
        if fault == "slow":
            time.sleep(3)
        if fault == "cut":
            return self.send("application/sparql-results+json", b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":')
        if fault == "dead":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"{")
            return None
        try:
            results = self.store.query(text)
        except SyntaxError as exc:
            return self.send("text/plain", str(exc).encode(), status=400)
        if isinstance(results, ox.QueryTriples):
            return self.send("application/n-triples", results.serialize(format=ox.RdfFormat.N_TRIPLES))
        return self.send("application/sparql-results+json", results.serialize(format=ox.QueryResultsFormat.JSON))

    def send(self, kind, body, status=200):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(BrokenPipeError):
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def remote(output):
    Remote.store = ox.Store()
    Remote.store.load(path=str(output / "graph.nt"), format=ox.RdfFormat.N_TRIPLES)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Remote)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "words",
    [
        ["-q", SELECT],
        ["-q", SELECT, "-F", "json"],
        ["-q", "ASK { ?x kg:leads ?y }"],
        ["-q", "CONSTRUCT WHERE { ?who kg:leads ?what }", "-F", "nt"],
        ["-q", "SELECT * { ?z kg:leads ?a }", "-F", "csv"],
        ["leaders", "Ana Ruiz", "-F", "md"],
        ["timeline-of", "Norland", "--evidence"],
    ],
)
def test_an_endpoint_answers_as_the_store_does(output, remote, words):
    assert run("query", *words, "--endpoint", remote).stdout == run("query", *words, output=output).stdout


@pytest.mark.parametrize(
    ("fault", "message", "code"),
    [
        ("html", "answered text/html, which is no SPARQL result: '<html>Welcome", 2),
        ("busy", "answered 503", 2),
        ("cut", "damaged or cut-off answer", 2),
        ("dead", "broke off in the middle", 2),
    ],
)
def test_an_endpoint_that_fails_is_told_apart(remote, fault, message, code):
    answer = run("query", "-q", SELECT, "--endpoint", remote + fault)
    assert (answer.exit_code, answer.stdout) == (code, "")
    assert message in answer.stderr


def test_an_endpoint_that_is_silent_or_absent(output, remote):
    process = kg("query", "-q", SELECT, "--endpoint", remote + "slow", "--timeout", "0.3", output=output)
    process.communicate(timeout=20)
    assert process.returncode == 124
    absent = run("query", "-q", SELECT, "--endpoint", "http://127.0.0.1:9/")
    assert (absent.exit_code, "cannot be reached" in absent.stderr) == (2, True)


# ---------------------------------------------------------------- update


def test_an_update_is_only_tried_unless_write_is_given(tmp_path):
    output = write_output(tmp_path)
    words = ["update", "-q", "DELETE WHERE { ?m a kg:Mention ; ?p ?o }"]
    tried = run(*words, output=output)
    assert (tried.exit_code, "With --write the store would have" in tried.stderr) == (0, True)
    count = ["query", "-q", "SELECT (COUNT(*) AS ?n) { ?m a kg:Mention }", "-F", "csv"]
    assert run(*count, output=output).stdout.split() == ["n", "25"]
    assert run(*words, "--write", output=output).exit_code == 0
    assert run(*count, output=output).stdout.split() == ["n", "0"]


def test_names_follow_an_update(tmp_path):
    output = write_output(tmp_path)
    run("update", "-q", f'INSERT DATA {{ <{ANA}> skos:altLabel "La Jefa"@en }}', "--write", output=output)
    assert run("show", "la jefa", output=output).stdout.startswith("Ana Ruiz\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SELECT, "is a SELECT query, not an update"),
        ("INSRT DATA { <a> <b> <c> }", 'Did you mean "INSERT"'),
        ("LOAD <http://127.0.0.1:9/x.ttl>", "--allow-network"),
        ("LOAD <file:///etc/passwd>", "--allow-network"),
    ],
)
def test_an_update_that_is_none_is_refused_and_changes_nothing(tmp_path, text, message):
    output = write_output(tmp_path)
    answer = run("update", "-q", text, "--write", output=output)
    assert (answer.exit_code, message in answer.stderr) == (2, True)
    assert len(list((output / "store").glob("g-*"))) == 1


def test_no_module_of_the_query_wing_loads_spacy():
    code = "import sys, kg.graph.asking, kg.cli.query; print('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


@pytest.mark.slow
def test_a_killed_update_leaves_the_store_before_or_after_it(tmp_path):
    output = write_output(tmp_path)
    before = len((output / "graph.nt").read_text().splitlines())
    text = "INSERT DATA { " + " ".join(f"<http://e/{n}> <http://e/p> {n} ." for n in range(5000)) + " }"
    (tmp_path / "insert.ru").write_text(text)
    seen = set()
    for round_number in range(12):
        process = kg("update", tmp_path / "insert.ru", "--write", output=output)
        time.sleep(0.15 + 0.05 * round_number)
        process.kill()
        process.communicate()
        with open_store(output / "store") as store:
            seen.add(store.triple_count())
        assert run("show", "Chirp", output=output).exit_code == 0
    assert seen <= {before, before + 5000}
