"""kg path, rank, groups, timeline and compare on the command line."""

import csv
import io
import json

import pytest
from click.testing import CliRunner

from kg.cli import main
from kg.graph.names import write_names
from kg.graph.store import write_store
from tests.graphs import story_nt


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return written(tmp_path_factory.mktemp("story"), story_nt())


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    return written(tmp_path_factory.mktemp("empty"), "")


def written(folder, text):
    (folder / "graph.nt").write_text(text, encoding="utf-8")
    write_store(folder / "graph.nt", folder / "store")
    write_names(folder / "graph.nt", folder / "names.sqlite")
    return folder


def kg(folder, *words):
    found = CliRunner().invoke(main, [words[0], "-o", str(folder), *words[1:]])
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found


def rows_of(folder, *words):
    found = kg(folder, *words, "-F", "json")
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout)["rows"]


def test_rank_prints_a_table_and_how_exact_it_is(folder):
    found = kg(folder, "rank", "--top", "3")
    assert found.exit_code == 0
    lines = found.stdout.splitlines()
    assert lines[0].split() == ["place", "name", "type", "pagerank", "links", "evidence", "documents"]
    assert [line.split()[1] for line in lines[2:]] == ["Ana", "Chirp", "Northwind"]
    assert found.stderr.startswith("11 nodes, 10 links (facts); pagerank: ")
    assert "exact" in found.stderr


@pytest.mark.parametrize(
    "by",
    "pagerank degree strength betweenness closeness eigenvector hubs authorities k-core clustering broker".split(),
)
def test_every_measure_ranks(folder, by):
    rows = rows_of(folder, "rank", "--by", by)
    assert rows
    assert all(isinstance(row[by], float) for row in rows)


def test_measures_of_the_command_are_those_of_the_library():
    from kg.cli.network import _MEASURES
    from kg.graph.measures import MEASURES
    from kg.graph.network import KINDS

    assert tuple(MEASURES) == _MEASURES
    kind = next(option for option in main.get_command(None, "rank").params if option.name == "kind")
    assert tuple(kind.type.choices) == tuple(KINDS)


def test_rank_of_a_class_counts_the_others_all_the_same(folder):
    every = {row["name"]: row["pagerank"] for row in rows_of(folder, "rank")}
    people = rows_of(folder, "rank", "--type", "person")
    assert [(row["name"], row["pagerank"]) for row in people] == [
        (name, every[name]) for name in ("Ana Ruiz", "Omar Bello")
    ]


def test_estimates_say_so(folder):
    found = kg(folder, "rank", "--by", "betweenness", "--sources", "5")
    assert "estimated from 5 sources; with 95 % probability no score is off by more than" in found.stderr
    assert json.loads(kg(folder, "rank", "--by", "betweenness", "--sources", "5", "-F", "json").stdout)["sources"] == 5


def test_rank_shows_the_strongest_link_with_its_sentence(folder):
    row = rows_of(folder, "rank", "--evidence", "--top", "1")[0]
    assert (row["name"], row["strongest link"]) == ("Ana Ruiz", "Northwind")
    assert row["sentence"]
    assert row["document"].endswith(("2024-03-06", "2024-03-13", "2024-03-20"))


def test_rank_around_one(folder):
    assert {row["name"] for row in rows_of(folder, "rank", "--of", "Omar Bello")} == {"Omar Bello", "Ana Ruiz"}


def test_rank_of_pairs_that_might_be_linked(folder):
    first = rows_of(folder, "rank", "--links")[0]
    assert (first["first"], first["second"], first["in common"]) == ("Ana Ruiz", "Chirp", "Northwind")
    assert {row["first"] for row in rows_of(folder, "rank", "--links", "--of", "Lima")} == {"Lima"}


def test_csv_has_one_line_for_each_row(folder):
    found = kg(folder, "rank", "-F", "csv")
    rows = list(csv.DictReader(io.StringIO(found.stdout)))
    assert rows[0]["name"] == "Ana Ruiz"
    assert len(rows) == 8


def test_markdown(folder):
    lines = kg(folder, "rank", "-F", "md", "--top", "1").stdout.splitlines()
    assert lines[0] == "| place | name | type | pagerank | links | evidence | documents |"
    assert lines[2].startswith("| 1 | Ana Ruiz | Person | ")


def test_plots(folder, tmp_path):
    assert kg(folder, "rank", "--plot", str(tmp_path / "rank.svg")).exit_code == 0
    assert "Ana Ruiz" in (tmp_path / "rank.svg").read_text(encoding="utf-8")
    assert kg(folder, "timeline", "--plot", str(tmp_path / "time.svg")).exit_code == 0
    assert "2024-03-05: 1" in (tmp_path / "time.svg").read_text(encoding="utf-8")
    refused = kg(folder, "rank", "--plot", str(tmp_path / "rank.png"))
    assert (refused.exit_code, ".svg" in refused.stderr) == (2, True)


def test_groups_have_names_size_and_stability(folder):
    found = kg(folder, "groups")
    assert found.stdout.splitlines()[0].split() == ["group", "names", "size", "inside", "stability"]
    assert "groups by louvain, modularity 0." in found.stderr
    rows = rows_of(folder, "groups")
    assert [row["group"] for row in rows] == list(range(1, len(rows) + 1))
    assert sorted(name for row in rows for name in row["members"])[0] == "Ana Ruiz"
    assert "members" in kg(folder, "groups", "--members").stdout
    assert "sentence" in kg(folder, "groups", "--evidence").stdout


def test_path_has_relation_and_sentence_of_each_step(folder):
    rows = rows_of(folder, "path", "Omar Bello", "Northwind", "--k", "1")
    assert {(row["step"], row["from"], row["relation"], row["to"]) for row in rows} == {
        (1, "Ana Ruiz", "met with", "Omar Bello"),
        (2, "Ana Ruiz", "leads", "Northwind"),
        (2, "Ana Ruiz", "works for", "Northwind"),
    }
    assert all(row["sentence"] and row["document"] for row in rows)
    # one line for each relation, however many sentences say it
    assert len(kg(folder, "path", "Omar Bello", "Northwind", "--k", "1").stdout.splitlines()) == 2 + 3


def test_path_falls_back_to_claims_and_says_so(folder):
    found = kg(folder, "path", "Northwind", "Quill", "--k", "1")
    assert "owns [according to Omar Bello]" in found.stdout
    assert "owns [denied, according to Daily Post]" in found.stdout
    assert found.stderr.startswith("No plain facts join Northwind and Quill; shown are paths over claims")
    assert "No path joins" in kg(folder, "path", "Northwind", "Quill", "--kind", "facts").stderr


def test_path_falls_back_to_documents_that_name_both(folder):
    found = kg(folder, "path", "Daily Post", "Norland", "--k", "1")
    assert found.exit_code == 0
    assert "named in one document with" in found.stdout
    assert "documents that name both" in found.stderr


def test_timeline(folder):
    rows = rows_of(folder, "timeline")
    assert [(row["date"], row["event"], row["status"]) for row in rows] == [
        ("2024-03-05", "Norland bans Chirp", "asserted"),
        ("2024-03-12", "Ana Ruiz meets Omar Bello", "asserted"),
        ("", "Norland to ban Quill", "planned"),
    ]
    assert rows[0]["sentences"][0]["text"] == "Norland banned Chirp on Tuesday."
    shown = kg(folder, "timeline", "Lima", "--evidence").stdout
    assert "Ana Ruiz (participant) · Omar Bello (participant)" in shown
    assert "met Omar Bello in Lima" in shown


def test_compare(folder):
    found = kg(folder, "compare", "2024-03-06", "2024-03-20")
    assert "new entity       Daily Post" in found.stdout
    assert found.stderr == "Documents up to 2024-03-06: 1, up to 2024-03-20: 3.\n"
    counts = json.loads(kg(folder, "compare", "2024-03-06", "2024-03-20", "-F", "json").stdout)
    assert (counts["documents before"], counts["new event"], counts["new link"]) == (1, 2, 1)
    short = kg(folder, "compare", "2024-03-06", "2024-03-20", "--top", "1")
    assert "rows are left out: --top" in short.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("rank",), "The graph has no entities here"),
        (("rank", "--by", "betweenness", "--kind", "co-mentions"), "The graph has no entities here"),
        (("rank", "--links"), "No two nodes share a neighbour."),
        (("groups",), "The graph has no entities here"),
        (("timeline",), "The graph has no events."),
        (("compare", "2024", "2025"), "Nothing changed between 2024 and 2025."),
    ],
)
def test_an_empty_graph_gives_a_sentence_and_no_error(empty, words, sentence):
    found = kg(empty, *words)
    assert (found.exit_code, found.stdout) == (0, "")
    assert sentence in found.stderr
    assert json.loads(kg(empty, *words, "-F", "json").stdout)["rows"] == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("path", "Nobody", "Lima"), 3),
        (("timeline", "Nobody"), 3),
        (("rank", "--of", "Nobody"), 3),
        (("rank", "--type", "Persn"), 2),
        (("rank", "--since", "yesterday"), 2),
        (("rank", "--by", "pagerang"), 2),
        (("compare", "2025", "2024"), 2),
        (("timeline", "--type", "Person"), 2),
    ],
)
def test_what_is_not_there_or_wrong_has_its_exit_code(folder, words, code):
    found = kg(folder, *words)
    assert found.exit_code == code
    assert found.stderr.strip()


def test_no_store_says_to_build(tmp_path):
    found = kg(tmp_path, "rank")
    assert found.exit_code == 2
    assert "kg build" in found.stderr


def test_the_same_graph_gives_the_same_bytes(folder):
    for words in (("rank",), ("groups",), ("timeline",), ("path", "Omar Bello", "Norland"), ("rank", "--links")):
        assert len({kg(folder, *words, "-F", "json").stdout for _ in range(3)}) == 1
