"""Apache Jena, a reader that shares no code with ours, takes every RDF file without a warning and finds the same triples."""

from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from kg.cli import main
from kg.graph.export import Selection, export_graph
from tests.graph.jena import Riot, riot_or_skip
from tests.graphs import story_nt

pytestmark = pytest.mark.jena


@pytest.fixture(scope="module")
def riot(tmp_path_factory: pytest.TempPathFactory) -> Riot:
    return riot_or_skip(tmp_path_factory.mktemp("jena"))


@pytest.mark.parametrize("name", ["ttl", "nt", "nq", "trig", "rdf", "jsonld"])
def test_riot_reads_the_same_triples_without_a_warning(riot: Riot, tmp_path: Path, name: str) -> None:
    source, target = tmp_path / "graph.nt", tmp_path / f"out.{name}"
    source.write_text(story_nt(), encoding="utf-8")
    export_graph(source, target)
    checked = riot("--validate", target)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    read = riot("--output=nt", target)
    assert read.returncode == 0, read.stderr
    found = {str(quad.triple) for quad in ox.parse(read.stdout, format=ox.RdfFormat.N_TRIPLES)}
    assert found == {str(quad.triple) for quad in ox.parse(path=source, format=ox.RdfFormat.N_TRIPLES)}


def test_riot_reads_packed_files_and_named_graphs(riot: Riot, tmp_path: Path) -> None:
    source, target = tmp_path / "graph.nt", tmp_path / "out.nq.gz"
    source.write_text(story_nt(), encoding="utf-8")
    export_graph(source, target, selection=Selection(named_graph="https://example.org/news"))
    read = riot("--output=nq", target)
    lines = read.stdout.splitlines()
    assert len(lines) == len(story_nt().splitlines())
    assert all(line.endswith("<https://example.org/news> .") for line in lines)


def test_carriage_returns_survive_xml_in_riot(riot: Riot, tmp_path: Path) -> None:
    source, target = tmp_path / "graph.nt", tmp_path / "out.rdf"
    source.write_text('<urn:a> <urn:b#p> "one\\r\\ntwo\\rthree\\tfour" .\n')
    export_graph(source, target)
    read = riot("--output=nt", target)
    assert read.stdout == '<urn:a> <urn:b#p> "one\\r\\ntwo\\rthree\\tfour" .\n'


def test_riot_takes_what_a_build_writes(riot: Riot, tmp_path: Path) -> None:
    samples = Path(__file__).parents[2] / "samples"
    built = CliRunner().invoke(main, ["-q", "build", str(samples), "-o", str(tmp_path), "--no-draw"])
    assert built.exit_code == 0, built.output
    for name in ("graph.nt", "graph.ttl"):
        checked = riot("--validate", tmp_path / name)
        assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    triples = {str(quad.triple) for quad in ox.parse(path=tmp_path / "graph.nt", format=ox.RdfFormat.N_TRIPLES)}
    read = riot("--output=nt", tmp_path / "graph.ttl")
    assert {str(quad.triple) for quad in ox.parse(read.stdout, format=ox.RdfFormat.N_TRIPLES)} == triples


def test_riot_finds_a_planted_fault(riot: Riot, tmp_path: Path) -> None:
    (tmp_path / "bad.ttl").write_text("<urn:a> <urn:b> <urn:a b> .")
    assert riot("--validate", tmp_path / "bad.ttl").returncode != 0
