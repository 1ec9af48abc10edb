"""Every export format read back by another program's reader, and compared whole."""

import csv
import errno
import gzip
import io
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import hypothesis
import networkx as nx
import pyoxigraph as ox
import pytest
import rdflib
from click.testing import CliRunner
from hypothesis import strategies as st
from rdflib.namespace import RDFS

from kg.cli import main
from kg.errors import ExportError
from kg.graph.export import FORMATS, Selection, export_graph, format_of
from kg.graph.property_graph import EDGE_COLUMNS, NODE_COLUMNS, clean
from kg.graph.selection import read_triples, select
from kg.ontology import KG_IRI, NAMESPACES
from tests.graphs import story_nt

KGR = NAMESPACES["kgr"]
RDF_FORMATS = {
    "ttl": (ox.RdfFormat.TURTLE, "turtle"),
    "nt": (ox.RdfFormat.N_TRIPLES, "nt"),
    "nq": (ox.RdfFormat.N_QUADS, "nquads"),
    "trig": (ox.RdfFormat.TRIG, "trig"),
    "jsonld": (ox.RdfFormat.JSON_LD, "json-ld"),
    "rdf": (ox.RdfFormat.RDF_XML, "xml"),
}
HOSTILE = '=cmd()\r\n\r\t\x01 "quoted", <b>&amp;\u2028 |;\\ \ufffe\U0001f426 小红书'


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "graph.nt"
    path.write_text(story_nt(), encoding="utf-8")
    return path


def triples_of(path: Path, form: ox.RdfFormat) -> set[str]:
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return {str(quad.triple) for quad in ox.parse(content, format=form)}


def as_lines(graph: rdflib.Dataset) -> set[str]:
    return {f"{s.n3()} {p.n3()} {o.n3()}" for s, p, o, _ in graph.quads()}


STORY = {line.removesuffix(" .") for line in story_nt().splitlines()}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize("name", RDF_FORMATS)
def test_rdf_comes_back_whole_in_oxigraph(source: Path, tmp_path: Path, name: str, packed: bool) -> None:
    target = tmp_path / f"out.{name}{'.gz' if packed else ''}"
    export_graph(source, target)
    assert triples_of(target, RDF_FORMATS[name][0]) == {str(t) for t in read_triples(source)}


@pytest.mark.parametrize("name", RDF_FORMATS)
def test_rdf_comes_back_whole_in_rdflib(source: Path, tmp_path: Path, name: str) -> None:
    target, expected, read = tmp_path / f"out.{name}", rdflib.Dataset(), rdflib.Dataset()
    export_graph(source, target)
    expected.parse(source, format="nt")
    read.parse(target, format=RDF_FORMATS[name][1])
    assert as_lines(read) == as_lines(expected)
    assert len(as_lines(read)) == len(STORY)


def test_quads_go_into_the_named_graph(source: Path, tmp_path: Path) -> None:
    export_graph(source, tmp_path / "out.nq", selection=Selection(named_graph="https://example.org/news"))
    graphs = Counter(quad.graph_name for quad in ox.parse(path=tmp_path / "out.nq"))
    assert graphs == {ox.NamedNode("https://example.org/news"): len(STORY)}


def test_two_processes_write_the_same_bytes(source: Path, tmp_path: Path) -> None:
    code = """
import sys; from pathlib import Path; from kg.graph.export import FORMATS, export_graph
for name in FORMATS: export_graph(Path(sys.argv[1]), Path(sys.argv[2]) / f"story.{name}")
for name in FORMATS: export_graph(Path(sys.argv[1]), Path(sys.argv[2]) / f"story.{name}.gz")
"""
    written = []
    for number in ("1", "2"):
        folder = tmp_path / number
        folder.mkdir()
        command = [sys.executable, "-c", code, str(source), str(folder)]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": number})
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        written.append({str(file.relative_to(folder)): file.read_bytes() for file in files})
    assert written[0].keys() == written[1].keys()
    assert [name for name in written[0] if written[0][name] != written[1][name]] == []


def test_jsonld_is_short_and_readable(source: Path, tmp_path: Path) -> None:
    export_graph(source, tmp_path / "story.jsonld")
    nodes = {
        node["@id"]: node for node in json.loads((tmp_path / "story.jsonld").read_text(encoding="utf-8"))["@graph"]
    }
    ana = next(node for name, node in nodes.items() if name.startswith("kgr:ana-ruiz-"))
    assert ana["@type"] == ["kg:Agent", "kg:Entity", "kg:Person"]
    assert ana["rdfs:label"] == {"@value": "Ana Ruiz", "@language": "en"}
    assert ana["kg:jobTitle"] == "chief executive"


# ---------------------------------------------------------------- what is taken


def test_facts_are_plain_triples_of_asserted_things(source: Path) -> None:
    taken = list(select(lambda: read_triples(source), Selection(facts=True, text="none")))
    facts = {
        (t.subject.value.removeprefix(KGR).rsplit("-", 1)[0], t.predicate.value.removeprefix(KG_IRI))
        for t in taken
        if t.predicate.value.startswith(KG_IRI)
    }
    assert facts == {
        ("ana-ruiz", "jobTitle"),
        ("ana-ruiz", "leads"),
        ("ana-ruiz", "metWith"),
        ("ana-ruiz", "worksFor"),
        ("chirp", "headquartersIn"),
        ("chirp", "userCount"),
        ("event-ban", "agent"),
        ("event-ban", "target"),
        ("event-ban", "timePrecision"),
        ("event-meeting", "occurredIn"),
        ("event-meeting", "participant"),
        ("event-meeting", "timePrecision"),
        ("norland", "banned"),
        ("northwind", "acquired"),
        ("omar-bello", "metWith"),
    }
    subjects = {t.subject.value for t in taken}
    assert not any(name in iri for iri in subjects for name in ("/st-", "/m-", "/ev-", "/q-", "/doc-", "/run-"))
    # the planned ban is no fact, so its node is not there
    assert len({iri for iri in subjects if "event-ban" in iri}) == 1


def test_low_confidence_takes_its_facts_and_evidence_along(source: Path) -> None:
    kept = {str(t) for t in select(lambda: read_triples(source), Selection(min_confidence=0.8, text="full"))}
    gone = {str(t) for t in read_triples(source)} - kept
    # 0.7: worksFor, the planned ban as a fact and as an event with its two roles
    statements = {line.split()[0] for line in gone if "/st-" in line.split()[0]}
    assert len(statements) == 4
    assert any(f"<{KG_IRI}worksFor>" in line.split()[1] for line in gone)
    assert {line.split()[0].split("/")[-1].rsplit("-", 1)[0] for line in gone if "/event-" in line.split()[0]} == {
        "event-ban"
    }
    # what stays points at nothing that went
    left = {line.split()[0] for line in kept}
    dangling = {line.split()[2] for line in kept if f"<{KGR}" in line.split()[2]} - left
    assert dangling == set()


def test_a_fact_with_a_second_better_statement_stays(tmp_path: Path) -> None:
    lines = []
    for number, confidence in (("1", "0.3"), ("2", "0.9")):
        st = f"<{KGR}st-{number}>"
        lines += [
            f"{st} <{NAMESPACES['rdf']}type> <{KG_IRI}Statement> .",
            f"{st} <{NAMESPACES['rdf']}subject> <{KGR}a> .",
            f"{st} <{NAMESPACES['rdf']}predicate> <{KG_IRI}knows> .",
            f"{st} <{NAMESPACES['rdf']}object> <{KGR}b> .",
            f"{st} <{KG_IRI}modality> <{KG_IRI}Asserted> .",
            f'{st} <{KG_IRI}confidence> "{confidence}"^^<{NAMESPACES["xsd"]}decimal> .',
        ]
    plain = f"<{KGR}a> <{KG_IRI}knows> <{KGR}b>"
    path = tmp_path / "graph.nt"
    path.write_text("\n".join(sorted([*lines, f"{plain} ."])) + "\n")
    for least, expected in ((0.2, True), (0.5, True), (0.95, False)):
        kept = {str(t) for t in select(lambda: read_triples(path), Selection(min_confidence=least))}
        assert (plain in kept) is expected


@pytest.mark.parametrize(("text", "words"), [("none", 0), ("evidence", 1), ("full", 1)])
def test_text_none_gives_no_sentence_away(source: Path, text: str, words: int) -> None:
    taken = " ".join(str(t) for t in select(lambda: read_triples(source), Selection(text=text)))
    assert taken.count("Omar Bello said that Northwind owns Quill.") == words
    assert ("anchorOf" in taken) is bool(words)


@pytest.mark.parametrize("name", ["ttl", "nt", "nq", "trig"])
def test_rdf12_says_the_same_with_reifiers(source: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / f"out.{name}"
    export_graph(source, target, selection=Selection(rdf12=True))
    store = ox.Store()
    store.load(path=target, format=RDF_FORMATS[name][0])
    back = """PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
        DELETE { ?st rdf:reifies ?t } INSERT { ?st rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o }
        WHERE { ?st rdf:reifies ?t . BIND(SUBJECT(?t) AS ?s) BIND(PREDICATE(?t) AS ?p) BIND(OBJECT(?t) AS ?o) }"""
    assert b"reifies" in target.read_bytes() or b"~" in target.read_bytes()
    store.update(back)
    assert {str(quad.triple) for quad in store} == {str(t) for t in read_triples(source)}


def test_rdf12_is_refused_where_it_cannot_be_held(source: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"graphml cannot hold RDF 1\.2"):
        export_graph(source, tmp_path / "x.graphml", selection=Selection(rdf12=True))


# ---------------------------------------------------------------- networks

NODES = {
    ("Ana Ruiz", "Person", 5, 3, 4),
    ("Ana Ruiz meets Omar Bello", "Meeting", 0, 1, 3),
    ("Chirp", "SocialMediaPlatform", 3, 1, 4),
    ("Daily Post", "MediaOrganization", 1, 1, 0),
    ("Lima", "City", 2, 2, 2),
    ("Norland", "Country", 2, 2, 2),
    ("Norland bans Chirp", "Ban", 0, 1, 2),
    ("Norland to ban Quill", "Ban", 0, 1, 0),
    ("Northwind", "Company", 5, 3, 3),
    ("Omar Bello", "Person", 3, 1, 2),
    ("Quill", "Company", 4, 3, 0),
}
EDGES = {
    ("Ana Ruiz", "leads", "Northwind", 0.99),
    ("Ana Ruiz", "past: leads", "Quill", 0.01),
    ("Ana Ruiz", "met with", "Omar Bello", 0.9),
    ("Ana Ruiz", "works for", "Northwind", 0.7),
    ("Ana Ruiz meets Omar Bello", "occurred in", "Lima", 0.85),
    ("Ana Ruiz meets Omar Bello", "participant", "Ana Ruiz", 0.85),
    ("Ana Ruiz meets Omar Bello", "participant", "Omar Bello", 0.85),
    ("Chirp", "headquarters in", "Lima", 0.9),
    ("Norland", "banned", "Chirp", 0.9),
    ("Norland", "planned: banned", "Quill", 0.01),
    ("Norland bans Chirp", "agent", "Norland", 0.9),
    ("Norland bans Chirp", "target", "Chirp", 0.9),
    ("Norland to ban Quill", "planned: agent", "Norland", 0.01),
    ("Norland to ban Quill", "planned: target", "Quill", 0.01),
    ("Northwind", "acquired", "Chirp", 0.9),
    ("Northwind", "claimed: owns", "Quill", 0.01),
    ("Northwind", "denied: owns", "Quill", 0.01),
}


def read_network(name: str, path: Path) -> nx.MultiDiGraph:
    if name == "graphml":
        return nx.read_graphml(path, force_multigraph=True)
    if name == "gexf":
        return nx.MultiDiGraph(nx.read_gexf(path))
    document = json.loads(path.read_text(encoding="utf-8"))
    return nx.cytoscape_graph(document) if name == "cytoscape.json" else nx.node_link_graph(document, edges="edges")


@pytest.mark.parametrize("name", ["graphml", "gexf", "cytoscape.json", "nodelink.json"])
def test_networks_come_back_whole_in_networkx(source: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / f"story.{name}"
    export_graph(source, target)
    network = read_network(name, target)
    label = dict(network.nodes(data="label"))
    keys = ("label", "class", "mentions", "documents", "degree")
    assert {tuple(data[key] for key in keys) for _, data in network.nodes(data=True)} == NODES
    edges = [(label[s], d["label"], label[t], d["weight"]) for s, t, d in network.edges(data=True)]
    assert sorted(edges) == sorted(EDGES)
    assert all(node.startswith(KGR) for node in network)


def test_gexf_dates_its_events(source: Path, tmp_path: Path) -> None:
    export_graph(source, tmp_path / "story.gexf")
    text = (tmp_path / "story.gexf").read_text(encoding="utf-8")
    assert 'label="Norland bans Chirp" start="2024-03-05" end="2024-03-05"' in text
    assert "lastmodifieddate" not in text


def test_an_edge_says_who_says_it_and_where(source: Path, tmp_path: Path) -> None:
    export_graph(source, tmp_path / "story.nodelink.json")
    edges = json.loads((tmp_path / "story.nodelink.json").read_text(encoding="utf-8"))["edges"]
    claim = next(edge for edge in edges if edge["label"] == "claimed: owns")
    assert {
        key: claim[key] for key in ("kind", "fact", "modality", "stated_by", "sentence", "evidence", "documents")
    } == {
        "kind": "CLAIMED_OWNS",
        "fact": False,
        "modality": "Asserted",
        "stated_by": "Omar Bello",
        "sentence": "Omar Bello said that Northwind owns Quill.",
        "evidence": 1,
        "documents": 1,
    }


def test_facts_alone_make_a_network_too(source: Path, tmp_path: Path) -> None:
    export_graph(source, tmp_path / "facts.graphml", selection=Selection(facts=True))
    network = nx.read_graphml(tmp_path / "facts.graphml", force_multigraph=True)
    label = dict(network.nodes(data="label"))
    found = sorted((label[s], d["label"], label[t]) for s, t, d in network.edges(data=True))
    assert found == sorted((s, name, t) for s, name, t, _ in EDGES if ":" not in name)


def hostile(tmp_path: Path) -> Path:
    path = tmp_path / "hostile.nt"
    lines = []
    for local, words in (("a", HOSTILE), ("b", "-1+1")):
        node = f"<{KGR}{local}>"
        for name in ("Entity", "Person", "Agent"):
            lines.append(f"{node} <{NAMESPACES['rdf']}type> <{KG_IRI}{name}> .")
        lines.append(f"{node} <{NAMESPACES['rdfs']}label> {ox.Literal(words, language='en')} .")
        lines.append(f"{node} <{NAMESPACES['skos']}altLabel> {ox.Literal(words + ';x', language='en')} .")
    lines.append(f"<{KGR}a> <{KG_IRI}knows> <{KGR}b> .")
    path.write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")
    return path


@hypothesis.settings(max_examples=30, deadline=None, derandomize=True)
@hypothesis.given(words=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_any_text_comes_back_from_any_format(tmp_path_factory: pytest.TempPathFactory, words: str) -> None:
    folder = tmp_path_factory.mktemp("any")
    node, source = f"<{KGR}a>", folder / "graph.nt"
    lines = [f"{node} <{NAMESPACES['rdfs']}label> {ox.Literal(words, language='en')} ."]
    lines += [f"{node} <{NAMESPACES['rdf']}type> <{KG_IRI}{name}> ." for name in ("Agent", "Entity", "Person")]
    source.write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")
    for name, (form, _) in RDF_FORMATS.items():
        export_graph(source, folder / f"out.{name}")
        read = {
            quad.object.value for quad in ox.parse(path=folder / f"out.{name}", format=form) if "label" in str(quad)
        }
        assert read == {clean(words) if name == "rdf" else words}, name
    for name in ("graphml", "cytoscape.json", "nodelink.json"):
        export_graph(source, folder / f"out.{name}")
        label = read_network(name, folder / f"out.{name}").nodes[f"{KGR}a"].get("label", "")
        assert label == clean(words), name


@pytest.mark.parametrize("name", FORMATS)
def test_hostile_names_break_no_format(tmp_path: Path, name: str) -> None:
    target = tmp_path / f"out.{name}"
    export_graph(hostile(tmp_path), target)
    if name in RDF_FORMATS:
        # XML has no way to write U+0001
        expected = {str(t) for t in read_triples(tmp_path / "hostile.nt")}
        if name == "rdf":
            expected = {line.replace("\\u0001", "").replace("\\uFFFE", "") for line in expected}
        assert triples_of(target, RDF_FORMATS[name][0]) == expected
        # Oxigraph's own reader of XML keeps what others turn into newlines
        labels = {str(o) for o in rdflib.Dataset().parse(target, format=RDF_FORMATS[name][1]).objects(None, RDFS.label)}
        assert (clean(HOSTILE) if name == "rdf" else HOSTILE) in labels
    elif name in ("graphml", "gexf", "cytoscape.json", "nodelink.json"):
        network = read_network(name, target)
        assert {label for _, label in network.nodes(data="label")} == {clean(HOSTILE), "-1+1"}
        assert network.number_of_edges() == 1


def test_spreadsheets_run_no_cell_as_a_formula(tmp_path: Path) -> None:
    target = tmp_path / "out.neo4j"
    export_graph(hostile(tmp_path), target, safe_csv=True)
    rows = list(csv.reader(io.StringIO((target / "nodes.csv").read_text(encoding="utf-8"))))
    assert [row[1] for row in rows[1:]] == ["'" + clean(HOSTILE).replace("\r\n\r", "  "), "'-1+1"]


# ---------------------------------------------------------------- tables


def test_neo4j_folder_has_typed_headers_and_scripts(source: Path, tmp_path: Path) -> None:
    export_graph(source, tmp_path / "story.neo4j")
    folder = tmp_path / "story.neo4j"
    assert sorted(file.name for file in folder.iterdir()) == [
        "import.cypher",
        "n10s.cypher",
        "nodes.csv",
        "relationships.csv",
    ]
    with (folder / "nodes.csv").open(encoding="utf-8", newline="") as file:
        nodes = list(csv.DictReader(file))
    assert list(nodes[0]) == [
        "iri:ID", "label", "class", "kind", "aliases:string[]", "mentions:long", "documents:long", "degree:long", "begin:date",
        "end:date", "modality", "confidence:double", "same_as:string[]", "jobTitle:string[]", "userCount:string[]", ":LABEL",
    ]  # fmt: skip
    chirp = next(row for row in nodes if row["label"] == "Chirp")
    assert (chirp["aliases:string[]"], chirp["userCount:string[]"]) == ("Tweeter", "1200000")
    assert chirp[":LABEL"].split(";") == ["SocialMediaPlatform", "Platform", "Agent", "Entity"]
    with (folder / "relationships.csv").open(encoding="utf-8", newline="") as file:
        kinds = Counter(row[":TYPE"] for row in csv.DictReader(file))
    assert kinds["CLAIMED_OWNS"] == kinds["DENIED_OWNS"] == kinds["PAST_LEADS"] == kinds["LEADS"] == 1
    script = (folder / "import.cypher").read_text(encoding="utf-8")
    assert all(f"r:`{kind}`" in script for kind in kinds)
    assert "handleMultival: 'ARRAY'" in (folder / "n10s.cypher").read_text(encoding="utf-8")


def test_gz_packs_the_files_of_a_folder(source: Path, tmp_path: Path) -> None:
    export_graph(source, tmp_path / "plain", "neo4j")
    export_graph(source, tmp_path / "packed", "neo4j", gzip=True)
    packed = gzip.decompress((tmp_path / "packed" / "nodes.csv.gz").read_bytes())
    assert packed == (tmp_path / "plain" / "nodes.csv").read_bytes()
    assert "file:///nodes.csv.gz" in (tmp_path / "packed" / "import.cypher").read_text(encoding="utf-8")


def test_parquet_tables_hold_every_statement(source: Path, tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    export_graph(source, tmp_path / "tables", "parquet")
    rows = {file.stem: pq.read_table(file).to_pylist() for file in sorted((tmp_path / "tables").iterdir())}
    counted = {name: len(table) for name, table in rows.items()}
    of_class = Counter(line.split()[2][len(KG_IRI) + 1 : -1] for line in STORY if f"type> <{KG_IRI}" in line)
    assert counted == {
        "documents": 3,
        "entities": 8,
        "events": 3,
        # a quotation may be typed as evidence too
        "evidence": len({line.split()[0] for line in STORY if "/ev-" in line.split()[0]}),
        "mentions": of_class["Mention"],
        "quotations": 4,
        "relations": 12,
        "statements": of_class["Statement"],
    }
    claim = next(row for row in rows["statements"] if row["predicate"] == "owns" and row["modality"] == "Asserted")
    evidence = {row["iri"]: row["text"] for row in rows["evidence"]}
    assert [evidence[iri] for iri in claim["evidence"]] == ["Omar Bello said that Northwind owns Quill."]
    assert claim["fact"] is False
    said = {
        row["text"]: (row["speaker"].split("/")[-1].rsplit("-", 1)[0], row["cue"], row["form"])
        for row in rows["quotations"]
    }
    assert said["It is all theirs,"] == ("omar-bello", "said", "direct")
    users = next(row for row in rows["statements"] if row["predicate"] == "userCount")
    assert (users["value"], users["datatype"], users["fact"]) == ("1200000", NAMESPACES["xsd"] + "integer", True)


def test_missing_pyarrow_says_how_to_get_it(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ExportError, match=r"pip install 'dateline\[parquet\]'"):
        export_graph(source, tmp_path / "tables", "parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["graph.nt"]


def test_columns_do_not_depend_on_the_rows(tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    (tmp_path / "graph.nt").write_text("")
    export_graph(tmp_path / "graph.nt", tmp_path / "empty", "parquet")
    assert pq.read_table(tmp_path / "empty" / "events.parquet").schema.field("evidence").type.value_type == "string"
    export_graph(tmp_path / "graph.nt", tmp_path / "empty.graphml")
    assert set(NODE_COLUMNS) | set(EDGE_COLUMNS) > {"label", "class", "predicate"}


# ---------------------------------------------------------------- faults


def test_a_failed_export_leaves_the_former_file(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.ttl"
    export_graph(source, target)
    before = target.read_bytes()
    source.write_text(story_nt()[:-20])
    with pytest.raises(ExportError, match=rf"graph\.nt, line {len(STORY)}"):
        export_graph(source, target)
    assert target.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["graph.nt", "out.ttl"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if form.write])
def test_a_full_disk_is_told_and_devices_are_not_replaced(source: Path, name: str) -> None:
    with pytest.raises(ExportError, match="/dev/full cannot be written: No space left on device"):
        export_graph(source, Path("/dev/full"), name)
    assert not Path("/dev/full").is_file()


def test_no_permission_is_told(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    # root may write everywhere, so the refusal is acted
    monkeypatch.setattr("kg.graph.export.tempfile.mkstemp", refuse)
    with pytest.raises(ExportError, match=r"out\.ttl cannot be written: Permission denied\. Nothing was kept"):
        export_graph(source, tmp_path / "out.ttl")


def test_a_folder_of_other_files_is_not_replaced(source: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(ExportError, match=r"holds other files \(thesis.txt\)"):
        export_graph(source, tmp_path / "mine", "neo4j")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_a_former_export_is_replaced(source: Path, tmp_path: Path) -> None:
    for _ in range(2):
        export_graph(source, tmp_path / "out.neo4j")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["graph.nt", "out.neo4j"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.ttl", "ttl"),
        ("a.TTL.gz", "ttl"),
        ("a.cytoscape.json", "cytoscape.json"),
        ("x.cyjs", "cytoscape.json"),
        ("neo4j", "neo4j"),
    ],
)
def test_the_name_tells_the_format(name: str, expected: str) -> None:
    assert format_of(Path(name)) == expected


@pytest.mark.parametrize("name", ["a.json", "a", "a.gz"])
def test_a_name_that_tells_nothing_is_refused(name: str) -> None:
    with pytest.raises(ExportError, match="says no format"):
        format_of(Path(name))


# ---------------------------------------------------------------- the command


def test_export_writes_to_standard_output(source: Path) -> None:
    result = CliRunner().invoke(main, ["export", "-", "-F", "nt", "-o", str(source.parent)])
    assert (result.exit_code, result.stderr) == (0, "")
    assert set(result.stdout.splitlines()) == set(story_nt().splitlines())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["x.tutl"], "says no format"),
        (["x", "-F", "graphm"], 'Did you mean "graphml"?'),
        (["-"], "Say which format goes to standard output"),
        (["-", "-F", "neo4j"], "cannot go to standard output"),
        (["nowhere/x.ttl"], "does not exist. Make it first."),
    ],
)
def test_export_says_what_to_do(source: Path, arguments: list[str], says: str) -> None:
    result = CliRunner().invoke(main, ["export", *arguments, "-o", str(source.parent)])
    assert result.exit_code == 2
    assert says in result.output.replace("\n", " ")


def test_export_without_a_graph_says_how_to_get_one(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["export", "x.ttl", "-o", str(tmp_path)])
    assert result.exit_code == 2
    assert "Run `kg build` first" in result.output.replace("\n", " ")
