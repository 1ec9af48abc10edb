"""ontology/names.toml and ontology/nouns.toml: their rules, and what is read from them."""

from pathlib import Path

import pytest

from kg.errors import DataFileError
from kg.nlp.names import load_names, normalise, read_names
from kg.nlp.nouns import coarse, load_nouns, read_nouns
from kg.ontology import ontology


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "names.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_shipped_names_are_many_and_of_known_classes() -> None:
    names = load_names()
    assert len(names.entries) > 3000
    assert {entry.type for entry in names.entries} <= set(ontology().parents)


@pytest.mark.parametrize(
    ("form", "name", "class_name"),
    [
        ("U.S.", "United States", "Country"),
        ("America", "United States", "Country"),
        ("BEIJING", "Beijing", "City"),
        ("Tiktok", "TikTok", "VideoPlatform"),
        ("the White House", "White House", "GovernmentBody"),
        ("People’s Daily", "People's Daily", "MediaOrganization"),
        ("IMF", "International Monetary Fund", "Organization"),
        ("Chinese New Year", "Spring Festival", "Festival"),
        ("Georgia", "Georgia", "Region"),
        ("Bayern Munich", "Bayern Munich", "SportsTeam"),
    ],
)
def test_known_forms_give_their_thing(form: str, name: str, class_name: str) -> None:
    entry = load_names().find(form)[0]
    assert (entry.name, entry.type) == (name, class_name)


def test_unknown_and_short_upper_case_forms_give_nothing() -> None:
    assert load_names().find("Zanzibarland") == ()
    assert load_names().find("IOs") == ()


def test_demonyms_give_countries_and_are_no_places() -> None:
    names = load_names()
    assert [names.country_of(word) for word in ("Chinese", "Americans", "Dutch", "Danes", "Table")] == [
        "China",
        "United States",
        "Netherlands",
        "Denmark",
        None,
    ]
    assert names.find("Chinese") == ()


def test_canonical_name_depends_on_the_class_asked_for() -> None:
    names = load_names()
    assert names.canonical("Jordan", "Place") == "Jordan"
    assert names.canonical("Jordan", "Person") is None
    assert names.canonical("UK", "Place") == "United Kingdom"


def test_ordinary_words_need_a_cue() -> None:
    names = load_names()
    assert [names.needs_cue(form) for form in ("Apple", "X", "Apple Inc.", "TikTok")] == [True, True, False, False]


def test_forms_are_found_longest_first() -> None:
    text = normalise("Bank of China Tower")
    assert next(iter(load_names().forms_at(text, 0))) == "Bank of China"


def test_normalising_keeps_every_offset() -> None:
    assert normalise("People’s Daily") == "People's Daily"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[group]]\nclass = 'Persn'\nnames = ['A']", "unknown class 'Persn'"),
        ("[[group]]\nclass = 'City'\nname = ['A']", "unknown key 'name'"),
        (
            "[[group]]\nclass = 'City'\nnames = ['Alba']\n[[group]]\nclass = 'Company'\nnames = ['Alba']",
            "'Alba' stands for",
        ),
        ("[[group]]\nclass = 'City'\nnames = ['A | ']", "empty form"),
        ("names = [", "cannot be read as TOML"),
        ("[countries]\nXX = { nam = 'A' }", "unknown key 'nam'"),
    ],
)
def test_broken_names_are_refused_with_the_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DataFileError, match=message.replace("[", r"\[")):
        read_names(write(tmp_path, text))


def test_ambiguous_forms_keep_both_readings(tmp_path: Path) -> None:
    text = "ambiguous = ['Alba']\n[[group]]\nclass = 'City'\nnames = ['Alba']\n[[group]]\nclass = 'Company'\nnames = ['Alba']"
    assert [entry.type for entry in read_names(write(tmp_path, text)).find("Alba")] == ["City", "Company"]


def test_country_gives_its_capital_too(tmp_path: Path) -> None:
    text = "[countries]\nXX = { name = 'Alba', capital = ['Albaville'], adjectives = ['Alban'], people = ['Albans'] }"
    names = read_names(write(tmp_path, text))
    assert [(entry.name, entry.type, entry.country) for entry in names.entries] == [
        ("Alba", "Country", "Alba"),
        ("Albaville", "City", "Alba"),
    ]
    assert names.capitals == {"Albaville": "Alba"}


@pytest.mark.parametrize(
    ("words", "class_name"),
    [
        (["app"], "Platform"),
        (["news", "agency"], "MediaOrganization"),
        (["agency"], "GovernmentBody"),
        (["graphic", "designer"], "Person"),
        (["think", "tank"], "NonprofitOrganization"),
        (["gratitude"], None),
    ],
)
def test_head_nouns_give_classes(words: list[str], class_name: str | None) -> None:
    assert load_nouns().class_of(words) == class_name


@pytest.mark.parametrize(
    ("name", "class_name"),
    [
        ("Kyoto University", "EducationalOrganization"),
        ("Ministry of Civil Protection", "GovernmentBody"),
        ("Solvena Energy", "Company"),
        ("Lake Arenal", "NaturalFeature"),
        ("Hurricane Beryl", "Disaster"),
        ("Clean Rivers Act", "Policy"),
        ("Ana Silva", None),
    ],
)
def test_endings_and_beginnings_give_classes(name: str, class_name: str | None) -> None:
    found = load_nouns().class_of_name(name.split())
    assert (found[0] if found else None) == class_name


def test_branches_keep_people_and_places_apart() -> None:
    assert [coarse(name) for name in ("City", "Company", "VideoPlatform", "Person", "Festival", "Entity")] == [
        "Place",
        "Organization",
        "Platform",
        "Person",
        "Event",
        "Entity",
    ]


def test_broken_nouns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "nouns.toml"
    path.write_text("[classes]\nPlatform = ['app']\nWork = ['app']", encoding="utf-8")
    with pytest.raises(DataFileError, match="'app' stands under Platform and Work"):
        read_nouns(path)
