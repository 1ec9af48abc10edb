import ast
from pathlib import Path

import pytest

from kg.errors import DataFileError
from kg.ontology import KG, data_folder, ontology, read_ontology

ROOT = Path(__file__).parent.parent


def test_every_term_has_label_and_comment():
    terms = ontology()
    assert all(terms.labels.values())
    assert all(terms.comments.values())


def test_a_company_is_an_organization_and_an_agent():
    assert ontology().ancestors("Company")[:2] == ("Company", "Organization")
    assert ontology().is_a("Company", "Agent")


@pytest.mark.parametrize(
    ("subject", "predicate", "target", "expected"),
    [
        ("Person", "worksFor", "Company", True),
        ("Company", "worksFor", "Person", False),
        ("SocialMediaPlatform", "userCount", "xsd:integer", True),
        ("SocialMediaPlatform", "userCount", "xsd:string", False),
        ("Ban", "target", "Platform", True),
        ("Person", "noSuchThing", "Person", False),
    ],
)
def test_domain_and_range_are_kept(subject, predicate, target, expected):
    assert ontology().allows(subject, predicate, target) is expected


def test_every_domain_and_range_names_a_known_class():
    terms = ontology()
    for prop in terms.properties.values():
        for name in prop.domain + prop.range:
            assert name in terms.parents or name.startswith("xsd:"), (prop.name, name)


def test_code_names_only_terms_that_exist():
    known = set(ontology().labels)
    for path in (ROOT / "kg").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "KG":
                assert node.attr in known, f"{path}: KG.{node.attr}"


def test_an_unknown_term_of_the_namespace_is_an_error():
    with pytest.raises(AttributeError):
        _ = KG.worksFour


@pytest.mark.parametrize(
    ("turtle", "message"),
    [
        ("this is not turtle", "not valid Turtle"),
        ("kg:A a owl:Class .", "lacks rdfs:label"),
        ('kg:p a owl:ObjectProperty ; rdfs:label "p" ; rdfs:comment "c" .', "lacks domain"),
    ],
)
def test_a_broken_ontology_file_names_the_term(tmp_path, turtle, message):
    prefixes = "@prefix kg: <https://w3id.org/dateline/ontology#> . @prefix owl: <http://www.w3.org/2002/07/owl#> . "
    prefixes += "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    path = tmp_path / "kg.ttl"
    path.write_text(prefixes + turtle)
    with pytest.raises(DataFileError, match=message):
        read_ontology(path)


def test_data_folders_are_found_in_a_checkout():
    assert (data_folder("ontology") / "kg.ttl").is_file()
    with pytest.raises(DataFileError, match="missing"):
        data_folder("no-such-folder")
