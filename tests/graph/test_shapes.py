import pytest

from kg.errors import StoreError
from kg.graph import shapes
from tests.graphs import story_nt

KG = "https://w3id.org/dateline/ontology#"


def planted(kind):
    """The story's graph with one fault of a kind."""
    lines = story_nt().splitlines()
    statement = next(line.split()[0] for line in lines if f"<{KG}Claim>" in line)
    if kind == "no evidence":
        return [line for line in lines if not (line.startswith(statement) and f"<{KG}evidence>" in line)]
    if kind == "claim without source":
        return [line for line in lines if not (line.startswith(statement) and f"<{KG}statedBy>" in line)]
    if kind == "no modality":
        return [line for line in lines if not (line.startswith(statement) and f"<{KG}modality>" in line)]
    if kind == "span backwards":
        at = next(i for i, line in enumerate(lines) if "#beginIndex>" in line)
        head, _, tail = lines[at].split('"')
        return [*lines[:at], f'{head}"999999"{tail}', *lines[at + 1 :]]
    if kind == "plain triple without statement":
        company = next(line.split()[0] for line in lines if f"<{KG}Company>" in line)
        person = next(line.split()[0] for line in lines if f"<{KG}Person>" in line)
        return [*lines, f"{person} <{KG}founded> {company} ."]
    if kind == "wrong range":
        person = next(line.split()[0] for line in lines if f"<{KG}Person>" in line)
        target = next(i for i, line in enumerate(lines) if line.startswith(statement) and "#object>" in line)
        return [*lines[:target], f"{lines[target].rsplit(' ', 2)[0]} {person} .", *lines[target + 1 :]]
    raise ValueError(kind)


FAULTS = [
    "no evidence",
    "claim without source",
    "no modality",
    "span backwards",
    "plain triple without statement",
    "wrong range",
]


@pytest.mark.parametrize("large", [False, True], ids=["shacl", "queries"])
def test_the_story_conforms(tmp_path, monkeypatch, large):
    monkeypatch.setattr(shapes, "LARGE_TRIPLES", 0 if large else 10**9)
    path = tmp_path / "graph.nt"
    path.write_text(story_nt())
    assert shapes.check(path) == []


@pytest.mark.parametrize("large", [False, True], ids=["shacl", "queries"])
@pytest.mark.parametrize("kind", FAULTS)
def test_a_planted_fault_is_found(tmp_path, monkeypatch, kind, large):
    monkeypatch.setattr(shapes, "LARGE_TRIPLES", 0 if large else 10**9)
    path = tmp_path / "graph.nt"
    path.write_text("\n".join(planted(kind)) + "\n")
    assert shapes.check(path)


def test_a_file_that_is_no_graph_is_a_store_error(tmp_path):
    path = tmp_path / "graph.nt"
    path.write_text("hello")
    with pytest.raises(StoreError, match="cannot be read"):
        shapes.check(path)
