"""What the HTML file holds, without a browser: content, columns, policy, bytes and errors."""

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from kg.cli import main
from kg.errors import AmbiguousName, ExportError, InputError, UnknownName
from kg.graph.draw import draw
from kg.graph.page.assets import page_json
from kg.graph.page.content import PageFact, read_content
from tests.graph.newsgraphs import news_graph
from tests.graphs import story_nt

KG = "https://w3id.org/dateline/ontology#"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("story") / "graph.nt"
    path.write_text(story_nt(), encoding="utf-8")
    return path


def loaded(text: str) -> ox.Store:
    store = ox.Store()
    store.bulk_load(text.encode(), format=ox.RdfFormat.N_TRIPLES)
    return store


def block(html: str, name: str) -> Any:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found.group(1))


def test_content_is_the_graph_with_every_sentence(story: Path) -> None:
    content = read_content(loaded(story_nt()))
    names = {node.label: node for node in content.nodes}
    assert (names["Chirp"].type, names["Chirp"].main, names["Chirp"].aliases) == (
        "SocialMediaPlatform",
        "Platform",
        ("Tweeter",),
    )
    assert names["Norland bans Chirp"].dates == ("2024-03-05", "2024-03-05")
    assert names["Norland to ban Quill"].modality == "Planned"
    facts = {
        (
            content.nodes[fact.subject].label,
            fact.predicate,
            fact.object if isinstance(fact.object, str) else content.nodes[fact.object].label,
        ): fact
        for fact in content.facts
    }
    acquired = facts["Northwind", "acquired", "Chirp"]
    sentence = content.evidence[acquired.evidence[0]]
    assert "has acquired Chirp" in sentence.text
    assert [sentence.text[begin:end] for begin, end, _ in sentence.mentions][:1] == ["Northwind"]
    assert content.documents[sentence.document].title == "Northwind buys Chirp"
    assert facts["Chirp", "userCount", "1200000"].modality == "Asserted"
    assert facts["Ana Ruiz", "leads", "Quill"].past
    claims = [fact for fact in content.facts if fact.said_by >= 0]
    assert {(content.nodes[fact.said_by].label, fact.modality) for fact in claims} == {
        ("Omar Bello", "Asserted"),
        ("Daily Post", "Denied"),
    }
    assert len(content.quotes) == 4


def test_offsets_count_as_javascript_does() -> None:
    text = story_nt().replace("Chirp, based in Lima", "Chirp\U0001f426 based in Lima")
    sentence = next(item for item in read_content(loaded(text)).evidence if "based in" in item.text)
    units = sentence.text.encode("utf-16-le")
    assert [units[2 * begin : 2 * end].decode("utf-16-le") for begin, end, _ in sentence.mentions] == ["Lima"]


def test_plain_triples_without_a_statement_are_facts_too() -> None:
    kgr, rdf = "https://w3id.org/dateline/id/", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    text = "".join(
        f"<{kgr}{name}> <{rdf}type> <{KG}{kind}> .\n" for name, kind in (("ann", "Person"), ("post", "Company"))
    )
    content = read_content(loaded(text + f"<{kgr}ann> <{KG}worksFor> <{kgr}post> .\n"))
    assert content.facts == (PageFact(0, "worksFor", 1),)
    assert [node.label for node in content.nodes] == ["ann", "post"]


def test_same_graph_same_bytes(story: Path, tmp_path: Path) -> None:
    (tmp_path / "shuffled.nt").write_text("\n".join(reversed(story_nt().splitlines())) + "\n", encoding="utf-8")
    draw(story, tmp_path / "a.html")
    draw(tmp_path / "shuffled.nt", tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_one_file_that_asks_for_nothing(story: Path, tmp_path: Path) -> None:
    report = draw(story, tmp_path / "graph.html")
    html = (tmp_path / "graph.html").read_text(encoding="utf-8")
    assert report.size_bytes == (tmp_path / "graph.html").stat().st_size
    assert html.startswith('<!doctype html>\n<html lang="en">')
    for part in (
        '<meta charset="utf-8">',
        "<title>",
        'name="viewport"',
        "@license",
        "Apache 2.0 License",
        "The MIT License",
    ):
        assert part in html
    assert not re.search(r'(src|href)="(?!#)', html)
    assert "sourceMappingURL" not in html
    assert "@import" not in html


def test_the_policy_allows_exactly_what_the_file_holds(story: Path, tmp_path: Path) -> None:
    draw(story, tmp_path / "graph.html")
    html = (tmp_path / "graph.html").read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html).group(1).replace("&#39;", "'")

    def hashes(tag: str) -> list[str]:
        texts = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        return ["'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'" for text in texts]

    assert policy == (
        f"default-src 'none'; script-src {' '.join(hashes('script'))}; style-src {hashes('style')[0]}; "
        "base-uri 'none'; form-action 'none'"
    )
    assert len(hashes("script")) == 2


def test_bytes_do_not_depend_on_the_locale(story: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("locale.getpreferredencoding", lambda do_setlocale=True: "cp1252")
    monkeypatch.setattr("locale.getencoding", lambda: "cp1252")
    (tmp_path / "g.nt").write_bytes(story_nt().replace('"Lima"', '"利马 🐦"').encode())
    draw(tmp_path / "g.nt", tmp_path / "g.html")
    assert "利马 🐦" in (tmp_path / "g.html").read_bytes().decode("utf-8")


@pytest.mark.parametrize("text", ["</script><script>x</script>", "<!--", "]]>", "a & b", "\u2028", "{{ x }}"])
def test_data_blocks_cannot_be_ended_by_text(text: str) -> None:
    written = page_json({"name": text})
    assert json.loads(written) == {"name": text}
    assert not set("<>&") & set(written)


def test_heading_is_escaped(story: Path, tmp_path: Path) -> None:
    draw(story, tmp_path / "g.html", title="<b>&</title>")
    html = (tmp_path / "g.html").read_text(encoding="utf-8")
    assert "<title>&lt;b&gt;&amp;&lt;/title&gt;</title>" in html


def test_focus_types_and_confidence_narrow_the_page(story: Path, tmp_path: Path) -> None:
    def drawn(**options: Any) -> list[str]:
        draw(story, tmp_path / "g.html", **options)
        return [node["label"] for node in block((tmp_path / "g.html").read_text(encoding="utf-8"), "network")["nodes"]]

    assert drawn(focus="tweeter", hops=1) == ["Chirp", "Norland bans Chirp", "Lima", "Norland", "Northwind"]
    assert drawn(types=["person", "Place"]) == ["Ana Ruiz", "Lima", "Norland", "Omar Bello"]
    everything = draw(story, tmp_path / "g.html")
    sure = draw(story, tmp_path / "g.html", min_confidence=0.9)
    assert sure.facts < everything.facts
    assert sure.nodes == everything.nodes


def test_what_is_left_out_leaves_no_text_behind(story: Path, tmp_path: Path) -> None:
    draw(story, tmp_path / "g.html", focus="Lima", hops=1)
    html = (tmp_path / "g.html").read_text(encoding="utf-8")
    for words in ("formerly led Quill", "birds singing", "Daily Post found", "Omar Bello said"):
        assert words not in html


def test_a_large_graph_shows_its_centre_first(tmp_path: Path) -> None:
    (tmp_path / "g.nt").write_text(news_graph(400), encoding="utf-8")
    report = draw(tmp_path / "g.nt", tmp_path / "g.html", max_nodes=60)
    nodes = block((tmp_path / "g.html").read_text(encoding="utf-8"), "network")["nodes"]
    assert report.nodes == len(nodes) == 400
    assert report.shown == sum("x" in node for node in nodes) <= 60
    assert "most central of 400 names" in block((tmp_path / "g.html").read_text(encoding="utf-8"), "story")["notice"]


def test_too_many_names_for_a_file_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.graph.page.story.FILE_NODES", 100)
    (tmp_path / "g.nt").write_text(news_graph(150), encoding="utf-8")
    report = draw(tmp_path / "g.nt", tmp_path / "g.html")
    assert (report.nodes, report.left_out) == (100, 50)
    assert (
        "50 names are not in this file" in block((tmp_path / "g.html").read_text(encoding="utf-8"), "story")["notice"]
    )


def test_an_empty_graph_is_drawn_too(tmp_path: Path) -> None:
    report = draw(ox.Store(), tmp_path / "g.html")
    assert (report.nodes, report.facts) == (0, 0)
    assert "<h1" in (tmp_path / "g.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"focus": "Chirpp"}, UnknownName, 'Did you mean "Chirp"?'),
        ({"types": ["Persn"]}, UnknownName, 'Did you mean "Person"?'),
    ],
)
def test_unknown_names_get_the_nearest(
    story: Path, tmp_path: Path, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=re.escape(words)):
        draw(story, tmp_path / "g.html", **options)
    assert not (tmp_path / "g.html").exists()


def test_a_name_of_two_is_ambiguous_and_the_slug_decides(tmp_path: Path) -> None:
    text = story_nt()
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    text = text.replace(f'{label} "Lima"@en', f'{label} "Chirp"@en')
    with pytest.raises(AmbiguousName, match="2 entities are called 'Chirp': chirp-"):
        draw(loaded(text), tmp_path / "g.html", focus="Chirp")
    slug = re.search(r"id/(chirp-[0-9a-f]+)>", text).group(1)
    assert draw(loaded(text), tmp_path / "g.html", focus=slug, hops=1).nodes == 5


def test_files_that_are_no_graph_are_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.nt").write_text("no triples here\n", encoding="utf-8")
    for name in ("broken.nt", "absent.nt", "notes.docx"):
        with pytest.raises(InputError, match=name):
            draw(tmp_path / name, tmp_path / "g.html")


def test_a_target_that_cannot_be_written_keeps_the_old_page(story: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ExportError, match="cannot be written"):
        draw(story, tmp_path / "folder")
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]


def test_command_draws_the_output_folder(story: Path, tmp_path: Path) -> None:
    (tmp_path / "graph.nt").write_bytes(story.read_bytes())
    result = CliRunner().invoke(main, ["draw", "-o", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "graph.html").is_file()
    assert "11 names, 20 facts, 3 articles" in result.stderr
    assert result.stdout == ""


def test_command_says_what_is_missing(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["draw", "-o", str(tmp_path)])
    assert result.exit_code == 2
    assert "kg build" in result.stderr


def test_command_answers_no_for_an_unknown_name(story: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["draw", str(tmp_path / "g.html"), "--data", str(story), "--focus", "Nobody"])
    assert result.exit_code == 3
